package cre_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/rules/cre"
)

// TestRefused holds that what cannot be run is told with its place.
func TestRefused(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"a set of one term with a window", rule("set:\n    window: 10s\n    match: [aaaa]"), "6:7: a set of one term has no window"},
		{"a set of several terms without a window", rule("set:\n    match: [aaaa, bbbb]"), "5:5: a set of several terms needs a window"},
		{"a repeated term without a window", rule("set:\n    match: [{value: aaaa, count: 2}]"), "5:5: a set of several terms needs a window"},
		{"a sequence without a window", rule("sequence:\n    order: [aaaa, bbbb]"), "5:5: a sequence needs a window"},
		{"a sequence of one term", rule("sequence:\n    window: 10s\n    order: [aaaa]"), "7:7: a sequence has at least two terms"},
		{"a sequence that matches", rule("sequence:\n    window: 10s\n    match: [aaaa, bbbb]"), "7:7: a sequence has no match"},
		{"a set with an order", rule("set:\n    window: 10s\n    order: [aaaa, bbbb]"), "7:7: a set has no order"},
		{"a regexp that does not compile", rule("set:\n    match:\n    - regex: 'aaaa('"), "7:16: the regular expression does not compile: missing closing )"},
		{"a look-ahead", rule("set:\n    match:\n    - regex: 'aaaa(?!b)'"), "7:16: the regular expression does not compile: invalid or unsupported Perl syntax"},
		{"an anchor outside", rule("set:\n    match: [aaaa]\n    negate:\n    - {value: cccc, anchor: 1}"), "8:23: anchor 1 is outside of the 1 terms that must be seen"},
		{"a negated count", rule("set:\n    match: [aaaa]\n    negate:\n    - {value: cccc, count: 2}"), "8:23: a negated term has no count"},
		{"more than 64 terms", rule("set:\n    window: 10s\n    match:\n    - {value: aaaa, count: 64}\n    - bbbb"), "7:7: the set has more than 64 terms"},
		{"more than 64 negated terms", rule("set:\n    match: [aaaa]\n    negate: [" + strings.Repeat("c, ", 65) + "]"), "7:7: negate has more than 64 terms"},

		{"no positive term", rule("set:\n    negate: [cccc]"), "5:5: the set has no match"},
		{"neither", rule("superset:\n    match: [aaaa]"), `5:5: "superset" is no kind of rule that can be run`},
		{"an empty rule", "rules:\n- cre: {id: x}\n  rule: {}", "3:9: the rule is empty"},
		{"no rule", "rules:\n- cre: {id: x}", "2:3: the rule has no rule: part"},
		{"no id", "rules:\n- rule:\n    set:\n      match: [aaaa]", "2:3: the rule has no id"},
		{"an unknown key of a term", rule("set:\n    match:\n    - regexs: aaaa"), `7:9: "regexs" means nothing in a term`},
		{"an unknown key of a set", rule("set:\n    matches: [aaaa]"), `6:7: "matches" means nothing in a set`},
		{"an unknown key of a rule", "rules:\n- cre: {id: x}\n  negate: []\n  rule:\n    set:\n      match: [aaaa]", `3:3: "negate" means nothing in a rule`},
		{"an unknown key of an event", rule("set:\n    event: {sorce: x}\n    match: [aaaa]"), `6:15: "sorce" means nothing in an event`},
		{"a key twice", rule("set:\n    match: [aaaa]\n    match: [bbbb]"), `7:7: "match" stands here twice`},
		{"a window in days", rule("set:\n    window: 10d\n    match: [aaaa, bbbb]"), `6:15: the window is no time: "10d"`},
		{"a window without a unit", rule("set:\n    window: 10\n    match: [aaaa, bbbb]"), `6:15: the window is no time: "10"`},
		{"a window of nothing", rule("set:\n    window: 0s\n    match: [aaaa, bbbb]"), "6:15: a window is longer than nothing"},
		{"an empty term", rule("set:\n    match: ['']"), "6:15: an empty text is in every record"},
		{"a term that says nothing", rule("set:\n    match: [{field: x}]"), "6:15: the term says nothing to look for"},
		{"two terms in one", rule("set:\n    match: [{value: x, regex: y}]"), "6:26: a term is one of value, regex, jq, set and sequence"},
		{"within of no time", rule("set:\n    match: [{value: aaaa, count: 3, within: 10}]"), `6:47: within is no time: "10"`},
		{"within nothing", rule("set:\n    match: [{value: aaaa, count: 3, within: 0s}]"), "6:47: within is longer than nothing"},
		{"within of a condition", rule("set:\n    match: [{within: 3s, set: {match: [aaaa]}}]"), "6:16: a condition has no within"},
		{"too many within a time", rule("set:\n    match: [{value: aaaa, count: 65, within: 3s}]"), "6:29: more than 64 records are not counted within a time"},
		{"a count below one", rule("set:\n    match: [{value: aaaa, count: 0}]"), "6:36: count is no whole number"},
		{"jq that does not parse", rule("set:\n    match: [{jq: '.a =='}]"), "6:20: the jq program does not parse"},
		{"jq that does not compile", rule("set:\n    match: [{jq: 'nosuch(1)'}]"), "6:20: the jq program does not compile"},
		{"jq that asks for the time", rule("set:\n    match: [{jq: '.a > now'}]"), "6:20: the jq program uses now"},
		{"jq that makes long texts", rule("set:\n    match: [{jq: '.a * .b == 1'}]"), "6:20: the jq program multiplies"},
		{"jq that reads on", rule("set:\n    match: [{jq: 'input'}]"), "6:20: the jq program uses input"},
		{"metrics", rule("set:\n    match: [{promql: {expr: up}}]"), "6:16: a query of metrics is not run"},
		{"a script", rule("set:\n    match: [{script: {code: x}}]"), "6:16: a script is not run"},
		{"extract", rule("set:\n    match: [{value: aaaa, extract: []}]"), "6:29: extract is not run"},
		{"a nested mistake", rule("set:\n    match:\n    - sequence:\n        order: [aaaa, bbbb]"), "7:9: a sequence needs a window"},
		{"a term of itself", "rules:\n- cre: {id: x}\n  rule:\n    set:\n      match: [t]\nterms:\n  t:\n    set:\n      match: [t]", `9:15: the term "t" refers to itself`},
		{"terms that grow", laughingTerms(), "the rule has more than 256 conditions"},
		{"a list for a mapping", "rules:\n- [a]", "2:3: a rule is no mapping of keys to values"},
		{"a mapping for a text", "rules:\n- cre: {id: {a: b}}\n  rule:\n    set:\n      match: [aaaa]", "2:13: id is no text"},

		{"no YAML", "rules:\n- cre: {id: x\n", "this is no YAML: "},
		{"a tab", "rules:\n\t- cre:\n", "2:1: this is no YAML: "},
		{"no UTF-8", "rules:\n- cre: {id: \"\xff\"}\n", "2:1: the file is no UTF-8 text"},
		{"brackets", strings.Repeat("[", 1_000_000), "1:1: brackets nest more than 64 deep"},
		{"braces", strings.Repeat("{a: ", 1_000_000), "1:1: brackets nest more than 64 deep"},
		{"dashes", strings.Repeat("- ", 1_000_000), "1:1: brackets nest more than 64 deep"},
		{"indents", indented(200), "lists and mappings nest more than 64 deep"},
		{"too long", "rules:\n" + strings.Repeat("# x\n", cre.MaxSize/4), "1:1: the file has more than 8 MiB"},
		{"aliases that grow", laughing(), ""},
		{"an alias of itself", "rules: &a\n- *a\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			f, problems := cre.Read("rule.yaml", []byte(test.yaml))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			if len(f.Symptoms) > 0 {
				t.Errorf("accepted")
			}
			errs := problems.Errors()
			if len(errs) == 0 || !strings.Contains(errs[0].Error(), test.want) {
				t.Errorf("got %v, want %s", errs, test.want)
			}
		})
	}
}

// laughingTerms refers to two terms each of which refers to two, and so on.
func laughingTerms() string {
	var b strings.Builder
	b.WriteString("rules:\n- cre: {id: x}\n  rule:\n    set:\n      window: 10s\n      match: [t0, aaaa]\nterms:\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  t%d:\n    set:\n      window: 10s\n      match: [t%d, t%d]\n", i, i+1, i+1)
	}
	return b.String() + "  t30: bbbb\n"
}

// laughing is the same with aliases.
func laughing() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 12 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return b.String() + "rules:\n- cre: {id: x, tags: *a12, references: *a12, applications: *a12}\n  rule:\n    set:\n      match: *a12\n"
}

func indented(n int) string {
	var b strings.Builder
	b.WriteString("rules:\n- cre: {id: x}\n  rule:\n")
	for i := range n {
		at := strings.Repeat("  ", 2+2*i)
		fmt.Fprintf(&b, "%sset:\n%s  match:\n%s  -\n", at, at, at)
	}
	return b.String() + strings.Repeat("  ", 3+2*n) + "value: aaaa\n"
}

// described is a rule with one more key of the descriptive part.
func described(key string) string {
	return "rules:\n- cre: {id: x, " + key + "}\n  rule:\n    set:\n      match: [aaaa]\n"
}

// TestTolerated holds what authors write otherwise than the schema says, and what is nevertheless understood without a word.
func TestTolerated(t *testing.T) {
	tests := []struct {
		name, yaml string
		got        func(*lang.Symptom) string
		want       string
	}{
		{"a severity by its name", described("severity: High"), func(s *lang.Symptom) string { return s.Severity.Value }, "error"},
		{"a severity in quotes", described(`severity: "4"`), func(s *lang.Symptom) string { return s.Severity.Value }, "info"},
		{"a title that is a number", described("title: 12"), func(s *lang.Symptom) string { return s.Title.Value }, "12"},
		{"one reference", described("references: https://example.com"), func(s *lang.Symptom) string { return s.See[0].Value }, "https://example.com"},
		{"one application", described("applications: {name: pump, version: 1.0}"), func(s *lang.Symptom) string { return s.Product.Value }, "pump"},
		{"applications by their names", described("applications: [pump, motor]"), func(s *lang.Symptom) string { return s.Product.Value }, "pump"},
		{"an id with blanks", "rules:\n- cre: {id: My  rule 1}\n  rule:\n    set:\n      match: [aaaa]\n", func(s *lang.Symptom) string { return s.Name.Value }, "My rule 1"},
		{"an event that is its source", rule("set:\n    event: cre.log.pump\n    match: [aaaa]"), func(s *lang.Symptom) string { return s.Name.Value }, "test"},
		{"a value that is a number", rule("set:\n    match: [{value: 5040}]"), func(s *lang.Symptom) string { return s.Events[0].Label.Value }, "5040"},
		{"Windows line ends behind a mark", "\ufeff" + strings.ReplaceAll(rule("set:\n    match: [aaaa]"), "\n", "\r\n"), func(s *lang.Symptom) string { return s.Events[0].Label.Value }, "aaaa"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, problems := cre.Read("rule.yaml", []byte(test.yaml))
			if len(problems) > 0 || len(f.Symptoms) != 1 {
				t.Fatalf("refused: %v", problems)
			}
			if got := test.got(f.Symptoms[0]); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestWarned holds what is used, but told.
func TestWarned(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"an unknown key of the CRE", "rules:\n- cre: {id: x, impcat: y}\n  rule:\n    set:\n      match: [aaaa]", `2:16: "impcat" is not used`},
		{"a regexp without a text", rule("set:\n    match: [{regex: '[ab]+'}]"), "6:23: this is tried on every record"},
		{"a short value", rule("set:\n    match: [abc]"), "6:15: this is tried on every record"},
		{"a value that ends in a break", rule("set:\n    match:\n    - value: |\n        aaaa"), "7:16: the text ends in a line break"},
		{"negation of a term that must be seen", rule("set:\n    match: [{value: aaaa, anchor: 1}]"), `6:29: "anchor" is not used`},
		{"both", rule("set:\n    match: [aaaa]\n  sequence:\n    window: 10s\n    order: [aaaa, bbbb]"), "7:5: a rule is a set or a sequence, not both: the sequence is run"},
		{"within of one record", rule("set:\n    match: [{value: aaaa, within: 10s}]"), `6:29: "within" is not used`},
		{"a severity that is none", described("severity: 5"), "2:26: the severity is no whole number from 0 to 4: the rule counts as a warning"},
		{"a severity of another type", described("severity: [1]"), "2:26: the severity is no text: it is not shown"},
		{"a title that is none", described("title: {a: b}"), "2:23: title is no text: it is not shown"},
		{"a reference with keys", described("references: [{url: y}]"), "2:29: a reference is no text: it is not shown"},
		{"a mitigation with keys", described("mitigation: {first: y}"), "2:28: mitigation is no text: it is not shown"},
		{"a name of a list", described("applications: [{name: [y]}]"), "2:38: the name is no text: it is not shown"},
		{"no rule at all", "rules: []", "1:1: there is no rule in this file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, problems := cre.Read("rule.yaml", []byte(test.yaml))
			if len(problems) != 1 || !problems[0].Warning || !strings.Contains(problems[0].Error(), test.want) {
				t.Errorf("got %v, want the warning %s", problems, test.want)
			}
		})
	}
}

// TestRefusedBesideGood holds that one rule that cannot be run does not take the others with it.
func TestRefusedBesideGood(t *testing.T) {
	f, problems := cre.Read("rule.yaml", []byte(rule("set:\n    match: [aaaa]")+"- cre: {id: bad}\n  rule: {}\n"+strings.TrimPrefix(rule("set:\n    match: [bbbb]"), "rules:\n")+"---\n"+rule("set:\n    match: [cccc]")))
	if len(f.Symptoms) != 3 || f.Refused != 1 || len(problems) != 1 {
		t.Errorf("got %d rules, %d refused, %v", len(f.Symptoms), f.Refused, problems)
	}
}

// TestOtherYAML holds that YAML beside the rules is told from rules.
func TestOtherYAML(t *testing.T) {
	for _, src := range []string{"tags:\n- name: a\n", "", "# nothing\n", "a: b\n---\nc: d\n", "- a\n- b\n", "just text\n"} {
		f, problems := cre.Read("tags.yaml", []byte(src))
		if f.Rules || len(f.Symptoms) > 0 || len(problems) > 0 {
			t.Errorf("%q: got %v %v", src, f, problems)
		}
	}
}

const full = `rules:
- cre:
    id: ACME-1
    severity: 0
    title: "Pumps\e[31m\nstop"
    category: pump
    tags: [a, b]
    author: Somebody
    description: They <b>stop</b>.
    impact: No water.
    impactScore: 9
    cause: |
      Dirt.

      Or rust.
    mitigation: |
      **At once:**
      1. Check the pump: ` + "`pump status`" + `
         - also the valve
      2. Clean it
         ` + "```bash" + `
         pump stop
         pump clean
         ` + "```" + `

      Later:
      - Verify that water flows
      - [Read on](https://example.com)
    mitigationScore: 5
    references:
    - https://example.com/pump
    applications:
    - {name: pump, version: ">=1", processName: pumpd}
    reports: 3
    version: "0.1.0"
  metadata: {id: abc, hash: def, gen: 1, generation: 1, kind: prequel, version: "1", name: x}
  rule:
    set:
      event: {source: cre.log.pump, origin: true}
      match: [{value: stopped, field: msg}]
`

func TestSymptom(t *testing.T) {
	f, problems := cre.Read("rule.yaml", []byte(full))
	if len(problems) > 0 || len(f.Symptoms) != 1 {
		t.Fatal(problems)
	}
	s := f.Symptoms[0]
	got := map[string]any{
		"name": s.Name.Value, "severity": s.Severity.Value, "title": s.Title.Value, "product": s.Product.Value, "cause": s.Cause.Lines, "impact": s.Impact.Lines,
		"see": s.See[0].Value, "label": s.Events[0].Label.Value, "place": s.Name.Pos,
	}
	want := map[string]any{
		"name": "ACME-1", "severity": "critical", "title": "Pumps␛[31m stop", "product": "pump", "cause": []string{"They <b>stop</b>.", "", "Dirt.", "", "Or rust."},
		"impact": []string{"No water."}, "see": "https://example.com/pump", "label": "msg: stopped", "place": lang.Pos{File: "rule.yaml", Line: 3, Col: 9},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var steps []string
	for _, st := range s.Steps {
		line := st.Kind.String() + " " + st.Title.Value
		for _, n := range st.Notes {
			line += " | " + strings.Join(n.Lines, " ")
		}
		for _, r := range st.Runs {
			line += " $ " + strings.Join(r.Lines, " ")
		}
		steps = append(steps, line)
	}
	wantSteps := []string{
		"look Check the pump: `pump status` | **At once:** | - also the valve",
		"change Clean it $ pump stop $ pump clean",
		"verify Verify that water flows | Later:",
		"change [Read on](https://example.com)",
	}
	if diff := cmp.Diff(wantSteps, steps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSeverities(t *testing.T) {
	for i, want := range []logdoc.Severity{logdoc.Critical, logdoc.Error, logdoc.Warning, logdoc.Notice, logdoc.Info} {
		f, problems := cre.Read("rule.yaml", fmt.Appendf(nil, "rules:\n- cre: {id: x, severity: %d}\n  rule:\n    set:\n      match: [aaaa]\n", i))
		if len(problems) > 0 || f.Symptoms[0].Severity.Value != want.String() {
			t.Errorf("%d: got %v %v", i, f.Symptoms, problems)
		}
	}
}

// TestMitigationWithoutList holds that prose is one step.
func TestMitigationWithoutList(t *testing.T) {
	f, _ := cre.Read("rule.yaml", []byte("rules:\n- cre:\n    id: x\n    mitigation: |\n      Buy a new one.\n      Or wait.\n  rule:\n    set:\n      match: [aaaa]\n"))
	steps := f.Symptoms[0].Steps
	if len(steps) != 1 || strings.Join(steps[0].Notes[0].Lines, " ") != "Buy a new one. Or wait." {
		t.Errorf("got %v", steps)
	}
}

// FuzzRead holds that nothing that a file holds makes the reader fail, and that what it accepts is found or not without failing either.
func FuzzRead(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(nested))
	f.Add([]byte(laughingTerms()))
	f.Add([]byte(rule("sequence:\n    window: 10s\n    order: [aaaa, {regex: 'b+'}]\n    negate:\n    - {jq: '.a', window: 1s, slide: -1s, anchor: 1, absolute: true}")))
	f.Add([]byte("rules: &a\n- *a\n"))
	f.Add([]byte("a: [b"))
	f.Fuzz(func(t *testing.T, src []byte) {
		read, problems := cre.Read("rule.yaml", src)
		for _, p := range problems {
			if p.Message == "" || p.Pos.Line < 1 || p.Pos.Col < 1 || strings.ContainsAny(p.Message, "\x1b\n") {
				t.Errorf("problem %#v", p)
			}
		}
		for _, s := range read.Symptoms {
			if s.Name.Value == "" || s.Title.Value == "" || len(s.Events) == 0 || len(s.Verdicts) != 1 {
				t.Errorf("symptom %#v", s)
			}
		}
	})
}
