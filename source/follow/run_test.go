package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"logdoc"
)

// fakeClock goes on by as much as somebody waits for.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *fakeClock { return &fakeClock{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	ch <- c.pass(d)
	return ch
}

func (c *fakeClock) pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// run is a follower under test, with what it gave so far.
type run struct {
	t         testing.TB
	dir       string
	clock     *fakeClock
	disk      disk
	waker     waker
	f         *Follower
	targets   []string
	o         Options
	lines     []string
	cut       []int64
	notices   []Notice
	positions shelf
	at        map[int]logdoc.Position // of each log that has not ended
	next      map[int]int64           // the decoded offset that the next piece of a log must have
	ended     map[int]bool
	maxData   int
}

// shelf keeps positions as the store does: one for a file, or for a path where the file is not known.
type shelf []logdoc.Position

func (s *shelf) put(p logdoc.Position) {
	for i, o := range *s {
		if o.Device == p.Device && o.Inode == p.Inode && (p.Inode != 0 || o.Path == p.Path) {
			(*s)[i] = p
			return
		}
	}
	*s = append(*s, p)
}

func (s *shelf) forget(p logdoc.Position) {
	*s = slices.DeleteFunc(*s, func(o logdoc.Position) bool {
		return o.Device == p.Device && o.Inode == p.Inode && (o.Head.Length < p.Head.Length || o.Head == p.Head) && (p.Inode != 0 || o.Path == p.Path)
	})
}

func newRun(t testing.TB, targets ...string) *run {
	t.Helper()
	return &run{t: t, dir: t.TempDir(), clock: newClock(), disk: system{}, targets: targets, o: Options{FromStart: true}}
}

func (r *run) path(name string) string { return filepath.Join(r.dir, name) }

func (r *run) start() *run {
	r.t.Helper()
	var paths []string
	for _, t := range r.targets {
		if t != "-" {
			t = r.path(t)
		}
		paths = append(paths, t)
	}
	r.o.Clock = r.clock
	f, err := open(paths, r.o, r.disk, r.waker)
	if err != nil {
		r.t.Fatal(err)
	}
	r.f, r.next, r.ended = f, map[int]int64{}, map[int]bool{}
	r.positions, r.at = slices.Clone(shelf(r.o.Positions)), map[int]logdoc.Position{}
	r.t.Cleanup(func() { f.Close() })
	return r
}

// restart ends the follower and begins another where that one stopped.
func (r *run) restart() *run {
	r.t.Helper()
	r.stop()
	return r.start()
}

func (r *run) stop() {
	r.t.Helper()
	r.o.Positions, r.positions = r.positions, nil
	if err := r.f.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// once takes one batch.
func (r *run) once() Batch {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	b, err := r.f.Next(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		r.t.Fatal(err)
	}
	for _, p := range b.Pieces {
		r.take(p)
	}
	r.keep(b)
	return b
}

// keep keeps what a batch says beside its pieces.
func (r *run) keep(b Batch) {
	r.notices = append(r.notices, b.Notices...)
	for _, p := range b.Forgotten {
		r.positions.forget(p)
	}
	for _, p := range b.Done {
		r.positions.put(p)
	}
	for _, p := range b.Pieces {
		if at, ok := r.at[p.Log]; ok {
			r.positions.put(at)
		}
	}
}

// take keeps what a piece gave, and checks what holds for every piece.
func (r *run) take(p Piece) {
	r.t.Helper()
	if r.ended[p.Log] {
		r.t.Fatalf("a piece of log %d came after its end: %q", p.Log, p.Data)
	}
	if want, known := r.next[p.Log]; known && p.Offset < want {
		r.t.Fatalf("log %d goes back from %d to %d", p.Log, want, p.Offset)
	}
	r.next[p.Log] = p.Offset + int64(len(p.Data)) + p.Cut
	r.maxData = max(r.maxData, len(p.Data))
	if len(p.Data) > 0 && p.Data[len(p.Data)-1] != '\n' && !p.Ended {
		r.t.Logf("log %d gives a line without end: %.80q", p.Log, p.Data)
	}
	for _, line := range bytes.SplitAfter(p.Data, []byte{'\n'}) {
		if len(line) > 0 {
			r.lines = append(r.lines, strings.TrimSuffix(string(line), "\n"))
		}
	}
	if p.Cut > 0 {
		r.cut = append(r.cut, p.Cut)
	}
	if p.Ended {
		at, ok := r.at[p.Log]
		if !ok {
			at = p.Position(0)
		}
		r.ended[p.Log] = true
		delete(r.at, p.Log)
		r.positions.forget(at)
		return
	}
	r.at[p.Log] = p.Position(len(p.Data))
}

// drain takes batches until a look passes in vain.
func (r *run) drain() *run {
	r.t.Helper()
	for idle := 0; idle < 2; {
		b := r.once()
		if len(b.Pieces) == 0 && len(b.Notices) == 0 {
			idle++
		} else {
			idle = 0
		}
	}
	return r
}

// settle lets so much time pass that whatever is leaving has left.
func (r *run) settle() *run {
	r.t.Helper()
	r.drain()
	for range 40 {
		r.once()
	}
	return r.drain()
}

func (r *run) write(name, text string) {
	r.t.Helper()
	h, err := os.OpenFile(r.path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := h.WriteString(text); err != nil {
		r.t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) rename(from, to string) { r.t.Helper(); r.must(os.Rename(r.path(from), r.path(to))) }
func (r *run) remove(name string)     { r.t.Helper(); r.must(os.Remove(r.path(name))) }

// copyTruncate does what logrotate's copytruncate does.
func (r *run) copyTruncate(name, to string) {
	r.t.Helper()
	r.copy(name, to)
	r.must(os.Truncate(r.path(name), 0))
}

func (r *run) copy(name, to string) {
	r.t.Helper()
	b, err := os.ReadFile(r.path(name))
	r.must(err)
	r.must(os.WriteFile(r.path(to), b, 0o644))
}

// want compares the ledger: every line once, in whatever order.
func (r *run) want(lines ...string) *run {
	r.t.Helper()
	got, want := slices.Clone(r.lines), slices.Clone(lines)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		missing, double := ledger(want, got)
		r.t.Fatalf("missing %s\nnot wanted %s\n%s", few(missing), few(double), r.said())
	}
	return r
}

// wantInOrder compares lines and their order.
func (r *run) wantInOrder(lines ...string) *run {
	r.t.Helper()
	for i := range max(len(r.lines), len(lines)) {
		switch {
		case i >= len(r.lines):
			r.t.Fatalf("%d of %d lines came; the next would be %.200q\n%s", i, len(lines), lines[i], r.said())
		case i >= len(lines):
			r.t.Fatalf("after all %d lines came %.200q\n%s", i, r.lines[i], r.said())
		case r.lines[i] != lines[i]:
			r.t.Fatalf("line %d is %.200q, want %.200q\n%s", i, r.lines[i], lines[i], r.said())
		}
	}
	return r
}

func ledger(want, got []string) (missing, extra []string) {
	count := map[string]int{}
	for _, l := range want {
		count[l]++
	}
	for _, l := range got {
		count[l]--
	}
	for l, n := range count {
		for ; n > 0; n-- {
			missing = append(missing, l)
		}
		for ; n < 0; n++ {
			extra = append(extra, l)
		}
	}
	slices.Sort(missing)
	slices.Sort(extra)
	return missing, extra
}

// few says how many lines there are, and the first of them: of a long run there may be millions.
func few(lines []string) string {
	const most = 10
	if len(lines) <= most {
		return fmt.Sprintf("%d: %.200q", len(lines), lines)
	}
	return fmt.Sprintf("%d: %.200q ... %.200q", len(lines), lines[:most], lines[len(lines)-1])
}

// said is what was told, as far as it fits on a screen.
func (r *run) said() string {
	const most = 20
	var b strings.Builder
	fmt.Fprintf(&b, "%d notices", len(r.notices))
	for _, n := range r.notices[:min(most, len(r.notices))] {
		fmt.Fprintf(&b, "\n%.200s %s (%d): %.200s %.200s", n.Path, n.Kind, n.Count, n.Text, n.Detail)
	}
	return b.String()
}

func (r *run) told(kind NoticeKind) int {
	n := 0
	for _, notice := range r.notices {
		if notice.Kind == kind {
			n += notice.Count
		}
	}
	return n
}

// batch makes lines that occur nowhere else.
func batch(name string, from, to int) (text string, lines []string) {
	var b strings.Builder
	for i := from; i < to; i++ {
		line := fmt.Sprintf("2026-11-21T08:00:00Z %s line %06d of a log that is rotated", name, i)
		lines = append(lines, line)
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String(), lines
}
