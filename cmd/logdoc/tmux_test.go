package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tmux is a terminal multiplexer with a shell of its own in it.
type tmux struct {
	t      *testing.T
	socket string
}

func (m *tmux) run(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-L", m.socket, "-f", os.DevNull}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (m *tmux) types(keys ...string) *tmux {
	m.t.Helper()
	m.run(append([]string{"send-keys", "-t", "logdoc"}, keys...)...)
	return m
}

// shows waits until the screen has all the texts.
func (m *tmux) shows(texts ...string) *tmux {
	m.t.Helper()
	late := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		screen := m.run("capture-pane", "-p", "-t", "logdoc")
		missing := ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return m
		}
		select {
		case <-tick.C:
		case <-late:
			m.t.Fatalf("%q is not to be seen:\n%s", missing, screen)
		}
	}
}

// inTmux opens a shell in a terminal of its own, in a folder. make smoke, and so CI, sets LOGDOC_SMOKE=must: then nothing is skipped.
func inTmux(t *testing.T) (m *tmux, dir, program string) {
	t.Helper()
	must := os.Getenv("LOGDOC_SMOKE") == "must"
	if _, err := exec.LookPath("tmux"); err != nil {
		if must {
			t.Fatal(err)
		}
		t.Skip("tmux is not installed here: make smoke installs it where it can")
	}
	cmd, _, _ := start(t, "version") // for the environment, and to skip under the race detector
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	program, err := exec.LookPath("logdoc")
	if err != nil {
		t.Fatal(err)
	}
	m = &tmux{t, fmt.Sprintf("logdoc-test-%d-%s", os.Getpid(), t.Name())}
	environment := fmt.Sprintf("cd %s; export XDG_CONFIG_HOME=%[1]s XDG_STATE_HOME=%[1]s/state PS1='shell> '; exec sh -i", dir)
	m.run("new-session", "-d", "-s", "logdoc", "-x", "80", "-y", "24", environment)
	t.Cleanup(func() { exec.Command("tmux", "-L", m.socket, "kill-server").Run() })
	m.shows("shell>")
	return m, dir, program
}

// TestTmux starts the real command in a real terminal, looks around, suspends and resumes it, makes the window another size, exports a report, and leaves.
func TestTmux(t *testing.T) {
	m, dir, program := inTmux(t)
	bundle, err := filepath.Abs("../../samples/avamar-case.tgz")
	if err != nil {
		t.Fatal(err)
	}
	m.types(program+" "+bundle, "Enter").shows("1 Findings", "GSAN and MCS disagree", "? help")
	m.types("Space", "Down").shows("└ ")
	m.types("Up", "Enter", "Tab", "Tab").shows("[Runbook]", "0 of 8 steps settled").types("Enter").shows("1 of 8 steps settled")
	m.types("?").shows("tick the step off").types("?")
	m.types("C-z").shows("Stopped").types("fg; echo le''ft $?", "Enter").shows("1 of 8 steps settled")
	m.run("resize-window", "-t", "logdoc", "-x", "160", "-y", "48")
	m.shows("│", "[Runbook]")
	m.run("resize-window", "-t", "logdoc", "-x", "40", "-y", "12")
	m.shows("[Runbook]")
	m.run("resize-window", "-t", "logdoc", "-x", "80", "-y", "24")
	m.types("e").shows("export to").types("Enter").shows("written to case.md")
	m.types("q", "q").shows("left 0")
	m.types("clear; "+program+" "+bundle+"; echo le''ft $?", "Enter").shows("1 Findings", "GSAN and MCS disagree").types("Enter", "Tab", "Tab").shows("1 of 8 steps settled", "[✓]").types("C-c").shows("left 0")
	if text, err := os.ReadFile(filepath.Join(dir, "case.md")); err != nil || !strings.Contains(string(text), "✓ step 1") {
		t.Errorf("the report: %v\n%s", err, text)
	}
}

// TestTmuxTail follows a log in a real terminal: a finding comes up on the screen, its line stands in the log pane, and the finding clears.
func TestTmuxTail(t *testing.T) {
	m, dir, program := inTmux(t)
	pack, err := os.ReadFile("testdata/pump.logdoc")
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "pump.log")
	if err := os.WriteFile(filepath.Join(dir, "pump.logdoc"), pack, 0o600); err != nil {
		t.Fatal(err)
	}
	addTo(t, log, "")
	m.types(program+" tail --tui --only acme --pack pump.logdoc pump.log; echo le''ft $?", "Enter").shows("following", "Nothing found yet")
	addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
	m.shows("The rotor of a pump is stuck", "1 finding")
	m.types("Enter", "Enter").shows("rotor stuck at 10 degrees").types("q", "q")
	addTo(t, log, free)
	m.shows("cleared").types("q").shows("left 0")
}
