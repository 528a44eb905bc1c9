package tui

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// runbookStop is what the cursor can stand on in a runbook: a step, one of its commands, or one of its answers. The numbers are indexes; -1 is none.
type runbookStop struct{ step, command, answer int }

// runbookStops are the stops in the order in which they are drawn.
func runbookStops(f *logdoc.Finding) []runbookStop {
	var stops []runbookStop
	for i := range f.Steps {
		stops = append(stops, runbookStop{i, -1, -1})
		for j := range f.Steps[i].Commands {
			stops = append(stops, runbookStop{i, j, -1})
		}
		for j := range f.Steps[i].Answers {
			stops = append(stops, runbookStop{i, -1, j})
		}
	}
	return stops
}

// boxes are the signs of the states of steps. The word stands behind the step as well.
var boxes = [...]sanitize.Safe{logdoc.StepOpen: "[ ]", logdoc.StepDone: "[✓]", logdoc.StepFailed: "[✗]", logdoc.StepSkipped: "[–]"}

var boxRoles = [...]role{logdoc.StepOpen: plain, logdoc.StepDone: good, logdoc.StepFailed: bad, logdoc.StepSkipped: dim}

// runbook draws the steps as a checklist.
func (d *detail) runbook(f *logdoc.Finding, width int) page {
	var p page
	if len(f.Steps) == 0 {
		p.prose(dim, "This symptom has no runbook.", 1, width-1)
		return p
	}
	for i := range f.Steps {
		d.step(&p, f, i, width)
	}
	for _, see := range f.See {
		p.line(words(dim, " see ").add(plain, sanitize.Line(see)))
	}
	return p
}

// kindCell is the width of the column with the kinds of steps.
const kindCell = 10

// numberCell is the width of the column with the numbers of steps.
func numberCell(width int) int {
	if width < narrowList {
		return 2
	}
	return 3
}

// stepBody is where the text of a step begins.
func stepBody(width int) int {
	if width < narrowList {
		return 4
	}
	return 8
}

func (d *detail) step(p *page, f *logdoc.Finding, i, width int) {
	s := &f.Steps[i]
	work, _ := d.work.Step(f.Symptom, f.Key, s.ID)
	over := work.State == logdoc.StepDone || work.State == logdoc.StepSkipped
	body := stepBody(width)
	text, commandRole := plain, accent
	if over {
		text, commandRole = dim, dim
	}
	p.stop(func() {
		head := words(plain, " ").add(boxRoles[work.State], boxes[work.State]).add(dim, sanitize.Safe(fmt.Sprintf("%*d ", numberCell(width), s.Number)))
		kind := kindRole(s.Kind)
		if over {
			kind = dim
		}
		cell := fit(signs.Kind(s.Kind)+" "+signs.KindWord(s.Kind), kindCell)
		switch {
		case width >= narrowList:
		case s.Kind == logdoc.Change:
			cell = signs.Kind(s.Kind) + " " + signs.KindWord(s.Kind) + " " // a change says so by its word on every screen
		default:
			cell = signs.Kind(s.Kind) + " "
		}
		head = head.add(kind, cell)
		column := head.width()
		title := sanitize.Line(s.Title)
		if tail := stepTail(work); tail != "" {
			title += " – " + tail
		}
		role := strong
		if over {
			role = dim
		}
		for n, l := range wrapped(role, title, column, width-1) {
			if n == 0 {
				l = line{spans: append(head.spans, l.spans[1:]...)}
			}
			p.line(l)
		}
		for _, note := range s.Notes {
			for _, text := range paragraphs(note) {
				p.prose(dim, text, body, width-1)
			}
		}
		d.stepValues(p, s, width)
	})
	for _, command := range s.Commands {
		p.stop(func() {
			for n, text := range sanitize.Lines(command) {
				prompt := sanitize.Safe("$ ")
				if n > 0 {
					prompt = "  "
				}
				for m, piece := range sanitize.Fold(text, max(width-body-3, 8), 6) {
					if m > 0 {
						prompt = "  "
					}
					p.line(words(plain, blanks(body)).add(dim, prompt).add(commandRole, piece))
				}
			}
		})
	}
	if s.Ask != "" {
		p.prose(text, sanitize.Line(s.Ask), body, width-1)
	}
	for _, a := range s.Answers {
		p.stop(func() {
			mark, role := sanitize.Safe("○ "), text
			if work.Answer == a.Text {
				mark, role = "● ", good
			}
			head := words(plain, blanks(body)).add(role, mark)
			for n, l := range wrapped(role, sanitize.Line(a.Text)+" → "+goTo(f.Steps, i, a.Target), body+2, width-1) {
				if n == 0 {
					l = line{spans: append(head.spans, l.spans[1:]...)}
				}
				p.line(l)
			}
		})
	}
	if work.Note != "" {
		for n, text := range sanitize.Lines(work.Note) {
			label := sanitize.Safe("note: ")
			if n > 0 {
				label = ""
			}
			p.prose(value, label+text, body, width-1)
		}
	}
	p.blank()
}

// stepTail says what was done about a step, in words.
func stepTail(w logdoc.StepWork) sanitize.Safe {
	text := sanitize.Safe("")
	if w.State != logdoc.StepOpen {
		text = sanitize.Safe(w.State.String())
	}
	if w.Tries > 0 {
		if text != "" {
			text += ", "
		}
		text += sanitize.Safe(fmt.Sprintf("try %d", w.Tries+1))
	}
	return text
}

// stepValues draws what a step needs to know beside it.
func (d *detail) stepValues(p *page, s *logdoc.Step, width int) {
	l := words(plain, blanks(stepBody(width)))
	for i, v := range s.Values {
		name, text := sanitize.Line(v.Name), sanitize.Cut(sanitize.Line(v.Text), width/2)
		if v.Computed {
			text += " (worked out)"
		}
		if i > 0 && l.width()+cells(name)+cells(text)+4 > width {
			p.line(l)
			l = words(plain, blanks(stepBody(width)))
		} else if i > 0 {
			l = l.add(dim, " · ")
		}
		l = l.add(dim, name+" ").add(value, text)
	}
	if len(s.Values) > 0 {
		p.line(l)
	}
}

func kindRole(k logdoc.StepKind) role {
	if k == logdoc.Change {
		return change
	}
	return dim
}

// ends reports whether an answer's target ends the runbook.
func ends(target string) bool { return target == "" || target == "done" }

// goTo says in words where an answer of the step with that index leads.
func goTo(steps []logdoc.Step, from int, target string) sanitize.Safe {
	to := slices.IndexFunc(steps, func(s logdoc.Step) bool { return s.ID == target })
	switch {
	case ends(target):
		return "done"
	case to < 0:
		return "go to " + sanitize.Line(target)
	case to == from:
		return "do this step again"
	case to < from:
		return sanitize.Safe(fmt.Sprintf("back to step %d", steps[to].Number))
	}
	return sanitize.Safe(fmt.Sprintf("go to step %d", steps[to].Number))
}

// runbookBindings are the keys of the checklist, for what the cursor stands on.
func (d *detail) runbookBindings(f *logdoc.Finding) []binding {
	stops := runbookStops(f)
	if len(stops) == 0 {
		return nil
	}
	at := stops[max(0, min(d.place().stop, len(stops)-1))]
	step := &f.Steps[at.step]
	why := d.whyNoWork()
	set := func(state logdoc.StepState) func() tea.Cmd {
		return func() tea.Cmd { return d.setStep(f, at.step, state) }
	}
	enter := binding{keys: []string{"enter"}, does: "step: tick it off and go on; command: copy it; answer: give it", hint: "done", rank: 1, why: why,
		run: func() tea.Cmd { return d.tickOff(f, at.step) }}
	copyWhy := sanitize.Safe("")
	if len(step.Commands) == 0 {
		copyWhy = "this step has no command"
	}
	if d.session.Outside.Copy == nil {
		copyWhy = "there is no clipboard here"
	}
	doCopy := func() tea.Cmd { return d.copyCommand(step.Commands[max(at.command, 0)]) }
	switch {
	case at.command >= 0:
		enter.hint, enter.why, enter.run = "copy", copyWhy, doCopy
	case at.answer >= 0:
		enter.hint, enter.run = "answer", func() tea.Cmd { return d.answer(f, at) }
	}
	undoWhy := why
	if len(d.work.before) == 0 {
		undoWhy = "nothing was done yet that could be taken back"
	}
	return []binding{
		enter,
		{keys: []string{" ", "d"}, does: "tick the step off, or open it again", hint: "tick off", rank: 2, why: why, run: func() tea.Cmd {
			if w, _ := d.work.Step(f.Symptom, f.Key, step.ID); w.State == logdoc.StepDone {
				return d.setStep(f, at.step, logdoc.StepOpen)
			}
			return d.setStep(f, at.step, logdoc.StepDone)
		}},
		{keys: []string{"f", "x"}, does: "say that the step failed", hint: "failed", rank: 4, why: why, run: set(logdoc.StepFailed)},
		{keys: []string{"s", "-"}, does: "skip the step", hint: "skip", rank: 5, why: why, run: set(logdoc.StepSkipped)},
		{keys: []string{"n"}, does: "write a note to the step", hint: "note", rank: 6, why: why, run: func() tea.Cmd { return d.askNote(f, at.step) }},
		{keys: []string{"y", "c"}, does: "copy the command under the cursor, or the step's first", hint: "copy", rank: 3, why: copyWhy, run: doCopy},
		{keys: []string{"u"}, does: "take the last change back", why: undoWhy, run: d.undo},
	}
}

// setStep says how far a step is.
func (d *detail) setStep(f *logdoc.Finding, i int, state logdoc.StepState) tea.Cmd {
	return d.change(func(w *logdoc.Work) { d.put(w, f, i, func(s *logdoc.StepWork) { s.State = state }) })
}

// put changes what is known of one step.
func (d *detail) put(w *logdoc.Work, f *logdoc.Finding, i int, do func(*logdoc.StepWork)) {
	s, _ := w.Step(f.Symptom, f.Key, f.Steps[i].ID)
	do(&s)
	s.Changed = d.session.Now()
	w.Put(s)
}

// tickOff marks a step as done and goes to the next one that is open.
func (d *detail) tickOff(f *logdoc.Finding, i int) tea.Cmd {
	cmd := d.setStep(f, i, logdoc.StepDone)
	for next := i + 1; next < len(f.Steps); next++ {
		if w, _ := d.work.Step(f.Symptom, f.Key, f.Steps[next].ID); w.State == logdoc.StepOpen {
			d.goToStep(f, next)
			return cmd
		}
	}
	d.tell("no step is open below this one")
	return cmd
}

func (d *detail) goToStep(f *logdoc.Finding, i int) {
	d.place().stop = slices.Index(runbookStops(f), runbookStop{i, -1, -1})
}

// answer gives an answer and goes where it leads. On the way forward the steps that it leads past are skipped; on the way back all that were done since are open again.
func (d *detail) answer(f *logdoc.Finding, at runbookStop) tea.Cmd {
	from, a := at.step, f.Steps[at.step].Answers[at.answer]
	to := slices.IndexFunc(f.Steps, func(s logdoc.Step) bool { return s.ID == a.Target })
	cmd := d.change(func(w *logdoc.Work) {
		switch {
		case to >= 0 && to <= from:
			for i := to; i <= from; i++ {
				d.put(w, f, i, func(s *logdoc.StepWork) {
					s.State = logdoc.StepOpen
					if i == to {
						s.Tries++
					}
				})
			}
			d.put(w, f, from, func(s *logdoc.StepWork) { s.Answer = a.Text })
		default:
			d.put(w, f, from, func(s *logdoc.StepWork) { s.State, s.Answer = logdoc.StepDone, a.Text })
			past := to
			if ends(a.Target) {
				past = len(f.Steps)
			}
			for i := from + 1; i < past; i++ {
				if s, _ := w.Step(f.Symptom, f.Key, f.Steps[i].ID); s.State == logdoc.StepOpen {
					d.put(w, f, i, func(s *logdoc.StepWork) { s.State = logdoc.StepSkipped })
				}
			}
		}
	})
	if to >= 0 {
		d.goToStep(f, to)
		d.tell(goTo(f.Steps, from, a.Target))
	} else {
		d.tell("the runbook ends here")
	}
	return cmd
}

func (d *detail) askNote(f *logdoc.Finding, i int) tea.Cmd {
	s, _ := d.work.Step(f.Symptom, f.Key, f.Steps[i].ID)
	d.prompt = newPrompt(fmt.Sprintf("note to step %d", f.Steps[i].Number), string(s.Note))
	d.prompt.done = func(text string) tea.Cmd {
		return d.change(func(w *logdoc.Work) { d.put(w, f, i, func(s *logdoc.StepWork) { s.Note = logdoc.LogText(text) }) })
	}
	return nil
}

// copiedMsg says how text was put on the clipboard.
type copiedMsg struct {
	how string
	err error
}

// copyCommand copies a command as it is shown: what cannot be seen is not to be pasted into a shell.
func (d *detail) copyCommand(command string) tea.Cmd {
	text, put := string(sanitize.Text(command)), d.session.Outside.Copy
	return func() tea.Msg {
		how, err := put(text)
		return copiedMsg{how, err}
	}
}
