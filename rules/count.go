package rules

import (
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// countCond is `3 of A [within D]` and `3 distinct A.host [within D]`.
type countCond struct{ *lang.CondCount }

func (c countCond) settles(*symptom) (span, delay time.Duration) {
	if c.Within > 0 {
		return c.Within, 0
	}
	return forever, 0
}

func (c countCond) rests(s *symptom) []need { return []need{s.rests(c.Ref)} }

func (c countCond) terms() []lang.Cond { return nil }

func (c countCond) refs(visit func(*lang.Ref)) { visit(c.Ref) }

// holds finds the tightest runs of enough records, or of records with enough different values.
func (c countCond) holds(g *group) []occurrence {
	event := g.symptom.eventIndex(c.Ref.Owner)
	if event < 0 {
		return nil
	}
	list := g.lists[event]
	n := tally{need: c.N, values: map[logdoc.LogText]int{}, of: make([]logdoc.LogText, 0, len(list))}
	counted, bounds := make([]occurrence, 0, len(list)), make([]bound, len(list))
	var out []occurrence
	for i := range list {
		m := &list[i]
		if v, ok := captured(m, c.Ref.Field); ok || !c.Distinct {
			counted = append(counted, singleAs(m, event, bounds[i:i+1:i+1]))
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
			out = append(out, joinAs(&counted[lo], &counted[i], counted[i].bound))
		}
	}
	if c.Within == 0 && len(out) == 0 && !c.Distinct && len(counted) > 0 && g.counts[event] >= c.N {
		// There are enough; only so many are kept.
		o := join(&counted[0], &counted[len(counted)-1])
		o.bound = counted[len(counted)-1].bound
		return []occurrence{o}
	}
	if c.Within == 0 || len(out) > 0 {
		return out
	}
	return g.countOnTrust(counted, n, c.Within)
}

// countOnTrust takes every record without a clock to lie in any window, and finds the tightest windows that then have enough.
func (g *group) countOnTrust(counted []occurrence, n tally, window time.Duration) []occurrence {
	n.total, n.values = 0, map[logdoc.LogText]int{}
	trusted := outOfTime(true)
	for i := range counted {
		if counted[i].unclocked {
			n.add(i)
			trusted = join(&trusted, &counted[i])
			trusted.bound = counted[i].bound
		}
	}
	if n.total == 0 {
		return nil
	}
	if n.enough() {
		return []occurrence{trusted}
	}
	var out []occurrence
	lo := 0
	for i := range counted {
		if counted[i].unclocked {
			continue
		}
		n.add(i)
		for ; lo < i; lo++ {
			if counted[lo].unclocked {
				continue
			}
			if !n.enoughWithout(lo) && counted[i].end-counted[lo].start <= int64(window) {
				break
			}
			n.remove(lo)
		}
		if n.enough() {
			o := join(&counted[lo], &counted[i])
			o = join(&trusted, &o)
			o.bound = counted[i].bound
			out = append(out, o)
		}
	}
	return out
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
