package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// sizes are the terminals that every pane is drawn on.
var sizes = []struct{ width, height int }{{80, 24}, {160, 48}, {40, 12}}

// checkSize holds a screen to the terminal: as many rows as it has, none wider.
func checkSize(t *testing.T, screen string, width, height int) {
	t.Helper()
	rows := strings.Split(colors.ReplaceAllString(screen, ""), "\n")
	if len(rows) != height {
		t.Errorf("%d rows on a terminal of %d", len(rows), height)
	}
	for i, row := range rows {
		if n := sanitize.Width(sanitize.Safe(row)); n > width {
			t.Errorf("row %d takes %d cells of %d: %q", i, n, width, row)
		}
	}
}

// TestScreens draws every pane at three sizes.
func TestScreens(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
	}{
		{"findings", nil},
		{"unfolded", []string{"space", "down", "down"}},
		{"evidence", []string{"enter", "down"}},
		{"cause", []string{"enter", "tab"}},
		{"runbook", []string{"enter", "tab", "tab", "down", "down"}},
		{"related", []string{"enter", "shift+tab", "down"}},
		{"sources", []string{"2", "down", "space"}},
		{"unexplained", []string{"2", "tab", "space"}},
		{"filter", []string{"/", "c", "e", "r", "t"}},
		{"help", []string{"?"}},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", tt.name, size.width, size.height), func(t *testing.T) {
				lookAt(t, size.width, size.height, nightCase()).presses(tt.keys...).golden(fmt.Sprintf("%s-%dx%d", tt.name, size.width, size.height))
			})
		}
	}
}

// TestScreensOnTheWay draws what is seen before there is anything to see, where nothing was found, and while something is asked.
func TestScreensOnTheWay(t *testing.T) {
	outside := Outside{Export: func(string, *logdoc.Diagnosis, logdoc.Work, bool) error { return ErrExists }}
	empty := &logdoc.Diagnosis{Unchecked: nightCase().Unchecked, Coverage: nightCase().Coverage}
	for _, tt := range []struct {
		name   string
		update logdoc.Update
		keys   []string
	}{
		{"reading", logdoc.Update{Read: 300 << 20, Total: 1 << 30, Source: "bundle.tgz!/node0.zip!/cur/gsan.log.003"}, nil},
		{"nothing", logdoc.Update{Diagnosis: empty, Done: true}, nil},
		{"note", logdoc.Update{Diagnosis: nightCase(), Done: true}, []string{"enter", "tab", "tab", "n", "the key was 41850, and", "left", "left"}},
		{"written-over", logdoc.Update{Diagnosis: nightCase(), Done: true}, []string{"e", "enter"}},
		{"answered", logdoc.Update{Diagnosis: nightCase(), Done: true}, []string{"enter", "tab", "tab", "enter", "down", "down", "down", "enter", "n", "28452 was too low", "enter", "f"}},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", tt.name, size.width, size.height), func(t *testing.T) {
				r := sitDown(t, size.width, size.height, Session{Outside: outside})
				r.clock = r.clock.Add(time.Second)
				r.reads(tt.update).presses(tt.keys...).golden(fmt.Sprintf("%s-%dx%d", tt.name, size.width, size.height))
			})
		}
	}
}

// TestLooks holds the colours of each kind of terminal, byte for byte.
func TestLooks(t *testing.T) {
	for name, look := range map[string]Look{
		"none": {}, "sixteen": {Colors: Sixteen}, "two-hundred": {Colors: TwoHundred}, "dark": {Colors: TrueColors}, "light": {Colors: TrueColors, Light: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := sitDown(t, 80, 24, Session{Look: look})
			r.reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).goldenBytes("look-" + name)
			if name == "none" && strings.Contains(r.model.View(), "[38") {
				t.Error("a terminal without colours is given one")
			}
		})
	}
}
