package main

import (
	"bufio"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
	"logdoc/report"
)

// explainFlags are the options of logdoc explain as the user wrote them; those of --why are for the other two as well, as far as they fit.
type explainFlags struct {
	whyFlags
	line, format string
}

func newExplain(s streams) *cobra.Command {
	var f explainFlags
	var why string
	cmd := &cobra.Command{
		Use:   "explain SYMPTOM | --line TEXT | --why SYMPTOM PATH...",
		Short: "Explain a symptom, how a line is read, or why a symptom was found or not",
		Long: `Prints what a symptom looks for, how sure what makes us, its cause, impact and runbook.

With --line, prints which format reads a line and why, what it reads in it, and which symptoms' patterns accept it or
nearly do. With --line - the lines are read from standard input, at most 64 KiB of them.

With --why, reads the input as logdoc report does, and prints the symptom's verdicts as a tree: which conditions hold, on
which records and files, and which fail, by how much and for want of what. Of several keys it shows the one that is nearest to
holding.`,
		Example: `  logdoc explain avamar/session-ticket
  logdoc explain -f markdown --pack mypack/ acme/pump-broken
  logdoc explain --line '2019-12-31 07:35:23 avtar FATAL <5704>: Fatal Server Error occurred'
  logdoc explain --why avamar/session-ticket bundle.tgz`,
		RunE: func(cmd *cobra.Command, args []string) error {
			given := cmd.Flags().Changed
			for _, pair := range [][2]string{{"format", "line"}, {"tz", "why"}, {"verbose", "why"}} {
				if given(pair[0]) && !given(pair[1]) {
					return usageError("--%s goes with --%s", pair[0], pair[1])
				}
			}
			switch {
			case given("why") && given("line"):
				return usageError("--why and --line ask two questions: take one of them")
			case given("why"):
				return explainWhy(cmd.Context(), s, f.whyFlags, why, args)
			case given("line"):
				return explainLine(cmd.Context(), s, f, args)
			}
			return explainSymptom(s, f, args)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			p, err := diagnose.Load(packPaths(s, f.packs), diagnose.Selection{})
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return p.Rules.ArticleNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.line, "line", "", "explain how this `text` is read; - is standard input")
	fl.StringVar(&why, "why", "", "say why this `symptom` was found in the input, or was not")
	fl.StringVar(&f.format, "format", "", "with --line: read it with this format; `name` is one of logdoc list formats")
	fl.StringVarP(&f.as, "as", "f", "text", "how to print: `text`, a symptom also as markdown, --why also as json")
	fl.StringVarP(&f.output, "output", "o", "", "write to this `file` instead of standard output")
	fl.StringArrayVar(&f.packs, "pack", nil, "add the packs in this `file` or folder")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "with --why: print whole records")
	fl.StringVar(&f.zone, "tz", "", "with --why: the `zone` of stamps that state none: UTC, +08:00, Europe/Berlin")
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	completions(cmd, s, &f.packs, "text", "markdown", "json")
	return cmd
}

// explainSymptom prints the article of a symptom or an expected declaration.
func explainSymptom(s streams, f explainFlags, args []string) error {
	if len(args) != 1 {
		return usageError("say what to explain: logdoc explain SYMPTOM, --line TEXT, or --why SYMPTOM PATH...")
	}
	if !slices.Contains([]string{"text", "markdown"}, f.as) {
		return usageError("unknown output %q: use text or markdown", f.as)
	}
	p, broken, err := loadToExplain(s, f)
	if err != nil {
		return err
	}
	a, ok := p.Rules.Article(args[0])
	if !ok {
		advice := suggestion(args[0], p.Rules.ArticleNames())
		if advice == "" {
			advice = ": see logdoc list symptoms"
		}
		return usageError("no symptom is called %q%s", args[0], advice)
	}
	if o, ok := p.Overlays.Of(a.Name); ok {
		a.Overlay = o.Words()
	}
	err = writeExplained(s, f, func(w io.Writer, o report.TextOptions) error {
		if f.as == "markdown" {
			return report.ArticleMarkdown(w, &a)
		}
		return report.Article(w, &a, o)
	})
	if err == nil && broken {
		return &statusError{exitUsage, nil}
	}
	return err
}

// loadToExplain loads the packs and tells mistakes in them.
func loadToExplain(s streams, f explainFlags) (*diagnose.Packs, bool, error) {
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return nil, false, usageError("unknown --color %q: use auto, always or never", f.color)
	}
	p, err := diagnose.Load(packPaths(s, f.packs), diagnose.Selection{})
	if err != nil {
		return nil, false, &statusError{exitUsage, err}
	}
	return p, tellBroken(s, p, f.packs), nil
}

// writeExplained writes to the file that was asked for, or to standard output with the terminal's width and colours.
func writeExplained(s streams, f explainFlags, write func(io.Writer, report.TextOptions) error) error {
	buffered := func(out io.Writer, o report.TextOptions) error {
		b := bufio.NewWriter(out)
		if err := write(b, o); err != nil {
			return err
		}
		return b.Flush()
	}
	if f.output != "" && f.output != "-" {
		err := writeFile(f.output, func(file *os.File) error { return buffered(file, report.TextOptions{Color: f.color == "always"}) })
		if err != nil {
			return &statusError{exitInternal, err}
		}
		return nil
	}
	o := report.TextOptions{Color: f.color == "always" || f.color == "auto" && s.outTerminal && !s.noColor}
	if s.outTerminal {
		o.Width = s.width()
	}
	if err := buffered(s.out, o); err != nil {
		return &statusError{exitInternal, writeError("standard output", err)}
	}
	return nil
}
