//go:build unix

package follow

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// openedDuring is a disk on which something happens as soon as one of its files has been opened, and before anything else is looked at.
type openedDuring struct {
	system
	path string
	do   func()
}

func (d *openedDuring) open(path string) (file, error) {
	h, err := d.system.open(path)
	if path == d.path && d.do != nil {
		do := d.do
		d.do = nil
		do()
	}
	return h, err
}

func TestF4AnEmptyCopyIsThereBeforeTheCut(t *testing.T) {
	for name, copied := range map[string]int{"nothing copied yet": 0, "a little copied": 10} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "app.log")
			r.write("app.log", "")
			r.start().drain()
			text, all := batch("a", 0, 100)
			r.write("app.log", text)
			r.write("app.log.1", text[:copied])
			r.drain().wantInOrder(all...)
			r.copyTruncate("app.log", "app.log.1")
			r.drain()
			r.write("app.log", "new\n")
			r.settle().wantInOrder(append(all, "new")...)
			if r.told(Lost) > 0 {
				t.Errorf("told that lines were lost: %v", r.notices)
			}
		})
	}
}

func TestF11TheNewFileIsRotatedAndCompressedWhileItIsLookedAt(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\n")
	d := &openedDuring{path: r.path("app.log")}
	r.disk = d
	r.start().drain()
	r.rename("app.log", "app.log.1")
	text, all := batch("a", 0, 100)
	r.write("app.log", text)
	d.do = func() {
		r.shift("app.log", 1)
		r.pack("app.log.1")
	}
	r.drain()
	r.write("app.log", "new\n")
	r.settle().wantInOrder(slices.Concat([]string{"one"}, all, []string{"new"})...)
}

func TestF5CutOffRenamedAndRenamedAgainBeforeALookThatIsTheLast(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\n")
	r.start().drain()
	r.must(os.Truncate(r.path("app.log"), 0))
	r.shift("app.log", 3)
	text, all := batch("a", 0, 14)
	r.write("app.log", text)
	r.shift("app.log", 3)
	r.drain().stop()
	r.write("app.log", "new\n")
	r.start().settle().wantInOrder(slices.Concat([]string{"one"}, all, []string{"new"})...)
}

func TestF11CopiedCutOffDeletedAndTheCopyCompressed(t *testing.T) {
	for _, target := range []string{"app.log", "app.log*"} {
		for _, stopped := range []bool{false, true} {
			t.Run(fmt.Sprint(target, stopped), func(t *testing.T) {
				r := newRun(t, target)
				one, a := batch("a", 0, 25)
				r.write("app.log", one)
				r.start().drain()
				r.copyTruncate("app.log", "app.log.1")
				two, b := batch("b", 0, 27)
				r.write("app.log", two+"half")
				r.settle()
				r.rename("app.log.1", "app.log.2")
				r.copyTruncate("app.log", "app.log.1")
				// The system's clock may tick more coarsely than this test runs.
				r.must(os.Chtimes(r.path("app.log.1"), time.Time{}, time.Now().Add(-time.Second)))
				r.must(os.Chtimes(r.path("app.log.2"), time.Time{}, time.Now().Add(-2*time.Second)))
				three, c := batch("c", 0, 12)
				r.write("app.log", three)
				r.remove("app.log")
				r.pack("app.log.1")
				r.settle()
				if stopped {
					r.stop()
				}
				r.write("app.log", "new\n")
				if stopped {
					r.start()
				}
				r.settle().want(slices.Concat(a, b, []string{"half"}, c, []string{"new"})...)
			})
		}
	}
}

func TestF7TheCopyIsCompressedWhileStoppedAndOthersFollow(t *testing.T) {
	r := newRun(t, "app.log")
	at := time.Now().Add(-time.Hour)
	touch := func(name string) {
		at = at.Add(time.Second)
		r.must(os.Chtimes(r.path(name), at, at))
	}
	copyTruncate := func() {
		for n := 5; n >= 1; n-- {
			for _, end := range []string{"", ".gz"} {
				_ = os.Rename(r.path(fmt.Sprintf("app.log.%d%s", n, end)), r.path(fmt.Sprintf("app.log.%d%s", n+1, end)))
			}
		}
		r.copyTruncate("app.log", "app.log.1")
		touch("app.log.1")
		touch("app.log")
	}
	one, a := batch("a", 0, 3)
	r.write("app.log", one)
	touch("app.log")
	r.start().drain()
	copyTruncate()
	r.once()
	r.stop()
	r.remove("app.log")
	r.pack("app.log.1")
	r.write("app.log", "")
	touch("app.log")
	for range 3 {
		copyTruncate()
	}
	two, b := batch("b", 0, 37)
	r.write("app.log", two)
	touch("app.log")
	copyTruncate()
	r.start().settle()
	r.write("app.log", "new\n")
	r.settle().want(slices.Concat(a, b, []string{"new"})...)
}

func TestF7RemovedWhileStoppedAndTheNextOnesCopied(t *testing.T) {
	r := newRun(t, "app.log")
	at := time.Now().Add(-time.Hour)
	touch := func(name string) {
		at = at.Add(time.Second)
		r.must(os.Chtimes(r.path(name), at, at))
	}
	copyTruncate := func() {
		_ = os.Rename(r.path("app.log.1"), r.path("app.log.2"))
		r.copyTruncate("app.log", "app.log.1")
		touch("app.log.1")
		touch("app.log")
	}
	one, a := batch("a", 0, 3)
	r.write("app.log", one)
	touch("app.log")
	r.start().drain()
	copyTruncate()
	r.remove("app.log.1")
	copyTruncate()
	r.once()
	r.stop()
	r.remove("app.log")
	r.remove("app.log.1")
	two, b := batch("b", 0, 37)
	r.write("app.log", two)
	touch("app.log")
	copyTruncate()
	r.write("app.log", "half")
	touch("app.log")
	copyTruncate()
	r.remove("app.log")
	r.write("app.log", "new\n")
	touch("app.log")
	r.start().settle().want(slices.Concat(a, b, []string{"half", "new"})...)
}

func TestF5CutOffAndRenamedAtTheLastLook(t *testing.T) {
	r := newRun(t, "app.log")
	at := time.Now().Add(-time.Hour)
	write := func(text string) {
		r.write("app.log", text)
		at = at.Add(time.Second)
		r.must(os.Chtimes(r.path("app.log"), at, at))
	}
	write("one\ntwo\nthree\n")
	r.start().drain()
	r.must(os.Truncate(r.path("app.log"), 0))
	write("")
	r.shift("app.log", 3)
	r.once()
	r.stop()
	write("four\n")
	r.shift("app.log", 3)
	write("five\n")
	r.start().settle().want("one", "two", "three", "four", "five")
}
