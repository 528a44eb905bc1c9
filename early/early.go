// Package early keeps every command from asking the terminal for its background.
//
// The init function of Bubble Tea's first version asks: it writes to the terminal, reads from it, and waits up to seconds for an answer, whatever command is run. It
// does not ask when the answer is known, and packages that are ready are initialized in the order of their import paths: this one comes before
// github.com/charmbracelet/bubbletea, and nothing of the module logdoc would. That is why it is a module of its own, and all that it holds. Whoever wants to know the
// background asks when a screen is opened.
package early

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
