package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Unexplained writes only the clusters of unexplained records, all of them, numbered.
func Unexplained(w io.Writer, d *logdoc.Diagnosis, o TextOptions) error {
	p := newPrinter(w, o)
	p.prose(0, bold, sanitize.Line(unexplainedHeading(d, o.Quiet)))
	if o.Quiet {
		return p.w.Flush()
	}
	for i, c := range d.Unexplained {
		p.blank()
		number := sanitize.Safe(strconv.Itoa(i + 1))
		head := signs.Severity(c.Severity) + " " + sanitize.Safe(c.Severity.String())
		const indent = 6
		p.line(0, part{text: spaces(4-len(number)) + number + "  "}, part{severityStyle(c.Severity), head},
			part{text: spaces(11-sanitize.Width(head)) + p.bounded(indent+11, c.Template)})
		p.items(indent, dim, append([]sanitize.Safe{rarity(c, d)}, clusterPlaces(c)...))
		if c.Text != c.Template {
			p.quote(indent+2, c.Text)
		}
	}
	if len(d.Unexplained) > 0 {
		p.blank()
		p.prose(0, dim, "logdoc new symptom --from-unexplained N PATH... drafts a symptom from number N")
	}
	if len(d.Notes) > 0 {
		p.blank()
		p.notes(0, d.Notes)
	}
	return p.w.Flush()
}

// unexplainedHeading counts them; unless it is brief it also says how they are ordered.
func unexplainedHeading(d *logdoc.Diagnosis, brief bool) string {
	if len(d.Unexplained) == 0 {
		return "no unexplained record is a warning or worse"
	}
	records := 0
	for _, c := range d.Unexplained {
		records += c.Count
	}
	heading := fmt.Sprintf("%s of %s, warning or worse, known to no pack", counted(records, "record"), counted(len(d.Unexplained), "kind"))
	if brief {
		return heading
	}
	return heading + ": the worst first, then those near the first finding, then the rarest"
}

// rarity says how many of all records are of a cluster.
func rarity(c logdoc.Cluster, d *logdoc.Diagnosis) sanitize.Safe {
	return sanitize.Safe(thousands(c.Count) + " of " + counted(d.Coverage.Totals.Records, "record"))
}

// UnexplainedMarkdown is Unexplained for a ticket.
func UnexplainedMarkdown(w io.Writer, d *logdoc.Diagnosis) error {
	m := &marker{w: bufio.NewWriter(w)}
	m.paragraph("# Unexplained records")
	m.paragraph(sanitize.Prose(unexplainedHeading(d, false)) + ".")
	for i, c := range d.Unexplained {
		m.paragraph(md(fmt.Sprintf("**%d** · %s %s · ", i+1, signs.Severity(c.Severity), c.Severity)) + boundedCode(c.Template))
		items := []sanitize.Markdown{md(rarity(c, d)), sanitize.Prose(c.Format)}
		if !c.FirstTime.IsZero() {
			items = append(items, md(period(c.FirstTime, c.LastTime)))
		}
		items = append(items, sanitize.Code(sanitize.Place(c.First)))
		if c.Count > 1 && c.Last != c.First {
			items = append(items, "last "+sanitize.Code(sanitize.Place(c.Last)))
		}
		m.paragraph(join(items, " · "))
		if text := quoted(c.Text); text != "" {
			m.paragraph(sanitize.Fence("text", text))
		}
	}
	m.notes(d.Notes, "")
	return m.w.Flush()
}

// UnexplainedJSON is Unexplained for a program: the clusters as in the whole report, each with its number.
func UnexplainedJSON(w io.Writer, d *logdoc.Diagnosis) error {
	type numbered struct {
		Number int `json:"number"`
		jsonCluster
	}
	number := 0
	doc := struct {
		SchemaVersion string     `json:"schema_version"`
		Records       int        `json:"records"`
		Unexplained   []numbered `json:"unexplained"`
		Notes         []jsonNote `json:"notes"`
	}{SchemaVersion, d.Coverage.Totals.Records, each(d.Unexplained, func(c logdoc.Cluster) numbered {
		number++
		return numbered{number, jsonClusterOf(c)}
	}), each(d.Notes, jsonNoteOf)}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}
