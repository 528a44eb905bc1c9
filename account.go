package logdoc

import "time"

// Account says how one record is read and what the packs know of it, for somebody who wonders why.
type Account struct {
	// Line counts from 1 in the text that was asked about; Text is the record.
	Line int
	Text LogText
	// Format is the record's, empty when none accepts it; Why says how the text's main format was chosen. Header means that the line belongs to the
	// file's frame and is normal by itself.
	Format, Title, Why string
	Header             bool
	// Template is what accepted the first line, as the format has it.
	Template string
	Severity Severity
	// Time is zero when the record has no clock.
	Time   time.Time
	Fields []Value
	// Near are templates that nearly accept the first line, nearest first.
	Near []NearTemplate
	// Known are the patterns that accept the record, Nearly those that miss by one clause, nearest first.
	Known, Nearly []Belonging
}

// NearTemplate is a template that does not accept a line, and where the line stops fitting it.
type NearTemplate struct {
	Format, Template string
	// Column counts bytes from 1; Wants is what the template asks for there.
	Column int
	Wants  string
}

// Belonging is a pattern of a symptom or an expected declaration that accepts a record, or nearly does.
type Belonging struct {
	// Name and Title are the symptom's or the declaration's; Event and Label are the pattern's.
	Name, Title  string
	Expected     bool
	Event, Label string
	Captures     []Capture
	// Failed is the one clause that does not hold and why, such as "code == 5704: code is 5705".
	Failed LogText
}
