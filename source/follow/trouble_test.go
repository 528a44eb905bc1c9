//go:build unix

package follow

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"logdoc"
)

func TestF18KilledAtAnyLine(t *testing.T) {
	// The whole program is killed elsewhere. Here the follower stops at any line of any piece, and goes on from the positions that were kept up to there.
	r := newRun(t, "app.log")
	r.o.MaxLine = 16 * beforeLength
	text, all := batch("a", 0, 500)
	r.write("app.log", text)
	var got []string
	for kill := 0; len(got) < len(all); kill++ {
		r.start()
		var at logdoc.Position
		b, err := r.f.Next(t.Context())
		r.must(err)
		for _, p := range b.Pieces {
			n := 0
			for range kill % 7 {
				end := bytes.IndexByte(p.Data[n:], '\n') + 1
				if end == 0 {
					break
				}
				got = append(got, string(p.Data[n:n+end-1]))
				n += end
			}
			at = p.Position(n)
		}
		r.must(r.f.Close())
		if at.Path == "" {
			t.Fatal("no position")
		}
		r.o.Positions = []logdoc.Position{at}
	}
	r.lines = got
	r.wantInOrder(all...)
}

func TestF19PositionsThatAreDamaged(t *testing.T) {
	for name, damage := range map[string]func(*logdoc.Position){
		"offset beyond the end": func(p *logdoc.Position) { p.Offset = 1 << 40 },
		"negative":              func(p *logdoc.Position) { p.Offset = -5 },
		"head":                  func(p *logdoc.Position) { p.Head.Sum[0]++ },
		"before":                func(p *logdoc.Position) { p.Before.Sum[0]++ },
		"length":                func(p *logdoc.Position) { p.Head.Length = 1 << 30 },
		"negative length":       func(p *logdoc.Position) { p.Before.Length = -1 },
		"no path":               func(p *logdoc.Position) { p.Path = "" },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "app.log")
			text, all := batch("a", 0, 20)
			r.write("app.log", text)
			r.start().drain().stop()
			damage(&r.o.Positions[0])
			r.lines = nil
			r.start().settle().wantInOrder(all...)
			if name != "no path" && r.told(Lost)+r.told(Replaced)+r.told(Truncated) == 0 {
				t.Errorf("it was reset silently: %v", r.notices)
			}
		})
	}
}

func TestF20NothingIsReadAhead(t *testing.T) {
	r := newRun(t, "app.log")
	text, all := batch("a", 0, 40_000)
	r.write("app.log", text)
	r.start().once()
	if len(r.lines) == 0 || len(r.lines) == len(all) {
		t.Fatalf("%d of %d lines at once", len(r.lines), len(all))
	}
	for _, h := range r.f.Health() {
		if h.State != Behind || h.Lag == 0 {
			t.Errorf("health %+v", h)
		}
	}
	// Nobody asks for more, meanwhile it is rotated, and what the receiver could not take is still there.
	more, b := batch("b", 0, 10)
	r.rename("app.log", "app.log.1")
	r.write("app.log", more)
	r.settle().wantInOrder(append(all, b...)...)
	for _, h := range r.f.Health() {
		if h.State != Current || h.Lag != 0 {
			t.Errorf("health %+v", h)
		}
	}
}

// tardy is a disk on which listing a directory takes time.
type tardy struct {
	system
	clock *fakeClock
	took  time.Duration
	lists int
}

func (d *tardy) list(dir string) ([]fs.DirEntry, error) {
	d.lists++
	d.clock.pass(d.took)
	return d.system.list(dir)
}

// faulty is a disk on which some things fail.
type faulty struct {
	system
	fail func(op, path string) error
}

func (d faulty) stat(path string) (info, error) {
	if err := d.fail("stat", path); err != nil {
		return info{}, err
	}
	return d.system.stat(path)
}

func (d faulty) open(path string) (file, error) {
	if err := d.fail("open", path); err != nil {
		return nil, err
	}
	return d.system.open(path)
}

func (d faulty) list(dir string) ([]fs.DirEntry, error) {
	if err := d.fail("list", dir); err != nil {
		return nil, err
	}
	return d.system.list(dir)
}

func TestF21DescriptorsAreExhausted(t *testing.T) {
	const files = 200
	r := newRun(t, "*.log")
	r.o.Files = 1000
	open, limit := 0, 1<<30
	_ = open
	r.disk = faulty{fail: func(op, path string) error {
		if op == "open" && r.f != nil && r.f.open >= limit {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.EMFILE}
		}
		if op == "list" && limit < 1000 {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.EMFILE}
		}
		return nil
	}}
	var all []string
	add := func(round string) {
		for i := range files {
			text, lines := batch(fmt.Sprint(round, i), 0, 5)
			r.write(fmt.Sprintf("%03d.log", i), text)
			all = append(all, lines...)
		}
	}
	add("a")
	r.start().settle().want(all...)
	limit = 100
	add("b")
	r.settle().want(all...)
	limit = 0
	add("c")
	r.settle()
	if r.told(Unreadable) == 0 {
		t.Errorf("nobody was told")
	}
	limit = 1 << 30
	r.settle().want(all...)
	if len(r.ended) > 0 {
		t.Errorf("%d files were taken for gone", len(r.ended))
	}
}

func TestF21FewerDescriptorsThanFiles(t *testing.T) {
	r := newRun(t, "*.log")
	r.o.Files = 8
	r.start()
	var all []string
	for round := range 4 {
		for i := range 60 {
			name := fmt.Sprintf("%03d.log", i)
			text, lines := batch(fmt.Sprint(round, "-", i), 0, 4)
			if round == 2 {
				r.rename(name, name+".1")
			}
			r.write(name, text)
			all = append(all, lines...)
		}
		r.drain()
		if r.f.open > 9 {
			t.Fatalf("%d files are open", r.f.open)
		}
	}
	r.settle().want(all...)
}

func TestF22PermissionComesLater(t *testing.T) {
	for _, at := range []string{"stat", "open"} {
		t.Run(at, func(t *testing.T) {
			r := newRun(t, "app.log")
			r.o.FromStart = false
			denied := true
			r.disk = faulty{fail: func(op, path string) error {
				if denied && op == at && path == r.path("app.log") {
					return &fs.PathError{Op: op, Path: path, Err: fs.ErrPermission}
				}
				return nil
			}}
			r.write("app.log", "one\ntwo\n")
			r.start().settle().wantInOrder()
			if n := r.told(Unreadable); n != 1 {
				t.Errorf("told %d times: %v", n, r.notices)
			}
			if h := r.f.Health(); len(h) != 1 || h[0].State != Failing || !errors.Is(h[0].Err, fs.ErrPermission) {
				t.Errorf("health %+v", h)
			}
			denied = false
			r.settle().wantInOrder("one", "two")
			if r.told(Readable) != 1 {
				t.Errorf("notices %v", r.notices)
			}
		})
	}
}

func TestF22PermissionIsTakenAway(t *testing.T) {
	r := newRun(t, "app.log")
	denied := false
	r.disk = faulty{fail: func(op, path string) error {
		if denied {
			return &fs.PathError{Op: op, Path: path, Err: fs.ErrPermission}
		}
		return nil
	}}
	r.write("app.log", "one\n")
	r.start().drain()
	denied = true
	r.settle()
	r.restart().settle()
	r.write("app.log", "two\n")
	r.settle()
	denied = false
	r.settle().wantInOrder("one", "two")
}

func TestF23NobodyWakes(t *testing.T) {
	// No other test of this file has a waker. This one has one that rings for what is not there, and never for what is.
	r := newRun(t, "app.log")
	r.waker = &liar{ring: make(chan struct{}, 1)}
	r.start()
	var all []string
	for i := range 20 {
		text, lines := batch(fmt.Sprint(i), 0, 5)
		r.write("app.log", text)
		all = append(all, lines...)
		r.drain()
	}
	r.wantInOrder(all...)
}

type liar struct{ ring chan struct{} }

func (l *liar) watch(string)          {}
func (l *liar) unwatch(string)        {}
func (l *liar) bell() <-chan struct{} { return l.ring }
func (l *liar) take() []string        { return []string{"/nowhere", "app.log"} }
func (l *liar) close()                {}

func TestF24TenThousandFiles(t *testing.T) {
	files := 10_000
	if testing.Short() {
		files = 500
	}
	r := newRun(t, ".")
	r.o.Files = 256
	d := &tardy{clock: r.clock, took: 10 * time.Millisecond}
	r.disk = d
	r.must(os.Mkdir(r.path("d"), 0o755))
	var all []string
	name := func(i int) string { return fmt.Sprintf("d/%05d.log", i) }
	for i := range files {
		line := fmt.Sprintf("first line of %d", i)
		all = append(all, line)
		r.must(os.WriteFile(r.path(name(i)), []byte(line+"\n"), 0o644))
	}
	r.start().drain().want(all...)
	if files > maxIndexed && d.lists > 100 {
		t.Errorf("the directory was listed %d times", d.lists)
	}
	for i := 0; i < files; i += files / 100 {
		line := fmt.Sprintf("second line of %d", i)
		all = append(all, line)
		r.write(name(i), line+"\n")
	}
	r.drain().want(all...)
	if r.f.open > 256 {
		t.Errorf("%d files are open", r.f.open)
	}
}

func TestF24ABusyFileDoesNotKeepTheOthersWaiting(t *testing.T) {
	r := newRun(t, "*.log")
	busy, lines := batch("busy", 0, 100_000)
	r.write("a.log", busy)
	var quiet []string
	for i := range 20 {
		line := fmt.Sprintf("quiet %d", i)
		r.write(fmt.Sprintf("b%02d.log", i), line+"\n")
		quiet = append(quiet, line)
	}
	r.start()
	r.once()
	r.once()
	missing, _ := ledger(quiet, r.lines)
	if len(missing) > 0 {
		t.Errorf("%d quiet files wait while a busy one is read", len(missing))
	}
	r.settle().want(append(lines, quiet...)...)
}

func TestF25OneFileOfTwoNames(t *testing.T) {
	r := newRun(t, "app.log", "*.log", ".", "link.log", "hard.log")
	r.write("app.log", "one\n")
	r.must(os.Symlink(r.path("app.log"), r.path("link.log")))
	r.must(os.Link(r.path("app.log"), r.path("hard.log")))
	r.start().drain()
	r.write("hard.log", "two\n")
	r.settle().wantInOrder("one", "two")
	var names []string
	for _, h := range r.f.Health() {
		names = append(names, filepath.Base(string(h.Path)))
		if h.Log != 1 {
			t.Errorf("%s leads to log %d", h.Path, h.Log)
		}
	}
	if !slices.Equal(names, []string{"app.log", "hard.log", "link.log"}) {
		t.Errorf("names %q", names)
	}
	// One of the names goes to another file; the log goes on under the others.
	r.remove("app.log")
	r.write("app.log", "new\n")
	r.write("hard.log", "three\n")
	r.settle().want("one", "two", "three", "new")
}

func TestF28APositionThatOnlyAnEarlierVersionCouldWrite(t *testing.T) {
	// Without an inode, without fingerprints, without a line.
	r := newRun(t, "app.log")
	r.write("app.log", "one\ntwo\nthree\n")
	i, err := system{}.stat(r.path("app.log"))
	r.must(err)
	r.o.Positions = []logdoc.Position{{Path: logdoc.LogText(r.path("app.log")), Device: i.device, Inode: i.inode, Offset: 4}}
	r.start()
	b := r.once()
	r.settle()
	// With nothing to know it again by, the inode and the size must do.
	r.wantInOrder("two", "three")
	if len(b.Pieces) == 0 || b.Pieces[0].Line != 0 || b.Pieces[0].Offset != 4 {
		t.Errorf("pieces %+v", b.Pieces)
	}
}

func TestF29Clocks(t *testing.T) {
	r := newRun(t, "app.log")
	text, all := batch("a", 0, 10)
	r.write("app.log", text)
	r.must(os.Chtimes(r.path("app.log"), time.Time{}, time.Now().Add(1000*time.Hour)))
	r.start().drain()
	for i := range 6 {
		// The clock jumps back by hours, and the files are older from one to the next.
		r.clock.pass(-3 * time.Hour)
		text, lines := batch(fmt.Sprint("rest", i), 0, 10)
		r.write("app.log", text)
		all = append(all, lines...)
		r.must(os.Chtimes(r.path("app.log"), time.Time{}, time.Now().Add(-time.Duration(i)*time.Hour)))
		r.shift("app.log", 10)
		text, lines = batch(fmt.Sprint("new", i), 0, 10)
		r.write("app.log", text)
		all = append(all, lines...)
		if i%2 == 1 {
			r.drain()
		}
	}
	r.settle().wantInOrder(all...)
}
