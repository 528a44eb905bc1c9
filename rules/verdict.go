package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// reached is the strongest verdict of a group.
type reached struct {
	certainty logdoc.Certainty
	from      *lang.Verdict
	// by is the newest way in which it holds; a proven one, if there is any.
	by occurrence
}

// verdict finds the strongest verdict that holds. What is not proven counts one level less, but is never less than possible.
func (g *group) verdict() reached {
	var best reached
	for _, v := range g.symptom.src.Verdicts {
		list := g.holds(v.When)
		if len(list) == 0 {
			continue
		}
		r := reached{v.Certainty, v, list[len(list)-1]}
		for i := len(list) - 1; i >= 0 && r.by.unproven; i-- {
			if !list[i].unproven {
				r.by = list[i]
			}
		}
		if g.growing && !g.lasts(&r) {
			continue
		}
		if r.by.unproven {
			r.certainty = max(r.certainty-1, logdoc.Possible)
		}
		if r.certainty > best.certainty || r.certainty == best.certainty && best.by.unproven && !r.by.unproven {
			best = r
		}
	}
	return best
}

// why says which verdict holds and on what, and what made it weaker.
func (g *group) why(r *reached) []string {
	why := []string{r.from.Certainty.String() + ", because " + g.describe(r.from.When, &r.by, false)}
	switch {
	case r.certainty < r.from.Certainty:
		why = append(why, "lowered to "+r.certainty.String()+": "+doubt(&r.by))
	case r.by.unproven:
		why = append(why, doubt(&r.by))
	}
	if _, ok := r.from.When.(*lang.CondHits); ok {
		why = append(why, "a rule of the pack "+g.symptom.pack)
	}
	if g.partial {
		why = append(why, "so many records match that only the first and the newest were kept: counts within windows may be too low")
	}
	return why
}

// unseenTrust is what an absence trusts in that could not have been seen.
const unseenTrust = "what would speak against it was not seen, but its log or file is not in the input"

// doubt says what of an unproven occurrence was taken on trust.
func doubt(o *occurrence) string {
	return cmp.Or(o.trust, "records without a clock prove neither order nor a time window")
}

// finding evaluates one group.
func (g *group) finding() (logdoc.Finding, bool) {
	r := g.verdict()
	return g.findingOf(&r, g.severity()), r.certainty != logdoc.NotFound
}

// findingOf returns the finding that a verdict makes, the zero value of none.
func (g *group) findingOf(r *reached, severity logdoc.Severity) logdoc.Finding {
	s := g.symptom
	if r.certainty == logdoc.NotFound {
		return logdoc.Finding{}
	}
	f := logdoc.Finding{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Pack: s.pack, Certainty: r.certainty, Key: keyText(g.key)}
	f.Cause, f.Impact = paragraphs(s.src.Cause), paragraphs(s.src.Impact)
	for _, see := range s.src.See {
		f.See = append(f.See, see.Value)
	}
	f.Severity = severity
	f.Why = g.why(r)
	g.keepHits(r.from.When)
	g.evidence(&f, r.from.When)
	g.nodes(&f)
	g.state(&f)
	f.Values = g.values()
	f.Steps = g.steps()
	return f
}

// state tells where the finding stood at the capture.
func (g *group) state(f *logdoc.Finding) {
	s := g.symptom
	if s.src.Clears != nil {
		newest := g.newest()
		for _, o := range g.holds(s.src.Clears) {
			// What the files say, they say at the capture, which comes after any record.
			if o.timeless() || !slices.ContainsFunc(newest, func(m *logdoc.Match) bool { return !comesAfter(o.last, m) }) {
				f.State = logdoc.Cleared
				if !o.timeless() && o.last.Clock {
					f.ClearedAt = time.Unix(0, o.last.Time).UTC()
				}
				return
			}
		}
	}
	if stale := s.quiet(); stale >= 0 && !f.Last.IsZero() && !g.now.IsZero() && g.now.Sub(f.Last) > stale {
		f.State = logdoc.Stale
	}
}

// newest returns the records that something must come after to come after all evidence: of each file the last one with a clock and the last one without.
func (g *group) newest() []*logdoc.Match {
	type where struct {
		source logdoc.LogText
		clock  bool
	}
	by := map[where]*logdoc.Match{}
	for e, p := range g.symptom.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			m := &g.lists[e][i]
			w := where{m.Place.Source, m.Clock}
			if by[w] == nil || comesAfter(m, by[w]) {
				by[w] = m
			}
		}
	}
	return slices.Collect(maps.Values(by))
}

func paragraphs(t *lang.Text) string {
	if t == nil {
		return ""
	}
	return strings.Join(t.Lines, "\n")
}
