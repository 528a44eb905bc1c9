package follow

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"logdoc"
)

// reconcile finds out which file of a lineage holds which content, and makes contents of the files that hold what is not known. It changes nothing before it has seen all, and begins again
// when files were renamed meanwhile; what it could not finish is done with the next look.
func (f *Follower) reconcile(l *lineage, now time.Time) {
	l.stale = true
	begun := f.clock.Now()
	for try := range steadyTries {
		if try > 0 {
			if f.clock.Now().Sub(begun) > patience {
				return
			}
			f.index = nil
		}
		all, blind, steady := f.survey(l)
		if !steady {
			return
		}
		g := genealogy{
			f: f, l: l, all: all, blind: blind, now: now,
			found: map[*content]*standing{}, lost: map[*content]bool{}, held: map[*content]bool{}, cut: map[*content]bool{}, left: map[*content]logdoc.Position{}, told: map[*content]bool{}, twins: map[*standing]bool{},
		}
		err := g.assign()
		if err == nil {
			g.apply()
			return
		}
		g.close()
		if !errors.Is(err, errElsewhere) {
			return
		}
	}
}

// maxOpened is how many new files of a lineage are kept open until they are read.
const maxOpened = 16

// genealogy is one attempt at a lineage.
type genealogy struct {
	f     *Follower
	l     *lineage
	all   []*standing
	blind bool
	now   time.Time

	found map[*content]*standing       // where contents are that had to be looked for
	lost  map[*content]bool            // those whose file holds something else, or is gone
	held  map[*content]bool            // of these, those that an open descriptor is all that leads to
	cut   map[*content]bool            // and those whose descriptor, which is all that leads there, leads to other content by now
	left  map[*content]logdoc.Position // where contents were that have moved
	again bool                         // not all could be done
	fresh []*standing                  // those that hold what is not known
	twins map[*standing]bool           // copies that nobody needs yet
	told  map[*content]bool            // what has become of their files was told
}

func (g *genealogy) close() {
	for _, s := range g.all {
		s.shut()
	}
}

func (s *standing) shut() {
	if s.opened != nil {
		s.opened.close()
		s.opened = nil
	}
}

// probe opens a file. It gives errElsewhere when the path leads elsewhere by now.
func (g *genealogy) probe(s *standing) (*probed, error) {
	if s.opened != nil || s.bad {
		return s.opened, nil
	}
	h, err := g.f.probe(s.path, s.info)
	if errors.Is(err, errElsewhere) {
		return nil, err
	}
	if err != nil {
		s.bad, g.blind = true, true
		for _, at := range s.spots {
			g.f.cannot(at, err, g.now)
		}
		if len(s.spots) == 0 && g.isNew(s) {
			g.f.tell(s.path, Unreadable, "a rotated file cannot be read: lines may be missing", err, g.now)
		}
		return nil, nil
	}
	s.opened, s.pack, s.text = h, h.content.pack, h.text()
	return h, nil
}

// assign gives each content the file that holds it, and finds the files that hold what is not known.
func (g *genealogy) assign() error {
	byID := map[identity]*standing{}
	for _, s := range g.all {
		byID[s.info.identity] = s
		// What belongs to another lineage, and was renamed or linked, is that wherever it is.
		if c := g.f.byID[s.info.identity]; c != nil && c.of != g.l && !c.over && c.file != nil {
			if i, err := c.file.info(); err == nil && i.size >= c.offset {
				s.holds = c
			}
		}
	}
	for _, c := range g.l.known {
		if err := g.stay(c, byID[c.id]); err != nil {
			return err
		}
	}
	for _, c := range slices.Backward(g.l.known) {
		if g.lost[c] {
			if err := g.trace(c); err != nil {
				return err
			}
		}
	}
	return g.discover()
}

// stay finds out whether a content is still in its file.
func (g *genealogy) stay(c *content, s *standing) error {
	if s != nil && s.holds != nil {
		s = nil
	}
	if c.file != nil {
		i, err := c.file.info()
		if err != nil {
			g.blind = true
			return nil
		}
		fits := c.pack || i.size >= max(c.offset, c.seen)
		if fits {
			if fits, err = c.fits(c.reader()); err != nil && !errors.Is(err, errIncomplete) {
				g.blind = true
				return nil
			}
		}
		switch {
		case !fits:
			g.lost[c] = true
			g.cut[c] = s == nil
		case s != nil:
			s.holds = c
		case i.links == 0:
			g.lost[c], g.held[c] = true, true
		}
		return nil
	}
	same := s != nil && s.info.size == c.size && s.info.mtime.Equal(c.mtime)
	if s == nil || c.over && !c.distinct() && !same {
		g.lost[c] = true
		return nil
	}
	if !c.unknown && !c.astray && same {
		s.holds = c
		return nil
	}
	if c.weak() && !c.changed.IsZero() && !s.info.mtime.Equal(c.changed) {
		if born, ok := g.f.disk.born(s.path); ok && born.After(c.changed) {
			g.lost[c] = true // another file has got the number
			return nil
		}
	}
	h, err := g.probe(s)
	if err != nil {
		return err
	}
	if h == nil {
		s.holds = c // who could not look does not know that anything has changed
		return nil
	}
	fits, err := g.inside(c, h)
	switch {
	case err != nil && !errors.Is(err, errIncomplete):
		s.holds, s.bad, g.blind = c, true, true
	case fits:
		s.holds = c
		return g.spare(c, s)
	default:
		g.lost[c] = true
		s.shut() // there may be many that have got the numbers of others
	}
	return nil
}

// spare closes a file that nothing more will be read of, for there may be many of them.
func (g *genealogy) spare(c *content, s *standing) error {
	if !c.over || s.opened == nil {
		return nil
	}
	var err error
	if c.unknown {
		err = c.learn(s.opened.content.reader())
	}
	s.shut()
	return err
}

// inside reports whether an open file holds all that was read of a content.
func (g *genealogy) inside(c *content, h *probed) (bool, error) {
	if !h.content.pack && h.content.size < c.offset {
		return false, nil
	}
	return c.fits(h.content.reader())
}

// trace looks for a content that is not where it was: in a copy, packed or not.
func (g *genealogy) trace(c *content) error {
	if !c.distinct() {
		return nil
	}
	// Little is easily found in another log too: a copy is not older than its original.
	weak := c.weak()
	for _, s := range slices.Backward(g.all) {
		if s.info.size == 0 || s.bad || weak && s.info.mtime.Before(c.changed) {
			continue
		}
		o := s.holds
		if o != nil && (!c.unknown || o.of != c.of) {
			continue
		}
		if s.text != nil && !c.begins(s.text) {
			continue
		}
		open := s.opened != nil
		h, err := g.probe(s)
		if err != nil {
			return err
		}
		if h == nil {
			continue
		}
		if fits, err := g.inside(c, h); err != nil || !fits {
			if !open {
				s.shut() // there may be many of them
			}
			continue
		}
		if o != nil {
			// Two positions of an earlier run were of one content: the one that is further is right.
			if !o.unknown || o.offset >= c.offset {
				delete(g.lost, c)
				c.superseded = true
				return nil
			}
			o.superseded = true
		} else if g.held[c] && (!s.named() || !c.covered(h)) {
			continue // it is read to its end; but what was put in its place and begins like it goes on with it
		}
		s.holds, g.found[c] = c, s
		delete(g.lost, c)
		return g.spare(c, s)
	}
	return nil
}

// begins reports whether a content begins with what is known of its head.
func (c *content) begins(text []byte) bool {
	if c.unknown {
		n := c.headSum.Length
		return n <= len(text) && (n == 0 || sha256.Sum256(text[:n]) == c.headSum.Sum)
	}
	return bytes.HasPrefix(text, c.head)
}

// weak reports whether there is so little to know a content by that another log may begin like it.
func (c *content) weak() bool { return max(len(c.head), c.headSum.Length) < beforeLength }

// distinct reports whether there is something to know a content by.
func (c *content) distinct() bool {
	return len(c.head)+len(c.before) > 0 || c.unknown && c.headSum.Length+c.lastSum.Length > 0
}

// covered reports whether h holds all of the open file of a content.
func (c *content) covered(h *probed) bool {
	if c.pack {
		return h.content.pack && h.content.size >= c.size
	}
	i, err := c.file.info()
	if err != nil {
		return false
	}
	if i.size == 0 {
		return false
	}
	return sameBefore(c.file, h.content.reader(), i.size)
}

// discover finds the files that hold what is not known.
func (g *genealogy) discover() error {
	if len(g.l.spots) == 0 {
		return nil
	}
	top := slices.MaxFunc(g.l.spots, func(a, b *spot) int { return cmp.Compare(a.order, b.order) }).order
	for _, s := range g.all {
		if s.holds != nil || s.bad {
			continue
		}
		// What is in a file that was followed, and was cut off, is new in any case; more may come to it.
		was := slices.ContainsFunc(g.l.known, func(c *content) bool { return g.lost[c] && !c.over && c.id == s.info.identity })
		if len(s.spots) == 0 && !was && (s.info.size == 0 || s.rank >= top || !g.isNew(s)) {
			continue
		}
		h, err := g.probe(s)
		if err != nil {
			return err
		}
		if h == nil {
			continue
		}
		if h.content.pack && !s.named() {
			for _, at := range s.spots {
				at.passed = s.info.identity
			}
			if s.rank >= top || !g.isNew(s) {
				s.shut()
				continue
			}
		}
		of, err := g.twin(s, h)
		if err != nil {
			return err
		}
		if of != nil && !g.pressing(s, of) {
			g.twins[s] = true
			continue
		}
		if g.fresh = append(g.fresh, s); len(g.fresh) > maxOpened {
			s.shut()
		}
	}
	return nil
}

// isNew reports whether a file of which nobody knows what it holds came since the lineage was looked at first. What was there before is older, by its rank and by its time.
func (g *genealogy) isNew(s *standing) bool {
	if !g.l.met {
		return false
	}
	any := false
	for _, o := range g.all {
		if o.holds == nil || o.holds.of != g.l {
			continue
		}
		if any = true; s.rank > o.rank {
			return true
		}
	}
	if any {
		return s.info.mtime.After(g.l.seen())
	}
	return !s.info.mtime.Before(g.l.seen())
}

// seen is when a file was changed last of which it is known what it held.
func (l *lineage) seen() time.Time {
	t := l.newest
	for _, c := range l.known {
		if c.changed.After(t) {
			t = c.changed
		}
	}
	return t
}

// pressing reports whether a copy must be read although its original is known: it stands where the original is no more.
func (g *genealogy) pressing(s *standing, of *content) bool {
	return s.named() && !slices.ContainsFunc(g.all, func(o *standing) bool { return o.holds == of })
}

// named reports whether the user named a path that leads to the file.
func (s *standing) named() bool {
	return slices.ContainsFunc(s.spots, func(at *spot) bool { return at.named })
}

// twin finds the content that a file is a copy of, whole or not yet, while the original is still there.
func (g *genealogy) twin(s *standing, h *probed) (*content, error) {
	head := s.text
	if len(head) == 0 {
		return nil, nil
	}
	for _, c := range g.l.known {
		if g.lost[c] && !g.held[c] && !g.cut[c] || c.superseded {
			continue
		}
		if n := min(len(c.head), len(head)); n > 0 && !g.cut[c] && string(c.head[:n]) != string(head[:n]) {
			continue
		}
		at := slices.IndexFunc(g.all, func(o *standing) bool { return o.holds == c })
		var r *probed
		if c.file != nil && (g.found[c] == nil || g.cut[c]) {
			i, err := c.file.info()
			if err != nil {
				continue
			}
			r = &probed{content: &content{file: c.file, packed: c.packed, pack: c.pack, size: i.size}}
			at = -1
		} else if at >= 0 {
			if g.all[at].opened != nil {
				r, at = g.all[at].opened, -1
			} else {
				var err error
				if r, err = g.probe(g.all[at]); err != nil {
					return nil, err
				}
			}
		}
		if r == nil {
			continue
		}
		same := r.copies(h)
		moved := false
		if !same && !g.cut[c] && c.distinct() {
			// It may have been cut off meanwhile: then what was copied is not to be compared with what stands there now.
			fits, err := g.inside(c, r)
			moved = err == nil && !fits
		}
		if at >= 0 {
			g.all[at].shut()
		}
		if moved {
			return nil, errElsewhere
		}
		if same {
			return c, nil
		}
	}
	return nil, nil
}
