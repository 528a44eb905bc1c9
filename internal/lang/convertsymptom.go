package lang

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"

	"logdoc"
)

func (c *converter) symptom(r *rawSymptom) *Symptom {
	s := &Symptom{Pos: c.place(r.Pos), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.decl.ends[s.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		c.symptomItem(s, item)
	}
	return s
}

func (c *converter) symptomItem(s *Symptom, r *rawSymptomItem) {
	switch {
	case r.Severity != nil:
		c.severity(s, r.Severity, r.Pos)
	case r.Product != nil:
		c.once(s.Product != Name{}, r.Pos, "product")
		s.Product = c.str(r.Product)
	case r.See != nil:
		s.See = append(s.See, c.strs(r.See)...)
	case r.By != nil:
		c.once(s.By != nil, r.Pos, "by")
		s.By = append(s.By, c.refs(r.By)...)
	case r.Stale != nil:
		c.once(s.StaleAfter != nil, r.Pos, "stale")
		c.decl.stale = c.place(r.Pos)
		after := c.stale(r.Stale)
		s.StaleAfter = &after
	case r.Yields:
		c.once(s.Yields, r.Pos, "yields")
		s.Yields, c.decl.yields = true, c.place(r.Pos)
	case r.Event != nil:
		s.Events = append(s.Events, c.event(r.Event))
	case r.Fact != nil:
		s.Facts = append(s.Facts, c.fact(r.Fact))
	case r.Value != nil:
		v := &ValueClause{Pos: c.place(r.Pos), Name: c.name(r.Value.Name), Label: c.str(r.Value.Label), Expr: c.sum(r.Value.Expr)}
		s.Values = append(s.Values, v)
	case r.Verdict != nil:
		s.Verdicts = append(s.Verdicts, &Verdict{Pos: c.place(r.Pos), Certainty: certainties[r.Verdict.Word], When: c.or(r.Verdict.When)})
	case r.Clears != nil:
		c.once(s.Clears != nil, r.Pos, "clears")
		s.Clears = c.or(r.Clears)
	case r.Explains != nil:
		s.Explains = append(s.Explains, c.names(r.Explains)...)
	case r.Cause != nil:
		c.once(s.Cause != nil, r.Pos, "cause")
		t := c.text(r.Cause)
		s.Cause = &t
	case r.Impact != nil:
		c.once(s.Impact != nil, r.Pos, "impact")
		t := c.text(r.Impact)
		s.Impact = &t
	case r.Step != nil:
		s.Steps = append(s.Steps, c.step(r.Step))
	case r.Example != nil:
		s.Examples = append(s.Examples, c.example(r.Example))
	}
}

func (c *converter) severity(s *Symptom, r *rawSeverity, at lexer.Position) {
	word := c.name(r.Word)
	if r.When != nil {
		s.SeverityWhen = append(s.SeverityWhen, SeverityRule{Pos: c.place(at), Severity: word, When: c.or(r.When)})
		return
	}
	c.once(s.Severity != Name{}, at, "severity")
	s.Severity = word
}

func (c *converter) fact(r *rawFact) *FactClause {
	f := &FactClause{Pos: c.place(r.Pos), Name: c.name(r.Name), Label: c.str(r.Label), From: c.strs(r.From), Collect: c.str(r.Collect)}
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

func (c *converter) step(r *rawStep) *Step {
	s := &Step{Pos: c.place(r.Pos), Kind: stepKinds[r.Kind], Name: c.name(r.Name), Title: c.str(r.Title)}
	for _, item := range r.Items {
		switch {
		case item.Run != nil:
			s.Runs = append(s.Runs, c.text(item.Run))
		case item.Note != nil:
			s.Notes = append(s.Notes, c.text(item.Note))
		case item.Show != nil:
			s.Show = append(s.Show, c.refs(item.Show)...)
		case item.Ask != nil:
			c.once(s.Ask != nil, item.Pos, "ask")
			ask := c.str(item.Ask)
			s.Ask = &ask
			for _, a := range item.Answers {
				s.Answers = append(s.Answers, Answer{Pos: c.place(a.Pos), Text: c.str(a.Text), Target: c.name(a.Target)})
			}
		}
	}
	return s
}

func (c *converter) example(r *rawExample) *Example {
	e := &Example{Pos: c.place(r.Pos), Title: c.str(r.Title)}
	c.decl.ends[e.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		pos := c.place(item.Pos)
		switch {
		case item.Path != nil:
			e.Inputs = append(e.Inputs, Input{Pos: pos, Path: c.str(item.Path), Text: c.text(item.Content)})
		case item.Now != nil:
			c.once(e.Now != Name{}, item.Pos, "now")
			e.Now = c.str(item.Now)
		case item.Expect != "":
			c.once(e.ExpectPos != Pos{}, item.Pos, "expect")
			e.ExpectPos, e.Certainty = pos, certainties[item.Expect]
		case item.Log != nil:
			e.Inputs = append(e.Inputs, Input{Pos: pos, Format: c.name(item.Name), Text: c.text(item.Log)})
		default:
			if (e.ExpectPos == Pos{}) {
				c.problem(pos, len(item.Name.Tok.Value), fmt.Sprintf("%q stands before expect", item.Name.Tok.Value),
					"write expect certain, likely or possible first, and what else is expected behind it")
			}
			e.Expect = append(e.Expect, c.assign(item.Name, item.Value))
		}
	}
	return e
}
