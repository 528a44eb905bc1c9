package diagnose

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

// counted is one record for a timeline.
type counted struct {
	at int64
	s  logdoc.Severity
}

// drawRecords draws records that lie near each other and far apart, before 1970 and at the ends of time; some so many that the buckets must grow wider.
func drawRecords(t *rapid.T) []counted {
	span := rapid.SampledFrom([]int64{10, 5000, 1e6, 1e9}).Draw(t, "span")
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	records := make([]counted, rapid.SampledFrom([]int{0, 1, 2, 100, logdoc.MaxBuckets, 3 * logdoc.MaxBuckets}).Draw(t, "records"))
	for i := range records {
		at := (random.Int64N(2*span) - span) * int64(time.Second)
		switch random.IntN(50) {
		case 0:
			at = []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, 0, -1}[random.IntN(5)]
		case 1:
			at = random.Int64N(2*span) - span
		}
		records[i] = counted{at, logdoc.Severity(random.IntN(int(logdoc.Critical) + 1))}
	}
	return records
}

// naive counts with one width after the other until the buckets are few enough.
func naive(records []counted) *logdoc.Timeline {
	for width := int64(time.Second); ; width = wider(width) {
		t := &timeline{width: width, buckets: map[int64]*counts{}}
		for _, r := range records {
			start := floor(r.at, width)
			if t.buckets[start] == nil {
				t.buckets[start] = new(counts)
			}
			t.buckets[start][r.s]++
		}
		if len(t.buckets) <= logdoc.MaxBuckets {
			return t.told()
		}
	}
}

// TestTimelineKnowsNoOrder: in whatever order records come, and however they are divided over timelines that are merged, what comes out is the same, bounded, and counts each
// record once.
func TestTimelineKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		records := drawRecords(rt)
		want := naive(records)
		one, all := newTimeline(window{}), &timelines{all: newTimeline(window{})}
		var parts []*timeline
		for range rapid.IntRange(1, 4).Draw(rt, "parts") {
			parts = append(parts, newTimeline(window{}))
		}
		// The order is drawn as a seed: to shrink thousands of records' order tells nothing.
		step := rapid.IntRange(0, 1000).Draw(rt, "order")
		for i := range records {
			r := records[(i+step)%len(records)]
			if step%2 == 0 {
				r = records[len(records)-1-(i+step)%len(records)]
			}
			one.add(r.at, r.s)
			part := parts[(i*7+step)%len(parts)]
			part.add(r.at, r.s)
			if i%11 == step%11 {
				all.take(part)
			}
		}
		for _, p := range parts {
			all.take(p)
		}
		if diff := cmp.Diff(want, one.told()); diff != "" {
			rt.Fatalf("one by one: %s", diff)
		}
		if diff := cmp.Diff(want, all.told()); diff != "" {
			rt.Fatalf("merged: %s", diff)
		}
	})
}

// TestTimelineOfARun: the timeline counts every record with a clock once, whatever the workers and the blocks, is there only when asked for, and the one that is told on the way is
// no more than the last one.
func TestTimelineOfARun(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		contents := map[string]string{}
		for _, name := range []string{"pump.log", "messages", "etc/pump.conf"} {
			contents[name] = strings.Join(rapid.SliceOfN(lines, 0, 20).Draw(rt, name), "\n")
		}
		system := files(contents)
		if d := diagnose(t, system, nil); d.Timeline != nil {
			rt.Fatal("there is a timeline that nobody asked for")
		}
		var want *logdoc.Diagnosis
		for _, workers := range []int{1, 3} {
			got := diagnose(t, system, func(o *Options) { o.Workers, o.BlockSize, o.Timeline = workers, 256<<10, true })
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatal(diff)
			}
		}
		n, first, last := records(want.Timeline)
		if total := want.Coverage.Totals; n > total.Records || !total.First.IsZero() && (first.After(total.First) || !last.Add(want.Timeline.Width).After(total.Last)) {
			rt.Fatalf("%d records from %s to %s, of %+v", n, first, last, total)
		}
	})
}

// records counts the records of a timeline, and tells its first and last bucket.
func records(t *logdoc.Timeline) (n int, first, last time.Time) {
	for i, b := range t.Buckets {
		if i == 0 {
			first = b.Start
		}
		last = b.Start
		for _, c := range b.Records {
			n += c
		}
	}
	return n, first, last
}

// TestZoom: a part of time is counted in shorter buckets, and only files with records of that time are read.
func TestZoom(t *testing.T) {
	var long strings.Builder
	for i := range 4 * logdoc.MaxBuckets {
		fmt.Fprintf(&long, "PUMP %s north %s rotor stuck at 9 degrees\n", morning.Add(time.Duration(10*i)*time.Second).Format("2006-01-02 15:04:05"), []string{"INFO", "ERROR"}[i%2])
	}
	system := &noting{FS: files(map[string]string{"pump.log": long.String(), "later/pump.log": "PUMP 2027-01-01 00:00:00 north INFO rotor free\n"})}
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Paths: []string{"pump.log", "later/pump.log"}, Files: system, Now: morning, Timeline: true}
	whole, err := Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if n, _, _ := records(whole.Timeline); n != 4*logdoc.MaxBuckets+1 || whole.Timeline.Width <= 10*time.Second {
		t.Errorf("%d records in buckets of %s", n, whole.Timeline.Width)
	}
	system.read = nil
	from, to := morning.Add(time.Hour), morning.Add(2*time.Hour)
	zoomed, err := Zoom(t.Context(), p, o, &whole.Coverage, from, to)
	if err != nil {
		t.Fatal(err)
	}
	n, first, last := records(zoomed)
	if n != 361 || !first.Equal(from) || !last.Equal(to) || zoomed.Width != time.Second {
		t.Errorf("%d records from %s to %s, in buckets of %s", n, first, last, zoomed.Width)
	}
	if got := zoomed.Buckets[1].Records; got[logdoc.Error] != 1 || got[logdoc.Info] != 0 {
		t.Errorf("the second record: %v", got)
	}
	if diff := cmp.Diff([]string{"pump.log"}, system.read); diff != "" {
		t.Error(diff)
	}
}
