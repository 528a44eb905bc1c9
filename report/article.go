package report

import (
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Article writes what a pack says of a symptom, or of records that are normal, for a reader at a terminal or of a plain text file.
func Article(w io.Writer, a *logdoc.Article, o TextOptions) error {
	p := newPrinter(w, o)
	if a.Expected {
		p.prose(0, bold, "✓ "+sanitize.Line(a.Title))
	} else {
		p.title(0, &logdoc.Finding{Title: a.Title, Severity: a.Severity})
	}
	p.items(2, plain, articleFacts(a))
	p.blank()
	for _, section := range articleSections(a) {
		p.labelled(section.Label, lines(section.Paragraphs))
	}
	p.sought("Records", a.Records)
	p.sought("Files", a.Files)
	p.sought("Values", a.Values)
	p.labelled("Cause", lines(paragraphs(a.Cause)))
	p.labelled("Impact", lines(paragraphs(a.Impact)))
	p.runbook(a.Steps)
	for _, section := range articleClosing(a) {
		p.labelled(section.Label, lines(section.Paragraphs))
	}
	return p.w.Flush()
}

// articleFacts are the name, the product and where the article comes from.
func articleFacts(a *logdoc.Article) []sanitize.Safe {
	items := []sanitize.Safe{sanitize.Line(a.Name)}
	if a.Product != "" {
		items = append(items, sanitize.Line(a.Product))
	}
	if a.Expected {
		items = append(items, "records that are normal")
	}
	if a.Pack != "" {
		items = append(items, sanitize.Line(a.Pack))
	}
	return items
}

// articleSection is a label and its paragraphs.
type articleSection struct {
	Label      sanitize.Safe
	Paragraphs []string
}

// articleSections are what stands before the records: how sure what makes us, and what a finding is.
func articleSections(a *logdoc.Article) []articleSection {
	var out []articleSection
	add := func(label sanitize.Safe, paragraphs ...string) {
		if len(paragraphs) > 0 {
			out = append(out, articleSection{label, paragraphs})
		}
	}
	label := map[logdoc.Certainty]sanitize.Safe{logdoc.Certain: "Certain", logdoc.Likely: "Likely", logdoc.Possible: "Possible"}
	for _, c := range []logdoc.Certainty{logdoc.Certain, logdoc.Likely, logdoc.Possible} {
		var when []string
		for _, cond := range a.Conditions {
			if cond.Certainty == c {
				text := "when " + cond.When
				if len(when) > 0 {
					text = "or " + text
				}
				when = append(when, text)
			}
		}
		add(label[c], when...)
	}
	if a.Clears != "" {
		add("Cleared", "when afterwards "+a.Clears)
	}
	if a.Stale != "" {
		add("Stale", a.Stale)
	}
	if a.Yields != "" {
		add("Yields", a.Yields)
	}
	if a.Per != "" {
		add("Finding", "one for each "+a.Per)
	}
	add("Severity", a.SeverityRules...)
	if a.Overlay != "" {
		add("Overlay", a.Overlay)
	}
	add("States", a.States...)
	return out
}

// articleClosing are what stands behind the runbook.
func articleClosing(a *logdoc.Article) []articleSection {
	var out []articleSection
	list := func(label sanitize.Safe, words []string) {
		if len(words) > 0 {
			out = append(out, articleSection{label, []string{strings.Join(words, ", ")}})
		}
	}
	list("Explains", a.Explains)
	list("Follows", a.ExplainedBy)
	if len(a.See) > 0 {
		out = append(out, articleSection{"See", a.See})
	}
	var titles []string
	for _, ex := range a.Examples {
		if ex.Title != "" {
			titles = append(titles, ex.Title+" ("+found(ex)+")")
		}
	}
	if len(titles) > 0 {
		out = append(out, articleSection{"Examples", titles})
	}
	return out
}

// found says how sure a finding in the example is.
func found(ex logdoc.Example) string {
	if ex.Found == logdoc.NotFound {
		return "nothing is found"
	}
	return ex.Found.String()
}

// sought writes what is looked for: in words, and beneath that where.
func (p *printer) sought(label sanitize.Safe, list []logdoc.Sought) {
	for _, s := range list {
		head, rest := soughtHead(s)
		for i, line := range sanitize.Wrap(head, p.proseWidth-textColumn) {
			if i > 0 {
				label = ""
			}
			p.label(label, part{bold, line})
		}
		label = ""
		for _, text := range rest {
			p.prose(textColumn+2, dim, text)
		}
	}
	if len(list) > 0 {
		p.blank()
	}
}

// soughtHead is the label with the name that conditions use; rest says where and how.
func soughtHead(s logdoc.Sought) (head sanitize.Safe, rest []sanitize.Safe) {
	head = sanitize.Line(s.Name)
	if s.Label != "" {
		head = sanitize.Line(s.Label) + " (" + sanitize.Line(s.Name) + ")"
	}
	how := sanitize.Line(s.How)
	if len(s.Where) > 0 {
		how = "in " + sanitize.Line(strings.Join(s.Where, ", ")) + ": " + how
	}
	rest = append(rest, how)
	if s.Collect != "" {
		rest = append(rest, "collect: "+sanitize.Line(s.Collect))
	}
	return head, rest
}

// ArticleMarkdown writes the article for a ticket or a page of one's own documentation.
func ArticleMarkdown(w io.Writer, a *logdoc.Article) error {
	m := newMarker(w)
	m.article(a)
	for _, section := range articleClosing(a) {
		m.paragraph("## " + sanitize.Prose(section.Label))
		items := make([]sanitize.Markdown, len(section.Paragraphs))
		for i, text := range section.Paragraphs {
			items[i] = sanitize.Link(text)
		}
		m.list("", items...)
	}
	return m.w.Flush()
}

// article writes all of it but what stands behind the runbook.
func (m *marker) article(a *logdoc.Article) {
	title := sanitize.Prose(a.Title)
	if !a.Expected {
		title = md(signs.Severity(a.Severity)) + " " + md(upper(a.Severity)) + ": " + title
	}
	m.paragraph("# " + title)
	facts := []sanitize.Markdown{sanitize.Code(a.Name)}
	for _, item := range articleFacts(a)[1:] {
		facts = append(facts, sanitize.Prose(item))
	}
	m.paragraph(join(facts, " · "))
	for _, section := range articleSections(a) {
		m.prose(sanitize.Prose(section.Label), section.Paragraphs...)
	}
	m.sought("Records", a.Records)
	m.sought("Files", a.Files)
	m.sought("Values", a.Values)
	if a.Cause != "" {
		m.paragraph("## Cause")
		for _, text := range paragraphs(a.Cause) {
			m.paragraph(sanitize.Prose(text))
		}
	}
	if a.Impact != "" {
		m.paragraph("## Impact")
		for _, text := range paragraphs(a.Impact) {
			m.paragraph(sanitize.Prose(text))
		}
	}
	if len(a.Steps) > 0 {
		m.paragraph("## Runbook")
		for i := range a.Steps {
			m.step(&a.Steps[i], a.Steps)
		}
	}
}

func (m *marker) sought(heading sanitize.Markdown, list []logdoc.Sought) {
	if len(list) == 0 {
		return
	}
	m.paragraph("## " + heading)
	var items []sanitize.Markdown
	for _, s := range list {
		item := sanitize.Code(s.Name)
		if s.Label != "" {
			item = "**" + sanitize.Prose(s.Label) + "** " + item
		}
		if len(s.Where) > 0 {
			item += " in " + sanitize.Code(strings.Join(s.Where, ", "))
		}
		item += ": " + sanitize.Code(s.How)
		if s.Collect != "" {
			item += "; collect " + sanitize.Prose(s.Collect)
		}
		items = append(items, item)
	}
	m.list("", items...)
}
