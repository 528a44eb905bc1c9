package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
)

func newCheck(s streams) *cobra.Command {
	var asJSON, strict bool
	cmd := &cobra.Command{
		Use:   "check [FILE|DIR...]",
		Short: "Check pack files and run their examples",
		Long: `Parses and checks .logdoc files and runs their samples and examples; reads Common Reliability Enumerations (.yaml, .yml)
and runs the test.log and test-fp.log beside them. Without arguments it checks the built-in packs.
Overlays and silences are checked against the built-in packs, your own and what is named.

It warns of what is hardly meant: text that swallows what should follow it, slow regular expressions, conditions that
never hold, symptoms that another one covers, examples that another symptom finds as well.

Exit status: 0 everything is right, or there are only warnings; 2 something is wrong, or with --strict there is a warning.`,
		Example: `  logdoc check mypack/symptom.logdoc
  logdoc check --strict mypack/
  logdoc check --json mypack/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			named, err := packFiles(args)
			if err != nil {
				return &statusError{exitUsage, err}
			}
			// The user's own packs are there as well, for an overlay or a silence may be of a symptom in them.
			var own []string
			if len(args) > 0 {
				if own, err = packFiles(packPaths(s, nil)); err != nil {
					return &statusError{exitUsage, err}
				}
			}
			p, err := diagnose.LoadSources(append(without(own, named), args...), diagnose.Selection{})
			if err != nil {
				return &statusError{exitUsage, err}
			}
			names := map[string]bool{}
			for _, f := range named {
				names[f] = true
			}
			problems := p.Placed(append(p.Check(), p.Silences.Expired(s.now())...))
			if len(args) > 0 {
				problems = slices.DeleteFunc(problems, func(pr lang.Problem) bool { return !names[pr.Pos.File] })
			}
			if asJSON {
				enc := json.NewEncoder(s.out)
				enc.SetIndent("", "  ")
				if problems == nil {
					problems = lang.Problems{}
				}
				if err := enc.Encode(problems); err != nil {
					return err
				}
			} else if err := lang.Render(s.out, problems); err != nil {
				return err
			}
			warnings := len(problems) - len(problems.Errors())
			if n := len(problems.Errors()); n > 0 {
				return &statusError{exitUsage, fmt.Errorf("%s in %s", plural(n, "problem"), plural(countFiles(problems.Errors()), "file"))}
			}
			if strict && warnings > 0 {
				return &statusError{exitUsage, fmt.Errorf("%s in %s", plural(warnings, "warning"), plural(countFiles(problems), "file"))}
			}
			if !asJSON {
				files, symptoms, examples, more := counts(p, names, len(args) == 0)
				verdict := "all right"
				if warnings > 0 {
					verdict = "no mistake, " + plural(warnings, "warning")
				}
				_, err = fmt.Fprintf(s.out, "%s, %s, %s%s: %s\n", plural(files, "file"), plural(symptoms, "symptom"), plural(examples, "example"), more, verdict)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the problems as JSON")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 2 for warnings too")
	return cmd
}

// packFiles lists the files of packs.
func packFiles(packs []string) ([]string, error) {
	var names []string
	for _, pack := range packs {
		files, err := diagnose.PackFiles(pack)
		if err != nil {
			return nil, err
		}
		names = append(names, files...)
	}
	return names, nil
}

// without leaves out the files that are among the others, by whatever name, so that none is checked twice.
func without(files, others []string) []string {
	return slices.DeleteFunc(files, func(name string) bool {
		info, err := os.Stat(name)
		return err == nil && slices.ContainsFunc(others, func(other string) bool {
			same, err := os.Stat(other)
			return err == nil && os.SameFile(info, same)
		})
	})
}

func countFiles(ps lang.Problems) int {
	files := map[string]bool{}
	for _, p := range ps {
		files[p.Pos.File] = true
	}
	return len(files)
}

// counts counts what was checked; more names what not every pack has.
func counts(p *diagnose.Packs, names map[string]bool, all bool) (files, symptoms, examples int, more string) {
	overlays, silences := 0, 0
	for _, f := range p.Files {
		if !all && !names[f.Name] {
			continue
		}
		files++
		examples += p.TestLogs(f.Name)
		symptoms += len(f.Symptoms)
		for _, s := range f.Symptoms {
			examples += len(s.Examples)
		}
		overlays += len(f.Overlays)
		silences += len(f.Silences)
		for _, fm := range f.Formats {
			examples += len(fm.Samples)
		}
		for _, e := range f.Expected {
			examples += len(e.Samples)
		}
	}
	if overlays > 0 {
		more += ", " + plural(overlays, "overlay")
	}
	if silences > 0 {
		more += ", " + plural(silences, "silence")
	}
	return files, symptoms, examples, more
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
