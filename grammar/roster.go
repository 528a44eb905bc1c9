package grammar

import (
	"slices"

	"logdoc"
)

// A roster has the lines that are remembered of a source, laid out for a processor with registers of 64 bytes: it looks for the twins of one line after the other with hardly a branch whose
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
	kind lineKind
	text uint32              // where it starts in the roster's texts
	next uint32              // the number of the next one with the same hash, 0 for none
	any  [rosterWords]uint64 // the bits of those digits that may be any
	seen uint32              // how many records that end with it were counted here
	pace pace
}

// pace is what is asked of an entry when its twins are counted: where its stamp ends, or 0; whose stamp it is, by the number of its heads (16 bits behind); and flags (24 bits behind).
type pace uint32

func paceOf(at, head int) pace { return pace(at | head<<16) }

func (p pace) at() int    { return int(p & 0xffff) }
func (p pace) head() int  { return int(p >> 16 & 0xff) }
func (p pace) told() bool { return p&isTold != 0 }

// lineKind is what is compared first of a line: its size, whose stamp it starts with (16 bits behind), and the number of the entry that it follows (32 bits behind), 0 for a record's first.
type lineKind uint64

func (k lineKind) parent() int { return int(k >> 32) }

// The flags of an entry.
const (
	canEnd  pace = 1 << (24 + iota) // records that end with it are counted
	canGoOn                         // lines are known that may follow it
	isTold                          // it is told when records that end with it were
)

const (
	// rosterWords is how many words have a bit for each byte of a line, its stamp included; rosterLine bounds the bytes of one.
	rosterWords = 5
	rosterLine  = 64 * rosterWords
	// rosterSlots is how many slots there are, as a power of two.
	rosterSlots = 14
	entryBytes  = 64
	// rollLines bounds the lines that are called at once.
	rollLines = 256
)

// rollCall is what is asked of a roster. Its lines follow each other.
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
	masks   *uint64                  // of lengths, from 0
	met     *uint32                  // the answer, by line: the number of its twin's entry, from 0
	last    int                      // where the entry of the line before stands, in bytes from the first
	sum     uint64                   // of the line at hand
	stamps  [maxLayouts + 1]uint64   // the bits of the minutes; the last one has none
	keys    [maxLayouts + 1][64]byte // what the first bytes of a line are multiplied with, those of its minute with 0
	seconds [maxLayouts]int          // where the seconds are
	minutes [maxLayouts][64]byte
}

// none is what no line starts with.
var none = []byte{'\n'}

// lengths has, from its middle on, the bits of 0, 1, 2 ... bytes, of 64 at most, and in front of it none.
var lengths = func() *[2*rosterLine + 1]uint64 {
	m := new([2*rosterLine + 1]uint64)
	for n := range rosterLine {
		m[rosterLine+n+1] = 1<<(n+1) - 1
	}
	return m
}()

// add enters a twin, by its whole line, with the number of its heads and the length of a minute. There is no room for a long one, nor for one whose parent is not there.
func (r *roster) add(t *twin, line []byte, head, minute int) {
	n, known := r.number(t.parent)
	if len(line) > rosterLine || minute > 64 || t.parent != nil && !known {
		return
	}
	if r.slots == nil {
		r.slots = make([]uint32, 1<<rosterSlots)
		setKey(&r.call.keys[maxLayouts], 0)
	}
	parent := 0
	if t.parent != nil {
		parent, head = n+1, 0
		r.note(t.parent)
	}
	e := entry{kind: lineKind(len(line) | head<<16 | parent<<32), text: uint32(len(r.texts)), pace: paceOf(t.at, head)}
	for i, c := range line {
		// It is asked before which minute it is.
		if i < minute || i < t.at && isDigit(c) || i >= t.at && t.digits[i-t.at] != 0 {
			e.any[i/64] |= 1 << (i % 64)
		}
	}
	var key [64]byte
	setKey(&key, minute)
	// What is met often is met early: it is the first of its chain.
	chain := 0
	slot := &r.slots[rosterHash(&line[0], len(line), &lengths[rosterLine], &key, uint32(parent))]
	for ; *slot > 0; chain++ {
		slot = &r.entries[*slot-1].next
	}
	if chain > maxChain {
		return
	}
	*slot = uint32(len(r.entries) + 1)
	r.texts = append(doubled(r.texts, len(line)), line...)
	r.entries, r.twins = append(doubled(r.entries, 1), e), append(doubled(r.twins, 1), t)
	t.entry = len(r.entries)
	r.note(t)
}

// setKey sets what the first bytes of a line are multiplied with that starts with a minute of so many bytes. Two bytes are multiplied at once.
func setKey(key *[64]byte, minute int) { rosterKey((minute+1)&^1, &lengths[rosterLine], key) }

// number returns the number of a twin's entry, from 0; ok is false when it has none.
func (r *roster) number(t *twin) (n int, ok bool) {
	if t == nil || t.entry == 0 || t.entry > len(r.twins) || r.twins[t.entry-1] != t {
		return 0, false
	}
	return t.entry - 1, true
}

// note takes what has become known of a twin.
func (r *roster) note(t *twin) {
	n, ok := r.number(t)
	if !ok {
		return
	}
	p := &r.entries[n].pace
	*p &^= canEnd | canGoOn | isTold
	if t.kind >= 0 {
		*p |= canEnd
	}
	if t.parental {
		*p |= canGoOn
	}
	if t.severity >= logdoc.Warning {
		*p |= isTold
	}
}

// doubled has room for n more: the quarter by which append lets long slices grow has all of it copied several times.
func doubled[T any](list []T, n int) []T {
	if cap(list)-len(list) < n {
		list = slices.Grow(list, max(len(list), n, 64))
	}
	return list
}

// find looks for the twins of the lines that end there, counted from the start of data; the first of them starts at pos, which may be in front of it, and last is the number of the entry of the line
// before it. It returns as many as it finds before the first that is none of its own, or before a record that is not to be counted has ended, by their numbers; they are valid until the next call.
func (r *roster) find(data []byte, pos int, ends []int32, of *memory, last int) []uint32 {
	n := min(len(ends), rollLines)
	if len(r.entries) == 0 || n == 0 {
		return nil
	}
	c := &r.call
	c.data, c.ends, c.pos, c.lines, c.stop, c.done = &data[0], &ends[0], pos, n, 0, 0
	c.slots, c.entries, c.texts, c.masks, c.met = &r.slots[0], &r.entries[0], &r.texts[0], &lengths[rosterLine], &r.met[0]
	c.last = last * entryBytes
	for i := range of.heads {
		// Where there is no minute, none starts with it.
		minute := of.heads[i].minute
		if len(minute) == 0 || len(minute) > len(c.minutes[i]) {
			minute = none
		}
		if c.seconds[i] != len(minute) {
			c.stamps[i], c.seconds[i] = lengths[rosterLine+len(minute)], len(minute)
			setKey(&c.keys[i], len(minute))
		}
		copy(c.minutes[i][:], minute)
	}
	return r.met[:callRoster(c)]
}
