package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// maxNearly bounds the patterns that nearly accept a record.
const maxNearly = 5

// Account tells which patterns accept an event, and which miss it by one clause only, nearest first. It tries every pattern clause by clause, and so is for
// the few records that somebody asks about.
func (s *Set) Account(schema Schema, ev *logdoc.Event) (known, nearly []logdoc.Belonging) {
	type scored struct {
		logdoc.Belonging
		weight int
	}
	var missed []scored
	for _, p := range s.patterns {
		if !slices.Contains(p.formats, ev.Format) {
			continue
		}
		b, clause := s.belonging(p)
		a := &accountant{compiler: &compiler{schema: schema, set: s}, sc: s.NewScanner(), ev: ev, whole: p.test(ev.Format)}
		failed := a.where(clause)
		switch {
		case len(a.problems) > 0:
		case len(failed) == 0:
			for _, v := range a.sc.captures {
				b.Captures = append(b.Captures, logdoc.Capture{Name: v.name, Value: kept(v.value)})
			}
			known = append(known, b)
		case len(failed) == 1 && a.held >= leastHeld:
			b.Failed = failed[0]
			missed = append(missed, scored{b, a.held*nearText + min(a.reached, 10*nearText)})
		}
	}
	// What knows a record takes it from those that yield.
	if yields := func(b logdoc.Belonging) bool { return s.yields(b.Name) }; slices.ContainsFunc(known, func(b logdoc.Belonging) bool { return !yields(b) }) {
		known = slices.DeleteFunc(known, yields)
	}
	slices.SortStableFunc(missed, func(a, b scored) int { return cmp.Compare(b.weight, a.weight) })
	for _, m := range missed[:min(len(missed), maxNearly)] {
		nearly = append(nearly, m.Belonging)
	}
	return known, nearly
}

// belonging names a pattern, and returns its condition.
func (s *Set) belonging(p *pattern) (logdoc.Belonging, lang.Where) {
	b := logdoc.Belonging{Event: p.name, Label: p.label}
	if p.symptom >= 0 {
		src := s.symptoms[p.symptom].src
		b.Name, b.Title = src.Name.Value, src.Title.Value
		return b, src.Events[p.event].Where
	}
	src := s.expected[p.expected].src
	b.Name, b.Title, b.Expected = src.Name.Value, src.Title.Value, true
	return b, src.Events[p.event].Where
}

// What a clause that holds says of how near a pattern is: a code or a text is met by few records, a program by many, a severity by most.
const (
	heldCode  = 3
	heldText  = 2
	heldValue = 1
	leastHeld = 2
	// leastText is how much fixed text says something of a record.
	leastText = 4
	// nearText is how much of a template must fit for the record to be called near.
	nearText = 10
)

// accountant tries one pattern on one event, clause by clause.
type accountant struct {
	*compiler
	sc   *Scanner
	ev   *logdoc.Event
	held int
	// whole is the pattern's test as it runs, which is all there is of a term of another rule language.
	whole test
	// reached is how much of the failing template fits.
	reached int
}

// where returns what keeps the condition from holding, one text for each clause; of alternatives the one that misses least.
func (a *accountant) where(w lang.Where) []logdoc.LogText {
	switch w := w.(type) {
	case *lang.WhereAnd:
		var failed []logdoc.LogText
		for _, t := range w.Terms {
			failed = append(failed, a.where(t)...)
		}
		return failed
	case *lang.WhereOr:
		// What counts is what holds in the one alternative that is told.
		before, held := a.held, a.held
		var least []logdoc.LogText
		for i, t := range w.Terms {
			captures := len(a.sc.captures)
			a.held = before
			failed := a.where(t)
			if len(failed) == 0 {
				return nil
			}
			a.sc.captures = a.sc.captures[:captures]
			if i == 0 || len(failed) < len(least) {
				least, held = failed, a.held
			}
		}
		a.held = held
		return least
	case *lang.WhereNot:
		held, captures := a.held, len(a.sc.captures)
		failed := a.where(w.Term)
		a.held, a.sc.captures = held, a.sc.captures[:captures]
		if len(failed) == 0 {
			return []logdoc.LogText{logdoc.LogText(lang.PrintWhere(w) + ": what must not hold does")}
		}
		return nil
	case *lang.WhereTest:
		return a.clause(w)
	case *lang.WhereTerm:
		if a.whole == nil || !a.whole.accept(a.sc, a.ev) {
			return []logdoc.LogText{logdoc.LogText(termWords(w) + ": it does not")}
		}
	}
	return nil
}

func (a *accountant) clause(w *lang.WhereTest) []logdoc.LogText {
	if (formatCompiler{a.compiler, a.ev.Format}).test(w).accept(a.sc, a.ev) {
		switch {
		case w.Field.Value == "code" && strings.Trim(w.Value.Value, "0") != "":
			a.held += heldCode
		case w.Op == "has" || w.Op == "like" || w.Op == "~":
			if fixedText(w) >= leastText {
				a.held += heldText
			}
		case w.Field.Value != "severity" && w.Field.Value != "code":
			a.held += heldValue
		}
		return nil
	}
	return []logdoc.LogText{logdoc.LogText(lang.PrintWhere(w)) + ": " + a.why(w)}
}

// fixedText is how many bytes a record must have for a test on its text to hold.
func fixedText(w *lang.WhereTest) int {
	switch w.Op {
	case "~":
		return len(requiredLiteral(w.Value.Value))
	case "like":
		n := 0
		if t, err := template.Compile(w.Value.Value, nil); err == nil {
			for _, l := range t.Literals() {
				n += len(l)
			}
		}
		return n
	}
	return len(w.Value.Value)
}

// why says why a clause does not hold.
func (a *accountant) why(w *lang.WhereTest) logdoc.LogText {
	field := w.Field.Value
	var v []byte
	switch n, ok := virtualFields[field]; {
	case n == fieldSeverity && ok:
		return logdoc.LogText("severity is " + a.ev.Severity.String())
	case ok:
		v = value(a.ev, n)
	default:
		slot, known := a.schema.Slot(a.ev.Format, field)
		if !known {
			return logdoc.LogText("records of this format have no " + field)
		}
		if v = a.ev.Field(slot); v == nil {
			return logdoc.LogText("the record has no " + field)
		}
	}
	switch w.Op {
	case "has":
		return logdoc.LogText(field + " does not have it")
	case "~":
		return logdoc.LogText(field + " does not match")
	case "like":
		miss, ok := template.Near(w.Value.Value, nil, v)
		if field == "line" || !ok {
			return "no line looks like it"
		}
		if a.reached = miss.Reached; a.reached >= nearText {
			a.held += heldText
		}
		return logdoc.LogText(fmt.Sprintf("%s has not %s at column %d", field, miss.Wants, miss.Col))
	}
	return logdoc.LogText(field+" is ") + kept(v)
}

// yields reports whether the name is of a symptom that yields.
func (s *Set) yields(name string) bool {
	i := slices.IndexFunc(s.symptoms, func(sym *symptom) bool { return sym.name == name })
	return i >= 0 && s.symptoms[i].src.Yields
}
