//go:build unix

package follow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestLogrotate lets Debian's logrotate rotate while the log is followed, and while it is not. LOGDOC_LOGROTATE=must fails where there is none.
func TestLogrotate(t *testing.T) {
	rotate, err := exec.LookPath("logrotate")
	if err != nil {
		if rotate, err = exec.LookPath("/usr/sbin/logrotate"); err != nil {
			if os.Getenv("LOGDOC_LOGROTATE") == "must" {
				t.Fatal("logrotate is not installed")
			}
			t.Skip("logrotate is not installed: `make logrotate` installs it")
		}
	}
	for _, how := range []string{
		"create", "create\ncompress", "create\ncompress\ndelaycompress", "copytruncate", "copytruncate\ncompress", "copytruncate\ncompress\ndelaycompress", "nocreate",
	} {
		for _, target := range []string{"app.log", "app.log*", "."} {
			for _, stopped := range []bool{false, true} {
				name := fmt.Sprintf("%s of %s, stopped %v", strings.ReplaceAll(how, "\n", " "), target, stopped)
				t.Run(name, func(t *testing.T) {
					r := newRun(t, target)
					conf, state := t.TempDir()+"/conf", t.TempDir()+"/state"
					r.must(os.WriteFile(conf, fmt.Appendf(nil, "%s {\nrotate 20\nsu root root\n%s\n}\n", r.path("app.log"), how), 0o644))
					if os.Getuid() != 0 {
						r.must(os.WriteFile(conf, fmt.Appendf(nil, "%s {\nrotate 20\n%s\n}\n", r.path("app.log"), how), 0o644))
					}
					var all []string
					write := func(what string, n int) {
						text, lines := batch(what, 0, n)
						r.write("app.log", text)
						all = append(all, lines...)
					}
					write("first", 20)
					r.start().drain()
					for i := range 4 {
						if stopped {
							r.stop()
						}
						write(fmt.Sprint("rest", i), 3000)
						if !stopped && i%2 == 1 {
							r.once()
						}
						out, err := exec.Command(rotate, "-f", "-s", state, conf).CombinedOutput()
						if err != nil {
							t.Fatalf("logrotate: %v\n%s", err, out)
						}
						write(fmt.Sprint("new", i), 10)
						if stopped {
							r.start()
						}
						r.drain()
					}
					r.settle().wantInOrder(all...)
					if r.told(Lost) > 0 {
						t.Errorf("told that lines were lost: %+v", r.notices)
					}
				})
			}
		}
	}
}

// TestF27RotationStress rotates ten files in each of three ways while lines are written and read, by the machine's clock. Every line has to come once. It runs for as long as
// LOGDOC_STRESS says (60s), and else for a moment.
//
// The writer rotates in a way that a follower can know of in principle. A renamed file, and one that was copied and cut off, keeps its content under a higher number and is there until the end.
// A copy is whole before its original is cut off, and nothing is written between the two. A file is compressed once nobody writes to it any more; the compressed one gets its time, and is whole
// before the other goes. The generations of a file are numbered up from the oldest, so that there is no moment in which one has no name.
func TestF27RotationStress(t *testing.T) {
	length := time.Second
	if text := os.Getenv("LOGDOC_STRESS"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	const files = 10
	for kind, rotate := range map[string]func(r *run, name string){
		"rename":              func(r *run, name string) { r.shift(name, 0); r.write(name, "") },
		"copy and truncate":   func(r *run, name string) { r.copyTruncate(name, name+".1") },
		"rename and compress": func(r *run, name string) { r.shift(name, 0); r.pack(name + ".1") },
	} {
		t.Run(kind, func(t *testing.T) {
			r := newRun(t)
			for i := range files {
				r.targets = append(r.targets, fmt.Sprintf("%d.log", i))
				r.write(r.targets[i], r.targets[i]+"\n")
			}
			r.awake(20 * time.Millisecond).until(files)
			var mu sync.Mutex
			all := slices.Clone(r.targets)
			var writers sync.WaitGroup
			end := time.Now().Add(length)
			const pace = 100 * time.Millisecond // between two rotations of a file
			for i, name := range r.targets {
				writers.Go(func() {
					next := time.NewTicker(pace)
					defer next.Stop()
					for round := 0; time.Now().Before(end); round++ {
						// Older rotated files are numbered up, from the oldest.
						for n := round; n >= 1; n-- {
							for _, suffix := range []string{"", ".gz"} {
								err := os.Rename(r.path(fmt.Sprintf("%s.%d%s", name, n, suffix)), r.path(fmt.Sprintf("%s.%d%s", name, n+1, suffix)))
								if err != nil && !errors.Is(err, fs.ErrNotExist) {
									t.Error(err)
								}
							}
						}
						if round > 0 {
							rotate(r, name)
						}
						<-next.C
						for part := range 5 {
							text, lines := batch(fmt.Sprint(i, "-", round, "-", part), 0, 100)
							r.write(name, text)
							mu.Lock()
							all = append(all, lines...)
							mu.Unlock()
						}
					}
				})
			}
			written := make(chan struct{})
			go func() { writers.Wait(); close(written) }()
			for done := false; !done; {
				r.once()
				select {
				case <-written:
					done = true
				default:
				}
			}
			// Who was behind catches up, however long that takes; lines that are missing are named by what follows.
			for vain := 0; len(r.lines) < len(all) && vain < 500; vain++ {
				before := len(r.lines)
				if r.once(); len(r.lines) > before {
					vain = 0
				}
			}
			r.once()
			r.want(all...)
			t.Logf("%d lines", len(all))
		})
	}
}

// BenchmarkRead measures how fast ten files are read.
func BenchmarkRead(b *testing.B) {
	const files, lines = 10, 20_000
	text, _ := batch("a", 0, lines)
	dir := b.TempDir()
	for i := range files {
		if err := os.WriteFile(fmt.Sprintf("%s/%d.log", dir, i), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(files * len(text)))
	for b.Loop() {
		f, err := open([]string{dir}, Options{FromStart: true, Clock: newClock()}, system{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; n < files*len(text); {
			batch, err := f.Next(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			for _, p := range batch.Pieces {
				n += len(p.Data)
			}
		}
		f.Close()
	}
	b.ReportMetric(float64(b.N)*files*lines/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkLatency measures the time from a write until its line is given, with the look so far off that only the waker matters.
func BenchmarkLatency(b *testing.B) {
	r := newRun(b, "app.log")
	r.write("app.log", "first\n")
	r.awake(time.Hour).until(1)
	for b.Loop() {
		r.write("app.log", "next\n")
		r.until(len(r.lines) + 1)
	}
}

// BenchmarkLook measures a look at ten thousand files of which none has changed.
func BenchmarkLook(b *testing.B) {
	const files = 10_000
	dir := b.TempDir()
	for i := range files {
		if err := os.WriteFile(fmt.Sprintf("%s/%d.log", dir, i), []byte("a line\n"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	clock := newClock()
	f, err := open([]string{dir}, Options{Clock: clock}, &tardy{clock: clock, took: 10 * time.Millisecond}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for {
		batch, err := f.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if len(batch.Pieces) == 0 {
			break
		}
	}
	for b.Loop() {
		if _, err := f.Next(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/look")
}
