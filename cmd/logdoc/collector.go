package main

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// Most runs are over before memory is worth collecting, but the collector starts at 4 MiB, which the packs alone take: loading them then costs twice the time. Reading logs is another matter: it keeps
// little and throws little away, so that a small heap costs little.

// How much the heap may grow before it is collected: until the collector has run once it waits for 28 MiB, then it depends on what the program is at. Following logs takes little memory
// for long, and most of the processor's time that it takes would go into collecting it.
const earlyPercent, loadingPercent, readingPercent, followingPercent = 700, 100, 50, 50

// collectLate lets the collector wait until there is something to collect. The returned function is called once the packs are loaded, with the percentage from then on. Who has set GOGC
// decides.
func collectLate(set bool) (loaded func(percent int)) {
	if set {
		return func(int) {}
	}
	var mutex sync.Mutex
	ran, percent := false, loadingPercent
	debug.SetGCPercent(earlyPercent)
	// The sentinel is the first thing to be collected.
	runtime.AddCleanup(new([16]byte), func(int) {
		mutex.Lock()
		defer mutex.Unlock()
		ran = true
		debug.SetGCPercent(percent)
	}, 0)
	return func(then int) {
		mutex.Lock()
		defer mutex.Unlock()
		percent = then
		if ran {
			debug.SetGCPercent(percent)
		}
	}
}
