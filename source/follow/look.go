package follow

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"logdoc/source"
)

// look finds out what is true: which files the targets lead to, what stands at each path, and what has become of what stood there before.
func (f *Follower) look(now time.Time) {
	first := f.looks == 0
	f.looks++
	f.index = nil
	if f.waker != nil {
		f.waker.take()
	}
	f.find(now)
	var moved []arrival
	for _, s := range f.order {
		if i, ok := f.examine(s, now); ok {
			moved = append(moved, arrival{s, i})
		}
	}
	f.settle(moved, first, now)
	f.strays(now)
	f.leave(now)
	f.forget(now)
}

// glance looks at the paths that the waker has rung for.
func (f *Follower) glance(now time.Time) {
	if f.waker == nil {
		return
	}
	var moved []arrival
	for _, path := range f.waker.take() {
		if s := f.spots[path]; s != nil {
			if i, ok := f.examine(s, now); ok {
				moved = append(moved, arrival{s, i})
			}
		}
	}
	f.index = nil
	f.settle(moved, false, now)
}

// find expands the targets.
func (f *Follower) find(now time.Time) {
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
			s.family, s.order = source.Family(p)
			f.spots[p] = s
			f.order = append(f.order, s)
			f.families[s.family] = append(f.families[s.family], s)
			if f.waker != nil {
				f.waker.watch(p)
			}
		}
	}
}

// arrival is a path where another file stands than before.
type arrival struct {
	spot *spot
	info info
}

// examine looks at one path. It gives true when another file stands there than before.
func (f *Follower) examine(s *spot, now time.Time) (info, bool) {
	i, err := f.disk.stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !s.absent && s.named && s.content == nil && s.last == nil && s.stream == nil {
			f.tell(s.path, Missing, "there is no such file yet: it is waited for", nil, now)
		}
		if !s.absent {
			s.gone = now
		}
		s.absent, s.err, s.copied = true, nil, nil
		f.detach(s, now)
		return i, false
	case err != nil:
		// Who could not look does not know that anything has changed.
		f.cannot(s, err, now)
		return i, false
	}
	s.absent = false
	switch {
	case i.mode&fs.ModeNamedPipe != 0 && s.named:
		f.pipe(s, now)
		return i, false
	case !i.mode.IsRegular():
		if s.passed != i.identity {
			s.passed = i.identity
			f.tell(s.path, PassedOver, "this is no file that lines come from, and it is passed over", nil, now)
		}
		f.detach(s, now)
		return i, false
	}
	c := s.content
	if c == nil || c.id != i.identity {
		return i, s.passed != i.identity || i.identity == identity{}
	}
	changed := i.size != c.size || !i.mtime.Equal(c.mtime)
	if changed && f.waker != nil {
		f.waker.watch(s.path)
	}
	if !c.pack && i.size < max(c.offset, c.seen) {
		f.cutOff(c, Truncated, now)
		return i, false
	}
	if c.pack && changed {
		f.shut(c) // it is decoded again, with what was added
	}
	if s.err != nil {
		c.drained = false
		f.can(s, now)
	}
	c.notice(i, now)
	return i, false
}

// cannot tells that a path could not be looked at, once.
func (f *Follower) cannot(s *spot, err error, now time.Time) {
	if s.err == nil {
		f.tell(s.path, Unreadable, "it cannot be read: it is tried again, and read from where reading stopped", err, now)
	}
	s.err = err
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
	c.resumed, c.astray, c.succeeded, c.ending, c.drained = false, false, false, false, false
	if c.spots == 1 {
		c.announced = c.announced && c.path == s.path
		c.path = s.path
		if c.home == nil {
			c.home = s
		}
	}
}

// settle gives each path the content that stands there now. All paths were looked at before, so that a file that was renamed from one to another is known.
func (f *Follower) settle(moved []arrival, first bool, now time.Time) {
	// The older a rotated file, the earlier it is read.
	slices.SortStableFunc(moved, func(a, b arrival) int {
		if a.spot.family != b.spot.family {
			return 0
		}
		return cmp.Compare(a.spot.order, b.spot.order)
	})
	var unknown []arrival
	for _, m := range moved {
		// A file keeps its content under its new name, though another path of this look has yet to let go of it.
		c, err := f.known(m, now)
		switch {
		case err != nil:
			f.cannot(m.spot, err, now)
		case c != nil:
			f.rename(m, c, now)
		default:
			unknown = append(unknown, m)
		}
	}
	for _, m := range unknown {
		// Looking for what came before may have found it.
		if c := f.byID[m.info.identity]; c != nil {
			f.rename(m, c, now)
		} else {
			f.arrive(m, first, now)
		}
	}
}

// known gives the content of a file that was seen in this run, or in an earlier one.
func (f *Follower) known(m arrival, now time.Time) (*content, error) {
	for c := f.byID[m.info.identity]; c != nil; c = f.byID[m.info.identity] {
		if !c.unknown {
			return c, nil
		}
		if same, err := f.recognise(c, m, now); same || err != nil {
			return c, err
		}
	}
	return nil, nil
}

// rename gives a path a content that is known.
func (f *Follower) rename(m arrival, c *content, now time.Time) {
	resumed := c.resumed
	f.detach(m.spot, now)
	f.attach(m.spot, c)
	if resumed && c.offset == 0 {
		// Nothing of it was read, so that nobody can tell whether it is still the same; if it was copied and cut off, there are files that are newer.
		siblings, _ := f.siblings(m.spot.path)
		if before := f.between(c, nil, m.spot, m.spot.order, siblings, now); before != nil {
			c.after = before
		}
	}
	if m.spot.err != nil {
		f.can(m.spot, now)
	}
	c.notice(m.info, now)
}
