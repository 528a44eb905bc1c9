package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"logdoc/internal/sanitize"
)

// TestTerminal reports to a terminal: colours unless they are refused, and log lines are cut to its width (-v shows them whole).
func TestTerminal(t *testing.T) {
	log := filepath.Join(t.TempDir(), "pump.log")
	line := "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees " + strings.Repeat("and more ", 40) + "\n"
	if err := os.WriteFile(log, []byte(strings.Replace(line, " and more", "\n  and more", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name          string
		terminal      bool
		noColor       bool
		color         string
		width         int
		colours, cuts bool
	}{
		{"terminal", true, false, "auto", 80, true, true},
		{"terminal with NO_COLOR", true, true, "auto", 80, false, true},
		{"terminal, never", true, false, "never", 80, false, true},
		{"terminal with NO_COLOR, always", true, true, "always", 80, true, true},
		{"wide terminal", true, false, "auto", 600, true, false},
		{"pipe", false, false, "auto", 80, false, false},
		{"pipe, always", false, false, "always", 80, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			f, err := os.Create(out)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			s := streams{in: os.Stdin, out: f, err: os.Stderr, outTerminal: test.terminal, noColor: test.noColor, width: func() int { return test.width }, now: time.Now}
			if status := run(t.Context(), []string{"report", "--color", test.color, "--only", "acme", "--pack", "testdata/pump.logdoc", log}, s); status != exitDone {
				t.Errorf("status %d", status)
			}
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(text), "\x1b["); got != test.colours {
				t.Errorf("colours: %v, want %v", got, test.colours)
			}
			if got := strings.Contains(string(text), "…"); got != test.cuts {
				t.Errorf("log lines are cut: %v, want %v\n%s", got, test.cuts, text)
			}
			for shown := range strings.Lines(string(text)) {
				if w := sanitize.Width(sanitize.Line(strings.TrimSuffix(shown, "\n"))); test.cuts && !test.colours && w > test.width && !strings.Contains(shown, log) {
					t.Errorf("%d cells in a terminal of %d: %q", w, test.width, shown)
				}
			}
		})
	}
}

func TestParseWhen(t *testing.T) {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		text string
		time time.Time
		back time.Duration
	}{
		{"", time.Time{}, 0},
		{"2026-03-04", day, 0},
		{"2026-03-04 05:06", day.Add(5*time.Hour + 6*time.Minute), 0},
		{"2026-03-04T05:06", day.Add(5*time.Hour + 6*time.Minute), 0},
		{"2026-03-04 05:06:07", day.Add(5*time.Hour + 6*time.Minute + 7*time.Second), 0},
		{"2026-03-04T05:06:07.5", day.Add(5*time.Hour + 6*time.Minute + 7500*time.Millisecond), 0},
		{"2026-03-04T05:06:07+01:00", day.Add(4*time.Hour + 6*time.Minute + 7*time.Second), 0},
		{"90m", time.Time{}, 90 * time.Minute},
		{"1h30m", time.Time{}, 90 * time.Minute},
		{"3d", time.Time{}, 72 * time.Hour},
	} {
		at, back, err := parseWhen(test.text)
		if err != nil || !at.Equal(test.time) || back != test.back {
			t.Errorf("%q: got %v, %v, %v", test.text, at, back, err)
		}
	}
	for _, text := range []string{"0", "0h", "-2h", "2", "d", "0d", "-1d", "+1d", "1.5d", "1 d", "soon", "2026-13-01", "04.03.2026", "999999999d"} {
		if at, back, err := parseWhen(text); err == nil {
			t.Errorf("%q: got %v, %v, want an error", text, at, back)
		}
	}
}

func TestByteSize(t *testing.T) {
	for text, want := range map[string]byteSize{"1": 1, "3KiB": 3 << 10, "512MiB": 512 << 20, "8 GiB": 8 << 30, "2TiB": 2 << 40} {
		var got byteSize
		if err := got.Set(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "MiB", "1MB", "1.5GiB", "99999999999TiB", "9223372036854775807KiB"} {
		var got byteSize
		if err := got.Set(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

// TestWriteFile: a report is written whole or not at all, with the mode of the file that was there, or of the user's umask.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "case.md")
	text := func(text string, fail error) func(*os.File) error {
		return func(f *os.File) error {
			_, err := f.WriteString(text)
			return errors.Join(err, fail)
		}
	}
	content := func(want string, mode os.FileMode) {
		t.Helper()
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v, %v, want %v", info.Mode(), err, mode)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("left behind: %v", entries)
		}
	}
	old := syscall.Umask(0o027)
	err := writeFile(name, text("first", nil))
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	content("first", 0o640)
	full := &os.PathError{Op: "write", Path: "somewhere", Err: syscall.ENOSPC}
	if err := writeFile(name, text("sec", full)); err == nil || err.Error() != "write "+name+": no space left on device" || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	content("first", 0o640)
	if err := os.Chmod(name, 0o604); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(name, text("second", nil)); err != nil {
		t.Error(err)
	}
	content("second", 0o604)
}

// TestMeter shows progress on a terminal, wipes it at the end, and keeps away from anything else.
func TestMeter(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	clock := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	s := streams{err: w, errTerminal: true, now: func() time.Time { clock = clock.Add(2 * time.Second); return clock }}
	m := &meter{s: s, total: 40 << 20}
	m.add(10 << 20)
	stop := m.start()
	buf := make([]byte, 200)
	n, err := r.Read(buf)
	if want := "\r\x1b[Kread 10 MiB, 5 MiB/s, 25 %, 6s left"; err != nil || !strings.HasPrefix(string(buf[:n]), want) {
		t.Errorf("got %q, %v, want %q", buf[:n], err, want)
	}
	stop()
	w.Close()
	n, _ = r.Read(buf)
	if !strings.HasSuffix(string(buf[:n]), "\r\x1b[K") {
		t.Errorf("the line is not wiped: %q", buf[:n])
	}

	dir := t.TempDir()
	for name, size := range map[string]int64{"a.log": 100, "b/c.log": 23} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := newMeter(s, []string{dir}).total; got != 123 {
		t.Errorf("%d bytes, want 123", got)
	}
	if err := os.Rename(filepath.Join(dir, "a.log"), filepath.Join(dir, "a.log.gz")); err != nil {
		t.Fatal(err)
	}
	for _, paths := range [][]string{{dir}, {"-"}, {filepath.Join(dir, "absent")}, {"/dev/null"}} {
		if got := newMeter(s, paths).total; got != 0 {
			t.Errorf("%q: %d bytes, want an unknown number", paths, got)
		}
	}
	quiet := &meter{s: streams{}}
	quiet.start()()
}
