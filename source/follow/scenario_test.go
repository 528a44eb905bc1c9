//go:build unix

package follow

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"logdoc"
)

// The scenarios have the numbers of a list of conformance scenarios. What they hold the follower to is said in docs/tail.md, under what is followed.

func TestF1RenameAndCreateWithTheReaderBehind(t *testing.T) {
	for _, target := range []string{"app.log", "app.log*", "."} {
		t.Run(target, func(t *testing.T) {
			r := newRun(t, target)
			one, a := batch("a", 0, 6000)
			r.write("app.log", one)
			r.start().once()
			r.rename("app.log", "app.log.1")
			two, b := batch("b", 0, 3000)
			r.write("app.log", two)
			r.settle().wantInOrder(append(a, b...)...)
		})
	}
}

func TestF2ManyRotationsBetweenTwoLooks(t *testing.T) {
	for _, target := range []string{"app.log", "app.log*"} {
		t.Run(target, func(t *testing.T) {
			r := newRun(t, target)
			text, all := batch("first", 0, 10)
			r.write("app.log", text)
			r.start().drain()
			for round := range 4 {
				for i := range 5 {
					text, lines := batch(fmt.Sprint("late", round, i), 0, 3)
					r.write("app.log", text)
					all = append(all, lines...)
					r.shift("app.log", 30)
					text, lines = batch(fmt.Sprint("generation", round, i), 0, 2000)
					r.write("app.log", text)
					all = append(all, lines...)
				}
				r.drain()
			}
			r.settle().wantInOrder(all...)
		})
	}
}

// shift renames as logrotate does: every number one up, and the file itself to 1.
func (r *run) shift(name string, keep int) {
	r.t.Helper()
	for n := keep; n >= 1; n-- {
		from, to := fmt.Sprintf("%s.%d", name, n), fmt.Sprintf("%s.%d", name, n+1)
		if err := os.Rename(r.path(from), r.path(to)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.t.Fatal(err)
		}
	}
	r.rename(name, name+".1")
}

func TestF3TheWriterKeepsTheRenamedFile(t *testing.T) {
	r := newRun(t, "app.log")
	text, all := batch("a", 0, 10)
	r.write("app.log", text)
	r.start().drain()
	r.rename("app.log", "app.log.1")
	text, lines := batch("b", 0, 10)
	r.write("app.log", text)
	all = append(all, lines...)
	r.drain()
	text, lines = batch("late", 0, 10)
	r.write("app.log.1", text)
	all = append(all, lines...)
	r.settle().want(all...)
	if len(r.ended) != 1 {
		t.Fatalf("%d contents have ended, want the renamed one", len(r.ended))
	}
	r.write("app.log.1", "a line that comes after the file was closed\n")
	r.settle().want(all...)
	if r.told(Late) != 1 {
		t.Fatalf("nobody was told that a line came late: %v", r.notices)
	}
}

func TestF3ARenamedFileWithoutSuccessorStaysOpen(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\n")
	r.start().drain()
	r.rename("app.log", "app.log.1")
	r.settle()
	r.write("app.log.1", "two\n")
	r.settle().wantInOrder("one", "two")
}

func TestF4CopyTruncate(t *testing.T) {
	for _, ahead := range []int{0, 1, 100, 20_000} {
		for _, target := range []string{"app.log", "app.log*"} {
			t.Run(fmt.Sprint(target, ahead), func(t *testing.T) {
				r := newRun(t, target)
				one, a := batch("a", 0, 10)
				r.write("app.log", one)
				r.start().drain()
				more, b := batch("b", 0, ahead)
				r.write("app.log", more)
				r.copyTruncate("app.log", "app.log.1")
				three, c := batch("c", 0, 5)
				r.write("app.log", three)
				r.settle().wantInOrder(slices.Concat(a, b, c)...)
				if r.told(Lost) > 0 {
					t.Errorf("told that lines were lost: %v", r.notices)
				}
			})
		}
	}
}

func TestF4TheCopyIsSeenBeforeTheCut(t *testing.T) {
	r := newRun(t, "app.log*")
	one, a := batch("a", 0, 10)
	r.write("app.log", one)
	r.start().drain()
	r.copy("app.log", "app.log.1")
	r.drain()
	more, b := batch("b", 0, 10)
	r.write("app.log", more)
	r.copy("app.log", "app.log.1")
	r.drain()
	last, c := batch("c", 0, 10)
	r.write("app.log", last)
	r.copyTruncate("app.log", "app.log.1")
	r.write("app.log", "new\n")
	r.settle().wantInOrder(append(slices.Concat(a, b, c), "new")...)
}

func TestF4AWriterThatDoesNotAppend(t *testing.T) {
	r := newRun(t, "app.log")
	h, err := os.Create(r.path("app.log"))
	r.must(err)
	defer h.Close()
	one, a := batch("a", 0, 1000)
	h.WriteString(one)
	r.start().drain()
	r.copyTruncate("app.log", "app.log.1")
	// Where the writer stands there is a hole before it now.
	two, b := batch("b", 0, 1000)
	h.WriteString(two)
	r.settle()
	h.WriteString("end\n")
	r.settle().wantInOrder(append(slices.Concat(a, b), "end")...)
}

func TestF5CutOffAndGrownAgainUnseen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count int
		same  bool
	}{{"smaller", 5, false}, {"same size", 10, true}, {"larger", 30, false}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun(t, "app.log")
			one, a := batch("a", 0, 10)
			r.write("app.log", one)
			r.start().drain()
			two, b := batch("b", 0, tt.count)
			if (len(one) == len(two)) != tt.same {
				t.Fatal("the sizes are not as the test wants them")
			}
			r.must(os.WriteFile(r.path("app.log"), []byte(two), 0o644))
			// The system's clock may tick more coarsely than this test runs.
			r.must(os.Chtimes(r.path("app.log"), time.Time{}, time.Now().Add(time.Second)))
			r.settle().wantInOrder(append(a, b...)...)
		})
	}
}

// Logs that begin with the same banner are told apart by what stands before the offset.
func TestF5TheSameBannerAndOtherLines(t *testing.T) {
	r := newRun(t, "app.log")
	banner := strings.Repeat("=", headLength) + "\n"
	one, a := batch("a", 0, 10)
	r.write("app.log", banner+one)
	r.start().drain()
	two, b := batch("b", 0, 30)
	r.must(os.WriteFile(r.path("app.log"), []byte(banner+two), 0o644))
	r.settle().wantInOrder(slices.Concat([]string{banner[:headLength]}, a, []string{banner[:headLength]}, b)...)
}

func TestF6CutOffWhileStopped(t *testing.T) {
	for name, cut := range map[string]func(r *run){
		"emptied":          func(r *run) { r.must(os.Truncate(r.path("app.log"), 0)) },
		"and copied first": func(r *run) { r.copyTruncate("app.log", "app.log.1") },
	} {
		for _, count := range []int{0, 3, 10, 50} {
			t.Run(fmt.Sprint(name, count), func(t *testing.T) {
				r := newRun(t, "app.log")
				one, all := batch("a", 0, 10)
				r.write("app.log", one)
				r.start().drain().stop()
				if name != "emptied" {
					more, lines := batch("more", 0, 10)
					r.write("app.log", more)
					all = append(all, lines...)
				}
				cut(r)
				two, b := batch("b", 0, count)
				r.write("app.log", two)
				r.start().settle().wantInOrder(append(all, b...)...)
			})
		}
	}
}

func TestF7RotatedWhileStopped(t *testing.T) {
	for _, target := range []string{"app.log", "app.log*", "."} {
		for _, times := range []int{1, 2, 5} {
			t.Run(fmt.Sprint(target, times), func(t *testing.T) {
				r := newRun(t, target)
				one, all := batch("a", 0, 10)
				r.write("app.log", one)
				r.start().drain().stop()
				for i := range times {
					text, lines := batch(fmt.Sprint("rest", i), 0, 10)
					r.write("app.log", text)
					all = append(all, lines...)
					r.shift("app.log", 10)
				}
				text, lines := batch("new", 0, 10)
				r.write("app.log", text)
				all = append(all, lines...)
				r.start().settle().wantInOrder(all...)
				if r.told(Lost) > 0 {
					t.Errorf("told that lines were lost: %v", r.notices)
				}
			})
		}
	}
}

func TestF7TheRotatedFileIsGone(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\n")
	r.start().drain().stop()
	r.write("app.log", "never read\n")
	r.remove("app.log")
	r.write("app.log", "another\n")
	// Nothing stands in for the inode that may have been used again.
	r.start().settle().wantInOrder("one", "another")
	if r.told(Lost) == 0 {
		t.Errorf("nobody was told that lines may be missing: %v", r.notices)
	}
}

func TestF7RotatedBeforeAndNotReadToTheEnd(t *testing.T) {
	r := newRun(t, "app.log")
	one, a := batch("a", 0, 20_000)
	r.write("app.log", one)
	r.start().once()
	r.rename("app.log", "app.log.1")
	two, b := batch("b", 0, 10)
	r.write("app.log", two)
	r.once()
	r.restart().settle().wantInOrder(append(a, b...)...)
}

func TestF8DeletedAndMadeAgain(t *testing.T) {
	for _, size := range []int{3, 10, 40} {
		for _, stopped := range []bool{false, true} {
			t.Run(fmt.Sprint(size, stopped), func(t *testing.T) {
				r := newRun(t, "app.log")
				one, a := batch("a", 0, 10)
				r.write("app.log", one)
				r.start().drain()
				if stopped {
					r.stop()
				}
				r.remove("app.log")
				two, b := batch("b", 0, size)
				r.write("app.log", two)
				if stopped {
					r.start()
				}
				r.settle().wantInOrder(append(a, b...)...)
			})
		}
	}
}

func TestF8AStoredOffsetBehindTheEnd(t *testing.T) {
	r := newRun(t, "app.log")
	one, _ := batch("a", 0, 10)
	r.write("app.log", one)
	i, err := system{}.stat(r.path("app.log"))
	r.must(err)
	// The inode of a file that is gone.
	r.o.Positions = []logdoc.Position{{Path: logdoc.LogText(r.path("app.log")), Device: i.device, Inode: i.inode, Offset: 1 << 20, Line: 9000,
		Head: fingerprint([]byte("something else")), Before: fingerprint([]byte("and its end"))}}
	_, a := batch("a", 0, 10)
	r.start().settle().wantInOrder(a...)
	if r.told(Truncated) != 1 {
		t.Errorf("nobody was told: %v", r.notices)
	}
}

func TestF9Replaced(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		for _, tt := range []struct{ name, text string }{
			{"the same and more", "first line\nsecond line\nthird line\n"}, {"the same", "first line\nsecond line\n"}, {"other", "other line\nand more than that\nand more\n"},
		} {
			t.Run(fmt.Sprint(tt.name, stopped), func(t *testing.T) {
				r := newRun(t, "app.log")
				r.write("app.log", "first line\nsecond line\n")
				r.start().drain()
				if stopped {
					r.stop()
				}
				r.write("new", tt.text)
				r.rename("new", "app.log")
				if stopped {
					r.start()
				}
				r.settle()
				want := []string{"first line", "second line"}
				switch tt.name {
				case "the same and more":
					want = append(want, "third line")
				case "other":
					want = append(want, "other line", "and more than that", "and more")
				}
				r.wantInOrder(want...)
			})
		}
	}
}

func TestF10ALinkLeadsElsewhere(t *testing.T) {
	r := newRun(t, "current")
	r.must(os.Mkdir(r.path("pods"), 0o755))
	one, a := batch("a", 0, 6000)
	r.write("pods/0.log", one)
	r.must(os.Symlink(r.path("pods/0.log"), r.path("current")))
	r.start().once()
	two, b := batch("b", 0, 10)
	r.write("pods/1.log", two)
	r.must(os.Symlink(r.path("pods/1.log"), r.path("next")))
	r.rename("next", "current")
	r.settle().wantInOrder(append(a, b...)...)
}

func TestF10TheFileBehindALinkIsRotated(t *testing.T) {
	r := newRun(t, "current")
	r.must(os.Mkdir(r.path("pods"), 0o755))
	one, all := batch("a", 0, 10)
	r.write("pods/0.log", one)
	r.must(os.Symlink(r.path("pods/0.log"), r.path("current")))
	r.start().drain()
	for i := range 3 {
		text, lines := batch(fmt.Sprint("b", i), 0, 10)
		r.write("pods/0.log", text)
		all = append(all, lines...)
		r.shift("pods/0.log", 5)
	}
	r.write("pods/0.log", "last\n")
	r.settle().wantInOrder(append(all, "last")...)
}

// pack does what gzip does: a new file beside the old one, of the same time, and then the old one goes.
func (r *run) pack(name string) {
	r.t.Helper()
	i, err := os.Stat(r.path(name))
	r.must(err)
	b, err := os.ReadFile(r.path(name))
	r.must(err)
	r.must(os.WriteFile(r.path(name+".gz"), gz(b), 0o644))
	r.must(os.Chtimes(r.path(name+".gz"), i.ModTime(), i.ModTime()))
	r.remove(name)
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestF11TheRotatedFileIsCompressed(t *testing.T) {
	for _, target := range []string{"app.log", "app.log*", "."} {
		for _, stopped := range []bool{false, true} {
			for _, copied := range []bool{false, true} {
				t.Run(fmt.Sprint(target, stopped, copied), func(t *testing.T) {
					r := newRun(t, target)
					one, all := batch("a", 0, 4000)
					r.write("app.log", one)
					r.start().drain()
					if stopped {
						r.stop()
					}
					for i := range 3 {
						text, lines := batch(fmt.Sprint("rest", i), 0, 3000)
						r.write("app.log", text)
						all = append(all, lines...)
						for n := 5; n >= 1; n-- {
							_ = os.Rename(r.path(fmt.Sprintf("app.log.%d.gz", n)), r.path(fmt.Sprintf("app.log.%d.gz", n+1)))
						}
						if copied {
							r.copyTruncate("app.log", "app.log.1")
						} else {
							r.rename("app.log", "app.log.1")
						}
						r.pack("app.log.1")
						if !stopped {
							r.write("app.log", fmt.Sprintf("between %d\n", i))
							all = append(all, fmt.Sprintf("between %d", i))
							r.drain()
						}
					}
					text, lines := batch("new", 0, 10)
					r.write("app.log", text)
					all = append(all, lines...)
					if stopped {
						r.start()
					}
					r.settle().wantInOrder(all...)
				})
			}
		}
	}
}

func TestF12ACompressedFileThatIsStillWritten(t *testing.T) {
	text, lines := batch("a", 0, 4000)
	whole := gz([]byte(text))
	whole = append(whole, gz([]byte("another member\n"))...)
	lines = append(lines, "another member")
	for _, cut := range []int{5, 12, len(whole) / 2, len(whole) - 5} {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			r := newRun(t, "app.log.gz")
			r.must(os.WriteFile(r.path("app.log.gz"), whole[:cut], 0o644))
			r.start().settle()
			if r.told(Incomplete) == 0 && r.told(Unreadable) == 0 {
				t.Errorf("nobody was told that the file is not whole: %v", r.notices)
			}
			if cut == len(whole)/2 && (len(r.lines) == 0 || !slices.Equal(r.lines, lines[:len(r.lines)])) {
				t.Errorf("the good lines before the cut were not given: %d", len(r.lines))
			}
			r.must(os.WriteFile(r.path("app.log.gz"), whole, 0o644))
			r.settle().wantInOrder(lines...)
		})
	}
}

func TestF13HalfALine(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\nhal")
	r.start().settle().wantInOrder("one")
	r.write("app.log", "f a li")
	r.restart().settle().wantInOrder("one")
	r.write("app.log", "ne\nand")
	r.settle().wantInOrder("one", "half a line")
	for _, p := range r.positions {
		if p.Offset != int64(len("one\nhalf a line\n")) || p.Line != 2 {
			t.Errorf("the position is %d in line %d", p.Offset, p.Line)
		}
	}
	r.write("app.log", " more\n")
	r.restart().settle().wantInOrder("one", "half a line", "and more")
}

func TestF13HalfALineAtTheEndOfARotatedFile(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\nhalf")
	r.start().drain()
	r.rename("app.log", "app.log.1")
	r.write("app.log", "two\n")
	r.settle().want("one", "half", "two")
}

func TestF14HalfALineBelongsToItsFile(t *testing.T) {
	for name, rotate := range map[string]func(r *run){
		"renamed":     func(r *run) { r.rename("app.log", "app.log.1") },
		"cut off":     func(r *run) { r.must(os.Truncate(r.path("app.log"), 0)) },
		"copied":      func(r *run) { r.copyTruncate("app.log", "app.log.1") },
		"deleted":     func(r *run) { r.remove("app.log") },
		"overwritten": func(r *run) { r.must(os.WriteFile(r.path("app.log"), nil, 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "app.log")
			r.write("app.log", "one\nhalf")
			r.start().drain()
			rotate(r)
			r.write("app.log", "whole line\n")
			r.settle()
			if !slices.Contains(r.lines, "whole line") || slices.Contains(r.lines, "halfwhole line") {
				t.Errorf("got %q", r.lines)
			}
		})
	}
}

func TestF15CharactersOverTheEdgeOfABuffer(t *testing.T) {
	r := newRun(t, "app.log")
	r.o.MaxLine = 16 * beforeLength
	var all []string
	var b strings.Builder
	for i := range 400 {
		line := strings.Repeat("ä€𝄞", i%90) + fmt.Sprint(i)
		all = append(all, line)
		b.WriteString(line + "\n")
	}
	r.write("app.log", b.String())
	r.start().settle().wantInOrder(all...)
}

func TestF15UTF16(t *testing.T) {
	for _, big := range []bool{false, true} {
		for _, mark := range []bool{false, true} {
			t.Run(fmt.Sprint(big, mark), func(t *testing.T) {
				encode := func(s string) string {
					var b []byte
					for _, u := range utf16.Encode([]rune(s)) {
						if big {
							b = append(b, byte(u>>8), byte(u))
						} else {
							b = append(b, byte(u), byte(u>>8))
						}
					}
					return string(b)
				}
				r := newRun(t, "app.log")
				first := "first line of some length\n"
				if mark {
					r.write("app.log", encode("\ufeff"))
				}
				r.write("app.log", encode(first))
				r.start().drain().wantInOrder("first line of some length")
				var all []string
				for i := range 300 {
					line := fmt.Sprintf("%d €uro 𝄞 clef Ċ", i)
					all = append(all, line)
					text := encode(line + "\n")
					r.write("app.log", text[:7])
					if i%50 == 0 {
						r.drain()
					}
					if i%100 == 0 {
						r.restart()
					}
					r.write("app.log", text[7:])
				}
				r.settle().wantInOrder(append([]string{"first line of some length"}, all...)...)
				decoded := int64(len(first + strings.Join(all, "\n") + "\n"))
				for log, next := range r.next {
					if next != decoded {
						t.Errorf("log %d ends at %d of the decoded text, want %d", log, next, decoded)
					}
				}
			})
		}
	}
}

func TestF15AByteOrderMarkIsNoText(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "\xef\xbb\xbfone\ntwo\n")
	r.start().drain().wantInOrder("one", "two")
	r.write("app.log", "three\n")
	r.restart().drain().wantInOrder("one", "two", "three")
}

func TestF16EndlessLine(t *testing.T) {
	const size = 300 << 20
	r := newRun(t, "app.log")
	h, err := os.Create(r.path("app.log"))
	r.must(err)
	defer h.Close()
	h.WriteString("before\n")
	chunk := bytes.Repeat([]byte("€"), 1<<20)
	for written := 0; written < size; written += len(chunk) {
		_, err := h.Write(chunk)
		r.must(err)
	}
	r.start().drain()
	h.WriteString("\nafter\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r.settle()
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 32<<20 {
		t.Errorf("it took %d MiB to pass over an endless line", grown>>20)
	}
	if len(r.lines) != 3 || r.lines[0] != "before" || r.lines[2] != "after" {
		t.Fatalf("got %d lines", len(r.lines))
	}
	length := int64((size + len(chunk) - 1) / len(chunk) * len(chunk))
	if len(r.cut) != 1 || r.cut[0]+int64(len(r.lines[1])) != length {
		t.Errorf("cut %v of a line of %d", r.cut, length)
	}
	if strings.Trim(r.lines[1], "€") != "" {
		t.Errorf("a character was torn: %q", r.lines[1][len(r.lines[1])-8:])
	}
	if r.told(LongLine) != 1 {
		t.Errorf("notices %v", r.notices)
	}
	r.write("app.log", "more\n")
	r.lines = nil
	r.restart().settle().wantInOrder("more")
}

func TestF16LongLinesOfEveryLength(t *testing.T) {
	const most = 16 * beforeLength
	r := newRun(t, "app.log")
	r.o.MaxLine = most
	r.start()
	var lengths []int
	for n := most - 70; n < most+70; n++ {
		lengths = append(lengths, n)
		r.write("app.log", strings.Repeat("x", n-1)+"\n")
		if n%16 == 0 {
			r.restart()
		}
	}
	r.settle()
	if len(r.lines) != len(lengths) {
		t.Fatalf("%d lines of %d", len(r.lines), len(lengths))
	}
	cut := 0
	for i, n := range lengths {
		got := len(r.lines[i]) + 1
		if n > most {
			got += int(r.cut[cut])
			cut++
		}
		if got != n {
			t.Errorf("a line of %d came as one of %d", n, got)
		}
	}
	if r.maxData < most/2 {
		t.Errorf("no piece was larger than %d", r.maxData)
	}
}

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
	r.must(os.Mkdir(r.path("d"), 0o755))
	var all []string
	name := func(i int) string { return fmt.Sprintf("d/%05d.log", i) }
	for i := range files {
		line := fmt.Sprintf("first line of %d", i)
		all = append(all, line)
		r.must(os.WriteFile(r.path(name(i)), []byte(line+"\n"), 0o644))
	}
	r.start().drain().want(all...)
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
	r.next, r.ended, r.positions = map[int]int64{}, map[int]bool{}, map[int]logdoc.Position{}
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
	r.next, r.ended, r.positions = map[int]int64{}, map[int]bool{}, map[int]logdoc.Position{}
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

func TestNoticesAreToldOnceAndThenCounted(t *testing.T) {
	r := newRun(t, "app.log")
	r.start().drain()
	for i := range 5 {
		r.write("app.log", fmt.Sprintf("line %d is longer than what comes after it\n", i))
		r.drain()
		r.must(os.Truncate(r.path("app.log"), 0))
		r.drain()
	}
	if len(r.notices) != 2 || r.told(Truncated) != 1 {
		t.Fatalf("notices %+v", r.notices)
	}
	r.clock.pass(tellAgain)
	r.drain()
	if len(r.notices) != 3 || r.told(Truncated) != 5 {
		t.Errorf("notices %+v", r.notices)
	}
	r.clock.pass(2 * tellAgain)
	r.drain()
	if len(r.notices) != 3 {
		t.Errorf("told again without cause: %+v", r.notices)
	}
}

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
