package rules

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// Correlator turns the matches of one input into findings. It is not safe for use by many goroutines.
type Correlator struct {
	set      *Set
	shelves  [][]shelf // by symptom and event
	facts    *Facts
	normals  map[statedKey]*Normal
	formats  []bool // seen, by format index
	end      int64
	clock    bool
	captures map[string]int64 // by bundle: its newest stamp
	meter    *Meter           // counts what the symptoms take; nil mostly
	nodeOf   NodeOf           // nil where nobody asks for nodes
}

// NewCorrelator returns a correlator for one input.
func (s *Set) NewCorrelator() *Correlator {
	c := &Correlator{set: s, facts: s.NewFacts(), formats: make([]bool, len(s.names))}
	for _, sym := range s.symptoms {
		shelves := make([]shelf, len(sym.events))
		for e := range shelves {
			shelves[e].least = sym.least
		}
		c.shelves = append(c.shelves, shelves)
	}
	return c
}

// Add takes a match; the order of the calls does not matter. Of more matches than can be kept, the first and the newest ones of each key are.
func (c *Correlator) Add(m logdoc.Match) {
	c.shelves[m.Symptom][m.Event].add(c.set.symptoms[m.Symptom].keyOf(&m), &m)
}

// Merge adds the matches and normal records of a part of the input. Parts are merged in the order of the input.
func (c *Correlator) Merge(part *Collection) {
	for id, s := range part.shelves {
		c.shelves[id[0]][id[1]].merge(s)
	}
	for _, n := range part.normals {
		c.AddNormal(n)
	}
}

// Take is Merge, of a part that nobody needs any more: what it has kept is taken over and not copied.
func (c *Correlator) Take(part *Collection) {
	for id, s := range part.shelves {
		c.shelves[id[0]][id[1]].take(s)
	}
	for _, n := range part.normals {
		c.AddNormal(n)
	}
	*part = Collection{}
}

// Rank sets the order of sources for records that time does not order.
func (c *Correlator) Rank(of func(source logdoc.LogText) int) {
	c.each(func(b *bucket) {
		b.ordered = false
		for i := range b.kept {
			b.kept[i].Rank = of(b.kept[i].Place.Source)
		}
	})
}

// NodeOf names the node that a record was written on, by its source and by what it calls its host, which may be empty. It returns the empty text where nobody knows.
type NodeOf func(source, host logdoc.LogText) logdoc.LogText

// Nodes has the findings tell on which nodes their records were written.
func (c *Correlator) Nodes(of NodeOf) { c.nodeOf = of }

func (c *Correlator) each(visit func(*bucket)) {
	for _, events := range c.shelves {
		for i := range events {
			for _, b := range events[i].buckets {
				visit(b)
			}
		}
	}
}

// Limit makes only records between the times evidence; a zero time is no limit, and records without a clock stay.
func (c *Correlator) Limit(since, until time.Time) {
	inside := func(m *logdoc.Match) bool {
		t := time.Unix(0, m.Time)
		return !m.Clock || (since.IsZero() || !t.Before(since)) && (until.IsZero() || !t.After(until))
	}
	c.each(func(b *bucket) { b.limit(inside) })
}

// maxHosts bounds the hosts whose normal records are told apart.
const maxHosts = 1000

// AddNormal counts normal records. Those that say nothing of a state are counted with the host that does, if it names itself.
func (c *Correlator) AddNormal(n Normal) {
	if c.normals == nil {
		c.normals = map[statedKey]*Normal{}
	}
	key := statedKey{n.Expected, string(n.Host)}
	if c.normals[key] == nil && len(c.normals) >= maxHosts {
		key.host = ""
	}
	old := c.normals[key]
	if old == nil {
		old = &Normal{Expected: n.Expected, Host: logdoc.LogText(key.host), Event: -1}
		c.normals[key] = old
	}
	old.Records += n.Records
	if n.Event >= 0 && (old.Event < 0 || n.Time >= old.Time) {
		old.Event, old.Time, old.Clock = n.Event, n.Time, n.Clock
	}
}

// normal lists the normal records by declaration and host.
func (c *Correlator) normal() []logdoc.Clean {
	keys := slices.Collect(maps.Keys(c.normals))
	slices.SortFunc(keys, func(a, b statedKey) int {
		return cmp.Or(cmp.Compare(a.expected, b.expected), strings.Compare(a.host, b.host))
	})
	var out []logdoc.Clean
	for _, key := range keys {
		n, e := c.normals[key], c.set.expected[key.expected]
		clean := logdoc.Clean{Name: e.name, Title: e.src.Title.Value, Product: e.src.Product.Value, Key: n.Host, Expected: true, Records: n.Records}
		if n.Event >= 0 {
			clean.State = e.state(n.Event)
			if n.Clock {
				clean.Since = time.Unix(0, n.Time).UTC()
			}
		}
		out = append(out, clean)
	}
	return out
}

// SeeFormat tells that the input has a log of the format.
func (c *Correlator) SeeFormat(index int) {
	if index >= 0 {
		c.formats[index] = true
	}
}

// SeeTime tells of a stamp in the input; the newest one is the capture.
func (c *Correlator) SeeTime(t int64) {
	if !c.clock || t > c.end {
		c.end, c.clock = t, true
	}
}

// Facts returns where the files of the input are read into.
func (c *Correlator) Facts() *Facts { return c.facts }

// Outcome is what the rules say of one input.
type Outcome struct {
	// Capture is the newest stamp, or the given time; zero when there is neither.
	Capture   time.Time
	Findings  []logdoc.Finding
	Clean     []logdoc.Clean
	Unchecked []logdoc.Unchecked
	// Notes tell what of the matches was not kept.
	Notes []logdoc.Note
}

// SeeSource tells of a source's newest stamp. Each bundle was captured at a time of its own: what is stale, and how many days are left, is told at the newest stamp of
// the bundles that a finding's evidence comes from.
func (c *Correlator) SeeSource(name logdoc.LogText, newest int64) {
	c.SeeTime(newest)
	if c.captures == nil {
		c.captures = map[string]int64{}
	}
	b := bundle(name)
	if old, ok := c.captures[b]; !ok || newest > old {
		c.captures[b] = newest
	}
}

// bundle returns the archive that the user named, or "" for what is in none.
func bundle(source logdoc.LogText) string {
	if b, _, ok := strings.Cut(string(source), "!/"); ok {
		return b
	}
	return ""
}

// settle sets the group's capture to that of the bundles that its evidence comes from.
func (c *Correlator) settle(g *group) {
	newest, known := int64(0), false
	see := func(source logdoc.LogText) {
		if t, ok := c.captures[bundle(source)]; ok && (!known || t > newest) {
			newest, known = t, true
		}
	}
	for e, p := range g.symptom.events {
		if p.bad {
			for i := range g.lists[e] {
				see(g.lists[e][i].Place.Source)
			}
		}
	}
	for i := range g.symptom.facts {
		for _, r := range c.facts.of(g.index, i) {
			see(r.place.Source)
		}
	}
	if known {
		g.now, g.end = time.Unix(0, newest).UTC(), newest
	}
}

// capture is the time of capture: the newest stamp where none is given.
func (c *Correlator) capture(now time.Time) time.Time {
	if now.IsZero() && c.clock {
		return time.Unix(0, c.end).UTC()
	}
	return now
}

// Finish evaluates the verdicts. now replaces the newest stamp as the time of capture when it is not zero.
func (c *Correlator) Finish(now time.Time) Outcome {
	out := Outcome{Capture: c.capture(now)}
	subjects, relevant := c.set.subjects(), c.relevant()
	var found []candidate
	var nears []logdoc.Unchecked
	for i, s := range c.set.symptoms {
		best := logdoc.NotFound
		if slices.ContainsFunc(c.shelves[i], func(sh shelf) bool { return sh.lost }) {
			out.Notes = append(out.Notes, logdoc.Note{LeftOut: true, Text: fmt.Sprintf("%s holds for more than %d keys: the further ones are not shown, narrow the input with --since or by file", s.name, maxKeys)})
		}
		done := c.meter.correlating(i)
		groups := c.groups(i, out.Capture)
		for _, g := range groups {
			if now.IsZero() {
				c.settle(g)
			}
			if f, ok := g.finding(); ok {
				best = max(best, f.Certainty)
				found = append(found, candidate{f, g.about(subjects), g.logs()})
			}
		}
		entry, told, near := c.checked(i, groups, best, relevant, &out)
		switch {
		case near:
			nears = append(nears, entry)
		case told:
			out.Unchecked = append(out.Unchecked, entry)
		}
		done()
	}
	// What was nearly found comes first: there it is worth most to bring what is missing.
	out.Unchecked = append(nears, out.Unchecked...)
	out.Clean = append(out.Clean, c.normal()...)
	slices.SortStableFunc(found, func(a, b candidate) int { return compareFindings(&a.Finding, &b.Finding) })
	out.Findings = c.fold(found)
	return out
}

// compareFindings orders what is not cleared first, then worst, then active before stale, then surest, then most recent.
func compareFindings(a, b *logdoc.Finding) int {
	if cleared := a.State == logdoc.Cleared; cleared != (b.State == logdoc.Cleared) {
		if cleared {
			return 1
		}
		return -1
	}
	if a.Severity != b.Severity {
		return int(b.Severity) - int(a.Severity)
	}
	if a.State != b.State {
		return int(a.State) - int(b.State)
	}
	if a.Certainty != b.Certainty {
		return int(b.Certainty) - int(a.Certainty)
	}
	if d := b.Last.Compare(a.Last); d != 0 {
		return d
	}
	if d := strings.Compare(a.Symptom, b.Symptom); d != 0 {
		return d
	}
	return strings.Compare(string(a.Key), string(b.Key))
}

// groups sorts a symptom's matches by key.
func (c *Correlator) groups(index int, now time.Time) []*group {
	keys := c.keysOf(index)
	if len(keys) == 0 && (len(c.set.symptoms[index].facts) > 0 || c.matched(index)) {
		keys = []string{""}
	}
	var out []*group
	for _, key := range keys {
		out = append(out, c.group(index, now, key))
	}
	return out
}

// matched reports whether a symptom has any match.
func (c *Correlator) matched(index int) bool {
	return slices.ContainsFunc(c.shelves[index], func(s shelf) bool { return len(s.buckets) > 0 })
}

// group returns the matches of one key. Those of events that give only some parts of the key, or none, belong to every key that agrees.
func (c *Correlator) group(index int, now time.Time, key string) *group {
	s := c.set.symptoms[index]
	n := len(s.events)
	g := &group{in: c, symptom: s, index: index, facts: c.facts, now: now, end: c.end, key: key, lists: make([][]logdoc.Match, n), counts: make([]int, n), decided: math.MaxInt64, wake: math.MaxInt64}
	for e := range s.events {
		shelf := &c.shelves[index][e]
		if len(shelf.buckets) == 0 && !shelf.lost {
			continue // of most symptoms nothing is ever asked
		}
		part, ok := project(key, s.keys()[e])
		if !ok {
			continue
		}
		b := shelf.byKey[part]
		if b == nil {
			g.partial = g.partial || shelf.lost
			continue
		}
		g.lists[e], g.counts[e] = shelf.list(b), b.total
		g.partial = g.partial || b.lost
		if all := len(g.lists[e]); hasCopies(g.lists[e]) {
			g.lists[e] = slices.CompactFunc(slices.Clone(g.lists[e]), copies)
			g.counts[e] -= all - len(g.lists[e])
		}
	}
	return g
}

func hasCopies(list []logdoc.Match) bool {
	for i := 1; i < len(list); i++ {
		if copies(list[i-1], list[i]) {
			return true
		}
	}
	return false
}

// copies reports whether two neighbouring matches are one record that two files hold, as GSAN's err.log repeats its gsan.log. Only a stamp finer than a second tells
// that: within a second two machines may well log the same words.
func copies(a, b logdoc.Match) bool {
	return a.Clock && b.Clock && a.Time == b.Time && a.Time%int64(time.Second) != 0 && a.Place.Source != b.Place.Source && start(a.Text) == start(b.Text)
}

// start is as much of a text as is kept in a flood.
func start(t logdoc.LogText) logdoc.LogText { return t[:min(len(t), floodText)] }
