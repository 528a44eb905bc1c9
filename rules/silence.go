package rules

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Silences tell which findings are kept out of the others.
type Silences []*silence

type silence struct {
	src  *lang.Silence
	ends time.Time
	// covers is the compiled condition on the finding; nil covers every one.
	covers covering
}

// covering reports whether a finding is covered. With negated it is asked for the opposite: a test then holds when every value fails it, so that neither a test nor
// its negation covers a finding of which only a part is meant, or of which nothing is known.
type covering func(f *logdoc.Finding, negated bool) bool

// Silences compiles the silences in the sources, which may have more symptoms than the set. A silence with a mistake is left out and told.
func (s *Set) Silences(sources []Source) (Silences, lang.Problems) {
	var out Silences
	var known []string
	for _, src := range sources {
		for _, sym := range src.File.Symptoms {
			known = append(known, sym.Name.Value)
		}
	}
	c := &silenceCompiler{}
	for _, src := range sources {
		for _, sil := range src.File.Silences {
			before := len(c.problems)
			if !slices.Contains(known, sil.Symptom.Value) {
				c.problems = append(c.problems, unknownSymptom(sil.Symptom, known))
				continue
			}
			ends, _ := sil.Ends() // the checker has refused what is no time
			compiled := &silence{src: sil, ends: ends}
			c.fields = s.findingFields(sil.Symptom.Value)
			if sil.Where != nil {
				compiled.covers = c.compile(sil.Where)
			}
			if len(c.problems) == before {
				out = append(out, compiled)
			}
		}
	}
	return out, c.problems
}

// findingFields lists what a silence can ask of a symptom's findings; nil when the set does not have the symptom.
func (s *Set) findingFields(name string) []string {
	i := slices.IndexFunc(s.symptoms, func(sym *symptom) bool { return sym.name == name })
	if i < 0 {
		return nil
	}
	sym := s.symptoms[i]
	fields := []string{"key", "severity", "certainty", "state"}
	for _, p := range sym.events {
		fields = append(fields, p.captureNames()...)
	}
	for _, f := range sym.facts {
		fields = append(fields, slices.DeleteFunc(f.fields(), func(name string) bool { return slices.Contains(commonFacts, name) })...)
	}
	for _, v := range sym.src.Values {
		fields = append(fields, v.Name.Value)
	}
	return fields
}

type silenceCompiler struct {
	fields   []string
	problems lang.Problems
}

func (c *silenceCompiler) compile(w lang.Where) covering {
	switch w := w.(type) {
	case *lang.WhereAnd:
		return c.join(w.Terms, true)
	case *lang.WhereOr:
		return c.join(w.Terms, false)
	case *lang.WhereNot:
		term := c.compile(w.Term)
		return func(f *logdoc.Finding, negated bool) bool { return term(f, !negated) }
	case *lang.WhereTest:
		return c.test(w)
	}
	return func(*logdoc.Finding, bool) bool { return false }
}

// join covers when all the terms do, or any; negated it is the other way round.
func (c *silenceCompiler) join(terms []lang.Where, all bool) covering {
	compiled := make([]covering, len(terms))
	for i, t := range terms {
		compiled[i] = c.compile(t)
	}
	return func(f *logdoc.Finding, negated bool) bool {
		// All of them hold unless one does not.
		every := all != negated
		return slices.ContainsFunc(compiled, func(term covering) bool { return term(f, negated) != every }) != every
	}
}

func (c *silenceCompiler) test(w *lang.WhereTest) covering {
	name := w.Field.Value
	if c.fields != nil && !slices.Contains(c.fields, name) {
		c.problems = append(c.problems, lang.Problem{
			Pos: w.Field.Pos, Width: len(name), Message: fmt.Sprintf("findings of this symptom have no %q", name), Advice: didYouMean(name, c.fields),
		})
	}
	switch name {
	case "severity":
		want, _ := logdoc.ParseSeverity(w.Value.Value) // the checker has refused what is no severity
		return one(func(f *logdoc.Finding) bool { return ordered(w.Op, cmp.Compare(f.Severity, want)) })
	case "certainty":
		want := certaintyRank(w.Value.Value)
		return one(func(f *logdoc.Finding) bool { return ordered(w.Op, cmp.Compare(f.Certainty, want)) })
	case "state":
		return one(func(f *logdoc.Finding) bool { return (f.State.String() == w.Value.Value) == (w.Op == "==") })
	}
	passes := c.passes(w)
	return func(f *logdoc.Finding, negated bool) bool {
		values, complete := valuesOf(f, name)
		return complete && len(values) > 0 && !slices.ContainsFunc(values, func(v logdoc.LogText) bool { return passes(string(v)) == negated })
	}
}

// one is a test of what a finding has exactly one of.
func one(holds func(*logdoc.Finding) bool) covering {
	return func(f *logdoc.Finding, negated bool) bool { return holds(f) != negated }
}

func certaintyRank(word string) logdoc.Certainty {
	for c := logdoc.Possible; c <= logdoc.Certain; c++ {
		if c.String() == word {
			return c
		}
	}
	return logdoc.NotFound
}

// valuesOf returns every value that the finding has under a name; complete is false when there are more than were kept. A value of a fact is found under the name of
// its field.
func valuesOf(f *logdoc.Finding, name string) (values []logdoc.LogText, complete bool) {
	if name == "key" {
		return []logdoc.LogText{f.Key}, f.Key != ""
	}
	for _, v := range f.Values {
		if v.Name != name && !strings.HasSuffix(v.Name, "."+name) {
			continue
		}
		switch {
		case len(v.All) >= maxDistinct:
			return nil, false
		case len(v.All) > 0:
			values = append(values, v.All...)
		default:
			values = append(values, v.Text)
		}
	}
	return values, true
}

// passes compiles a test of one value.
func (c *silenceCompiler) passes(w *lang.WhereTest) func(string) bool {
	want := w.Value.Value
	switch w.Op {
	case "==", "!=":
		re := glob(want)
		return func(v string) bool { return re.MatchString(v) == (w.Op == "==") }
	case "has":
		return func(v string) bool { return strings.Contains(v, want) }
	case "like":
		tmpl, err := template.Compile(want, nil)
		if e, ok := errors.AsType[*template.Error](err); ok {
			pos := w.Value.Pos
			pos.Col += e.Col - 1
			c.problems = append(c.problems, lang.Problem{Pos: pos, Width: 1, Message: e.Message, Advice: e.Advice})
			return nil
		}
		return func(v string) bool { return tmpl.Match([]byte(v), &template.Result{}) }
	case "~":
		return regexp.MustCompile(want).MatchString // the checker has refused what does not compile
	}
	number, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return func(v string) bool { return ordered(w.Op, strings.Compare(v, want)) }
	}
	return func(v string) bool {
		n, err := strconv.ParseFloat(strings.ReplaceAll(v, ",", ""), 64)
		return err == nil && ordered(w.Op, cmp.Compare(n, number))
	}
}

// glob compiles a text in which * stands for any text.
func glob(text string) *regexp.Regexp {
	parts := strings.Split(text, "*")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`)
}

// Expired tells of the silences that ended before the time given, as warnings at their places.
func (ss Silences) Expired(now time.Time) lang.Problems {
	var ps lang.Problems
	for _, s := range ss {
		if !s.counts(now) {
			ps = append(ps, lang.Problem{
				Pos: s.src.Until.Pos, Width: len(s.src.Until.Value), Warning: true,
				Message: fmt.Sprintf("silence %s ended at %s", s.src.Symptom.Value, s.src.Until.Value), Advice: "remove it, or give it a later end",
			})
		}
	}
	return ps
}

func (s *silence) counts(now time.Time) bool { return now.Before(s.ends) }

// Apply takes the silenced findings out of the others. now is the reader's time, not the capture's: a silence is about who reads the report today.
//
// A silenced finding takes its consequences along: it still explains them. Those that are worse than itself stay among the others, for whoever silenced a warning has
// not seen an error.
func (ss Silences) Apply(findings []logdoc.Finding, now time.Time) (told []logdoc.Finding, silenced []logdoc.Silenced) {
	if len(ss) == 0 {
		return findings, nil
	}
	told, silenced = ss.apply(findings, now)
	slices.SortStableFunc(told, func(a, b logdoc.Finding) int { return compareFindings(&a, &b) })
	slices.SortStableFunc(silenced, func(a, b logdoc.Silenced) int { return compareFindings(&a.Finding, &b.Finding) })
	return told, silenced
}

func (ss Silences) apply(findings []logdoc.Finding, now time.Time) (told []logdoc.Finding, silenced []logdoc.Silenced) {
	for _, f := range findings {
		s := ss.of(&f, now)
		if s == nil {
			var more []logdoc.Silenced
			f.Consequences, more = ss.apply(f.Consequences, now)
			slices.SortStableFunc(f.Consequences, func(a, b logdoc.Finding) int { return a.First.Compare(b.First) })
			told, silenced = append(told, f), append(silenced, more...)
			continue
		}
		var worse []logdoc.Finding
		f.Consequences, worse = parted(f.Consequences, &f)
		silenced = append(silenced, logdoc.Silenced{Finding: f, Because: s.src.Reason(), Until: s.ends, File: s.src.Pos.File})
		risen, more := ss.apply(worse, now)
		told, silenced = append(told, risen...), append(silenced, more...)
	}
	return told, silenced
}

// of returns the silence that counts for a finding, the last one of several, or nil.
func (ss Silences) of(f *logdoc.Finding, now time.Time) *silence {
	for _, s := range slices.Backward(ss) {
		if s.src.Symptom.Value == f.Symptom && s.counts(now) && (s.covers == nil || s.covers(f, false)) {
			return s
		}
	}
	return nil
}

// parted takes the findings that are worse than their silenced cause out of its consequences, at any depth.
func parted(consequences []logdoc.Finding, cause *logdoc.Finding) (rest, worse []logdoc.Finding) {
	for _, f := range consequences {
		if f.Severity > cause.Severity {
			f.Why = append(slices.Clone(f.Why), fmt.Sprintf("%s explains it, which is silenced; this is worse and is told all the same", cause.Symptom))
			worse = append(worse, f)
			continue
		}
		var deeper []logdoc.Finding
		f.Consequences, deeper = parted(f.Consequences, cause)
		rest, worse = append(rest, f), append(worse, deeper...)
	}
	return rest, worse
}
