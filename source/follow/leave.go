package follow

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// leave looks after the contents that no path leads to: they are read to their end, and closed when they have been quiet for a while.
func (f *Follower) leave(now time.Time) {
	f.round++
	for _, c := range slices.Clone(f.contents) {
		if c.spots > 0 {
			f.rest(c, now)
		}
		if c.spots > 0 || c.ending || c.resumed || c.astray || c.over {
			continue
		}
		var i info
		var err error
		if c.file != nil {
			i, err = c.file.info()
		} else if i, err = f.disk.stat(c.path); err == nil && i.identity != c.id {
			err = errElsewhere
		}
		switch {
		case c.file == nil && errors.Is(err, errElsewhere), errors.Is(err, fs.ErrNotExist):
			f.reconsider(c.of, now)
			continue
		case err == nil && (i.links != c.links || !c.pack && i.size < max(c.offset, c.seen)):
			// Its last name is gone, or it was cut off: a copy may hold the rest.
			links := c.links
			c.links = i.links
			if !f.reconsider(c.of, now) {
				c.links = links // the next look sees it again
			}
			continue
		case err == nil:
			if c.pack && (i.size != c.size || !i.mtime.Equal(c.mtime)) {
				f.shut(c)
			}
			c.notice(i, now)
		}
		since := now.Sub(c.quiet)
		if since < 0 {
			c.quiet = now // the clock was set back
		}
		c.ending = c.drained && (c.succeeded || c.links == 0 || err != nil) && since >= f.o.RotateWait
	}
	for _, c := range f.ended {
		if !c.over || c.pack {
			continue
		}
		if i, err := f.disk.stat(c.path); err == nil && i.identity == c.id && i.size > c.size && (f.byID[c.id] == nil || f.byID[c.id] == c) {
			f.tell(c.path, Late, fmt.Sprintf("%d bytes came to a rotated file after it was closed, and are not read", i.size-c.size), nil, now)
			c.size = i.size
		}
	}
}

// rest marks the position of a rotated file that is still followed, by a glob or in a directory, when it was read to its end and has been quiet for a while: so that a later run does not miss
// it when it is gone.
func (f *Follower) rest(c *content, now time.Time) {
	since := now.Sub(c.quiet)
	if since < 0 {
		c.quiet = now
	}
	if c.resting || !c.drained || c.rank >= 0 || since < f.o.RotateWait || !c.pack && c.offset < c.size || !c.distinct() || c.over {
		return
	}
	if slices.ContainsFunc(c.of.known, func(o *content) bool { return o.spots > 0 && o.rank > c.rank }) {
		c.resting, c.rested = true, true
		f.kept = append(f.kept, c.done())
	}
}

// forget drops the paths that a glob or directory led to, and that lead nowhere any more.
func (f *Follower) forget(now time.Time) {
	gone := func(s *spot) bool {
		if !s.absent || s.named || s.content != nil || s.stream != nil {
			return false
		}
		return s.last == nil || s.last.over && now.Sub(s.gone) >= spotLife
	}
	if !slices.ContainsFunc(f.order, gone) {
		return
	}
	f.order = slices.DeleteFunc(f.order, func(s *spot) bool {
		if !gone(s) {
			return false
		}
		delete(f.spots, s.path)
		if s.of.spots = slices.DeleteFunc(s.of.spots, func(o *spot) bool { return o == s }); len(s.of.spots) == 0 {
			f.abandon(s.of)
		}
		if f.waker != nil {
			f.waker.unwatch(s.path)
		}
		return true
	})
	for _, t := range f.targets {
		t.fresh = max(t.fresh, 1)
	}
}

// abandon forgets what has ended of a lineage that no path leads to any more.
func (f *Follower) abandon(l *lineage) {
	for _, c := range slices.Clone(l.known) {
		if c.over {
			f.drop(c)
		}
	}
	if len(l.known) == 0 {
		delete(f.families, l.name)
	}
}

// startAt begins a content at a place, or rather at the line that it is in, or so many lines before.
func (f *Follower) startAt(c *content, at int64, back int) {
	if c.pack {
		f.skipPacked(c)
		return
	}
	head := make([]byte, sniffLength)
	n, err := readFull(c.file, head, 0)
	if err != nil || n == 0 || at == 0 {
		return
	}
	c.encode(head[:n])
	f.startAtLine(c, at, back)
}

// skipPacked goes to the end of a compressed file.
func (f *Follower) skipPacked(c *content) {
	var b [32 << 10]byte
	lines, at, start := 0, int64(0), int64(0)
	for {
		n, err := readFull(c.packed, b[:], at)
		for k := range n {
			if b[k] == '\n' {
				lines++
				start = at + int64(k) + 1
			}
		}
		at += int64(n)
		if n == 0 || err != nil {
			break
		}
	}
	c.offset, c.decoded, c.line = start, start, lines
	if err := c.recall(c.packed); err != nil {
		c.offset, c.decoded, c.line, c.before = 0, 0, 0, nil
	}
}

// startAtLine sets the offset behind the last line end before at, and so many whole lines before that.
func (f *Follower) startAtLine(c *content, at int64, back int) {
	const block = 64 << 10
	buf := make([]byte, block)
	width := int64(1)
	if c.wide {
		width = 2
	}
	start := int64(c.mark)
	at = start + (at-start)/width*width
	// The last line may have no end yet: then it is still to come.
	end := at
	for from := at; from > start && back >= 0; {
		n := min(from-start, block)
		from -= n
		if _, err := readFull(c.file, buf[:n], from); err != nil {
			return
		}
		for k := n; k > 0 && back >= 0; {
			e := int64(c.lastEnd(buf[:k]))
			if e == 0 {
				break
			}
			end = from + e
			back--
			k = e - width
		}
	}
	if back >= 0 {
		end = start
	}
	c.offset = end
	f.count -= min(f.count, end)
	c.line, c.decoded = -1, (end-start)/width
	if f.count > 0 || end == start {
		if lines, decoded, err := f.measure(c, start, end); err == nil {
			c.line, c.decoded = lines, decoded
		}
	}
	if err := c.recall(c.file); err != nil {
		c.before = nil
	}
}

// measure counts the lines and the decoded bytes from start to end.
func (f *Follower) measure(c *content, start, end int64) (lines int, decoded int64, err error) {
	buf := make([]byte, 256<<10)
	for at := start; at < end; {
		n, err := readFull(c.file, buf[:min(int64(len(buf)), end-at)], at)
		if err != nil || n == 0 {
			return 0, 0, cmp.Or(err, errChanged)
		}
		whole := n
		if c.wide && at+int64(n) < end {
			whole = n &^ 3 // a pair may be torn, which changes nothing much
		}
		text := c.text(buf[:max(whole, 1)])
		decoded += int64(len(text))
		for _, b := range text {
			if b == '\n' {
				lines++
			}
		}
		at += int64(max(whole, 1))
	}
	return lines, decoded, nil
}
