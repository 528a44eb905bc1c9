package rules

import (
	"math"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// condition is what the engine asks of a condition of a verdict. A new kind of condition is a node in lang, a type with these methods, and a line in conditionOf.
//
// What a condition says must follow from the group's matches, whatever the order in which they came, and must not be taken back by matches that come later (see
// group.decided): then a log that is followed and one that is read cold give the same findings.
type condition interface {
	// holds returns the ways in which the condition holds, ordered by compareOccurrences.
	holds(g *group) []occurrence
	// settles tells, at most, how long an occurrence lasts from its first record to its last, and how long after its last record it is known whether it is one;
	// forever where only the end of the input can tell.
	settles(s *symptom) (span, delay time.Duration)
	// rests lists what the condition can rest on: for each way in which it can hold, the events and facts whose presence supports it.
	rests(s *symptom) []need
	// terms are the conditions that it is made of; refs visits the events, facts and values that it names besides.
	terms() []lang.Cond
	refs(visit func(*lang.Ref))
	// words says what of the condition holds in the occurrence. part is true inside an order or a window, where of alternatives only those count that are part of the
	// occurrence.
	words(g *group, o *occurrence, part bool) string
	// trace completes the reason why the condition held, in the ways listed, or by how much it failed. Its terms are traced already.
	trace(t tracer, list []occurrence, r *logdoc.Reason)
}

// conditionOf returns the engine's view of a condition of the language.
func conditionOf(c lang.Cond) condition {
	switch c := c.(type) {
	case *lang.CondRef:
		return refCond{c}
	case *lang.CondAnd:
		return andCond{c}
	case *lang.CondOr:
		return orCond{c}
	case *lang.CondNot:
		return notCond{c}
	case *lang.CondWithin:
		return withinCond{c}
	case *lang.CondThen:
		return thenCond{c}
	case *lang.CondCount:
		return countCond{c}
	case *lang.CondUnless:
		return unlessCond{c}
	case *lang.CondGap:
		return gapCond{c}
	case *lang.CondCompare:
		return compareCond{c}
	case *lang.CondHits:
		return hitsCond{c}
	}
	panic("rules: a condition of the language that the engine does not know")
}

// forever is a time that only the end of the input ends.
const forever = time.Duration(math.MaxInt64)

// plus adds times, of which either may be forever.
func plus(a, b time.Duration) time.Duration {
	if a > forever-b {
		return forever
	}
	return a + b
}

// lag is how long after a stretch of time it is known which occurrences of a condition reach into it.
func lag(c lang.Cond, s *symptom) time.Duration {
	span, delay := conditionOf(c).settles(s)
	return plus(span, delay)
}

// walkConds visits a condition and all that it is made of.
func walkConds(c lang.Cond, visit func(condition)) {
	cond := conditionOf(c)
	visit(cond)
	for _, t := range cond.terms() {
		walkConds(t, visit)
	}
}

// walkCond visits every reference of a condition.
func walkCond(c lang.Cond, visit func(*lang.Ref)) {
	walkConds(c, func(c condition) { c.refs(visit) })
}

// constant reports whether the condition looks at files alone: what they say does not change while records come.
func (s *symptom) constant(c lang.Cond) bool {
	facts := true
	walkCond(c, func(r *lang.Ref) { facts = facts && s.factIndex(r.Owner) >= 0 })
	return facts && lag(c, s) == 0
}

// settleAll tells how long occurrences last that are made of one of each term, wherever these stand, and how long it takes until they are known.
func (s *symptom) settleAll(terms []lang.Cond) (span, delay time.Duration) {
	moving := 0
	for _, t := range terms {
		own, after := conditionOf(t).settles(s)
		span, delay = max(span, own), max(delay, after)
		if !s.constant(t) {
			moving++
		}
	}
	if moving > 1 {
		span = forever
	}
	return span, delay
}
