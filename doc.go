// Package logdoc is the vocabulary that every part of the program shares: what an event, a match, a finding and a diagnosis are.
//
// In go the words of a log; out come plain values that can be compared, copied and stored. It knows the standard library only:
// not where bytes come from (source), how records are laid out (grammar), what is a known problem (rules) or how a
// diagnosis is shown (report).
package logdoc
