package follow

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"logdoc/source"
)

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
