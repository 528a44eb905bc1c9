package follow

import (
	"cmp"
	"errors"
	"io/fs"
	"time"

	"logdoc/source"
)

// arrive gives a path a content that was not seen in this run.
func (f *Follower) arrive(m arrival, first bool, now time.Time) {
	s, i := m.spot, m.info
	h, err := f.probe(s.path, i)
	if err != nil {
		if !errors.Is(err, errElsewhere) {
			f.cannot(s, err, now)
		}
		return
	}
	if c := f.strayIn(s, h); c != nil {
		f.detach(s, now)
		f.adopt(c, h, m, now)
		return
	}
	if !f.wanted(s, i, h, now) {
		h.close()
		return
	}
	var start int64
	if s.copied != nil {
		start = s.copied.info.size
	}
	if s.err != nil {
		f.can(s, now)
	}
	was := s.content
	f.detach(s, now)
	old := s.last
	if old == nil {
		old = f.strayOf(s)
	}
	stray := old != nil && old.resumed
	before := f.elder(s)
	if old != nil {
		siblings, steady := f.siblings(s.path)
		if !steady {
			// Files are just being renamed. Nothing is lost by looking once more.
			h.close()
			if was != nil {
				s.content, s.last = was, nil
				was.spots++
			}
			return
		}
		traced := true
		var rest file
		if !old.over && old.spots == 0 {
			if old.file != nil {
				if fits, err := old.fits(old.reader()); err == nil && !fits && !old.pack {
					rest, old.file = old.file, nil // it was cut off before it was renamed
					f.dispossess(old)
				}
			}
			if old.file != nil {
				f.listed(old, siblings)
			} else if traced, err = f.trace(old, siblings); err != nil {
				old.astray, traced = true, true
			}
			if f.goneFor(old, traced) && i.size >= old.offset && old.offset > 0 {
				if fits, err := old.fits(h.content.reader()); err == nil && fits {
					f.adopt(old, h, m, now)
					return
				}
			}
			old.succeeded, old.resumed = true, false
			if old.home == nil {
				old.home, old.quiet = s, now
			}
			before = old
		}
		f.byID[i.identity] = h.content // it may have been renamed since
		before = f.between(old, before, s, s.order, siblings, now)
		if rest != nil {
			if c := f.inherit(old, rest, now); c != nil {
				c.after, before = before, c
				f.listed(c, siblings)
			}
		}
		if !traced {
			old.resumed = stray
			f.lose(old, now)
		} else if !old.over {
			f.tell(s.path, Rotated, "another file has taken the place: the one before is read to its end first", nil, now)
		}
	}
	if _, resumed := f.newest[s.family]; resumed && old == nil && !f.searched[s.family] {
		// An empty file is no log that something is missing of, but what is newer was not read.
		if since := cmp.Or(before, f.newestVain(s.family)); since != nil {
			f.searched[s.family] = !first
			siblings, _ := f.siblings(s.path)
			f.byID[i.identity] = h.content
			before = f.between(since, before, s, s.order, siblings, now)
		}
	}
	c := f.take(h, s, now)
	c.after = before
	f.attach(s, c)
	switch {
	case start > 0:
		f.startAt(c, start, 0)
	case first && len(f.o.Positions) == 0 && !f.o.FromStart:
		f.startAt(c, c.size, f.o.Last)
	}
}

// elder is the next older content of the same family that a path leads to.
func (f *Follower) elder(s *spot) *content {
	var found *spot
	for _, o := range f.families[s.family] {
		if o.order < s.order && o.content != nil && (found == nil || o.order > found.order) {
			found = o
		}
	}
	if found == nil {
		return nil
	}
	return found.content
}

// recognise reports whether the file at a path is what an earlier run was reading. If it is not, that content is elsewhere, and has to be looked for.
func (f *Follower) recognise(c *content, m arrival, now time.Time) (bool, error) {
	c.pack = f.isPacked(m.spot.path)
	kind, text := Replaced, "the file holds other content than when it was read last: it is read from its start"
	if !c.pack && m.info.size < c.offset {
		kind, text = Truncated, "the file was cut off while nobody followed it: it is read from its start"
	} else if f.younger(c, m.spot.path) {
		kind, text = Rotated, "another file has taken the place of an empty one"
	} else if err := f.unshut(c, m.spot.path); err == nil {
		return true, nil
	} else if !errors.Is(err, errChanged) {
		return false, err
	}
	f.tell(m.spot.path, kind, text, nil, now)
	delete(f.byID, c.id)
	for _, o := range f.contents {
		if o != c && o.id == c.id && o.resumed {
			f.byID[o.id] = o // the number of a file that is gone was used again, and that run had not forgotten the first
		}
	}
	c.was, c.id = c.id, identity{}
	return false, nil
}

// younger reports whether a file was made after an empty one, of which nothing else is known, was seen last.
func (f *Follower) younger(c *content, path string) bool {
	if c.offset > 0 || len(c.head) > 0 || c.headSum.Length > 0 {
		return false
	}
	born, ok := f.disk.born(path)
	return ok && born.After(c.changed)
}

// probe opens what stands at a path to see what it is.
func (f *Follower) probe(path string, i info) (*probed, error) {
	f.room()
	h, err := f.disk.open(path)
	if outOfFiles(err) {
		f.closeQuiet(f.open / 2)
		h, err = f.disk.open(path)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errElsewhere
		}
		return nil, err
	}
	now, err := h.info()
	if err == nil && now.identity != i.identity {
		err = errElsewhere
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	p := &probed{content: &content{id: now.identity, size: now.size, mtime: now.mtime, changed: now.mtime, links: now.links, path: path, file: h}}
	head := make([]byte, sniffLength)
	n, err := readFull(h, head, 0)
	if err != nil {
		h.Close()
		return nil, err
	}
	p.head = head[:n]
	if source.Packed(p.head) {
		p.content.pack = true
		p.content.packed = newPacked(h, f.o.MaxLine+beforeLength)
	}
	return p, nil
}

// probed is an open file that is no content yet.
type probed struct {
	content *content
	head    []byte
}

func (p *probed) close() { p.content.close() }

// take makes a content of what was probed.
func (f *Follower) take(h *probed, s *spot, now time.Time) *content {
	c := h.content
	c.log, c.home, c.quiet = f.nextLog(), s, now
	f.contents = append(f.contents, c)
	f.byID[c.id] = c
	f.open++
	if !c.pack {
		c.grow(h.head, 0)
	}
	return c
}

// wanted reports whether what stands at a path is a log to follow. What was named is; what was found may be packed, binary, or a copy that is just made of another log.
func (f *Follower) wanted(s *spot, i info, h *probed, now time.Time) bool {
	if s.named {
		return true
	}
	if h.content.pack {
		s.passed = i.identity
		return false
	}
	if name, _ := source.Encoding(h.head); name == "utf-8" && source.Binary(h.head, s.path) {
		s.passed = i.identity
		f.tell(s.path, PassedOver, "this is no text, and it is passed over", nil, now)
		return false
	}
	if s.copied != nil && s.copied.info.identity != i.identity {
		s.copied = nil
	}
	if s.copied == nil {
		of := f.originalOf(s, i, h)
		if of == nil {
			return true
		}
		s.copied = &copied{of: of, info: i, since: now}
		return false
	}
	// A copy that is not used for what was cut off, and grows, is a log of its own.
	cp := s.copied
	late := now.Sub(cp.since) >= f.o.RotateWait
	switch {
	case !late:
		cp.info = i
		return false
	case i.size < cp.of.offset || cp.of.over:
		fits, err := cp.of.fits(h.content.reader())
		if err == nil && !fits {
			cp.info.size = 0
			return true
		}
		return false
	}
	return i.size > cp.info.size
}

// originalOf finds the log of the same family that h is a copy of: it begins as that does, and goes on so as far as both were read.
func (f *Follower) originalOf(s *spot, i info, h *probed) *content {
	for _, o := range f.families[s.family] {
		c := cmp.Or(o.content, o.last)
		if o == s || c == nil || c.over || o.order <= s.order || c.unknown || len(c.head) == 0 {
			continue
		}
		if i.size >= c.offset {
			if fits, err := c.fits(h.content.reader()); err == nil && fits {
				return c
			}
			continue
		}
		n := min(len(h.head), len(c.head))
		if string(h.head[:n]) == string(c.head[:n]) {
			return c
		}
	}
	return nil
}

// goneFor reports whether nothing is left of the old file under any name.
func (f *Follower) goneFor(old *content, traced bool) bool {
	if old.file == nil {
		return !traced
	}
	i, err := old.file.info()
	return err == nil && i.links == 0
}

// adopt goes on with a content in another file, which holds all that was read of it.
func (f *Follower) adopt(old *content, h *probed, m arrival, now time.Time) {
	f.shut(old)
	if f.byID[old.id] == old {
		delete(f.byID, old.id)
	}
	n := h.content
	if old.unknown {
		if err := old.learn(n.reader()); err != nil {
			h.close()
			f.cannot(m.spot, err, now)
			return
		}
	}
	old.path, old.id, old.file, old.packed, old.pack = n.path, n.id, n.file, n.packed, n.pack
	f.open++
	f.byID[old.id] = old
	if !old.encoded {
		f.orient(old)
	}
	f.attach(m.spot, old)
	old.notice(m.info, now)
	old.announced = false
}

// cutOff is for other content in a file than was read: what was not read of the old content is in a copy, if anywhere.
func (f *Follower) cutOff(c *content, kind NoticeKind, now time.Time) {
	f.index = nil
	path := c.path
	siblings, steady := f.siblings(path)
	if !steady {
		c.drained, c.mtime = true, time.Time{} // files are just being renamed: the next look finds it as it is
		return
	}
	id, rest := c.id, c.file
	if c.spots == 0 && rest != nil && !c.pack {
		c.file = nil // its descriptor may be all that leads there
	} else {
		rest = nil
	}
	f.dispossess(c)
	text := "the file was cut off: it is read from its start"
	if kind == Replaced {
		text = "the file holds other content than before: it is read from its start"
	}
	f.tell(c.path, kind, text, nil, now)
	var spots []*spot
	for _, s := range f.order {
		if s.content == c {
			spots = append(spots, s)
		}
	}
	c.succeeded = true
	traced, err := f.trace(c, siblings)
	c.astray = err != nil
	lost := !traced && err == nil
	if len(spots) == 0 {
		// A rotated file was written over.
		last := c
		if rest != nil {
			if n := f.inherit(c, rest, now); n != nil {
				last = n
			}
		}
		if c.home != nil && c.home.content == nil {
			// Nothing may come to its path any more, and it is forgotten when it is lost.
			f.between(c, last, c.home, c.home.order, siblings, now)
		}
		if lost {
			f.lose(c, now)
		}
		return
	}
	before := f.between(c, c, spots[0], spots[0].order, siblings, now)
	for _, s := range spots {
		f.detach(s, now)
	}
	if lost {
		f.lose(c, now)
	}
	i, err := f.disk.stat(path)
	if err != nil || i.identity != id {
		return // the next look sees what is there
	}
	n := f.add(i, path, spots[0], now)
	n.after = before
	for _, s := range spots {
		f.attach(s, n)
	}
}

// inherit makes a content of what stands in the file of another now, that no path leads to; nil when it is empty.
func (f *Follower) inherit(from *content, h file, now time.Time) *content {
	i, err := h.info()
	if err != nil || i.size == 0 || f.byID[i.identity] != nil {
		h.Close()
		f.open--
		return nil
	}
	n := f.add(i, from.path, from.home, now)
	n.file, n.after, n.succeeded = h, from, from.succeeded
	return n
}

// dispossess takes a content's file away from it: something else stands there.
func (f *Follower) dispossess(c *content) {
	f.shut(c)
	if f.byID[c.id] == c {
		delete(f.byID, c.id)
	}
	c.was, c.id = c.id, identity{}
}
