package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/grammar"
	"logdoc/rules"
)

// log is one source of an input; file is one that facts are read from.
type (
	log  struct{ source, format, text string }
	file struct{ name, content string }
)

// laboratory runs one or more symptoms on small inputs.
type laboratory struct {
	grammar *grammar.Set
	rules   *rules.Set
}

func newLaboratory(t testing.TB, symptoms string) *laboratory {
	t.Helper()
	g, set := compile(t, parseFile(t, "testdata/conformance/format.logdoc"), parse(t, "test.logdoc", []byte(symptoms)))
	return &laboratory{g, set}
}

// matches scans one source.
func (l *laboratory) matches(in log) ([]logdoc.Match, []rules.Normal, []int64) {
	f, _ := l.grammar.Index(in.format)
	sc := l.rules.NewScanner()
	sc.Begin([]byte(in.text), 0, f, true)
	var stamps []int64
	l.grammar.Read(in.format, []byte(in.text), time.Time{}, func(ev *logdoc.Event) {
		if ev.Clock {
			stamps = append(stamps, ev.Time)
		}
		sc.Accept(ev)
	})
	for i := range sc.Matches {
		sc.Matches[i].Place.Source = logdoc.LogText(in.source)
	}
	return sc.Matches, sc.Normals, stamps
}

func (l *laboratory) run(inputs ...any) rules.Outcome {
	return l.correlate("", inputs...).Finish(time.Time{})
}

// correlate fills a correlator with inputs; formats names further formats that were seen.
func (l *laboratory) correlate(formats string, inputs ...any) *rules.Correlator {
	c := l.rules.NewCorrelator()
	for _, name := range strings.Fields(formats) {
		f, _ := l.grammar.Index(name)
		c.SeeFormat(f)
	}
	rank := map[logdoc.LogText]int{}
	for _, in := range inputs {
		switch in := in.(type) {
		case log:
			f, _ := l.grammar.Index(in.format)
			c.SeeFormat(f)
			rank[logdoc.LogText(in.source)] = len(rank)
			matches, normals, stamps := l.matches(in)
			for _, m := range matches {
				c.Add(m)
			}
			for _, n := range normals {
				c.AddNormal(n)
			}
			for _, s := range stamps {
				c.SeeTime(s)
			}
		case file:
			c.Facts().See(logdoc.LogText(in.name))
			c.Facts().Read(logdoc.LogText(in.name), []byte(in.content))
		}
	}
	c.Rank(func(s logdoc.LogText) int { return rank[s] })
	return c
}

// tree writes findings as "certainty name[key] ×count", consequences indented.
func tree(fs []logdoc.Finding, indent string) string {
	var b strings.Builder
	for _, f := range fs {
		fmt.Fprintf(&b, "%s%s %s[%s] ×%d\n", indent, f.Certainty, f.Symptom, f.Key, f.Count)
		b.WriteString(tree(f.Consequences, indent+"  "))
	}
	return b.String()
}

func day(lines ...string) string {
	for i, l := range lines {
		if l[0] != '-' && l[0] != ' ' {
			lines[i] = "2024-01-01 " + l
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestFindings(t *testing.T) {
	const chain = `
symptom test/a "A" { severity warning by host event a in t where message == "a" certain when a explains test/b, test/p }
symptom test/b "B" { severity error   by host event b in t where message == "b" certain when b explains test/c }
symptom test/c "C" { severity error   by host event c in t where message == "c" certain when c explains test/a }
symptom test/p "P" { severity error   by host event p in t where message == "p" possible when p explains test/q }
symptom test/q "Q" { severity error   by host event q in t where message == "q" certain when q }`
	for _, tt := range []struct {
		name, symptoms string
		inputs         []any
		want           string
	}{
		{"one finding for each key", `symptom test/a "A" { severity error by host event a in t where message == "a" certain when 2 of a possible when a }`,
			[]any{log{"x", "t", day("10:00:00 h1 a", "10:00:01 h2 a", "10:00:02 h1 a", "-- a")}},
			"certain test/a[h1] ×2\npossible test/a[h2] ×1\npossible test/a[] ×1\n"},
		{"a record that is two events counts once", `symptom test/a "A" { severity error event a in t where message has "a" event b in t where message has "b" certain when a and b }`,
			[]any{log{"x", "t", day("10:00:00 h ab", "10:00:01 h a")}},
			"certain test/a[] ×2\n"},
		{"the same place in two files is two records", `symptom test/a "A" { severity error event a in t where message == "a" certain when a }`,
			[]any{log{"x", "t", day("10:00:00 h a")}, log{"y", "t", day("10:00:00 h a")}},
			"certain test/a[] ×2\n"},
		{"what only clears or rules out is no evidence", `symptom test/a "A" { severity error event a in t where message == "a" event c in t where message == "c" event n in t where message == "n" certain when a and not n clears when c }`,
			[]any{log{"x", "t", day("10:00:00 h a", "10:00:01 h c")}},
			"certain test/a[] ×1\n"},
		{"evidence that only a value names", `symptom test/a "A" { severity error event a in t where message like | a n={n:int}
			value twice = a.n + a.n certain when twice > 5 }`,
			[]any{log{"x", "t", day("10:00:00 h a n=3")}},
			"certain test/a[] ×1\n"},
		{"a consequence stands beneath its cause, however bad", chain,
			[]any{log{"x", "t", day("10:00:00 h a", "10:00:05 h b")}},
			"certain test/a[h] ×1\n  certain test/b[h] ×1\n"},
		{"a consequence may be seen a little earlier", chain,
			[]any{log{"x", "t", day("09:50:00 h b", "10:00:00 h a")}},
			"certain test/a[h] ×1\n  certain test/b[h] ×1\n"},
		{"what was over long before is no consequence", chain,
			[]any{log{"x", "t", day("09:49:59 h b", "10:00:00 h a")}},
			"certain test/b[h] ×1\ncertain test/a[h] ×1\n"},
		{"a possible cause explains nothing", chain,
			[]any{log{"x", "t", day("10:00:00 h p", "10:00:00 h q")}},
			"certain test/q[h] ×1\npossible test/p[h] ×1\n"},
		{"a possible consequence is one", chain,
			[]any{log{"x", "t", day("10:00:00 h a", "10:00:00 h p")}},
			"certain test/a[h] ×1\n  possible test/p[h] ×1\n"},
		{"each host's consequence beneath its own cause", chain,
			[]any{log{"x", "t", day("10:00:00 h1 a", "10:00:00 h2 b", "10:00:00 h2 a", "10:00:01 h1 b", "10:00:01 h3 b")}},
			"certain test/b[h3] ×1\ncertain test/a[h1] ×1\n  certain test/b[h1] ×1\ncertain test/a[h2] ×1\n  certain test/b[h2] ×1\n"},
		{"a chain", chain,
			[]any{log{"x", "t", day("10:00:00 h b", "10:00:00 h c")}},
			"certain test/b[h] ×1\n  certain test/c[h] ×1\n"},
		{"of two causes the one in the consequence's own log", `
symptom test/bad  "B" { severity critical event b in t where message == "bad" certain when b explains test/c }
symptom test/near "N" { severity error    event n in t where message == "near" certain when n explains test/c }
symptom test/c    "C" { severity error    event c in t where message == "c" certain when c }`,
			[]any{log{"x", "t", day("10:00:00 h bad")}, log{"y", "t", day("10:00:00 h near", "10:00:00 h c")}},
			"certain test/bad[] ×1\ncertain test/near[] ×1\n  certain test/c[] ×1\n"},
		{"of two causes in other logs the worse one", `
symptom test/bad  "B" { severity critical event b in t where message == "bad" certain when b explains test/c }
symptom test/near "N" { severity error    event n in t where message == "near" certain when n explains test/c }
symptom test/c    "C" { severity error    event c in t where message == "c" certain when c }`,
			[]any{log{"x", "t", day("10:00:00 h bad")}, log{"y", "t", day("10:00:00 h near")}, log{"z", "t", day("10:00:00 h c")}},
			"certain test/bad[] ×1\n  certain test/c[] ×1\ncertain test/near[] ×1\n"},
		{"a circle has one root and loses nothing", chain,
			[]any{log{"x", "t", day("10:00:00 h a", "10:00:00 h b", "10:00:00 h c")}},
			"certain test/b[h] ×1\n  certain test/c[h] ×1\n    certain test/a[h] ×1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := newLaboratory(t, tt.symptoms).run(tt.inputs...)
			if diff := cmp.Diff(tt.want, tree(out.Findings, "")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhy(t *testing.T) {
	for _, tt := range []struct {
		name, symptom string
		inputs        []any
		want          []string
	}{
		{"alternatives that hold", `event a "A" in t where message == "a" event b "B" in t where message == "b" event c "C" in t where message == "c" certain when a and (b or c)`,
			[]any{log{"x", "t", day("10:00:00 h a", "10:00:01 h a", "10:00:02 h c")}},
			[]string{"certain, because A (2 records) and C (1 record)"}},
		{"in an order, the alternative that came in time", `event a "A" in t where message == "a" event b "B" in t where message == "b" event c "C" in t where message == "c" certain when a then (b or c) within 5m`,
			[]any{log{"x", "t", day("09:00:00 h b", "10:00:00 h a", "10:00:02 h c")}},
			[]string{"certain, because A (1 record), then C (1 record) within 5m"}},
		{"the values that made it hold, not the newest", `event a in t where message like | a n={n:int}
			certain when a.n > 5`,
			[]any{log{"x", "t", day("10:00:00 h a n=9", "10:00:01 h a n=1")}},
			[]string{"certain, because a.n (9) > 5"}},
		{"the file that made it hold", `fact f from "*f.txt" like | {n:int}
			certain when f.n > 5`,
			[]any{file{"n1/f.txt", "9"}, file{"n2/f.txt", "1"}},
			[]string{"certain, because f.n (9) > 5"}},
		{"what a missing clock costs", `event a in t where message == "a" event b in t where message == "b" certain when a then b within 5m`,
			[]any{log{"x", "t", day("- h a", "- h b")}},
			[]string{"certain, because a (1 record), then b (1 record) within 5m", "lowered to likely: records without a clock prove neither order nor a time window"}},
		{"a possible verdict that is not proven is not called lowered", `event a in t where message == "a" event b in t where message == "b" possible when (a and b) within 5m`,
			[]any{log{"x", "t", day("- h a", "- h b")}},
			[]string{"possible, because a (1 record) and b (1 record), all within 5m", "records without a clock prove neither order nor a time window"}},
		{"of two equal verdicts, the proven one", `event a in t where message == "a" event b in t where message == "b" certain when (a and b) within 5m likely when b`,
			[]any{log{"x", "t", day("- h a", "- h b")}},
			[]string{"likely, because b (1 record)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := newLaboratory(t, `symptom test/a "A" { severity error `+tt.symptom+"\n}").run(tt.inputs...)
			if len(out.Findings) != 1 {
				t.Fatalf("%d findings", len(out.Findings))
			}
			if diff := cmp.Diff(tt.want, out.Findings[0].Why); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	l := newLaboratory(t, `symptom test/a "A" { severity error event a "label" in t where message == "a" event b in t where message == "b" fact f from "*f.txt" like | n={n:int}
		certain when a or b or f.n > 1 }`)
	var lines []string
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("10:%02d:00 h a", 59-i))
	}
	out := l.run(log{"x", "t", day(append(lines, "- h b")...)}, file{"f.txt", "\nn=2"})
	f := out.Findings[0]
	var got []string
	for _, e := range f.Evidence {
		stamp := "no clock"
		if !e.Time.IsZero() {
			stamp = e.Time.Format("15:04")
		}
		got = append(got, fmt.Sprintf("%s %s:%d %s", e.Event, e.Place.Source, e.Place.Line, stamp))
	}
	// The record without a clock stands where the file has it: behind line 30.
	want := []string{"a x:30 10:30", "b x:31 no clock", "a x:29 10:31", "a x:1 10:59", "f f.txt:2 no clock"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f.Count != 32 || f.First.Format("15:04") != "10:30" || f.Last.Format("15:04") != "10:59" {
		t.Errorf("count %d, from %s to %s", f.Count, f.First, f.Last)
	}
}

func TestChecked(t *testing.T) {
	const symptom = `symptom test/a "A" { severity error product "P"
		event a in t where message == "a" event b in u where message == "b" fact f from "*etc/f.txt" like | {n:int}
		certain when a and b likely when a and f.n > 5 possible when a }`
	for _, tt := range []struct {
		name, symptom string
		inputs        []any
		want          string
	}{
		{"all is there, nothing found", symptom, []any{log{"x", "t", day("10:00:00 h z")}, log{"y", "u", day("10:00:00 h z")}}, "clean"},
		{"the weakest verdict can be ruled out: clean", symptom, []any{log{"x", "t", day("10:00:00 h z")}}, "clean"},
		{"found, and another log would make it sure", symptom, []any{log{"x", "t", day("10:00:00 h a")}},
			"found as possible; to be sure, these are needed: a log of format u"},
		{"found, and the log that would make it sure has nothing", symptom, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("10:00:00 h z")}, file{"etc/f.txt", "1"}}, ""},
		{"found for certain", symptom, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("10:00:00 h b")}}, ""},
		{"its log is not there", `symptom test/a "A" { severity error product "P" event a in t where message == "a" certain when a }
			symptom test/b "B" { severity error product "P" event b in u where message == "b" certain when b }`,
			[]any{log{"y", "u", day("10:00:00 h z")}}, "not in the input: a log of format t"},
		{"nothing of the product is there", strings.ReplaceAll(symptom, `"P"`, `"Test"`), nil, "no log or file of this product is in the input"},
		{"a file that is missing beside its neighbours was looked for", `symptom test/a "A" { severity error product "P" fact f from "*/etc/f.txt" like | {n:int}
			certain when f.n > 5 }`, []any{file{"etc/g.txt", ""}}, "clean"},
		{"one alternative is there, the other would need a log", `symptom test/a "A" { severity error product "P" event a in t where message == "a" event b in u where message == "b" certain when a or b }`,
			[]any{log{"x", "t", day("10:00:00 h z")}}, "clean"},
		{"what may be pasted anywhere does not make up for its log", `symptom test/a "A" { severity error product "P" event a in any where text has "pasted" event b in u where message == "b" certain when a or b }`,
			[]any{log{"x", "t", day("10:00:00 h z")}}, "not in the input: a log of format u"},
		{"nor does it for its file", `symptom test/a "A" { severity error product "P" event a in any where text has "pasted" fact f from "*etc/f.txt" like | {n:int}
			certain when a likely when f.n > 5 }`, []any{log{"x", "t", day("10:00:00 h z")}}, "not in the input: a file *etc/f.txt"},
		{"what is looked for anywhere and nowhere else was looked for", `symptom test/a "A" { severity error product "P" event a in any where text has "pasted" certain when a }
			symptom test/b "B" { severity error product "P" event b in t where message == "b" certain when b }`,
			[]any{log{"x", "t", day("10:00:00 h z")}}, "clean"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := newLaboratory(t, tt.symptom).run(tt.inputs...)
			got := ""
			for _, c := range out.Clean {
				if c.Name == "test/a" {
					got += "clean"
				}
			}
			for _, u := range out.Unchecked {
				if u.Symptom == "test/a" {
					got += u.Reason
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestExpectedState(t *testing.T) {
	l := newLaboratory(t, `expected test/e "E" {
		event on in t where message == "on" event off in t where message == "off" event some in t where message has "o"
		state "running" from on state "stopped" from off
		sample t | - h on
	}`)
	for _, tt := range []struct{ name, text, want string }{
		{"the newest tells", day("10:00:00 h on", "10:01:00 h off"), "stopped since 10:01:00 ×2"},
		{"out of order, the newest stamp tells", day("10:01:00 h off", "10:00:00 h on"), "stopped since 10:01:00 ×2"},
		{"equal stamps: the later in the file", day("10:00:00 h on", "10:00:00 h off", "10:00:00 h on"), "running since 10:00:00 ×3"},
		{"no clock: the later in the file", day("- h on", "- h off"), "stopped ×2"},
		{"a record without a clock stands behind the one before it", day("10:00:00 h on", "- h off"), "stopped ×2"},
		{"a record without a clock stands before the one behind it", day("10:00:00 h x", "- h off", "10:00:01 h on"), "running since 10:00:01 ×2"},
		{"others tell no state", day("10:00:00 h off", "10:00:01 h o"), "stopped since 10:00:00 ×2"},
		{"none tells a state", day("10:00:01 h o"), "×1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := l.run(log{"x", "t", tt.text})
			if len(out.Clean) != 1 {
				t.Fatal(out.Clean)
			}
			c := out.Clean[0]
			got := c.State
			if !c.Since.IsZero() {
				got += " since " + c.Since.Format("15:04:05")
			}
			if got = strings.TrimSpace(fmt.Sprintf("%s ×%d", got, c.Records)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFilter leaves out symptoms without touching the files that it was given.
func TestFilter(t *testing.T) {
	f := parse(t, "test.logdoc", []byte(`symptom test/a "A" { severity error event a in t certain when a } symptom test/b "B" { severity error event a in t certain when a }`))
	out := rules.Filter([]rules.Source{{Pack: "p", File: f}}, func(name, _ string) bool { return name == "test/b" })
	if got := out[0].File.Symptoms; len(got) != 1 || got[0].Name.Value != "test/b" || len(f.Symptoms) != 2 {
		t.Error(got, f.Symptoms)
	}
	_, set := compile(t, parseFile(t, "testdata/conformance/format.logdoc"), out[0].File)
	if diff := cmp.Diff([]string{"test/b"}, set.SymptomNames()); diff != "" {
		t.Error(diff)
	}
}

// TestOverride lets a later declaration of the same name win, and keeps the earlier one when the later has a mistake.
func TestOverride(t *testing.T) {
	sources := []rules.Source{
		{Pack: "first", File: parse(t, "1.logdoc", []byte(`symptom test/a "A" { severity error event a in t certain when a }`))},
		{Pack: "second", File: parse(t, "2.logdoc", []byte(`symptom test/a "A2" { severity error event a in t certain when a }`))},
		{Pack: "third", File: parse(t, "3.logdoc", []byte(`symptom test/a "A3" { severity error event a in nowhere certain when a }`))},
	}
	g, problems := grammar.Compile(parseFile(t, "testdata/conformance/format.logdoc").Formats)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	set, overridden, problems := rules.Compile(g, sources)
	if len(problems) != 1 || problems[0].Message != `no format is called "nowhere"` {
		t.Error(problems)
	}
	if diff := cmp.Diff([]string{"test/a"}, overridden); diff != "" {
		t.Error(diff)
	}
	if info := set.Symptoms(); len(info) != 1 || info[0].Title != "A2" || info[0].Pack != "second" {
		t.Error(info)
	}
}

// TestTooManyKeysAreTold reads more hosts than are kept apart: what is not shown is said.
func TestTooManyKeysAreTold(t *testing.T) {
	const symptom = `symptom test/a "A" { severity error product "P" by a.host event a in t where message == "a" certain when a }`
	var lines []string
	for i := range 1100 {
		lines = append(lines, fmt.Sprintf("10:00:00 h%d a", i))
	}
	out := newLaboratory(t, symptom).run(log{"x", "t", day(lines...)})
	if len(out.Findings) != 1024 || len(out.Notes) != 1 || !out.Notes[0].LeftOut {
		t.Errorf("%d findings, notes %v", len(out.Findings), out.Notes)
	}
	if out := newLaboratory(t, symptom).run(log{"x", "t", day(lines[:5]...)}); len(out.Notes) != 0 {
		t.Errorf("notes of a few keys: %v", out.Notes)
	}
}
