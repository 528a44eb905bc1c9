package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
	"logdoc/internal/sanitize"
)

func newFmt(s streams) *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "fmt FILE|DIR...",
		Short: "Print pack files in their canonical form",
		Example: `  logdoc fmt mypack/symptom.logdoc
  logdoc fmt -w mypack/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				names, err := diagnose.PackFiles(arg)
				if err != nil {
					return &statusError{exitUsage, err}
				}
				for _, name := range names {
					if name != arg && diagnose.IsCRE(name) {
						continue
					}
					if err := formatFile(s, name, write); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files back instead of printing them")
	return cmd
}

func formatFile(s streams, name string, write bool) error {
	if diagnose.IsCRE(name) {
		return &statusError{exitUsage, fmt.Errorf("%s: fmt prints .logdoc files", sanitize.Line(name))}
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return &statusError{exitUsage, fmt.Errorf("read pack: %w", err)}
	}
	file, problems := lang.Parse(name, src)
	if len(problems.Errors()) > 0 {
		if err := lang.Render(s.err, problems); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return &statusError{exitUsage, fmt.Errorf("%s in %s", plural(len(problems.Errors()), "problem"), name)}
	}
	printed := file.Print()
	if !write {
		_, err := s.out.Write(printed)
		return err
	}
	if bytes.Equal(printed, src) {
		return nil
	}
	if err := writeFile(name, func(f *os.File) error { _, err := f.Write(printed); return err }); err != nil {
		return &statusError{exitInternal, err}
	}
	return nil
}
