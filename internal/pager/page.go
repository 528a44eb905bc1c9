package pager

import (
	"bytes"
	"io"
	"sort"
	"sync"

	"logdoc"
	"logdoc/grammar"
)

// page is a block as it is read: its lines and their records.
type page struct {
	key    pageKey
	offset int64
	number int // of the first line that starts in it
	data   []byte
	lines  []line
	// records are those of the lines; the first may have started in an earlier block.
	records []record

	keying sync.Once
	keys   []int64
}

// line is a line that starts in a page.
type line struct {
	// lo and hi are offsets in the page's data; the break is not counted, but in a cut line hi is where the data ends.
	lo, hi int32
	// record is an index, -1 for a line that belongs to none.
	record int32
	// cut means that the line goes on in the next block.
	cut bool
}

// record is what is known of a record: the place of its first line, and what that says.
type record struct {
	offset   int64
	number   int
	time     int64
	format   int16
	severity logdoc.Severity
	clock    bool
}

func (p *page) cost() int { return cap(p.data) + cap(p.lines)*16 + cap(p.records)*40 + 200 }

// recordAt returns the record of line i, nil for none.
func (p *page) recordAt(i int) *record {
	if r := p.lines[i].record; r >= 0 {
		return &p.records[r]
	}
	return nil
}

// starts reports whether line i is the first of its record.
func (p *page) starts(i int) bool {
	r := p.recordAt(i)
	return r != nil && r.offset == p.offset+int64(p.lines[i].lo)
}

func (p *page) text(i int) []byte { return p.data[p.lines[i].lo:p.lines[i].hi] }

// at returns the last line that starts at the offset or in front of it, -1 where none does.
func (p *page) at(offset int64) int {
	return sort.Search(len(p.lines), func(i int) bool { return p.offset+int64(p.lines[i].lo) > offset }) - 1
}

// fill reads block b, whose data is in the page already. last means that no more follows.
func (p *page) fill(b block, reading *grammar.Reading, set *grammar.Set, sc *grammar.Scanner, last bool) {
	p.offset, p.number = b.offset, b.line
	p.lines, p.records = p.lines[:0], p.records[:0]
	pos := 0
	if b.midLine {
		p.number++
		n := bytes.IndexByte(p.data, '\n')
		if n < 0 {
			return
		}
		pos = n + 1
	}
	for pos < len(p.data) {
		n := bytes.IndexByte(p.data[pos:], '\n')
		if n < 0 {
			p.lines = append(p.lines, line{lo: int32(pos), hi: int32(len(p.data)), record: -1, cut: !last})
			break
		}
		p.lines = append(p.lines, line{lo: int32(pos), hi: int32(pos + len(withoutReturn(p.data[pos:pos+n]))), record: -1})
		pos += n + 1
	}
	p.read(b, reading, set, sc)
}

// withoutReturn takes off the carriage return that stands before a line break.
func withoutReturn(b []byte) []byte { return bytes.TrimSuffix(b, []byte{'\r'}) }

// read finds the records of the lines.
func (p *page) read(b block, reading *grammar.Reading, set *grammar.Set, sc *grammar.Scanner) {
	if b.carry != nil {
		p.records = append(p.records, *b.carry)
	}
	var tally grammar.Tally
	chunk := grammar.Chunk{Data: p.data, Line: b.line, Offset: b.offset, Open: b.open, MidLine: b.midLine}
	sc.Scan(reading, set, chunk, &tally, func(ev *logdoc.Event) {
		i := ev.Line - p.number
		if i < 0 || i >= len(p.lines) {
			return
		}
		if p.lines[i].record >= 0 {
			// Pasted text may hold several records in a line: they are one to a reader of lines.
			r := &p.records[p.lines[i].record]
			r.severity = max(r.severity, ev.Severity)
			if !r.clock && ev.Clock {
				r.time, r.clock = ev.Time, true
			}
			return
		}
		p.lines[i].record = int32(len(p.records))
		p.records = append(p.records, record{offset: p.offset + int64(p.lines[i].lo), number: ev.Line, time: ev.Time, clock: ev.Clock, severity: ev.Severity, format: int16(ev.Format)})
	})
	current := int32(-1)
	if b.carry != nil {
		current = 0
	}
	for i := range p.lines {
		l := &p.lines[i]
		switch {
		case l.record >= 0:
			current = l.record
		case current >= 0 && p.records[current].format == grammar.Plain:
			current = -1 // a line that no format accepts stands alone
		default:
			l.record = current
		}
	}
}

// load reads block k of the log into the page.
func (l *Log) load(k int, p *page) error {
	l.mu.Lock()
	if k >= len(l.blocks) {
		l.mu.Unlock()
		return errChanged
	}
	b, end, last := l.blocks[k], l.size, true
	newlines := -1
	if k+1 < len(l.blocks) {
		next := &l.blocks[k+1]
		end, last, newlines = next.offset, false, next.line-b.line
	}
	p.key = pageKey{l, k, l.edition}
	l.mu.Unlock()
	length := int(end - b.offset)
	if cap(p.data) < length {
		p.data = make([]byte, length)
	}
	p.data = p.data[:length]
	n, err := l.text.ReadAt(p.data, b.offset)
	switch {
	case n == length:
	case err == nil || err == io.EOF:
		return errChanged
	default:
		return err
	}
	if newlines >= 0 && l.plain != nil && bytes.Count(p.data, newline) != newlines {
		return errChanged
	}
	sc := l.in.scanners.Get().(*grammar.Scanner)
	p.fill(b, l.reading, l.in.options.Formats, sc, last)
	l.in.scanners.Put(sc)
	return nil
}

var newline = []byte{'\n'}

// page returns block k of the log.
func (l *Log) page(k int) (*page, error) {
	l.mu.Lock()
	if k >= len(l.blocks) {
		l.mu.Unlock()
		return nil, errChanged
	}
	key := pageKey{l, k, l.edition}
	l.mu.Unlock()
	if p := l.in.cache.get(key); p != nil {
		return p, nil
	}
	p := &page{}
	if err := l.load(k, p); err != nil {
		return nil, err
	}
	if p.key == key {
		l.in.cache.put(p)
	}
	return p, nil
}
