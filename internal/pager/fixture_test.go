package pager

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
)

// formats are the built-in ones.
var formats = sync.OnceValue(func() *grammar.Set {
	var all []*lang.Format
	entries, err := grammar.Builtin.ReadDir("formats")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		src, err := grammar.Builtin.ReadFile("formats/" + e.Name())
		if err != nil {
			panic(err)
		}
		f, problems := lang.Parse(e.Name(), src)
		if len(problems.Errors()) > 0 {
			panic(problems[0].Error())
		}
		all = append(all, f.Formats...)
	}
	set, problems := grammar.Compile(all)
	if len(problems.Errors()) > 0 {
		panic(problems[0].Error())
	}
	return set
})

// noon is when the files of the tests were written.
var noon = time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)

func gz(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func tgz(files map[string]string, names ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o600, ModTime: noon, Typeflag: tar.TypeReg})
		_, _ = w.Write([]byte(files[name]))
	}
	_ = w.Close()
	return gz(b.String())
}

func zipped(name, text string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: noon})
	_, _ = f.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// fatal is what a test and a rapid property have in common.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// open opens an input of these files, whose names are its paths.
func open(files map[string]string, o Options) *Input {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), ModTime: noon}
		o.Paths = append(o.Paths, name)
	}
	o.Files, o.Formats, o.Now = fsys, formats(), noon
	return Open(o)
}

func mustLog(t fatal, in *Input, name string) *Log {
	t.Helper()
	l, err := in.Log(context.Background(), logdoc.LogText(name))
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	return l
}

// settled waits until all is known of a log.
func settled(t fatal, l *Log) {
	t.Helper()
	if err := l.await(context.Background(), func() bool { return l.indexed && (l.timed >= len(l.blocks) || l.failed != nil) }); err != nil {
		t.Fatalf("settle: %v", err)
	}
}

// reader is what a log and a merged view have in common.
type reader interface {
	Lines(context.Context, logdoc.LineQuery) (logdoc.LinePage, error)
	Find(context.Context, logdoc.LineSearch) (logdoc.LineFound, error)
	Seek(context.Context, logdoc.LineSpot) (logdoc.Place, error)
}

// ask asks as often as it takes.
func ask(t fatal, r reader, q logdoc.LineQuery) []logdoc.Line {
	t.Helper()
	var all []logdoc.Line
	back := q.Count < 0
	for {
		page, err := r.Lines(context.Background(), q)
		if err != nil {
			t.Fatalf("lines: %v", err)
		}
		if back {
			all = append(page.Lines, all...)
			q.Count += len(page.Lines)
		} else {
			all = append(all, page.Lines...)
			q.Count -= len(page.Lines)
		}
		if !page.More {
			for i := range all {
				all[i].Percent = 0
			}
			return all
		}
		q.From, q.End = page.Next, false
	}
}

// find searches as often as it takes.
func find(t fatal, r reader, s logdoc.LineSearch) logdoc.LineFound {
	t.Helper()
	for {
		found, err := r.Find(context.Background(), s)
		if err != nil {
			t.Fatalf("find: %v", err)
		}
		if !found.More {
			found.Line.Percent = 0
			return found
		}
		s.From = found.Next
	}
}

// oracle reads a text in one block, as no log is read.
func oracle(name, text string) []logdoc.Line {
	set := formats()
	head := []byte(text)
	reading := set.Detect(head[:min(len(head), grammar.HeadSize)], grammar.Options{Name: name, ModTime: noon})
	if reading.Mend != nil {
		mended, err := io.ReadAll(reading.Mend(strings.NewReader(text)))
		if err != nil {
			panic(err)
		}
		text = string(mended)
	}
	p := page{data: []byte(text)}
	p.fill(block{line: 1}, reading, set, grammar.NewScanner(), true)
	in := &Input{options: Options{Formats: set}}
	l := &Log{in: in, name: logdoc.LogText(name)}
	var all []logdoc.Line
	for i := range p.lines {
		c := cursor{log: l, index: i, page: &p}
		line, err := c.show(context.Background(), 0, defaultWidth)
		if err != nil {
			panic(err)
		}
		all = append(all, line)
	}
	return all
}

// records are lines that start a record of some format.
var records = []string{
	"2026-02-10 01:30:00 avtar Info <5551>: Command Line: x", "2026-02-10 01:30:01 avtar Error <8609>: Connection killed from GSAN. (Log #1)",
	"2026-02-10 01:30:02 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL)", "2026-02-10 01:29:00 avtar Warning <1234>: the clock went back",
	"2026-02-10 02:00:00 avtar Info <1>: later", "2026-02-10 01:30:01 avtar Info <2>: at the same time",
}

// anyText draws a log: of records, lines that go on with them, lines that are nothing, and long ones.
func anyText(t *rapid.T, label string) string {
	one := rapid.OneOf(rapid.SampledFrom(records), rapid.SampledFrom(records), rapid.SampledFrom([]string{
		"", "  at a.b.C(D.java:1)", "\tgoes on with ERROR", "word word", "a\rb", "tail\r", "ünïcode ☃ wörds", "\xff\xfe bytes", "x",
	}), rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"long ", "é", "x"}).Draw(t, "of"), rapid.IntRange(20, 400).Draw(t, "times"))
	}))
	// A text may begin with lines that have no time, and have few records and long ones.
	others := rapid.SampledFrom([]string{"  at a.b.C(D.java:1)", "word word", "\tgoes on with ERROR"})
	lines := rapid.SliceOfN(others, 0, 3).Draw(t, label+" front")
	lines = append(lines, records[0])
	if rapid.Bool().Draw(t, "few records") {
		for _, run := range rapid.SliceOfN(rapid.IntRange(1, 120), 1, 3).Draw(t, label) {
			line := others.Draw(t, "line")
			// They differ in length: those that end at one column are taken for broken ones.
			for k := range run {
				lines = append(lines, line+strings.Repeat(".", k*k%131))
			}
			lines = append(lines, one.Draw(t, "between"))
		}
	} else {
		lines = append(lines, rapid.SliceOfN(one, 0, 60).Draw(t, label)...)
	}
	text := strings.Join(lines, "\n")
	if rapid.Bool().Draw(t, "break at the end") {
		text += "\n"
	}
	return text
}

// anyInput draws how a text is packed, and how it is read.
func anyInput(t *rapid.T, texts map[string]string) (in *Input, names map[string]string) {
	o := Options{BlockSize: rapid.SampledFrom([]int{16, 64, 200, 1000, 8192, 1 << 17}).Draw(t, "block"), chunk: rapid.SampledFrom([]int{3000, 5000, 1 << 19}).Draw(t, "chunk"), decoded: rapid.SampledFrom([]int{50, 1000, 1 << 20}).Draw(t, "decoded"),
		Step: rapid.SampledFrom([]int{1, 100, 1 << 20}).Draw(t, "step"), KeptBytes: rapid.SampledFrom([]int64{1, 300, 1 << 30}).Draw(t, "kept"),
	}
	files := map[string]string{}
	names = map[string]string{}
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		text, ok := texts[name]
		if !ok {
			continue
		}
		switch rapid.IntRange(0, 2).Draw(t, "packed") {
		case 0:
			files[name], names[name] = text, name
		case 1:
			files[name+".gz"], names[name] = gz(text), name+".gz"
		case 2:
			inner := zipped("var/"+name, text)
			files[name+".tgz"] = tgz(map[string]string{"motd": "hi\n", "n.zip": inner}, "motd", "n.zip")
			names[name] = name + ".tgz!/n.zip!/var/" + name
		}
	}
	return open(files, o), names
}
