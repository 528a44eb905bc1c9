package grammar

import (
	"encoding/binary"
	"slices"

	"logdoc"
)

// A roster has the twins of one line that are counted, laid out for a processor with registers of 64 bytes: it looks for the twins of one line after the other with hardly a branch whose
// outcome it would have to guess, so that it is at several lines at a time.
type roster struct {
	// slots holds numbers of entries, from 1, by hash: the first of a chain.
	slots   []uint32
	entries []entry
	texts   []byte
	twins   []*twin // of the entries
	call    rollCall
	met     [rollLines]uint32
	touched []uint32 // entries that have seen any
}

// entry is a line. It takes 64 bytes.
type entry struct {
	size uint32
	text uint32              // where it starts in the roster's texts
	next uint32              // the number of the next one with the same hash, 0 for none
	seen uint32              // how many of its twins were counted here
	any  [rosterWords]uint64 // the bits of those digits that may be any
	at   uint32              // where its stamp ends
	told bool                // it is told when its twins were
}

const (
	// rosterWords is how many words have a bit for each byte of a line, its stamp included; rosterLine bounds the bytes of one.
	rosterWords = 5
	rosterLine  = 64 * rosterWords
	// rosterSlots is how many slots there are, as a power of two.
	rosterSlots = 13
	// rollLines bounds the lines that are called at once.
	rollLines = 64
)

// rollCall is what is asked of a roster. Its lines follow each other, and all start with the same minute.
type rollCall struct {
	ends    *int32 // where the lines end, counted from data
	data    *byte
	pos     int // where the first line starts, counted likewise
	lines   int // how many there are
	stop    int // where the line at hand ends
	done    int // how many were found
	slots   *uint32
	entries *entry
	texts   *byte
	masks   *uint64 // of lengths, from 0
	met     *uint32 // the answer, by line: the number of its twin's entry, from 0
	stamp   uint64  // the bits of the minute
	second  int     // where the seconds are
	minute  [64]byte
}

// lengths has, from its middle on, the bits of 0, 1, 2 ... bytes, of 64 at most, and in front of it none.
var lengths = func() *[2*rosterLine + 1]uint64 {
	m := new([2*rosterLine + 1]uint64)
	for n := range rosterLine {
		m[rosterLine+n+1] = 1<<(n+1) - 1
	}
	return m
}()

// add enters a twin, by its whole line. There is no room for a long one.
func (r *roster) add(t *twin, line []byte) {
	if len(line) > rosterLine || t.at > 64 {
		return
	}
	if r.slots == nil {
		r.slots = make([]uint32, 1<<rosterSlots)
	}
	e := entry{size: uint32(len(line)), text: uint32(len(r.texts)), at: uint32(t.at), told: t.severity >= logdoc.Warning}
	for i, c := range line {
		if i < t.at && isDigit(c) || i >= t.at && t.digits[i-t.at] != 0 {
			e.any[i/64] |= 1 << (i % 64)
		}
	}
	slot := &r.slots[rosterHash(&line[0], len(line), &lengths[rosterLine])]
	e.next, *slot = *slot, uint32(len(r.entries)+1)
	r.entries, r.texts, r.twins = append(doubled(r.entries, 1), e), append(doubled(r.texts, len(line)), line...), append(doubled(r.twins, 1), t)
}

// doubled has room for n more: the quarter by which append lets long slices grow has all of it copied several times.
func doubled[T any](list []T, n int) []T {
	if cap(list)-len(list) < n {
		list = slices.Grow(list, max(len(list), n, 64))
	}
	return list
}

// find looks for the twins of the lines that end there, counted from the start of data; the first of them starts at pos, which may be in front of it. It returns as many as it finds
// before the first that is none of its own, by their places in r.twins; they are valid until the next call.
func (r *roster) find(data []byte, pos int, ends []int32, minute []byte) []uint32 {
	n := min(len(ends), rollLines)
	if len(r.entries) == 0 || n == 0 || len(minute) > 64 {
		return nil
	}
	c := &r.call
	c.data, c.ends, c.pos, c.lines, c.stop, c.done = &data[0], &ends[0], pos, n, 0, 0
	c.slots, c.entries, c.texts, c.masks, c.met = &r.slots[0], &r.entries[0], &r.texts[0], &lengths[rosterLine], &r.met[0]
	c.stamp, c.second = lengths[rosterLine+len(minute)], len(minute)
	copy(c.minute[:], minute)
	return r.met[:callRoster(c)]
}

// call takes as many of the next lines as the roster has twins of, the first of them at pos, and returns how many they are.
func (sc *Scanner) call(hs *heads, pos, number int) int {
	p, ts, data := &sc.pass, &hs.twins, sc.pass.chunk.Data
	ends := sc.ends.known()
	ends = ends[:min(len(ends), twinTrial-1-ts.asked)]
	base := sc.ends.base
	met := ts.roster.find(data[base:], pos-base, ends, hs.minute)
	n := len(met)
	if n == 0 {
		return 0
	}
	// The record before a line is counted once that line is known to start another.
	sc.countBefore()
	pos = sc.march(hs, pos, base, ends[:n-1], met[:n-1], number)
	p.at, p.stop, p.number = pos, base+int(ends[n-1]), number+n-1
	_, p.twin.time, _ = hs.behind(data[p.at:p.stop])
	p.twin.twin = ts.roster.twins[met[n-1]]
	sc.ends.next += n
	ts.asked += n
	ts.met += n
	return n
}

// march counts lines of which the roster has told the entries, the first of them at pos, and returns where the next one starts. Times are read only where the clock does not simply go on:
// of stamps that start with the same minute, and have all that follows at the same places, the later one is also the greater one as a text.
func (sc *Scanner) march(hs *heads, pos, base int, ends []int32, met []uint32, number int) int {
	r, data, clock, minute := &hs.twins.roster, sc.pass.chunk.Data, &sc.tally.Clock, len(hs.minute)
	const nowhere = 1 << 31
	var mask, least, tie uint64 // what a stamp must be at least
	at, late := uint32(nowhere), -1
	// Of those that were not read the last one is the newest, and the first one is no older than what was read before it.
	settle := func() {
		if late >= 0 {
			_, time, _ := hs.behind(data[late:])
			clock.Latest, clock.Newest, late = time, max(clock.Newest, time), -1
		}
	}
	for i, m := range met {
		e, stop := &r.entries[m], base+int(ends[i])
		stamp := binary.BigEndian.Uint64(data[pos+minute:])
		if e.at == at && stamp&mask >= least && !e.told {
			least, late = stamp&mask+tie, pos
			if e.seen == 0 {
				r.touched = append(r.touched, m)
			}
			e.seen++
			pos = stop + 1
			continue
		}
		settle()
		_, time, _ := hs.behind(data[pos:stop])
		sc.count(hs, &place{r.twins[m], time, pos, stop}, number+i)
		if sc.Watch == nil {
			at = e.at
			mask, tie = secondsMask(int(at) - minute)
			least = stamp&mask + tie
		}
		pos = stop + 1
	}
	settle()
	return pos
}

// secondsMask has the bits of the bytes that tell seconds, in a stamp of which so many bytes are left: not that of the sign behind the whole seconds, of which there are two kinds. tie is 1
// where eight bytes are not all of it, so that two which look the same may not be.
func secondsMask(n int) (mask, tie uint64) {
	if n > 8 {
		n, tie = 8, 1
	}
	return ^uint64(0) << (64 - 8*n) &^ (0xff << 40), tie
}

// tell tells the twins what was counted in the roster.
func (sc *Scanner) tell(hs *heads) {
	r := &hs.twins.roster
	for _, m := range r.touched {
		t, e := r.twins[m], &r.entries[m]
		if t.seen.N == 0 {
			sc.touched = append(sc.touched, t)
		}
		t.seen.N += int(e.seen)
		e.seen = 0
	}
	r.touched = r.touched[:0]
}
