package report

import (
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// notes writes notes as a list; about says which source they are about.
func (m *marker) notes(notes []logdoc.Note, about sanitize.Markdown) {
	m.list("", noteItems(notes, about)...)
}

func noteItems(notes []logdoc.Note, about sanitize.Markdown) []sanitize.Markdown {
	var items []sanitize.Markdown
	for _, n := range notes {
		item := sanitize.Prose(note(n))
		if about != "" {
			item = about + ": " + item
		}
		if n.LeftOut {
			item = "**!** " + item
		}
		if n.Detail != "" {
			item += " " + boundedCode(n.Detail)
		}
		items = append(items, item)
	}
	return items
}

func (m *marker) clean(clean []logdoc.Clean) {
	if len(clean) == 0 {
		return
	}
	m.paragraph("## Ran clean")
	for _, group := range cleanByProduct(clean) {
		m.paragraph("**" + sanitize.Prose(productName(group.product)) + "**")
		var items, names []sanitize.Markdown
		for _, c := range group.normal {
			what, says := normal(c)
			item := sanitize.Prose(what)
			if c.Key != "" {
				item += " on " + boundedCode(c.Key)
			}
			items = append(items, item+" "+sanitize.Prose(says[1:]))
		}
		for _, c := range group.symptoms {
			names = append(names, sanitize.Code(c.Name))
		}
		if len(names) > 0 {
			items = append(items, "looked for and not found: "+join(names, ", "))
		}
		m.list("", items...)
	}
}

func (m *marker) unchecked(unchecked []logdoc.Unchecked) {
	if len(unchecked) == 0 {
		return
	}
	m.paragraph("## Could not be checked")
	for _, group := range uncheckedByProduct(unchecked) {
		m.paragraph("**" + sanitize.Prose(productName(group.product)) + "**")
		var items []sanitize.Markdown
		for _, reason := range group.reasons {
			var names []sanitize.Markdown
			for _, u := range reason.symptoms {
				names = append(names, sanitize.Code(u.Symptom))
			}
			what := join(names, ", ")
			if len(names) > maxUnchecked {
				what = md(counted(len(names), "symptom")) + " not looked for"
			}
			items = append(items, sanitize.Prose(reason.reason)+": "+what)
		}
		for _, what := range group.collect {
			items = append(items, "collect "+sanitize.Code(what))
		}
		m.list("", items...)
	}
}

func (m *marker) unexplained(clusters []logdoc.Cluster) {
	if len(clusters) == 0 {
		return
	}
	m.paragraph("## Unexplained")
	m.paragraph("Records at warning or above that no pack knows.")
	shown := clusters[:min(len(clusters), maxClusters)]
	var rows [][]sanitize.Markdown
	for _, c := range shown {
		var places []sanitize.Markdown
		places = append(places, sanitize.Code(sanitize.Place(c.First)))
		if c.Count > 1 && c.Last != c.First {
			places = append(places, sanitize.Code(sanitize.Place(c.Last)))
		}
		first := sanitize.Markdown("")
		if lines := sanitize.Lines(c.Text); len(lines) > 0 {
			first = sanitize.Code(sanitize.CutRunes(lines[0], maxRunes))
		}
		seen := sanitize.Markdown("no time")
		if !c.FirstTime.IsZero() {
			seen = md(period(c.FirstTime, c.LastTime))
		}
		rows = append(rows, []sanitize.Markdown{
			md(thousands(c.Count)), md(signs.Severity(c.Severity)) + " " + md(c.Severity.String()), sanitize.Prose(c.Format), boundedCode(c.Template), first,
			join(places, " … "), seen,
		})
	}
	m.table([]sanitize.Markdown{"Records", "Severity", "Format", "Kind", "First record", "Where", "When"}, "rllllll", rows)
	if more := len(clusters) - len(shown); more > 0 {
		m.paragraph(md("And " + counted(more, "more kind") + ": see the JSON report."))
	}
}

func (m *marker) coverage(c *logdoc.Coverage) {
	if len(c.Sources) == 0 {
		return
	}
	m.paragraph("## Coverage")
	m.paragraph("Every record is counted once: as known bad, known normal, unexplained or unread.")
	shown := c.Sources[:min(len(c.Sources), maxSources)]
	var rows [][]sanitize.Markdown
	row := func(name, format sanitize.Markdown, s *logdoc.SourceCoverage) {
		cells := []sanitize.Markdown{name, format, md(period(s.First, s.Last))}
		for _, n := range coverageNumbers(s) {
			cells = append(cells, md(n))
		}
		rows = append(rows, cells)
	}
	var notes []sanitize.Markdown
	for i := range shown {
		s := &shown[i]
		row(sanitize.Code(s.Source), sanitize.Prose(formatAndWhy(s)), s)
		notes = append(notes, noteItems(s.Notes, sanitize.Code(s.Source))...)
	}
	row(md("**total of "+counted(len(c.Sources), "source")+"**"), "", &c.Totals)
	header := []sanitize.Markdown{"Source", "Format", "First – last"}
	for _, name := range coverageColumns {
		header = append(header, md(strings.ToUpper(string(name[:1]))+string(name[1:])))
	}
	m.table(header, "lllrrrrrr", rows)
	if more := len(c.Sources) - len(shown); more > 0 {
		m.paragraph(md("And " + counted(more, "more source") + ": see the JSON report."))
	}
	m.list("", notes...)
}
