package rules

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Correlator turns the matches of one input into findings. It is not safe for use by many goroutines.
type Correlator struct {
	set     *Set
	shelves [][]shelf // by symptom and event
	facts   *Facts
	normals map[statedKey]*Normal
	formats []bool // seen, by format index
	end     int64
	clock   bool
}

// NewCorrelator returns a correlator for one input.
func (s *Set) NewCorrelator() *Correlator {
	c := &Correlator{set: s, facts: s.NewFacts(), formats: make([]bool, len(s.names))}
	for _, sym := range s.symptoms {
		c.shelves = append(c.shelves, make([]shelf, len(sym.events)))
	}
	return c
}

// Add takes a match; the order of the calls does not matter but for matches beyond the bound, of which the first and the last ones are kept.
func (c *Correlator) Add(m logdoc.Match) {
	c.shelves[m.Symptom][m.Event].add(c.set.symptoms[m.Symptom].keyOf(&m), m)
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

// Rank sets the order of sources for records that time does not order.
func (c *Correlator) Rank(of func(source logdoc.LogText) int) {
	c.each(func(b *bucket) {
		b.each(func(m *logdoc.Match) { m.Rank = of(m.Place.Source) })
	})
}

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
	out.Clean = append(out.Clean, c.normal()...)
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

// groups sorts a symptom's matches by key. Matches of events that the `by` clause does not speak of belong to every key.
func (c *Correlator) groups(index int, now time.Time) []*group {
	s := c.set.symptoms[index]
	shared := c.group(index, now, "")
	keyed := map[string]*group{}
	any := len(s.facts) > 0
	for e, fields := range s.keys {
		for _, b := range c.shelves[index][e].buckets {
			g := shared
			if len(fields) > 0 {
				if g = keyed[b.key]; g == nil {
					g = c.group(index, now, b.key)
					keyed[b.key] = g
				}
			}
			any = true
			whole := b.list()
			g.lists[e] = slices.CompactFunc(whole, copies)
			g.counts[e] = b.total - (len(whole) - len(g.lists[e]))
			g.partial = g.partial || b.lost
		}
		shared.partial = shared.partial || c.shelves[index][e].lost
	}
	if !any {
		return nil
	}
	if len(keyed) == 0 {
		return []*group{shared}
	}
	var out []*group
	for _, key := range slices.Sorted(maps.Keys(keyed)) {
		g := keyed[key]
		for e, fields := range s.keys {
			if len(fields) == 0 {
				g.lists[e], g.counts[e] = shared.lists[e], shared.counts[e]
			}
		}
		g.partial = g.partial || shared.partial
		out = append(out, g)
	}
	return out
}

func (c *Correlator) group(index int, now time.Time, key string) *group {
	n := len(c.set.symptoms[index].events)
	return &group{symptom: c.set.symptoms[index], index: index, facts: c.facts, now: now, end: c.end, key: key, lists: make([][]logdoc.Match, n), counts: make([]int, n)}
}

// copies reports whether two neighbouring matches are one record that two files hold, as GSAN's err.log repeats its gsan.log. Only a stamp finer than a second tells
// that: within a second two machines may well log the same words.
func copies(a, b logdoc.Match) bool {
	return a.Clock && b.Clock && a.Time == b.Time && a.Time%int64(time.Second) != 0 && a.Text == b.Text && a.Place.Source != b.Place.Source
}

// reached is the strongest verdict of a group.
type reached struct {
	certainty logdoc.Certainty
	from      *lang.Verdict
	// by is the newest way in which it holds; a proven one, if there is any.
	by occurrence
}

// verdict finds the strongest verdict that holds. What is not proven counts one level less, but is never less than possible.
func (g *group) verdict() reached {
	var best reached
	for _, v := range g.symptom.src.Verdicts {
		list := g.holds(v.When)
		if len(list) == 0 {
			continue
		}
		r := reached{v.Certainty, v, list[len(list)-1]}
		for i := len(list) - 1; i >= 0 && r.by.unproven; i-- {
			if !list[i].unproven {
				r.by = list[i]
			}
		}
		if r.by.unproven {
			r.certainty = max(r.certainty-1, logdoc.Possible)
		}
		if r.certainty > best.certainty || r.certainty == best.certainty && best.by.unproven && !r.by.unproven {
			best = r
		}
	}
	return best
}

// why says which verdict holds and on what, and what made it weaker.
func (g *group) why(r *reached) []string {
	why := []string{r.from.Certainty.String() + ", because " + g.describe(r.from.When, &r.by, false)}
	switch {
	case r.certainty < r.from.Certainty:
		why = append(why, "lowered to "+r.certainty.String()+": records without a clock prove neither order nor a time window")
	case r.by.unproven:
		why = append(why, "records without a clock prove neither order nor a time window")
	}
	if g.partial {
		why = append(why, "so many records match that only the first and the newest were kept: counts within windows may be too low")
	}
	return why
}

// finding evaluates one group.
func (g *group) finding() (logdoc.Finding, bool) {
	s := g.symptom
	r := g.verdict()
	if r.certainty == logdoc.NotFound {
		return logdoc.Finding{}, false
	}
	f := logdoc.Finding{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Pack: s.pack, Severity: s.severity, Certainty: r.certainty, Key: keyText(g.key)}
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
	g.evidence(&f)
	g.state(&f)
	f.Values = g.values()
	f.Steps = g.steps()
	f.Why = g.why(&r)
	return f, true
}

// state tells where the finding stood at the capture.
func (g *group) state(f *logdoc.Finding) {
	s := g.symptom
	if s.src.Clears != nil {
		newest := g.newest()
		for _, o := range g.holds(s.src.Clears) {
			// What the files say, they say at the capture, which comes after any record.
			if o.timeless() || !slices.ContainsFunc(newest, func(m *logdoc.Match) bool { return !comesAfter(o.last, m) }) {
				f.State = logdoc.Cleared
				if !o.timeless() && o.last.Clock {
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

// newest returns the records that something must come after to come after all evidence: of each file the last one with a clock and the last one without.
func (g *group) newest() []*logdoc.Match {
	type where struct {
		source logdoc.LogText
		clock  bool
	}
	by := map[where]*logdoc.Match{}
	for e, p := range g.symptom.events {
		if !p.bad {
			continue
		}
		for i := range g.lists[e] {
			m := &g.lists[e][i]
			w := where{m.Place.Source, m.Clock}
			if by[w] == nil || comesAfter(m, by[w]) {
				by[w] = m
			}
		}
	}
	return slices.Collect(maps.Values(by))
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
	causes := make([][]int, len(findings))
	for k := range findings {
		for i := range findings {
			if i != k && findings[i].Certainty >= logdoc.Likely && findings[i].explains(names[findings[i].Symptom], &findings[k]) {
				causes[k] = append(causes[k], i)
			}
		}
	}
	parent := parents(causes)
	var build func(i int) logdoc.Finding
	build = func(i int) logdoc.Finding {
		f := findings[i].Finding
		for k := range findings {
			if parent[k] == i {
				f.Consequences = append(f.Consequences, build(k))
			}
		}
		// A chain reads in the order in which it happened.
		slices.SortStableFunc(f.Consequences, func(a, b logdoc.Finding) int { return a.First.Compare(b.First) })
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

// parents chooses, for each finding, the one that it stands beneath, or -1. Root causes, which no other finding explains, come first: a chain hangs flat beneath
// its root as far as the root explains it. Of findings that explain each other the first in order is the root.
func parents(causes [][]int) []int {
	parent := make([]int, len(causes))
	for k := range parent {
		parent[k] = -1
	}
	beneath := func(i, ancestor int) bool {
		for ; i >= 0; i = parent[i] {
			if i == ancestor {
				return true
			}
		}
		return false
	}
	for _, rootsOnly := range []bool{true, false} {
		for k := range causes {
			for _, i := range causes[k] {
				if parent[k] < 0 && (!rootsOnly || len(causes[i]) == 0) && !beneath(i, k) {
					parent[k] = i
				}
			}
		}
	}
	return parent
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
	relevant := c.relevant(s)
	for _, n := range s.needs {
		if n.certainty <= best || !relevant {
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
	case best == logdoc.NotFound && !relevant:
		entry.Reason = "no log or file of this product is in the input"
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

// relevant reports whether the input has anything of the symptom's product. An event that any format can give says nothing of that, unless nothing else of the
// product would.
func (c *Correlator) relevant(s *symptom) bool {
	specific := false
	for i, other := range c.set.symptoms {
		if other.src.Product.Value != s.src.Product.Value {
			continue
		}
		for _, p := range other.events {
			if p.any {
				continue
			}
			specific = true
			if slices.ContainsFunc(p.formats, func(f int) bool { return f >= 0 && c.formats[f] }) {
				return true
			}
		}
		for k := range other.facts {
			specific = true
			if len(c.facts.of(i, k)) > 0 {
				return true
			}
			if _, gone := c.facts.missing(i, k); gone {
				return true
			}
		}
	}
	return !specific
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
