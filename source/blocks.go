package source

import (
	"bytes"
	"io"
)

// Block is a run of whole lines, cut where a record starts. Its bytes belong to it until Release.
type Block struct {
	// Data is the bytes, line breaks as they were read.
	Data []byte
	// Offset is that of Data[0] in the decoded stream.
	Offset int64
	// Line is the number of Data's first line, from 1.
	Line int
	// Open is true when the bytes before the first record start belong to a record of an earlier block.
	Open bool
	// MidLine is true when Data starts in the middle of a line that is longer than a block; Line is then that line's number.
	MidLine bool

	pool *Pool
	buf  []byte // Data and, until the cut, what was read behind it
}

// Release gives the block's buffer back for reuse. Nothing of Data may be used afterwards.
func (b *Block) Release() { b.pool.put(b) }

// Blocks cuts a stream into blocks. The blocks joined are the stream, byte for byte, and a record that is shorter than a block is never
// split. It is used by one goroutine; the blocks may be released by any.
type Blocks struct {
	r      io.Reader
	pool   *Pool
	starts func(line []byte) bool
	cur    *Block // read, but not yet handed out; nil after the last
	err    error  // why reading ended
}

// NewBlocks cuts r into blocks of the pool's size. Until SetStarts every line counts as a record.
func NewBlocks(r io.Reader, pool *Pool) *Blocks {
	b := &Blocks{r: r, pool: pool, cur: pool.get(false)}
	b.cur.Line = 1
	return b
}

// SetStarts sets what tells whether a line, given without its break, starts a record. It is asked from the end of the buffer backwards, and must not keep
// the line. It may be set anew between blocks; nil lets every line start one.
func (b *Blocks) SetStarts(starts func(line []byte) bool) { b.starts = starts }

// Head returns the next n bytes without consuming them, fewer when the stream or the block size is shorter. They are valid until the next call of Next.
func (b *Blocks) Head(n int) []byte {
	b.fill(n)
	if b.cur == nil {
		return nil
	}
	return b.cur.buf[:min(n, len(b.cur.buf))]
}

// Next returns the next block, which the caller releases, when told how many line breaks the one before it has: who reads a block mostly knows. After the last it returns io.EOF, or the
// error that ended reading.
func (b *Blocks) Next(breaks int) (*Block, error) {
	if b.cur != nil {
		b.cur.Line += breaks
	}
	b.fill(b.pool.size)
	if b.cur == nil {
		return nil, b.err
	}
	out := b.cur
	if b.err != nil {
		out.Data, b.cur = out.buf, nil
		if len(out.Data) == 0 {
			out.Release()
			return nil, b.err
		}
		return out, nil
	}
	end, open, midLine := b.cut(out)
	out.Data = out.buf[:end]
	b.cur = b.pool.get(true)
	b.cur.buf = append(b.cur.buf, out.buf[end:]...)
	b.cur.Offset = out.Offset + int64(end)
	b.cur.Line = out.Line
	b.cur.Open, b.cur.MidLine = open, midLine
	return out, nil
}

// fill reads until the buffer holds n bytes, or as many as a block takes, or reading ends.
func (b *Blocks) fill(n int) {
	n = min(n, b.pool.size)
	for idle := 0; b.err == nil && len(b.cur.buf) < n; {
		if len(b.cur.buf) == cap(b.cur.buf) {
			b.grow()
		}
		buf := b.cur.buf
		read, err := b.r.Read(buf[len(buf):cap(buf)])
		b.cur.buf, b.err = buf[:len(buf)+read], err
		if read > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			b.err = io.ErrNoProgress
		}
	}
}

// grow changes the small buffer for one of the full size.
func (b *Blocks) grow() {
	small := b.cur
	b.cur = b.pool.get(true)
	b.cur.buf = append(b.cur.buf, small.buf...)
	b.cur.Offset, b.cur.Line, b.cur.Open, b.cur.MidLine = small.Offset, small.Line, small.Open, small.MidLine
	small.Release()
}

// cut finds where a full buffer is cut: before the last line that starts a record, else after the last line break, else nowhere. The last
// line is not asked when its break is yet to come: what is there of it may look like a start and be none, or the other way round.
func (b *Blocks) cut(block *Block) (end int, open, midLine bool) {
	buf := block.buf
	last := bytes.LastIndexByte(buf, '\n')
	if last < 0 {
		return len(buf), block.Open || !block.MidLine && b.isStart(buf), true
	}
	for stop := last; ; {
		start := bytes.LastIndexByte(buf[:stop], '\n') + 1
		isStart := !(start == 0 && block.MidLine) && b.isStart(buf[start:stop])
		switch {
		case start == 0:
			return last + 1, block.Open || isStart, false
		case isStart:
			return start, false, false
		}
		stop = start - 1
	}
}

func (b *Blocks) isStart(line []byte) bool {
	if b.starts == nil {
		return true
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return b.starts(line)
}

// Through lets all that was not handed out yet, what Head has shown included, pass a filter first.
func (b *Blocks) Through(filter func(io.Reader) io.Reader) {
	var rest []byte
	if b.cur != nil {
		rest = bytes.Clone(b.cur.buf)
		b.cur.buf = b.cur.buf[:0]
	}
	in := b.r
	if b.err != nil {
		in = errorReader{b.err}
	}
	b.r, b.err = filter(io.MultiReader(bytes.NewReader(rest), in)), nil
}
