package diagnose

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logdoc/rules"
	"logdoc/source"
)

// TestFactFilesAreCounted gives more files than a fact is read from, and one that is longer than it looks at: both are told.
func TestFactFilesAreCounted(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range rules.MaxFactFiles + 3 {
		write(fmt.Sprintf("n%03d/keytable.xml", i), []byte("<keytable minimalserial=\"1\">\n"))
	}
	write("prefs/sessionticket.srl", append([]byte("7\n"), bytes.Repeat([]byte(" \n"), rules.MaxFactFile/2)...))
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Run(context.Background(), p, Options{Paths: []string{dir}, Files: source.Disk{}})
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, s := range d.Coverage.Sources {
		for _, n := range s.Notes {
			told[n.Text]++
		}
	}
	if n := told["not read as a fact: there are more than 64 such files, give logdoc those that matter"]; n != 3 {
		t.Errorf("%d files are told as left out, want 3: %v", n, told)
	}
	if n := told["facts were looked for in its first 8 MiB only"]; n != 1 {
		t.Errorf("%d files are told as long, want 1: %v", n, told)
	}
}

// TestFactsAreBounded reads an archive of many large files that a fact wants: what is kept until the end is bounded, and the rest is told.
func TestFactsAreBounded(t *testing.T) {
	const members = maxFactBytes>>20 + 8
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for i := range members {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("n%d/keytable%d.xml", i, i), Mode: 0o600, Size: int64(len(blanks))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(blanks); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "facts.tar")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Run(context.Background(), p, Options{Paths: []string{name}, Files: source.Disk{}})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, s := range d.Coverage.Sources {
		for _, n := range s.Notes {
			if n.LeftOut && strings.HasPrefix(n.Text, "not read as a fact") {
				told++
			}
		}
	}
	if want := members - maxFactBytes>>20; told != want {
		t.Errorf("%d files are told as left out, want %d", told, want)
	}
}

// TestFactsOfBadFiles gives files of commands that are far too long, or made to be slow: each has one note, and what the others say is found.
func TestFactsOfBadFiles(t *testing.T) {
	const good = "cp.20260101060012 Thu Jan  1 06:00:12 2026   valid rol ---  nodes   3/3 stripes   3530\n"
	const bad = "cp.20260102060012 Fri Jan  2 06:00:12 2026   valid --- ---  nodes   2/3 stripes   2354\n"
	many := strings.Repeat(good, 5<<20/len(good))
	entities := "<!DOCTYPE l [" + strings.Repeat(`<!ENTITY a "&a;&a;">`, 200_000) + "]>\n"
	for _, tt := range []struct {
		name, file, content string
		finds               string // a symptom
		notes               int
	}{
		{"5 MB of checkpoints", "cplist.txt", many + bad, "avamar/checkpoint-failed", 1},
		{"5 MB of other lines before the one that counts", "cplist.txt", strings.Repeat("a line of no use\n", 5<<20/17) + bad, "avamar/checkpoint-failed", 0},
		{"a million entities", "cpstatus.xml", entities + `<cpstatus tag="cp.1" status="error" stripes-completed="1" stripes-total="2" result="MSG_ERR_DISKFULL"/>`, "avamar/os-capacity", 0},
		{"an entity for a value", "cpstatus.xml", `<cpstatus tag="&a;" status="error" stripes-completed="1" stripes-total="2" result="MSG_ERR_EXCEPTION"/>`, "avamar/checkpoint-failed", 0},
		{"elements without end", "cpstatus.xml", strings.Repeat(`<cpstatus tag="1" result="OK" `, 60_000), "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range map[string]string{tt.file: tt.content, "status.dpn.txt": "Access-Status: admin\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p, err := Load(nil, Selection{})
			if err != nil {
				t.Fatal(err)
			}
			d, err := Run(context.Background(), p, Options{Paths: []string{dir}, Files: source.Disk{}})
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			for _, f := range d.Findings {
				found[f.Symptom] = true
				for _, c := range f.Consequences {
					found[c.Symptom] = true
				}
			}
			if !found["avamar/admin-mode"] || tt.finds != "" && !found[tt.finds] {
				t.Errorf("found %v, want avamar/admin-mode and %s", found, tt.finds)
			}
			for _, s := range d.Coverage.Sources {
				if want := tt.notes; strings.HasSuffix(string(s.Source), tt.file) && len(s.Notes) != want {
					t.Errorf("%d notes, want %d: %v", len(s.Notes), want, s.Notes)
				}
			}
		})
	}
}
