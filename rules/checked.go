package rules

import (
	"math"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// need is what one way of reaching a verdict rests on.
type need struct {
	certainty logdoc.Certainty
	events    []int
	facts     []int
}

// maxAlternatives bounds the combinations of a verdict's alternatives.
const maxAlternatives = 32

// together combines the alternatives of terms that must all hold.
func (s *symptom) together(terms []lang.Cond) []need {
	out := []need{{}}
	for _, t := range terms {
		var next []need
		for _, a := range out {
			for _, b := range conditionOf(t).rests(s) {
				if len(next) < maxAlternatives {
					next = append(next, a.with(b))
				}
			}
		}
		out = next
	}
	return out
}

// rests returns the events and facts that a reference names, through values as well.
func (s *symptom) rests(r *lang.Ref) need {
	n := need{}
	for _, v := range s.src.Values {
		if r.Owner == "" && v.Name.Value == r.Field {
			walkExpr(v.Expr, func(r *lang.Ref) { n = n.with(s.rests(r)) })
			return n
		}
	}
	for i, p := range s.events {
		if r.Owner == p.name || r.Owner == "" && p.captures(r.Field) {
			n.events = append(n.events, i)
		}
	}
	for i, f := range s.facts {
		if r.Owner == f.src.Name.Value || r.Owner == "" && slices.Contains(f.fields(), r.Field) {
			n.facts = append(n.facts, i)
		}
	}
	return n
}

// with returns both needs in one.
func (n need) with(o need) need {
	sum := need{events: slices.Clone(n.events), facts: slices.Clone(n.facts)}
	for _, e := range o.events {
		if !slices.Contains(sum.events, e) {
			sum.events = append(sum.events, e)
		}
	}
	for _, f := range o.facts {
		if !slices.Contains(sum.facts, f) {
			sum.facts = append(sum.facts, f)
		}
	}
	return sum
}

// checked says, for a symptom, that it was looked for in vain, or what was missing to look for it. It is looked for when all that one of the ways needs to reach one of its
// verdicts is in the input. near is whether some of its own evidence is there, and nothing but what is not in the input keeps it from being found. relevant is from Correlator.relevant.
func (c *Correlator) checked(index int, groups []*group, best logdoc.Certainty, relevant func(product string) bool, out *Outcome) (entry logdoc.Unchecked, told, near bool) {
	s := c.set.symptoms[index]
	entry = logdoc.Unchecked{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value}
	if best > logdoc.NotFound {
		n := nearest(groups, best)
		entry.Reason = "found as " + best.String() + "; to be sure, these are needed: " + strings.Join(n.missing, ", ")
		entry.Collect = n.collect
		return entry, n.ok, false
	}
	if !relevant(entry.Product) {
		entry.Reason = "no log or file of this product is in the input"
		return entry, true, false
	}
	if n := nearest(groups, best); n.ok {
		entry.Reason = "nearly found: " + n.there + "; not in the input: " + strings.Join(n.missing, ", ")
		entry.Collect = n.collect
		return entry, true, true
	}
	least := math.MaxInt
	// What is known wherever it was pasted shows that something is there, but any log would do to say that it is not.
	proper := slices.ContainsFunc(s.needs, func(n need) bool { return !s.anywhere(n) })
	for _, n := range s.needs {
		if proper && s.anywhere(n) {
			continue
		}
		missing, files := c.lacks(index, n)
		if len(missing) == 0 {
			out.Clean = append(out.Clean, logdoc.Clean{Name: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value})
			return entry, false, false
		}
		if len(missing) < least {
			least = len(missing)
			entry.Reason, entry.Collect = "not in the input: "+strings.Join(missing, ", "), files
		}
	}
	return entry, true, false
}

// anywhere reports whether one way to a verdict looks at lines of no format, or of any, and at nothing else.
func (s *symptom) anywhere(n need) bool {
	return len(n.facts) == 0 && !slices.ContainsFunc(n.events, func(e int) bool { return !slices.Contains(s.events[e].formats, plain) })
}

// nearly is what keeps a condition from holding.
type nearly struct {
	// ok is true when nothing does but what is not in the input.
	ok               bool
	missing, collect []string
	// events have records that are evidence of it.
	events []int
	there  string
}

// nearGroups bounds the keys that are looked at for what they lack.
const nearGroups = 16

// nearest finds the verdict above a certainty that lacks least and has some evidence of its own, over the keys.
func nearest(groups []*group, above logdoc.Certainty) nearly {
	var best nearly
	for _, g := range groups[:min(len(groups), nearGroups)] {
		t := tracer{g}
		for _, v := range g.symptom.src.Verdicts {
			if v.Certainty <= above {
				continue
			}
			n := t.nearly(v.When)
			if !n.ok || len(n.missing) == 0 || len(n.events) == 0 && above == logdoc.NotFound || best.ok && len(n.missing) >= len(best.missing) {
				continue
			}
			best = n
			var there []string
			for _, e := range n.events {
				there = append(there, refCond{&lang.CondRef{Ref: &lang.Ref{Owner: g.symptom.events[e].name}}}.words(g, nil, false))
			}
			best.there = strings.Join(there, ", ")
		}
	}
	return best
}

// nearly looks for what keeps a condition from holding.
func (t tracer) nearly(c lang.Cond) nearly {
	cond := conditionOf(c)
	if len(cond.holds(t.group)) > 0 {
		n := nearly{ok: true}
		switch c := cond.(type) {
		case notCond:
			n.missing, n.collect = t.unproven(c.Term)
			return n
		case unlessCond:
			n.missing, n.collect = t.unproven(c.Absent)
		case andCond, thenCond, withinCond:
			for _, term := range cond.terms() {
				of := t.nearly(term)
				n.missing, n.collect = union(n.missing, of.missing), union(n.collect, of.collect)
			}
		}
		for _, need := range cond.rests(t.symptom) {
			for _, e := range need.events {
				if len(t.lists[e]) > 0 && !slices.Contains(n.events, e) {
					n.events = append(n.events, e)
				}
			}
		}
		return n
	}
	terms := cond.terms()
	switch cond.(type) {
	case orCond:
		var best nearly
		for _, term := range terms {
			if n := t.nearly(term); n.ok && (!best.ok || len(n.missing) < len(best.missing)) {
				best = n
			}
		}
		return best
	case notCond:
		return nearly{}
	case unlessCond:
		terms = terms[:1]
	}
	if len(terms) == 0 {
		r := t.reason(c)
		return nearly{ok: len(r.Lacks) > 0, missing: r.Lacks, collect: r.Collect}
	}
	all := nearly{}
	for _, term := range terms {
		n := t.nearly(term)
		if !n.ok {
			return nearly{}
		}
		all.ok = all.ok || len(n.missing) > 0
		all.missing, all.collect, all.events = union(all.missing, n.missing), union(all.collect, n.collect), union(all.events, n.events)
	}
	return all
}

// unproven returns what is not in the input and could show that something is there which is taken to be absent.
func (t tracer) unproven(absent lang.Cond) (missing, collect []string) {
	if !t.unseen(absent) {
		return nil, nil
	}
	for _, n := range conditionOf(absent).rests(t.symptom) {
		m, c := t.in.lacks(t.index, n)
		missing, collect = union(missing, m), union(collect, c)
	}
	return missing, collect
}

func union[T comparable](a, b []T) []T {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// unseen reports whether a condition may only seem not to hold: one of the ways in which it can has nothing against it but that logs or files are not in the input.
func (g *group) unseen(c lang.Cond) bool {
	return slices.ContainsFunc(conditionOf(c).rests(g.symptom), func(n need) bool {
		lost := need{}
		for _, e := range n.events {
			if len(g.lists[e]) == 0 {
				lost.events = append(lost.events, e)
			}
		}
		for _, f := range n.facts {
			if len(g.facts.of(g.index, f)) == 0 {
				lost.facts = append(lost.facts, f)
			}
		}
		if len(lost.events)+len(lost.facts) == 0 {
			return false
		}
		for _, e := range lost.events {
			if missing, _ := g.in.lacks(g.index, need{events: []int{e}}); len(missing) == 0 {
				return false
			}
		}
		for _, f := range lost.facts {
			if missing, _ := g.in.lacks(g.index, need{facts: []int{f}}); len(missing) == 0 {
				return false
			}
		}
		return true
	})
}

// lacking reports whether one of the ways in which a condition can hold needs a log or file that is not in the input.
func (g *group) lacking(c lang.Cond) bool {
	return slices.ContainsFunc(conditionOf(c).rests(g.symptom), func(n need) bool {
		missing, _ := g.in.lacks(g.index, n)
		return len(missing) > 0
	})
}

// relevant returns what tells whether the input has anything of a product: a log of its formats, or a file that a fact of one of its symptoms is read from. A product that no format is of is always
// relevant.
func (c *Correlator) relevant() func(product string) bool {
	there := map[string]bool{}
	for f, product := range c.set.products {
		there[product] = there[product] || c.formats[f]
	}
	for i, s := range c.set.symptoms {
		for k := range s.facts {
			if _, gone := c.facts.missing(i, k); gone || len(c.facts.of(i, k)) > 0 {
				there[s.src.Product.Value] = true
			}
		}
	}
	return func(product string) bool {
		is, known := there[product]
		return is || !known
	}
}

// lacks returns what one verdict needs and the input has not, and which files to bring.
func (c *Correlator) lacks(index int, n need) (missing, collect []string) {
	s := c.set.symptoms[index]
	for _, e := range n.events {
		p := s.events[e]
		// Any file may have lines that no format accepts.
		if slices.ContainsFunc(p.formats, func(f int) bool { return f == plain || c.formats[f] }) {
			continue
		}
		names := make([]string, len(p.formats))
		for i, f := range p.formats {
			names[i] = c.set.names[f]
		}
		what := "a log of format " + strings.Join(names, " or ")
		if !slices.Contains(missing, what) {
			missing = append(missing, what)
			collect = append(collect, names[0])
		}
	}
	for _, k := range n.facts {
		if len(c.facts.of(index, k)) > 0 {
			continue
		}
		if _, gone := c.facts.missing(index, k); gone {
			continue
		}
		f := s.facts[k]
		missing = append(missing, "a file "+f.globs[0])
		if f.src.Collect.Value != "" {
			collect = append(collect, f.src.Collect.Value)
		} else {
			collect = append(collect, f.globs[0])
		}
	}
	return missing, collect
}
