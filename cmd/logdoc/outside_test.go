package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logdoc"
	"logdoc/tui"
)

func TestCopier(t *testing.T) {
	for _, tt := range []struct {
		name        string
		env         map[string]string
		noLocal     bool
		want, local string
		how         string
	}{
		{name: "a terminal far away", env: map[string]string{"SSH_CONNECTION": "x", "DISPLAY": ":0"}, want: "\x1b]52;c;bHMgLWwK\a", how: "through the terminal (OSC 52)"},
		{name: "this machine", env: map[string]string{"WAYLAND_DISPLAY": "w"}, want: "\x1b]52;c;bHMgLWwK\a", local: "ls -l\n", how: "through the terminal (OSC 52) and to this machine's clipboard"},
		{name: "no clipboard here", env: map[string]string{"DISPLAY": ":0"}, noLocal: true, want: "\x1b]52;c;bHMgLWwK\a", how: "through the terminal (OSC 52)"},
		{name: "screen", env: map[string]string{"TERM": "screen"}, want: "\x1bP\x1b]52;c;bHMgLWwK\a\x1b\\", how: "through the terminal (OSC 52)"},
		{name: "tmux", env: map[string]string{"TERM": "screen-256color", "TMUX": "x"}, want: "\x1b]52;c;bHMgLWwK\a", how: "through the terminal (OSC 52)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var terminal strings.Builder
			local := ""
			c := copier{terminal: &terminal, getenv: func(name string) string { return tt.env[name] }, local: func(text string) error { local = text; return nil }}
			if tt.noLocal {
				c.local = nil
			}
			how, err := c.copy("ls -l\n")
			if err != nil || how != tt.how || terminal.String() != tt.want || local != tt.local {
				t.Errorf("%q, %v; the terminal gets %q, this machine %q", how, err, terminal.String(), local)
			}
		})
	}
	if _, err := (copier{terminal: &strings.Builder{}}).copy(strings.Repeat("x", maxClipboard+1)); err == nil {
		t.Error("it copies more than a terminal takes")
	}
}

func TestExport(t *testing.T) {
	t.Chdir(t.TempDir())
	d := &logdoc.Diagnosis{Findings: []logdoc.Finding{{Symptom: "acme/rotor", Title: "The rotor is stuck", Severity: logdoc.Error, Steps: []logdoc.Step{{Number: 1, ID: "look", Title: "Look at it"}}}}}
	w := logdoc.Work{Steps: []logdoc.StepWork{{Symptom: "acme/rotor", Step: "look", State: logdoc.StepDone, Note: "it was ice"}}}
	for name, want := range map[string]string{
		"case.md": "- ✓ step 1, Look at it (done)\n  - note: `it was ice`", "case.txt": "✓ 1. Look at it (done)\n        note: it was ice", "case.json": `"note": "it was ice"`, "case": "note: it was ice",
	} {
		if err := export(name, d, w, false); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	if len(d.Work.Steps) != 0 {
		t.Error("the diagnosis was changed")
	}
	putFile(t, "mine", "mine")
	if err := export("mine", d, w, false); !errors.Is(err, tui.ErrExists) {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile("mine"); err != nil || string(text) != "mine" {
		t.Errorf("it was written over: %q", text)
	}
	if err := export("mine", d, w, true); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile("mine"); err != nil || !strings.Contains(string(text), "it was ice") {
		t.Errorf("it was not written over: %q", text)
	}
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := export("folder", d, w, false); err == nil || errors.Is(err, tui.ErrExists) {
		t.Errorf("error %v", err)
	}
	if err := export(filepath.Join("absent", "x.md"), d, w, false); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
