package logdoc

import "time"

// Position says how far a followed log was read, and by what it is known again: by its file, by how it begins, and by what stands just before the offset. The zero value is the
// beginning of a log that nothing is known of.
type Position struct {
	// Path is where the log was found last.
	Path LogText
	// Device and Inode are the file system's name of the file, 0 where there is none.
	Device, Inode uint64
	// Offset counts the bytes that were read and are accounted for, of what a compressed file unpacks to; Line counts the lines in them.
	Offset int64
	Line   int
	// Head is of the first bytes, Before of the bytes that end at Offset.
	Head, Before Fingerprint
	// Changed is when the file was last written, as far as was read.
	Changed time.Time
	// Ended is true when the file was read to its end, and nothing more is expected of it: it is known again, and not read.
	Ended bool
}

// Fingerprint is a SHA-256 of some bytes, and how many they were; with none, it fits anything.
type Fingerprint struct {
	Length int
	Sum    [32]byte
}
