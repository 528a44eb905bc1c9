package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/rules"
)

// silenceable is a symptom by host with what a silence can ask of, and what it explains.
const silenceable = `symptom test/cause "Something is known" {
  severity warning
  by host
  event a in t where message like | a {n:int} {who:word}
  value twice "twice as many" = a.n + a.n
  certain when 2 of a
  likely  when a
  explains test/mild, test/worse
}
symptom test/mild "A mild consequence" {
  severity warning
  event b in t where message == "b"
  certain when b
  explains test/deep
}
symptom test/worse "A worse consequence" {
  severity critical
  event c in t where message == "c"
  certain when c
}
symptom test/deep "A worse consequence of the mild one" {
  severity error
  event d in t where message == "d"
  certain when d
}
`

var (
	anyDay   = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	noSource = rules.Source{Pack: "test", File: &lang.File{}}
)

// names writes findings as "test/cause=key", and what is beneath them in brackets.
func names(findings []logdoc.Finding) string {
	var out []string
	for _, f := range findings {
		text := f.Symptom
		if f.Key != "" {
			text += "=" + string(f.Key)
		}
		if len(f.Consequences) > 0 {
			text += "(" + names(f.Consequences) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func silencedNames(silenced []logdoc.Silenced) string {
	var findings []logdoc.Finding
	for _, s := range silenced {
		findings = append(findings, s.Finding)
	}
	return names(findings)
}

// TestSilenceWhere has one finding each of the hosts lab1, lab2 and prod, and says which of them a condition silences.
func TestSilenceWhere(t *testing.T) {
	input := log{"x", "t", `2024-01-01 10:00:00 lab1 a 5 ann
2024-01-01 10:00:00 lab2 a 1,200 bob
2024-01-01 10:00:01 lab2 a 7 ann
2024-01-01 10:00:00 prod a 30 cy
`}
	for _, tt := range []struct{ where, silenced string }{
		{"", "lab2 lab1 prod"},
		{`host == "lab1"`, "lab1"},
		{`host == "lab*"`, "lab2 lab1"},
		{`host == "*"`, "lab2 lab1 prod"},
		{`host == "*a*"`, "lab2 lab1"},
		{`host == "ab*"`, ""},
		{`host == "lab."`, ""},
		{`host == ""`, ""},
		{`host != "lab*"`, "prod"},
		{`not host == "lab*"`, "prod"},
		{`not host != "lab*"`, "lab2 lab1"},
		{`key == "lab2"`, "lab2"},
		{`host has "ab"`, "lab2 lab1"},
		{`host ~ /^lab[12]$/`, "lab2 lab1"},
		{"host like | lab{n:int}\n", "lab2 lab1"},
		{"not host like | lab{n:int}\n", "prod"},
		{`certainty == likely`, "lab1 prod"},
		{`certainty < certain`, "lab1 prod"},
		{`not certainty == likely`, "lab2"},
		{`severity <= warning and severity > info`, "lab2 lab1 prod"},
		{`severity >= error`, ""},
		{`state == active`, "lab1 lab2 prod"},
		{`state != active`, ""},
		{`n < 30`, "lab1"},
		{`n <= 30`, "lab1 prod"},
		{`n > 6.5`, "lab2 prod"},
		{`twice == 60`, "prod"},
		{`host == "lab*" and n < 30`, "lab1"},
		{`host == "prod" or n < 30`, "lab1 prod"},
		{`not (host == "prod" or n < 30)`, ""},
		{`who >= "c"`, "prod"},
		// lab2 has two of them: neither a test nor its opposite holds where it holds of one only.
		{`who == "ann"`, "lab1"},
		{`not who == "ann"`, "prod"},
		{`who != "ann"`, "prod"},
		{`who == "ann" or who == "bob"`, "lab1"},
		{`who ~ /^(ann|bob)$/`, "lab2 lab1"},
		{`not (who == "ann" or who == "bob")`, "prod"},
		{`not (not who == "ann" and host == "lab*")`, "lab1 prod"},
	} {
		t.Run(tt.where, func(t *testing.T) {
			text := silenceable + "silence test/cause {\n because | x\n until 2026-12-01\n"
			if tt.where != "" {
				text += " where " + tt.where + "\n"
			}
			lab, _, silences := site(t, text+"}")
			out := lab.run(input)
			if len(out.Findings) != 3 {
				t.Fatal(names(out.Findings))
			}
			told, silenced := silences.Apply(out.Findings, anyDay)
			want := map[string]bool{}
			for _, host := range strings.Fields(tt.silenced) {
				want["test/cause="+host] = true
			}
			for _, s := range silenced {
				if name := names([]logdoc.Finding{s.Finding}); !want[name] {
					t.Errorf("%s is silenced", name)
				}
			}
			if len(silenced) != len(want) || len(told) != 3-len(want) {
				t.Errorf("silenced: %s; told: %s", silencedNames(silenced), names(told))
			}
		})
	}
}

// A finding of more different values than are kept is not silenced by one of them: nobody knows the others.
func TestSilenceOfTooManyValues(t *testing.T) {
	values := make([]logdoc.LogText, 100)
	for i := range values {
		values[i] = "lab"
	}
	_, _, silences := site(t, silenceable+`silence test/mild { because | x
 until 2026-12-01
 where host == "lab" or not host == "lab"
}`)
	f := logdoc.Finding{Symptom: "test/mild", Values: []logdoc.Value{{Name: "host", Text: "lab", All: values[:99]}}}
	if _, silenced := silences.Apply([]logdoc.Finding{f}, anyDay); len(silenced) != 1 {
		t.Error("99 values are all known")
	}
	f.Values[0].All = values
	if _, silenced := silences.Apply([]logdoc.Finding{f}, anyDay); len(silenced) != 0 {
		t.Error("100 values may be more")
	}
	f.Values = nil
	if _, silenced := silences.Apply([]logdoc.Finding{f}, anyDay); len(silenced) != 0 {
		t.Error("nothing is known of a finding without a host")
	}
}

// A fact's field is asked for without the fact, and every file that it was read from must pass.
func TestSilenceOfFacts(t *testing.T) {
	text := `symptom test/fact "A number in a file" {
  severity error
  fact number from "*.num" like | n={n:int}
  certain when number.n > 3
}
silence test/fact { because | x
 until 2026-12-01
 where n < 10
}`
	lab, _, silences := site(t, text)
	for files, want := range map[string]int{"n=5": 1, "n=5 n=5": 1, "n=5 n=7": 1, "n=5 n=20": 0, "n=20 n=5": 0} {
		var inputs []any
		for i, content := range strings.Fields(files) {
			inputs = append(inputs, file{string(rune('a'+i)) + ".num", content})
		}
		out := lab.run(inputs...)
		if len(out.Findings) != 1 {
			t.Fatal(names(out.Findings))
		}
		if _, silenced := silences.Apply(out.Findings, anyDay); len(silenced) != want {
			t.Errorf("%s: %d silenced, want %d", files, len(silenced), want)
		}
	}
}

func TestSilenceConsequences(t *testing.T) {
	input := log{"x", "t", `2024-01-01 10:00:00 h a 1 ann
2024-01-01 10:00:01 h b
2024-01-01 10:00:02 h c
2024-01-01 10:00:03 h d
`}
	silence := func(name string) string {
		return "silence test/" + name + " { because | of " + name + "\n until 2026-12-01\n}\n"
	}
	for _, tt := range []struct{ name, silences, told, silenced string }{
		{"none", "", "test/cause=h(test/mild(test/deep) test/worse)", ""},
		{"a consequence", silence("worse"), "test/cause=h(test/mild(test/deep))", "test/worse"},
		{"a consequence with one that is worse", silence("mild"), "test/cause=h(test/worse test/deep)", "test/mild"},
		{"a consequence of a consequence", silence("deep"), "test/cause=h(test/mild test/worse)", "test/deep"},
		{"the cause: what is worse rises, also from further down", silence("cause"), "test/worse test/deep", "test/cause=h(test/mild)"},
		{"the cause, and one that would rise", silence("cause") + silence("worse"), "test/deep", "test/worse test/cause=h(test/mild)"},
		{"all", silence("cause") + silence("worse") + silence("mild") + silence("deep"), "", "test/worse test/deep test/cause=h(test/mild)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lab, _, silences := site(t, silenceable+tt.silences)
			told, silenced := silences.Apply(lab.run(input).Findings, anyDay)
			if diff := cmp.Diff([]string{tt.told, tt.silenced}, []string{names(told), silencedNames(silenced)}); diff != "" {
				t.Error(diff)
			}
			for _, f := range told {
				if why := f.Why[len(f.Why)-1]; f.Symptom != "test/cause" && why != "test/cause explains it, which is silenced; this is worse and is told all the same" {
					t.Errorf("%s does not say why it stands alone: %s", f.Symptom, why)
				}
			}
		})
	}
}

func TestSilenceTimes(t *testing.T) {
	lab, _, silences := site(t, silenceable+`silence test/mild { because | first
 until 2026-12-01 }
silence test/mild { because | second
 until 2026-11-30T23:30:00-01:00 }`)
	findings := lab.run(log{"x", "t", "2030-01-01 10:00:00 h b\n"}).Findings
	for _, tt := range []struct {
		now, because, expired string
	}{
		{"0001-01-01T00:00:00Z", "second", ""},
		{"2026-11-30T23:59:59Z", "second", ""},
		{"2026-12-01T00:00:00Z", "second", "silence test/mild ended at 2026-12-01"},
		{"2026-12-01T00:29:59Z", "second", "silence test/mild ended at 2026-12-01"},
		{"2026-12-01T00:30:00Z", "", "silence test/mild ended at 2026-12-01 silence test/mild ended at 2026-11-30T23:30:00-01:00"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		told, silenced := silences.Apply(findings, now)
		because := ""
		if len(silenced) > 0 {
			because = silenced[0].Because
		}
		var expired []string
		for _, p := range silences.Expired(now) {
			expired = append(expired, p.Message)
			if !p.Warning || p.Pos.Line == 0 {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(expired, " "); because != tt.because || got != tt.expired || len(told)+len(silenced) != 1 {
			t.Errorf("%s: because %q, expired %q, %d told", tt.now, because, got, len(told))
		}
	}
	_, silenced := silences.Apply(findings, anyDay)
	if s := silenced[0]; s.File != "site.logdoc" || !s.Until.Equal(time.Date(2026, 12, 1, 0, 30, 0, 0, time.UTC)) {
		t.Errorf("%s until %s", s.File, s.Until)
	}
}

func TestSilenceProblems(t *testing.T) {
	for _, tt := range []struct{ name, silence, message, advice string }{
		{"unknown", "silence test/cuase { because | x\n until 2026-12-01 }", `no symptom is called "test/cuase"`, `did you mean "test/cause"?`},
		{"field", "silence test/cause { because | x\n until 2026-12-01\n where hots == \"x\" }", `findings of this symptom have no "hots"`, `did you mean "host"?`},
		{"record's field", "silence test/cause { because | x\n until 2026-12-01\n where text has \"x\" }", `findings of this symptom have no "text"`, ""},
		{"template", "silence test/cause { because | x\n until 2026-12-01\n where host like | lab{\n }", "this hole is not closed", "write {name}, or {{ for a brace"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lab, _, _ := site(t, silenceable)
			sources := []rules.Source{{Pack: "test", File: parse(t, "s.logdoc", []byte(silenceable))}, {Pack: "site", File: parse(t, "s.logdoc", []byte(tt.silence))}}
			silences, problems := lab.rules.Silences(sources)
			if len(problems) != 1 || len(silences) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff([]string{tt.message, tt.advice}, []string{problems[0].Message, problems[0].Advice}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A symptom that a selection left out of the set is none that nobody knows.
func TestSilenceOfWhatIsLeftOut(t *testing.T) {
	_, set := compile(t, parseFile(t, "testdata/conformance/format.logdoc"))
	file := parse(t, "s.logdoc", []byte(silenceable+"silence test/cause { because | x\n until 2026-12-01\n where hots == \"x\" }"))
	if _, problems := set.Silences([]rules.Source{noSource, {Pack: "test", File: file}}); len(problems) > 0 {
		t.Error(problems)
	}
}

// Whatever is silenced, no finding is lost or told twice, and none that is worse than every silenced one is hidden.
func TestSilencesLoseNothing(t *testing.T) {
	symptoms := []string{"cause", "mild", "worse", "deep"}
	lab, _, _ := site(t, silenceable)
	rapid.Check(t, func(r *rapid.T) {
		var tree func(depth int) []logdoc.Finding
		total := 0
		tree = func(depth int) []logdoc.Finding {
			var out []logdoc.Finding
			for range rapid.IntRange(0, 3).Draw(r, "findings") {
				total++
				f := logdoc.Finding{Symptom: "test/" + rapid.SampledFrom(symptoms).Draw(r, "symptom"), Severity: logdoc.Severity(rapid.IntRange(2, 6).Draw(r, "severity"))}
				if depth > 0 {
					f.Consequences = tree(depth - 1)
				}
				out = append(out, f)
			}
			return out
		}
		findings := tree(3)
		text := silenceable
		named := map[string]bool{}
		for _, name := range symptoms {
			if rapid.Bool().Draw(r, name) {
				named["test/"+name] = true
				text += "silence test/" + name + " { because | x\n until 2026-12-01 }\n"
			}
		}
		silences, problems := lab.rules.Silences([]rules.Source{{Pack: "test", File: parse(t, "s.logdoc", []byte(text))}})
		if len(problems) > 0 {
			r.Fatal(problems)
		}
		before := names(findings)
		told, silenced := silences.Apply(findings, anyDay)
		seen := 0
		var visit func(fs []logdoc.Finding, check func(f *logdoc.Finding))
		visit = func(fs []logdoc.Finding, check func(f *logdoc.Finding)) {
			for i := range fs {
				seen++
				check(&fs[i])
				visit(fs[i].Consequences, check)
			}
		}
		visit(told, func(f *logdoc.Finding) {
			if named[f.Symptom] {
				r.Errorf("%s is told", f.Symptom)
			}
		})
		for _, s := range silenced {
			if !named[s.Finding.Symptom] {
				r.Errorf("%s is silenced", s.Finding.Symptom)
			}
			visit([]logdoc.Finding{s.Finding}, func(f *logdoc.Finding) {
				if f.Severity > s.Finding.Severity {
					r.Errorf("%s (%s) is hidden by %s (%s)", f.Symptom, f.Severity, s.Finding.Symptom, s.Finding.Severity)
				}
			})
		}
		if seen != total {
			r.Errorf("%d findings of %d: %s became %s and %s", seen, total, before, names(told), silencedNames(silenced))
		}
		if again := names(findings); again != before {
			r.Errorf("the given findings were changed: %s became %s", before, again)
		}
	})
}
