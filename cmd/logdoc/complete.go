package main

import (
	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
)

// completions completes what the packs know, and the outputs of -f, behind those flags that the command has.
func completions(cmd *cobra.Command, s streams, packs *[]string, outputs ...string) {
	fixed := func(list ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
	}
	known := func(of func(*diagnose.Packs) []string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			p, err := diagnose.Load(packPaths(s, *packs), diagnose.Selection{})
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return of(p), cobra.ShellCompDirectiveNoFileComp
		}
	}
	symptoms := known(func(p *diagnose.Packs) []string { return p.Rules.SymptomNames() })
	for flag, complete := range map[string]cobra.CompletionFunc{
		"as": fixed(outputs...), "color": fixed("auto", "always", "never"), "background": fixed("auto", "dark", "light"), "fail-on": fixed(findingSeverities...),
		"only": symptoms, "skip": symptoms, "why": symptoms, "format": known(func(p *diagnose.Packs) []string { return p.Grammar.Names() }),
	} {
		if cmd.Flags().Lookup(flag) != nil {
			// It fails only for a flag that is not there, or for one that is completed twice, which a test of the command would show at once.
			_ = cmd.RegisterFlagCompletionFunc(flag, complete)
		}
	}
}
