package logdoc

import "time"

// MaxBuckets bounds the buckets of a timeline.
const MaxBuckets = 1024

// Timeline counts the records that have a clock, by the time they were written and by severity. It depends only on which records there are, not on the order in which they
// were read.
type Timeline struct {
	// Width is how long a bucket is: the shortest of 1, 2, 10 and 30 s, 1, 2, 10 and 30 min, 1, 2, 6 and 12 h, and 1, 2, 4, 8 … days that leaves no more than MaxBuckets of them.
	Width time.Duration
	// Buckets are those that hold a record, earliest first. Each starts at a multiple of Width since 1970.
	Buckets []Bucket
}

// Bucket is one stretch of a timeline.
type Bucket struct {
	Start time.Time
	// Records counts the records by severity.
	Records [Critical + 1]int
}
