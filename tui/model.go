package tui

import (
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// pane is one of the views that fill the screen between the head and the status line.
type pane interface {
	// name is the pane's word in the head of the screen.
	name() string
	// bindings are the pane's keys as they stand now. They come before those that hold everywhere.
	bindings() []binding
	// update is shown every message that is no key.
	update(tea.Msg) tea.Cmd
	// status says in a few words what the pane shows.
	status() sanitize.Safe
	// resize gives the pane its size; view draws it in exactly that many rows.
	resize(width, height int)
	view() []string
}

// model is the only tea.Model. It owns the screen's head and foot, and hands everything else to the pane that is shown.
type model struct {
	shared
	width, height int
	panes         []pane
	// shown is the pane on the screen, before are those that back leads to.
	shown  int
	before []int
	// help lies over the pane while it is open.
	help *helpPage
}

func newModel(s Session) *model {
	m := &model{shared: shared{session: s, theme: newTheme(s.Look), diagnosis: &logdoc.Diagnosis{}}}
	if s.Now != nil {
		m.began = s.Now()
	}
	m.work.keeper = &keeper{desk: s.Desk}
	m.panes = []pane{newFindings(&m.shared), newSources(&m.shared), newLogPane(&m.shared), newTimeline(&m.shared)}
	m.resize(80, 24) // a terminal that does not know its size has at least that
	return m
}

// updateMsg is an update of the diagnosis; closedMsg says that no more will come.
type (
	updateMsg logdoc.Update
	closedMsg struct{}
)

// Init asks for the first update, and for what was done before.
func (m *model) Init() tea.Cmd { return tea.Batch(m.listen(), m.loadWork()) }

// listen waits for the next update. Those that are waiting already are taken with it, so that the screen is drawn once and not for each.
func (m *model) listen() tea.Cmd {
	updates := m.session.Updates
	if updates == nil {
		return nil
	}
	return func() tea.Msg {
		u, ok := <-updates
		if !ok {
			return closedMsg{}
		}
		for !u.Done {
			select {
			case next, ok := <-updates:
				if !ok {
					return updateMsg(u)
				}
				if next.Diagnosis == nil {
					next.Diagnosis = u.Diagnosis
				}
				u = next
				continue
			default:
			}
			break
		}
		return updateMsg(u)
	}
}

// Update takes one message. It reads and writes nothing: what takes time is a command.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if msg.Width > 0 && msg.Height > 0 {
			m.resize(msg.Width, msg.Height)
		}
	case tea.KeyMsg:
		return m, m.presses(msg)
	case updateMsg:
		return m, m.take(logdoc.Update(msg))
	case closedMsg:
		m.progress.Done = true
		return m, nil
	case loadedMsg, savedMsg:
		return m, m.takeWork(msg)
	case exportedMsg:
		return m, m.exported(msg)
	case back:
		m.goBack()
		return m, nil
	case openLog:
		m.showLog()
	case setWindow:
		m.window = window(msg)
	}
	return m, m.tellPanes(msg)
}

func (m *model) resize(width, height int) {
	m.width, m.height = width, height
	for _, p := range m.panes {
		p.resize(m.width, m.room())
	}
}

func (m *model) tellPanes(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range m.panes {
		if cmd := p.update(msg); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	switch len(cmds) {
	case 0:
		return nil
	case 1:
		return cmds[0]
	}
	return tea.Batch(cmds...)
}

// take takes an update of the diagnosis and asks for the next one.
func (m *model) take(u logdoc.Update) tea.Cmd {
	if u.Diagnosis != nil {
		m.diagnosis = u.Diagnosis
	}
	u.Diagnosis = nil
	m.progress = u
	cmd := m.tellPanes(updateMsg(u))
	if u.Done {
		return cmd
	}
	return tea.Batch(cmd, m.listen())
}

// room is how many rows the pane has: all but the head and the status line.
func (m *model) room() int { return max(0, m.height-2) }

// presses takes keys. Those that come quickly, or over a slow line, come as one message of several letters; what is pasted is text for a prompt and never keys.
func (m *model) presses(msg tea.KeyMsg) tea.Cmd {
	if msg.Paste && m.prompt == nil {
		m.warn("what was pasted is no key")
		return nil
	}
	if msg.Type != tea.KeyRunes || len(msg.Runes) == 1 || msg.Paste {
		return m.press(msg)
	}
	var cmds []tea.Cmd
	for _, letter := range msg.Runes {
		key := msg
		key.Runes = []rune{letter}
		cmds = append(cmds, m.press(key))
	}
	return tea.Batch(cmds...)
}

// press finds what a key does: in the prompt, in the help, in the pane, everywhere.
func (m *model) press(msg tea.KeyMsg) tea.Cmd {
	m.message = message{}
	if m.prompt != nil {
		asked := m.prompt
		over, cmd := asked.press(msg)
		if over && m.prompt == asked {
			m.prompt = nil
		}
		return cmd
	}
	b, ok := find(m.bindings(), msg.String())
	switch {
	case !ok:
		return nil
	case b.why != "":
		m.warn(b.why)
		return nil
	}
	return b.run()
}

// bindings are all keys that do something now, the nearest first.
func (m *model) bindings() []binding {
	if m.help != nil {
		return append(m.help.bindings(), m.everywhere()...)
	}
	return append(m.panes[m.shown].bindings(), m.everywhere()...)
}

// everywhere are the keys that hold in every pane that has no other use for them.
func (m *model) everywhere() []binding {
	var list []binding
	for i, p := range m.panes {
		why := sanitize.Safe("")
		if i == m.shown && m.help == nil {
			why = sanitize.Line("this is " + p.name())
		}
		list = append(list, binding{keys: []string{string(rune('1' + i))}, does: "show " + strings.ToLower(p.name()), why: why,
			run: func() tea.Cmd { m.show(i); return nil }})
	}
	return append(list,
		binding{keys: []string{"e"}, does: "export the report, with what was done and noted, as Markdown, text or JSON", hint: "export", rank: 80, why: m.whyNoExport(), run: m.askExport},
		binding{keys: []string{"?", "f1"}, does: "show all keys of this pane, or hide them", hint: "help", rank: 100, run: func() tea.Cmd { m.toggleHelp(); return nil }},
		binding{keys: []string{"x"}, does: "show all time again, where the timeline has narrowed it", hint: "all time", rank: 80, why: m.notNarrowed(), run: func() tea.Cmd { return send(setWindow{}) }},
		binding{keys: []string{"ctrl+l"}, does: "draw the screen anew", run: func() tea.Cmd { return tea.ClearScreen }},
		binding{keys: []string{"ctrl+z"}, does: "go to the shell; fg comes back", why: m.whyNoShell(), run: func() tea.Cmd { return tea.Suspend }},
		binding{keys: []string{"esc"}, does: "go back to where you were", why: m.noWayBack(), run: func() tea.Cmd { m.goBack(); return nil }},
		binding{keys: []string{"q"}, does: "go back, and leave from the first pane", hint: "quit", rank: 90, run: m.leave},
		binding{keys: []string{"ctrl+c"}, does: "leave at once", run: func() tea.Cmd { return tea.Quit }},
	)
}

func (m *model) whyNoShell() sanitize.Safe {
	if !m.session.Shell {
		return "there is no shell to go to"
	}
	return ""
}

func (m *model) notNarrowed() sanitize.Safe {
	if m.window.all() {
		return "nothing is narrowed: the timeline does that"
	}
	return ""
}

func (m *model) noWayBack() sanitize.Safe {
	if len(m.before) == 0 {
		return "nothing to go back to: q leaves"
	}
	return ""
}

// leave goes back, and ends the program where there is nothing to go back to.
func (m *model) leave() tea.Cmd {
	if len(m.before) == 0 {
		return tea.Quit
	}
	m.goBack()
	return nil
}

// show shows a pane; back leads to the one that was shown until now.
func (m *model) show(i int) {
	m.help = nil
	if i == m.shown {
		return
	}
	if i == 0 {
		m.before = nil
	} else {
		m.before = append(m.before, m.shown)
	}
	m.shown = i
}

// showLog shows the pane with the raw log.
func (m *model) showLog() {
	for i, p := range m.panes {
		if _, ok := p.(*logPane); ok {
			m.show(i)
		}
	}
}

func (m *model) goBack() {
	if n := len(m.before); n > 0 {
		m.shown, m.before = m.before[n-1], m.before[:n-1]
	}
}

// The smallest screen that anything can be read on.
const minWidth, minHeight = 20, 5

// View draws the screen: the head, the pane, the status line.
func (m *model) View() string {
	if m.width < minWidth || m.height < minHeight {
		return string(sanitize.Cut("make the window larger", m.width))
	}
	var b strings.Builder
	m.theme.draw(&b, m.head(), m.width)
	rows := m.panes[m.shown].view
	if m.help != nil {
		rows = func() []string { return m.help.view(&m.theme, m.width, m.room()) }
	}
	drawn := rows()
	for i := range m.room() {
		b.WriteByte('\n')
		if i < len(drawn) {
			b.WriteString(drawn[i])
		}
	}
	b.WriteByte('\n')
	foot := m.foot(m.width)
	if m.prompt != nil {
		foot = m.prompt.view(m.width)
	}
	m.theme.draw(&b, foot, m.width)
	return b.String()
}

// head says what is open and which panes there are.
func (m *model) head() line {
	l := line{}.add(plain, " ").add(strong, "logdoc").add(plain, "  ")
	tabs := line{}
	for i, p := range m.panes {
		r := dim
		if i == m.shown {
			r = accent
		}
		name := sanitize.Line(p.name())
		if m.width < 60 && i != m.shown {
			name = ""
		}
		tabs = tabs.add(r, sanitize.Line(string(rune('1'+i)))).add(plain, " ").add(r, name).add(plain, "  ")
	}
	room := m.width - l.width() - tabs.width()
	name := sanitize.Line(m.session.Name)
	l = l.add(dim, tail(name, room-2))
	l = l.add(plain, blanks(m.width-l.width()-tabs.width()))
	l.spans = append(l.spans, tabs.spans...)
	return l
}

// tail keeps the end of a text that is too wide: of a path the last part says most.
func tail(s sanitize.Safe, width int) sanitize.Safe {
	if cells(s) <= width {
		return s
	}
	if width <= 1 {
		return ""
	}
	from := len(s)
	for left := width - 1; from > 0; {
		_, size := utf8.DecodeLastRuneInString(string(s[:from]))
		if left -= cells(s[from-size : from]); left < 0 {
			break
		}
		from -= size
	}
	return "…" + s[from:]
}
