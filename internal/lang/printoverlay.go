package lang

import (
	"strings"
	"time"
)

func (p *printer) overlay(o *Overlay, d decl) {
	p.head(o.Pos, "overlay", subject(o.Symptom), Name{})
	if o.Because != nil {
		p.stmt(o.Because.Pos, 1, beside("because", *o.Because))
	}
	if o.Severity.Value != "" {
		p.stmt(o.Severity.Pos, 1, "severity "+o.Severity.Value)
	}
	for _, w := range o.Windows {
		text := windowText(w.Verdict, w.Word, w.To)
		if w.From > 0 {
			text += " instead of " + FormatDuration(w.From)
		}
		p.stmt(w.Pos, 1, text)
	}
	if o.StaleAfter != nil {
		p.stmt(d.stale, 1, staleText(*o.StaleAfter))
	}
	p.close(d.ends[o.Pos], 0)
}

func (p *printer) silence(s *Silence, d decl) {
	p.head(s.Pos, "silence", subject(s.Symptom), Name{})
	if s.Because != nil {
		p.stmt(s.Because.Pos, 1, beside("because", *s.Because))
	}
	if s.Until.Value != "" {
		p.stmt(s.Until.Pos, 1, "until   "+s.Until.Value)
	}
	if s.Where != nil {
		p.stmt(wherePos(s.Where), 1, "where   "+whereText(s.Where))
	}
	p.close(d.ends[s.Pos], 0)
}

// subject is the name of a symptom as it is written, in quotes where it is no word.
func subject(n Name) Name {
	if tokens := tokenize(n.Value); len(tokens) != 1 || tokens[0].Type != identToken {
		n.Value = quote(n.Value)
	}
	return n
}

// wherePos is where a condition's first test stands.
func wherePos(w Where) Pos {
	switch w := w.(type) {
	case *WhereAnd:
		return wherePos(w.Terms[0])
	case *WhereOr:
		return wherePos(w.Terms[0])
	case *WhereNot:
		return wherePos(w.Term)
	case *WhereTest:
		return w.Pos
	}
	return Pos{}
}

// whereText is a condition on several lines where it has templates, each of which ends its line.
func whereText(w Where) string {
	text := printWhere(w, levelOr, func(template string) string { return bar(template) + "\n" })
	return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ")
}

func staleText(after time.Duration) string {
	if after < 0 {
		return "stale never"
	}
	return "stale after " + FormatDuration(after)
}
