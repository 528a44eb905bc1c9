package report

import (
	"fmt"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// workDone is the work on one finding, in the order of its runbook.
type workDone struct {
	finding *logdoc.Finding
	steps   []stepDone
}

type stepDone struct {
	step *logdoc.Step
	work logdoc.StepWork
}

// workOn gathers the steps that somebody touched, by finding. Work on a finding that is not there any more is left out: its runbook is not known.
func workOn(d *logdoc.Diagnosis) []workDone {
	if len(d.Work.Steps) == 0 {
		return nil
	}
	var all []workDone
	var visit func(findings []logdoc.Finding)
	visit = func(findings []logdoc.Finding) {
		for i := range findings {
			f := &findings[i]
			w := workDone{finding: f}
			for j := range f.Steps {
				if s, ok := d.Work.Step(f.Symptom, f.Key, f.Steps[j].ID); ok {
					w.steps = append(w.steps, stepDone{&f.Steps[j], s})
				}
			}
			if len(w.steps) > 0 {
				all = append(all, w)
			}
			visit(f.Consequences)
		}
	}
	visit(d.Findings)
	return all
}

// workSign stands before a step, so that what failed is seen at once; the word stands behind it.
func workSign(s logdoc.StepState) sanitize.Safe {
	switch s {
	case logdoc.StepDone:
		return "✓"
	case logdoc.StepFailed:
		return "✗"
	case logdoc.StepSkipped:
		return "–"
	case logdoc.StepOpen:
	}
	return "○"
}

// says tells in words what was done about a step.
func (s stepDone) says() sanitize.Safe {
	text := sanitize.Safe(s.work.State.String())
	if s.work.Tries > 0 {
		text += sanitize.Safe(fmt.Sprintf(", try %d", s.work.Tries+1))
	}
	if !s.work.Changed.IsZero() {
		text += ", " + moment(s.work.Changed)
	}
	return text
}

// work writes what a person has done and marked.
func (p *printer) work(d *logdoc.Diagnosis) {
	done := workOn(d)
	if len(done) == 0 && len(d.Work.Marks) == 0 {
		return
	}
	p.section("Done so far", "")
	for _, w := range done {
		items := []sanitize.Safe{sanitize.Line(w.finding.Title)}
		if w.finding.Key != "" {
			items = append(items, "for "+p.bounded(4, w.finding.Key))
		}
		p.items(2, bold, items)
		for _, s := range w.steps {
			p.prose(4, plain, workSign(s.work.State)+sanitize.Safe(fmt.Sprintf(" %d. ", s.step.Number))+sanitize.Line(s.step.Title)+" ("+s.says()+")")
			if s.work.Answer != "" {
				p.prose(8, dim, sanitize.Line(s.step.Ask)+" "+sanitize.Line(s.work.Answer))
			}
			if s.work.Note != "" {
				p.prose(8, valueStyle, "note: "+sanitize.Line(s.work.Note))
			}
		}
	}
	for _, m := range d.Work.Marks {
		items := []sanitize.Safe{"marked " + sanitize.Place(m.Place)}
		if !m.Time.IsZero() {
			items = append(items, moment(m.Time))
		}
		p.items(2, plain, items)
		if m.Note != "" {
			p.prose(4, valueStyle, "note: "+sanitize.Line(m.Note))
		}
		p.quote(6, m.Text)
	}
}

// work writes what a person has done and marked. A note may have been pasted from a log: it stands in code, as log text does.
func (m *marker) work(d *logdoc.Diagnosis) {
	done := workOn(d)
	if len(done) == 0 && len(d.Work.Marks) == 0 {
		return
	}
	m.paragraph("## Done so far")
	for _, w := range done {
		title := "**" + sanitize.Prose(w.finding.Title) + "**"
		if w.finding.Key != "" {
			title += " for " + boundedCode(w.finding.Key)
		}
		m.paragraph(title)
		var items []sanitize.Markdown
		for _, s := range w.steps {
			item := md(workSign(s.work.State)) + md(fmt.Sprintf(" step %d, ", s.step.Number)) + sanitize.Prose(s.step.Title) + " (" + md(s.says()) + ")"
			if s.work.Answer != "" {
				item += "\n  - " + sanitize.Prose(s.step.Ask) + " " + sanitize.Prose(s.work.Answer)
			}
			if s.work.Note != "" {
				item += "\n  - note: " + sanitize.Code(s.work.Note)
			}
			items = append(items, item)
		}
		m.list("", items...)
	}
	var marks []sanitize.Markdown
	for _, mark := range d.Work.Marks {
		item := "marked " + sanitize.Code(sanitize.Place(mark.Place))
		if !mark.Time.IsZero() {
			item += " · " + md(moment(mark.Time))
		}
		if mark.Note != "" {
			item += "\n  - note: " + sanitize.Code(mark.Note)
		}
		if mark.Text != "" {
			item += "\n  - " + boundedCode(mark.Text)
		}
		marks = append(marks, item)
	}
	m.list("", marks...)
}

type jsonWork struct {
	Steps []jsonStepWork `json:"steps"`
	Marks []jsonMark     `json:"marks"`
}

type jsonStepWork struct {
	Symptom text             `json:"symptom"`
	Key     text             `json:"key"`
	Step    text             `json:"step"`
	State   logdoc.StepState `json:"state"`
	Answer  text             `json:"answer"`
	Tries   int              `json:"tries"`
	Note    text             `json:"note"`
	Changed *time.Time       `json:"changed"`
}

type jsonMark struct {
	Source text       `json:"source"`
	Line   int        `json:"line"`
	Time   *time.Time `json:"time"`
	Text   text       `json:"text"`
	Note   text       `json:"note"`
}

func jsonWorkOf(w logdoc.Work) jsonWork {
	return jsonWork{
		Steps: each(w.Steps, func(s logdoc.StepWork) jsonStepWork {
			return jsonStepWork{Symptom: sanitize.JSON(s.Symptom), Key: sanitize.JSON(s.Key), Step: sanitize.JSON(s.Step), State: s.State, Answer: sanitize.JSON(s.Answer),
				Tries: s.Tries, Note: sanitize.JSON(s.Note), Changed: instant(s.Changed)}
		}),
		Marks: each(w.Marks, func(m logdoc.Mark) jsonMark {
			return jsonMark{Source: sanitize.JSON(m.Place.Source), Line: m.Place.Line, Time: instant(m.Time), Text: sanitize.JSON(m.Text), Note: sanitize.JSON(m.Note)}
		}),
	}
}
