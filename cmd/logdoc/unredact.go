package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/redact"
)

// unredactFlags are the options of logdoc unredact as the user wrote them.
type unredactFlags struct {
	output string
	maps   []string
}

func newUnredact(s streams) *cobra.Command {
	var f unredactFlags
	cmd := &cobra.Command{
		Use:   "unredact FILE...",
		Short: "Put back what a redacted report has pseudonyms for",
		Long: `Prints files in which logdoc has put pseudonyms, such as HOST-7f3a9c21, with what they stand for. It needs the map that was
kept when the report was made: all those in the state folder are tried, or those that --redact-map names.
- is standard input. In JSON and HTML the values are written as these want them.

Exit status: 0 done, 2 usage error or no map, 3 done but some pseudonyms are in no map, 4 writing error.`,
		Example: `  logdoc unredact answer-of-support.txt
  logdoc unredact -o case.json redacted.json
  pbpaste | logdoc unredact -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("say what to read: logdoc unredact FILE..., where - is standard input")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return runUnredact(s, f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&f.output, "output", "o", "", "write to this `file`, for its owner alone, instead of standard output")
	fl.StringArrayVar(&f.maps, "redact-map", nil, "the `file` that the map was kept in")
	return cmd
}

func runUnredact(s streams, f unredactFlags, names []string) error {
	maps, err := readMaps(s, f.maps)
	if err != nil {
		return &statusError{exitUsage, err}
	}
	restorer := redact.NewRestorer(maps...)
	var total redact.Restored
	all := func(w io.Writer, terminal bool) error {
		for _, name := range names {
			done, err := unredact(s, restorer, w, name, terminal)
			if err != nil {
				return err
			}
			total.Known, total.Unknown, total.Several = total.Known+done.Known, total.Unknown+done.Unknown, total.Several+done.Several
		}
		return nil
	}
	if f.output != "" && f.output != "-" {
		err = writeFileMode(f.output, 0o600, func(file *os.File) error { return all(file, false) })
	} else {
		err = all(s.out, s.outTerminal)
	}
	if err != nil {
		return &statusError{exitInternal, err}
	}
	if total.Several > 0 {
		fmt.Fprintf(s.err, "logdoc: %d pseudonyms stand for different values in different maps: name the right one with --redact-map\n", total.Several)
	}
	if total.Unknown > 0 {
		fmt.Fprintf(s.err, "logdoc: %d pseudonyms are in no map and stay\n", total.Unknown)
	}
	if total.Several+total.Unknown > 0 {
		return &statusError{exitIncomplete, nil}
	}
	return nil
}

// unredact restores one file.
func unredact(s streams, r *redact.Restorer, w io.Writer, name string, terminal bool) (done redact.Restored, err error) {
	var src io.Reader = s.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return done, fmt.Errorf("read %s: %w", sanitize.Line(name), errors.Unwrap(err))
		}
		defer f.Close()
		src = f
	}
	in := bufio.NewReader(src)
	head, _ := in.Peek(512)
	if bytes.HasPrefix(head, []byte{0x1F, 0x8B}) || bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return done, fmt.Errorf("restore %s: it is packed: unpack it, and give logdoc the files in it", sanitize.Line(name))
	}
	done, err = r.Copy(w, in, escapeFor(head, terminal))
	if err != nil {
		err = fmt.Errorf("restore %s: %w", sanitize.Line(name), err)
	}
	return done, err
}

// escapeFor returns how a value is written in a document that begins so.
func escapeFor(head []byte, terminal bool) func(logdoc.LogText) string {
	head = bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")):
		return func(t logdoc.LogText) string {
			quoted, err := json.Marshal(string(sanitize.JSON(t)))
			if err != nil {
				return string(sanitize.Line(t))
			}
			return strings.Trim(string(sanitize.EscapeJSON(quoted)), `"`)
		}
	case bytes.HasPrefix(head, []byte("<!doctype")), bytes.HasPrefix(head, []byte("<html")), bytes.HasPrefix(head, []byte("<?xml")):
		return func(t logdoc.LogText) string { return html.EscapeString(string(sanitize.Text(t))) }
	case terminal:
		return func(t logdoc.LogText) string { return string(sanitize.Text(t)) }
	}
	// Exactly what was there: a file is no terminal.
	return func(t logdoc.LogText) string { return string(t) }
}

// readMaps reads the maps that are named, or all of the state folder.
func readMaps(s streams, names []string) ([]*redact.Map, error) {
	given := len(names) > 0
	if !given {
		found, err := filepath.Glob(filepath.Join(mapFolder(s), "*.map"))
		if err != nil {
			return nil, fmt.Errorf("look for maps: %w", err)
		}
		names = found
	}
	if len(names) == 0 {
		return nil, errors.New("there is no map of a redaction here: name it with --redact-map")
	}
	var maps []*redact.Map
	for _, name := range names {
		text, err := readBounded(name, maxMap)
		if err == nil {
			var m *redact.Map
			if m, err = redact.ReadMap(text); err == nil {
				maps = append(maps, m)
				continue
			}
		}
		if given {
			if pe, ok := errors.AsType[*fs.PathError](err); ok {
				err = pe.Err
			}
			return nil, fmt.Errorf("read the map %s: %w", name, err)
		}
		fmt.Fprintf(s.err, "logdoc: the map %s was passed over: %s\n", sanitize.Line(name), sanitize.Line(err.Error()))
	}
	return maps, nil
}
