package pager

import (
	"context"
	"slices"

	"logdoc"
)

// hunt is what is looked for, and where it may be.
type hunt struct {
	pattern  *pattern
	severity logdoc.Severity
	// places are sorted offsets by source, nil unless lines that are known are looked for.
	places  map[logdoc.LogText][]int64
	filters *filters
	back    bool
	buf     []byte
}

func newHunt(s logdoc.LineSearch) (*hunt, error) {
	h := &hunt{back: s.Back, severity: s.Goal.Severity}
	var err error
	if h.filters, err = newFilters(s.Filters); err != nil {
		return nil, err
	}
	switch {
	case s.Goal.Pattern != "":
		h.pattern, err = compile(s.Goal.Pattern)
	case s.Goal.Places != nil:
		h.places = map[logdoc.LogText][]int64{}
		for _, p := range s.Goal.Places {
			h.places[p.Source] = append(h.places[p.Source], p.Offset)
		}
		for _, offsets := range h.places {
			slices.Sort(offsets)
		}
	}
	return h, err
}

// trail is how far a hunt has come in one log: the line to look at next, which is the one that was found when found is set.
type trail struct {
	cursor
	found bool
}

// step goes to the next line in the hunt's direction.
func (h *hunt) step(ctx context.Context, c *cursor) error {
	if h.back {
		return c.prev(ctx)
	}
	return c.next(ctx)
}

// follow goes on from where the trail has come to until a line fits, the log ends, budget bytes were looked at, or a block is reached that stop refuses.
func (h *hunt) follow(ctx context.Context, t *trail, budget *int, stop func(c *cursor) bool) error {
	for !t.found && t.valid() && *budget > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if stop != nil && stop(&t.cursor) {
			return nil
		}
		*budget -= max(len(t.page.data), 1)
		i, err := h.inPage(ctx, &t.cursor)
		if err != nil {
			return err
		}
		if i >= 0 {
			t.index = i
			shown, err := h.filters.shows(ctx, &t.cursor)
			if err != nil {
				return err
			}
			if t.found = shown; !shown {
				if err := h.step(ctx, &t.cursor); err != nil {
					return err
				}
			}
			continue
		}
		if err := h.onward(ctx, t, budget); err != nil {
			return err
		}
	}
	return nil
}

// onward leaves the page for the next one that may hold what is looked for, or that the budget reaches.
func (h *hunt) onward(ctx context.Context, t *trail, budget *int) error {
	if h.back {
		t.index = 0
	} else {
		t.index = len(t.page.lines) - 1
	}
	if *budget > 0 {
		if err := h.pass(ctx, t, budget); err != nil {
			return err
		}
	}
	return h.step(ctx, &t.cursor)
}

// pass goes over the blocks behind the cursor's that cannot hold what is looked for, without looking at their lines. The cursor stays on the last one passed.
func (h *hunt) pass(ctx context.Context, t *trail, budget *int) error {
	l, k, by := t.log, t.block, 1
	if h.back {
		by = -1
	}
	at := k
	for *budget > 0 && ctx.Err() == nil {
		void, size, err := h.void(l, at+by)
		if err != nil || !void {
			if at == k || err != nil {
				return err
			}
			break
		}
		at += by
		*budget -= size
	}
	if at == k {
		return ctx.Err()
	}
	p, err := l.page(at)
	if err != nil {
		return err
	}
	t.page, t.block, t.index = p, at, len(p.lines)-1
	if h.back {
		t.index = 0
	}
	return ctx.Err()
}

// void reports whether a block is sure to have no line that fits. A block that is not there is not void: the cursor finds out.
func (h *hunt) void(l *Log, k int) (void bool, size int, err error) {
	l.mu.Lock()
	if k < 0 || k >= len(l.blocks) {
		l.mu.Unlock()
		return false, 0, nil
	}
	b, end, cut := l.blocks[k], l.size, false
	surveyed := k < l.timed
	if k+1 < len(l.blocks) {
		end, cut = l.blocks[k+1].offset, l.blocks[k+1].midLine
	}
	l.mu.Unlock()
	switch {
	case h.pattern != nil:
		if cut || k == 0 && end == b.offset {
			return false, 0, nil
		}
		size = int(end - b.offset)
		if cap(h.buf) < size {
			h.buf = make([]byte, size)
		}
		text, err := l.exactly(h.buf[:size], b.offset)
		if err != nil {
			return false, 0, err
		}
		return h.pattern.candidate(text) < 0, size, nil
	default:
		return surveyed && b.worst < h.severity, 1, nil
	}
}

// inPage returns the nearest line that fits in the cursor's page, from its line on in the hunt's direction; -1 for none.
func (h *hunt) inPage(ctx context.Context, c *cursor) (int, error) {
	p := c.page
	lo, hi := c.index, len(p.lines)
	if h.back {
		lo, hi = 0, c.index+1
	}
	best := -1
	if h.pattern == nil {
		for i := lo; i < hi; i++ {
			if r := p.recordAt(i); r != nil && r.severity >= h.severity && p.starts(i) {
				if best = i; !h.back {
					break
				}
			}
		}
		return best, nil
	}
	// Lines that are longer than what is searched of them, or go on in the next block, are looked at one by one.
	for i := lo; i < hi; i++ {
		if !isLong(p.lines[i]) {
			n := i
			for n < hi && !isLong(p.lines[n]) {
				n++
			}
			if at := h.among(p, i, n); at >= 0 {
				if best = at; !h.back {
					break
				}
			}
			i = n - 1
			continue
		}
		text, err := (&cursor{c.log, c.block, i, p}).look(ctx)
		if err != nil {
			return -1, err
		}
		if _, _, ok := h.pattern.inLine(text); ok {
			if best = i; !h.back {
				break
			}
		}
	}
	return best, nil
}

func isLong(l line) bool { return l.cut || l.hi-l.lo > maxLook }

// among returns the nearest line from lo up to hi that the pattern matches; -1 for none.
func (h *hunt) among(p *page, lo, hi int) int {
	text := p.data[:p.lines[hi-1].hi]
	// An empty line at the end is not in the text.
	last := -1
	if l := p.lines[hi-1]; l.lo == l.hi {
		if _, _, ok := h.pattern.inLine(nil); ok {
			last = hi - 1
		}
	}
	if h.back && last >= 0 {
		return last
	}
	best := -1
	for from := int(p.lines[lo].lo); from < len(text); {
		start, end, ok := h.pattern.nextLine(text, from)
		if !ok {
			break
		}
		best = p.at(p.offset + int64(start))
		if !h.back {
			break
		}
		from = end + 1
	}
	if best < 0 {
		return last
	}
	return best
}

// followPlaces is follow for lines that are known.
func (h *hunt) followPlaces(ctx context.Context, t *trail) error {
	offsets := h.places[t.log.name]
	for !t.found && t.valid() {
		start := t.offset()
		length, err := t.length(ctx)
		if err != nil {
			return err
		}
		at, _ := slices.BinarySearch(offsets, start)
		if h.back {
			// A place may be anywhere in its line.
			at, _ = slices.BinarySearch(offsets, start+length+1)
			at--
		}
		if at < 0 || at >= len(offsets) {
			t.page, t.block = nil, 0
			return nil
		}
		c, err := t.log.cursorAt(ctx, offsets[at])
		if err != nil {
			return err
		}
		if t.cursor = c; !t.valid() {
			return nil
		}
		if t.found, err = h.filters.shows(ctx, &t.cursor); err != nil || t.found {
			return err
		}
		if err := h.step(ctx, &t.cursor); err != nil {
			return err
		}
	}
	return nil
}

// goOn follows the trail by the way that fits what is looked for.
func (h *hunt) goOn(ctx context.Context, t *trail, budget *int, stop func(c *cursor) bool) error {
	if h.places != nil {
		return h.followPlaces(ctx, t)
	}
	return h.follow(ctx, t, budget, stop)
}

// Find answers a search. It waits for what is not indexed yet, and pauses after Options.Step bytes.
func (l *Log) Find(ctx context.Context, s logdoc.LineSearch) (found logdoc.LineFound, err error) {
	h, err := newHunt(s)
	if err != nil {
		return found, err
	}
	err = l.steady(func() error {
		c, err := l.cursorAt(ctx, s.From.Offset)
		if err != nil || !c.valid() {
			return err
		}
		t := trail{cursor: c}
		if err := h.step(ctx, &t.cursor); err != nil {
			return err
		}
		budget := l.in.options.Step
		if err := h.goOn(ctx, &t, &budget, nil); err != nil {
			return err
		}
		found, err = h.answer(ctx, t)
		return err
	})
	return found, err
}

// answer tells what a trail has come to.
func (h *hunt) answer(ctx context.Context, t trail) (found logdoc.LineFound, err error) {
	switch {
	case !t.valid():
		return found, nil
	case !t.found:
		// What comes next is looked at first when it is asked for again.
		found.More = true
		before := t.cursor
		if h.back {
			err = before.next(ctx)
		} else {
			err = before.prev(ctx)
		}
		found.Next = before.place()
		return found, err
	}
	found.Found = true
	if found.Line, err = t.show(ctx, 0, defaultWidth); err != nil {
		return found, err
	}
	found.Line.Percent = t.percent()
	if h.pattern != nil {
		text, err := t.look(ctx)
		if err != nil {
			return found, err
		}
		lo, hi, _ := h.pattern.inLine(text)
		found.Lo, found.Hi = int64(lo), int64(hi)
	}
	found.Next = found.Line.Place
	return found, nil
}
