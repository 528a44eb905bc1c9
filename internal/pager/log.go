package pager

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"sync"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/source"
)

// Log is one source of an input, open for reading at random. Its methods may be called by several goroutines.
type Log struct {
	in    *Input
	input source.Input
	name  logdoc.LogText
	ready chan struct{} // closed when it was found, or will not be

	// What follows is set before ready is closed, and does not change.
	err     error
	reading *grammar.Reading
	text    io.ReaderAt
	plain   *plain   // nil unless the text is read at its place
	kept    *spooled // nil where it is
	again   *reread

	mu sync.Mutex
	// blocks is the index; size is where what they cover ends, and what lines they hold.
	blocks []block
	size   int64
	lines  int
	// timed is how many blocks are surveyed; first is the first stamp in them.
	timed   int
	first   int64
	clocked bool
	// edition counts how often the index was begun anew; busy means that it is being made, indexed that it reaches the end.
	edition       int
	busy, indexed bool
	notes         [kinds]string
	failed        error     // what ended the index before its end
	written       time.Time // when the file was last written, as the index knows it
	listed        int64     // how long a plain log was when its index was begun
	changed       chan struct{}
}

// block is an entry of the index: where a block starts, and what must be known to read it alone.
type block struct {
	offset int64
	line   int
	// newest is the greatest stamp up to the block's end; only a surveyed block has it.
	newest int64
	// carry is the record that goes on in the block, nil for none.
	carry         *record
	open, midLine bool
	// worst is the worst severity of a record that starts in it.
	worst logdoc.Severity
}

// kind tells notes apart, so that a newer one of a kind replaces the older one.
type kind int

const (
	damaged kind = iota
	changing
	vanished
	keeping
	mending
	kinds
)

// errChanged means that what was read is not what was indexed.
var errChanged = errors.New("the file changed while it was read: it is read again")

func newLog(in *Input, input source.Input, name logdoc.LogText) *Log {
	return &Log{in: in, input: input, name: name, ready: make(chan struct{}), changed: make(chan struct{})}
}

// Name is the source's, as the report prints it.
func (l *Log) Name() logdoc.LogText { return l.name }

func (l *Log) isReady() bool {
	select {
	case <-l.ready:
		return true
	default:
		return false
	}
}

// wait waits until the log was found.
func (l *Log) wait(ctx context.Context) error {
	select {
	case <-l.ready:
		return l.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fail ends the opening of a log, or its index where it is open.
func (l *Log) fail(err error) {
	if !l.isReady() {
		l.err = err
		close(l.ready)
	}
}

// tell keeps a note for the reader.
func (l *Log) tell(k kind, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.notes[k] != text {
		l.notes[k] = text
		l.broadcast()
	}
}

// broadcast wakes who waits for the index; the lock is held.
func (l *Log) broadcast() {
	close(l.changed)
	l.changed = make(chan struct{})
	l.in.pulse.beat()
}

// take begins with a stream that was met: it decides how it is read, and makes the index of what comes out of a decoder at once, for the stream does not come back.
func (l *Log) take(s *source.Stream) error {
	if s.Binary {
		l.fail(ErrBinary)
		return nil
	}
	head := make([]byte, grammar.HeadSize)
	n, err := io.ReadFull(s, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = head[:n]
	o := l.in.options
	modTime := s.ModTime
	if modTime.IsZero() {
		modTime = o.Now
	}
	l.reading = o.Formats.Detect(head, grammar.Options{Name: string(s.Name), Force: o.Format, Zone: o.Zone, ModTime: modTime})
	if s.Plain && s.Size >= 0 && l.reading.Mend == nil {
		l.plain = &plain{handles: &l.in.handles, files: o.Files, input: l.input, start: s.Start}
		l.text, l.busy = l.plain, true
		there, err := l.plain.look()
		if err != nil {
			l.fail(err)
			return nil
		}
		l.listed = there.size
		close(l.ready)
		l.in.background(func() { l.extend(block{line: 1}) })
		return nil
	}
	l.kept = &spooled{spool: l.in.spool}
	l.again = &reread{ctx: l.in.ctx, log: l, size: int64(l.in.options.decoded)}
	l.text, l.busy = l, true
	if l.reading.Mend != nil {
		l.notes[mending] = "its lines were broken or escaped: they stand here as the report put them together"
	}
	close(l.ready)
	err = l.index(io.TeeReader(l.mended(io.MultiReader(bytes.NewReader(head), s)), l.kept), block{line: 1})
	if _, full := l.kept.kept(); full != "" {
		l.tell(keeping, fmt.Sprintf("%s: what lies behind is decoded again with every look, which is slow", full))
	}
	l.end(err)
	l.in.background(l.survey)
	return err
}

// mended undoes what a mail or a terminal did to the text, as the report does.
func (l *Log) mended(r io.Reader) io.Reader {
	if l.reading.Mend == nil {
		return r
	}
	return l.reading.Mend(r)
}

// ReadAt reads the text of a log that does not lie plain in a file: what was kept of it, and the rest by decoding it again.
func (l *Log) ReadAt(p []byte, off int64) (int, error) {
	n, err := l.kept.ReadAt(p, off)
	if n == len(p) || err != io.EOF {
		return n, err
	}
	if _, full := l.kept.kept(); full == "" {
		return n, err
	}
	more, err := l.again.ReadAt(p[n:], off+int64(n))
	return n + more, err
}

// rewind takes back the end of the index, so that it can be made anew from there, and returns where that is; the lock is held.
func (l *Log) rewind() block {
	base := block{line: 1}
	// A block that goes on with a record or a line cannot be cut again from its own start.
	for n := len(l.blocks); n > 0; n-- {
		base = l.blocks[n-1]
		l.blocks = l.blocks[:n-1]
		if !base.open && !base.midLine {
			break
		}
	}
	l.size, l.lines, l.timed = base.offset, base.line-1, min(l.timed, len(l.blocks))
	l.busy, l.indexed, l.failed = true, false, nil
	l.edition++
	return base
}

// extend makes the index of a plain file from a block's start up to the file's end.
func (l *Log) extend(base block) {
	from := io.NewSectionReader(l.plain, base.offset, math.MaxInt64-base.offset-l.plain.start)
	seen, err := l.plain.look()
	if err == nil {
		err = l.index(from, base)
	}
	l.mu.Lock()
	l.written, l.listed = seen.written, seen.size
	l.mu.Unlock()
	l.end(err)
	l.survey()
}

// end notes that the index has come to its end.
func (l *Log) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy, l.indexed, l.failed = false, true, err
	l.broadcast()
}

// index reads a text from a block on and adds what it meets to the index.
func (l *Log) index(r io.Reader, base block) error {
	blocks := source.NewBlocks(r, l.in.pool)
	blocks.SetStarts(l.reading.Starts)
	var before *source.Block
	defer func() {
		if before != nil {
			before.Release()
		}
	}()
	breaks := 0
	for {
		if err := l.in.ctx.Err(); err != nil {
			return err
		}
		b, err := blocks.Next(breaks)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		breaks = l.add(b, before, base)
		if before != nil {
			before.Release()
		}
		before = b
	}
}

// add adds the entries of a chunk behind those of the one before it: the first is the chunk's own, the others start where a record does. It returns how many line breaks the chunk has.
func (l *Log) add(b, before *source.Block, base block) int {
	entry := block{offset: base.offset + b.Offset, line: base.line + b.Line - 1, open: b.Open, midLine: b.MidLine}
	if b.Open && before != nil {
		entry.carry = l.lastRecord(before, base)
	}
	entries := []block{entry}
	last := 0 // where the last entry starts in the chunk
	for {
		at := l.cut(b.Data, last)
		if at < 0 {
			break
		}
		entries = append(entries, block{offset: entry.offset + int64(at), line: entries[len(entries)-1].line + bytes.Count(b.Data[last:at], newline)})
		last = at
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blocks = append(l.blocks, entries...)
	l.size = entry.offset + int64(len(b.Data))
	l.lines = entries[len(entries)-1].line - 1 + bytes.Count(b.Data[last:], newline)
	breaks := l.lines - entry.line + 1
	if b.Data[len(b.Data)-1] != '\n' {
		l.lines++
	}
	l.broadcast()
	return breaks
}

// maxCuts is how many lines are asked for a place to begin an entry.
const maxCuts = 200

// cut returns where the entry behind the one that starts at lo begins: at a record that starts about a block's size on; -1 for none.
func (l *Log) cut(data []byte, lo int) int {
	from := lo + l.in.options.BlockSize
	if from >= len(data) {
		return -1
	}
	for range maxCuts {
		n := bytes.IndexByte(data[from:], '\n')
		if n < 0 {
			return -1
		}
		from += n + 1
		n = bytes.IndexByte(data[from:], '\n')
		if n < 0 {
			return -1
		}
		if n > 0 && l.reading.Starts(data[from:from+n]) {
			return from
		}
	}
	return -1
}

// lastRecord returns the record that is open at the end of the chunk that was added last.
func (l *Log) lastRecord(b *source.Block, base block) *record {
	l.mu.Lock()
	entry := l.blocks[len(l.blocks)-1]
	l.mu.Unlock()
	p := page{data: b.Data[entry.offset-base.offset-b.Offset:]}
	sc := l.in.scanners.Get().(*grammar.Scanner)
	p.fill(entry, l.reading, l.in.options.Formats, sc, false)
	l.in.scanners.Put(sc)
	if len(p.records) == 0 {
		return entry.carry
	}
	return &p.records[len(p.records)-1]
}

// survey finds out the times and severities of the blocks that have none yet.
func (l *Log) survey() {
	var p page
	for {
		l.mu.Lock()
		k, edition := l.timed, l.edition
		done := k >= len(l.blocks)
		l.mu.Unlock()
		if done || l.in.ctx.Err() != nil {
			l.mu.Lock()
			l.broadcast()
			l.mu.Unlock()
			return
		}
		if err := l.load(k, &p); err != nil {
			l.mu.Lock()
			l.failed = err
			l.broadcast()
			l.mu.Unlock()
			return
		}
		l.note(k, edition, &p)
	}
}

// note adds what a page tells to its block.
func (l *Log) note(k, edition int, p *page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.edition != edition || l.timed != k {
		return
	}
	b := &l.blocks[k]
	b.newest, b.worst = math.MinInt64, logdoc.Unrated
	if k > 0 {
		b.newest = l.blocks[k-1].newest
	}
	for i := range p.records {
		r := &p.records[i]
		if r.offset < p.offset {
			continue
		}
		b.worst = max(b.worst, r.severity)
		if !r.clock {
			continue
		}
		if !l.clocked {
			l.first, l.clocked = r.time, true
		}
		b.newest = max(b.newest, r.time)
	}
	l.timed++
	l.broadcast()
}

// await waits until the condition, asked with the lock held, is true.
func (l *Log) await(ctx context.Context, holds func() bool) error {
	for {
		l.mu.Lock()
		ok, changed, failed := holds(), l.changed, l.failed
		l.mu.Unlock()
		switch {
		case ok:
			return nil
		case failed != nil:
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.in.ctx.Done():
			return fs.ErrClosed
		}
	}
}

// known is how many blocks are known to their ends: whether the line at the end of the last one goes on, only the next one tells. The lock is held.
func (l *Log) known() int {
	if l.indexed {
		return len(l.blocks)
	}
	return max(len(l.blocks)-1, 0)
}

// covering waits for the block that covers an offset and returns its number; the last one for an offset behind the end, -1 for a log that is empty.
func (l *Log) covering(ctx context.Context, offset int64) (k int, err error) {
	err = l.await(ctx, func() bool {
		if known := l.known(); !l.indexed && (known == 0 || offset >= l.blocks[known].offset) {
			return false
		}
		at, found := slices.BinarySearchFunc(l.blocks, offset, func(b block, off int64) int { return cmp.Compare(b.offset, off) })
		k = at
		if !found {
			k--
		}
		return true
	})
	return k, err
}

// check looks whether a plain file is still what was indexed, and begins anew, or goes on, where it is not.
func (l *Log) check() {
	if l.plain == nil {
		return
	}
	now, err := l.plain.look()
	switch {
	case err != nil:
		l.tell(vanished, "it cannot be read any more: "+reason(err))
		return
	case errors.Is(now.named, errReplaced):
		l.tell(vanished, "another file stands in its place now: this is what it was, open it again to see the new one")
	case now.named != nil:
		l.tell(vanished, "it was removed: this is what it was")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.busy || !l.indexed:
	case now.size < l.size:
		l.notes[changing] = fmt.Sprintf("it became shorter while it was open: %d bytes are left of %d", now.size, l.size)
		l.restart()
	case now.size > l.size:
		l.notes[changing] = fmt.Sprintf("it has grown by %d bytes since it was read", now.size-l.size)
		base := l.rewind()
		l.in.background(func() { l.extend(base) })
		l.broadcast()
	case !now.written.Equal(l.written):
		l.rewritten()
	}
}

// rewritten begins anew, for the same bytes are not there any more; the lock is held.
func (l *Log) rewritten() {
	l.notes[changing] = "it was written over while it was open"
	l.restart()
}

// restart forgets the index and makes it anew; the lock is held.
func (l *Log) restart() {
	l.blocks, l.clocked = nil, false
	base := l.rewind()
	l.in.background(func() { l.extend(base) })
	l.broadcast()
}

// steady runs what reads the log, and once more where the log changed under it.
func (l *Log) steady(read func() error) error {
	l.check()
	err := read()
	if !errors.Is(err, errChanged) {
		return err
	}
	if l.plain != nil {
		l.mu.Lock()
		if !l.busy {
			l.rewritten()
		}
		l.mu.Unlock()
	}
	return read()
}

// reason is what went wrong without the file's name.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// allBytes is how many bytes the log has, -1 while that is not known; the lock is held.
func (l *Log) allBytes() int64 {
	switch {
	case l.indexed:
		return l.size
	case l.plain != nil:
		return l.listed
	}
	return -1
}

// gone reports whether the log was removed or replaced, as far as that was noticed.
func (l *Log) gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notes[vanished] != ""
}

// State says how much of the log is known.
func (l *Log) State() logdoc.LogState {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := logdoc.LogState{Read: l.size, Size: l.allBytes(), Lines: l.lines, Timed: l.size, Done: l.indexed && (l.timed >= len(l.blocks) || l.failed != nil)}
	if l.timed < len(l.blocks) {
		s.Timed = l.blocks[l.timed].offset
	}
	for _, n := range l.notes {
		if n != "" {
			s.Notes = append(s.Notes, n)
		}
	}
	if l.failed != nil {
		s.Notes = append(s.Notes, "reading it stopped: "+reason(l.failed))
	}
	return s
}

// Changed waits until the log's state differs from the one that was seen: by its notes, its end, or by some megabytes.
func (l *Log) Changed(ctx context.Context, seen logdoc.LogState) (logdoc.LogState, error) {
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		if s := l.State(); differs(seen, s) {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, ctx.Err()
		case <-l.in.ctx.Done():
			return seen, fs.ErrClosed
		}
	}
}

func differs(a, b logdoc.LogState) bool {
	const some = 32 << 20
	return a.Done != b.Done || !slices.Equal(a.Notes, b.Notes) || b.Read/some != a.Read/some || b.Timed/some != a.Timed/some || a.Size != b.Size
}

// close gives back what the log holds.
func (l *Log) close() {
	if !l.isReady() {
		return
	}
	if l.plain != nil {
		l.plain.mu.Lock()
		l.plain.shut()
		l.plain.mu.Unlock()
	}
	if l.again != nil {
		l.again.close()
	}
}
