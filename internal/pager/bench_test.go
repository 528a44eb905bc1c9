package pager

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"
)

var logSize = flag.Int64("logsize", 32<<20, "bytes of the log that the benchmarks read")

// large writes a log and opens an input of it.
func large(b *testing.B) (in *Input, name logdoc.LogText) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "avtar.log")
	kind, err := samples.ParseKind("avtar")
	if err != nil {
		b.Fatal(err)
	}
	if err := samples.WriteLogFile(file, kind, *logSize, 1, 5000); err != nil {
		b.Fatal(err)
	}
	return Open(Options{Paths: []string{file}, Files: source.Disk{}, Formats: formats(), Now: noon}), logdoc.LogText(file)
}

// opened is large with all known of the log.
func opened(b *testing.B) *Log {
	b.Helper()
	in, name := large(b)
	b.Cleanup(in.Close)
	l, err := in.Log(context.Background(), name)
	if err != nil {
		b.Fatal(err)
	}
	settled(b, l)
	return l
}

// BenchmarkIndex counts the lines of a log, from its opening on, and tells what the index takes.
func BenchmarkIndex(b *testing.B) {
	in, name := large(b)
	in.Close()
	b.SetBytes(*logSize)
	for b.Loop() {
		in := Open(in.options)
		l, err := in.Log(context.Background(), name)
		if err != nil {
			b.Fatal(err)
		}
		if err := l.await(context.Background(), func() bool { return l.indexed }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(cap(l.blocks)*64), "index-bytes")
		b.StopTimer()
		in.Close()
		b.StartTimer()
	}
}

// BenchmarkSurvey is BenchmarkIndex with the times and severities of all records; it tells the memory that is in use afterwards.
func BenchmarkSurvey(b *testing.B) {
	in, name := large(b)
	in.Close()
	b.SetBytes(*logSize)
	for b.Loop() {
		in := Open(in.options)
		l, err := in.Log(context.Background(), name)
		if err != nil {
			b.Fatal(err)
		}
		settled(b, l)
		b.StopTimer()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapInuse), "heap-bytes")
		in.Close()
		b.StartTimer()
	}
}

// BenchmarkAnyLine goes to a line anywhere by its number and gives a screen of 60 lines from there.
func BenchmarkAnyLine(b *testing.B) {
	l := opened(b)
	random := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	for b.Loop() {
		place, err := l.Seek(ctx, logdoc.LineSpot{Line: 1 + random.IntN(l.lines)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.Lines(ctx, logdoc.LineQuery{From: place, Count: 60, Width: 400}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnyTime goes to a time anywhere.
func BenchmarkAnyTime(b *testing.B) {
	l := opened(b)
	random := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	span := l.blocks[len(l.blocks)-1].newest - l.first
	for b.Loop() {
		if _, err := l.Seek(ctx, logdoc.LineSpot{Time: time.Unix(0, l.first+random.Int64N(span))}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScreen gives the next screen of 60 lines, one line on.
func BenchmarkScreen(b *testing.B) {
	l := opened(b)
	ctx := context.Background()
	from := logdoc.Place{}
	for b.Loop() {
		page, err := l.Lines(ctx, logdoc.LineQuery{From: from, Count: 60, Width: 400})
		if err != nil {
			b.Fatal(err)
		}
		if from = (logdoc.Place{}); len(page.Lines) > 1 {
			from = page.Lines[1].Place
		}
	}
}

// BenchmarkFind searches the whole log for what is not there.
func BenchmarkFind(b *testing.B) {
	for _, bench := range []struct {
		name string
		goal logdoc.LineGoal
	}{
		{"Literal", logdoc.LineGoal{Pattern: "No such Text"}},
		{"Folded", logdoc.LineGoal{Pattern: "no such text"}},
		{"Expression", logdoc.LineGoal{Pattern: `no such \w+ text`}},
		{"Critical", logdoc.LineGoal{Severity: logdoc.Critical + 1}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := opened(b)
			b.SetBytes(*logSize)
			for b.Loop() {
				if f := find(b, l, logdoc.LineSearch{Goal: bench.goal}); f.Found {
					b.Fatal(f.Line)
				}
			}
		})
	}
}

// BenchmarkMerged gives a screen of 60 lines of four logs in the order of time: from a line anywhere, and one line on from the last.
func BenchmarkMerged(b *testing.B) {
	dir := b.TempDir()
	if err := samples.WriteLogs(dir, *logSize, 1, 5000); err != nil {
		b.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		b.Fatal(err)
	}
	in := Open(Options{Paths: files, Files: source.Disk{}, Formats: formats(), Now: noon})
	b.Cleanup(in.Close)
	var names []logdoc.LogText
	for _, f := range files {
		names = append(names, logdoc.LogText(f))
	}
	m, err := in.Merge(names)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	if err := m.settle(ctx); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	b.Run("AnyPercent", func(b *testing.B) {
		for b.Loop() {
			place, err := m.Seek(ctx, logdoc.LineSpot{Percent: 100 * random.Float64()})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Lines(ctx, logdoc.LineQuery{From: place, Count: 60, Width: 400}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Screen", func(b *testing.B) {
		from, _ := m.Seek(ctx, logdoc.LineSpot{Percent: 10})
		for b.Loop() {
			page, err := m.Lines(ctx, logdoc.LineQuery{From: from, Count: 60, Width: 400})
			if err != nil {
				b.Fatal(err)
			}
			if from = (logdoc.Place{}); len(page.Lines) > 1 {
				from = page.Lines[1].Place
			}
		}
	})
	b.Run("Find", func(b *testing.B) {
		b.SetBytes(*logSize)
		for b.Loop() {
			if f := find(b, m, logdoc.LineSearch{Goal: logdoc.LineGoal{Pattern: fmt.Sprint("no such text ", random.Uint64())}}); f.Found {
				b.Fatal(f.Line)
			}
		}
	})
}

// BenchmarkFiltered gives the first line of a log that a filter shows, which is near its end.
func BenchmarkFiltered(b *testing.B) {
	l := opened(b)
	last := ask(b, l, logdoc.LineQuery{End: true, Count: -1})
	filter := []logdoc.Filter{{Pattern: regexp.QuoteMeta(string(last[0].Text[:len("2006-01-02 15:04:05")]))}}
	b.SetBytes(*logSize)
	for b.Loop() {
		if lines := ask(b, l, logdoc.LineQuery{Count: 1, Filters: filter}); len(lines) == 0 {
			b.Fatal("nothing is shown")
		}
	}
}
