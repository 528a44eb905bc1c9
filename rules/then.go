package rules

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// thenCond is `A then B [then C] [within D]`.
type thenCond struct{ *lang.CondThen }

func (c thenCond) settles(s *symptom) (span, delay time.Duration) {
	span, delay = s.settleAll(c.Terms)
	if c.Within > 0 {
		span = c.Within
	}
	return span, delay
}

func (c thenCond) rests(s *symptom) []need { return s.together(c.Terms) }

func (c thenCond) terms() []lang.Cond { return c.Terms }

func (c thenCond) refs(func(*lang.Ref)) {}

// holds joins the terms in their order.
func (c thenCond) holds(g *group) []occurrence {
	result := g.holds(c.Terms[0])
	for i, t := range c.Terms[1:] {
		result = follow(newLeaders(result), g.holds(t), len(c.Terms)-2-i)
	}
	if c.Within > 0 {
		result = within(result, c.Within)
	}
	return result
}

// follow joins every follower with the nearest leader before it. Where two records have a clock, stamps tell the order, and equal ones count as ordered, as clocks
// are coarse; else their places in one file do; else it is taken on trust. The same record cannot follow itself.
//
// more is how many further terms the result will lead: each of them may turn out to be a leader's record, where all stamps are equal, and then another leader must do.
func follow(ls *leaders, followers []occurrence, more int) []occurrence {
	var out []occurrence
	for i := range followers {
		f := &followers[i]
		for _, l := range ls.byClock(f, more) {
			out = append(out, join(l, f))
		}
		if l := ls.byFile(f); l != nil {
			out = append(out, join(l, f))
		}
		// A window may be too short for what is proven and long enough for what is not.
		if l := ls.onTrust(f); l != nil {
			o := join(l, f)
			o.unproven = true
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out
}

// leaders are the occurrences that something may follow, arranged for the three ways of telling order.
type leaders struct {
	all []occurrence
	// timeless is one of those without a record, if there is any; unclocked tells whether there are some without a clock.
	timeless  *occurrence
	unclocked bool
	// clocked are those with a clock; a later end has a later start.
	clocked []*occurrence
	// bySource are all, by the file of their last record, in the order of the file.
	bySource map[logdoc.LogText][]*occurrence
}

func newLeaders(list []occurrence) *leaders {
	ls := &leaders{all: list, bySource: map[logdoc.LogText][]*occurrence{}}
	for i := range list {
		o := &list[i]
		if o.open {
			continue
		}
		if o.timeless() {
			ls.timeless = o
			continue
		}
		ls.unclocked = ls.unclocked || o.unclocked
		ls.bySource[o.last.Place.Source] = append(ls.bySource[o.last.Place.Source], o)
		// A leader that ends later and starts earlier than another one is never the nearest.
		if n := len(ls.clocked); !o.unclocked && (n == 0 || o.start >= ls.clocked[n-1].start) {
			ls.clocked = append(ls.clocked, o)
		}
	}
	for _, list := range ls.bySource {
		slices.SortStableFunc(list, func(a, b *occurrence) int { return inFile(a.last, b.last) })
	}
	return ls
}

// byClock returns the nearest leader that stamps tell to be before the follower, and up to more others where stamps are equal. What has no time follows and leads
// anything.
func (ls *leaders) byClock(f *occurrence, more int) []*occurrence {
	var found []*occurrence
	if f.timeless() {
		for i := range ls.all {
			if !ls.all[i].open {
				found = append(found, &ls.all[i])
			}
		}
		return found
	}
	if !f.unclocked {
		n := sort.Search(len(ls.clocked), func(i int) bool { return ls.clocked[i].end > f.start })
		for n--; n >= 0 && len(found) <= more; n-- {
			l := ls.clocked[n]
			if l.shares(f) {
				continue
			}
			found = append(found, l)
			if l.end < f.start {
				break
			}
		}
	}
	if ls.timeless != nil {
		found = append(found, ls.timeless)
	}
	return found
}

// byFile returns the nearest leader that stands before the follower in one file, where one of the two has no clock.
func (ls *leaders) byFile(f *occurrence) *occurrence {
	if f.timeless() || !f.unclocked && !ls.unclocked {
		return nil
	}
	list := ls.bySource[f.first.Place.Source]
	n := sort.Search(len(list), func(i int) bool { return inFile(list[i].last, f.first) >= 0 })
	for n--; n >= 0; n-- {
		if (f.unclocked || list[n].unclocked) && !list[n].shares(f) {
			return list[n]
		}
	}
	return nil
}

// onTrust returns the newest leader of another file, where one of the two has no clock.
func (ls *leaders) onTrust(f *occurrence) *occurrence {
	if f.timeless() || !f.unclocked && !ls.unclocked {
		return nil
	}
	for n := len(ls.all) - 1; n >= 0; n-- {
		if l := &ls.all[n]; (f.unclocked || l.unclocked) && !l.timeless() && l.last.Place.Source != f.first.Place.Source {
			return l
		}
	}
	return nil
}

// inFile orders two records of one file.
func inFile(a, b *logdoc.Match) int {
	if a.Place.Line != b.Place.Line {
		return a.Place.Line - b.Place.Line
	}
	return cmp.Compare(a.Place.Offset, b.Place.Offset)
}

// comesAfter reports whether a record is known to come after another one, in the way that `then` takes things in order; within one file, equal stamps are told
// apart by their lines.
func comesAfter(m, than *logdoc.Match) bool {
	if m.Clock && than.Clock && m.Time != than.Time {
		return m.Time > than.Time
	}
	if m.Place.Source == than.Place.Source {
		return inFile(m, than) > 0
	}
	return m.Clock && than.Clock
}
