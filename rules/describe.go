package rules

import (
	"fmt"
	"strings"
	"time"

	"logdoc/internal/lang"
)

// describe says in words what of a condition holds in the occurrence.
func (g *group) describe(c lang.Cond, o *occurrence, part bool) string {
	return conditionOf(c).words(g, o, part)
}

func (g *group) describeAll(terms []lang.Cond, glue string, o *occurrence, part bool) string {
	var parts []string
	for _, t := range terms {
		parts = append(parts, g.describe(t, o, part))
	}
	return strings.Join(parts, glue)
}

func (c andCond) words(g *group, o *occurrence, part bool) string {
	return g.describeAll(c.Terms, " and ", o, part)
}

func (c orCond) words(g *group, o *occurrence, part bool) string {
	return g.describeAll(g.holding(c.Terms, o, part), " and ", o, part)
}

func (c thenCond) words(g *group, o *occurrence, _ bool) string {
	return g.describeAll(c.Terms, ", then ", o, true) + windowWords(c.Within)
}

// windowWords is how a window is told behind what lies in it; nothing when there is none.
func windowWords(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return " within " + lang.FormatDuration(d)
}

func (c withinCond) words(g *group, o *occurrence, _ bool) string {
	return g.describe(c.Term, o, true) + ", all within " + lang.FormatDuration(c.Within)
}

func (c notCond) words(g *group, _ *occurrence, _ bool) string { return "not: " + g.words(c.Term) }

func (c unlessCond) words(g *group, o *occurrence, part bool) string {
	s := g.describe(c.Term, o, part) + " without: " + g.words(c.Absent)
	if c.Within > 0 {
		s += fmt.Sprintf(" within %s %s it", lang.FormatDuration(c.Within), c.Side)
	}
	return s
}

func (c compareCond) words(g *group, o *occurrence, _ bool) string {
	return fmt.Sprintf("%s %s %s", g.operand(c.Left, o), c.Op, g.operand(c.Right, o))
}

func (c countCond) words(g *group, _ *occurrence, _ bool) string {
	s := fmt.Sprintf("at least %d of: %s", c.N, g.words(&lang.CondRef{Ref: c.Ref}))
	if c.Distinct {
		s = fmt.Sprintf("at least %d different values of %s", c.N, lang.PrintExpr(c.Ref))
	}
	return s + windowWords(c.Within)
}

func (c gapCond) words(g *group, _ *occurrence, _ bool) string {
	return fmt.Sprintf("no more of: %s for %s", g.words(&lang.CondRef{Ref: &lang.Ref{Owner: c.Event.Value}}), lang.FormatDuration(c.For))
}

func (c refCond) words(g *group, _ *occurrence, _ bool) string {
	s := g.words(c.CondRef)
	i := g.symptom.eventIndex(c.Ref.Owner)
	switch {
	case i < 0:
		return s
	case g.counts[i] == 1:
		return s + " (1 record)"
	}
	return fmt.Sprintf("%s (%d records)", s, g.counts[i])
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
