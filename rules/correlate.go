package rules

import (
	"math"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// keptMatches bounds the matches of one event that are kept: half of them the first, half the newest.
const keptMatches = 8192

// bucket keeps the matches of one event.
type bucket struct {
	first []logdoc.Match
	ring  []logdoc.Match
	next  int
	total int
}

func (b *bucket) add(m logdoc.Match) {
	b.total++
	if len(b.first) < keptMatches/2 {
		b.first = append(b.first, m)
		return
	}
	// In a flood the text of one more record says little: the start of it is enough to show.
	if len(m.Text) > 512 {
		m.Text = logdoc.LogText(strings.Clone(string(m.Text[:512])))
	}
	if len(b.ring) < keptMatches/2 {
		b.ring = append(b.ring, m)
		return
	}
	b.ring[b.next] = m
	b.next = (b.next + 1) % len(b.ring)
}

// merge adds another bucket that comes behind this one.
func (b *bucket) merge(o *bucket) {
	for _, m := range o.first {
		b.add(m)
	}
	for i := range o.ring {
		b.add(o.ring[(o.next+i)%len(o.ring)])
	}
	b.total += o.total - len(o.first) - len(o.ring)
}

// each visits the kept matches.
func (b *bucket) each(visit func(*logdoc.Match)) {
	for i := range b.first {
		visit(&b.first[i])
	}
	for i := range b.ring {
		visit(&b.ring[i])
	}
}

// Collection is the matches and normal records of a part of the input, such as one file. It is not safe for use by many goroutines.
type Collection struct {
	set     *Set
	buckets map[[2]int]*bucket // by symptom and event
	normals []Normal
}

// NewCollection returns an empty collection.
func (s *Set) NewCollection() *Collection {
	return &Collection{set: s, buckets: map[[2]int]*bucket{}}
}

// Add takes a match. Of more matches of one event than can be kept, the first and the last ones added are.
func (c *Collection) Add(m logdoc.Match) {
	id := [2]int{m.Symptom, m.Event}
	b := c.buckets[id]
	if b == nil {
		b = &bucket{}
		c.buckets[id] = b
	}
	b.add(m)
}

// AddNormal counts normal records.
func (c *Collection) AddNormal(n Normal) { c.normals = append(c.normals, n) }

// Correlator turns the matches of one input into findings. It is not safe for use by many goroutines.
type Correlator struct {
	set     *Set
	buckets [][]bucket // by symptom and event
	facts   *Facts
	normals []Normal
	formats []bool // seen, by format index
	end     int64
	clock   bool
}

// NewCorrelator returns a correlator for one input.
func (s *Set) NewCorrelator() *Correlator {
	c := &Correlator{set: s, facts: s.NewFacts(), formats: make([]bool, len(s.names))}
	for _, sym := range s.symptoms {
		c.buckets = append(c.buckets, make([]bucket, len(sym.events)))
	}
	for i := range s.expected {
		c.normals = append(c.normals, Normal{Expected: i, Event: -1})
	}
	return c
}

// Add takes a match; the order of the calls does not matter but for matches beyond the bound, of which the first and the last ones are kept.
func (c *Correlator) Add(m logdoc.Match) { c.buckets[m.Symptom][m.Event].add(m) }

// Merge adds the matches and normal records of a part of the input. Parts are merged in the order of the input.
func (c *Correlator) Merge(part *Collection) {
	for id, b := range part.buckets {
		c.buckets[id[0]][id[1]].merge(b)
	}
	for _, n := range part.normals {
		c.AddNormal(n)
	}
}

// Rank sets the order of sources for records that time does not order.
func (c *Correlator) Rank(of func(source logdoc.LogText) int) {
	for _, events := range c.buckets {
		for i := range events {
			events[i].each(func(m *logdoc.Match) { m.Rank = of(m.Place.Source) })
		}
	}
}

// Limit makes only records between the times evidence; a zero time is no limit, and records without a clock stay.
func (c *Correlator) Limit(since, until time.Time) {
	outside := func(m logdoc.Match) bool {
		t := time.Unix(0, m.Time)
		return m.Clock && (!since.IsZero() && t.Before(since) || !until.IsZero() && t.After(until))
	}
	for _, events := range c.buckets {
		for i := range events {
			b := &events[i]
			kept := len(b.first) + len(b.ring)
			b.first = slices.DeleteFunc(b.first, outside)
			b.ring = slices.DeleteFunc(append(slices.Clone(b.ring[b.next:]), b.ring[:b.next]...), outside)
			b.next = 0
			if len(b.first)+len(b.ring) < kept {
				b.total = len(b.first) + len(b.ring)
			}
		}
	}
}

// AddNormal counts normal records.
func (c *Correlator) AddNormal(n Normal) {
	old := &c.normals[n.Expected]
	old.Records += n.Records
	if n.Event >= 0 && (old.Event < 0 || n.Time >= old.Time) {
		old.Event, old.Time, old.Clock = n.Event, n.Time, n.Clock
	}
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
}

// Finish evaluates the verdicts. now replaces the newest stamp as the time of capture when it is not zero.
func (c *Correlator) Finish(now time.Time) Outcome {
	out := Outcome{Capture: now}
	if now.IsZero() && c.clock {
		out.Capture = time.Unix(0, c.end).UTC()
	}
	subjects := c.set.subjects()
	var found []candidate
	for i, s := range c.set.symptoms {
		best := logdoc.NotFound
		for _, g := range c.groups(i, out.Capture) {
			if f, ok := g.finding(); ok {
				best = max(best, f.Certainty)
				found = append(found, candidate{f, g.about(subjects)})
			}
		}
		c.checked(i, s, best, &out)
	}
	for i, n := range c.normals {
		if n.Records == 0 {
			continue
		}
		e := c.set.expected[i]
		clean := logdoc.Clean{Name: e.name, Title: e.src.Title.Value, Product: e.src.Product.Value, Expected: true, Records: n.Records}
		if n.Event >= 0 {
			clean.State = e.state(n.Event)
			if n.Clock {
				clean.Since = time.Unix(0, n.Time).UTC()
			}
		}
		out.Clean = append(out.Clean, clean)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return compareFindings(&a.Finding, &b.Finding) })
	out.Findings = c.fold(found)
	return out
}

// candidate is a finding that may turn out to be a consequence, with the values that tell what it is about.
type candidate struct {
	logdoc.Finding
	about map[string]map[logdoc.LogText]bool
}

// subjects are the fields that any symptom's `by` names: they tell what a finding is about.
func (s *Set) subjects() []string {
	names := []string{"host"}
	for _, sym := range s.symptoms {
		for _, r := range sym.src.By {
			if !slices.Contains(names, r.Field) {
				names = append(names, r.Field)
			}
		}
	}
	return names
}

// maxSubjects bounds the values that are compared when a consequence is looked for.
const maxSubjects = 1000

// about collects the values of the subjects in the group's evidence.
func (g *group) about(subjects []string) map[string]map[logdoc.LogText]bool {
	about := map[string]map[logdoc.LogText]bool{}
	for e, p := range g.symptom.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			for _, name := range subjects {
				if v, ok := captured(&g.lists[e][i], name); ok {
					if about[name] == nil {
						about[name] = map[logdoc.LogText]bool{}
					}
					if len(about[name]) < maxSubjects {
						about[name][v] = true
					}
				}
			}
		}
	}
	return about
}

// shares reports whether two findings can be about the same thing: no field that both have is without a common value.
func (a *candidate) shares(b *candidate) bool {
	for name, values := range a.about {
		other, ok := b.about[name]
		if !ok {
			continue
		}
		common := false
		for v := range values {
			common = common || other[v]
		}
		if !common {
			return false
		}
	}
	return true
}

// compareFindings orders what is not cleared first, then worst, then surest, then most recent.
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

// groups sorts a symptom's matches by key. Matches of events that the `by` clause does not speak of belong to every key.
func (c *Correlator) groups(index int, now time.Time) []*group {
	s := c.set.symptoms[index]
	make1 := func(key logdoc.LogText) *group {
		return &group{symptom: s, index: index, facts: c.facts, now: now, end: c.end, key: key, lists: make([][]logdoc.Match, len(s.events)), counts: make([]int, len(s.events))}
	}
	shared := make1("")
	keyed := map[logdoc.LogText]*group{}
	any := false
	for e := range s.events {
		b := &c.buckets[index][e]
		if b.total == 0 {
			continue
		}
		any = true
		list := make([]logdoc.Match, 0, len(b.first)+len(b.ring))
		list = append(append(list, b.first...), b.ring...)
		slices.SortStableFunc(list, func(x, y logdoc.Match) int {
			if before(&x, &y) {
				return -1
			}
			if before(&y, &x) {
				return 1
			}
			return 0
		})
		refs := s.byRefs(e)
		if len(refs) == 0 {
			shared.lists[e] = list
			shared.counts[e] = b.total
			shared.dropped += b.total - len(list)
			continue
		}
		for i := range list {
			key := keyOf(&list[i], refs)
			g := keyed[key]
			if g == nil {
				g = make1(key)
				keyed[key] = g
			}
			g.lists[e] = append(g.lists[e], list[i])
			g.counts[e]++
			g.dropped = b.total - len(list)
		}
	}
	if len(keyed) == 0 {
		if any || len(s.facts) > 0 {
			return []*group{shared}
		}
		return nil
	}
	var out []*group
	for _, g := range keyed {
		for e := range s.events {
			if len(s.byRefs(e)) == 0 {
				g.lists[e], g.counts[e] = shared.lists[e], shared.counts[e]
			}
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int { return strings.Compare(string(a.key), string(b.key)) })
	return out
}

// byRefs returns the fields of an event that make its key.
func (s *symptom) byRefs(event int) []string {
	var fields []string
	p := s.events[event]
	for _, r := range s.src.By {
		if r.Owner == p.name || r.Owner == "" && contains2(p.holes, p.fields, r.Field) {
			fields = append(fields, r.Field)
		}
	}
	return fields
}

func keyOf(m *logdoc.Match, fields []string) logdoc.LogText {
	var parts []string
	for _, f := range fields {
		if v, ok := captured(m, f); ok {
			parts = append(parts, string(v))
		}
	}
	return logdoc.LogText(strings.Join(parts, " "))
}

// verdict returns the strongest certainty that holds, with the verdict it comes from.
func (g *group) verdict() (logdoc.Certainty, *lang.Verdict, bool) {
	best, unproven := logdoc.NotFound, false
	var from *lang.Verdict
	for _, v := range g.symptom.src.Verdicts {
		list := g.holds(v.When)
		if len(list) == 0 {
			continue
		}
		certainty := v.Certainty
		trusted := !slices.ContainsFunc(list, func(o occurrence) bool { return !o.unproven })
		if trusted && certainty > logdoc.Possible {
			certainty--
		}
		if certainty > best {
			best, from, unproven = certainty, v, trusted
		}
	}
	return best, from, unproven
}

// finding evaluates one group.
func (g *group) finding() (logdoc.Finding, bool) {
	s := g.symptom
	certainty, verdict, unproven := g.verdict()
	if certainty == logdoc.NotFound {
		return logdoc.Finding{}, false
	}
	f := logdoc.Finding{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Pack: s.pack, Severity: s.severity, Certainty: certainty, Key: g.key}
	f.Cause, f.Impact = paragraphs(s.src.Cause), paragraphs(s.src.Impact)
	for _, see := range s.src.See {
		f.See = append(f.See, see.Value)
	}
	for _, rule := range s.src.SeverityWhen {
		if len(g.holds(rule.When)) > 0 {
			f.Severity, _ = logdoc.ParseSeverity(rule.Severity.Value)
			break
		}
	}
	last := g.evidence(&f)
	f.Why = append(f.Why, verdict.Certainty.String()+", because "+g.describe(verdict.When))
	if unproven {
		f.Why = append(f.Why, "lowered to "+certainty.String()+": records without a clock do not prove a time window")
	}
	if g.dropped > 0 {
		f.Why = append(f.Why, "so many records match that only the first and the newest were kept: counts within windows may be too low")
	}
	g.state(&f, last)
	f.Values = g.values()
	f.Steps = g.steps()
	return f, true
}

// state tells where the finding stood at the capture.
func (g *group) state(f *logdoc.Finding, last *logdoc.Match) {
	s := g.symptom
	if s.src.Clears != nil && last != nil {
		for _, o := range g.holds(s.src.Clears) {
			if o.last != nil && !before(o.last, last) && o.last != last {
				f.State = logdoc.Cleared
				if o.last.Clock {
					f.ClearedAt = time.Unix(0, o.last.Time).UTC()
				}
				return
			}
		}
	}
	stale := DefaultStaleAfter
	if s.src.StaleAfter != nil {
		stale = *s.src.StaleAfter
	}
	if stale >= 0 && !f.Last.IsZero() && !g.now.IsZero() && g.now.Sub(f.Last) > stale {
		f.State = logdoc.Stale
	}
}

func paragraphs(t *lang.Text) string {
	if t == nil {
		return ""
	}
	return strings.Join(t.Lines, "\n")
}

// consequenceSlack is how much earlier than its cause a consequence may be seen: clocks of two machines differ.
const consequenceSlack = 10 * time.Minute

// fold moves findings beneath those that explain them.
func (c *Correlator) fold(findings []candidate) []logdoc.Finding {
	names := map[string][]string{}
	for _, s := range c.set.symptoms {
		for _, e := range s.src.Explains {
			names[s.name] = append(names[s.name], e.Value)
		}
	}
	parent := make([]int, len(findings))
	for i := range parent {
		parent[i] = -1
	}
	under := func(i, ancestor int) bool {
		for ; i >= 0; i = parent[i] {
			if i == ancestor {
				return true
			}
		}
		return false
	}
	for i := range findings {
		if findings[i].Certainty < logdoc.Likely {
			continue
		}
		for k := range findings {
			if k == i || parent[k] >= 0 || under(i, k) || !findings[i].explains(names[findings[i].Symptom], &findings[k]) {
				continue
			}
			parent[k] = i
		}
	}
	var build func(i int) logdoc.Finding
	build = func(i int) logdoc.Finding {
		f := findings[i].Finding
		for k := range findings {
			if parent[k] == i {
				f.Consequences = append(f.Consequences, build(k))
			}
		}
		return f
	}
	var out []logdoc.Finding
	for i := range findings {
		if parent[i] < 0 {
			out = append(out, build(i))
		}
	}
	return out
}

// explains reports whether the finding can be the cause of the other one: its symptom says so, both can be about the same thing, and time allows it.
func (cause *candidate) explains(globs []string, consequence *candidate) bool {
	if !slices.ContainsFunc(globs, func(g string) bool { return explains(g, consequence.Symptom) }) || cause.Symptom == consequence.Symptom || !cause.shares(consequence) {
		return false
	}
	if !cause.First.IsZero() && !consequence.Last.IsZero() && consequence.Last.Before(cause.First.Add(-consequenceSlack)) {
		return false
	}
	return cause.ClearedAt.IsZero() || consequence.First.IsZero() || !consequence.First.After(cause.ClearedAt)
}

// checked says, for a symptom, that it was looked for in vain, or what was missing to look for it.
func (c *Correlator) checked(index int, s *symptom, best logdoc.Certainty, out *Outcome) {
	var missing []string
	var collect []string
	complete := false
	least := math.MaxInt
	for _, n := range s.needs {
		if n.certainty <= best {
			continue
		}
		m, files := c.lacks(index, s, n)
		if len(m) == 0 {
			complete = true
			continue
		}
		if len(m) < least {
			least, missing, collect = len(m), m, files
		}
	}
	entry := logdoc.Unchecked{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Collect: collect}
	switch {
	case best == logdoc.NotFound && complete:
		out.Clean = append(out.Clean, logdoc.Clean{Name: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value})
		return
	case len(missing) == 0:
		return
	case best == logdoc.NotFound:
		entry.Reason = "not in the input: " + strings.Join(missing, ", ")
	case complete:
		return
	default:
		entry.Reason = "found as " + best.String() + "; to be sure, these are needed: " + strings.Join(missing, ", ")
	}
	out.Unchecked = append(out.Unchecked, entry)
}

// lacks returns what one verdict needs and the input has not, and which files to bring.
func (c *Correlator) lacks(index int, s *symptom, n need) (missing, collect []string) {
	for _, e := range n.events {
		p := s.events[e]
		if p.any || slices.ContainsFunc(p.formats, func(f int) bool { return f >= 0 && c.formats[f] }) {
			continue
		}
		names := make([]string, len(p.formats))
		for i, f := range p.formats {
			names[i] = c.set.names[f]
		}
		what := "a log of format " + strings.Join(names, " or ")
		if !slices.Contains(missing, what) {
			missing = append(missing, what)
			collect = append(collect, names[0])
		}
	}
	for _, k := range n.facts {
		if len(c.facts.of(index, k)) > 0 {
			continue
		}
		if _, gone := c.facts.missing(index, k); gone {
			continue
		}
		f := s.facts[k]
		missing = append(missing, "a file "+f.globs[0])
		if f.src.Collect.Value != "" {
			collect = append(collect, f.src.Collect.Value)
		} else {
			collect = append(collect, f.globs[0])
		}
	}
	return missing, collect
}
