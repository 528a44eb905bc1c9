package grammar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logdoc"
	"logdoc/source"
)

// anyLine draws a line of a log: a record, a part of one, a line of the frame, or something else.
func anyLine(records []string) *rapid.Generator[string] {
	others := rapid.SampledFrom([]string{
		"", "", " ", "\tat a.B.c(D.java:1)", " at a.B.c(D.java:1)", "at org.x.Y.z(Y.java:7)", "Caused by: java.io.IOException: x", "... 17 more", "java.lang.Error: x",
		"org.apache.flume.FlumeException: x", `<logheader platform="x" tz="UTC" />`, "-----  START avtar log x", "--------------------------", "some words", "  - Connecting to:",
		"Info: Including Hive libraries", "Login Error: no", "> ", "- a list", "no\u00a0 break", "2023-13-01 00:00:00 avtar Info <1>: x", "4-05-02 03:15:23 avtar Info <8474>: x",
	})
	record := rapid.SampledFrom(records)
	return rapid.OneOf(record, record, others, rapid.Custom(func(t *rapid.T) string {
		garbage := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "garbage")
		return strings.ReplaceAll(string(garbage), "\n", "\r")
	}), rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"> ", "- ", "", "prose "}).Draw(t, "mark") + record.Draw(t, "first") + rapid.SampledFrom([]string{" ", " ... "}).Draw(t, "gap") + record.Draw(t, "second")
	}))
}

func layoutLines() []string {
	all := make([]string, len(layouts))
	for i := range layouts {
		all[i] = layoutLine(layouts[i].line)
	}
	return all
}

// seen is what is kept of an event.
type seen struct {
	line   int
	offset int64
	text   string
	what   string
}

func keep(set *Set, ev *logdoc.Event) seen {
	return seen{ev.Line, ev.Offset, string(ev.Text), describe(set, ev)}
}

// checker looks at the events of a chunk.
type checker struct {
	chunk     Chunk
	salvage   bool
	at, lines int // how far lines have been counted
}

// check tells what of an event is not inside the chunk or its head.
func (c *checker) check(ev *logdoc.Event) error {
	chunk, salvage := c.chunk, c.salvage
	at := int(ev.Offset - chunk.Offset)
	if at < c.at {
		return fmt.Errorf("line %d: a record at offset %d, before the last one", ev.Line, ev.Offset)
	}
	if at < 0 || at+len(ev.Text) > len(chunk.Data) || len(ev.Text) == 0 || &chunk.Data[at] != &ev.Text[0] {
		return fmt.Errorf("text %q is not at offset %d", ev.Text, ev.Offset)
	}
	if len(ev.Text) > MaxRecord {
		return fmt.Errorf("text of %d bytes", len(ev.Text))
	}
	c.lines += bytes.Count(chunk.Data[c.at:at], []byte("\n"))
	c.at = at
	if line := chunk.Line + c.lines; ev.Line != line {
		return fmt.Errorf("text %q: line %d, want %d", ev.Text, ev.Line, line)
	}
	text := blanked(ev.Text)
	if first, _, _ := bytes.Cut(text, []byte("\n")); !bytes.HasPrefix(text, ev.Head) && !(salvage && bytes.HasSuffix(ev.Head, bytes.TrimSuffix(first, []byte("\r")))) {
		return fmt.Errorf("head %q is not the start of %q", ev.Head, ev.Text)
	}
	for slot, s := range ev.Fields {
		if s.Lo < 0 || s.Hi < s.Lo || int(s.Hi) > len(ev.Head) {
			return fmt.Errorf("field %d is at %v of a head of %d bytes", slot, s, len(ev.Head))
		}
	}
	return nil
}

// accountFor scans a text and tells which line or number is not accounted for.
func accountFor(set *Set, text []byte, o Options) error {
	r := set.Detect(text[:min(len(text), HeadSize)], o)
	chunk := Chunk{Data: text, Line: 1}
	var tally Tally
	var failed error
	records, plain := 0, 0
	covered := map[int]bool{}
	c := checker{chunk: chunk, salvage: r.salvage}
	end := int64(0)
	NewScanner().Scan(r, set, chunk, &tally, func(ev *logdoc.Event) {
		if err := c.check(ev); err != nil {
			failed = errors.Join(failed, err)
		}
		if ev.Offset < end {
			failed = errors.Join(failed, fmt.Errorf("line %d: a record at offset %d, before the end of the last at %d", ev.Line, ev.Offset, end))
		}
		end = ev.Offset + int64(len(ev.Text))
		if ev.Format == Plain {
			plain++
		} else {
			records++
		}
		for i := range 1 + bytes.Count(ev.Text, []byte("\n")) {
			covered[ev.Line+i] = true
		}
	})
	all := bytes.SplitAfter(text, []byte("\n"))
	if len(all[len(all)-1]) == 0 {
		all = all[:len(all)-1]
	}
	left := 0
	for i, line := range all {
		if text, _ := unmark(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))); !covered[i+1] && !isBlank(text) && !(r.salvage && len(text) == 0) {
			left++
		}
	}
	if tally.LongLine == 0 && left > tally.Frame {
		failed = errors.Join(failed, fmt.Errorf("%d lines are in no record, %d of them of the frame", left, tally.Frame))
	}
	sum := 0
	for _, n := range tally.Formats {
		sum += n
	}
	if tally.Lines != int64(len(all)) || tally.Bytes != int64(len(text)) || sum != records || tally.Plain != plain {
		failed = errors.Join(failed, fmt.Errorf("tally %+v of %d lines, %d bytes, %d records, %d plain lines", tally, len(all), len(text), records, plain))
	}
	return failed
}

func TestEveryLineIsAccountedFor(t *testing.T) {
	set := builtin(t)
	records := layoutLines()
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.SliceOfN(rapid.SampledFrom(records), 1, 3).Draw(t, "records")
		text := strings.Join(rapid.SliceOfN(anyLine(own), 0, 30).Draw(t, "lines"), rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "break"))
		text += rapid.SampledFrom([]string{"", "\n", "\n\n"}).Draw(t, "end")
		if err := accountFor(set, []byte(text), Options{ModTime: modTime}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// scanBlocks reads a text in blocks of that size.
func scanBlocks(set *Set, text []byte, size int) ([]seen, Tally, error) {
	blocks := source.NewBlocks(bytes.NewReader(text), source.NewPool(size))
	r := set.Detect(blocks.Head(HeadSize), Options{ModTime: modTime})
	blocks.SetStarts(r.Starts)
	total := Tally{Formats: make([]int, len(set.formats))}
	var all []seen
	sc := NewScanner()
	breaks := 0
	for {
		b, err := blocks.Next(breaks)
		if errors.Is(err, io.EOF) {
			return all, total, nil
		}
		if err != nil {
			return nil, total, err
		}
		chunk := Chunk{Data: b.Data, Line: b.Line, Offset: b.Offset, Open: b.Open, MidLine: b.MidLine}
		var tally Tally
		c := checker{chunk: chunk, salvage: r.salvage}
		var failed error
		sc.Scan(r, set, chunk, &tally, func(ev *logdoc.Event) {
			failed = errors.Join(failed, c.check(ev))
			all = append(all, keep(set, ev))
		})
		if breaks = tally.Breaks(b.MidLine, b.Data[len(b.Data)-1]); breaks != bytes.Count(b.Data, []byte("\n")) {
			failed = errors.Join(failed, fmt.Errorf("a chunk of %d line breaks is said to have %d", bytes.Count(b.Data, []byte("\n")), breaks))
		}
		if failed != nil {
			return nil, total, failed
		}
		total.Lines, total.Bytes = total.Lines+tally.Lines, total.Bytes+tally.Bytes
		total.Frame, total.Plain, total.Salvaged = total.Frame+tally.Frame, total.Plain+tally.Plain, total.Salvaged+tally.Salvaged
		for i, n := range tally.Formats {
			total.Formats[i] += n
		}
		if total.LongLine == 0 {
			total.LongLine = tally.LongLine
		}
		b.Release()
	}
}

// TestBlocksChangeNothing reads logs of half a megabyte, some with records of more than a block, in blocks of several sizes.
func TestBlocksChangeNothing(t *testing.T) {
	set := builtin(t)
	records := layoutLines()
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.SliceOfN(rapid.SampledFrom(records), 1, 3).Draw(t, "records")
		some := rapid.SliceOfN(anyLine(own), 5, 30).Draw(t, "lines")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		crlf := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "break")
		long := rapid.SampledFrom([]string{"", "line", "record", "both"}).Draw(t, "long")
		var b bytes.Buffer
		b.WriteString(avtarNext + crlf) // what precedes the first record is not carried over blocks
		for b.Len() < 2*MaxRecord {
			b.WriteString(some[rng.IntN(len(some))] + crlf)
			if rng.IntN(10000) == 0 && (long == "line" || long == "both") {
				b.WriteString(own[0] + strings.Repeat(" x", rng.IntN(MaxRecord)) + crlf)
			}
			if rng.IntN(10000) == 0 && (long == "record" || long == "both") {
				b.WriteString(strings.Repeat("\tat a.B.c(D.java:1)"+crlf, rng.IntN(4*MaxRecord/20)))
			}
		}
		text := b.Bytes()[:b.Len()-rng.IntN(4)]
		want, wantTally, err := scanBlocks(set, text, len(text)+1)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{MaxRecord, MaxRecord + rng.IntN(MaxRecord)} {
			got, tally, err := scanBlocks(set, text, size)
			if err != nil {
				t.Fatal(err)
			}
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("blocks of %d: record %d:\n got %+.200v\nwant %+.200v", size, i, got[i], want[i])
				}
			}
			if fmt.Sprint(len(got), tally) != fmt.Sprint(len(want), wantTally) {
				t.Fatalf("blocks of %d: %d records, %+v; want %d, %+v", size, len(got), tally, len(want), wantTally)
			}
		}
	})
}
