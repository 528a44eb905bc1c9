package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"logdoc/samples/hostile"
)

// limited runs the command line under limits that a shell sets for it.
func limited(t *testing.T, limits string, args ...string) (status int, out, stderr string) {
	t.Helper()
	cmd, o, e := start(t, args...)
	shell := exec.Command("sh", append([]string{"-c", limits + `; exec "$0" "$@"`, cmd.Path}, args...)...)
	shell.Env, shell.Stdout, shell.Stderr = cmd.Env, o, e
	err := shell.Run()
	return exitStatus(t, err), o.String(), e.String()
}

// TestFewDescriptors reads more files, and archives in archives, than may be open at a time.
func TestFewDescriptors(t *testing.T) {
	dir := t.TempDir()
	for _, a := range hostile.Archives() {
		if a.Name == "nested.txt" || strings.HasPrefix(a.Name, "climb") || a.Name == "7z.zip" {
			for i := range 100 {
				name := filepath.Join(dir, fmt.Sprintf("%d-%s", i, a.Name))
				if err := os.WriteFile(name, []byte(a.Make()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	status, out, stderr := limited(t, "ulimit -n 64", "report", "-q", "--only", "acme", "--pack", "testdata/pump.logdoc", dir)
	if status != exitDone || !strings.HasPrefix(out, "1 finding") || stderr != "" {
		t.Errorf("status %d: %s%.1000s", status, out, stderr)
	}
}

// TestLittleMemory gives the same report when the collector has to work hard.
func TestLittleMemory(t *testing.T) {
	args := []string{"report", filepath.Join("..", "..", "samples", "avamar-case.tgz")}
	cmd, want, _ := start(t, args...)
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	status, out, _ := limited(t, "export GOMEMLIMIT=24MiB", args...)
	if status != exitDone || out != want.String() {
		t.Errorf("status %d, and another report", status)
	}
}

// TestFullDiskLeavesNoHalfFile writes to a disk that takes a few kilobytes: the old report stays as it was, and nothing lies beside it.
func TestFullDiskLeavesNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "case.json")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{old, filepath.Join(dir, "new.json")} {
		status, _, stderr := limited(t, "trap '' XFSZ; ulimit -f 8", "report", "--json", "-o", name, filepath.Join("..", "..", "samples", "avamar-case.tgz"))
		if want := "logdoc: write " + name + ": file too large\n"; status != exitInternal || !strings.HasSuffix(stderr, want) {
			t.Errorf("status %d, standard error says %q, want %q", status, stderr, want)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files, want the old one alone: %v", len(left), err)
	}
	if text, err := os.ReadFile(old); err != nil || string(text) != "old" {
		t.Errorf("the old file holds %q, %v", text, err)
	}
}

// TestUnreadableDirectory names a directory that permissions hold off, and reads what lies beside it.
func TestUnreadableDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pump.log"), []byte(hostile.Log), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "secret"), 0); err != nil {
		t.Fatal(err)
	}
	pack, err := os.ReadFile("testdata/pump.logdoc")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pump.logdoc"), pack, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd, out, stderr := start(t, "report", "-q", "--only", "acme", "--pack", filepath.Join(dir, "pump.logdoc"), filepath.Join(dir, "secret"), filepath.Join(dir, "pump.log"))
	if os.Geteuid() == 0 {
		asNobody(t, cmd, dir)
	}
	if status := exitStatus(t, cmd.Run()); status != exitIncomplete || !strings.HasPrefix(out.String(), "1 finding") || !strings.Contains(stderr.String(), "secret: the directory cannot be read: check its permissions") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
}

// TestEndlessText streams text that never ends a line or a record, or holds nothing else than line ends: the records beside it are read, in little memory.
func TestEndlessText(t *testing.T) {
	const limit = 64 << 20
	const first, last = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n", "PUMP 2026-03-04 05:06:09 north ERROR rotor stuck at 91 degrees\n"
	long := func(line int) string {
		return fmt.Sprintf("logdoc: -:%d: a record is longer than 256 KiB: only its start was looked at\n", line)
	}
	for _, test := range []struct {
		name, out, stderr string
		status            int
		text              io.Reader
	}{
		{"a line of 300 MB", "1 finding: 1 error (certain); 3 records in 1 log, 1 not fully read\n", long(2), exitIncomplete, io.MultiReader(
			strings.NewReader("PUMP 2026-03-04 05:06:08 north INFO "), io.LimitReader(endless('x'), 300_000_000), strings.NewReader("\n"))},
		{"a record of 100 MB in short lines", "1 finding: 1 error (certain); 3 records in 1 log, 1 not fully read\n", long(6555), exitIncomplete, io.MultiReader(
			strings.NewReader("PUMP 2026-03-04 05:06:08 north INFO failed\n"), io.LimitReader(&repeating{text: "\tat com.example.Pump.turn(Pump.java:17)\n"}, 40*2_500_000))},
		{"ten million empty lines", "1 finding: 1 error (certain); 2 records in 1 log\n", "", exitDone, io.LimitReader(endless('\n'), 10_000_000)},
		{"ten million blank lines of Windows", "1 finding: 1 error (certain); 2 records in 1 log\n", "", exitDone, io.LimitReader(&repeating{text: "\r\n"}, 20_000_000)},
		{"a hole of 100 MB of NULs", "1 finding: 1 error (certain); 2 records in 1 log, 1 not fully read\n", long(2), exitIncomplete, io.MultiReader(
			io.LimitReader(endless(0), 100_000_000), strings.NewReader("\n"))},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd, out, stderr := start(t, "report", "-q", "--only", "acme", "--pack", "testdata/pump.logdoc", "-")
			cmd.Stdin = io.MultiReader(strings.NewReader(first), test.text, strings.NewReader(last))
			checkPeak := boundPeak(t, cmd, limit)
			if status := exitStatus(t, cmd.Run()); status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if out.String() != test.out || stderr.String() != test.stderr {
				t.Errorf("got %q and %q, want %q and %q", out, stderr, test.out, test.stderr)
			}
			checkPeak()
		})
	}
}

// TestAMillionMembers reads archives of more members than are looked at by default: the good log in front of them is diagnosed, and memory does not follow their number.
func TestAMillionMembers(t *testing.T) {
	const limit = 640 << 20
	const members = 1_000_000
	for _, test := range []struct {
		name  string
		write func(w io.Writer) error
	}{
		{"million.tgz", func(w io.Writer) error {
			var one bytes.Buffer
			if err := tar.NewWriter(&one).WriteHeader(&tar.Header{Name: "d/x.log", Mode: 0o600}); err != nil {
				return err
			}
			z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
			if err != nil {
				return err
			}
			good := tar.NewWriter(z)
			if err := errors.Join(good.WriteHeader(&tar.Header{Name: "pump.log", Mode: 0o600, Size: int64(len(hostile.Log))}), writeString(good, hostile.Log), good.Flush()); err != nil {
				return err
			}
			_, err = io.CopyN(z, &repeating{text: one.String()[:512]}, 512*members)
			return errors.Join(err, writeString(z, strings.Repeat("\x00", 1024)), z.Close())
		}},
		{"million.zip", func(w io.Writer) error {
			z := zip.NewWriter(w)
			good, err := z.Create("pump.log")
			if err != nil {
				return err
			}
			if err := writeString(good, hostile.Log); err != nil {
				return err
			}
			for i := range members {
				if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("d/%07d.log", i)}); err != nil {
					return err
				}
			}
			return z.Close()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd, out, stderr := start(t, "report", "-q", "--only", "acme", "--pack", "testdata/pump.logdoc")
			path := filepath.Join(t.TempDir(), test.name)
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			buffered := bufio.NewWriterSize(f, 1<<20)
			if err := errors.Join(test.write(buffered), buffered.Flush(), f.Close()); err != nil {
				t.Fatal(err)
			}
			cmd.Args = append(cmd.Args, path)
			checkPeak := boundPeak(t, cmd, limit)
			if status := exitStatus(t, cmd.Run()); status != exitIncomplete {
				t.Errorf("status %d, want %d", status, exitIncomplete)
			}
			if !strings.HasPrefix(out.String(), "1 finding") || !strings.Contains(stderr.String(), "stopped after 200000 members of archives: raise --max-members to read the rest") {
				t.Errorf("%s%.1000s", out, stderr)
			}
			checkPeak()
		})
	}
}

func writeString(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// repeating gives a text again and again.
type repeating struct {
	text string
	at   int
}

func (r *repeating) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		copied := copy(p[n:], r.text[r.at:])
		n += copied
		r.at = (r.at + copied) % len(r.text)
	}
	return len(p), nil
}
