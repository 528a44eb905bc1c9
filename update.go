package logdoc

// Update is what a diagnosis under way tells who watches it.
type Update struct {
	// Read counts bytes of the input that were scanned, Total what there is to read: 0 where that is not known.
	Read, Total int64
	Records     int
	// Source is the log that was read last.
	Source LogText
	// Diagnosis is what is found so far, nil where nothing changed since the last update. The receiver owns it.
	Diagnosis *Diagnosis
	// Done is true for the last update; Err is then the context's error, or nil.
	Done bool
	Err  error
}
