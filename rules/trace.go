package rules

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// tracedRecords is how many records a reason shows.
const tracedRecords = 3

// tracer works out why conditions of a group hold or not. It is made only when somebody asks.
type tracer struct{ *group }

// Explain says why a symptom was found or not, for the key that is nearest to holding; ok is false when no symptom has the name. now is as in Finish.
func (c *Correlator) Explain(name string, now time.Time) (logdoc.Explanation, bool) {
	index := slices.IndexFunc(c.set.symptoms, func(s *symptom) bool { return s.name == name })
	if index < 0 {
		return logdoc.Explanation{}, false
	}
	s := c.set.symptoms[index]
	e := logdoc.Explanation{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value}
	groups := c.groups(index, c.capture(now))
	if len(groups) == 0 {
		groups = []*group{c.group(index, c.capture(now), "")}
	}
	if len(groups) > 1 || groups[0].speaks() {
		e.Keys = len(groups)
	}
	best := -1.0
	for _, g := range groups {
		if now.IsZero() {
			c.settle(g)
		}
		t := tracer{g}
		f, _ := g.finding()
		verdicts, near := t.verdicts()
		if score := near + 10*float64(f.Certainty); score > best {
			best = score
			e.Certainty, e.State, e.Key, e.Verdicts = f.Certainty, f.State, keyText(g.key), verdicts
			e.Clears = nil
			if s.src.Clears != nil {
				r := t.reason(s.src.Clears)
				if r.Held && f.Certainty > logdoc.NotFound && f.State != logdoc.Cleared {
					r.Detail = "it holds, but is not known to come after the last evidence"
				}
				e.Clears = &r
			}
		}
	}
	return e, true
}

// speaks reports whether anything in the input is about the symptom.
func (g *group) speaks() bool {
	if slices.ContainsFunc(g.lists, func(l []logdoc.Match) bool { return len(l) > 0 }) {
		return true
	}
	for i := range g.symptom.facts {
		if _, gone := g.facts.missing(g.index, i); gone || len(g.facts.of(g.index, i)) > 0 {
			return true
		}
	}
	return false
}

// verdicts traces every verdict, and tells how near the nearest is to holding, from 0 to 1.
func (t tracer) verdicts() ([]logdoc.VerdictReason, float64) {
	var out []logdoc.VerdictReason
	best := 0.0
	for _, v := range t.symptom.src.Verdicts {
		r := t.reason(v.When)
		out = append(out, logdoc.VerdictReason{Certainty: v.Certainty, Reason: r})
		best = max(best, nearness(&r))
	}
	return out, best
}

// nearness tells how much of a reason holds, from 0 to 1.
func nearness(r *logdoc.Reason) float64 {
	if r.Held {
		return 1
	}
	if len(r.Reasons) == 0 {
		return 0
	}
	sum := 0.0
	for i := range r.Reasons {
		sum += nearness(&r.Reasons[i])
	}
	// All parts may hold, and not together.
	return sum / float64(len(r.Reasons)+1)
}

// reason traces a condition.
func (t tracer) reason(c lang.Cond) logdoc.Reason {
	cond := conditionOf(c)
	list := cond.holds(t.group)
	r := logdoc.Reason{Held: len(list) > 0, Text: lang.PrintCond(c)}
	if r.Held {
		r.Unproven = !slices.ContainsFunc(list, func(o occurrence) bool { return !o.unproven })
	}
	for _, term := range cond.terms() {
		r.Reasons = append(r.Reasons, t.reason(term))
	}
	cond.trace(t, list, &r)
	if r.Unproven && r.Detail == "" {
		r.Detail = logdoc.LogText("on trust: " + doubt(&list[len(list)-1]))
	}
	return r
}

// show adds records as evidence: the first, and the newest.
func (t tracer) show(r *logdoc.Reason, event int, list []*logdoc.Match) {
	if len(list) > tracedRecords {
		list = append(slices.Clone(list[:tracedRecords-1]), list[len(list)-1])
	}
	p := t.symptom.events[event]
	for _, m := range list {
		e := logdoc.Evidence{Event: p.name, Label: p.label, Place: m.Place, Text: m.Text}
		if m.Clock {
			e.Time = time.Unix(0, m.Time).UTC()
		}
		r.Evidence = append(r.Evidence, e)
	}
}

// showParts adds the records that an occurrence is made of.
func (t tracer) showParts(r *logdoc.Reason, o *occurrence) {
	for _, b := range o.bound {
		switch {
		case len(r.Evidence) >= maxEvidence:
		case b.match != nil:
			t.show(r, b.event, []*logdoc.Match{b.match})
		case b.reading != nil:
			t.showFile(r, b.fact, b.reading)
		}
	}
}

func (t tracer) showFile(r *logdoc.Reason, fact int, read *reading) {
	src := t.symptom.facts[fact].src
	r.Evidence = append(r.Evidence, logdoc.Evidence{Event: src.Name.Value, Label: src.Label.Value, Place: read.place, Text: read.text})
}

func (t tracer) records(event int) []*logdoc.Match {
	list := make([]*logdoc.Match, len(t.lists[event]))
	for i := range t.lists[event] {
		list[i] = &t.lists[event][i]
	}
	return list
}

// lacks tells what of an event or fact is not in the input.
func (t tracer) lacks(r *logdoc.Reason, n need) {
	missing, collect := t.in.lacks(t.index, n)
	r.Lacks, r.Collect = append(r.Lacks, missing...), append(r.Collect, collect...)
}

// absent says that there is no record of an event.
func (t tracer) absent(r *logdoc.Reason, event int) {
	r.Detail = logdoc.LogText("no record of " + t.symptom.events[event].name)
	if t.lacks(r, need{events: []int{event}}); len(r.Lacks) > 0 {
		r.Detail += logdoc.LogText(": " + r.Lacks[len(r.Lacks)-1] + " is not in the input")
	}
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

func (c refCond) trace(t tracer, list []occurrence, r *logdoc.Reason) {
	if event := t.symptom.eventIndex(c.Ref.Owner); event >= 0 {
		if label := t.symptom.events[event].label; label != "" {
			r.Text += " (" + label + ")"
		}
		if !r.Held {
			t.absent(r, event)
			return
		}
		r.Detail = logdoc.LogText(records(t.counts[event]))
		t.show(r, event, t.records(event))
		return
	}
	fact := t.symptom.factIndex(c.Ref.Owner)
	if fact < 0 {
		return
	}
	if label := t.symptom.facts[fact].src.Label.Value; label != "" {
		r.Text += " (" + label + ")"
	}
	for i := range list {
		if len(r.Evidence) < tracedRecords {
			t.showParts(r, &list[i])
		}
	}
	t.file(r, fact, c.Ref.Field)
}

// file says of a fact that does not hold what is known of the file.
func (t tracer) file(r *logdoc.Reason, fact int, field string) {
	files := t.facts.of(t.index, fact)
	path, gone := t.facts.missing(t.index, fact)
	switch {
	case gone:
		r.Detail = logdoc.LogText("no file " + path + ", though its directory is in the input")
	case r.Held:
	case len(files) == 0:
		name := t.symptom.facts[fact].src.Name.Value
		r.Detail = logdoc.LogText(fmt.Sprintf("fact %s is unknown: no file %s", name, strings.Join(t.symptom.facts[fact].globs, " or ")))
		if field != "missing" {
			t.lacks(r, need{facts: []int{fact}})
		}
	default:
		r.Detail = logdoc.LogText(fmt.Sprintf("the file is there, and is not %s", field))
		if field == "missing" {
			r.Detail = "the file is there"
		}
		for i := range files {
			if len(r.Evidence) < tracedRecords {
				t.showFile(r, fact, &files[i])
			}
		}
	}
}

func (c andCond) trace(t tracer, _ []occurrence, r *logdoc.Reason) { t.together(r) }

// together says that all parts hold and the whole does not.
func (t tracer) together(r *logdoc.Reason) {
	r.Text = "all of"
	if !r.Held && !slices.ContainsFunc(r.Reasons, func(r logdoc.Reason) bool { return !r.Held }) {
		r.Detail = "each holds by itself, but not for the same records"
	}
}

func (c orCond) trace(_ tracer, _ []occurrence, r *logdoc.Reason) { r.Text = "any of" }

func (c notCond) trace(_ tracer, _ []occurrence, r *logdoc.Reason) {
	r.Text = "not"
	if r.Held {
		return
	}
	r.Detail = "it is there"
}

func (c withinCond) trace(t tracer, _ []occurrence, r *logdoc.Reason) {
	r.Text = "all within " + lang.FormatDuration(c.Within)
	if r.Held || !r.Reasons[0].Held {
		return
	}
	if o := briefest(t.holds(c.Term)); o != nil {
		r.Detail = logdoc.LogText(fmt.Sprintf("%s apart at best, the window is %s", apart(o), lang.FormatDuration(c.Within)))
		t.showParts(r, o)
	}
}

// briefest returns the occurrence whose records with a clock lie nearest together.
func briefest(list []occurrence) *occurrence {
	var best *occurrence
	for i := range list {
		if o := &list[i]; o.start <= o.end && (best == nil || o.end-o.start < best.end-best.start) {
			best = o
		}
	}
	return best
}

// apart is how long an occurrence lasts, in words.
func apart(o *occurrence) string { return lasting(o.end - o.start) }

// lasting writes a time between records, to the second where it is longer than one.
func lasting(ns int64) string {
	d := time.Duration(ns)
	if d >= time.Second {
		d = d.Round(time.Second)
	}
	if d >= 48*time.Hour {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (c thenCond) trace(t tracer, _ []occurrence, r *logdoc.Reason) {
	r.Text = "in this order" + windowWords(c.Within)
	if r.Held {
		return
	}
	for i := range r.Reasons {
		if !r.Reasons[i].Held {
			return
		}
	}
	ordered := thenCond{&lang.CondThen{Terms: c.Terms}}.holds(t.group)
	if o := briefest(ordered); o != nil {
		r.Detail = logdoc.LogText(fmt.Sprintf("came %s after at best, the window is %s", apart(o), lang.FormatDuration(c.Within)))
		t.showParts(r, o)
		return
	}
	r.Detail = "they are there, but in another order"
}

func (c countCond) trace(t tracer, list []occurrence, r *logdoc.Reason) {
	event := t.symptom.eventIndex(c.Ref.Owner)
	if event < 0 {
		return
	}
	if label := t.symptom.events[event].label; label != "" {
		r.Text += " (" + label + ")"
	}
	if len(t.lists[event]) == 0 {
		t.absent(r, event)
		return
	}
	best := c.best(t, event)
	what := "records"
	if c.Distinct {
		what = "different values"
	}
	switch {
	case r.Held:
		r.Detail = logdoc.LogText(fmt.Sprintf("%s in all", records(t.counts[event])))
	case c.Within > 0:
		r.Detail = logdoc.LogText(fmt.Sprintf("best was %d of %d %s%s; %s in all", best, c.N, what, windowWords(c.Within), records(t.counts[event])))
	default:
		r.Detail = logdoc.LogText(fmt.Sprintf("%d of %d %s", best, c.N, what))
	}
	t.show(r, event, t.records(event))
}

// best is the most that one window holds.
func (c countCond) best(t tracer, event int) int {
	if !c.Distinct && c.Within == 0 {
		return t.counts[event]
	}
	enough := func(n int) bool {
		return len(countCond{&lang.CondCount{N: n, Distinct: c.Distinct, Ref: c.Ref, Within: c.Within}}.holds(t.group)) > 0
	}
	return sort.Search(c.N, func(n int) bool { return !enough(n + 1) })
}

func (c unlessCond) trace(t tracer, _ []occurrence, r *logdoc.Reason) {
	if r.Held || !r.Reasons[0].Held {
		return
	}
	absent := t.holds(c.Absent)
	terms := t.holds(c.Term)
	if len(absent) == 0 || len(terms) == 0 {
		return
	}
	what := t.words(c.Absent)
	r.Detail = logdoc.LogText("it is there: " + what)
	o := &terms[len(terms)-1]
	var nearest *occurrence
	distance := int64(math.MaxInt64)
	for i := range absent {
		a := &absent[i]
		if a.start > a.end || o.start > o.end {
			continue
		}
		if d := max(a.start-o.end, o.start-a.end, 0); d < distance {
			nearest, distance = a, d
		}
	}
	if nearest == nil {
		return
	}
	r.Detail = logdoc.LogText("beside it: " + what)
	switch {
	case nearest.start > o.end:
		r.Detail = logdoc.LogText(lasting(nearest.start-o.end) + " after it: " + what)
	case nearest.end < o.start:
		r.Detail = logdoc.LogText(lasting(o.start-nearest.end) + " before it: " + what)
	}
	t.showParts(r, nearest)
}

func (c gapCond) trace(t tracer, list []occurrence, r *logdoc.Reason) {
	event := t.symptom.eventIndex(c.Event.Value)
	if event < 0 {
		return
	}
	if len(t.lists[event]) == 0 {
		t.absent(r, event)
		r.Detail += "; only what was there can stop"
		return
	}
	if r.Held {
		o := &list[0]
		r.Detail = logdoc.LogText("nothing for " + apart(o))
		t.showParts(r, o)
		return
	}
	longest := gapCond{&lang.CondGap{Event: c.Event}}.holds(t.group)
	var best *occurrence
	for i := range longest {
		if best == nil || longest[i].end-longest[i].start > best.end-best.start {
			best = &longest[i]
		}
	}
	switch {
	case best != nil:
		r.Detail = logdoc.LogText("the longest gap is " + apart(best))
		t.showParts(r, best)
	case slices.ContainsFunc(t.lists[event], func(m logdoc.Match) bool { return m.Clock }):
		r.Detail = "nothing comes after it"
	default:
		r.Detail = "none of the records has a clock"
		r.Lacks = append(r.Lacks, "a log with stamps")
	}
}

func (c compareCond) trace(t tracer, list []occurrence, r *logdoc.Reason) {
	if r.Held {
		o := &list[len(list)-1]
		r.Detail = logdoc.LogText(c.words(t.group, o, false))
		t.showParts(r, o)
		return
	}
	n := need{}
	c.refs(func(ref *lang.Ref) { n = n.with(t.symptom.rests(ref)) })
	var details []string
	add := func() {
		details = append(details, string(r.Detail))
		r.Detail = ""
	}
	for _, e := range n.events {
		if len(t.lists[e]) == 0 {
			t.absent(r, e)
			add()
		}
	}
	for _, f := range n.facts {
		if len(t.facts.of(t.index, f)) == 0 {
			t.file(r, f, "")
			add()
		}
	}
	if len(details) > 0 {
		r.Detail = logdoc.LogText(strings.Join(details, "; "))
		return
	}
	left, right := t.eval(c.Left, nil), t.eval(c.Right, nil)
	for _, side := range []struct {
		v val
		e lang.Expr
	}{{left, c.Left}, {right, c.Right}} {
		if side.v.kind == unknown {
			r.Detail = logdoc.LogText(lang.PrintExpr(side.e) + " is not known")
			if _, ok := side.e.(*lang.Now); ok {
				r.Detail, r.Lacks = "nothing in the input has a clock", append(r.Lacks, "a log with stamps")
			}
			return
		}
	}
	r.Detail = logdoc.LogText(fmt.Sprintf("%s is not %s %s", t.operand(c.Left, nil), c.Op, t.operand(c.Right, nil)))
	for _, e := range n.events {
		list := t.records(e)
		t.show(r, e, list[len(list)-1:])
	}
	for _, f := range n.facts {
		t.showFile(r, f, &t.facts.of(t.index, f)[0])
	}
}
