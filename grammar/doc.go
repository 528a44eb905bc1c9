// Package grammar knows how records are laid out in logs.
//
// In go formats (from .logdoc files) and blocks of a log; out come events, one a record, and a tally that accounts for every line. It must
// not know where bytes come from, what a symptom is, or how anything is shown. Nothing is allocated per record: an event is a view of the block.
package grammar
