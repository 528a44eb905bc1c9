//go:build unix

package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"logdoc"
)

func TestStart(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		text string
		want []string
		line int
	}{
		{"at the end", Options{}, "one\ntwo\n", []string{"new"}, 3},
		{"at the end, in a line", Options{}, "one\ntwo\nthr", []string{"thrnew"}, 3},
		{"the last line", Options{Last: 1}, "one\ntwo\n", []string{"two", "new"}, 2},
		{"more than there are", Options{Last: 10}, "one\ntwo\n", []string{"one", "two", "new"}, 1},
		{"from the start", Options{FromStart: true}, "one\ntwo\n", []string{"one", "two", "new"}, 1},
		{"empty", Options{Last: 2}, "", []string{"new"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun(t, "app.log")
			r.o = tt.o
			r.write("app.log", tt.text)
			r.start()
			b := r.once()
			if len(b.Pieces) == 0 || b.Pieces[0].Line != tt.line {
				t.Errorf("begins with %+v, want line %d", b.Pieces, tt.line)
			}
			r.drain()
			r.write("app.log", "new\n")
			r.drain().wantInOrder(tt.want...)
		})
	}
}

func TestTheLastLinesOfALongFile(t *testing.T) {
	text, all := batch("a", 0, 30_000)
	for _, n := range []int{1, 7, 5000} {
		r := newRun(t, "app.log")
		r.o = Options{Last: n}
		r.write("app.log", text)
		r.start().drain().wantInOrder(all[len(all)-n:]...)
	}
}

func TestFilesThatComeLater(t *testing.T) {
	for _, target := range []string{"d/app.log", "d/*.log", "d", "*/app.log"} {
		t.Run(target, func(t *testing.T) {
			r := newRun(t, target)
			r.o = Options{}
			r.start().settle()
			r.must(os.Mkdir(r.path("d"), 0o755))
			r.settle()
			r.write("d/app.log", "one\n")
			r.settle().wantInOrder("one")
			r.remove("d/app.log")
			r.settle()
			r.write("d/app.log", "two\n")
			r.settle().wantInOrder("one", "two")
		})
	}
}

func TestWhatADirectoryHoldsBesideLogs(t *testing.T) {
	r := newRun(t, ".")
	r.write("app.log", "one\n")
	r.must(os.WriteFile(r.path("wtmp"), append([]byte("\x7fELF"), make([]byte, 500)...), 0o644))
	r.must(os.WriteFile(r.path("app.log.2.gz"), gz([]byte("long ago\n")), 0o644))
	r.must(os.Mkdir(r.path("sub"), 0o755))
	r.write("sub/more.log", "two\n")
	r.must(syscall.Mkfifo(r.path("pipe"), 0o644))
	r.must(os.Symlink(r.dir, r.path("sub/loop")))
	r.start().settle().want("one", "two")
	if r.told(PassedOver) != 1 {
		t.Errorf("notices %v", r.notices)
	}
	if h := r.f.Health(); len(h) != 2 {
		t.Errorf("health %+v", h)
	}
}

func TestStandardInput(t *testing.T) {
	r := newRun(t, "-")
	in, out := io.Pipe()
	r.o.Stdin = in
	r.o.Clock = nil
	r.o.MaxLine = 16 * beforeLength
	f, err := open([]string{"-"}, Options{Stdin: in, MaxLine: r.o.MaxLine}, system{}, nil)
	r.must(err)
	defer f.Close()
	long := strings.Repeat("x", 5000)
	go func() {
		for _, s := range []string{"one\ntw", "o\n", long[:100], long[100:] + "\n", "a\nb\nc\n", long + "\nd\n", "the end"} {
			io.WriteString(out, s)
		}
		out.Close()
	}()
	r.next, r.ended, r.at = map[int]int64{}, map[int]bool{}, map[int]logdoc.Position{}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		b, err := f.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		r.must(err)
		for _, p := range b.Pieces {
			r.take(p)
		}
	}
	keep := long[:16*beforeLength-1]
	r.wantInOrder("one", "two", keep, "a", "b", "c", keep, "d", "the end")
	if len(r.cut) != 2 || r.cut[0] != int64(len(long)-len(keep)) {
		t.Errorf("cut %v", r.cut)
	}
	if len(r.ended) != 1 {
		t.Errorf("ended %v", r.ended)
	}
}

func TestNamedPipe(t *testing.T) {
	r := newRun(t, "pipe")
	r.must(syscall.Mkfifo(r.path("pipe"), 0o644))
	f, err := open([]string{r.path("pipe")}, Options{Look: 5 * time.Millisecond}, system{}, nil)
	r.must(err)
	defer f.Close()
	r.next, r.ended, r.at = map[int]int64{}, map[int]bool{}, map[int]logdoc.Position{}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	until := func(n int) {
		for len(r.lines) < n {
			b, err := f.Next(ctx)
			r.must(err)
			for _, p := range b.Pieces {
				r.take(p)
			}
		}
	}
	_, err = f.Next(ctx)
	r.must(err)
	for i := range 3 {
		w, err := os.OpenFile(r.path("pipe"), os.O_WRONLY, 0)
		r.must(err)
		fmt.Fprintf(w, "line of writer %d\nand half a line", i)
		r.must(w.Close())
		until(2 * (i + 1))
	}
	r.wantInOrder("line of writer 0", "and half a line", "line of writer 1", "and half a line", "line of writer 2", "and half a line")
}

func TestOpenRefuses(t *testing.T) {
	for _, targets := range [][]string{nil, {""}, {"-"}, {"[a"}} {
		if f, err := Open(targets, Options{}); err == nil {
			f.Close()
			t.Errorf("%q can be followed", targets)
		}
	}
}
