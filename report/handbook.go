package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Handbook is all that the packs know, for readers who have no input at hand: symptoms, records that are normal, and formats, each in the order in which they are shown.
type Handbook struct {
	Symptoms, Normal []logdoc.Article
	Formats          []logdoc.FormatArticle
}

// Page is one file of the handbook in Markdown. Name is relative to the handbook's folder, with slashes, and of letters, digits and hyphens, whatever the symptom is called.
type Page struct {
	Name  string
	write func(*marker)
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	m := newMarker(w)
	p.write(m)
	return m.w.Flush()
}

// Pages returns the handbook as linked Markdown. The first page leads to all others.
func (h *Handbook) Pages() []Page {
	n := h.names()
	pages := []Page{{Name: "README.md", write: func(m *marker) { m.contents(h, n) }}}
	for i := range h.Symptoms {
		a := &h.Symptoms[i]
		pages = append(pages, Page{n.symptom[a.Name] + ".md", func(m *marker) { m.handbookArticle(a, n) }})
	}
	for i := range h.Normal {
		a := &h.Normal[i]
		pages = append(pages, Page{n.normal[a.Name] + ".md", func(m *marker) { m.handbookArticle(a, n) }})
	}
	for i := range h.Formats {
		f := &h.Formats[i]
		pages = append(pages, Page{n.format[f.Name] + ".md", func(m *marker) { m.formatArticle(f) }})
	}
	return pages
}

// bookNames are where the articles stand: a folder and a name, without an ending, by the article's own name.
type bookNames struct{ symptom, normal, format map[string]string }

func (h *Handbook) names() bookNames {
	n := bookNames{map[string]string{}, map[string]string{}, map[string]string{}}
	taken := map[string]bool{}
	place := func(into map[string]string, folder, name string) {
		base := folder + "/" + slug(name)
		file := base
		for i := 2; taken[file]; i++ {
			file = fmt.Sprintf("%s-%d", base, i)
		}
		taken[file], into[name] = true, file
	}
	for _, a := range h.Symptoms {
		place(n.symptom, "symptoms", a.Name)
	}
	for _, a := range h.Normal {
		place(n.normal, "normal", a.Name)
	}
	for _, f := range h.Formats {
		place(n.format, "formats", f.Name)
	}
	return n
}

// slug makes a name fit for a file's and for a link: lower-case letters, digits and single hyphens, of bounded length and never empty.
func slug(name string) string {
	const longest = 80
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == longest {
			break
		}
	}
	if s := strings.TrimRight(b.String(), "-"); s != "" {
		return s
	}
	return "unnamed"
}

// inProducts calls visit for each product with what is of it, products in the order in which they first appear.
func inProducts[T any](list []T, product func(*T) string, visit func(product string, of []*T)) {
	var order []string
	groups := map[string][]*T{}
	for i := range list {
		p := product(&list[i])
		if p == "" {
			p = "Without a product"
		}
		if !slices.Contains(order, p) {
			order = append(order, p)
		}
		groups[p] = append(groups[p], &list[i])
	}
	for _, p := range order {
		visit(p, groups[p])
	}
}

func articleProduct(a *logdoc.Article) string      { return a.Product }
func formatProduct(f *logdoc.FormatArticle) string { return f.Product }

// summary says how much is in the handbook.
func (h *Handbook) summary() string {
	return fmt.Sprintf("%s, %s of records that are normal, %s", counted(len(h.Symptoms), "symptom"), counted(len(h.Normal), "kind"), counted(len(h.Formats), "format"))
}

// contents is the page that leads to all others.
func (m *marker) contents(h *Handbook, n bookNames) {
	m.paragraph("# Handbook")
	m.paragraph(sanitize.Prose("What logdoc knows: " + h.summary() + "."))
	m.paragraph("## Symptoms")
	inProducts(h.Symptoms, articleProduct, func(product string, of []*logdoc.Article) {
		m.paragraph("### " + sanitize.Prose(product))
		var rows [][]sanitize.Markdown
		for _, a := range of {
			rows = append(rows, []sanitize.Markdown{
				md(signs.Severity(a.Severity)) + " " + md(a.Severity.String()), linked(a.Name, n.symptom[a.Name]+".md"), sanitize.Prose(a.Title),
			})
		}
		m.table([]sanitize.Markdown{"Severity", "Symptom", "What is wrong"}, "lll", rows)
	})
	m.paragraph("## Records that are normal")
	inProducts(h.Normal, articleProduct, func(product string, of []*logdoc.Article) {
		m.paragraph("### " + sanitize.Prose(product))
		var rows [][]sanitize.Markdown
		for _, a := range of {
			rows = append(rows, []sanitize.Markdown{linked(a.Name, n.normal[a.Name]+".md"), sanitize.Prose(a.Title)})
		}
		m.table([]sanitize.Markdown{"Name", "Records"}, "ll", rows)
	})
	m.paragraph("## Formats")
	inProducts(h.Formats, formatProduct, func(product string, of []*logdoc.FormatArticle) {
		m.paragraph("### " + sanitize.Prose(product))
		var rows [][]sanitize.Markdown
		for _, f := range of {
			rows = append(rows, []sanitize.Markdown{linked(f.Name, n.format[f.Name]+".md"), sanitize.Prose(f.Title)})
		}
		m.table([]sanitize.Markdown{"Format", "Log"}, "ll", rows)
	})
}

// linked is a name that leads to a page; only its name where there is none.
func linked(name, page string) sanitize.Markdown {
	if page == ".md" {
		return sanitize.Code(name)
	}
	return "[" + sanitize.Code(name) + "](" + md(page) + ")"
}

// handbookArticle writes the page of a symptom, or of records that are normal.
func (m *marker) handbookArticle(a *logdoc.Article, n bookNames) {
	m.article(a)
	names := func(heading sanitize.Markdown, names []string) {
		if len(names) == 0 {
			return
		}
		m.paragraph("## " + heading)
		items := make([]sanitize.Markdown, len(names))
		for i, name := range names {
			page := n.symptom[name]
			if page != "" {
				page = "../" + page
			}
			items[i] = linked(name, page+".md")
		}
		m.list("", items...)
	}
	names("Explains", a.Explains)
	names("Follows from", a.ExplainedBy)
	if len(a.See) > 0 {
		m.paragraph("## See")
		items := make([]sanitize.Markdown, len(a.See))
		for i, see := range a.See {
			items[i] = sanitize.Link(see)
		}
		m.list("", items...)
	}
	if len(a.Examples) > 0 {
		m.paragraph("## Examples")
	}
	for _, ex := range a.Examples {
		if ex.Title != "" {
			m.paragraph("### " + sanitize.Prose(ex.Title))
		}
		for _, in := range ex.Inputs {
			m.paragraph(sanitize.Prose(inputName(in)))
			m.paragraph(sanitize.Fence("text", exampleText(in.Text)))
		}
		if ex.Now != "" {
			m.paragraph("Captured " + sanitize.Code(ex.Now) + ".")
		}
		if ex.Title != "" {
			items := []sanitize.Markdown{"**" + md(found(ex)) + "**"}
			for _, e := range ex.Expect {
				items = append(items, sanitize.Code(e))
			}
			m.paragraph("Result: " + join(items, ", "))
		}
	}
	m.paragraph("[Contents](../README.md)")
}

// inputName says what an example reads.
func inputName(in logdoc.ExampleInput) string {
	switch {
	case in.Path != "":
		return "The file " + in.Path + ":"
	case in.Format == "plain":
		return "A log of no format:"
	}
	return "A log of format " + in.Format + ":"
}

// exampleText shows a file without content as such.
func exampleText(t logdoc.LogText) logdoc.LogText {
	if t == "" {
		return "(nothing)"
	}
	return t
}

// formatArticle writes the page of a format.
func (m *marker) formatArticle(f *logdoc.FormatArticle) {
	m.paragraph("# " + sanitize.Prose(f.Title))
	facts := []sanitize.Markdown{sanitize.Code(f.Name)}
	if f.Product != "" {
		facts = append(facts, sanitize.Prose(f.Product))
	}
	m.paragraph(join(facts, " · "))
	for _, section := range formatSections(f) {
		m.paragraph("## " + sanitize.Prose(section.Label))
		items := make([]sanitize.Markdown, len(section.Paragraphs))
		for i, text := range section.Paragraphs {
			items[i] = sanitize.Code(text)
			if section.Prose {
				items[i] = sanitize.Prose(text)
			}
		}
		m.list("", items...)
	}
	if len(f.Templates) > 0 {
		m.paragraph("## Layouts")
		m.paragraph("They are tried in this order.")
		var items []sanitize.Markdown
		for _, t := range f.Templates {
			items = append(items, sanitize.Code(t.Kind)+" "+sanitize.Code(layoutText(t)))
		}
		m.list("", items...)
	}
	if len(f.Samples) > 0 {
		m.paragraph("## Samples")
	}
	for _, s := range f.Samples {
		m.paragraph(sanitize.Fence("text", s.Text))
		items := make([]sanitize.Markdown, len(s.Fields))
		for i, field := range s.Fields {
			items[i] = sanitize.Code(field)
		}
		m.list("", items...)
	}
	m.paragraph("[Contents](../README.md)")
}

// layoutText is a template as a pack writes it, or a regular expression between slashes.
func layoutText(t logdoc.FormatTemplate) string {
	if t.Regexp {
		return "/" + t.Text + "/"
	}
	return t.Text
}

// formatSection is a label and what stands beneath it: words of a pack's author with prose, else what the pack's machine reads.
type formatSection struct {
	Label      sanitize.Safe
	Prose      bool
	Paragraphs []string
}

// formatSections are what is said of a format besides its layouts and samples.
func formatSections(f *logdoc.FormatArticle) []formatSection {
	var out []formatSection
	add := func(label sanitize.Safe, prose bool, list []string) {
		if len(list) > 0 {
			out = append(out, formatSection{label, prose, list})
		}
	}
	add("Collect", true, f.Collect)
	add("Names of files", false, f.Files)
	if f.Stamped {
		add("Lines with a time", true, []string{"Every line that states its time in a usual notation is a record, where no other format fits."})
	}
	add("Severities", false, f.Severities)
	add("Zones", false, f.Zones)
	if f.Zone != "" {
		add("Zone of stamps that state none", false, []string{f.Zone})
	}
	return out
}
