// Package hostile makes archives that are odd, broken or meant to harm, each with one good log beside the odd thing.
//
// In goes nothing; out come bytes that are made when they are asked for, so that no such archive lies in the repository. The package writes the formats by hand where that is the
// point: sizes that lie, windows that no decoder should allocate, members that share their bytes. It must not know who reads them.
package hostile

// Log is the good log: every archive holds it whole in a member or as its content, and whoever reads the archive must find its record.
const Log = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\nPUMP 2026-03-04 05:06:08 north INFO the brown fox jumps over the lazy dog\n"

// LogName is what the good log is called where it is a member.
const LogName = "var/log/pump.log"

// Archive is one archive.
type Archive struct {
	// Name is the file's, and unique. Title says what is odd.
	Name, Title string
	// Make returns the bytes.
	Make func() string
	// Source is how the name of the odd source ends, as a report shows it, and Note is a part of what is said of it; without a Note it is enough that the source is listed.
	Source, Note string
	// Flags are for logdoc report, where the default limit would make the archive large.
	Flags []string
	// Whole is true when nothing is lost, so that the status is not that of an incomplete input.
	Whole bool
}
