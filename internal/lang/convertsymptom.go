package lang

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"

	"logdoc"
)

func (c *converter) symptom(r *rawSymptom) *Symptom {
	s := &Symptom{Pos: c.start(r.Tokens), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.end(s.Pos, r.Tokens)
	for i := range r.Items {
		c.symptomItem(s, &r.Items[i])
	}
	return s
}

func (c *converter) symptomItem(s *Symptom, r *rawSymptomItem) {
	word := r.word()
	pos := c.file.pos(word)
	switch {
	case r.Severity != nil:
		c.severity(s, r.Severity, pos)
	case r.Event != nil:
		s.Events = append(s.Events, c.event(r.Event, pos))
	case r.Verdict != nil:
		s.Verdicts = append(s.Verdicts, &Verdict{Pos: pos, Certainty: certainties[word.Value], When: c.or(r.Verdict.When)})
	case r.Step != nil:
		s.Steps = append(s.Steps, c.step(r.Step, stepKinds[word.Value], pos))
	case r.Example != nil:
		s.Examples = append(s.Examples, c.example(r.Example, pos))
	case r.Clause != nil:
		c.clause(s, r.Clause, pos)
	default:
		c.plain(s, word.Value, r.args(), pos)
	}
}

func (c *converter) plain(s *Symptom, word string, args []lexer.Token, pos Pos) {
	switch word {
	case "product":
		c.once(s.Product != Name{}, pos, word)
		s.Product = c.str(args[0])
	case "see":
		s.See = append(s.See, c.strs(args)...)
	case "by":
		c.once(s.By != nil, pos, word)
		s.By = append(s.By, c.refs(args)...)
	case "yields":
		c.once(s.Yields, pos, word)
		s.Yields, c.decl.yields = true, pos
	case "explains":
		s.Explains = append(s.Explains, c.names(args)...)
	case "cause":
		c.once(s.Cause != nil, pos, word)
		t := c.text(args)
		s.Cause = &t
	case "impact":
		c.once(s.Impact != nil, pos, word)
		t := c.text(args)
		s.Impact = &t
	}
}

func (c *converter) clause(s *Symptom, r *rawClause, pos Pos) {
	switch {
	case r.Stale != nil:
		c.once(s.StaleAfter != nil, pos, "stale")
		c.decl.stale = pos
		after := c.stale(r.Stale)
		s.StaleAfter = &after
	case r.Fact != nil:
		s.Facts = append(s.Facts, c.fact(r.Fact, pos))
	case r.Value != nil:
		v := &ValueClause{Pos: pos, Name: c.name(r.Value.Name), Label: c.str(r.Value.Label), Expr: c.sum(r.Value.Expr)}
		s.Values = append(s.Values, v)
	case r.Clears != nil:
		c.once(s.Clears != nil, pos, "clears")
		s.Clears = c.or(r.Clears)
	}
}

func (c *converter) severity(s *Symptom, r *rawSeverity, at Pos) {
	word := c.name(r.Word)
	if r.When != nil {
		s.SeverityWhen = append(s.SeverityWhen, SeverityRule{Pos: at, Severity: word, When: c.or(r.When)})
		return
	}
	c.once(s.Severity != Name{}, at, "severity")
	s.Severity = word
}

func (c *converter) fact(r *rawFact, pos Pos) *FactClause {
	f := &FactClause{Pos: pos, Name: c.name(r.Name), Label: c.str(r.Label), From: c.strs(r.From), Collect: c.str(r.Collect)}
	switch {
	case r.Read == "like":
		f.Kind = FactLike
	case r.Read == "each":
		f.Kind = FactEach
	case r.Read == "xml":
		f.Kind = FactXML
	case r.Kind == "x509":
		f.Kind = FactX509
	}
	if r.Text != nil {
		t := c.line(r.Text)
		f.Template = &t
	}
	return f
}

func (c *converter) step(r *rawStep, kind logdoc.StepKind, pos Pos) *Step {
	s := &Step{Pos: pos, Kind: kind, Name: c.name(r.Name), Title: c.str(r.Title)}
	for _, item := range r.Items {
		switch args := item.args(); item.word().Value {
		case "run":
			s.Runs = append(s.Runs, c.text(args))
		case "note":
			s.Notes = append(s.Notes, c.text(args))
		case "show":
			s.Show = append(s.Show, c.refs(args)...)
		case "ask":
			c.once(s.Ask != nil, c.file.pos(item.word()), "ask")
			ask := c.str(args[0])
			s.Ask = &ask
			for _, a := range item.Answers {
				s.Answers = append(s.Answers, Answer{Pos: c.file.pos(a.Text), Text: c.str(a.Text), Target: c.name(a.Target)})
			}
		}
	}
	return s
}

func (c *converter) example(r *rawExample, start Pos) *Example {
	e := &Example{Pos: start, Title: c.str(r.Title)}
	c.decl.ends[e.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		word, args := item.word(), item.args()
		pos := c.file.pos(word)
		switch {
		case args[0].Value == "=":
			if (e.ExpectPos == Pos{}) {
				c.problem(pos, len(word.Value), fmt.Sprintf("%q stands before expect", word.Value),
					"write expect certain, likely or possible first, and what else is expected behind it")
			}
			e.Expect = append(e.Expect, c.assign(word, args[1]))
		case args[0].Type == verbatimToken:
			e.Inputs = append(e.Inputs, Input{Pos: pos, Format: c.name(word), Text: c.text(args)})
		case word.Value == "file":
			e.Inputs = append(e.Inputs, Input{Pos: pos, Path: c.str(args[0]), Text: c.text(args[1:])})
		case word.Value == "now":
			c.once(e.Now != Name{}, pos, "now")
			e.Now = c.str(args[0])
		case word.Value == "expect":
			c.once(e.ExpectPos != Pos{}, pos, "expect")
			e.ExpectPos, e.Certainty = pos, certainties[args[0].Value]
		}
	}
	return e
}
