package follow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"logdoc"
)

const (
	// defaultLook, defaultMaxLine, defaultRotateWait and defaultFiles stand for zeros in Options.
	defaultLook       = 250 * time.Millisecond
	defaultMaxLine    = 256 << 10
	defaultRotateWait = 5 * time.Second
	defaultFiles      = 512
	// batchBytes and batchPieces bound a batch.
	batchBytes  = 1 << 20
	batchPieces = 1024
	// maxSpots is how many paths are followed at most.
	maxSpots = 32 << 10
	// spotLife is how long a path that a glob or directory led to is kept after nothing stands there any more.
	spotLife = 10 * time.Minute
	// maxRemembered is how many contents of a lineage that have ended are known again, and maxWatchedForLate how many of all are watched for late lines.
	maxRemembered     = 1024
	maxWatchedForLate = 256
	// longestPause bounds the time that reading gets after a long look: the process may have been stopped meanwhile.
	longestPause = 5 * time.Second
	// countBytes is how much is read in all to know the number of the line at which following begins.
	countBytes = 256 << 20
)

// Follower reads the logs that the targets lead to. Next is called by one goroutine; Health may be called by any.
type Follower struct {
	o     Options
	clock Clock
	disk  disk
	waker waker // nil for none
	kick  chan struct{}

	mu       sync.Mutex
	targets  []*target
	spots    map[string]*spot
	order    []*spot // as they were found
	families map[string]*lineage
	contents []*content // that are being read
	byID     map[identity]*content
	ended    []*content        // in this run, newest last: they are watched for late lines
	final    []Piece           // that are still to be given: where contents are now, and that they have ended
	kept     []logdoc.Position // to be given in Batch.Done
	dropped  []logdoc.Position // to be given in Batch.Forgotten
	streams  []*stream
	logs     int
	open     int // descriptors
	looks    int
	due      time.Time     // when the next look is
	calm     time.Time     // until then there is no glance
	pause    time.Duration // how far off the next look was when it was put there
	round    int           // counts the readings, glances and departures, for reconsider
	turn     int
	arena    []byte
	count    int64 // what is left of countBytes
	notices  []Notice
	told     map[toldKey]*told
	index    map[string]listing // of a directory: the names of each family, while one look lasts
	// still says since when nothing has changed in the directories that this look has listed, stillBefore those of the look before.
	still, stillBefore map[string]stillness
	tooMany            bool
	closed             bool
}

// spot is one path that is followed, whatever stands there.
type spot struct {
	path    string
	named   bool // by the user, and not found by a glob or in a directory
	content *content
	last    *content // what stood here before, when nothing does now
	stream  *stream
	copied  *copied
	passed  identity // what was looked at and passed over
	of      *lineage
	order   int // its rank there
	err     error
	absent  bool
	gone    time.Time // since when it is absent
}

// copied is a file that is a copy of another that is still there.
type copied struct{ info info }

// machineClock is the system's clock.
type machineClock struct{}

func (machineClock) Now() time.Time                         { return time.Now() }
func (machineClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Open begins to follow targets. Each is a path (which need not exist yet), a glob, a directory with all that is below it, or "-". It reads nothing yet. The error is about
// targets that can never lead to anything, such as an empty one.
func Open(targets []string, o Options) (*Follower, error) {
	return open(targets, o, system{}, newTailWaker())
}

func open(targets []string, o Options, d disk, w waker) (*Follower, error) {
	o.Look = cmp.Or(o.Look, defaultLook)
	o.RotateWait = cmp.Or(o.RotateWait, defaultRotateWait)
	o.Files = cmp.Or(o.Files, defaultFiles)
	// What tells an endless line from the beginning of the next one must find room beside it.
	o.MaxLine = max(cmp.Or(o.MaxLine, defaultMaxLine), 16*beforeLength) &^ 1
	f := &Follower{
		o: o, clock: o.Clock, disk: d, waker: w, kick: make(chan struct{}, 1), spots: map[string]*spot{}, families: map[string]*lineage{}, byID: map[identity]*content{}, told: map[toldKey]*told{},
		arena: make([]byte, max(batchBytes, 2*(o.MaxLine+beforeLength))), count: countBytes,
	}
	if f.clock == nil {
		f.clock = machineClock{}
	}
	f.recallRun()
	for _, text := range targets {
		switch {
		case text == "":
			return nil, errors.New("follow: a path is empty: name a file or directory")
		case text == "-" && o.Stdin == nil:
			return nil, errors.New("follow standard input: there is none")
		case text == "-":
			if !slices.ContainsFunc(f.streams, func(s *stream) bool { return s.path == "-" }) {
				f.streams = append(f.streams, newStream("-", f.nextLog(), f.kick))
			}
		default:
			t, err := newTarget(text)
			if err != nil {
				return nil, err
			}
			f.targets = append(f.targets, t)
		}
	}
	if len(f.targets) == 0 && len(f.streams) == 0 {
		return nil, errors.New("follow: nothing to follow")
	}
	for _, s := range f.streams {
		s.begin(o.Stdin, o.MaxLine)
	}
	return f, nil
}

func (f *Follower) nextLog() int {
	f.logs++
	return f.logs
}

// Next waits for the next pieces. It gives a batch without any when a look has passed in vain, so that who calls it can tell that time goes by. It reads nothing ahead of its caller.
// It ends with the context's error, or with io.EOF when every target was standard input and that has ended.
func (f *Follower) Next(ctx context.Context) (Batch, error) {
	for waited := false; ; {
		if err := ctx.Err(); err != nil {
			return Batch{}, err
		}
		b, wait, err := f.step(waited)
		if err != nil || wait == 0 {
			return b, err
		}
		var bell <-chan struct{}
		if f.waker != nil {
			bell = f.waker.bell()
		}
		select {
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		case <-bell:
		case <-f.kick:
		case <-f.clock.After(wait):
			waited = true
		}
	}
}

// step looks where that is due and reads what is there. It gives a batch, or how long to wait.
func (f *Follower) step(waited bool) (Batch, time.Duration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return Batch{}, 0, fs.ErrClosed
	}
	now := f.clock.Now()
	// A clock that was set back must not put off looking.
	looked := !now.Before(f.due) || f.due.Sub(now) > f.pause
	switch {
	case looked:
		f.look(now)
		f.due = now.Add(f.o.Look)
		f.repose(now)
	case !now.Before(f.calm):
		f.glance(now)
		f.repose(now)
	}
	b := Batch{Now: now}
	f.read(&b, now)
	b.Notices = f.takeNotices(now)
	if len(b.Pieces)+len(b.Notices)+len(b.Done)+len(b.Forgotten) > 0 {
		return b, 0, nil
	}
	if len(f.targets) == 0 && !slices.ContainsFunc(f.streams, func(s *stream) bool { return !s.done }) {
		return Batch{}, 0, io.EOF
	}
	if waited && looked {
		return b, 0, nil
	}
	return Batch{}, max(f.due.Sub(f.clock.Now()), time.Millisecond), nil
}

// repose puts off the next glance and look so that reading gets as much time as looking has taken, however many files there are to be looked at, and however often they are renamed meanwhile.
func (f *Follower) repose(begun time.Time) {
	now := f.clock.Now()
	f.calm = now.Add(min(max(0, now.Sub(begun)), longestPause))
	if f.due.Before(f.calm) {
		f.due = f.calm
	}
	f.pause = f.due.Sub(now)
}

// Close closes every file. What was not given yet is not lost: it stands behind the positions.
func (f *Follower) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	if f.waker != nil {
		f.waker.close()
	}
	for _, c := range f.contents {
		f.shut(c)
	}
	for _, s := range f.streams {
		s.close()
	}
	return nil
}

// read fills the batch, one part of each content in turn, so that a busy log does not keep the others waiting.
func (f *Follower) read(b *Batch, now time.Time) {
	room := f.arena
	f.hand(b)
	defer func() {
		f.hand(b)
		b.Done, f.kept = append(b.Done, f.kept...), nil
		b.Forgotten, f.dropped = append(b.Forgotten, f.dropped...), nil
	}()
	for _, s := range f.streams {
		b.Pieces = append(b.Pieces, s.take(now, f.nextLog)...)
	}
	if len(f.contents) == 0 {
		return
	}
	f.round++
	start := f.turn % len(f.contents)
	round := append(slices.Clone(f.contents[start:]), f.contents[:start]...)
	for i, c := range round {
		f.hand(b)
		if len(b.Pieces) >= batchPieces {
			f.turn = start + i
			return
		}
		if !f.ready(c) {
			continue
		}
		if !c.drained || c.ending {
			if err := f.ensure(c, now); err != nil {
				continue
			}
			want := c.want(f.o.MaxLine)
			if want > len(room) {
				f.turn = start + i
				return
			}
			used := f.readOne(b, c, room[:want], now)
			room = room[used:]
		}
		if !c.announced && !c.over {
			f.announce(c)
		}
	}
	f.turn = start
	if len(f.contents) > 0 {
		f.turn = (start + 1) % len(f.contents)
	}
}

// hand gives the pieces that were put by, before others of the same contents.
func (f *Follower) hand(b *Batch) { b.Pieces, f.final = append(b.Pieces, f.final...), nil }

// announce tells where a content is now.
func (f *Follower) announce(c *content) {
	if c.announced = true; c.resting {
		f.kept = append(f.kept, c.done())
		return
	}
	f.final = append(f.final, c.place())
}

// ready reports whether it is c's turn: what is older of its log was read to its end.
func (f *Follower) ready(c *content) bool {
	if c.over || c.astray || c.drained && !c.ending && c.announced {
		return false
	}
	for _, o := range c.of.known {
		if o == c {
			break
		}
		if !o.over && !o.astray && !o.drained {
			return false
		}
	}
	return true
}

// readOne reads the next part of c into room, and gives how much of that is taken.
func (f *Follower) readOne(b *Batch, c *content, room []byte, now time.Time) (used int) {
	if i, err := c.file.info(); err == nil {
		if !c.pack && i.size < max(c.offset, c.seen) || c.blank() && c.spots > 0 && !i.mtime.Equal(c.changed) {
			if !f.reconsider(c.of, now) || c.over || c.file == nil || c.offset > 0 || i.size == 0 {
				return 0
			}
		}
		c.notice(i, now)
		room = room[:min(len(room), c.want(f.o.MaxLine))]
	}
	known := len(c.head)
	p, long, more, err := c.next(room, f.o.MaxLine)
	if err != nil && errors.Is(err, errChanged) {
		f.reconsider(c.of, now)
		return 0
	}
	switch {
	case errors.Is(err, errIncomplete):
		f.tell(c.path, Incomplete, "the compressed file ends too early or is damaged: what is there is read, and the rest when it comes", err, now)
	case err != nil:
		f.failed(c, err, now)
		return 0
	}
	c.drained, c.changed, c.sure = !more, c.mtime, c.size
	if len(c.head) > known {
		c.announced = false // a later run knows it by that
	}
	if len(p.Data) == 0 && c.drained && c.rested && !c.resting && (c.pack || c.offset == c.size) {
		c.resting, c.announced = true, false // it was moved or compressed, and nothing has come to it
	}
	if len(p.Data) > 0 {
		c.announced, c.rested = true, false
		c.read = now
		f.hand(b)
		b.Pieces = append(b.Pieces, p)
		used = len(room)
	}
	if long {
		f.tell(c.path, LongLine, fmt.Sprintf("a line is longer than %d bytes: the rest of it is left out", f.o.MaxLine), nil, now)
	}
	if c.ending && len(p.Data) == 0 && c.drained {
		end := c.place()
		end.Ended = true
		b.Pieces = append(b.Pieces, end)
		f.end(c, now)
	}
	return used
}

// failed keeps a content that cannot be read for a later look.
func (f *Follower) failed(c *content, err error, now time.Time) {
	c.drained = true
	f.shut(c)
	f.tell(c.path, Unreadable, "it cannot be read: it is tried again", err, now)
	for _, s := range f.order {
		if s.content == c {
			s.err = err
		}
	}
}

// end is for a content that was read to its end. It is known again as long as its file is there.
func (f *Follower) end(c *content, now time.Time) {
	f.shut(c)
	f.contents = slices.DeleteFunc(f.contents, func(o *content) bool { return o == c })
	c.over = true
	if f.ended = append(f.ended, c); len(f.ended) > maxWatchedForLate {
		f.ended = slices.Delete(f.ended, 0, len(f.ended)-maxWatchedForLate)
	}
	if f.byID[c.id] == c {
		delete(f.byID, c.id)
	}
	switch {
	case c.links > 0 && c.pack && !c.distinct():
		return // a later run looks into it again
	case !c.distinct():
		f.forgetOrMark(c)
		return
	case c.links == 0:
		// There may be a copy of it, packed or not.
		f.unname(c)
		c.announced = false
		f.reconsider(c.of, now)
		return
	}
	f.kept = append(f.kept, c.done())
	over := 0
	for _, o := range c.of.known {
		if o.over {
			over++
		}
	}
	for _, o := range slices.Clone(c.of.known) {
		if o.over && over > maxRemembered {
			over--
			f.drop(o)
		}
	}
}

// drop forgets a content.
func (f *Follower) drop(c *content) {
	at := c.done()
	f.dropped = append(f.dropped, at)
	f.kept = slices.DeleteFunc(f.kept, func(p logdoc.Position) bool { return p == at })
	f.shut(c)
	f.unname(c)
	f.contents = slices.DeleteFunc(f.contents, func(o *content) bool { return o == c })
	c.of.forget(c)
	c.over = true
}

func (l *lineage) forget(c *content) {
	l.newest = l.seen()
	l.known = slices.DeleteFunc(l.known, func(o *content) bool { return o == c })
}

// unname takes a content's file away from it.
func (f *Follower) unname(c *content) {
	if f.byID[c.id] == c {
		delete(f.byID, c.id)
	}
	c.id = identity{}
}

// lose ends a content whose rest is nowhere to be found.
func (f *Follower) lose(c *content, told bool, now time.Time) {
	if c.over {
		switch {
		case len(c.of.known) > 1:
			f.drop(c)
		case !c.marker:
			f.forgetOrMark(c)
		}
		return
	}
	switch {
	case c.sure > c.offset && !c.pack:
		f.tell(c.path, Lost, fmt.Sprintf("%d bytes that were not read yet are gone, and no rotated file holds them: lines are missing", c.sure-c.offset), nil, now)
	case c.damaged || !told && c.distinct() && !c.resting:
		f.tell(c.path, Lost, "the file that was read here is gone, and no rotated file is its rest: lines may be missing", nil, now)
	}
	p := c.place()
	p.Ended = true
	f.final = append(f.final, p)
	f.shut(c)
	f.unname(c)
	f.contents = slices.DeleteFunc(f.contents, func(o *content) bool { return o == c })
	c.over = true
	f.forgetOrMark(c)
}

// forgetOrMark forgets a content that no file holds any more; but the last one of a lineage is kept to say since when files are new.
func (f *Follower) forgetOrMark(c *content) {
	if len(c.of.known) > 1 {
		c.of.forget(c)
		return
	}
	c.marker, c.changed = true, c.of.seen()
	f.kept = append(f.kept, c.done())
}
