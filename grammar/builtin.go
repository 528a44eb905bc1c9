package grammar

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Builtin holds the formats that come with the program, one file a product, below "formats".
//
//go:embed formats/*.logdoc
var Builtin embed.FS

// sampleTime is what year-less samples are read with, so that checking does not depend on the day.
var sampleTime = time.Date(2012, 3, 10, 0, 0, 0, 0, time.UTC)

// CheckSamples reads every format's samples and reports what is not read as the file says.
func (s *Set) CheckSamples() lang.Problems {
	var problems lang.Problems
	for _, f := range s.formats {
		for _, sample := range f.samples {
			problems = append(problems, s.checkSample(f, sample)...)
		}
	}
	return problems
}

func (s *Set) checkSample(f *Format, sample lang.Sample) lang.Problems {
	text := strings.Join(sample.Text.Lines, "\n")
	problem := func(pos lang.Pos, width int, message, advice string) lang.Problems {
		return lang.Problems{{Pos: pos, Width: max(width, 1), Message: message, Advice: advice}}
	}
	var got *logdoc.Event
	var ps lang.Problems
	s.Read(f.Name, []byte(text), sampleTime, func(ev *logdoc.Event) {
		if got != nil {
			return
		}
		copied := *ev
		got = &copied
		for _, want := range sample.Fields {
			have, known := s.sampleField(f, ev, want.Name.Value)
			switch {
			case !known:
				ps = append(ps, problem(want.Name.Pos, len(want.Name.Value), fmt.Sprintf("format %s has no field %q", f.Name, want.Name.Value), didYouMean(want.Name.Value, append(s.Fields(f.index), "time", "severity")))...)
			case have != want.Value.Value:
				ps = append(ps, problem(want.Value.Pos, len(want.Value.Value), fmt.Sprintf("%s is read as %q", want.Name.Value, have), "correct the template or the expectation")...)
			}
		}
	})
	if got == nil || got.Format == Plain {
		return problem(sample.Text.Pos, len(sample.Text.Lines[0]), fmt.Sprintf("no line of format %s accepts this sample", f.Name), "correct the template or the sample")
	}
	return ps
}

func (s *Set) sampleField(f *Format, ev *logdoc.Event, name string) (string, bool) {
	switch name {
	case "severity":
		return ev.Severity.String(), true
	case "time":
		if !ev.Clock {
			return "", true
		}
		return time.Unix(0, ev.Time).UTC().Format(time.RFC3339Nano), true
	}
	slot, ok := f.slot(name)
	if !ok {
		return "", false
	}
	return string(ev.Field(slot)), true
}

// Read parses a small text as a log of one format, for examples and samples.
func (s *Set) Read(format string, text []byte, modTime time.Time, emit func(*logdoc.Event)) {
	r := (&Set{}).Detect(text, Options{ModTime: modTime}) // without formats every line is plain
	if _, ok := s.byName[format]; ok {
		r = s.Detect(text, Options{Force: format, ModTime: modTime})
	}
	var tally Tally
	NewScanner().Scan(r, s, Chunk{Data: text, Line: 1}, &tally, emit)
}
