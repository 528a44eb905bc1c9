package cre_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// sketched writes a reason as "+text: detail [lines]", what it is made of indented.
func sketched(r *logdoc.Reason, indent string) string {
	s := indent + map[bool]string{true: "+", false: "-"}[r.Held] + r.Text
	if r.Detail != "" {
		s += ": " + string(r.Detail)
	}
	for _, e := range r.Evidence {
		s += fmt.Sprintf(" [%d]", e.Place.Line)
	}
	for i := range r.Reasons {
		s += "\n" + sketched(&r.Reasons[i], indent+"  ")
	}
	return s
}

// TestWhy: what stands in the way of a hit is told, with the records and by how much.
func TestWhy(t *testing.T) {
	const (
		set      = "set:\n    window: 10s\n    match: [aaaa, bbbb]\n"
		sequence = "sequence:\n    window: 10s\n    order: [aaaa, bbbb]\n"
		negate   = "    negate: [cccc, {value: dddd, slide: 100s}]\n"
	)
	for _, test := range []struct {
		name, rule, log string
		want            []string
	}{
		{"a hit", sequence, "1 aaaa\n2 bbbb", []string{"+aaaa, then bbbb within 10s [1] [2]"}},
		{"nothing", sequence, "1 x", []string{"-aaaa, then bbbb within 10s", "  -aaaa: no record of it", "  -bbbb: no record of it"}},
		{"one is missing", sequence, "1 aaaa", []string{"-aaaa, then bbbb within 10s", "  +aaaa: 1 record [1]", "  -bbbb: no record of it"}},
		{"too few", "set:\n    window: 10s\n    match: [{value: aaaa, count: 3}]\n", "1 aaaa\n2 aaaa",
			[]string{"-3 of: aaaa within 10s", "  -3 of: aaaa: only 2 of 3 records [1] [2]"}},
		{"too far", set, "1 aaaa\n60 bbbb\n75 aaaa\n100 bbbb", []string{
			"-aaaa and bbbb within 10s: spans 15s at best, the window is 10s [3] [2]", "  +aaaa: 2 records [1] [3]", "  +bbbb: 2 records [2] [4]"}},
		{"the other way round", sequence, "1 bbbb\n2 aaaa", []string{
			"-aaaa, then bbbb within 10s: all of it was seen, but not in this order", "  +aaaa: 1 record [2]", "  +bbbb: 1 record [1]"}},
		{"forbidden", sequence + negate, "1 aaaa\n2 cccc\n3 bbbb\n4 dddd", []string{
			"-aaaa, then bbbb within 10s, without: cccc, without: dddd: all of it was seen, and each time with what must not be there",
			"  +aaaa: 1 record [1]", "  +bbbb: 1 record [3]", "  -without: cccc: 1 record [2]", "  +without: dddd: not where it would matter"}},
		{"forbidden by two", sequence + "    negate: [cccc, dddd]\n", "1 aaaa\n2 cccc\n3 bbbb\n30 aaaa\n31 dddd\n32 bbbb", []string{
			"-aaaa, then bbbb within 10s, without: cccc, without: dddd: all of it was seen, and each time with what must not be there",
			"  +aaaa: 2 records [1] [4]", "  +bbbb: 2 records [3] [6]", "  -without: cccc: 1 record [2]", "  -without: dddd: 1 record [5]"}},
		{"not of one", sequence + "    correlations: [unit]\n", "1 {\"unit\":\"n\",\"m\":\"aaaa\"}\n2 {\"unit\":\"s\",\"m\":\"bbbb\"}", []string{
			"-aaaa, then bbbb within 10s, of one unit: all of it was seen, but not of one unit", "  +aaaa: 1 record [1]", "  +bbbb: 1 record [2]"}},
		{"inside", "set:\n    window: 10s\n    match:\n    - aaaa\n    - sequence:\n        window: 5s\n        order: [bbbb, cccc]\n", "1 aaaa\n2 bbbb\n9 cccc", []string{
			"-aaaa and (bbbb, then cccc within 5s) within 10s", "  +aaaa: 1 record [1]",
			"  -bbbb, then cccc within 5s: spans 7s at best, the window is 5s [2] [3]", "    +bbbb: 1 record [2]", "    +cccc: 1 record [3]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, ok := correlated(t, rule(test.rule), test.log).Explain("test", time.Time{})
			if !ok || len(e.Verdicts) != 1 {
				t.Fatalf("%d verdicts, known: %v", len(e.Verdicts), ok)
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n"), sketched(&e.Verdicts[0].Reason, "")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
