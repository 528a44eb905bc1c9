package rules

import (
	"time"

	"logdoc"
)

// Meter adds up what symptoms and expected declarations take, and the search for their texts. It belongs to one goroutine; Merge joins those of several.
type Meter struct {
	// Searching is what the search of blocks for fixed texts took, Trying what all patterns did.
	Searching, Trying time.Duration

	set *Set
	now func() time.Time
	// idle is what looking at the clock twice takes by itself.
	idle time.Duration
	// by symptom, and behind them by expected declaration.
	costs []logdoc.Cost
}

// NewMeter returns a meter by the clock now.
func (s *Set) NewMeter(now func() time.Time) *Meter {
	m := &Meter{set: s, now: now, costs: make([]logdoc.Cost, len(s.symptoms)+len(s.expected)), idle: time.Hour}
	for range 1000 {
		start := now()
		m.idle = min(m.idle, now().Sub(start))
	}
	for i := range m.costs {
		if c := &m.costs[i]; i < len(s.symptoms) {
			c.Part, c.Name = logdoc.CostSymptom, s.symptoms[i].name
		} else {
			c.Part, c.Name = logdoc.CostExpected, s.expected[i-len(s.symptoms)].name
		}
	}
	return m
}

// Merge adds what another meter of the same set has counted.
func (m *Meter) Merge(other *Meter) {
	m.Searching += other.Searching
	m.Trying += other.Trying
	for i, c := range other.costs {
		m.costs[i].Time += c.Time
		m.costs[i].Looked += c.Looked
		m.costs[i].Taken += c.Taken
	}
}

// Costs returns the costs of the symptoms, and behind them those of the expected declarations, in their order.
func (m *Meter) Costs() []logdoc.Cost { return m.costs }

// Watch lets the meter count what trying patterns takes, from now on.
func (sc *Scanner) Watch(m *Meter) { sc.meter = m }

// Watch lets the meter count what the symptoms take.
func (c *Correlator) Watch(m *Meter) { c.meter = m }

// since is the time since start, less what the clock takes by itself.
func (m *Meter) since(start time.Time) time.Duration { return max(0, m.now().Sub(start)-m.idle) }

// searching starts to count what a search takes, until the returned function is called. A nil meter counts nothing.
func (m *Meter) searching() (done func()) {
	if m == nil {
		return nothing
	}
	start := m.now()
	return func() { m.Searching += m.since(start) }
}

func nothing() {}

// correlating starts to count what correlating a symptom takes, until the returned function is called. A nil meter counts nothing.
func (m *Meter) correlating(symptom int) (done func()) {
	if m == nil {
		return nothing
	}
	start := m.now()
	return func() { m.costs[symptom].Time += m.since(start) }
}

// measured tries one pattern and counts what that takes.
func (sc *Scanner) measured(l *lookup, try func() Class) Class {
	m := sc.meter
	if sc.seen[l.pattern] == sc.serial {
		return Unexplained
	}
	sc.meter = nil
	start := m.now()
	class := try()
	c := m.of(m.set.patterns[l.pattern])
	took := m.since(start)
	c.Time += took
	m.Trying += took
	sc.meter = m
	c.Looked++
	if class != Unexplained {
		c.Taken++
	}
	return class
}

// of is where the costs of a pattern are counted.
func (m *Meter) of(p *pattern) *logdoc.Cost {
	if p.expected >= 0 {
		return &m.costs[len(m.set.symptoms)+p.expected]
	}
	return &m.costs[p.symptom]
}
