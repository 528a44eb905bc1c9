package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// sketch writes a reason as "+text: detail [lines]", what it is made of indented.
func sketch(r *logdoc.Reason, indent string) string {
	mark := map[bool]string{true: "+", false: "-"}[r.Held]
	if r.Unproven {
		mark = "~"
	}
	s := indent + mark + r.Text
	if r.Detail != "" {
		s += ": " + string(r.Detail)
	}
	for _, e := range r.Evidence {
		s += fmt.Sprintf(" [%s %s:%d]", e.Event, e.Place.Source, e.Place.Line)
	}
	for i := range r.Reasons {
		s += "\n" + sketch(&r.Reasons[i], indent+"  ")
	}
	return s
}

func TestExplain(t *testing.T) {
	const events = `event a in t where message == "a" or message like | a n={n:int}
		event b in u where message == "b" fact f "the file" from "*/etc/f.txt" like | n={n:int}
		`
	for _, tt := range []struct {
		name, condition string
		inputs          []any
		want            string
	}{
		{"an event", `a`, []any{log{"x", "t", day("10:00:00 h a")}}, "+a: 1 record [a x:1]"},
		{"an event whose log is there", `a`, []any{log{"x", "t", day("10:00:00 h z")}}, "-a: no record of a"},
		{"an event whose log is not", `b`, nil, "-b: no record of b: a log of format u is not in the input"},
		{"all, and one is not there", `a and b`, []any{log{"x", "t", day("10:00:00 h a")}},
			"-all of\n  +a: 1 record [a x:1]\n  -b: no record of b: a log of format u is not in the input"},
		{"all, not together", `a and a.n > 5 and a.host == "h1"`, []any{log{"x", "t", day("10:00:00 h1 a n=1", "10:00:00 h2 a n=9")}},
			"-all of: each holds by itself, but not for the same records\n  +a: 2 records [a x:1] [a x:2]\n  +a.n > 5: a.n (9) > 5 [a x:2]\n  +a.host == \"h1\": a.host (h1) == \"h1\" [a x:1]"},
		{"any", `a or b`, []any{log{"x", "t", day("10:00:00 h a")}}, "+any of\n  +a: 1 record [a x:1]\n  -b: no record of b: a log of format u is not in the input"},
		{"too far apart", `(a and b) within 5m`, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("10:07:00 h b")}},
			"-all within 5m: 7m apart at best, the window is 5m [a x:1] [b y:1]\n  +all of\n    +a: 1 record [a x:1]\n    +b: 1 record [b y:1]"},
		{"too late", `a then b within 5m`, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("10:07:03 h b")}},
			"-in this order within 5m: came 7m3s after at best, the window is 5m [a x:1] [b y:1]\n  +a: 1 record [a x:1]\n  +b: 1 record [b y:1]"},
		{"in another order", `a then b`, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("09:00:00 h b")}},
			"-in this order: they are there, but in another order\n  +a: 1 record [a x:1]\n  +b: 1 record [b y:1]"},
		{"on trust", `a then b within 5m`, []any{log{"x", "t", day("- h a")}, log{"y", "u", day("09:00:00 h b")}},
			"~in this order within 5m: on trust: records without a clock prove neither order nor a time window\n  +a: 1 record [a x:1]\n  +b: 1 record [b y:1]"},
		{"too few in the window", `5 of a within 10m`, []any{log{"x", "t", day("10:00:00 h a", "10:05:00 h a", "11:00:00 h a")}},
			"-5 of a within 10m: best was 2 of 5 records within 10m; 3 records in all [a x:1] [a x:2] [a x:3]"},
		{"too few", `5 of a`, []any{log{"x", "t", day("10:00:00 h a", "10:05:00 h a")}}, "-5 of a: 2 of 5 records [a x:1] [a x:2]"},
		{"too few values", `3 distinct a.host`, []any{log{"x", "t", day("10:00:00 h1 a", "10:05:00 h2 a", "10:06:00 h2 a", "10:07:00 h2 a")}},
			"-3 distinct a.host: 2 of 3 different values [a x:1] [a x:2] [a x:4]"},
		{"not absent", `not a`, []any{log{"x", "t", day("10:00:00 h a")}}, "-not: it is there\n  +a: 1 record [a x:1]"},
		{"absent, in what was seen", `not a`, []any{log{"x", "t", day("10:00:00 h z")}}, "+not\n  -a: no record of a"},
		{"absent, and not seen", `not b`, nil,
			"~not: on trust: what would speak against it was not seen, but its log or file is not in the input\n  -b: no record of b: a log of format u is not in the input"},
		{"forbidden", `a unless b within 5m before`, []any{log{"x", "t", day("10:00:00 h a")}, log{"y", "u", day("09:58:00 h b")}},
			"-a unless b within 5m before: 2m before it: b [b y:1]\n  +a: 1 record [a x:1]\n  +b: 1 record [b y:1]"},
		{"a gap that is too short", `no a for 10m`, []any{log{"x", "t", day("10:00:00 h a", "10:07:00 h a", "10:08:00 h z")}},
			"-no a for 10m: the longest gap is 7m [a x:1]"},
		{"no clock for a gap", `no a for 10m`, []any{log{"x", "t", day("- h a")}}, "-no a for 10m: none of the records has a clock"},
		{"numbers", `a.n < f.n`, []any{log{"x", "t", day("10:00:00 h a n=38000")}, file{"case/etc/f.txt", "n=28451"}},
			"-a.n < f.n: a.n (38000) is not < f.n (28451) [a x:1] [f case/etc/f.txt:1]"},
		{"a fact that is missing", `a.n < f.n`, []any{log{"x", "t", day("10:00:00 h a n=38000")}}, "-a.n < f.n: fact f is unknown: no file */etc/f.txt"},
		{"a fact that is missing beside its neighbours", `f.present`, []any{file{"case/etc/g.txt", ""}},
			"-f.present (the file): no file case/etc/f.txt, though its directory is in the input"},
		{"a file that is not readable", `f.readable`, []any{file{"case/etc/f.txt", "x"}}, "-f.readable (the file): the file is there, and is not readable [f case/etc/f.txt:0]"},
		{"a file that is", `f.present`, []any{file{"case/etc/f.txt", "n=1"}}, "+f.present (the file) [f case/etc/f.txt:1]"},
		{"no time to compare with", `now > now - 1d`, nil, "-now > now - 1d: nothing in the input has a clock"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLaboratory(t, `symptom test/a "A" { severity error `+events+` likely when `+tt.condition+" }")
			e, ok := l.correlate("", tt.inputs...).Explain("test/a", time.Time{})
			if !ok || len(e.Verdicts) != 1 {
				t.Fatal(ok, e)
			}
			if diff := cmp.Diff(tt.want, sketch(&e.Verdicts[0].Reason, "")); diff != "" {
				t.Error(diff)
			}
			if held := e.Certainty > logdoc.NotFound; held != e.Verdicts[0].Reason.Held {
				t.Errorf("%s, but the verdict holds: %v", e.Certainty, e.Verdicts[0].Reason.Held)
			}
		})
	}
}

// TestExplainTheNearestKey chooses, of several hosts, the one for which most holds, and tells how many there are.
func TestExplainTheNearestKey(t *testing.T) {
	l := newLaboratory(t, `symptom test/a "A" { severity error by host event a in t where message == "a" event b in t where message == "b" event c in t where message == "c"
		certain when a and b and c clears when c }`)
	e, _ := l.correlate("", log{"x", "t", day("10:00:00 h1 a", "10:00:00 h2 a", "10:00:01 h2 b", "10:00:02 h3 c")}).Explain("test/a", time.Time{})
	if e.Key != "h2" || e.Keys != 3 || e.Clears == nil || e.Clears.Held {
		t.Errorf("%s of %d, clears %v", e.Key, e.Keys, e.Clears)
	}
	if _, ok := l.correlate("").Explain("test/b", time.Time{}); ok {
		t.Error("a symptom that nobody knows is explained")
	}
	if e, _ := l.correlate("").Explain("test/a", time.Time{}); e.Keys != 0 || e.Certainty != logdoc.NotFound {
		t.Errorf("of an empty input: %v", e)
	}
}

// TestNearlyFound lists what only lacks a log or a file, and not what fails for another reason.
func TestNearlyFound(t *testing.T) {
	const events = `product "P" event a "A" in t where message == "a" or message like | a n={n:int}
		event b in u where message == "b" event z in t where message == "z" fact f from "*etc/f.txt" like | {n:int}
		`
	for _, tt := range []struct {
		name, verdicts string
		want           string
	}{
		{"a log is missing", `certain when a and b`, "nearly found: A (1 record); not in the input: a log of format u"},
		{"a file is missing", `certain when a and a.n < f.n`, "nearly found: A (1 record); not in the input: a file *etc/f.txt"},
		{"a log and a file", `certain when a then b and f.n > 1`, "nearly found: A (1 record); not in the input: a log of format u, a file *etc/f.txt"},
		{"the nearest of two verdicts", `certain when a and b and f.n > 1 likely when a and b`, "nearly found: A (1 record); not in the input: a log of format u"},
		{"one of two would do", `certain when a and (z or b)`, "nearly found: A (1 record); not in the input: a log of format u"},
		{"another condition fails as well", `certain when a and z and b`, "not in the input: a log of format u"},
		{"a comparison fails", `certain when a and a.n > 5 and b`, "not in the input: a log of format u"},
		{"it is forbidden", `certain when b and not a`, "not in the input: a log of format u"},
		{"no evidence of its own", `certain when b`, "not in the input: a log of format u"},
		{"found, and a log would make it sure", `certain when a and b possible when a`, "found as possible; to be sure, these are needed: a log of format u"},
		{"found, and the log would change nothing", `certain when a and a.n > 5 and b possible when a`, ""},
		{"found on trust, for want of a log", `certain when a and not b`, "found as likely; to be sure, these are needed: a log of format u"},
		{"found on trust, for want of a log and a file", `certain when a unless (b or f.present)`, "found as likely; to be sure, these are needed: a log of format u, a file *etc/f.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := newLaboratory(t, `symptom test/0 "Z" { severity error product "P" event b in u certain when b }
				symptom test/a "A" { severity error `+events+tt.verdicts+" }").run(log{"x", "t", day("10:00:00 h a n=1")})
			got := ""
			for i, u := range out.Unchecked {
				if u.Symptom == "test/a" {
					got = u.Reason
					if near := strings.HasPrefix(got, "nearly"); near != (i == 0) {
						t.Errorf("it stands at %d", i)
					}
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
