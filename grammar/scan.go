package grammar

import (
	"bytes"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// MaxRecord bounds the bytes of one record that are looked at, its line breaks included. What is longer is cut there and told.
const MaxRecord = 256 << 10

// Chunk is a part of a source, of whole lines, cut where a record starts.
type Chunk struct {
	Data []byte
	// Line is the number of the first line, from 1; Offset is where Data starts in the decoded source.
	Line   int
	Offset int64
	// Open means that the lines before the first record belong to a record of an earlier chunk; MidLine that Data starts inside a line.
	Open, MidLine bool
}

// Tally accounts for the lines of a chunk.
type Tally struct {
	Lines, Bytes int64
	// Frame counts header records, which are normal by themselves.
	Frame int
	// First and Last are the smallest and greatest stamp in nanoseconds since 1970 UTC; Clock tells whether there is any.
	First, Last int64
	Clock       bool
	// Formats counts records by format index; Plain counts lines that no format accepts.
	Formats []int
	Plain   int
	// LongLine is the number of the first line whose record was cut at MaxRecord, 0 for none.
	LongLine int
	// Salvaged counts records that were folded into a line or lost their head.
	Salvaged int
	// YearAssumed is true when a stamp has no year; UnknownZone is a zone word that no table knows.
	YearAssumed bool
	UnknownZone string
	// BackLine is the first line whose stamp lies more than BackLimit before the newest one above it in the chunk, 0 for none.
	BackLine int
	Back     time.Duration
}

// BackLimit is how far a clock may step back before it is told.
const BackLimit = 10 * time.Minute

// Scanner turns chunks into events. It holds what one goroutine needs; make one per goroutine.
type Scanner struct {
	result  template.Result
	inner   template.Result
	current *logdoc.Event
	next    *logdoc.Event
	tally   *Tally
	stamps  stampCache
}

// NewScanner returns a scanner.
func NewScanner() *Scanner {
	return &Scanner{tally: &Tally{}, current: new(logdoc.Event), next: new(logdoc.Event)}
}

// Scan hands every record of the chunk to emit, in order, and fills the tally. The event is valid only during the call.
func (sc *Scanner) Scan(r *Reading, set *Set, c Chunk, tally *Tally, emit func(*logdoc.Event)) {
	*tally = Tally{Formats: append(tally.Formats[:0], make([]int, len(set.formats))...), Bytes: int64(len(c.Data))}
	sc.tally = tally
	data := c.Data
	open := false      // a record of this chunk is open
	carried := c.Open  // lines belong to a record of an earlier chunk
	start, end := 0, 0 // of the open record
	number := c.Line   // of the line at pos
	midLine := c.MidLine
	closeRecord := func() {
		if open {
			sc.close(data, start, end, emit)
			open = false
		}
	}
	for pos := 0; pos < len(data); {
		stop, next := len(data), len(data)
		if n := bytes.IndexByte(data[pos:], '\n'); n >= 0 {
			stop, next = pos+n, pos+n+1
		}
		b := data[pos:stop]
		if n := len(b); n > 0 && b[n-1] == '\r' {
			b = b[:n-1]
		}
		switch {
		case midLine:
			midLine = false
		case r.salvage && len(b) > 0:
			if at, ok := sc.salvaged(r, set, c, pos, b, number, closeRecord, emit); ok {
				open, carried, start, end = true, false, at, pos+len(b)
			} else if open && continues(b) {
				end = pos + len(b)
			} else if !carried && len(bytes.TrimSpace(b)) > 0 {
				closeRecord()
				sc.plain(b, number, c.Offset+int64(pos), emit)
			}
		case len(b) > 0 && sc.record(r, b):
			closeRecord()
			sc.open(number, c.Offset+int64(pos))
			open, carried, start, end = true, false, pos, pos+len(b)
		case open || carried:
			if open && len(b) > 0 {
				end = pos + len(b)
			}
		case len(bytes.TrimSpace(b)) == 0:
		case sc.bareRecord(r, b):
			sc.open(number, c.Offset+int64(pos))
			open, start, end = true, pos, pos+len(b)
		default:
			sc.plain(b, number, c.Offset+int64(pos), emit)
		}
		number++
		pos = next
	}
	closeRecord()
	tally.Lines = int64(number - c.Line)
	if n := len(data); n > 0 && data[n-1] != '\n' && c.MidLine && tally.Lines == 1 {
		tally.Lines = 0
	}
}

// record tries the record and header lines; the event is in sc.next.
func (sc *Scanner) record(r *Reading, b []byte) bool {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
	}
	for _, l := range r.records[b[0]] {
		if sc.parse(r, l, b, sc.next) {
			return true
		}
	}
	return false
}

func (sc *Scanner) bareRecord(r *Reading, b []byte) bool {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
	}
	for _, l := range r.bare[b[0]] {
		if sc.parse(r, l, b, sc.next) {
			return true
		}
	}
	return false
}

func (sc *Scanner) open(line int, offset int64) {
	sc.current, sc.next = sc.next, sc.current
	sc.current.Line, sc.current.Offset = line, offset
}

// frame is the format index, within a scan, of a header line's event.
const frame = -2

func (sc *Scanner) close(data []byte, start, end int, emit func(*logdoc.Event)) {
	ev := sc.current
	if end-start > MaxRecord {
		end = start + MaxRecord
		if sc.tally.LongLine == 0 {
			sc.tally.LongLine = ev.Line
		}
	}
	ev.Text = data[start:end]
	sc.deliver(ev, emit)
}

func (sc *Scanner) deliver(ev *logdoc.Event, emit func(*logdoc.Event)) {
	if ev.Format == frame {
		sc.tally.Frame++
		return
	}
	sc.tally.Formats[ev.Format]++
	if ev.Clock {
		sc.clock(ev)
	}
	emit(ev)
}

func (sc *Scanner) clock(ev *logdoc.Event) {
	t := sc.tally
	if !t.Clock {
		t.First, t.Last, t.Clock = ev.Time, ev.Time, true
		return
	}
	if back := t.Last - ev.Time; back > int64(BackLimit) && t.BackLine == 0 {
		t.BackLine, t.Back = ev.Line, time.Duration(back)
	}
	t.First, t.Last = min(t.First, ev.Time), max(t.Last, ev.Time)
}

// plain delivers a line that no format accepts.
func (sc *Scanner) plain(b []byte, line int, offset int64, emit func(*logdoc.Event)) {
	if len(b) > MaxRecord {
		b = b[:MaxRecord]
		if sc.tally.LongLine == 0 {
			sc.tally.LongLine = line
		}
	}
	ev := sc.next
	*ev = logdoc.Event{Format: Plain, Line: line, Offset: offset, Text: b, Head: b}
	ev.Fields[logdoc.FieldMessage] = logdoc.Span{Hi: int32(len(b))}
	sc.tally.Plain++
	emit(ev)
}

// parse tries one template on a line and fills the event.
func (sc *Scanner) parse(r *Reading, l *line, b []byte, ev *logdoc.Event) bool {
	if l.re != nil {
		return sc.parseRegexp(r, l, b, ev)
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
	for i, slot := range l.slots {
		span := res.Spans[i]
		switch slot {
		case slotSkip, slotTime:
		case slotSeverity:
			ev.Severity = max(ev.Severity, f.chosen[res.Choice])
		case slotPriority:
			ev.Severity = max(ev.Severity, prioritySeverity(b[span.Lo:span.Hi]))
		case slotZone:
			if l.kind == lang.LineHeader {
				break
			}
			if known, err := zoneOf(f, string(b[span.Lo:span.Hi])); err == nil {
				loc = known
			} else {
				sc.tally.UnknownZone = string(b[span.Lo:span.Hi])
			}
		default:
			ev.Fields[slot] = span
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
	if res.HasStamp {
		sc.stamp(r, f, &res.Stamp, loc, ev)
	}
	for i := range f.inner {
		sc.applyInner(f, &f.inner[i], b, ev)
	}
	return true
}

func (sc *Scanner) applyInner(f *Format, in *inner, b []byte, ev *logdoc.Event) {
	message := ev.Fields[logdoc.FieldMessage]
	if message.Lo == message.Hi || in.guardSlot >= 0 && string(ev.Field(in.guardSlot)) != in.guardValue {
		return
	}
	if !in.line.tmpl.Match(b[message.Lo:message.Hi], &sc.inner) {
		return
	}
	for i, slot := range in.line.slots {
		switch {
		case slot == slotSeverity:
			ev.Severity = max(ev.Severity, f.chosen[sc.inner.Choice])
		case slot >= 0:
			span := sc.inner.Spans[i]
			ev.Fields[slot] = logdoc.Span{Lo: message.Lo + span.Lo, Hi: message.Lo + span.Hi}
		}
	}
}

func (sc *Scanner) parseRegexp(r *Reading, l *line, b []byte, ev *logdoc.Event) bool {
	loc := l.re.FindSubmatchIndex(b)
	if loc == nil {
		return false
	}
	*ev = logdoc.Event{Format: l.format.index, Head: b}
	ev.Severity = l.format.otherwise
	for i, slot := range l.slots {
		lo, hi := loc[2*i], loc[2*i+1]
		if lo < 0 {
			continue
		}
		switch slot {
		case slotSkip, slotZone:
		case slotSeverity:
			sev, ok := l.format.severityOf(b[lo:hi])
			if !ok {
				return false
			}
			ev.Severity = sev
		case slotTime:
			var stamp template.Stamp
			if _, ok := l.layout.Parse(b[lo:hi], &stamp); ok {
				sc.stamp(r, l.format, &stamp, r.zone, ev)
			}
		default:
			if slot >= 0 {
				ev.Fields[slot] = logdoc.Span{Lo: int32(lo), Hi: int32(hi)}
			}
		}
	}
	if l.kind == lang.LineHeader {
		ev.Format = frame
		return true
	}
	for i := range l.format.inner {
		sc.applyInner(l.format, &l.format.inner[i], b, ev)
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
