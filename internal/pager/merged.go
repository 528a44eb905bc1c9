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
