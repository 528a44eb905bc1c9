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
	"logdoc/grammar"
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
		// In a mix, local and UTC stamps that stand beside each other tell a zone by chance, and who follows goes by the first ones.
		var zone *time.Location
		if slices.Max(kinds) >= len(products) {
			zone = time.UTC
		}
		want := asRead(diagnose(t, system, func(o *Options) { o.Zone = zone }))
		for i, s := range want.Coverage.Sources {
			if s.Bytes != int64(len(logs[i].text)) || slices.ContainsFunc(s.Notes, mended) {
				t.Skip("what was pasted or decoded is not followed")
			}
		}
		l := NewLive(p, LiveOptions{Zone: zone})
		sizes := rapid.SampledFrom([]int{0, 100, 3000, 100_000}).Draw(t, "sizes")
		follow(l, logs, func() int { return rapid.IntRange(0, sizes).Draw(t, "size") }, func() bool { return rapid.IntRange(0, 2).Draw(t, "some") > 0 })
		got, _ := l.End(morning)
		if diff := gocmp.Diff(want, asRead(got)); diff != "" {
			t.Fatalf("followed, something else is found (-cold +followed):\n%s", diff)
		}
	})
}

// TestFollowedBlankLine has a line of a no-break space, which is a blank one, come after the first lines were looked at.
func TestFollowedBlankLine(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	const name = "mixed4.log"
	text := []byte("PUMP 2026-03-04 05:06:07 south WARN inlet dry\n\u00a0\nPUMP 2026-03-04 05:06:07 north INFO rotor free\n")
	want := asRead(diagnose(t, fstest.MapFS{name: &fstest.MapFile{Data: text, ModTime: morning}}, nil))
	l := NewLive(p, LiveOptions{})
	follow(l, []*written{{id: 1, name: name, text: text}}, func() int { return 0 }, func() bool { return true })
	got, _ := l.End(morning)
	if diff := gocmp.Diff(want, asRead(got)); diff != "" {
		t.Fatalf("followed, something else is found (-cold +followed):\n%s", diff)
	}
}

// TestFollowedOverARestart ends a run somewhere, and goes on in another one from the positions and with the matches that were kept: every line is read once, what was told is not told
// again, and the findings are those of one run.
func TestFollowedOverARestart(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	trace := "PUMP 2026-03-04 05:06:07 north INFO failed\njava.io.IOException: x\n\tat org.apache.Foo.bar(Foo.java:12)\n"
	rapid.Check(t, func(t *rapid.T) {
		kinds := []string{"PUMP 2026-03-04 05:06:%02d north ERROR rotor stuck at %d degrees\n", "PUMP 2026-03-04 05:06:%02d south WARN inlet dry %d\n", "PUMP 2026-03-04 05:06:%02d north INFO rotor free %d\n",
			"PUMP 2026-03-04 05:06:%02d north INFO idle %d\n"}
		var text strings.Builder
		for i := range rapid.IntRange(2, 40).Draw(t, "lines") {
			if rapid.IntRange(0, 4).Draw(t, "trace") == 0 {
				text.WriteString(trace)
				continue
			}
			fmt.Fprintf(&text, rapid.SampledFrom(kinds).Draw(t, "line"), i, i)
		}
		log := []byte(text.String())
		size := func() int { return rapid.IntRange(0, 200).Draw(t, "size") }
		system := fstest.MapFS{"pump.log": &fstest.MapFile{Data: log, ModTime: morning}}
		all := NewLive(p, LiveOptions{})
		wantTurns, wantMatches := follow(all, []*written{{id: 1, name: "pump.log", text: log}}, size, func() bool { return true })
		want, _ := all.End(morning)

		first := NewLive(p, LiveOptions{})
		w := &written{id: 1, name: "pump.log", text: log}
		var kept []logdoc.Match
		var turns []logdoc.Turn
		told := map[string]logdoc.Finding{}
		at := logdoc.Position{}
		now := morning
		for range rapid.IntRange(0, 5).Draw(t, "pieces before") {
			piece := w.piece(size())
			if piece == nil || piece.Ended {
				break
			}
			now = now.Add(10 * time.Millisecond)
			g := first.Take([]Piece{*piece}, now)
			kept, turns = append(kept, g.Matches...), append(turns, g.Turns...)
			if positions, _ := first.Positions(); len(positions) > 0 {
				at = positions[0]
			}
		}
		for _, turn := range turns {
			told[turn.Finding.Symptom+" "+string(turn.Finding.Key)] = turn.Finding
		}
		second := NewLive(p, LiveOptions{Files: system})
		var findings []logdoc.Finding
		for _, f := range told {
			findings = append(findings, f)
		}
		if err := second.Restore(func(yield func(logdoc.Match) error) error {
			for _, m := range kept {
				if err := yield(m); err != nil {
					return err
				}
			}
			return nil
		}, findings); err != nil {
			t.Fatal(err)
		}
		rest := &written{id: 1, name: "pump.log", text: log, at: int(at.Offset), line: at.Line}
		moreTurns, moreMatches := follow(second, []*written{rest}, size, func() bool { return true })
		got, _ := second.End(morning)
		matches := append(kept, moreMatches...)
		for i := range matches {
			matches[i].Rank = 1
		}
		if diff := gocmp.Diff(wantMatches, matches); diff != "" {
			t.Fatalf("over a restart at %d other records match (-one run +two):\n%s", at.Offset, diff)
		}
		for _, list := range [][]logdoc.Finding{want.Findings, got.Findings} {
			for i := range list {
				list[i].Nodes, list[i].Unplaced = nil, false // by the records that this run has seen
			}
		}
		if diff := gocmp.Diff(want.Findings, got.Findings); diff != "" {
			t.Fatalf("over a restart at %d something else is found (-one run +two):\n%s", at.Offset, diff)
		}
		opened := func(turns []logdoc.Turn) (n int) {
			for _, turn := range turns {
				if turn.Kind == logdoc.Opened {
					n++
				}
			}
			return n
		}
		if a, b := opened(wantTurns), opened(turns)+opened(moreTurns); a != b {
			t.Fatalf("over a restart at %d findings opened %d times, and %d times in one run", at.Offset, b, a)
		}
	})
}

// TestLiveLogsShareWhatIsLearnt follows logs of two kinds that were written at different times: those of one kind are read as one, and each is accounted for by itself.
func TestLiveLogsShareWhatIsLearnt(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	l := NewLive(p, LiveOptions{})
	var logs []*written
	for i := range 12 {
		var text bytes.Buffer
		if err := samples.WriteLog(&text, []samples.Kind{samples.Luna, samples.Flume}[i%2], 64<<10, int64(i), 1000); err != nil {
			t.Fatal(err)
		}
		logs = append(logs, &written{id: i + 1, name: logdoc.LogText(fmt.Sprint("var/log/", i, ".log")), text: text.Bytes()})
	}
	for round := range 3 {
		var pieces []Piece
		for i, w := range logs {
			piece := w.piece(20 << 10)
			piece.Ended = false
			position := piece.Position
			piece.Position = func(n int) logdoc.Position {
				at := position(n)
				at.Changed = morning.Add(time.Duration(i) * time.Minute)
				return at
			}
			pieces = append(pieces, *piece)
		}
		l.Take(pieces, morning.Add(time.Duration(round)*time.Second))
	}
	readings := map[*grammar.Reading]int{}
	for _, f := range l.logs {
		readings[f.reading]++
	}
	if len(readings) != 2 {
		t.Errorf("12 logs of two kinds are read in %d ways: %v", len(readings), readings)
	}
	for _, source := range l.SoFar(morning).Coverage.Sources {
		if source.Lines == 0 || source.Unread > 0 {
			t.Errorf("%s: %d lines, %d records unread", source.Source, source.Lines, source.Unread)
		}
	}
}

// TestALogMovesToAnotherFile keeps the place of the open record when what it was read of stands in another file by now.
func TestALogMovesToAnotherFile(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	l := NewLive(p, LiveOptions{})
	const first = "2026-03-04T05:00:00Z host app[1]: one\n"
	text := first + "2026-03-04T05:00:01Z host app[1]: two\n"
	piece := func(path logdoc.LogText, inode uint64, at int, data string) Piece {
		return Piece{Log: 1, Path: path, Data: []byte(data), Offset: int64(at), Line: 1 + strings.Count(text[:at], "\n"), Position: func(k int) logdoc.Position {
			return logdoc.Position{Path: path, Inode: inode, Offset: int64(at + k), Line: strings.Count(text[:at+k], "\n")}
		}}
	}
	l.Take([]Piece{piece("app.log", 7, 0, text)}, morning)
	at, _ := l.Positions()
	if len(at) != 1 || at[0].Inode != 7 || at[0].Offset != int64(len(first)) {
		t.Fatalf("positions %+v, want one before the second record", at)
	}
	l.Take([]Piece{piece("app.log.1", 8, len(text), "")}, morning)
	at, forgotten := l.Positions()
	if len(at) != 1 || at[0].Path != "app.log.1" || at[0].Inode != 8 || at[0].Offset != int64(len(first)) || at[0].Line != 1 || len(forgotten) > 0 {
		t.Errorf("positions %+v, forgotten %+v, want the same place in the other file", at, forgotten)
	}
}
