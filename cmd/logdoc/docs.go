package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"logdoc/internal/diagnose"
	"logdoc/report"
)

// handbookFile is the handbook as one page.
const handbookFile = "handbook.html"

func newDocs(s streams) *cobra.Command {
	var packs []string
	var dir string
	cmd := &cobra.Command{
		Use:   "docs -o DIR",
		Short: "Write all that logdoc knows as a handbook",
		Long: `Writes a handbook into a folder: every symptom with its cause, impact, runbook, examples and sources, the records that are
normal, and the formats. README.md leads to one page of Markdown for each; handbook.html is all of it in one page that
needs nothing else.

Files of the same names are written over, others in the folder are left as they are.`,
		Example: `  logdoc docs -o handbook/
  logdoc docs --pack mypack/ -o handbook/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("the handbook is of all packs: type logdoc docs -o DIR, without %q", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			if dir == "" {
				return usageError("say where to write the handbook: logdoc docs -o DIR")
			}
			p, err := diagnose.LoadInFull(packPaths(s, packs), diagnose.Selection{})
			if err != nil {
				return &statusError{exitUsage, err}
			}
			broken := tellBroken(s, p, packs)
			var h report.Handbook
			h.Symptoms, h.Normal, h.Formats = p.Articles()
			pages, err := writeHandbook(dir, &h)
			if err != nil {
				return &statusError{exitInternal, err}
			}
			if _, err := fmt.Fprintf(s.out, "%d pages and %s written to %s\n", pages, handbookFile, dir); err != nil {
				return &statusError{exitInternal, writeError("standard output", err)}
			}
			if broken {
				return &statusError{exitUsage, nil}
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&dir, "output", "o", "", "the `folder` to write to; it is made if it is not there")
	fl.StringArrayVar(&packs, "pack", nil, "add the packs in this `file` or folder")
	return cmd
}

// writeHandbook writes all files, and returns how many pages of Markdown there are.
func writeHandbook(dir string, h *report.Handbook) (int, error) {
	made := map[string]bool{}
	write := func(name string, content func(*os.File) error) error {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if folder := filepath.Dir(name); !made[folder] {
			if err := os.MkdirAll(folder, 0o777); err != nil {
				if pe, ok := errors.AsType[*fs.PathError](err); ok {
					err = pe.Err
				}
				return fmt.Errorf("make folder %s: %w", folder, err)
			}
			made[folder] = true
		}
		return writeFile(name, content)
	}
	pages := h.Pages()
	for i := range pages {
		if err := write(pages[i].Name, func(f *os.File) error { return pages[i].Write(f) }); err != nil {
			return 0, err
		}
	}
	return len(pages), write(handbookFile, func(f *os.File) error { return h.HTML(f) })
}
