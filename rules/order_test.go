package rules_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/rules"
)

// table is a laboratory with every symptom of the conformance table.
func table(t testing.TB) *laboratory {
	t.Helper()
	files := []*lang.File{}
	for _, path := range conformanceFiles(t) {
		if filepath.Base(path) != "where.logdoc" { // nothing in it is about order
			files = append(files, parseFile(t, path))
		}
	}
	g, set := compile(t, files...)
	return &laboratory{g, set}
}

// drawLogs draws a few logs whose records the symptoms of the table speak of.
func drawLogs(t *rapid.T) []log {
	var logs []log
	for i := range rapid.IntRange(1, 4).Draw(t, "logs") {
		l := log{source: fmt.Sprint("log", i), format: rapid.SampledFrom([]string{"t", "u"}).Draw(t, "format")}
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			stamp := "-"
			if rapid.IntRange(0, 4).Draw(t, "clock") > 0 {
				stamp = fmt.Sprintf("2024-01-01 10:%02d:%02d", rapid.IntRange(0, 15).Draw(t, "minute"), 30*rapid.IntRange(0, 1).Draw(t, "half"))
			}
			host := rapid.SampledFrom([]string{"h1", "h2"}).Draw(t, "host")
			message := rapid.SampledFrom([]string{"a", "b", "c", "ab", "ac", "a n=3", "a n=9", "b n=4", "b client=h1", "n=1", "other"}).Draw(t, "message")
			l.text += stamp + " " + host + " " + message + "\n"
		}
		logs = append(logs, l)
	}
	return logs
}

// TestOrderOfPartsDoesNotMatter adds the same matches in any order, alone and in collections that are merged in any order: the findings are the same.
func TestOrderOfPartsDoesNotMatter(t *testing.T) {
	l := table(t)
	rapid.Check(t, func(t *rapid.T) {
		logs := drawLogs(t)
		rank := map[logdoc.LogText]int{}
		var matches []logdoc.Match
		var newest []int64
		for i, in := range logs {
			rank[logdoc.LogText(in.source)] = i
			ms, _, stamps := l.matches(in)
			matches = append(matches, ms...)
			newest = append(newest, stamps...)
		}
		finish := func(fill func(c *rules.Correlator)) rules.Outcome {
			c := l.rules.NewCorrelator()
			for _, in := range logs {
				f, _ := l.grammar.Index(in.format)
				c.SeeFormat(f)
			}
			for _, s := range newest {
				c.SeeTime(s)
			}
			fill(c)
			c.Rank(func(s logdoc.LogText) int { return rank[s] })
			return c.Finish(time.Time{})
		}
		direct := func(c *rules.Correlator) {
			for _, m := range matches {
				c.Add(m)
			}
		}
		want := finish(direct)
		if diff := cmp.Diff(want, finish(direct)); diff != "" {
			t.Fatal("the same twice: ", diff)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(matches), func(i, k int) { matches[i], matches[k] = matches[k], matches[i] })
		if diff := cmp.Diff(want, finish(direct)); diff != "" {
			t.Fatal("another order: ", diff)
		}
		if diff := cmp.Diff(want, finish(func(c *rules.Correlator) {
			parts := make([]*rules.Collection, 1+random.IntN(4))
			for i := range parts {
				parts[i] = l.rules.NewCollection()
			}
			for _, m := range matches {
				parts[random.IntN(len(parts))].Add(&m)
			}
			for i, p := range parts {
				if i%2 == 0 {
					c.Take(p)
				} else {
					c.Merge(p)
				}
			}
		})); diff != "" {
			t.Fatal("in parts: ", diff)
		}
	})
}

// TestSameInputSameFindings runs a large input many times, so that the random order of maps would show.
func TestSameInputSameFindings(t *testing.T) {
	l := table(t)
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for i := range 2000 {
		message := []string{"a", "b", "c", "ab", "a n=3", "b n=4", "b client=h1", "other"}[random.IntN(8)]
		fmt.Fprintf(&text, "2024-01-01 %02d:%02d:00 h%d %s\n", 10+i/200, i%60, random.IntN(20), message)
	}
	run := func() rules.Outcome {
		return l.run(log{"x", "t", text.String()}, file{"n1/mcs", "9"}, file{"n2/mcs", "8"}, file{"n1/gsan", "10"}, file{"var/cores/x", ""}, file{"lib/cores/x", ""})
	}
	want := run()
	if len(want.Findings) < 20 {
		t.Fatalf("only %d findings", len(want.Findings))
	}
	for range 10 {
		if diff := cmp.Diff(want, run()); diff != "" {
			t.Fatal(diff)
		}
	}
}
