package rules

import (
	"slices"
	"strconv"
	"time"

	"logdoc/internal/lang"
)

// maxPairs bounds the combinations that a comparison between two events is tried on: the newest ones count.
const maxPairs = 1 << 16

// andCond holds when all terms do.
type andCond struct{ *lang.CondAnd }

func (c andCond) holds(g *group) []occurrence { return g.and(c.Terms) }

func (c andCond) settles(s *symptom) (span, delay time.Duration) { return s.settleAll(c.Terms) }

func (c andCond) rests(s *symptom) []need { return s.together(c.Terms) }

func (c andCond) terms() []lang.Cond { return c.Terms }

func (c andCond) refs(func(*lang.Ref)) {}

// compareCond compares two expressions.
type compareCond struct{ *lang.CondCompare }

func (c compareCond) holds(g *group) []occurrence { return g.and([]lang.Cond{c.CondCompare}) }

// settles: what is worked out from the newest records, or compared with the time of capture, is what it is for the moment.
func (c compareCond) settles(s *symptom) (span, delay time.Duration) {
	n := need{}
	moving := false
	c.refs(func(r *lang.Ref) {
		moving = moving || r.Owner == "" && s.isValue(r.Field)
		n = n.with(s.rests(r))
	})
	walkNow(c.Left, &moving)
	walkNow(c.Right, &moving)
	if moving {
		delay = forever
	}
	if len(n.events) > 1 {
		span = forever
	}
	return span, delay
}

func (c compareCond) rests(s *symptom) []need {
	n := need{}
	c.refs(func(r *lang.Ref) { n = n.with(s.rests(r)) })
	return []need{n}
}

func (c compareCond) terms() []lang.Cond { return nil }

func (c compareCond) refs(visit func(*lang.Ref)) {
	walkExpr(c.Left, visit)
	walkExpr(c.Right, visit)
}

// walkNow sets found when the expression names the time of capture.
func walkNow(e lang.Expr, found *bool) {
	switch e := e.(type) {
	case *lang.Now:
		*found = true
	case *lang.Binary:
		walkNow(e.Left, found)
		walkNow(e.Right, found)
	case *lang.Call:
		for _, a := range e.Args {
			walkNow(a, found)
		}
	}
}

// and combines the terms. Comparisons choose among the records of the events that they name; what is left is joined as tightly as it stands.
func (g *group) and(terms []lang.Cond) []occurrence {
	var lists [][]occurrence
	var compares []*lang.CondCompare
	for _, t := range terms {
		if c, ok := t.(*lang.CondCompare); ok {
			if g.growing && !g.symptom.lasts(c) {
				return nil
			}
			compares = append(compares, c)
			continue
		}
		list := g.holds(t)
		if len(list) == 0 {
			return nil
		}
		lists = append(lists, list)
	}
	for _, c := range compares {
		lists = g.addNamed(lists, c)
	}
	// What looks at one list goes first: it leaves less to combine.
	for _, between := range []bool{false, true} {
		left := compares[:0:0]
		for _, c := range compares {
			named := g.named(lists, c)
			if len(named) > 1 && !between {
				left = append(left, c)
				continue
			}
			lists = g.choose(lists, named, c, len(compares) == 1)
			if len(lists) == 0 || len(lists[len(lists)-1]) == 0 {
				return nil
			}
		}
		compares = left
	}
	return tightest(lists)
}

// refs visits the events and facts that a comparison names itself. Values are worked out once, from the newest records, and name nothing here.
func (g *group) refs(c *lang.CondCompare, event, fact func(int)) {
	walkCond(c, func(r *lang.Ref) {
		if r.Owner == "" && g.symptom.isValue(r.Field) {
			return
		}
		n := g.symptom.rests(r)
		for _, e := range n.events {
			event(e)
		}
		for _, f := range n.facts {
			fact(f)
		}
	})
}

// addNamed adds the records of events that a comparison names and no term gives.
func (g *group) addNamed(lists [][]occurrence, c *lang.CondCompare) [][]occurrence {
	g.refs(c, func(event int) {
		given := slices.ContainsFunc(lists, func(list []occurrence) bool { return binds(list, event) })
		if !given && len(g.lists[event]) > 0 {
			lists = append(lists, g.matches(event))
		}
	}, func(int) {})
	return lists
}

// binds reports whether a record of the event is part of every occurrence in the list.
func binds(list []occurrence, event int) bool {
	return !slices.ContainsFunc(list, func(o occurrence) bool { return o.match(event) == nil })
}

// named returns the lists whose occurrences a comparison looks at.
func (g *group) named(lists [][]occurrence, c *lang.CondCompare) []int {
	var named []int
	add := func(is func([]occurrence) bool) {
		if i := slices.IndexFunc(lists, is); i >= 0 && !slices.Contains(named, i) {
			named = append(named, i)
		}
	}
	g.refs(c, func(event int) {
		add(func(list []occurrence) bool { return binds(list, event) })
	}, func(fact int) {
		add(func(list []occurrence) bool {
			return !slices.ContainsFunc(list, func(o occurrence) bool { return o.reading(fact) == nil })
		})
	})
	slices.Sort(named)
	return named
}

// choose replaces the named lists by one, the last, whose occurrences satisfy the comparison. alone is true when no other comparison will look at it.
func (g *group) choose(lists [][]occurrence, named []int, c *lang.CondCompare, alone bool) [][]occurrence {
	var rest [][]occurrence
	chosen := []occurrence{outOfTime(false)}
	for i, list := range lists {
		if !slices.Contains(named, i) {
			rest = append(rest, list)
		}
	}
	if alone && len(named) == 2 && c.Op == "==" {
		if pairs, ok := g.equal(lists[named[0]], lists[named[1]], c); ok {
			return append(rest, pairs)
		}
	}
	for k, i := range named {
		if k == 0 {
			chosen = lists[i]
			continue
		}
		chosen = g.pairs(chosen, lists[i])
	}
	var out []occurrence
	for i := range chosen {
		if o, ok := g.compares(c, &chosen[i]); ok {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, compareOccurrences)
	return append(rest, out)
}

// pairs joins every occurrence of a with every one of b; of too many, the newest.
func (g *group) pairs(a, b []occurrence) []occurrence {
	for len(a)*len(b) > maxPairs {
		g.partial = true
		if len(a) > len(b) {
			a = a[len(a)/2:]
		} else {
			b = b[len(b)/2:]
		}
	}
	out := make([]occurrence, 0, len(a)*len(b))
	for i := range a {
		for k := range b {
			out = append(out, join(&a[i], &b[k]))
		}
	}
	return out
}

// equal joins the occurrences of two lists that have an equal value; ok is false when the sides of the comparison do not look at one list each.
func (g *group) equal(a, b []occurrence, c *lang.CondCompare) (out []occurrence, ok bool) {
	left, right := g.named([][]occurrence{a, b}, &lang.CondCompare{Left: c.Left, Right: c.Left}), g.named([][]occurrence{a, b}, &lang.CondCompare{Left: c.Right, Right: c.Right})
	if len(left) != 1 || len(right) != 1 || left[0] == right[0] {
		return nil, false
	}
	if left[0] == 1 {
		a, b = b, a
	}
	by := map[string]*[2][]occurrence{}
	var order []string
	for side, list := range [2][]occurrence{a, b} {
		e := [2]lang.Expr{c.Left, c.Right}[side]
		for i := range list {
			v := g.eval(e, &list[i])
			if v.kind == unknown {
				continue
			}
			id := v.identity()
			if by[id] == nil {
				by[id] = &[2][]occurrence{}
				order = append(order, id)
			}
			by[id][side] = append(by[id][side], list[i])
		}
	}
	for _, id := range order {
		if both := by[id]; len(both[0]) > 0 && len(both[1]) > 0 {
			out = append(out, tightest(both[:])...)
		}
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out, true
}

// identity is the same for two values that are equal.
func (v val) identity() string {
	switch v.kind {
	case aNumber:
		return "n" + strconv.FormatInt(v.number, 10)
	case aTime:
		return "t" + strconv.FormatInt(v.time.UnixNano(), 10)
	case aDuration:
		return "d" + strconv.FormatInt(int64(v.duration), 10)
	}
	return "s" + v.text
}

// compares evaluates a comparison; over facts that the occurrence leaves open, any file that makes it hold will do, and becomes part of what it returns.
func (g *group) compares(c *lang.CondCompare, o *occurrence) (occurrence, bool) {
	var open []int
	g.refs(c, func(int) {}, func(fact int) {
		if o.reading(fact) == nil && !slices.Contains(open, fact) && len(g.facts.of(g.index, fact)) > 0 {
			open = append(open, fact)
		}
	})
	return g.tryFiles(c, *o, open)
}

func (g *group) tryFiles(c *lang.CondCompare, o occurrence, open []int) (occurrence, bool) {
	if len(open) == 0 {
		return o, compare(g.eval(c.Left, &o), g.eval(c.Right, &o), c.Op)
	}
	list := g.facts.of(g.index, open[0])
	for k := range list {
		next := o
		next.bound = slices.Concat(o.bound, []bound{{event: -1, fact: open[0], reading: &list[k]}})
		if found, ok := g.tryFiles(c, next, open[1:]); ok {
			return found, true
		}
	}
	return o, false
}

// tightest joins one occurrence of each list in every way that no other one lies within: enough for any window, and never more than there are occurrences.
//
// Records without a clock fit any window, but prove none; so that they do not hide what is proven, both are looked for. What is taken on trust for another reason hides
// it no more.
func tightest(lists [][]occurrence) []occurrence {
	if len(lists) == 1 {
		return lists[0]
	}
	clocked, trusted, proven := make([][]occurrence, len(lists)), make([][]occurrence, len(lists)), make([][]occurrence, len(lists))
	trust, doubt := false, false
	for i, list := range lists {
		clocked[i] = slices.DeleteFunc(slices.Clone(list), func(o occurrence) bool { return o.unclocked })
		proven[i] = slices.DeleteFunc(slices.Clone(clocked[i]), func(o occurrence) bool { return o.unproven })
		trusted[i] = clocked[i]
		if len(clocked[i]) < len(list) {
			trusted[i] = slices.DeleteFunc(slices.Clone(list), func(o occurrence) bool { return !o.unclocked })
			trust = true
		}
		doubt = doubt || len(proven[i]) < len(clocked[i])
	}
	out := sweep(clocked)
	if doubt {
		out = append(out, sweep(proven)...)
	}
	if trust {
		out = append(out, sweep(trusted)...)
	}
	if doubt || trust {
		slices.SortStableFunc(out, compareOccurrences)
	}
	return out
}

// sweep goes through the occurrences in the order of their ends and joins, at each, those of every list that start last.
func sweep(lists [][]occurrence) []occurrence {
	type entry struct {
		list int
		o    *occurrence
	}
	var entries []entry
	for i := range lists {
		for k := range lists[i] {
			entries = append(entries, entry{i, &lists[i][k]})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return compareOccurrences(*a.o, *b.o) })
	latest := make([]*occurrence, len(lists))
	open := len(lists)
	var out []occurrence
	for _, e := range entries {
		switch old := latest[e.list]; {
		case old == nil:
			open--
		case e.o.start < old.start:
			continue
		}
		latest[e.list] = e.o
		if open > 0 {
			continue
		}
		o := *latest[0]
		for _, other := range latest[1:] {
			o = join(&o, other)
		}
		out = append(out, o)
	}
	return out
}
