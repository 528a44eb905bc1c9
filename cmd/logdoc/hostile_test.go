package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logdoc/samples/hostile"
)

// reported is what the tests read of a JSON report.
type reported struct {
	Findings []struct {
		Symptom  string
		Evidence []struct{ Source string }
	}
	Coverage struct {
		Sources []struct {
			Source string
			Notes  []struct {
				Text    string
				LeftOut bool `json:"left_out"`
			}
		}
	}
}

// runHere runs the command in this process and returns its status and what it wrote.
func runHere(t *testing.T, args ...string) (status int, out, stderr string) {
	t.Helper()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	o, e := open("out"), open("err")
	defer o.Close()
	defer e.Close()
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	clock := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	status = run(t.Context(), args, streams{in: in, out: o, err: e, width: func() int { return 0 }, now: func() time.Time { return clock }})
	read := func(f *os.File) string {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return status, read(o), read(e)
}

// TestHostileArchives reports each archive by itself: the good log in it is diagnosed, the odd thing is named, and the status says whether anything is missing.
func TestHostileArchives(t *testing.T) {
	if raced {
		t.Skip("a hundred archives are too slow under the race detector")
	}
	archives := hostile.Archives()
	if len(archives) < 60 {
		t.Errorf("only %d archives", len(archives))
	}
	for _, a := range archives {
		t.Run(a.Name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), a.Name)
			if err := os.WriteFile(path, []byte(a.Make()), 0o600); err != nil {
				t.Fatal(err)
			}
			status, out, stderr := runHere(t, append([]string{"report", "--json", "--only", "acme", "--pack", "testdata/pump.logdoc", path}, a.Flags...)...)
			want := exitIncomplete
			if a.Whole {
				want = exitDone
			}
			if status != want {
				t.Errorf("%s: status %d, want %d; standard error says %q", a.Title, status, want, stderr)
			}
			var r reported
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) != 1 || r.Findings[0].Symptom != "acme/pump-stuck" {
				t.Errorf("%s: the good log gave %d findings", a.Title, len(r.Findings))
			}
			named := false
			for _, s := range r.Coverage.Sources {
				if !strings.HasSuffix(s.Source, a.Source) {
					continue
				}
				named = named || a.Note == ""
				for _, n := range s.Notes {
					named = named || strings.Contains(n.Text, a.Note)
				}
			}
			if !named {
				t.Errorf("%s: nothing named …%s says %q in\n%s", a.Title, a.Source, a.Note, noted(r))
			}
		})
	}
}

// TestHostileArchivesTogether reports all of them in one run of the program: whatever they hold, memory stays bounded and nothing is written beside the report.
func TestHostileArchivesTogether(t *testing.T) {
	const limit = 192 << 20
	dir, temporary := t.TempDir(), t.TempDir()
	for _, a := range hostile.Archives() {
		if err := os.WriteFile(filepath.Join(dir, a.Name), []byte(a.Make()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd, out, _ := start(t, "report", "-v", "--only", "acme", "--pack", "testdata/pump.logdoc", dir)
	cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
	checkPeak := boundPeak(t, cmd, limit)
	if status := exitStatus(t, cmd.Run()); status != exitIncomplete {
		t.Errorf("status %d, want %d", status, exitIncomplete)
	}
	for _, a := range hostile.Archives() {
		if !bytes.Contains(out.Bytes(), []byte(a.Name)) {
			t.Errorf("%s is not named", a.Name)
		}
	}
	checkPeak()
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}

// noted lists what a report says of its sources.
func noted(r reported) string {
	var b strings.Builder
	for _, s := range r.Coverage.Sources {
		b.WriteString(s.Source + "\n")
		for _, n := range s.Notes {
			b.WriteString("  " + n.Text + "\n")
		}
	}
	return b.String()[:min(b.Len(), 3000)]
}
