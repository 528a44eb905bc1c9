package pager

import (
	"context"
	"unicode/utf8"

	"logdoc"
	"logdoc/grammar"
)

// cursor stands on a line of a log, in front of its first or behind its last one.
type cursor struct {
	log *Log
	// block and index say where; the page is nil off both ends.
	block, index int
	page         *page
}

func (c *cursor) valid() bool { return c.page != nil }

// offset is where the line starts.
func (c *cursor) offset() int64 { return c.page.offset + int64(c.page.lines[c.index].lo) }

func (c *cursor) place() logdoc.Place {
	return logdoc.Place{Source: c.log.name, Line: c.page.number + c.index, Offset: c.offset()}
}

// cursorAt returns a cursor on the line that an offset lies in, the last line for one behind the end.
func (l *Log) cursorAt(ctx context.Context, offset int64) (cursor, error) {
	c := cursor{log: l}
	k, err := l.covering(ctx, max(offset, 0))
	if err != nil || k < 0 {
		return c, err
	}
	c.block = k
	if c.page, err = l.page(k); err != nil {
		return c, err
	}
	if c.index = c.page.at(offset); c.index < 0 {
		c.index = 0
		err = c.prev(ctx)
	}
	return c, err
}

// behind returns a cursor behind the last line.
func (l *Log) behind(ctx context.Context) (cursor, error) {
	c := cursor{log: l}
	err := l.await(ctx, func() bool {
		c.block = len(l.blocks)
		return l.indexed
	})
	return c, err
}

// next goes to the following line, waiting for it to be indexed if need be.
func (c *cursor) next(ctx context.Context) error {
	if c.page != nil {
		c.index++
	} else if c.block < 0 {
		c.block, c.index = -1, 0
	}
	return c.forth(ctx)
}

// forth goes on to the next page that has a line, where the index is behind the last one of its page.
func (c *cursor) forth(ctx context.Context) error {
	for c.page == nil || c.index >= len(c.page.lines) {
		c.page = nil
		there := false
		err := c.log.await(ctx, func() bool {
			there = c.block+1 < c.log.known()
			return there || c.log.indexed
		})
		if err != nil {
			return err
		}
		c.block, c.index = c.block+1, 0
		if !there {
			c.page = nil
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.log.hollow(c.block) {
			continue
		}
		if c.page, err = c.log.page(c.block); err != nil {
			return err
		}
	}
	return nil
}

// prev goes to the line in front.
func (c *cursor) prev(ctx context.Context) error {
	c.index--
	for c.page == nil || c.index < 0 {
		c.page = nil
		c.block--
		if c.block < 0 {
			c.block, c.page, c.index = -1, nil, 0
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.log.hollow(c.block) {
			continue
		}
		var err error
		if c.page, err = c.log.page(c.block); err != nil {
			return err
		}
		c.index = len(c.page.lines) - 1
	}
	return nil
}

// hollow reports whether no line starts in block k, for all of it is the middle of one.
func (l *Log) hollow(k int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return k+1 < len(l.blocks) && l.blocks[k].midLine && l.blocks[k+1].midLine && l.blocks[k].line == l.blocks[k+1].line
}

func (c *cursor) here() *cursor { return c }

// length returns how many bytes the line has.
func (c *cursor) length(ctx context.Context) (int64, error) {
	l := c.page.lines[c.index]
	if !l.cut {
		return int64(l.hi - l.lo), nil
	}
	end, err := c.log.lineEnd(ctx, c.block+1)
	return max(end-c.offset(), 0), err
}

// lineEnd returns where a line ends that goes on in block k. A line may be longer than many blocks: only the last one is read.
func (l *Log) lineEnd(ctx context.Context, k int) (int64, error) {
	for ; ; k++ {
		var there, whole, mid bool
		var start, size int64
		err := l.await(ctx, func() bool {
			there = k < len(l.blocks)
			if size = l.size; there {
				start, mid = l.blocks[k].offset, l.blocks[k].midLine
			}
			if k+1 < len(l.blocks) {
				next := &l.blocks[k+1]
				whole = next.midLine && next.line == l.blocks[k].line
				return true
			}
			return l.indexed
		})
		switch {
		case err != nil:
			return 0, err
		case !there:
			return size, nil
		case !mid:
			return start, nil
		case whole:
			continue
		}
		p, err := l.page(k)
		if err != nil {
			return 0, err
		}
		n := len(p.data)
		if len(p.lines) > 0 {
			n = int(p.lines[0].lo)
		}
		text := p.data[:n]
		if n > 0 && text[n-1] == '\n' {
			text = withoutReturn(text[:n-1])
		}
		return p.offset + int64(len(text)), nil
	}
}

// look returns the line as far as it is searched. The bytes may be the page's.
func (c *cursor) look(ctx context.Context) ([]byte, error) {
	text := c.page.text(c.index)
	if !c.page.lines[c.index].cut || len(text) >= maxLook {
		return text[:min(len(text), maxLook)], nil
	}
	length, err := c.length(ctx)
	if err != nil {
		return nil, err
	}
	text = make([]byte, min(length, maxLook))
	return c.log.exactly(text, c.offset())
}

// exactly reads all of b, or finds the log changed.
func (l *Log) exactly(b []byte, off int64) ([]byte, error) {
	n, err := l.text.ReadAt(b, off)
	if n < len(b) && (err == nil || isEnd(err)) {
		err = errChanged
	}
	if n == len(b) {
		err = nil
	}
	return b, err
}

// show makes the line as a reader gets it: width bytes from column on.
func (c *cursor) show(ctx context.Context, column int64, width int) (logdoc.Line, error) {
	length, err := c.length(ctx)
	if err != nil {
		return logdoc.Line{}, err
	}
	out := logdoc.Line{Place: c.place(), Length: length, From: min(max(column, 0), length)}
	size := int(min(int64(width), length-out.From))
	var text []byte
	if in := c.page.text(c.index); out.From+int64(size) <= int64(len(in)) {
		text = in[out.From : out.From+int64(size)]
	} else if text, err = c.log.exactly(make([]byte, size), c.offset()+out.From); err != nil {
		return out, err
	}
	// No character is cut in two.
	for n := 0; n < utf8.UTFMax-1 && out.From > 0 && len(text) > 0 && !utf8.RuneStart(text[0]); n++ {
		text = text[1:]
		out.From++
	}
	if out.From+int64(len(text)) < length {
		text = wholeRunes(text)
	}
	out.Text = logdoc.LogText(text)
	out.Record = out.Place
	if r := c.page.recordAt(c.index); r != nil {
		out.Record = logdoc.Place{Source: c.log.name, Line: r.number, Offset: r.offset}
		out.Severity = r.severity
		if r.clock {
			out.Time = unixTime(r.time)
		}
		if r.format != grammar.Plain {
			out.Format = c.log.in.options.Formats.Formats()[r.format].Name
		}
	}
	return out, nil
}

// wholeRunes takes off the start of a character whose rest is not there.
func wholeRunes(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			return b
		}
	}
	return b
}
