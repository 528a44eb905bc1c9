package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

var (
	//go:embed handbook/handbook.tmpl
	handbookPage string
	//go:embed handbook/handbook.css
	handbookStyle string
)

// productGroup is what is of one product.
type productGroup[T any] struct {
	Product string
	Of      []*T
}

func byProduct[T any](list []T, product func(*T) string) []productGroup[T] {
	var out []productGroup[T]
	inProducts(list, product, func(name string, of []*T) { out = append(out, productGroup[T]{name, of}) })
	return out
}

// handbookData is what the page is made of.
type handbookData struct {
	Summary   string
	Style     template.CSS
	StyleHash string
	Symptoms  []productGroup[logdoc.Article]
	Normal    []productGroup[logdoc.Article]
	Formats   []productGroup[logdoc.FormatArticle]
}

// soughtList is a heading and what is looked for.
type soughtList struct {
	Label string
	List  []logdoc.Sought
}

// HTML writes the handbook as one page that needs nothing else: no script, no request, and a policy that allows neither. Text of packs and logs is escaped by html/template, after
// what cannot be seen was made visible.
func (h *Handbook) HTML(w io.Writer) error {
	n := h.names()
	anchors := map[string]map[string]string{"symptom": n.symptom, "normal": n.normal, "format": n.format}
	page, err := template.New("handbook").Funcs(template.FuncMap{
		"line":    func(s string) sanitize.Safe { return sanitize.Line(s) },
		"logText": func(t logdoc.LogText) sanitize.Safe { return sanitize.Text(exampleText(t)) },
		"anchor":  func(kind, name string) string { return strings.ReplaceAll(anchors[kind][name], "/", "-") },
		"sign":    func(s logdoc.Severity) sanitize.Safe { return signs.Severity(s) },
		"upper":   func(s logdoc.Severity) sanitize.Safe { return upper(s) },
		"facts":   articleFacts, "sections": articleSections, "paragraphs": paragraphs, "found": found,
		"sought":         func(label string, list []logdoc.Sought) soughtList { return soughtList{label, list} },
		"isChange":       func(s logdoc.Step) bool { return s.Kind == logdoc.Change },
		"kindSign":       func(s logdoc.Step) sanitize.Safe { return signs.Kind(s.Kind) },
		"kindWord":       func(s logdoc.Step) sanitize.Safe { return signs.KindWord(s.Kind) },
		"next":           func(a *logdoc.Article, target string) sanitize.Safe { return sanitize.Line(goTo(a.Steps, target)) },
		"isAddress":      func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
		"inputName":      func(in logdoc.ExampleInput) sanitize.Safe { return sanitize.Line(inputName(in)) },
		"layout":         func(t logdoc.FormatTemplate) sanitize.Safe { return sanitize.Line(layoutText(t)) },
		"formatSections": formatSections,
	}).Parse(handbookPage)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(handbookStyle))
	b := bufio.NewWriter(w)
	err = page.Execute(b, handbookData{
		Summary: h.summary(), Style: template.CSS(handbookStyle), StyleHash: "sha256-" + base64.StdEncoding.EncodeToString(sum[:]),
		Symptoms: byProduct(h.Symptoms, articleProduct), Normal: byProduct(h.Normal, articleProduct), Formats: byProduct(h.Formats, formatProduct),
	})
	if err != nil {
		return err
	}
	return b.Flush()
}
