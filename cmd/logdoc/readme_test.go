package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadme runs every command that the README shows and compares the output with what stands below it; "..." stands for lines that were left out.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "samples"), filepath.Join(dir, "samples")); err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```")
	sessions := 0
	for i := 1; i < len(blocks); i += 2 {
		kind, body, _ := strings.Cut(blocks[i], "\n")
		if kind == "" && strings.HasPrefix(body, "symptom ") {
			writeTestFile(t, filepath.Join(dir, "staging.logdoc"), body)
			broken := strings.SplitAfterN(body, "\n", 2)[0] + "  event x \"a line\" in avtar where code == 1 and mesage has \"y\"\n" + strings.SplitN(body, "\n", 2)[1]
			writeTestFile(t, filepath.Join(dir, "broken.logdoc"), broken)
		}
		if kind != "console" {
			continue
		}
		command, want, _ := strings.Cut(body, "\n")
		holdSession(t, dir, command, want)
		sessions++
	}
	if sessions == 0 {
		t.Error("the README shows no session")
	}
}

// TestLanguagePage holds the session in docs/language.md to what the overlays and silences above it do.
func TestLanguagePage(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "samples"), filepath.Join(dir, "samples")); err != nil {
		t.Fatal(err)
	}
	site, sessions := "", 0
	for i, block := range strings.Split(string(page), "```") {
		kind, body, _ := strings.Cut(block, "\n")
		switch {
		case i%2 == 0:
		case kind == "logdoc" && (strings.HasPrefix(body, "overlay ") || strings.HasPrefix(body, "silence ")):
			site += body
		case kind == "console":
			writeTestFile(t, filepath.Join(dir, "site.logdoc"), site)
			command, want, _ := strings.Cut(body, "\n")
			holdSession(t, dir, command, want)
			sessions++
		}
	}
	if sessions == 0 {
		t.Error("the page shows no session")
	}
}

// holdSession runs a command that a page shows and compares the output with what the page shows of it.
func holdSession(t *testing.T, dir, command, want string) {
	t.Helper()
	args := strings.Fields(strings.TrimPrefix(command, "$ logdoc "))
	t.Run(strings.Join(args, " "), func(t *testing.T) {
		t.Chdir(dir)
		got := runInProcess(t, args)
		rest := got
		for _, part := range strings.Split(want, "...\n") {
			n := strings.Index(rest, part)
			if n < 0 {
				t.Fatalf("the page shows\n%s\nwhich is not in, or not in this order in,\n%s", part, got)
			}
			rest = rest[n+len(part):]
		}
	})
}

// runInProcess runs a command line and returns its standard output.
func runInProcess(t *testing.T, args []string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	run(context.Background(), args, streams{in: null, out: f, err: null, width: func() int { return 0 }, now: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }})
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeTestFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
