package alert

import (
	"cmp"
	"slices"
	"time"

	"logdoc"
)

// maxCooling is how many findings are remembered. Beyond that those that were told longest ago are forgotten, and would be told again.
const maxCooling = 10_000

// cooling holds turns back whose finding has only just been told. What it comes to is told when the time is over, if it is still news then.
type cooling struct {
	down  time.Duration
	known map[finding]*heat
	held  int64
}

type finding struct {
	symptom string
	key     logdoc.LogText
}

// heat is what the outside was told of a finding, and what it was not.
type heat struct {
	toldAt time.Time
	// ill is whether the outside takes the finding for being active.
	ill bool
	// severity and certainty are the worst that was told since it opened last.
	severity  logdoc.Severity
	certainty logdoc.Certainty
	repeats   int
	// pending is the newest turn that was held back, nil where nothing is.
	pending *logdoc.Turn
}

type heldTurn struct {
	turn    logdoc.Turn
	repeats int
}

// turn decides whether a turn is told now, and says how many were held back before it.
//
// Told now is what the outside does not know and must: that a finding is there, that it is graver than was told, that one that it believes in is over. Held back and
// counted is what comes again soon after an alarm.
func (c *cooling) turn(t logdoc.Turn, now time.Time) (repeats int, tell bool) {
	if c.known == nil {
		c.known = map[finding]*heat{}
	}
	id := finding{t.Finding.Symptom, shorten(t.Finding.Key, 1<<10)}
	h := c.known[id]
	if h == nil {
		c.makeRoom(now)
		h = &heat{}
		c.known[id] = h
		if t.Kind != logdoc.Repeated {
			return c.tell(h, t, now), true
		}
		// An earlier run has told that it opened.
		*h = heat{toldAt: now, ill: true, severity: t.Finding.Severity, certainty: t.Finding.Certainty}
	}
	quiet := now.Sub(h.toldAt) >= c.down
	graver := t.Finding.Severity > h.severity || t.Finding.Certainty > h.certainty
	switch {
	case over(t.Kind):
		if h.ill {
			return c.tell(h, t, now), true
		}
		h.pending = nil // it came and went while nothing was told
		return 0, false
	case graver, !h.ill && quiet, t.Kind == logdoc.Reopened && quiet:
		return c.tell(h, t, now), true
	}
	h.repeats++
	c.held++
	if !h.ill {
		if h.pending != nil {
			t.Kind = h.pending.Kind
		}
		h.pending = &t
	}
	return 0, false
}

// over reports whether the finding is no more after the turn.
func over(k logdoc.TurnKind) bool { return k == logdoc.WasCleared || k == logdoc.Moved }

func (c *cooling) tell(h *heat, t logdoc.Turn, now time.Time) (repeats int) {
	repeats = h.repeats
	if !over(t.Kind) {
		if h.ill {
			h.severity, h.certainty = max(h.severity, t.Finding.Severity), max(h.certainty, t.Finding.Certainty)
		} else {
			h.severity, h.certainty = t.Finding.Severity, t.Finding.Certainty
		}
	}
	h.toldAt, h.ill, h.repeats, h.pending = now, !over(t.Kind), 0, nil
	return repeats
}

// due returns what was held back, is still so, and need not wait any longer, oldest first.
func (c *cooling) due(now time.Time) []heldTurn {
	var ready []*heat
	for _, h := range c.known {
		if h.pending != nil && now.Sub(h.toldAt) >= c.down {
			ready = append(ready, h)
		}
	}
	slices.SortFunc(ready, func(a, b *heat) int {
		return cmp.Or(a.toldAt.Compare(b.toldAt), cmp.Compare(a.pending.Finding.Symptom, b.pending.Finding.Symptom), cmp.Compare(a.pending.Finding.Key, b.pending.Finding.Key))
	})
	var out []heldTurn
	for _, h := range ready {
		t := *h.pending
		out = append(out, heldTurn{t, c.tell(h, t, now)})
	}
	return out
}

// makeRoom forgets findings that are over and cold, and where that is not enough a tenth of all: those that were told longest ago.
func (c *cooling) makeRoom(now time.Time) {
	if len(c.known) < maxCooling {
		return
	}
	for id, h := range c.known {
		if !h.ill && h.pending == nil && now.Sub(h.toldAt) >= c.down {
			delete(c.known, id)
		}
	}
	if len(c.known) < maxCooling {
		return
	}
	ids := make([]finding, 0, len(c.known))
	for id := range c.known {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b finding) int {
		return cmp.Or(c.known[a].toldAt.Compare(c.known[b].toldAt), cmp.Compare(a.symptom, b.symptom), cmp.Compare(a.key, b.key))
	})
	for _, id := range ids[:maxCooling/10] {
		delete(c.known, id)
	}
}
