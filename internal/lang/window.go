package lang

import "time"

// Windows says what becomes of a window. word is "within", or "for" where it is a gap's; both are given for every window, also for those that stay.
type Windows func(word string, d time.Duration) time.Duration

// within is for windows that may be missing.
func (other Windows) within(d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return other("within", d)
}

func (other Windows) of(terms []Cond) []Cond {
	out := make([]Cond, len(terms))
	for i, t := range terms {
		out[i] = t.WithWindows(other)
	}
	return out
}

// WithWindows replaces the windows of the terms.
func (c *CondAnd) WithWindows(other Windows) Cond { return &CondAnd{Terms: other.of(c.Terms)} }

// WithWindows replaces the windows of the terms.
func (c *CondOr) WithWindows(other Windows) Cond { return &CondOr{Terms: other.of(c.Terms)} }

// WithWindows replaces the windows of the term.
func (c *CondNot) WithWindows(other Windows) Cond {
	return &CondNot{Pos: c.Pos, Term: c.Term.WithWindows(other)}
}

// WithWindows replaces the window, and those of the term.
func (c *CondWithin) WithWindows(other Windows) Cond {
	return &CondWithin{Term: c.Term.WithWindows(other), Within: other.within(c.Within)}
}

// WithWindows replaces the window, and those of the terms.
func (c *CondThen) WithWindows(other Windows) Cond {
	return &CondThen{Terms: other.of(c.Terms), Within: other.within(c.Within)}
}

// WithWindows replaces the window.
func (c *CondCount) WithWindows(other Windows) Cond {
	changed := *c
	changed.Within = other.within(c.Within)
	return &changed
}

// WithWindows replaces the window, and those of both terms.
func (c *CondUnless) WithWindows(other Windows) Cond {
	return &CondUnless{Term: c.Term.WithWindows(other), Absent: c.Absent.WithWindows(other), Within: other.within(c.Within), Side: c.Side}
}

// WithWindows replaces the gap.
func (c *CondGap) WithWindows(other Windows) Cond {
	changed := *c
	changed.For = other("for", c.For)
	return &changed
}

// WithWindows returns the comparison: it has no window.
func (c *CondCompare) WithWindows(Windows) Cond { return c }

// WithWindows returns the reference: it has no window.
func (c *CondRef) WithWindows(Windows) Cond { return c }
