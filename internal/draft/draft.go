// Package draft writes the first version of a symptom from records that somebody wonders about.
//
// In go records as a format read them; out comes a .logdoc file in which everything that the records tell is written and everything that only a person can say is
// marked, so that a check reports it. It knows the language, and neither where the records come from nor what other symptoms there are.
package draft

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// Record is one record to draft from.
type Record struct {
	// Format is the name of the format that read it, "plain" for none; Fields are the fields that the format can give.
	Format string
	Fields []string
	// Text is the record with all its lines; Cut means that its end is missing.
	Text string
	Cut  bool
	// Code, Program and Message are empty where the record has none.
	Code, Program, Message string
	Severity               logdoc.Severity
}

// Plain is the Format of text that no format accepts.
const Plain = "plain"

// Bounds of a draft: a reader is to see at a glance what to correct.
const (
	maxEvents    = 12
	perEvent     = 3 // records of one event in the example
	maxLine      = 4 << 10
	maxLines     = 30 // of one record
	maxRecordLen = 16 << 10
)

// Symptom drafts a symptom with that name for the product, either of which may be empty. leftOut is how many records are of kinds beyond what a draft holds.
func Symptom(name, product string, records []Record) (file []byte, leftOut int, err error) {
	var kept []Record
	for _, r := range records {
		if r = clean(r); strings.TrimSpace(r.Message) != "" {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		return nil, 0, fmt.Errorf("no record has any text")
	}
	groups := group(kept)
	for _, g := range groups[min(len(groups), maxEvents):] {
		leftOut += len(g.records)
	}
	groups = groups[:min(len(groups), maxEvents)]
	nameEvents(groups)
	nameHoles(groups)
	w := &writer{}
	w.symptom(name, product, groups)
	parsed, problems := lang.Parse("draft", []byte(w.out.String()))
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, 0, fmt.Errorf("write the draft: %w", errs)
	}
	return parsed.Print(), leftOut, nil
}

// clean makes a record fit for a pack file, which is valid text of bounded lines.
func clean(r Record) Record {
	fit := func(s string) string {
		s = strings.NewReplacer("\r", "", "\x00", "").Replace(s)
		return strings.ToValidUTF8(s, "\ufffd")
	}
	if len(r.Text) > maxRecordLen {
		r.Text, r.Cut = r.Text[:maxRecordLen], true
	}
	r.Text, r.Message = fit(r.Text), fit(r.Message)
	lines := strings.Split(r.Text, "\n")
	lines = lines[:min(len(lines), maxLines)]
	for i, line := range lines {
		if len(line) > maxLine {
			lines[i] = strings.ToValidUTF8(line[:maxLine], "")
			r.Cut = r.Cut || i == 0
		}
	}
	r.Text = strings.Join(lines, "\n")
	if r.Cut && !strings.Contains(lines[0], r.Message) {
		// The message ends where the first line now does.
		if n := strings.Index(lines[0], r.Message[:min(len(r.Message), 32)]); n >= 0 {
			r.Message = lines[0][n:]
		}
	}
	return r
}

// writer writes the draft.
type writer struct{ out strings.Builder }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

// mark is what only a person can say.
func mark(what string) string { return lang.DraftMark + what }

func (w *writer) symptom(name, product string, groups []*kind) {
	if name == "" {
		name = "product/draft"
	}
	w.line("symptom %s %s {", name, quote(mark("say in one line what is wrong")))
	w.line("  # %s", mark("choose the severity: critical, error, warning, notice or info"))
	w.line("  severity %s", worst(groups))
	if product == "" {
		product = mark("name the product")
	}
	w.line("  product %s", quote(product))
	for _, g := range groups {
		w.line("  event %s %s in %s where %s", g.name, quote(mark("say what this record means")), g.first().Format, g.where())
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.name
	}
	if len(groups) > 1 {
		w.line("  # %s", mark("decide which of them make it certain, and which only likely"))
	}
	w.line("  certain when %s", strings.Join(names, " and "))
	if len(groups) > 1 {
		w.line("  likely when %s", strings.Join(names, " or "))
	}
	w.line("  cause\n    | %s", mark("write the cause"))
	w.line("  impact\n    | %s", mark("write what no longer works"))
	w.line("  look look-at %s", quote(mark("say what to look at")))
	w.line("    run | %s", mark("write the command"))
	w.line("  verify solved %s", quote(mark("say how to see that it is solved")))
	w.line("    note | %s", mark("write what is to be seen then"))
	w.example(groups)
	w.silent(groups[0].first())
	w.line("}")
}

func worst(groups []*kind) logdoc.Severity {
	severity := logdoc.Unrated
	for _, g := range groups {
		for _, r := range g.records {
			severity = max(severity, r.Severity)
		}
	}
	if severity < logdoc.Info {
		return logdoc.Warning
	}
	return severity
}

// example puts the records in, in the order of their kinds, and what must be captured from them.
func (w *writer) example(groups []*kind) {
	w.line("  example %s {", quote(mark("say where these lines come from")))
	var expect strings.Builder
	for _, g := range groups {
		for _, r := range g.records[:min(len(g.records), perEvent)] {
			w.input(r.Format, r.Text)
		}
		for _, c := range g.certain(perEvent) {
			fmt.Fprintf(&expect, " %s = %s", c.name, quote(c.value))
		}
	}
	w.line("    expect certain%s", expect.String())
	w.line("  }")
}

// silent is an example that nearly fires: the same record with another message.
func (w *writer) silent(r Record) {
	line, _, _ := strings.Cut(r.Text, "\n")
	other := "this is to become a harmless record"
	if i := strings.LastIndex(line, r.Message); i >= 0 {
		line = line[:i] + other
	} else {
		line = other
	}
	w.line("  example %s {", quote(mark("find a record that looks alike and is harmless")))
	w.input(r.Format, line)
	w.line("    expect nothing")
	w.line("  }")
}

func (w *writer) input(format, text string) {
	for i, line := range strings.Split(text, "\n") {
		if i == 0 {
			w.line("    %s | %s", format, line)
		} else {
			w.line("      | %s", line)
		}
	}
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(text) + `"`
}
