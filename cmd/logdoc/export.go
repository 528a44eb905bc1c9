package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"logdoc"
	"logdoc/report"
	"logdoc/tui"
)

// writerFor chooses how to print by a file's name: .md and .markdown, .html and .htm, .json, .jira, .sarif, and text for all others.
func writerFor(name string) func(io.Writer, *logdoc.Diagnosis) error {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".md", ".markdown":
		return report.Markdown
	case ".html", ".htm":
		return report.HTML
	case ".json":
		return report.JSON
	case ".jira":
		return report.Jira
	case ".sarif":
		return func(w io.Writer, d *logdoc.Diagnosis) error {
			return report.SARIF(w, d, report.PipelineOptions{Version: version})
		}
	}
	return func(w io.Writer, d *logdoc.Diagnosis) error { return report.Text(w, d, report.TextOptions{}) }
}

// export writes a diagnosis with the work on it. A file that is there already is written over only if over is true.
func export(name string, d *logdoc.Diagnosis, w logdoc.Work, over bool) error {
	shown := *d
	shown.Work = w
	write := writerFor(name)
	if over {
		return writeFile(name, func(f *os.File) error { return write(f, &shown) })
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a folder", name)
		}
		return tui.ErrExists
	}
	if err != nil {
		return writeError(name, err)
	}
	err = write(f, &shown)
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return writeError(name, err)
	}
	return nil
}
