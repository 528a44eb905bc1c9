package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

const byHost = `symptom test/a "A" { severity error by host event a in t event b in t where message == "b" certain when 3 of a within 5m possible when a clears when b }`

func flood(second int, host string) logdoc.Match {
	return logdoc.Match{Time: int64(second) * int64(time.Second), Clock: true, Place: logdoc.Place{Source: "x", Line: second + 1}, Text: "a",
		Captures: []logdoc.Capture{{Name: "host", Value: logdoc.LogText(host)}}}
}

func (s *shelf) kept() (matches, bytes int) {
	for _, b := range s.buckets {
		for _, m := range b.kept {
			matches++
			bytes += len(m.Text)
		}
	}
	return matches, bytes
}

// TestFloodIsBounded adds ten million matches: memory stays as it is, the count stays true, and the few records of other hosts are not washed away.
func TestFloodIsBounded(t *testing.T) {
	c := compileText(t, byHost).NewCorrelator()
	text := logdoc.LogText(strings.Repeat("x", MaxMatchText))
	const n = 10_000_000
	for i := range n {
		m := flood(i, "loud")
		if i%100 == 0 {
			m.Text = text
		}
		c.Add(m)
		if i%(n/20) == n/40 {
			c.Add(flood(i, "quiet"))
		}
	}
	kept, bytes := c.shelves[0][0].kept()
	if most := 2 * keptMatches; kept > most || bytes > keptTexts*MaxMatchText+looseText+most*floodText {
		t.Errorf("%d matches with %d bytes of text are kept", kept, bytes)
	}
	out := c.Finish(time.Time{})
	if len(out.Findings) != 2 {
		t.Fatalf("%d findings", len(out.Findings))
	}
	loud, quiet := out.Findings[0], out.Findings[1]
	if loud.Key != "loud" || loud.Count != n || loud.First.Unix() != 0 || loud.Last.Unix() != n-1 {
		t.Errorf("%s ×%d from %d to %d", loud.Key, loud.Count, loud.First.Unix(), loud.Last.Unix())
	}
	if quiet.Key != "quiet" || quiet.Count != 20 || quiet.Certainty != logdoc.Possible || quiet.First.Unix() != n/40 || quiet.Last.Unix() != n-n/40 {
		t.Errorf("%s ×%d from %d to %d", quiet.Key, quiet.Count, quiet.First.Unix(), quiet.Last.Unix())
	}
	const told = "so many records match"
	if len(loud.Why) != 2 || !strings.HasPrefix(loud.Why[1], told) || len(quiet.Why) != 1 {
		t.Errorf("%q, %q", loud.Why, quiet.Why)
	}
}

// TestManyKeysAreBounded adds a million hosts.
func TestManyKeysAreBounded(t *testing.T) {
	c := compileText(t, byHost).NewCorrelator()
	for i := range 1_000_000 {
		c.Add(flood(i, fmt.Sprint("h", i%100_000)))
	}
	s := &c.shelves[0][0]
	if kept, _ := s.kept(); len(s.buckets) != maxKeys || kept > 2*maxKeys*keptPerKey || !s.lost {
		t.Errorf("%d keys, %d matches, told %v", len(s.buckets), kept, s.lost)
	}
	for i := range maxKeys {
		if s.byKey[fmt.Sprint("h", i)] == nil {
			t.Fatalf("the key of match %d is not among those that are kept: the earliest are", i)
		}
	}
	if out := c.Finish(time.Time{}); len(out.Notes) != 1 || !out.Notes[0].LeftOut {
		t.Errorf("that keys were left out is not told: %v", out.Notes)
	}
}

// TestBucketKeepsTheFirstAndTheNewest holds a small bucket to its promise, also through a merge and a limit.
func TestBucketKeepsTheFirstAndTheNewest(t *testing.T) {
	set := compileText(t, byHost)
	part, c := set.NewCollection(), set.NewCorrelator()
	const n = 3 * keptMatches
	for i := range n {
		if i < n/2 {
			c.Add(flood(i, "h"))
		} else {
			m := flood(i, "h")
			part.Add(&m)
		}
	}
	c.Merge(part)
	b := c.shelves[0][0].buckets[0]
	list := c.shelves[0][0].list(b)
	if b.total != n || !b.lost || len(list) != keptMatches || list[keptMatches/2-1].Place.Line != keptMatches/2 || list[keptMatches-1].Place.Line != n {
		t.Errorf("%d of %d kept, the last at %d", len(list), b.total, list[len(list)-1].Place.Line)
	}
	c.Limit(time.Unix(n-10, 0), time.Unix(n-5, 0))
	list = c.shelves[0][0].list(b)
	if b.total != 6 || len(list) != 6 || list[0].Place.Line != n-9 || !b.lost {
		t.Errorf("%d of %d kept after the limit, lost %v", len(list), b.total, b.lost)
	}
}

// TestKeptDoesNotDependOnOrder adds a flood of matches of several keys in the order of time and in any other, alone and in parts: the same ones are kept.
func TestKeptDoesNotDependOnOrder(t *testing.T) {
	set := compileText(t, byHost)
	long := logdoc.LogText(strings.Repeat("x", 2*floodText))
	matches := make([]logdoc.Match, 5*keptMatches)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range matches {
		matches[i] = flood(i/3, [8]string{"loud", "loud", "loud", "loud", "loud", "a", "b", "c"}[i%8])
		matches[i].Place.Line = i + 1
		matches[i].Text = long[:random.IntN(len(long))]
	}
	kept := func(c *Correlator) map[string][]logdoc.Match {
		lists := map[string][]logdoc.Match{}
		for _, b := range c.shelves[0][0].buckets {
			lists[b.key] = c.shelves[0][0].list(b)
			if !b.lost {
				t.Errorf("nothing of %s was left out: this test tests nothing", b.key)
			}
		}
		return lists
	}
	direct := set.NewCorrelator()
	for _, m := range matches {
		direct.Add(m)
	}
	want := kept(direct)
	for range 3 {
		random.Shuffle(len(matches), func(i, k int) { matches[i], matches[k] = matches[k], matches[i] })
		c, parts := set.NewCorrelator(), []*Collection{set.NewCollection(), set.NewCollection(), set.NewCollection()}
		for i, m := range matches {
			if i%4 < 3 {
				parts[i%4].Add(&m)
			} else {
				c.Add(m)
			}
		}
		for i, p := range parts {
			if i == 0 {
				c.Merge(p)
			} else {
				c.Take(p)
			}
		}
		if diff := cmp.Diff(want, kept(c)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestCountsByKeyAreReached counts to more than a key's share of what is kept, for many keys; memory stays bounded for too many.
func TestCountsByKeyAreReached(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error by host event a in t certain when 40 of a within 1h }`)
	for _, keys := range []int{500, maxKeys} {
		c := set.NewCorrelator()
		for i := range 200 * keys {
			c.Add(flood(i, fmt.Sprint("h", i%keys)))
		}
		s := &c.shelves[0][0]
		if kept, _ := s.kept(); kept > 2*countedMatches {
			t.Errorf("%d keys: %d matches are kept", keys, kept)
		}
		want := keys
		if out := c.Finish(time.Time{}); keys == 500 && len(out.Findings) != 0 {
			t.Errorf("of records minutes apart: %d findings", len(out.Findings))
		}
		c = set.NewCorrelator()
		for i := range 200 * keys {
			c.Add(flood(i/keys, fmt.Sprint("h", i%keys)))
		}
		if out := c.Finish(time.Time{}); len(out.Findings) != want {
			t.Errorf("%d of %d keys are found", len(out.Findings), want)
		}
	}
}

// TestLimit makes only records between the times evidence.
func TestLimit(t *testing.T) {
	set := compileText(t, byHost)
	for _, tt := range []struct {
		name         string
		since, until time.Time
		want         int
	}{
		{"since, itself included", time.Unix(3, 0), time.Time{}, 8},
		{"until, itself included", time.Time{}, time.Unix(3, 0), 5},
		{"both", time.Unix(3, 0), time.Unix(5, 0), 4},
		{"none", time.Time{}, time.Time{}, 11},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := set.NewCorrelator()
			for i := range 10 {
				c.Add(flood(i, "h"))
			}
			unclocked := flood(99, "h")
			unclocked.Clock = false
			c.Add(unclocked)
			c.Limit(tt.since, tt.until)
			if out := c.Finish(time.Time{}); out.Findings[0].Count != tt.want {
				t.Errorf("count %d, want %d", out.Findings[0].Count, tt.want)
			}
		})
	}
}

const benchSymptoms = byHost + `
		symptom test/b "B" { severity error event a in t event b in t event c in t certain when (a and b and c) within 5m }
		symptom test/c "C" { severity error event a in t event b in t certain when a then b within 1s likely when 100 distinct a.host within 5m }
		symptom test/d "D" { severity error event a in t event b in t certain when a unless b within 1s around }
		symptom test/e "E" { severity error event a in t event b in t certain when a and b and a.host == b.host }`

// benchMatch is one of a million matches of five symptoms.
func benchMatch(set *Set, i int) logdoc.Match {
	m := flood(i/10, [4]string{"h1", "h2", "h3", "h4"}[i/11%4])
	m.Symptom = i % 5
	m.Event = i / 5 % len(set.symptoms[m.Symptom].events)
	return m
}

// BenchmarkCorrelate correlates a million matches of five symptoms, read cold.
func BenchmarkCorrelate(b *testing.B) {
	set := compileText(b, benchSymptoms)
	b.ReportAllocs()
	for b.Loop() {
		c := set.NewCorrelator()
		for i := range 1_000_000 {
			c.Add(benchMatch(set, i))
		}
		c.SeeTime(100_000 * int64(time.Second))
		if out := c.Finish(time.Time{}); len(out.Findings) < 5 {
			b.Fatal(len(out.Findings))
		}
	}
}

// BenchmarkLive correlates a million matches as they arrive, with a watermark for each.
func BenchmarkLive(b *testing.B) {
	run := func(text string, match func(set *Set, i int) logdoc.Match) func(b *testing.B) {
		return func(b *testing.B) {
			set := compileText(b, text)
			b.ReportAllocs()
			for b.Loop() {
				l := set.NewLive()
				for i := range 1_000_000 {
					m := match(set, i)
					l.Add(m)
					l.Advance(time.Unix(0, m.Time).Add(-10 * time.Second))
				}
				if out, _ := l.End(time.Time{}); len(out.Findings)+len(out.Clean)+len(out.Unchecked) == 0 {
					b.Fatal("nothing was looked for")
				}
			}
		}
	}
	b.Run("five symptoms", run(benchSymptoms, benchMatch))
	b.Run("one key, found", run(byHost, func(_ *Set, i int) logdoc.Match { return flood(i, "loud") }))
	b.Run("one key, never found until the end", run(`symptom test/a "A" { severity error by host event a in t event b in t certain when a unless b within 30m after likely when 100 of a within 5m possible when not b }`,
		func(_ *Set, i int) logdoc.Match {
			m := flood(i*10, "loud")
			m.Event = i % 50 / 49
			return m
		}))
	b.Run("a thousand keys and what all of them share", run(`symptom test/a "A" { severity error by a.host event a in t event b in t certain when 40 of a within 1s and b }`,
		func(_ *Set, i int) logdoc.Match {
			m := flood(i, fmt.Sprint("h", i/2%1000))
			m.Event = i % 2
			return m
		}))
	b.Run("a hundred thousand keys", run(byHost, func(_ *Set, i int) logdoc.Match { return flood(i, fmt.Sprint("h", i%100_000)) }))
}
