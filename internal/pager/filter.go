package pager

import (
	"bytes"
	"context"
	"slices"

	"logdoc"
)

// maxFilters bounds a stack of filters.
const maxFilters = 32

// filters decide which records are shown. A record is shown or hidden as a whole.
type filters struct {
	list []filter
	// last is the record that was asked for last, and the answer.
	last  recordID
	shown bool
	buf   []byte
}

type filter struct {
	*pattern
	out bool
}

type recordID struct {
	log    *Log
	offset int64
}

func newFilters(list []logdoc.Filter) (*filters, error) {
	f := &filters{}
	for _, one := range list[:min(len(list), maxFilters)] {
		p, err := compile(one.Pattern)
		if err != nil {
			return nil, err
		}
		f.list = append(f.list, filter{p, one.Out})
	}
	return f, nil
}

// shows reports whether the line's record is shown.
func (f *filters) shows(ctx context.Context, c *cursor) (bool, error) {
	if len(f.list) == 0 {
		return true, nil
	}
	r := c.page.recordAt(c.index)
	if r == nil {
		text, err := c.look(ctx)
		return f.pass(text), err
	}
	id := recordID{c.log, r.offset}
	if f.last == id {
		return f.shown, nil
	}
	text, err := c.record(ctx, r)
	if err != nil {
		return false, err
	}
	f.last, f.shown = id, f.pass(text)
	return f.shown, nil
}

// hiding reports whether there is a filter that shows only what it matches.
func (f *filters) hiding() bool {
	return slices.ContainsFunc(f.list, func(one filter) bool { return !one.out })
}

// hide reports whether block k, which must have only whole records, is sure to have none that is shown. A block that is not there is not hidden: the cursor finds out.
func (f *filters) hide(l *Log, k int) (hidden bool, size int, err error) {
	l.mu.Lock()
	known := l.known()
	if k < 0 || k >= known {
		l.mu.Unlock()
		return false, 0, nil
	}
	b, end := l.blocks[k], l.size
	whole := !b.open && !b.midLine
	if k+1 < len(l.blocks) {
		next := &l.blocks[k+1]
		end, whole = next.offset, whole && !next.open && !next.midLine
	}
	l.mu.Unlock()
	if !whole {
		return false, 0, nil
	}
	size = int(end - b.offset)
	if cap(f.buf) < size {
		f.buf = make([]byte, size)
	}
	text, err := l.exactly(f.buf[:size], b.offset)
	if err != nil {
		return false, 0, err
	}
	return slices.ContainsFunc(f.list, func(one filter) bool { return !one.out && one.candidate(text) < 0 }), size, nil
}

// pass asks all filters about a record's text.
func (f *filters) pass(text []byte) bool {
	for _, one := range f.list {
		_, _, ok := one.nextLine(text, 0)
		if len(text) == 0 {
			_, _, ok = one.inLine(text)
		}
		if ok == one.out {
			return false
		}
	}
	return true
}

// record returns the text of the cursor's record, up to maxLook bytes.
func (c *cursor) record(ctx context.Context, r *record) ([]byte, error) {
	p := c.page
	if r.offset >= p.offset {
		for i := c.index; i < len(p.lines); i++ {
			if p.recordAt(i) != r {
				lo := int(r.offset - p.offset)
				return p.data[lo:min(int(p.lines[i].lo), lo+maxLook)], nil
			}
		}
	}
	// It begins in an earlier block, or may go on in the next.
	at, err := c.log.cursorAt(ctx, r.offset)
	for err == nil && at.valid() && at.offset()-r.offset < maxLook {
		if s := at.page.recordAt(at.index); s == nil || s.offset != r.offset {
			break
		}
		// A page of one record alone is passed at once.
		if last := at.page.recordAt(len(at.page.lines) - 1); last != nil && last.offset == r.offset {
			at.index = len(at.page.lines)
			err = at.forth(ctx)
			continue
		}
		err = at.next(ctx)
	}
	if err != nil {
		return nil, err
	}
	end := int64(0)
	if at.valid() {
		end = at.offset()
	} else {
		c.log.mu.Lock()
		end = c.log.size
		c.log.mu.Unlock()
	}
	return c.log.exactly(make([]byte, min(end-r.offset, maxLook)), r.offset)
}

// nextLine returns the first line at or behind from, which is where one starts, that the pattern matches: where it starts and ends, without its break.
func (p *pattern) nextLine(text []byte, from int) (lo, hi int, ok bool) {
	for from < len(text) {
		at := p.candidate(text[from:])
		if at < 0 {
			return 0, 0, false
		}
		at += from
		// A match that begins with the break of its line belongs to that line.
		lo = bytes.LastIndexByte(text[:at], '\n') + 1
		lo = max(lo, from)
		hi = len(text)
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			hi = at + n
		}
		if _, _, ok := p.inLine(withoutReturn(text[lo:hi])); ok {
			return lo, hi, true
		}
		from = hi + 1
	}
	return 0, 0, false
}
