//go:build unix

package follow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// restless is a disk on which the rotated files of a log are numbered up whenever they have just been looked at, so that none of them is where it was found.
type restless struct {
	system
	shift func()
	same  int // how often the directory was listed since
	left  int // how many files are still looked at after that
	lists int
}

func (d *restless) list(dir string) ([]fs.DirEntry, error) {
	d.lists++
	d.same++
	entries, err := d.system.list(dir)
	d.left = len(entries) - 1 // the log itself was looked at before
	return entries, err
}

func (d *restless) stat(path string) (info, error) {
	if d.shift != nil && d.same >= 2 && filepath.Ext(path) != ".log" {
		if d.left--; d.left < 0 {
			d.same = 0
			d.shift()
		}
	}
	return d.system.stat(path)
}

// backlog lets so many files be rotated away from app.log between two looks, and gives their lines.
func (r *run) backlog(rotated, lines int) (all []string) {
	r.t.Helper()
	r.write("app.log", "first\n")
	r.start().drain()
	at := time.Now().Add(-time.Hour)
	for i := range rotated {
		r.shift("app.log", i)
		text, more := batch(fmt.Sprint("part", i), 0, lines)
		r.write("app.log", text)
		at = at.Add(time.Second)
		r.must(os.Chtimes(r.path("app.log"), at, at))
		all = append(all, more...)
	}
	return append([]string{"first"}, all...)
}

// Each of many contents that are still to be read stands elsewhere than it stood when the log was gone through, again and again. That must not be a reason to go through the log for each of
// them: once a look took half a minute for that, in which nothing was read.
func TestF27FilesAreRenamedAllTheTimeWhileManyAreStillToBeRead(t *testing.T) {
	const rotated = 40
	r := newRun(t, "app.log")
	r.o.Files = 8
	d := &restless{}
	r.disk = d
	all := r.backlog(rotated, 3000)
	last := rotated
	d.same, d.shift = 0, func() {
		for n := last; n >= 1; n-- {
			if err := os.Rename(r.path(fmt.Sprint("app.log.", n)), r.path(fmt.Sprint("app.log.", n+1))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		last++
	}
	shifted, most := last, 0
	for i := 0; len(r.lines) < len(all) && i < 200; i++ {
		d.lists = 0
		r.clock.pass(time.Second) // who takes the lines is slow
		r.once()
		most = max(most, d.lists)
	}
	if last < shifted+5 {
		t.Errorf("the files were renamed %d times only", last-shifted)
	}
	// A look goes through the log, once more for what leaves, and once more for what is read.
	if most > 12 {
		t.Errorf("the directory was listed %d times for one batch", most)
	}
	r.wantInOrder(all...)
	d.shift = nil
	r.settle().wantInOrder(all...)
	if r.told(Lost) > 0 {
		t.Errorf("told that lines were lost: %s", r.said())
	}
}

// never is a disk on which a log is never the same twice, and on which listing takes time.
type never struct {
	tardy
	shift func()
}

func (d *never) list(dir string) ([]fs.DirEntry, error) {
	if d.shift != nil {
		d.shift()
	}
	return d.tardy.list(dir)
}

func TestF27ALogThatIsNeverTheSameTwiceDoesNotKeepOthersWaiting(t *testing.T) {
	r := newRun(t, "app.log", "other.log")
	d := &never{tardy: tardy{clock: r.clock, took: patience / 2}}
	r.disk = d
	all := r.backlog(3, 10)
	r.write("other.log", "one\n")
	r.drain()
	r.shift("app.log", 3)
	text, more := batch("more", 0, 10)
	r.write("app.log", text)
	r.write("other.log", "two\n")
	up := true
	d.shift = func() {
		for n := range 4 {
			from, to := fmt.Sprint("app.log.", n+1), fmt.Sprint("app.log.", n+11)
			if !up {
				from, to = to, from
			}
			r.rename(from, to)
		}
		up = !up
	}
	d.lists = 0
	r.once()
	if got := r.lines[len(r.lines)-1]; got != "two" {
		t.Errorf("the last line is %q", got)
	}
	if d.lists > 5 {
		t.Errorf("the directory was listed %d times in vain", d.lists)
	}
	for range 10 {
		r.once()
	}
	// As soon as it is still, all is there.
	d.shift = nil
	r.drain().want(append(append(all, "one", "two"), more...)...)
	if r.told(Lost) > 0 {
		t.Errorf("told that lines were lost: %s", r.said())
	}
}

// slow is a disk on which everything takes time.
type slow struct {
	system
	clock      *fakeClock
	stats, own time.Duration // what looking at a path and what reading takes
	looking    time.Duration // what looking has taken
}

type slowFile struct {
	file
	d *slow
}

func (d *slow) stat(path string) (info, error) {
	d.clock.pass(d.stats)
	d.looking += d.stats
	return d.system.stat(path)
}

func (d *slow) open(path string) (file, error) {
	h, err := d.system.open(path)
	if err != nil {
		return nil, err
	}
	return slowFile{h, d}, nil
}

func (f slowFile) ReadAt(b []byte, at int64) (int, error) {
	f.d.clock.pass(f.d.own)
	return f.file.ReadAt(b, at)
}

func TestF27ReadingGetsAsMuchTimeAsLooking(t *testing.T) {
	r := newRun(t, "app.log")
	d := &slow{clock: r.clock, own: 10 * time.Millisecond}
	r.disk = d
	r.write("app.log", "first\n")
	r.start().drain()
	text, all := batch("a", 0, 100_000)
	r.write("app.log", text)
	d.stats = 100 * time.Millisecond
	begun, before, batches := r.clock.Now(), r.f.looks, 0
	for ; len(r.lines) <= len(all); batches++ {
		r.once()
	}
	looks := r.f.looks - before
	// The last look may have been just now.
	if whole := r.clock.Now().Sub(begun); looks > 0 && 2*d.looking > whole+d.looking/time.Duration(looks) {
		t.Errorf("%d looks took %s of %s for %d batches", looks, d.looking, whole, batches)
	}
	if looks < 2 {
		t.Errorf("there was no look in %d batches", batches)
	}
	r.wantInOrder(append([]string{"first"}, all...)...)
}

// elsewhere is a disk on which something happens when a path's links are followed: when its lineage is gone through, before its directory is listed for that.
type elsewhere struct {
	tardy
	path string
	do   func()
}

func (d *elsewhere) resolve(path string) (string, error) {
	if path == d.path && d.do != nil {
		do := d.do
		d.do = nil
		do()
	}
	return d.tardy.resolve(path)
}

// A list of a long directory is used for all logs of it, but not once something in it has changed, and not before its time is sure to show that.
func TestF24FilesOfALongDirectoryAreRenamedBetweenTwoLogs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		took  time.Duration
		shown bool // the directory's time is another one after that
	}{
		{"and its time shows it", settled, true},
		{"and its time does not show it yet", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun(t, "a.log", "b.log")
			d := &elsewhere{tardy: tardy{clock: r.clock, took: tt.took}, path: r.path("b.log")}
			r.disk = d
			for i := range maxIndexed {
				r.must(os.WriteFile(r.path(fmt.Sprintf("other%04d", i)), nil, 0o644))
			}
			all := []string{"a0", "b0"}
			rotate := func(name string, lines ...string) {
				for _, line := range lines {
					r.shift(name, 4)
					r.write(name, line+"\n")
				}
				all = append(all, lines...)
			}
			r.write("a.log", "a0\n")
			r.write("b.log", "b0\n")
			r.start().drain()
			rotate("a.log", "a1")
			rotate("b.log", "b1")
			at := time.Now().Add(-time.Hour)
			r.must(os.Chtimes(r.dir, at, at))
			d.do = func() {
				rotate("b.log", "b2", "b3", "b4")
				if !tt.shown {
					r.must(os.Chtimes(r.dir, at, at))
				}
			}
			r.settle().want(all...)
		})
	}
}
