package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Markdown writes the diagnosis for a ticket: GitHub's and Jira's Markdown with headings, tables and fenced blocks. Log text stands in
// code only, so that nothing in it becomes markup, a link or a mention.
func Markdown(w io.Writer, d *logdoc.Diagnosis) error {
	m := newMarker(w)
	m.paragraph("# Diagnosis")
	m.paragraph(sanitize.Prose(Summary(d)) + ".")
	if !d.Capture.IsZero() {
		m.paragraph("Captured " + md(moment(d.Capture)) + ". All times are UTC.")
	}
	m.notes(d.Notes, "")
	m.overview(d)
	shown := d.Findings[:min(len(d.Findings), maxFindings)]
	for i := range shown {
		m.finding(&shown[i], sameAbove(shown[:i], &shown[i]), d)
	}
	if more := len(d.Findings) - len(shown); more > 0 {
		m.paragraph("**" + md(moreFindings(more)) + "**")
	}
	switch {
	case len(d.Findings) > 0:
	case len(d.Silenced) > 0:
		m.paragraph("**Nothing was found but what is silenced.**")
	default:
		m.paragraph("**Nothing was found.**")
	}
	m.work(d)
	m.silenced(d)
	m.nodes(d)
	m.clean(d.Clean)
	m.unchecked(d.Unchecked)
	m.unexplained(d.Unexplained)
	m.coverage(&d.Coverage)
	return m.w.Flush()
}

// marker writes blocks, each followed by an empty line. Errors of the writer are kept by bufio and come back from Flush.
type marker struct {
	w       *bufio.Writer
	started bool
}

func newMarker(w io.Writer) *marker { return &marker{w: bufio.NewWriter(w)} }

// md takes words of our own (numbers, times, severities), which hold nothing to escape.
func md[T ~string](own T) sanitize.Markdown { return sanitize.Markdown(own) }

// join joins Markdown as strings.Join does strings.
func join(parts []sanitize.Markdown, between sanitize.Markdown) sanitize.Markdown {
	var out sanitize.Markdown
	for i, part := range parts {
		if i > 0 {
			out += between
		}
		out += part
	}
	return out
}

// paragraph writes one block, with an empty line before it unless it is the first.
func (m *marker) paragraph(text sanitize.Markdown) {
	if text == "" {
		return
	}
	if m.started {
		m.w.WriteByte('\n')
	}
	m.started = true
	m.w.WriteString(strings.TrimSuffix(string(text), "\n") + "\n")
}

// list writes a bullet list, indented to stand beneath another one's item.
func (m *marker) list(indent string, items ...sanitize.Markdown) {
	for i, item := range items {
		items[i] = md(indent) + "- " + item
	}
	m.paragraph(join(items, "\n"))
}

func (m *marker) table(header []sanitize.Markdown, align string, rows [][]sanitize.Markdown) {
	var b strings.Builder
	write := func(cells []sanitize.Markdown) {
		for _, cell := range cells {
			b.WriteString("| " + string(sanitize.Cell(cell)) + " ")
		}
		b.WriteString("|\n")
	}
	write(header)
	for _, a := range align {
		if a == 'r' {
			b.WriteString("| ---: ")
		} else {
			b.WriteString("| --- ")
		}
	}
	b.WriteString("|\n")
	for _, row := range rows {
		write(row)
	}
	m.paragraph(sanitize.Markdown(b.String()))
}

func (m *marker) finding(f, above *logdoc.Finding, d *logdoc.Diagnosis) {
	m.paragraph("## " + findingTitle(f))
	m.list("", findingFacts(f, d)...)
	m.prose("Why", f.Why...)
	m.earlier(f.Earlier)
	m.values(f.Values)
	m.evidence(f)
	if len(f.Consequences) > 0 {
		m.paragraph("**Consequences**")
		var items []sanitize.Markdown
		for i := range f.Consequences {
			items = append(items, consequenceLines(&f.Consequences[i], d, "")...)
		}
		m.paragraph(join(items, "\n"))
	}
	if above != nil {
		where := sanitize.Markdown("**Runbook** Cause, impact and steps are those of the finding above")
		if above.Key != "" {
			where += " for " + boundedCode(above.Key)
		}
		m.paragraph(where + ".")
		return
	}
	m.advice(f)
}

// advice writes what the pack says of the symptom.
func (m *marker) advice(f *logdoc.Finding) {
	m.prose("Cause", paragraphs(f.Cause)...)
	m.prose("Impact", paragraphs(f.Impact)...)
	if len(f.Steps) > 0 {
		m.paragraph("### Runbook")
		for i := range f.Steps {
			m.step(&f.Steps[i], f.Steps)
		}
	}
	if len(f.See) > 0 {
		links := make([]sanitize.Markdown, len(f.See))
		for i, see := range f.See {
			links[i] = sanitize.Link(see)
		}
		m.paragraph("**See** " + join(links, ", "))
	}
}

func findingTitle(f *logdoc.Finding) sanitize.Markdown {
	return md(signs.Severity(f.Severity)) + " " + md(upper(f.Severity)) + ": " + sanitize.Prose(f.Title)
}

// findingFacts says name, certainty, state, times, count and key.
func findingFacts(f *logdoc.Finding, d *logdoc.Diagnosis) []sanitize.Markdown {
	name := sanitize.Code(f.Symptom)
	if f.Product != "" {
		name += ", " + sanitize.Prose(f.Product)
	}
	seen := times(f)
	facts := []sanitize.Markdown{
		name,
		"**" + md(f.Certainty.String()) + "**, " + md(state(f, d.Capture)),
		join([]sanitize.Markdown{md(strings.Join(stringsOf(seen), ", ")), md(counted(f.Count, "record"))}, ", "),
	}
	if f.Key != "" {
		facts = append(facts, "for "+boundedCode(f.Key))
	}
	if on := onNodesMarkdown(f, d); on != "" {
		facts = append(facts, on)
	}
	return facts
}

// boundedCode is inline code of a length that a ticket bears.
func boundedCode(t logdoc.LogText) sanitize.Markdown {
	return sanitize.Code(sanitize.CutRunes(sanitize.Line(t), maxRunes))
}

func stringsOf(in []sanitize.Safe) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// prose writes paragraphs, the first behind its label.
func (m *marker) prose(label sanitize.Markdown, paragraphs ...string) {
	for i, text := range paragraphs {
		p := sanitize.Prose(text)
		if i == 0 {
			p = "**" + label + "** " + p
		}
		m.paragraph(p)
	}
}

func (m *marker) values(values []logdoc.Value) {
	if len(values) == 0 {
		return
	}
	var rows [][]sanitize.Markdown
	for _, v := range values {
		rows = append(rows, []sanitize.Markdown{sanitize.Code(v.Name), boundedCode(v.Text), sanitize.Prose(origin(v))})
	}
	m.table([]sanitize.Markdown{"Value", "", "What it is"}, "lll", rows)
}

func (m *marker) evidence(f *logdoc.Finding) {
	if len(f.Evidence) == 0 {
		return
	}
	head := sanitize.Markdown("**Evidence**")
	if f.Count > len(f.Evidence) {
		head += md(" (" + thousands(len(f.Evidence)) + " of " + counted(f.Count, "record") + ")")
	}
	m.paragraph(head)
	for _, e := range f.Evidence {
		m.paragraph(evidencePlace(e))
		if text := quoted(e.Text); text != "" {
			m.paragraph(sanitize.Fence("text", text))
		}
	}
}

func evidencePlace(e logdoc.Evidence) sanitize.Markdown {
	items := []sanitize.Markdown{sanitize.Code(sanitize.Place(e.Place))}
	if !e.Time.IsZero() {
		items = append(items, md(moment(e.Time)))
	}
	if name := evidenceName(e); name != "" {
		items = append(items, sanitize.Prose(name))
	}
	return join(items, " · ")
}

// quoted bounds a record for a document: some lines, each of bounded length.
func quoted(text logdoc.LogText) sanitize.Safe {
	lines := sanitize.Lines(text)
	var more sanitize.Safe
	if len(lines) > maxLines {
		more = sanitize.Safe("\n… " + counted(len(lines)-maxLines+1, "more line"))
		lines = lines[:maxLines-1]
	}
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(sanitize.CutRunes(line, maxRunes)))
	}
	return sanitize.Safe(b.String()) + more
}

// consequenceLines is a bullet list; what follows from a consequence stands one level deeper.
func consequenceLines(f *logdoc.Finding, d *logdoc.Diagnosis, indent sanitize.Markdown) []sanitize.Markdown {
	facts := join(findingFacts(f, d), " · ")
	out := []sanitize.Markdown{indent + "- " + findingTitle(f), indent + "  - " + facts}
	if len(f.Evidence) > 0 {
		e := f.Evidence[0]
		line := evidencePlace(e)
		if first := sanitize.Lines(e.Text); len(first) > 0 {
			line += ": " + sanitize.Code(sanitize.CutRunes(first[0], maxRunes))
		}
		out = append(out, indent+"  - "+line)
	}
	for i := range f.Consequences {
		out = append(out, consequenceLines(&f.Consequences[i], d, indent+"  ")...)
	}
	return out
}

func (m *marker) step(s *logdoc.Step, steps []logdoc.Step) {
	m.paragraph(md(fmt.Sprintf("**Step %d** · %s %s · ", s.Number, signs.Kind(s.Kind), signs.KindWord(s.Kind))) + sanitize.Prose(s.Title))
	if len(s.Commands) > 0 {
		m.paragraph(sanitize.Fence("sh", strings.Join(s.Commands, "\n")))
	}
	var values []sanitize.Markdown
	for _, v := range s.Values {
		value := sanitize.Code(v.Name) + " " + boundedCode(v.Text)
		if v.Computed {
			value += " (worked out)"
		}
		values = append(values, value)
	}
	m.paragraph(join(values, " · "))
	for _, n := range s.Notes {
		for _, p := range paragraphs(n) {
			m.paragraph(sanitize.Prose(p))
		}
	}
	m.paragraph(sanitize.Prose(s.Ask))
	var answers []sanitize.Markdown
	for _, a := range s.Answers {
		answers = append(answers, "“"+sanitize.Prose(a.Text)+"”: "+sanitize.Prose(goTo(steps, a.Target)))
	}
	m.list("", answers...)
}
