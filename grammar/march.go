package grammar

import (
	"encoding/binary"
	"time"
)

// call takes as many of the next lines as the roster knows, the first of them at pos, and returns how many they are. The record before them is a twin of another.
func (sc *Scanner) call(pos, number int) int {
	p, r := &sc.pass, &sc.memory.roster
	last, ok := r.number(p.twin.twin)
	if !ok {
		return 0
	}
	ends, base := sc.ends.known(), sc.ends.base
	sc.memory.each(func(hs *heads) { ends = ends[:min(len(ends), twinTrial-1-hs.twins.asked)] })
	met := r.find(p.chunk.Data[base:], pos-base, ends, sc.memory, last)
	if len(met) > 0 {
		sc.march.sc, sc.march.roster, sc.march.clock = sc, r, &sc.tally.Clock
		sc.march.take(met, ends, base, pos, number)
		sc.ends.next += len(met)
	}
	return len(met)
}

// march counts records of which the roster has told the entries.
//
// Times are read only where a clock does not simply go on: of stamps that start with the same minute, and have all that follows at the same places, the later one is also the greater one as a text.
// Of records whose clock goes on, only the last one changes what the Clock knows, unless it is too far behind another clock of the log: where that may be, all of them are read.
type march struct {
	sc     *Scanner
	roster *roster
	clock  *Clock
	beats  [maxLayouts]beat
	top    int64 // no stamp that is taken at once is newer
}

// beat is how far the clock of one of the heads has gone.
type beat struct {
	at    int    // where its stamps end; 0 when it is to be read
	base  int64  // when its minute starts
	time  int64  // what was read last
	mask  uint64 // the bits of a stamp, from its seconds on, that are compared
	tie   uint64 // 1 where they are not all of it, so that two which look the same may not be
	least uint64 // what the bits must be at least
	late  int    // where the last line starts whose time was not read, and 1 more; 0 for none
}

// marched is a record: the entry of its first line, where it stands, and its number.
type marched struct {
	first  *entry
	at     int
	number int
}

// take takes the lines. Each record but the last one is counted: that goes on as long as it is not known that the next line starts another.
func (m *march) take(met []uint32, ends []int32, base, pos, number int) {
	sc, p := m.sc, &m.sc.pass
	var of marched
	var starts [maxLayouts + 1]int
	for i := 0; i < len(met); i++ {
		if e := &m.roster.entries[met[i]]; e.kind.parent() == 0 {
			if of.first != nil {
				m.count(&of, met[i-1], pos-1)
			} else {
				if i > 0 {
					p.twin.twin, p.stop = m.roster.twins[met[i-1]], pos-1
				}
				sc.countBefore()
				m.start()
			}
			of = marched{e, pos, number + i}
			n := m.stroll(&of, met[i:], ends[i:], base)
			starts[e.pace.head()] += 1 + n
			i += n
		}
		pos = base + int(ends[i]) + 1
	}
	m.settle()
	p.twin.twin, p.stop = m.roster.twins[met[len(met)-1]], pos-1
	if of.first == nil {
		return
	}
	p.at, p.number = of.at, of.number
	p.twin.heads = sc.memory.at(of.first.pace.head())
	p.twin.time = p.twin.heads.timeOf(p.chunk.Data[p.at:p.stop])
	for i, n := range starts {
		twins := &sc.memory.at(i).twins
		twins.asked += n
		twins.met += n
	}
}

// stroll counts records of one line behind stamps of one kind, as long as the clock simply goes on, and returns how many they are. The first of met is the line of the record at hand, which
// becomes the one behind them.
func (m *march) stroll(of *marched, met []uint32, ends []int32, base int) int {
	h := of.first.pace.head()
	if h == maxLayouts {
		return 0
	}
	b := m.beats[h]
	want := paceOf(b.at, h) | canEnd
	if of.first.pace&^canGoOn != want {
		return 0
	}
	entries, data := m.roster.entries, m.sc.pass.chunk.Data[m.roster.call.seconds[h]:]
	ends = ends[:len(met)]
	n, at, e := 0, of.at, of.first
	for n+1 < len(met) {
		next := &entries[met[n+1]]
		if next.pace&^canGoOn != want || !b.goesOn(data[at:], at) {
			break
		}
		if e.seen == 0 {
			m.roster.touched = append(m.roster.touched, met[n])
		}
		e.seen++
		at, e = base+int(ends[n])+1, next
		n++
	}
	if n > 0 {
		m.beats[h] = b
		*of = marched{e, at, of.number + n}
	}
	return n
}

// start goes on with the clocks of the lines before, as long as they stand in the same minutes.
func (m *march) start() {
	heads := &m.sc.memory.heads
	m.top = m.clock.Newest
	for i := range heads {
		if heads[i].layout != nil {
			m.top = max(m.top, heads[i].base+int64(time.Minute))
		}
	}
	for i := range m.beats {
		if b := &m.beats[i]; b.base != heads[i].base || m.isBack(b.time) {
			b.at = 0
		}
	}
}

// isBack reports whether it may have to be told that the clock has gone back, where it is not told yet.
func (m *march) isBack(time int64) bool {
	return m.clock.back.Line == 0 && m.top-time > int64(backLimit)
}

// see counts a record that ends with the line of that entry, and of which no time is told.
func (m *march) see(last uint32) {
	e := &m.roster.entries[last]
	if e.seen == 0 {
		m.roster.touched = append(m.roster.touched, last)
	}
	e.seen++
}

// count counts any record that ends with the line of that entry.
func (m *march) count(of *marched, last uint32, stop int) {
	h, data := of.first.pace.head(), m.sc.pass.chunk.Data
	if !m.roster.entries[last].pace.told() && m.sc.Watch == nil {
		if h == maxLayouts {
			m.see(last)
			return
		}
		if b := &m.beats[h]; of.first.pace.at() == b.at && b.goesOn(data[of.at+m.roster.call.seconds[h]:], of.at) {
			m.see(last)
			return
		}
	}
	m.settle()
	hs := m.sc.memory.at(h)
	time := hs.timeOf(data[of.at:stop])
	m.sc.count(hs, &place{m.roster.twins[last], time, of.at, stop}, of.number)
	if h < maxLayouts && m.sc.Watch == nil && !m.isBack(time) {
		m.beats[h].begin(hs, of.first, data[of.at:], time)
	}
}

// goesOn reports whether the clock simply goes on with a line that starts there, whose stamp goes on with seconds: then it is enough to read the time of the last such line.
func (b *beat) goesOn(seconds []byte, at int) bool {
	stamp := binary.BigEndian.Uint64(seconds) & b.mask
	if stamp < b.least {
		return false
	}
	b.least, b.late = stamp+b.tie, at+1
	return true
}

// begin lets a clock go on from a line that was read.
func (b *beat) begin(hs *heads, first *entry, line []byte, time int64) {
	n := first.pace.at() - len(hs.minute)
	*b = beat{at: first.pace.at(), base: hs.base, time: time}
	if n > 8 {
		n, b.tie = 8, 1
	}
	// Not the sign behind the whole seconds, of which there are two kinds.
	b.mask = ^uint64(0) << (64 - 8*n) &^ (0xff << 40)
	b.least = binary.BigEndian.Uint64(line[len(hs.minute):])&b.mask + b.tie
}

// settle reads the times that were not read.
func (m *march) settle() {
	latest := 0
	for i := range m.beats {
		b := &m.beats[i]
		if b.late == 0 {
			continue
		}
		b.time = m.sc.memory.heads[i].timeOf(m.sc.pass.chunk.Data[b.late-1:])
		m.clock.Newest = max(m.clock.Newest, b.time)
		if b.late > latest {
			latest, m.clock.Latest = b.late, b.time
		}
		b.late = 0
	}
}

// tell counts by their kinds what the roster has counted.
func (sc *Scanner) tell() {
	r := &sc.memory.roster
	for _, n := range r.touched {
		e := &r.entries[n]
		sc.countKind(r.sums[n].kind, int(r.sums[n].format), int(e.seen))
		e.seen = 0
	}
	r.touched = r.touched[:0]
}
