package follow

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"logdoc/source"
)

// look finds out what is true: which files the targets lead to, what stands at each path, and what has become of what stood there before.
func (f *Follower) look(now time.Time) {
	first := f.looks == 0
	f.looks++
	f.index, f.still, f.stillBefore = nil, map[string]stillness{}, f.still
	if f.waker != nil {
		f.waker.take()
	}
	f.find(first, now)
	for _, s := range f.order {
		f.examine(s, now)
	}
	f.reconcileAll(now)
	f.leave(now)
	f.forget(now)
}

// glance looks at the paths that the waker has rung for.
func (f *Follower) glance(now time.Time) {
	if f.waker == nil {
		return
	}
	f.round++
	for _, path := range f.waker.take() {
		if s := f.spots[path]; s != nil {
			f.examine(s, now)
			if s.of.stale {
				f.reconsider(s.of, now)
			}
		}
	}
}

// reconcileAll goes through the lineages of which something has changed.
func (f *Follower) reconcileAll(now time.Time) {
	for _, s := range f.order {
		if s.of.stale && s.of.spots[0] == s {
			f.reconcile(s.of, now)
		}
	}
}

// reconsider goes through a lineage of which something has changed since the look, and reports whether it did. While its files are renamed all the time, each of its contents asks for that,
// and there may be hundreds: it is done for the first that asks in a round, and for all others when the next round or look comes. A look does not come to a log that no path leads to any more: that is
// gone through each time.
func (f *Follower) reconsider(l *lineage, now time.Time) bool {
	if l.round == f.round && len(l.spots) > 0 {
		l.stale = true
		return false
	}
	l.round, f.index = f.round, nil
	f.reconcile(l, now)
	return true
}

// find expands the targets.
func (f *Follower) find(first bool, now time.Time) {
	for _, t := range f.targets {
		paths, named, err := t.files(f.disk, now)
		if err != nil {
			f.tell(t.text, Unreadable, "a directory cannot be read: what is in it is not seen", err, now)
		}
		for _, p := range paths {
			s, ok := f.spots[p]
			if ok {
				s.named = s.named || named
				continue
			}
			if len(f.spots) >= maxSpots {
				if !f.tooMany {
					f.tooMany = true
					f.tell(t.text, PassedOver, fmt.Sprintf("there are more than %d files: the others are not followed", maxSpots), nil, now)
				}
				continue
			}
			s = &spot{path: p, named: named}
			_, s.order = source.Family(p)
			s.of = f.lineageOf(p)
			s.of.spots, s.of.stale, s.of.early = append(s.of.spots, s), true, first
			f.spots[p] = s
			f.order = append(f.order, s)
			if f.waker != nil {
				f.waker.watch(p)
			}
		}
	}
}

// examine looks at one path. Where something else stands there than before, its lineage is gone through again.
func (f *Follower) examine(s *spot, now time.Time) {
	i, err := f.disk.stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !s.absent && s.named && s.content == nil && s.last == nil && s.stream == nil {
			f.tell(s.path, Missing, "there is no such file yet: it is waited for", nil, now)
		}
		if !s.absent {
			s.gone = now
		}
		s.of.stale = s.of.stale || s.content != nil || s.copied != nil
		s.absent, s.err, s.copied = true, nil, nil
		f.detach(s, now)
		return
	case err != nil:
		// Who could not look does not know that anything has changed.
		f.cannot(s, err, now)
		return
	}
	s.absent = false
	switch {
	case i.mode&fs.ModeNamedPipe != 0 && s.named:
		f.pipe(s, now)
		return
	case !i.mode.IsRegular():
		if s.passed != i.identity {
			s.passed = i.identity
			f.tell(s.path, PassedOver, "this is no file that lines come from, and it is passed over", nil, now)
		}
		s.of.stale = s.of.stale || s.content != nil
		f.detach(s, now)
		return
	}
	c := s.content
	if c == nil || c.id != i.identity {
		switch {
		case c == nil && s.passed == i.identity && s.passed != identity{}:
		case c == nil && s.copied != nil && s.copied.info == i:
		default:
			s.of.stale = true
		}
		return
	}
	changed := i.size != c.size || !i.mtime.Equal(c.mtime)
	if changed && f.waker != nil {
		f.waker.watch(s.path)
	}
	if !c.pack && i.size < max(c.offset, c.seen) || c.blank() && !i.mtime.Equal(c.changed) {
		s.of.stale = true
		return
	}
	if c.pack && changed {
		f.shut(c) // it is decoded again, with what was added
	}
	if s.err != nil {
		c.drained = false
		f.can(s, now)
	}
	c.notice(i, now)
}

// blank reports whether c was an empty file, which shows nothing of what it held and was copied and cut off since.
func (c *content) blank() bool { return c.offset == 0 && !c.pack && !c.distinct() }

// cannot tells that a path could not be looked at, once.
func (f *Follower) cannot(s *spot, err error, now time.Time) {
	if s.err == nil {
		f.tell(s.path, Unreadable, "it cannot be read: it is tried again, and read from where reading stopped", err, now)
	}
	s.err = err
	s.of.stale = true
}

func (f *Follower) can(s *spot, now time.Time) {
	s.err = nil
	f.tell(s.path, Readable, "it can be read again", nil, now)
}

// pipe begins to read a named pipe.
func (f *Follower) pipe(s *spot, now time.Time) {
	if s.stream != nil {
		s.stream.look()
		return
	}
	st := newStream(s.path, f.nextLog(), f.kick)
	if err := st.openPipe(f.o.MaxLine); err != nil {
		f.cannot(s, err, now)
		return
	}
	s.stream = st
	f.streams = append(f.streams, st)
}

// detach takes the path away from the content that it led to.
func (f *Follower) detach(s *spot, now time.Time) {
	c := s.content
	if c == nil {
		return
	}
	s.content, s.last = nil, c
	c.spots--
	c.quiet = now
	c.drained = false
	if c.spots > 0 && c.path == s.path {
		for _, o := range f.order {
			if o.content == c {
				c.path = o.path
			}
		}
	}
}

func (f *Follower) attach(s *spot, c *content) {
	s.content, s.last, s.copied, s.passed = c, nil, nil, identity{}
	c.spots++
	c.succeeded, c.ending, c.drained = false, false, false
	if c.spots == 1 {
		c.announced = c.announced && c.path == s.path
		c.path, c.home = s.path, s
	}
}
