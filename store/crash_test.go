package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"logdoc"
)

// TestMain is also the process that TestKill kills.
func TestMain(m *testing.M) {
	if path := os.Getenv("LOGDOC_STORE_WRITER"); path != "" {
		fmt.Fprintln(os.Stderr, writeOn(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// lineLength is how long each line of the log is that writeOn follows.
const lineLength = 100

// writeOn commits batches from where the store says that an earlier process stopped, and says of each when it is kept, until it is killed.
func writeOn(path string) error {
	ctx := context.Background()
	s, err := Open(path, Options{Now: march})
	if err != nil {
		return err
	}
	l, err := s.Live(ctx, CaseInfo{Name: "a"}, someRules())
	if err != nil {
		return err
	}
	positions, err := l.Positions(ctx)
	if err != nil {
		return err
	}
	line := 0
	if len(positions) > 0 {
		line = int(positions[0].Offset) / lineLength
	}
	for {
		var b Batch
		for range 1 + line%17 {
			b.Matches = append(b.Matches, logdoc.Match{Place: logdoc.Place{Source: "/var/log/a", Line: line + 1, Offset: int64(line * lineLength)}, Text: "x"})
			line++
		}
		p := somePosition(7, "/var/log/a", int64(line*lineLength))
		p.Line = line
		b.Positions = []logdoc.Position{p}
		if line%5 == 0 {
			f := someFinding("acme/rotor", "")
			f.Count = line
			b.Turns = []logdoc.Turn{{Kind: logdoc.Repeated, Finding: f}}
		}
		if err := l.Commit(ctx, b); err != nil {
			return err
		}
		fmt.Println(line)
	}
}

// TestKill kills a process that writes, many times: every line up to the position is kept once, none behind it, and nothing that was said to be kept is lost.
func TestKill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	told := 0
	for kill := range 20 {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), "LOGDOC_STORE_WRITER="+path)
		var complaint strings.Builder
		cmd.Stderr = &complaint
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if told, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if n == kill*7 {
				// It goes on writing meanwhile, so that it is hit anywhere.
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("it ended by itself: %v\n%s", err, complaint.String())
		}
		s, err := Open(path, Options{Now: march, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Notices(); len(n) > 0 {
			t.Fatal(n)
		}
		l := openLive(t, s, "a", someRules())
		positions, err := l.Positions(t.Context())
		if err != nil || len(positions) != 1 {
			t.Fatal(positions, err)
		}
		if at := int(positions[0].Offset) / lineLength; at < told {
			t.Errorf("kill %d: %d lines were kept, and %d are accounted for", kill, told, at)
		}
		matches := allMatches(t, l)
		if len(matches) != positions[0].Line {
			t.Fatalf("kill %d: %d matches up to line %d", kill, len(matches), positions[0].Line)
		}
		for i, m := range matches {
			if m.Place.Line != i+1 {
				t.Fatalf("kill %d: match %d is of line %d", kill, i, m.Place.Line)
			}
		}
		problems, err := s.Check(t.Context())
		if err != nil || len(problems) > 0 {
			t.Errorf("kill %d: %q %v", kill, problems, err)
		}
		if err := errors.Join(l.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTornLog cuts SQLite's log anywhere, as a loss of power may: what is there is a beginning of what was written, in whole batches.
func TestTornLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openAt(t, path, Options{})
	l := openLive(t, s, "a", someRules())
	for i := range 10 {
		p := somePosition(7, "/a", int64(i+1))
		if err := l.Commit(t.Context(), Batch{Matches: someMatches(50), Positions: []logdoc.Position{p}}); err != nil {
			t.Fatal(err)
		}
	}
	file, log := readFile(t, path), readFile(t, path+"-wal")
	if len(log) < 10000 {
		t.Fatalf("the log has %d bytes", len(log))
	}
	seen := map[int]bool{}
	for cut := 0; cut <= len(log); cut += len(log)/37 + 1 {
		torn := filepath.Join(t.TempDir(), "store.db")
		writeFile(t, torn, file)
		writeFile(t, torn+"-wal", log[:cut])
		again, err := Open(torn, Options{Now: march, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := again.Notices(); len(n) > 0 {
			t.Fatal(n)
		}
		next := openLive(t, again, "a", someRules())
		positions, err := next.Positions(t.Context())
		batches := 0
		if len(positions) > 0 {
			batches = int(positions[0].Offset)
		}
		if n := len(allMatches(t, next)); err != nil || n != 50*batches {
			t.Errorf("cut at %d: %d matches of %d batches, %v", cut, n, batches, err)
		}
		seen[batches] = true
		if err := errors.Join(next.Close(), again.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) < 4 {
		t.Errorf("the cuts left only %v batches", seen)
	}
}
