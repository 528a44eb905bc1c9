package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
	"logdoc/internal/sanitize"
)

func newFmt(s streams) *cobra.Command {
	var write, showDiff bool
	cmd := &cobra.Command{
		Use:   "fmt FILE|DIR...",
		Short: "Print pack files in their canonical form",
		Long: `Prints pack files in their canonical form, writes them back (-w), or shows what would change (-d).

Exit status: 0 done, 1 with -d when a file is not in its canonical form, 2 a file has a mistake.`,
		Example: `  logdoc fmt mypack/symptom.logdoc
  logdoc fmt -d mypack/
  logdoc fmt -w mypack/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("say what to print: logdoc fmt FILE|DIR...")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if write && showDiff {
				return usageError("-w writes the changes and -d only shows them: take one of the two")
			}
			changed := false
			for _, arg := range args {
				names, err := diagnose.PackFiles(arg)
				if err != nil {
					return &statusError{exitUsage, err}
				}
				for _, name := range names {
					if name != arg && diagnose.IsCRE(name) {
						continue
					}
					differs, err := formatFile(s, name, write, showDiff)
					if err != nil {
						return err
					}
					changed = changed || differs
				}
			}
			if showDiff && changed {
				return &statusError{exitChanged, nil}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files back instead of printing them")
	cmd.Flags().BoolVarP(&showDiff, "diff", "d", false, "show what would change, and exit with 1 if anything would")
	return cmd
}

// exitChanged is the status of fmt -d when a file is not in its canonical form.
const exitChanged = 1

// formatFile prints one file, writes it back or shows the difference, and tells whether its canonical form differs.
func formatFile(s streams, name string, write, showDiff bool) (differs bool, err error) {
	if diagnose.IsCRE(name) {
		return false, &statusError{exitUsage, fmt.Errorf("%s: fmt prints .logdoc files", sanitize.Line(name))}
	}
	src, err := diagnose.ReadPackFile(name)
	if err != nil {
		return false, &statusError{exitUsage, fmt.Errorf("read pack: %w", err)}
	}
	file, problems := lang.Parse(name, src)
	if len(problems.Errors()) > 0 {
		if err := lang.Render(s.err, problems); err != nil {
			return false, fmt.Errorf("write: %w", err)
		}
		return false, &statusError{exitUsage, fmt.Errorf("%s in %s", plural(len(problems.Errors()), "problem"), name)}
	}
	printed := file.Print()
	differs = !bytes.Equal(printed, src)
	switch {
	case showDiff:
		text := string(diff.Diff(name, src, name+" (canonical)", printed))
		if s.outTerminal {
			// The lines of a pack may hold anything that a log does; in a file they stay as they are, for patch to read.
			text = string(sanitize.Text(text))
		}
		_, err = io.WriteString(s.out, text)
	case !write:
		_, err = s.out.Write(printed)
	case differs:
		if err := writeFile(name, func(f *os.File) error { _, err := f.Write(printed); return err }); err != nil {
			return differs, &statusError{exitInternal, err}
		}
	}
	return differs, err
}
