package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with a command on it: what a person would see and type.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File
	seen string
	read chan string
}

// onTerminal starts the command as a process of its own on a terminal of 80x24.
func onTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	return onTerminalRun(t, "logdoc", args...)
}

func onTerminalRun(t *testing.T, program string, args ...string) *terminal {
	t.Helper()
	cmd, _, _ := start(t, args...)
	run := exec.Command(program, args...)
	run.Env = cmd.Env
	cmd = run
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	control := int(file.Fd())
	if err := unix.IoctlSetPointerInt(control, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(control, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(control, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	far, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = far, far, far
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=", "NO_COLOR=", "LOGDOC_NO_COLOR=", "CI=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	far.Close()
	c := &terminal{t: t, cmd: cmd, file: file, read: make(chan string, 1000)}
	go func() {
		defer close(c.read)
		buf := make([]byte, 64<<10)
		for {
			n, err := file.Read(buf)
			if err != nil {
				return // the far end is closed
			}
			c.read <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		file.Close()
	})
	return c
}

// shows waits until the texts were written, each behind the one before and behind what was waited for earlier.
func (c *terminal) shows(texts ...string) *terminal {
	c.t.Helper()
	late := time.After(30 * time.Second)
	for _, text := range texts {
		for {
			if n := strings.Index(c.seen, text); n >= 0 {
				c.seen = c.seen[n+len(text):]
				break
			}
			select {
			case more, ok := <-c.read:
				if !ok {
					c.t.Fatalf("%q was not written before the end:\n%q", text, c.seen)
				}
				c.seen += more
			case <-late:
				c.t.Fatalf("%q was not written:\n%q", text, c.seen)
			}
		}
	}
	return c
}

func (c *terminal) types(keys string) *terminal {
	c.t.Helper()
	if _, err := io.WriteString(c.file, keys); err != nil {
		c.t.Fatal(err)
	}
	return c
}

// ends waits for the end of the command, and returns its exit status and what it still wrote.
func (c *terminal) ends() (status int, rest string) {
	c.t.Helper()
	err := c.cmd.Wait()
	for more := range c.read {
		c.seen += more
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), c.seen
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return 0, c.seen
}

// What turns the alternate screen on and off, and the cursor on.
const (
	altScreen, noAltScreen = "\x1b[?1049h", "\x1b[?1049l"
	cursorOn               = "\x1b[?25h"
)

// TestNoCommandAsksTheTerminal runs what is no screen on a terminal that answers nothing: it neither writes a question nor waits.
func TestNoCommandAsksTheTerminal(t *testing.T) {
	status, out := onTerminal(t, "version").ends()
	if status != 0 || !strings.HasPrefix(out, "logdoc ") || strings.Contains(out, "\x1b") {
		t.Errorf("status %d: %q", status, out)
	}
}

// TestAPathOpensTheScreen looks around and leaves; the terminal is as it was.
func TestAPathOpensTheScreen(t *testing.T) {
	c := onTerminal(t, filepath.Join("..", "..", "samples", "luna-logs.tgz"), "--background", "dark")
	c.shows(altScreen, "findings").types("\r").shows("Evidence").types("\t\t").shows("steps settled").types("qq")
	if status, rest := c.ends(); status != 0 || !strings.Contains(rest, noAltScreen) || !strings.Contains(rest, cursorOn) {
		t.Errorf("status %d: %q", status, rest)
	}
}

// TestTerminateRestoresTheTerminal ends the program from outside.
func TestTerminateRestoresTheTerminal(t *testing.T) {
	c := onTerminal(t, "open", "--background", "light", filepath.Join("..", "..", "samples", "luna-logs.tgz")).shows(altScreen, "findings")
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, rest := c.ends(); status != exitInterrupt || !strings.Contains(rest, noAltScreen) || !strings.Contains(rest, cursorOn) {
		t.Errorf("status %d: %q", status, rest)
	}
}

// TestSuspend goes to a shell and comes back: the terminal is restored in between, and the screen is drawn anew.
func TestSuspend(t *testing.T) {
	c := onTerminalRun(t, "sh", "-c", "set -m; logdoc open --background dark ../../samples/luna-logs.tgz; echo stopped; fg")
	c.shows(altScreen, "findings").types("\x1a").shows(noAltScreen, cursorOn, "stopped", altScreen, "findings").types("q")
	if status, rest := c.ends(); status != 0 || !strings.Contains(rest, noAltScreen) {
		t.Errorf("status %d: %q", status, rest)
	}
}

// TestNoShell wants to go to a shell where there is none.
func TestNoShell(t *testing.T) {
	c := onTerminal(t, "open", "--background", "dark", filepath.Join("..", "..", "samples", "luna-logs.tgz"))
	c.shows(altScreen, "findings").types("\x1a").shows("there is no shell to go to").types("q")
	if status, _ := c.ends(); status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestDumbTerminal opens a screen where none can be shown.
func TestDumbTerminal(t *testing.T) {
	c := onTerminalRun(t, "env", "TERM=dumb", "logdoc", "open", filepath.Join("..", "..", "samples", "luna-logs.tgz"))
	if status, out := c.ends(); status != exitUsage || !strings.Contains(out, "this terminal (TERM=dumb) can show no screen: logdoc report prints it") || strings.Contains(out, "\x1b") {
		t.Errorf("status %d: %q", status, out)
	}
}

// TestColors opens the screen on terminals of several kinds, and looks for the colours that it writes.
func TestColors(t *testing.T) {
	for _, tt := range []struct{ env, want, never string }{
		{"TERM=xterm-256color", "38;5;", "38;2;"}, {"COLORTERM=truecolor", "38;2;", "38;5;"}, {"TERM=linux", "\x1b[36m", "38;"}, {"TERM=vt100", "\x1b[1m", "38;"}, {"NO_COLOR=1", "\x1b[1m", "38;"},
	} {
		t.Run(tt.env, func(t *testing.T) {
			c := onTerminalRun(t, "env", tt.env, "logdoc", "open", "--background", "dark", filepath.Join("..", "..", "samples", "avamar-case.tgz"))
			c.shows(altScreen, tt.want, "finding").types("q")
			if status, out := c.ends(); status != 0 || strings.Contains(out, tt.never) {
				t.Errorf("status %d: %q", status, out)
			}
		})
	}
}

// TestResize makes the window larger.
func TestResize(t *testing.T) {
	c := onTerminal(t, "open", "--background", "dark", filepath.Join("..", "..", "samples", "luna-logs.tgz")).shows(altScreen, "findings")
	if err := unix.IoctlSetWinsize(int(c.file.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 48, Col: 160}); err != nil {
		t.Fatal(err)
	}
	c.shows("│").types("q")
	if status, _ := c.ends(); status != 0 {
		t.Errorf("status %d", status)
	}
}
