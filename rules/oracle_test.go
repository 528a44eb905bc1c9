package rules

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logdoc"
	"logdoc/internal/lang"
)

// twoFormats is a schema for tests inside the package, which must not know the real grammar.
type twoFormats struct{}

func (twoFormats) Product(int) string { return "" }

func (twoFormats) Names() []string { return []string{"t", "u"} }

func (twoFormats) Index(name string) (int, bool) {
	i := slices.Index([]string{"t", "u"}, name)
	return i, i >= 0
}

func (twoFormats) Slot(format int, field string) (int, bool) {
	i := slices.Index(logdoc.StandardFields[:], field)
	if format == plain {
		return i, field == "message"
	}
	// The second format has no code.
	return i, i >= 0 && (format == 0 || field != "code")
}

func (s twoFormats) Fields(format int) []string {
	return slices.DeleteFunc(slices.Clone(logdoc.StandardFields[:]), func(f string) bool {
		_, ok := s.Slot(format, f)
		return !ok
	})
}

// compileText compiles symptoms that stand in a text.
func compileText(t interface {
	Helper()
	Fatal(...any)
}, text string) *Set {
	t.Helper()
	file, problems := lang.Parse("test.logdoc", []byte(text))
	if len(problems) == 0 {
		var set *Set
		if _, _, problems = Compile(twoFormats{}, []Source{{Pack: "test", File: file}}); len(problems) == 0 {
			// What waits until it is needed must come to the same.
			set, _, problems = Compile(twoFormats{}, []Source{{Pack: "test", File: file, Sound: true}})
		}
		if len(problems) == 0 {
			return set
		}
	}
	t.Fatal(text, problems)
	return nil
}

// drawGroup draws the records of events a, b and c: in two files, with and without a clock, within half a minute.
func drawGroup(t *rapid.T, condition string) (*group, lang.Cond) {
	set := compileText(t, `symptom test/a "A" { severity error event a in t event b in t event c in t certain when `+condition+` }`)
	c := set.NewCorrelator()
	c.SeeFormat(0)
	for i := range rapid.IntRange(0, 8).Draw(t, "records") {
		m := logdoc.Match{Clock: rapid.IntRange(0, 3).Draw(t, "clock") > 0}
		m.Place = logdoc.Place{Source: rapid.SampledFrom([]logdoc.LogText{"x", "y"}).Draw(t, "source"), Line: i + 1}
		m.Time = math.MinInt64
		if m.Clock {
			m.Time = int64(rapid.IntRange(0, 30).Draw(t, "second")) * int64(time.Second)
			c.SeeTime(m.Time)
		}
		m.Captures = []logdoc.Capture{{Name: "host", Value: rapid.SampledFrom([]logdoc.LogText{"g", "h"}).Draw(t, "host")}}
		for _, e := range rapid.SampledFrom([][]int{{0}, {1}, {2}, {0, 1}, {0, 2}}).Draw(t, "events") {
			m.Event = e
			c.Add(m)
		}
	}
	groups := c.groups(0, time.Time{})
	if len(groups) == 0 {
		return c.group(0, time.Time{}, ""), set.symptoms[0].src.Verdicts[0].When
	}
	return groups[0], set.symptoms[0].src.Verdicts[0].When
}

// answer is what a condition comes to: whether it holds, and whether that is proven.
type answer struct{ holds, proven bool }

func (a *answer) add(proven bool) {
	a.holds = true
	a.proven = a.proven || proven
}

func engine(g *group, c lang.Cond) answer {
	var a answer
	for _, o := range g.holds(c) {
		a.add(!o.unproven)
	}
	return a
}

// span is the time between the first and the last of the records that have a clock.
func span(ms ...*logdoc.Match) (d time.Duration, clocked bool) {
	lo, hi, clocked := int64(math.MaxInt64), int64(math.MinInt64), true
	for _, m := range ms {
		if !m.Clock {
			clocked = false
			continue
		}
		lo, hi = min(lo, m.Time), max(hi, m.Time)
	}
	return time.Duration(max(hi-lo, 0)), clocked
}

// mayFollow tells whether b may follow a, and whether that is proven.
func mayFollow(a, b *logdoc.Match) (ok, proven bool) {
	switch {
	case a.Place == b.Place:
		return false, false
	case a.Clock && b.Clock:
		return a.Time <= b.Time, true
	case a.Place.Source == b.Place.Source:
		return a.Place.Line < b.Place.Line, true
	}
	return true, false
}

// each visits every choice of one record of each event.
func each(lists [][]logdoc.Match, visit func(ms ...*logdoc.Match)) {
	var chosen []*logdoc.Match
	var choose func(int)
	choose = func(e int) {
		if e == len(lists) {
			visit(chosen...)
			return
		}
		for i := range lists[e] {
			chosen = append(chosen, &lists[e][i])
			choose(e + 1)
			chosen = chosen[:e]
		}
	}
	choose(0)
}

// TestOperatorsAgainstOracle holds the operators, which look at few combinations, to definitions that look at all.
func TestOperatorsAgainstOracle(t *testing.T) {
	const window = 5 * time.Second
	for _, tt := range []struct {
		condition string
		oracle    func(g *group, a *answer)
	}{
		{"(a and b and c) within 5s", func(g *group, a *answer) {
			each(g.lists, func(ms ...*logdoc.Match) {
				if d, clocked := span(ms...); d <= window {
					a.add(clocked)
				}
			})
		}},
		{"(a and b and c and a.host == b.host) within 5s", func(g *group, a *answer) {
			each(g.lists, func(ms ...*logdoc.Match) {
				if d, clocked := span(ms...); d <= window && ms[0].Captures[0] == ms[1].Captures[0] {
					a.add(clocked)
				}
			})
		}},
		{"(a and b and c and a.host == b.host and b.host != c.host) within 5s", func(g *group, a *answer) {
			each(g.lists, func(ms ...*logdoc.Match) {
				if d, clocked := span(ms...); d <= window && ms[0].Captures[0] == ms[1].Captures[0] && ms[1].Captures[0] != ms[2].Captures[0] {
					a.add(clocked)
				}
			})
		}},
		{`(a and b and a.host == "h") within 5s`, func(g *group, a *answer) {
			each(g.lists[:2], func(ms ...*logdoc.Match) {
				if d, clocked := span(ms...); d <= window && ms[0].Captures[0].Value == "h" {
					a.add(clocked)
				}
			})
		}},
		{"a then b", func(g *group, a *answer) {
			each(g.lists[:2], func(ms ...*logdoc.Match) {
				if ok, proven := mayFollow(ms[0], ms[1]); ok {
					a.add(proven)
				}
			})
		}},
		{"a then b within 5s", func(g *group, a *answer) {
			each(g.lists[:2], func(ms ...*logdoc.Match) {
				d, clocked := span(ms...)
				if ok, proven := mayFollow(ms[0], ms[1]); ok && d <= window {
					a.add(proven && clocked)
				}
			})
		}},
		{"a unless b within 5s before", func(g *group, a *answer) {
			each(g.lists[:1], func(ms ...*logdoc.Match) {
				proven := true
				for i := range g.lists[1] {
					switch b := &g.lists[1][i]; {
					case !b.Clock || !ms[0].Clock:
						proven = false
					case b.Time <= ms[0].Time && b.Time >= ms[0].Time-int64(window):
						return
					}
				}
				a.add(proven)
			})
		}},
		{"3 of a within 5s", func(g *group, a *answer) {
			each([][]logdoc.Match{g.lists[0], g.lists[0], g.lists[0]}, func(ms ...*logdoc.Match) {
				if ms[0] != ms[1] && ms[1] != ms[2] && ms[0] != ms[2] {
					if d, clocked := span(ms...); d <= window {
						a.add(clocked)
					}
				}
			})
		}},
		{"2 distinct a.host within 5s", func(g *group, a *answer) {
			each([][]logdoc.Match{g.lists[0], g.lists[0]}, func(ms ...*logdoc.Match) {
				if d, clocked := span(ms...); d <= window && ms[0].Captures[0] != ms[1].Captures[0] {
					a.add(clocked)
				}
			})
		}},
		{"no a for 5s", func(g *group, a *answer) {
			unclocked := slices.ContainsFunc(g.lists[0], func(m logdoc.Match) bool { return !m.Clock })
			each(g.lists[:1], func(ms ...*logdoc.Match) {
				next := g.end
				for i := range g.lists[0] {
					if m := &g.lists[0][i]; m.Clock && m != ms[0] && m.Time > ms[0].Time {
						next = min(next, m.Time)
					}
				}
				if ms[0].Clock && next-ms[0].Time > int64(window) {
					a.add(!unclocked)
				}
			})
		}},
	} {
		t.Run(tt.condition, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				g, c := drawGroup(t, tt.condition)
				var want answer
				tt.oracle(g, &want)
				if got := engine(g, c); got != want {
					t.Fatalf("got %+v, want %+v for %s", got, want, show(g))
				}
			})
		})
	}
}

// TestChainAgainstOracle looks at three in order, where all have a clock.
func TestChainAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, c := drawGroup(t, "a then b then c within 5s")
		for e := range g.lists {
			g.lists[e] = slices.DeleteFunc(g.lists[e], func(m logdoc.Match) bool { return !m.Clock })
		}
		var want answer
		each(g.lists, func(ms ...*logdoc.Match) {
			first, _ := mayFollow(ms[0], ms[1])
			second, _ := mayFollow(ms[1], ms[2])
			if d, _ := span(ms...); first && second && ms[0].Place != ms[2].Place && d <= 5*time.Second {
				want.add(true)
			}
		})
		if got := engine(g, c); got != want {
			t.Fatalf("got %+v, want %+v for %s", got, want, show(g))
		}
	})
}

func show(g *group) string {
	s := ""
	for e, list := range g.lists {
		for i := range list {
			m := &list[i]
			stamp := "-"
			if m.Clock {
				stamp = fmt.Sprint(m.Time / int64(time.Second))
			}
			s += fmt.Sprintf("\n%s %s %s:%d %s", g.symptom.events[e].name, stamp, m.Place.Source, m.Place.Line, m.Captures[0].Value)
		}
	}
	return s
}
