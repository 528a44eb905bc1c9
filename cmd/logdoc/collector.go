package main

import (
	"runtime"
	"runtime/debug"
)

// Most runs are over before memory is worth collecting, but the collector starts at 4 MiB, which the packs alone take: loading them then costs twice the time.

// earlyPercent holds until the collector has run once: it waits for 28 MiB. Then usualPercent keeps the heap small. There is little to collect while logs are read, as a record that nothing is kept of
// allocates nothing.
const usualPercent, earlyPercent = 30, 700

// collectLate lets the collector wait until there is something to collect. Who has set GOGC decides.
func collectLate(set bool) {
	if set {
		return
	}
	debug.SetGCPercent(earlyPercent)
	// The sentinel is the first thing to be collected.
	runtime.AddCleanup(new([16]byte), func(int) { debug.SetGCPercent(usualPercent) }, 0)
}
