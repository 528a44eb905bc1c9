package lang

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// What stands in this file has no notation in .logdoc files: it is what readers of other rule languages, such as rules/cre, hand to rules.

// TermKind is how a term looks at a record.
type TermKind uint8

// The kinds of terms.
const (
	// TermText is a text that stands somewhere in the record, letter by letter.
	TermText TermKind = iota
	// TermRegexp is a regular expression that matches somewhere in the record.
	TermRegexp
	// TermJQ is a jq program that gives something other than false and null for a record that is JSON.
	TermJQ
)

// WhereTerm is one term on the whole record, its continuation lines included, or on one field of it.
type WhereTerm struct {
	Pos  Pos
	Kind TermKind
	Text string
	// Field is empty for the whole record.
	Field string
	// Keep names the fields whose values the match carries, for those who compare them.
	Keep []string
	// Compiled is what rules made of the term when it was checked, so that it is not made twice; nil before.
	Compiled any
}

// HitTerm is one term of a CondHits: the records of an event, or the hits of a condition inside it. Exactly one of both is set.
type HitTerm struct {
	Event *Ref
	Sub   *CondHits
	// Count is how many of them are needed, at least 1.
	Count int
}

// AbsentTerm is a term that must not be seen from Slide after the anchor on, for as long as Window and, if not Absolute, the hit itself last. Both ends belong to it.
type AbsentTerm struct {
	HitTerm
	Window, Slide time.Duration
	// Anchor is an index into the records of the hit, ordered by time.
	Anchor   int
	Absolute bool
}

// CondHits holds where its terms are seen, in their order or in any, within a window, and no absent term stands in its interval. A hit uses up its records; what is
// left may be part of the next one.
type CondHits struct {
	Pos     Pos
	Ordered bool
	Window  time.Duration
	Terms   []HitTerm
	Absent  []AbsentTerm
	// Same names the fields in which the records of a hit must agree.
	Same []string
}

func (*WhereTerm) isWhere() {}
func (*CondHits) isCond()   {}

// Place returns where the condition starts.
func (c *CondHits) Place() Pos { return c.Pos }

// WithWindows replaces the window, and those of the terms. The intervals of absent terms stay: they are no windows of what must be seen.
func (c *CondHits) WithWindows(other Windows) Cond { return c.withWindows(other) }

func (c *CondHits) withWindows(other Windows) *CondHits {
	changed := *c
	changed.Window = other.within(c.Window)
	changed.Terms = slices.Clone(c.Terms)
	for i := range changed.Terms {
		if t := &changed.Terms[i]; t.Sub != nil {
			t.Sub = t.Sub.withWindows(other)
		}
	}
	changed.Absent = slices.Clone(c.Absent)
	for i := range changed.Absent {
		if t := &changed.Absent[i]; t.Sub != nil {
			t.Sub = t.Sub.withWindows(other)
		}
	}
	return &changed
}

// Present visits the events of the terms that must be seen.
func (c *CondHits) Present(visit func(*Ref)) {
	for i := range c.Terms {
		c.Terms[i].present(visit)
	}
}

func (t *HitTerm) present(visit func(*Ref)) {
	if t.Event != nil {
		visit(t.Event)
		return
	}
	t.Sub.Present(visit)
}

// Refs visits all its events, also those that must not be seen.
func (c *CondHits) Refs(visit func(*Ref)) {
	for i := range c.Terms {
		c.Terms[i].refs(visit)
	}
	for i := range c.Absent {
		c.Absent[i].refs(visit)
	}
}

func (t *HitTerm) refs(visit func(*Ref)) {
	if t.Event != nil {
		visit(t.Event)
		return
	}
	t.Sub.Refs(visit)
}

// print writes the condition for a reader. It is no notation of the language, which has none for it.
func (c *CondHits) print() string {
	glue := " and "
	if c.Ordered {
		glue = " then "
	}
	name := func(t *HitTerm) string {
		text := ""
		if t.Sub != nil {
			text = "(" + t.Sub.print() + ")"
		} else {
			text = printRef(t.Event)
		}
		if t.Count > 1 {
			text = strconv.Itoa(t.Count) + " of " + text
		}
		return text
	}
	parts := make([]string, len(c.Terms))
	for i := range c.Terms {
		parts[i] = name(&c.Terms[i])
	}
	text := strings.Join(parts, glue)
	if c.Window > 0 {
		text += " within " + FormatDuration(c.Window)
	}
	for i := range c.Absent {
		text += " unless " + name(&c.Absent[i].HitTerm)
	}
	return text
}
