package report

import (
	"fmt"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// silencedHint says beneath the heading what the section means.
const silencedHint = "known, for a reason, up to a time; they do not count for --fail-on"

// end is when a silence ends: the day alone where it ends with the day before.
func end(t time.Time) string {
	return strings.TrimSuffix(t.UTC().Format(stamp), " 00:00:00")
}

// silenced writes the silenced findings, one line each and beneath it why: enough to recognise them, and dim, for they are not to be read again.
func (p *printer) silenced(d *logdoc.Diagnosis) {
	if len(d.Silenced) == 0 {
		return
	}
	p.section("Silenced", "  "+silencedHint)
	for i := range d.Silenced {
		s := &d.Silenced[i]
		f := &s.Finding
		items := []sanitize.Safe{
			signs.Severity(f.Severity) + " " + sanitize.Safe(f.Severity.String()), sanitize.Line(f.Symptom), sanitize.Safe(f.Certainty.String()), state(f, d.Capture),
			sanitize.Safe(counted(f.Count, "record")),
		}
		if f.Key != "" {
			items = append(items, "for "+p.bounded(6, f.Key))
		}
		if n := len(f.Consequences) + consequences(f.Consequences); n > 0 {
			items = append(items, "with "+sanitize.Safe(counted(n, "consequence")))
		}
		p.items(2, dim, items)
		p.prose(4, dim, sanitize.Safe("until "+end(s.Until)+": ")+sanitize.Line(s.Because)+" ("+sanitize.Line(s.File)+")")
	}
}

// silenced writes the silenced findings as a list.
func (m *marker) silenced(d *logdoc.Diagnosis) {
	if len(d.Silenced) == 0 {
		return
	}
	m.paragraph("## Silenced")
	m.paragraph(sanitize.Prose(strings.ToUpper(silencedHint[:1]) + silencedHint[1:] + "."))
	var items []sanitize.Markdown
	for i := range d.Silenced {
		s := &d.Silenced[i]
		f := &s.Finding
		facts := findingFacts(f, d)
		if n := len(f.Consequences) + consequences(f.Consequences); n > 0 {
			facts = append(facts, md("with "+counted(n, "consequence")))
		}
		items = append(items, findingTitle(f)+"\n  - "+join(facts, " · ")+md(fmt.Sprintf("\n  - until %s: ", end(s.Until)))+sanitize.Prose(s.Because)+" ("+sanitize.Code(s.File)+")")
	}
	m.list("", items...)
}
