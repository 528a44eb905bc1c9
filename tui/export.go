package tui

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// exportedMsg says that the report was written, or why not.
type exportedMsg struct {
	name string
	err  error
}

func (m *model) whyNoExport() sanitize.Safe {
	if m.session.Outside.Export == nil {
		return "no report can be written here"
	}
	return ""
}

// askExport asks for the file that the report goes to. What is found so far can be exported while the input is still being read: the report then says so.
func (m *model) askExport() tea.Cmd {
	m.prompt = newPrompt("export to (.md .txt .json)", "case.md")
	m.prompt.done = func(name string) tea.Cmd {
		if name = strings.TrimSpace(name); name == "" {
			m.warn("nothing was written: a file needs a name")
			return nil
		}
		return m.export(name, false)
	}
	return nil
}

func (m *model) export(name string, over bool) tea.Cmd {
	write, d, w := m.session.Outside.Export, *m.diagnosis, clone(m.work.Work)
	if !m.progress.Done {
		note := logdoc.Note{LeftOut: true, Text: "exported while the input was still being read: this is what was found until then"}
		if m.session.Live {
			note = logdoc.Note{Text: "exported while the logs were followed: this is what was found until then"}
		}
		d.Notes = append(slices.Clone(d.Notes), note)
	}
	return func() tea.Msg { return exportedMsg{name, write(name, &d, w, over)} }
}

// exported tells how it went. A file that is there already is written over only on a clear word.
func (m *model) exported(msg exportedMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, ErrExists):
		m.prompt = newPrompt("type yes to write over "+string(sanitize.Line(msg.name))+", which is there already", "")
		m.prompt.done = func(answer string) tea.Cmd {
			if strings.TrimSpace(strings.ToLower(answer)) != "yes" {
				m.tell("nothing was written")
				return nil
			}
			return m.export(msg.name, true)
		}
	case msg.err != nil:
		m.fail("export", msg.err)
	default:
		m.tell("written to " + sanitize.Line(msg.name))
	}
	return nil
}
