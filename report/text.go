package report

import (
	"io"
	"strconv"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// TextOptions say for what the text is written.
type TextOptions struct {
	// Color adds colours. Nothing is told by colour alone.
	Color bool
	// Width is the terminal's width in cells; log lines are then cut to it. 0 is for a file: prose is wrapped, log lines are kept.
	Width int
	// Fold breaks log lines at Width instead of cutting them: for a mail, say.
	Fold bool
	// Quiet leaves nothing but the summary line.
	Quiet bool
	// Verbose shows all sources and clusters, whole records, and the titles of what ran clean.
	Verbose bool
}

// Text writes the diagnosis for a reader at a terminal or of a plain text file.
func Text(w io.Writer, d *logdoc.Diagnosis, o TextOptions) error {
	p := newPrinter(w, o)
	if o.Quiet {
		p.line(0, part{text: sanitize.Line(Summary(d))})
		return p.w.Flush()
	}
	p.prose(0, bold, sanitize.Line(Summary(d)))
	if !d.Capture.IsZero() {
		p.prose(0, dim, "captured "+moment(d.Capture)+" · all times are UTC")
	}
	p.notes(0, d.Notes)
	p.overview(d)
	shown := d.Findings
	if !o.Verbose {
		shown = shown[:min(len(shown), maxFindings)]
	}
	for i := range shown {
		p.rule()
		p.finding(&shown[i], sameAbove(shown[:i], &shown[i]), d)
	}
	if more := len(d.Findings) - len(shown); more > 0 {
		p.rule()
		p.line(0, part{bold, sanitize.Safe("and " + counted(more, "more finding") + ": see -v or the JSON report")})
	}
	if len(d.Findings) == 0 {
		p.nothingFound(d)
	}
	p.work(d)
	p.silenced(d)
	p.nodes(d)
	p.clean(d.Clean)
	p.unchecked(d.Unchecked)
	p.unexplained(d.Unexplained)
	p.coverage(&d.Coverage)
	return p.w.Flush()
}

// nothingFound says what the absence of findings means, so that nobody takes it for a clean bill of health.
func (p *printer) nothingFound(d *logdoc.Diagnosis) {
	p.blank()
	switch {
	case len(d.Silenced) > 0:
		p.line(0, part{bold, "Nothing was found but what is silenced."})
	case d.Coverage.Totals.Records == 0:
		p.line(0, part{bold, "Nothing was found, for no record was read."})
	case len(d.Unchecked) > 0:
		p.line(0, part{bold, "Nothing was found."}, part{text: " Not everything could be checked: see below."})
	default:
		p.line(0, part{bold, "Nothing was found."})
	}
}

// finding writes a finding in full, or, where the same symptom stands above for another key, without repeating the symptom's article.
func (p *printer) finding(f, above *logdoc.Finding, d *logdoc.Diagnosis) {
	p.title(0, f)
	p.facts(12, f, d)
	p.blank()
	p.labelled("Why", lines(f.Why))
	p.earlier(f.Earlier)
	p.values(f.Values)
	p.evidence(f)
	if len(f.Consequences) > 0 {
		p.label("Consequences")
		for i := range f.Consequences {
			p.consequence(4, &f.Consequences[i], d)
		}
		p.blank()
	}
	if above != nil {
		p.sameRunbook(f, above)
		return
	}
	p.article(f)
}

// article writes what the pack says of the symptom.
func (p *printer) article(f *logdoc.Finding) {
	p.labelled("Cause", lines(paragraphs(f.Cause)))
	p.labelled("Impact", lines(paragraphs(f.Impact)))
	p.runbook(f.Steps)
	p.labelled("See", lines(f.See))
}

// title writes severity and title; a long title goes on beneath itself.
func (p *printer) title(indent int, f *logdoc.Finding) {
	head := signs.Severity(f.Severity) + " " + upper(f.Severity)
	const column = 12
	for i, line := range sanitize.Wrap(sanitize.Line(f.Title), p.proseWidth-indent-column) {
		if i == 0 {
			p.line(indent, part{severityStyle(f.Severity), head}, part{text: spaces(column - sanitize.Width(head))}, part{bold, line})
		} else {
			p.line(indent+column, part{bold, line})
		}
	}
	if f.Title == "" {
		p.line(indent, part{severityStyle(f.Severity), head})
	}
}

// facts writes name, certainty, state, times, count and key.
func (p *printer) facts(indent int, f *logdoc.Finding, d *logdoc.Diagnosis) {
	items := []sanitize.Safe{sanitize.Line(f.Symptom)}
	if f.Product != "" {
		items = append(items, sanitize.Line(f.Product))
	}
	items = append(items, sanitize.Safe(f.Certainty.String()), state(f, d.Capture))
	p.items(indent, plain, items)
	items = append(times(f), sanitize.Safe(counted(f.Count, "record")))
	if f.Key != "" {
		items = append(items, "for "+p.bounded(indent+4, f.Key))
	}
	if on := onNodesText(f, d); on != "" {
		items = append(items, on)
	}
	p.items(indent, dim, items)
}

func (p *printer) values(values []logdoc.Value) {
	if len(values) == 0 {
		return
	}
	// A value of unusual width does not push the others' columns away.
	const usual = 24
	names, contents := 0, 0
	for _, v := range values {
		if n := sanitize.Width(sanitize.Line(v.Name)); n <= usual {
			names = max(names, n)
		}
		if n := sanitize.Width(sanitize.Line(v.Text)); n <= usual {
			contents = max(contents, n)
		}
	}
	column := textColumn + names + 2
	for i, v := range values {
		label := sanitize.Safe("")
		if i == 0 {
			label = "Values"
		}
		name, text := sanitize.Line(v.Name), p.bounded(column, v.Text)
		parts := []part{{text: name + spaces(names-sanitize.Width(name)+2)}, {bold, text}}
		gap := max(0, contents-sanitize.Width(text)) + 2
		from := origin(v)
		if from != "" {
			from = "(" + from + ")"
		}
		if column+sanitize.Width(text)+gap+sanitize.Width(from) <= p.proseWidth {
			p.label(label, append(parts, part{text: spaces(gap)}, part{dim, from})...)
			continue
		}
		p.label(label, parts...)
		p.prose(column, dim, from)
	}
	p.blank()
}

func (p *printer) evidence(f *logdoc.Finding) {
	if len(f.Evidence) == 0 {
		return
	}
	how := sanitize.Safe("")
	if f.Count > len(f.Evidence) {
		how = sanitize.Safe(thousands(len(f.Evidence)) + " of " + counted(f.Count, "record"))
	}
	p.label("Evidence", part{dim, how})
	for _, e := range f.Evidence {
		p.record(4, e)
	}
	p.blank()
}

// record writes one piece of evidence: where and when it was said, and beneath it the words. The bare name of a clause is shown only where
// there is room: it says little to who has not read the pack.
func (p *printer) record(indent int, e logdoc.Evidence) {
	items := []sanitize.Safe{sanitize.Place(e.Place)}
	if !e.Time.IsZero() {
		items = append(items, moment(e.Time))
	}
	if name := evidenceName(e); name != "" && (e.Label != "" || p.fits(indent, append(items, name))) {
		items = append(items, name)
	}
	p.items(indent, dim, items)
	p.quote(indent+2, e.Text)
}

// recordRows is how many rows of a terminal the first line of a record may take.
const recordRows = 4

// quote writes log text, every line bounded, and says when there were more lines.
func (p *printer) quote(indent int, text logdoc.LogText) {
	all := sanitize.Lines(text)
	shown := all
	if !p.verbose && len(all) > maxLines {
		shown = all[:maxLines-1]
	}
	for i, line := range shown {
		if p.fold {
			for _, piece := range sanitize.Fold(p.cut(indent, line), max(p.proseWidth-indent, minWidth/2), 10*maxRunes) {
				p.line(indent, part{text: sanitize.Safe(strings.TrimRight(string(piece), " "))})
			}
			continue
		}
		if i == 0 && p.cutWidth > 0 && !p.verbose {
			// The decisive part of a record is often at its end.
			for _, piece := range sanitize.Fold(line, max(p.cutWidth-indent, minWidth/2), recordRows) {
				p.line(indent, part{text: sanitize.Safe(strings.TrimRight(string(piece), " "))})
			}
			continue
		}
		p.line(indent, part{text: p.cut(indent, line)})
	}
	if more := len(all) - len(shown); more > 0 {
		p.line(indent, part{dim, sanitize.Safe("… " + counted(more, "more line"))})
	}
}

// consequence writes a finding that another one explains: enough to recognise it, not its runbook, for its cause is above.
func (p *printer) consequence(indent int, f *logdoc.Finding, d *logdoc.Diagnosis) {
	p.title(indent, f)
	p.facts(indent+2, f, d)
	if len(f.Evidence) > 0 {
		p.record(indent+2, f.Evidence[0])
	}
	for i := range f.Consequences {
		p.consequence(indent+4, &f.Consequences[i], d)
	}
}

func (p *printer) runbook(steps []logdoc.Step) {
	if len(steps) == 0 {
		return
	}
	p.label("Runbook")
	for i := range steps {
		p.step(&steps[i], steps)
	}
	p.blank()
}

// sameRunbook says where cause, impact and runbook stand, and which values its steps have here.
func (p *printer) sameRunbook(f, above *logdoc.Finding) {
	where := sanitize.Safe("Cause, impact and steps are those of the finding above")
	if above.Key != "" {
		where += " for " + p.bounded(12, above.Key)
	}
	p.labelled("Runbook", []sanitize.Safe{where + "."})
	for i := range f.Steps {
		if s := &f.Steps[i]; len(s.Values) > 0 {
			p.prose(6, plain, sanitize.Safe("Step "+strconv.Itoa(s.Number)+", ")+sanitize.Line(s.Title)+":")
			p.stepValues(s)
		}
	}
	p.blank()
}

func (p *printer) step(s *logdoc.Step, steps []logdoc.Step) {
	const indent, body, kindWidth = 2, 6, 10
	number := sanitize.Safe(strconv.Itoa(s.Number) + ".")
	kind := signs.Kind(s.Kind) + " " + signs.KindWord(s.Kind)
	title := sanitize.Wrap(sanitize.Line(s.Title), p.proseWidth-body-kindWidth)
	if len(title) == 0 {
		title = []sanitize.Safe{""}
	}
	for i, line := range title {
		if i > 0 {
			p.line(body+kindWidth, part{bold, line})
			continue
		}
		p.line(indent, part{text: spaces(3-len(number)) + number + " "}, part{kindStyle(s.Kind), kind},
			part{text: spaces(kindWidth - sanitize.Width(kind))}, part{bold, line})
	}
	for _, command := range s.Commands {
		for i, line := range sanitize.Lines(command) {
			prompt := sanitize.Safe("$ ")
			if i > 0 {
				prompt = "  "
			}
			p.line(body+2, part{dim, prompt}, part{text: line})
		}
	}
	p.stepValues(s)
	for _, n := range s.Notes {
		for _, paragraph := range paragraphs(n) {
			p.prose(body, plain, sanitize.Line(paragraph))
		}
	}
	if s.Ask != "" {
		p.prose(body, plain, sanitize.Line(s.Ask))
	}
	for _, a := range s.Answers {
		p.hanging(body, "→ ", `if "`+sanitize.Line(a.Text)+`": `+goTo(steps, a.Target))
	}
}

// goTo says in words where an answer leads.
func goTo(steps []logdoc.Step, id string) sanitize.Safe {
	if ends(id) {
		return "done"
	}
	number, title, ok := target(steps, id)
	if !ok {
		return "go to " + sanitize.Line(id)
	}
	text := sanitize.Safe("go to step " + strconv.Itoa(number))
	if title != "" {
		text += " (" + sanitize.Line(title) + ")"
	}
	return text
}

// lines makes sentences and paragraphs safe, one by one.
func lines(in []string) []sanitize.Safe {
	out := make([]sanitize.Safe, len(in))
	for i, s := range in {
		out[i] = sanitize.Line(s)
	}
	return out
}

// stepValues writes what a step needs to know, each beside its name.
func (p *printer) stepValues(s *logdoc.Step) {
	const body = 6
	var values []sanitize.Safe
	for i, v := range s.Values {
		value := sanitize.Line(v.Name) + " " + p.bounded(body+8, v.Text)
		if v.Computed {
			value += " (worked out)"
		}
		if i == 0 {
			value = "values: " + value
		}
		values = append(values, value)
	}
	p.items(body, valueStyle, values)
}
