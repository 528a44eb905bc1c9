package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// watched is what a process writes, to be waited for while it runs.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func newWatched() *watched { return &watched{more: make(chan struct{}, 1)} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// shows waits until all the texts were written.
func (w *watched) shows(t *testing.T, texts ...string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		written, missing := w.String(), ""
		for _, text := range texts {
			if !strings.Contains(written, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-w.more:
		case <-late:
			t.Fatalf("%q was not written, but this:\n%s", missing, written)
		}
	}
}

// tail is a running logdoc tail.
type tail struct {
	t           *testing.T
	cmd         *exec.Cmd
	out, stderr *watched
}

// follows starts logdoc tail with the pump's pack alone, in a folder of its own unless state names one.
func follows(t *testing.T, state string, args ...string) *tail {
	t.Helper()
	cmd, _, _ := start(t, append([]string{"tail", "--only", "acme", "--pack", "testdata/pump.logdoc"}, args...)...)
	f := &tail{t, cmd, newWatched(), newWatched()}
	cmd.Stdout, cmd.Stderr = f.out, f.stderr
	if state != "" {
		cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+state)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return f
}

// stop ends it with a signal, and wants an exit status.
func (f *tail) stop(s os.Signal, want int) {
	f.t.Helper()
	if err := f.cmd.Process.Signal(s); err != nil {
		f.t.Fatal(err)
	}
	if status := exitStatus(f.t, f.cmd.Wait()); status != want {
		f.t.Fatalf("status %d, want %d: %s", status, want, f.stderr)
	}
}

// addTo adds lines to a log.
func addTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func stuck(second, angle int) string {
	return fmt.Sprintf("PUMP 2026-03-04 05:%02d:%02d north ERROR rotor stuck at %d degrees\n", second/60, second%60, angle)
}

const free = "PUMP 2026-03-04 06:06:07 north INFO rotor free\n"

// TestTail follows a log from its first line over a rotation: a finding is told once, with the first step, and what is told is told again by no later run.
func TestTail(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	log := filepath.Join(dir, "pump.log")
	addTo(t, log, "")
	f := follows(t, state, "--from-start", log)
	addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
	f.out.shows(t, "opened", "acme/pump-stuck", "rotor stuck at 10 degrees", "first step")
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	addTo(t, log, free)
	f.out.shows(t, "cleared")
	f.stop(syscall.SIGTERM, exitDone)
	f.stderr.shows(t, "1 error (certain but cleared)", "3 records in 1 log")

	// The record that was still open is read again, and nothing else.
	again := follows(t, state, "--from-start", "--json", log)
	addTo(t, log, stuck(3660, 20)+stuck(3661, 30)+free)
	again.out.shows(t, `"turn":"reopened"`)
	again.stop(os.Interrupt, exitInterrupt)
	if out := again.out.String(); strings.Contains(out, `"turn":"opened"`) || strings.Contains(out, "10 degrees\",\"time\":null") {
		t.Errorf("told again:\n%s", out)
	}
	var turn struct {
		Turn    string
		Finding struct {
			Symptom string
			Count   int
		}
	}
	line, _, _ := strings.Cut(again.out.String(), "\n")
	if err := json.Unmarshal([]byte(line), &turn); err != nil || turn.Finding.Symptom != "acme/pump-stuck" || turn.Finding.Count < 2 {
		t.Errorf("%+v, %v:\n%s", turn, err, line)
	}
}

// TestTailOfInputThatEnds reads standard input to its end: what only the end decides is told.
func TestTailOfInputThatEnds(t *testing.T) {
	cmd, out, stderr := start(t, "tail", "--only", "acme", "--pack", "testdata/pump.logdoc", "-q", "-")
	cmd.Stdin = strings.NewReader(stuck(1, 10) + stuck(2, 20) + "PUMP 2026-03-04 05:00:07 south WARN inlet dry\n")
	if status := exitStatus(t, cmd.Run()); status != exitDone || !strings.Contains(out.String(), "acme/pump-stuck") || !strings.Contains(out.String(), "acme/pump-dry") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	if !strings.Contains(stderr.String(), "2 findings") {
		t.Error(stderr)
	}
}
