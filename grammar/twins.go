package grammar

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/template"
)

// Nearly all lines of a log are like one before them, but for the stamp and for digits that decide nothing: they are its twins. Who takes the records says of one what holds for all its
// twins; they are then known by a comparison, and are counted instead of being read.

// Twins says what becomes of records that are alike, and is told how many there are.
type Twins interface {
	// Alike says under which kind to count every record that differs from this one in its stamp, and in digits outside of the fields that Told names. ok is false when
	// such records must be looked at one by one. It is asked once the record has been handed over.
	Alike(ev *logdoc.Event) (kind int32, ok bool)
	// Count is told of n records that were not handed over.
	Count(kind int32, n int)
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
	// maxTwinWords bounds what they take, in words of eight bytes.
	maxTwinWords = 64 << 10
	// twinTrial is after how many lines it is looked at whether remembering them is worth its while: of some logs no two lines are alike.
	twinTrial = 4096
)

// strange is the kind of lines whose twins must be looked at one by one.
const strange = -1

// twins are the lines that are remembered of one layout.
type twins struct {
	slots []int32 // by hash, one more than the index of the first
	all   []*twin
	words int
	// asked and met count the lines that were looked for and found, since the trial began.
	asked, met int
	useless    bool
}

type twin struct {
	at       int // where the stamp ends
	size     int // bytes behind it
	kind     int32
	next     int32 // one more than the index of the next one with the same hash
	format   int
	severity logdoc.Severity
	count    int // in this chunk
	words    []twinWord
}

// twinWord is eight bytes, and which of them may be any digit: there digits has 0x0f.
type twinWord struct{ text, digits uint64 }

// is reports whether b stands where the twin has its line. Both have the same size.
func (t *twin) is(b []byte) bool {
	last := len(t.words) - 1
	wrong := t.words[last].differs(binary.LittleEndian.Uint64(b[len(b)-8:]))
	for _, w := range t.words[:last] {
		wrong |= w.differs(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	return wrong == 0
}

// differs is 0 where v holds the word's text, and any digits where it may.
func (w *twinWord) differs(v uint64) uint64 {
	const sixes, carries = 0x0606060606060606, 0x1010101010101010
	return (v^w.text)&^w.digits | (v&w.digits+w.digits&sixes)&carries
}

// hashTwin is the same for all twins: of each byte it takes what all digits have in common.
func hashTwin(b []byte) uint64 {
	const common = 0xf0f0f0f0f0f0f0f0
	sum := uint64(len(b)) ^ binary.LittleEndian.Uint64(b[len(b)-8:])&common
	for ; len(b) >= 16; b = b[16:] {
		v, w := binary.LittleEndian.Uint64(b)&common, binary.LittleEndian.Uint64(b[8:])&common
		sum = bits.RotateLeft64(sum, 21) + (v ^ w>>4)
	}
	if len(b) >= 8 {
		sum = bits.RotateLeft64(sum, 21) + binary.LittleEndian.Uint64(b)&common
	}
	return (sum ^ sum>>32) * 0x9e3779b97f4a7c15
}

func (ts *twins) slot(b []byte) *int32 {
	return &ts.slots[hashTwin(b)>>(64-bits.TrailingZeros(uint(len(ts.slots))))]
}

// find returns the twin of what stands behind a stamp that ends at that place, or nil. full means that there is no room for it.
func (ts *twins) find(at int, b []byte) (t *twin, full bool) {
	if ts.slots == nil {
		return nil, false
	}
	chain := 0
	for i := *ts.slot(b); i > 0; {
		t := ts.all[i-1]
		if t.size == len(b) && t.at == at && t.is(b) {
			return t, false
		}
		i = t.next
		chain++
	}
	return nil, chain >= maxChain || len(ts.all) == maxTwins || ts.words+len(b)/8 >= maxTwinWords
}

// add remembers what stands behind a stamp and has room. told are parts of the line that twins have as they are.
func (ts *twins) add(t twin, b []byte, told []logdoc.Span) {
	if len(ts.slots) == 0 {
		ts.slots = make([]int32, 2*maxTwins)
	}
	count := (len(b) + 7) / 8
	ts.words += count
	t.size, t.words = len(b), make([]twinWord, count)
	mask := make([]byte, len(b))
	for i, c := range b {
		// A digit in front of an x may be the start of a hexadecimal number, and then no other may stand there.
		if isDigit(c) && (i+1 == len(b) || b[i+1]|0x20 != 'x') {
			mask[i] = 0x0f
		}
	}
	for _, s := range told {
		if s.Lo < s.Hi {
			clear(mask[int(s.Lo)-t.at : int(s.Hi)-t.at])
		}
	}
	for i := range t.words {
		k := min(8*i, len(b)-8)
		t.words[i] = twinWord{binary.LittleEndian.Uint64(b[k:]), binary.LittleEndian.Uint64(mask[k:])}
	}
	slot := ts.slot(b)
	t.next = *slot
	ts.all = append(ts.all, &t)
	*slot = int32(len(ts.all))
}

// worth counts a line that was looked for, and gives up where no lines are alike.
func (ts *twins) worth() bool {
	if ts.asked++; ts.asked < twinTrial {
		return !ts.useless
	}
	ts.useless = ts.useless || ts.met*4 < ts.asked
	if !ts.useless && ts.met*10 < ts.asked*9 && len(ts.all) == maxTwins {
		// What is written now is not what was written then.
		ts.forget()
	}
	ts.asked, ts.met = 0, 0
	return !ts.useless
}

func (ts *twins) forget() { *ts = twins{} }

// candidate is a line whose twins may be known, once it is clear that it is a record of its own.
type candidate struct {
	heads *heads
	line  *line
	at    int // where its stamp ends, 0 when it is none
	raw   []byte
}

// meet looks for the twin of a line, line end aside. What it finds is in sc.met with its time.
func (sc *Scanner) meet(b []byte) bool {
	sc.fresh = candidate{}
	for i := range sc.memory.heads {
		hs := &sc.memory.heads[i]
		n := len(hs.minute)
		if n == 0 || len(b) < n || string(b[:n]) != string(hs.minute) {
			continue
		}
		var stamp template.Stamp
		at, ok := hs.layout.Seconds(b, n, &stamp)
		if !ok || len(b)-at < minTwin || len(b)-at > maxTwin || !hs.twins.worth() {
			return false
		}
		t, full := hs.twins.find(at, b[at:])
		if t == nil {
			if !full {
				sc.fresh = candidate{heads: hs, at: at}
			}
			return false
		}
		if hs.twins.met++; t.kind == strange {
			return false
		}
		sc.met = encounter{t, hs.base + int64(stamp.Second)*int64(time.Second) + int64(stamp.Nanosecond), hs.noYear}
		return true
	}
	return false
}

// befriend asks what becomes of the twins of the record that was handed over last, and remembers its line.
func (sc *Scanner) befriend(ev *logdoc.Event, c *candidate) {
	r, hs, l := sc.pass.reading, c.heads, c.line
	if !l.headed || hs.format != l.format || !bytes.HasPrefix(c.raw, hs.minute) || !ev.Clock {
		return
	}
	t := twin{at: c.at, kind: strange, format: ev.Format, severity: ev.Severity}
	var told []logdoc.Span
	if blindTo(r, l, hs.minute, c.raw[0]) && l.tmpl.Match(bytes.TrimSuffix(c.raw, []byte("\r")), &sc.result) {
		if kind, ok := sc.Twins.Alike(ev); ok {
			t.kind = kind
			for slot, s := range ev.Fields {
				if Told(slot) {
					told = append(told, s)
				}
			}
			// What a template inside the message has replaced was looked at before.
			for _, m := range l.moves {
				if Told(m.slot) {
					told = append(told, sc.result.Spans[m.hole])
				}
			}
		}
	}
	hs.twins.add(t, c.raw[c.at:], told)
}

// blindTo reports whether all twins of a line that l accepts are accepted by l, and say the same.
func blindTo(r *Reading, l *line, minute []byte, first byte) bool {
	for _, other := range r.records[first] {
		switch {
		case other == l:
			return l.blind
		case other.re != nil || other.stamped:
			return false
		case other.tmpl.MayFit(minute) && (!other.blind || other.tmpl.Stamped() != nil && other.tmpl.Stamped().Source != l.tmpl.Stamped().Source):
			return false
		}
	}
	return false
}

// blind reports whether digits are alike to the template, and to what stands before it.
func (in *inner) blind() bool {
	return in.line.tmpl.Blind() && (in.guardSlot < 0 || Told(in.guardSlot) || !strings.ContainsAny(in.guardValue, "0123456789"))
}

// encounter is a line that is a twin of another, and its time.
type encounter struct {
	twin   *twin
	time   int64
	noYear bool
}

// count counts a record that is a twin.
func (sc *Scanner) count(e *encounter, number int) {
	t := e.twin
	if t.count == 0 {
		sc.touched = append(sc.touched, t)
	}
	t.count++
	if c := &sc.tally.Clock; c.Seen && e.time >= c.Newest {
		c.Newest, c.Latest = e.time, e.time
	} else {
		c.see(e.time, number)
	}
	if e.noYear {
		sc.tally.YearAssumed = true
	}
	if sc.Watch != nil {
		sc.Watch(e.time, t.severity)
	}
}

// countTwins tells how many twins there were in the chunk.
func (sc *Scanner) countTwins() {
	sc.memory.met = 0
	for i, t := range sc.touched {
		sc.memory.met += t.count
		sc.tally.Formats[t.format] += t.count
		sc.Twins.Count(t.kind, t.count)
		t.count, sc.touched[i] = 0, nil
	}
	sc.touched = sc.touched[:0]
}

// Familiar reports whether most records of the last chunk of the source were twins of others.
func (sc *Scanner) Familiar(r *Reading) bool {
	m := sc.memories[r]
	return m != nil && m.met > m.given
}
