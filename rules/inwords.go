package rules

import (
	"fmt"
	"strings"

	"logdoc/internal/lang"
)

// inWords says a verdict's condition in words, without an input: what must be there for it to hold.
func (s *symptom) inWords(c lang.Cond) string { return s.condWords(c, false) }

// condWords is inWords; inner puts parentheses around what consists of several terms.
func (s *symptom) condWords(c lang.Cond, inner bool) string {
	text, several := "", false
	switch c := c.(type) {
	case *lang.CondAnd:
		text, several = s.termWords(c.Terms, " and "), true
	case *lang.CondOr:
		text, several = s.termWords(c.Terms, " or "), true
	case *lang.CondThen:
		text, several = s.termWords(c.Terms, ", then "), true
		if c.Within > 0 {
			text += " within " + lang.FormatDuration(c.Within)
		}
	case *lang.CondWithin:
		text, several = s.condWords(c.Term, false)+", all within "+lang.FormatDuration(c.Within), true
	case *lang.CondNot:
		text = "not: " + s.condWords(c.Term, true)
	case *lang.CondUnless:
		text, several = s.condWords(c.Term, true)+" without: "+s.condWords(c.Absent, true), true
		if c.Within > 0 {
			text += fmt.Sprintf(" within %s %s it", lang.FormatDuration(c.Within), c.Side)
		}
	case *lang.CondCount:
		text, several = fmt.Sprintf("%s, at least %d times", s.nameWords(c.Ref.Owner), c.N), true
		if c.Distinct {
			text = fmt.Sprintf("%s, with at least %d different values of %s", s.nameWords(c.Ref.Owner), c.N, c.Ref.Field)
		}
		if c.Within > 0 {
			text += " within " + lang.FormatDuration(c.Within)
		}
	case *lang.CondGap:
		text = fmt.Sprintf("no further record for %s after: %s", lang.FormatDuration(c.For), s.nameWords(c.Event.Value))
	case *lang.CondCompare:
		text = fmt.Sprintf("%s %s %s", lang.PrintExpr(c.Left), comparisonWords[c.Op], lang.PrintExpr(c.Right))
	case *lang.CondHits:
		text, several = (&group{symptom: s}).describeHits(c), true
	case *lang.CondRef:
		text = s.nameWords(c.Ref.Owner)
		if c.Ref.Field != "" {
			text += " is " + c.Ref.Field
		}
	}
	if inner && several {
		return "(" + text + ")"
	}
	return text
}

func (s *symptom) termWords(terms []lang.Cond, glue string) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = s.condWords(t, true)
	}
	return strings.Join(parts, glue)
}

// nameWords is the label of an event or fact, or else its name.
func (s *symptom) nameWords(name string) string {
	label := ""
	if i := s.eventIndex(name); i >= 0 {
		label = s.events[i].label
	}
	if i := s.factIndex(name); i >= 0 {
		label = s.facts[i].src.Label.Value
	}
	if label == "" {
		return name
	}
	return label
}

var comparisonWords = map[string]string{"==": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least"}

// whereWords says a condition on one record in words.
func whereWords(w lang.Where, inner bool) string {
	join := func(terms []lang.Where, glue string) string {
		parts := make([]string, len(terms))
		for i, t := range terms {
			parts[i] = whereWords(t, true)
		}
		text := strings.Join(parts, glue)
		if inner {
			return "(" + text + ")"
		}
		return text
	}
	switch w := w.(type) {
	case *lang.WhereAnd:
		return join(w.Terms, " and ")
	case *lang.WhereOr:
		return join(w.Terms, " or ")
	case *lang.WhereNot:
		return "not: " + whereWords(w.Term, true)
	case *lang.WhereTest:
		return testWords(w)
	case *lang.WhereTerm:
		return termWords(w)
	}
	return "every record"
}

func termWords(w *lang.WhereTerm) string {
	where := "the whole record"
	if w.Field != "" {
		where = w.Field
	}
	switch w.Kind {
	case lang.TermRegexp:
		return fmt.Sprintf("%s matches /%s/", where, w.Text)
	case lang.TermJQ:
		return fmt.Sprintf("the jq program %s says yes to %s", w.Text, where)
	}
	return fmt.Sprintf("%s has “%s”", where, w.Text)
}

var fieldWords = map[string]string{"text": "the whole record", "line": "a line of the record", "root": "the root cause"}

func testWords(w *lang.WhereTest) string {
	field, value := fieldWords[w.Field.Value], w.Value.Value
	if field == "" {
		field = w.Field.Value
	}
	switch w.Op {
	case "has":
		return fmt.Sprintf("%s has “%s”", field, value)
	case "like":
		return fmt.Sprintf("%s looks like “%s”", field, value)
	case "~":
		return fmt.Sprintf("%s matches /%s/", field, value)
	}
	if w.Field.Value == "severity" {
		switch w.Op {
		case ">=":
			return "severity is " + value + " or worse"
		case "<=":
			return "severity is " + value + " or milder"
		case ">":
			return "severity is worse than " + value
		case "<":
			return "severity is milder than " + value
		}
	}
	return fmt.Sprintf("%s %s %s", field, comparisonWords[w.Op], value)
}
