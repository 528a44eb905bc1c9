package grammar

import (
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// Article says in words what a format is.
func Article(f *lang.Format) logdoc.FormatArticle {
	a := logdoc.FormatArticle{
		Name: f.Name.Value, Title: f.Title.Value, Product: f.Product.Value, Files: lang.Values(f.Files), Collect: lang.Values(f.Collect), Zone: f.Zone.Value,
		Stamped: f.Stamped != (lang.Pos{}),
	}
	kinds := map[lang.LineKind]string{lang.LineRecord: "line", lang.LineBare: "bare", lang.LineHeader: "header"}
	for _, l := range f.Lines {
		t := logdoc.FormatTemplate{Kind: kinds[l.Kind]}
		if l.Template != nil {
			t.Text = strings.Join(l.Template.Lines, "\n")
		} else {
			t.Text, t.Regexp = l.Regexp.Value, true
		}
		a.Templates = append(a.Templates, t)
	}
	for _, in := range f.Inner {
		t := logdoc.FormatTemplate{Kind: "inner", Text: strings.Join(in.Template.Lines, "\n")}
		if in.Guard != nil {
			t.Kind += " when " + in.Guard.Name.Value + " == " + in.Guard.Value.Value
		}
		a.Templates = append(a.Templates, t)
	}
	for _, m := range f.Severities {
		a.Severities = append(a.Severities, lang.Assign{Name: m.Word, Value: m.Value}.Words())
	}
	for _, m := range f.Zones {
		a.Zones = append(a.Zones, lang.Assign{Name: m.Word, Value: m.Value}.Words())
	}
	for _, s := range f.Samples {
		sample := logdoc.FormatSample{Text: logdoc.LogText(strings.Join(s.Text.Lines, "\n"))}
		for _, field := range s.Fields {
			sample.Fields = append(sample.Fields, field.Words())
		}
		a.Samples = append(a.Samples, sample)
	}
	return a
}
