package report

import (
	"strconv"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Bounds of the overview, so that it fits on one screen.
const (
	overviewFindings = 5
	overviewOutliers = 4
)

// overview is what a reader wants to know first: what is wrong, how sure that is, what to do first, and what was not seen.
type overview struct {
	rows []overviewRow
	// more counts the findings that are not in rows.
	more int
	// outliers are what sets one node apart, moreOutliers those that are not shown.
	outliers     []logdoc.Outlier
	moreOutliers int
	// gaps say what the diagnosis does not know, one sentence each.
	gaps []sanitize.Safe
}

type overviewRow struct {
	finding *logdoc.Finding
	// same counts findings of the same symptom for further keys, which have no row of their own.
	same int
	// first is the step to begin with; nil without a runbook.
	first *logdoc.Step
}

// overviewOf gathers the overview. Findings of one symptom are one row: the reader wants to know what is wrong, and below on whom.
func overviewOf(d *logdoc.Diagnosis) overview {
	var o overview
	at := map[string]int{}
	for i := range d.Findings {
		f := &d.Findings[i]
		if j, ok := at[f.Symptom]; ok && f.Symptom != "" {
			if j >= 0 {
				o.rows[j].same++
			}
			continue
		}
		at[f.Symptom] = len(o.rows)
		if len(o.rows) == overviewFindings {
			at[f.Symptom] = -1
			o.more++
			continue
		}
		row := overviewRow{finding: f}
		if len(f.Steps) > 0 {
			row.first = &f.Steps[0]
		}
		o.rows = append(o.rows, row)
	}
	o.outliers = d.Nodes.Outliers[:min(len(d.Nodes.Outliers), overviewOutliers)]
	o.moreOutliers = len(d.Nodes.Outliers) - len(o.outliers)
	if d.Incomplete() {
		o.gaps = append(o.gaps, "Not everything was read: see Coverage.")
	}
	near := 0
	for _, u := range d.Unchecked {
		if len(u.Collect) > 0 {
			near++
		}
	}
	if near > 0 && len(d.Findings) > 0 {
		o.gaps = append(o.gaps, sanitize.Safe(counted(near, "symptom")+" could not be checked: what to collect stands below."))
	}
	return o
}

// empty reports whether there is nothing to say.
func (o *overview) empty() bool { return len(o.rows)+len(o.outliers) == 0 }

// sureness says how sure a finding is, in which state, and for whom.
func (r *overviewRow) sureness(capture sanitize.Safe) []sanitize.Safe {
	items := []sanitize.Safe{sanitize.Safe(r.finding.Certainty.String()), capture}
	if r.same > 0 {
		items = append(items, sanitize.Safe("and for "+counted(r.same, "more key")))
	}
	return items
}

// overview writes what a reader wants to know first.
func (p *printer) overview(d *logdoc.Diagnosis) {
	o := overviewOf(d)
	if o.empty() {
		return
	}
	p.blank()
	p.line(0, part{bold, "In short"})
	p.overviewRows(d)
}

// overviewRows writes the overview without its heading.
func (p *printer) overviewRows(d *logdoc.Diagnosis) {
	o := overviewOf(d)
	if o.empty() {
		return
	}
	for i := range o.rows {
		r := &o.rows[i]
		f := r.finding
		head := sanitize.Safe(strconv.Itoa(i+1)) + ". " + signs.Severity(f.Severity) + " "
		text := sanitize.Line(f.Title)
		if f.Key != "" {
			text += ", for " + sanitize.CutRunes(sanitize.Line(f.Key), maxKey)
		}
		for j, line := range sanitize.Wrap(text, p.proseWidth-2-sanitize.Width(head)) {
			if j == 0 {
				p.line(2, part{severityStyle(f.Severity), head}, part{bold, line})
			} else {
				p.line(2+sanitize.Width(head), part{bold, line})
			}
		}
		indent := 2 + sanitize.Width(head)
		p.items(indent, dim, append([]sanitize.Safe{sanitize.Safe(f.Severity.String())}, r.sureness(state(f, d.Capture))...))
		if s := r.first; s != nil {
			p.hanging(indent, "first: ", sanitize.Line(s.Title)+changeWarning(s))
		}
	}
	if o.more > 0 {
		p.line(2, part{dim, sanitize.Safe("and " + counted(o.more, "more symptom") + " below")})
	}
	for i := range o.outliers {
		says, what := signs.Outlier(o.outliers[i])
		p.hanging(2, "≠ ", sanitize.CutRunes(sanitize.Line(o.outliers[i].Node), maxKey)+": "+says+" "+what)
	}
	if o.moreOutliers > 0 {
		p.line(2, part{dim, sanitize.Safe("and " + counted(o.moreOutliers, "more difference") + " between nodes below")})
	}
	for _, gap := range o.gaps {
		p.prose(2, dim, gap)
	}
}

// changeWarning marks a first step that alters the system.
func changeWarning(s *logdoc.Step) sanitize.Safe {
	if s.Kind == logdoc.Change {
		return " (" + signs.KindWord(s.Kind) + ")"
	}
	return ""
}

// overview writes what a reader wants to know first, as a list.
func (m *marker) overview(d *logdoc.Diagnosis) {
	o := overviewOf(d)
	if o.empty() {
		return
	}
	m.paragraph("## In short")
	var items []sanitize.Markdown
	for i := range o.rows {
		r := &o.rows[i]
		f := r.finding
		item := findingTitle(f)
		if f.Key != "" {
			item += ", for " + boundedCode(f.Key)
		}
		item += "\n  - **" + md(f.Certainty.String()) + "**, " + md(state(f, d.Capture))
		if r.same > 0 {
			item += md(", and for " + counted(r.same, "more key"))
		}
		if s := r.first; s != nil {
			item += "\n  - first: " + sanitize.Prose(s.Title) + md(changeWarning(s))
		}
		items = append(items, item)
	}
	if o.more > 0 {
		items = append(items, md("and "+counted(o.more, "more symptom")+" below"))
	}
	for _, out := range o.outliers {
		items = append(items, outlierMarkdown(out))
	}
	if o.moreOutliers > 0 {
		items = append(items, md("and "+counted(o.moreOutliers, "more difference")+" between nodes below"))
	}
	for _, gap := range o.gaps {
		items = append(items, sanitize.Prose(gap))
	}
	m.list("", items...)
}
