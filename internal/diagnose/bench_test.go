package diagnose

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"
)

// benchSize is small enough for the benchmark to be quick and large enough for start-up not to count.
const benchSize = 64 << 20

func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	if err := samples.WriteLogs(dir, benchSize, 1, 5000); err != nil {
		b.Fatal(err)
	}
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range append(samples.Kinds(), -1) {
		name, path := "all", dir
		if kind >= 0 {
			name, path = kind.String(), filepath.Join(dir, kind.FileName())
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, err := Run(context.Background(), p, Options{Paths: []string{path}, Files: source.Disk{}, Workers: 1})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(d.Coverage.Totals.Bytes)
			}
		})
	}
}

// BenchmarkShortFiles reads a bundle of many files with a line each: what a file costs besides its bytes.
func BenchmarkShortFiles(b *testing.B) {
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	const count = 1000
	files := fstest.MapFS{}
	var paths []string
	for i := range count {
		name := fmt.Sprintf("client%d.log", i)
		files[name] = &fstest.MapFile{Data: []byte("2024-05-02 03:15:23 avtar Info <6555>: Initializing connection\n")}
		paths = append(paths, name)
	}
	for b.Loop() {
		if _, err := Run(context.Background(), p, Options{Paths: paths, Files: files}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/count, "µs/file")
}

// wall is the clock on the wall.
type wall struct{}

func (wall) Now() time.Time                         { return time.Now() }
func (wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

// BenchmarkWatch reads the same logs by turns, watched and not: what watching costs is the ratio. One line in five thousand is a match; with many, one in ten.
func BenchmarkWatch(b *testing.B) {
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	for name, every := range map[string]int{"few matches": 5000, "many matches": 10} {
		dir := b.TempDir()
		if err := samples.WriteLogs(dir, 4*benchSize, 1, every); err != nil {
			b.Fatal(err)
		}
		o := Options{Paths: []string{dir}, Files: source.Disk{}}
		b.Run(name, func(b *testing.B) {
			var alone, watched time.Duration
			updates, diagnoses := 0, 0
			for b.Loop() {
				began := time.Now()
				if _, err := Run(context.Background(), p, o); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				for u := range Watch(context.Background(), p, o, Pace{Clock: wall{}}) {
					updates++
					if u.Diagnosis != nil {
						diagnoses++
					}
				}
				alone, watched = alone+middle.Sub(began), watched+time.Since(middle)
			}
			b.ReportMetric(float64(watched)/float64(alone), "watched/alone")
			b.ReportMetric(float64(updates)/float64(b.N), "updates/op")
			b.ReportMetric(float64(diagnoses)/float64(b.N), "diagnoses/op")
		})
	}
}

// BenchmarkTimeline reads the same logs by turns, with a timeline and without: what it costs is the ratio.
func BenchmarkTimeline(b *testing.B) {
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := samples.WriteLogs(dir, benchSize, 1, 5000); err != nil {
		b.Fatal(err)
	}
	var took [2]time.Duration
	for b.Loop() {
		for i, timeline := range []bool{false, true} {
			began := time.Now()
			if _, err := Run(context.Background(), p, Options{Paths: []string{dir}, Files: source.Disk{}, Workers: 1, Timeline: timeline}); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "with/without")
}

// BenchmarkLive follows ten logs, as they grow by so many lines between two looks.
func BenchmarkLive(b *testing.B) {
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	var texts [][]byte
	for _, kind := range samples.Kinds() {
		var text bytes.Buffer
		if err := samples.WriteLog(&text, kind, benchSize/4, 1, 5000); err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text.Bytes())
	}
	for _, lines := range []int{2, 20, 200} {
		b.Run(fmt.Sprint(lines, " lines a look"), func(b *testing.B) {
			b.ReportAllocs()
			l := NewLive(p, LiveOptions{})
			var logs [10]struct{ written, start int } // of its text, and of its log
			pieces := make([]Piece, len(logs))
			now, read := morning, 0
			for b.Loop() {
				for i := range logs {
					log, text := &logs[i], texts[i%len(texts)]
					if len(text)-log.written < 1<<20 {
						log.start += log.written
						log.written = 0
					}
					n := 0
					for range lines {
						n += bytes.IndexByte(text[log.written+n:], '\n') + 1
					}
					at := int64(log.start + log.written)
					pieces[i] = Piece{Log: i + 1, Path: logdoc.LogText(fmt.Sprint(i, ".log")), Data: text[log.written : log.written+n], Offset: at, Position: func(k int) logdoc.Position {
						return logdoc.Position{Inode: uint64(i), Offset: at + int64(k), Changed: now}
					}}
					log.written += n
				}
				now = now.Add(40 * time.Millisecond)
				l.Take(pieces, now)
				read += lines * len(logs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(read), "ns/line")
		})
	}
}
