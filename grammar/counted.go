package grammar

import (
	"bytes"

	"logdoc"
)

// place is where a twin stands in a chunk.
type place struct {
	twin     *twin
	time     int64
	at, stop int
}

// countBefore counts the record before the line at hand, which is a twin.
func (sc *Scanner) countBefore() {
	p := &sc.pass
	sc.count(p.twin.heads, &place{p.twin.twin, p.twin.time, p.at, p.stop}, p.number)
}

// count counts a record that is a twin, by the number of its line.
func (sc *Scanner) count(hs *heads, at *place, number int) {
	t, time := at.twin, at.time
	if hs.layout != nil {
		sc.see(hs, t, time, number)
	}
	seen := &t.seen
	if seen.N++; seen.N == 1 {
		sc.touched = append(sc.touched, t)
	}
	if t.severity < logdoc.Warning {
		return
	}
	if seen.N == 1 {
		seen.First, seen.Line = sc.pass.sighting(at, number), number
		seen.Last = seen.First
		return
	}
	if time >= seen.Last.Time {
		seen.Last = sc.pass.sighting(at, number)
	} else if time < seen.First.Time {
		seen.First = sc.pass.sighting(at, number)
	}
}

// see notes the time of a twin.
func (sc *Scanner) see(hs *heads, t *twin, time int64, number int) {
	c := &sc.tally.Clock
	if c.Seen && time >= c.Newest {
		c.Newest, c.Latest = time, time
	} else {
		c.see(time, number)
	}
	if hs.noYear {
		sc.tally.YearAssumed = true
	}
	if sc.Watch != nil {
		sc.Watch(time, t.severity)
	}
}

// sighting is a twin that stands there.
func (p *pass) sighting(at *place, number int) Sighting {
	return Sighting{at.time, number, p.chunk.Offset + int64(at.at), bytes.TrimSuffix(p.chunk.Data[at.at:at.stop], []byte("\r"))}
}

// countTwins tells of the twins in the chunk: of each at warning or above, and of the others by their kinds.
func (sc *Scanner) countTwins() {
	sc.tell()
	for i, t := range sc.touched {
		if t.severity >= logdoc.Warning {
			sc.memory.met += t.seen.N
			sc.tally.Formats[t.format] += t.seen.N
			sc.Twins.Count(t.kind, &t.seen)
		} else {
			sc.countKind(t.kind, t.format, t.seen.N)
		}
		t.seen, sc.touched[i] = Sightings{}, nil
	}
	sc.touched = sc.touched[:0]
	var seen Sightings
	for _, kind := range sc.kinds {
		seen.N, sc.byKind[kind] = sc.byKind[kind], 0
		sc.Twins.Count(kind, &seen)
	}
	sc.kinds = sc.kinds[:0]
}

// countKind counts twins of a kind, below warning, in the chunk.
func (sc *Scanner) countKind(kind int32, format, n int) {
	sc.memory.met += n
	sc.tally.Formats[format] += n
	if n := int(kind) + 1; n > len(sc.byKind) {
		sc.byKind = append(sc.byKind, make([]int, n-len(sc.byKind))...)
	}
	if sc.byKind[kind] == 0 {
		sc.kinds = append(sc.kinds, kind)
	}
	sc.byKind[kind] += n
}

// Familiar reports whether most records of the last chunk of the source were twins of others.
func (sc *Scanner) Familiar(r *Reading) bool {
	m := sc.memories[r]
	return m != nil && m.met > m.given
}
