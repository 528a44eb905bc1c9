package lang

import (
	"fmt"

	"logdoc"
)

func (c *converter) symptom(r *rawSymptom) *Symptom {
	s := &Symptom{Pos: c.start(r.Tokens), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.end(s.Pos, r.Tokens)
	for _, item := range r.Items {
		c.symptomItem(s, item)
	}
	return s
}

func (c *converter) symptomItem(s *Symptom, r *rawSymptomItem) {
	pos := c.start(r.Tokens)
	switch {
	case r.Severity != nil:
		c.severity(s, r.Severity, pos)
	case given(r.Product):
		c.once(s.Product != Name{}, pos, "product")
		s.Product = c.str(r.Product)
	case r.See != nil:
		s.See = append(s.See, c.strs(r.See)...)
	case r.By != nil:
		c.once(s.By != nil, pos, "by")
		s.By = append(s.By, c.refs(r.By)...)
	case r.Stale != nil:
		c.once(s.StaleAfter != nil, pos, "stale")
		c.decl.stale = pos
		after := c.stale(r.Stale)
		s.StaleAfter = &after
	case r.Yields:
		c.once(s.Yields, pos, "yields")
		s.Yields, c.decl.yields = true, pos
	case r.Event != nil:
		s.Events = append(s.Events, c.event(r.Event, pos))
	case r.Fact != nil:
		s.Facts = append(s.Facts, c.fact(r.Fact, pos))
	case r.Value != nil:
		v := &ValueClause{Pos: pos, Name: c.name(r.Value.Name), Label: c.str(r.Value.Label), Expr: c.sum(r.Value.Expr)}
		s.Values = append(s.Values, v)
	case r.Verdict != nil:
		s.Verdicts = append(s.Verdicts, &Verdict{Pos: pos, Certainty: certainties[r.Verdict.Word], When: c.or(r.Verdict.When)})
	case r.Clears != nil:
		c.once(s.Clears != nil, pos, "clears")
		s.Clears = c.or(r.Clears)
	case r.Explains != nil:
		s.Explains = append(s.Explains, c.names(r.Explains)...)
	case r.Cause != nil:
		c.once(s.Cause != nil, pos, "cause")
		t := c.text(r.Cause)
		s.Cause = &t
	case r.Impact != nil:
		c.once(s.Impact != nil, pos, "impact")
		t := c.text(r.Impact)
		s.Impact = &t
	case r.Step != nil:
		s.Steps = append(s.Steps, c.step(r.Step, pos))
	case r.Example != nil:
		s.Examples = append(s.Examples, c.example(r.Example))
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

var stepKinds = map[string]logdoc.StepKind{"look": logdoc.Look, "change": logdoc.Change, "verify": logdoc.Verify}

func (c *converter) step(r *rawStep, pos Pos) *Step {
	s := &Step{Pos: pos, Kind: stepKinds[r.Kind], Name: c.name(r.Name), Title: c.str(r.Title)}
	for _, item := range r.Items {
		switch {
		case item.Run != nil:
			s.Runs = append(s.Runs, c.text(item.Run))
		case item.Note != nil:
			s.Notes = append(s.Notes, c.text(item.Note))
		case item.Show != nil:
			s.Show = append(s.Show, c.refs(item.Show)...)
		case given(item.Ask):
			c.once(s.Ask != nil, c.start(item.Tokens), "ask")
			ask := c.str(item.Ask)
			s.Ask = &ask
			for _, a := range item.Answers {
				s.Answers = append(s.Answers, Answer{Pos: c.file.pos(a.Text), Text: c.str(a.Text), Target: c.name(a.Target)})
			}
		}
	}
	return s
}

func (c *converter) example(r *rawExample) *Example {
	e := &Example{Pos: c.start(r.Tokens), Title: c.str(r.Title)}
	c.end(e.Pos, r.Tokens)
	for _, item := range r.Items {
		pos := c.start(item.Tokens)
		switch {
		case given(item.Path):
			e.Inputs = append(e.Inputs, Input{Pos: pos, Path: c.str(item.Path), Text: c.text(item.Content)})
		case given(item.Now):
			c.once(e.Now != Name{}, pos, "now")
			e.Now = c.str(item.Now)
		case item.Expect != "":
			c.once(e.ExpectPos != Pos{}, pos, "expect")
			e.ExpectPos, e.Certainty = pos, certainties[item.Expect]
		case item.Log != nil:
			e.Inputs = append(e.Inputs, Input{Pos: pos, Format: c.name(item.Name), Text: c.text(item.Log)})
		default:
			if (e.ExpectPos == Pos{}) {
				c.problem(pos, len(item.Name.Value), fmt.Sprintf("%q stands before expect", item.Name.Value),
					"write expect certain, likely or possible first, and what else is expected behind it")
			}
			e.Expect = append(e.Expect, c.assign(item.Name, item.Value))
		}
	}
	return e
}
