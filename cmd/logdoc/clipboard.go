package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/atotto/clipboard"
	"github.com/aymanbagabas/go-osc52/v2"
)

// maxClipboard bounds what is copied, in bytes: terminals drop longer sequences without a word.
const maxClipboard = 64 << 10

// copier puts text on the clipboard: of the terminal, which is the person's own also over ssh, and of this machine where there is one.
type copier struct {
	terminal io.Writer
	getenv   func(string) string
	// local is nil where this machine has no clipboard.
	local func(string) error
}

func newCopier(terminal *os.File) copier {
	c := copier{terminal: terminal, getenv: os.Getenv}
	if !clipboard.Unsupported {
		c.local = clipboard.WriteAll
	}
	return c
}

// copy says how the text was copied. That the terminal has taken it cannot be known: most do, some ask, a few ignore it.
func (c copier) copy(text string) (how string, err error) {
	if len(text) > maxClipboard {
		return "", errors.New("it is longer than a terminal takes")
	}
	sequence := osc52.New(text)
	if strings.HasPrefix(c.getenv("TERM"), "screen") && c.getenv("TMUX") == "" {
		sequence = sequence.Screen()
	}
	// One write, so that it never stands within what the screen writes.
	if _, err := io.WriteString(c.terminal, sequence.String()); err != nil {
		return "", err
	}
	how = "through the terminal (OSC 52)"
	local := c.local != nil && (c.getenv("DISPLAY") != "" || c.getenv("WAYLAND_DISPLAY") != "")
	if local && c.getenv("SSH_CONNECTION") == "" && c.local(text) == nil {
		how += " and to this machine's clipboard"
	}
	return how, nil
}
