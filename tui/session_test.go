package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"logdoc"
)

// far is a terminal that remembers what was written to it.
type far struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (f *far) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.Write(p)
}

func (f *far) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.String()
}

// TestAPanicRestoresTheTerminal breaks what the screen calls, while it draws and in a command.
func TestAPanicRestoresTheTerminal(t *testing.T) {
	began := false
	for name, s := range map[string]Session{
		"while it draws": {Now: func() time.Time {
			if began {
				panic("a mistake")
			}
			began = true
			return noon("2026-03-01")
		}},
		"in a command": {Now: time.Now, Desk: broken{}},
	} {
		t.Run(name, func(t *testing.T) {
			updates := make(chan logdoc.Update, 1)
			updates <- logdoc.Update{Read: 1}
			s.Updates = updates
			in, _ := io.Pipe()
			var out far
			if err := Run(t.Context(), s, in, &out); !errors.Is(err, ErrPanic) {
				t.Errorf("error %v", err)
			}
			for _, want := range []string{"\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"} {
				if !strings.Contains(out.text(), want) {
					t.Errorf("%q was not written: %q", want, out.text())
				}
			}
		})
	}
}

type broken struct{}

func (broken) Load() (logdoc.Work, error) { panic("a mistake") }
func (broken) Save(logdoc.Work) error     { return nil }

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	in, _ := io.Pipe()
	if err := Run(ctx, Session{Now: time.Now, Updates: make(chan logdoc.Update)}, in, &far{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// slowDesk saves only when it is allowed to.
type slowDesk struct {
	drawer
	gate chan struct{}
}

func (d *slowDesk) Save(w logdoc.Work) error {
	<-d.gate
	return d.drawer.Save(w)
}

// TestTheLastWorkIsKept ticks a step off and leaves before it is kept.
func TestTheLastWorkIsKept(t *testing.T) {
	d := &slowDesk{gate: make(chan struct{})}
	updates := make(chan logdoc.Update, 1)
	updates <- logdoc.Update{Diagnosis: nightCase(), Done: true}
	in, keys := io.Pipe()
	var out far
	done := make(chan error)
	go func() { done <- Run(t.Context(), Session{Now: time.Now, Updates: updates, Desk: d}, in, &out) }()
	shows := func(text string) {
		t.Helper()
		for !strings.Contains(out.text(), text) {
			select {
			case err := <-done:
				t.Fatalf("it has ended: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
	}
	press := func(key string) {
		t.Helper()
		if _, err := io.WriteString(keys, key); err != nil {
			t.Fatal(err)
		}
	}
	shows("4 findings")
	press("\r")
	shows("record 1 of 4")
	press("\t")
	press("\t")
	shows("0 of 4 steps settled")
	press("d")
	shows("1 of 4 steps settled")
	press("\x03")
	close(d.gate)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(d.work.Steps) != 1 || d.work.Steps[0].State != logdoc.StepDone {
		t.Errorf("what was done last is not kept: %+v", d.work)
	}
}
