package report

import (
	"fmt"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// maxEarlierNote bounds a note of an earlier case, in characters.
const maxEarlierNote = 400

// earlierTitle says where a finding was seen before: "in case 12, night, last 2026-03-04 05:06:07, the newest of 3 cases".
func earlierTitle(e *logdoc.Earlier) (before, name, after sanitize.Safe) {
	before = sanitize.Safe(fmt.Sprintf("in case %d", e.Case))
	if e.Name != "" {
		name = sanitize.CutRunes(sanitize.Line(e.Name), maxKey)
	}
	if !e.Time.IsZero() {
		after = ", " + moment(e.Time)
	}
	if e.Cases > 1 {
		after += sanitize.Safe(fmt.Sprintf(", the newest of %d cases", e.Cases))
	}
	return before, name, after
}

// earlier writes where a finding was seen before, and what was done then.
func (p *printer) earlier(e *logdoc.Earlier) {
	if e == nil {
		return
	}
	before, name, after := earlierTitle(e)
	if name != "" {
		before += " (" + name + ")"
	}
	if e.Host != "" {
		after += ", on the same host " + sanitize.CutRunes(sanitize.Line(e.Host), maxKey)
	}
	text := []sanitize.Safe{"seen " + before + after}
	for _, s := range e.Solved {
		text = append(text, "done then: "+sanitize.Line(s))
	}
	for _, n := range e.Notes {
		text = append(text, "noted then: "+sanitize.CutRunes(sanitize.Line(n), maxEarlierNote))
	}
	p.labelled("Before", text)
}

// earlier writes where a finding was seen before. Names, hosts and notes may come from a log: they stand in code.
func (m *marker) earlier(e *logdoc.Earlier) {
	if e == nil {
		return
	}
	before, name, after := earlierTitle(e)
	text := "**Seen before** " + md(before)
	if name != "" {
		text += " " + sanitize.Code(name)
	}
	text += md(after)
	if e.Host != "" {
		text += ", on the same host " + sanitize.Code(sanitize.CutRunes(sanitize.Line(e.Host), maxKey))
	}
	m.paragraph(text)
	var items []sanitize.Markdown
	for _, s := range e.Solved {
		items = append(items, "done then: "+sanitize.Prose(s))
	}
	for _, n := range e.Notes {
		items = append(items, "noted then: "+sanitize.Code(sanitize.CutRunes(sanitize.Line(n), maxEarlierNote)))
	}
	m.list("", items...)
}

type jsonEarlier struct {
	Cases  int        `json:"cases"`
	Case   int64      `json:"case"`
	Name   text       `json:"name"`
	Time   *time.Time `json:"time"`
	Host   text       `json:"host"`
	Solved []text     `json:"solved"`
	Notes  []text     `json:"notes"`
}

func jsonEarlierOf(e *logdoc.Earlier) *jsonEarlier {
	if e == nil {
		return nil
	}
	return &jsonEarlier{Cases: e.Cases, Case: e.Case, Name: sanitize.JSON(e.Name), Time: instant(e.Time), Host: sanitize.JSON(e.Host),
		Solved: each(e.Solved, sanitize.JSON[string]), Notes: each(e.Notes, sanitize.JSON[logdoc.LogText])}
}

// EarlierJSON is where a finding was seen before, as the JSON report has it: for an encoder.
func EarlierJSON(e *logdoc.Earlier) any { return jsonEarlierOf(e) }
