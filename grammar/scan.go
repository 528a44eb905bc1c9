package grammar

import (
	"bytes"
	"math"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// MaxRecord bounds the bytes of one record that are looked at, its line breaks included. A longer record is cut behind the last line that fits, its first
// line at the limit itself, and told.
const MaxRecord = 256 << 10

// Chunk is a part of a source, of whole lines, cut where a record starts.
type Chunk struct {
	Data []byte
	// Line is the number of the first line, from 1; Offset is where Data starts in the decoded source.
	Line   int
	Offset int64
	// Open means that the lines before the first record belong to a record of an earlier chunk; MidLine that Data starts inside a line. A bare record, which is
	// not where a source may be cut, ends with its chunk.
	Open, MidLine bool
}

// Tally accounts for the lines of a chunk.
type Tally struct {
	Lines, Bytes int64
	// Frame counts header records, which are normal by themselves.
	Frame int
	// Clock is what the stamps say.
	Clock Clock
	// Formats counts records by format index; Plain counts lines that no format accepts.
	Formats []int
	Plain   int
	// LongLine is the number of the first line that was not looked at, or not to its end, because its record is longer than MaxRecord; 0 for none.
	LongLine int
	// Salvaged counts records that were folded into a line or lost their head.
	Salvaged int
	// YearAssumed is true when a stamp has no year; UnknownZone is a zone word that no table knows.
	YearAssumed bool
	UnknownZone string
}

// Breaks is how many line breaks the chunk has, which ends with that byte and may start inside a line.
func (t *Tally) Breaks(midLine bool, last byte) int {
	n := int(t.Lines)
	if midLine {
		n++
	}
	if last != '\n' {
		n--
	}
	return n
}

// Scanner turns chunks into events. It holds what one goroutine needs; make one per goroutine.
type Scanner struct {
	// Twins, if not nil, spares those who take the records most of them.
	Twins Twins
	// Watch, if not nil, is told of every record with a clock, in nanoseconds since 1970 UTC, whether it is handed over or not.
	Watch func(time int64, severity logdoc.Severity)
	// Sources is of how many readings is remembered what their lines look like; 0 is 4, which is for who scans one source after the other.
	Sources int

	result  template.Result
	inner   template.Result
	current *logdoc.Event
	next    *logdoc.Event
	spare   *logdoc.Event
	probe   logdoc.Event
	tally   *Tally
	stamps  [2]stampCache // of stamps without a zone and with one
	zones   zoneCache
	pass    pass
	// memory is of the source that is scanned, one of memories.
	memory   *memory
	memories map[*Reading]*memory
	known    bool // the head of the line at hand is in it
	head     head // the one that is learnt
	// line has accepted the line at hand; fresh is set when its twins are not known.
	line  *line
	fresh candidate
	// met is the twin that was found last, if a line's twin was; touched are those met in this chunk.
	met     encounter
	touched []*twin
	// byKind counts those of each kind, kinds are those that it has any of.
	byKind []int
	kinds  []int32
	ends   *lineEnds
	march  march
}

// pass is one run over a chunk.
type pass struct {
	reading *Reading
	chunk   Chunk
	emit    func(*logdoc.Event)
	// open means that a record of this chunk is open, from start to end so far; carried that lines belong to a record of an earlier chunk.
	open, carried bool
	start, end    int
	// first is where the open record's first line starts: in pasted text the record may start behind it.
	first int
	// fresh is the open record's line, as long as it may be one whose twins are to be known.
	fresh candidate
	// twin is the record before the line at hand, when it is a twin of another; at and number say where it stands.
	twin       encounter
	at, number int
	stop       int
	// parted means that a header or a blank line stands behind the open record, or the twin.
	parted bool
}

// NewScanner returns a scanner.
func NewScanner() *Scanner {
	return &Scanner{tally: &Tally{}, current: new(logdoc.Event), next: new(logdoc.Event), spare: new(logdoc.Event), memories: map[*Reading]*memory{}}
}

// Scan hands every record of the chunk to emit, in order, and fills the tally. The event is valid only during the call.
func (sc *Scanner) Scan(r *Reading, set *Set, c Chunk, tally *Tally, emit func(*logdoc.Event)) {
	*tally = Tally{Formats: append(tally.Formats[:0], make([]int, len(set.formats))...), Bytes: int64(len(c.Data)), Clock: Clock{falls: tally.Clock.falls[:0]}}
	sc.tally = tally
	sc.remember(r)
	sc.memory.given = 0
	p := &sc.pass
	*p = pass{reading: r, chunk: c, emit: emit, carried: c.Open}
	sc.march, sc.fresh = march{}, candidate{}
	data := c.Data
	number := c.Line // of the line at pos
	midLine := c.MidLine
	twins := sc.Twins != nil && !r.salvage && !r.noBreak && r.quote == nil
	if sc.ends == nil {
		sc.ends = new(lineEnds)
	}
	sc.ends.start(data)
	for pos := 0; pos < len(data); {
		stop := sc.ends.end()
		next := min(stop+1, len(data))
		b := data[pos:stop]
		if twins && !midLine && sc.meet(b) {
			sc.skip(pos, stop, number)
			number++
			pos, number = sc.stride(next, number)
			continue
		}
		if p.twin.twin != nil && !p.parted && sc.meetMore(&p.twin, b) {
			p.stop = stop
			number++
			pos, number = sc.stride(next, number)
			continue
		}
		if n := len(b); n > 0 && b[n-1] == '\r' {
			b = b[:n-1]
		}
		if r.noBreak {
			b = blanked(b)
		}
		at := pos
		if !midLine {
			n := r.front(b)
			at, b = pos+n, b[n:]
		}
		switch {
		case midLine:
			midLine = false
			if len(b) > 0 {
				sc.cutAt(number)
			}
		case r.salvage:
			sc.pasted(at, next, b, number)
		case len(b) > 0 && (sc.again(b) || sc.record(r, b)):
			if sc.next.Format == frame {
				tally.Frame++
				p.parted = true
				break
			}
			sc.begin(at, b, number)
			if twins && sc.fresh.heads != nil {
				sc.keep(data[pos:stop])
			}
		case p.twin.twin != nil && !isBlank(b):
			sc.reopen()
			sc.extend(at, next, b, number)
		case p.open || p.carried || p.twin.twin != nil:
			sc.extend(at, next, b, number)
		case isBlank(b):
		case sc.bareRecord(r, b):
			sc.begin(at, b, number)
		default:
			sc.plain(at, b, number)
		}
		number++
		pos = next
	}
	sc.closeRecord()
	sc.countTwins()
	tally.Lines = int64(number - c.Line)
	if c.MidLine && len(data) > 0 {
		tally.Lines-- // the chunk with the line's start has counted it
	}
	sc.pass = pass{}
}

// isBlank reports whether a line holds nothing to see.
func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// record tries the record and header lines; the event is in sc.next.
func (sc *Scanner) record(r *Reading, b []byte) bool {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
	}
	sc.known = false
	if r.repeats && sc.recall(b) {
		return true
	}
	if sc.line = sc.accepts(r, r.records[b[0]], b, sc.next); sc.line == nil {
		return false
	}
	if r.repeats || sc.Twins != nil {
		sc.learn(r, sc.line, b)
	}
	return true
}

// bareRecord tries what starts a record only where none is open.
func (sc *Scanner) bareRecord(r *Reading, b []byte) bool {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
	}
	return sc.accepts(r, r.bare[b[0]], b, sc.next) != nil
}

// accepts returns the first of the lines that accepts b; what it read is in ev.
func (sc *Scanner) accepts(r *Reading, lines []*line, b []byte, ev *logdoc.Event) *line {
	for _, l := range lines {
		if sc.parse(r, l, b, ev) {
			return l
		}
	}
	return nil
}

// frame is the format index, within a scan, of a header line's event.
const frame = -2

// begin closes the open record and opens the one in sc.next, whose first line is b at pos.
func (sc *Scanner) begin(pos int, b []byte, number int) {
	sc.closeRecord()
	p := &sc.pass
	sc.current, sc.next = sc.next, sc.current
	sc.current.Line, sc.current.Offset = number, p.chunk.Offset+int64(pos)
	p.open, p.carried, p.start, p.end, p.first = true, false, pos, pos+len(b), pos
	p.fresh.heads, p.parted = nil, false
}

// skip takes a line that is a twin of another, as the record that it is unless more lines belong to it.
func (sc *Scanner) skip(pos, stop, number int) {
	sc.closeRecord()
	p := &sc.pass
	p.carried, p.parted, p.twin, p.at, p.stop, p.number = false, false, sc.met, pos, stop, number
}

// stride takes the lines from pos on as long as each of them is, like the record before it, a twin of another. It returns the place of the first that is not, and its number.
func (sc *Scanner) stride(pos, number int) (int, int) {
	p := &sc.pass
	for wider {
		n := sc.call(pos, number)
		if n == 0 && !sc.turnAt(pos) {
			return pos, number
		}
		if n > 0 {
			pos, number = p.stop+1, number+n
		}
	}
	hs := p.twin.heads
	ts, minute, data := &hs.twins, hs.minute, p.chunk.Data
	if hs.layout == nil {
		return pos, number
	}
	for p.twin.twin.kind >= 0 && ts.asked < twinTrial-1 && pos < len(data) {
		stop := sc.ends.end()
		b := data[pos:stop]
		t, time := hs.meet(minute, b)
		if t == nil || t.kind < 0 {
			sc.ends.back()
			break
		}
		ts.asked++
		ts.met++
		sc.countBefore()
		p.twin.twin, p.twin.time = t, time
		p.at, p.stop, p.number = pos, stop, number
		number++
		pos = stop + 1
	}
	return pos, number
}

// meet returns the twin of a line in the minute, and its time; nil when there is none.
func (hs *heads) meet(minute, b []byte) (*twin, int64) {
	if len(b) < len(minute) || string(b[:len(minute)]) != string(minute) {
		return nil, 0
	}
	at, time, ok := hs.behind(b)
	if !ok {
		return nil, 0
	}
	t, _ := hs.twins.find(nil, at, b[at:])
	return t, time
}

// keep keeps the open record's first line, so that its twins may be known once the record ends.
func (sc *Scanner) keep(raw []byte) {
	c := &sc.pass.fresh
	*c = candidate{heads: sc.fresh.heads, at: sc.fresh.at, known: sc.fresh.known, twin: sc.fresh.twin, line: sc.line, raw: raw, more: c.more[:0]}
}

// reopen reads the record before the line at hand after all: it has more lines than the one whose twin it seemed to be, or is not to be counted unseen.
func (sc *Scanner) reopen() {
	p := &sc.pass
	e, parted := p.twin, p.parted
	p.twin = encounter{}
	number := p.number
	for pos := p.at; pos < p.stop; number++ {
		stop := p.stop
		if n := bytes.IndexByte(p.chunk.Data[pos:stop], '\n'); n >= 0 {
			stop = pos + n
		}
		raw := p.chunk.Data[pos:stop]
		b := bytes.TrimSuffix(raw, []byte("\r"))
		switch {
		case pos > p.at:
			sc.extend(pos, stop+1, b, number)
		case sc.repeat(e.twin.root(), e.heads, e.time, b) || sc.record(p.reading, b):
			sc.begin(pos, b, number)
			sc.fresh.heads, sc.fresh.at, sc.fresh.known, sc.fresh.twin = e.heads, e.twin.root().at, e.twin.kind == strange, e.twin
			sc.keep(raw)
		}
		pos = stop + 1
	}
	p.fresh.lines = len(p.fresh.more)
	p.parted = parted
}

// extend adds a line to the open record as long as the whole of it fits: so the record is cut at the same place, however the source is cut into chunks.
func (sc *Scanner) extend(pos, next int, b []byte, number int) {
	p := &sc.pass
	switch {
	case isBlank(b):
		p.parted = true
	case p.open && next-p.first <= MaxRecord:
		p.end = pos + len(b)
		if c := &p.fresh; c.heads != nil {
			raw := p.chunk.Data[pos:min(next, len(p.chunk.Data))]
			raw = bytes.TrimSuffix(raw, []byte("\n"))
			if len(c.more) == maxTwinLines || p.parted || !fits(len(raw)) || !p.reading.startsNone(b) {
				c.heads = nil
				break
			}
			c.more = append(c.more, raw)
		}
	default:
		sc.cutAt(number)
	}
}

// cutAt notes that the line, or a part of it, is not looked at.
func (sc *Scanner) cutAt(number int) {
	if t := sc.tally; t.LongLine == 0 || number < t.LongLine {
		t.LongLine = number
	}
}

func (sc *Scanner) closeRecord() {
	p := &sc.pass
	if t := p.twin.twin; t != nil {
		if t.kind >= 0 {
			sc.countBefore()
			p.twin = encounter{}
			return
		}
		// What is known of the line at hand must not be lost.
		next, line, fresh := sc.next, sc.line, sc.fresh
		sc.next = sc.spare
		sc.reopen()
		sc.spare, sc.next, sc.line, sc.fresh = sc.next, next, line, fresh
	}
	if !p.open {
		return
	}
	p.open = false
	ev := sc.current
	if p.end-p.start > MaxRecord {
		p.end = p.start + MaxRecord
		sc.cutAt(ev.Line)
	}
	ev.Text = p.chunk.Data[p.start:p.end]
	sc.tally.Formats[ev.Format]++
	sc.clock(ev)
	sc.memory.given++
	if kind := p.fresh.kind(); kind >= 0 {
		sc.Twins.Take(kind, ev)
		p.fresh.heads = nil
		return
	}
	p.emit(ev)
	if p.fresh.heads != nil {
		sc.befriend(ev, &p.fresh)
		p.fresh.heads = nil
	}
}

// clock takes the event's stamp, or gives it that of the record before it.
func (sc *Scanner) clock(ev *logdoc.Event) {
	c := &sc.tally.Clock
	switch {
	case ev.Clock:
		c.see(ev.Time, ev.Line)
		if sc.Watch != nil {
			sc.Watch(ev.Time, ev.Severity)
		}
	case c.Seen:
		ev.Time = c.Latest
	default:
		ev.Time = math.MinInt64
	}
}

// plain delivers a line that no format accepts.
func (sc *Scanner) plain(pos int, b []byte, number int) {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
		sc.cutAt(number)
	}
	ev := sc.next
	c := &sc.pass.chunk
	*ev = logdoc.Event{Format: Plain, Line: number, Offset: c.Offset + int64(pos), Text: c.Data[pos : pos+len(b)], Head: b}
	ev.Fields[logdoc.FieldMessage] = logdoc.Span{Hi: int32(len(b))}
	sc.tally.Plain++
	sc.clock(ev)
	sc.pass.emit(ev)
}

// parse tries one template on a line and fills the event.
func (sc *Scanner) parse(r *Reading, l *line, b []byte, ev *logdoc.Event) bool {
	if l.re != nil {
		return sc.parseRegexp(r, l, b, ev)
	}
	if l.stamped {
		return sc.parseStamped(r, l.format, b, ev)
	}
	res := &sc.result
	if !l.tmpl.Match(b, res) {
		return false
	}
	f := l.format
	ev.Head = b
	ev.Fields = [logdoc.MaxFields]logdoc.Span{}
	ev.Severity = logdoc.Unrated
	loc := r.zone
	for _, m := range l.moves {
		ev.Fields[m.slot] = res.Spans[m.hole]
	}
	if l.severity {
		ev.Severity = f.chosen[res.Choice]
	}
	for _, m := range l.special {
		text := b[res.Spans[m.hole].Lo:res.Spans[m.hole].Hi]
		if m.slot == slotPriority {
			ev.Severity = max(ev.Severity, prioritySeverity(text))
		} else if l.kind != lang.LineHeader {
			loc = sc.lineZone(r, f, text)
		}
	}
	if ev.Severity == logdoc.Unrated {
		ev.Severity = f.otherwise
	}
	ev.Format = f.index
	if l.kind == lang.LineHeader {
		ev.Format, ev.Clock = frame, false
		return true
	}
	ev.Clock = false
	skipMark(b, &ev.Fields[logdoc.FieldMessage])
	if res.HasStamp {
		sc.stamp(r, f, &res.Stamp, loc, ev)
	}
	for i := range f.inner {
		sc.applyInner(f, &f.inner[i], b, ev)
	}
	return true
}

// skipMark takes off the byte order mark that RFC 5424 puts in front of a message in UTF-8.
func skipMark(b []byte, message *logdoc.Span) {
	if message.Hi-message.Lo > 3 && b[message.Lo] == 0xEF && b[message.Lo+1] == 0xBB && b[message.Lo+2] == 0xBF {
		message.Lo += 3
	}
}

func (sc *Scanner) applyInner(f *Format, in *inner, b []byte, ev *logdoc.Event) {
	message := ev.Fields[logdoc.FieldMessage]
	text := b[message.Lo:message.Hi]
	if !in.line.tmpl.MayMatch(text) || in.guardSlot >= 0 && string(ev.Field(in.guardSlot)) != in.guardValue {
		return
	}
	if !in.line.tmpl.Match(text, &sc.inner) {
		return
	}
	if in.line.severity {
		ev.Severity = max(ev.Severity, f.chosen[sc.inner.Choice])
	}
	for _, m := range in.line.moves {
		span := sc.inner.Spans[m.hole]
		ev.Fields[m.slot] = logdoc.Span{Lo: message.Lo + span.Lo, Hi: message.Lo + span.Hi}
	}
}

func (sc *Scanner) parseRegexp(r *Reading, l *line, b []byte, ev *logdoc.Event) bool {
	groups := l.re.FindSubmatchIndex(b)
	if groups == nil {
		return false
	}
	f := l.format
	*ev = logdoc.Event{Format: f.index, Head: b}
	loc := r.zone
	var stamp template.Stamp
	stamped := false
	for i, slot := range l.slots {
		lo, hi := groups[2*i], groups[2*i+1]
		if lo < 0 {
			continue
		}
		switch slot {
		case slotSkip:
		case slotSeverity:
			sev, ok := f.severityOf(b[lo:hi])
			if !ok {
				return false
			}
			ev.Severity = max(ev.Severity, sev)
		case slotPriority:
			ev.Severity = max(ev.Severity, prioritySeverity(b[lo:hi]))
		case slotZone:
			if l.kind != lang.LineHeader {
				loc = sc.lineZone(r, f, b[lo:hi])
			}
		case slotTime:
			_, stamped = l.layout.Parse(b[lo:hi], &stamp)
		default:
			ev.Fields[slot] = logdoc.Span{Lo: int32(lo), Hi: int32(hi)}
		}
	}
	if l.kind == lang.LineHeader {
		ev.Format = frame
		return true
	}
	if ev.Severity == logdoc.Unrated {
		ev.Severity = f.otherwise
	}
	skipMark(b, &ev.Fields[logdoc.FieldMessage])
	if stamped {
		sc.stamp(r, f, &stamp, loc, ev)
	}
	for i := range f.inner {
		sc.applyInner(f, &f.inner[i], b, ev)
	}
	return true
}

// hole returns the text of a template's hole after a match.
func (sc *Scanner) hole(l *line, i int, b []byte) []byte {
	if l.tmpl == nil {
		return nil
	}
	s := sc.result.Spans[i]
	return b[s.Lo:s.Hi]
}

// prioritySeverity maps a syslog priority to a severity (RFC 5424, section 6.2.1).
func prioritySeverity(digits []byte) logdoc.Severity {
	v := 0
	for _, d := range digits {
		v = v*10 + int(d-'0')
	}
	return [8]logdoc.Severity{logdoc.Critical, logdoc.Critical, logdoc.Critical, logdoc.Error, logdoc.Warning, logdoc.Notice, logdoc.Info, logdoc.Debug}[v&7]
}
