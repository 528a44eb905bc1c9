// Package template compiles the line templates of the .logdoc language and matches text against them.
//
// In go a template such as "{time:15:04:05} {program} <{code:int}>: {message}" and a line; out come the spans of the holes and the time.
// It knows nothing of formats, symptoms or files. Matching allocates nothing and never looks at a byte more than a few times, so that a
// hostile line costs no more than a long one.
package template

import (
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
	// Choice takes one of the words that were given to Compile for the hole's name.
	Choice
)

var kindWords = map[string]Kind{"last": Last, "int": Int, "hex": Hex, "word": Word, "frame": Frame}

// MaxHoles bounds the holes of one template.
const MaxHoles = 20

// Hole is one named part of a template. An empty name is skipped text.
type Hole struct {
	Name   string
	Kind   Kind
	Layout *Layout  // of a Time hole
	words  []string // of a Choice hole
}

// Result is where a match puts what it read. It can be used again for the next match.
type Result struct {
	// Spans are the holes' parts of the text, in the order of the template's holes.
	Spans [MaxHoles]logdoc.Span
	// Stamp is the first time hole's time; valid when HasStamp.
	Stamp    Stamp
	HasStamp bool
	// Choice is the index of the word that the last Choice hole took.
	Choice int
	// minutes are of the layouts used last, by Layout.slot: some programs write two layouts into one file.
	minutes [4]minute
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
	steps    []step
	first    [256]bool
	// end is the byte that every matching text ends with, blanks aside; 0 when it may be any.
	end byte
	// digit is how far from the end a digit must stand, where an Int hole stands before the closing text; 0 when none must.
	digit int
}

// Error is a mistake in a template: Col is the byte in its text, from 1.
type Error struct {
	Col     int
	Message string
	Advice  string
}

// Error returns the message without its place.
func (e *Error) Error() string { return e.Message }

// Compile reads a template. A hole with a name in choices takes one of those words and nothing else.
func Compile(text string, choices map[string][]string) (*Template, error) {
	t := &Template{Source: text}
	trimmed := strings.TrimRight(text, " \t")
	// Every start compiles hundreds of templates: what they are made of is as large as it will be.
	holes := strings.Count(trimmed, "{")
	t.elements = make([]element, 0, 2*holes+1)
	if holes > 0 {
		t.Holes = make([]Hole, 0, holes+1)
	}
	lit := make([]byte, 0, len(trimmed))
	flush := func() {
		if len(lit) > 0 {
			t.elements = append(t.elements, element{chunk: pieces(lit), hole: -1})
			lit = lit[len(lit):]
		}
	}
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
		if err := t.addHole(spec, i+1, choices); err != nil {
			return nil, err
		}
		i += end
	}
	flush()
	if len(t.Holes) > MaxHoles {
		return nil, &Error{1, fmt.Sprintf("the template has %d holes, %d at most", len(t.Holes), MaxHoles), "leave out what no rule needs: {} skips"}
	}
	t.setFirst()
	t.plan()
	if e := t.elements[len(t.elements)-1]; e.hole < 0 {
		last := e.chunk[len(e.chunk)-1].lit
		t.end = last[len(last)-1]
		if n := len(t.elements); n > 1 && len(e.chunk) == 1 && t.elements[n-2].hole >= 0 && t.Holes[t.elements[n-2].hole].Kind == Int {
			t.digit = len(last)
		}
	}
	return t, nil
}

func unbounded(k Kind) bool { return k == Any || k == Last }

func (t *Template) addHole(spec string, col int, choices map[string][]string) error {
	name, kind, has := strings.Cut(spec, ":")
	hole := Hole{Name: name}
	switch {
	case spec == "tag":
		t.elements = append(t.elements, element{hole: len(t.Holes)})
		t.Holes = append(t.Holes, Hole{Name: "program", Kind: Program}, Hole{Name: "pid", Kind: ProcessID})
		return nil
	case spec == "pri":
		hole.Kind = Priority
	case !has && len(choices[name]) > 0:
		hole.Kind = Choice
		hole.words = choices[name]
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
	count := 0
	for i := range lit {
		if i == 0 || isBlank(lit[i]) != isBlank(lit[i-1]) {
			count++
		}
	}
	out := make([]piece, 0, count)
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

// Prefix returns the fixed text that every matching text starts with, each run of blanks as one blank; empty when the template starts with a hole or a blank.
func (t *Template) Prefix() string {
	e := t.elements[0]
	if e.hole >= 0 || len(e.chunk[0].lit) == 0 {
		return ""
	}
	var b strings.Builder
	for _, p := range e.chunk {
		if len(p.lit) == 0 {
			b.WriteByte(' ')
		}
		b.Write(p.lit)
	}
	return b.String()
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
	case Choice:
		for _, w := range h.words {
			t.first[w[0]] = true
		}
	default:
		set(func(c byte) bool { return true })
	}
}

// MayMatch is a cheap test to run first on a text without blanks at its end: what it refuses cannot match.
func (t *Template) MayMatch(b []byte) bool {
	return len(b) > t.digit && t.first[b[0]] && (t.end == 0 || t.end == b[len(b)-1] && (t.digit == 0 || isDigit(b[len(b)-1-t.digit])))
}

// MayStart reports whether a text that starts with c can match: a cheap test to run first.
func (t *Template) MayStart(c byte) bool { return t.first[c] }
