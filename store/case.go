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
	// Findings counts what was found, consequences too. Title and Worst are of the first of the worst. They are worked out from the findings when the case is read.
	Findings int
	Title    string
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
