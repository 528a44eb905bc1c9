package follow

import (
	"log"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hpcloud/tail/util"
	"github.com/hpcloud/tail/watch"
	"gopkg.in/tomb.v1"
)

// A waker says that something may have happened to a path, so that nobody has to wait for the next look. It may say so without cause, and may say nothing:
// what is true is seen by looking.
type waker interface {
	// watch begins to wake for a path, which need not exist.
	watch(path string)
	// unwatch ends that.
	unwatch(path string)
	// bell gives a value when there is something to take.
	bell() <-chan struct{}
	// take gives the paths that it has woken for since the last time.
	take() []string
	close()
}

const (
	// pollEvery is how often hpcloud/tail looks at a path's size and time.
	pollEvery = 40 * time.Millisecond
	// ringEvery is how much time lies between two rings at least, and how often is rung for the paths that are written to: for all of them together, so that reading them costs little where
	// little comes. busyRings is for how many rings nothing must be written until a path has a watcher again.
	ringEvery, busyRings = 40 * time.Millisecond, 50
	// maxWatched is how many paths are watched at most, those that changed last. Others are seen at the next look.
	maxWatched = 128
)

// tailWaker wakes by the watchers of hpcloud/tail. They poll: those that use inotify share one tracker in the process, which deadlocks, prints to standard error where nobody
// can prevent it, and cannot be ended. Each path has one watcher, which is never waited for: its tomb never says that it is dead.
type tailWaker struct {
	ring chan struct{}

	mu      sync.Mutex
	rung    map[string]bool
	watched map[string]*watched
	busy    int // how many of them are
	died    int64
	now     int64       // counts what happens, for the order in which paths changed
	last    time.Time   // when it has rung last
	beat    *time.Timer // rings at ringEvery after the last ring, for what came meanwhile; nil before the first
	beating bool
	closed  bool
}

// watched is one path with its watcher, or without one while it is written to.
type watched struct {
	path  string
	life  tomb.Tomb
	busy  int   // for how many rings it has no watcher yet
	since int64 // when it was last rung for, of tailWaker.now
}

func newTailWaker() *tailWaker {
	survive()
	return &tailWaker{ring: make(chan struct{}, 1), rung: map[string]bool{}, watched: map[string]*watched{}, died: deaths.Load()}
}

// deaths counts the watchers that would have ended the process.
var deaths atomic.Int64

// lastWords is where hpcloud/tail writes before it ends the process because a stat has failed. It ends the watcher's goroutine instead.
type lastWords struct{}

func (lastWords) Write([]byte) (int, error) {
	deaths.Add(1)
	runtime.Goexit()
	return 0, nil
}

// survive sets what hpcloud/tail keeps for the whole process, once: what it does when a stat fails, and how often it polls.
var survive = sync.OnceFunc(func() {
	util.LOGGER = &util.Logger{Logger: log.New(lastWords{}, "", 0)}
	watch.POLL_DURATION = pollEvery
})

func (t *tailWaker) watch(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bury()
	if w, ok := t.watched[path]; ok {
		if w.busy > 0 {
			t.now++
			w.busy, w.since = busyRings, t.now
		}
		return
	}
	if len(t.watched) >= maxWatched {
		var quiet *watched
		for _, w := range t.watched {
			if quiet == nil || w.since < quiet.since {
				quiet = w
			}
		}
		t.drop(quiet)
	}
	t.start(path)
}

// bury starts all watchers again when one of this process has died: nobody knows which.
func (t *tailWaker) bury() {
	died := deaths.Load()
	if died == t.died {
		return
	}
	t.died = died
	for path, w := range t.watched {
		if w.busy > 0 {
			continue
		}
		since := w.since
		t.drop(w)
		t.start(path)
		t.watched[path].since = since
	}
}

func (t *tailWaker) start(path string) {
	t.now++
	w := &watched{path: path, since: t.now}
	t.watched[path] = w
	go t.relay(w)
}

func (t *tailWaker) drop(w *watched) {
	w.life.Kill(nil)
	if w.busy > 0 {
		t.busy--
	}
	delete(t.watched, w.path)
}

// relay rings for a path until it is stopped, through deletions and new files of the same name.
func (t *tailWaker) relay(w *watched) {
	for {
		poller := watch.NewPollingFileWatcher(w.path)
		if err := poller.BlockUntilExists(&w.life); err != nil {
			t.forget(w) // stopped, or it cannot be looked at: it is watched again when a look has found it changed
			return
		}
		changes, err := poller.ChangeEvents(&w.life, 0)
		if err != nil {
			continue
		}
		// The first that the watcher says is that there is a file.
		for n, there := 0, true; there; n++ {
			if t.wake(w, n > 1) {
				return
			}
			select {
			case <-changes.Modified:
			case <-changes.Truncated:
			case <-changes.Deleted:
				there = false
			case <-w.life.Dying():
				return
			}
		}
		t.wake(w, false)
	}
}

func (t *tailWaker) forget(w *watched) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watched[w.path] == w {
		delete(t.watched, w.path)
	}
}

// wake rings for a path. One that is written to needs its watcher no longer: then it is true.
func (t *tailWaker) wake(w *watched, written bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return true
	}
	t.rung[w.path] = true
	t.now++
	w.since = t.now
	if written = written && t.watched[w.path] == w; written {
		w.life.Kill(nil)
		w.busy = busyRings
		t.busy++
	}
	if !t.beating {
		t.ringSoon()
	}
	return written
}

// ringSoon rings now, or once ringEvery has passed since the last ring.
func (t *tailWaker) ringSoon() {
	soon := ringEvery - time.Since(t.last)
	if soon <= 0 {
		t.ringNow()
		if soon = ringEvery; t.busy == 0 {
			return
		}
	}
	t.beating = true
	if t.beat == nil {
		t.beat = time.AfterFunc(soon, t.ringAgain)
	} else {
		t.beat.Reset(soon)
	}
}

func (t *tailWaker) ringNow() {
	t.last = time.Now()
	select {
	case t.ring <- struct{}{}:
	default:
	}
}

// ringAgain rings for the paths that are written to, and for those that were rung for since the last ring.
func (t *tailWaker) ringAgain() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.beating = false
	if t.closed {
		return
	}
	for path, w := range t.watched {
		if t.busy == 0 {
			break
		}
		if w.busy == 0 {
			continue
		}
		t.rung[path] = true
		if w.busy--; w.busy == 0 {
			t.busy--
			since := w.since
			t.start(path)
			t.watched[path].since = since
		}
	}
	if len(t.rung) > 0 {
		t.ringSoon()
	}
}

func (t *tailWaker) unwatch(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, ok := t.watched[path]; ok {
		t.drop(w)
	}
	delete(t.rung, path)
}

func (t *tailWaker) bell() <-chan struct{} { return t.ring }

func (t *tailWaker) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bury()
	paths := make([]string, 0, len(t.rung))
	for p := range t.rung {
		paths = append(paths, p)
	}
	clear(t.rung)
	return paths
}

func (t *tailWaker) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.beat != nil {
		t.beat.Stop()
	}
	for _, w := range t.watched {
		t.drop(w)
	}
}
