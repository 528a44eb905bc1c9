package diagnose

import "time"

// backLimit is how far a clock may step back before it is told.
const backLimit = 10 * time.Minute

// clock follows the stamps of one block. What it keeps is enough to tell, once the newest stamp before the block is known, where the clock first went back: the line
// must not depend on where the log was cut into blocks.
type clock struct {
	seen           bool
	newest, latest int64
	// falls are the stamps that are older than all above them, the first one included, up to where the block goes back by itself.
	falls []step
	back  step
}

// step is a stamp, and the newest one above it.
type step struct {
	line        int
	time, above int64
}

func (s step) by() time.Duration { return time.Duration(s.above - s.time) }

// see takes the next stamp.
func (c *clock) see(t int64, line int) {
	c.latest = t
	if !c.seen {
		c.seen, c.newest = true, t
		c.falls = append(c.falls, step{line, t, t})
		return
	}
	if t >= c.newest {
		c.newest = t
		return
	}
	if c.back.line > 0 {
		return
	}
	s := step{line, t, c.newest}
	if t < c.falls[len(c.falls)-1].time {
		c.falls = append(c.falls, s)
	}
	if s.by() > backLimit {
		c.back = s
	}
}

// goesBack returns the first step back that is too far, with line 0 when there is none. newest is the newest stamp before the block.
func (c *clock) goesBack(newest int64) step {
	for _, s := range c.falls {
		if s.above = max(s.above, newest); s.by() > backLimit {
			return s
		}
	}
	return c.back
}
