package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCREDocument writes the files that docs/cre.md shows, runs its commands, and compares the output; "..." stands for lines that were left out.
func TestCREDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/cre.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "pump"), 0o755); err != nil {
		t.Fatal(err)
	}
	// A fence stands at the start of a line: the rule has one of its own inside.
	blocks := strings.Split(string(text), "\n```")
	sessions := 0
	for i := 1; i < len(blocks); i += 2 {
		kind, body, _ := strings.Cut(blocks[i], "\n")
		body += "\n"
		if kind == "console" {
			sessions++
			command, want, _ := strings.Cut(body, "\n")
			args := strings.Fields(strings.TrimPrefix(command, "$ logdoc "))
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				t.Chdir(dir)
				got := runInProcess(t, args)
				rest := got
				for _, part := range strings.Split(want, "...\n") {
					n := strings.Index(rest, part)
					if n < 0 {
						t.Fatalf("the document shows\n%s\nwhich is not in, or not in this order in,\n%s", part, got)
					}
					rest = rest[n+len(part):]
				}
			})
			continue
		}
		before := strings.Split(blocks[i-1], "`")
		writeTestFile(t, filepath.Join(dir, before[len(before)-2]), body)
	}
	if sessions < 2 {
		t.Errorf("the document shows %d sessions", sessions)
	}
}
