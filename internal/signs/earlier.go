package signs

import (
	"fmt"

	"logdoc"
	"logdoc/internal/sanitize"
)

// maxNote bounds a note of an earlier case, in characters.
const maxNote = 400

// Earlier says where a finding was seen before, and what was done and noted then, a text for each; nothing where it was not seen.
func Earlier(e *logdoc.Earlier) []sanitize.Safe {
	if e == nil {
		return nil
	}
	before, name, after := EarlierCase(e)
	if name != "" {
		before += " (" + name + ")"
	}
	if e.Host != "" {
		after += ", on the same host " + sanitize.CutRunes(sanitize.Line(e.Host), maxName)
	}
	text := []sanitize.Safe{"seen " + before + after}
	for _, s := range e.Solved {
		text = append(text, "done then: "+sanitize.Line(s))
	}
	for _, n := range e.Notes {
		text = append(text, "noted then: "+EarlierNote(n))
	}
	return text
}

// EarlierCase says in which case a finding was seen before, in three parts, of which the case's name stands between the others and may be empty.
func EarlierCase(e *logdoc.Earlier) (before, name, after sanitize.Safe) {
	before = sanitize.Safe(fmt.Sprintf("in case %d", e.Case))
	if e.Name != "" {
		name = sanitize.CutRunes(sanitize.Line(e.Name), maxName)
	}
	if !e.Time.IsZero() {
		after = ", " + sanitize.Safe(e.Time.UTC().Format("2006-01-02 15:04:05"))
	}
	if e.Cases > 1 {
		after += sanitize.Safe(fmt.Sprintf(", the newest of %d cases", e.Cases))
	}
	return before, name, after
}

// EarlierNote is a note of an earlier case, of which no more is told than there is room for.
func EarlierNote(n logdoc.LogText) sanitize.Safe { return sanitize.CutRunes(sanitize.Line(n), maxNote) }
