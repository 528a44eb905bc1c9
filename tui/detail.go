package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// tab is one part of what is known of a finding.
type tab uint8

const (
	evidenceTab tab = iota
	causeTab
	tabs
)

var tabNames = [tabs]sanitize.Safe{"Evidence", "Cause"}

// page is a part of the detail, drawn to a width: its lines, and the rows of those things in it that the cursor goes to.
type page struct {
	lines []line
	// stops are the first and the last row of each thing; without any, the page is scrolled by rows.
	stops [][2]int
}

func (p *page) line(l line) { p.lines = append(p.lines, l) }
func (p *page) blank()      { p.lines = append(p.lines, line{}) }
func (p *page) prose(r role, text sanitize.Safe, indent, width int) {
	p.lines = append(p.lines, wrapped(r, text, indent, width)...)
}

// stop marks the lines that draw adds as one thing for the cursor.
func (p *page) stop(draw func()) {
	first := len(p.lines)
	draw()
	p.stops = append(p.stops, [2]int{first, len(p.lines) - 1})
}

// detail shows what is known of one finding, in parts.
type detail struct {
	*shared
	tab tab
	// of is the finding that the places are of; places remember where each part was left.
	of     findingID
	places [tabs]place
	height int
	drawn  page
}

// place is where a part of the detail was left: the thing under the cursor, and the first row in sight.
type place struct{ stop, top int }

func newDetail(s *shared) detail { return detail{shared: s} }

func (d *detail) turn(n int) { d.tab = tab((int(d.tab) + n + int(tabs)) % int(tabs)) }

func (d *detail) place() *place { return &d.places[d.tab] }

func (d *detail) bindings(f *logdoc.Finding) []binding {
	if len(d.drawn.stops) > 0 {
		last := len(d.drawn.stops) - 1
		open := binding{keys: []string{"enter"}, does: "open the record in its log", hint: "log", rank: 1, run: func() tea.Cmd {
			return send(openLog{f.Evidence[max(0, min(d.place().stop, len(f.Evidence)-1))].Place})
		}}
		return append([]binding{open}, movement("record", func(n int) { d.place().stop += n }, max(1, d.height/4), func() { d.place().stop = 0 }, func() { d.place().stop = last })...)
	}
	return movement("line", func(n int) { d.place().top += n }, d.height, func() { d.place().top = 0 }, func() { d.place().top = len(d.drawn.lines) })
}

// view draws the finding. titled says that its title is to be told, for it stands nowhere else.
func (d *detail) view(f *logdoc.Finding, width, height int, focused, titled bool) []line {
	if f == nil {
		return nil
	}
	if id := identify(f); id != d.of {
		d.of, d.places = id, [tabs]place{}
	}
	var head []line
	head = append(head, d.bar(width, focused))
	if titled {
		head = append(head, wrapped(strong, sanitize.Line(f.Title), 1, width-1)...)
	}
	facts := sanitize.Line(f.Symptom) + " · " + sanitize.Safe(f.Certainty.String()) + " · " + state(f)
	head = append(head, words(dim, " "+facts))
	switch d.tab {
	case causeTab:
		d.drawn = d.cause(f, width)
	default:
		d.drawn = d.evidence(f, width)
	}
	d.height = max(0, height-len(head))
	return append(head, d.window(focused)...)
}

// window returns the rows in sight, the thing under the cursor among them.
func (d *detail) window(focused bool) []line {
	at, p := d.place(), &d.drawn
	if n := len(p.stops); n > 0 {
		at.stop = max(0, min(at.stop, n-1))
		stop := p.stops[at.stop]
		if stop[1] >= at.top+d.height {
			at.top = stop[1] - d.height + 1
		}
		if stop[0] < at.top {
			at.top = stop[0]
		}
		if at.stop == 0 {
			at.top = 0
		}
	}
	at.top = max(0, min(at.top, len(p.lines)-d.height))
	lines := append([]line(nil), p.lines[at.top:min(at.top+d.height, len(p.lines))]...)
	if n := len(p.stops); n > 0 && focused {
		stop := p.stops[at.stop]
		for i := max(stop[0], at.top); i <= min(stop[1], at.top+len(lines)-1); i++ {
			lines[i-at.top].selected = true
		}
	}
	return lines
}

// bar is the line with the names of the parts.
func (d *detail) bar(width int, focused bool) line {
	l := words(rule, "─")
	for t, name := range tabNames {
		r := dim
		if tab(t) == d.tab {
			r = strong
			if focused {
				r = accent
			}
			name = "[" + name + "]"
		} else {
			name = " " + name + " "
		}
		l = l.add(r, name).add(rule, "─")
	}
	return l.add(rule, sanitize.Safe(strings.Repeat("─", max(0, width-l.width()))))
}

// state says where the finding stood at the capture.
func state(f *logdoc.Finding) sanitize.Safe {
	if f.State == logdoc.Cleared && !f.ClearedAt.IsZero() {
		return "cleared " + moment(f.ClearedAt)
	}
	return sanitize.Safe(f.State.String())
}
