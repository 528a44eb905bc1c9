package rules

import (
	"math"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// occurrence is one way in which a condition holds: the span of its records, and which record stands for which event.
//
// A record without a clock has no place in the span: for a window it can be anywhere, so that what it takes part in is unproven.
type occurrence struct {
	// start and end span the records that have a clock; without any, start lies behind end.
	start, end int64
	// first and last are the records at both ends; nil when no record is part of it: a fact, an absence.
	first, last *logdoc.Match
	// unclocked: a record without a clock is part of it. unproven: order or a window was taken on trust.
	unclocked, unproven bool
	bound               []bound
}

// bound says that a record or a file's reading stands for an event or fact.
type bound struct {
	event, fact int // the other is -1
	match       *logdoc.Match
	reading     *reading
}

// outOfTime is an occurrence without records.
func outOfTime(unproven bool, b ...bound) occurrence {
	return occurrence{start: math.MaxInt64, end: math.MinInt64, unproven: unproven, bound: b}
}

// timeless reports whether no record is part of the occurrence.
func (o *occurrence) timeless() bool { return o.last == nil }

func (o *occurrence) match(event int) *logdoc.Match {
	for i := range o.bound {
		if o.bound[i].match != nil && o.bound[i].event == event {
			return o.bound[i].match
		}
	}
	return nil
}

func (o *occurrence) reading(fact int) *reading {
	for i := range o.bound {
		if o.bound[i].reading != nil && o.bound[i].fact == fact {
			return o.bound[i].reading
		}
	}
	return nil
}

// spans reports whether more than one match is part of the occurrence, so that a window says anything of it.
func (o *occurrence) spans() bool {
	n := 0
	for i := range o.bound {
		if o.bound[i].match != nil {
			n++
		}
	}
	return n > 1
}

// shares reports whether a record is part of both.
func (o *occurrence) shares(p *occurrence) bool {
	for i := range o.bound {
		for k := range p.bound {
			if o.bound[i].match != nil && p.bound[k].match != nil && o.bound[i].match.Place == p.bound[k].match.Place {
				return true
			}
		}
	}
	return false
}

// join merges two occurrences into one that covers both.
func join(a, b *occurrence) occurrence {
	o := occurrence{
		start: min(a.start, b.start), end: max(a.end, b.end), first: a.first, last: a.last,
		unclocked: a.unclocked || b.unclocked, unproven: a.unproven || b.unproven, bound: slices.Concat(a.bound, b.bound),
	}
	if a.timeless() || !b.timeless() && inOrder(b.first, a.first) < 0 {
		o.first = b.first
	}
	if a.timeless() || !b.timeless() && inOrder(a.last, b.last) < 0 {
		o.last = b.last
	}
	return o
}

// compareOccurrences orders by end, then by start. What has no clock comes first.
func compareOccurrences(a, b occurrence) int {
	if d := compareInts(a.end, b.end); d != 0 {
		return d
	}
	return compareInts(a.start, b.start)
}

// group is the matches of one symptom that belong to one key, with what conditions may refer to.
type group struct {
	symptom *symptom
	index   int
	facts   *Facts
	now     time.Time
	end     int64 // newest stamp of the input
	key     string
	lists   [][]logdoc.Match // by event, ordered
	counts  []int            // by event, also of matches that were not kept
	partial bool             // some matches were not kept, or some combinations not tried
}

// holds evaluates a condition to the ways in which it holds, ordered by their ends.
func (g *group) holds(c lang.Cond) []occurrence {
	switch c := c.(type) {
	case *lang.CondRef:
		return g.ref(c.Ref)
	case *lang.CondAnd:
		return g.and(c.Terms)
	case *lang.CondOr:
		var out []occurrence
		for _, t := range c.Terms {
			out = append(out, g.holds(t)...)
		}
		slices.SortStableFunc(out, compareOccurrences)
		return out
	case *lang.CondNot:
		if len(g.holds(c.Term)) > 0 {
			return nil
		}
		return []occurrence{outOfTime(false)}
	case *lang.CondWithin:
		return within(g.holds(c.Term), c.Within)
	case *lang.CondThen:
		return g.then(c)
	case *lang.CondCount:
		return g.count(c)
	case *lang.CondUnless:
		return g.unless(c)
	case *lang.CondGap:
		return g.gap(c)
	case *lang.CondCompare:
		return g.and([]lang.Cond{c})
	}
	return nil
}

func (g *group) ref(r *lang.Ref) []occurrence {
	if i := g.symptom.eventIndex(r.Owner); i >= 0 {
		return g.matches(i)
	}
	i := g.symptom.factIndex(r.Owner)
	if i < 0 {
		return nil
	}
	var out []occurrence
	if r.Field == "missing" {
		if _, ok := g.facts.missing(g.index, i); ok {
			out = append(out, outOfTime(false))
		}
		return out
	}
	list := g.facts.of(g.index, i)
	for k := range list {
		if list[k].flag(r.Field) {
			out = append(out, outOfTime(false, bound{event: -1, fact: i, reading: &list[k]}))
		}
	}
	return out
}

func (g *group) matches(event int) []occurrence {
	list := g.lists[event]
	out := make([]occurrence, len(list))
	for i := range list {
		out[i] = single(event, &list[i])
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out
}

// single is the occurrence of one record.
func single(event int, m *logdoc.Match) occurrence {
	o := outOfTime(false, bound{event: event, fact: -1, match: m})
	o.first, o.last, o.unclocked = m, m, !m.Clock
	if m.Clock {
		o.start, o.end = m.Time, m.Time
	}
	return o
}

// within keeps what lies inside the window. Records without a clock are taken on trust, and marked.
func within(list []occurrence, window time.Duration) []occurrence {
	var out []occurrence
	for _, o := range list {
		if o.start <= o.end && o.end-o.start > int64(window) {
			continue
		}
		o.unproven = o.unproven || o.unclocked && o.spans()
		out = append(out, o)
	}
	return out
}

// count finds the tightest runs of enough records, or of records with enough different values.
func (g *group) count(c *lang.CondCount) []occurrence {
	event := g.symptom.eventIndex(c.Ref.Owner)
	if event < 0 {
		return nil
	}
	n := tally{need: c.N, values: map[logdoc.LogText]int{}}
	var counted, out []occurrence
	for i := range g.lists[event] {
		m := &g.lists[event][i]
		if v, ok := captured(m, c.Ref.Field); ok || !c.Distinct {
			counted = append(counted, single(event, m))
			n.of = append(n.of, v)
		}
	}
	n.distinct = c.Distinct
	clocked := func(i int) bool { return counted[i].start <= counted[i].end }
	lo := 0
	for i := range counted {
		// In a window, what has no clock counts only on trust, below.
		if c.Within > 0 && !clocked(i) {
			continue
		}
		n.add(i)
		for ; lo < i; lo++ {
			if c.Within > 0 && !clocked(lo) {
				continue
			}
			if !n.enoughWithout(lo) && (c.Within == 0 || counted[i].end-counted[lo].start <= int64(c.Within)) {
				break
			}
			n.remove(lo)
		}
		if n.enough() {
			o := join(&counted[lo], &counted[i])
			o.bound = counted[i].bound
			out = append(out, o)
		}
	}
	if c.Within == 0 || len(out) > 0 {
		return out
	}
	return g.countOnTrust(counted, n, c.Within)
}

// countOnTrust takes every record without a clock to lie in any window.
func (g *group) countOnTrust(counted []occurrence, n tally, window time.Duration) []occurrence {
	n.total, n.values = 0, map[logdoc.LogText]int{}
	for i := range counted {
		if counted[i].unclocked {
			n.add(i)
		}
	}
	if n.total == 0 {
		return nil
	}
	best := n.enough()
	lo := 0
	for i := range counted {
		if counted[i].unclocked {
			continue
		}
		n.add(i)
		for ; counted[lo].unclocked || counted[i].end-counted[lo].start > int64(window); lo++ {
			if !counted[lo].unclocked {
				n.remove(lo)
			}
		}
		best = best || n.enough()
	}
	if !best {
		return nil
	}
	o := join(&counted[0], &counted[len(counted)-1])
	o.unclocked, o.unproven, o.bound = true, true, counted[len(counted)-1].bound
	return []occurrence{o}
}

// tally counts records, or their different values.
type tally struct {
	need     int
	distinct bool
	of       []logdoc.LogText // the value of each record
	total    int
	values   map[logdoc.LogText]int
}

func (n *tally) add(i int) {
	n.total++
	n.values[n.of[i]]++
}

func (n *tally) remove(i int) {
	n.total--
	if n.values[n.of[i]]--; n.values[n.of[i]] == 0 {
		delete(n.values, n.of[i])
	}
}

func (n *tally) enough() bool {
	if n.distinct {
		return len(n.values) >= n.need
	}
	return n.total >= n.need
}

// enoughWithout reports whether there would still be enough if the record were left out.
func (n *tally) enoughWithout(i int) bool {
	if n.distinct {
		return n.values[n.of[i]] > 1 && n.enough() || len(n.values) > n.need
	}
	return n.total > n.need
}

// unless keeps what nothing forbids inside the window, whose edges belong to it. What has no time has no window: then anything anywhere forbids.
func (g *group) unless(c *lang.CondUnless) []occurrence {
	absent := g.holds(c.Absent)
	var out []occurrence
	for _, o := range g.holds(c.Term) {
		lo, hi := o.start-int64(c.Within), o.end+int64(c.Within)
		switch c.Side {
		case "before":
			hi = o.start
		case "after":
			lo = o.end
		}
		forbidden := false
		for i := range absent {
			a := &absent[i]
			switch {
			case c.Within == 0 || a.timeless() || o.timeless():
				forbidden = true
			case a.unclocked || o.unclocked:
				o.unproven = true
			default:
				forbidden = a.end >= lo && a.start <= hi
			}
			if forbidden {
				break
			}
		}
		if !forbidden {
			out = append(out, o)
		}
	}
	return out
}

// gap holds after each record that none follows within the time, the end of the input included. A record without a clock may stand in any gap.
func (g *group) gap(c *lang.CondGap) []occurrence {
	event := g.symptom.eventIndex(c.Event.Value)
	if event < 0 {
		return nil
	}
	var clocked []occurrence
	unproven := false
	for _, o := range g.matches(event) {
		if o.unclocked {
			unproven = true
			continue
		}
		clocked = append(clocked, o)
	}
	var out []occurrence
	for i, o := range clocked {
		until := g.end
		if i+1 < len(clocked) {
			until = clocked[i+1].start
		}
		if until-o.end > int64(c.For) {
			o.end, o.unproven = until, unproven
			out = append(out, o)
		}
	}
	return out
}

func parseStamp(l *template.Layout, text string) (time.Time, bool) {
	var s template.Stamp
	if _, ok := l.Parse([]byte(text), &s); !ok || !s.HasYear {
		return time.Time{}, false
	}
	return s.Time(time.UTC), true
}
