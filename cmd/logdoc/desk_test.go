package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

func march() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func someWork() logdoc.Work {
	return logdoc.Work{
		Steps: []logdoc.StepWork{
			{Symptom: "acme/rotor", Key: "north\xff\x00", Step: "look", State: logdoc.StepFailed, Answer: "no", Tries: 2, Note: "saw \x1b[2J <b>", Changed: march()},
			{Symptom: "acme/rotor", Step: "turn", State: logdoc.StepSkipped, Changed: march()},
		},
		Marks: []logdoc.Mark{{Place: logdoc.Place{Source: "a.tgz!/b\xc3", Line: 7, Offset: 99}, Text: "PUMP \xfe", Note: "here", Time: march()}},
	}
}

func openDesk(t *testing.T, home string, paths ...string) *desk {
	t.Helper()
	d, err := newDesk(home, paths, march)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDesk(t *testing.T) {
	home := filepath.Join(t.TempDir(), "state", "logdoc")
	d := openDesk(t, home, "bundle.tgz")
	if w, err := d.Load(); err != nil || len(w.Steps) != 0 {
		t.Fatalf("a new desk: %v %v", w, err)
	}
	if err := d.Save(someWork()); err != nil {
		t.Fatal(err)
	}
	full, err := filepath.Abs("bundle.tgz")
	if err != nil {
		t.Fatal(err)
	}
	w, err := openDesk(t, home, full).Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(someWork(), w); diff != "" {
		t.Errorf("what was kept comes back otherwise:\n%s", diff)
	}
	if w, err := openDesk(t, home, "bundle.tgz", "other").Load(); err != nil || len(w.Steps) != 0 {
		t.Errorf("another input has the same work: %v %v", w, err)
	}
	info, err := os.Stat(d.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if info, err := os.Stat(filepath.Dir(d.file)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	text, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range string(text) {
		if r < ' ' && r != '\n' {
			t.Errorf("the file holds %U", r)
		}
	}
	if files, err := os.ReadDir(filepath.Dir(d.file)); err != nil || len(files) != 1 {
		t.Errorf("beside the file: %v %v", files, err)
	}
}

// TestDamagedDesk damages the file in several ways: it is set aside and told, and new work can be kept.
func TestDamagedDesk(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut": `{"version":1,"steps":[{"symp`, "no version": `{"steps":[]}`, "odd state": `{"version":1,"steps":[{"state":"half"}]}`, "no JSON": "\x00\x00"} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t, t.TempDir(), "x")
			write(t, d.file, text)
			_, err := d.Load()
			if err == nil || !strings.Contains(err.Error(), "it was set aside as "+d.file+".damaged-20260301-120000") {
				t.Fatalf("error %v", err)
			}
			if kept, err := os.ReadFile(d.file + ".damaged-20260301-120000"); err != nil || string(kept) != text {
				t.Errorf("set aside: %q, %v", kept, err)
			}
			if err := d.Save(someWork()); err != nil {
				t.Error(err)
			}
			if w, err := d.Load(); err != nil || len(w.Steps) != 2 {
				t.Errorf("%v %v", w, err)
			}
		})
	}
}

// TestDeskThatMustNotBeWritten leaves alone what it cannot read.
func TestDeskThatMustNotBeWritten(t *testing.T) {
	for name, text := range map[string]string{"newer": `{"version":2,"steps":"another shape of things"}`, "too large": strings.Repeat(" ", maxDesk+1)} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t, t.TempDir(), "x")
			write(t, d.file, text)
			if _, err := d.Load(); err == nil {
				t.Fatal("no error")
			}
			if err := d.Save(someWork()); err == nil {
				t.Error("it was written over")
			}
			if kept, err := os.ReadFile(d.file); err != nil || string(kept) != text {
				t.Error("the file has changed")
			}
		})
	}
}

// TestTwoAtOneDesk lets two sessions work on the same input: neither loses what the other has kept.
func TestTwoAtOneDesk(t *testing.T) {
	home := t.TempDir()
	a, b := openDesk(t, home, "x"), openDesk(t, home, "x")
	for _, d := range []*desk{a, b} {
		if _, err := d.Load(); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Save(someWork()); err != nil {
		t.Fatal(err)
	}
	if err := b.Save(logdoc.Work{}); err == nil || !strings.Contains(err.Error(), "another logdoc has kept some") {
		t.Errorf("error %v", err)
	}
	if err := a.Save(someWork()); err != nil {
		t.Error(err)
	}
	if w, err := b.Load(); err != nil || len(w.Steps) != 2 {
		t.Errorf("%v %v", w, err)
	}
	if err := b.Save(logdoc.Work{}); err != nil {
		t.Error(err)
	}
}

func TestDeskIsBounded(t *testing.T) {
	d := openDesk(t, t.TempDir(), "x")
	if err := d.Save(someWork()); err != nil {
		t.Fatal(err)
	}
	err := d.Save(logdoc.Work{Steps: []logdoc.StepWork{{Note: logdoc.LogText(strings.Repeat("x", maxDesk))}}})
	if err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") {
		t.Errorf("error %v", err)
	}
	if w, err := d.Load(); err != nil || len(w.Steps) != 2 {
		t.Errorf("the old work is gone: %v %v", w, err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
