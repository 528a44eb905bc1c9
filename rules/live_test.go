package rules

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

// drawCondition draws a condition out of all that the language has.
func drawCondition(t *rapid.T, depth int) string {
	event := func() string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "event") }
	window := func() string { return fmt.Sprintf("%ds", rapid.IntRange(1, 12).Draw(t, "window")) }
	leaf := func() string {
		switch rapid.IntRange(0, 10).Draw(t, "leaf") {
		case 0:
			return fmt.Sprintf("%d of %s within %s", rapid.IntRange(2, 3).Draw(t, "n"), event(), window())
		case 1:
			return fmt.Sprintf("%d of %s", rapid.IntRange(2, 4).Draw(t, "n"), event())
		case 2:
			return fmt.Sprintf("2 distinct %s.host within %s", event(), window())
		case 3:
			return fmt.Sprintf("no %s for %s", event(), window())
		case 4:
			return fmt.Sprintf("%s.host %s %s.host", event(), rapid.SampledFrom([]string{"==", "!="}).Draw(t, "op"), event())
		case 5:
			return event() + `.host == "g"`
		case 6:
			return rapid.SampledFrom([]string{"f.present", "f.n > 1", "f.missing", "not f.present"}).Draw(t, "fact")
		case 7:
			return fmt.Sprintf("%s unless %s within %s %s", event(), event(), window(), rapid.SampledFrom([]string{"before", "after", "around"}).Draw(t, "side"))
		case 8:
			return fmt.Sprintf("(%s and %s) within %s", event(), event(), window())
		case 9:
			return fmt.Sprintf("%s then %s within %s", event(), event(), window())
		}
		return event()
	}
	if depth == 0 {
		return leaf()
	}
	term := func() string { return "(" + drawCondition(t, rapid.IntRange(0, depth-1).Draw(t, "depth")) + ")" }
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1:
		return term() + " and " + term()
	case 2:
		return term() + " or " + term()
	case 3:
		return "not " + term()
	case 4:
		return "(" + term() + " and " + term() + ") within " + window()
	case 5:
		return term() + " then " + term()
	case 6:
		return "(" + term() + " then " + term() + ") within " + window()
	case 7:
		return term() + " unless " + term()
	case 8:
		return fmt.Sprintf("%s unless %s within %s %s", term(), term(), window(), rapid.SampledFrom([]string{"before", "after", "around"}).Draw(t, "side"))
	}
	return leaf()
}

func drawSymptom(t *rapid.T, depth int) string {
	s := `symptom test/a "A" { severity error severity critical when 3 of a
		event a in t event b in t event c in t fact f from "*/f.txt" like | {n:int}
`
	s += rapid.SampledFrom([]string{"", "by host\n", "by a.host\n", "by a.host, b.host\n", "by a.host, a.code, b.host\n"}).Draw(t, "by")
	s += rapid.SampledFrom([]string{"", "stale after 20s\n", "stale never\n"}).Draw(t, "stale")
	if rapid.Bool().Draw(t, "clears") {
		s += "clears when " + drawCondition(t, min(depth, 1)) + "\n"
	}
	for _, certainty := range []string{"certain", "likely", "possible"} {
		if rapid.Bool().Draw(t, certainty) {
			s += certainty + " when " + drawCondition(t, depth) + "\n"
		}
	}
	return s + "possible when " + drawCondition(t, min(depth, 1)) + " }"
}

// arriving is a match with the time at which it arrives.
type arriving struct {
	at    int64
	match logdoc.Match
}

const slack = int64(4 * time.Second)

// drawArrivals draws records of two files in the order in which they arrive. Stamps may be older than the arrival by the slack, so that a file's stamps go back as well.
// A record without a clock has the stamp of the one above it; with late, it may be as old as it likes, or there may be none.
func drawArrivals(t *rapid.T, late bool) []arriving {
	var all []arriving
	for rank, source := range []logdoc.LogText{"x", "y"} {
		at, last := int64(0), int64(math.MinInt64)
		if !late {
			last = math.MaxInt64
		}
		for line := range rapid.IntRange(0, 10).Draw(t, "records") {
			at += int64(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3, 8, 40}).Draw(t, "pause")) * int64(time.Second)
			m := logdoc.Match{Clock: true, Rank: rank, Place: logdoc.Place{Source: source, Line: line + 1, Offset: int64(line * 10)}, Text: "record"}
			if m.Time = max(0, at-int64(rapid.IntRange(0, int(slack/int64(time.Second))).Draw(t, "old"))*int64(time.Second)); rapid.IntRange(0, 4).Draw(t, "clock") == 0 && (late || last != math.MaxInt64 && at-last <= slack) {
				m.Clock, m.Time = false, last
			} else {
				last = m.Time
			}
			for i, values := range [][]logdoc.LogText{{"g", "h", ""}, {"1", "2", ""}} {
				if v := rapid.SampledFrom(values).Draw(t, "value"); v != "" {
					m.Captures = append(m.Captures, logdoc.Capture{Name: [2]string{"host", "code"}[i], Value: v})
				}
			}
			for _, e := range rapid.SampledFrom([][]int{{0}, {1}, {2}, {0, 1}}).Draw(t, "events") {
				m.Event = e
				all = append(all, arriving{at, m})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b arriving) int { return cmp.Compare(a.at, b.at) })
	return all
}

// heard is what turns come to: the last that was said of each finding.
type heard map[string]logdoc.Finding

func name(f *logdoc.Finding) string { return f.Symptom + " " + string(f.Key) }

// take adds turns, and holds them to what may become of a finding.
func (s heard) take(turns []logdoc.Turn) error {
	for _, turn := range turns {
		f := turn.Finding
		before, known := s[name(&f)]
		var err error
		switch {
		case turn.Kind == logdoc.Moved:
			delete(s, name(&f))
			if !known {
				return fmt.Errorf("%s moved without having been told", name(&f))
			}
			continue
		case known == (turn.Kind == logdoc.Opened):
			err = fmt.Errorf("%s: %s, known before: %v", name(&f), turn.Kind, known)
		case f.Certainty < before.Certainty:
			err = fmt.Errorf("%s fell from %s to %s", name(&f), before.Certainty, f.Certainty)
		case turn.Kind == logdoc.Repeated && f.Count <= before.Count:
			err = fmt.Errorf("%s repeated, from %d to %d", name(&f), before.Count, f.Count)
		case turn.Kind == logdoc.WasCleared != (f.State == logdoc.Cleared) && turn.Kind != logdoc.Repeated && turn.Kind != logdoc.Stronger && turn.Kind != logdoc.Opened:
			err = fmt.Errorf("%s: %s, but it is %s", name(&f), turn.Kind, f.State)
		}
		if err != nil {
			return err
		}
		s[name(&f)] = f
	}
	return nil
}

// flat lists findings with their consequences.
func flat(list []logdoc.Finding, visit func(logdoc.Finding)) {
	for _, f := range list {
		visit(f)
		flat(f.Consequences, visit)
	}
}

// replay gives the arrivals to a live correlator and checks every turn.
func replay(t *rapid.T, set *Set, file string, arrivals []arriving) (Outcome, heard) {
	l := set.NewLive()
	readInput(l.Input(), file)
	told := heard{}
	check := func(turns []logdoc.Turn) {
		if err := told.take(turns); err != nil {
			t.Fatal(err)
		}
	}
	newest := int64(math.MinInt64)
	for _, a := range arrivals {
		if a.match.Clock {
			newest = max(newest, a.match.Time)
			l.Input().SeeTime(a.match.Time)
		}
		l.Add(a.match)
		if newest > math.MinInt64 {
			check(l.Advance(time.Unix(0, newest-slack)))
		}
		if rapid.IntRange(0, 3).Draw(t, "settle") == 0 {
			check(l.Settle())
		}
	}
	out, turns := l.End(time.Time{})
	check(turns)
	return out, told
}

// readInput tells of a log of the matches' format, and of a file; of neither when content is "unseen".
func readInput(c *Correlator, content string) {
	if content == "unseen" {
		return
	}
	c.SeeFormat(0)
	c.Facts().See("etc/f.txt")
	if content != "" {
		c.Facts().Read("etc/f.txt", []byte(content))
	}
}

func cold(set *Set, file string, arrivals []arriving) Outcome {
	c := set.NewCorrelator()
	readInput(c, file)
	for _, a := range arrivals {
		if a.match.Clock {
			c.SeeTime(a.match.Time)
		}
		c.Add(a.match)
	}
	return c.Finish(time.Time{})
}

// TestLiveEqualsCold replays random logs, record by record, for random symptoms. The findings at the end are those of a cold reading, and what was told on the way comes to
// the same: nothing was told that had to be taken back, and nothing is missing.
//
// Only where conditions are nested over records without a clock, or where such a record comes later than the stamp above it lets expect, more may have been told: what is
// taken on trust is not exact.
func TestLiveEqualsCold(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		depth                 int
		clocked, late, strict bool
	}{
		{"nested, all with a clock", 2, true, false, true},
		{"not nested, some without a clock", 0, false, false, true},
		{"nested, some without a clock", 2, false, false, false},
		{"some without any stamp above them", 2, false, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := drawSymptom(t, tt.depth)
				set := compileText(t, text)
				arrivals := drawArrivals(t, tt.late)
				if tt.clocked {
					arrivals = slices.DeleteFunc(arrivals, func(a arriving) bool { return !a.match.Clock })
				}
				file := rapid.SampledFrom([]string{"", "1", "2", "none", "unseen"}).Draw(t, "file")
				want := cold(set, file, arrivals)
				if diff := gocmp.Diff(want, cold(set, file, rapid.Permutation(arrivals).Draw(t, "cold order"))); diff != "" {
					t.Fatalf("%s\ncold in another order: %s", text, diff)
				}
				got, told := replay(t, set, file, arrivals)
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatalf("%s\nat the end: %s", text, diff)
				}
				flat(want.Findings, func(f logdoc.Finding) {
					last := told[name(&f)]
					delete(told, name(&f))
					if last.Certainty < f.Certainty || tt.strict && !same(&last, &f) {
						t.Fatalf("%s\n%s is %s, and was told as %s%s", text, name(&f), line(&f), line(&last), showArrivals(arrivals))
					}
				})
				for key, f := range told {
					if tt.strict || len(f.Why) < 2 {
						t.Fatalf("%s\n%s was told as %s and is none%s", text, key, line(&f), showArrivals(arrivals))
					}
				}
			})
		})
	}
}

// same compares what was told with what is; files that the verdict names count as well, and another verdict may have held before.
func same(a, b *logdoc.Finding) bool {
	return a.Certainty == b.Certainty && a.Severity == b.Severity && a.Count >= b.Count && (a.State == logdoc.Cleared) == (b.State == logdoc.Cleared)
}

func line(f *logdoc.Finding) string {
	return fmt.Sprintf("%s %s %s ×%d", f.Severity, f.Certainty, f.State, f.Count)
}

// TestLiveFloodEqualsCold replays more matches than are kept, of a few keys and of too many for all to be looked at in full.
func TestLiveFloodEqualsCold(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error by host event a in t event b in t certain when 40 of a within 60s likely when a then b within 2s possible when a unless b within 5s after clears when b }
		symptom test/b "B" { severity error event a in t event b in t certain when no a for 30s likely when 2 distinct a.host within 1s possible when a }`)
	for _, keys := range []int{1, 7, 700} {
		random := rand.New(rand.NewPCG(uint64(keys), 0))
		var arrivals []arriving
		for i := range 5 * keptMatches {
			m := flood(i/3, fmt.Sprint("h", random.IntN(keys)))
			m.Place.Line, m.Place.Offset = i+1, int64(i)
			m.Symptom, m.Event = random.IntN(2), random.IntN(50)/49
			at := m.Time + random.Int64N(slack)
			arrivals = append(arrivals, arriving{at, m})
		}
		slices.SortStableFunc(arrivals, func(a, b arriving) int { return cmp.Compare(a.at, b.at) })
		l, told, newest := set.NewLive(), heard{}, int64(math.MinInt64)
		readInput(l.Input(), "1")
		for _, a := range arrivals {
			newest = max(newest, a.match.Time)
			l.Input().SeeTime(a.match.Time)
			l.Add(a.match)
			if err := told.take(l.Advance(time.Unix(0, newest-slack))); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(l.due); n > 2*keys+1 {
			t.Errorf("%d keys wait to be looked at", n)
		}
		got, turns := l.End(time.Time{})
		if err := told.take(turns); err != nil {
			t.Fatal(err)
		}
		want := cold(set, "1", arrivals)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%d keys: %s", keys, diff)
		}
		if len(want.Findings) < keys {
			t.Fatalf("%d keys: only %d findings", keys, len(want.Findings))
		}
		flat(want.Findings, func(f logdoc.Finding) {
			if last := told[name(&f)]; last.Certainty < f.Certainty || last.Count < f.Count {
				t.Errorf("%s is %s, and was told as %s", name(&f), line(&f), line(&last))
			}
		})
	}
}

// TestExplainAgreesWithTheFindings explains random symptoms: what it says they come to is what the strongest finding says, and a verdict that is said to hold does.
func TestExplainAgreesWithTheFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawSymptom(t, 2)
		set := compileText(t, text)
		c := set.NewCorrelator()
		readInput(c, rapid.SampledFrom([]string{"", "1", "none", "unseen"}).Draw(t, "file"))
		for _, a := range drawArrivals(t, true) {
			if a.match.Clock {
				c.SeeTime(a.match.Time)
			}
			c.Add(a.match)
		}
		strongest := logdoc.NotFound
		flat(c.Finish(time.Time{}).Findings, func(f logdoc.Finding) { strongest = max(strongest, f.Certainty) })
		e, ok := c.Explain("test/a", time.Time{})
		if !ok || e.Certainty != strongest {
			t.Fatalf("%s\nexplained as %s, found as %s", text, e.Certainty, strongest)
		}
		held := logdoc.NotFound
		for _, v := range e.Verdicts {
			certainty := v.Certainty
			if v.Reason.Unproven {
				certainty = max(certainty-1, logdoc.Possible)
			}
			if v.Reason.Held {
				held = max(held, certainty)
			}
		}
		if held != strongest {
			t.Fatalf("%s\nthe verdicts that are said to hold come to %s, found as %s", text, held, strongest)
		}
	})
}

func showArrivals(list []arriving) string {
	var b strings.Builder
	for _, a := range list {
		stamp := fmt.Sprint(a.match.Time / int64(time.Second))
		if !a.match.Clock {
			stamp = "-" + stamp
		}
		fmt.Fprintf(&b, "\n%d: %s %s:%d %s %v", a.at/int64(time.Second), stamp, a.match.Place.Source, a.match.Place.Line, "abc"[a.match.Event:a.match.Event+1], a.match.Captures)
	}
	return b.String()
}

// TestLiveCountsWhatWasTold: a finding that grows stronger by a verdict that rests on fewer records and files is told with fewer; what comes then is more than that.
func TestLiveCountsWhatWasTold(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error event a in t fact f from "*/f.txt" like | {n:int}
		likely when no a for 1s possible when f.present }`)
	l := set.NewLive()
	readInput(l.Input(), "none")
	var got []string
	for _, second := range []int{0, 9} {
		m := flood(second, "h")
		l.Input().SeeTime(m.Time)
		l.Add(m)
		for _, after := range []int{0, 5} {
			for _, turn := range append(l.Advance(time.Unix(int64(second+after), 1)), l.Settle()...) {
				got = append(got, fmt.Sprint(turn.Kind, " ", line(&turn.Finding)))
			}
		}
	}
	want := []string{"opened error possible active ×2", "stronger error likely active ×1", "repeated error likely active ×2"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLiveWaitsForWhatCannotBeSeen: that nothing forbids is sure only if what would forbid can be seen. A record that comes later may leave nothing against it but a file that
// is not there: so nothing is told as sure before the end.
func TestLiveWaitsForWhatCannotBeSeen(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error event a in t event b in t event c in t fact f from "*/f.txt" like | {n:int}
		likely when a unless (c and f.present) within 1s before }`)
	arrive := func(second, event int) logdoc.Match {
		m := flood(second, "h")
		m.Event = event
		return m
	}
	matches := []logdoc.Match{arrive(0, 0), arrive(5, 2)}
	l := set.NewLive()
	readInput(l.Input(), "")
	for _, m := range matches {
		l.Input().SeeTime(m.Time)
		l.Add(m)
		for _, turn := range append(l.Advance(time.Unix(0, m.Time+int64(3*time.Second))), l.Settle()...) {
			if turn.Finding.Certainty != logdoc.Possible {
				t.Errorf("told before the end: %s", line(&turn.Finding))
			}
		}
	}
	end, _ := l.End(time.Unix(9, 0))
	if len(end.Findings) != 1 || line(&end.Findings[0]) != "error possible active ×1" {
		t.Errorf("at the end: %v", end.Findings)
	}
}

// TestLiveFloodHoldsNothingUp floods one key, and holds the others to being told with the match that makes them, at any moment; what becomes of the flooded key is told by the time
// that goes by, or when there is time.
func TestLiveFloodHoldsNothingUp(t *testing.T) {
	of := func(turns []logdoc.Turn, kind logdoc.TurnKind, host string) bool {
		return slices.ContainsFunc(turns, func(turn logdoc.Turn) bool { return turn.Kind == kind && string(turn.Finding.Key) == host })
	}
	for name, wait := range map[string]func(l *Live, watermark time.Time) []logdoc.Turn{
		"there is time": func(l *Live, _ time.Time) []logdoc.Turn { return l.Settle() },
		"a minute passes": func(l *Live, watermark time.Time) (turns []logdoc.Turn) {
			for range 100 * 60 {
				l.Pass(10 * time.Millisecond)
				turns = append(turns, l.Advance(watermark)...)
			}
			return turns
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := compileText(t, `symptom test/a "A" { severity error by host event a in t event b in t certain when 3 of a within 5m possible when a clears when b }`).NewLive()
			second := 0
			add := func(event int, host string) []logdoc.Turn {
				second++
				m := flood(second, host)
				m.Event = event
				l.Add(m)
				return l.Advance(time.Unix(int64(second), 0))
			}
			looks := 0
			for i := range 50_000 {
				if of(add(0, "loud"), logdoc.Repeated, "loud") {
					looks++
				}
				if i%500 == 0 {
					if host := fmt.Sprint("quiet", i); !of(add(0, host), logdoc.Opened, host) {
						t.Fatalf("after %d matches of another key, a new one is not told at once", i)
					}
				}
			}
			if looks == 0 || looks > 1000 {
				t.Errorf("the flooded key was looked at %d times", looks)
			}
			if of(add(1, "loud"), logdoc.WasCleared, "loud") {
				t.Fatal("the flooded key is looked at with each match: this test tests nothing")
			}
			l.Pass(10 * time.Millisecond)
			if of(l.Advance(time.Unix(int64(second), 0)), logdoc.WasCleared, "loud") {
				t.Error("hardly any time has passed, and it was looked at")
			}
			if !of(wait(l, time.Unix(int64(second), 0)), logdoc.WasCleared, "loud") {
				t.Error("it was not looked at")
			}
		})
	}
}
