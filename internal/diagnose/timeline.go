package diagnose

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"logdoc"
	"logdoc/source"
)

// counts are records by severity.
type counts = [logdoc.Critical + 1]int

// timeline counts records by time and severity. Its buckets start at multiples of their width, and there are no empty ones: so a few records with a wrong clock cost a few
// buckets and not the width of all others, and what comes out is the same in whatever order records are added and timelines merged.
type timeline struct {
	width   int64 // in nanoseconds
	buckets map[int64]*counts
	// last is the bucket that was counted in last, and where it starts: most records come in order.
	last  *counts
	start int64
	// from and to bound what is counted, both included.
	from, to int64
}

func newTimeline(between window) *timeline {
	t := &timeline{width: int64(time.Second), buckets: map[int64]*counts{}}
	t.from, t.to = between.bounds()
	return t
}

// add counts a record.
func (t *timeline) add(at int64, s logdoc.Severity) {
	if at < t.from || at > t.to {
		return
	}
	if t.last == nil || at < t.start || uint64(at-t.start) >= uint64(t.width) || t.start == math.MinInt64 {
		t.start = floor(at, t.width)
		t.last = t.bucket(t.start)
	}
	t.last[s]++
}

// bucket returns the bucket that starts there, or the wider one that it has come to lie in.
func (t *timeline) bucket(start int64) *counts {
	b := t.buckets[start]
	if b == nil {
		b = new(counts)
		t.buckets[start] = b
		if t.fit() {
			t.start = floor(start, t.width)
			b = t.buckets[t.start]
		}
	}
	return b
}

// fit widens the buckets until there are no more than there may be, and reports whether it had to.
func (t *timeline) fit() (had bool) {
	for len(t.buckets) > logdoc.MaxBuckets {
		t.widen(wider(t.width))
		had = true
	}
	return had
}

// widths are those that people think in. Each is a multiple of the one before, so that wider buckets are made of narrower ones; after the last each is twice the one before.
var widths = []int64{1, 2, 10, 30, 60, 120, 600, 1800, 3600, 7200, 21600, 43200, 86400} // seconds

// wider returns the next width.
func wider(width int64) int64 {
	i, _ := slices.BinarySearch(widths, width/int64(time.Second)+1)
	if i == len(widths) {
		return 2 * width
	}
	return widths[i] * int64(time.Second)
}

// widen makes the buckets as wide as that, a multiple of their width.
func (t *timeline) widen(width int64) {
	old := t.buckets
	t.width, t.buckets, t.last = width, make(map[int64]*counts, len(old)), nil
	for start, b := range old {
		t.put(start, b)
	}
}

// put adds the records of a bucket that is no wider.
func (t *timeline) put(start int64, b *counts) {
	start = floor(start, t.width)
	sum := t.buckets[start]
	if sum == nil {
		sum = new(counts)
		t.buckets[start] = sum
	}
	for s, n := range b {
		sum[s] += n
	}
}

// merge adds what another one has counted, and changes nothing of it.
func (t *timeline) merge(o *timeline) {
	if o.width > t.width {
		t.widen(o.width)
	}
	t.last = nil
	for start, b := range o.buckets {
		t.put(start, b)
	}
	t.fit()
}

// floor is the last multiple of width that is not behind at; of what lies before all of them, the earliest time.
func floor(at, width int64) int64 {
	r := at % width
	if r < 0 {
		r += width
	}
	if at < math.MinInt64+r {
		return math.MinInt64
	}
	return at - r
}

// told returns the timeline as it stands.
func (t *timeline) told() *logdoc.Timeline {
	out := &logdoc.Timeline{Width: time.Duration(t.width), Buckets: make([]logdoc.Bucket, 0, len(t.buckets))}
	for start, b := range t.buckets {
		out.Buckets = append(out.Buckets, logdoc.Bucket{Start: time.Unix(0, start).UTC(), Records: *b})
	}
	slices.SortFunc(out.Buckets, func(a, b logdoc.Bucket) int { return a.Start.Compare(b.Start) })
	return out
}

// timelines is the timeline of a whole run, which several goroutines add to.
type timelines struct {
	mu  sync.Mutex
	all *timeline
}

// take takes what was counted out of t.
func (ts *timelines) take(t *timeline) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.all.merge(t)
	clear(t.buckets)
	t.last, t.width = nil, ts.all.width
}

func (ts *timelines) told() *logdoc.Timeline {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.all.told()
}

// bounds are the first and the last nanosecond that count.
func (w window) bounds() (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if !w.since.IsZero() {
		from = w.since.UnixNano()
	}
	if !w.until.IsZero() {
		to = w.until.UnixNano()
	}
	return from, to
}

// Zoom counts the records of a part of time, both ends included, in buckets that may be shorter than those of the whole. It diagnoses the input once more, but only files in which
// coverage has records of that time. What was read from standard input is not counted. The error is the context's; what was counted until then comes with it.
func Zoom(ctx context.Context, p *Packs, o Options, coverage *logdoc.Coverage, since, until time.Time) (*logdoc.Timeline, error) {
	o.Timeline, o.zoom, o.watch, o.Progress, o.Stdin = true, window{since: since, until: until}, nil, nil, nil
	of := map[logdoc.LogText]bool{}
	for i := range coverage.Sources {
		if s := &coverage.Sources[i]; !s.First.IsZero() && !s.First.After(until) && !s.Last.Before(since) {
			of[s.Source] = true
			// A member of an archive has the archive's name in front.
			for n := range s.Source {
				if strings.HasPrefix(string(s.Source[n:]), "!/") {
					of[s.Source[:n]] = true
				}
			}
		}
	}
	o.skip = func(in source.Input) bool { return !of[in.Name] }
	d, err := Run(ctx, p, o)
	return d.Timeline, err
}
