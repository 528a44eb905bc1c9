package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Bounds of a bundle of evidence.
const (
	// evidenceAround is how many lines in front of a record and behind it go with it.
	evidenceAround = 20
	// evidenceRecord is how many lines of a record go with it at most.
	evidenceRecord = 200
	// maxFactLines and maxFactFile bound a file that facts were read from.
	maxFactLines, maxFactFile = 10_000, 1 << 20
	maxEvidence               = 64 << 20
	maxEvidenceFiles          = 2000
)

// evidenceFile is a file of the bundle.
type evidenceFile struct {
	// name is the source's; text is a part of it, of these lines.
	name, text logdoc.LogText
	lines      string
}

// evidence reads what a bundle of evidence holds: the records that findings rest on, with the lines around them, and the files that facts were read from. What could not be read is told in its list.
func evidence(ctx context.Context, logs *rawLogs, d *logdoc.Diagnosis) ([]evidenceFile, error) {
	places := map[logdoc.LogText][]logdoc.Evidence{}
	var add func(findings []logdoc.Finding)
	add = func(findings []logdoc.Finding) {
		for i := range findings {
			for _, e := range findings[i].Evidence {
				places[e.Place.Source] = append(places[e.Place.Source], e)
			}
			add(findings[i].Consequences)
		}
	}
	add(d.Findings)
	for i := range d.Silenced {
		add([]logdoc.Finding{d.Silenced[i].Finding})
	}
	facts := map[logdoc.LogText]bool{}
	for i := range d.Coverage.Sources {
		s := &d.Coverage.Sources[i]
		if facts[s.Source] = len(s.Facts) > 0; facts[s.Source] && places[s.Source] == nil {
			places[s.Source] = []logdoc.Evidence{}
		}
	}
	var sources []logdoc.LogText
	for i := range d.Coverage.Sources {
		if name := d.Coverage.Sources[i].Source; places[name] != nil && !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
	}
	var files []evidenceFile
	var list strings.Builder
	fmt.Fprintf(&list, "What a report of logdoc rests on: its records with up to %d lines around them, and the files that it read values from.\n\n", evidenceAround)
	total := 0
	for _, source := range sources {
		if len(files) >= maxEvidenceFiles || total >= maxEvidence {
			fmt.Fprintf(&list, "left out, for there is too much: %s\n", sanitize.Line(source))
			continue
		}
		f, err := evidenceOf(ctx, logs, source, places[source], facts[source])
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			fmt.Fprintf(&list, "left out: %s: %s\n", sanitize.Line(source), sanitize.Line(err.Error()))
			continue
		}
		total += len(f.text)
		files = append(files, f)
		fmt.Fprintf(&list, "%s\n  lines %s\n", sanitize.Line(f.name), f.lines)
	}
	if len(d.Unchecked) > 0 {
		var wanted []string
		for _, u := range d.Unchecked {
			wanted = append(wanted, u.Collect...)
		}
		slices.Sort(wanted)
		if wanted = slices.Compact(wanted); len(wanted) > 0 {
			list.WriteString("\nNot in the input, and worth bringing:\n")
			for _, w := range wanted {
				fmt.Fprintf(&list, "  %s\n", w)
			}
		}
	}
	return append([]evidenceFile{{name: "CONTENTS.txt", text: logdoc.LogText(list.String())}}, files...), nil
}

// evidenceOf reads what is wanted of one source: all of a file that holds facts, else the lines around some records.
func evidenceOf(ctx context.Context, logs *rawLogs, source logdoc.LogText, at []logdoc.Evidence, whole bool) (evidenceFile, error) {
	log, err := logs.Open(ctx, source)
	if err != nil {
		return evidenceFile{}, err
	}
	lines := map[int]logdoc.LogText{}
	size := 0
	take := func(q logdoc.LineQuery, limit int) error {
		q.Width = 64 << 10
		for size < limit {
			page, err := log.Lines(ctx, q)
			if err != nil {
				return err
			}
			for _, l := range page.Lines {
				if size >= limit {
					return nil
				}
				if _, known := lines[l.Place.Line]; !known {
					size += len(l.Text) + 1
				}
				lines[l.Place.Line] = l.Text
			}
			if !page.More || q.Count < 0 {
				return nil
			}
			if q.Count -= len(page.Lines); q.Count <= 0 {
				return nil
			}
			q.From = page.Next
		}
		return nil
	}
	if whole {
		err = take(logdoc.LineQuery{Count: maxFactLines}, maxFactFile)
	}
	for _, e := range at {
		if err != nil {
			break
		}
		record := min(evidenceRecord, 1+strings.Count(string(e.Text), "\n"))
		if err = take(logdoc.LineQuery{From: e.Place, Count: -evidenceAround}, maxEvidence); err == nil {
			err = take(logdoc.LineQuery{From: e.Place, Count: record + evidenceAround}, maxEvidence)
		}
	}
	if err != nil {
		return evidenceFile{}, err
	}
	numbers := make([]int, 0, len(lines))
	for n := range lines {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var text strings.Builder
	var ranges []string
	from := 0
	for i, n := range numbers {
		if i == 0 || numbers[i-1] != n-1 {
			from = n
		}
		text.WriteString(string(lines[n]) + "\n")
		if i+1 == len(numbers) || numbers[i+1] != n+1 {
			ranges = append(ranges, fmt.Sprintf("%d-%d", from, n))
		}
	}
	return evidenceFile{name: source, text: logdoc.LogText(text.String()), lines: strings.Join(ranges, ", ")}, nil
}

// memberNames gives each file a name that no program takes for more than one: below the folder evidence, without steps up, control characters or doubles.
func memberNames(files []evidenceFile) []string {
	names := make([]string, len(files))
	used := map[string]bool{}
	for i, f := range files {
		var parts []string
		for part := range strings.SplitSeq(strings.ReplaceAll(string(sanitize.Line(f.name)), `\`, "/"), "/") {
			part = strings.Trim(strings.Map(func(r rune) rune {
				if r < ' ' || strings.ContainsRune(`:*?"<>|`, r) {
					return '_'
				}
				return r
			}, part), " ")
			part = strings.TrimSuffix(part, "!")
			if part == "" || part == "." || part == ".." {
				continue
			}
			if runes := []rune(part); len(runes) > 100 {
				part = string(runes[:60]) + "…" + string(runes[len(runes)-39:])
			}
			parts = append(parts, part)
		}
		if len(parts) > 12 {
			parts = append([]string{"…"}, parts[len(parts)-12:]...)
		}
		name := "evidence/" + strings.Join(parts, "/")
		if i > 0 {
			name += ".txt"
		}
		for n := 2; used[name]; n++ {
			name = strings.TrimSuffix(name, ".txt") + fmt.Sprintf("-%d.txt", n)
		}
		used[name] = true
		names[i] = name
	}
	return names
}

// packEvidence makes an archive of the files: the same files, the same bytes.
func packEvidence(files []evidenceFile) ([]byte, error) {
	var out bytes.Buffer
	zw, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	tw := tar.NewWriter(zw)
	for i, name := range memberNames(files) {
		// A record is a copy of what the log holds, control characters and all: nobody is shown it here.
		text := []byte(files[i].text)
		h := tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if err := tw.WriteHeader(&h); err != nil {
			return nil, err
		}
		if _, err := tw.Write(text); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// attached redacts the files, and lets them pass only if nothing is left in them that had to go.
func (x *redaction) attached(files []evidenceFile) ([]evidenceFile, error) {
	out := make([]evidenceFile, len(files))
	var all [][]byte
	for i, f := range files {
		out[i] = evidenceFile{name: x.Text(f.name), text: x.Text(f.text)}
	}
	for i, name := range memberNames(out) {
		all = append(all, []byte(name), []byte(out[i].text))
	}
	return out, x.release(all...)
}

// writeEvidence writes the archive, for its owner alone.
func writeEvidence(name string, files []evidenceFile) error {
	archive, err := packEvidence(files)
	if err != nil {
		return fmt.Errorf("pack the evidence: %w", err)
	}
	return writeFileMode(name, 0o600, func(f *os.File) error {
		_, err := f.Write(archive)
		return err
	})
}
