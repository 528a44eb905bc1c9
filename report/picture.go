package report

import (
	"fmt"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Bounds of the picture of a timeline. Its units are its own: the page stretches it.
const (
	pictureBars  = 120
	pictureWide  = 1200
	pictureTall  = 100
	pictureLanes = 12
)

// timelineView is the picture of how many records were written when, and of when the findings held.
type timelineView struct {
	Width, Height int
	Bars          []barView
	Lanes         []laneView
	MoreLanes     sanitize.Safe
	From, To      sanitize.Safe
	// Says is the picture in words, Bar how long a bar is, Highest how many records the highest one stands for, Outside what lies too far off to be drawn.
	Says, Bar, Highest, Outside sanitize.Safe
}

type barView struct {
	Class      string
	X, Y, W, H string
	Title      sanitize.Safe
}

type laneView struct {
	Number   int
	Severity string
	Title    sanitize.Safe
	When     sanitize.Safe
	X, W     string
}

// barWidths are the lengths of bars that people think in, in seconds, shortest first; then come multiples of days.
var barWidths = []int64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400}

// timelineOf draws the timeline; nil where none was counted.
func timelineOf(d *logdoc.Diagnosis, numbers map[*logdoc.Finding]int) *timelineView {
	if d.Timeline == nil || len(d.Timeline.Buckets) == 0 || d.Timeline.Width <= 0 {
		return nil
	}
	buckets, outside := inSight(d)
	first, last := buckets[0].Start.Unix(), buckets[len(buckets)-1].Start.Unix()
	least := max(1, int64(d.Timeline.Width/time.Second))
	bar := barWidth(last-first+least, least)
	from := first - ((first%bar)+bar)%bar
	n := int((last-from)/bar) + 1
	v := &timelineView{Width: pictureWide, Height: pictureTall}
	type count struct{ errors, warnings, all int }
	counts := make([]count, n)
	total, highest := 0, 1
	for _, b := range buckets {
		c := &counts[int((b.Start.Unix()-from)/bar)]
		for s, records := range b.Records {
			c.all += records
			switch severity := logdoc.Severity(s); {
			case severity >= logdoc.Error:
				c.errors += records
			case severity == logdoc.Warning:
				c.warnings += records
			}
		}
		highest = max(highest, c.all)
	}
	wide := float64(pictureWide) / float64(n)
	for i, c := range counts {
		total += c.all
		if c.all == 0 {
			continue
		}
		start := time.Unix(from+int64(i)*bar, 0)
		title := moment(start) + sanitize.Safe(fmt.Sprintf(": %s, %s, %s", counted(c.all, "record"), counted(c.errors, "error"), counted(c.warnings, "warning")))
		below := 0.0
		for _, part := range []struct {
			class string
			n     int
		}{{"errors", c.errors}, {"warnings", c.warnings}, {"rest", c.all - c.errors - c.warnings}} {
			if part.n == 0 {
				continue
			}
			// What is there is seen, however little it is.
			tall := max(1.5, float64(part.n)/float64(highest)*(pictureTall-6))
			below += tall
			v.Bars = append(v.Bars, barView{part.class, coordinate(float64(i) * wide), coordinate(max(0, pictureTall-below)), coordinate(max(wide*0.85, 0.5)), coordinate(tall), title})
		}
	}
	v.From, v.To = moment(time.Unix(from, 0)), moment(time.Unix(from+int64(n)*bar, 0))
	v.Says = sanitize.Safe(counted(total, "record") + " with a time")
	v.Bar, v.Highest = duration(bar), sanitize.Safe(counted(highest, "record"))
	if outside > 0 {
		v.Outside = sanitize.Safe(counted(outside, "record") + " far from all others are outside of the picture.")
	}
	v.lanes(d, numbers, from, bar*int64(n))
	return v
}

// lanes draws when the findings held, as far as it is in sight.
func (v *timelineView) lanes(d *logdoc.Diagnosis, numbers map[*logdoc.Finding]int, from, length int64) {
	more := 0
	for i := range d.Findings {
		f := &d.Findings[i]
		a, b := f.First.Unix(), f.Last.Unix()
		if f.First.IsZero() || f.Last.IsZero() || b < from || a >= from+length || numbers[f] == 0 {
			continue
		}
		if len(v.Lanes) == pictureLanes {
			more++
			continue
		}
		scale := float64(pictureWide) / float64(length)
		x := max(0, float64(a-from)*scale)
		w := min(max(float64(b-from)*scale-x, 6), pictureWide)
		x = min(x, pictureWide-w)
		title := sanitize.Line(f.Title)
		if f.Key != "" {
			title += ", for " + sanitize.CutRunes(sanitize.Line(f.Key), maxKey)
		}
		v.Lanes = append(v.Lanes, laneView{numbers[f], f.Severity.String(), title, period(f.First, f.Last), coordinate(x), coordinate(w)})
	}
	if more > 0 {
		v.MoreLanes = sanitize.Safe("And " + counted(more, "more finding") + " below.")
	}
}

// inSight leaves out buckets at either end that lie further off than all others are long, hold hardly any record and no finding: a wrong clock would squeeze all others into one bar.
func inSight(d *logdoc.Diagnosis) (buckets []logdoc.Bucket, outside int) {
	buckets = d.Timeline.Buckets
	records := func(list []logdoc.Bucket) int {
		n := 0
		for _, b := range list {
			for _, c := range b.Records {
				n += c
			}
		}
		return n
	}
	total := records(buckets)
	holds := func(list []logdoc.Bucket) bool {
		a, b := list[0].Start, list[len(list)-1].Start.Add(d.Timeline.Width)
		for i := range d.Findings {
			if f := &d.Findings[i]; !f.First.IsZero() && f.First.Before(b) && !f.Last.Before(a) {
				return true
			}
		}
		return false
	}
	for len(buckets) > 1 {
		at, gap := 0, int64(0)
		for i := 1; i < len(buckets); i++ {
			if g := buckets[i].Start.Unix() - buckets[i-1].Start.Unix(); g > gap {
				at, gap = i, g
			}
		}
		if span := buckets[len(buckets)-1].Start.Unix() - buckets[0].Start.Unix(); gap*2 <= span {
			break
		}
		left, right := buckets[:at], buckets[at:]
		few, many := left, right
		if records(few) > records(many) {
			few, many = many, few
		}
		n := records(few)
		if n*100 > total || holds(few) {
			break
		}
		buckets, outside = many, outside+n
	}
	return buckets, outside
}

// barWidth is the shortest length of bars that has room and is a multiple of what was counted.
func barWidth(length, least int64) int64 {
	for _, w := range barWidths {
		if w%least == 0 && length/w < pictureBars {
			return w
		}
	}
	const day = 86400
	w := max(day, (least+day-1)/day*day)
	for length/w >= pictureBars {
		w *= 2
	}
	return w
}

// duration writes the length of a bar.
func duration(seconds int64) sanitize.Safe {
	switch {
	case seconds%86400 == 0:
		return sanitize.Safe(counted(int(seconds/86400), "day"))
	case seconds%3600 == 0:
		return sanitize.Safe(counted(int(seconds/3600), "hour"))
	case seconds%60 == 0:
		return sanitize.Safe(counted(int(seconds/60), "minute"))
	}
	return sanitize.Safe(counted(int(seconds), "second"))
}

// coordinate writes a number as SVG wants it.
func coordinate(f float64) string { return fmt.Sprintf("%.2f", f) }
