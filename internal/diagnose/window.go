package diagnose

import (
	"slices"
	"time"

	"logdoc"
)

// window is which records count as unexplained, as far as that is known before the input is read: later means that bounds will follow from its newest stamp.
type window struct {
	since, until time.Time
	later        bool
}

// holds reports whether a time lies inside; a zero bound is none.
func (w window) holds(t time.Time) bool {
	return (w.since.IsZero() || !t.Before(w.since)) && (w.until.IsZero() || !t.After(w.until))
}

// moment is records of one cluster that were seen together: one record, or, where there were many, those of a stretch of time.
type moment struct {
	first, last           time.Time
	firstPlace, lastPlace logdoc.Place
	count                 int
	text                  logdoc.LogText // of the first
}

// maxMoments bounds what is kept of a cluster's times.
const maxMoments = 16

// remember adds moments. Of too many the older ones are joined, two by two: what will be asked for are the newest.
func (c *cluster) remember(more []moment) {
	if len(more) == 0 {
		return
	}
	c.moments = append(c.moments, more...)
	if len(c.moments) <= maxMoments {
		return
	}
	slices.SortStableFunc(c.moments, func(a, b moment) int { return a.first.Compare(b.first) })
	for len(c.moments) > maxMoments {
		old := (len(c.moments) + 1) / 2
		kept := c.moments[:0:0]
		for i := 0; i < old; i += 2 {
			m := c.moments[i]
			if i+1 < old {
				next := c.moments[i+1]
				if m.count += next.count; next.last.After(m.last) {
					m.last, m.lastPlace = next.last, next.lastPlace
				}
			}
			kept = append(kept, m)
		}
		c.moments = append(kept, c.moments[old:]...)
	}
}

// clip leaves in the clusters what lies inside the window, now that it is known. Records without a clock count in any case, as they do for findings. Where many
// records were joined into one moment, they count as a whole when the last of them lies inside.
func (c *clusters) clip(w window) {
	c.order = slices.DeleteFunc(c.order, func(key string) bool {
		cl := c.by[key]
		timed := 0
		var inside []moment
		for _, m := range cl.moments {
			timed += m.count
			if w.holds(m.last) || w.holds(m.first) {
				inside = append(inside, m)
			}
		}
		if len(cl.moments) == 0 || len(inside) == len(cl.moments) {
			return false
		}
		if cl.Count == timed && len(inside) == 0 {
			delete(c.by, key)
			return true
		}
		cl.Count -= timed
		slices.SortStableFunc(inside, func(a, b moment) int { return a.first.Compare(b.first) })
		for i, m := range inside {
			if cl.Count += m.count; i == 0 {
				cl.First, cl.FirstTime, cl.Text, cl.LastTime = m.firstPlace, m.first, m.text, m.last
				cl.Last = m.lastPlace
			}
			if m.last.After(cl.LastTime) {
				cl.Last, cl.LastTime = m.lastPlace, m.last
			}
		}
		if len(inside) == 0 {
			cl.FirstTime, cl.LastTime = time.Time{}, time.Time{}
		}
		return false
	})
}
