package logdoc

// Update is what a diagnosis under way tells who watches it.
type Update struct {
	// Read counts bytes of the files that were read, as they lie on disk, and Total all there are to read: 0 where that is not known.
	Read, Total int64
	// Records counts the records that were scanned.
	Records int
	// Source is the log that was read last.
	Source LogText
	// Diagnosis is what is found so far, nil where nothing changed since the last update. The receiver owns it. Until the last update it says what nothing that is still to come
	// can take back: findings appear, grow stronger and clear; what only the end of the input decides, such as what is clean or unchecked, is not in it.
	Diagnosis *Diagnosis
	// Done is true for the last update; Err is then the context's error, or nil.
	Done bool
	Err  error
}
