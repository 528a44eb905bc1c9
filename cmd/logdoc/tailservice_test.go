//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"logdoc/alert"
)

// writeText writes a file.
func writeText(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// serves starts logdoc tail with the pack of the pumps.
func serves(t *testing.T, state string, args ...string) *tail {
	t.Helper()
	return follows(t, state, append([]string{"--only", "acme", "--pack", "testdata/pump.logdoc"}, args...)...)
}

// receiver is a webhook that can be down. Of what arrives it checks the signature, and gives the turn with its key.
type receiver struct {
	*httptest.Server
	down  atomic.Bool
	tries chan bool
	got   chan string
}

func receives(t *testing.T, secret string) *receiver {
	r := &receiver{tries: make(chan bool, 1000), got: make(chan string, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			r.tries <- true
			return
		}
		body, err := io.ReadAll(req.Body)
		var alarm struct {
			Turn    string
			Finding struct{ Symptom, Key string }
		}
		want := "v1," + alert.Signature([]byte(secret), req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp"), body)
		if err != nil || json.Unmarshal(body, &alarm) != nil || req.Header.Get("Webhook-Signature") != want {
			r.got <- fmt.Sprintf("not signed: %q", body)
			return
		}
		r.got <- alarm.Turn + " " + alarm.Finding.Symptom + " " + alarm.Finding.Key
	}))
	t.Cleanup(r.Close)
	return r
}

// TestTailAlarmsOutliveTheProgram: what a webhook has not got when the program is killed it gets from the next run, and the command got it once.
func TestTailAlarmsOutliveTheProgram(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	log, told := filepath.Join(dir, "pump.log"), filepath.Join(dir, "told")
	addTo(t, log, "")
	hook := receives(t, "s3cret")
	hook.down.Store(true)
	args := []string{"--from-start", "--webhook", hook.URL, "--webhook-secret-file", writeText(t, filepath.Join(dir, "secret"), "s3cret\n"), "--exec", "cat >> " + told, log}
	f := serves(t, state, args...)
	addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
	<-hook.tries
	f.out.shows(t, "opened")
	f.stderr.shows(t, "alarms do not reach webhook 127.0.0.1")
	// The command is told beside the webhook, and the program must not be killed in between.
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		if text, err := os.ReadFile(told); err == nil && strings.HasSuffix(string(text), "\n") {
			break
		}
	}
	if err := f.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	f.cmd.Wait()
	hook.down.Store(false)
	again := serves(t, state, args...)
	if got := <-hook.got; got != "opened acme/pump-stuck north" {
		t.Errorf("the webhook got %q", got)
	}
	again.stop(syscall.SIGTERM, exitDone)
	if len(hook.got) > 0 {
		t.Errorf("and %q", <-hook.got)
	}
	text, err := os.ReadFile(told)
	if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), `"turn":"opened"`) {
		t.Errorf("the command got %s, %v", text, err)
	}
}

// TestTailReloads: a signal brings another configuration, a broken one changes nothing, and no line is lost or read twice.
func TestTailReloads(t *testing.T) {
	for _, mode := range []string{"store: %s/kept.db\nname: pumps", "no-store: true"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			log, one, two := filepath.Join(dir, "pump.log"), filepath.Join(dir, "one"), filepath.Join(dir, "two")
			addTo(t, log, "")
			kept := mode
			if strings.Contains(mode, "%s") {
				kept = fmt.Sprintf(mode, dir)
			}
			name := filepath.Join(dir, "tail.yaml")
			config := func(command string) string {
				return fmt.Sprintf("paths: [%s]\n%s\nfrom-start: true\ncool-down: 0s\nexec: ['cat >> %s']\n", log, kept, command)
			}
			writeText(t, name, config(one))
			f := serves(t, "", "--config", name)
			hangUp := func() {
				t.Helper()
				if err := f.cmd.Process.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
			}
			addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
			f.out.shows(t, "opened")
			writeText(t, name, strings.Replace(config(two), "exec:", "exce:", 1))
			hangUp()
			f.stderr.shows(t, `did you mean "exec"?`, "not reloaded, the last good configuration goes on")
			writeText(t, name, config(two)+"tz: Nowhere/AtAll\n")
			hangUp()
			f.stderr.shows(t, "not reloaded, the last good configuration goes on: --tz")
			writeText(t, name, config(two))
			hangUp()
			f.stderr.shows(t, "reloaded: paths: 1")
			addTo(t, log, free+"PUMP 2026-03-04 06:06:08 north INFO started\n")
			f.out.shows(t, "cleared")
			f.stop(syscall.SIGTERM, exitDone)
			for file, want := range map[string]string{one: `"turn":"opened"`, two: `"turn":"cleared"`} {
				text, err := os.ReadFile(file)
				if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), want) {
					t.Errorf("%s: %s, %v", filepath.Base(file), text, err)
				}
			}
			if n := strings.Count(f.out.String(), "opened"); n != 1 {
				t.Errorf("opened is told %d times:\n%s", n, f.out)
			}
		})
	}
}

// TestTailTellsItsManager plays the service manager.
func TestTailTellsItsManager(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "notify")
	conn, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hears := func(want string) {
		t.Helper()
		b := make([]byte, 4<<10)
		for {
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(string(b[:n]), want) {
				return
			}
			// Only signs of life may come in between.
			if got := string(b[:n]); got != "WATCHDOG=1" {
				t.Fatalf("it said %q, want %q", got, want)
			}
		}
	}
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "200000")
	log := filepath.Join(dir, "pump.log")
	addTo(t, log, "")
	f := serves(t, t.TempDir(), "--listen", "127.0.0.1:0", log)
	hears("READY=1\nSTATUS=follows; paths: 1, symptoms: 2")
	hears("WATCHDOG=1")
	f.stderr.shows(t, "metrics and health at http://127.0.0.1:")
	_, address, _ := strings.Cut(f.stderr.String(), "at http://")
	address, _, _ = strings.Cut(address, "\n")
	ask := func(path string) string {
		t.Helper()
		resp, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if got := ask("/readyz"); got != "ok\n" {
		t.Errorf("ready: %q", got)
	}
	addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
	f.out.shows(t, "opened")
	if page := ask("/metrics"); !strings.Contains(page, `logdoc_turns_total{turn="opened"} 1`) || !strings.Contains(page, `logdoc_findings{symptom="acme/pump-stuck",severity="error",state="active"} 1`) {
		t.Errorf("the metrics are\n%s", page)
	}
	if err := f.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	hears("RELOADING=1\nMONOTONIC_USEC=")
	hears("READY=1\n")
	if err := f.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hears("STOPPING=1")
	if status := exitStatus(t, f.cmd.Wait()); status != exitDone {
		t.Errorf("status %d: %s", status, f.stderr)
	}
}
