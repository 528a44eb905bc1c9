package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// maxMarkText bounds what is kept of a marked line, in bytes.
const maxMarkText = 2000

// marks are the places that a person wants to find again.
func (p *logPane) marks() []logdoc.Mark { return p.work.Marks }

// markAt returns which mark is at a place, -1 for none.
func (p *logPane) markAt(place logdoc.Place) int {
	return slices.IndexFunc(p.marks(), func(m logdoc.Mark) bool { return m.Place.Source == place.Source && m.Place.Line == place.Line })
}

func (p *logPane) markPlaces() []logdoc.Place {
	places := []logdoc.Place{}
	for _, m := range p.marks() {
		places = append(places, m.Place)
	}
	return places
}

// askMark marks the line under the cursor and asks for a note; a line that is marked gets another note.
func (p *logPane) askMark() tea.Cmd {
	l, ok := p.current()
	if !ok {
		return nil
	}
	note := ""
	if i := p.markAt(l.Place); i >= 0 {
		note = string(sanitize.Line(p.marks()[i].Note))
	}
	p.prompt = newPrompt("mark, with a note:", note)
	p.prompt.done = func(text string) tea.Cmd {
		return p.change(func(w *logdoc.Work) {
			m := logdoc.Mark{Place: l.Place, Text: l.Text[:min(len(l.Text), maxMarkText)], Note: logdoc.LogText(text), Time: l.Time}
			if i := slices.IndexFunc(w.Marks, func(old logdoc.Mark) bool { return old.Place == l.Place }); i >= 0 {
				w.Marks[i] = m
			} else {
				w.Marks = append(w.Marks, m)
			}
		})
	}
	return nil
}

// unmark removes the mark of the line under the cursor.
func (p *logPane) unmark() tea.Cmd {
	l, _ := p.current()
	return p.change(func(w *logdoc.Work) {
		w.Marks = slices.DeleteFunc(w.Marks, func(m logdoc.Mark) bool { return m.Place.Source == l.Place.Source && m.Place.Line == l.Place.Line })
	})
}

func (p *logPane) whyNoMarkHere() sanitize.Safe {
	if why := p.whyNoLine(); why != "" {
		return why
	}
	if l, _ := p.current(); p.markAt(l.Place) < 0 {
		return "this line is not marked"
	}
	return ""
}
