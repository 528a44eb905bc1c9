package rules

import (
	"math"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// SoFar returns the findings that what was added so far comes to and nothing that is still to come can take back, wherever and whenever it was written: each is among
// those of Finish, with the same key, no less sure and no less severe. What is absent, what is compared with the time of capture or with values that are worked out, what
// is taken on trust and what has only a part of its key waits for the end; so do the symptoms that are clean or unchecked, of which nothing is said. Whether a finding is active,
// cleared or stale, its values and its place beneath a cause are as they stand at the moment.
//
// Only a flood can take back what was said: of more matches or keys than can be kept, those are left out in the end that come later. So can, where conditions are nested, records
// without a clock that come between those with one: what is taken on trust is not exact there (see Live).
func (c *Correlator) SoFar() Outcome {
	out := Outcome{Capture: c.capture(time.Time{})}
	subjects := c.set.subjects()
	var found []candidate
	for i, s := range c.set.symptoms {
		for _, g := range c.groups(i, out.Capture) {
			if !s.whole(g.key) {
				continue
			}
			c.settle(g)
			g.growing, g.decided = true, math.MinInt64
			if f, ok := g.finding(); ok {
				found = append(found, candidate{f, g.about(subjects), g.logs()})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return compareFindings(&a.Finding, &b.Finding) })
	out.Findings = c.fold(found)
	return out
}

// whole reports whether a key can turn out to be a part of no other one.
func (s *symptom) whole(key string) bool {
	if key == "" {
		return !slices.ContainsFunc(s.keys(), func(fields []string) bool { return len(fields) > 0 })
	}
	return !slices.Contains(strings.Split(key, keySeparator), noPart)
}

// lasts reports whether a comparison that holds goes on to hold whatever comes: it looks at records and files one by one, each of which either stands for what it names
// or does not, and neither at what is newest nor at the time.
func (s *symptom) lasts(c *lang.CondCompare) bool {
	moving := false
	for _, side := range []lang.Expr{c.Left, c.Right} {
		walkNow(side, &moving)
		// A function does without the arguments that nothing is known of.
		refs := 0
		walkExpr(side, func(*lang.Ref) { refs++ })
		moving = moving || refs > 1 && calls(side)
	}
	compareCond{c}.refs(func(r *lang.Ref) {
		n := s.rests(r)
		moving = moving || r.Owner == "" && s.isValue(r.Field) || r.Field == "missing" || len(n.events)+len(n.facts) != 1
	})
	return !moving
}

// lasts reports whether there is always a hit where there is one: nothing must be absent, and no hit inside it uses up other records when there are more.
func (c hitsCond) lasts() bool {
	return len(c.Absent) == 0 && !slices.ContainsFunc(c.Terms, func(t lang.HitTerm) bool { return t.Sub != nil })
}

// lasts reports whether a verdict that was reached goes on to hold while the input grows. Of hits others may be found in the end, which are taken on trust: these are told as
// one level less sure.
func (g *group) lasts(r *reached) bool {
	if _, ok := r.from.When.(*lang.CondHits); !ok {
		return !r.by.unproven
	}
	r.by.unproven, r.by.trust = true, "the rest of the input is still to be read"
	return true
}

// severity is what the symptom says, or the first of its rules that holds. While the input grows it is the mildest that it can turn out to be.
func (g *group) severity() logdoc.Severity {
	mildest := logdoc.Critical
	for _, rule := range g.symptom.src.SeverityWhen {
		severity, _ := logdoc.ParseSeverity(rule.Severity.Value)
		mildest = min(mildest, severity)
		ways := g.holds(rule.When)
		if !g.growing && len(ways) > 0 {
			return severity
		}
		if slices.ContainsFunc(ways, func(o occurrence) bool { return !o.unproven }) {
			return mildest
		}
	}
	if g.growing {
		return min(mildest, g.symptom.severity)
	}
	return g.symptom.severity
}

// calls reports whether an expression uses a function.
func calls(e lang.Expr) bool {
	switch e := e.(type) {
	case *lang.Call:
		return true
	case *lang.Binary:
		return calls(e.Left) || calls(e.Right)
	}
	return false
}
