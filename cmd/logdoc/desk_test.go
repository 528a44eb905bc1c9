package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/store"
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
	d, err := newDesk(streams{stateHome: home, now: march, err: os.Stderr}, saveFlags{}, paths)
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
	if err := d.Save(logdoc.Work{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(home); err == nil {
		t.Error("a store is made where nothing was done")
	}
	if err := d.Save(someWork()); err != nil {
		t.Fatal(err)
	}
	full, err := filepath.Abs("bundle.tgz")
	if err != nil {
		t.Fatal(err)
	}
	again := openDesk(t, home, full)
	w, err := again.Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(someWork(), w); diff != "" {
		t.Errorf("what was kept comes back otherwise:\n%s", diff)
	}
	if w, err := openDesk(t, home, "bundle.tgz", "other").Load(); err != nil || len(w.Steps) != 0 {
		t.Errorf("another input has the same work: %v %v", w, err)
	}
	w.Marks = nil
	if err := again.Save(w); err != nil {
		t.Fatal(err)
	}
	if w, err := openDesk(t, home, full).Load(); err != nil || len(w.Steps) != 2 || len(w.Marks) != 0 {
		t.Errorf("%v %v", w, err)
	}
}

// TestDeskFindings lets the screen end: its case has what was found in the end, and a case of a report keeps what was reported.
func TestDeskFindings(t *testing.T) {
	home := t.TempDir()
	found := func(symptom string) *logdoc.Diagnosis {
		return &logdoc.Diagnosis{Findings: []logdoc.Finding{{Symptom: symptom, Title: symptom}}}
	}
	session := func(paths []string, name string, work bool, diagnoses ...*logdoc.Diagnosis) {
		t.Helper()
		d := openDesk(t, home, paths...)
		d.flags.name = name
		devNull, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer devNull.Close()
		d.s.err = devNull
		updates := make(chan logdoc.Update, len(diagnoses))
		for i, dia := range diagnoses {
			updates <- logdoc.Update{Diagnosis: dia, Done: i+1 == len(diagnoses)}
		}
		close(updates)
		if _, err := d.Load(); err != nil {
			t.Fatal(err)
		}
		for range d.watch(updates) {
		}
		if work {
			if err := d.Save(someWork()); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	session([]string{"/a"}, "", true, found("first"), found("second"))
	session([]string{"/b"}, "", false, found("looked at"))
	session([]string{"/c"}, "named", false, found("third"))
	session([]string{"/a"}, "renamed", false, found("fourth"))
	kept, err := store.Open(filepath.Join(home, "store.db"), store.Options{Now: march})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if _, err := kept.SaveCase(t.Context(), store.Case{CaseInfo: store.CaseInfo{Kind: store.Reported, Paths: []string{"/d"}}, Diagnosis: *found("reported")}); err != nil {
		t.Fatal(err)
	}
	session([]string{"/d"}, "", true, found("seen later"))
	list, err := kept.List(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		w, _, err := kept.Work(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(c.Name+" "+c.Title+" "+strings.Repeat("*", len(w.Steps))))
	}
	if diff := cmp.Diff([]string{"reported **", "named third", "renamed fourth **"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestDeskRecalls has the last update say where a finding was seen before, and a store that cannot be read say so itself.
func TestDeskRecalls(t *testing.T) {
	home := t.TempDir()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	found := logdoc.Finding{Symptom: "acme/pump-stuck", Title: "The pump is stuck", Key: "north", Last: at}
	kept, err := store.Open(filepath.Join(home, "store.db"), store.Options{Now: march})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.SaveCase(t.Context(), store.Case{CaseInfo: store.CaseInfo{Kind: store.Reported, Name: "night", Paths: []string{"/old"}, Capture: at}, Diagnosis: logdoc.Diagnosis{Findings: []logdoc.Finding{found}, Capture: at}}); err != nil {
		t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	last := func() *logdoc.Diagnosis {
		later := found
		later.Last = at.AddDate(0, 1, 0)
		updates := make(chan logdoc.Update, 2)
		first := found
		updates <- logdoc.Update{Diagnosis: &logdoc.Diagnosis{Findings: []logdoc.Finding{first}}}
		updates <- logdoc.Update{Diagnosis: &logdoc.Diagnosis{Findings: []logdoc.Finding{later}, Capture: later.Last}, Done: true}
		close(updates)
		var d *logdoc.Diagnosis
		for u := range openDesk(t, home, "/new").watch(updates) {
			d = u.Diagnosis
		}
		return d
	}
	if e := last().Findings[0].Earlier; e == nil || e.Name != "night" {
		t.Errorf("seen before: %+v", e)
	}
	if err := os.WriteFile(filepath.Join(home, "store.db"), []byte(strings.Repeat("no store ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := last(); d.Findings[0].Earlier != nil || len(d.Notes) != 1 {
		t.Errorf("a damaged store: %+v, notes %v", d.Findings[0].Earlier, d.Notes)
	}
}

// TestTakeOver takes the files of an older logdoc into the store, once.
func TestTakeOver(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "work", "0123.json")
	putFile(t, file, `{"version":1,"paths":["/bundles/a.tgz"],"saved":"2026-01-02T03:04:05Z","steps":[{"symptom":"acme/rotor","key":{"bytes":"bm9ydGj/AA=="},"step":"look","state":"failed",
		"answer":"no","tries":2,"note":"saw","changed":"2026-03-01T12:00:00Z"}],"marks":[{"source":"x","line":7,"offset":99,"time":"2026-03-01T12:00:00Z","text":"PUMP","note":"here"}]}`)
	empty := filepath.Join(home, "work", "4567.json")
	putFile(t, empty, `{"version":1,"paths":["/bundles/b.tgz"],"saved":"2026-01-02T03:04:05Z","steps":[],"marks":[]}`)
	d := openDesk(t, home, "/bundles/other.tgz")
	if w, err := d.Load(); err != nil || len(w.Steps) != 0 {
		t.Fatalf("%v %v", w, err)
	}
	want := logdoc.Work{
		Steps: []logdoc.StepWork{{Symptom: "acme/rotor", Key: "north\xff\x00", Step: "look", State: logdoc.StepFailed, Answer: "no", Tries: 2, Note: "saw", Changed: march()}},
		Marks: []logdoc.Mark{{Place: logdoc.Place{Source: "x", Line: 7, Offset: 99}, Text: "PUMP", Note: "here", Time: march()}},
	}
	for range 2 {
		w, err := openDesk(t, home, "/bundles/a.tgz").Load()
		if diff := cmp.Diff(want, w); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	for _, f := range []string{file, empty} {
		if _, err := os.Stat(f); err == nil {
			t.Errorf("%s is still there", f)
		}
	}
	// Work that is in the store is not written over by an old file that turns up.
	putFile(t, file, `{"version":1,"paths":["/bundles/a.tgz"],"steps":[],"marks":[]}`)
	if w, err := openDesk(t, home, "/bundles/a.tgz").Load(); err != nil || len(w.Steps) != 1 {
		t.Errorf("%v %v", w, err)
	}
	if _, err := os.Stat(file + ".old"); err != nil {
		t.Error(err)
	}
}

// TestDamagedWork has old files that cannot be taken over: they are set aside and told, or left alone, and new work can be kept.
func TestDamagedWork(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		stays bool
		says  string
	}{
		"empty": {text: ""}, "cut": {text: `{"version":1,"steps":[{"symp`}, "no version": {text: `{"steps":[]}`}, "odd state": {text: `{"version":1,"paths":["x"],"steps":[{"state":"half"}]}`},
		"no JSON": {text: "\x00\x00"}, "no paths": {text: `{"version":1,"steps":[]}`}, "too large": {text: strings.Repeat(" ", maxDesk+1)},
		"newer": {text: `{"version":2,"steps":"another shape of things"}`, stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			file := filepath.Join(home, "work", "0123.json")
			putFile(t, file, tt.text)
			d := openDesk(t, home, "x")
			_, err := d.Load()
			there, says := file+".damaged-20260301-120000", "it was set aside as "+file+".damaged-20260301-120000"
			if tt.stays {
				there, says = file, "is of a newer logdoc"
			}
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Fatalf("error %v", err)
			}
			if kept, err := os.ReadFile(there); err != nil || string(kept) != tt.text {
				t.Errorf("%d bytes are left of it, %v", len(kept), err)
			}
			if err := d.Save(someWork()); err != nil {
				t.Error(err)
			}
			if w, _ := openDesk(t, home, "x").Load(); len(w.Steps) != 2 {
				t.Errorf("%v", w)
			}
		})
	}
}

// TestDamagedStoreOfADesk damages the store: it is set aside and told, and new work can be kept. One of a newer logdoc is left alone.
func TestDamagedStoreOfADesk(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "store.db")
	putFile(t, file, "this is no database")
	d := openDesk(t, home, "x")
	_, err := d.Load()
	if err == nil || !strings.Contains(err.Error(), "it was set aside as "+file+".damaged-20260301-120000") {
		t.Fatalf("error %v", err)
	}
	if kept, err := os.ReadFile(file + ".damaged-20260301-120000"); err != nil || string(kept) != "this is no database" {
		t.Errorf("set aside: %q, %v", kept, err)
	}
	if err := d.Save(someWork()); err != nil {
		t.Error(err)
	}
	if w, err := openDesk(t, home, "x").Load(); err != nil || len(w.Steps) != 2 {
		t.Errorf("%v %v", w, err)
	}

	newer, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	newer[63] = 99 // user_version
	putFile(t, file, string(newer))
	d = openDesk(t, home, "x")
	if _, err := d.Load(); !errors.Is(err, store.ErrNewer) {
		t.Errorf("error %v", err)
	}
	if err := d.Save(someWork()); err == nil {
		t.Error("a store of a newer logdoc is written to")
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != string(newer) {
		t.Error("the file has changed")
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
	if err := b.Save(someWork()); err == nil || !strings.Contains(err.Error(), "another logdoc has kept some") {
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
	if err := a.Save(someWork()); err == nil {
		t.Error("a has not seen what b kept, and writes over it")
	}
}

func TestDeskIsBounded(t *testing.T) {
	d := openDesk(t, t.TempDir(), "x")
	if err := d.Save(someWork()); err != nil {
		t.Fatal(err)
	}
	err := d.Save(logdoc.Work{Steps: []logdoc.StepWork{{Note: logdoc.LogText(strings.Repeat("x", maxDesk+1))}}})
	if err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") {
		t.Errorf("error %v", err)
	}
	if w, err := d.Load(); err != nil || len(w.Steps) != 2 {
		t.Errorf("the old work is gone: %v %v", w, err)
	}
}

func putFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
