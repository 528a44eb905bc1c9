package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// Capture returns the screen that a person sees who opens the session on a terminal of that size, waits until the diagnosis is done, and presses keys one after the
// other: rows of text with their colours, as they go to the terminal. Keys are named as in the help ("enter", "ctrl+d", "j"). It is for pictures and documentation.
func Capture(s Session, width, height int, keys ...string) string {
	p := &player{model: newModel(s)}
	p.do(p.model.Init())
	p.tell(tea.WindowSizeMsg{Width: width, Height: height})
	for _, key := range keys {
		p.press(key)
	}
	return p.model.View()
}

// player steps a model through messages. Every command is run to its end before the next message: nothing happens beside it.
type player struct {
	model *model
	gone  bool
}

// tell hands a message to the model, draws, and runs what comes of it.
func (p *player) tell(msg tea.Msg) {
	_, cmd := p.model.Update(msg)
	p.model.View()
	p.do(cmd)
}

func (p *player) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.do(c)
		}
	case tea.QuitMsg:
		p.gone = true
	default:
		p.tell(msg)
	}
}

// press presses a key by its name, or several letters at once.
func (p *player) press(key string) {
	if key == "space" {
		key = " "
	}
	if kind, ok := keyTypes[key]; ok {
		p.tell(tea.KeyMsg{Type: kind, Runes: []rune(key)})
		return
	}
	p.tell(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)})
}

// keyTypes are the keys that are no letters, by Bubble Tea's names for them.
var keyTypes = func() map[string]tea.KeyType {
	types := map[string]tea.KeyType{}
	for t := tea.KeyF20 - 10; t <= tea.KeyBackspace; t++ {
		if name := (tea.KeyMsg{Type: t}).String(); name != "" && t != tea.KeyRunes {
			types[name] = t
		}
	}
	return types
}()
