package lang

import (
	"fmt"
	"strings"
)

var lineWords = map[LineKind]string{LineRecord: "line", LineBare: "bare", LineHeader: "header"}

func (p *printer) format(f *Format, d decl) {
	p.head(f.Pos, "format", f.Name, f.Title)
	word := func(w string) string { return padded(w, len("product")) }
	if f.Product != (Name{}) {
		p.stmt(f.Product.Pos, 1, word("product")+" "+quote(f.Product.Value))
	}
	if len(f.Files) > 0 {
		p.stmt(f.Files[0].Pos, 1, word("files")+" "+quoted(f.Files))
	}
	if len(f.Collect) > 0 {
		p.stmt(f.Collect[0].Pos, 1, word("collect")+" "+quoted(f.Collect))
	}
	for _, l := range f.Lines {
		if l.Template != nil {
			p.stmt(l.Pos, 1, verbatim(word(lineWords[l.Kind]), *l.Template))
		} else {
			p.stmt(l.Pos, 1, word(lineWords[l.Kind])+" "+slashed(l.Regexp.Value))
		}
	}
	for _, in := range f.Inner {
		w := word("inner")
		if in.Guard != nil {
			w = fmt.Sprintf("inner when %s == %s", in.Guard.Name.Value, printValue(in.Guard.Name.Value, in.Guard.Value.Value))
		}
		p.stmt(in.Pos, 1, verbatim(w, in.Template))
	}
	p.table("severity", f.Severities, printWord)
	p.table("zones   ", f.Zones, quote)
	if f.Zone != (Name{}) {
		p.stmt(f.Zone.Pos, 1, "zone     "+quote(f.Zone.Value))
	}
	if f.Stamped != (Pos{}) {
		p.stmt(f.Stamped, 1, "stamped")
	}
	for _, s := range f.Samples {
		p.stmt(s.Pos, 1, beside("sample", s.Text))
		if len(s.Fields) > 0 {
			p.stmt(s.Fields[0].Name.Pos, 1, "{ "+assigns(s.Fields)+" }")
		}
	}
	p.close(d.ends[f.Pos], 0)
}

func (p *printer) table(word string, rows []Mapping, value func(string) string) {
	if len(rows) == 0 {
		return
	}
	texts := make([]string, len(rows))
	for i, m := range rows {
		texts[i] = printWord(m.Word.Value) + " = " + value(m.Value.Value)
	}
	p.stmt(rows[0].Word.Pos, 1, word+" { "+strings.Join(texts, "  ")+" }")
}

func assigns(as []Assign) string {
	texts := make([]string, len(as))
	for i, a := range as {
		texts[i] = a.Name.Value + " = " + printValue(a.Name.Value, a.Value.Value)
	}
	return strings.Join(texts, "  ")
}

func (p *printer) expected(e *Expected, d decl) {
	p.head(e.Pos, "expected", e.Name, e.Title)
	if e.Product != (Name{}) {
		p.stmt(e.Product.Pos, 1, "product "+quote(e.Product.Value))
	}
	for _, s := range e.See {
		p.stmt(s.Pos, 1, "see     "+quote(s.Value))
	}
	p.events(e.Events)
	for _, s := range e.States {
		p.stmt(s.Pos, 1, fmt.Sprintf("state %s from %s", quote(s.Word.Value), listed(s.From)))
	}
	for _, s := range e.Samples {
		p.stmt(s.Pos, 1, beside("sample "+s.Format.Value, s.Text))
	}
	p.close(d.ends[e.Pos], 0)
}

func (p *printer) events(events []*EventClause) {
	width := 0
	for _, e := range events {
		width = max(width, len(e.Name.Value))
		if e.Label.Value != "" {
			width = 0
			break
		}
	}
	for _, e := range events {
		text := "event " + padded(e.Name.Value, min(width, 16))
		if e.Label.Value != "" {
			text += " " + quote(e.Label.Value)
		}
		text += " in any"
		if len(e.Formats) > 0 {
			text = strings.TrimSuffix(text, "any") + listed(e.Formats)
		}
		if e.Where != nil {
			text += " where " + whereText(e.Where)
		}
		p.stmt(e.Pos, 1, text)
	}
}
