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
	"syscall"
	"time"

	"logdoc"
	"logdoc/source"
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
	// maxRemembered is how many contents that have ended are known again.
	maxRemembered = 256
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
	families map[string][]*spot
	searched map[string]bool      // what came and went while nobody followed was looked for
	newest   map[string]time.Time // when a file of the family was changed last, as far as the earlier run has seen
	contents []*content
	byID     map[identity]*content
	ended    []*content // newest last
	final    []Piece    // that are still to be given, of contents that have no file any more
	streams  []*stream
	logs     int
	open     int // descriptors
	looks    int
	due      time.Time
	turn     int
	arena    []byte
	count    int64 // what is left of countBytes
	notices  []Notice
	told     map[toldKey]*told
	index    map[string]map[string][]string // of a directory: the names of each family, while one look lasts
	tooMany  bool
	closed   bool
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
	order   int      // its rank in its family
	family  string
	err     error
	absent  bool
	gone    time.Time // since when it is absent
}

// copied is a file that may be a copy that is made before its original is cut off.
type copied struct {
	of    *content
	info  info
	since time.Time
}

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
		o: o, clock: o.Clock, disk: d, waker: w, kick: make(chan struct{}, 1), spots: map[string]*spot{}, families: map[string][]*spot{}, newest: map[string]time.Time{}, searched: map[string]bool{}, byID: map[identity]*content{}, told: map[toldKey]*told{},
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
	looked := !now.Before(f.due) || f.due.Sub(now) > f.o.Look
	if looked {
		f.look(now)
		f.due = now.Add(f.o.Look)
	} else {
		f.glance(now)
	}
	b := Batch{Now: now}
	f.read(&b, now)
	b.Notices = f.takeNotices(now)
	if len(b.Pieces) > 0 || len(b.Notices) > 0 {
		return b, 0, nil
	}
	if len(f.targets) == 0 && !slices.ContainsFunc(f.streams, func(s *stream) bool { return !s.done }) {
		return Batch{}, 0, io.EOF
	}
	if waited && looked {
		return b, 0, nil
	}
	return Batch{}, max(f.due.Sub(now), time.Millisecond), nil
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
	b.Pieces = append(b.Pieces, f.final...)
	f.final = nil
	for _, s := range f.streams {
		b.Pieces = append(b.Pieces, s.take(now, f.nextLog)...)
	}
	if len(f.contents) == 0 {
		return
	}
	start := f.turn % len(f.contents)
	round := append(slices.Clone(f.contents[start:]), f.contents[:start]...)
	for i, c := range round {
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
			c.announced = true
			b.Pieces = append(b.Pieces, c.place())
		}
	}
	f.turn = start
	if len(f.contents) > 0 {
		f.turn = (start + 1) % len(f.contents)
	}
}

// ready reports whether it is c's turn: the content before it under the same path was read to its end.
func (f *Follower) ready(c *content) bool {
	if c.drained && !c.ending && c.announced || c.astray || c.unknown && c.spots == 0 && c.file == nil {
		return false
	}
	if c.after != nil {
		if !c.after.drained && !c.after.over {
			return false
		}
		c.after = nil
	}
	return true
}

// readOne reads the next part of c into room, and gives how much of that is taken.
func (f *Follower) readOne(b *Batch, c *content, room []byte, now time.Time) (used int) {
	if i, err := c.file.info(); err == nil {
		if !c.pack && i.size < max(c.offset, c.seen) {
			f.cutOff(c, Truncated, now)
			return 0
		}
		c.notice(i, now)
		room = room[:min(len(room), c.want(f.o.MaxLine))]
	}
	fresh := c.offset == 0 && len(c.head) == 0 && !c.pack && c.spots > 0 && !c.mtime.Equal(c.changed)
	p, long, more, err := c.next(room, f.o.MaxLine)
	if err != nil && errors.Is(err, errChanged) {
		f.cutOff(c, Replaced, now)
		return 0
	}
	switch {
	case errors.Is(err, errIncomplete):
		f.tell(c.path, Incomplete, "the compressed file ends too early or is damaged: what is there is read, and the rest when it comes", err, now)
	case err != nil:
		f.failed(c, err, now)
		return 0
	}
	if fresh {
		f.missed(c, now)
	}
	c.drained, c.changed = !more, c.mtime
	if len(p.Data) > 0 {
		c.announced = true
		c.read = now
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
		f.end(c)
	}
	return used
}

// missed looks for what an empty file held since it was looked at last, if that was copied and cut off: the file shows nothing of it.
func (f *Follower) missed(c *content, now time.Time) {
	f.index = nil
	siblings, steady := f.siblings(c.path)
	if !steady {
		return
	}
	f.between(c, nil, c.home, c.home.order, siblings, now)
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

// ensure opens c.
func (f *Follower) ensure(c *content, now time.Time) error {
	if c.file != nil {
		return nil
	}
	err := f.unshut(c, c.path)
	if errors.Is(err, errElsewhere) && c.spots == 0 {
		// It was renamed once more since it left its path.
		f.index = nil
		var found bool
		siblings, steady := f.siblings(c.path)
		if !steady {
			c.drained, c.mtime = true, time.Time{}
			return errElsewhere
		}
		if found, err = f.trace(c, siblings); !found && err == nil {
			f.lose(c, now)
			return errElsewhere
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errChanged):
		f.cutOff(c, Replaced, now)
	case errors.Is(err, errElsewhere):
		c.drained, c.mtime = true, time.Time{} // the next look sees what is at its path
	default:
		f.failed(c, err, now)
	}
	return err
}

// unshut opens c under a path, checks that it is what it was, and makes room by closing others.
func (f *Follower) unshut(c *content, path string) error {
	f.room()
	h, err := f.disk.open(path)
	if outOfFiles(err) {
		f.closeQuiet(f.open / 2)
		h, err = f.disk.open(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return errElsewhere
	}
	if err != nil {
		return err
	}
	i, err := h.info()
	if err != nil || i.identity != c.id || !i.mode.IsRegular() {
		h.Close()
		return cmp.Or(err, errElsewhere)
	}
	c.file = h
	f.open++
	if c.pack {
		c.packed = newPacked(h, f.o.MaxLine+beforeLength)
	}
	if !c.pack && i.size < c.offset {
		f.shut(c)
		return errChanged
	}
	fits, err := c.fits(c.reader())
	if err == nil && !fits {
		err = errChanged
	}
	if err == nil && c.unknown {
		err = c.learn(c.reader())
	}
	if err != nil && !errors.Is(err, errIncomplete) {
		f.shut(c)
		return err
	}
	if !c.encoded && c.offset > 0 {
		f.orient(c)
	}
	return nil
}

// orient finds out for a content that an earlier run has read how it is encoded, and where its offset is in the decoded text.
func (f *Follower) orient(c *content) {
	head := make([]byte, sniffLength)
	n, err := readFull(c.reader(), head, 0)
	if err != nil {
		return
	}
	c.encode(head[:n])
	start := int64(c.mark)
	c.decoded = max(0, c.offset-start)
	if !c.wide {
		return
	}
	c.decoded /= 2
	if f.count >= c.offset {
		f.count -= c.offset
		if _, decoded, err := f.measure(c, start, c.offset); err == nil {
			c.decoded = decoded
		}
	}
}

func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// shut closes the file of a content, which stays known.
func (f *Follower) shut(c *content) {
	if c.file != nil {
		f.open--
	}
	c.close()
}

// room makes room for one more descriptor.
func (f *Follower) room() {
	if f.open >= f.o.Files {
		f.closeQuiet(f.open - f.o.Files + 1 + f.o.Files/8)
	}
}

// closeQuiet closes so many files, those first that nothing more is to be read of, and that have been quiet longest. A deleted file stays open: nothing would lead to it any more.
func (f *Follower) closeQuiet(n int) {
	open := make([]*content, 0, f.open)
	for _, c := range f.contents {
		if c.file != nil && c.links > 0 {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *content) int {
		if a.drained != b.drained {
			if a.drained {
				return -1
			}
			return 1
		}
		return a.read.Compare(b.read)
	})
	for _, c := range open[:min(n, len(open))] {
		f.shut(c)
	}
}

// add makes a content of the file at a path, which is read from its start.
func (f *Follower) add(i info, path string, home *spot, now time.Time) *content {
	c := &content{log: f.nextLog(), path: path, home: home, id: i.identity, size: i.size, mtime: i.mtime, changed: i.mtime, links: i.links, quiet: now}
	f.contents = append(f.contents, c)
	f.byID[c.id] = c
	return c
}

// end forgets a content, but for what it is known again by.
func (f *Follower) end(c *content) {
	f.shut(c)
	if f.byID[c.id] == c {
		delete(f.byID, c.id)
	}
	f.contents = slices.DeleteFunc(f.contents, func(o *content) bool { return o == c })
	c.over, c.after = true, nil
	f.inform(c)
	f.ended = append(f.ended, c)
	if len(f.ended) > maxRemembered {
		f.ended = slices.Delete(f.ended, 0, len(f.ended)-maxRemembered)
	}
}

// inform lets the newest content of the same family stand for the one that has ended, so that a later run knows up to when the rotated files were read.
func (f *Follower) inform(c *content) {
	family, _ := source.Family(c.path)
	var heir *content
	for _, o := range f.contents {
		if of, _ := source.Family(o.path); of == family && !o.ending && (heir == nil || o.changed.After(heir.changed)) {
			heir = o
		}
	}
	if heir != nil && c.changed.After(heir.changed) {
		heir.changed, heir.announced = c.changed, false
	}
}

// lose ends a content whose rest is nowhere to be found.
func (f *Follower) lose(c *content, now time.Time) {
	if c.unread() > 0 || c.resumed && !c.vain() {
		f.tell(c.path, Lost, "the file that was read here is gone, and no rotated file is its rest: lines may be missing", nil, now)
	}
	p := c.place()
	p.Ended = true
	f.final = append(f.final, p)
	f.end(c)
}

// resumeFrom makes the content that an earlier run was reading.
func resumeFrom(p logdoc.Position) *content {
	c := &content{
		path: string(p.Path), id: identity{p.Device, p.Inode}, offset: p.Offset, decoded: p.Offset, line: p.Line, changed: p.Changed,
		headSum: p.Head, lastSum: p.Before, unknown: true, resumed: true, drained: true, links: 1,
	}
	if p.Line == 0 && p.Offset > 0 {
		c.line = -1
	}
	if bad := func(f logdoc.Fingerprint) bool { return f.Length < 0 || f.Length > headLength }; p.Offset < 0 || p.Line < 0 || bad(p.Head) || bad(p.Before) ||
		int64(p.Before.Length) > p.Offset {
		// It is known that something was read, and nothing by which to find it.
		c.id, c.offset, c.decoded, c.line, c.headSum, c.lastSum = identity{}, 0, 0, 0, logdoc.Fingerprint{}, logdoc.Fingerprint{}
	}
	return c
}
