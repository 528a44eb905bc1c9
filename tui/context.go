package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// surroundings are the lines around a record, once they were read.
type surroundings struct {
	before, after []sanitize.Safe
	// reading is true until they are there; failed says why they never will be.
	reading bool
	failed  sanitize.Safe
}

const (
	// aroundLines are the lines that are shown on each side of a record.
	aroundLines = 3
	// aroundPatience bounds how long they may take: a log deep in an archive is read up to the record. The log's own pane shows how far it is, and waits as long as it takes.
	aroundPatience = 20 * time.Second
	// maxSurroundings bounds the records whose surroundings are kept.
	maxSurroundings = 200
)

// aroundMsg brings the lines around a record.
type aroundMsg struct {
	place logdoc.Place
	surroundings
}

// whyNoAround says why the lines around a record cannot be shown.
func (d *detail) whyNoAround(e *logdoc.Evidence) sanitize.Safe {
	switch {
	case d.session.Logs == nil:
		return "the logs cannot be opened here"
	case e.Place.Line == 0:
		return "the whole of the source is the evidence"
	}
	return ""
}

// toggleAround shows the lines around a record, or hides them.
func (d *detail) toggleAround(e *logdoc.Evidence) tea.Cmd {
	if _, shown := d.around[e.Place]; shown {
		delete(d.around, e.Place)
		return nil
	}
	if len(d.around) >= maxSurroundings {
		clear(d.around)
	}
	d.around[e.Place] = surroundings{reading: true}
	logs, place, own := d.session.Logs, e.Place, max(1, len(sanitize.Lines(e.Text)))
	return func() tea.Msg {
		ctx, stop := context.WithTimeout(context.Background(), aroundPatience)
		defer stop()
		before, after, err := readAround(ctx, logs, place, own)
		if err != nil {
			return aroundMsg{place, surroundings{failed: sanitize.Line("the lines around it: " + err.Error())}}
		}
		return aroundMsg{place, surroundings{before: before, after: after}}
	}
}

// readAround reads the lines in front of a record and behind it; own is how many lines it has.
func readAround(ctx context.Context, logs Logs, place logdoc.Place, own int) (before, after []sanitize.Safe, err error) {
	log, err := logs.Open(ctx, place.Source)
	if err != nil {
		return nil, nil, err
	}
	front, err := log.Lines(ctx, logdoc.LineQuery{From: place, Count: -aroundLines})
	if err != nil {
		return nil, nil, err
	}
	back, err := log.Lines(ctx, logdoc.LineQuery{From: place, Count: own + aroundLines})
	if err != nil {
		return nil, nil, err
	}
	text := func(lines []logdoc.Line) []sanitize.Safe {
		out := make([]sanitize.Safe, len(lines))
		for i := range lines {
			out[i] = sanitize.Line(lines[i].Text)
		}
		return out
	}
	return text(front.Lines), text(back.Lines[min(own, len(back.Lines)):]), nil
}

// takeAround takes what was read, unless it was hidden meanwhile.
func (d *detail) takeAround(msg aroundMsg) {
	if _, shown := d.around[msg.place]; shown {
		d.around[msg.place] = msg.surroundings
	}
}

// surround draws lines around a record, dim, each cut to the width: they are for orientation.
func (p *page) surround(lines []sanitize.Safe, width int) {
	for _, text := range lines {
		p.line(words(plain, "   ").add(dim, sanitize.Cut(text, max(1, width-4))))
	}
}
