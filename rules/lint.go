package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/literal"
	"logdoc/internal/template"
)

// Record writes a record of a format that has the message, or "" where it cannot. It is how rules sees records without knowing the grammar.
type Record func(format, message string) string

// Lint finds what the symptoms say that is hardly meant, as warnings: slow patterns, patterns that never accept anything or that another symptom has as well,
// and examples that are found to be something else.
func (s *Set) Lint(schema Schema, parse Parse, record Record) lang.Problems {
	l := &linter{set: s, schema: schema, parse: parse, record: record}
	l.indexTerms()
	for _, p := range s.patterns {
		clause := s.clause(p)
		l.slow(p, clause)
		l.contradicts(clause.Where)
		l.never(p, clause.Where)
	}
	for i := range s.symptoms {
		l.covered(i)
		for _, ex := range s.symptoms[i].src.Examples {
			l.example(i, ex)
		}
	}
	return l.problems
}

type linter struct {
	set      *Set
	schema   Schema
	parse    Parse
	record   Record
	problems lang.Problems
	// terms are, by pattern, what must hold together; deciding are, by their first term, the symptoms' patterns that give a verdict alone.
	terms    [][]string
	deciding map[string][]*pattern
}

// indexTerms finds for each pattern those that may cover it without comparing all with all.
func (l *linter) indexTerms() {
	l.terms = make([][]string, len(l.set.patterns))
	l.deciding = map[string][]*pattern{}
	for _, p := range l.set.patterns {
		ts := terms(l.set.clause(p).Where)
		l.terms[p.id] = ts
		if p.symptom >= 0 && len(ts) > 0 && l.set.symptoms[p.symptom].suffices(p) {
			l.deciding[ts[0]] = append(l.deciding[ts[0]], p)
		}
	}
}

func (l *linter) warn(pos lang.Pos, width int, message, advice string) {
	l.problems = append(l.problems, lang.Problem{Pos: pos, Width: max(width, 1), Warning: true, Message: message, Advice: advice})
}

// clause returns the declaration of a pattern.
func (s *Set) clause(p *pattern) *lang.EventClause {
	if p.symptom >= 0 {
		return s.symptoms[p.symptom].src.Events[p.event]
	}
	return s.expected[p.expected].src.Events[p.event]
}

// slow reports a regular expression that must be tried on every record, for nothing in the pattern can be looked up.
func (l *linter) slow(p *pattern, clause *lang.EventClause) {
	for _, f := range p.formats {
		if f == plain {
			continue // such lines are few, and their patterns written for pasted text
		}
		if _, ok := p.test(f).keys(); ok {
			continue
		}
		eachTest(clause.Where, func(w *lang.WhereTest) {
			if w.Op == "~" && len(requiredLiteral(w.Value.Value)) < literal.MinLength {
				l.warn(w.Value.Pos, len(w.Value.Value)+2, "this regular expression is tried on every record: no fixed text of some length is in all that it matches",
					"add a test that can be looked up, such as code == N or message has \"text\"")
			}
		})
		return
	}
}

// eachTest visits the tests of a condition that are not negated.
func eachTest(w lang.Where, visit func(*lang.WhereTest)) {
	switch w := w.(type) {
	case *lang.WhereAnd:
		for _, t := range w.Terms {
			eachTest(t, visit)
		}
	case *lang.WhereOr:
		for _, t := range w.Terms {
			eachTest(t, visit)
		}
	case *lang.WhereTest:
		visit(w)
	}
}

// contradicts reports two values that one field must have at once.
func (l *linter) contradicts(w lang.Where) {
	switch w := w.(type) {
	case *lang.WhereOr:
		for _, t := range w.Terms {
			l.contradicts(t)
		}
	case *lang.WhereAnd:
		is := map[string]*lang.WhereTest{}
		for _, t := range w.Terms {
			l.contradicts(t)
			test, ok := t.(*lang.WhereTest)
			if !ok || test.Op != "==" || test.Field.Value == "line" {
				continue
			}
			if old := is[test.Field.Value]; old != nil && old.Value.Value != test.Value.Value {
				l.warn(test.Field.Pos, len(test.Field.Value), fmt.Sprintf("%s cannot be %s and %s at once: this never holds", test.Field.Value, old.Value.Value, test.Value.Value), "write or between them")
				continue
			}
			is[test.Field.Value] = test
		}
	}
}

// never reports a template on the message that can hold for no message of its format: because it holds what the format has read off before, or what the format
// takes out of the message.
func (l *linter) never(p *pattern, w lang.Where) {
	if len(p.formats) != 1 || p.formats[0] == plain {
		return
	}
	f := p.formats[0]
	name := l.set.names[f]
	slot, ok := l.schema.Slot(f, "message")
	if !ok {
		return
	}
	eachTest(w, func(w *lang.WhereTest) {
		if w.Op != "like" || w.Field.Value != "message" {
			return
		}
		filled := fill(w.Value.Value)
		t, err := template.Compile(w.Value.Value, nil)
		if err != nil || !t.Match([]byte(filled), new(template.Result)) {
			return
		}
		// read tells how the format reads a text, if it is one record of it.
		read := func(text string) (message string, clock, ok bool) {
			l.parse(name, []byte(text+"\n"), exampleTime, func(ev *logdoc.Event) {
				message, clock, ok = string(ev.Field(slot)), ev.Clock, ev.Format == f
			})
			return message, clock, ok && !t.Match([]byte(message), new(template.Result))
		}
		if message, clock, ok := read(filled); ok && clock {
			l.warn(w.Value.Pos, len(w.Value.Value), fmt.Sprintf("this is a whole record of %s: its message is only %q", name, message), "write the message's template, or line like | …")
			return
		}
		if text := l.record(name, filled); text != "" {
			if message, _, ok := read(text); ok {
				l.warn(w.Value.Pos, len(w.Value.Value), fmt.Sprintf("%s reads such a message as %q, which is not like this", name, message), "see with logdoc explain --line what is left for the message")
			}
		}
	})
}

// fill puts a likely text into each hole of a template.
func fill(source string) string {
	var b strings.Builder
	for len(source) > 0 {
		i := strings.IndexByte(source, '{')
		if i < 0 {
			break
		}
		b.WriteString(source[:i])
		source = source[i:]
		if strings.HasPrefix(source, "{{") {
			b.WriteByte('{')
			source = source[2:]
			continue
		}
		end := strings.IndexByte(source, '}')
		if end < 0 {
			break
		}
		name, kind, _ := strings.Cut(source[1:end], ":")
		switch {
		case kind == "int" || kind == "hex" || name == "pri":
			b.WriteString("7")
		case kind == "frame":
			b.WriteString("a.B.c(B.java:7)")
		case name == "tag":
			b.WriteString("prog[7]:")
		case strings.Contains(kind, "06") || strings.Contains(kind, "15:04"):
			b.WriteString(exampleTime.Format(kind))
		default:
			b.WriteString("word")
		}
		source = source[end+1:]
	}
	return b.String() + source
}

// covered reports a symptom all of whose evidence, pattern by pattern, is that of another symptom as well, which neither explains nor follows from it.
func (l *linter) covered(index int) {
	s := l.set.symptoms[index]
	by := l.coverers(index)
	for _, i := range slices.Sorted(maps.Keys(by)) {
		other := l.set.symptoms[i]
		if related(s, other) {
			continue
		}
		// Of two that are the same the later one is told.
		if _, same := l.coverers(i)[index]; i < index || !same {
			l.warn(s.src.Name.Pos, len(s.name), fmt.Sprintf("%s finds all that this symptom rests on, by its event %s", other.name, by[i]),
				"tell them apart, merge them, or say which one explains the other")
			return
		}
	}
}

// coverers are the symptoms of which each record that is evidence of this one is evidence as well, and enough for a verdict, with the event that accepts the last.
func (l *linter) coverers(index int) map[int]string {
	s := l.set.symptoms[index]
	if len(s.facts) > 0 {
		return nil
	}
	var all map[int]string
	for _, p := range s.events {
		if !p.bad {
			continue
		}
		by := map[int]string{}
		for _, t := range l.terms[p.id] {
			for _, o := range l.deciding[t] {
				if _, before := all[o.symptom]; o.symptom != index && (all == nil || before) && l.covers(o, p) {
					by[o.symptom] = o.name
				}
			}
		}
		if all = by; len(all) == 0 {
			return nil
		}
	}
	return all
}

// suffices reports whether the event alone gives a verdict.
func (s *symptom) suffices(p *pattern) bool {
	return slices.ContainsFunc(s.src.Verdicts, func(v *lang.Verdict) bool { return alone(v.When, p.name) })
}

func alone(c lang.Cond, name string) bool {
	switch c := c.(type) {
	case *lang.CondRef:
		return c.Ref.Owner == name && c.Ref.Field == ""
	case *lang.CondOr:
		return slices.ContainsFunc(c.Terms, func(t lang.Cond) bool { return alone(t, name) })
	}
	return false
}

// covers reports whether the pattern accepts every record that p accepts: it asks for nothing that p does not ask for in the same words.
func (l *linter) covers(o, p *pattern) bool {
	for _, f := range p.formats {
		if !slices.Contains(o.formats, f) {
			return false
		}
	}
	for _, t := range l.terms[o.id] {
		if !slices.Contains(l.terms[p.id], t) {
			return false
		}
	}
	return true
}

// terms are what must hold together, as they would be printed.
func terms(w lang.Where) []string {
	if w == nil {
		return nil
	}
	if and, ok := w.(*lang.WhereAnd); ok {
		var out []string
		for _, t := range and.Terms {
			out = append(out, terms(t)...)
		}
		return out
	}
	return []string{lang.PrintWhere(w)}
}

// related reports whether one of the symptoms explains the other.
func related(a, b *symptom) bool {
	return slices.Contains(lang.Values(a.src.Explains), b.name) || slices.Contains(lang.Values(b.src.Explains), a.name)
}

// example reports other symptoms that are certain in an example that fires. One that stays silent may well be another symptom's: that is what it is for.
func (l *linter) example(index int, ex *lang.Example) {
	if ex.Certainty == logdoc.NotFound {
		return
	}
	s := l.set.symptoms[index]
	seen := map[int]bool{}
	c := l.set.readExample(ex, l.parse, func(m *logdoc.Match) { seen[m.Symptom] = true })
	now := exampleNow(ex, c)
	for i, other := range l.set.symptoms {
		if i == index || !seen[i] || related(s, other) {
			continue
		}
		for _, g := range c.groups(i, now) {
			if f, ok := g.finding(); ok && f.Certainty == logdoc.Certain && !l.followsFromSame(s, other) {
				l.warn(ex.Pos, len("example"), fmt.Sprintf("in this example %s is found as well", other.name), "narrow one of the two, or say which one explains the other")
				break
			}
		}
	}
}

// followsFromSame reports whether one symptom explains both: then they are expected to be found together.
func (l *linter) followsFromSame(a, b *symptom) bool {
	return slices.ContainsFunc(l.set.symptoms, func(c *symptom) bool {
		explained := lang.Values(c.src.Explains)
		return slices.Contains(explained, a.name) && slices.Contains(explained, b.name)
	})
}

// exampleNow is the time that an example is looked at: what it says, or its newest stamp.
func exampleNow(ex *lang.Example, c *Correlator) time.Time {
	if now, err := time.Parse(time.RFC3339, ex.Now.Value); err == nil {
		return now
	}
	if c.clock {
		return time.Unix(0, c.end).UTC()
	}
	return time.Time{}
}
