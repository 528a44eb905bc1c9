package grammar

import (
	"bytes"
	"slices"
	"strings"

	"logdoc"
)

// What becomes of the twins of a record is asked once that was handed over, and then its lines are remembered: as far as it can be proven from the templates that all of them are read alike.

// befriend asks what becomes of the twins of the record that was handed over last, and remembers its lines.
func (sc *Scanner) befriend(ev *logdoc.Event, c *candidate) {
	r, hs, l := sc.pass.reading, c.heads, c.line
	if c.known && len(c.more) == 0 || !hs.remembers(l, ev, c.raw) {
		return
	}
	kind, taken := int32(strange), int32(strange)
	told := []logdoc.Span{{Hi: int32(len(c.raw))}}
	var says *said
	if hs.blindTo(r, l, c.raw, ev) && l.tmpl.Match(bytes.TrimSuffix(c.raw, []byte("\r")), &sc.result) {
		told = told[:0]
		says = &said{l, ev.Format, ev.Severity, ev.Fields}
		for slot, s := range ev.Fields {
			if Told(slot) {
				told = append(told, s)
			}
		}
		// What a template inside the message has replaced was looked at before.
		for _, m := range l.moves {
			if Told(m.slot) {
				told = append(told, sc.result.Spans[m.hole])
			}
		}
		if kin, ok := sc.Twins.Alike(ev); ok && within(kin.Told, ev, c.raw) {
			told = append(told, kin.Told...)
			if kin.OneByOne {
				taken = kin.Kind
			} else {
				kind = kin.Kind
			}
		}
	}
	t, full := hs.twins.find(nil, c.at, c.raw[c.at:])
	if t == nil {
		if full {
			return
		}
		t = sc.enter(hs, nil, c.at, c.raw, told)
	} else if !t.tells(told) {
		return // it is remembered as the start of a record that has other lines, of which less is told
	}
	if kind == strange {
		t.said = says
	}
	for _, b := range c.more {
		next, full := hs.twins.find(t, 0, b)
		if next == nil {
			if full {
				return
			}
			next = sc.enter(hs, t, 0, b, nil)
		}
		t = next
	}
	if t.kind == part {
		t.kind, t.taken, t.format, t.severity = kind, taken, ev.Format, ev.Severity
		sc.memory.roster.note(t)
	}
}

// enter remembers a line.
func (sc *Scanner) enter(hs *heads, parent *twin, at int, line []byte, told []logdoc.Span) *twin {
	t := hs.twins.add(parent, at, line, told)
	switch m := sc.memory; {
	case !wider:
	case parent != nil:
		m.roster.add(t, line, maxLayouts, 0)
	default:
		m.roster.add(t, line, m.number(hs), len(hs.minute))
	}
	return t
}

// forget forgets all lines of the source.
func (sc *Scanner) forget() {
	sc.tell()
	sc.memory.roster = roster{}
	sc.memory.each(func(hs *heads) { hs.twins = twins{} })
}

// remembers reports whether a record that l has read can be remembered there.
func (hs *heads) remembers(l *line, ev *logdoc.Event, raw []byte) bool {
	if hs.layout == nil {
		return l.unstamped && !ev.Clock
	}
	return l.headed && hs.format == l.format && hs.layout.Source == l.tmpl.Stamped().Source && bytes.HasPrefix(raw, hs.minute) && ev.Clock
}

// within reports whether all parts of the record's text stand in its first line as it was read.
func within(parts []logdoc.Span, ev *logdoc.Event, raw []byte) bool {
	return !slices.ContainsFunc(parts, func(s logdoc.Span) bool {
		return int(s.Hi) > len(raw) || !bytes.Equal(ev.Text[s.Lo:s.Hi], raw[s.Lo:s.Hi])
	})
}

// blindTo reports whether all twins of a record's first line that l accepts are accepted by l, and say the same.
func (hs *heads) blindTo(r *Reading, l *line, raw []byte, ev *logdoc.Event) bool {
	if hs.layout == nil && ev.Severity >= logdoc.Warning {
		return false // it is told when such records were
	}
	for _, other := range r.records[raw[0]] {
		switch {
		case other == l:
			return l.blind
		case other.re != nil || other.stamped:
			return false
		case hs.layout == nil:
			if !other.tmpl.Refuses(bytes.TrimSuffix(raw, []byte("\r"))) {
				return false
			}
		case other.tmpl.MayFit(hs.minute) && (!other.blind || other.tmpl.Stamped() != nil && other.tmpl.Stamped().Source != l.tmpl.Stamped().Source):
			return false
		}
	}
	return false
}

// startsNone reports whether no line that differs in digits from one that starts no record does start one.
func (r *Reading) startsNone(b []byte) bool {
	return !slices.ContainsFunc(r.records[b[0]], func(l *line) bool {
		switch {
		case l.re != nil:
			return !l.blind
		case l.stamped:
			return true
		}
		return !l.tmpl.Refuses(b)
	})
}

// root is the first line.
func (t *twin) root() *twin {
	for t.parent != nil {
		t = t.parent
	}
	return t
}

// blind reports whether digits are alike to the template, and to what stands before it.
func (in *inner) blind() bool {
	return in.line.tmpl.Blind() && (in.guardSlot < 0 || Told(in.guardSlot) || !strings.ContainsAny(in.guardValue, "0123456789"))
}
