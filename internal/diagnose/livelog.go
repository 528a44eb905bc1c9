package diagnose

import (
	"bytes"
	"slices"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/source"
)

// log returns the log of a piece.
func (l *Live) log(p *Piece, now time.Time) *followed {
	if f := l.logs[p.Log]; f != nil {
		return f
	}
	res := l.row[p.Path]
	if res == nil {
		l.fold()
		res = &sourceResult{formats: map[int]bool{}, clusters: l.clusters}
		res.coverage.Source, res.coverage.Log = p.Path, p.Path
		l.row[p.Path], l.rows = res, append(l.rows, res)
	}
	f := &followed{res: res, rank: l.rank + p.Log, offset: p.Offset, line: p.Line, uncounted: p.Line == 0, torn: p.Offset > 0, last: now}
	f.start = p.Position(0)
	f.end, l.moved[f] = f.start, true
	l.logs[p.Log] = f
	return f
}

// fold makes one row of those of logs that have ended, where there are too many rows.
func (l *Live) fold() {
	if len(l.rows) < maxLiveRows {
		return
	}
	alive := map[*sourceResult]bool{}
	for _, f := range l.logs {
		alive[f.res] = true
	}
	const name = "(logs that have ended)"
	sum := l.row[name]
	if sum == nil {
		sum = &sourceResult{formats: map[int]bool{}, clusters: l.clusters}
		sum.coverage.Source, sum.coverage.Log = name, name
		l.row[name], l.rows = sum, append(l.rows, sum)
	}
	l.rows = slices.DeleteFunc(l.rows, func(r *sourceResult) bool {
		if r == sum || alive[r] {
			return false
		}
		sum.join(r)
		delete(l.row, r.coverage.Source)
		return true
	})
}

// join adds the counts of another row.
func (res *sourceResult) join(o *sourceResult) {
	a, b := &res.coverage, &o.coverage
	a.Bytes, a.Lines = a.Bytes+b.Bytes, a.Lines+b.Lines
	a.KnownBad, a.KnownNormal, a.Unexplained, a.Unread = a.KnownBad+b.KnownBad, a.KnownNormal+b.KnownNormal, a.Unexplained+b.Unexplained, a.Unread+b.Unread
	if !b.First.IsZero() && (a.First.IsZero() || b.First.Before(a.First)) {
		a.First = b.First
	}
	if b.Last.After(a.Last) {
		a.Last = b.Last
	}
}

// take takes one piece.
func (l *Live) take(p *Piece, now time.Time, g *Gain) *followed {
	f := l.log(p, now)
	f.ended = p.Ended
	switch {
	case len(p.Data) > 0:
		l.lines(f, p, now, g)
	case p.Offset == f.offset+int64(len(f.carry)):
		// The content may be in another file now. What is open was read of it all the same.
		at := p.Position(0)
		f.start.Path, f.start.Device, f.start.Inode, f.start.Changed = at.Path, at.Device, at.Inode, at.Changed
		l.moved[f] = true
	}
	if len(f.carry) > 0 {
		l.open[p.Log] = f
	} else {
		delete(l.open, p.Log)
	}
	return f
}

// lines takes the lines of a piece: what is surely over is scanned, the rest waits for more.
func (l *Live) lines(f *followed, p *Piece, now time.Time, g *Gain) {
	if p.Offset != f.offset+int64(len(f.carry)) {
		// Something between was passed over: what is open ends there.
		l.flush(f, g)
		f.offset, f.line, f.start, f.torn, l.moved[f] = p.Offset, p.Line, p.Position(0), true, true
	}
	f.last = now
	l.look(f, p)
	f.end = p.Position(len(p.Data))
	cut, open := l.cut(f, p)
	if cut < 0 && len(f.carry)+len(p.Data) > grammar.MaxRecord {
		cut = len(p.Data)
	}
	if cut < 0 {
		f.carry = append(f.carry, p.Data...)
		return
	}
	over := p.Data[:cut]
	if len(f.carry) > 0 {
		l.buf = append(append(l.buf[:0], f.carry...), over...)
		over = l.buf
	}
	l.scan(f, over, g)
	f.carry = append(f.carry[:0], p.Data[cut:]...)
	f.long = !open && !f.torn && f.reading.Format != nil
	f.start, l.moved[f] = p.Position(cut), true
	if p.Cut > 0 {
		l.flush(f, g)
		f.offset += p.Cut
		f.res.note(logdoc.Note{LeftOut: true, Line: p.Line, Text: "a line without an end: only its start was looked at"})
	}
}

// cut returns how many of the piece's bytes are surely over: all before the last line that starts a record, which is open then. It is negative when all of them may belong to a record
// that goes on. Lines that belong to a record that was over already do not wait.
func (l *Live) cut(f *followed, p *Piece) (n int, open bool) {
	for stop := len(p.Data); stop > 0; {
		end := stop
		if p.Data[end-1] == '\n' {
			end--
		}
		start := bytes.LastIndexByte(p.Data[:end], '\n') + 1
		if f.reading.Starts(p.Data[start:end]) {
			return start, true
		}
		stop = start
	}
	if len(f.carry) == 0 && (f.torn || f.long || f.reading.Format == nil) {
		return len(p.Data), false
	}
	return -1, false
}

// flush takes the open record to be over.
func (l *Live) flush(f *followed, g *Gain) {
	if len(f.carry) == 0 {
		return
	}
	started := f.reading.Starts(firstLine(f.carry))
	l.scan(f, f.carry, g)
	f.carry, f.torn, f.start, l.moved[f] = f.carry[:0], f.torn || started, f.end, true
}

// scan scans whole records, which stand at the log's offset.
func (l *Live) scan(f *followed, data []byte, g *Gain) {
	rest := data
	if f.torn {
		// Lines that belong to a record that was taken to be over: they are read, and belong to no event.
		if rest = l.behind(f, data); len(rest) == 0 {
			l.pass(f, data)
			return
		}
		l.pass(f, data[:len(data)-len(rest)])
		f.torn = false
	}
	j := &l.job
	if len(rest) == 0 {
		return
	}
	*j = job{block: &source.Block{Data: rest, Offset: f.offset, Line: max(f.line, 1), Open: f.long}, reading: f.reading, tally: grammar.Tally{Formats: j.tally.Formats[:0]}}
	l.late = 0
	l.scanner.read(j)
	if f.res.coverage.Notes = f.res.coverage.Notes[:min(len(f.res.coverage.Notes), maxLiveNotes)]; f.uncounted {
		j.tally.LongLine = 0
	}
	f.res.take(j, l.packs)
	f.res.late += l.late
	for fi, n := range j.tally.Formats {
		if n > 0 {
			l.rules.Input().SeeFormat(fi)
		}
	}
	if c := &j.tally.Clock; c.Seen {
		l.rules.Input().SeeSource(f.res.coverage.Source, c.Newest)
		if !l.clocked || c.Newest > l.newest {
			l.newest, l.at, l.clocked = c.Newest, f.last, true
		}
	}
	for i := range j.matches {
		m := &j.matches[i]
		m.Rank = f.rank
		if f.uncounted {
			m.Place.Line = 0
		}
		if t := time.Unix(0, m.Time); m.Clock && (!l.options.Since.IsZero() && t.Before(l.options.Since) || !l.options.Until.IsZero() && t.After(l.options.Until)) {
			continue
		}
		g.Matches = append(g.Matches, *m)
		l.rules.Add(*m)
	}
	for _, n := range j.normals {
		l.rules.Input().AddNormal(n)
	}
	lines := int(j.tally.Lines)
	l.seen += j.counts[0] + j.counts[1] + j.counts[2] + j.unread + j.tally.Frame
	f.offset, f.line = f.offset+int64(len(rest)), f.line+lines
	j.block = nil
}

// maxLiveNotes bounds what is noted of one log.
const maxLiveNotes = 64

func firstLine(data []byte) []byte {
	line, _, _ := bytes.Cut(data, []byte{'\n'})
	return line
}

// behind returns the data from the first line on that starts a record.
func (l *Live) behind(f *followed, data []byte) []byte {
	if f.reading.Format == nil {
		return data // no line starts any: each is one
	}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		if f.reading.Starts(line) {
			return data
		}
		data = rest
	}
	return nil
}

// pass accounts for lines that belong to no event.
func (l *Live) pass(f *followed, data []byte) {
	lines := bytes.Count(data, []byte{'\n'})
	if n := len(data); n > 0 && data[n-1] != '\n' {
		lines++
	}
	f.res.coverage.Bytes += int64(len(data))
	f.res.coverage.Lines += lines
	f.offset, f.line = f.offset+int64(len(data)), f.line+lines
}

// look decides how a log is read: at its first piece, and again each time that four times as much of its first lines is there, or that they show something new.
func (l *Live) look(f *followed, p *Piece) {
	at := p.Position(0)
	if f.reading == nil {
		head := p.Data
		f.young = p.Offset == 0
		if there := l.readHead(at.Path, &at); len(there) > len(head) && p.Offset > 0 {
			head = there
		}
		l.read(f, head, at.Changed)
	}
	if f.young {
		more := p.Data[:min(len(p.Data), grammar.HeadSize-len(f.head))]
		f.head = append(f.head, more...)
		l.heads += len(more)
		whole := len(f.head) == grammar.HeadSize
		if len(f.head) >= 4*f.looked || whole && len(f.head) > f.looked || f.reading.Outgrown(more) {
			l.read(f, f.head, at.Changed)
		}
		if whole || l.heads > maxLiveHeads {
			l.heads -= len(f.head)
			f.head, f.young = nil, false
		}
	}
	if f.res.yearTold && at.Changed.Sub(f.written) > newYear {
		f.written = at.Changed.Truncate(newYear)
		f.reading = l.shared(f.reading.At(f.written))
	}
}

// shared returns the reading that other logs have which are read alike, so that what is learnt of one serves all.
func (l *Live) shared(r *grammar.Reading) *grammar.Reading {
	for _, o := range l.readings {
		if o.Same(r) {
			return o
		}
	}
	if len(l.readings) == maxLiveReadings {
		l.readings = slices.Delete(l.readings, 0, 1)
	}
	l.readings = append(l.readings, r)
	return r
}

// read takes the first lines to tell how the log is read.
func (l *Live) read(f *followed, head []byte, written time.Time) {
	before := f.reading
	f.looked, f.written = len(head), written.Truncate(newYear)
	found := l.detect(f.res.coverage.Source, head, f.written)
	f.reading = l.shared(found)
	c := &f.res.coverage
	c.Why, f.res.format, f.res.written = found.Why, "", written
	if f.reading.Format != nil {
		f.res.format = f.reading.Format.Name
	} else {
		c.Why = "its first lines are of no known kind"
	}
	if before != nil {
		return
	}
	c.Notes = append(c.Notes, found.Notes...)
}
