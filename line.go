package logdoc

import (
	"time"
	"unicode"
)

// Line is one line of a log, for a reader who looks anywhere into it.
type Line struct {
	// Place is where the line starts. Its number and offset count in the text that the report counts in.
	Place Place
	// Text is a part of the line without its break: what was asked for, from the byte From on. Length is the whole line's, in bytes.
	Text         LogText
	From, Length int64
	// Record is the place of the first line of the record that the line belongs to: its own where it starts one, or belongs to none.
	Record Place
	// Time is the record's stamp, zero without one; Severity is what the record states.
	Time     time.Time
	Severity Severity
	// Format is the record's format, empty where no format accepts the line.
	Format string
	// Percent is how much of all the bytes lies in front of the line; negative while that is not known.
	Percent float64
}

// Filter keeps the records of which a line matches the pattern, or with Out all the others.
type Filter struct {
	// Pattern is a regular expression (RE2). Without a capital letter it does not tell small letters from capital ones.
	Pattern string
	Out     bool
}

// LineQuery asks for lines of a log, or of several in the order of time.
type LineQuery struct {
	// From is where to begin: a line's place, or any offset in it; the zero value is the start. End begins behind the last line instead, whatever From says.
	From Place
	End  bool
	// Count is how many lines are wanted: from the line at From on, or, negative, those in front of it.
	Count int
	// Filters must all show a record's lines.
	Filters []Filter
	// Column is the first byte of each line that is given, Width how many bytes at most: 4096 if it is 0.
	Column int64
	Width  int
}

// LinePage answers a LineQuery, in reading order.
type LinePage struct {
	Lines []Line
	// More is true when so many lines were filtered out that looking paused before there were enough: ask again from Next, which is also how far it came.
	More bool
	Next Place
}

// LineGoal is what to look for: the first of its fields that is set. A line is found only if the filters show it.
type LineGoal struct {
	// Pattern is a regular expression as in Filter. Of a line its first 256 KiB are looked at.
	Pattern string
	// Places are lines that are known: evidence, marks.
	Places []Place
	// Severity is the mildest that counts; the first line of a record is found.
	Severity Severity
}

// LineSearch asks for the line next to From that fits the goal, From's own excepted.
type LineSearch struct {
	From    Place
	Goal    LineGoal
	Back    bool
	Filters []Filter
}

// LineFound answers a LineSearch.
type LineFound struct {
	Found bool
	Line  Line
	// Lo and Hi are the bytes of the line that match the pattern, both 0 for other goals.
	Lo, Hi int64
	// More is true when looking paused before it came to an end: ask again from Next.
	More bool
	Next Place
}

// LineSpot names a line in other ways than by its place: the first of its fields that is set.
type LineSpot struct {
	// Line counts from 1 in one log; beyond the last it is the last.
	Line int
	// Time finds the first record that is not older, or the last line where all are.
	Time time.Time
	// Percent of the bytes, from 0 to 100.
	Percent float64
}

// LogState says how much is known of a log that is open, or of several together.
type LogState struct {
	// Read counts bytes whose lines are counted, Timed those whose records' times are known, Size all there are: -1 while that is not known.
	Read, Timed, Size int64
	// Lines is how many there are in what was read.
	Lines int
	// Done is true when all of it is known, or never will be.
	Done bool
	// Notes say what a reader must know, one sentence each: that the file grew or vanished, that there was no room to keep it.
	Notes []string
}

// FoldsCase reports whether a pattern takes small and capital letters for the same: it has no capital letter but those of classes such as \S.
func FoldsCase(pattern string) bool {
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case unicode.IsUpper(r):
			return false
		}
	}
	return true
}
