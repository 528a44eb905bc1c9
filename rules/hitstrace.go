package rules

import (
	"fmt"
	"math"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// trace shows the newest hit. Where there is none it says what was seen of each term, and which of the demands on them all stands in the way: each is taken away until there is a hit.
func (c hitsCond) trace(t tracer, list []occurrence, r *logdoc.Reason) {
	r.Text = t.describeHits(c.CondHits)
	if len(list) > 0 {
		t.showParts(r, &list[len(list)-1])
		return
	}
	lacking := false
	for i := range c.Terms {
		term := t.hitTerm(&c.Terms[i])
		lacking = lacking || !term.Held
		r.Reasons = append(r.Reasons, term)
	}
	if lacking {
		return
	}
	eased := *c.CondHits
	eased.Absent = nil
	if items := t.hitItems(&eased, nil); len(items) > 0 {
		r.Detail = "all of it was seen, and each time with what must not be there"
		t.forbidden(c.CondHits, r)
		return
	}
	eased.Window = math.MaxInt64
	if items := t.hitItems(&eased, nil); len(items) > 0 {
		o := t.narrowest(eased, c.Window, items)
		r.Detail = logdoc.LogText("spans " + apart(o) + " at best, the window is " + lang.FormatDuration(c.Window))
		t.showParts(r, o)
		return
	}
	eased.Same = nil
	if len(c.Same) > 0 && len(t.hitItems(&eased, nil)) > 0 {
		r.Detail = "all of it was seen, but not of one"
		for i, field := range c.Same {
			if i > 0 {
				r.Detail += " and"
			}
			r.Detail += logdoc.LogText(" " + field)
		}
		return
	}
	if c.Ordered {
		r.Detail = "all of it was seen, but not in this order"
	}
}

// hitTerm says whether enough was seen of a term.
func (t tracer) hitTerm(term *lang.HitTerm) logdoc.Reason {
	want := max(term.Count, 1)
	items := t.itemsOf(term, nil)
	r := logdoc.Reason{Held: len(items) >= want, Text: t.hitName(term)}
	if term.Sub != nil && len(items) == 0 {
		hitsCond{term.Sub}.trace(t, nil, &r)
		return r
	}
	r.Detail = "no record of it"
	if term.Sub != nil {
		t.showParts(&r, &items[len(items)-1].occurrence)
		r.Detail = ""
	} else if len(items) > 0 {
		event := t.symptom.eventIndex(term.Event.Owner)
		t.show(&r, event, t.records(event))
		r.Detail = logdoc.LogText(records(t.counts[event]))
	}
	if len(items) > 0 && len(items) < want {
		r.Detail = logdoc.LogText(fmt.Sprintf("only %d of %s", len(items), records(want)))
	}
	return r
}

// forbidden adds a reason for each term that must not be there, and shows those that take the hits away.
func (t tracer) forbidden(c *lang.CondHits, r *logdoc.Reason) {
	takes := make([]bool, len(c.Absent))
	for k := range c.Absent {
		alone := *c
		alone.Absent = c.Absent[k : k+1]
		takes[k] = len(t.hitItems(&alone, nil)) == 0
	}
	// No single one takes all of them away: those that were seen do so together.
	together := !slices.Contains(takes, true)
	for k := range c.Absent {
		seen := t.hitTerm(&lang.HitTerm{Event: c.Absent[k].Event, Sub: c.Absent[k].Sub, Count: 1})
		seen.Text = "without: " + t.hitName(&c.Absent[k].HitTerm)
		found := seen.Held
		seen.Held = !takes[k] && (!together || !found)
		if found && seen.Held {
			seen.Evidence, seen.Detail = nil, "not where it would matter"
		}
		r.Reasons = append(r.Reasons, seen)
	}
}

// narrowest returns a hit of the least span beyond a window. items are those without any window.
func (t tracer) narrowest(c lang.CondHits, low time.Duration, items []item) *occurrence {
	best := &items[0].occurrence
	for i := range items {
		if o := &items[i].occurrence; o.end-o.start < best.end-best.start {
			best = o
		}
	}
	for high := time.Duration(best.end - best.start); high-low > time.Millisecond; {
		c.Window = low + (high-low)/2
		if items := t.hitItems(&c, nil); len(items) > 0 {
			best, high = &items[0].occurrence, c.Window
		} else {
			low = c.Window
		}
	}
	return best
}
