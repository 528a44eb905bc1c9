package cre_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
	"logdoc/rules/cre"
)

// record is one record of a generated log: a second, and which terms stand in it.
type record struct {
	second int
	terms  string
}

// TestHitsAgainstAllCombinations compares with a search through all ways in which records can stand for the terms: without negation there is a hit exactly where there is
// a combination that fits.
func TestHitsAgainstAllCombinations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(rapid.SampledFrom([]string{"aaaa", "bbbb", "cccc"}), 2, 4).Draw(t, "terms")
		ordered := rapid.Bool().Draw(t, "ordered")
		window := rapid.IntRange(1, 6).Draw(t, "window")
		var records []record
		var log strings.Builder
		second := 0
		for range rapid.IntRange(0, 8).Draw(t, "records") {
			second += rapid.IntRange(0, 3).Draw(t, "later")
			var has []string
			for _, term := range []string{"aaaa", "bbbb", "cccc"} {
				if rapid.Bool().Draw(t, term) {
					has = append(has, term)
				}
			}
			records = append(records, record{second, strings.Join(has, " ")})
			fmt.Fprintf(&log, "%d x %s\n", second, strings.Join(has, " "))
		}
		kind, key := "set", "match"
		if ordered {
			kind, key = "sequence", "order"
		}
		yaml := rule(fmt.Sprintf("%s:\n    window: %ds\n    %s: [%s]", kind, window, key, strings.Join(terms, ", ")))
		want := possible(records, terms, nil, ordered, window)
		if got := diagnosed(t, yaml, log.String()) != nil; got != want {
			t.Fatalf("found %v, want %v\n%s\n%s", got, want, yaml, log.String())
		}
	})
}

// possible tries all records for the next term. A term that is written twice needs two records; of a sequence each term needs a later one.
func possible(records []record, terms []string, used []int, ordered bool, window int) bool {
	if len(used) == len(terms) {
		return true
	}
	term := terms[len(used)]
next:
	for i, r := range records {
		if !strings.Contains(r.terms, term) {
			continue
		}
		for k, u := range used {
			if terms[k] == term && u == i || ordered && u >= i || r.second-records[u].second > window || records[u].second-r.second > window {
				continue next
			}
		}
		if possible(records, terms, append(used[:len(used):len(used)], i), ordered, window) {
			return true
		}
	}
	return false
}

// TestFollowedAsRead holds that what is told while a log is followed stays true: a hit is told only when no later record can take it back, and at the end all is found that
// a cold reading finds.
func TestFollowedAsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind, key := "set", "match"
		if rapid.Bool().Draw(t, "ordered") {
			kind, key = "sequence", "order"
		}
		yaml := rule(fmt.Sprintf("%s:\n    window: %ds\n    %s: [aaaa, bbbb]\n    negate:\n    - {value: cccc, window: %ds, slide: %ds, anchor: %d, absolute: %v}", kind, rapid.IntRange(1, 6).Draw(t, "window"), key,
			rapid.IntRange(0, 5).Draw(t, "width"), rapid.IntRange(-4, 4).Draw(t, "slide"), rapid.IntRange(0, 1).Draw(t, "anchor"), rapid.Bool().Draw(t, "absolute")))
		f, problems := cre.Read("rule.yaml", []byte(yaml))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		formats := generic(t)
		set, _, _ := rules.Compile(formats, []rules.Source{{File: &lang.File{Symptoms: f.Symptoms}}})
		var log strings.Builder
		second := 0
		for range rapid.IntRange(0, 10).Draw(t, "records") {
			second += rapid.IntRange(0, 3).Draw(t, "later")
			fmt.Fprintf(&log, "%d x %s\n", second, rapid.SampledFrom([]string{"aaaa", "bbbb", "cccc", "aaaa bbbb", "dddd"}).Draw(t, "term"))
		}
		live, sc := set.NewLive(), set.NewScanner()
		text := []byte(stamped(log.String()))
		sc.Begin(text, 0, 0, true)
		var turns []logdoc.Turn
		known := 0
		grammar.NewScanner().Scan(formats.Detect(text, grammar.Options{}), formats, grammar.Chunk{Data: text, Line: 1}, &grammar.Tally{}, func(ev *logdoc.Event) {
			sc.Accept(ev)
			turns = append(turns, live.Advance(time.Unix(0, ev.Time))...)
			turns = append(turns, live.Settle()...)
			for _, m := range sc.Matches[known:] {
				m.Place.Source = "0.log"
				live.Add(m)
			}
			known = len(sc.Matches)
		})
		told := 0
		for i := range turns {
			told = max(told, turns[i].Finding.Count)
		}
		out, _ := live.End(time.Time{})
		found := 0
		if len(out.Findings) > 0 {
			found = out.Findings[0].Count
		}
		if told > found {
			t.Fatalf("%d records were told of, in the end there are %d\n%s\n%s", told, found, yaml, log.String())
		}
		cold := 0
		if f := diagnosed(t, yaml, log.String()); f != nil {
			cold = f.Count
		}
		if cold != found {
			t.Fatalf("followed %d, read cold %d\n%s\n%s", found, cold, yaml, log.String())
		}
	})
}

// TestHitsThatAreToldBeforeTheEnd reads three logs line by line, now of one and now of another. A hit that is told of what was read so far is one for ever, and no less sure.
func TestHitsThatAreToldBeforeTheEnd(t *testing.T) {
	told := 0
	rapid.Check(t, func(t *rapid.T) {
		kind, key, more := "set", "match", ""
		if rapid.Bool().Draw(t, "ordered") {
			kind, key = "sequence", "order"
		}
		if rapid.Bool().Draw(t, "of one unit") {
			more += "\n    correlations: [unit]"
		}
		if rapid.IntRange(0, 3).Draw(t, "negated") == 0 {
			more += fmt.Sprintf("\n    negate: [{value: cccc, window: %ds}]", rapid.IntRange(0, 5).Draw(t, "width"))
		}
		terms := rapid.SliceOfN(rapid.SampledFrom([]string{"aaaa", "bbbb", "cccc"}), 2, 4).Draw(t, "terms")
		yaml := rule(fmt.Sprintf("%s:\n    window: %ds\n    %s: [%s]%s", kind, rapid.IntRange(1, 6).Draw(t, "window"), key, strings.Join(terms, ", "), more))
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			line := fmt.Sprintf("%d {\"unit\":%q,\"m\":%q}\n", rapid.IntRange(0, 12).Draw(t, "second"), rapid.SampledFrom([]string{"", "n", "s"}).Draw(t, "unit"),
				rapid.SampledFrom([]string{"aaaa", "bbbb", "cccc", "aaaa bbbb", "dddd"}).Draw(t, "text"))
			if rapid.IntRange(0, 9).Draw(t, "no clock") == 0 {
				line = "- " + strings.SplitN(line, " ", 2)[1]
			}
			return line
		}), 1, 12).Draw(t, "lines")
		logs := make([]string, 3)
		var before []logdoc.Finding
		for i, line := range append(lines, "") {
			out := correlated(t, yaml, logs...).SoFar()
			if i == len(lines) {
				out = correlated(t, yaml, logs...).Finish(time.Time{})
			}
			if len(before) > 0 && (len(out.Findings) == 0 || out.Findings[0].Certainty < before[0].Certainty) {
				t.Fatalf("told as %s %v, and after %d lines as %v\n%s\n%q", before[0].Certainty, before[0].Why, i, out.Findings, yaml, logs)
			}
			if before = out.Findings; i < len(lines) {
				told += len(before)
			}
			logs[rapid.IntRange(0, 2).Draw(t, "of log")] += line
		}
	})
	if told == 0 {
		t.Error("nothing was told before the end")
	}
}

// TestHitsThatStayWhileEqualStampsCome holds hits that one file proves by the order of its lines, while records of other files come that have the same stamp and stand before or between them.
func TestHitsThatStayWhileEqualStampsCome(t *testing.T) {
	for _, tt := range []struct {
		name, condition, log string
		others               []string
	}{
		{"another one before it", "window: 1s\n    order: [aaaa, cccc]", "0 aaaa\n0 cccc\n", []string{"0 aaaa\n", "0 cccc\n0 aaaa\n"}},
		{"three in one second", "window: 1s\n    order: [aaaa, bbbb, cccc]", "0 aaaa\n0 bbbb\n0 cccc\n", []string{"0 aaaa\n1 bbbb\n", "0 bbbb\n0 aaaa\n", "0 cccc\n"}},
		{"what begins earlier ends too late", "window: 2s\n    order: [aaaa, cccc]", "3 aaaa\n3 cccc\n", []string{"0 aaaa\n", "3 aaaa\n", "1 aaaa\n3 aaaa\n"}},
		{"one term twice", "window: 1s\n    order: [aaaa, bbbb, aaaa]", "0 aaaa\n0 bbbb\n0 aaaa\n", []string{"0 aaaa\n", "0 bbbb\n0 aaaa\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			yaml := rule("sequence:\n    " + tt.condition)
			for name, logs := range map[string][]string{"before": append(slices.Clone(tt.others), tt.log), "behind": append([]string{tt.log}, tt.others...)} {
				at := slices.Index(logs, tt.log)
				read := make([]string, len(logs))
				read[at] = tt.log
				for i := -1; i < len(logs); i++ {
					if i >= 0 {
						read[i] = logs[i]
					}
					if out := correlated(t, yaml, read...).SoFar(); len(out.Findings) == 0 {
						t.Errorf("%s: nothing is told of %q", name, read)
					}
				}
			}
		})
	}
}
