package diagnose

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/shape"
)

// Bounds of clustering.
const (
	maxTemplate    = 240 // bytes
	maxClusterText = 600 // bytes
	// WholeRecord is the length up to which the text of a cluster is surely its whole record.
	WholeRecord = maxClusterText - 4
	// keptClusters bounds the templates of one run; records of further ones are only counted.
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
	lost   int // records of templates beyond the bound
}

// cluster is a group with the moments at which its records were seen, where they may have to be counted again.
type cluster struct {
	logdoc.Cluster
	moments []moment
}

func newClusters(w window) *clusters { return &clusters{window: w, by: map[string]*cluster{}} }

// add counts one record.
func (c *clusters) add(ev *logdoc.Event, format string) {
	if ev.Clock && !c.window.holds(time.Unix(0, ev.Time)) {
		return
	}
	message := ev.Field(logdoc.FieldMessage)
	if message == nil {
		message, _, _ = bytes.Cut(ev.Text, []byte("\n"))
	}
	c.mask = append(append(append(c.mask[:0], format...), 0), ev.Field(logdoc.FieldCode)...)
	c.mask = append(c.mask, 0)
	start := len(c.mask)
	c.mask = shape.Append(c.mask, message, maxTemplate)
	seen := cluster{Cluster: logdoc.Cluster{Count: 1, Severity: ev.Severity, First: logdoc.Place{Line: ev.Line, Offset: ev.Offset}}}
	seen.Last = seen.First
	if ev.Clock {
		seen.FirstTime = time.Unix(0, ev.Time).UTC()
		seen.LastTime = seen.FirstTime
	}
	text := func() logdoc.LogText { return logdoc.LogText(shape.Cut(ev.Text, maxClusterText)) }
	if c.window.later && ev.Clock {
		seen.moments = []moment{{seen.FirstTime, seen.FirstTime, seen.First, seen.First, 1, text()}}
	}
	if cl := c.by[string(c.mask)]; cl != nil {
		extend(cl, &seen, text)
		return
	}
	if len(c.by) >= keptClusters {
		c.lost++
		return
	}
	seen.Template, seen.Format, seen.Text = logdoc.LogText(c.mask[start:]), format, text()
	key := string(c.mask)
	c.by[key] = &seen
	c.order = append(c.order, key)
}

// extend adds records that stand behind those of a cluster. First and last go by the clock where there is one: rotated files do not always come oldest first.
func extend(cl, o *cluster, text func() logdoc.LogText) {
	cl.remember(o.moments)
	cl.Count += o.Count
	cl.Severity = max(cl.Severity, o.Severity)
	if cl.FirstTime.IsZero() {
		cl.FirstTime = o.FirstTime
	} else if !o.FirstTime.IsZero() && o.FirstTime.Before(cl.FirstTime) {
		cl.First, cl.FirstTime, cl.Text = o.First, o.FirstTime, text()
	}
	if !o.LastTime.Before(cl.LastTime) {
		cl.Last, cl.LastTime = o.Last, o.LastTime
	}
}

// mergePlaced adds the clusters of a block of the source.
func (c *clusters) mergePlaced(o *clusters, name logdoc.LogText) {
	if o == nil {
		return
	}
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
