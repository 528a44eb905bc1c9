package logdoc

import (
	"fmt"
	"time"
)

// Work is what a person has done about a diagnosis so far. The zero value is nothing yet.
type Work struct {
	// Steps are in the order in which they were first touched; those that nobody touched are not in it.
	Steps []StepWork
	// Marks are places in logs, in the order in which they were set.
	Marks []Mark
}

// StepWork is what was done about one step of one finding's runbook.
type StepWork struct {
	// Symptom and Key name the finding, Step is the step's ID.
	Symptom string
	Key     LogText
	Step    string
	State   StepState
	// Answer is the answer that was given last, empty where none was; Tries is how often the step was begun anew because an answer led back to it.
	Answer string
	Tries  int
	// Note is what the person wrote. It may have been pasted from a log.
	Note LogText
	// Changed is when any of it changed last.
	Changed time.Time
}

// Mark is a place in a log that a person wants to find again, and what they say of it.
type Mark struct {
	Place Place
	// Text is the record at the place, bounded; Note may be empty.
	Text, Note LogText
	// Time is the record's, zero without a clock.
	Time time.Time
}

// Step returns what was done about a step, and false where nothing was.
func (w *Work) Step(symptom string, key LogText, step string) (StepWork, bool) {
	for _, s := range w.Steps {
		if s.Symptom == symptom && s.Key == key && s.Step == step {
			return s, true
		}
	}
	return StepWork{Symptom: symptom, Key: key, Step: step}, false
}

// Put records what was done about a step in place of what was known of it. Work that says nothing is forgotten.
func (w *Work) Put(s StepWork) {
	for i, old := range w.Steps {
		if old.Symptom == s.Symptom && old.Key == s.Key && old.Step == s.Step {
			if s.empty() {
				w.Steps = append(w.Steps[:i:i], w.Steps[i+1:]...)
			} else {
				w.Steps[i] = s
			}
			return
		}
	}
	if !s.empty() {
		w.Steps = append(w.Steps, s)
	}
}

func (s StepWork) empty() bool {
	return s.State == StepOpen && s.Answer == "" && s.Tries == 0 && s.Note == ""
}

// StepState says how far a step is. The zero value is StepOpen.
type StepState uint8

// The states of a step.
const (
	// StepOpen: nobody has done it yet.
	StepOpen StepState = iota
	StepDone
	StepFailed
	// StepSkipped: it was not needed, or an answer led past it.
	StepSkipped
)

var stepStateNames = [...]string{"open", "done", "failed", "skipped"}

// String returns the word that reports and JSON use.
func (s StepState) String() string {
	if int(s) < len(stepStateNames) {
		return stepStateNames[s]
	}
	return fmt.Sprintf("step(%d)", uint8(s))
}

// MarshalText writes the word, so that JSON reads "done" and not 1.
func (s StepState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (s *StepState) UnmarshalText(text []byte) error {
	return wordOf(s, stepStateNames[:], text, "state of a step")
}
