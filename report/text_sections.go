package report

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

func (p *printer) clean(clean []logdoc.Clean) {
	if len(clean) == 0 {
		return
	}
	p.section("Ran clean", "")
	for _, group := range cleanByProduct(clean) {
		p.line(2, part{text: sanitize.Line(productName(group.product))})
		for _, c := range group.normal {
			what, says := normal(c)
			if c.Key != "" {
				what += " on " + sanitize.CutRunes(sanitize.Line(c.Key), maxKey)
			}
			p.hanging(4, "✓ ", what+says)
		}
		if p.verbose {
			for _, c := range group.symptoms {
				p.hanging(4, "✓ ", sanitize.Line(c.Name)+": "+sanitize.Line(c.Title)+": not found")
			}
			continue
		}
		if len(group.symptoms) > 0 {
			var names []string
			for _, c := range group.symptoms {
				names = append(names, string(sanitize.Line(c.Name)))
			}
			p.hanging(4, "✓ ", sanitize.Safe("looked for and not found: "+strings.Join(names, ", ")))
		}
	}
}

// maxUnchecked is how many symptoms of one reason are named; more are counted, for they are a product that is not in the input.
const maxUnchecked = 12

// maxKey bounds a host's name in a line of its own.
const maxKey = 64

// normal says what a program's normal records tell: whose they are, and behind the host, which is log text, what they say.
func normal(c logdoc.Clean) (what, says sanitize.Safe) {
	what = sanitize.Line(c.Name)
	if c.Title != "" {
		what = sanitize.Line(c.Title)
	}
	if c.State != "" {
		says += " " + sanitize.Line(c.State)
		if !c.Since.IsZero() {
			says += " since " + moment(c.Since)
		}
	}
	return what, says + sanitize.Safe(" · "+counted(c.Records, "normal record"))
}

func (p *printer) unchecked(unchecked []logdoc.Unchecked) {
	if len(unchecked) == 0 {
		return
	}
	p.section("Could not be checked", "")
	for _, group := range uncheckedByProduct(unchecked) {
		p.line(2, part{text: sanitize.Line(productName(group.product))})
		for _, reason := range group.reasons {
			var names []string
			for _, u := range reason.symptoms {
				names = append(names, string(sanitize.Line(u.Symptom)))
			}
			what := sanitize.Safe(strings.Join(names, ", "))
			if len(names) > maxUnchecked && !p.verbose {
				what = sanitize.Safe(counted(len(names), "symptom") + " not looked for")
			}
			p.hanging(4, "? ", sanitize.Line(reason.reason)+": "+what)
		}
		for i, what := range group.collect {
			mark := sanitize.Safe("  collect  ")
			if i > 0 {
				mark = spaces(len(mark))
			}
			p.hanging(4, mark, sanitize.Line(what))
		}
	}
}

func (p *printer) unexplained(clusters []logdoc.Cluster) {
	if len(clusters) == 0 {
		return
	}
	records := 0
	for _, c := range clusters {
		records += c.Count
	}
	p.section("Unexplained", sanitize.Safe(fmt.Sprintf("  %s of %s, warning or worse, known to no pack",
		counted(records, "record"), counted(len(clusters), "kind"))))
	shown := clusters
	if !p.verbose && len(clusters) > maxClusters {
		shown = clusters[:maxClusters]
	}
	digits := 0
	for _, c := range shown {
		digits = max(digits, len(thousands(c.Count)))
	}
	for _, c := range shown {
		count := sanitize.Safe(thousands(c.Count))
		head := signs.Severity(c.Severity) + " " + sanitize.Safe(c.Severity.String())
		indent := 2 + digits + 2
		rest := indent + 11
		p.line(2+digits-len(count), part{text: count + "  "}, part{severityStyle(c.Severity), head},
			part{text: spaces(11-sanitize.Width(head)) + p.bounded(rest, c.Template)})
		p.items(indent, dim, clusterPlaces(c))
		if c.Text != c.Template {
			p.quote(indent+2, c.Text)
		}
	}
	if more := len(clusters) - len(shown); more > 0 {
		p.line(2, part{dim, sanitize.Safe("and " + counted(more, "more kind") + ": see -v or the JSON report")})
	}
}

// clusterPlaces says where and when a cluster was seen.
func clusterPlaces(c logdoc.Cluster) []sanitize.Safe {
	var items []sanitize.Safe
	if c.Format != "" {
		items = append(items, sanitize.Line(c.Format))
	}
	if !c.FirstTime.IsZero() {
		items = append(items, period(c.FirstTime, c.LastTime))
	}
	if c.Count > 1 && c.Last != c.First {
		return append(items, "first "+sanitize.Place(c.First), "last "+sanitize.Place(c.Last))
	}
	return append(items, sanitize.Place(c.First))
}

// coverageColumns are the numbers of the coverage table, of which the four in the middle add up to the first.
var coverageColumns = [...]sanitize.Safe{"records", "bad", "normal", "unexplained", "unread", "size"}

func coverageNumbers(s *logdoc.SourceCoverage) [len(coverageColumns)]sanitize.Safe {
	return [...]sanitize.Safe{
		sanitize.Safe(thousands(s.Records)), sanitize.Safe(thousands(s.KnownBad)), sanitize.Safe(thousands(s.KnownNormal)),
		sanitize.Safe(thousands(s.Unexplained)), sanitize.Safe(thousands(s.Unread)), sanitize.Safe(size(s.Bytes)),
	}
}

func (p *printer) coverage(c *logdoc.Coverage) {
	if len(c.Sources) == 0 {
		return
	}
	under := commonFolder(c.Sources)
	heading := sanitize.Safe("  every record is counted once")
	if under != "" {
		heading += "; sources are in " + under
	}
	p.section("Coverage", heading)
	shown := c.Sources
	if !p.verbose && len(shown) > maxSources {
		shown = shown[:maxSources]
	}
	var widths [len(coverageColumns)]int
	widen := func(row [len(coverageColumns)]sanitize.Safe) {
		for i, cell := range row {
			widths[i] = max(widths[i], sanitize.Width(cell))
		}
	}
	widen(coverageColumns)
	widen(coverageNumbers(&c.Totals))
	for i := range shown {
		widen(coverageNumbers(&shown[i]))
	}
	row := func(cells [len(coverageColumns)]sanitize.Safe) sanitize.Safe {
		var line sanitize.Safe
		for i, cell := range cells {
			line += spaces(widths[i]-sanitize.Width(cell)+min(i, 1)*2) + cell
		}
		return line
	}
	p.pair(2, part{dim, "source"}, part{dim, row(coverageColumns)})
	for i := range shown {
		s := &shown[i]
		p.pair(2, part{text: sanitize.Line(s.Source)[len(under):]}, part{dim, period(s.First, s.Last)})
		p.pair(4, part{dim, formatAndWhy(s)}, part{text: row(coverageNumbers(s))})
		p.notes(4, s.Notes)
	}
	if more := len(c.Sources) - len(shown); more > 0 {
		p.line(2, part{dim, sanitize.Safe("and " + counted(more, "more source") + ": see -v or the JSON report")})
	}
	p.line(2, part{dim, sanitize.Safe(strings.Repeat("─", p.proseWidth-2))})
	p.pair(2, part{text: sanitize.Safe("total of " + counted(len(c.Sources), "source"))}, part{bold, row(coverageNumbers(&c.Totals))})
}
