package template

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"logdoc"
)

// action is what one step of a match does.
type action uint8

const (
	takeText      action = iota // fixed text
	takeByte                    // fixed text of one byte
	takeBlanks                  // a run of blanks
	takeRest                    // a hole that ends the template
	takeWordBlank               // a hole up to a run of blanks
	takeUntil                   // a hole up to a text
	takeUntilLast               // a hole up to the last place of a text
	takeTyped                   // a hole that knows where it ends
	takeTime
	takeChoice
)

// step is one step of a match: the template's elements, arranged for speed.
type step struct {
	action action
	named  bool // the hole takes at least one byte
	whole  bool // nothing may follow the text
	char   byte
	hole   int32
	text   text
	layout *Layout
	choice *choice
}

// text is fixed text. Nearly always each of its runs of blanks is one blank: then a comparison of the first eight bytes as one number, and of what is left, tells.
type text struct {
	pieces     []piece
	word, mask uint64 // the first bytes, and which of them there are
	rest       string // from the ninth byte on
	size       int
	// blanks means that it has a run of blanks, open that it ends with one.
	blanks, open bool
}

// Text is fixed text, in which each run of blanks stands for any other.
type Text struct{ text }

// NewText returns the fixed text.
func NewText(s string) Text { return Text{newText(pieces([]byte(s)))} }

// At returns the position behind the text if it stands in b at pos, or -1.
func (t *Text) At(b []byte, pos int) int { return t.at(b, pos) }

func newText(pieces []piece) text {
	t := text{pieces: pieces}
	size := 0
	for _, p := range pieces {
		size += max(len(p.lit), 1)
	}
	raw := make([]byte, 0, size)
	for _, p := range pieces {
		t.open = len(p.lit) == 0
		if t.open {
			t.blanks = true
			raw = append(raw, ' ')
		}
		raw = append(raw, p.lit...)
	}
	t.size = len(raw)
	if t.size > 8 {
		t.rest = string(raw[8:])
	}
	var first [8]byte
	t.mask = ^uint64(0)
	if n := copy(first[:], raw); n < 8 {
		t.mask = 1<<(8*n) - 1
	}
	t.word = binary.LittleEndian.Uint64(first[:])
	return t
}

// at returns the position behind the text if it stands at pos, or -1.
func (t *text) at(b []byte, pos int) int {
	if pos+8 > cap(b) { // what lies behind b may be looked at, but not what lies behind its array
		return matchPieces(b, pos, t.pieces)
	}
	end := pos + t.size
	if binary.LittleEndian.Uint64(b[pos:pos+8])&t.mask == t.word && end <= len(b) && (t.rest == "" || string(b[pos+8:end]) == t.rest) {
		if t.open {
			for end < len(b) && isBlank(b[end]) {
				end++
			}
		}
		return end
	}
	if t.blanks {
		return matchPieces(b, pos, t.pieces)
	}
	return -1
}

const ones, highs = 0x0101010101010101, 0x8080808080808080

// near is how many bytes are searched eight at a time before a search with a higher start-up cost takes over.
const near = 24

// indexByte returns where c first stands in b at or behind from, or -1.
func indexByte(b []byte, from int, c byte) int {
	i := from
	for stop := from + near; i < stop && i+8 <= cap(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:i+8]) ^ uint64(c)*ones
		if zero := (x - ones) &^ x & highs; zero != 0 {
			if i += bits.TrailingZeros64(zero) >> 3; i >= len(b) {
				return -1
			}
			return i
		}
	}
	if i >= len(b) {
		return -1
	}
	if n := bytes.IndexByte(b[i:], c); n >= 0 {
		return i + n
	}
	return -1
}

// indexBlank returns where the first blank stands in b at or behind from, or len(b).
func indexBlank(b []byte, from int) int {
	i := from
	for ; i+8 <= cap(b) && i < len(b); i += 8 {
		v := binary.LittleEndian.Uint64(b[i : i+8])
		x, y := v^' '*ones, v^'\t'*ones
		if zero := ((x-ones)&^x | (y-ones)&^y) & highs; zero != 0 {
			return min(i+bits.TrailingZeros64(zero)>>3, len(b))
		}
	}
	for i < len(b) && !isBlank(b[i]) {
		i++
	}
	return min(i, len(b))
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
	t.steps = make([]step, 0, len(t.elements))
	for i := 0; i <= last; i++ {
		e := t.elements[i]
		if e.hole < 0 {
			st := step{action: takeText, text: newText(e.chunk)}
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
			st.action, st.text, st.whole = takeUntil, newText(t.elements[i].chunk), i == last
			if lit := t.elements[i].chunk[0].lit; len(lit) > 0 {
				st.char = lit[0]
			}
			switch {
			case h.Kind == Last:
				st.action = takeUntilLast
			case st.char == 0 && len(t.elements[i].chunk) == 1:
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
	r.HasStamp = false
	return t.run(0, b[:size], 0, r)
}

// MatchBehind is Match for a text of which it is known that the template's Prefix stands at its start, up to pos.
func (t *Template) MatchBehind(b []byte, pos int, r *Result) bool {
	size := len(b)
	for size > 0 && isBlank(b[size-1]) {
		size--
	}
	if size == 0 || t.end != 0 && b[size-1] != t.end {
		return false
	}
	r.HasStamp = false
	return t.run(1, b[:size], min(pos, size), r)
}

// run matches b, which ends without blanks, from pos on with the steps from the given one on.
func (t *Template) run(from int, b []byte, pos int, r *Result) bool {
	for i := from; i < len(t.steps); i++ {
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
		case takeText:
			if pos = st.text.at(b, pos); pos < 0 {
				return false
			}
			continue
		case takeRest:
			if pos == len(b) && st.named {
				return false
			}
			hi, pos = len(b), len(b)
		case takeWordBlank:
			hi = indexBlank(b, lo)
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
				hi, pos = st.findFirst(b, from)
			} else {
				hi, pos = findLast(b, from, st.text.pieces, st.whole)
			}
			if hi < 0 {
				return false
			}
			if st.char == 0 {
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
	return pos == len(b)
}

// matchPieces returns the position behind the pieces if they stand at pos, or -1.
func matchPieces(b []byte, pos int, chunk []piece) int {
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

// findFirst returns where the step's text first stands at or behind from, and where it ends.
func (st *step) findFirst(b []byte, from int) (at, end int) {
	if st.char == 0 {
		return findBlank(b, from, st.text.pieces, st.whole)
	}
	for at = from; ; at++ {
		if at = indexByte(b, at, st.char); at < 0 {
			return -1, -1
		}
		if end = st.text.at(b, at); end >= 0 && (!st.whole || end == len(b)) {
			return at, end
		}
	}
}

// findBlank is findFirst for a text that starts with blanks.
func findBlank(b []byte, from int, pieces []piece, whole bool) (at, end int) {
	for at = from; ; {
		at = indexBlank(b, at)
		behind := at
		for behind < len(b) && isBlank(b[behind]) {
			behind++
		}
		if behind == at {
			return -1, -1
		}
		if end = matchPieces(b, behind, pieces[1:]); end >= 0 && (!whole || end == len(b)) {
			return at, end
		}
		at = behind
	}
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
		if end = matchPieces(b, at, chunk); end >= 0 && (!whole || end == len(b)) {
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
		if e := matchPieces(b, pos-before, chunk); e >= 0 && (!whole || e == len(b)) {
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
