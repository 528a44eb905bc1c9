package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTutorial goes through docs/writing-a-symptom.md from top to bottom: a block that names a file is written, and the commands of a session are run and must give
// what stands below them; "..." stands for lines that were left out.
func TestTutorial(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "writing-a-symptom.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	commands := 0
	for i, block := range strings.Split(string(page), "```") {
		kind, body, _ := strings.Cut(block, "\n")
		language, name, _ := strings.Cut(kind, " ")
		switch {
		case i%2 == 0:
		case name != "":
			writeTestFile(t, name, body)
		case language == "console":
			for _, session := range strings.Split("\n"+body, "\n$ logdoc ")[1:] {
				command, want, _ := strings.Cut(session, "\n")
				holdCommand(t, command, want)
				commands++
			}
		default:
			t.Errorf("the page has a block of kind %q, which nobody tests", kind)
		}
	}
	if commands < 8 {
		t.Errorf("the page shows %d commands", commands)
	}
}

// holdCommand runs a command in the folder it is in, with "< FILE" as standard input, and compares the output with what the page shows of it.
func holdCommand(t *testing.T, command, want string) {
	t.Helper()
	command, input, _ := strings.Cut(command, " < ")
	if input == "" {
		input = os.DevNull
	}
	in, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	outName, errName := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "err")
	out, err := os.Create(outName)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	errs, err := os.Create(errName)
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	run(context.Background(), strings.Fields(command), streams{
		in: in, out: out, err: errs, width: func() int { return 0 }, now: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) },
	})
	got, err := os.ReadFile(outName)
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.ReadFile(errName)
	if err != nil {
		t.Fatal(err)
	}
	if want != "" && !strings.HasSuffix(want, "\n") {
		want += "\n"
	}
	rest := got
	for _, part := range strings.Split(want, "...\n") {
		n := bytes.Index(rest, []byte(part))
		if n < 0 {
			t.Fatalf("logdoc %s: the page shows\n%s\nwhich is not in, or not in this order in,\n%s%s", command, part, got, told)
		}
		rest = rest[n+len(part):]
	}
	if len(rest) > 0 && !strings.HasSuffix(want, "...\n") {
		t.Fatalf("logdoc %s: the page leaves out, without saying so,\n%s", command, rest)
	}
}
