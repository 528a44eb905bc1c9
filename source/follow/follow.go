package follow

import (
	"io"
	"time"

	"logdoc"
)

// Clock is the time that a follower goes by.
type Clock interface {
	Now() time.Time
	// After gives the time once d has passed.
	After(d time.Duration) <-chan time.Time
}

// Options say how targets are followed. The zero value reads what comes from now on.
type Options struct {
	// Clock is the system's where nil.
	Clock Clock
	// Look is how often every path is looked at; 0 is 250 ms.
	Look time.Duration
	// FromStart reads what stands in the files already; otherwise only the Last lines of each, and what comes.
	FromStart bool
	Last      int
	// Positions are where an earlier run stopped. With any, a log that none of them fits is new since then, and is read from its start. Piece.Log of what Positions[i] stood for is
	// i+1, so that one position can take the place of the other; those of which no piece comes stay as they are.
	Positions []logdoc.Position
	// MaxLine is how many bytes of a line are given at most; 0 is 256 KiB.
	MaxLine int
	// RotateWait is how long a renamed or deleted file must have been quiet before it is closed; 0 is 5 s.
	RotateWait time.Duration
	// Files is how many descriptors are held at most; 0 is 512. More files than that can be followed.
	Files int
	// Stdin is what the target "-" stands for.
	Stdin io.Reader
}

// Batch is what one call of Next found.
type Batch struct {
	Pieces  []Piece
	Notices []Notice
	// Done are positions of contents that have ended while their files are still there. Who keeps positions keeps them too, in place of any with the same device and inode, so that a
	// later run knows those files again; and forgets the Forgotten, since their files are gone.
	Done, Forgotten []logdoc.Position
	// Now is the clock's time when the last piece was read.
	Now time.Time
}

// Piece is the next whole lines of one content. A piece without Data tells where reading begins, or where the content is now: that is worth keeping as a position.
type Piece struct {
	// Log numbers the content, from 1. It stays when the file is renamed; another content under the same path has another number.
	Log int
	// Path is what the content is called now.
	Path logdoc.LogText
	// Data is whole lines in UTF-8; of the last line of a content that has ended the line end may be missing. It is valid until the next call of Next.
	Data []byte
	// Offset and Line are the place of Data's first byte: the offset counts the bytes of the decoded log from 0, the line counts from 1 and is 0 when the log was too
	// long for its lines to be counted.
	Offset int64
	Line   int
	// Cut is how many bytes were left out at the end of an endless line, which is all of Data then.
	Cut int64
	// Ended is true when nothing more will come of this content. Its position may be forgotten once its lines are accounted for, but for one in Batch.Done.
	Ended bool

	base    logdoc.Position // of Data's first byte
	counted bool            // base.Line is known
	wide    bool            // Data was UTF-16
	raw     int             // how many bytes of the file Data stands for
	bytes   []byte          // those bytes, but for a cut line
	before  []byte          // what stands before them
	tail    []byte          // what stands before the end of a cut line
	head    []byte
}

// NoticeKind says what a notice is about.
type NoticeKind int

// The kinds of notices.
const (
	// Unreadable: the path could not be looked at or opened, for another reason than that it is not there. It is tried again with every look.
	Unreadable NoticeKind = iota + 1
	// Readable: an unreadable path can be read again.
	Readable
	// Missing: a path that was named is not there (yet).
	Missing
	// Rotated: another file has taken the path; the one before is read to its end.
	Rotated
	// Truncated: the file was cut off, and is read from its start. What may have come to it since it was looked at last is lost, unless the notice says that there is a copy.
	Truncated
	// Replaced: other content stands in the same file, which is read from its start; of what was there holds the same.
	Replaced
	// Lost: lines are missing, or may be, since what was read is found nowhere.
	Lost
	// Late: lines were added to a rotated file after it was closed, and are not read.
	Late
	// Incomplete: a compressed file ends too early; it is read on when the rest is there.
	Incomplete
	// LongLine: a line was longer than MaxLine.
	LongLine
	// PassedOver: a file of a directory is no log, or there are more than can be followed.
	PassedOver
)

// String gives the word for the kind.
func (k NoticeKind) String() string {
	words := [...]string{"", "unreadable", "readable", "missing", "rotated", "truncated", "replaced", "lost", "late", "incomplete", "long line", "passed over"}
	if k < 0 || int(k) >= len(words) {
		return ""
	}
	return words[k]
}

// Notice is something that the person who runs this should know. The first of a kind for a path is told at once; later ones are counted, and told together at most every ten minutes.
type Notice struct {
	Path logdoc.LogText
	Kind NoticeKind
	// Text is one sentence of our own; Detail is what the system said, and may be empty.
	Text   string
	Detail logdoc.LogText
	// Count is how often it happened since it was told last, at least 1.
	Count int
}

// State is what a path is doing.
type State int

// The states of a path.
const (
	// Waiting: nothing is there yet.
	Waiting State = iota
	// Current: everything that is there was read.
	Current
	// Behind: there is more to read.
	Behind
	// Failing: it cannot be looked at or read.
	Failing
	// Done: standard input, or a pipe, has ended.
	Done
)

// String gives the word for the state.
func (s State) String() string {
	words := [...]string{"waiting", "current", "behind", "failing", "done"}
	if s < 0 || int(s) >= len(words) {
		return ""
	}
	return words[s]
}

// Health is how one path is doing.
type Health struct {
	Path  logdoc.LogText
	State State
	// Log is the content that the path leads to, 0 for none. Paths that lead to the same file have the same.
	Log int
	// Lag is how many bytes stand there unread, as of the last look, those of rotated files included; of compressed files as they lie on disk.
	Lag int64
	// Read is when bytes were read last, Written when the file was changed last, as its file system says; zero when never.
	Read, Written time.Time
	// Err is why it is failing, nil when it is not.
	Err error
}
