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

// checked says, for a symptom, that it was looked for in vain, or what was missing to look for it.
func (c *Correlator) checked(index int, s *symptom, best logdoc.Certainty, out *Outcome) {
	var missing []string
	var collect []string
	complete := false
	least := math.MaxInt
	relevant := c.relevant(s)
	for _, n := range s.needs {
		if n.certainty <= best || !relevant {
			continue
		}
		m, files := c.lacks(index, s, n)
		if len(m) == 0 {
			complete = true
			continue
		}
		if len(m) < least {
			least, missing, collect = len(m), m, files
		}
	}
	entry := logdoc.Unchecked{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Collect: collect}
	switch {
	case best == logdoc.NotFound && complete:
		out.Clean = append(out.Clean, logdoc.Clean{Name: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value})
		return
	case best == logdoc.NotFound && !relevant:
		entry.Reason = "no log or file of this product is in the input"
	case len(missing) == 0:
		return
	case best == logdoc.NotFound:
		entry.Reason = "not in the input: " + strings.Join(missing, ", ")
	case complete:
		return
	default:
		entry.Reason = "found as " + best.String() + "; to be sure, these are needed: " + strings.Join(missing, ", ")
	}
	out.Unchecked = append(out.Unchecked, entry)
}

// relevant reports whether the input has anything of the symptom's product: a log of its formats, or a file that one of its facts is read from. A product that no
// format is of is always relevant.
func (c *Correlator) relevant(s *symptom) bool {
	product := s.src.Product.Value
	known := false
	for f, p := range c.set.products {
		if p == product {
			known = true
			if c.formats[f] {
				return true
			}
		}
	}
	for i, other := range c.set.symptoms {
		if other.src.Product.Value != product {
			continue
		}
		for k := range other.facts {
			if len(c.facts.of(i, k)) > 0 {
				return true
			}
			if _, gone := c.facts.missing(i, k); gone {
				return true
			}
		}
	}
	return !known
}

// lacks returns what one verdict needs and the input has not, and which files to bring.
func (c *Correlator) lacks(index int, s *symptom, n need) (missing, collect []string) {
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
