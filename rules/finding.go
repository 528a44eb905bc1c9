package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Bounds of what a finding shows.
const (
	maxEvidence         = 16
	evidencePerEventEnd = 2
	maxValueLength      = 400
	// maxDistinct bounds the different values of one name that are kept.
	maxDistinct = 100
)

// evidence fills the finding's evidence, count and times.
func (g *group) evidence(f *logdoc.Finding, verdict lang.Cond) {
	s := g.symptom
	var chosen []*logdoc.Match
	events := map[*logdoc.Match]int{}
	places := map[logdoc.Place]bool{}
	for e, p := range s.events {
		if !p.bad || len(g.lists[e]) == 0 {
			continue
		}
		list := g.lists[e]
		f.Count += g.counts[e]
		for i := range list {
			m := &list[i]
			if places[m.Place] {
				f.Count--
			}
			places[m.Place] = true
			if m.Clock {
				t := time.Unix(0, m.Time).UTC()
				if f.First.IsZero() || t.Before(f.First) {
					f.First = t
				}
				if t.After(f.Last) {
					f.Last = t
				}
			}
			if i < evidencePerEventEnd || i == len(list)-1 {
				chosen = append(chosen, m)
				events[m] = e
			}
		}
	}
	slices.SortStableFunc(chosen, inOrder)
	shown := map[logdoc.Place]bool{}
	for _, m := range chosen {
		if shown[m.Place] || len(f.Evidence) >= maxEvidence {
			continue
		}
		shown[m.Place] = true
		p := s.events[events[m]]
		ev := logdoc.Evidence{Event: p.name, Label: p.label, Place: m.Place, Text: m.Text}
		if m.Clock {
			ev.Time = time.Unix(0, m.Time).UTC()
		}
		f.Evidence = append(f.Evidence, ev)
	}
	g.factEvidence(f, verdict, shown)
}

// nodes tells on which nodes the records were written, and the files that were looked at.
func (g *group) nodes(f *logdoc.Finding) {
	of := g.in.nodeOf
	if of == nil {
		return
	}
	seen := map[logdoc.LogText]bool{}
	see := func(source, host logdoc.LogText) {
		if name := of(source, host); name == "" {
			f.Unplaced = true
		} else if len(seen) < logdoc.MaxFindingNodes {
			seen[name] = true
		}
	}
	for e, p := range g.symptom.events {
		if p.bad {
			for i := range g.lists[e] {
				m := &g.lists[e][i]
				see(m.Place.Source, m.Host)
			}
		}
	}
	for _, e := range f.Evidence {
		if e.Place.Line == 0 {
			see(e.Place.Source, "")
		}
	}
	f.Nodes = slices.Sorted(maps.Keys(seen))
}

// factEvidence adds what files said: those that the verdict names, and those that a number was read from, for the reader will compare it. Files that are missing beside
// their neighbours are told where the symptom asks for that. What is shown already is not shown twice.
func (g *group) factEvidence(f *logdoc.Finding, verdict lang.Cond, shown map[logdoc.Place]bool) {
	named := map[string]bool{}
	walkCond(verdict, func(r *lang.Ref) { named[r.Owner] = true })
	for i, fact := range g.symptom.facts {
		name := fact.src.Name.Value
		for _, r := range g.facts.of(g.index, i) {
			if !named[name] && len(r.fields) == 0 || fact.src.Kind == lang.FactX509 && !named[name] {
				continue
			}
			if fact.src.Kind == lang.FactEach {
				if holds, says := g.bears(verdict, i, &r); !named[name] || says && !holds {
					continue
				}
			}
			// A file may be read as a log as well, and its line be a record.
			if r.place.Line > 0 && shown[r.place] {
				continue
			}
			f.Count++
			if len(f.Evidence) >= maxEvidence {
				continue
			}
			text := r.text
			if text == "" {
				text = "the file holds no such value"
				if fact.src.Kind == lang.FactExists {
					text = "the file is in the input"
				}
			}
			f.Evidence = append(f.Evidence, logdoc.Evidence{Event: name, Label: fact.src.Label.Value, Place: r.place, Text: text})
		}
		if path, ok := g.facts.missing(g.index, i); ok && g.asksMissing(name) {
			f.Count++
			f.Evidence = append(f.Evidence, logdoc.Evidence{Event: name, Label: fact.src.Label.Value, Place: logdoc.Place{Source: logdoc.LogText(path)}, Text: "there is no such file, though its directory is in the input"})
		}
	}
}

// bears reports whether what a condition says of a fact of many lines holds for this one. What does not compare the fact says nothing of it.
func (g *group) bears(c lang.Cond, index int, r *reading) (holds, says bool) {
	var terms []lang.Cond
	switch c := c.(type) {
	case *lang.CondCompare:
		g.refs(c, func(int) {}, func(fact int) { says = says || fact == index })
		if says {
			_, holds = g.compares(c, &occurrence{bound: []bound{{event: -1, fact: index, reading: r}}})
		}
		return holds, says
	case *lang.CondAnd:
		terms, holds = c.Terms, true
	case *lang.CondOr:
		terms = c.Terms
	}
	_, all := c.(*lang.CondAnd)
	for _, t := range terms {
		if h, s := g.bears(t, index, r); s {
			says = true
			if h != all {
				holds = h
			}
		}
	}
	return holds, says
}

func (g *group) asksMissing(fact string) bool {
	found := false
	walkRefs(g.symptom.src, func(r *lang.Ref) { found = found || r.Owner == fact && r.Field == "missing" })
	return found
}

// values lists what was captured, newest value of each name, then facts, then what was worked out.
func (g *group) values() []logdoc.Value {
	s := g.symptom
	type newest struct {
		match    *logdoc.Match
		text     logdoc.LogText
		distinct map[logdoc.LogText]bool
	}
	var order []string
	by := map[string]*newest{}
	for e, p := range s.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			m := &g.lists[e][i]
			for _, c := range m.Captures {
				n := by[c.Name]
				if n == nil {
					n = &newest{distinct: map[logdoc.LogText]bool{}}
					by[c.Name] = n
					order = append(order, c.Name)
				}
				if n.match == nil || inOrder(m, n.match) >= 0 {
					n.match, n.text = m, c.Value
				}
				if len(n.distinct) < maxDistinct {
					n.distinct[c.Value] = true
				}
			}
		}
	}
	// The host comes first, whatever the order in which events captured it.
	if i := slices.Index(order, "host"); i > 0 {
		order = append([]string{"host"}, slices.Delete(order, i, i+1)...)
	}
	var out []logdoc.Value
	for _, name := range order {
		v := logdoc.Value{Name: name, Text: clipText(by[name].text)}
		if n := len(by[name].distinct); n > 1 {
			v.Label = fmt.Sprintf("the newest of %d values", n)
			if n >= maxDistinct {
				v.Label = fmt.Sprintf("the newest of %d values or more", maxDistinct)
			}
			v.All = slices.Sorted(maps.Keys(by[name].distinct))
		}
		out = append(out, v)
	}
	for i, fact := range s.facts {
		for _, r := range g.facts.of(g.index, i) {
			names := make([]string, 0, len(r.fields))
			for name := range r.fields {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				full := fact.src.Name.Value + "." + name
				text := clipText(r.fields[name])
				first := slices.IndexFunc(out, func(v logdoc.Value) bool { return v.Name == full })
				if first < 0 {
					out = append(out, logdoc.Value{Name: full, Label: fact.src.Label.Value, Text: text})
					continue
				}
				addDistinct(&out[first], text)
			}
		}
	}
	for _, v := range s.src.Values {
		if x := g.eval(v.Expr, nil); x.kind != unknown {
			out = append(out, logdoc.Value{Name: v.Name.Value, Label: v.Label.Value, Text: logdoc.LogText(x.String()), Computed: true})
		}
	}
	return out
}

// addDistinct notes another value of one name.
func addDistinct(v *logdoc.Value, text logdoc.LogText) {
	if len(v.All) == 0 && text != v.Text {
		v.All = []logdoc.LogText{v.Text}
	}
	if len(v.All) > 0 && len(v.All) < maxDistinct && !slices.Contains(v.All, text) {
		v.All = append(v.All, text)
	}
}

func clipText(t logdoc.LogText) logdoc.LogText {
	if len(t) > maxValueLength {
		return t[:maxValueLength] + "…"
	}
	return t
}

// runbook returns the steps of a symptom, without values.
func runbook(src *lang.Symptom) []logdoc.Step {
	var out []logdoc.Step
	for i, src := range src.Steps {
		st := logdoc.Step{Number: i + 1, ID: src.Name.Value, Kind: src.Kind, Title: src.Title.Value}
		for _, n := range src.Notes {
			st.Notes = append(st.Notes, strings.Join(n.Lines, " "))
		}
		for _, r := range src.Runs {
			st.Commands = append(st.Commands, r.Lines...)
		}
		if src.Ask != nil {
			st.Ask = src.Ask.Value
		}
		for _, a := range src.Answers {
			target := a.Target.Value
			if target == "done" {
				target = ""
			}
			st.Answers = append(st.Answers, logdoc.Answer{Text: a.Text.Value, Target: target})
		}
		out = append(out, st)
	}
	return out
}

// steps builds the runbook, with the values that the steps show.
func (g *group) steps() []logdoc.Step {
	out := runbook(g.symptom.src)
	for i, src := range g.symptom.src.Steps {
		st := &out[i]
		for _, r := range src.Show {
			if v := g.eval(r, nil); v.kind != unknown {
				name := r.Field
				if r.Owner != "" {
					name = r.Owner + "." + r.Field
				}
				label := ""
				computed := false
				for _, x := range g.symptom.src.Values {
					if r.Owner == "" && x.Name.Value == r.Field {
						label, computed = x.Label.Value, true
					}
				}
				st.Values = append(st.Values, logdoc.Value{Name: name, Label: label, Text: clipText(logdoc.LogText(v.String())), Computed: computed})
			}
		}
	}
	return out
}
