package diagnose

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
	"logdoc/source"
)

// TestTwinsDoNotShow scans records of the packs' own examples, again and again with other digits, with and without counting twins instead of reading them.
func TestTwinsDoNotShow(t *testing.T) {
	p, err := LoadSources([]string{pumpPack}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	byFormat := map[string][]string{}
	add := func(inputs []lang.Input) {
		for _, in := range inputs {
			byFormat[in.Format.Value] = append(byFormat[in.Format.Value], strings.Join(in.Text.Lines, "\n"))
		}
	}
	for _, f := range p.Files {
		for _, s := range f.Symptoms {
			for _, ex := range s.Examples {
				add(ex.Inputs)
			}
		}
		for _, e := range f.Expected {
			add(e.Samples)
		}
		for _, format := range f.Formats {
			for _, s := range format.Samples {
				byFormat[format.Name.Value] = append(byFormat[format.Name.Value], strings.Join(s.Text.Lines, "\n"))
			}
		}
	}
	delete(byFormat, "")
	byFormat["avtar"] = append(byFormat["avtar"], "2026-02-10 01:00:00 avtar Warning <99999>: nobody knows 5 of these", "2026-02-10 01:00:07 avtar Error <9>: nor /a/b/7 of these 'x 7'", "avtar Warning <99999>: nobody knows 5 of these")
	byFormat["flume"] = append(byFormat["flume"], "2026-03-02 08:00:00,732 | WARN  | [w #9] |  Unknown 7  | a.b.c(N.java:201)\njava.io.IOException: 7 resets\n\tat a.b.c(D.java:7)\n\tat a.b.c(D.java:17)")
	names := make([]string, 0, len(byFormat))
	for name := range byFormat {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom(names).Draw(t, "format")
		few := rapid.SliceOfN(rapid.SampledFrom(byFormat[format]), 1, 4).Draw(t, "few")
		var text []byte
		for range rapid.IntRange(2, 40).Draw(t, "records") {
			record := []byte(rapid.SampledFrom(few).Draw(t, "record"))
			for range rapid.IntRange(0, 4).Draw(t, "changes") {
				if at := rapid.IntRange(0, len(record)-1).Draw(t, "at"); record[at] >= '0' && record[at] <= '9' {
					record[at] = rapid.SampledFrom([]byte("0123456789")).Draw(t, "digit")
				}
			}
			text = append(append(text, record...), '\n')
		}
		reading := p.Grammar.Detect(text, grammar.Options{ModTime: morning})
		with, without := newScanner(p), newScanner(p)
		without.grammar.Twins = nil
		for range 2 { // the second time the twins of all lines are known
			a, b := scanOnce(t, with, reading, text), scanOnce(t, without, reading, text)
			if diff := gocmp.Diff(b, a, cmpopts.IgnoreUnexported(rules.Normal{}, grammar.Clock{})); diff != "" {
				t.Fatalf("counting twins shows:\n%s\n%s", diff, text)
			}
		}
	})
}

// outcome is what a scan of a block gives.
type outcome struct {
	Counts   [3]int
	Unread   int
	Formats  []int
	Clock    grammar.Clock
	Matches  []logdoc.Match
	Normals  []rules.Normal
	Clusters []logdoc.Cluster
}

func scanOnce(t *rapid.T, sc *scanner, r *grammar.Reading, text []byte) outcome {
	blocks := source.NewBlocks(bytes.NewReader(text), source.NewPool(1<<20))
	if r.Mend != nil {
		blocks.Through(r.Mend)
	}
	blocks.SetStarts(r.Starts)
	b, err := blocks.Next(0)
	if err != nil {
		t.Fatal(err)
	}
	j := &job{block: b, reading: r, done: make(chan struct{})}
	sc.scan(j)
	slices.SortFunc(j.normals, func(a, b rules.Normal) int {
		return cmp.Or(a.Expected-b.Expected, strings.Compare(string(a.Host), string(b.Host)))
	})
	o := outcome{j.counts, j.unread, j.tally.Formats, j.tally.Clock, j.matches, j.normals, nil}
	if j.clusters != nil {
		o.Clusters, _ = j.clusters.ranked(morning, maxClusters)
	}
	return o
}
