package cre_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
	"logdoc/rules/cre"
)

// fataler is a test of either kind.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// generic is the format that reads any line with a time.
func generic(t fataler) *grammar.Set {
	t.Helper()
	src, err := os.ReadFile("../../grammar/formats/generic.logdoc")
	if err != nil {
		t.Fatal(err)
	}
	f, ps := lang.Parse("generic.logdoc", src)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	set, ps := grammar.Compile(f.Formats)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return set
}

// stamped writes lines `12.5 text`, in seconds, as a log with stamps; a line that starts with a dash has none. Without a leading number nothing is added.
func stamped(log string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		second, text, _ := strings.Cut(line, " ")
		var s float64
		if _, err := fmt.Sscanf(second, "%g", &s); err == nil {
			line = time.Unix(1740787200, int64(math.Round(s*1e3))*1e6).UTC().Format("2006-01-02 15:04:05.000") + " " + text
		}
		if line = strings.TrimPrefix(line, "- "); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// diagnosed runs the rules of one file over logs and returns the finding of the first rule, if there is one.
func diagnosed(t fataler, yaml string, logs ...string) *logdoc.Finding {
	t.Helper()
	out := correlated(t, yaml, logs...).Finish(time.Time{})
	if len(out.Findings) == 0 {
		return nil
	}
	return &out.Findings[0]
}

// correlated gives the logs to a correlator for the rules of one file.
func correlated(t fataler, yaml string, logs ...string) *rules.Correlator {
	t.Helper()
	f, problems := cre.Read("rule.yaml", []byte(yaml))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatalf("refused: %v", errs)
	}
	formats := generic(t)
	set, _, problems := rules.Compile(formats, []rules.Source{{Pack: "pack", File: &lang.File{Name: "rule.yaml", Symptoms: f.Symptoms}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := set.NewCorrelator()
	for i, text := range logs {
		text = stamped(text)
		sc := set.NewScanner()
		sc.Begin([]byte(text), 0, 0, true)
		name := logdoc.LogText(fmt.Sprintf("%d.log", i))
		r := formats.Detect([]byte(text), grammar.Options{ModTime: time.Unix(1740787200, 0)})
		var tally grammar.Tally
		grammar.NewScanner().Scan(r, formats, grammar.Chunk{Data: []byte(text), Line: 1}, &tally, func(ev *logdoc.Event) { sc.Accept(ev) })
		for _, m := range sc.Matches {
			m.Place.Source, m.Rank = name, i
			c.Add(m)
		}
		if tally.Clock.Seen {
			c.SeeSource(name, tally.Clock.Newest)
		}
	}
	return c
}

// told sums a finding up: how sure, how many hits, and the lines of the records that they were made of.
func told(f *logdoc.Finding) string {
	if f == nil {
		return "nothing"
	}
	hits := 1
	_, reason, _ := strings.Cut(f.Why[0], "because ")
	if _, err := fmt.Sscanf(reason, "%d times:", &hits); err != nil {
		hits = 1
	}
	var lines []string
	for _, e := range f.Evidence {
		line := fmt.Sprint(e.Place.Line)
		if e.Place.Source != "0.log" {
			line = string(e.Place.Source[:1]) + ":" + line
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("%s %d: %s", f.Certainty, hits, strings.Join(lines, " "))
}

// rule writes a rule around its condition, whose lines are indented by two or more.
func rule(condition string) string {
	return "rules:\n- cre:\n    id: test\n  rule:\n" + strings.ReplaceAll("    "+strings.TrimSpace(condition), "\n", "\n  ") + "\n"
}

// wrappedLine is a line as a container engine writes it.
func wrappedLine(second int, line string) string {
	return fmt.Sprintf("{\"log\":%q,\"stream\":\"stderr\",\"time\":%q}\n", line+"\n", time.Unix(1740787200+int64(second), 0).UTC().Format(time.RFC3339Nano))
}

func TestHits(t *testing.T) {
	const set = "set:\n    window: 10s\n    match: [aaaa, bbbb]\n"
	const sequence = "sequence:\n    window: 10s\n    order: [aaaa, bbbb]\n"
	const within = "sequence:\n    window: 10s\n    order:\n    - aaaa\n    - {value: bbbb, count: 3, within: 3s}\n"
	tests := []struct {
		name, rule string
		logs       []string
		want       string
	}{
		{"one term", "set:\n    match: [aaaa]", []string{"1 aaaa\n2 bbbb\n3 aaaa"}, "certain 2: 1 3"},
		{"one term, not there", "set:\n    match: [aaaa]", []string{"1 AAAA\n2 aa aa"}, "nothing"},
		{"a text in a continuation line", "set:\n    match: [aaaa]", []string{"1 x\n  at aaaa\n2 y"}, "certain 1: 1"},
		{"a text over two lines", "set:\n    match: [\"x\\n  at\"]", []string{"1 x\n-   at aaaa\n2 y"}, "certain 1: 1"},

		{"set in order", set, []string{"1 aaaa\n2 bbbb"}, "certain 1: 1 2"},
		{"set in any order", set, []string{"1 bbbb\n2 aaaa"}, "certain 1: 1 2"},
		{"set, the whole window", set, []string{"1 aaaa\n11 bbbb"}, "certain 1: 1 2"},
		{"set, beyond the window", set, []string{"1 aaaa\n11.001 bbbb"}, "nothing"},
		{"set, one record for both", set, []string{"1 aaaa bbbb"}, "certain 1: 1"},
		{"set, the oldest is dropped", set, []string{"1 aaaa\n12 aaaa\n13 bbbb"}, "certain 1: 2 3"},
		{"set, hits use up their records", set, []string{"1 aaaa\n2 bbbb\n3 bbbb"}, "certain 1: 1 2"},
		{"set, what is left forms the next hit", set, []string{"1 aaaa\n2 aaaa\n3 bbbb\n4 bbbb"}, "certain 2: 1 2 3 4"},
		{"set, sorted by time", set, []string{"8 bbbb\n1 aaaa"}, "certain 1: 2 1"},

		{"count", "set:\n    window: 10s\n    match:\n    - {value: aaaa, count: 3}", []string{"1 aaaa\n2 aaaa\n3 aaaa\n4 aaaa"}, "certain 1: 1 2 3"},
		{"count, too few", "set:\n    window: 10s\n    match:\n    - {value: aaaa, count: 3}", []string{"1 aaaa\n2 aaaa\n12 aaaa"}, "nothing"},
		{"count, the window slides", "set:\n    window: 10s\n    match:\n    - {value: aaaa, count: 3}", []string{"1 aaaa\n9 aaaa\n12 aaaa\n13 aaaa"}, "certain 1: 2 3 4"},
		{"a term that is written twice", "set:\n    window: 10s\n    match: [aaaa, aaaa]", []string{"1 aaaa\n20 aaaa\n21 aaaa"}, "certain 1: 2 3"},

		{"sequence", sequence, []string{"1 aaaa\n2 bbbb"}, "certain 1: 1 2"},
		{"sequence, the other way round", sequence, []string{"1 bbbb\n2 aaaa"}, "nothing"},
		{"sequence, equal stamps", sequence, []string{"1 aaaa\n1 bbbb"}, "certain 1: 1 2"},
		{"sequence, equal stamps of two files", sequence, []string{"1 bbbb", "1 aaaa"}, "certain 1: 1 1:1"},
		{"sequence, one record is not its own successor", sequence, []string{"1 aaaa bbbb"}, "nothing"},
		{"sequence, the whole window", sequence, []string{"1 aaaa\n11 bbbb"}, "certain 1: 1 2"},
		{"sequence, beyond the window", sequence, []string{"1 aaaa\n11.001 bbbb"}, "nothing"},
		{"sequence, the oldest is dropped", sequence, []string{"1 aaaa\n5 aaaa\n12 bbbb"}, "certain 1: 2 3"},
		{"sequence, two hits", sequence, []string{"1 aaaa\n2 aaaa\n3 bbbb\n4 bbbb"}, "certain 2: 1 2 3 4"},
		{"sequence with a count", "sequence:\n    window: 10s\n    order:\n    - {value: aaaa, count: 2}\n    - bbbb", []string{"1 aaaa\n2 bbbb\n3 aaaa\n4 bbbb"}, "certain 1: 1 3 4"},
		{"sequence with a count, used up", "sequence:\n    window: 10s\n    order:\n    - {value: aaaa, count: 2}\n    - bbbb", []string{"1 aaaa\n2 aaaa\n3 bbbb\n4 aaaa\n5 bbbb"}, "certain 1: 1 2 3"},
		{"sequence that comes back", "sequence:\n    window: 10s\n    order: [aaaa, bbbb, aaaa]", []string{"1 aaaa\n2 bbbb\n3 aaaa\n4 bbbb\n5 aaaa"}, "certain 1: 1 2 3"},

		{"negate, default: inside the span", sequence + "    negate: [cccc]", []string{"1 aaaa\n2 cccc\n3 bbbb"}, "nothing"},
		{"negate, default: at its ends", sequence + "    negate: [cccc]", []string{"1 aaaa\n3 bbbb\n3 cccc"}, "nothing"},
		{"negate, default: outside", sequence + "    negate: [cccc]", []string{"1 cccc\n2 aaaa\n3 bbbb\n4 cccc"}, "certain 1: 2 3"},
		{"negate, of one term: in the record itself", "set:\n    match: [aaaa]\n    negate: [cccc]", []string{"1 aaaa cccc\n2 aaaa"}, "certain 1: 2"},
		{"negate takes away the anchor only", sequence + "    negate: [cccc]", []string{"1 aaaa\n2 cccc\n3 aaaa\n4 bbbb"}, "certain 1: 3 4"},
		{"negate takes away the anchor that it names", sequence + "    negate:\n    - {value: cccc, anchor: 1}", []string{"1 aaaa\n2 bbbb\n2 cccc\n4 bbbb"}, "certain 1: 1 4"},
		{"negate, window behind the span", sequence + "    negate:\n    - {value: cccc, window: 2s}", []string{"1 aaaa\n3 bbbb\n5 cccc"}, "nothing"},
		{"negate, beyond the window", sequence + "    negate:\n    - {value: cccc, window: 2s}", []string{"1 aaaa\n3 bbbb\n5.001 cccc"}, "certain 1: 1 2"},
		{"negate, slide before the anchor", sequence + "    negate:\n    - {value: cccc, slide: -5s, window: 5s, absolute: true}", []string{"1 cccc\n6 aaaa\n7 bbbb"}, "nothing"},
		{"negate, before the slide", sequence + "    negate:\n    - {value: cccc, slide: -5s, window: 5s, absolute: true}", []string{"1 cccc\n6.001 aaaa\n7 bbbb"}, "certain 1: 2 3"},
		{"negate, absolute: inside the span but behind the window", sequence + "    negate:\n    - {value: cccc, window: 1s, absolute: true}", []string{"1 aaaa\n4 cccc\n5 bbbb"}, "certain 1: 1 3"},
		{"negate, absolute: inside the window", sequence + "    negate:\n    - {value: cccc, window: 1s, absolute: true}", []string{"1 aaaa\n2 cccc\n5 bbbb"}, "nothing"},
		{"negate, a width below zero counts as zero", sequence + "    negate:\n    - {value: cccc, window: -9s}", []string{"1 aaaa\n1 cccc\n3 bbbb"}, "nothing"},
		{"negate, a width below zero ends at once", sequence + "    negate:\n    - {value: cccc, window: -9s}", []string{"1 aaaa\n1.001 cccc\n3 bbbb"}, "certain 1: 1 3"},
		{"negate, the anchor counts by time", set + "    negate:\n    - {value: cccc, anchor: 1, window: 1s, absolute: true}", []string{"1 bbbb\n5 aaaa\n6 cccc"}, "nothing"},
		{"negate, an anchor in a count", "set:\n    window: 10s\n    match:\n    - {value: aaaa, count: 2}\n    negate:\n    - {value: cccc, anchor: 1, absolute: true}", []string{"1 aaaa\n2 aaaa cccc\n3 aaaa"}, "certain 1: 1 3"},

		{"regex", "set:\n    match: [{regex: 'aa+ [0-9]+$'}]", []string{"1 aaaa 12\n2 aaaa x"}, "certain 1: 1"},
		{"regex of several texts", "set:\n    match: [{regex: 'xxxx|aaaa|(?i)node DOWN'}]", []string{"1 aaaa\n2 Node down\n3 xxx"}, "certain 2: 1 2"},
		{"regex without a text", "set:\n    match: [{regex: '[ab]{4}'}]", []string{"1 abab\n2 xxxx"}, "certain 1: 1"},
		{"regex in a block text", "set:\n    match:\n    - regex: |\n        \"aaaa\"", []string{"1 \"aaaa\""}, "nothing"},

		{"jq", "set:\n    match: [{jq: '.level == \"error\" and .n > 3'}]", []string{"1 {\"level\":\"error\",\"n\":4}\n2 {\"level\":\"error\",\"n\":3}\n3 level error 4"}, "certain 1: 1"},
		{"jq that gives the record", "set:\n    match: [{jq: 'select(.level == \"error\")'}]", []string{"1 {\"level\":\"error\"}\n2 {\"level\":\"info\"}"}, "certain 1: 1"},
		{"jq that multiplies", "set:\n    match: [{jq: '.n * 2 > 7'}]", []string{"1 {\"n\":4}\n2 {\"n\":3}"}, "certain 1: 1"},
		{"jq that fails", "set:\n    match: [{jq: '.level | .x'}]", []string{"1 {\"level\":\"error\"}"}, "nothing"},
		{"jq that never ends", "set:\n    match: [{jq: 'def f: f; f'}]", []string{"1 {\"level\":\"error\"}"}, "nothing"},
		{"jq that counts forever", "set:\n    match: [{jq: '[range(1e12)] | length > 3'}]", []string{"1 {\"level\":\"error\"}"}, "nothing"},
		{"jq of a field", "set:\n    match: [{jq: '.code > 499', field: http}]", []string{"1 {\"http\":{\"code\":500}}\n2 {\"code\":500}"}, "certain 1: 1"},

		{"field of JSON", "set:\n    match: [{field: reason, value: Killing}]", []string{"1 {\"reason\":\"Killing\"}\n2 {\"reason\":\"Other\",\"msg\":\"Killing\"}"}, "certain 1: 1"},
		{"field by a path", "set:\n    match: [{field: a.b, regex: '^x+$'}]", []string{"1 {\"a\":{\"b\":\"xx\"}}\n2 {\"a\":{\"b\":\"xy\"}}"}, "certain 1: 1"},
		{"field of a text", "set:\n    match: [{field: message, regex: 'aa[a]a'}]", []string{"1 aaaa"}, "certain 1: 1"},
		{"field of a text that holds JSON", "set:\n    match: [{field: message, value: aaaa}]", []string{"1 nodes: {}, aaaa\n2 x\taaaa\t{\"kind\":\"y\"}\n3 bbbb {\"message\":\"aaaa\"}\n4 aaaa {\"message\":\"bbbb\"}"}, "certain 3: 1 2 3"},
		{"field that JSON lacks", "set:\n    match: [{field: message, value: aaaa}]", []string{"{\"ts\":1740787200,\"msg\":\"aaaa\"}"}, "nothing"},
		{"a line that a container engine wrote", "set:\n    match: [{regex: '^x \"aaaa\": [0-9]+$'}]", []string{wrappedLine(0, `x "aaaa": 12`) + wrappedLine(1, `x "aaaa": y`)}, "certain 1: 1"},
		{"a text of the wrapping", "set:\n    match: ['\"stream\":\"stderr\"']", []string{wrappedLine(0, "aaaa")}, "certain 1: 1"},
		{"a field of text that is wrapped", "set:\n    match: [{field: message, value: aaaa}]", []string{wrappedLine(0, "aaaa") + wrappedLine(1, `aaaa {"x":1}`)}, "certain 2: 1 2"},
		{"a field of JSON that is wrapped", "set:\n    match: [{field: message, value: aaaa}]", []string{wrappedLine(0, `{"message":"aaaa"}`) + wrappedLine(1, `{"msg":"aaaa"}`)}, "certain 1: 1"},
		{"jq of JSON that is wrapped", "set:\n    match: [{jq: '.message == \"aaaa\"'}]", []string{wrappedLine(0, `{"message":"aaaa"}`) + wrappedLine(1, `{"msg":"aaaa"}`)}, "certain 1: 1"},
		{"a field of the wrapping", "set:\n    match: [{field: stream, value: stderr}]", []string{wrappedLine(0, "aaaa")}, "certain 1: 1"},
		{"what only looks wrapped", "set:\n    match: [{field: message, value: aaaa}]", []string{`{"log":"aaaa","ts":1740787200}`}, "nothing"},

		{"counted within a time of their own", within, []string{"1 aaaa\n2 bbbb\n4 bbbb\n6 bbbb\n7 bbbb"}, "certain 1: 1 3 4 5"},
		{"not counted within a time of their own", within, []string{"1 aaaa\n2 bbbb\n4 bbbb\n6 bbbb\n8 bbbb"}, "nothing"},

		{"no clock at all", sequence, []string{"aaaa\nbbbb"}, "likely 1: 1 2"},
		{"no clock, the other way round", sequence, []string{"bbbb\naaaa"}, "nothing"},
		{"no clock, forbidden between", sequence + "    negate: [cccc]", []string{"aaaa\ncccc\nbbbb"}, "nothing"},
		{"no clock, forbidden outside", sequence + "    negate: [cccc]", []string{"aaaa\nbbbb\ncccc"}, "likely 1: 1 2"},
		{"no clock, forbidden in a window behind", sequence + "    negate:\n    - {value: cccc, window: 1s}", []string{"aaaa\nbbbb\ncccc"}, "nothing"},
		{"no clock, one term", "set:\n    match: [aaaa]", []string{"aaaa"}, "certain 1: 1"},
		{"before the clock starts", sequence, []string{"# aaaa\n1 bbbb\n2 x"}, "likely 1: 1 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := told(diagnosed(t, rule(test.rule), test.logs...)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestTerms holds that terms are referred to by their names, also with what is said beside the name.
func TestTerms(t *testing.T) {
	const terms = "terms:\n  up: {regex: 'a+ up'}\n  down: {value: down, window: 1s}\n"
	sequence := func(negate string) string {
		return rule("sequence:\n    window: 10s\n    order: [up, bbbb]\n    negate: ["+negate+"]") + terms
	}
	tests := []struct{ name, yaml, log, want string }{
		{"by name", sequence(""), "1 aa up\n2 bbbb", "certain 1: 1 2"},
		{"the name itself is no text", sequence(""), "1 up\n2 bbbb", "nothing"},
		{"negated as the term says", sequence("down"), "1 aa up\n2 bbbb\n3 down", "nothing"},
		{"negated as the reference says", sequence("{value: down, window: 500ms}"), "1 aa up\n2 bbbb\n3 down", "certain 1: 1 2"},
		{"counted", rule("set:\n    window: 10s\n    match: [{value: up, count: 2}]") + terms, "1 a up\n2 a up\n3 a up", "certain 1: 1 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := told(diagnosed(t, test.yaml, test.log)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// nested is two conditions over two sources, within a third.
const nested = `
rules:
- cre: {id: nested}
  rule:
    sequence:
      window: 30s
      correlations: [hostname]
      order:
      - overloaded
      - set:
          event: {source: cre.log.nginx}
          match: [shutdown]
      negate:
      - stopping
terms:
  overloaded:
    sequence:
      window: 10s
      event: {source: cre.log.rabbitmq, origin: true}
      order:
      - {value: Discarding message, count: 2}
      - Mnesia is overloaded
  stopping:
    set:
      event: {source: k8s}
      match: [SIGTERM]
`

func TestNested(t *testing.T) {
	line := func(s int, host, msg string) string {
		return fmt.Sprintf("{\"ts\":%d,\"hostname\":%q,\"msg\":%q}\n", 1740787200+s, host, msg)
	}
	rabbit := line(1, "a", "Discarding message 1") + line(2, "a", "Discarding message 2") + line(3, "a", "Mnesia is overloaded")
	tests := []struct {
		name string
		logs []string
		want string
	}{
		{"over two sources", []string{rabbit, line(9, "a", "shutdown")}, "certain 1: 1 2 3 1:1"},
		{"the time of the inner one is that of its last record", []string{rabbit, line(33, "a", "shutdown")}, "certain 1: 1 2 3 1:1"},
		{"beyond the window", []string{rabbit, line(34, "a", "shutdown")}, "nothing"},
		{"the other way round", []string{rabbit, line(2, "a", "shutdown")}, "nothing"},
		{"of another host", []string{rabbit, line(9, "b", "shutdown")}, "nothing"},
		{"the inner one is not there", []string{line(1, "a", "Discarding message 1") + line(3, "a", "Mnesia is overloaded"), line(9, "a", "shutdown")}, "nothing"},
		{"forbidden", []string{rabbit, line(5, "a", "SIGTERM") + line(9, "a", "shutdown")}, "nothing"},
		{"forbidden, but of another host", []string{rabbit, line(5, "b", "SIGTERM") + line(9, "a", "shutdown")}, "certain 1: 1 2 3 1:2"},
		{"nothing says the host", []string{rabbit, "9 shutdown"}, "likely 1: 1 2 3 1:1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := told(diagnosed(t, nested, test.logs...)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
