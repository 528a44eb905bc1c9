package tui

import (
	"context"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// logJob is something that may take long: opening, searching, reading lines of which most are filtered out. It is done in steps, outside Update, and can be given up
// between them and within them. There is one at a time.
type logJob struct {
	what sanitize.Safe
	ctx  context.Context
	stop context.CancelFunc
	// step does a part of it and says whether there is more, and how far it came; done takes what came of it.
	step func(ctx context.Context) (more bool, at logdoc.Place, err error)
	done func() tea.Cmd
	// at is how far it came.
	at logdoc.Place
}

// logStep says that a step of a job is done.
type logStep struct {
	job   *logJob
	more  bool
	at    logdoc.Place
	err   error
	state logdoc.LogState
}

// start begins a job, and gives up the one that is under way.
func (p *logPane) start(j *logJob) tea.Cmd {
	p.giveUp()
	j.ctx, j.stop = context.WithCancel(context.Background())
	p.job = j
	return p.step(j)
}

func (p *logPane) step(j *logJob) tea.Cmd {
	log := p.log
	return func() tea.Msg {
		s := logStep{job: j}
		s.more, s.at, s.err = j.step(j.ctx)
		if log != nil {
			s.state = log.State()
		}
		return s
	}
}

// giveUp ends the job that is under way, if any.
func (p *logPane) giveUp() {
	if p.job != nil {
		p.job.stop()
		p.job = nil
	}
}

func (p *logPane) takeStep(s logStep) tea.Cmd {
	if s.job != p.job {
		return nil
	}
	if p.log != nil {
		p.state = s.state
	}
	if s.err == nil && s.more {
		s.job.at = s.at
		return p.step(s.job)
	}
	p.giveUp()
	switch {
	case errors.Is(s.err, context.Canceled):
		return nil
	case s.err != nil:
		p.fail(string(s.job.what), s.err)
		return nil
	}
	return s.job.done()
}

// progress says how far the job is, as far as that is known.
func (j *logJob) progress(state logdoc.LogState) sanitize.Safe {
	if state.Size > 0 && j.at.Source != "" {
		return j.what + sanitize.Line(fmt.Sprintf(" · at %d %%", min(100, 100*j.at.Offset/state.Size)))
	}
	return j.what + " …"
}

// locator finds the place to go to; it may pause, and is then called again with what it returned.
type locator func(ctx context.Context, log Log, from logdoc.Place) (spot located, err error)

type located struct {
	place logdoc.Place
	// end means behind the last line, more that it has only come as far as place, none that there is no such line.
	end, more, none bool
	// lo and hi are what a search has found in the line.
	lo, hi int64
}

func toPlace(place logdoc.Place) locator {
	return func(context.Context, Log, logdoc.Place) (located, error) { return located{place: place}, nil }
}

func toStart(context.Context, Log, logdoc.Place) (located, error) { return located{}, nil }

func toEnd(context.Context, Log, logdoc.Place) (located, error) { return located{end: true}, nil }

func seekTo(spot logdoc.LineSpot) locator {
	return func(ctx context.Context, log Log, _ logdoc.Place) (located, error) {
		place, err := log.Seek(ctx, spot)
		return located{place: place}, err
	}
}

// search looks for the n-th line that fits.
func search(s logdoc.LineSearch, n int) locator {
	found, from := 0, s.From
	var last located
	return func(ctx context.Context, log Log, _ logdoc.Place) (located, error) {
		s.From = from
		f, err := log.Find(ctx, s)
		switch {
		case err != nil:
			return located{}, err
		case f.More:
			from = f.Next
			return located{place: from, more: true}, nil
		case !f.Found && found > 0:
			return last, nil // fewer than n: the last of them
		case !f.Found:
			return located{none: true}, nil
		}
		found++
		from = f.Line.Place
		last = located{place: from, lo: f.Lo, hi: f.Hi}
		if found < n {
			return located{place: from, more: true}, nil
		}
		return last, nil
	}
}

// landing goes to a place and reads the lines around it.
type landing struct {
	open   func(context.Context) (Log, error) // nil where the log is open
	log    Log
	locate locator
	spot   located
	// row is where on the screen the line shall stand.
	row     int
	filters []logdoc.Filter
	column  int64
	// cells is how wide the text of a line is on the screen, width how many of its bytes are read.
	cells, width int
	below, above fetch
	phase        int
}

// landing prepares to go to a place.
func (p *logPane) landing(locate locator, row int) *landing {
	l := &landing{log: p.log, locate: locate, row: row, filters: p.filters, column: p.column, cells: p.room(), width: p.fetchWidth()}
	l.below.want, l.above.want = 2*p.body()+2, p.body()+row+1
	return l
}

func (l *landing) step(ctx context.Context) (more bool, at logdoc.Place, err error) {
	switch l.phase {
	case 0:
		if l.open != nil {
			if l.log, err = l.open(ctx); err != nil {
				return false, at, err
			}
		}
		l.phase++
		return true, at, nil
	case 1:
		if l.spot, err = l.locate(ctx, l.log, l.spot.place); err != nil || l.spot.more || l.spot.none {
			return l.spot.more, l.spot.place, err
		}
		l.sideways()
		q := logdoc.LineQuery{From: l.spot.place, End: l.spot.end, Filters: l.filters, Column: l.column, Width: l.width}
		l.below.query, l.above.query, l.above.up = q, q, true
		l.phase++
		return true, l.spot.place, nil
	case 2:
		if !l.spot.end {
			if more, err := l.below.step(ctx, l.log); more || err != nil {
				return more, l.below.query.From, err
			}
		}
		l.below.over = l.below.over || l.spot.end
		l.phase++
		return true, l.spot.place, nil
	default:
		if l.above.want < l.row {
			l.above.want = l.row
		}
		more, err := l.above.step(ctx, l.log)
		return more, l.above.query.From, err
	}
}

// sideways moves the columns so that what was found is in sight.
func (l *landing) sideways() {
	room := int64(l.cells) * 9 / 10
	switch {
	case l.spot.hi == 0:
	case l.spot.hi <= room:
		l.column = 0
	case l.spot.lo < l.column || l.spot.hi > l.column+room:
		l.column = max(0, l.spot.lo-room/2)
	}
}

// fetchWidth is how many bytes of a line are read: more than are in sight, for a character may take several.
func (p *logPane) fetchWidth() int {
	if p.wrap {
		return min(4*p.width*p.body(), 64<<10)
	}
	return max(1024, 8*p.width)
}

// fetch reads lines in one direction until there are as many as are wanted, or no more.
type fetch struct {
	query logdoc.LineQuery
	up    bool
	want  int
	got   []logdoc.Line
	// over means that there are no more.
	over bool
}

func (f *fetch) step(ctx context.Context, log Log) (more bool, err error) {
	left := f.want - len(f.got)
	if left <= 0 || f.over {
		return false, nil
	}
	q := f.query
	q.Count = left
	if f.up {
		q.Count = -left
	}
	page, err := log.Lines(ctx, q)
	if err != nil {
		return false, err
	}
	if f.up {
		f.got = append(page.Lines, f.got...)
	} else {
		f.got = append(f.got, page.Lines...)
	}
	f.query.From, f.query.End = page.Next, false
	f.over = !page.More && len(page.Lines) < left
	return page.More, nil
}

// jump goes to a place in the log that is open.
func (p *logPane) jump(what sanitize.Safe, locate locator) tea.Cmd {
	l := p.landing(locate, p.body()/3)
	return p.start(&logJob{what: what, step: l.step, done: func() tea.Cmd {
		p.remember()
		return p.land(l)
	}})
}

// again reads the lines around the cursor anew: with other filters, or from another column. The line stays where it is on the screen.
func (p *logPane) again() tea.Cmd {
	if p.log == nil {
		return nil
	}
	locate := toStart
	if l, ok := p.current(); ok {
		locate = toPlace(l.Place)
	}
	l := p.landing(locate, p.cursor-p.top)
	return p.start(&logJob{what: "reading", step: l.step, done: func() tea.Cmd { return p.land(l) }})
}

// land shows what a landing has read.
func (p *logPane) land(l *landing) tea.Cmd {
	p.state = l.log.State()
	p.column, p.fetched = l.column, l.width
	p.lines = append(l.above.got, l.below.got...)
	p.atStart, p.atEnd = l.above.over, l.below.over
	p.cursor = min(len(l.above.got), max(len(p.lines)-1, 0))
	p.top = max(0, p.cursor-l.row)
	p.owed = 0
	p.fit(p)
	return p.extend()
}

// extend reads more lines where the cursor has come near to the end of those that are there.
func (p *logPane) extend() tea.Cmd {
	if p.job != nil || len(p.lines) == 0 {
		return nil
	}
	f := &fetch{want: p.body() + max(p.owed, -p.owed)}
	f.query = logdoc.LineQuery{Filters: p.filters, Column: p.column, Width: p.fetched}
	switch {
	case !p.atEnd && len(p.lines)-p.cursor <= p.body():
		f.query.From = p.lines[len(p.lines)-1].Place
		f.want++ // the last line comes again
	case !p.atStart && p.cursor < p.body():
		f.query.From, f.up = p.lines[0].Place, true
	default:
		p.owed = 0
		return nil
	}
	log := p.log
	step := func(ctx context.Context) (bool, logdoc.Place, error) {
		more, err := f.step(ctx, log)
		return more, f.query.From, err
	}
	return p.start(&logJob{what: "reading", step: step, done: func() tea.Cmd {
		if f.up {
			p.lines = append(f.got, p.lines...)
			p.cursor += len(f.got)
			p.top += len(f.got)
			p.atStart = f.over
		} else {
			if len(f.got) > 0 && f.got[0].Place == f.query.From || len(f.got) > 0 && f.got[0].Place == p.lines[len(p.lines)-1].Place {
				f.got = f.got[1:]
			}
			p.lines = append(p.lines, f.got...)
			p.atEnd = f.over
		}
		p.trim()
		owed := p.owed
		p.owed = 0
		p.move(owed)
		return p.extend()
	}})
}

// look searches for the n-th line that fits, from the cursor on. none is said where there is not even one, in front of "below" or "above".
func (p *logPane) look(what, none sanitize.Safe, goal logdoc.LineGoal, back bool, n int) tea.Cmd {
	from := logdoc.Place{}
	if l, ok := p.current(); ok {
		from = l.Place
	}
	where := sanitize.Safe("below")
	if back {
		where = "above"
	}
	l := p.landing(search(logdoc.LineSearch{From: from, Goal: goal, Back: back, Filters: p.filters}, max(n, 1)), p.body()/3)
	return p.start(&logJob{what: "looking for " + what, step: l.step, done: func() tea.Cmd {
		if l.spot.none {
			p.warn(none + " " + where)
			return p.extend()
		}
		p.remember()
		if p.column == l.column && p.goWithin(l.spot.place) {
			return p.extend()
		}
		return p.land(l)
	}})
}

// remember keeps the place that is left for the way back.
func (p *logPane) remember() {
	if l, ok := p.current(); ok {
		p.trail = append(p.trail, l.Place)
		if n := len(p.trail) - maxTrail; n > 0 {
			p.trail = p.trail[n:]
		}
	}
}

const maxTrail = 100

// goWithin moves the cursor to a line that is there already.
func (p *logPane) goWithin(place logdoc.Place) bool {
	for i := range p.lines {
		if p.lines[i].Place == place {
			p.move(i - p.cursor)
			return true
		}
	}
	return false
}
