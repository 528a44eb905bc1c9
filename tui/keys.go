package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"logdoc/internal/sanitize"
)

// binding is one thing that a key does. Bindings are data: the status line, the help and docs/tui.md are made of them, and a key does nothing that none of them says.
type binding struct {
	// keys are named as Bubble Tea names them ("enter", "ctrl+d"); the first is the one that is shown.
	keys []string
	// does says what the key does, in the words of the help; hint says it in one word or two for the status line.
	does, hint string
	// rank orders the hints of the status line, the lowest first. 0 is for keys that stand in the help alone.
	rank int
	// why says what is in the way when the key can do nothing now: it is shown when the key is pressed all the same.
	why sanitize.Safe
	run func() tea.Cmd
}

// keyNames are the words for keys that do not name themselves.
var keyNames = map[string]string{
	" ": "space", "pgdown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→", "shift+tab": "⇧tab",
}

func keyName(key string) string {
	if name, ok := keyNames[key]; ok {
		return name
	}
	return key
}

// find returns the binding of a key: the first in the list that has it.
func find(bindings []binding, key string) (binding, bool) {
	for _, b := range bindings {
		for _, k := range b.keys {
			if k == key {
				return b, true
			}
		}
	}
	return binding{}, false
}

// movement is the part of a key map that every list has: go calls what moves by rows, jump what goes to the first or the last.
func movement(what string, move func(rows int), page int, first, last func()) []binding {
	do := func(f func()) func() tea.Cmd { return func() tea.Cmd { f(); return nil } }
	return []binding{
		{keys: []string{"down", "j"}, does: "go down one " + what, run: do(func() { move(1) })},
		{keys: []string{"up", "k"}, does: "go up one " + what, run: do(func() { move(-1) })},
		{keys: []string{"pgdown", "ctrl+d", "ctrl+f"}, does: "go down one screen", run: do(func() { move(max(1, page)) })},
		{keys: []string{"pgup", "ctrl+u", "ctrl+b"}, does: "go up one screen", run: do(func() { move(-max(1, page)) })},
		{keys: []string{"home", "g"}, does: "go to the first " + what, run: do(first)},
		{keys: []string{"end", "G"}, does: "go to the last " + what, run: do(last)},
	}
}
