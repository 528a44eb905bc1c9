package follow

import (
	"slices"
	"time"

	"logdoc/source"
)

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
