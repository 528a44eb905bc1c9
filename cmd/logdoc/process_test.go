package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start prepares the command as a process of its own, with an empty configuration.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, out, stderr *bytes.Buffer) {
	t.Helper()
	if raced {
		t.Skip("processes are too slow, and too large, under the race detector")
	}
	cmd = exec.Command("logdoc", args...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())
	out, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, stderr
	return cmd, out, stderr
}

func exitStatus(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		t.Fatal(err)
	}
	return exit.ExitCode()
}

// TestClosedPipe is `logdoc … | head -1`: a reader that has enough is no failure.
func TestClosedPipe(t *testing.T) {
	bundle := filepath.Join("..", "..", "samples", "avamar-case.tgz")
	for _, args := range [][]string{
		{"report", "--only", "avamar/session-ticket", bundle}, {"report", "-f", "json", bundle}, {"report", "-f", "markdown", bundle}, {"report", "-q", bundle},
		{"list", "symptoms"}, {"list", "formats", "--json"}, {"check", "testdata/pump.logdoc"}, {"fmt", "testdata/pump.logdoc"}, {"version"},
		{"help"}, {"help", "report"},
	} {
		t.Run(strings.Join(args[:min(2, len(args))], " "), func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			cmd, _, stderr := start(t, args...)
			cmd.Stdout = w
			err = cmd.Run()
			w.Close()
			if status := exitStatus(t, err); status != 0 || strings.Contains(stderr.String(), "pipe") {
				t.Errorf("status %d, want 0; standard error:\n%s", status, stderr)
			}
		})
	}
}

// TestInterrupt sends Ctrl-C while standard input gives nothing more: what came until then is reported.
func TestInterrupt(t *testing.T) {
	cmd, out, stderr := start(t, "report", "--only", "acme", "--pack", "testdata/pump.logdoc", "-")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const line = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n"
	// More than a pipe holds: when all is written, logdoc has read from it.
	if _, err := io.WriteString(stdin, strings.Repeat(line, 4<<20/len(line))); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	status := exitStatus(t, cmd.Wait())
	stdin.Close()
	if status != exitInterrupt {
		t.Errorf("status %d, want %d", status, exitInterrupt)
	}
	if !strings.HasPrefix(out.String(), "1 finding: 1 error (certain); ") {
		t.Errorf("the report of what was found until then starts with %q", out.String()[:min(80, out.Len())])
	}
	if !strings.Contains(stderr.String(), "logdoc: interrupted: this is what was found until then\n") {
		t.Errorf("standard error says %q", stderr)
	}
}

// TestInterruptPipe sends Ctrl-C while a named pipe is not opened by any writer, and while its writer gives nothing more.
func TestInterruptPipe(t *testing.T) {
	const line = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n"
	dir := t.TempDir()
	for _, written := range []bool{false, true} {
		t.Run(fmt.Sprintf("written %t", written), func(t *testing.T) {
			pipe := filepath.Join(dir, fmt.Sprintf("pipe%t", written))
			if err := syscall.Mkfifo(pipe, 0o644); err != nil {
				if runtime.GOOS == "linux" {
					t.Fatal(err)
				}
				t.Skip("no named pipes here: ", err)
			}
			// A pipe that is read in front of the other tells that the run has come to it: when all is written, logdoc has read from it.
			gate := filepath.Join(dir, fmt.Sprintf("gate%t", written))
			if err := syscall.Mkfifo(gate, 0o644); err != nil {
				t.Fatal(err)
			}
			cmd, out, stderr := start(t, "report", "--only", "acme", "--pack", "testdata/pump.logdoc", gate, pipe)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			g, err := os.OpenFile(gate, os.O_WRONLY, 0) // waits for the reader
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(g, strings.Repeat(line, 4<<20/len(line))); err != nil {
				t.Fatal(err)
			}
			g.Close()
			if written {
				w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				if _, err := io.WriteString(w, strings.Repeat(line, 4<<20/len(line))); err != nil {
					t.Fatal(err)
				}
			}
			began := time.Now()
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if status := exitStatus(t, cmd.Wait()); status != exitInterrupt {
				t.Errorf("status %d, want %d", status, exitInterrupt)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it took %s", took)
			}
			if !strings.HasPrefix(out.String(), "1 finding: 1 error (certain); ") {
				t.Errorf("the report starts with %q", out.String()[:min(80, out.Len())])
			}
			if !strings.Contains(stderr.String(), "logdoc: interrupted: this is what was found until then") {
				t.Errorf("standard error says %q", stderr)
			}
		})
	}
}

// TestFullDisk writes to a device that takes nothing.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		if runtime.GOOS == "linux" {
			t.Fatal(err)
		}
		t.Skip("no /dev/full here: ", err)
	}
	defer full.Close()
	bundle := filepath.Join("..", "..", "samples", "luna-logs.tgz")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"to a file", []string{"report", "-q", "-o", "/dev/full", bundle}, "logdoc: write /dev/full: no space left on device\n"},
		{"text", []string{"report", "-q", bundle}, "logdoc: write standard output: no space left on device\n"},
		{"json", []string{"report", "--json", bundle}, "logdoc: write standard output: no space left on device\n"},
		{"listing", []string{"list", "symptoms"}, "logdoc: write standard output: no space left on device\n"},
		{"version", []string{"version"}, "logdoc: write standard output: no space left on device\n"},
		{"check", []string{"check", "testdata/pump.logdoc"}, "logdoc: write standard output: no space left on device\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd, _, stderr := start(t, test.args...)
			cmd.Stdout = full
			if status := exitStatus(t, cmd.Run()); status != exitInternal {
				t.Errorf("status %d, want %d", status, exitInternal)
			}
			if !strings.HasSuffix(stderr.String(), test.want) {
				t.Errorf("standard error says %q, want %q", stderr, test.want)
			}
		})
	}
}

// endless gives one byte again and again.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// asNobody lets a command run as a user without rights: root may read everything. The program is copied to where that user can start it.
func asNobody(t *testing.T, cmd *exec.Cmd, dir string) {
	t.Helper()
	program, err := os.ReadFile(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "logdoc")
	if err := os.WriteFile(cmd.Path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// TestUnreadableFile names a file that permissions hold off.
func TestUnreadableFile(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.log")
	if err := os.WriteFile(secret, []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	cmd, _, stderr := start(t, "report", "-q", secret)
	if os.Geteuid() == 0 {
		asNobody(t, cmd, dir)
	}
	if status := exitStatus(t, cmd.Run()); status != exitIncomplete || !strings.Contains(stderr.String(), "it cannot be opened: check its permissions") {
		t.Errorf("status %d, standard error says %q", status, stderr)
	}
}
