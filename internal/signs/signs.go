// Package signs has what stands before words in reports and on the screen, so that both can be skimmed, also without colour, and say the same.
//
// In goes a severity or a kind of step, out comes a sign or a word that any sink may show. It knows no layout and no colour.
package signs

import (
	"logdoc"
	"logdoc/internal/sanitize"
)

// Severity returns the sign of a severity; the word alone says everything.
func Severity(s logdoc.Severity) sanitize.Safe {
	switch s {
	case logdoc.Critical:
		return "✖"
	case logdoc.Error:
		return "✗"
	case logdoc.Warning:
		return "▲"
	case logdoc.Notice:
		return "●"
	}
	return "◦"
}

// Kind returns the sign of a kind of step.
func Kind(k logdoc.StepKind) sanitize.Safe {
	switch k {
	case logdoc.Change:
		return "▲"
	case logdoc.Verify:
		return "✓"
	case logdoc.Look:
	}
	return "○"
}

// KindWord returns the word of a kind of step. A change shouts: nobody is to run it in passing.
func KindWord(k logdoc.StepKind) sanitize.Safe {
	if k == logdoc.Change {
		return "CHANGE"
	}
	return sanitize.Safe(k.String())
}
