package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// overlay checks one overlay; above are those that stand before it in the file.
func (c *checker) overlay(o *Overlay, above []*Overlay) {
	for _, other := range above {
		if other.Symptom.Value == o.Symptom.Value {
			c.name(o.Symptom, fmt.Sprintf("an overlay of %s is there already, in line %d", o.Symptom.Value, other.Symptom.Pos.Line), "write both into one")
			break
		}
	}
	c.because("overlay", o.Symptom, o.Because)
	if o.Severity.Value != "" {
		c.severityWord(o.Severity)
	}
	if o.Severity.Value == "" && o.StaleAfter == nil && len(o.Windows) == 0 {
		c.name(o.Symptom, fmt.Sprintf("overlay %s changes nothing", o.Symptom.Value), "write severity, stale, or a window such as likely within 5m")
	}
	for i, w := range o.Windows {
		for _, other := range o.Windows[:i] {
			// Without `instead of` the only window there is is meant.
			if w.Verdict == other.Verdict && w.Word == other.Word && (w.From == other.From || w.From == 0 || other.From == 0) {
				c.at(w.Pos, len(w.Verdict), fmt.Sprintf("the window of %s is given twice", w.Verdict), "keep one of them, or say of each which it replaces, with instead of")
				break
			}
		}
		if w.From == w.To {
			c.at(w.Pos, len(w.Verdict), "this window stays what it is", "write another duration")
		}
	}
}

func windowText(verdict, word string, d time.Duration) string {
	return verdict + " " + word + " " + FormatDuration(d)
}

// because checks the reason that a reader of the report is given.
func (c *checker) because(word string, symptom Name, t *Text) {
	switch {
	case t == nil:
		c.name(symptom, fmt.Sprintf("%s %s has no reason", word, symptom.Value), "write because | and why")
	case empty(*t):
		c.at(t.Pos, 1, "the reason is empty", "write why behind the |")
	}
}

func (c *checker) silence(s *Silence) {
	c.because("silence", s.Symptom, s.Because)
	if s.Until.Value == "" {
		c.name(s.Symptom, fmt.Sprintf("silence %s has no end", s.Symptom.Value), "write until and a date: until 2026-12-01")
	} else if _, ok := s.Ends(); !ok {
		advice := "write a date, 2026-12-01, or a time with its zone, 2026-12-01T18:00:00Z"
		if strings.Contains(s.Until.Value, "T") {
			advice = "write hours, minutes, seconds and the zone: 2026-12-01T18:00:00Z, 2026-12-01T18:00:00+02:00"
		}
		c.name(s.Until, fmt.Sprintf("there is no time %s", s.Until.Value), advice)
	}
	if s.Where != nil {
		c.where(s.Where)
		c.findingWords(s.Where)
	}
}

// findingWords checks the words that only a finding has.
func (c *checker) findingWords(w Where) {
	switch w := w.(type) {
	case *WhereAnd:
		for _, t := range w.Terms {
			c.findingWords(t)
		}
	case *WhereOr:
		for _, t := range w.Terms {
			c.findingWords(t)
		}
	case *WhereNot:
		c.findingWords(w.Term)
	case *WhereTest:
		var known []string
		switch w.Field.Value {
		case "certainty":
			known = []string{logdoc.Certain.String(), logdoc.Likely.String(), logdoc.Possible.String()}
		case "state":
			known = []string{logdoc.Active.String(), logdoc.Cleared.String(), logdoc.Stale.String()}
		case "severity":
			known = logdoc.SeverityWords()
		default:
			return
		}
		switch ordered := strings.HasPrefix(w.Op, "<") || strings.HasPrefix(w.Op, ">"); {
		case w.Op == "has" || w.Op == "like" || w.Op == "~" || ordered && w.Field.Value == "state":
			c.name(w.Field, fmt.Sprintf("%s cannot be compared with %s", w.Field.Value, w.Op), fmt.Sprintf("write %s == %s", w.Field.Value, known[0]))
		case w.Field.Value != "severity" && !slices.Contains(known, w.Value.Value):
			c.name(w.Value, fmt.Sprintf("unknown %s %q", w.Field.Value, w.Value.Value), didYouMean(w.Value.Value, known))
		}
	}
}
