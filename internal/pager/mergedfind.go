package pager

import (
	"context"
	"slices"

	"logdoc"
)

// track is how far one log was searched: of the lines from one offset on nothing fits up to another, where the search goes on, or has found what fits.
type track struct {
	known        bool
	from, to     int64
	found, ended bool
}

// covers reports whether a search that starts at an offset can go on with the track.
func (t *track) covers(start int64, back bool) bool {
	if back {
		return t.known && start <= t.from && (t.ended || start >= t.to)
	}
	return t.known && start >= t.from && (t.ended || start <= t.to)
}

// Find answers a search over all the logs. What it learns of each is kept for the next search of the same kind.
func (m *Merged) Find(ctx context.Context, s logdoc.LineSearch) (found logdoc.LineFound, err error) {
	h, err := newHunt(s)
	if err != nil {
		return found, err
	}
	err = m.steady(ctx, func() error {
		// One search at a time: the tracks are shared.
		m.mu.Lock()
		if m.search == nil || !sameSearch(m.search, &s) {
			m.tracks = make([]track, len(m.logs))
		}
		m.search = &s
		tracks := slices.Clone(m.tracks)
		m.mu.Unlock()
		w, err := m.begin(ctx, s.From, false, s.Back)
		if err != nil {
			return err
		}
		if s.From.Source != "" && !s.Back && w.best >= 0 {
			if err := w.step(ctx); err != nil {
				return err
			}
		}
		found, err = m.race(ctx, h, w, tracks, s.From)
		m.mu.Lock()
		if m.search == &s {
			m.tracks = tracks
		}
		m.mu.Unlock()
		return err
	})
	return found, err
}

func sameSearch(a, b *logdoc.LineSearch) bool {
	return a.Back == b.Back && a.Goal.Pattern == b.Goal.Pattern && a.Goal.Severity == b.Goal.Severity && slices.Equal(a.Goal.Places, b.Goal.Places) && slices.Equal(a.Filters, b.Filters)
}

// race looks for what fits in all logs from where the lanes stand, none farther than the nearest that was found.
func (m *Merged) race(ctx context.Context, h *hunt, w *lanes, tracks []track, from logdoc.Place) (found logdoc.LineFound, err error) {
	budget := m.in.options.Step
	best, bestKey := -1, int64(0)
	var nearest trail
	for i := range w.heads {
		hd, t := &w.heads[i], &tracks[i]
		if !hd.there {
			continue
		}
		nearer := func(c *cursor) bool {
			if best < 0 {
				return true
			}
			if key := c.key(); key != bestKey {
				return (key < bestKey) != h.back
			}
			return h.back // i comes after best
		}
		if err := hd.load(); err != nil {
			return found, err
		}
		here := trail{cursor: hd.cursor}
		hd.unload()
		if start := here.offset(); !t.covers(start, h.back) {
			*t = track{known: true, from: start, to: start}
		}
		if t.ended {
			continue
		}
		if t.to != here.offset() {
			if here.cursor, err = hd.log.cursorAt(ctx, t.to); err != nil {
				return found, err
			}
		}
		here.found = t.found
		if err := h.goOn(ctx, &here, &budget, func(c *cursor) bool { return !nearer(c) }); err != nil {
			return found, err
		}
		if t.found, t.ended = here.found, !here.valid(); t.ended {
			continue
		}
		t.to = here.offset()
		switch {
		case !nearer(&here.cursor):
		case here.found:
			best, bestKey, nearest = i, here.key(), here
		default:
			found.More, found.Next = true, from
			return found, nil
		}
	}
	if best < 0 {
		return found, nil
	}
	return h.answer(ctx, nearest)
}
