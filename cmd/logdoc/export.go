package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

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
	print := writerFor(name)
	return exportTo(name, over, func(w io.Writer) error { return print(w, &shown) })
}

// exportRedacted is export for what may leave the house. done reports whether the whole input was read: before, not all names are known.
func (x *redaction) exportRedacted(done func() bool) func(string, *logdoc.Diagnosis, logdoc.Work, bool) error {
	var one sync.Mutex
	return func(name string, d *logdoc.Diagnosis, w logdoc.Work, over bool) error {
		one.Lock()
		defer one.Unlock()
		if !done() {
			return errors.New("the input is still being read, and may name more hosts: export again when that is done")
		}
		shown := *d
		shown.Work = w
		text, err := x.print(&shown, writerFor(name))
		if err != nil {
			return err
		}
		return exportTo(name, over, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
}

func exportTo(name string, over bool, write func(io.Writer) error) error {
	if over {
		return writeFile(name, func(f *os.File) error { return write(f) })
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
	err = write(f)
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return writeError(name, err)
	}
	return nil
}
