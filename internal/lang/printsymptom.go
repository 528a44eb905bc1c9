package lang

import (
	"fmt"
	"strings"

	"logdoc"
)

func (p *printer) symptom(s *Symptom, d decl) {
	p.head(s.Pos, "symptom", s.Name, s.Title)
	p.symptomHead(s, d)
	p.group(len(s.Events) > 0)
	p.events(s.Events)
	p.group(len(s.Facts) > 0)
	for _, f := range s.Facts {
		p.fact(f)
	}
	p.group(len(s.Values) > 0)
	for _, v := range s.Values {
		p.stmt(v.Pos, 1, "value "+labelled(v.Name, v.Label)+" = "+PrintExpr(v.Expr))
	}
	p.verdicts(s)
	p.group(s.Cause != nil || s.Impact != nil)
	if s.Cause != nil {
		p.stmt(s.Cause.Pos, 1, below("cause", *s.Cause))
	}
	if s.Impact != nil {
		p.stmt(s.Impact.Pos, 1, below("impact", *s.Impact))
	}
	p.group(len(s.Steps) > 0)
	for _, st := range s.Steps {
		p.step(st)
	}
	p.group(len(s.Examples) > 0)
	for _, e := range s.Examples {
		p.example(e, d.ends[e.Pos])
	}
	p.close(d.ends[s.Pos], 0)
}

// group starts a group of statements if there are any.
func (p *printer) group(any bool) {
	if any {
		p.blank()
	}
}

func labelled(name, label Name) string {
	if label.Value == "" {
		return name.Value
	}
	return name.Value + " " + quote(label.Value)
}

func (p *printer) symptomHead(s *Symptom, d decl) {
	if s.Severity.Value != "" {
		p.stmt(s.Severity.Pos, 1, "severity "+s.Severity.Value)
	}
	for _, r := range s.SeverityWhen {
		p.stmt(r.Pos, 1, "severity "+r.Severity.Value+" when "+PrintCond(r.When))
	}
	if s.Product != (Name{}) {
		p.stmt(s.Product.Pos, 1, "product  "+quote(s.Product.Value))
	}
	for _, see := range s.See {
		p.stmt(see.Pos, 1, "see      "+quote(see.Value))
	}
	if len(s.By) > 0 {
		p.stmt(s.By[0].Pos, 1, "by       "+refs(s.By))
	}
	if s.StaleAfter != nil {
		p.stmt(d.stale, 1, staleText(*s.StaleAfter))
	}
	if s.Yields {
		p.stmt(d.yields, 1, "yields")
	}
}

func (p *printer) fact(f *FactClause) {
	text := "fact " + labelled(f.Name, f.Label) + " from " + quoted(f.From)
	switch f.Kind {
	case FactExists:
		text += " exists"
	case FactLike:
		text = verbatim(text+" like", *f.Template)
	case FactEach:
		text = verbatim(text+" each", *f.Template)
	case FactXML:
		text = verbatim(text+" xml", *f.Template)
	case FactX509:
		text += " x509"
	}
	if f.Collect != (Name{}) {
		text += "\n  collect " + quote(f.Collect.Value)
	}
	p.stmt(f.Pos, 1, text)
}

func (p *printer) verdicts(s *Symptom) {
	p.group(len(s.Verdicts) > 0 || len(s.Explains) > 0 || s.Clears != nil)
	width := len("certain")
	for _, v := range s.Verdicts {
		if v.Certainty == logdoc.Possible {
			width = len("possible")
		}
	}
	for _, v := range s.Verdicts {
		p.stmt(v.Pos, 1, padded(v.Certainty.String(), width)+" when "+PrintCond(v.When))
	}
	if s.Clears != nil {
		p.stmt(s.Clears.Place(), 1, padded("clears", width)+" when "+PrintCond(s.Clears))
	}
	if len(s.Explains) > 0 {
		p.stmt(s.Explains[0].Pos, 1, "explains "+listed(s.Explains))
	}
}

func (p *printer) step(s *Step) {
	p.stmt(s.Pos, 1, s.Kind.String()+" "+labelled(s.Name, s.Title))
	width := len("run")
	if len(s.Notes)+len(s.Show) > 0 {
		width = len("note")
	}
	for _, r := range s.Runs {
		p.stmt(r.Pos, 2, beside(padded("run", width), r))
	}
	for _, n := range s.Notes {
		p.stmt(n.Pos, 2, beside("note", n))
	}
	if len(s.Show) > 0 {
		p.stmt(s.Show[0].Pos, 2, "show "+refs(s.Show))
	}
	if s.Ask != nil {
		p.stmt(s.Ask.Pos, 2, "ask "+quote(s.Ask.Value))
	}
	for _, a := range s.Answers {
		p.stmt(a.Pos, 3, quote(a.Text.Value)+" -> "+a.Target.Value)
	}
}

func (p *printer) example(e *Example, end Pos) {
	text := "example"
	if e.Title.Value != "" {
		text += " " + quote(e.Title.Value)
	}
	p.stmt(e.Pos, 1, text+" {")
	width := 0
	for _, in := range e.Inputs {
		width = max(width, len(in.Format.Value))
	}
	for _, in := range e.Inputs {
		word := padded(in.Format.Value, min(width, 16))
		if in.Format.Value == "" {
			word = "file " + quote(in.Path.Value)
		}
		p.stmt(in.Pos, 2, beside(word, in.Text))
	}
	if e.Now != (Name{}) {
		p.stmt(e.Now.Pos, 2, "now "+quote(e.Now.Value))
	}
	if e.ExpectPos != (Pos{}) || e.Certainty != logdoc.NotFound || len(e.Expect) > 0 {
		text := fmt.Sprintf("expect %s %s", e.Certainty, assigns(e.Expect))
		p.stmt(e.ExpectPos, 2, strings.TrimRight(text, " "))
	}
	p.close(end, 1)
}
