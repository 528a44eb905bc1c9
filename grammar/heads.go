package grammar

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Most records of a log start, behind their stamp, like one before them: the same program, the same severity, the same code. What such a head says is remembered, so
// that it is compared and not parsed again. A head is remembered only where it leaves no other way to read the line: what is read is the same with it and without.

const (
	// maxHeads bounds the heads that are remembered of one layout in one source, minHead and maxHead the bytes of one.
	maxHeads, minHead, maxHead = 256, 4, 128
	// maxReach bounds the bytes of a head by which it is found.
	maxReach = 48
	// maxSources bounds the sources of which heads are remembered, where nobody wants otherwise.
	maxSources = 4
)

// memory is what a scanner remembers of one source: some programs write two layouts into one file.
type memory struct {
	heads [maxLayouts]heads
	// unstamped are lines that have no stamp: it has no layout.
	unstamped heads
	roster    roster
	// given and met count the records of the last chunk that were handed over, and those that were twins of others.
	given, met int
}

// maxLayouts is how many layouts of stamps a source may have.
const maxLayouts = 2

// at returns the heads with a number, from 0; behind those of layouts come those without a stamp.
func (m *memory) at(number int) *heads {
	if number < maxLayouts {
		return &m.heads[number]
	}
	return &m.unstamped
}

// number is the opposite of at.
func (m *memory) number(hs *heads) int {
	for i := range m.heads {
		if hs == &m.heads[i] {
			return i
		}
	}
	return maxLayouts
}

func (m *memory) each(do func(*heads)) {
	for i := range maxLayouts + 1 {
		do(m.at(i))
	}
}

// heads are those behind stamps of one layout.
type heads struct {
	layout *template.Layout
	// minute is what the stamps start with up to their seconds, base when it starts.
	minute []byte
	base   int64
	noYear bool
	// format is whose stamps they are.
	format *Format
	twins  twins
	reach  int // how many bytes of a head it is found by: no more than the shortest has
	count  int
	by     [256][]*head // the longest first
}

// head is what a line says by what stands between its stamp and its message.
type head struct {
	// text is what it consists of, but for the digits of a process's number, which stand behind the first gap bytes; gap is the text's length when there are none.
	text   []byte
	gap    int
	digits int // how many there were when it was learnt

	at       int   // where it stands in the line: behind a stamp of that length
	line     *line // nil when the head alone does not tell
	severity logdoc.Severity
	fields   [logdoc.MaxFields]logdoc.Span
	// inner are the templates that the message must still be tried on.
	inner []inner
}

func (hs *heads) slot(b []byte) *[]*head {
	sum := uint64(len(b))
	for len(b) >= 8 {
		sum = (sum ^ binary.LittleEndian.Uint64(b)) * 0x9e3779b97f4a7c15
		b = b[8:]
	}
	for _, c := range b {
		sum = (sum ^ uint64(c)) * 0x9e3779b97f4a7c15
	}
	return &hs.by[(sum^sum>>32)>>24&255]
}

// recall parses a line that starts like one before it; the event is in sc.next. What it cannot parse is learnt afterwards, but for what is known already to be nothing
// to remember.
func (sc *Scanner) recall(b []byte) bool {
	sc.known = false
	for i := range sc.memory.heads {
		hs := &sc.memory.heads[i]
		n := len(hs.minute)
		if hs.count == 0 || len(b) < n+hs.reach || string(b[:n]) != string(hs.minute) {
			continue
		}
		var stamp template.Stamp
		at, ok := hs.layout.Seconds(b, n, &stamp)
		if !ok || at+hs.reach >= len(b) {
			return false
		}
		behind := b[at:]
		for _, h := range *hs.slot(behind[:hs.reach]) {
			n, digits := h.stands(behind)
			if h.at != at || n < 0 {
				continue
			}
			if sc.known = true; h.line == nil || !sc.goOn(h, at+n, digits, b) {
				return false
			}
			sc.line = h.line
			sc.next.Time, sc.next.Clock = hs.time(&stamp), true
			if hs.noYear {
				sc.tally.YearAssumed = true
			}
			return true
		}
		return false
	}
	return false
}

// time is that of a stamp in the minute, of which the seconds have been read.
func (hs *heads) time(s *template.Stamp) int64 {
	return hs.base + int64(s.Second)*int64(time.Second) + int64(s.Nanosecond)
}

// timeOf is that of a line which starts with a stamp in the minute; 0 where there are no stamps.
func (hs *heads) timeOf(b []byte) int64 {
	if hs.layout == nil {
		return 0
	}
	var stamp template.Stamp
	hs.layout.Seconds(b, len(hs.minute), &stamp)
	return hs.time(&stamp)
}

// stands returns how far the head goes that b starts with, and how many digits stand in its gap; n is negative when b starts otherwise.
func (h *head) stands(b []byte) (n, digits int) {
	if len(b) <= len(h.text) || string(b[:h.gap]) != string(h.text[:h.gap]) {
		return -1, 0
	}
	if h.gap == len(h.text) {
		return h.gap, 0
	}
	for n = h.gap; n < len(b) && isDigit(b[n]); n++ {
	}
	digits = n - h.gap
	rest := h.text[h.gap:]
	if digits == 0 || len(b)-n <= len(rest) || string(b[n:n+len(rest)]) != string(rest) {
		return -1, 0
	}
	return n + len(rest), digits
}

func isDigit(c byte) bool { return c-'0' < 10 }

// place sets the event's fields, where the number in the gap may be longer or shorter than the one that was learnt.
func (h *head) place(ev *logdoc.Event, digits int) {
	ev.Fields = h.fields
	longer := int32(digits - h.digits)
	if longer == 0 {
		return
	}
	gap := int32(h.at + h.gap)
	for i := range ev.Fields {
		if s := &ev.Fields[i]; s.Lo >= gap && s.Lo < s.Hi {
			if s.Lo > gap {
				s.Lo += longer
			}
			s.Hi += longer
		}
	}
}

// goOn parses what stands behind a head, from the message on.
func (sc *Scanner) goOn(h *head, message, digits int, b []byte) bool {
	ev := sc.next
	if h.line.rest.All {
		size := len(b)
		for size > message && isBlank(b[size-1:size]) {
			size--
		}
		if size == message || isBlank(b[message:message+1]) {
			return false
		}
		h.place(ev, digits)
		ev.Fields[logdoc.FieldMessage] = logdoc.Span{Lo: int32(message), Hi: int32(size)}
	} else {
		if !h.line.rest.Match(b, message, &sc.result) {
			return false
		}
		h.place(ev, digits)
		for _, m := range h.line.tail {
			ev.Fields[m.slot] = sc.result.Spans[m.hole]
		}
	}
	f := h.line.format
	ev.Head, ev.Format, ev.Severity = b, f.index, h.severity
	skipMark(b, &ev.Fields[logdoc.FieldMessage])
	for i := range h.inner {
		sc.applyInner(f, &h.inner[i], b, ev)
	}
	return true
}

// learn remembers the head of a line that was parsed into sc.next.
func (sc *Scanner) learn(r *Reading, l *line, b []byte) {
	if sc.known || !l.headed || !sc.next.Clock {
		return
	}
	layout := l.tmpl.Stamped()
	hs := sc.headsOf(layout)
	if hs == nil {
		return
	}
	if n := len(hs.minute); !r.repeats && n > 0 && string(b[:min(n, len(b))]) == string(hs.minute) {
		return
	}
	var stamp template.Stamp
	minute := sc.result.Minute(layout)
	at, ok := layout.Seconds(b, len(minute), &stamp)
	if minute == nil || !ok {
		return
	}
	switch {
	case hs.format != nil && hs.format != l.format:
		return
	case !alike(hs.minute, minute):
		sc.forget()
		*hs = heads{layout: layout, format: l.format, reach: maxReach}
	}
	stamp.HasYear = sc.result.Stamp.HasYear
	hs.turn(minute, sc.next.Time, &stamp)
	if hs.count == maxHeads || !r.repeats {
		return
	}
	if h := &sc.head; sc.readHead(h, l, at, b) && !hs.knows(h) {
		kept := *h
		kept.text = slices.Concat(h.text[:h.gap], h.text[h.gap+h.digits:])
		if !only(r, l, h, minute, b[0]) {
			kept.line = nil
		}
		hs.add(&kept)
	}
}

// headsOf returns where heads behind stamps of the layout are remembered, nil when there are two others already.
func (sc *Scanner) headsOf(layout *template.Layout) *heads {
	for i := range sc.memory.heads {
		if hs := &sc.memory.heads[i]; hs.layout == nil || hs.layout.Source == layout.Source {
			return hs
		}
	}
	return nil
}

// readHead reads the head of a line that was parsed into sc.result; it is false when there is none to remember. The text is a part of b, digits and all.
func (sc *Scanner) readHead(h *head, l *line, at int, b []byte) bool {
	*h = head{at: at, line: l, severity: logdoc.Unrated}
	f := l.format
	if l.severity {
		h.severity = f.chosen[sc.result.Choice]
	}
	if h.severity == logdoc.Unrated {
		h.severity = f.otherwise
	}
	for _, m := range l.moves {
		h.fields[m.slot] = sc.result.Spans[m.hole]
	}
	message := h.fields[logdoc.FieldMessage]
	for i := range f.inner {
		in := &f.inner[i]
		if in.guardSlot >= 0 {
			if s := h.fields[in.guardSlot]; string(b[s.Lo:s.Hi]) != in.guardValue {
				continue
			}
		}
		// One whose message is all that follows is known by its own head; any other must be tried each time, and so must all behind it.
		if !in.line.rest.All || !in.line.tmpl.Match(b[message.Lo:message.Hi], &sc.inner) {
			h.inner = f.inner[i:]
			break
		}
		if in.line.severity {
			h.severity = max(h.severity, f.chosen[sc.inner.Choice])
		}
		for _, m := range in.line.moves {
			s := sc.inner.Spans[m.hole]
			h.fields[m.slot] = logdoc.Span{Lo: message.Lo + s.Lo, Hi: message.Lo + s.Hi}
		}
		message = h.fields[logdoc.FieldMessage]
	}
	h.text = b[at:message.Lo]
	h.gap = len(h.text)
	if pid := h.fields[logdoc.FieldPID]; l.tagged && pid.Lo < pid.Hi && pid.Hi <= message.Lo {
		h.gap, h.digits = int(pid.Lo)-at, int(pid.Hi-pid.Lo)
	}
	return len(h.text) >= minHead && len(h.text) <= maxHead
}

// knows reports whether a head that readHead has read is remembered already.
func (hs *heads) knows(h *head) bool {
	if h.gap < hs.reach {
		return false
	}
	return slices.ContainsFunc(*hs.slot(h.text[:hs.reach]), func(o *head) bool {
		return o.at == h.at && o.gap == h.gap && bytes.Equal(o.text[o.gap:], h.text[h.gap+h.digits:]) && bytes.Equal(o.text[:o.gap], h.text[:h.gap])
	})
}

func (hs *heads) add(h *head) {
	hs.count++
	all := []*head{h}
	if h.gap < hs.reach {
		hs.reach = h.gap
		for i, list := range hs.by {
			all = append(all, list...)
			hs.by[i] = nil
		}
	}
	for _, h := range all {
		list := hs.slot(h.text[:hs.reach])
		*list = append(*list, h)
		slices.SortStableFunc(*list, func(a, b *head) int { return len(b.text) - len(a.text) })
	}
}

// only reports whether no line template that is asked before l may accept a line with that head, and any number in its gap, behind any stamp that looks like minute.
func only(r *Reading, l *line, h *head, minute []byte, first byte) bool {
	for _, other := range r.records[first] {
		switch {
		case other == l:
			return true
		case other.re != nil || other.stamped:
			return false
		case !other.tmpl.MayFit(minute):
		case other.tmpl.Stamped() == nil || other.tmpl.Stamped().Source != l.tmpl.Stamped().Source || other.tmpl.MayFollow(h.text[:h.gap]):
			return false
		}
	}
	return false
}

// alike reports whether letters stand where letters stood, digits where digits stood, and else the same: then what is known of a stamp's shape still holds.
func alike(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if shape(a[i]) != shape(b[i]) {
			return false
		}
	}
	return true
}

func shape(c byte) byte {
	switch {
	case c-'0' < 10:
		return '0'
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return 'a'
	}
	return c
}

// remember takes up what is remembered of a source.
func (sc *Scanner) remember(r *Reading) {
	if sc.memory = sc.memories[r]; sc.memory != nil {
		return
	}
	maps.DeleteFunc(sc.memories, func(r *Reading, _ *memory) bool { return r.ended != nil && r.ended.Load() })
	if len(sc.memories) >= cmp.Or(sc.Sources, maxSources) {
		// Any other makes room: who takes turns among more sources than that still meets most of them.
		for other := range sc.memories {
			delete(sc.memories, other)
			break
		}
	}
	sc.memory = new(memory)
	sc.memories[r] = sc.memory
}

// repeat tells whether the lines of a source's start mostly repeat the heads of others: where each has its own, such as the number of a thread, it costs more to
// remember them than to read them.
func (r *Reading) repeat(lines [][]byte) {
	sc := NewScanner()
	sc.remember(r)
	r.repeats = true
	accepted, recalled := 0, 0
	for _, b := range lines {
		if sc.recall(b) {
			accepted++
			recalled++
			continue
		}
		if l := sc.accepts(r, r.records[first(b)], b, sc.next); l != nil {
			accepted++
			sc.learn(r, l, b)
		}
	}
	r.repeats = recalled*2 > accepted
}

// setUp works out what parsing a line and remembering its head need. A head is worth remembering where a stamp is at the start, and nothing behind the message says
// how severe the record is or in which zone it was written.
func (l *line) setUp() {
	rest, ok := l.tmpl.Rest("message")
	l.rest = rest
	l.headed = ok && l.kind == lang.LineRecord && l.tmpl.Stamped() != nil
	l.unstamped = ok && l.kind == lang.LineRecord && l.tmpl.Stamped() == nil
	message := l.tmpl.Hole("message")
	for i, slot := range l.slots {
		switch slot {
		case slotSkip:
		case slotTime:
			l.unstamped = false
		case slotSeverity:
			l.severity = l.tmpl.Holes[i].Kind == template.Choice
			l.headed, l.unstamped = l.headed && i < message, l.unstamped && i < message
		case slotZone, slotPriority:
			l.special = append(l.special, move{i, slot})
			l.headed, l.unstamped = false, false
		default:
			l.tagged = l.tagged || l.tmpl.Holes[i].Kind == template.ProcessID
			l.moves = append(l.moves, move{i, slot})
			if i >= message {
				l.tail = append(l.tail, move{i, slot})
			}
		}
	}
}
