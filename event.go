package logdoc

import "time"

// LogText is text that somebody else wrote: a log line, a captured value, a file's or archive member's name. It may hold escape sequences, markup or
// invalid UTF-8. It never reaches a terminal, a page or a document as it is: package sanitize turns it into what a sink may show. The type
// is there so that forgetting this does not compile.
type LogText string

// Place says where something stands, so that a reader can go and look.
type Place struct {
	// Source is the path the user gave, with "!/" before each member of an archive: "bundle.tgz!/node3.zip!/var/log/gsan.log:417".
	Source LogText
	// Line counts from 1; 0 means the source as a whole.
	Line int
	// Offset is the byte offset of the line's first byte in the decoded (decompressed, UTF-8) source.
	Offset int64
}

// MaxFields is how many fields a format can give an event: the standard ones and its own.
const MaxFields = 24

// The slots of the standard fields. A format's own fields follow from FieldOwn.
const (
	FieldHost = iota
	FieldProgram
	FieldPID
	FieldCode
	FieldMessage
	FieldThread
	FieldLocation
	FieldOwn
)

// StandardFields names the standard slots in their order.
var StandardFields = [FieldOwn]string{"host", "program", "pid", "code", "message", "thread", "location"}

// Span is a part of an event's text, as byte offsets from its start; Lo == Hi means the field is not there.
type Span struct{ Lo, Hi int32 }

// Event is one record, parsed by a format. It is a view: Text belongs to the block that was scanned and is valid only during the call
// that hands it over. Whatever must live longer is copied into a Match.
type Event struct {
	// Format is the index of the format in the schema that the scan runs with.
	Format int
	// Time is the record's own stamp in nanoseconds since 1970 UTC. Without Clock it is that of the nearest record before it, math.MinInt64 when none in the same part of the source has one.
	Time int64
	// Clock is whether the record carries a stamp.
	Clock bool
	// Severity is the worse of the severities that the record states.
	Severity Severity
	// Line counts from 1 within the source; Offset is the first byte's offset in the decoded source.
	Line   int
	Offset int64
	// Text is the record from its first byte to its last line, without the closing line break, cut at the record limit.
	Text []byte
	// Head is the parsed first line: the same as the start of Text, but for salvaged records, where a lost head was completed.
	Head []byte
	// Fields are spans of Head.
	Fields [MaxFields]Span
}

// Field returns the bytes of one slot, nil when the record has no such field. The bytes belong to the event.
func (e *Event) Field(slot int) []byte {
	s := e.Fields[slot]
	if s.Lo == s.Hi {
		return nil
	}
	return e.Head[s.Lo:s.Hi]
}

// Capture is one value that a pattern took out of a record.
type Capture struct {
	Name  string
	Value LogText
}

// Match is one event that a pattern accepted. It is small, owns its memory, and is all that the correlator ever sees.
type Match struct {
	// Symptom and Event are indexes into the compiled rules.
	Symptom, Event int
	// Time is in nanoseconds since 1970 UTC. Without Clock it is the time of the nearest stamped record before it in its source: good for
	// ordering, not for a window.
	Time  int64
	Clock bool
	Place Place
	// Rank orders sources that have no clock: rotated files oldest first, then the order of the input.
	Rank     int
	Severity Severity
	// Host is what the record calls the machine that wrote it, empty where it does not say.
	Host LogText
	// Text is the record's first lines, bounded.
	Text     LogText
	Captures []Capture
}

// Value is what a capture or a computed value of a finding says.
type Value struct {
	// Name is the capture's or value's name in the pack; Label says it in words, and may be empty.
	Name, Label string
	Text        LogText
	// Computed is true for a value that logdoc worked out, such as a suggested number, as against one read from the input.
	Computed bool
	// All holds every different value, of which Text is one, where the input has several; there may be more than the bounded number that is kept.
	All []LogText
}

// Evidence is one record, or one file, that a finding rests on.
type Evidence struct {
	// Event is the name of the event clause or fact in the symptom; Label says it in words, and may be empty.
	Event, Label string
	Place        Place
	// Time is zero when the record has no clock.
	Time time.Time
	Text LogText
}
