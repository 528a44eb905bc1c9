package report

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// PipelineOptions say how a diagnosis is told to a build server.
type PipelineOptions struct {
	// FailOn is the mildest severity of a finding that fails; the zero value is Warning. What has cleared never fails.
	FailOn logdoc.Severity
	// Version is the program's own.
	Version string
}

func (o PipelineOptions) fails(f *logdoc.Finding) bool {
	least := o.FailOn
	if least == logdoc.Unrated {
		least = logdoc.Warning
	}
	return f.State != logdoc.Cleared && f.Severity >= least
}

// Bounds of what a build server is told.
const (
	maxPipelineFindings = 1000
	maxPipelineText     = 4000
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties *junitProperies `xml:"properties,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperies struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string        `xml:"name,attr"`
	Value sanitize.Safe `xml:"value,attr"`
}

type junitCase struct {
	Name      sanitize.Safe `xml:"name,attr"`
	Class     sanitize.Safe `xml:"classname,attr"`
	Failure   *junitWord    `xml:"failure,omitempty"`
	Error     *junitWord    `xml:"error,omitempty"`
	Skipped   *junitWord    `xml:"skipped,omitempty"`
	SystemOut sanitize.Safe `xml:"system-out,omitempty"`
}

type junitWord struct {
	Type    string        `xml:"type,attr,omitempty"`
	Message sanitize.Safe `xml:"message,attr"`
	Text    sanitize.Safe `xml:",chardata"`
}

// JUnit writes the diagnosis as the XML that build servers read: one suite for each product, one case for each symptom that was looked for, and for each finding. A finding fails its case, a symptom that could not be
// checked is skipped, and an input that was not read in full is an error of the suite "input".
func JUnit(w io.Writer, d *logdoc.Diagnosis, o PipelineOptions) error {
	j := &junit{d: d, o: o, at: map[string]int{}}
	j.input()
	shown := d.Findings[:min(len(d.Findings), maxPipelineFindings)]
	for i := range shown {
		j.finding(&shown[i])
	}
	if more := len(d.Findings) - len(shown); more > 0 {
		j.add("", junitCase{Name: "further findings", Class: "logdoc", Failure: &junitWord{Type: "more", Message: sanitize.Safe(counted(more, "more finding") + ": see the JSON report")}})
	}
	for i := range d.Silenced {
		f := &d.Silenced[i].Finding
		j.add(f.Product, junitCase{Name: caseName(f), Class: sanitize.Line(f.Symptom), Skipped: &junitWord{Message: sanitize.Safe("silenced until "+end(d.Silenced[i].Until)+": ") + sanitize.Line(d.Silenced[i].Because)}})
	}
	for _, c := range d.Clean {
		if !c.Expected {
			j.add(c.Product, junitCase{Name: sanitize.Line(c.Title), Class: sanitize.Line(c.Name)})
		}
	}
	for _, u := range d.Unchecked {
		message := sanitize.Line(u.Reason)
		for i, what := range u.Collect {
			if i == 0 {
				message += "; collect "
			} else {
				message += ", "
			}
			message += sanitize.Line(what)
		}
		j.add(u.Product, junitCase{Name: sanitize.Line(u.Title), Class: sanitize.Line(u.Symptom), Skipped: &junitWord{Message: message}})
	}
	for _, s := range j.suites.Suites {
		j.suites.Tests += s.Tests
		j.suites.Failures += s.Failures
		j.suites.Errors += s.Errors
	}
	j.suites.Name = "logdoc"
	b := bufio.NewWriter(w)
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(b)
	enc.Indent("", "  ")
	if err := enc.Encode(j.suites); err != nil {
		return err
	}
	b.WriteByte('\n')
	return b.Flush()
}

// junit gathers the cases by product.
type junit struct {
	d      *logdoc.Diagnosis
	o      PipelineOptions
	suites junitSuites
	at     map[string]int
}

func (j *junit) add(product string, c junitCase) {
	name := string(sanitize.Line(productName(product)))
	i, ok := j.at[name]
	if !ok {
		i = len(j.suites.Suites)
		j.at[name] = i
		suite := junitSuite{Name: name}
		if at := instant(j.d.Capture); at != nil {
			suite.Timestamp = at.Format("2006-01-02T15:04:05")
		}
		j.suites.Suites = append(j.suites.Suites, suite)
	}
	s := &j.suites.Suites[i]
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// input says whether all of the input was read, and in a few words what is wrong.
func (j *junit) input() {
	j.add("input", junitCase{Name: "the input was read", Class: "logdoc"})
	s := &j.suites.Suites[0]
	s.Properties = &junitProperies{[]junitProperty{{"summary", sanitize.Line(Summary(j.d))}}}
	if j.o.Version != "" {
		s.Properties.List = append(s.Properties.List, junitProperty{"logdoc version", sanitize.Line(j.o.Version)})
	}
	text := bounded(textOf(func(p *printer) { p.overviewRows(j.d) }))
	s.Cases[0].SystemOut = text
	if j.d.Incomplete() {
		s.Errors++
		s.Cases[0].Error = &junitWord{Type: "incomplete", Message: "not everything was read", Text: bounded(textOf(func(p *printer) {
			p.notes(0, j.d.Notes)
			for i := range j.d.Coverage.Sources {
				if source := &j.d.Coverage.Sources[i]; leftOut(source.Notes) {
					p.line(0, part{text: sanitize.Line(source.Source)})
					p.notes(2, source.Notes)
				}
			}
		}))}
	}
}

func (j *junit) finding(f *logdoc.Finding) {
	c := junitCase{Name: caseName(f), Class: sanitize.Line(f.Symptom)}
	text := bounded(textOf(func(p *printer) { p.brief(f, j.d) }))
	if j.o.fails(f) {
		message := sanitize.Safe(f.Severity.String()+", "+f.Certainty.String()+", ") + state(f, j.d.Capture)
		if len(f.Steps) > 0 {
			message += "; first: " + sanitize.Line(f.Steps[0].Title)
		}
		c.Failure = &junitWord{Type: f.Severity.String(), Message: message, Text: text}
	} else {
		c.SystemOut = text
	}
	j.add(f.Product, c)
}

func caseName(f *logdoc.Finding) sanitize.Safe {
	name := sanitize.Line(f.Title)
	if f.Key != "" {
		name += ", for " + sanitize.CutRunes(sanitize.Line(f.Key), maxKey)
	}
	return name
}

// brief writes of a finding what proves it and what to do, without the notes of the steps.
func (p *printer) brief(f *logdoc.Finding, d *logdoc.Diagnosis) {
	p.facts(0, f, d)
	p.blank()
	p.labelled("Why", lines(f.Why))
	p.earlier(f.Earlier)
	for i := range f.Steps {
		s := &f.Steps[i]
		p.hanging(2, sanitize.Safe(thousands(s.Number)+". "), sanitize.Line(s.Title)+changeWarning(s))
		for _, command := range s.Commands {
			for _, line := range sanitize.Lines(command) {
				p.line(6, part{text: "$ " + line})
			}
		}
	}
	p.blank()
	p.labelled("Cause", lines(paragraphs(f.Cause)))
	if len(f.Consequences) > 0 {
		p.label("Consequences")
		p.follows(f.Consequences, 4)
	}
	p.evidence(f)
}

// follows names what follows from a finding.
func (p *printer) follows(consequences []logdoc.Finding, indent int) {
	for i := range consequences {
		f := &consequences[i]
		p.hanging(indent, "- ", sanitize.Line(f.Title)+" ("+sanitize.Line(f.Symptom)+")")
		p.follows(f.Consequences, indent+2)
	}
	if indent == 4 {
		p.blank()
	}
}

// bounded is a text of a length that a build server shows.
func bounded(text sanitize.Safe) sanitize.Safe {
	cut := sanitize.CutRunes(text, maxPipelineText)
	return sanitize.Safe(strings.TrimRight(string(cut), "\n"))
}
