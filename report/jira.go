package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// jiraRoom is how many characters a report has room for: Jira refuses a text of more than 32,767.
const jiraRoom = 32000

// jiraWidth is how wide prose in a block is that Jira does not wrap.
const jiraWidth = 100

// Jira writes the diagnosis in the wiki markup of Jira. Log text stands in {noformat} blocks only. What Jira has no room for is left out from the end, and the report says so.
func Jira(w io.Writer, d *logdoc.Diagnosis) error {
	j := &jiraWriter{d: d}
	j.block("h1. Diagnosis", sanitize.JiraProse(Summary(d))+".")
	if !d.Capture.IsZero() {
		j.block("", "Captured "+sanitize.Jira(moment(d.Capture))+". All times are UTC.")
	}
	j.plain("", func(p *printer) { p.notes(0, d.Notes) })
	j.plain("h2. In short", func(p *printer) { p.overviewRows(d) })
	for i := range d.Findings {
		if !j.finding(&d.Findings[i], sameAbove(d.Findings[:i], &d.Findings[i])) {
			more := len(d.Findings) - i
			j.more(sanitize.Jira(counted(more, "more finding")) + " had no room here: attach the HTML or JSON report.")
			break
		}
	}
	if len(d.Findings) == 0 {
		j.block("", "*"+sanitize.Jira(nothing(d))+"*")
	}
	for _, s := range []struct {
		title sanitize.Jira
		write func(p *printer)
	}{
		{"h2. Done so far", func(p *printer) { p.work(d) }},
		{"h2. Silenced", func(p *printer) { p.silenced(d) }},
		{"h2. Nodes", func(p *printer) { p.nodes(d) }},
		{"h2. Ran clean", func(p *printer) { p.clean(d.Clean) }},
		{"h2. Could not be checked", func(p *printer) { p.unchecked(d.Unchecked) }},
		{"h2. Unexplained", func(p *printer) { p.unexplained(d.Unexplained) }},
		{"h2. Coverage", func(p *printer) { p.coverage(&d.Coverage) }},
	} {
		j.plain(s.title, s.write)
	}
	if j.left > 0 {
		j.more(sanitize.Jira(counted(j.left, "section")) + " had no room here: attach the HTML or JSON report.")
	}
	b := bufio.NewWriter(w)
	b.WriteString(j.b.String())
	return b.Flush()
}

// jiraWriter gathers a report until there is no room for more.
type jiraWriter struct {
	d    *logdoc.Diagnosis
	b    strings.Builder
	left int // sections without room
}

// fits adds a piece if there is room for it.
func (j *jiraWriter) fits(text string) bool {
	if len([]rune(text))+len([]rune(j.b.String())) > jiraRoom {
		return false
	}
	if j.b.Len() > 0 {
		j.b.WriteByte('\n')
	}
	j.b.WriteString(text)
	return true
}

// more says what had no room; for that there always is some.
func (j *jiraWriter) more(text sanitize.Jira) { j.b.WriteString("\n" + string(text) + "\n") }

func (j *jiraWriter) block(title, text sanitize.Jira) {
	s := string(text) + "\n"
	if title != "" {
		s = string(title) + "\n" + s
	}
	if !j.fits(s) {
		j.left++
	}
}

// plain writes a part as the text report has it, in a block that is shown as it is.
func (j *jiraWriter) plain(title sanitize.Jira, write func(p *printer)) {
	text := textOf(write)
	if text == "" {
		return
	}
	s := string(sanitize.NoFormat(text))
	if title != "" {
		s = string(title) + "\n" + s
	}
	if !j.fits(s) {
		j.left++
	}
}

// textOf is what a part of the text report says, without its own heading.
func textOf(write func(p *printer)) sanitize.Safe {
	var b bytes.Buffer
	p := newPrinter(&b, TextOptions{})
	p.proseWidth, p.bare, p.spaced = jiraWidth, true, true
	write(p)
	p.w.Flush() // a buffer takes everything
	return sanitize.Safe(strings.Trim(b.String(), "\n"))
}

// finding writes one finding; false means that there is no room for it.
func (j *jiraWriter) finding(f, above *logdoc.Finding) bool {
	d := j.d
	var b strings.Builder
	para := func(text sanitize.Jira) { b.WriteString(string(text) + "\n") }
	plain := func(write func(p *printer)) {
		if text := textOf(write); text != "" {
			para(sanitize.NoFormat(text))
		}
	}
	para("h2. " + sanitize.Jira(signs.Severity(f.Severity)) + " " + sanitize.Jira(upper(f.Severity)) + ": " + sanitize.JiraProse(f.Title))
	plain(func(p *printer) { p.facts(0, f, d) })
	labelled := func(label sanitize.Jira, paragraphs []string) {
		for i, text := range paragraphs {
			s := sanitize.JiraProse(text)
			if i == 0 {
				s = "*" + label + "* " + s
			}
			para(s + "\n")
		}
	}
	plain(func(p *printer) { p.labelled("Why", lines(f.Why)) })
	plain(func(p *printer) { p.earlier(f.Earlier) })
	plain(func(p *printer) { p.values(f.Values) })
	plain(func(p *printer) { p.evidence(f) })
	plain(func(p *printer) {
		if len(f.Consequences) > 0 {
			p.label("Consequences")
		}
		for i := range f.Consequences {
			p.consequence(4, &f.Consequences[i], d)
		}
	})
	if above != nil {
		plain(func(p *printer) { p.sameRunbook(f, above) })
		return j.fits(b.String())
	}
	labelled("Cause", paragraphs(f.Cause))
	labelled("Impact", paragraphs(f.Impact))
	if len(f.Steps) > 0 {
		para("h3. Runbook\n")
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		para(sanitize.Jira(fmt.Sprintf("*Step %d* %s %s · ", s.Number, signs.Kind(s.Kind), signs.KindWord(s.Kind))) + sanitize.JiraProse(s.Title) + "\n")
		if len(s.Commands) > 0 {
			para(sanitize.NoFormat(strings.Join(s.Commands, "\n")))
		}
		plain(func(p *printer) { p.stepValues(s) })
		for _, n := range s.Notes {
			for _, text := range paragraphs(n) {
				para(sanitize.JiraProse(text) + "\n")
			}
		}
		if s.Ask != "" {
			para(sanitize.JiraProse(s.Ask))
		}
		for _, a := range s.Answers {
			para("* “" + sanitize.JiraProse(a.Text) + "”: " + sanitize.JiraProse(goTo(f.Steps, a.Target)))
		}
		para("")
	}
	if len(f.See) > 0 {
		links := make([]string, len(f.See))
		for i, see := range f.See {
			links[i] = string(sanitize.JiraLink(see))
		}
		para(sanitize.Jira("*See* " + strings.Join(links, ", ")))
	}
	return j.fits(b.String())
}
