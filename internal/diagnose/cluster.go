package diagnose

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/shape"
)

// Bounds of clustering.
const (
	maxTemplate    = 240 // bytes
	maxClusterText = 600 // bytes
	// WholeRecord is the length up to which the text of a cluster is surely its whole record.
	WholeRecord = maxClusterText - 4
	// keptClusters bounds the templates of a source and of a run; records of further ones are only counted.
	keptClusters = 2000
)

// nearFinding is how near to the first finding a record must be to be ranked before others.
const nearFinding = 10 * time.Minute

// clusters groups unexplained records by their masked message.
type clusters struct {
	window window
	by     map[string]*cluster
	order  []string
	mask   []byte
	lost   int  // records of templates beyond the bound
	block  bool // they are of one block, which bounds them
}

// cluster is a group with the moments at which its records were seen, where they may have to be counted again.
type cluster struct {
	logdoc.Cluster
	moments []moment
	top     int // the line of its first record, whatever the times
}

func newClusters(w window, block bool) *clusters {
	return &clusters{window: w, by: map[string]*cluster{}, block: block}
}

// add counts one record.
func (c *clusters) add(ev *logdoc.Event, format string) {
	if ev.Clock && !c.window.holds(time.Unix(0, ev.Time)) {
		return
	}
	seen := cluster{Cluster: logdoc.Cluster{Count: 1, Severity: ev.Severity, First: logdoc.Place{Line: ev.Line, Offset: ev.Offset}}, top: ev.Line}
	seen.Last = seen.First
	if ev.Clock {
		seen.FirstTime = time.Unix(0, ev.Time).UTC()
		seen.LastTime = seen.FirstTime
	}
	text := func() logdoc.LogText { return logdoc.LogText(shape.Cut(ev.Text, maxClusterText)) }
	if c.window.later && ev.Clock {
		seen.moments = []moment{{seen.FirstTime, seen.FirstTime, seen.First, seen.First, 1, text()}}
	}
	start := c.describe(ev, format)
	c.put(c.mask, start, format, &seen, text)
}

// describe leaves in c.mask what the records of a cluster have in common, and returns where its template starts. Digits do not show in it, but for those of the code.
func (c *clusters) describe(ev *logdoc.Event, format string) int {
	message := ev.Field(logdoc.FieldMessage)
	if message == nil {
		message, _, _ = bytes.Cut(ev.Text, []byte("\n"))
	}
	c.mask = append(append(append(c.mask[:0], format...), 0), ev.Field(logdoc.FieldCode)...)
	c.mask = append(c.mask, 0)
	start := len(c.mask)
	c.mask = shape.Append(c.mask, message, maxTemplate)
	return start
}

// put adds records of one cluster.
func (c *clusters) put(key []byte, start int, format string, seen *cluster, text func() logdoc.LogText) {
	if cl := c.by[string(key)]; cl != nil {
		extend(cl, seen, text)
		return
	}
	if len(c.by) >= keptClusters && !c.block {
		c.lost += seen.Count
		return
	}
	seen.Template, seen.Format, seen.Text = logdoc.LogText(key[start:]), format, text()
	kept := string(key)
	c.by[kept] = seen
	c.order = append(c.order, kept)
}

// likeRecords is what records of one cluster have in common.
type likeRecords struct {
	key      []byte
	start    int
	format   string
	severity logdoc.Severity
}

// of tells what the event has in common with those that differ from it in digits.
func (c *clusters) of(ev *logdoc.Event, format string) *likeRecords {
	start := c.describe(ev, format)
	return &likeRecords{bytes.Clone(c.mask), start, format, ev.Severity}
}

// addAll counts records with a clock.
func (c *clusters) addAll(l *likeRecords, all *grammar.Sightings) {
	place := func(s grammar.Sighting) logdoc.Place { return logdoc.Place{Line: s.Line, Offset: s.Offset} }
	c.put(l.key, l.start, l.format, &cluster{Cluster: logdoc.Cluster{
		Count: all.N, Severity: l.severity,
		First: place(all.First), FirstTime: time.Unix(0, all.First.Time).UTC(),
		Last: place(all.Last), LastTime: time.Unix(0, all.Last.Time).UTC(),
	}, top: all.Line}, func() logdoc.LogText { return logdoc.LogText(shape.Cut(all.First.Text, maxClusterText)) })
}

// extend adds records to those of a cluster. First and last go by the clock where there is one, and then by their places.
func extend(cl, o *cluster, text func() logdoc.LogText) {
	cl.remember(o.moments)
	cl.Count += o.Count
	cl.top = min(cl.top, o.top)
	cl.Severity = max(cl.Severity, o.Severity)
	// Of a block, those that are alike come behind the others, wherever they stand; logs that are followed come in any order.
	before := func(a, b logdoc.Place) bool { return a.Source < b.Source || a.Source == b.Source && a.Line < b.Line }
	switch {
	case o.FirstTime.IsZero() && !cl.FirstTime.IsZero():
	case cl.FirstTime.IsZero() && !o.FirstTime.IsZero():
		cl.First, cl.FirstTime, cl.Text = o.First, o.FirstTime, text()
	case o.FirstTime.Before(cl.FirstTime), o.FirstTime.Equal(cl.FirstTime) && before(o.First, cl.First):
		cl.First, cl.FirstTime, cl.Text = o.First, o.FirstTime, text()
	}
	if o.LastTime.After(cl.LastTime) || o.LastTime.Equal(cl.LastTime) && !before(o.Last, cl.Last) {
		cl.Last, cl.LastTime = o.Last, o.LastTime
	}
}

// mergePlaced adds the clusters of a block of the source, in the order in which they stand in it.
func (c *clusters) mergePlaced(o *clusters, name logdoc.LogText) {
	if o == nil {
		return
	}
	slices.SortFunc(o.order, func(a, b string) int { return o.by[a].top - o.by[b].top })
	for _, cl := range o.by {
		cl.First.Source, cl.Last.Source = name, name
		for i := range cl.moments {
			cl.moments[i].firstPlace.Source, cl.moments[i].lastPlace.Source = name, name
		}
	}
	c.merge(o)
}

// merge adds clusters that come behind these. It changes nothing of them.
func (c *clusters) merge(o *clusters) {
	c.lost += o.lost
	for _, key := range o.order {
		cl := o.by[key]
		if old := c.by[key]; old != nil {
			extend(old, cl, func() logdoc.LogText { return cl.Text })
			continue
		}
		if len(c.by) >= keptClusters {
			c.lost += cl.Count
			continue
		}
		kept := *cl
		kept.moments = slices.Clone(cl.moments)
		c.by[key] = &kept
		c.order = append(c.order, key)
	}
}

// ranked returns the clusters, worst first, then those near the first finding, then the rarest; n at most. It also returns how many records are in none of them.
func (c *clusters) ranked(finding time.Time, n int) ([]logdoc.Cluster, int) {
	out := make([]logdoc.Cluster, 0, len(c.order))
	slices.Sort(c.order) // for those that nothing else tells apart
	for _, key := range c.order {
		out = append(out, c.by[key].Cluster)
	}
	far := func(cl *logdoc.Cluster) int {
		if finding.IsZero() || cl.FirstTime.IsZero() {
			return 1
		}
		if d := cl.FirstTime.Sub(finding); d > -nearFinding && d < nearFinding {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b logdoc.Cluster) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(far(&a), far(&b)), cmp.Compare(a.Count, b.Count), strings.Compare(string(a.Template), string(b.Template)))
	})
	lost := c.lost
	for i := min(n, len(out)); i < len(out); i++ {
		lost += out[i].Count
	}
	return out[:min(n, len(out))], lost
}

// tell fills in the unexplained records of a diagnosis that has its findings.
func (c *clusters) tell(d *logdoc.Diagnosis) {
	var lost int
	if d.Unexplained, lost = c.ranked(firstSeen(d.Findings), maxClusters); lost > 0 {
		d.Notes = append(d.Notes, logdoc.Note{
			Text: fmt.Sprintf("the unexplained records have more than %d shapes: %d records of the mildest ones are only counted in the coverage", len(d.Unexplained), lost)})
	}
}
