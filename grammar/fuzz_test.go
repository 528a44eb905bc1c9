package grammar

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"logdoc"
	"logdoc/samples"
)

// seedLogs adds something of every kind of log to a fuzz target's corpus.
func seedLogs(f *testing.F) {
	for _, tt := range layouts {
		f.Add([]byte(layoutLine(tt.line) + "\n"))
	}
	for _, kind := range samples.Kinds() {
		f.Add(generated(f, kind, 2000))
	}
	f.Add([]byte(lines(`<logheader platform="Linux" tz="CST" />`, avtarDash, avtarHead, "<snapup>", "", "</snapup>", avtarNext)))
	f.Add([]byte("4-05-02 03:15:23 avtar Info <1>: a ... 2024-05-02 03:15:24 avtar Info <2>: b\n> - " + avtarNext + "\nprose\n\tat x\n"))
	f.Add([]byte(strings.ReplaceAll(gsanRecord, " ", "\u00a0 ") + "\nx\u00a0y\n"))
	f.Add([]byte("[ [ [ [ {{ <<>> | | | \r\n\r\r\n\x00\xff\n"))
}

func FuzzScan(f *testing.F) {
	seedLogs(f)
	set := builtin(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := accountFor(set, text, Options{ModTime: modTime}); err != nil {
			t.Fatal(err)
		}
		cutChangesNothing(t, set, set.Detect(text[:min(len(text), HeadSize)], Options{ModTime: modTime}), text)
		if err := headsChangeNothing(set, text); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzFormats reads any text as each format would: every line is accounted for, and a block that is cut where a record starts gives the same records.
func FuzzFormats(f *testing.F) {
	set := builtin(f)
	names := set.Names()
	for i, tt := range layouts {
		f.Add([]byte(layoutLine(tt.line)+"\n\tat x\n"+layoutLine(tt.line)+"\n"), uint8(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, format uint8) {
		o := Options{ModTime: modTime, Force: names[int(format)%len(names)]}
		if err := accountFor(set, text, o); err != nil {
			t.Fatal(err)
		}
		cutChangesNothing(t, set, set.Detect(text[:min(len(text), HeadSize)], o), text)
	})
}

// cutChangesNothing scans a text in two parts, cut where a record starts: that gives the same records as scanning it at once.
func cutChangesNothing(t *testing.T, set *Set, r *Reading, text []byte) {
	t.Helper()
	cut := 0
	for at := len(text) / 2; at < len(text); at++ {
		line, _, _ := bytes.Cut(text[at:], []byte("\n"))
		if (at == 0 || text[at-1] == '\n') && r.Starts(line) {
			cut = at
			break
		}
	}
	want := scanParts(set, r, text)
	got := scanParts(set, r, text[:cut], text[cut:])
	if len(got) != len(want) {
		t.Fatalf("cut at %d: %d records, want %d", cut, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("cut at %d: record %d: got %+v, want %+v", cut, i, got[i], want[i])
		}
	}
}

// scanParts scans parts of a text one after the other.
func scanParts(set *Set, r *Reading, parts ...[]byte) (all []seen) {
	chunk := Chunk{Line: 1}
	sc := NewScanner()
	for _, part := range parts {
		var tally Tally
		chunk.Data = part
		sc.Scan(r, set, chunk, &tally, func(ev *logdoc.Event) { all = append(all, keep(set, ev)) })
		chunk.Line += int(tally.Lines)
		chunk.Offset += tally.Bytes
	}
	return all
}

func FuzzDetect(f *testing.F) {
	set := builtin(f)
	f.Add([]byte(avtarNext), "lunalogs", "")
	f.Add([]byte(gsanRecord), "b.tgz!/gsan.log.001", "avtar")
	f.Add([]byte(`<logheader x tz="Mars/Base" />`), "[a-", "")
	f.Fuzz(func(t *testing.T, head []byte, name, force string) {
		r := set.Detect(head, Options{Name: name, Force: force, ModTime: modTime})
		if _, known := set.Format(force); known && (r.Format == nil || r.Format.Name != force) {
			t.Fatalf("forced to %q, read as %+v", force, r.Format)
		}
		if (r.Format == nil) != (r.Why == "") {
			t.Fatalf("format %+v because %q", r.Format, r.Why)
		}
		again := set.Detect(head, Options{Name: name, Force: force, ModTime: modTime})
		if again.Format != r.Format || again.Why != r.Why || again.salvage != r.salvage || len(again.Notes) != len(r.Notes) {
			t.Fatal("the second look differs from the first")
		}
	})
}

// FuzzMend joins broken lines and reads entities: no line is lost, and what comes in small pieces comes out the same.
func FuzzMend(f *testing.F) {
	seedLogs(f)
	for _, br := range breakers {
		f.Add([]byte(br.text(article)))
	}
	f.Add([]byte(strings.ReplaceAll(lines(article...), "<", "&lt;")))
	set := builtin(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		pieces, r := mended(t, set, string(text))
		if r.Mend == nil {
			return
		}
		whole, err := io.ReadAll(r.Mend(bytes.NewReader(text)))
		if err != nil || string(whole) != pieces {
			t.Fatalf("%q at once, %q in pieces (%v)", whole, pieces, err)
		}
		if countLines(pieces) != countLines(string(text)) {
			t.Fatalf("%d lines, want %d", countLines(pieces), countLines(string(text)))
		}
	})
}
