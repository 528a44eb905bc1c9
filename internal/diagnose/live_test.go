package diagnose

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/samples"
)

// written is a log as it is being written.
type written struct {
	id   int
	name logdoc.LogText
	text []byte
	at   int // how much was followed
	line int
}

// piece returns the next lines, n bytes or more, as a piece; nil when there are none.
func (w *written) piece(n int) *Piece {
	rest := w.text[w.at:]
	if n < len(rest) {
		if end := bytes.IndexByte(rest[n:], '\n'); end >= 0 {
			rest = rest[:n+end+1]
		}
	}
	if len(rest) == 0 {
		return nil
	}
	data, at, line := bytes.Clone(rest), w.at, w.line
	w.at, w.line = w.at+len(data), w.line+bytes.Count(data, []byte("\n"))
	return &Piece{Log: w.id, Path: w.name, Data: data, Offset: int64(at), Line: line + 1, Ended: w.at == len(w.text), Position: func(k int) logdoc.Position {
		return logdoc.Position{Path: w.name, Inode: uint64(w.id), Offset: int64(at + k), Line: line + bytes.Count(data[:k], []byte("\n")), Changed: morning}
	}}
}

// followed gives the logs to a live diagnosis in pieces that draw chooses, from some of them at a time, until all have ended.
func follow(l *Live, logs []*written, size func() int, some func() bool) (turns []logdoc.Turn, matches []logdoc.Match) {
	now := morning
	for left := len(logs); left > 0; {
		var pieces []Piece
		for _, w := range logs {
			if w.at < len(w.text) && some() {
				p := w.piece(size())
				if p.Ended {
					left--
				}
				pieces = append(pieces, *p)
			}
		}
		now = now.Add(10 * time.Millisecond)
		g := l.Take(pieces, now)
		turns, matches = append(turns, g.Turns...), append(matches, g.Matches...)
	}
	return turns, matches
}

// asRead leaves of a diagnosis what does not depend on how the logs came.
func asRead(d *logdoc.Diagnosis) *logdoc.Diagnosis {
	for i := range d.Coverage.Sources {
		s := &d.Coverage.Sources[i]
		s.Why, s.Log = "", ""
	}
	slices.SortFunc(d.Coverage.Sources, func(a, b logdoc.SourceCoverage) int { return cmp.Compare(a.Source, b.Source) })
	return d
}

// nameOf names the log of a product, or one of mixed lines.
func nameOf(kind int) string {
	if kind < len(samples.Kinds()) {
		return samples.Kind(kind).FileName()
	}
	return fmt.Sprintf("mixed%d.log", kind)
}

// mended reports whether a note says that a text is not read as it stands.
func mended(n logdoc.Note) bool {
	return slices.ContainsFunc([]string{"pasted", "wrapped", "joined", "escape", "in front of each line"}, func(word string) bool { return strings.Contains(n.Text, word) })
}

// TestFollowedEqualsCold follows logs of all products, and mixes of their lines with others, in pieces of any size: the diagnosis at the end is that of a cold reading.
func TestFollowedEqualsCold(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	var products [][]byte
	for _, kind := range samples.Kinds() {
		var b bytes.Buffer
		if err := samples.WriteLog(&b, kind, 200<<10, 3, 40); err != nil {
			t.Fatal(err)
		}
		products = append(products, b.Bytes())
	}
	readable := lines.Filter(func(s string) bool {
		return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f || r == 0xfeff || r == utf8.RuneError })
	})
	rapid.Check(t, func(t *rapid.T) {
		system := fstest.MapFS{}
		var logs []*written
		kinds := rapid.SliceOfNDistinct(rapid.IntRange(0, 7), 1, 3, rapid.ID[int]).Draw(t, "logs")
		slices.SortFunc(kinds, func(a, b int) int { return cmp.Compare(nameOf(a), nameOf(b)) })
		for i, kind := range kinds {
			name, text := nameOf(kind), []byte(nil)
			if kind < len(products) {
				text = products[kind]
				from := rapid.IntRange(0, len(text)/2).Draw(t, "from")
				if kind != int(samples.Avtar) {
					text = text[from+bytes.IndexByte(text[from:], '\n')+1:]
				}
			} else {
				text = []byte(strings.Join(rapid.SliceOfN(readable, 1, 60).Draw(t, name), "\n") + "\n")
			}
			system[name] = &fstest.MapFile{Data: text, ModTime: morning}
			logs = append(logs, &written{id: i + 1, name: logdoc.LogText(name), text: text})
		}
		want := asRead(diagnose(t, system, nil))
		for i, s := range want.Coverage.Sources {
			if s.Bytes != int64(len(logs[i].text)) || slices.ContainsFunc(s.Notes, mended) {
				t.Skip("what was pasted or decoded is not followed")
			}
		}
		l := NewLive(p, LiveOptions{})
		sizes := rapid.SampledFrom([]int{0, 100, 3000, 100_000}).Draw(t, "sizes")
		follow(l, logs, func() int { return rapid.IntRange(0, sizes).Draw(t, "size") }, func() bool { return rapid.IntRange(0, 2).Draw(t, "some") > 0 })
		got, _ := l.End(morning)
		if diff := gocmp.Diff(want, asRead(got)); diff != "" {
			t.Fatalf("followed, something else is found (-cold +followed):\n%s", diff)
		}
	})
}
