package rules

import (
	"slices"
	"time"

	"logdoc"
)

// candidate is a finding that may turn out to be a consequence, with the values that tell what it is about.
type candidate struct {
	logdoc.Finding
	about map[string]map[logdoc.LogText]bool
	logs  map[logdoc.LogText]bool // that its records stand in
}

// subjects are the fields that any symptom's `by` names: they tell what a finding is about.
func (s *Set) subjects() []string {
	names := []string{"host"}
	for _, sym := range s.symptoms {
		for _, r := range sym.src.By {
			if !slices.Contains(names, r.Field) {
				names = append(names, r.Field)
			}
		}
	}
	return names
}

// maxSubjects bounds the values that are compared when a consequence is looked for.
const maxSubjects = 1000

// about collects the values of the subjects in the group's evidence.
func (g *group) about(subjects []string) map[string]map[logdoc.LogText]bool {
	about := map[string]map[logdoc.LogText]bool{}
	for e, p := range g.symptom.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			for _, name := range subjects {
				if v, ok := captured(&g.lists[e][i], name); ok {
					if about[name] == nil {
						about[name] = map[logdoc.LogText]bool{}
					}
					if len(about[name]) < maxSubjects {
						about[name][v] = true
					}
				}
			}
		}
	}
	return about
}

// logs collects the logs that the group's evidence stands in.
func (g *group) logs() map[logdoc.LogText]bool {
	logs := map[logdoc.LogText]bool{}
	for e, p := range g.symptom.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			logs[g.lists[e][i].Place.Source] = true
		}
	}
	return logs
}

// meets reports whether records of both stand in one log.
func (a *candidate) meets(b *candidate) bool {
	for log := range a.logs {
		if b.logs[log] {
			return true
		}
	}
	return false
}

// shares reports whether two findings can be about the same thing: no field that both have is without a common value.
func (a *candidate) shares(b *candidate) bool {
	for name, values := range a.about {
		other, ok := b.about[name]
		if !ok {
			continue
		}
		common := false
		for v := range values {
			common = common || other[v]
		}
		if !common {
			return false
		}
	}
	return true
}

// consequenceSlack is how much earlier than its cause a consequence may be seen: clocks of two machines differ.
const consequenceSlack = 10 * time.Minute

// fold moves findings beneath those that explain them.
func (c *Correlator) fold(findings []candidate) []logdoc.Finding {
	names := map[string][]string{}
	for _, s := range c.set.symptoms {
		for _, e := range s.src.Explains {
			names[s.name] = append(names[s.name], e.Value)
		}
	}
	causes := make([][]int, len(findings))
	for k := range findings {
		for i := range findings {
			if i != k && findings[i].Certainty >= logdoc.Likely && findings[i].explains(names[findings[i].Symptom], &findings[k]) {
				causes[k] = append(causes[k], i)
			}
		}
		// What several findings explain follows rather from the one in its own log than from one in the log of another machine.
		slices.SortStableFunc(causes[k], func(i, j int) int {
			switch near, far := findings[i].meets(&findings[k]), findings[j].meets(&findings[k]); {
			case near && !far:
				return -1
			case far && !near:
				return 1
			}
			return 0
		})
	}
	parent := parents(causes)
	var build func(i int) logdoc.Finding
	build = func(i int) logdoc.Finding {
		f := findings[i].Finding
		for k := range findings {
			if parent[k] == i {
				f.Consequences = append(f.Consequences, build(k))
			}
		}
		// A chain reads in the order in which it happened.
		slices.SortStableFunc(f.Consequences, func(a, b logdoc.Finding) int { return a.First.Compare(b.First) })
		return f
	}
	var out []logdoc.Finding
	for i := range findings {
		if parent[i] < 0 {
			out = append(out, build(i))
		}
	}
	return out
}

// parents chooses, for each finding, the one that it stands beneath, or -1. Root causes, which no other finding explains, come first: a chain hangs flat beneath
// its root as far as the root explains it. Of findings that explain each other the first in order is the root.
func parents(causes [][]int) []int {
	parent := make([]int, len(causes))
	for k := range parent {
		parent[k] = -1
	}
	beneath := func(i, ancestor int) bool {
		for ; i >= 0; i = parent[i] {
			if i == ancestor {
				return true
			}
		}
		return false
	}
	for _, rootsOnly := range []bool{true, false} {
		// From the last to the first, so that in a circle the first one is left without a cause.
		for k := len(causes) - 1; k >= 0; k-- {
			for _, i := range causes[k] {
				if parent[k] < 0 && (!rootsOnly || len(causes[i]) == 0) && !beneath(i, k) {
					parent[k] = i
				}
			}
		}
	}
	return parent
}

// explains reports whether the finding can be the cause of the other one: its symptom says so, both can be about the same thing, and time allows it.
func (a *candidate) explains(symptoms []string, consequence *candidate) bool {
	if !slices.Contains(symptoms, consequence.Symptom) || a.Symptom == consequence.Symptom || !a.shares(consequence) {
		return false
	}
	if !a.First.IsZero() && !consequence.Last.IsZero() && consequence.Last.Before(a.First.Add(-consequenceSlack)) {
		return false
	}
	return a.ClearedAt.IsZero() || consequence.First.IsZero() || !consequence.First.After(a.ClearedAt)
}
