// Command picture draws captures of the screen as SVG: go run ./docs/picture docs/screens/*.ansi
//
// In go files with the rows of a terminal and their colours, as package tui writes them; out come pictures beside them, the same bytes for the same capture. It knows
// the few escape sequences that the screen uses, and refuses others.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "picture: name the captures: go run ./docs/picture docs/screens/*.ansi")
		os.Exit(2)
	}
	for _, name := range os.Args[1:] {
		if err := draw(name); err != nil {
			fmt.Fprintf(os.Stderr, "picture: %v\n", err)
			os.Exit(1)
		}
	}
}

// draw writes the picture of one capture beside it.
func draw(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	picture, err := svg(string(text))
	if err != nil {
		return fmt.Errorf("draw %s: %w", name, err)
	}
	return os.WriteFile(strings.TrimSuffix(name, ".ansi")+".svg", []byte(picture), 0o644)
}
