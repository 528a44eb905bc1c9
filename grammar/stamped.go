package grammar

import (
	"fmt"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// A log of no known format still has records, as long as its lines say when they were written. What stands here finds the time of such a line in the notations that are
// met most often, without asking the line to look like anything else.

// fewStamped is how many lines with a time of no known format are needed for them to be records in a log of a known one.
const fewStamped = 3

// lastResort adds the format that reads any line with a time, where the head has such lines that no other format knows: as the main format when they are the most,
// beside it when they are many.
func (s *Set) lastResort(r *Reading, order []*Format, lines [][]byte) {
	var last *Format
	for _, f := range s.formats {
		if f.last {
			last = f
		}
	}
	if last == nil {
		return
	}
	sc := r.scratch
	blank := &Reading{modTime: r.modTime}
	known, stamped, heads := 0, 0, 0
	for _, b := range lines {
		b, _ = unmark(b)
		if len(b) == 0 {
			continue
		}
		if b[0] != ' ' && b[0] != '\t' {
			heads++
		}
		switch {
		case s.knows(sc, blank, order, b):
			known++
		case sc.accepts(blank, last.records, b, &sc.probe) != nil:
			stamped++
		}
	}
	switch {
	case stamped == 0 || stamped*10 < heads:
		return
	case stamped > known:
		r.Format = last
		r.Why = fmt.Sprintf("by the times of %d of the first %d lines", known+stamped, len(lines))
	case stamped < fewStamped || stamped*4 < known:
		return
	}
	r.tables = s.arranged(append(slices.Clip(order), last), r.Format)
}

// LastResort reports whether the format reads any line with a time, and so says nothing of what a file is.
func (f *Format) LastResort() bool { return f.last }

// known lists the formats without those of the last resort.
func (s *Set) known() []*Format {
	return slices.DeleteFunc(slices.Clone(s.formats), func(f *Format) bool { return f.last })
}

// knows reports whether a format accepts the line and tells something by it.
func (s *Set) knows(sc *Scanner, r *Reading, formats []*Format, b []byte) bool {
	for _, f := range formats {
		if l := sc.accepts(r, f.records, b, &sc.probe); l != nil && l.telling {
			return true
		}
		if l := sc.accepts(r, f.headers, b, &sc.probe); l != nil && l.kind == lang.LineHeader {
			return true
		}
	}
	return false
}

// parseStamped reads a line that says when it was written; ev is filled when it does.
func (sc *Scanner) parseStamped(r *Reading, f *Format, b []byte, ev *logdoc.Event) bool {
	var at moment
	if len(b) == 0 || !at.find(b) {
		return false
	}
	*ev = logdoc.Event{Format: f.index, Head: b}
	if at.epoch {
		ev.Time, ev.Clock = at.nanoseconds, true
	} else {
		sc.stamp(r, f, &at.stamp, r.zone, ev)
	}
	if !ev.Clock {
		return false
	}
	ev.Severity = f.severityNear(b, &at)
	if ev.Severity == logdoc.Unrated {
		ev.Severity = f.otherwise
	}
	lo := 0
	if !at.field {
		for lo = at.hi; lo < len(b) && strings.IndexByte(" \t]|:-,", b[lo]) >= 0; lo++ {
		}
	}
	ev.Fields[logdoc.FieldMessage] = logdoc.Span{Lo: int32(lo), Hi: int32(len(b))}
	return true
}
