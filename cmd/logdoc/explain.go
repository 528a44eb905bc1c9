package main

import "github.com/spf13/cobra"

func newExplain(s streams) *cobra.Command {
	var f whyFlags
	var symptom string
	cmd := &cobra.Command{
		Use:   "explain --why SYMPTOM PATH...",
		Short: "Explain why a symptom was found in an input, or was not",
		Long: `With --why, reads the input as logdoc report does, and prints the symptom's verdicts as a tree: which conditions hold, on
which records and files, and which fail, by how much and for want of what. Of several keys it shows the one that is nearest to
holding.`,
		Example: `  logdoc explain --why avamar/session-ticket bundle.tgz`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if symptom == "" {
				return usageError("say what to explain: logdoc explain --why SYMPTOM PATH...")
			}
			return explainWhy(cmd.Context(), s, f, symptom, args)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&symptom, "why", "", "say why this `symptom` was found in the input, or was not")
	fl.StringVarP(&f.as, "as", "f", "text", "how to print: `text` or json")
	fl.StringVarP(&f.output, "output", "o", "", "write to this `file` instead of standard output")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "print whole records")
	fl.StringArrayVar(&f.packs, "pack", nil, "add the packs in this `file` or folder")
	fl.StringVar(&f.zone, "tz", "", "the `zone` of stamps that state none: UTC, +08:00, Europe/Berlin")
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	completeWhy(cmd, s, &f.packs)
	return cmd
}
