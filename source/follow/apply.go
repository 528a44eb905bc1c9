package follow

import (
	"cmp"
	"slices"
)

// apply does what was found out.
func (g *genealogy) apply() {
	f, l := g.f, g.l
	astray := false
	for _, c := range slices.Clone(l.known) {
		switch {
		case c.superseded:
			f.drop(c)
			continue
		case g.found[c] != nil:
			g.move(c, g.found[c])
		case g.lost[c]:
			astray = g.missing(c) || astray
		}
	}
	for _, s := range g.all {
		if c := s.holds; c != nil && c.of == l {
			g.settle(c, s)
		}
	}
	for _, s := range g.fresh {
		g.begin(s)
	}
	for _, s := range g.all {
		for _, at := range s.spots {
			g.lead(at, s)
		}
	}
	g.close()
	for _, c := range l.known {
		// What was empty is known by what is in it by now.
		if c.blank() && c.file != nil && !c.over && c.learnHead() {
			f.announce(c)
		}
	}
	slices.SortStableFunc(l.known, func(a, b *content) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.log, b.log)) })
	for _, c := range slices.Clone(l.known) {
		c.succeeded = c.spots == 0 && slices.ContainsFunc(l.known, func(o *content) bool { return o != c && o.spots > 0 && o.rank >= c.rank })
	}
	l.newest = l.seen()
	if slices.ContainsFunc(l.known, func(o *content) bool { return !o.marker }) {
		for _, c := range slices.Clone(l.known) {
			if c.marker {
				f.drop(c)
			}
		}
	}
	for _, s := range g.all {
		if !l.met && s.info.mtime.After(l.newest) {
			l.newest = s.info.mtime
		}
	}
	l.met, l.early = true, false
	l.stale = astray || g.again || slices.ContainsFunc(l.spots, func(s *spot) bool { return s.err != nil })
}

// move takes a content to the file where it was found.
func (g *genealogy) move(c *content, s *standing) {
	f := g.f
	g.explain(c, true)
	g.inherit(c)
	f.shut(c)
	g.left[c] = c.place().base
	f.unname(c)
	c.id, c.path, c.pack = s.info.identity, s.path, s.pack
	c.announced, c.drained, c.astray = false, false, false
}

// explain tells what has become of the file that a content was in, if that holds something else now.
func (g *genealogy) explain(c *content, found bool) bool {
	if c.over || !c.distinct() {
		return false
	}
	size := int64(-1)
	for _, s := range g.all {
		if s.info.identity == c.id && s != g.found[c] {
			size = s.info.size
		}
	}
	if g.cut[c] {
		if i, err := c.file.info(); err == nil {
			size = i.size
		}
	}
	if size < 0 {
		return false
	}
	rest := ": what may have come to it since it was looked at last is lost"
	if found {
		rest = ": what was not read of it yet is read from a copy"
	}
	kind, text := Replaced, "the file holds other content than before, and is read from its start"
	if !c.pack && size < max(c.offset, c.seen) {
		kind, text = Truncated, "the file was cut off, and is read from its start"
	}
	g.f.tell(c.path, kind, text+rest, nil, g.now)
	g.told[c] = true
	return true
}

// missing is for a content that was found nowhere. It reports whether it is to be looked for again.
func (g *genealogy) missing(c *content) bool {
	f := g.f
	if g.held[c] {
		return false // it is read to its end
	}
	if g.blind && !c.over && c.distinct() {
		c.astray = c.file == nil
		if g.now.Sub(c.quiet) < f.o.RotateWait || slices.ContainsFunc(g.l.spots, func(s *spot) bool { return s.err != nil }) {
			return true
		}
	}
	told := g.explain(c, false)
	g.inherit(c)
	f.lose(c, told, g.now)
	return false
}

// inherit makes a content of what stands in the file of another now, where its descriptor is all that leads there.
func (g *genealogy) inherit(c *content) {
	if !g.cut[c] || c.file == nil || c.pack {
		return
	}
	i, err := c.file.info()
	if err != nil || i.size == 0 {
		return
	}
	g.f.unname(c)
	n := g.f.add(i, c.path, c.of, g.now)
	n.file, n.rank, n.home = c.file, c.rank, c.home
	c.file = nil
	n.learnHead()
	g.f.announce(n)
}

// settle takes over what the file system says of the file of a content.
func (g *genealogy) settle(c *content, s *standing) {
	f := g.f
	c.rank = s.rank
	if len(s.spots) == 0 || c.spots == 0 {
		if c.path != s.path {
			c.path, c.announced = s.path, false
		}
	}
	if s.bad {
		return
	}
	c.sure = s.info.size
	if s.opened != nil && c.file == nil {
		was := c.pack
		c.pack = s.opened.content.pack
		if c.unknown {
			if err := c.learn(s.opened.content.reader()); err != nil {
				c.pack = was
				return
			}
		}
		if !c.over {
			c.file, c.packed = s.opened.content.file, s.opened.content.packed
			f.open++
			s.opened = nil
			if !c.encoded && c.offset > 0 {
				f.orient(c)
			}
		}
	}
	if o := f.byID[s.info.identity]; o != nil && o != c {
		f.unname(o)
	}
	c.id = s.info.identity
	f.byID[c.id] = c
	if c.astray {
		c.astray, c.drained, c.quiet = false, false, g.now
		c.size, c.mtime, c.links = s.info.size, s.info.mtime, s.info.links
	}
	if c.home == nil {
		c.home = g.home(s)
	}
	c.resumed = false
	if rests := c.resting; !c.over {
		c.notice(s.info, g.now)
		c.resting = c.resting || rests && g.found[c] != nil
	} else if !c.announced {
		f.kept = append(f.kept, c.done())
		c.announced = true
	}
	if from, moved := g.left[c]; moved && (identity{from.Device, from.Inode}) != c.id {
		// The position that stood for the old file goes when the one that stands for the new file comes.
		p := c.place()
		at := p.Position(0)
		at.Path, at.Device, at.Inode = from.Path, from.Device, from.Inode
		f.dropped = append(f.dropped, at)
		if !c.over {
			f.announce(c)
		}
	}
	if c.offset == 0 && !c.distinct() && s.info.size == 0 {
		c.changed = s.info.mtime // what it may have held meanwhile was looked for
	}
}

// begin makes a content of a file that holds what is not known.
func (g *genealogy) begin(s *standing) {
	f := g.f
	h, err := g.probe(s)
	if err != nil || h == nil {
		g.again = true
		return
	}
	var start int64
	wanted := len(s.spots) == 0 || h.content.pack
	for _, at := range s.spots {
		wanted = f.wanted(at, h, g.now) || wanted
		if at.copied != nil && at.copied.info.identity == s.info.identity {
			start = at.copied.info.size
		}
	}
	if !wanted {
		return
	}
	s.opened = nil
	c := f.take(h, g.l, g.now)
	c.rank, c.home = s.rank, g.home(s)
	s.holds = c
	switch {
	case start > 0:
		f.startAt(c, start, 0)
	case !g.l.met && g.l.early && len(f.o.Positions) == 0 && !f.o.FromStart:
		f.startAt(c, c.size, f.o.Last)
	}
	if g.l.met {
		f.announce(c) // whatever becomes of the positions of what was before, a later run knows that this is new
	}
}

// home is the path that a file is read for.
func (g *genealogy) home(s *standing) *spot {
	switch {
	case len(s.spots) > 0:
		return s.spots[0]
	case len(g.l.spots) > 0:
		return g.l.spots[0]
	}
	return nil
}

// lead gives a path the content that stands there.
func (g *genealogy) lead(at *spot, s *standing) {
	f := g.f
	if s.bad {
		return
	}
	if g.twins[s] {
		if at.copied == nil || at.copied.info.identity != s.info.identity {
			at.copied = &copied{}
		}
		at.copied.info = s.info
		f.detach(at, g.now)
		return
	}
	c := s.holds
	if c == nil {
		if at.passed == s.info.identity {
			f.detach(at, g.now)
		}
		return
	}
	if c.pack && !at.named {
		at.passed = s.info.identity
		f.detach(at, g.now)
		return
	}
	if at.err != nil {
		f.can(at, g.now)
	}
	if at.content == c {
		return
	}
	if old := cmp.Or(at.content, at.last); old != nil && old != c && !old.over && !g.told[old] && old.distinct() {
		f.tell(at.path, Rotated, "another file has taken the place: the one before is read to its end first", nil, g.now)
	}
	f.detach(at, g.now)
	if c.over {
		c = f.revive(c)
		s.holds = c
	}
	f.attach(at, c)
}
