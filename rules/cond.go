package rules

import (
	"cmp"
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
	// unclocked: a record without a clock is part of it. unproven: something was taken on trust: order or a window, or what trust says. open: it goes on, nobody knows until
	// when.
	unclocked, unproven, open bool
	// trust says what was taken on trust, where it is not the clock.
	trust string
	// since is the stamp above the first of the records without a clock: none of them is older.
	since int64
	bound []bound
}

// bound says that a record or a file's reading stands for an event or fact.
type bound struct {
	event, fact int // the other is -1
	match       *logdoc.Match
	reading     *reading
}

// outOfTime is an occurrence without records.
func outOfTime(unproven bool, b ...bound) occurrence {
	return occurrence{start: math.MaxInt64, end: math.MinInt64, since: math.MaxInt64, unproven: unproven, bound: b}
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
	return joinAs(a, b, slices.Concat(a.bound, b.bound))
}

// joinAs is join where other records stand for the events.
func joinAs(a, b *occurrence, bound []bound) occurrence {
	o := occurrence{
		start: min(a.start, b.start), end: max(a.end, b.end), first: a.first, last: a.last,
		unclocked: a.unclocked || b.unclocked, unproven: a.unproven || b.unproven, trust: cmp.Or(a.trust, b.trust), open: a.open || b.open, since: min(a.since, b.since),
		bound: bound,
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
	if d := cmp.Compare(a.end, b.end); d != 0 {
		return d
	}
	return cmp.Compare(a.start, b.start)
}

// group is the matches of one symptom that belong to one key, with what conditions may refer to.
type group struct {
	in      *Correlator
	symptom *symptom
	index   int
	facts   *Facts
	now     time.Time
	end     int64 // newest stamp of the input
	key     string
	lists   [][]logdoc.Match // by event, ordered
	counts  []int            // by event, also of matches that were not kept
	starts  map[logdoc.LogText]int64
	partial bool // some matches were not kept, or some combinations not tried
	// decided is the time before which all records are known: math.MaxInt64 once the input has ended. While it has not, a condition holds only if no later record can
	// change that; what still waits for the time to pass lowers wake to the moment when it is worth looking again.
	decided, wake int64
	// growing is true while records of any time, and files, may still come: then nothing is decided by time either (see Correlator.SoFar).
	growing bool
}

// ended reports whether the end of the input is known.
func (g *group) ended() bool { return g.decided == math.MaxInt64 }

// settled reports whether everything up to a moment is known; if not, that moment is when to look again.
func (g *group) settled(moment int64, lag time.Duration) bool {
	if g.ended() {
		return true
	}
	if lag == forever || moment > math.MaxInt64-int64(lag)-1 {
		return false
	}
	if moment += int64(lag); moment < g.decided {
		return true
	}
	g.wake = min(g.wake, moment+1)
	return false
}

// holds evaluates a condition to the ways in which it holds, ordered by their ends.
func (g *group) holds(c lang.Cond) []occurrence { return conditionOf(c).holds(g) }

// refCond is an event, or a file's yes-or-no field.
type refCond struct{ *lang.CondRef }

func (c refCond) holds(g *group) []occurrence { return g.ref(c.Ref) }

func (c refCond) settles(*symptom) (span, delay time.Duration) { return 0, 0 }

func (c refCond) rests(s *symptom) []need { return []need{s.rests(c.Ref)} }

func (c refCond) terms() []lang.Cond { return nil }

func (c refCond) refs(visit func(*lang.Ref)) { visit(c.Ref) }

// orCond holds when any term does.
type orCond struct{ *lang.CondOr }

func (c orCond) holds(g *group) []occurrence {
	var out []occurrence
	for _, t := range c.Terms {
		out = append(out, g.holds(t)...)
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out
}

func (c orCond) settles(s *symptom) (span, delay time.Duration) {
	for _, t := range c.Terms {
		own, after := conditionOf(t).settles(s)
		span, delay = max(span, own), max(delay, after)
	}
	return span, delay
}

func (c orCond) rests(s *symptom) []need {
	var out []need
	for _, t := range c.Terms {
		out = append(out, conditionOf(t).rests(s)...)
	}
	return out
}

func (c orCond) terms() []lang.Cond { return c.Terms }

func (c orCond) refs(func(*lang.Ref)) {}

// notCond holds when the term does not, over the whole input.
type notCond struct{ *lang.CondNot }

func (c notCond) holds(g *group) []occurrence {
	if g.growing || !g.ended() && !g.symptom.constant(c.Term) || len(g.holds(c.Term)) > 0 {
		return nil
	}
	o := outOfTime(false)
	if g.unseen(c.Term) {
		o.unproven, o.trust = true, unseenTrust
	}
	return []occurrence{o}
}

func (c notCond) settles(s *symptom) (span, delay time.Duration) {
	if s.constant(c.Term) {
		return 0, 0
	}
	return 0, forever
}

func (c notCond) rests(*symptom) []need { return []need{{}} }

func (c notCond) terms() []lang.Cond { return []lang.Cond{c.Term} }

func (c notCond) refs(func(*lang.Ref)) {}

// withinCond is `(A and B) within D`.
type withinCond struct{ *lang.CondWithin }

func (c withinCond) holds(g *group) []occurrence { return within(g.holds(c.Term), c.Within) }

func (c withinCond) settles(s *symptom) (span, delay time.Duration) {
	_, delay = conditionOf(c.Term).settles(s)
	return c.Within, delay
}

func (c withinCond) rests(s *symptom) []need { return conditionOf(c.Term).rests(s) }

func (c withinCond) terms() []lang.Cond { return []lang.Cond{c.Term} }

func (c withinCond) refs(func(*lang.Ref)) {}

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
		if _, ok := g.facts.missing(g.index, i); ok && !g.growing {
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
	out, bounds := make([]occurrence, len(list)), make([]bound, len(list))
	for i := range list {
		out[i] = singleAs(&list[i], event, bounds[i:i+1:i+1])
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out
}

// single is the occurrence of one record.
func single(event int, m *logdoc.Match) occurrence {
	return singleAs(m, event, make([]bound, 1))
}

// singleAs is single with room for what stands for the event.
func singleAs(m *logdoc.Match, event int, room []bound) occurrence {
	room[0] = bound{event: event, fact: -1, match: m}
	o := outOfTime(false, room...)
	o.first, o.last, o.unclocked = m, m, !m.Clock
	if m.Clock {
		o.start, o.end = m.Time, m.Time
	} else {
		o.since = m.Time
	}
	return o
}

// within keeps what lies inside the window. Records without a clock are taken on trust, and marked.
func within(list []occurrence, window time.Duration) []occurrence {
	var out []occurrence
	for _, o := range list {
		if o.open || o.start <= o.end && o.end-o.start > int64(window) {
			continue
		}
		o.unproven = o.unproven || o.unclocked && o.spans()
		out = append(out, o)
	}
	return out
}

// unlessCond is `A unless B [within D before|after|around]`.
type unlessCond struct{ *lang.CondUnless }

// settles: what has no window, no time or no clock is told at the end.
func (c unlessCond) settles(s *symptom) (span, delay time.Duration) {
	span, delay = conditionOf(c.Term).settles(s)
	if !s.constant(c.Absent) {
		delay = forever
	}
	return span, delay
}

func (c unlessCond) rests(s *symptom) []need { return conditionOf(c.Term).rests(s) }

func (c unlessCond) terms() []lang.Cond { return []lang.Cond{c.Term, c.Absent} }

func (c unlessCond) refs(func(*lang.Ref)) {}

// window is where nothing may stand, its edges included. What has no time has no window: then anything anywhere forbids.
func (c unlessCond) window(o *occurrence) (lo, hi int64) {
	if c.Within == 0 || o.timeless() || o.unclocked {
		return math.MinInt64, math.MaxInt64
	}
	lo, hi = o.start-int64(c.Within), o.end+int64(c.Within)
	switch c.Side {
	case "before":
		hi = o.start
	case "after":
		lo = o.end
	}
	return lo, hi
}

// holds keeps what nothing forbids inside the window.
func (c unlessCond) holds(g *group) []occurrence {
	absent := newStanding(g.holds(c.Absent))
	wait := lag(c.Absent, g.symptom)
	unseen := !absent.any && g.unseen(c.Absent)
	// Until the end a record may come that leaves nothing against the absent but what is not in the input.
	doubtful := !absent.any && !unseen && !g.ended() && g.lacking(c.Absent)
	var out []occurrence
	for _, o := range g.holds(c.Term) {
		lo, hi := c.window(&o)
		switch {
		case o.open:
			continue
		case absent.any && (c.Within == 0 || absent.timeless || o.timeless()), !o.unclocked && absent.within(lo, hi):
			continue
		case absent.any && (absent.unclocked <= hi || o.unclocked):
			o.unproven = true
		}
		if !doubtful && g.settled(hi, wait) || !g.growing && g.symptom.constant(c.Absent) {
			if unseen {
				o.unproven, o.trust = true, unseenTrust
			}
			out = append(out, o)
		}
	}
	return out
}

// standing is what must not stand in a window, arranged so that asking for one takes no time.
type standing struct {
	any, timeless bool
	// ends are of those with a clock, in order; starts are the earliest of each and all behind it.
	ends, starts []int64
	// unclocked is the stamp before which none of those without a clock is; one may stand in every window that does not end before it.
	unclocked int64
}

func newStanding(list []occurrence) standing {
	s := standing{any: len(list) > 0, unclocked: math.MaxInt64}
	for i := range list {
		switch o := &list[i]; {
		case o.timeless():
			s.timeless = true
		case o.unclocked:
			s.unclocked = min(s.unclocked, o.since, o.start)
		default:
			s.ends, s.starts = append(s.ends, o.end), append(s.starts, o.start)
		}
	}
	for i := len(s.starts) - 2; i >= 0; i-- {
		s.starts[i] = min(s.starts[i], s.starts[i+1])
	}
	return s
}

// within reports whether one with a clock reaches into the window.
func (s *standing) within(lo, hi int64) bool {
	i, _ := slices.BinarySearch(s.ends, lo)
	return i < len(s.starts) && s.starts[i] <= hi
}

// gapCond is `no A for D`.
type gapCond struct{ *lang.CondGap }

// settles: a gap lasts until the next record.
func (c gapCond) settles(*symptom) (span, delay time.Duration) { return forever, 0 }

func (c gapCond) rests(s *symptom) []need { return []need{s.rests(&lang.Ref{Owner: c.Event.Value})} }

func (c gapCond) terms() []lang.Cond { return nil }

func (c gapCond) refs(visit func(*lang.Ref)) {
	visit(&lang.Ref{Pos: c.Event.Pos, Owner: c.Event.Value})
}

// holds after each record that none follows within the time, the end of the input included. A record without a clock may stand in any gap that does not end before
// the stamp above it.
func (c gapCond) holds(g *group) []occurrence {
	event := g.symptom.eventIndex(c.Event.Value)
	if event < 0 || g.growing {
		return nil
	}
	var clocked []occurrence
	since := int64(math.MaxInt64)
	for _, o := range g.matches(event) {
		if o.unclocked {
			since = min(since, o.since)
			continue
		}
		clocked = append(clocked, o)
	}
	var out []occurrence
	for i, o := range clocked {
		until := g.end
		switch {
		case i+1 < len(clocked):
			until = clocked[i+1].start
		case !g.ended():
			if !g.settled(o.end, c.For) {
				continue
			}
			until, o.open = g.decided, true
		}
		if until-o.end > int64(c.For) {
			o.unproven = since <= o.end+int64(c.For)
			o.end = until
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
