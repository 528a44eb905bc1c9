package grammar

import "time"

// backLimit is how far a clock may step back before it is told.
const backLimit = 10 * time.Minute

// Clock follows the stamps of one chunk, in nanoseconds since 1970 UTC; the zero value has seen none. What it keeps is enough to tell, once the newest stamp before the
// chunk is known, where the clock first went back: the line must not depend on where the log was cut into chunks.
type Clock struct {
	Seen bool
	// Oldest and Newest are the smallest and greatest stamp, Latest the last one.
	Oldest, Newest, Latest int64
	// falls are the stamps that are older than all above them, the first one included, up to where the chunk goes back by itself.
	falls []StepBack
	back  StepBack
}

// StepBack is a stamp that is older than one above it. Line is 0 for none.
type StepBack struct {
	Line        int
	time, above int64
}

// By is how far the clock went back.
func (s StepBack) By() time.Duration { return time.Duration(s.above - s.time) }

// see takes the next stamp.
func (c *Clock) see(t int64, line int) {
	c.Latest = t
	if !c.Seen {
		c.Seen, c.Oldest, c.Newest = true, t, t
		c.falls = append(c.falls, StepBack{line, t, t})
		return
	}
	if t >= c.Newest {
		c.Newest = t
		return
	}
	c.Oldest = min(c.Oldest, t)
	if c.back.Line > 0 {
		return
	}
	s := StepBack{line, t, c.Newest}
	if t < c.falls[len(c.falls)-1].time {
		c.falls = append(c.falls, s)
	}
	if s.By() > backLimit {
		c.back = s
	}
}

// GoesBack returns the first step back that is too far; newest is the newest stamp before the chunk, or any that is no newer than its first when there is none.
func (c *Clock) GoesBack(newest int64) StepBack {
	for _, s := range c.falls {
		if s.above = max(s.above, newest); s.By() > backLimit {
			return s
		}
	}
	return c.back
}
