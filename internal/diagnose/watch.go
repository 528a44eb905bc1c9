package diagnose

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"logdoc"
	"logdoc/rules"
	"logdoc/source"
)

// Clock tells the time and wakes who waits.
type Clock interface {
	Now() time.Time
	// After returns a channel that gets the time once the duration has passed.
	After(time.Duration) <-chan time.Time
}

// Pace says how often a watched run tells updates.
type Pace struct {
	Clock Clock
	// Every is the least time between two updates; 0 is 100 ms.
	Every time.Duration
}

const (
	usualPause = 100 * time.Millisecond
	// share is what part of the time may go into diagnoses on the way: one in so many.
	share = 50
)

// Watch diagnoses the input as Run does, and tells updates on the way. The last one, which is Done, carries what Run returns; then the channel is closed.
//
// Nothing waits for the receiver: who comes late finds the newest update, with a diagnosis if one was missed. A diagnosis on the way costs as much as correlating what was kept so far; the
// next one waits until that was only a small share of the time. With bounds that count back from the newest stamp (Options.SinceLast, UntilLast) it tells no findings and no
// unexplained records.
func Watch(ctx context.Context, p *Packs, o Options, pace Pace) <-chan logdoc.Update {
	if pace.Every <= 0 {
		pace.Every = usualPause
	}
	w := &watch{pace: pace, updates: make(chan logdoc.Update, 1)}
	w.wanted.Store(1)
	o.watch = w
	last := make(chan logdoc.Update, 1)
	go func() {
		d, err := Run(ctx, p, o)
		u := w.progress()
		u.Records, u.Diagnosis, u.Done, u.Err = d.Coverage.Totals.Records, d, true, err
		last <- u
	}()
	go w.run(last)
	return w.updates
}

// watch is what a run that is watched has told. Whoever walks an input hands over a copy of its part between two blocks, when one is wanted: so nothing is locked while
// records are scanned.
type watch struct {
	pace    Pace
	updates chan logdoc.Update

	bytes, records atomic.Int64
	// wanted counts the diagnoses on the way; a part is handed over once for each. cost is the time that this took, in nanoseconds.
	wanted, cost atomic.Int64

	mu     sync.Mutex
	runner *runner // nil until the inputs are listed
	listed logdoc.Diagnosis
	total  int64
	inputs []*reading
	parts  []*part // what was handed over, by input
	source logdoc.LogText
	news   bool
}

// reading counts what was read of one input.
type reading struct {
	size int64 // -1 if unknown
	read atomic.Int64
}

// add counts bytes and returns by how much more of the file is read: an index at its end may be read twice.
func (r *reading) add(bytes int64) int64 {
	now := r.read.Add(bytes)
	if r.size < 0 {
		return bytes
	}
	return min(now, r.size) - min(now-bytes, r.size)
}

// begin takes what is known before anything is read.
func (w *watch) begin(r *runner, d *logdoc.Diagnosis, inputs []source.Input) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runner, w.parts = r, make([]*part, len(inputs))
	w.listed = logdoc.Diagnosis{Notes: slices.Clone(d.Notes), Coverage: logdoc.Coverage{Sources: slices.Clone(d.Coverage.Sources)}}
	known := true
	for i := range inputs {
		of := &reading{size: inputs[i].Size}
		w.inputs = append(w.inputs, of)
		w.total += of.size
		known = known && of.size >= 0
		inputs[i].Read = func(bytes int) { w.bytes.Add(of.add(int64(bytes))) }
	}
	if !known {
		w.total = 0
	}
}

// merged is told of each block, by whoever walks its input.
func (w *watch) merged(p *part, res *sourceResult, j *job) {
	w.records.Add(int64(j.counts[rules.KnownBad] + j.counts[rules.KnownNormal] + j.counts[rules.Unexplained] + j.unread + j.tally.Frame))
	if wanted := w.wanted.Load(); p.handed < wanted {
		p.handed = wanted
		began := w.pace.Clock.Now()
		w.take(p.copied(res), res.coverage.Source)
		w.cost.Add(int64(w.pace.Clock.Now().Sub(began)))
	}
}

// finished is told of each input that was walked to its end: its part does not change any more.
func (w *watch) finished(p *part) {
	of := w.inputs[p.index]
	w.bytes.Add(of.add(max(of.size, 0)))
	name := logdoc.LogText("")
	if n := len(p.sources); n > 0 {
		name = p.sources[n-1].coverage.Source
	}
	w.take(p, name)
}

func (w *watch) take(p *part, source logdoc.LogText) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parts[p.index], w.news = p, true
	if source != "" {
		w.source = source
	}
}

// copied returns the part as it stands between two blocks of its last log.
func (p *part) copied(last *sourceResult) *part {
	c := *p
	c.notes, c.matches = maps.Clone(p.notes), p.matches.Clone()
	c.order, c.facts, c.sources = slices.Clone(p.order), slices.Clone(p.facts), slices.Clone(p.sources)
	of := *last
	of.hosts = maps.Clone(of.hosts)
	of.formats, of.coverage.Others, of.coverage.Notes = maps.Clone(of.formats), maps.Clone(of.coverage.Others), slices.Clone(of.coverage.Notes)
	of.clusters = newClusters(window{}, false)
	of.clusters.merge(last.clusters)
	of.coverage.Records = of.coverage.KnownBad + of.coverage.KnownNormal + of.coverage.Unexplained + of.coverage.Unread
	c.sources[len(c.sources)-1] = &of
	return &c
}

// run tells updates until the run has ended.
func (w *watch) run(last <-chan logdoc.Update) {
	defer close(w.updates)
	clock := w.pace.Clock
	begun := clock.Now()
	spent := time.Duration(0)
	for {
		select {
		case u := <-last:
			w.tell(u)
			return
		case <-clock.After(w.pace.Every):
		}
		var d *logdoc.Diagnosis
		spent += time.Duration(w.cost.Swap(0))
		if began := clock.Now(); spent <= began.Sub(begun)/share {
			d = w.soFar()
			w.wanted.Add(1)
			spent += clock.Now().Sub(began)
		}
		u := w.progress()
		u.Diagnosis = d
		w.tell(u)
	}
}

// progress returns an update without a diagnosis.
func (w *watch) progress() logdoc.Update {
	w.mu.Lock()
	defer w.mu.Unlock()
	return logdoc.Update{Read: w.bytes.Load(), Total: w.total, Records: int(w.records.Load()), Source: w.source}
}

// soFar makes a diagnosis of what was handed over, nil when that is nothing new.
func (w *watch) soFar() *logdoc.Diagnosis {
	w.mu.Lock()
	if !w.news {
		w.mu.Unlock()
		return nil
	}
	w.news = false
	parts := slices.Clone(w.parts)
	w.mu.Unlock()
	d := &logdoc.Diagnosis{Notes: slices.Clone(w.listed.Notes), Coverage: logdoc.Coverage{Sources: slices.Clone(w.listed.Coverage.Sources)}}
	w.runner.join(d, parts, true)
	return d
}

// tell puts an update in the place of the one that nobody has taken.
func (w *watch) tell(u logdoc.Update) {
	select {
	case missed := <-w.updates:
		if u.Diagnosis == nil {
			u.Diagnosis = missed.Diagnosis
		}
	default:
	}
	w.updates <- u
}

// outcomeSoFar is what the rules say of what was read until now. Where the bounds of the evidence follow from the newest stamp, they say nothing yet.
func (r *runner) outcomeSoFar(c *rules.Correlator, d *logdoc.Diagnosis, unexplained *clusters) (rules.Outcome, *clusters) {
	if r.options.SinceLast > 0 || r.options.UntilLast > 0 {
		return rules.Outcome{}, newClusters(window{}, false)
	}
	unexplained.clip(r.limit(c, d))
	return c.SoFar(), unexplained
}
