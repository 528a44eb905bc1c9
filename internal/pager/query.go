package pager

import (
	"context"
	"io"
	"slices"
	"sort"
	"time"

	"logdoc"
)

// defaultWidth is how many bytes of a line are given unless more are asked for; maxWidth bounds what may be asked for, and maxCount how many lines.
const (
	defaultWidth = 4 << 10
	maxWidth     = 64 << 10
	maxCount     = 10_000
)

func isEnd(err error) bool { return err == io.EOF }

func unixTime(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// course goes through lines in one direction: those of a log, or of several in the order of time.
type course interface {
	// here is the cursor on the line, not valid when there are no more.
	here() *cursor
	// step goes on to the next line in the course's direction.
	step(ctx context.Context) error
	// percent is how much of all the bytes lies in front of the line.
	percent() float64
	// looked is how many bytes it went over without stopping at their lines.
	looked() int
}

// through is the course through one log, down by 1 or up by -1. It goes over blocks in which the filters show nothing without looking at their lines.
type through struct {
	cursor
	by      int
	filters *filters
	// passed counts the bytes it went over.
	passed int
}

func (t *through) step(ctx context.Context) error {
	if t.page != nil && t.filters.hiding() && (t.by > 0 && t.index == len(t.page.lines)-1 || t.by < 0 && t.index == 0) {
		if err := t.leap(ctx); err != nil {
			return err
		}
	}
	if t.by > 0 {
		return t.next(ctx)
	}
	return t.prev(ctx)
}

// leap goes to the end of the last of the blocks behind the cursor's that show nothing, up to as many bytes as are looked at without a pause.
func (t *through) leap(ctx context.Context) error {
	k := t.block
	for from := t.passed; t.passed-from < t.log.in.options.Step && ctx.Err() == nil; k += t.by {
		hidden, size, err := t.filters.hide(t.log, k+t.by)
		if err != nil {
			return err
		}
		if !hidden {
			break
		}
		t.passed += size
	}
	if k != t.block {
		t.block, t.page, t.index = k, nil, 0
	}
	return ctx.Err()
}

func (t *through) looked() int { return t.passed }

// percent is how much of the log's bytes lies in front of the line; negative while it is not known how many there are.
func (c *cursor) percent() float64 {
	c.log.mu.Lock()
	size := c.log.allBytes()
	c.log.mu.Unlock()
	return share(c.offset(), size)
}

func share(offset, size int64) float64 {
	if size <= 0 {
		return -1
	}
	return min(100*float64(offset)/float64(size), 100)
}

// Lines answers a query. It waits until what is wanted was read.
func (l *Log) Lines(ctx context.Context, q logdoc.LineQuery) (page logdoc.LinePage, err error) {
	f, err := newFilters(q.Filters)
	if err != nil {
		return page, err
	}
	err = l.steady(func() error {
		c, err := l.begin(ctx, q.From, q.End)
		if err != nil {
			return err
		}
		way := &through{cursor: c, by: 1, filters: f}
		if q.Count < 0 {
			way.by = -1
			if err := way.prev(ctx); err != nil {
				return err
			}
		}
		page, err = l.in.collect(ctx, way, q, f)
		return err
	})
	return page, err
}

// begin returns the cursor where a query begins.
func (l *Log) begin(ctx context.Context, from logdoc.Place, end bool) (cursor, error) {
	if end {
		return l.behind(ctx)
	}
	return l.cursorAt(ctx, from.Offset)
}

// collect follows a course until there are enough lines, or enough was looked at.
func (in *Input) collect(ctx context.Context, way course, q logdoc.LineQuery, f *filters) (page logdoc.LinePage, err error) {
	width := q.Width
	if width <= 0 {
		width = defaultWidth
	}
	width = min(width, maxWidth)
	count := min(max(q.Count, -q.Count), maxCount)
	page.Next = q.From
	for looked := 0; len(page.Lines) < count && way.here().valid(); {
		if err := ctx.Err(); err != nil {
			return page, err
		}
		c := way.here()
		if looked+way.looked() > in.options.Step && q.Count > 0 {
			page.More, page.Next = true, c.place()
			return page, nil
		}
		shown, err := f.shows(ctx, c)
		if err != nil {
			return page, err
		}
		if shown {
			line, err := c.show(ctx, q.Column, width)
			if err != nil {
				return page, err
			}
			line.Percent = way.percent()
			page.Lines = append(page.Lines, line)
		}
		l := c.page.lines[c.index]
		looked += int(l.hi-l.lo) + 1
		page.Next = c.place()
		if err := way.step(ctx); err != nil {
			return page, err
		}
		if looked+way.looked() > in.options.Step && q.Count < 0 && len(page.Lines) < count && way.here().valid() {
			page.More = true
			break
		}
	}
	if q.Count < 0 {
		slices.Reverse(page.Lines)
	} else if way.here().valid() {
		page.Next = way.here().place()
	}
	return page, nil
}

// Seek finds the line that a spot names. For a time it waits until the times are known so far.
func (l *Log) Seek(ctx context.Context, spot logdoc.LineSpot) (place logdoc.Place, err error) {
	err = l.steady(func() error {
		c := cursor{log: l}
		var err error
		switch {
		case spot.Line > 0:
			c, err = l.cursorAtLine(ctx, spot.Line)
		case !spot.Time.IsZero():
			c, err = l.cursorAtTime(ctx, spot.Time.UnixNano())
			if err == nil && !c.valid() {
				if c, err = l.behind(ctx); err == nil {
					err = c.prev(ctx)
				}
			}
		default:
			var size int64
			err = l.await(ctx, func() bool {
				size = l.allBytes()
				return size >= 0
			})
			if err == nil {
				c, err = l.cursorAt(ctx, int64(float64(size)*min(max(spot.Percent, 0), 100)/100))
			}
		}
		if err != nil {
			return err
		}
		if place = (logdoc.Place{Source: l.name}); c.valid() {
			place = c.place()
		}
		return nil
	})
	return place, err
}

// cursorAtLine returns a cursor on a line by its number, or on the last one.
func (l *Log) cursorAtLine(ctx context.Context, number int) (cursor, error) {
	c := cursor{log: l}
	err := l.await(ctx, func() bool {
		if known := l.known(); !l.indexed && (known == 0 || number >= l.blocks[known].line) {
			return false
		}
		c.block = sort.Search(len(l.blocks), func(i int) bool { return l.blocks[i].first() > number }) - 1
		return true
	})
	if err != nil || c.block < 0 {
		return c, err
	}
	if c.page, err = l.page(c.block); err != nil {
		return c, err
	}
	c.index = min(number-c.page.number, len(c.page.lines)-1)
	if c.index < 0 {
		c.index = 0
		err = c.prev(ctx)
	}
	return c, err
}

// first is the number of the first line that starts in the block.
func (b *block) first() int {
	if b.midLine {
		return b.line + 1
	}
	return b.line
}

// key orders the lines of several logs. Within a log it never falls: it is the greatest stamp so far, and in front of the first stamp that one.
func (c *cursor) key() int64 { return c.page.keysOf(c.log, c.block)[c.index] }

// keysOf returns the keys of a page's lines. The block must be surveyed.
func (p *page) keysOf(l *Log, k int) []int64 {
	p.keying.Do(func() {
		l.mu.Lock()
		newest := l.first
		if k > 0 && k <= len(l.blocks) {
			newest = max(newest, l.blocks[k-1].newest)
		}
		l.mu.Unlock()
		p.keys = make([]int64, len(p.lines))
		for i := range p.lines {
			if r := p.recordAt(i); r != nil && r.clock && p.starts(i) {
				newest = max(newest, r.time)
			}
			p.keys[i] = newest
		}
	})
	return p.keys
}

// cursorInBlock returns a cursor on the first line of the first block that is late enough, off the end where none is; it waits until so much is surveyed.
func (l *Log) cursorInBlock(ctx context.Context, late func(*block) bool) (cursor, error) {
	c := cursor{log: l}
	reached := false
	err := l.await(ctx, func() bool {
		known := l.blocks[:min(l.timed, len(l.blocks))]
		c.block = sort.Search(len(known), func(i int) bool { return late(&known[i]) })
		reached = c.block < len(known) && l.clocked
		return reached || l.indexed && l.timed >= len(l.blocks)
	})
	if err == nil && reached {
		c.page, err = l.page(c.block)
	}
	return c, err
}

// cursorAtKey returns a cursor on the first line whose key is not less, off the end where all are; it waits until so much is surveyed.
func (l *Log) cursorAtKey(ctx context.Context, key int64) (cursor, error) {
	c, err := l.cursorInBlock(ctx, func(b *block) bool { return max(b.newest, l.first) >= key })
	if err != nil || !c.valid() {
		return c, err
	}
	keys := c.page.keysOf(l, c.block)
	c.index = sort.Search(len(keys), func(i int) bool { return keys[i] >= key })
	return c, c.forth(ctx)
}

// cursorAtTime returns a cursor on the first record that is not older, off the end where all are. In front of it may stand lines with the same key that have no time.
func (l *Log) cursorAtTime(ctx context.Context, time int64) (cursor, error) {
	c, err := l.cursorInBlock(ctx, func(b *block) bool { return b.newest >= time })
	if err != nil || !c.valid() {
		return c, err
	}
	for c.index = range c.page.lines {
		if r := c.page.recordAt(c.index); r != nil && r.clock && r.time >= time && c.page.starts(c.index) {
			return c, nil
		}
	}
	return c, errChanged
}

// offsetOf returns where the block starts that the first line with a key not less lies in; the lock is held.
func (l *Log) offsetOf(key int64) int64 {
	k := sort.Search(len(l.blocks), func(i int) bool { return max(l.blocks[i].newest, l.first) >= key })
	if k == len(l.blocks) {
		return l.size
	}
	return l.blocks[k].offset
}
