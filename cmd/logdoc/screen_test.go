package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/sanitize"
	"logdoc/source"
	"logdoc/tui"
)

// captureOf opens a screen on inputs as logdoc open does, but that nothing is kept, and returns what is to be seen after some keys.
func captureOf(t *testing.T, look tui.Look, width, height int, packs, only, paths, keys []string) string {
	t.Helper()
	p, err := diagnose.Load(packs, diagnose.Selection{Only: only})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC) }
	o := diagnose.Options{Paths: paths, Files: source.Disk{}, Now: now(), Timeline: true}
	name := logdoc.LogText(paths[0])
	if len(paths) > 1 {
		name += logdoc.LogText(fmt.Sprintf(" and %d more", len(paths)-1))
	}
	d, err := diagnose.Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	updates := make(chan logdoc.Update, 1)
	updates <- logdoc.Update{Diagnosis: d, Done: true}
	logs := newRawLogs(p, &o)
	t.Cleanup(logs.close)
	outside := tui.Outside{Export: export, Copy: func(string) (string, error) { return "here", nil }, Write: writeNewFile,
		Draft: func(c logdoc.Cluster) ([]byte, error) { return draftOf(p, c, now()) }}
	return tui.Capture(tui.Session{Name: name, Updates: updates, Now: now, Look: look, Logs: logs, Outside: outside, Shell: true}, width, height, keys...)
}

var looks = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestScreensOfTheDocumentation holds the captures in docs/screens, which the pictures are made of, and the screens that the README shows to what the samples look like.
func TestScreensOfTheDocumentation(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	all := []string{"samples/avamar-case.tgz", "samples/luna-logs.tgz", "samples/mrs-flume-logs.zip"}
	for _, screen := range []struct {
		name          string
		width, height int
		keys          []string
	}{
		{"findings", 80, 24, nil},
		{"wide", 150, 36, []string{"space", "down"}},
		{"runbook", 100, 30, []string{"enter", "tab", "tab", "enter", "enter", "enter", "down", "down", "enter", "n", "47000 was too low", "enter"}},
		{"sources", 120, 34, []string{"2", "tab", "space"}},
		{"timeline", 120, 30, []string{"4"}},
		{"log", 120, 30, []string{"enter", "enter", "tab"}},
	} {
		t.Run(screen.name, func(t *testing.T) {
			got := captureOf(t, tui.Look{Colors: tui.TrueColors}, screen.width, screen.height, nil, nil, all, screen.keys) + "\n"
			same(t, filepath.Join("docs", "screens", screen.name+".ansi"), got)
			var text strings.Builder
			for row := range strings.Lines(looks.ReplaceAllString(got, "")) {
				text.WriteString(strings.TrimRight(row, " \n") + "\n")
			}
			showIn(t, "README.md", screen.name, text.String())
		})
	}
}

// showIn holds a page to a screen that it shows between a comment that names it and the end of the block, or writes it there.
func showIn(t *testing.T, page, name, screen string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), "<!-- screen "+name+" -->\n```text\n")
	if !found {
		return
	}
	shown, after, found := strings.Cut(rest, "```\n")
	switch {
	case !found:
		t.Errorf("%s: the block of the screen %s has no end", page, name)
	case shown == screen:
	case *update:
		if err := os.WriteFile(page, []byte(before+"<!-- screen "+name+" -->\n```text\n"+screen+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s shows another screen %s:\n%s", page, name, cmp.Diff(screen, shown))
	}
}

// TestScreenSink opens a screen on text of every class, and looks at every part of it: none of it acts.
func TestScreenSink(t *testing.T) {
	golden, err := filepath.Abs("testdata/sinks")
	if err != nil {
		t.Fatal(err)
	}
	harmfulBundle(t)
	for name, keys := range map[string][]string{
		"list": nil, "evidence": {"enter"}, "cause": {"enter", "tab"}, "related": {"enter", "shift+tab"}, "sources": {"2", "space", "down", "space", "G", "space"},
		"timeline": {"4"}, "log": {"enter", "enter", "g"}, "log-merged": {"enter", "enter", "tab"}, "log-wrapped": {"enter", "enter", "g", "z"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, look := range []tui.Look{{}, {Colors: tui.TrueColors}} {
				got := captureOf(t, look, 160, 100, []string{"pump.logdoc"}, []string{"acme"}, []string{"case"}, keys)
				if look.Colors == tui.TrueColors {
					same(t, filepath.Join(golden, "screen-"+name), got)
				}
				for _, r := range looks.ReplaceAllString(got, "") {
					if r < ' ' && r != '\n' || 0x7f <= r && r < 0xa0 || sanitize.Hidden(r) {
						t.Errorf("%U is shown", r)
					}
				}
			}
		})
	}
}
