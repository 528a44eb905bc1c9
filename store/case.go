package store

import (
	"time"

	"logdoc"
)

// Kind says what made a case.
type Kind string

// The kinds of cases.
const (
	// Reported: logdoc report --save.
	Reported Kind = "report"
	// Opened: the screen, where somebody did something about the input, or asked for it.
	Opened Kind = "open"
	// Followed: logdoc tail.
	Followed Kind = "tail"
)

// CaseInfo says what a case is about, without what was found.
type CaseInfo struct {
	// ID is the number by which a case is called, from 1 on; 0 for one that is not kept yet.
	ID int64
	// Name is unique, and may be empty.
	Name string
	Kind Kind
	// Paths are the input, in full. Two cases with the same paths are of the same input.
	Paths []string
	// Hosts are the machines that the case is about, as far as they are known.
	Hosts []logdoc.LogText
	// Created and Changed are when the case was kept first and last. Zero is the store's clock.
	Created, Changed time.Time
	// Capture is the newest stamp of the input, zero without any.
	Capture time.Time
	// Version is of the logdoc that made the case.
	Version string
	// Summary is one line: what was found.
	Summary string
	// Findings counts what was found, consequences too, Worst is the worst severity among it.
	Findings int
	Worst    logdoc.Severity
}

// Case is a diagnosis that is kept, with the work and the notes on it.
type Case struct {
	CaseInfo
	Diagnosis logdoc.Diagnosis
	Notes     []Note
}

// Note is what a person wrote about a case as a whole.
type Note struct {
	Time time.Time
	Text logdoc.LogText
}

// SymptomEvents names the events of one symptom. A logdoc.Match holds indexes into the rules in force; names outlive these.
type SymptomEvents struct {
	Symptom string
	Events  []string
}

// Batch is what came of a stretch of followed logs. All of it is kept, or none.
type Batch struct {
	// Matches are in the order in which they go to the correlator.
	Matches []logdoc.Match
	// Turns update what is kept of the findings.
	Turns []logdoc.Turn
	// Positions replace those of the same files; Forgotten are of files that are no longer followed.
	Positions, Forgotten []logdoc.Position
	// Outbox are messages that are to be sent.
	Outbox []Message
	// State is whatever who follows wants to find again besides; nil leaves what is there.
	State []byte
}

// Message waits in the outbox until it was sent.
type Message struct {
	// ID is given by the store.
	ID int64
	// Sink says who sends it.
	Sink string
	Body []byte
	// Due is when to send it next, Tries how often that failed.
	Due   time.Time
	Tries int
}
