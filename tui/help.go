package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc/internal/sanitize"
)

// helpPage shows the keys of the pane beneath it, as they stood when it was opened. It is made of the bindings and says nothing that they do not.
type helpPage struct {
	scroll
	title          string
	here, anywhere []binding
	close          func()
}

func (m *model) toggleHelp() {
	if m.help != nil {
		m.help = nil
		return
	}
	p := m.panes[m.shown]
	m.help = &helpPage{title: p.name(), here: p.bindings(), anywhere: m.everywhere(), close: func() { m.help = nil }}
	m.help.fit(len(m.help.lines(m.width)), m.room())
}

func (h *helpPage) bindings() []binding {
	down := func(n int) func() tea.Cmd {
		return func() tea.Cmd { h.top += n; h.cursor = h.top; return nil }
	}
	return []binding{
		{keys: []string{"esc", "q"}, does: "hide the keys", hint: "close", rank: 1, run: func() tea.Cmd { h.close(); return nil }},
		{keys: []string{"down", "j"}, does: "go down one line", run: down(1)},
		{keys: []string{"up", "k"}, does: "go up one line", run: down(-1)},
		{keys: []string{"pgdown", " ", "ctrl+d"}, does: "go down one screen", run: down(h.height)},
		{keys: []string{"pgup", "ctrl+u"}, does: "go up one screen", run: down(-h.height)},
	}
}

func (h *helpPage) lines(width int) []line {
	var lines []line
	section := func(title string, list []binding) {
		if len(list) == 0 {
			return
		}
		lines = append(lines, line{}, words(plain, "  ").add(strong, sanitize.Line(title)))
		for _, b := range list {
			names := make([]string, len(b.keys))
			for i, k := range b.keys {
				names[i] = keyName(k)
			}
			keys, r := sanitize.Line(strings.Join(names, " ")), accent
			text := sanitize.Line(b.does)
			if b.why != "" {
				r, text = dim, text+" – not now: "+b.why
			}
			column := min(22, width/2)
			rest := wrapped(dim, text, column, width-2)
			if b.why == "" {
				rest = wrapped(plain, text, column, width-2)
			}
			head := words(plain, "  ").add(r, sanitize.Cut(keys, column-3)).pad(column)
			for i, l := range rest {
				if i == 0 {
					l = line{spans: append(head.spans, l.spans[1:]...)}
				}
				lines = append(lines, l)
			}
		}
	}
	section(h.title, h.here)
	section("Everywhere", h.anywhere)
	return lines[1:]
}

func (h *helpPage) view(t *theme, width, height int) []string {
	lines := h.lines(width)
	h.height = height
	h.top = max(0, min(h.top, len(lines)-height))
	rows := make([]string, height)
	var b strings.Builder
	for i := range rows {
		b.Reset()
		t.draw(&b, at(lines, h.top+i), width)
		rows[i] = b.String()
	}
	return rows
}
