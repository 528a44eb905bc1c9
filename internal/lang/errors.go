package lang

import (
	"fmt"
	"strings"
)

// Problem is something wrong in a .logdoc file: a place, one line, and advice. It is a value, so that a check can collect many and a test can
// compare them.
type Problem struct {
	Pos Pos `json:"pos"`
	// Width is how many bytes from Pos are meant; at least 1 when Pos is set.
	Width int `json:"width"`
	// Warning is false for an error: a file with errors is not used.
	Warning bool `json:"warning,omitempty"`
	// Message is one line without the place; Advice says what to write instead and may be empty.
	Message string `json:"message"`
	Advice  string `json:"advice,omitempty"`
	// Source is the line of the file that is meant.
	Source string `json:"source,omitempty"`
}

// Error returns the one-line form "file:line:col: message".
func (p Problem) Error() string {
	if p.Pos == (Pos{}) {
		return p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.Pos.File, p.Pos.Line, p.Pos.Col, p.Message)
}

// Problems is a list of problems in the order of their places. It is an error when it is not empty.
type Problems []Problem

// Error returns every problem in its one-line form, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that are not warnings.
func (ps Problems) Errors() Problems {
	var errs Problems
	for _, p := range ps {
		if !p.Warning {
			errs = append(errs, p)
		}
	}
	return errs
}
