package rules

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

var words = []string{"alpha", "alphab", "phabet", "beta", "etab", "12", "1234", "x", "ab", "at org.Foo.bar(Foo.java:1)", "Caused by: a.BException: beta", "é", "\xff"}

// drawWhere draws a condition on a record, as text.
func drawWhere(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth > 2 && kind < 3 {
		kind += 3
	}
	field := rapid.SampledFrom([]string{"message", "message", "text", "line", "root", "program", "host"}).Draw(t, "field")
	word := rapid.SampledFrom(words[:9]).Draw(t, "word")
	switch kind {
	case 0:
		return "(" + drawWhere(t, depth+1) + " and " + drawWhere(t, depth+1) + ")"
	case 1:
		return "(" + drawWhere(t, depth+1) + " or " + drawWhere(t, depth+1) + ")"
	case 2:
		return "not (" + drawWhere(t, depth+1) + ")"
	case 3:
		return "code == " + rapid.SampledFrom([]string{"12", "1234", "x"}).Draw(t, "code")
	case 4:
		return fmt.Sprintf("%s %s %q", field, rapid.SampledFrom([]string{"==", "!=", "<", ">="}).Draw(t, "op"), word)
	case 5:
		return fmt.Sprintf("%s has %q", field, word)
	case 6:
		return "severity >= " + rapid.SampledFrom([]string{"info", "error"}).Draw(t, "severity")
	case 7:
		pattern := rapid.SampledFrom([]string{"%s", "(?i)%s", "^%s", "(?P<re>%s)+", "(%s)?x", "%s|x", "(?P<re>[a-z]*)%s", "[ab]%s", "\uFFFD%s", "%s[0-9]+", "%s\\D", "[1-3]%s"}).Draw(t, "pattern")
		return fmt.Sprintf("%s ~ /%s/", field, fmt.Sprintf(pattern, word))
	}
	pattern := rapid.SampledFrom([]string{"%s", "%s {rest}", "{first} %s", "{}%s{}", "{first:word} %s {last:last}", "%s {number:int}", "{number:hex} %s", "%s {at:15:04}", "{at:15:04}{rest}", "{at:15:04}"}).Draw(t, "pattern")
	return fmt.Sprintf("%s like | %s\n", field, fmt.Sprintf(pattern, word))
}

// drawRecords draws a block of records; some have a head that was completed.
func drawRecords(t *rapid.T) (block []byte, events []*logdoc.Event) {
	for range rapid.IntRange(1, 6).Draw(t, "records") {
		ev := &logdoc.Event{Format: rapid.IntRange(-1, 1).Draw(t, "format"), Severity: logdoc.Severity(rapid.IntRange(0, 6).Draw(t, "severity"))}
		ev.Offset = 1000 + int64(len(block))
		head := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append(slices.Clone(words[:10]), "10:11")), 1, 5).Draw(t, "head"), rapid.SampledFrom([]string{" ", ""}).Draw(t, "glue"))
		text := head
		for _, l := range rapid.SliceOfN(rapid.SampledFrom(words), 0, 2).Draw(t, "lines") {
			text += "\n  " + l
		}
		ev.Text, ev.Head = []byte(text), []byte(head)
		if rapid.IntRange(0, 4).Draw(t, "completed") == 0 {
			ev.Head = []byte(rapid.SampledFrom(words[:8]).Draw(t, "lost") + head)
		}
		n := int32(len(ev.Head))
		cut := func(name string) logdoc.Span {
			lo := int32(rapid.IntRange(0, int(n)).Draw(t, name))
			return logdoc.Span{Lo: lo, Hi: int32(rapid.IntRange(int(lo), int(n)).Draw(t, name))}
		}
		ev.Fields[logdoc.FieldMessage] = cut("message")
		if ev.Format != plain {
			ev.Fields[logdoc.FieldProgram], ev.Fields[logdoc.FieldHost] = cut("program"), cut("host")
		}
		if ev.Format == 0 {
			ev.Fields[logdoc.FieldCode] = cut("code")
		}
		block = append(append(block, text...), '\n')
		events = append(events, ev)
	}
	// In a log, a head is the start of its text in the block itself.
	for _, ev := range events {
		text := block[ev.Offset-1000:][:len(ev.Text)]
		if bytes.HasPrefix(text, ev.Head) {
			ev.Head = text[:len(ev.Head)]
		}
		ev.Text = text
	}
	return block, events
}

// TestIndexAgainstEveryPattern holds the index of codes, prefixes and literals to trying every pattern on every record.
func TestIndexAgainstEveryPattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		text.WriteString(`symptom test/a "A" { severity error `)
		n := rapid.IntRange(1, 5).Draw(t, "patterns")
		for i := range n {
			in := rapid.SampledFrom([]string{"any", "t", "u", "t, u"}).Draw(t, "in")
			where := drawWhere(t, 0)
			if in == "u" && strings.Contains(where, "code") {
				in = "t, u"
			}
			fmt.Fprintf(&text, "event e%d in %s where %s\n", i, in, where)
		}
		text.WriteString("certain when e0 }")
		set := compileText(t, text.String())
		block, events := drawRecords(t)
		sc, naive := set.NewScanner(), set.NewScanner()
		sc.Begin(block, 1000, rapid.IntRange(-1, 1).Draw(t, "main"), true)
		for _, ev := range events {
			sc.Matches, naive.Matches = nil, nil
			sc.Accept(ev)
			for _, p := range set.patterns {
				if accepts := set.index(ev.Format).own[p.id].test; accepts != nil {
					if naive.captures = naive.captures[:0]; accepts.accept(naive, ev) {
						naive.match(p, ev)
					}
				}
			}
			slices.SortFunc(sc.Matches, func(a, b logdoc.Match) int { return a.Event - b.Event })
			if diff := cmp.Diff(naive.Matches, sc.Matches); diff != "" {
				t.Fatalf("%s\nrecord %q, head %q, message %q: %s", text.String(), ev.Text, ev.Head, ev.Field(logdoc.FieldMessage), diff)
			}
		}
	})
}

func record(text string) *logdoc.Event {
	head, _, _ := strings.Cut(text, "\n")
	ev := &logdoc.Event{Text: []byte(text)}
	ev.Head = ev.Text[:len(head)]
	ev.Fields[logdoc.FieldMessage] = logdoc.Span{Hi: int32(len(head))}
	return ev
}

func TestRootCause(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no exception: the message", "started", "started"},
		{"the first exception line", "failed\njava.io.IOException: gone\n\tat Foo\njava.lang.Error: x", "java.io.IOException: gone"},
		{"an error is one", "failed\njava.lang.OutOfMemoryError\n\tat Foo", "java.lang.OutOfMemoryError"},
		{"the last cause", "failed\njava.A.BException: x\nCaused by: c.DException: y\n\tat Foo\nCaused by: e.FException: z\n\t... 3 more", "e.FException: z"},
		{"an indented cause", "failed\n   Caused by: a.B: c", "a.B: c"},
		{"a line break of the other kind", "failed\r\nCaused by: a.B: c\r\nat x", "a.B: c"},
		{"a word without a package is no class", "failed\nException: gone", "failed"},
		{"a cause that was cut off", "failed\nCaused by:", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(rootCause(record(tt.text))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCapturesOfAlternatives(t *testing.T) {
	for _, tt := range []struct{ name, where, text, want string }{
		{"the alternative that holds", "(message like | a {x} c\n or message like | a {y} d\n)", "a 1 d", "y=1"},
		{"what failed halfway captures nothing", `(message like | a {x} d
			and message has "zzz" or message like | {y} d
			)`, "a 1 d", "y=a 1"},
		{"a negation captures nothing", "not message like | b {x}\n and message like | a {y}\n", "a 1", "y=1"},
		{"groups, but for empty ones", "message ~ /(?P<x>[0-9]*)(?P<y>[a-z]+)/", "a", "y=a"},
		{"some line", "line like | at {x}\n", "m\n\tat Foo\n\tat Bar", "x=Foo"},
		{"both terms", "message like | a {x}\n and message ~ /(?P<y>.)$/", "a 1", "x=1 y=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := compileText(t, `symptom test/a "A" { severity error event e in t where `+tt.where+` certain when e }`)
			sc := set.NewScanner()
			ev := record(tt.text)
			sc.Begin(ev.Text, 0, 0, true)
			if sc.Accept(ev) != KnownBad {
				t.Fatal("not accepted")
			}
			var got []string
			for _, c := range sc.Matches[0].Captures {
				got = append(got, c.Name+"="+string(c.Value))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRequiredLiteral(t *testing.T) {
	for expr, want := range map[string]string{
		"abc": "abc", "(?i)abc": "", "abc|abd": "ab", "(abc)+": "abc", "(abc)*": "", "(abc)?d": "d", "abc{0,2}d": "ab", "a.bcd": "bcd", "(?:abc){2}": "abc", "\uFFFDabc": "",
	} {
		if got := requiredLiteral(expr); got != want {
			t.Errorf("%s: got %q, want %q", expr, got, want)
		}
	}
}

// TestClass says what counts as known bad and as known normal.
func TestClass(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error event bad in t where message has "bad" event end in t where message has "end" certain when bad clears when end }
		expected test/e "E" { event fine in t where message has "fine" sample t | fine
		}`)
	for text, want := range map[string]Class{"bad": KnownBad, "end": KnownNormal, "fine": KnownNormal, "fine but bad": KnownBad, "other": Unexplained} {
		sc := set.NewScanner()
		ev := record(text)
		sc.Begin(ev.Text, 0, 0, true)
		if got := sc.Accept(ev); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// TestMatchIsBounded keeps a match small, whatever the record is.
func TestMatchIsBounded(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error event a in t where message like | a {x}
		certain when a }`)
	sc := set.NewScanner()
	ev := record("a " + strings.Repeat("x", 100_000))
	sc.Begin(ev.Text, 0, 0, true)
	sc.Accept(ev)
	if m := sc.Matches[0]; len(m.Text) != MaxMatchText || len(m.Captures[0].Value) != MaxCapture {
		t.Errorf("text of %d bytes, capture of %d", len(m.Text), len(m.Captures[0].Value))
	}
}

// TestUnclockedMatch gives the match of a record without a clock the time that the record has from the one before it.
func TestUnclockedMatch(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error event a in t where message == "a" certain when a }`)
	sc := set.NewScanner()
	first, second := record("a"), record("a")
	first.Time, second.Time = math.MinInt64, 5
	sc.Begin(nil, 0, 1, true)
	sc.Accept(first)
	sc.Accept(second)
	if ms := sc.Matches; len(ms) != 2 || ms[0].Time != math.MinInt64 || ms[1].Time != 5 || ms[1].Clock {
		t.Errorf("%+v", ms)
	}
}

// patternsOfManyKinds is a set in which every way of finding a pattern is used.
func patternsOfManyKinds(t testing.TB) *Set {
	var text strings.Builder
	text.WriteString(`symptom test/a "A" { severity error `)
	for i := range 50 {
		fmt.Fprintf(&text, "event c%d in t where code == %d and message has \"lost\"\n event p%d in t where message like | pre%d {x:int} of {y}\n event l%d in t where message has \"literal%d\"\n event r%d in t where message ~ /(?P<re>[0-9]+) need%d/\n", i, i, i, i, i, i, i, i)
	}
	text.WriteString("event s in t where severity >= error and not message has \"x\"\n certain when c0 }")
	return compileText(t, text.String())
}

// plainBlock is a block of records that no pattern accepts, some of them nearly.
func plainBlock(n int) (block []byte, events []logdoc.Event) {
	lines := []string{"the backup of client one has ended after 12 files", "pre7 many of them", "found nothing with need6", "all is well"}
	for i := range n {
		line := lines[i%len(lines)]
		ev := logdoc.Event{Offset: int64(len(block)), Severity: logdoc.Info, Time: int64(i), Clock: true}
		ev.Fields[logdoc.FieldMessage] = logdoc.Span{Lo: 3, Hi: int32(3 + len(line))}
		ev.Fields[logdoc.FieldCode] = logdoc.Span{Hi: 2}
		block = append(block, fmt.Sprintf("%02d %s\n", i%100, line)...)
		events = append(events, ev)
	}
	for i := range events {
		ev := &events[i]
		ev.Text = block[ev.Offset : ev.Offset+int64(ev.Fields[logdoc.FieldMessage].Hi)]
		ev.Head = ev.Text
	}
	return block, events
}

// raced is true under the race detector, under which allocations cannot be counted.
var raced bool

func TestAcceptAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("allocations cannot be counted under the race detector")
	}
	set := patternsOfManyKinds(t)
	sc := set.NewScanner()
	block, events := plainBlock(1000)
	run := func() {
		sc.Begin(block, 0, 0, true)
		for i := range events {
			if sc.Accept(&events[i]) != Unexplained {
				t.Fatalf("%q is accepted", events[i].Text)
			}
		}
	}
	run()
	// What is allocated per block, such as the hits of a large one, is not what is asked here.
	sc.Begin(block, 0, 0, true)
	cursor := sc.cursor
	if n := testing.AllocsPerRun(20, func() {
		sc.cursor = cursor
		for i := range events {
			sc.Accept(&events[i])
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d records that no pattern accepts", n, len(events))
	}
}

func BenchmarkAccept(b *testing.B) {
	sc := patternsOfManyKinds(b).NewScanner()
	block, events := plainBlock(10_000)
	b.SetBytes(int64(len(block)))
	b.ReportAllocs()
	for b.Loop() {
		sc.Begin(block, 0, 0, true)
		for i := range events {
			sc.Accept(&events[i])
		}
	}
}
