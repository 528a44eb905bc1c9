package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// watched is what a process writes, to be waited for while it runs.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func newWatched() *watched { return &watched{more: make(chan struct{}, 1)} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// shows waits until all the texts were written.
func (w *watched) shows(t *testing.T, texts ...string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		written, missing := w.String(), ""
		for _, text := range texts {
			if !strings.Contains(written, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-w.more:
		case <-late:
			t.Fatalf("%q was not written, but this:\n%s", missing, written)
		}
	}
}

// tail is a running logdoc tail.
type tail struct {
	t           *testing.T
	cmd         *exec.Cmd
	out, stderr *watched
}

// follows starts logdoc tail, with a folder for state of its own unless one is named.
func follows(t *testing.T, state string, args ...string) *tail {
	t.Helper()
	cmd, _, _ := start(t, append([]string{"tail"}, args...)...)
	f := &tail{t, cmd, newWatched(), newWatched()}
	cmd.Stdout, cmd.Stderr = f.out, f.stderr
	if state != "" {
		cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+state)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return f
}

// stop ends it with a signal, and wants an exit status.
func (f *tail) stop(s os.Signal, want int) {
	f.t.Helper()
	if err := f.cmd.Process.Signal(s); err != nil {
		f.t.Fatal(err)
	}
	if status := exitStatus(f.t, f.cmd.Wait()); status != want {
		f.t.Fatalf("status %d, want %d: %s", status, want, f.stderr)
	}
}

// addTo adds lines to a log.
func addTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func stuck(second, angle int) string {
	return fmt.Sprintf("PUMP 2026-03-04 %02d:%02d:%02d north ERROR rotor stuck at %d degrees\n", 5+second/3600, second/60%60, second%60, angle)
}

const free = "PUMP 2026-03-04 06:06:07 north INFO rotor free\n"

// TestTail follows a log from its first line over a rotation: a finding is told once, with the first step, and what is told is told again by no later run.
func TestTail(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	log := filepath.Join(dir, "pump.log")
	addTo(t, log, "")
	f := follows(t, state, "--only", "acme", "--pack", "testdata/pump.logdoc", "--from-start", log)
	addTo(t, log, stuck(1, 10)+"PUMP 2026-03-04 05:00:02 north INFO started\n")
	f.out.shows(t, "opened", "acme/pump-stuck", "rotor stuck at 10 degrees", "first step")
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	addTo(t, log, free)
	f.out.shows(t, "cleared")
	f.stop(syscall.SIGTERM, exitDone)
	f.stderr.shows(t, "1 error (certain but cleared)", "3 records in 1 log")

	// The record that was still open is read again, and nothing else.
	again := follows(t, state, "--only", "acme", "--pack", "testdata/pump.logdoc", "--json", log)
	addTo(t, log, stuck(7200, 20)+stuck(7201, 30)+free)
	again.out.shows(t, `"turn":"reopened"`)
	again.stop(os.Interrupt, exitInterrupt)
	if out := again.out.String(); strings.Contains(out, `"turn":"opened"`) {
		t.Errorf("told again:\n%s", out)
	}
	var turn struct {
		Turn    string
		Finding struct {
			Symptom string
			Count   int
		}
	}
	line, _, _ := strings.Cut(again.out.String(), "\n")
	if err := json.Unmarshal([]byte(line), &turn); err != nil || turn.Finding.Symptom != "acme/pump-stuck" || turn.Finding.Count < 2 {
		t.Errorf("%+v, %v:\n%s", turn, err, line)
	}
}

// TestTailOfInputThatEnds reads standard input to its end: what only the end decides is told.
func TestTailOfInputThatEnds(t *testing.T) {
	cmd, out, stderr := start(t, "tail", "--only", "acme", "--pack", "testdata/pump.logdoc", "-q", "-")
	cmd.Stdin = strings.NewReader(stuck(1, 10) + stuck(2, 20) + "PUMP 2026-03-04 05:00:07 south WARN inlet dry\n")
	if status := exitStatus(t, cmd.Run()); status != exitDone || !strings.Contains(out.String(), "acme/pump-stuck") || !strings.Contains(out.String(), "acme/pump-dry") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	if !strings.Contains(stderr.String(), "2 findings") {
		t.Error(stderr)
	}
}

// ledger is a pack whose symptom takes every line: what is kept of it tells which lines were read.
const ledger = `format ledger "Ledger" {
  files "*ledger*"
  line  | {time:2006-01-02T15:04:05.000Z} entry {message}
  sample | 2026-03-04T05:06:07.000Z entry 17
  { message = "17" }
}
symptom test/ledger "Entries" {
  severity info
  event entry in ledger where message like | {seq:int}
  certain when entry
  cause
    | Entries are written.
  impact
    | None.
  look read "Read them"
    run | cat ledger
  example "invented: an entry" {
    ledger | 2026-03-04T05:06:07.000Z entry 17
    expect certain seq = 17
  }
  example "invented: none" {
    ledger | 2026-03-04T05:06:07.000Z entry none
    expect nothing
  }
}
`

// TestTailKilled kills the program again and again while a log is written and rotated, and wants every line in the store, once. LOGDOC_KILLS says how often.
func TestTailKilled(t *testing.T) {
	start(t, "version") // skips before anything is written, where no process can be started
	kills := 4
	if n, err := strconv.Atoi(os.Getenv("LOGDOC_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	log, pack, kept := filepath.Join(dir, "ledger.log"), filepath.Join(dir, "pack.logdoc"), filepath.Join(dir, "case.db")
	if err := os.WriteFile(pack, []byte(ledger), 0o600); err != nil {
		t.Fatal(err)
	}
	addTo(t, log, "")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	stop, written := make(chan struct{}), make(chan int)
	go func() {
		seq, rotated := 0, 0
		pace := time.NewTicker(2 * time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-stop:
				written <- seq
				return
			case <-pace.C:
			}
			var b strings.Builder
			for range 1 + seq%7 {
				seq++
				fmt.Fprintf(&b, "%s entry %d\n", time.UnixMilli(1772600000000+int64(seq)).UTC().Format("2006-01-02T15:04:05.000Z"), seq)
			}
			addTo(t, log, b.String())
			if seq/3000 > rotated {
				rotated++
				os.Rename(log, fmt.Sprintf("%s.%d", log, rotated))
			}
		}
	}()
	run := func() *tail {
		return follows(t, "", "--only", "test", "--pack", pack, "--from-start", "--store", kept, "-q", log)
	}
	for range kills {
		f := run()
		<-time.After(time.Duration(100+random.IntN(400)) * time.Millisecond)
		f.cmd.Process.Kill()
		f.cmd.Wait()
	}
	close(stop)
	total := <-written
	// The last line is followed by nothing: it is taken when the log has been quiet for a while, and that is told.
	addTo(t, log, "2027-03-04T05:06:07.000Z entry 0\n")
	last := run()
	seen := map[string]int{}
	for deadline := time.Now().Add(60 * time.Second); seen["0"] == 0 && time.Now().Before(deadline); {
		<-time.After(300 * time.Millisecond)
		clear(seen)
		for _, seq := range entries(t, kept) {
			seen[seq]++
		}
	}
	last.stop(syscall.SIGTERM, exitDone)
	missing, double := 0, 0
	for seq := range total + 1 {
		switch n := seen[strconv.Itoa(seq)]; {
		case n == 0:
			missing++
		case n > 1:
			double++
		}
	}
	if missing+double > 0 || len(seen) != total+1 {
		t.Errorf("of %d lines %d are missing and %d are there more than once", total, missing, double)
	}
	t.Logf("%d lines, %d kills", total, kills)
}

// entries lists the entries that are in a store, without opening it for writing.
func entries(t *testing.T, name string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+name+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT json_extract(captures, '$.seq') FROM matches`)
	if err != nil {
		return nil // it is being made
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var seq string
		if err := rows.Scan(&seq); err != nil {
			t.Fatal(err)
		}
		all = append(all, seq)
	}
	return all
}
