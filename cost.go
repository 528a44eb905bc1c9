package logdoc

import "time"

// Cost is what one part of a run took, of all processors together. It differs from run to run, and is no part of a Diagnosis.
type Cost struct {
	// Part is what the run did; Name is for whom, empty where there is one of the kind.
	Part CostPart
	Name string
	Time time.Duration
	// Looked counts the records that were looked at: those of a format, or those that a symptom's or declaration's patterns were tried on. Taken counts those that the patterns accepted.
	Looked, Taken int
}

// CostPart is a kind of work.
type CostPart uint8

// The kinds of work.
const (
	// CostLoading is reading and compiling packs.
	CostLoading CostPart = iota
	// CostReading is reading files; where input is awaited, that counts.
	CostReading
	// CostUnpacking is what archives, decompression and decoding take besides.
	CostUnpacking
	// CostSearching is the search of blocks for fixed texts.
	CostSearching
	// CostFormat is taking the records of one main format apart.
	CostFormat
	// CostSymptom is trying a symptom's patterns, and correlating what they took.
	CostSymptom
	// CostExpected is trying the patterns of a declaration of what is normal.
	CostExpected
	// CostScanning is what else the records take: finding the patterns to try, counting, clusters of unexplained records.
	CostScanning
	// CostCorrelating is what correlating takes besides the symptoms.
	CostCorrelating
)

func (p CostPart) String() string {
	return [...]string{"loading packs", "reading", "unpacking", "searching texts", "format", "symptom", "expected", "other scanning", "other correlating"}[p]
}
