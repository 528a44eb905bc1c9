// Package template compiles the line templates of the .logdoc language and matches text against them.
//
// In go a template such as "{time:15:04:05} {program} <{code:int}>: {message}" and a line; out come the spans of the holes and the time.
// It knows nothing of formats, symptoms or files. Matching allocates nothing and never looks at a byte more than a few times, so that a
// hostile line costs no more than a long one.
package template

import (
	"bytes"
	"fmt"
	"strings"

	"logdoc"
)

// Kind says what a hole accepts.
type Kind uint8

// The kinds of holes.
const (
	// Any runs up to what follows; it takes at least one byte unless the hole has no name.
	Any Kind = iota
	// Last runs up to the last place where what follows matches.
	Last
	// Int takes digits with an optional sign and inner commas.
	Int
	// Hex takes hexadecimal digits with an optional 0x.
	Hex
	// Word takes letters, digits, '_', '-' and '.'.
	Word
	// Frame takes a Java code location.
	Frame
	// Time takes a stamp in the hole's layout.
	Time
	// Program and ProcessID are the two parts of a syslog tag; the second may be empty.
	Program
	// ProcessID follows a Program hole and is filled by it.
	ProcessID
	// Priority takes a syslog priority, 0 to 191.
	Priority
)

var kindWords = map[string]Kind{"last": Last, "int": Int, "hex": Hex, "word": Word, "frame": Frame}

// MaxHoles bounds the holes of one template.
const MaxHoles = 20

// Hole is one named part of a template. An empty name is skipped text.
type Hole struct {
	Name   string
	Kind   Kind
	Layout *Layout // of a Time hole
}

// Result is where a match puts what it read. It can be used again for the next match.
type Result struct {
	// Spans are the holes' parts of the text, in the order of the template's holes.
	Spans [MaxHoles]logdoc.Span
	// Stamp is the first time hole's time; valid when HasStamp.
	Stamp    Stamp
	HasStamp bool
}

// piece is literal bytes, or, when lit is empty, a run of blanks.
type piece struct{ lit []byte }

// element is either a chunk of pieces or a hole.
type element struct {
	chunk []piece
	hole  int // index, -1 for a chunk
}

// Template is a compiled template. It is safe for use by many goroutines.
type Template struct {
	Source   string
	Holes    []Hole
	elements []element
	first    [256]bool
}

// Error is a mistake in a template: Col is the byte in its text, from 1.
type Error struct {
	Col     int
	Message string
	Advice  string
}

// Error returns the message without its place.
func (e *Error) Error() string { return e.Message }

// Compile reads a template.
func Compile(text string) (*Template, error) {
	t := &Template{Source: text}
	var lit []byte
	flush := func() {
		if len(lit) > 0 {
			t.elements = append(t.elements, element{chunk: pieces(lit), hole: -1})
			lit = nil
		}
	}
	trimmed := strings.TrimRight(text, " \t")
	if strings.TrimSpace(trimmed) == "" {
		return nil, &Error{1, "the template is empty", "write the line as it stands in the log, with {name} for what varies"}
	}
	for i := 0; i < len(trimmed); i++ {
		if trimmed[i] != '{' {
			lit = append(lit, trimmed[i])
			continue
		}
		if i+1 < len(trimmed) && trimmed[i+1] == '{' {
			lit = append(lit, '{')
			i++
			continue
		}
		end := strings.IndexByte(trimmed[i:], '}')
		if end < 0 {
			return nil, &Error{i + 1, "this hole is not closed", "write {name}, or {{ for a brace"}
		}
		spec := trimmed[i+1 : i+end]
		if n := len(t.elements); len(lit) == 0 && n > 0 && t.elements[n-1].hole >= 0 && unbounded(t.Holes[t.elements[n-1].hole].Kind) {
			return nil, &Error{i + 1, "two holes stand side by side", "put the text between them that tells where the first one ends"}
		}
		flush()
		if err := t.addHole(spec, i+1); err != nil {
			return nil, err
		}
		i += end
	}
	flush()
	if len(t.Holes) > MaxHoles {
		return nil, &Error{1, fmt.Sprintf("the template has %d holes, %d at most", len(t.Holes), MaxHoles), "leave out what no rule needs: {} skips"}
	}
	t.setFirst()
	return t, nil
}

func unbounded(k Kind) bool { return k == Any || k == Last }

func (t *Template) addHole(spec string, col int) error {
	name, kind, has := strings.Cut(spec, ":")
	hole := Hole{Name: name}
	switch {
	case spec == "tag":
		t.elements = append(t.elements, element{hole: len(t.Holes)})
		t.Holes = append(t.Holes, Hole{Name: "program", Kind: Program}, Hole{Name: "pid", Kind: ProcessID})
		return nil
	case spec == "pri":
		hole.Kind = Priority
	case !has:
	default:
		if k, ok := kindWords[kind]; ok {
			hole.Kind = k
			break
		}
		layout, err := NewLayout(kind)
		if err != nil {
			return &Error{col + 1 + len(name) + 1, err.Error(), "a kind is last, int, hex, word, frame, or a time layout such as 2006-01-02 15:04:05"}
		}
		hole.Kind, hole.Layout = Time, layout
	}
	if !validName(name) {
		return &Error{col + 1, fmt.Sprintf("%q is no name for a hole", name), "use letters, digits and '_'"}
	}
	for _, other := range t.Holes {
		if other.Name != "" && other.Name == name {
			return &Error{col + 1, fmt.Sprintf("the hole %q stands twice", name), "give the second one another name"}
		}
	}
	t.elements = append(t.elements, element{hole: len(t.Holes)})
	t.Holes = append(t.Holes, hole)
	return nil
}

func validName(name string) bool {
	for i := 0; i < len(name); i++ {
		if !isWord(name[i]) || name[i] == '-' || name[i] == '.' {
			return false
		}
	}
	return true
}

// pieces splits literal text at its runs of blanks.
func pieces(lit []byte) []piece {
	var out []piece
	for len(lit) > 0 {
		n := 0
		for n < len(lit) && isBlank(lit[n]) {
			n++
		}
		if n > 0 {
			out = append(out, piece{})
			lit = lit[n:]
			continue
		}
		for n < len(lit) && !isBlank(lit[n]) {
			n++
		}
		out = append(out, piece{lit: lit[:n:n]})
		lit = lit[n:]
	}
	return out
}

// Literals returns the pieces of fixed text in the template, in order. A text that lacks one of them cannot match.
func (t *Template) Literals() []string {
	var out []string
	for _, e := range t.elements {
		for _, p := range e.chunk {
			if len(p.lit) > 0 {
				out = append(out, string(p.lit))
			}
		}
	}
	return out
}

// Prefix returns the bytes that every matching text starts with; empty when the template starts with a hole.
func (t *Template) Prefix() string {
	e := t.elements[0]
	if e.hole >= 0 || len(e.chunk[0].lit) == 0 {
		return ""
	}
	return string(e.chunk[0].lit)
}

// Hole returns the index of the hole with that name, or -1.
func (t *Template) Hole(name string) int {
	for i, h := range t.Holes {
		if h.Name == name {
			return i
		}
	}
	return -1
}

func (t *Template) setFirst() {
	set := func(accept func(byte) bool) {
		for c := range t.first {
			t.first[c] = accept(byte(c))
		}
	}
	e := t.elements[0]
	if e.hole < 0 {
		if lit := e.chunk[0].lit; len(lit) > 0 {
			t.first[lit[0]] = true
		} else {
			t.first[' '], t.first['\t'] = true, true
		}
		return
	}
	h := t.Holes[e.hole]
	switch h.Kind {
	case Int:
		set(func(c byte) bool { return isDigit(c) || c == '-' || c == '+' })
	case Priority:
		set(isDigit)
	case Hex:
		set(isHex)
	case Word:
		set(isWord)
	case Frame:
		set(func(c byte) bool { return isWord(c) || c == '$' })
	case Time:
		set(h.Layout.first)
	default:
		set(func(c byte) bool { return true })
	}
}

// MayStart reports whether a text that starts with c can match: a cheap test to run first.
func (t *Template) MayStart(c byte) bool { return t.first[c] }

// Match reports whether the whole of b, but for blanks at its end, fits the template, and fills r.
func (t *Template) Match(b []byte, r *Result) bool {
	if len(b) == 0 || !t.first[b[0]] {
		return false
	}
	r.HasStamp = false
	pos := 0
	last := len(t.elements) - 1
	for i := 0; i <= last; i++ {
		e := &t.elements[i]
		if e.hole < 0 {
			n := matchChunk(b, pos, e.chunk)
			if n < 0 {
				return false
			}
			pos = n
			continue
		}
		h := &t.Holes[e.hole]
		if !unbounded(h.Kind) {
			n := t.matchTyped(b, pos, e.hole, r)
			if n < 0 {
				return false
			}
			pos = n
			continue
		}
		lo := pos
		if i == last {
			hi := trimRight(b, lo, len(b))
			if lo == hi && h.Name != "" {
				return false
			}
			r.Spans[e.hole] = logdoc.Span{Lo: int32(lo), Hi: int32(hi)}
			return true
		}
		from := lo
		if h.Name != "" {
			from++
		}
		i++
		chunk := t.elements[i].chunk
		var at, end int
		if h.Kind == Last {
			at, end = findLast(b, from, chunk, i == last)
		} else {
			at, end = findFirst(b, from, chunk, i == last)
		}
		if at < 0 {
			return false
		}
		hi := at
		if len(chunk[0].lit) == 0 {
			hi = trimRight(b, lo, at)
		}
		r.Spans[e.hole] = logdoc.Span{Lo: int32(lo), Hi: int32(hi)}
		pos = end
	}
	return trimRight(b, pos, len(b)) == pos
}

// matchChunk returns the position behind the chunk, or -1.
func matchChunk(b []byte, pos int, chunk []piece) int {
	for i := range chunk {
		lit := chunk[i].lit
		if len(lit) == 0 {
			if pos >= len(b) || !isBlank(b[pos]) {
				return -1
			}
			pos++
			for pos < len(b) && isBlank(b[pos]) {
				pos++
			}
			continue
		}
		if len(b)-pos < len(lit) || string(b[pos:pos+len(lit)]) != string(lit) {
			return -1
		}
		pos += len(lit)
	}
	return pos
}

// findFirst returns where the chunk first stands at or behind from, and where it ends; with whole, only where nothing but blanks follows.
func findFirst(b []byte, from int, chunk []piece, whole bool) (at, end int) {
	lit := chunk[0].lit
	for at = from; at < len(b); at++ {
		if len(lit) == 0 {
			for at < len(b) && !isBlank(b[at]) {
				at++
			}
		} else {
			n := bytes.Index(b[at:], lit)
			if n < 0 {
				return -1, -1
			}
			at += n
		}
		if end = matchChunk(b, at, chunk); end >= 0 && (!whole || trimRight(b, end, len(b)) == end) {
			return at, end
		}
		if len(lit) == 0 {
			for at+1 < len(b) && isBlank(b[at+1]) {
				at++
			}
		}
	}
	return -1, -1
}

// findLast is findFirst from the end.
func findLast(b []byte, from int, chunk []piece, whole bool) (at, end int) {
	anchor, before := chunk[0].lit, 0
	if len(anchor) == 0 && len(chunk) > 1 {
		anchor, before = chunk[1].lit, 1 // the run of blanks before the anchor
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
		if end = matchChunk(b, at, chunk); end >= 0 && (!whole || trimRight(b, end, len(b)) == end) {
			return at, end
		}
		hi = at + before + len(anchor) - 1
		if len(anchor) == 0 {
			hi = at
		}
	}
	return -1, -1
}

func trimRight(b []byte, lo, hi int) int {
	for hi > lo && isBlank(b[hi-1]) {
		hi--
	}
	return hi
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isDigit(c byte) bool { return c-'0' < 10 }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '-' || c == '.'
}
