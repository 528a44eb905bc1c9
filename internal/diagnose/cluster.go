package diagnose

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// Bounds of clustering.
const (
	maxTemplate    = 240 // bytes
	maxClusterText = 600 // bytes
	// keptClusters bounds the templates of one run; further ones are counted together.
	keptClusters = 2000
)

// nearFinding is how near to the first finding a record must be to be ranked before others.
const nearFinding = 10 * time.Minute

// clusters groups unexplained records by their masked message.
type clusters struct {
	by    map[string]*logdoc.Cluster
	order []string
	mask  []byte
}

func newClusters() *clusters { return &clusters{by: map[string]*logdoc.Cluster{}} }

// add counts one record.
func (c *clusters) add(ev *logdoc.Event, format string) {
	message := ev.Field(logdoc.FieldMessage)
	if message == nil {
		message, _, _ = bytes.Cut(ev.Text, []byte("\n"))
	}
	c.mask = append(append(append(c.mask[:0], format...), 0), ev.Field(logdoc.FieldCode)...)
	c.mask = append(c.mask, 0)
	start := len(c.mask)
	c.mask = appendMasked(c.mask, message)
	cl := c.by[string(c.mask)]
	if cl == nil {
		if len(c.by) >= keptClusters {
			return
		}
		text := ev.Text
		if len(text) > maxClusterText {
			text = text[:maxClusterText]
		}
		place := logdoc.Place{Line: ev.Line, Offset: ev.Offset}
		cl = &logdoc.Cluster{Template: logdoc.LogText(c.mask[start:]), Format: format, Severity: ev.Severity, First: place, Text: logdoc.LogText(text)}
		if ev.Clock {
			cl.FirstTime = time.Unix(0, ev.Time).UTC()
		}
		key := string(c.mask)
		c.by[key] = cl
		c.order = append(c.order, key)
	}
	cl.Count++
	cl.Severity = max(cl.Severity, ev.Severity)
	cl.Last = logdoc.Place{Line: ev.Line, Offset: ev.Offset}
	if ev.Clock {
		cl.LastTime = time.Unix(0, ev.Time).UTC()
	}
}

// mergePlaced adds the clusters of a block of the source.
func (c *clusters) mergePlaced(o *clusters, name logdoc.LogText) {
	if o == nil {
		return
	}
	for _, cl := range o.by {
		cl.First.Source, cl.Last.Source = name, name
	}
	c.merge(o)
}

// merge adds clusters that come behind these.
func (c *clusters) merge(o *clusters) {
	for _, key := range o.order {
		cl := o.by[key]
		old := c.by[key]
		if old == nil {
			if len(c.by) >= keptClusters {
				continue
			}
			c.by[key] = cl
			c.order = append(c.order, key)
			continue
		}
		old.Count += cl.Count
		old.Severity = max(old.Severity, cl.Severity)
		old.Last, old.LastTime = cl.Last, cl.LastTime
		if old.FirstTime.IsZero() {
			old.FirstTime = cl.FirstTime
		}
	}
}

// ranked returns the clusters, worst first, then those near the first finding, then the rarest; n at most.
func (c *clusters) ranked(finding time.Time, n int) []logdoc.Cluster {
	out := make([]logdoc.Cluster, 0, len(c.order))
	for _, key := range c.order {
		out = append(out, *c.by[key])
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
	return out[:min(n, len(out))]
}

// appendMasked appends a message with what varies replaced by "*": words with digits, paths, and quoted text.
func appendMasked(dst, message []byte) []byte {
	limit := len(dst) + maxTemplate
	for i := 0; i < len(message) && len(dst) < limit; {
		c := message[i]
		if c == '"' || c == '\'' && (i == 0 || !wordByte(message[i-1])) {
			if end := bytes.IndexByte(message[i+1:], c); end >= 0 {
				dst = append(dst, c, '*', c)
				i += end + 2
				continue
			}
		}
		if !wordByte(c) {
			dst = append(dst, c)
			i++
			continue
		}
		start, varies := i, false
		for i < len(message) && wordByte(message[i]) {
			varies = varies || message[i] >= '0' && message[i] <= '9' || message[i] == '/' || message[i] == '\\'
			i++
		}
		word := message[start:i]
		if !varies {
			dst = append(dst, word...)
			continue
		}
		// A closing full stop or colon belongs to the sentence.
		end := len(word)
		for end > 1 && (word[end-1] == '.' || word[end-1] == ':') {
			end--
		}
		dst = append(append(dst, '*'), word[end:]...)
	}
	return dst
}

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80 || c == '_' || c == '-' || c == '.' || c == '/' || c == '\\' || c == ':' || c == '@' || c == '$'
}
