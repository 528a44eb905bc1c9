package follow

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
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

// sibling is a file of the same family.
type sibling struct {
	path  string
	order int
	info  info
}

// steadyTries is how often the rotated files are listed until two lists are the same.
const steadyTries = 20

// siblings gives the rotated files of a path, oldest first; in the directory of the path, and in that of the file that it leads to. Files are renamed while one looks at them: it
// looks until it has seen the same twice, and says when it has not.
func (f *Follower) siblings(path string) (all []sibling, steady bool) {
	var names map[string]identity
	for range steadyTries {
		all = f.family(path)
		again := map[string]identity{}
		steady = len(all) == len(names)
		for _, s := range all {
			again[s.path] = s.info.identity
			steady = steady && names[s.path] == s.info.identity
		}
		if steady && names != nil {
			break
		}
		names = again
	}
	// What is being compressed stands there twice, and the packed file is not whole yet.
	all = slices.DeleteFunc(all, func(s sibling) bool {
		stem := strings.TrimSuffix(s.path, filepath.Ext(s.path))
		_, order := source.Family(stem)
		return stem != path && order == s.order && slices.ContainsFunc(all, func(o sibling) bool { return o.path == stem })
	})
	slices.SortFunc(all, func(a, b sibling) int {
		return cmp.Or(cmp.Compare(a.order, b.order), a.info.mtime.Compare(b.info.mtime), cmp.Compare(a.path, b.path))
	})
	return all, steady
}

// family lists the rotated files of a path once.
func (f *Follower) family(path string) []sibling {
	paths := []string{path}
	if real, err := f.disk.resolve(path); err == nil && real != filepath.Clean(path) {
		paths = append(paths, real)
	}
	var found []sibling
	for _, p := range paths {
		family, _ := source.Family(p)
		for _, name := range f.names(filepath.Dir(p), family) {
			if name == p {
				continue
			}
			if i, err := f.disk.stat(name); err == nil && i.mode.IsRegular() {
				_, order := source.Family(name)
				found = append(found, sibling{name, order, i})
			}
		}
	}
	return found
}

// maxIndexed is how long a directory may be that is listed anew for each family.
const maxIndexed = 1000

// names gives the paths of a family in a directory. Long directories are listed once a look.
func (f *Follower) names(dir, family string) []string {
	if known, ok := f.index[dir]; ok {
		return known[family]
	}
	entries, err := f.disk.list(dir)
	if err != nil {
		return nil
	}
	index := map[string][]string{}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		p := filepath.Join(dir, e.Name())
		of, _ := source.Family(p)
		index[of] = append(index[of], p)
	}
	if len(entries) > maxIndexed {
		if f.index == nil {
			f.index = map[string]map[string][]string{}
		}
		f.index[dir] = index
	}
	return index[family]
}

// listed finds the name of an open content among the siblings.
func (f *Follower) listed(c *content, siblings []sibling) {
	for _, s := range siblings {
		if s.info.identity == c.id {
			c.path = s.path
		}
	}
}

// trace finds the file that holds a content which is not open: the same file under another name, else a copy, packed or not. With an error not all could be looked at.
func (f *Follower) trace(c *content, siblings []sibling) (bool, error) {
	var blind error
	for _, s := range siblings {
		if s.info.identity != c.id {
			continue
		}
		err := f.hold(c, s)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, errChanged):
			// It is another file with the same number, and says nothing about where the content is.
			if f.byID[c.id] == c {
				delete(f.byID, c.id)
			}
			c.was, c.id = c.id, identity{}
		default:
			blind = err
		}
	}
	if len(c.head)+len(c.before) == 0 && c.headSum.Length+c.lastSum.Length == 0 {
		return false, blind // there is nothing to know it by
	}
	// Little is easily found in another log too: a copy is not older than its original.
	weak := max(len(c.head), c.headSum.Length) < beforeLength
	for _, s := range slices.Backward(siblings) {
		if o := f.byID[s.info.identity]; o != nil && o != c && !o.unknown || s.info.identity == c.id || weak && s.info.mtime.Before(c.changed) || f.hasEnded(s.info) {
			continue
		}
		if err := f.hold(c, s); err == nil {
			return true, nil
		} else if !errors.Is(err, errChanged) {
			blind = err
		}
	}
	return false, blind
}

// length is how many bytes of the content there are, as far as is known.
func (c *content) length() int64 {
	if c.pack {
		return c.offset
	}
	if c.file != nil {
		if i, err := c.file.info(); err == nil {
			return i.size
		}
	}
	return max(c.size, c.offset)
}

// endsAt reports whether r holds so many bytes.
func endsAt(r io.ReaderAt, n int64) bool {
	var b [2]byte
	got, err := readFull(r, b[:], n-1)
	return err == nil && got == 1
}

// hasEnded reports whether a file is that of a content that has ended, and not another that has got its number.
func (f *Follower) hasEnded(i info) bool {
	return slices.ContainsFunc(f.ended, func(c *content) bool { return c.id == i.identity && c.size == i.size && c.mtime.Equal(i.mtime) })
}

// hold takes a sibling for the file of a content, if it fits.
func (f *Follower) hold(c *content, s sibling) error {
	if f.younger(c, s.path) {
		return errChanged
	}
	id, pack, path := c.id, c.pack, c.path
	c.id, c.path, c.pack = s.info.identity, s.path, f.isPacked(s.path)
	if err := f.unshut(c, s.path); err != nil {
		c.id, c.pack, c.path = id, pack, path
		return err
	}
	if f.byID[id] == c {
		delete(f.byID, id)
	}
	f.byID[c.id] = c
	c.size, c.mtime, c.changed, c.links = s.info.size, s.info.mtime, s.info.mtime, s.info.links
	c.drained, c.astray, c.announced = false, false, false // its position is another now
	return nil
}

// isPacked reports whether a file is compressed.
func (f *Follower) isPacked(path string) bool {
	h, err := f.disk.open(path)
	if err != nil {
		return false
	}
	defer h.Close()
	head := make([]byte, sniffLength)
	n, err := readFull(h, head, 0)
	return err == nil && source.Packed(head[:n])
}

// between makes contents of the files that came and went at a path since it was looked at last, and chains them behind last: each is read when the one before was. It gives the last of
// them.
func (f *Follower) between(old, last *content, home *spot, order int, siblings []sibling, now time.Time) *content {
	return f.search(old, last, home, order, siblings, steadyTries, now)
}

// search is between, and begins again for files that were renamed meanwhile, so many times.
func (f *Follower) search(old, last *content, home *spot, order int, siblings []sibling, tries int, now time.Time) *content {
	moved := false
	rank, ranked := 0, false
	for _, b := range siblings {
		if b.info.identity == old.id && (!old.over || f.hasEnded(b.info)) {
			rank, ranked = b.order, true
		}
	}
	for _, b := range siblings {
		newer := !old.changed.IsZero() && !b.info.mtime.Before(old.changed)
		if ranked {
			newer = b.order > rank
		} else if born, ok := f.disk.born(b.path); ok && born.Before(old.changed) && b.info.identity != old.was {
			newer = false // it is older, and was written to after it was rotated
		}
		if b.info.mtime.Before(f.newest[home.family]) {
			newer = false // the earlier run has seen it, and is done with it
		}
		known := f.byID[b.info.identity]
		if !newer || b.order >= order || known != nil && !known.unknown {
			continue
		}
		h, err := f.probe(b.path, b.info)
		if errors.Is(err, errElsewhere) {
			moved = true // renamed or compressed since it was listed
			continue
		}
		if err != nil {
			f.tell(b.path, Unreadable, "a rotated file cannot be read: lines may be missing", err, now)
			continue
		}
		if known != nil {
			// An earlier run was reading a file of this number. If it is still that, it is found in its turn.
			if fits, err := known.fits(h.content.reader()); (err != nil || fits) && !f.younger(known, b.path) {
				h.close()
				continue
			}
		}
		if old.beingCopied(h) {
			h.close()
			continue // if the file is cut off then, it is looked for
		}
		if f.wasRead(h, old, home.family) {
			h.close()
			continue
		}
		c := f.take(h, home, now)
		c.after, c.succeeded = last, true
		last = c
	}
	if moved && tries > 0 {
		f.index = nil
		again, _ := f.siblings(home.path)
		return f.search(old, last, home, order, again, tries-1, now)
	}
	return last
}

// beingCopied reports whether a file may be a copy that is just being made of what stands at c's path still: it is empty yet, or begins as that does.
func (c *content) beingCopied(h *probed) bool {
	if c.spots == 0 || c.succeeded {
		n := min(len(c.head), len(h.head))
		return n >= beforeLength && string(c.head[:n]) == string(h.head[:n])
	}
	if len(h.head) == 0 {
		return true
	}
	c.learnHead() // after h was opened: what had been cut off by now was copied whole before
	n := min(len(c.head), len(h.head))
	return n > 0 && string(c.head[:n]) == string(h.head[:n])
}

// learnHead reads what is not known yet of the head of an open file.
func (c *content) learnHead() {
	if c.file == nil || c.pack || len(c.head) == headLength {
		return
	}
	head := make([]byte, headLength)
	if n, err := readFull(c.file, head, 0); err == nil {
		c.grow(head[:n], 0)
	}
}

// wasRead reports whether a file holds, packed or copied, what this run has read or is reading elsewhere.
func (f *Follower) wasRead(h *probed, old *content, family string) bool {
	r := h.content.reader()
	// What is just arriving is no content of this run yet, but has its number.
	for _, all := range [][]*content{f.contents, f.ended, {old}, slices.Collect(maps.Values(f.byID))} {
		for _, c := range all {
			if of, _ := source.Family(c.path); of != family {
				continue
			}
			c.learnHead()
			length := c.length()
			if length == 0 || c.offset == 0 && c.unknown || !c.unknown && len(c.head) == 0 {
				continue
			}
			// Little is easily found in another log too, but not with the same length.
			weak := max(len(c.head), c.headSum.Length) < beforeLength
			if (weak || c.offset == 0) && !endsAt(r, length) {
				continue
			}
			if fits, err := c.fits(r); err == nil && fits {
				return true
			}
		}
	}
	return false
}

// leave looks after the contents that no path leads to: they are read to their end, and closed when they have been quiet for a while.
func (f *Follower) leave(now time.Time) {
	for _, c := range slices.Clone(f.contents) {
		if c.spots > 0 || c.ending || c.resumed {
			continue
		}
		if c.astray {
			siblings, _ := f.siblings(c.path)
			found, err := f.trace(c, siblings)
			if !found && (err == nil || now.Sub(c.quiet) >= f.o.RotateWait) {
				f.lose(c, now)
			}
			continue
		}
		var i info
		var err error
		if c.file != nil {
			i, err = c.file.info()
		} else if i, err = f.disk.stat(c.path); err == nil && i.identity != c.id {
			err = errElsewhere
		}
		if err == nil {
			if c.pack && (i.size != c.size || !i.mtime.Equal(c.mtime)) {
				f.shut(c)
			}
			if !c.pack && i.size < max(c.offset, c.seen) {
				f.cutOff(c, Truncated, now)
				continue
			}
			c.notice(i, now)
		}
		since := now.Sub(c.quiet)
		if since < 0 {
			c.quiet = now // the clock was set back
		}
		over := c.succeeded || c.links == 0 || err != nil
		switch {
		case !c.drained || !over || since < f.o.RotateWait:
		case c.file == nil && errors.Is(err, errElsewhere), errors.Is(err, fs.ErrNotExist):
			f.lose(c, now)
		default:
			c.ending = true
		}
	}
	for _, c := range f.ended {
		if c.links == 0 || c.pack {
			continue
		}
		if i, err := f.disk.stat(c.path); err == nil && i.identity == c.id && i.size > c.size && f.byID[c.id] == nil {
			f.tell(c.path, Late, fmt.Sprintf("%d bytes came to a rotated file after it was closed, and are not read", i.size-c.size), nil, now)
			c.size = i.size
		}
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
		f.families[s.family] = slices.DeleteFunc(f.families[s.family], func(o *spot) bool { return o == s })
		if f.waker != nil {
			f.waker.unwatch(s.path)
		}
		return true
	})
	for _, t := range f.targets {
		t.fresh = max(t.fresh, 1)
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

// recallRun makes contents of the positions of an earlier run. They are as if they had been read and closed.
func (f *Follower) recallRun() {
	for _, p := range f.o.Positions {
		log := f.nextLog()
		if p.Path == "-" || p.Path == "" {
			continue
		}
		c := resumeFrom(p)
		c.log = log
		if family, _ := source.Family(c.path); p.Changed.After(f.newest[family]) {
			f.newest[family] = p.Changed
		}
		f.contents = append(f.contents, c)
		if c.id != (identity{}) && f.byID[c.id] == nil {
			f.byID[c.id] = c
		}
	}
}

// strayOf finds the newest content of an earlier run that stood at a path, or was rotated away from it.
func (f *Follower) strayOf(s *spot) *content {
	var found *content
	for _, c := range f.contents {
		if !c.resumed || c.spots > 0 {
			continue
		}
		if c.vain() {
			continue
		}
		if family, order := source.Family(c.path); family == s.family && order <= s.order && (found == nil || c.changed.After(found.changed)) {
			found = c
		}
	}
	return found
}

// newestVain finds the content of an earlier run that was seen last, of those that are vain.
func (f *Follower) newestVain(family string) *content {
	var found *content
	for _, c := range f.contents {
		if of, _ := source.Family(c.path); of == family && c.resumed && c.vain() && (found == nil || c.changed.After(found.changed)) {
			found = c
		}
	}
	return found
}

// vain reports whether c is a rotated file of which nothing is known and nothing was read: it was empty.
func (c *content) vain() bool {
	_, order := source.Family(c.path)
	return order < 0 && c.offset == 0 && len(c.head) == 0 && c.headSum.Length == 0
}

// strayIn finds the content of an earlier run that was copied to a new file of the same family, and is not where it was.
func (f *Follower) strayIn(s *spot, h *probed) *content {
	for _, c := range f.contents {
		if !c.resumed || c.spots > 0 || c.file != nil || c.offset == 0 || f.byID[c.id] == c && f.spots[c.path] != nil && f.spots[c.path].err != nil {
			continue
		}
		if family, _ := source.Family(c.path); family != s.family || h.content.pack && !s.named {
			continue
		}
		if fits, err := c.fits(h.content.reader()); err == nil && fits && c.headSum.Length > 0 {
			return c
		}
	}
	return nil
}

// strays looks for the contents of an earlier run that no path leads to any more: rotated files that were not read to their end.
func (f *Follower) strays(now time.Time) {
	for _, c := range slices.Clone(f.contents) {
		if !c.resumed || c.spots > 0 {
			continue
		}
		if s := f.spots[c.path]; s != nil && s.err != nil {
			continue // who could not look does not know
		}
		family, _ := source.Family(c.path)
		heirs := f.families[family]
		if len(heirs) == 0 {
			f.contents = slices.DeleteFunc(f.contents, func(o *content) bool { return o == c })
			if f.byID[c.id] == c {
				delete(f.byID, c.id)
			}
			continue
		}
		c.home, c.quiet, c.succeeded = heirs[0], now, true
		siblings, steady := f.siblings(c.path)
		if !steady {
			continue
		}
		siblings = append(siblings, f.itself(c.path)...)
		lost := false
		if c.file == nil {
			found, err := f.trace(c, siblings)
			c.astray = err != nil
			lost = !found && err == nil
		}
		last := c
		if !c.vain() {
			last = f.between(c, c, heirs[0], 0, siblings, now)
		}
		if lost {
			f.lose(c, now)
		}
		c.resumed = false
		for _, h := range heirs {
			if h.content != nil && h.content.after == nil && h.content.offset == 0 {
				h.content.after = last
			}
		}
	}
}

// itself is the file at a path as a sibling.
func (f *Follower) itself(path string) []sibling {
	i, err := f.disk.stat(path)
	if err != nil || !i.mode.IsRegular() {
		return nil
	}
	_, order := source.Family(path)
	return []sibling{{path, order, i}}
}
