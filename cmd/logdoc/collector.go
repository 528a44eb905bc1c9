package main

import (
	"runtime"
	"runtime/debug"
)

// Most runs are over before memory is worth collecting, but the collector starts at 4 MiB, which the packs alone take: loading them then costs twice the time.

// usualPercent is what the collector starts with, and earlyPercent until it has run once: it then waits for 28 MiB.
const usualPercent, earlyPercent = 100, 700

// collectLate lets the collector wait until there is something to collect. Who has set GOGC decides.
func collectLate(set bool) {
	if set {
		return
	}
	debug.SetGCPercent(earlyPercent)
	// The sentinel is the first thing to be collected.
	runtime.AddCleanup(new([16]byte), func(int) { debug.SetGCPercent(usualPercent) }, 0)
}
