package rules

import (
	"fmt"
	"strings"

	"logdoc/internal/lang"
)

// describe says in words what of a condition holds in the occurrence. part is true inside an order or a window, where of alternatives only those count that are part
// of the occurrence.
func (g *group) describe(c lang.Cond, o *occurrence, part bool) string {
	all := func(terms []lang.Cond, glue string, part bool) string {
		var parts []string
		for _, t := range terms {
			parts = append(parts, g.describe(t, o, part))
		}
		return strings.Join(parts, glue)
	}
	switch c := c.(type) {
	case *lang.CondAnd:
		return all(c.Terms, " and ", part)
	case *lang.CondOr:
		return all(g.holding(c.Terms, o, part), " and ", part)
	case *lang.CondThen:
		s := all(c.Terms, ", then ", true)
		if c.Within > 0 {
			s += " within " + lang.FormatDuration(c.Within)
		}
		return s
	case *lang.CondWithin:
		return g.describe(c.Term, o, true) + ", all within " + lang.FormatDuration(c.Within)
	case *lang.CondNot:
		return "not: " + g.words(c.Term)
	case *lang.CondUnless:
		s := g.describe(c.Term, o, part) + " without: " + g.words(c.Absent)
		if c.Within > 0 {
			s += fmt.Sprintf(" within %s %s it", lang.FormatDuration(c.Within), c.Side)
		}
		return s
	case *lang.CondCompare:
		return fmt.Sprintf("%s %s %s", g.operand(c.Left, o), c.Op, g.operand(c.Right, o))
	case *lang.CondCount:
		s := fmt.Sprintf("at least %d of: %s", c.N, g.words(&lang.CondRef{Ref: c.Ref}))
		if c.Distinct {
			s = fmt.Sprintf("at least %d different values of %s", c.N, lang.PrintExpr(c.Ref))
		}
		if c.Within > 0 {
			s += " within " + lang.FormatDuration(c.Within)
		}
		return s
	case *lang.CondGap:
		return fmt.Sprintf("no more of: %s for %s", g.words(&lang.CondRef{Ref: &lang.Ref{Owner: c.Event.Value}}), lang.FormatDuration(c.For))
	case *lang.CondRef:
		s := g.words(c)
		if i := g.symptom.eventIndex(c.Ref.Owner); i >= 0 {
			if n := g.counts[i]; n != 1 {
				return fmt.Sprintf("%s (%d records)", s, n)
			}
			return s + " (1 record)"
		}
		return s
	}
	return g.words(c)
}

// holding returns the alternatives that hold; with part, those of them that are part of the occurrence.
func (g *group) holding(terms []lang.Cond, o *occurrence, part bool) []lang.Cond {
	var holding, parts []lang.Cond
	for _, t := range terms {
		list := g.holds(t)
		if len(list) == 0 {
			continue
		}
		holding = append(holding, t)
		for i := range list {
			if list[i].timeless() || list[i].shares(o) {
				parts = append(parts, t)
				break
			}
		}
	}
	if part && len(parts) > 0 {
		return parts
	}
	return holding
}

// words names a condition without saying how often it holds.
func (g *group) words(c lang.Cond) string {
	r, ok := c.(*lang.CondRef)
	if !ok {
		return lang.PrintCond(c)
	}
	if i := g.symptom.eventIndex(r.Ref.Owner); i >= 0 {
		if label := g.symptom.events[i].label; label != "" {
			return label
		}
		return g.symptom.events[i].name
	}
	if i := g.symptom.factIndex(r.Ref.Owner); i >= 0 {
		label := g.symptom.facts[i].src.Label.Value
		if label == "" {
			label = r.Ref.Owner
		}
		return label + " is " + r.Ref.Field
	}
	return lang.PrintExpr(r.Ref)
}

// operand shows an expression with the value that it has in the occurrence.
func (g *group) operand(e lang.Expr, o *occurrence) string {
	text := lang.PrintExpr(e)
	if _, literal := e.(*lang.Literal); literal {
		return text
	}
	if v := g.eval(e, o); v.kind != unknown {
		return fmt.Sprintf("%s (%s)", text, v)
	}
	return text
}
