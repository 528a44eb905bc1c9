package rules

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Bounds of what one condition is asked to do.
const (
	// maxPartitions bounds the different values of fields that records of a hit must agree in.
	maxPartitions = 1024
	// maxHits bounds the hits that are told apart.
	maxHits = keptMatches
)

// noTime is the time of a record that stands before any clock.
const noTime = math.MinInt64

// item is what can stand for a term in a hit: a record, or the hit of a condition inside it, whose time is that of its last record.
type item struct {
	occurrence
	time int64 // noTime when there is no clock at all
	// values are those of the fields that the records of a hit must agree in, by their index; "" where no record says.
	values []string
}

// hitsCond is a condition whose hits use up their records.
type hitsCond struct{ *lang.CondHits }

func (c hitsCond) holds(g *group) []occurrence {
	items := g.hitItems(c.CondHits, c.Same)
	_, wait := c.settles(g.symptom)
	var out []occurrence
	for i := range items {
		// While the input goes on, what must not be there may still come, and in what has no clock it may stand anywhere.
		if o := &items[i].occurrence; g.ended() || g.growing && c.lasts() || (wait == 0 || !o.unclocked) && g.settled(o.end, wait) {
			out = append(out, *o)
		}
	}
	slices.SortStableFunc(out, compareOccurrences)
	return out
}

func (c hitsCond) settles(s *symptom) (span, delay time.Duration) {
	for i := range c.Terms {
		if sub := c.Terms[i].Sub; sub != nil {
			own, after := hitsCond{sub}.settles(s)
			span, delay = max(span, own), max(delay, after)
		}
	}
	span = plus(span, c.Window)
	wait := time.Duration(0)
	for i := range c.Absent {
		a := &c.Absent[i]
		after := plus(plus(max(a.Slide, 0), max(a.Window, 0)), c.Window)
		if a.Sub != nil {
			after = plus(after, lag(a.Sub, s))
		}
		wait = max(wait, after)
	}
	return span, plus(delay, wait)
}

func (c hitsCond) rests(s *symptom) []need {
	n := need{}
	c.Present(func(r *lang.Ref) { n = n.with(s.rests(r)) })
	return []need{n}
}

func (c hitsCond) terms() []lang.Cond { return nil }

func (c hitsCond) refs(visit func(*lang.Ref)) { c.Refs(visit) }

func (c hitsCond) words(g *group, _ *occurrence, _ bool) string {
	if n := len(c.holds(g)); n > 1 {
		return fmt.Sprintf("%d times: %s", n, g.describeHits(c.CondHits))
	}
	return g.describeHits(c.CondHits)
}

// hitItems returns the hits as items that carry the values of the fields that want names.
func (g *group) hitItems(c *lang.CondHits, want []string) []item {
	fields := withFields(c.Same, want)
	h := hitSearch{group: g, cond: c, fields: fields}
	var slots []slotOf
	for i := range c.Terms {
		list := g.itemsOf(&c.Terms[i], fields)
		n := max(c.Terms[i].Count, 1)
		if !c.Ordered {
			slots = append(slots, slotOf{term: i, count: n, items: list})
			continue
		}
		for range n {
			slots = append(slots, slotOf{term: shared(c.Terms, i), count: 1, items: list})
		}
	}
	absent := make([][]item, len(c.Absent))
	for i := range c.Absent {
		absent[i] = g.itemsOf(&c.Absent[i].HitTerm, fields)
	}
	for _, values := range partitions(slots, len(c.Same)) {
		h.slots, h.absent = h.slots[:0], h.absent[:0]
		for _, s := range slots {
			s.items = agreeing(s.items, values)
			h.slots = append(h.slots, s)
		}
		for _, list := range absent {
			h.absent = append(h.absent, agreeing(list, values))
		}
		h.search()
	}
	slices.SortStableFunc(h.found, func(a, b item) int { return compareItems(&a, &b) })
	return h.found[:min(len(h.found), maxHits)]
}

// withFields returns the fields of both lists.
func withFields(same, want []string) []string {
	fields := slices.Clone(same)
	for _, f := range want {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// shared returns the first term of the same event, which uses up the same records.
func shared(terms []lang.HitTerm, i int) int {
	if terms[i].Event == nil {
		return i
	}
	return slices.IndexFunc(terms, func(t lang.HitTerm) bool { return t.Event != nil && t.Event.Owner == terms[i].Event.Owner })
}

// itemsOf lists what can stand for a term, ordered.
func (g *group) itemsOf(t *lang.HitTerm, fields []string) []item {
	if t.Sub != nil {
		items := g.hitItems(t.Sub, fields)
		has := withFields(t.Sub.Same, fields)
		for i := range items {
			values := make([]string, len(fields))
			for k, f := range fields {
				values[k] = items[i].values[slices.Index(has, f)]
			}
			items[i].values = values
		}
		return items
	}
	event := g.symptom.eventIndex(t.Event.Owner)
	if event < 0 {
		return nil
	}
	items := make([]item, 0, len(g.lists[event]))
	for i := range g.lists[event] {
		m := &g.lists[event][i]
		if m.Time == noTime && !g.ended() {
			continue // where it stands is known at the end
		}
		it := item{occurrence: single(event, m), time: g.timeOf(m)}
		for _, f := range fields {
			v, _ := captured(m, f)
			it.values = append(it.values, string(v))
		}
		items = append(items, it)
	}
	slices.SortStableFunc(items, func(a, b item) int { return compareItems(&a, &b) })
	return items
}

// timeOf returns the time that a record counts with. One that stands before the first clock of its source counts with the first one that is known.
func (g *group) timeOf(m *logdoc.Match) int64 {
	if m.Time != noTime {
		return m.Time
	}
	if g.starts == nil {
		g.starts = map[logdoc.LogText]int64{}
		for _, list := range g.lists {
			for i := range list {
				if t := list[i].Time; t != noTime {
					if old, ok := g.starts[list[i].Place.Source]; !ok || t < old {
						g.starts[list[i].Place.Source] = t
					}
				}
			}
		}
	}
	if t, ok := g.starts[m.Place.Source]; ok {
		return t
	}
	return noTime
}

func compareItems(a, b *item) int {
	if a.time != b.time {
		return cmp.Compare(a.time, b.time)
	}
	return inOrder(a.last, b.last)
}

// slotOf is one place of a hit that an item must fill, or several items of one term where order does not matter.
type slotOf struct {
	term, count int
	items       []item
}

// partitions lists the different values of the fields that records must agree in; one without any when there is no such field, or nothing says its value.
func partitions(slots []slotOf, n int) [][]string {
	if n == 0 {
		return [][]string{nil}
	}
	seen := map[string]bool{}
	var out [][]string
	for _, s := range slots {
		for i := range s.items {
			values := s.items[i].values[:n]
			key := strings.Join(values, keySeparator)
			if len(strings.Trim(key, keySeparator)) > 0 && !seen[key] && len(out) < maxPartitions {
				seen[key] = true
				out = append(out, values)
			}
		}
	}
	if len(out) == 0 {
		return [][]string{make([]string, n)}
	}
	return out
}

// agreeing returns the items that do not say otherwise.
func agreeing(items []item, values []string) []item {
	var out []item
	for i := range items {
		agrees := true
		for k, v := range values {
			has := items[i].values[k]
			agrees = agrees && (v == "" || has == "" || has == v)
		}
		if agrees {
			out = append(out, items[i])
		}
	}
	return out
}

// hitSearch finds the hits of one condition.
type hitSearch struct {
	*group
	cond   *lang.CondHits
	fields []string
	slots  []slotOf
	absent [][]item
	found  []item
	frame  []framed
}

// framed is an item of the frame that is looked at, and where it comes from.
type framed struct {
	*item
	slot, index int
}

// search takes frames, the earliest items that fit, until there is none: what does not fit into the window loses its oldest item, what has a forbidden one beside it
// the item that the interval hangs on, and a hit all of its items.
func (h *hitSearch) search() {
	for len(h.found) <= maxHits && h.next() {
		first, last, oldest := h.span()
		if first != noTime && last-first > int64(h.cond.Window) {
			h.drop(h.frame[oldest])
			continue
		}
		i, known := h.forbidden(first, last)
		switch {
		case i >= 0:
			h.drop(h.frame[i])
		case !known:
			return // what comes may forbid it, and what comes behind depends on that
		default:
			h.hit()
		}
	}
}

// next fills the frame.
func (h *hitSearch) next() bool {
	if !h.cond.Ordered || !h.growing {
		return h.fill()
	}
	if h.fill() {
		if first, last, _ := h.span(); last-first <= int64(h.cond.Window) {
			return true
		}
	}
	return h.chain()
}

// fill fills the frame with the earliest items that fit.
func (h *hitSearch) fill() bool {
	h.frame = h.frame[:0]
	for s := range h.slots {
		slot := &h.slots[s]
		if h.cond.Ordered {
			i := h.following(slot.items)
			if i < 0 {
				return false
			}
			h.frame = append(h.frame, framed{&slot.items[i], s, i})
			continue
		}
		if len(slot.items) < slot.count {
			return false
		}
		for i := range slot.count {
			h.frame = append(h.frame, framed{&slot.items[i], s, i})
		}
	}
	return true
}

// following returns the first item that comes behind the last one of the frame. In one file the place tells the order where stamps are equal; in two files equal
// stamps count as in order.
func (h *hitSearch) following(items []item) int {
	if len(h.frame) == 0 {
		if len(items) == 0 {
			return -1
		}
		return 0
	}
	prev := h.frame[len(h.frame)-1]
	i := sort.Search(len(items), func(i int) bool { return items[i].time >= prev.time })
	for ; i < len(items); i++ {
		if h.follows(prev.item, &items[i]) && !slices.ContainsFunc(h.frame, func(f framed) bool { return f.shares(&items[i].occurrence) }) {
			return i
		}
	}
	return -1
}

func (h *hitSearch) follows(prev, next *item) bool {
	switch {
	case prev.time != next.time:
		return prev.time < next.time
	case prev.last.Place.Source == next.last.Place.Source:
		return inFile(prev.last, next.last) < 0
	}
	// What stands between the two in the end may take this away.
	return !h.growing
}

// span returns the first and the last time of the frame, noTime when nothing in it has one, and which item is the oldest.
func (h *hitSearch) span() (first, last int64, oldest int) {
	first, last = noTime, noTime
	for i, f := range h.frame {
		if f.time == noTime {
			continue
		}
		if first == noTime || f.time < first {
			first, oldest = f.time, i
		}
		last = max(last, f.time)
	}
	return first, last, oldest
}

// drop takes one item away from its slot.
func (h *hitSearch) drop(f framed) {
	slot := &h.slots[f.slot]
	switch {
	case h.cond.Ordered:
		// What stands before it fits no later frame either.
		slot.items = slot.items[f.index+1:]
	case f.index == 0:
		slot.items = slot.items[1:]
	default:
		slot.items = slices.Delete(slices.Clone(slot.items), f.index, f.index+1)
	}
}

// forbidden returns the item of the frame that an absent term takes away, or -1. It is not known while records of an interval may still come.
func (h *hitSearch) forbidden(first, last int64) (index int, known bool) {
	if len(h.absent) == 0 {
		return -1, true
	}
	order := make([]int, len(h.frame))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareItems(h.frame[a].item, h.frame[b].item) })
	for k := range h.absent {
		c := &h.cond.Absent[k]
		anchor := order[min(c.Anchor, len(order)-1)]
		at := h.frame[anchor]
		if at.time == noTime {
			if h.beside(c, h.absent[k], h.frame[order[0]].item, h.frame[order[len(order)-1]].item) {
				return anchor, true
			}
			continue
		}
		width := int64(c.Window)
		if !c.Absolute {
			width += last - first
		}
		lo := at.time + int64(c.Slide)
		hi := lo + max(width, 0)
		list := h.absent[k]
		if i := sort.Search(len(list), func(i int) bool { return list[i].time >= lo }); i < len(list) && list[i].time <= hi {
			return anchor, true
		}
		wait := time.Duration(0)
		if c.Sub != nil {
			wait = lag(c.Sub, h.symptom)
		}
		if !h.settled(hi, wait) {
			return -1, false
		}
	}
	return -1, true
}

// beside decides without a clock: the term must not stand between the first and the last record of the hit in their file, nor, where its interval reaches further,
// anywhere before or behind them.
func (h *hitSearch) beside(c *lang.AbsentTerm, absent []item, first, last *item) bool {
	for i := range absent {
		a := &absent[i]
		if a.time != noTime || a.last.Place.Source != first.last.Place.Source && a.last.Place.Source != last.last.Place.Source {
			continue
		}
		before := inOrder(a.last, first.last) < 0
		behind := inOrder(a.last, last.last) > 0
		if !before && !behind || before && c.Slide < 0 || behind && (c.Slide > 0 || c.Window > 0) {
			return true
		}
	}
	return false
}

// hit keeps the frame as a hit and takes its items away.
func (h *hitSearch) hit() {
	whole := item{occurrence: h.frame[0].occurrence, time: noTime, values: make([]string, len(h.fields))}
	for i, f := range h.frame {
		if i > 0 {
			whole.occurrence = join(&whole.occurrence, &f.occurrence)
		}
		whole.time = max(whole.time, f.time)
		for k, v := range f.values {
			if v != "" {
				whole.values[k] = v
			}
		}
	}
	if len(h.frame) > 1 || len(h.absent) > 0 {
		whole.unproven = whole.unproven || whole.unclocked
	}
	h.doubt(&whole)
	h.found = append(h.found, whole)
	used := make([]int, len(h.cond.Terms)) // by term: how many items of the slot that reached furthest are gone
	for _, f := range h.frame {
		if h.cond.Ordered {
			left := len(h.slots[f.slot].items) - f.index - 1
			if t := h.slots[f.slot].term; used[t] == 0 || left < used[t]-1 {
				used[t] = left + 1
			}
		}
	}
	for s := range h.slots {
		slot := &h.slots[s]
		if !h.cond.Ordered {
			slot.items = slot.items[slot.count:]
			continue
		}
		// The slots of one term share its records: none may use them again.
		if left := used[slot.term] - 1; left < len(slot.items) {
			slot.items = slot.items[len(slot.items)-left:]
		}
	}
}

// doubt says what of a hit is taken on trust besides the clock.
func (h *hitSearch) doubt(whole *item) {
	for i := range h.cond.Same {
		if slices.ContainsFunc(h.frame, func(f framed) bool { return f.values[i] == "" }) && len(h.frame) > 1 {
			whole.unproven = true
			whole.trust = fmt.Sprintf("not every record says its %s: that they belong together is taken on trust", h.cond.Same[i])
		}
	}
	for i := range h.cond.Absent {
		if t := &h.cond.Absent[i]; t.Event != nil {
			if e := h.symptom.eventIndex(t.Event.Owner); e >= 0 && h.partial && h.counts[e] > len(h.lists[e]) {
				whole.unproven = true
				whole.trust = "not all records were kept of what must not be there"
			}
		}
	}
}

// keepHits leaves only the records that hits were made of, so that these are the evidence.
func (g *group) keepHits(when lang.Cond) {
	c, ok := when.(*lang.CondHits)
	if !ok {
		return
	}
	type at struct {
		event int
		place logdoc.Place
	}
	used := map[at]bool{}
	for _, o := range (hitsCond{c}).holds(g) {
		for _, b := range o.bound {
			if b.match != nil {
				used[at{b.event, b.match.Place}] = true
			}
		}
	}
	lists := make([][]logdoc.Match, len(g.lists))
	for e, list := range g.lists {
		for i := range list {
			if used[at{e, list[i].Place}] {
				lists[e] = append(lists[e], list[i])
			}
		}
		g.counts[e] -= len(list) - len(lists[e])
	}
	g.lists = lists
}

// describeHits says in words what a condition asks for.
func (g *group) describeHits(c *lang.CondHits) string {
	glue := " and "
	if c.Ordered {
		glue = ", then "
	}
	var parts []string
	for i := range c.Terms {
		parts = append(parts, g.hitName(&c.Terms[i]))
	}
	s := strings.Join(parts, glue)
	if c.Window > 0 {
		s += " within " + lang.FormatDuration(c.Window)
	}
	if len(c.Same) > 0 {
		s += ", of one " + strings.Join(c.Same, " and ")
	}
	for i := range c.Absent {
		s += ", without: " + g.hitName(&c.Absent[i].HitTerm)
	}
	return s
}

// hitName says in words what a term asks for.
func (g *group) hitName(t *lang.HitTerm) string {
	text := ""
	if t.Sub != nil {
		text = "(" + g.describeHits(t.Sub) + ")"
	} else {
		text = g.words(&lang.CondRef{Ref: t.Event})
	}
	if t.Count > 1 {
		return fmt.Sprintf("%d of: %s", t.Count, text)
	}
	return text
}
