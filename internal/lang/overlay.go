package lang

import (
	"strings"
	"time"
)

// Overlay changes how a site sees a symptom that a pack declares. What it does not name stays as the symptom says.
type Overlay struct {
	Pos     Pos
	Symptom Name
	Because *Text
	// Severity is empty when it stays; else it replaces all that the symptom says of its severity.
	Severity Name
	Windows  []WindowRule
	// StaleAfter is as in a Symptom; nil when it stays.
	StaleAfter *time.Duration
}

// WindowRule is `likely within 5m instead of 1m`.
type WindowRule struct {
	Pos Pos
	// Verdict is certain, likely, possible or clears; Word is within, or for where the window is a gap's.
	Verdict, Word string
	To            time.Duration
	// From is the window that is replaced, 0 for the only one there is.
	From time.Duration
}

// Silence keeps findings of a symptom out of the others, for a reason and up to a time.
type Silence struct {
	Pos     Pos
	Symptom Name
	Because *Text
	// Until is a date, or a date and a time with its zone, as written.
	Until Name
	// Where is a condition on the finding; nil silences every one.
	Where Where
}

// Reason returns the lines behind because as one.
func (o *Overlay) Reason() string { return reason(o.Because) }

// Reason returns the lines behind because as one.
func (s *Silence) Reason() string { return reason(s.Because) }

func reason(t *Text) string {
	if t == nil {
		return ""
	}
	return strings.Join(strings.Fields(strings.Join(t.Lines, " ")), " ")
}

// Ends returns the moment from which the silence no longer counts; false when Until is no time. A date is its first moment in UTC, as it is for --until.
func (s *Silence) Ends() (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s.Until.Value); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
