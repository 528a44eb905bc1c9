package tui

import (
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"logdoc/internal/sanitize"
)

// prompt asks for one line of text at the foot of the screen. While it stands, all keys are its own.
type prompt struct {
	label string
	input textinput.Model
	// changed is told of every change, done of the text when it was accepted, left when it was not; each may be nil.
	changed func(text string)
	done    func(text string) tea.Cmd
	left    func()
}

// maxPrompt bounds what can be typed or pasted into a prompt, in characters.
const maxPrompt = 4000

func newPrompt(label, text string) *prompt {
	in := textinput.New()
	in.CharLimit = maxPrompt
	// Reading the clipboard is for the terminal, which pastes as if it were typed.
	in.KeyMap.Paste.SetEnabled(false)
	in.SetValue(text)
	in.CursorEnd()
	in.Focus()
	return &prompt{label: label, input: in}
}

// press takes a key and reports whether the prompt is over.
func (p *prompt) press(msg tea.KeyMsg) (over bool, cmd tea.Cmd) {
	switch msg.String() {
	case "enter":
		if p.done != nil {
			cmd = p.done(p.input.Value())
		}
		return true, cmd
	case "esc", "ctrl+c":
		if p.left != nil {
			p.left()
		}
		return true, nil
	}
	before := p.input.Value()
	p.input, _ = p.input.Update(msg) // its command is a blinking cursor, and this one stands still
	if after := p.input.Value(); after != before && p.changed != nil {
		p.changed(after)
	}
	return false, nil
}

// view draws the prompt in one line, the cursor always in sight.
func (p *prompt) view(width int) line {
	runes := []rune(p.input.Value())
	at := min(p.input.Position(), len(runes))
	label := sanitize.Cut(sanitize.Line(p.label), max(8, width*2/3)) + " "
	room := max(4, width-cells(label)-1)
	before := tail(sanitize.Line(string(runes[:at])), room)
	under, after := sanitize.Safe(" "), sanitize.Safe("")
	if at < len(runes) {
		under, after = sanitize.Line(string(runes[at])), sanitize.Line(string(runes[at+1:]))
	}
	return line{spans: []span{{accent, label}, {plain, before}, {cursor, under}, {plain, after}}}
}
