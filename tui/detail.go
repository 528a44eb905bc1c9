package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// tab is one part of what is known of a finding.
type tab uint8

const (
	evidenceTab tab = iota
	causeTab
	runbookTab
	relatedTab
	tabs
)

var tabNames = [tabs]sanitize.Safe{"Evidence", "Cause", "Runbook", "Related"}

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

// lookAhead is how many rows below the cursor are kept in sight.
const lookAhead = 3

// placed is a page and where in it the reader is.
type placed struct {
	page *page
	at   place
}

// rows returns the rows in sight, the thing under the cursor among them, as much of it as there is room for.
func (w *placed) rows(height int, focused bool) []line {
	at, p := &w.at, w.page
	if n := len(p.stops); n > 0 {
		at.stop = max(0, min(at.stop, n-1))
		stop := p.stops[at.stop]
		// What comes next is seen as well, where there is room.
		if seen := min(stop[1]+lookAhead, len(p.lines)-1); seen >= at.top+height {
			at.top = seen - height + 1
		}
		if stop[0] < at.top {
			at.top = stop[0]
		}
		if at.stop == 0 && stop[1] < height {
			at.top = 0 // what stands above the first thing is seen with it
		}
	}
	at.top = max(0, min(at.top, len(p.lines)-height))
	lines := slices.Clone(p.lines[at.top:min(at.top+height, len(p.lines))])
	if n := len(p.stops); n > 0 && focused {
		stop := p.stops[at.stop]
		for i := max(stop[0], at.top); i <= min(stop[1], at.top+len(lines)-1); i++ {
			lines[i-at.top] = lines[i-at.top].under()
		}
	}
	return lines
}

// detail shows what is known of one finding, in parts.
type detail struct {
	*shared
	tab tab
	// of is the finding that is shown; places remember where each part of it was left, and left does so for the findings that were shown before.
	of     findingID
	places [tabs]place
	left   map[findingID][tabs]place
	height int
	// drawn is the part that is on the screen, relations are what it shows of the part Related.
	drawn     page
	relations []relation
	// around are the lines around those records for which they were asked for.
	around map[logdoc.Place]surroundings
	// goTo shows another finding.
	goTo func(findingID)
}

// place is where a part of the detail was left: the thing under the cursor, and the first row in sight.
type place struct{ stop, top int }

func newDetail(s *shared) detail {
	return detail{shared: s, left: map[findingID][tabs]place{}, around: map[logdoc.Place]surroundings{}}
}

func (d *detail) turn(n int) { d.tab = tab((int(d.tab) + n + int(tabs)) % int(tabs)) }

func (d *detail) place() *place { return &d.places[d.tab] }

// stop is the number of the thing under the cursor, of n.
func (d *detail) stop(n int) int { return max(0, min(d.place().stop, n-1)) }

// bindings are the keys of the part that is shown.
func (d *detail) bindings(f *logdoc.Finding) []binding {
	var keys []binding
	noun := "line"
	switch {
	case f == nil:
	case d.tab == evidenceTab && len(d.shared.window.evidence(f)) > 0:
		noun = "record"
		shown := d.shared.window.evidence(f)
		e := shown[d.stop(len(shown))]
		keys = []binding{
			{keys: []string{"enter"}, does: "open the record in its log", hint: "log", rank: 1, run: func() tea.Cmd { return send(openLog{e.Place}) }},
			{keys: []string{" ", "c"}, does: "show the lines around the record, or hide them", hint: "around", rank: 2, why: d.whyNoAround(e), run: func() tea.Cmd { return d.toggleAround(e) }},
		}
	case d.tab == runbookTab && len(f.Steps) > 0:
		noun = "step, command or answer"
		keys = d.runbookBindings(f)
	case d.tab == relatedTab && len(d.relations) > 0:
		noun = "finding"
		keys = []binding{{keys: []string{"enter"}, does: "go to the finding", hint: "go there", rank: 1, run: func() tea.Cmd {
			d.goTo(identify(d.relations[d.stop(len(d.relations))].finding))
			return nil
		}}}
	}
	if n := len(d.drawn.stops); n > 0 {
		return append(keys, movement(noun, func(n int) { d.place().stop += n }, max(1, d.height/4), func() { d.place().stop = 0 }, func() { d.place().stop = n - 1 })...)
	}
	return append(keys, movement(noun, func(n int) { d.place().top += n }, d.height, func() { d.place().top = 0 }, func() { d.place().top = len(d.drawn.lines) })...)
}

// view draws the finding. titled says that its title is to be told, for it stands nowhere else.
func (d *detail) view(f *logdoc.Finding, width, height int, focused, titled bool) []line {
	if f == nil {
		return nil
	}
	if id := identify(f); id != d.of {
		d.left[d.of] = d.places
		d.of, d.places = id, d.left[id]
	}
	head := []line{d.bar(width, focused)}
	facts := d.facts(f, width)
	if height < 16 {
		// On a small screen what is known matters more than when it was.
		facts = facts[:1]
	}
	small := height < 12
	if small {
		facts = nil
	}
	if titled {
		mark := words(plain, " ").add(severityRole(f.Severity), signs.Severity(f.Severity)).add(plain, " ")
		title := wrapped(strong, sanitize.Line(f.Title), 3, width-1)
		if small {
			title = []line{words(plain, "   ").add(strong, sanitize.Cut(sanitize.Line(f.Title), width-4))}
		}
		for i, l := range title {
			if i == 0 {
				l = line{spans: append(mark.spans, l.spans[1:]...)}
			}
			head = append(head, l)
		}
		for i, l := range facts {
			facts[i] = line{spans: append([]span{{plain, "  "}}, l.spans...)}
		}
	}
	head = append(head, facts...)
	if height >= 12 {
		head = append(head, line{})
	}
	switch d.tab {
	case causeTab:
		d.drawn = d.cause(f, width)
	case runbookTab:
		d.drawn = d.runbook(f, width)
	case relatedTab:
		d.relations = relations(pointers(d.diagnosis.Findings), f)
		d.drawn = d.related(f, width)
	case evidenceTab, tabs:
		d.drawn = d.evidence(f, width)
	}
	d.height = max(0, height-len(head))
	return append(head, d.window(focused)...)
}

// window returns the rows in sight, the thing under the cursor among them.
func (d *detail) window(focused bool) []line {
	w := placed{page: &d.drawn, at: *d.place()}
	lines := w.rows(d.height, focused)
	*d.place() = w.at
	return lines
}

// status says where in the part the cursor is.
func (d *detail) status(f *logdoc.Finding) sanitize.Safe {
	switch {
	case d.tab == evidenceTab && len(d.shared.window.evidence(f)) > 0:
		shown := len(d.shared.window.evidence(f))
		return sanitize.Line(fmt.Sprintf("record %d of %s", d.stop(shown)+1, thousands(shown)))
	case d.tab == runbookTab && len(f.Steps) > 0:
		settled, _ := d.settled(f)
		return sanitize.Line(fmt.Sprintf("%d of %s settled", settled, counted(len(f.Steps), "step")))
	}
	return tabNames[d.tab]
}

// facts say what kind of finding it is, when it was seen and how often, in one line or two.
func (d *detail) facts(f *logdoc.Finding, width int) []line {
	items := []sanitize.Safe{sanitize.Line(f.Symptom), sanitize.Safe(f.Certainty.String()), state(f), counted(f.Count, "record")}
	width -= 2
	if f.Key != "" {
		items = append(items, "for "+sanitize.Cut(sanitize.Line(f.Key), width/2))
	}
	switch {
	case f.First.IsZero():
	case f.First.Equal(f.Last):
		items = append(items, moment(f.First))
	default:
		items = append(items, moment(f.First)+" to "+until(f.First, f.Last))
	}
	var lines []line
	l := words(plain, " ")
	for _, item := range items {
		if l.width() > 1 && l.width()+3+cells(item) > width {
			lines = append(lines, l)
			l = words(plain, " ")
		}
		if l.width() > 1 {
			l = l.add(dim, " · ")
		}
		l = l.add(dim, item)
	}
	return append(lines, l)
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
		l = l.add(r, name)
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
