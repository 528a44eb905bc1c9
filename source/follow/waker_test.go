//go:build unix

package follow

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hpcloud/tail/util"
	"go.uber.org/goleak"
	"gopkg.in/tomb.v1"

	"logdoc"
)

// until takes batches by the machine's clock until so many lines have come.
func (r *run) until(lines int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for len(r.lines) < lines {
		b, err := r.f.Next(ctx)
		if err != nil {
			r.t.Fatalf("%d of %d lines: %v; notices %+v", len(r.lines), lines, err, r.notices)
		}
		for _, p := range b.Pieces {
			r.take(p)
		}
		r.notices = append(r.notices, b.Notices...)
	}
}

// wide awake is a follower by the machine's clock, that looks so often and is woken by hpcloud/tail.
func (r *run) awake(look time.Duration) *run {
	r.t.Helper()
	var paths []string
	for _, target := range r.targets {
		paths = append(paths, r.path(target))
	}
	f, err := Open(paths, Options{Look: look, FromStart: true})
	r.must(err)
	r.t.Cleanup(func() { f.Close() })
	r.f, r.next, r.ended, r.at = f, map[int]int64{}, map[int]bool{}, map[int]logdoc.Position{}
	return r
}

// With a look once an hour only the waker can be why a line comes.
func TestALineWakes(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "first\n")
	r.awake(time.Hour).until(1)
	for i := range 5 {
		r.write("app.log", fmt.Sprintf("line %d\n", i))
		r.until(2 + i)
	}
	r.must(os.Truncate(r.path("app.log"), 0))
	r.write("app.log", "cut off\n")
	r.until(7)
	r.rename("app.log", "app.log.1")
	r.write("app.log", "another file\n")
	r.until(8)
	r.remove("app.log")
	r.write("app.log", "and one more\n")
	r.until(9)
}

func TestAFileThatComesWakes(t *testing.T) {
	r := newRun(t, "app.log")
	r.awake(time.Hour)
	b := r.once() // what is waited for is told
	if len(b.Notices) != 1 || b.Notices[0].Kind != Missing {
		t.Fatalf("batch %+v", b)
	}
	r.write("app.log", "first\n")
	r.until(1)
}

// Guard against util.Fatal, which ends the process when a stat fails, and against what is written to standard error before.
func TestGuardAStatThatFailsDoesNotEndTheProcess(t *testing.T) {
	r := newRun(t, "app.log", "other.log")
	r.write("app.log", "first\n")
	r.write("other.log", "other\n")
	// With a look an hour, a line that comes shows that both watchers are at work.
	r.awake(time.Hour).until(2)
	r.write("app.log", "watched\n")
	r.until(3)
	before := deaths.Load()
	// A link that leads to itself is neither there nor not there.
	r.must(os.Link(r.path("app.log"), r.path("away")))
	r.must(os.Symlink(r.path("app.log"), r.path("loop")))
	r.must(os.Rename(r.path("loop"), r.path("app.log")))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for deaths.Load() == before {
		turn, done := context.WithTimeout(ctx, pollEvery)
		_, _ = r.f.Next(turn)
		done()
		if ctx.Err() != nil {
			t.Fatal("no watcher has met the loop")
		}
	}
	r.must(r.f.Close())
	r.lines = nil
	r.remove("app.log")
	r.rename("away", "app.log")
	r.awake(time.Hour).until(3)
	r.write("app.log", "lives\n")
	r.until(4)
	if _, quiet := util.LOGGER.Writer().(lastWords); !quiet {
		t.Errorf("hpcloud/tail writes to %T", util.LOGGER.Writer())
	}
}

// After a death all paths are watched again, since nobody knows which watcher has died.
func TestGuardADeadWatcherIsReplaced(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "first\n")
	w := newTailWaker()
	defer w.close()
	w.watch(r.path("app.log"))
	w.mu.Lock()
	first := w.watched[r.path("app.log")]
	w.mu.Unlock()
	deaths.Add(1)
	w.take()
	w.mu.Lock()
	second := w.watched[r.path("app.log")]
	w.mu.Unlock()
	if first == second || first.life.Err() != nil {
		t.Errorf("the watcher was not replaced: %v", first.life.Err())
	}
	select {
	case <-first.life.Dying():
	default:
		t.Error("the old watcher was not ended")
	}
}

// Watchers that ring one after the other ring once, and none of them in vain.
func TestRingsComeTogether(t *testing.T) {
	w := newTailWaker()
	defer w.close()
	began, rings, seen := time.Now(), 0, map[string]bool{}
	take := func() {
		rings++
		for _, path := range w.take() {
			seen[path] = true
		}
	}
	const paths = 10_000
	for i := range paths {
		w.wake(&watched{path: fmt.Sprint(i)}, false)
		select {
		case <-w.bell():
			take()
		default:
		}
	}
	for len(seen) < paths {
		select {
		case <-w.bell():
			take()
		case <-time.After(20 * time.Second):
			t.Fatalf("%d of %d paths were rung for", len(seen), paths)
		}
	}
	if most := int(time.Since(began)/ringEvery) + 2; rings > most {
		t.Errorf("%d rings, where there was time for %d", rings, most)
	}
}

// A path that is written to is rung for without a watcher, until nothing was written for a while; then it has one again.
func TestWhatIsWrittenToNeedsNoWatcher(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "first\n")
	w := newTailWaker()
	defer w.close()
	path := r.path("app.log")
	now := func() (of *watched, busy int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.watched[path], w.busy
	}
	w.watch(path)
	first, _ := now()
	if !w.wake(first, true) {
		t.Error("its watcher goes on")
	}
	if of, busy := now(); of != first || busy != 1 {
		t.Errorf("%d paths are written to", busy)
	}
	select {
	case <-first.life.Dying():
	default:
		t.Error("its watcher was not ended")
	}
	w.take()
	w.ringAgain()
	<-w.bell()
	if !slices.Contains(w.take(), path) {
		t.Error("it is not rung for")
	}
	w.watch(path) // something was written
	for range busyRings {
		w.ringAgain()
	}
	again, busy := now()
	if again == first || busy != 0 || again.life.Err() != tomb.ErrStillAlive {
		t.Errorf("it has no watcher again: %d paths are written to", busy)
	}
	w.wake(again, true)
	w.unwatch(path)
	if of, busy := now(); of != nil || busy != 0 {
		t.Errorf("%d paths are written to after the end", busy)
	}
}

// Guard against Stop, which hangs while somebody has lines that nobody takes: nothing is waited for.
func TestGuardClosingWaitsForNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r := newRun(t, "*.log")
	for i := range 50 {
		r.write(fmt.Sprintf("%d.log", i), "first\n")
	}
	r.awake(5 * time.Millisecond).until(50)
	for i := range 50 {
		r.write(fmt.Sprintf("%d.log", i), "nobody takes this\n")
	}
	r.must(r.f.Close())
	if _, err := r.f.Next(t.Context()); err == nil {
		t.Error("a closed follower gives batches")
	}
}

// Guard against the inotify tracker that the process shares, which deadlocks and prints; and against the reader of hpcloud/tail, which buffers endless lines, drops
// what comes behind a full rate limiter, and gives half lines: neither is part of the program.
func TestGuardOnlyThePollingWatcherIsUsed(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "first\n")
	r.awake(5 * time.Millisecond).until(1)
	if runtime.GOOS == "linux" {
		open, err := os.ReadDir("/proc/self/fd")
		r.must(err)
		for _, e := range open {
			if to, _ := os.Readlink("/proc/self/fd/" + e.Name()); strings.Contains(to, "inotify") {
				t.Errorf("descriptor %s is %s", e.Name(), to)
			}
		}
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	r.must(err)
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/hpcloud/tail/watch") {
		t.Error("hpcloud/tail is not used at all")
	}
	for _, never := range []string{"github.com/hpcloud/tail", "github.com/hpcloud/tail/ratelimiter"} {
		if slices.Contains(deps, never) {
			t.Errorf("%s is part of the program", never)
		}
	}
}

// Guard against two watchers of one path, and against a watcher for each of very many.
func TestGuardOneWatcherAPath(t *testing.T) {
	w := newTailWaker()
	dir := t.TempDir()
	for range 3 {
		for i := range 10 * maxWatched {
			w.watch(fmt.Sprintf("%s/%d", dir, i))
			w.watch(fmt.Sprintf("%s/%d", dir, i))
		}
	}
	w.mu.Lock()
	n := len(w.watched)
	_, last := w.watched[fmt.Sprintf("%s/%d", dir, 10*maxWatched-1)]
	w.mu.Unlock()
	if n != maxWatched || !last {
		t.Errorf("%d paths are watched, the last one: %v", n, last)
	}
	w.close()
	w.mu.Lock()
	n = len(w.watched)
	w.mu.Unlock()
	if n != 0 {
		t.Errorf("%d paths are watched after the end", n)
	}
}

// An endless line does not pass through the waker.
func TestGuardAnEndlessLineIsNotBuffered(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "before\n")
	r.awake(5 * time.Millisecond).until(1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h, err := os.OpenFile(r.path("app.log"), os.O_WRONLY|os.O_APPEND, 0)
	r.must(err)
	defer h.Close()
	chunk := strings.Repeat("x", 1<<20)
	for range 64 {
		_, err := h.WriteString(chunk)
		r.must(err)
		_ = r.once()
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 24<<20 {
		t.Errorf("the heap has grown by %d MiB", grown>>20)
	}
	h.WriteString("\nafter\n")
	r.until(3)
}
