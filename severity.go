package logdoc

import "fmt"

// Severity says how bad a record or a finding is. The zero value, Unrated, is for records whose format states no severity; it
// sorts below every other.
type Severity uint8

// The severities, mildest first, so that a greater value is worse.
const (
	Unrated Severity = iota
	Debug
	Info
	Notice
	Warning
	Error
	Critical
)

var severityNames = [...]string{"unrated", "debug", "info", "notice", "warning", "error", "critical"}

// String returns the word that packs, reports and JSON use.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// MarshalText writes the word, so that JSON reads "warning" and not 4.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (s *Severity) UnmarshalText(text []byte) error {
	return wordOf(s, severityNames[:], text, "severity")
}

// ParseSeverity reads one of the words debug, info, notice, warning, error, critical.
func ParseSeverity(word string) (Severity, error) {
	for i, name := range severityNames {
		if i > 0 && word == name {
			return Severity(i), nil
		}
	}
	return Unrated, fmt.Errorf("unknown severity %q: use critical, error, warning, notice, info or debug", word)
}

// SeverityWords lists the words that ParseSeverity reads, worst first.
func SeverityWords() []string {
	return []string{"critical", "error", "warning", "notice", "info", "debug"}
}

// Certainty says how sure a verdict makes us. The zero value, NotFound, means that no verdict holds.
type Certainty uint8

// The certainties, weakest first, so that a greater value is surer.
const (
	NotFound Certainty = iota
	Possible
	Likely
	Certain
)

var certaintyNames = [...]string{"nothing", "possible", "likely", "certain"}

// String returns the word that packs, reports and JSON use.
func (c Certainty) String() string {
	if int(c) < len(certaintyNames) {
		return certaintyNames[c]
	}
	return fmt.Sprintf("certainty(%d)", uint8(c))
}

// MarshalText writes the word, so that JSON reads "likely" and not 2.
func (c Certainty) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (c *Certainty) UnmarshalText(text []byte) error {
	return wordOf(c, certaintyNames[:], text, "certainty")
}

// wordOf sets v to the index of a word.
func wordOf[T ~uint8](v *T, names []string, text []byte, what string) error {
	for i, name := range names {
		if string(text) == name {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %q", what, text)
}

// State says where a finding stood when the input was captured. The zero value is Active.
type State uint8

// The states of a finding.
const (
	// Active: the evidence reaches up to the time of capture, or has no clock to say otherwise.
	Active State = iota
	// Cleared: what clears the symptom came after the last evidence.
	Cleared
	// Stale: the last evidence is old against the newest record of the input.
	Stale
)

var stateNames = [...]string{"active", "cleared", "stale"}

// String returns the word that reports and JSON use.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// MarshalText writes the word, so that JSON reads "active" and not 0.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (s *State) UnmarshalText(text []byte) error { return wordOf(s, stateNames[:], text, "state") }
