package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"logdoc"
)

func march() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// clock is a clock that a test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// openAt opens a store that is closed with the test.
func openAt(t testing.TB, path string, o Options) *Store {
	t.Helper()
	if o.Now == nil {
		o.Now = march
	}
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newStore(t testing.TB) *Store {
	return openAt(t, filepath.Join(t.TempDir(), "store.db"), Options{})
}

// hostile is log text that must come back byte for byte.
const hostile = "a\x00b\xff\xfe \x1b[2J\"'; DROP TABLE cases; -- é\u202e"

func someFinding(symptom string, key logdoc.LogText) logdoc.Finding {
	return logdoc.Finding{
		Symptom: symptom, Title: "The title of " + symptom, Product: "ACME", Pack: "built-in", Severity: logdoc.Error, Certainty: logdoc.Likely, Why: []string{"because"},
		State: logdoc.Cleared, First: march().Add(-time.Hour), Last: march().Add(123456789), ClearedAt: march().Add(time.Minute), Count: 12, Key: key,
		Values: []logdoc.Value{{Name: "serial", Label: "the serial", Text: hostile, Computed: true, All: []logdoc.LogText{"1", hostile}}},
		Evidence: []logdoc.Evidence{
			{Event: "stuck", Label: "it is stuck", Place: logdoc.Place{Source: "a.tgz!/" + hostile, Line: 7, Offset: 1 << 40}, Time: march(), Text: hostile},
			{Event: "fact", Place: logdoc.Place{Source: "b"}, Text: "no clock"},
		},
		Cause: "cause", Impact: "impact", See: []string{"KB 1"},
		Steps: []logdoc.Step{
			{Number: 1, ID: "look", Kind: logdoc.Look, Title: "Look at it", Notes: []string{"n"}, Commands: []string{"ls <dir>"}, Ask: "Well?",
				Answers: []logdoc.Answer{{Text: "no", Target: "turn"}}, Values: []logdoc.Value{{Name: "stuck.serial", Text: hostile}}},
			{Number: 2, ID: "turn", Kind: logdoc.Change, Title: "Turn it"},
		},
	}
}

func someDiagnosis() logdoc.Diagnosis {
	f := someFinding("acme/rotor", hostile)
	f.Consequences = []logdoc.Finding{someFinding("acme/heat", ""), someFinding("acme/noise", "north")}
	f.Consequences[1].Consequences = []logdoc.Finding{someFinding("acme/deep", "")}
	source := logdoc.SourceCoverage{
		Source: "a.tgz!/" + hostile, Log: "a", Format: "pump", Others: map[string]int{"x": 2}, Why: "content", Facts: []string{"acme/rotor mcs"}, First: march(), Last: march().Add(1), Bytes: 1 << 40,
		Lines: 9, Records: 10, KnownBad: 1, KnownNormal: 2, Unexplained: 3, Unread: 4, Notes: []logdoc.Note{{LeftOut: true, Text: "cut", Detail: hostile, Line: 3}},
	}
	return logdoc.Diagnosis{
		Capture:   march(),
		Findings:  []logdoc.Finding{f, someFinding("acme/last", "")},
		Silenced:  []logdoc.Silenced{{Finding: someFinding("acme/planned", "k"), Because: "it is planned", Until: march().Add(time.Hour), File: "own.logdoc"}},
		Clean:     []logdoc.Clean{{Name: "acme/clean", Title: "t", Product: "ACME", Key: hostile, Expected: true, Records: 3, State: "started", Since: march()}},
		Unchecked: []logdoc.Unchecked{{Symptom: "acme/unchecked", Title: "t", Product: "p", Reason: "r", Collect: []string{"x"}}},
		Unexplained: []logdoc.Cluster{{Template: hostile, Format: "pump", Severity: logdoc.Warning, Count: 2, First: logdoc.Place{Source: "x", Line: 1}, Last: logdoc.Place{Source: "y"},
			FirstTime: march(), LastTime: march(), Text: hostile}},
		Coverage: logdoc.Coverage{Sources: []logdoc.SourceCoverage{source, {Source: "plain"}}, Totals: source, Incomplete: true},
		Notes:    []logdoc.Note{{Text: "a pack was overridden"}},
		Work: logdoc.Work{
			Steps: []logdoc.StepWork{{Symptom: "acme/rotor", Key: hostile, Step: "turn", State: logdoc.StepDone, Answer: "no", Tries: 2, Note: hostile, Changed: march()},
				{Symptom: "acme/heat", Step: "look", State: logdoc.StepSkipped}},
			Marks: []logdoc.Mark{{Place: logdoc.Place{Source: hostile, Line: 1, Offset: 2}, Text: hostile, Note: "n", Time: march()}, {Place: logdoc.Place{Source: "x"}}},
		},
	}
}

func someCase(name string) Case {
	return Case{
		CaseInfo:  CaseInfo{Name: name, Kind: Reported, Paths: []string{"/bundles/a.tgz", "/b\xff"}, Hosts: []logdoc.LogText{"gsan01.example.com", "north"}, Version: "1.2"},
		Diagnosis: someDiagnosis(),
		Notes:     []Note{{Time: march(), Text: "it was the fan " + hostile}},
	}
}

// someRules are two symptoms with two events each.
func someRules() []SymptomEvents {
	return []SymptomEvents{{"acme/rotor", []string{"stuck", "free"}}, {"acme/heat", []string{"hot", "cold"}}}
}

// someMatches are n matches of two logs.
func someMatches(n int) []logdoc.Match {
	out := make([]logdoc.Match, n)
	for i := range out {
		out[i] = logdoc.Match{
			Symptom: i % 2, Event: i / 2 % 2, Time: march().UnixNano() + int64(i), Clock: i%10 != 0, Rank: i % 3 / 2, Severity: logdoc.Severity(i % 7),
			Place:    logdoc.Place{Source: logdoc.LogText(fmt.Sprintf("/var/log/pump%d.log", i%2)), Line: i + 1, Offset: int64(i * 100)},
			Text:     logdoc.LogText(fmt.Sprintf("PUMP 2026-03-04 05:06:07.%06d north ERROR rotor stuck at %d degrees since the cover was closed", i, i)),
			Captures: []logdoc.Capture{{Name: "degrees", Value: logdoc.LogText(fmt.Sprint(i))}},
		}
	}
	return out
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
