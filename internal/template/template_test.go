package template

import (
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		name, template, text string
		want                 []string // hole texts in order; nil means no match
	}{
		{"avtar", "{time:2006-01-02 15:04:05} {program} {severity} <{code}>: {message}", "2019-12-31 07:35:23 avtar Error <8609>: Connection killed.", []string{"2019-12-31 07:35:23", "avtar", "Error", "8609", "Connection killed."}},
		{"runs of blanks", "{a} x  {b}", "1    x\t2", []string{"1", "2"}},
		{"blanks at the end", "{a}: done", "x: done   ", []string{"x"}},
		{"text behind the end", "{a}: done", "x: done it", nil},
		{"last", "{message:last} | {location:frame}", "a | b | c  | org.x.Y$Z.run(Y.java:12)", []string{"a | b | c", "org.x.Y$Z.run(Y.java:12)"}},
		{"suffix searched to the end", "{message} (Log #{n:int})", "a (Log # b (Log #12)", nil},
		{"last suffix", "{message:last} (Log #{n:int})", "a (Log # b (Log #12)", []string{"a (Log # b", "12"}},
		{"closing chunk is the one at the end", "{a} end", "x end y end", []string{"x end y"}},
		{"empty skip", "{}serial={n:int}{}", "serial=12", []string{"", "12", ""}},
		{"int with commas", "{n:int} files", "3,050,352 files", []string{"3,050,352"}},
		{"int is not a word", "{n:int} files", "x files", nil},
		{"hex", "{code:hex} : {m}", "0xc0000711 : Fail", []string{"0xc0000711", "Fail"}},
		{"tag with pid", "{tag} {m}", "certmonitord[1234]: x", []string{"certmonitord", "1234", "x"}},
		{"tag with blank", "{tag} {m}", "NTLS [1234]: x", []string{"NTLS", "1234", "x"}},
		{"tag without pid", "{tag} {m}", "kernel: x", []string{"kernel", "", "x"}},
		{"no tag", "{tag} {m}", "kernel x", nil},
		{"pri", "<{pri}>{m}", "<174>x", []string{"174", "x"}},
		{"pri too large", "<{pri}>{m}", "<192>x", nil},
		{"brace", "{{{node}} {m}", "{0.0} x", []string{"0.0", "x"}},
		{"named hole takes a byte", "a{x}b", "ab", nil},
		{"padded day", "{time:2006 Jan _2 15:04:05} {m}", "2012 Mar  1 12:05:01 x", []string{"2012 Mar  1 12:05:01", "x"}},
		{"unpadded day", "{time:2006 Jan _2 15:04:05} {m}", "2012 Mar 1 12:05:01 x", []string{"2012 Mar 1 12:05:01", "x"}},
		{"chinese month", "{time:02 Jan 2006 15:04:05,000} {m}", "11 三月 2020 12:16:31,586 x", []string{"11 三月 2020 12:16:31,586", "x"}},
		{"utc by layout", "{time:2006/01/02-15:04:05.00000 UTC} [{t}] {m}", "2019/10/03-09:49:29.42089 [avtar]  x", []string{"2019/10/03-09:49:29.42089", "avtar", "x"}},
		{"utc in the text", "on {time:Jan _2 15:04:05 2006 GMT}", "on Jul 26 16:32:48 2023 GMT", []string{"Jul 26 16:32:48 2023 GMT"}},
		{"month out of range", "{time:2006-01-02 15:04:05} {m}", "2019-13-31 07:35:23 x", nil},
		{"empty text", "{a}", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := Compile(tt.template, nil)
			if err != nil {
				t.Fatal(err)
			}
			var r Result
			if !tmpl.Match([]byte(tt.text), &r) {
				if tt.want != nil {
					t.Fatalf("no match")
				}
				return
			}
			if tt.want == nil {
				t.Fatalf("matched")
			}
			for i, want := range tt.want {
				s := r.Spans[i]
				if got := tt.text[s.Lo:s.Hi]; got != want {
					t.Errorf("hole %d %q: got %q, want %q", i, tmpl.Holes[i].Name, got, want)
				}
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{"", "the template is empty"},
		{"{a", "this hole is not closed"},
		{"{a}{b}", "two holes stand side by side"},
		{"{a:wrod} x", `unknown kind "wrod"`},
		{"{a} {a}", `the hole "a" stands twice`},
		{"{a b} x", `"a b" is no name for a hole`},
	} {
		t.Run(tt.template, func(t *testing.T) {
			_, err := Compile(tt.template, nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestStamp(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	for _, tt := range []struct{ layout, text, want string }{
		{"2006-01-02 15:04:05", "2021-06-29 15:06:17", "2021-06-29T06:06:17Z"},
		{"2006/01/02-15:04:05.00000 UTC", "2021/06/29-06:06:17.04880", "2021-06-29T06:06:17.0488Z"},
		{"2006-01-02T15:04:05.000-0700", "2019-02-26T13:06:20.666+0800", "2019-02-26T05:06:20.666Z"},
		{"2006-01-02T15:04:05Z07:00", "2012-02-29T12:05:01-05:30", "2012-02-29T17:35:01Z"},
		{"06/01/02 15:04:05", "18/11/07 00:39:29", "2018-11-06T15:39:29Z"},
		{"2006-01-02 15:04:05", "2016-12-31 23:59:60", "2016-12-31T14:59:59.999Z"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			l, err := NewLayout(tt.layout)
			if err != nil {
				t.Fatal(err)
			}
			var s Stamp
			n, ok := l.Parse([]byte(tt.text), &s)
			if !ok || n != len(tt.text) {
				t.Fatalf("parsed %d bytes, %v", n, ok)
			}
			if got := s.Time(seoul).UTC().Format(time.RFC3339Nano); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("{time:2006-01-02 15:04:05} {program} {severity} <{code}>: {message}", "2019-12-31 07:35:23 avtar Error <8609>: Connection killed.")
	f.Add("{message:last} | {location:frame}", "a | b | org.x.Y.z(Y.java:1)")
	f.Add("{a:last} b c", " b  b c b")
	f.Fuzz(func(t *testing.T, source, text string) {
		tmpl, err := Compile(source, nil)
		if err != nil {
			return
		}
		var r Result
		if !tmpl.Match([]byte(text), &r) {
			return
		}
		end := int32(0)
		for i, h := range tmpl.Holes {
			s := r.Spans[i]
			if h.Kind == ProcessID && s.Lo == s.Hi {
				continue
			}
			if s.Lo < end || s.Hi < s.Lo || int(s.Hi) > len(text) {
				t.Fatalf("template %q text %q: hole %d has span %v behind %d", source, text, i, s, end)
			}
			end = s.Hi
		}
	})
}

func BenchmarkMatchAvtar(b *testing.B) {
	tmpl, _ := Compile("{time:2006-01-02 15:04:05} {program} {severity} <{code}>: {message}", nil)
	line := []byte("2019-12-31 07:35:23 avtar Info <5993>: - Connect: Connected to 10.1.2.3:29000, Priv=0, SSL Cipher=AES256-SHA")
	var r Result
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if !tmpl.Match(line, &r) {
			b.Fatal("no match")
		}
	}
}
