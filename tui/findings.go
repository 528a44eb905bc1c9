package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc/internal/sanitize"
)

// findings is the first pane: the list of findings, and all that is known of the one under the cursor.
type findings struct {
	*shared
	list          list
	detail        detail
	width, height int
	// inDetail is true while the keys go to the detail.
	inDetail bool
}

func newFindings(s *shared) *findings {
	p := &findings{shared: s}
	p.list = list{shared: s, unfolded: map[findingID]bool{}}
	p.detail = newDetail(s)
	p.detail.goTo = func(id findingID) {
		if !p.list.goTo(id) {
			p.warn("this finding is not in the list: a filter or a part of time leaves it out")
		}
	}
	p.list.take()
	return p
}

func (p *findings) name() string { return "Findings" }

func (p *findings) resize(width, height int) { p.width, p.height = width, height }

func (p *findings) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case updateMsg:
		p.list.take()
	case setWindow:
		p.list.arrange()
	case aroundMsg:
		p.detail.takeAround(msg)
	case copiedMsg:
		if msg.err != nil {
			p.fail("copy", msg.err)
		} else {
			p.tell("copied: " + sanitize.Line(msg.how))
		}
	}
	return nil
}

// status counts the findings, and says what is left out of the list.
func (p *findings) status() sanitize.Safe {
	if f := p.list.selected(); p.inDetail && f != nil {
		return p.detail.status(f)
	}
	text := counted(len(p.list.all), "finding")
	if len(p.list.all) == 0 {
		text = "no findings"
	}
	if p.list.filter != "" {
		text = sanitize.Line(thousands(len(p.list.rows))) + " of " + text + " · filter " + sanitize.Line(p.list.filter)
	}
	if !p.window.all() {
		text += " · a part of time"
	}
	if p.progress.Done && p.diagnosis.Incomplete() {
		text += " · not all was read"
	}
	return text
}

// layout says how the pane is divided.
type layout uint8

const (
	// single shows the list or the detail, whichever has the keys.
	single layout = iota
	// stacked shows the list above the detail.
	stacked
	// sideBySide shows the list left of the detail.
	sideBySide
)

func (p *findings) layout() layout {
	switch {
	case p.width >= 120 && p.height >= 10:
		return sideBySide
	case p.width >= 60 && p.height >= 16:
		return stacked
	}
	return single
}

func (p *findings) bindings() []binding {
	if p.inDetail {
		return append(p.detail.bindings(p.list.selected()), p.detailBindings()...)
	}
	none := sanitize.Safe("")
	if p.list.selected() == nil {
		none = "there is no finding here"
	}
	keys := []binding{
		{keys: []string{"enter", "right"}, does: "look at the finding", hint: "open", rank: 1, why: none, run: func() tea.Cmd { p.open(); return nil }},
		{keys: []string{" "}, does: "show or hide the consequences of a finding", hint: "fold", rank: 2, why: p.list.whyNoFold(), run: func() tea.Cmd { p.list.fold(); return nil }},
		{keys: []string{"/"}, does: "filter the findings by letters of their titles, names, keys", hint: "filter", rank: 4, run: p.askFilter},
		{keys: []string{"r"}, does: "go to the runbook", hint: "runbook", rank: 3, why: none, run: func() tea.Cmd { p.open(); p.detail.tab = runbookTab; return nil }},
		{keys: []string{"tab"}, does: "show the next part of the detail", hint: "next part", rank: 5, why: none, run: func() tea.Cmd { p.detail.turn(1); return nil }},
		{keys: []string{"shift+tab"}, does: "show the part of the detail before", why: none, run: func() tea.Cmd { p.detail.turn(-1); return nil }},
	}
	if p.list.filter != "" {
		keys = append(keys, binding{keys: []string{"esc"}, does: "drop the filter", hint: "all", rank: 2, run: func() tea.Cmd { p.setFilter(""); return nil }})
	}
	touch := func(f func()) func() { return func() { p.list.touched = true; f() } }
	return append(keys, movement("finding", func(n int) { p.list.touched = true; p.list.move(n) }, p.list.height, touch(p.list.first), touch(p.list.last))...)
}

// detailBindings lead out of the detail.
func (p *findings) detailBindings() []binding {
	return []binding{
		{keys: []string{"tab", "right"}, does: "show the next part", hint: "next part", rank: 20, run: func() tea.Cmd { p.detail.turn(1); return nil }},
		{keys: []string{"r"}, does: "go to the runbook", run: func() tea.Cmd { p.detail.tab = runbookTab; return nil }},
		{keys: []string{"shift+tab", "left"}, does: "show the part before", run: func() tea.Cmd { p.detail.turn(-1); return nil }},
		{keys: []string{"esc", "q"}, does: "go back to the list", hint: "back", rank: 21, run: func() tea.Cmd { p.inDetail = false; return nil }},
		{keys: []string{"ctrl+n", "J"}, does: "look at the next finding", run: func() tea.Cmd { p.list.touched = true; p.list.move(1); return nil }},
		{keys: []string{"ctrl+p", "K"}, does: "look at the finding before", run: func() tea.Cmd { p.list.touched = true; p.list.move(-1); return nil }},
	}
}

func (p *findings) open() {
	p.list.touched = true
	p.inDetail = true
}

func (p *findings) askFilter() tea.Cmd {
	old := p.list.filter
	p.prompt = newPrompt("filter", old)
	p.prompt.changed = p.setFilter
	p.prompt.left = func() { p.setFilter(old) }
	return nil
}

// setFilter filters the list. The cursor stays on its finding where it is still there, else on the first.
func (p *findings) setFilter(text string) {
	p.list.touched = true
	p.list.filter = text
	p.list.arrange()
}

// view draws the list and the detail in the pane's layout.
func (p *findings) view() []string {
	f := p.list.selected()
	if f == nil {
		p.inDetail = false
	}
	var rows []string
	var b strings.Builder
	draw := func(lines []line, height int) {
		for i := range height {
			b.Reset()
			p.theme.draw(&b, at(lines, i), p.width)
			rows = append(rows, b.String())
		}
	}
	switch p.layout() {
	case sideBySide:
		left := min(max(p.width*45/100, 60), 90)
		right := p.width - left - 1
		return p.theme.beside(p.list.view(left, p.height, !p.inDetail), left, p.detail.view(f, right, p.height, p.inDetail, true), right, p.height)
	case stacked:
		above := p.height
		if f != nil {
			least := 1
			if !p.progress.Done {
				least = 5 // what stands below does not move with every finding that arrives
			}
			above = min(max(len(p.list.rows), least), p.height*2/5)
		}
		if p.inDetail {
			above = 0
		}
		draw(p.list.view(p.width, above, !p.inDetail), above)
		if f != nil {
			draw(p.detail.view(f, p.width, p.height-above, p.inDetail, p.inDetail), p.height-above)
		}
	case single:
		if p.inDetail {
			draw(p.detail.view(f, p.width, p.height, true, true), p.height)
		} else {
			draw(p.list.view(p.width, p.height, true), p.height)
		}
	}
	return rows
}
