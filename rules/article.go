package rules

import (
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// Article returns what the packs say of a symptom or an expected declaration, in words.
func (s *Set) Article(name string) (logdoc.Article, bool) {
	for _, sym := range s.symptoms {
		if sym.name == name {
			return s.symptomArticle(sym), true
		}
	}
	for _, e := range s.expected {
		if e.name == name {
			return s.expectedArticle(e), true
		}
	}
	return logdoc.Article{}, false
}

// ArticleNames lists what Article knows: symptoms first, then expected declarations, in their order.
func (s *Set) ArticleNames() []string {
	names := s.SymptomNames()
	for _, e := range s.expected {
		names = append(names, e.name)
	}
	return names
}

func (s *Set) symptomArticle(sym *symptom) logdoc.Article {
	src := sym.src
	a := logdoc.Article{
		Name: sym.name, Title: src.Title.Value, Product: src.Product.Value, Pack: sym.pack, Severity: sym.severity,
		Records: soughtRecords(src.Events), Steps: runbook(src), See: lang.Values(src.See), Explains: lang.Values(src.Explains),
	}
	for _, r := range src.SeverityWhen {
		a.SeverityRules = append(a.SeverityRules, r.Severity.Value+" when "+sym.inWords(r.When))
	}
	for _, f := range src.Facts {
		a.Files = append(a.Files, soughtFile(f))
	}
	for _, v := range src.Values {
		a.Values = append(a.Values, logdoc.Sought{Name: v.Name.Value, Label: v.Label.Value, How: lang.PrintExpr(v.Expr)})
	}
	for _, v := range src.Verdicts {
		a.Conditions = append(a.Conditions, logdoc.Condition{Certainty: v.Certainty, When: sym.inWords(v.When)})
	}
	slices.SortStableFunc(a.Conditions, func(x, y logdoc.Condition) int { return int(y.Certainty) - int(x.Certainty) })
	if src.Clears != nil {
		a.Clears = sym.inWords(src.Clears)
	}
	if src.Yields {
		a.Yields = "to every other symptom and to what is normal: records that they know do not count"
	}
	var per []string
	for _, r := range src.By {
		per = append(per, lang.PrintExpr(r))
	}
	a.Per = strings.Join(per, ", ")
	switch {
	case src.StaleAfter == nil:
		a.Stale = "after " + lang.FormatDuration(DefaultStaleAfter)
	case *src.StaleAfter < 0:
		a.Stale = "never"
	default:
		a.Stale = "after " + lang.FormatDuration(*src.StaleAfter)
	}
	if src.Cause != nil {
		a.Cause = strings.Join(src.Cause.Lines, "\n")
	}
	if src.Impact != nil {
		a.Impact = strings.Join(src.Impact.Lines, "\n")
	}
	for i, st := range src.Steps {
		var shown []string
		for _, r := range st.Show {
			shown = append(shown, lang.PrintExpr(r))
		}
		if len(shown) > 0 {
			a.Steps[i].Notes = append(a.Steps[i].Notes, "A finding shows here: "+strings.Join(shown, ", ")+".")
		}
	}
	for _, other := range s.symptoms {
		if slices.Contains(lang.Values(other.src.Explains), sym.name) {
			a.ExplainedBy = append(a.ExplainedBy, other.name)
		}
	}
	for _, ex := range src.Examples {
		shown := logdoc.Example{Title: ex.Title.Value, Found: ex.Certainty, Now: ex.Now.Value, Inputs: inputs(ex.Inputs)}
		for _, e := range ex.Expect {
			shown.Expect = append(shown.Expect, e.Words())
		}
		a.Examples = append(a.Examples, shown)
	}
	return a
}

// inputs joins consecutive records of one format: they are one log.
func inputs(list []lang.Input) []logdoc.ExampleInput {
	var out []logdoc.ExampleInput
	for _, in := range list {
		text := logdoc.LogText(strings.Join(in.Text.Lines, "\n"))
		if n := len(out) - 1; n >= 0 && in.Path.Value == "" && out[n].Path == "" && out[n].Format == in.Format.Value {
			out[n].Text += "\n" + text
			continue
		}
		out = append(out, logdoc.ExampleInput{Format: in.Format.Value, Path: in.Path.Value, Text: text})
	}
	return out
}

func (s *Set) expectedArticle(e *expected) logdoc.Article {
	src := e.src
	a := logdoc.Article{
		Name: e.name, Title: src.Title.Value, Product: src.Product.Value, Expected: true,
		Records: soughtRecords(src.Events), See: lang.Values(src.See),
	}
	if len(src.Samples) > 0 {
		a.Examples = []logdoc.Example{{Inputs: inputs(src.Samples)}}
	}
	for _, st := range src.States {
		a.States = append(a.States, st.Word.Value+" from "+strings.Join(lang.Values(st.From), ", "))
	}
	return a
}

func soughtRecords(events []*lang.EventClause) []logdoc.Sought {
	var out []logdoc.Sought
	for _, e := range events {
		out = append(out, logdoc.Sought{Name: e.Name.Value, Label: e.Label.Value, Where: lang.Values(e.Formats), How: whereWords(e.Where, false)})
	}
	return out
}

func soughtFile(f *lang.FactClause) logdoc.Sought {
	how := "whether there is such a file"
	switch f.Kind {
	case lang.FactLike:
		how = "the first line that looks like “" + strings.Join(f.Template.Lines, " ") + "”"
	case lang.FactEach:
		how = "each line that looks like “" + strings.Join(f.Template.Lines, " ") + "”"
	case lang.FactXML:
		how = "the first element that looks like “" + strings.Join(f.Template.Lines, " ") + "”"
	case lang.FactX509:
		how = "the first certificate: subject, issuer, starts, expires"
	}
	return logdoc.Sought{Name: f.Name.Value, Label: f.Label.Value, Where: lang.Values(f.From), How: how, Collect: f.Collect.Value}
}
