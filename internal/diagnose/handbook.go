package diagnose

import (
	"logdoc"
	"logdoc/grammar"
)

// Articles returns what the packs say of every symptom, of every kind of normal records, and of every format, each in the order of the packs.
func (p *Packs) Articles() (symptoms, normal []logdoc.Article, formats []logdoc.FormatArticle) {
	for _, name := range p.Rules.ArticleNames() {
		a, ok := p.Rules.Article(name)
		if !ok {
			continue
		}
		if o, ok := p.Overlays.Of(a.Name); ok {
			a.Overlay = o.Words()
		}
		if a.Expected {
			normal = append(normal, a)
		} else {
			symptoms = append(symptoms, a)
		}
	}
	for _, f := range p.listed(p.formats()) {
		formats = append(formats, grammar.Article(f))
	}
	return symptoms, normal, formats
}
