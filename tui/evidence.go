package tui

import (
	"logdoc"
	"logdoc/internal/sanitize"
)

// evidence draws the records that a finding rests on, each with its place.
func (d *detail) evidence(f *logdoc.Finding, width int) page {
	var p page
	for i := range f.Evidence {
		e := &f.Evidence[i]
		p.stop(func() {
			name := sanitize.Line(e.Label)
			if name == "" {
				name = sanitize.Line(e.Event)
			}
			p.line(words(plain, " ").add(dim, moment(e.Time)).add(plain, "  ").add(strong, name))
			p.line(words(plain, " ").add(dim, tail(sanitize.Place(e.Place), width-2)))
			for _, text := range sanitize.Lines(e.Text) {
				for _, piece := range sanitize.Fold(text, width-4, 4) {
					p.line(words(plain, "   ").add(plain, piece))
				}
			}
		})
		p.blank()
	}
	return p
}

// cause draws cause, impact and why the finding is as sure as it is.
func (d *detail) cause(f *logdoc.Finding, width int) page {
	var p page
	section := func(title sanitize.Safe, texts []sanitize.Safe) {
		if len(texts) == 0 {
			return
		}
		p.line(words(plain, " ").add(strong, title))
		for _, text := range texts {
			p.prose(plain, text, 3, width-1)
		}
		p.blank()
	}
	var why []sanitize.Safe
	for _, w := range f.Why {
		why = append(why, sanitize.Line(w))
	}
	section("Why "+sanitize.Safe(f.Certainty.String()), why)
	section("Cause", paragraphs(f.Cause))
	section("Impact", paragraphs(f.Impact))
	return p
}
