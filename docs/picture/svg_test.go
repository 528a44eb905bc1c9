package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPicturesAreOfTheirCaptures holds the pictures in docs/screens to the captures beside them.
func TestPicturesAreOfTheirCaptures(t *testing.T) {
	captures, err := filepath.Glob("../screens/*.ansi")
	if err != nil {
		t.Fatal(err)
	}
	if len(captures) == 0 {
		t.Fatal("there are no captures")
	}
	for _, name := range captures {
		capture, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := svg(string(capture))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(strings.TrimSuffix(name, ".ansi") + ".svg"); err != nil || string(got) != want {
			t.Errorf("the picture of %s is of another screen: go run ./docs/picture docs/screens/*.ansi (%v)", filepath.Base(name), err)
		}
		d := xml.NewDecoder(strings.NewReader(want))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestLooks(t *testing.T) {
	got, err := svg("\x1b[1;38;2;255;0;16mred\x1b[0m <&\x1b[48;2;1;2;3m  \x1b[0m\n漢字\x1b[7mx\x1b[0m")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`x="14" y="27.68" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#ff0010" font-weight="bold">red<`, `> &lt;&amp;<`,
		`<rect x="64.4" y="14" width="16.8" height="18" fill="#010203"/>`, `textLength="33.6" lengthAdjust="spacingAndGlyphs">漢字<`, `fill="#171b22">x<`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	for _, odd := range []string{"\x1b]0;x\a", "\x1b[2J", "\x1b[38;5;1mx", "\x1b[38;2;300;0;0mx", "\x1b[9mx"} {
		if _, err := svg(odd); err == nil {
			t.Errorf("no error for %q", odd)
		}
	}
}
