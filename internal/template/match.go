package template

import (
	"bytes"
	"slices"

	"logdoc"
)

// action is what one step of a match does.
type action uint8

const (
	takeChunk     action = iota // fixed text
	takeByte                    // fixed text of one byte
	takeBlanks                  // a run of blanks
	takeRest                    // a hole that ends the template
	takeWordBlank               // a hole up to a run of blanks
	takeUntil                   // a hole up to a chunk
	takeUntilLast               // a hole up to the last place of a chunk
	takeTyped                   // a hole that knows where it ends
	takeTime
	takeChoice
)

// step is one step of a match: the template's elements, arranged for speed.
type step struct {
	action action
	named  bool // the hole takes at least one byte
	whole  bool // nothing may follow the chunk
	char   byte
	hole   int32
	chunk  []piece
	layout *Layout
	choice *choice
}

// choice finds a word by its first byte.
type choice struct {
	by [32][]choiceWord
}

type choiceWord struct {
	text  string
	index int
}

func newChoice(words []string) *choice {
	c := &choice{}
	for i, w := range words {
		k := w[0] & 31
		c.by[k] = append(c.by[k], choiceWord{w, i})
	}
	// A longer word comes before one that it starts with.
	for _, list := range c.by {
		slices.SortStableFunc(list, func(a, b choiceWord) int { return len(b.text) - len(a.text) })
	}
	return c
}

// plan turns the elements into steps.
func (t *Template) plan() {
	last := len(t.elements) - 1
	for i := 0; i <= last; i++ {
		e := t.elements[i]
		if e.hole < 0 {
			st := step{action: takeChunk, chunk: e.chunk}
			if len(e.chunk) == 1 {
				switch len(e.chunk[0].lit) {
				case 0:
					st.action = takeBlanks
				case 1:
					st.action, st.char = takeByte, e.chunk[0].lit[0]
				}
			}
			t.steps = append(t.steps, st)
			continue
		}
		h := &t.Holes[e.hole]
		st := step{action: takeTyped, hole: int32(e.hole), named: h.Name != "", layout: h.Layout}
		switch {
		case h.Kind == Time:
			st.action = takeTime
		case h.Kind == Choice:
			st.action, st.choice = takeChoice, newChoice(h.words)
		case !unbounded(h.Kind):
		case i == last:
			st.action = takeRest
		default:
			i++
			st.action, st.chunk, st.whole = takeUntil, t.elements[i].chunk, i == last
			switch {
			case h.Kind == Last:
				st.action = takeUntilLast
			case len(st.chunk) == 1 && len(st.chunk[0].lit) == 0:
				st.action = takeWordBlank
			}
		}
		t.steps = append(t.steps, st)
	}
}

// Match reports whether the whole of b, but for blanks at its end, fits the template, and fills r.
func (t *Template) Match(b []byte, r *Result) bool {
	if len(b) == 0 || !t.first[b[0]] {
		return false
	}
	size := len(b)
	for size > 0 && isBlank(b[size-1]) {
		size--
	}
	if size == 0 || t.end != 0 && b[size-1] != t.end {
		return false
	}
	b = b[:size]
	r.HasStamp = false
	pos := 0
	for i := range t.steps {
		st := &t.steps[i]
		lo := pos
		hi := pos
		switch st.action {
		case takeByte:
			if pos >= len(b) || b[pos] != st.char {
				return false
			}
			pos++
			continue
		case takeBlanks:
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
			if pos == lo {
				return false
			}
			continue
		case takeChunk:
			if pos = matchChunk(b, pos, st.chunk); pos < 0 {
				return false
			}
			continue
		case takeRest:
			if pos == len(b) && st.named {
				return false
			}
			hi, pos = len(b), len(b)
		case takeWordBlank:
			for hi < len(b) && !isBlank(b[hi]) {
				hi++
			}
			if hi == lo && st.named || hi == len(b) {
				return false
			}
			pos = hi
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
		case takeUntil, takeUntilLast:
			from := lo
			if st.named {
				from++
			}
			if st.action == takeUntil {
				hi, pos = findFirst(b, from, st.chunk, st.whole)
			} else {
				hi, pos = findLast(b, from, st.chunk, st.whole)
			}
			if hi < 0 {
				return false
			}
			if len(st.chunk[0].lit) == 0 {
				hi = trimRight(b, lo, hi)
			}
		case takeTime:
			into := &r.Stamp
			if r.HasStamp {
				into = new(Stamp)
			}
			n, ok := st.layout.parse(b[pos:], into, &r.minutes[st.layout.slot])
			if !ok {
				return false
			}
			r.HasStamp = true
			pos += n
			hi = pos
		case takeChoice:
			if pos >= len(b) {
				return false
			}
			rest := b[pos:]
			for k := range st.choice.by[b[pos]&31] {
				w := &st.choice.by[b[pos]&31][k]
				if len(rest) >= len(w.text) && string(rest[:len(w.text)]) == w.text {
					r.Choice = w.index
					pos += len(w.text)
					break
				}
			}
			if pos == lo {
				return false
			}
			hi = pos
		case takeTyped:
			if pos = t.matchTyped(b, pos, int(st.hole), r); pos < 0 {
				return false
			}
			continue
		}
		r.Spans[st.hole] = logdoc.Span{Lo: int32(lo), Hi: int32(hi)}
	}
	return pos == size
}

// matchChunk returns the position behind the chunk, or -1.
func matchChunk(b []byte, pos int, chunk []piece) int {
	for i := range chunk {
		lit := chunk[i].lit
		switch len(lit) {
		case 0:
			if pos >= len(b) || !isBlank(b[pos]) {
				return -1
			}
			pos++
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
		case 1:
			if pos >= len(b) || b[pos] != lit[0] {
				return -1
			}
			pos++
		default:
			if len(b)-pos < len(lit) || b[pos] != lit[0] || string(b[pos:pos+len(lit)]) != string(lit) {
				return -1
			}
			pos += len(lit)
		}
	}
	return pos
}

// near is how far a hole's end is looked for byte by byte, before a search with a higher start-up cost takes over.
const near = 24

// findFirst returns where the chunk first stands at or behind from, and where it ends; with whole, only where nothing follows.
func findFirst(b []byte, from int, chunk []piece, whole bool) (at, end int) {
	lit := chunk[0].lit
	if len(lit) == 0 {
		return findBlank(b, from, chunk, whole)
	}
	c := lit[0]
	for at = from; at < len(b); at++ {
		stop := min(at+near, len(b))
		for at < stop && b[at] != c {
			at++
		}
		if at == stop {
			n := bytes.IndexByte(b[at:], c)
			if n < 0 {
				return -1, -1
			}
			at += n
		}
		if end = matchChunk(b, at, chunk); end >= 0 && (!whole || end == len(b)) {
			return at, end
		}
	}
	return -1, -1
}

// findBlank is findFirst for a chunk that starts with blanks.
func findBlank(b []byte, from int, chunk []piece, whole bool) (at, end int) {
	for at = from; at < len(b); {
		for at < len(b) && !isBlank(b[at]) {
			at++
		}
		behind := at
		for behind < len(b) && isBlank(b[behind]) {
			behind++
		}
		if behind == at {
			break
		}
		if end = matchChunk(b, behind, chunk[1:]); end >= 0 && (!whole || end == len(b)) {
			return at, end
		}
		at = behind
	}
	return -1, -1
}

// findLast is findFirst from the end.
func findLast(b []byte, from int, chunk []piece, whole bool) (at, end int) {
	anchor, before := chunk[0].lit, 0
	if len(anchor) == 0 && len(chunk) > 1 {
		anchor, before = chunk[1].lit, 1 // the run of blanks before the anchor
	}
	if len(anchor) == 1 {
		return lastByte(b, from, chunk, whole, anchor[0], before)
	}
	for hi := len(b); hi > from; {
		if len(anchor) == 0 {
			at = hi - 1
			for at >= from && !isBlank(b[at]) {
				at--
			}
		} else {
			at = bytes.LastIndex(b[from:hi], anchor)
			if at >= 0 {
				at += from - before
			}
		}
		if at < from {
			return -1, -1
		}
		if end = matchChunk(b, at, chunk); end >= 0 && (!whole || end == len(b)) {
			return at, end
		}
		hi = at + before + len(anchor) - 1
		if len(anchor) == 0 {
			hi = at
		}
	}
	return -1, -1
}

// lastByte is findLast for a chunk that is found by one byte. It searches forwards, which the processor does many bytes at a time.
func lastByte(b []byte, from int, chunk []piece, whole bool, c byte, before int) (at, end int) {
	at, end = -1, -1
	for pos := from + before; pos < len(b); pos++ {
		n := bytes.IndexByte(b[pos:], c)
		if n < 0 {
			break
		}
		pos += n
		if e := matchChunk(b, pos-before, chunk); e >= 0 && (!whole || e == len(b)) {
			at, end = pos-before, e
		}
	}
	return at, end
}

func trimRight(b []byte, lo, hi int) int {
	for hi > lo && isBlank(b[hi-1]) {
		hi--
	}
	return hi
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isDigit(c byte) bool { return c-'0' < 10 }
func isLetter(c byte) bool {
	c |= 0x20
	return c >= 'a' && c <= 'z'
}
func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '-' || c == '.'
}
