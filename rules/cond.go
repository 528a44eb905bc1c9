package rules

import (
	"math"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// maxPairs bounds the combinations that a comparison between two events is tried on: the newest ones count.
const maxPairs = 250_000

// occurrence is one way in which a condition holds: the span of its records, and which record stands for which event.
type occurrence struct {
	start, end int64
	// timeless: no record is part of it (a fact, an absence). unclocked: a record without a clock is part of it. unproven: a window over
	// such a record was taken on trust.
	timeless, unclocked, unproven bool
	last                          *logdoc.Match // the latest record, for ordering
	bound                         []bound
}

// bound says that a record or a file's reading stands for an event or fact.
type bound struct {
	event, fact int // the other is -1
	match       *logdoc.Match
	reading     *reading
}

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

// join merges two occurrences into one that covers both.
func join(a, b *occurrence) occurrence {
	if a.timeless && b.timeless {
		return occurrence{timeless: true, unproven: a.unproven || b.unproven, bound: append(slices.Clone(a.bound), b.bound...)}
	}
	o := occurrence{unclocked: a.unclocked || b.unclocked, unproven: a.unproven || b.unproven, bound: append(slices.Clone(a.bound), b.bound...)}
	switch {
	case a.timeless:
		o.start, o.end, o.last = b.start, b.end, b.last
	case b.timeless:
		o.start, o.end, o.last = a.start, a.end, a.last
	default:
		o.start, o.end, o.last = min(a.start, b.start), max(a.end, b.end), a.last
		if before(a.last, b.last) {
			o.last = b.last
		}
	}
	return o
}

// before orders matches: by time, then by source, then by line.
func before(a, b *logdoc.Match) bool {
	if a.Time != b.Time {
		return a.Time < b.Time
	}
	if a.Rank != b.Rank {
		return a.Rank < b.Rank
	}
	if a.Place.Source != b.Place.Source {
		return a.Place.Source < b.Place.Source
	}
	if a.Place.Line != b.Place.Line {
		return a.Place.Line < b.Place.Line
	}
	return a.Place.Offset < b.Place.Offset
}

// group is the matches of one symptom that belong to one key, with what conditions may refer to.
type group struct {
	symptom *symptom
	index   int
	facts   *Facts
	now     time.Time
	end     int64 // newest stamp of the input
	key     logdoc.LogText
	lists   [][]logdoc.Match // by event, ordered
	counts  []int            // by event, also of matches that were not kept
	dropped int
}

// holds evaluates a condition to the ways in which it holds.
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
		sortOccurrences(out)
		return out
	case *lang.CondNot:
		if len(g.holds(c.Term)) > 0 {
			return nil
		}
		return []occurrence{{timeless: true}}
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

func sortOccurrences(list []occurrence) {
	slices.SortStableFunc(list, func(a, b occurrence) int {
		if d := compareInts(a.end, b.end); d != 0 {
			return d
		}
		return compareInts(a.start, b.start)
	})
}

func (g *group) ref(r *lang.Ref) []occurrence {
	s := g.symptom
	if i := s.eventIndex(r.Owner); i >= 0 {
		return g.matches(i)
	}
	if i := s.factIndex(r.Owner); i >= 0 {
		var out []occurrence
		if r.Field == "missing" {
			if _, ok := g.facts.missing(g.index, i); ok {
				return []occurrence{{timeless: true}}
			}
			return nil
		}
		name := r.Field
		if name == "" {
			name = "present"
		}
		list := g.facts.of(g.index, i)
		for k := range list {
			if list[k].flag(name) {
				out = append(out, occurrence{timeless: true, bound: []bound{{event: -1, fact: i, reading: &list[k]}}})
			}
		}
		return out
	}
	if r.Owner == "" {
		if i := s.eventIndex(r.Field); i >= 0 {
			return g.matches(i)
		}
		if len(g.all(r, nil)) > 0 {
			return []occurrence{{timeless: true}}
		}
	}
	return nil
}

func (g *group) matches(event int) []occurrence {
	list := g.lists[event]
	out := make([]occurrence, len(list))
	for i := range list {
		m := &list[i]
		out[i] = occurrence{start: m.Time, end: m.Time, unclocked: !m.Clock, last: m, bound: []bound{{event: event, fact: -1, match: m}}}
	}
	return out
}

// and combines the terms. Without comparisons only neighbours in time are combined, which is enough for any window; comparisons look at all pairs of the newest
// matches of the events that they name.
func (g *group) and(terms []lang.Cond) []occurrence {
	var filters []*lang.CondCompare
	result := []occurrence{{timeless: true}}
	first := true
	named := map[int]bool{}
	var rest []lang.Cond
	for _, t := range terms {
		if c, ok := t.(*lang.CondCompare); ok {
			filters = append(filters, c)
			continue
		}
		rest = append(rest, t)
	}
	for _, c := range filters {
		walkCond(c, func(r *lang.Ref) {
			if i := g.owner(r); i >= 0 {
				named[i] = true
			}
		})
	}
	pairs := len(named) > 1
	for _, t := range rest {
		list := g.holds(t)
		if len(list) == 0 {
			return nil
		}
		if r, ok := t.(*lang.CondRef); ok {
			delete(named, g.owner(r.Ref))
		}
		result = combineLists(result, list, pairs, first)
		first = false
	}
	for i := range len(g.symptom.events) {
		if !named[i] {
			continue
		}
		list := g.matches(i)
		if len(list) == 0 {
			return nil
		}
		if bindsEvent(result, i) {
			continue
		}
		result = combineLists(result, list, pairs, first)
		first = false
	}
	if len(filters) == 0 {
		return result
	}
	return slices.DeleteFunc(result, func(o occurrence) bool {
		for _, f := range filters {
			if !g.compares(f, &o) {
				return true
			}
		}
		return false
	})
}

func bindsEvent(list []occurrence, event int) bool {
	return len(list) > 0 && list[0].match(event) != nil
}

// owner returns the event that a reference takes its value from, or -1.
func (g *group) owner(r *lang.Ref) int {
	if r.Owner != "" {
		return g.symptom.eventIndex(r.Owner)
	}
	if i := g.symptom.eventIndex(r.Field); i >= 0 {
		return i
	}
	for _, v := range g.symptom.src.Values {
		if v.Name.Value == r.Field {
			return -1
		}
	}
	return slices.IndexFunc(g.symptom.events, func(p *pattern) bool { return contains2(p.holes, p.fields, r.Field) })
}

// compares evaluates a comparison; over facts that the occurrence leaves open, any file that makes it hold will do.
func (g *group) compares(c *lang.CondCompare, o *occurrence) bool {
	open := map[int]bool{}
	walkCond(c, func(r *lang.Ref) {
		if i := g.symptom.factIndex(r.Owner); i >= 0 && o.reading(i) == nil {
			open[i] = true
		}
	})
	var try func(from int, o occurrence) bool
	try = func(from int, o occurrence) bool {
		for i := from; i < len(g.symptom.facts); i++ {
			if !open[i] {
				continue
			}
			list := g.facts.of(g.index, i)
			for k := range list {
				next := o
				next.bound = append(slices.Clone(o.bound), bound{event: -1, fact: i, reading: &list[k]})
				if try(i+1, next) {
					return true
				}
			}
			return false
		}
		return compare(g.eval(c.Left, &o), g.eval(c.Right, &o), c.Op)
	}
	return try(0, *o)
}

// combineLists joins every occurrence of b with its neighbours in a, or with all of them when pairs are wanted.
func combineLists(a, b []occurrence, pairs, first bool) []occurrence {
	if first || len(a) == 1 && a[0].timeless {
		out := make([]occurrence, 0, len(b))
		for i := range b {
			out = append(out, join(&a[0], &b[i]))
		}
		return out
	}
	var out []occurrence
	if pairs {
		for len(a)*len(b) > maxPairs {
			if len(a) > len(b) {
				a = a[len(a)/2:]
			} else {
				b = b[len(b)/2:]
			}
		}
		for i := range a {
			for k := range b {
				out = append(out, join(&a[i], &b[k]))
			}
		}
		sortOccurrences(out)
		return out
	}
	k := 0
	for i := range b {
		for k < len(a) && !a[k].timeless && a[k].end <= b[i].start {
			k++
		}
		if k > 0 {
			out = append(out, join(&a[k-1], &b[i]))
		}
		if k < len(a) {
			out = append(out, join(&a[k], &b[i]))
		}
	}
	sortOccurrences(out)
	return out
}

// within keeps what lies inside the window. Records without a clock are taken on trust, and marked.
func within(list []occurrence, window time.Duration) []occurrence {
	var out []occurrence
	for _, o := range list {
		switch {
		case o.timeless:
		case o.unclocked:
			o.unproven = true
		case o.end-o.start > int64(window):
			continue
		}
		out = append(out, o)
	}
	return out
}

// then joins the terms in their order; equal stamps count as ordered.
func (g *group) then(c *lang.CondThen) []occurrence {
	result := g.holds(c.Terms[0])
	for _, t := range c.Terms[1:] {
		list := g.holds(t)
		var out []occurrence
		k := 0
		slices.SortStableFunc(list, func(a, b occurrence) int { return compareInts(a.start, b.start) })
		for i := range list {
			for k < len(result) && result[k].end <= list[i].start {
				k++
			}
			// The same record cannot follow itself.
			p := k - 1
			for p >= 0 && result[p].last != nil && result[p].last == list[i].last {
				p--
			}
			if p < 0 {
				continue
			}
			o := join(&result[p], &list[i])
			if o.unclocked && !sameSource(result[p].last, list[i].last) {
				o.unproven = true
			}
			out = append(out, o)
		}
		sortOccurrences(out)
		result = out
	}
	if c.Within > 0 {
		result = within(result, c.Within)
	}
	return result
}

// sameSource reports whether two records stand in one file, whose order is then known without a clock.
func sameSource(a, b *logdoc.Match) bool {
	return a != nil && b != nil && a.Place.Source == b.Place.Source && !before(b, a)
}

func (g *group) count(c *lang.CondCount) []occurrence {
	event := g.owner(c.Ref)
	if event < 0 {
		return nil
	}
	list := g.lists[event]
	var out []occurrence
	seen := map[logdoc.LogText]int{}
	lo := 0
	counted := 0
	value := func(i int) (logdoc.LogText, bool) {
		if !c.Distinct {
			return "", true
		}
		return captured(&list[i], c.Ref.Field)
	}
	unclocked := 0
	for i := range list {
		v, ok := value(i)
		if !ok {
			continue
		}
		seen[v]++
		counted++
		if !list[i].Clock {
			unclocked++
		}
		for c.Within > 0 && lo < i && list[lo].Clock && list[i].Clock && list[i].Time-list[lo].Time > int64(c.Within) {
			if old, ok := value(lo); ok {
				if seen[old]--; seen[old] == 0 {
					delete(seen, old)
				}
				counted--
			}
			lo++
		}
		n := counted
		if c.Distinct {
			n = len(seen)
		}
		if n >= c.N {
			o := occurrence{start: list[lo].Time, end: list[i].Time, last: &list[i], bound: []bound{{event: event, fact: -1, match: &list[i]}}}
			if unclocked > 0 {
				o.unclocked = true
				o.unproven = c.Within > 0
			}
			out = append(out, o)
		}
	}
	return out
}

func (g *group) unless(c *lang.CondUnless) []occurrence {
	absent := g.holds(c.Absent)
	var out []occurrence
	for _, o := range g.holds(c.Term) {
		lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
		if c.Within > 0 {
			switch c.Side {
			case "before":
				lo, hi = o.start-int64(c.Within), o.start
			case "after":
				lo, hi = o.end, o.end+int64(c.Within)
			default:
				lo, hi = o.start-int64(c.Within), o.end+int64(c.Within)
			}
		}
		forbidden := false
		for i := range absent {
			a := &absent[i]
			if a.timeless || c.Within == 0 {
				forbidden = true
				break
			}
			if a.unclocked || o.unclocked {
				o.unproven = true
				continue
			}
			if a.end >= lo && a.start <= hi {
				forbidden = true
				break
			}
		}
		if !forbidden {
			out = append(out, o)
		}
	}
	return out
}

// gap holds after each record that none follows within the time, the end of the input included.
func (g *group) gap(c *lang.CondGap) []occurrence {
	event := g.symptom.eventIndex(c.Event.Value)
	if event < 0 {
		return nil
	}
	var out []occurrence
	var last *logdoc.Match
	add := func(m *logdoc.Match, until int64) {
		if until-m.Time > int64(c.For) {
			out = append(out, occurrence{start: m.Time, end: until, last: m, bound: []bound{{event: event, fact: -1, match: m}}})
		}
	}
	for i := range g.lists[event] {
		m := &g.lists[event][i]
		if !m.Clock {
			continue
		}
		if last != nil {
			add(last, m.Time)
		}
		last = m
	}
	if last != nil {
		add(last, g.end)
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
