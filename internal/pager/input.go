package pager

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/source"
)

// Options say what is read and how: the same as the report was given, so that lines have the same numbers and records the same times.
type Options struct {
	Paths []string
	Files fs.FS
	// Stdin gives standard input from its start, as often as it is asked for; nil where that cannot be. See Copy.
	Stdin func() io.Reader
	// Formats are those that records are read with. Format forces one of them; Zone is where stamps without a zone come from.
	Formats *grammar.Set
	Format  string
	Zone    *time.Location
	// Now gives the year to stamps without one in what has no time of its own.
	Now    time.Time
	Limits source.Limits
	// KeptBytes is how many decoded bytes are kept on disk at a time: 2 GiB if it is 0. They lie in Limits.SpillDir.
	KeptBytes int64
	// BlockSize is how many bytes lie between two entries of an index: 128 KiB if it is 0. Step is how many bytes one search or one page looks at before it pauses: 8 MiB if it is 0.
	BlockSize, Step int
	// chunk is how many bytes are cut off the text at a time, 0 for what the report takes.
	chunk int
	// decoded is how many bytes are kept at a time of what is decoded again, 0 for decodedSize.
	decoded int
}

// keptBytes is how many bytes are kept on disk unless something else is asked for.
const keptBytes = 2 << 30

// chunkSize is what the report scans at a time: so its records are the same where one is longer than that.
const chunkSize = 512 << 10

// Input is the logs of one input. Its methods may be called by several goroutines.
type Input struct {
	options  Options
	inputs   []source.Input
	pool     *source.Pool
	spool    *spool
	handles  handles
	cache    *cache
	scanners sync.Pool // of *grammar.Scanner
	// slots bounds what is done in the background at a time.
	slots   chan struct{}
	ctx     context.Context
	cancel  context.CancelFunc
	working sync.WaitGroup
	pulse   pulse

	mu   sync.Mutex
	logs map[logdoc.LogText]*Log // nil once it is closed
	// left are logs whose file another one has taken the place of.
	left []*Log
}

// Errors of opening a log.
var (
	ErrUnknown = errors.New("the input has no such source")
	ErrStdin   = errors.New("standard input was read and is gone: keep it in a file to look into it")
	ErrBinary  = errors.New("this is no text")
)

var (
	errFound = errors.New("found")
	errGone  = errors.New("it is not in the input any more")
)

// Open lists the input. The caller closes it.
func Open(o Options) *Input {
	if o.KeptBytes <= 0 {
		o.KeptBytes = keptBytes
	}
	if o.BlockSize <= 0 {
		o.BlockSize = 128 << 10
	}
	if o.Step <= 0 {
		o.Step = 8 << 20
	}
	if o.chunk <= 0 {
		o.chunk = chunkSize
	}
	if o.decoded <= 0 {
		o.decoded = decodedSize
	}
	in := &Input{options: o, pool: source.NewPool(o.chunk), spool: &spool{dir: o.Limits.SpillDir, limit: o.KeptBytes}, cache: newCache(cacheBytes),
		slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)/2)), logs: map[logdoc.LogText]*Log{}}
	in.scanners.New = func() any { return grammar.NewScanner() }
	in.ctx, in.cancel = context.WithCancel(context.Background())
	var stdin io.Reader
	if o.Stdin != nil {
		stdin = strings.NewReader("") // each walk takes it anew
	}
	in.inputs, _ = source.List(o.Files, o.Paths, stdin)
	return in
}

// Close stops what is done in the background and gives files and disk space back. Logs must not be used afterwards.
func (in *Input) Close() {
	in.cancel()
	in.mu.Lock()
	logs := slices.AppendSeq(in.left, maps.Values(in.logs))
	in.logs = nil
	in.mu.Unlock()
	in.working.Wait()
	for _, l := range logs {
		l.close()
	}
	in.spool.close()
}

// Log opens the source that the report names so, or returns it as it was opened before, unless its file has gone. It waits until the source was found, and no longer: its lines are counted in the
// background.
func (in *Input) Log(ctx context.Context, name logdoc.LogText) (*Log, error) {
	logs, err := in.start([]logdoc.LogText{name})
	if err != nil {
		return nil, err
	}
	if err := logs[0].wait(ctx); err != nil {
		return nil, err
	}
	return logs[0], nil
}

// start returns the logs of these names, and begins with those that were not opened yet: each input is walked once for all that is wanted of it.
func (in *Input) start(names []logdoc.LogText) ([]*Log, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.logs == nil {
		return nil, fs.ErrClosed
	}
	wanted := map[int]map[logdoc.LogText]*Log{}
	logs := make([]*Log, len(names))
	for i, name := range names {
		l, open := in.logs[name]
		if open && l.gone() {
			in.left = append(in.left, l)
			open = false
		}
		if !open {
			at := in.inputOf(name)
			switch {
			case at < 0 && name == "-":
				return nil, ErrStdin
			case at < 0:
				return nil, ErrUnknown
			}
			l = newLog(in, in.inputs[at], name)
			in.logs[name] = l
			if wanted[at] == nil {
				wanted[at] = map[logdoc.LogText]*Log{}
			}
			wanted[at][name] = l
		}
		logs[i] = l
	}
	for at, set := range wanted {
		in.working.Go(in.slot(func() { in.fetch(in.inputs[at], set) }))
	}
	return logs, nil
}

// inputOf returns which input a source comes from, -1 for none: the one with the longest name, for a folder may be named like a member of an archive.
func (in *Input) inputOf(name logdoc.LogText) int {
	best := -1
	for i, input := range in.inputs {
		if (input.Name == name || strings.HasPrefix(string(name), string(input.Name)+"!/")) && (best < 0 || len(input.Name) > len(in.inputs[best].Name)) {
			best = i
		}
	}
	return best
}

// background does some work when there is a slot for it, unless the input is closed.
func (in *Input) background(work func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.logs != nil {
		in.working.Go(in.slot(work))
	}
}

func (in *Input) slot(work func()) func() {
	return func() {
		select {
		case in.slots <- struct{}{}:
			defer func() { <-in.slots }()
			work()
		case <-in.ctx.Done():
		}
	}
}

// pulse wakes who waits for anything to change.
type pulse struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait returns what is closed with the next beat.
func (p *pulse) wait() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	return p.next
}

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}

// fetch walks an input until it has met all that is wanted of it.
func (in *Input) fetch(input source.Input, wanted map[logdoc.LogText]*Log) {
	left := len(wanted)
	err := in.walk(in.ctx, input, func(s *source.Stream) error {
		l := wanted[s.Name]
		if l == nil || l.isReady() {
			return nil
		}
		if err := l.take(s); err != nil {
			return err
		}
		if left--; left == 0 {
			return errFound
		}
		return nil
	}, func(name logdoc.LogText, n logdoc.Note) {
		if l := wanted[name]; l != nil && n.LeftOut {
			if n.Detail == logdoc.LogText(errNotKept.Error()) {
				n.Text = errNotKept.Error()
			}
			l.tell(damaged, n.Text)
		}
	})
	if err == nil || errors.Is(err, errFound) {
		err = errGone
	}
	// What was not found may be there when it is asked for again, which may be as soon as it is told.
	in.mu.Lock()
	for name, l := range wanted {
		if !l.isReady() && in.logs[name] == l {
			delete(in.logs, name)
		}
	}
	in.mu.Unlock()
	for _, l := range wanted {
		l.fail(err)
	}
}

// walk visits the logs of an input with a budget of its own.
func (in *Input) walk(ctx context.Context, input source.Input, visit func(*source.Stream) error, note func(logdoc.LogText, logdoc.Note)) error {
	if note == nil {
		note = func(logdoc.LogText, logdoc.Note) {}
	}
	if input.Name == "-" {
		list, _ := source.List(in.options.Files, []string{"-"}, in.options.Stdin())
		input = list[0]
	}
	return input.Walk(ctx, source.NewBudget(in.options.Limits), visit, note)
}
