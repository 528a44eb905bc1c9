package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// The collector starts at 4 MiB, which the packs alone take, and runs again whenever the heap has doubled: of a small heap that is many times. What a run throws away mostly fits beside what
// it keeps, and is best left alone.

// growth is how large the heap may grow before it is collected: to floor bytes in any case, and by so many per cent of what is alive where that is more.
type growth struct {
	floor   uint64
	percent int
}

// What the program is at. Loading thousands of symptoms makes much garbage for a short time; the built-in packs come nowhere near. Reading logs keeps little and throws little away, so that a small heap costs little: with what of the program is in memory besides, 22 MiB, or half more than what is kept, stay below 64.
// Following them goes on for months beside other programs, and throws away less still.
var loading, reading, following = growth{64 << 20, 100}, growth{22 << 20, 50}, growth{16 << 20, 20}

// firstHeap is what the runtime takes for a heap that was never collected, at 100 per cent.
const firstHeap = 4 << 20

// collectLate lets the collector wait until there is something to collect. The returned function is called once the packs are loaded, with the growth from then on. Who has set GOGC
// decides.
func collectLate(set bool) (loaded func(growth)) {
	if set {
		return func(growth) {}
	}
	p := &pace{}
	p.set(loading)
	p.watch()
	return p.set
}

// pace sets how much the heap may grow until the next collection.
type pace struct {
	mutex  sync.Mutex
	growth growth
	ran    bool // the collector has
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

func (p *pace) set(g growth) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.growth = g
	p.adjust()
}

// adjust goes by what was alive when the collector ran last.
func (p *pace) adjust() {
	if !p.ran {
		debug.SetGCPercent(int(p.growth.floor * 100 / firstHeap))
		return
	}
	alive := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	metrics.Read(alive)
	debug.SetGCPercent(p.growth.percentOf(alive[0].Value.Uint64(), alive[1].Value.Uint64()))
}

// percentOf returns by how many per cent a heap of so many living bytes may grow. The runtime takes them of the global variables as well.
func (g growth) percentOf(live, globals uint64) int {
	if live == 0 || live >= g.floor {
		return g.percent
	}
	return max(g.percent, int((g.floor-live)*100/(live+globals)))
}
