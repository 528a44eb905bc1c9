package follow

import "logdoc"

// recallRun makes contents of the positions of an earlier run, which are then looked for.
func (f *Follower) recallRun() {
	for _, p := range f.o.Positions {
		log := f.nextLog()
		if p.Path == "-" || p.Path == "" {
			continue
		}
		c := resumeFrom(p)
		c.log, c.of = log, f.lineageOf(c.path)
		c.of.met = true
		if c.over {
			c.of.known = append(c.of.known, c)
			continue
		}
		f.know(c)
	}
}

// resumeFrom makes the content that an earlier run was reading.
func resumeFrom(p logdoc.Position) *content {
	c := &content{
		path: string(p.Path), id: identity{p.Device, p.Inode}, offset: p.Offset, decoded: p.Offset, line: p.Line, changed: p.Changed,
		headSum: p.Head, lastSum: p.Before, unknown: true, resumed: true, astray: true, drained: true, over: p.Ended, announced: p.Ended, links: 1,
	}
	if p.Line == 0 && p.Offset > 0 {
		c.line = -1
	}
	if bad := func(f logdoc.Fingerprint) bool { return f.Length < 0 || f.Length > headLength }; p.Offset < 0 || p.Line < 0 || bad(p.Head) || bad(p.Before) ||
		int64(p.Before.Length) > p.Offset {
		// It is known that something was read, and nothing by which to find it.
		c.id, c.offset, c.decoded, c.line, c.headSum, c.lastSum, c.damaged = identity{}, 0, 0, 0, logdoc.Fingerprint{}, logdoc.Fingerprint{}, true
	}
	return c
}

// revive goes on with a content that had ended: its file stands at a path that is followed.
func (f *Follower) revive(c *content) *content {
	n := *c
	n.log, n.over, n.announced, n.drained, n.ending = f.nextLog(), false, false, false, false
	n.rested, n.resting = true, n.pack || n.size == n.offset
	for i, o := range c.of.known {
		if o == c {
			c.of.known[i] = &n
		}
	}
	f.contents = append(f.contents, &n)
	f.byID[n.id] = &n
	return &n
}
