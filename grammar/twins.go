package grammar

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"logdoc"
	"logdoc/internal/template"
)

// Nearly all lines of a log are like one before them, but for the stamp and for digits that decide nothing: they are its twins. Who takes the records says of one what holds for all its
// twins; they are then known by a comparison, and are counted instead of being read.

// Twins says what becomes of records that are alike, and is told how many there are.
type Twins interface {
	// Alike says of which kind every record is that differs from this one in its stamp, and in digits outside of the fields that Told names and of the parts of its text that the kind
	// tells. ok is false when nothing can be said of such records, and they are handed over like any other. It is asked once the record has been handed over.
	Alike(ev *logdoc.Event) (kin Kin, ok bool)
	// Take is handed a record of a kind that is to be looked at one by one. The event is valid only during the call.
	Take(kind int32, ev *logdoc.Event)
	// Count is told of the records of a chunk that were not handed over. They belong to the chunk.
	Count(kind int32, seen *Sightings)
}

// Kin is what holds for records that are alike.
type Kin struct {
	// Kind is a number from 0 under which they are counted, or taken one by one.
	Kind     int32
	OneByOne bool
	// Told are the parts of the text that all of them have as they are, valid until the next call of Alike.
	Told []logdoc.Span
}

// Sightings are records that are alike.
type Sightings struct {
	N int
	// What follows is told of records at warning or above only. Line is where the first of them stands, whatever its stamp; First and Last are the oldest and the newest: of those with the
	// same stamp the first and the last one.
	Line        int
	First, Last Sighting
}

// Sighting is one record. Text is without the closing line break.
type Sighting struct {
	Time   int64
	Line   int
	Offset int64
	Text   []byte
}

// Told reports whether twins have the same text in the slot, digits and all.
func Told(slot int) bool {
	return slot == logdoc.FieldHost || slot == logdoc.FieldProgram || slot == logdoc.FieldCode
}

const (
	// maxTwins bounds the lines that are remembered of one layout in one source, minTwin and maxTwin the bytes behind their stamps.
	maxTwins, minTwin, maxTwin = 4096, 8, 1 << 10
	// maxChain bounds how many are compared with a line.
	maxChain = 6
	// maxTwinBytes bounds the bytes of their lines.
	maxTwinBytes = 512 << 10
	// twinTrial is after how many lines it is looked at whether remembering them is worth its while: of some logs no two lines are alike.
	twinTrial = 4096
)

const (
	// strange is the kind of records whose twins must be read one by one.
	strange = -1 - iota
	// part is that of lines that were only met as the start of a record of more lines.
	part
)

// maxTwinLines bounds the lines of a record that is remembered.
const maxTwinLines = 64

// twins are the lines that are remembered of one layout.
type twins struct {
	slots []*twin // by hash, the first of a chain
	count int
	bytes int
	// asked and met count the lines that were looked for and found, since the trial began.
	asked, met int
	useless    bool
}

// twin is a line: a record's first one, or one that follows its parent. It stands for the record that ends with it.
type twin struct {
	at   int // where the stamp ends
	size int // bytes behind it
	// text is the line behind its stamp; digits, which lies behind it in memory, has 0x0f for each of its digits that may be any, and else 0.
	text, digits []byte
	parent       *twin
	next         *twin // with the same hash
	kind         int32
	taken        int32 // of one that is strange: the kind under which its twins are taken, or strange
	parental     bool  // it has been a parent
	severity     logdoc.Severity
	format       int
	id           uint64    // of all lines of a layout
	entry        int       // the number of its entry in the roster, 0 for none
	said         *said     // what records that start with it say, where they are looked at one by one; nil where that is not known
	seen         Sightings // in this chunk
}

// said is what a record says that starts with a line whose twins all say the same, but for their times.
type said struct {
	line     *line
	format   int
	severity logdoc.Severity
	fields   [logdoc.MaxFields]logdoc.Span
}

// repeat sets the event to what the twin of a line has said, as if the line had been read; false where that is not known.
func (sc *Scanner) repeat(t *twin, hs *heads, time int64, b []byte) bool {
	if t.said == nil {
		return false
	}
	ev := sc.next
	ev.Head, ev.Format, ev.Severity, ev.Fields = b, t.said.format, t.said.severity, t.said.fields
	ev.Time, ev.Clock = time, hs.layout != nil
	sc.line = t.said.line
	if hs.noYear {
		sc.tally.YearAssumed = true
	}
	return true
}

// again is repeat for the line at hand, whose twin was just looked for.
func (sc *Scanner) again(b []byte) bool {
	c := &sc.fresh
	return c.heads != nil && c.known && sc.repeat(c.twin, c.heads, c.time, b)
}

// is reports whether b stands where the twin has its line. Both have the same size.
func (t *twin) is(b []byte) bool {
	if wide && len(b) >= 32 {
		return standsWide(&t.text[0], &t.digits[0], &b[0], len(b))
	}
	return stands(t.text, t.digits, b)
}

// tells reports whether the line's twins have those parts of it as they are.
func (t *twin) tells(parts []logdoc.Span) bool {
	return !slices.ContainsFunc(parts, func(s logdoc.Span) bool {
		return slices.Contains(t.digits[max(int(s.Lo)-t.at, 0):max(int(s.Hi)-t.at, 0)], 0x0f)
	})
}

// stands reports whether b is the text, but for digits where any may stand: there digits has 0x0f, and else 0. All three have the same size, eight bytes at least.
func stands(text, digits, b []byte) bool {
	last := len(b) - 8
	wrong := differs(text[last:], digits[last:], b[last:])
	for ; len(b) > 8; text, digits, b = text[8:], digits[8:], b[8:] {
		wrong |= differs(text, digits, b)
	}
	return wrong == 0
}

// differs is 0 where the first eight bytes of b stand as they should.
func differs(text, digits, b []byte) uint64 {
	const sixes, carries = 0x0606060606060606, 0x1010101010101010
	v, any := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(digits)
	return (v^binary.LittleEndian.Uint64(text))&^any | (v&any+any&sixes)&carries
}

// undigited has letters as they are, and of other bytes what all digits have in common.
func undigited(v uint64) uint64 {
	const highs, ones = 0xf0f0f0f0f0f0f0f0, 0x0101010101010101
	letters := v >> 6 & ones
	return v & (letters<<4 - letters | highs)
}

// turn is by how many bits a lane turns from step to step.
const turn = 21

// lanes takes up 32 bytes at a time, eight in each lane, and at last the 32 at the end.
func lanes(b []byte, into *[4]uint64) {
	step := func(b []byte) {
		for k := range into {
			into[k] = bits.RotateLeft64(into[k], turn) + undigited(binary.LittleEndian.Uint64(b[8*k:]))
		}
	}
	last := b[len(b)-32:]
	for ; len(b) > 32; b = b[32:] {
		step(b)
	}
	step(last)
}

// hashTwin is the same for all twins.
func hashTwin(b []byte, parent *twin) uint64 {
	sum := uint64(len(b))
	if parent != nil {
		sum += parent.id << 16
	}
	if len(b) >= 32 {
		var l [4]uint64
		if wide {
			lanesWide(&b[0], len(b), &l)
		} else {
			lanes(b, &l)
		}
		sum ^= l[0] ^ bits.RotateLeft64(l[1], 11) + bits.RotateLeft64(l[2], 27) ^ bits.RotateLeft64(l[3], 42)
	} else {
		sum ^= undigited(binary.LittleEndian.Uint64(b[len(b)-8:]))
		for ; len(b) >= 8; b = b[8:] {
			sum = bits.RotateLeft64(sum, turn) + undigited(binary.LittleEndian.Uint64(b))
		}
	}
	return (sum ^ sum>>32) * 0x9e3779b97f4a7c15
}

func (ts *twins) slot(b []byte, parent *twin) **twin {
	return &ts.slots[hashTwin(b, parent)>>(64-bits.TrailingZeros(uint(len(ts.slots))))]
}

// find returns the twin of a line behind a stamp that ends at that place, or nil. full means that there is no room for it.
func (ts *twins) find(parent *twin, at int, b []byte) (t *twin, full bool) {
	if ts.slots == nil {
		return nil, false
	}
	chain := 0
	for t := *ts.slot(b, parent); t != nil; t = t.next {
		if t.size == len(b) && t.at == at && t.parent == parent && t.is(b) {
			return t, false
		}
		chain++
	}
	return nil, chain >= maxChain || ts.count >= maxTwins || ts.bytes+len(b) > maxTwinBytes
}

// add remembers a line. told are parts of it that twins have as they are.
func (ts *twins) add(parent *twin, at int, line []byte, told []logdoc.Span) *twin {
	if len(ts.slots) == 0 {
		ts.slots = make([]*twin, 2*maxTwins)
	}
	b := line[at:]
	ts.bytes += len(b)
	t := &twin{at: at, size: len(b), parent: parent, id: uint64(ts.count) + 1, kind: part, taken: strange}
	if parent != nil {
		parent.parental = true
	}
	mask := make([]byte, len(line))
	for i, c := range line {
		// A digit in front of an x may be the start of a hexadecimal number, and then no other may stand there.
		if isDigit(c) && (i+1 == len(line) || line[i+1]|0x20 != 'x') {
			mask[i] = 0x0f
		}
	}
	for _, s := range told {
		clear(mask[s.Lo:s.Hi])
	}
	both := slices.Concat(b, mask[at:])
	t.text, t.digits = both[:len(b)], both[len(b):]
	slot := ts.slot(b, parent)
	t.next, *slot = *slot, t
	ts.count++
	return t
}

// worth counts a record that was looked for, and gives up where no records are alike.
func (sc *Scanner) worth(hs *heads) bool {
	ts := &hs.twins
	if ts.asked++; ts.asked < twinTrial {
		return !ts.useless
	}
	ts.useless = ts.useless || ts.met*4 < ts.asked
	if !ts.useless && ts.met*10 < ts.asked*9 && (ts.count >= maxTwins || ts.bytes > maxTwinBytes*9/10) {
		// What is written now is not what was written then.
		sc.forget()
	}
	ts.asked, ts.met = 0, 0
	return !ts.useless
}

// candidate is a record whose twins are to be known, once it is clear where it ends.
type candidate struct {
	heads *heads // nil when there is none
	line  *line
	at    int // where its stamp ends
	raw   []byte
	// more are the lines that follow.
	more [][]byte
	// known means that its first line is remembered, as a record of its own that is strange.
	known bool
	// twin is the one that the record is a twin of, unless other lines follow than those that it has; nil when it is of none.
	twin  *twin
	lines int
	time  int64 // that of the line at hand
}

// kind is the one under which a record is taken.
func (c *candidate) kind() int32 {
	if c.heads == nil || c.twin == nil || c.twin.kind != strange || len(c.more) != c.lines {
		return strange
	}
	return c.twin.taken
}

// encounter is a record that is, so far, a twin of another.
type encounter struct {
	twin  *twin
	heads *heads
	time  int64
}

// fits reports whether a line can be remembered.
func fits(size int) bool { return size >= minTwin && size <= maxTwin }

// meet looks for the twin of a record's first line. What it finds is in sc.met; what it does not find is in sc.fresh.
func (sc *Scanner) meet(b []byte) bool {
	sc.fresh.heads = nil
	for i := range sc.memory.heads {
		hs := &sc.memory.heads[i]
		n := len(hs.minute)
		if n == 0 || len(b) < n || string(b[:n]) != string(hs.minute) && !sc.turn(hs, b) {
			continue
		}
		at, time, ok := hs.behind(b)
		return ok && sc.meetIn(hs, at, time, b)
	}
	if len(b) == 0 || !sc.pass.reading.unstamped[b[0]] || !fits(len(b)) {
		return false
	}
	return sc.meetIn(&sc.memory.unstamped, 0, 0, b)
}

// meetIn looks for the twin of a line behind its stamp.
func (sc *Scanner) meetIn(hs *heads, at int, time int64, b []byte) bool {
	if !sc.worth(hs) {
		return false
	}
	t, full := hs.twins.find(nil, at, b[at:])
	if t == nil {
		if !full {
			sc.fresh.heads, sc.fresh.at, sc.fresh.known, sc.fresh.twin, sc.fresh.time = hs, at, false, nil, time
		}
		return false
	}
	hs.twins.met++
	if t.kind == strange && !t.parental {
		sc.fresh.heads, sc.fresh.at, sc.fresh.known, sc.fresh.twin, sc.fresh.time = hs, at, true, t, time
		return false
	}
	sc.met = encounter{t, hs, time}
	return true
}

// behind tells where the stamp of a line in the minute ends, and its time. ok is false where that is not clear, or what stands behind it cannot be remembered.
func (hs *heads) behind(b []byte) (at int, time int64, ok bool) {
	var stamp template.Stamp
	at, ok = hs.layout.Seconds(b, len(hs.minute), &stamp)
	return at, hs.time(&stamp), ok && fits(len(b)-at)
}

// turnAt goes on to the minute of the line that starts there, if it is another one.
func (sc *Scanner) turnAt(pos int) bool {
	ends := sc.ends.known()
	if len(ends) == 0 {
		return false
	}
	b := sc.pass.chunk.Data[pos : sc.ends.base+int(ends[0])]
	for i := range sc.memory.heads {
		hs := &sc.memory.heads[i]
		switch n := len(hs.minute); {
		case n == 0 || len(b) < n:
		case string(b[:n]) == string(hs.minute):
			return false
		case sc.turn(hs, b):
			return true
		}
	}
	return false
}

// turn goes on to the minute of a line whose stamp looks like those before it.
func (sc *Scanner) turn(hs *heads, b []byte) bool {
	n := len(hs.minute)
	if !alike(hs.minute, b[:n]) {
		return false
	}
	var stamp template.Stamp
	if _, ok := hs.layout.Parse(b, &stamp); !ok || stamp.Leap {
		return false
	}
	r := sc.pass.reading
	ev := &sc.probe
	ev.Clock = false
	if sc.stamp(r, hs.format, &stamp, r.zone, ev); !ev.Clock {
		return false
	}
	hs.turn(b[:n], ev.Time, &stamp)
	return true
}

// turn notes a minute, by the time of a stamp in it.
func (hs *heads) turn(minute []byte, time int64, s *template.Stamp) {
	hs.minute = append(hs.minute[:0], minute...)
	hs.base = 0
	hs.base = time - hs.time(s)
	hs.noYear = !s.HasYear
}

// meetMore looks for the twin of a line that follows one.
func (sc *Scanner) meetMore(e *encounter, b []byte) bool {
	if !e.twin.parental || !fits(len(b)) {
		return false
	}
	t, _ := e.heads.twins.find(e.twin, 0, b)
	if t == nil {
		return false
	}
	e.twin = t
	return true
}
