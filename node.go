package logdoc

import "time"

// Nodes tells apart the machines that the input holds logs of. The zero value knows none.
type Nodes struct {
	// List is in the order of the names, numbers in them by their value.
	List []Node
	// Outliers are what sets one node apart from the others, worst first.
	Outliers []Outlier
	// Unplaced counts the logs of which nothing says where they were written, Shared those that several nodes write into. The files of one log count as one.
	Unplaced, Shared int
}

// Node is one machine.
type Node struct {
	// Name is what its records call it, or, where Guessed, what the folder or archive that holds its logs is called.
	Name    LogText
	Guessed bool
	// Logs counts the logs of its own, Records what is in them. First and Last are zero where they have no clock.
	Logs, Records int
	First, Last   time.Time
	// Findings counts those that hold on it, consequences included, and Worst is their worst severity: Unrated without any.
	Findings int
	Worst    Severity
}

// OutlierKind says what sets a node apart.
type OutlierKind uint8

// The kinds of outliers.
const (
	// OutlierFinding: a finding holds on this node alone, or on all others.
	OutlierFinding OutlierKind = iota
	// OutlierState: normal records of a program tell one state on all other nodes, and not on this one.
	OutlierState
	// OutlierLog: all nodes with logs like this one's have another log that this one lacks.
	OutlierLog
)

var outlierKindNames = [...]string{"finding", "state", "log"}

// String returns the word that JSON uses.
func (k OutlierKind) String() string { return outlierKindNames[k] }

// MarshalText writes the word, so that JSON reads "finding" and not 0.
func (k OutlierKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (k *OutlierKind) UnmarshalText(text []byte) error {
	return wordOf(k, outlierKindNames[:], text, "kind of outlier")
}

// Outlier is one thing that sets a node apart from those that it can be compared with.
type Outlier struct {
	Node LogText
	Kind OutlierKind
	// Lacks is true for what all others have, false for what this node has alone.
	Lacks bool
	// Name is the symptom's or the expected declaration's, Title says it in words; State is the one that a node lacks. Log is what a log that it lacks is called.
	Name, Title, State string
	Log                LogText
	// Severity is the finding's, Unrated for other kinds.
	Severity Severity
	// Of is how many nodes were compared, this one included.
	Of int
}
