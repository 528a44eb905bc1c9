package report

import (
	"fmt"
	"io"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Accounts writes how records are read and what the packs know of them.
func Accounts(w io.Writer, accounts []logdoc.Account, o TextOptions) error {
	p := newPrinter(w, o)
	for i := range accounts {
		if i > 0 {
			p.rule()
		}
		p.account(&accounts[i])
	}
	return p.w.Flush()
}

func (p *printer) account(a *logdoc.Account) {
	p.quote(0, a.Text)
	p.blank()
	if a.Format == "" {
		p.labelled("Format", []sanitize.Safe{"none: no template of any format accepts this line, and no record is open that it could belong to"})
	} else {
		p.labelled("Format", []sanitize.Safe{sanitize.Line(a.Format) + " (" + sanitize.Line(a.Title) + "), " + sanitize.Line(a.Why)})
	}
	if a.Template != "" {
		p.label("Template", part{text: sanitize.Line(a.Template)})
		p.blank()
	}
	if a.Header {
		p.labelled("Known", []sanitize.Safe{"a line of the file's frame: normal by itself"})
		return
	}
	p.nearTemplates(a)
	if a.Format != "" {
		p.accountFields(a)
	}
	p.belongings("Known", a.Known)
	p.belongings("Nearly", a.Nearly)
	if len(a.Known) == 0 {
		p.labelled("Known", []sanitize.Safe{"to no pack: to write one, type logdoc new symptom --from-lines FILE"})
	}
}

func (p *printer) nearTemplates(a *logdoc.Account) {
	label := sanitize.Safe("Nearest")
	for _, n := range a.Near {
		p.label(label, part{text: sanitize.Line(n.Format) + " | " + sanitize.Line(n.Template)})
		p.prose(textColumn+2, dim, sanitize.Safe(fmt.Sprintf("column %d: wants ", n.Column))+sanitize.Line(n.Wants))
		label = ""
	}
	if len(a.Near) > 0 {
		p.blank()
	}
}

func (p *printer) accountFields(a *logdoc.Account) {
	fields := []logdoc.Value{{Name: "time", Text: "none"}, {Name: "severity", Text: logdoc.LogText(a.Severity.String())}}
	if !a.Time.IsZero() {
		fields[0].Text = logdoc.LogText(a.Time.Format("2006-01-02 15:04:05.999999999") + " UTC")
	}
	fields = append(fields, a.Fields...)
	width := 0
	for _, f := range fields {
		width = max(width, sanitize.Width(sanitize.Line(f.Name)))
	}
	label := sanitize.Safe("Fields")
	for _, f := range fields {
		name := sanitize.Line(f.Name)
		p.label(label, part{dim, name}, part{text: spaces(width-sanitize.Width(name)+2) + p.bounded(textColumn+width+2, f.Text)})
		label = ""
	}
	p.blank()
}

// belongings writes patterns, each with what it captures or what it misses.
func (p *printer) belongings(label sanitize.Safe, list []logdoc.Belonging) {
	for _, b := range list {
		kind := sanitize.Safe("")
		if b.Expected {
			kind = "normal: "
		}
		what := sanitize.Line(b.Event)
		if b.Label != "" {
			what = sanitize.Line(b.Label)
		}
		for i, line := range sanitize.Wrap(kind+sanitize.Line(b.Name)+": "+what, p.proseWidth-textColumn) {
			if i > 0 {
				label = ""
			}
			p.label(label, part{bold, line})
		}
		label = ""
		var captures []sanitize.Safe
		for _, c := range b.Captures {
			captures = append(captures, sanitize.Line(c.Name)+" "+p.bounded(textColumn+2, c.Value))
		}
		p.items(textColumn+2, valueStyle, captures)
		if b.Failed != "" {
			p.prose(textColumn+2, dim, "✗ "+sanitize.Line(b.Failed))
		}
	}
	if len(list) > 0 {
		p.blank()
	}
}
