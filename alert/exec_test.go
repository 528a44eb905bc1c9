//go:build unix

package alert_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"logdoc"
	"logdoc/alert"
)

// hostile holds what must not act: a command in each quoting, line breaks, escape sequences, direction marks, no UTF-8.
const hostile = "`touch OWNED`$(touch OWNED);touch OWNED\n'; touch OWNED; '\" | touch OWNED\x00\x1b[2J\x1b]0;t\a\u202e\xff\r\nNEXT=field ]\\"

func alarm(text string) logdoc.Alarm {
	a := logdoc.Alarm{Turn: turn(logdoc.Opened, logdoc.Critical), Time: time.Date(2026, 3, 4, 5, 6, 7, 89_000_000, time.UTC), From: "node 7\n"}
	a.Finding.Key = logdoc.LogText(text)
	a.Finding.Values = []logdoc.Value{{Name: "v", Text: logdoc.LogText(text)}}
	a.Finding.Evidence = []logdoc.Evidence{{Event: "e", Place: logdoc.Place{Source: logdoc.LogText("var/" + text + ".log"), Line: 12}, Text: logdoc.LogText(text)}}
	return a
}

func TestCommandGetsTheAlarm(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a := alarm(hostile)
	body, err := encode(a)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*alert.Command{
		"a program": {Args: []string{"/bin/sh", "-c", "cat > in; env > env; printf '%s' \"$#\" > args"}, Env: []string{"GIVEN=1"}},
		"a shell":   {Shell: "cat > in; env > env; printf '%s' \"$#\" > args", Env: []string{"GIVEN=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.Send(t.Context(), a, body); err != nil {
				t.Fatal(err)
			}
			read := func(name string) string {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			if read("in") != string(body) {
				t.Errorf("it got %q", read("in"))
			}
			for _, line := range strings.Fields(read("env")) {
				// What a shell sets itself.
				if name, _, _ := strings.Cut(line, "="); name != "GIVEN" && name != "PWD" && name != "OLDPWD" && name != "SHLVL" && name != "_" {
					t.Errorf("its environment has %s", line)
				}
			}
			if read("args") != "0" {
				t.Errorf("it has arguments: %s", read("args"))
			}
			if _, err := os.Stat("OWNED"); err == nil {
				t.Error("text of the alarm was run")
			}
		})
	}
}

func TestCommandFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    alert.Command
		want string
	}{
		{"status", alert.Command{Shell: `echo one; printf 'two \033[2J\n' >&2; exit 7`}, "exit status 7: it said two ␛[2J"},
		{"floods", alert.Command{Shell: `head -c 3000000 /dev/zero | tr '\0' x; exit 1`}, "it said xxx"},
		{"is not there", alert.Command{Args: []string{"/nonexistent/program"}}, "no such file"},
		{"does not read", alert.Command{Shell: "exec <&-; exit 0"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.c.Send(t.Context(), alarm("x"), make([]byte, 200<<10))
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 10<<10):
				t.Errorf("%.300v, want %q", err, tt.want)
			}
		})
	}
}

// TestCommandIsEnded: what takes too long is ended with what it has started, which holds a pipe open and would say that it survived.
func TestCommandIsEnded(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		text, err := os.ReadFile(pipe)
		if err != nil {
			text = []byte(err.Error())
		}
		said <- string(text)
	}()
	c := &alert.Command{Args: []string{"/bin/sh", "-c", `(echo started; sleep 30; echo survived) > ` + pipe + ` & wait`}, Timeout: 2 * time.Second}
	if err := c.Send(t.Context(), alarm("x"), nil); err == nil || !strings.Contains(err.Error(), "longer than 2s") {
		t.Errorf("it ended with %v", err)
	}
	if got := <-said; got != "started\n" {
		t.Errorf("what it has started said %q", got)
	}
}

// TestCommandLeavesAChild: a program may leave something behind that holds its output open, and that is no failure.
func TestCommandLeavesAChild(t *testing.T) {
	c := &alert.Command{Shell: "sleep 5 & exit 0"}
	if err := c.Send(t.Context(), alarm("x"), nil); err != nil {
		t.Error(err)
	}
}
