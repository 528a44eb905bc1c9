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

	"logdoc/source"
)

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
