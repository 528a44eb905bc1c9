package grammar

import "slices"

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
}

// entry is a line. It takes 64 bytes.
type entry struct {
	size uint32
	text uint32 // where it starts in the roster's texts
	next uint32 // the number of the next one with the same hash, 0 for none
	_    uint32
	any  [rosterWords]uint64 // the bits of those digits that may be any
	_    uint64
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
	e := entry{size: uint32(len(line)), text: uint32(len(r.texts))}
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
	c.stamp = lengths[rosterLine+len(minute)]
	copy(c.minute[:], minute)
	return r.met[:callRoster(c)]
}

// call takes as many of the next lines as the roster has twins of, the first of them at pos, and returns how many they are.
func (sc *Scanner) call(hs *heads, pos, number int) int {
	p, ts, data := &sc.pass, &hs.twins, sc.pass.chunk.Data
	ends := sc.ends.known()
	ends = ends[:min(len(ends), twinTrial-1-ts.asked)]
	base := sc.ends.base
	// The record before the line at hand is counted once that line is known to start another.
	before, n := place{p.twin.twin, p.twin.time, p.at, p.stop}, 0
	for _, entry := range ts.roster.find(data[base:], pos-base, ends, hs.minute) {
		t, stop := ts.roster.twins[entry], base+int(ends[n])
		at, time, ok := hs.behind(data[pos:stop])
		if !ok || at != t.at {
			break
		}
		sc.count(hs, &before, number+n-1)
		before = place{t, time, pos, stop}
		pos = stop + 1
		n++
	}
	if n > 0 {
		p.twin.twin, p.twin.time = before.twin, before.time
		p.at, p.stop, p.number = before.at, before.stop, number+n-1
		sc.ends.next += n
		ts.asked += n
		ts.met += n
	}
	return n
}
