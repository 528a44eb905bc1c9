package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// The collector starts at 4 MiB, which the packs alone take, and runs again whenever the heap has doubled: of a small heap that is many times. What a run throws away mostly fits beside what
// it keeps, and is best left alone.

// heapFloor is how large the heap may grow in any case before it is collected: with what of the program is in memory besides it stays below 64 MiB.
const heapFloor = 33 << 20

// By how many per cent a heap may grow that is larger, by what the program is at. Reading logs keeps little and throws little away, so that a small heap costs little; following them goes on
// for months beside other programs, and throws away less still.
const loadingPercent, readingPercent, followingPercent = 100, 50, 30

// firstHeap is what the runtime takes for a heap that was never collected, at 100 per cent.
const firstHeap = 4 << 20

// collectLate lets the collector wait until there is something to collect. The returned function is called once the packs are loaded, with the percentage from then on. Who has set GOGC
// decides.
func collectLate(set bool) (loaded func(percent int)) {
	if set {
		return func(int) {}
	}
	p := &pace{percent: loadingPercent}
	debug.SetGCPercent(heapFloor * 100 / firstHeap)
	p.watch()
	return p.set
}

// pace sets how much the heap may grow until the next collection.
type pace struct {
	mutex   sync.Mutex
	percent int
	ran     bool // the collector has
}

// watch adjusts the pace whenever the collector has run.
func (p *pace) watch() {
	// The sentinel is among the first things to be collected.
	runtime.AddCleanup(new([16]byte), func(p *pace) {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.ran = true
		p.adjust()
		p.watch()
	}, p)
}

func (p *pace) set(percent int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.percent = percent
	if p.ran {
		p.adjust()
	}
}

// adjust goes by what was alive when the collector ran last.
func (p *pace) adjust() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentFor(live[0].Value.Uint64(), p.percent))
}

// percentFor returns by how many per cent a heap of so many living bytes may grow: up to heapFloor at least.
func percentFor(live uint64, percent int) int {
	if live == 0 || live >= heapFloor {
		return percent
	}
	return max(percent, int((heapFloor-live)*100/live))
}
