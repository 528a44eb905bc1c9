package diagnose

import (
	"io"
	"sync"
	"time"

	"logdoc"
	"logdoc/rules"
	"logdoc/source"
)

// Costs adds up what a run spends its time on. The zero value needs a clock; a nil one measures nothing, and nothing is the slower for it.
type Costs struct {
	// Now is the clock.
	Now func() time.Time

	mutex   sync.Mutex
	of      map[logdoc.CostPart]time.Duration
	formats map[string]*logdoc.Cost
	meter   *rules.Meter
	scans   []*scanCosts
}

// add adds time to a part of the run that is not told by name.
func (c *Costs) add(part logdoc.CostPart, d time.Duration) {
	if c == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.of == nil {
		c.of = map[logdoc.CostPart]time.Duration{}
	}
	c.of[part] += d
}

// Parts returns what the parts took, in no order.
func (c *Costs) Parts() []logdoc.Cost {
	var all []logdoc.Cost
	for part, d := range c.of {
		all = append(all, logdoc.Cost{Part: part, Time: max(d, 0)})
	}
	for _, f := range c.formats {
		all = append(all, *f)
	}
	if c.meter != nil {
		all = append(all, c.meter.Costs()...)
	}
	return all
}

// timed lets the reading of an input's file be counted.
func (c *Costs) timed(in source.Input) source.Input {
	if c == nil {
		return in
	}
	return in.Timed(c.Now, func(d time.Duration) {
		c.add(logdoc.CostReading, d)
		c.add(logdoc.CostUnpacking, -d)
	})
}

// unpacking counts the time until the returned function is called as that of unpacking, in which reading is counted as well.
func (c *Costs) unpacking() (done func()) { return c.During(logdoc.CostUnpacking) }

// visiting takes it out again while a stream is with its visitor.
func (c *Costs) visiting() (done func()) { return c.during(logdoc.CostUnpacking, -1) }

// correlating counts the time until the returned function is called, and takes what the symptoms took of it out.
func (c *Costs) correlating(of *rules.Correlator) (done func()) {
	if c == nil {
		return func() {}
	}
	before := c.symptoms()
	of.Watch(c.meter)
	stop := c.During(logdoc.CostCorrelating)
	return func() {
		stop()
		c.add(logdoc.CostCorrelating, before-c.symptoms())
	}
}

// symptoms is what all symptoms took so far.
func (c *Costs) symptoms() (sum time.Duration) {
	for _, cost := range c.meter.Costs() {
		sum += cost.Time
	}
	return sum
}

// During counts the time until the returned function is called as that of a part.
func (c *Costs) During(part logdoc.CostPart) (done func()) { return c.during(part, 1) }

func (c *Costs) during(part logdoc.CostPart, sign time.Duration) (done func()) {
	if c == nil {
		return func() {}
	}
	start := c.Now()
	return func() { c.add(part, sign*c.Now().Sub(start)) }
}

// stream lets the reading of a stream be counted as unpacking.
func (c *Costs) stream(r io.Reader) io.Reader {
	if c == nil {
		return r
	}
	return costlyReader{r, c}
}

type costlyReader struct {
	r     io.Reader
	costs *Costs
}

func (r costlyReader) Read(p []byte) (int, error) {
	defer r.costs.unpacking()()
	return r.r.Read(p)
}

// begin prepares for a run, and lets its scanners be watched.
func (c *Costs) begin(r *runner) {
	if c == nil {
		return
	}
	c.meter, c.formats = r.packs.Rules.NewMeter(c.Now), map[string]*logdoc.Cost{}
	for _, sc := range r.scanners {
		sc.costs = &scanCosts{c, r.packs.Rules.NewMeter(c.Now)}
		sc.rules.Watch(sc.costs.meter)
		c.scans = append(c.scans, sc.costs)
	}
}

// scanned joins what the scanners have counted, once all of them are done.
func (c *Costs) scanned() {
	if c == nil {
		return
	}
	for _, s := range c.scans {
		c.add(logdoc.CostSearching, s.meter.Searching)
		c.meter.Merge(s.meter)
	}
}

// scanCosts measures the blocks of one scanner; nil measures nothing.
type scanCosts struct {
	costs *Costs
	meter *rules.Meter
}

// block counts what a block takes, until the returned function is called: what the rules do not count themselves is of its format.
func (s *scanCosts) block(j *job) (done func()) {
	if s == nil {
		return func() {}
	}
	start, before := s.costs.Now(), s.meter.Searching+s.meter.Trying
	return func() {
		took := s.costs.Now().Sub(start) - (s.meter.Searching + s.meter.Trying - before)
		name, records := "", j.tally.Plain
		if j.reading.Format != nil {
			name = j.reading.Format.Name
		}
		for _, n := range j.tally.Formats {
			records += n
		}
		s.costs.format(name, max(took, 0), records)
	}
}

func (c *Costs) format(name string, took time.Duration, records int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	f := c.formats[name]
	if f == nil {
		f = &logdoc.Cost{Part: logdoc.CostFormat, Name: name}
		c.formats[name] = f
	}
	f.Time += took
	f.Looked += records
}
