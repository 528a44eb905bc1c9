package lang

import (
	"fmt"
	"slices"
	"strings"
)

// functions are the functions of expressions, with the least and greatest number of operands; no greatest is -1.
var functions = map[string]struct{ least, most int }{
	"above": {1, -1}, "max": {1, -1}, "min": {1, -1}, "days": {1, 1}, "address": {1, 1},
}

var functionNames = []string{"above", "address", "days", "max", "min"}

// cond checks the references of a condition.
func (c *symptomChecker) cond(cond Cond) {
	switch cond := cond.(type) {
	case *CondAnd:
		c.conds(cond.Terms)
	case *CondOr:
		c.conds(cond.Terms)
	case *CondNot:
		c.cond(cond.Term)
	case *CondWithin:
		c.cond(cond.Term)
	case *CondThen:
		c.conds(cond.Terms)
	case *CondUnless:
		c.cond(cond.Term)
		c.cond(cond.Absent)
	case *CondCount:
		c.count(cond)
	case *CondGap:
		c.eventName(cond.Event, "")
	case *CondCompare:
		c.expr(cond.Left)
		c.expr(cond.Right)
	case *CondRef:
		c.condRef(cond.Ref)
	}
}

func (c *symptomChecker) conds(terms []Cond) {
	for _, t := range terms {
		c.cond(t)
	}
}

func (c *symptomChecker) count(n *CondCount) {
	if n.N < 1 {
		c.at(n.Pos, 1, "a count starts with 1", "write 1 or more")
	}
	c.eventName(Name{Pos: n.Ref.Pos, Value: n.Ref.Owner}, n.Ref.Field)
	text := printRef(n.Ref)
	switch {
	case n.Distinct && n.Ref.Field == "":
		c.at(n.Ref.Pos, len(text), "different values of what?", fmt.Sprintf("write %d distinct %s.host", n.N, text))
	case !n.Distinct && n.Ref.Field != "":
		c.at(n.Ref.Pos, len(text), "what is counted here are events", fmt.Sprintf("write %d distinct %s, or %d of %s", n.N, text, n.N, n.Ref.Owner))
	}
}

// eventName reports a name that must be an event's and is not.
func (c *symptomChecker) eventName(n Name, field string) {
	if slices.Contains(c.events, n.Value) {
		return
	}
	if slices.Contains(c.facts, n.Value) {
		c.name(n, fmt.Sprintf("%s is a fact, not an event", n.Value), "only events can be counted and missed")
		return
	}
	c.unknown(&Ref{Pos: n.Pos, Owner: n.Value, Field: field}, "event", c.events)
}

// condRef checks a reference that stands as a condition by itself.
func (c *symptomChecker) condRef(r *Ref) {
	text := printRef(r)
	isEvent, isFact := slices.Contains(c.events, r.Owner), slices.Contains(c.facts, r.Owner)
	switch {
	case isEvent && r.Field != "":
		c.at(r.Pos, len(text), fmt.Sprintf("%s is a value, not a condition", text), fmt.Sprintf("compare it, or write %s alone", r.Owner))
	case isFact && r.Field == "":
		c.at(r.Pos, len(text), fmt.Sprintf("%s is a fact, not a condition", text), fmt.Sprintf("name a field of it: %s.present", text))
	case r.Field == "" && slices.Contains(c.values, r.Owner):
		c.at(r.Pos, len(text), fmt.Sprintf("%s is a value, not a condition", text), "compare it with something")
	case !isEvent && !isFact:
		c.unknown(r, "event or fact", c.owners())
	}
}

func (c *symptomChecker) owners() []string {
	return append(c.events[:len(c.events):len(c.events)], c.facts...)
}

// unknown reports a reference whose owner is not among the known names.
func (c *symptomChecker) unknown(r *Ref, what string, known []string) {
	advice := didYouMean(r.Owner, known)
	if len(known) == 0 {
		advice = "this symptom has none"
	}
	c.at(r.Pos, len(r.Owner), fmt.Sprintf("there is no %s %q in this symptom", what, r.Owner), advice)
}

// expr checks the references and functions of an expression.
func (c *symptomChecker) expr(e Expr) {
	switch e := e.(type) {
	case *Ref:
		c.exprRef(e)
	case *Binary:
		c.expr(e.Left)
		c.expr(e.Right)
	case *Call:
		c.call(e)
		for _, a := range e.Args {
			c.expr(a)
		}
	}
}

func (c *symptomChecker) call(e *Call) {
	f, ok := functions[e.Name]
	switch {
	case !ok:
		c.at(e.Pos, len(e.Name), fmt.Sprintf("there is no function %q", e.Name), didYouMean(e.Name, functionNames))
	case len(e.Args) < f.least:
		c.at(e.Pos, len(e.Name), fmt.Sprintf("%s wants a value", e.Name), fmt.Sprintf("write %s(value)", e.Name))
	case f.most > 0 && len(e.Args) > f.most:
		c.at(e.Pos, len(e.Name), fmt.Sprintf("%s wants one value, not %d", e.Name, len(e.Args)), fmt.Sprintf("write %s(value)", e.Name))
	}
}

func (c *symptomChecker) exprRef(r *Ref) {
	text := printRef(r)
	owned := slices.Contains(c.owners(), r.Owner)
	switch {
	case r.Owner != "" && !owned:
		c.unknown(r, "event or fact", c.owners())
	case r.Owner == "" && slices.Contains(c.owners(), r.Field):
		c.at(r.Pos, len(text), fmt.Sprintf("%s is not a value", text), fmt.Sprintf("name a field of it: %s.FIELD", text))
	case strings.Contains(r.Field, "-") && !slices.Contains(c.values, r.Field):
		left, right, _ := strings.Cut(text, "-")
		c.at(r.Pos, len(text), fmt.Sprintf("%s is read as one name", text), fmt.Sprintf("a minus between values needs blanks around it: %s - %s", left, right))
	}
}
