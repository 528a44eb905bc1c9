package report

import (
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// earlier writes where a finding was seen before, and what was done then.
func (p *printer) earlier(e *logdoc.Earlier) {
	if e != nil {
		p.labelled("Before", signs.Earlier(e))
	}
}

// earlier writes where a finding was seen before. Names, hosts and notes may come from a log: they stand in code.
func (m *marker) earlier(e *logdoc.Earlier) {
	if e == nil {
		return
	}
	before, name, after := signs.EarlierCase(e)
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
		items = append(items, "noted then: "+sanitize.Code(signs.EarlierNote(n)))
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
