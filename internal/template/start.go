package template

import "slices"

// A log repeats itself: behind their stamps, most lines start like one of a few before them. Who has seen what a start means can match the next such line from there on, if
// it is known that the start leaves no other way to read it. That is what this file tells.

// Stamped returns the layout of the stamp that every matching text starts with, or nil.
func (t *Template) Stamped() *Layout {
	if t.steps[0].action != takeTime {
		return nil
	}
	return t.steps[0].layout
}

// Rest says how to go on at the named hole: Result spans before it follow from the text before it alone. ok is false when they do not.
func (t *Template) Rest(name string) (rest Rest, ok bool) {
	hole := t.Hole(name)
	for i := range t.steps {
		st := &t.steps[i]
		switch {
		case st.action <= takeBlanks:
		case int(st.hole) == hole && (st.action == takeRest || st.action == takeUntil || st.action == takeUntilLast):
			return Rest{t, i, st.action == takeRest}, true
		case st.action == takeUntilLast || st.action == takeRest:
			return Rest{}, false
		}
	}
	return Rest{}, false
}

// Rest is the end of a template, from one of its holes on.
type Rest struct {
	tmpl *Template
	step int
	// All is true when the hole takes all that follows.
	All bool
}

// Match matches b from pos on, where the hole starts, and sets the spans from there on. A blank at pos does not match.
func (t *Rest) Match(b []byte, pos int, r *Result) bool {
	size := len(b)
	for size > pos && isBlank(b[size-1]) {
		size--
	}
	if size <= pos || isBlank(b[pos]) || t.tmpl.end != 0 && b[size-1] != t.tmpl.end {
		return false
	}
	return t.tmpl.run(t.step, b[:size], pos, r)
}

// MayFollow reports whether a text may match that goes on with b, and then in any way, behind the stamp that the template starts with. It may say so of some that cannot.
func (t *Template) MayFollow(b []byte) bool {
	pos := 0
	for i := 1; i < len(t.steps); i++ {
		if pos >= len(b) {
			return true
		}
		st := &t.steps[i]
		switch st.action {
		case takeByte:
			if b[pos] != st.char {
				return false
			}
			pos++
		case takeBlanks:
			if !isBlank(b[pos]) {
				return false
			}
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
		case takeText:
			end, cut := follow(b, pos, st.text.pieces)
			if cut {
				return true
			}
			if end < 0 {
				return false
			}
			pos = end
		case takeWordBlank:
			hi := indexBlank(b, pos)
			if hi == len(b) {
				return true
			}
			if hi == pos && st.named {
				return false
			}
			for pos = hi; pos < len(b) && isBlank(b[pos]); pos++ {
			}
		case takeUntil:
			if st.whole {
				return true
			}
			if st.named {
				pos++
			}
			_, end := st.findFirst(b, pos)
			if end < 0 {
				return true
			}
			pos = end
		case takeChoice:
			words := t.Holes[st.hole].words
			if slices.ContainsFunc(words, func(w string) bool { return len(w) > len(b)-pos }) {
				return true
			}
			k := slices.IndexFunc(st.choice.by[b[pos]&31], func(w choiceWord) bool { return string(b[pos:pos+len(w.text)]) == w.text })
			if k < 0 {
				return false
			}
			pos += len(st.choice.by[b[pos]&31][k].text)
		case takeTyped:
			var r Result
			end := t.matchTyped(b, pos, int(st.hole), &r)
			if end < 0 {
				switch t.Holes[st.hole].Kind {
				case Int, Hex, Word: // they fail at their first byte, but for a sign
					return len(b)-pos < 2
				}
				return true
			}
			if end > len(b)-3 {
				return true // what is cut off may belong to it
			}
			pos = end
		default:
			return true
		}
	}
	return true
}

// follow is matchPieces for a text that may be cut: then cut is true.
func follow(b []byte, pos int, pieces []piece) (end int, cut bool) {
	for _, p := range pieces {
		if pos >= len(b) {
			return 0, true
		}
		if len(p.lit) == 0 {
			if !isBlank(b[pos]) {
				return -1, false
			}
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
			continue
		}
		n := min(len(p.lit), len(b)-pos)
		if string(b[pos:pos+n]) != string(p.lit[:n]) {
			return -1, false
		}
		if n < len(p.lit) {
			return 0, true
		}
		pos += n
	}
	return pos, false
}

// MayFit reports whether a text may match that starts with a stamp which looks like b up to its seconds: letters where b has letters, digits where it has digits, and
// what else it has. It may say so of some that cannot.
func (t *Template) MayFit(b []byte) bool {
	if l := t.Stamped(); l != nil {
		return l.mayFit(b)
	}
	i := 0
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	if i == len(b) || t.steps[0].action != takeTyped || t.Holes[t.steps[0].hole].Kind != Int || len(t.steps) < 2 {
		return true
	}
	return t.steps[1].action != takeBlanks || isBlank(b[i])
}

func (l *Layout) mayFit(b []byte) bool {
	i := 0
	for _, p := range l.parts {
		digits := 2
		switch p.part {
		case partLiteral:
			for k := range len(p.lit) {
				if i >= len(b) {
					return true
				}
				if c := p.lit[k]; c != b[i] {
					return isDigit(c) && isDigit(b[i]) || isLetter(c) && isLetter(b[i])
				}
				i++
			}
			continue
		case partBlanks, partDayPad:
			if i < len(b) && !isBlank(b[i]) && p.part == partBlanks {
				return false
			}
			for i < len(b) && isBlank(b[i]) {
				i++
			}
			if p.part == partDayPad {
				return i >= len(b) || isDigit(b[i])
			}
			continue
		case partMonthName: // not all are written in Latin letters
			return i >= len(b) || isLetter(b[i]) || monthFirst[b[i]]
		case partWeekday:
			return i >= len(b) || isLetter(b[i])
		case partYear4:
			digits = 4
		case partFraction:
			return i >= len(b) || b[i] == '.' || b[i] == ','
		case partZone, partUTC:
			return true
		}
		for ; digits > 0; digits-- {
			if i >= len(b) {
				return true
			}
			if !isDigit(b[i]) {
				return false
			}
			i++
		}
	}
	return true
}

// Minute is what stood before the seconds of the last stamp that was read in the layout, and is nil when that is not known, or when the layout does not end with
// seconds or a fraction of them. It belongs to the result.
func (r *Result) Minute(l *Layout) []byte {
	m := &r.minutes[l.slot]
	if !m.of(l) || l.tail == tailOther {
		return nil
	}
	return m.text[:m.length]
}

// Seconds reads what follows the minutes in a layout that Minute knows. It returns where the stamp ends, and false when that has to be found in the usual way.
func (l *Layout) Seconds(b []byte, at int, s *Stamp) (int, bool) { return l.seconds(b, s, at) }

// Blind reports whether digits are all alike to the template: of two texts that differ only in which digits stand where both have digits, it matches both or neither, with
// the same spans. Aside from that go the stamp that the template starts with, and a digit in front of an x, which may be the start of a hexadecimal number.
func (t *Template) Blind() bool {
	n := t.blindUpTo(1)
	return n == len(t.elements)
}

// blindUpTo returns how many elements digits are alike to; those before the given one count as such.
func (t *Template) blindUpTo(from int) int {
	for i, e := range t.elements {
		for _, p := range e.chunk {
			if slices.ContainsFunc(p.lit, isDigit) {
				return i
			}
		}
		if e.hole < 0 {
			continue
		}
		switch h := &t.Holes[e.hole]; h.Kind {
		case Time:
			if i >= from {
				return i
			}
		case Priority:
			return i
		case Choice:
			if slices.ContainsFunc(h.words, func(w string) bool { return slices.ContainsFunc([]byte(w), isDigit) }) {
				return i
			}
		}
	}
	return len(t.elements)
}

// Refuses reports whether the template refuses a text together with all that differ from it only in which digits stand where it has digits. A digit in front of an x stays aside,
// as for Blind. It may say no of some that it refuses, and costs many times what a match does.
func (t *Template) Refuses(b []byte) bool {
	n := t.blindUpTo(0)
	if n == len(t.elements) {
		return !t.Match(b, new(Result))
	}
	var layout *Layout
	if e := t.elements[n]; e.hole >= 0 {
		layout = t.Holes[e.hole].Layout
	}
	if n > 0 && t.elements[n-1].hole >= 0 && unbounded(t.Holes[t.elements[n-1].hole].Kind) {
		n, layout = n-1, nil // where it ends is for the next element to say
	}
	end := 0
	if n > 0 {
		start := &Template{Holes: append(slices.Clone(t.Holes), Hole{}), elements: append(slices.Clone(t.elements[:n]), element{hole: len(t.Holes)})}
		start.setFirst()
		start.plan()
		var r Result
		if !start.Match(b, &r) {
			return true
		}
		end = int(r.Spans[len(t.Holes)].Lo)
	}
	return layout != nil && layout.refuses(b[end:])
}

// refuses is Refuses for a layout.
func (l *Layout) refuses(b []byte) bool {
	if l.parts[0].part == partMonthName {
		if _, n := month(b); n == 0 {
			return true
		}
	}
	return !l.mayFit(b)
}
