package rules

import (
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

// atLeast reports an error when a finding is told in one outcome and is not in a later one, or is weaker there.
func atLeast(before, after []logdoc.Finding) error {
	later := heard{}
	flat(after, func(f logdoc.Finding) { later[name(&f)] = f })
	var err error
	flat(before, func(f logdoc.Finding) {
		l, ok := later[name(&f)]
		if !ok {
			err = fmt.Errorf("%s was told as %s %v and is none", name(&f), line(&f), f.Why)
		} else if l.Certainty < f.Certainty || l.Severity < f.Severity {
			err = fmt.Errorf("%s was told as %s %v and is %s %v", name(&f), line(&f), f.Why, line(&l), l.Why)
		}
	})
	return err
}

// partly reads a beginning of the input, in the order given.
func partly(set *Set, file string, arrivals []arriving) *Correlator {
	c := set.NewCorrelator()
	if len(arrivals) > 0 {
		c.SeeFormat(0)
	}
	c.Facts().See("etc/g.txt")
	if file != "" {
		readInput(c, file)
	}
	for _, a := range arrivals {
		if a.match.Clock {
			c.SeeTime(a.match.Time)
		}
		c.Add(a.match)
	}
	return c
}

// TestNothingToldSoFarIsTakenBack reads random logs in any order for random symptoms, and a file at some moment. What is told of a beginning is told of every longer one, and
// is in the outcome at the end, no less sure and no less severe. As when a log is followed, what is taken on trust is not exact where conditions are nested over records without
// a clock.
func TestNothingToldSoFarIsTakenBack(t *testing.T) {
	for _, tt := range []struct {
		name    string
		depth   int
		clocked bool
	}{
		{"nested, all with a clock", 2, true},
		{"not nested, some without a clock", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			told := 0
			rapid.Check(t, func(t *rapid.T) {
				text := drawSymptom(t, tt.depth)
				arrivals := drawArrivals(t, true)
				if tt.clocked {
					arrivals = slices.DeleteFunc(arrivals, func(a arriving) bool { return !a.match.Clock })
				}
				told += holdsSoFar(t, compileText(t, text), text, arrivals)
			})
			if told == 0 {
				t.Error("nothing was ever told before the end")
			}
		})
	}
}

// holdsSoFar returns how many findings were told of beginnings.
func holdsSoFar(t *rapid.T, set *Set, text string, arrivals []arriving) (told int) {
	arrivals = rapid.Permutation(arrivals).Draw(t, "order")
	file := rapid.SampledFrom([]string{"", "1", "2", "none"}).Draw(t, "file")
	opened := rapid.IntRange(0, len(arrivals)).Draw(t, "file is read at")
	var before []logdoc.Finding
	for n := range len(arrivals) + 1 {
		seen := file
		if n < opened {
			seen = ""
		}
		c := partly(set, seen, arrivals[:n])
		out := c.SoFar()
		if len(out.Clean)+len(out.Unchecked) > 0 {
			t.Fatalf("%s\ntold before the end: %v %v", text, out.Clean, out.Unchecked)
		}
		if err := atLeast(before, out.Findings); err != nil {
			t.Fatalf("%s\nafter %d of %d: %v%s", text, n, len(arrivals), err, showArrivals(arrivals[:n]))
		}
		before = out.Findings
		told += len(before)
	}
	end := partly(set, file, arrivals).Finish(time.Time{})
	if err := atLeast(before, end.Findings); err != nil {
		t.Fatalf("%s\nat the end: %v%s", text, err, showArrivals(arrivals))
	}
	return told
}

// TestSoFarLeavesTheOutcomeAsItIs: asking on the way changes nothing of what is found in the end.
func TestSoFarLeavesTheOutcomeAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := compileText(t, drawSymptom(t, 1))
		arrivals := drawArrivals(t, true)
		asked := partly(set, "1", arrivals)
		asked.SoFar()
		if diff := gocmp.Diff(partly(set, "1", arrivals).Finish(time.Time{}), asked.Finish(time.Time{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestWhatWaitsForTheEnd: what is told before the end, and what is not.
func TestWhatWaitsForTheEnd(t *testing.T) {
	for _, tt := range []struct {
		verdict, soFar, end string
	}{
		{"certain when a", "error certain", "error certain"},
		{"certain when 2 of a", "error certain", "error certain"},
		{"certain when a then b within 10s", "error certain", "error certain"},
		{"certain when not c likely when a", "error likely", "error certain"},
		{"certain when a unless c within 1s after likely when a", "error likely", "error certain"},
		{"certain when no a for 1s likely when a", "error likely", "error certain"},
		{`certain when a.host == "h"`, "error certain", "error certain"},
		{`certain when a.host == b.host`, "error certain", "error certain"},
		{`certain when host == "h" possible when a`, "error possible", "error certain"},
		{"certain when f.present", "error certain", "error certain"},
		{"certain when f.n > 1", "error certain", "error certain"},
		{"certain when g.missing", "", "error certain"},
		{"certain when not g.present possible when a", "error possible", "error certain"},
		{"value x = max(f.n, 1) certain when x > 1", "", "error certain"},
		{"severity warning when b certain when a", "warning certain", "warning certain"},
		{"severity critical when b certain when a", "critical certain", "critical certain"},
		{"severity warning when c severity critical when b certain when a", "warning certain", "critical certain"},
		{"by host certain when a", "error certain", "error certain"},
		{"by c.host certain when a", "", "error certain"},
	} {
		t.Run(tt.verdict, func(t *testing.T) {
			set := compileText(t, `symptom test/a "A" { severity error event a in t event b in t event c in t fact f from "*/f.txt" like | {n:int}
fact g from "etc/none.txt" exists
`+tt.verdict+" }")
			c := set.NewCorrelator()
			readInput(c, "2")
			for i, e := range []int{0, 1, 0} {
				m := flood(i, "h")
				m.Event = e
				c.SeeTime(m.Time)
				c.Add(m)
			}
			told := func(o Outcome) string {
				if len(o.Findings) == 0 {
					return ""
				}
				return fmt.Sprint(o.Findings[0].Severity, " ", o.Findings[0].Certainty)
			}
			if got := told(c.SoFar()); got != tt.soFar {
				t.Errorf("so far %q, want %q", got, tt.soFar)
			}
			if got := told(c.Finish(time.Time{})); got != tt.end {
				t.Errorf("at the end %q, want %q", got, tt.end)
			}
		})
	}
}
