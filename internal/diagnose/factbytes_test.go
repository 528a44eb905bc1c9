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
	write("prefs/sessionticket.srl", append([]byte("7\n"), bytes.Repeat([]byte(" \n"), 1<<20)...))
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
	if n := told["facts were looked for in its first 1 MiB only"]; n != 1 {
		t.Errorf("%d files are told as long, want 1: %v", n, told)
	}
}

// TestFactsAreBounded reads an archive of many large files that a fact wants: what is kept until the end is bounded, and the rest is told.
func TestFactsAreBounded(t *testing.T) {
	const members = 24
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
