package pager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"sync"

	"logdoc"
)

// Merged shows several logs as one, in the order of time. Lines of one log stay in their order: where its clock goes back, the greatest stamp so far counts. Equal times stand in
// the order in which the logs were named. Its methods may be called by several goroutines.
type Merged struct {
	in    *Input
	names []logdoc.LogText

	mu    sync.Mutex
	logs  []*Log // those with times, once all are known
	index map[logdoc.LogText]int
	notes []string
	seats []seat
	// search is what was looked for last, and how far each log was searched.
	search *logdoc.LineSearch
	tracks []track
	opened []*Log
}

// seat remembers the answer of the last seek in a log: it holds for all keys above low, up to high.
type seat struct {
	known       bool
	edition     int
	low, high   int64
	block, line int
	// offset is where that line starts.
	offset int64
}

// Merge opens all the sources named, and returns at once: they are read in the background, and each answer waits until all of them are.
func (in *Input) Merge(names []logdoc.LogText) (*Merged, error) {
	seen := map[logdoc.LogText]bool{}
	names = slices.DeleteFunc(slices.Clone(names), func(name logdoc.LogText) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
	opened, err := in.start(names)
	if err != nil {
		return nil, err
	}
	return &Merged{in: in, names: names, opened: opened}, nil
}

// State adds up what is known of the logs.
func (m *Merged) State() logdoc.LogState {
	sum := logdoc.LogState{Done: true}
	for _, l := range m.opened {
		if !l.isReady() {
			sum.Done, sum.Size = false, -1
			continue
		}
		if l.err != nil {
			continue
		}
		s := l.State()
		sum.Read += s.Read
		sum.Timed += s.Timed
		sum.Lines += s.Lines
		sum.Done = sum.Done && s.Done
		if s.Size < 0 {
			sum.Size = -1
		}
		if sum.Size >= 0 {
			sum.Size += s.Size
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sum.Notes = m.notes
	return sum
}

// Changed waits until the state differs from the one that was seen.
func (m *Merged) Changed(ctx context.Context, seen logdoc.LogState) (logdoc.LogState, error) {
	for {
		beat := m.in.pulse.wait()
		if s := m.State(); differs(seen, s) {
			return s, nil
		}
		select {
		case <-beat:
		case <-ctx.Done():
			return seen, ctx.Err()
		case <-m.in.ctx.Done():
			return seen, fs.ErrClosed
		}
	}
}

// settle waits until all that is to be known of the logs is known, and leaves out those without times.
func (m *Merged) settle(ctx context.Context) error {
	for _, l := range m.opened {
		if err := l.wait(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		err := l.await(ctx, func() bool { return l.indexed && (l.timed >= len(l.blocks) || l.failed != nil) })
		if err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index != nil {
		return nil
	}
	m.index = map[logdoc.LogText]int{}
	var untimed, unread int
	for _, l := range m.opened {
		l.mu.Lock()
		failed, clocked := l.err != nil || l.failed != nil, l.clocked
		l.mu.Unlock()
		switch {
		case failed:
			unread++
		case !clocked:
			untimed++
		default:
			m.index[l.name] = len(m.logs)
			m.logs = append(m.logs, l)
		}
	}
	if unread > 0 {
		m.notes = append(m.notes, fmt.Sprintf("%d logs could not be read and are not among these", unread))
	}
	if untimed > 0 {
		m.notes = append(m.notes, fmt.Sprintf("%d logs without times are not among these", untimed))
	}
	m.seats, m.tracks = make([]seat, len(m.logs)), make([]track, len(m.logs))
	return nil
}

// seek returns the first line of a log whose key is not less, by what the last seek found where that still holds.
func (m *Merged) seek(ctx context.Context, i int, key int64) (seat, error) {
	l := m.logs[i]
	m.mu.Lock()
	s := m.seats[i]
	m.mu.Unlock()
	l.mu.Lock()
	edition := l.edition
	l.mu.Unlock()
	if s.known && s.edition == edition && s.low < key && key <= s.high {
		return s, nil
	}
	c, err := l.cursorAtKey(ctx, key)
	if err != nil {
		return s, err
	}
	l.mu.Lock()
	s = seat{known: true, edition: edition, low: math.MinInt64, high: math.MaxInt64, block: math.MaxInt, offset: l.size}
	l.mu.Unlock()
	before := c
	if c.valid() {
		s.high, s.block, s.line, s.offset = c.key(), c.block, c.index, c.offset()
	} else if before, err = l.behind(ctx); err != nil {
		return s, err
	}
	if err := before.prev(ctx); err != nil {
		return s, err
	}
	if before.valid() {
		s.low = before.key()
	}
	m.mu.Lock()
	m.seats[i] = s
	m.mu.Unlock()
	return s, nil
}

// there reports whether there is such a line.
func (s *seat) there() bool { return s.block != math.MaxInt }

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

// steady runs what reads the logs, and once more where one of them changed.
func (m *Merged) steady(ctx context.Context, read func() error) error {
	if err := m.settle(ctx); err != nil {
		return err
	}
	err := read()
	if !errors.Is(err, errChanged) {
		return err
	}
	for _, l := range m.logs {
		l.check()
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	return read()
}

// Lines answers a query over all the logs.
func (m *Merged) Lines(ctx context.Context, q logdoc.LineQuery) (page logdoc.LinePage, err error) {
	f, err := newFilters(q.Filters)
	if err != nil {
		return page, err
	}
	err = m.steady(ctx, func() error {
		w, err := m.begin(ctx, q.From, q.End, q.Count < 0)
		if err != nil {
			return err
		}
		page, err = m.in.collect(ctx, w, q, f)
		return err
	})
	return page, err
}

// weigh sums the blocks that end before a key, and all of them.
func (m *Merged) weigh(key int64) (before, all int64) {
	for _, l := range m.logs {
		l.mu.Lock()
		before += l.offsetOf(key)
		all += l.size
		l.mu.Unlock()
	}
	return before, all
}

// Seek finds the line that a spot names.
func (m *Merged) Seek(ctx context.Context, spot logdoc.LineSpot) (place logdoc.Place, err error) {
	if spot.Line > 0 {
		return place, errors.New("lines are counted in each log by itself: go to a time or a percentage, or to one log")
	}
	err = m.steady(ctx, func() error {
		key := spot.Time.UnixNano()
		if spot.Time.IsZero() {
			key = m.keyAt(spot.Percent)
		}
		w := &lanes{m: m, heads: make([]head, len(m.logs)), best: -1}
		for i, l := range m.logs {
			c, err := l.cursorAtTime(ctx, key)
			if err != nil {
				return err
			}
			h := head{cursor: c, there: c.valid()}
			if h.there {
				h.key = c.key()
			}
			h.unload()
			w.heads[i] = h
		}
		if err := w.settle(); err != nil {
			return err
		}
		if w.best < 0 {
			// All are older: the last line.
			if w, err = m.begin(ctx, logdoc.Place{}, true, true); err != nil || w.best < 0 {
				return err
			}
		}
		place = w.here().place()
		return nil
	})
	return place, err
}

// keyAt returns the time in front of which that many percent of the bytes lie.
func (m *Merged) keyAt(percent float64) int64 {
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for _, l := range m.logs {
		l.mu.Lock()
		low = min(low, l.first)
		if n := len(l.blocks); n > 0 {
			high = max(high, l.blocks[n-1].newest)
		}
		l.mu.Unlock()
	}
	if low >= high || percent <= 0 {
		return low
	}
	if percent >= 100 {
		return high
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		before, all := m.weigh(middle)
		if 100*float64(before) < percent*float64(all) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

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

// Sources names the logs that are shown, in their order, once it is known which have times.
func (m *Merged) Sources() []logdoc.LogText {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []logdoc.LogText
	for _, l := range m.logs {
		names = append(names, l.name)
	}
	return names
}
