package pager

import (
	"context"
	"fmt"
	"math"

	"logdoc"
)

// head is where a course stands in one log. Its page is read when it is its turn.
type head struct {
	cursor
	key    int64
	there  bool
	loaded bool
	// edge is where what was passed of the log ends: where the line starts, or with a course up, where it ends.
	edge int64
}

// lanes is a course through all logs at once.
type lanes struct {
	m     *Merged
	heads []head
	back  bool
	// best is whose turn it is, -1 when all have ended; second comes after it.
	best, second int
	// passed sums the edges, size the bytes of all logs.
	passed, size int64
}

// before reports whether head a comes before head b in the course's direction.
func (w *lanes) before(a, b int) bool {
	x, y := &w.heads[a], &w.heads[b]
	if x.key != y.key {
		return (x.key < y.key) != w.back
	}
	return (a < b) != w.back
}

func (w *lanes) choose() {
	w.best, w.second = -1, -1
	for i := range w.heads {
		switch {
		case !w.heads[i].there:
		case w.best < 0 || w.before(i, w.best):
			w.best, w.second = i, w.best
		case w.second < 0 || w.before(i, w.second):
			w.second = i
		}
	}
}

// load reads the page of a head.
func (h *head) load() (err error) {
	if h.loaded || !h.there {
		return nil
	}
	h.page, err = h.log.page(h.block)
	if err == nil && h.index >= len(h.page.lines) {
		err = errChanged
	}
	h.loaded = err == nil
	return err
}

// unload lets go of the page: many logs would hold many.
func (h *head) unload() { h.page, h.loaded = nil, false }

func (w *lanes) here() *cursor {
	if w.best < 0 {
		return &cursor{}
	}
	return &w.heads[w.best].cursor
}

// settle chooses whose turn it is and reads its page.
func (w *lanes) settle() error {
	if w.best >= 0 {
		w.heads[w.best].unload()
	}
	w.choose()
	if w.best < 0 {
		return nil
	}
	return w.heads[w.best].load()
}

func (w *lanes) step(ctx context.Context) error {
	if w.best < 0 {
		return nil
	}
	if err := w.advance(ctx, w.best); err != nil {
		return err
	}
	if w.heads[w.best].there && (w.second < 0 || w.before(w.best, w.second)) {
		return nil
	}
	return w.settle()
}

// advance moves one head on.
func (w *lanes) advance(ctx context.Context, i int) error {
	h := &w.heads[i]
	if err := h.load(); err != nil {
		return err
	}
	var err error
	edge := h.edge
	if h.valid() {
		edge = h.offset()
	}
	if w.back {
		err = h.prev(ctx)
	} else {
		err = h.next(ctx)
	}
	if h.there = err == nil && h.valid(); h.there {
		h.key, h.loaded = h.cursor.key(), true
	}
	if !w.back {
		edge = h.end()
	}
	w.passed += edge - h.edge
	h.edge = edge
	return err
}

// end is where the head's line starts, or the log ends.
func (h *head) end() int64 {
	if h.there {
		return h.offset()
	}
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	return h.log.size
}

func (w *lanes) looked() int { return 0 }

func (w *lanes) percent() float64 {
	h := &w.heads[w.best]
	return share(w.passed-h.edge+h.offset(), w.size)
}

// begin returns the course from a line on, in front of it with back.
func (m *Merged) begin(ctx context.Context, from logdoc.Place, end, back bool) (*lanes, error) {
	w := &lanes{m: m, back: back, heads: make([]head, len(m.logs)), best: -1, second: -1}
	key, rank := int64(math.MinInt64), -1
	var at cursor
	switch {
	case end:
		key = math.MaxInt64
	case from.Source != "":
		i, ok := m.index[from.Source]
		if !ok {
			return nil, fmt.Errorf("this log has no times and is not among those in the order of time")
		}
		var err error
		if at, err = m.logs[i].cursorAt(ctx, from.Offset); err != nil {
			return nil, err
		}
		if at.valid() {
			key, rank = at.key(), i
		}
	}
	for i, l := range m.logs {
		h := &w.heads[i]
		h.log = l
		switch {
		case i == rank:
			h.cursor, h.key, h.there, h.loaded = at, key, true, true
			h.edge = at.offset()
		case end:
			c, err := l.behind(ctx)
			if err != nil {
				return nil, err
			}
			h.cursor, h.edge = c, h.end()
		default:
			after := key
			if i < rank {
				after++ // of equal times those of earlier logs came before
			}
			s, err := m.seek(ctx, i, after)
			if err != nil {
				return nil, err
			}
			h.edge = s.offset
			if h.there = s.there(); h.there {
				h.block, h.index, h.key = s.block, s.line, s.high
			} else if h.cursor, err = l.behind(ctx); err != nil {
				return nil, err
			}
		}
		l.mu.Lock()
		w.size += l.size
		l.mu.Unlock()
		w.passed += h.edge
		if back {
			if err := w.retreat(ctx, i); err != nil {
				return nil, err
			}
		}
		h.unload()
	}
	return w, w.settle()
}

// retreat moves a head from where a course down begins to where the one up does.
func (w *lanes) retreat(ctx context.Context, i int) error {
	h := &w.heads[i]
	m := w.m
	m.mu.Lock()
	s := m.seats[i]
	m.mu.Unlock()
	// What the last seek knows of the line in front saves reading its page.
	if h.there && !h.loaded && h.index > 0 && s.known && s.block == h.block && s.line == h.index {
		h.index--
		h.key = s.low
		return nil
	}
	if h.there && !h.loaded && h.block == 0 && h.index == 0 {
		h.there = false
		return nil
	}
	return w.advance(ctx, i)
}
