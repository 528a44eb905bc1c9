package cre_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
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
