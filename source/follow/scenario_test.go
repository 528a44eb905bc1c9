//go:build unix

package follow

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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
	// The inode may have been used again, and then it looks as if the file had been written over.
	r.start().settle().wantInOrder("one", "another")
	if r.told(Lost)+r.told(Replaced) != 1 {
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
