package samples

import (
	"math/rand/v2"
	"time"
)

// clock is how one layout of a log writes its time.
type clock struct {
	layout   string // as package time writes it, down to the second and with the point or comma before a fraction
	fraction int    // digits after it, up to six
	zone     *time.Location
}

// blank returns a time of the clock's length, to be overwritten.
func (c clock) blank() []byte {
	stamp := time.Unix(0, 0).In(c.zone).AppendFormat(nil, c.layout)
	for range c.fraction {
		stamp = append(stamp, '0')
	}
	return stamp
}

// stream writes lines under an advancing clock. A time is formatted once a second and copied from there, so that writing a line costs
// little more than copying its text.
type stream struct {
	clocks []clock
	stamps [][]byte // each clock's text for the current second
	second int64    // what the stamps show, since 1970
	micro  int64    // the current record's time within the second
	next   int64    // microseconds since 1970 from which the next record's time is drawn
	step   int64    // mean microseconds from record to record
	noise  uint64
}

func newStream(clocks []clock, start time.Time, step time.Duration, rng *rand.Rand) *stream {
	return &stream{
		clocks: clocks,
		stamps: make([][]byte, len(clocks)),
		next:   start.UnixMicro(),
		step:   max(step.Microseconds(), 1),
		noise:  rng.Uint64() | 1,
	}
}

// append appends the line to dst with the time and the numbers of this moment.
func (s *stream) append(dst []byte, l *line) []byte {
	if l.starts() {
		s.tick()
	}
	start := len(dst)
	dst = append(dst, l.text...)
	for _, p := range l.patches {
		if p.clock < 0 {
			digits(dst[start+p.at:][:p.digits], s.random())
			continue
		}
		stamp := s.stamps[p.clock]
		copy(dst[start+p.at:], stamp)
		micro := s.micro
		for range 6 - s.clocks[p.clock].fraction {
			micro /= 10
		}
		for i := range s.clocks[p.clock].fraction {
			dst[start+p.at+len(stamp)-1-i] = byte('0' + micro%10)
			micro /= 10
		}
	}
	return dst
}

// tick moves on to the next record's time: somewhere within its own step, so that times never run backwards.
func (s *stream) tick() {
	now := s.next + int64(s.random()%uint64(s.step))
	s.next += s.step
	s.micro = now % 1_000_000
	if second := now / 1_000_000; second != s.second {
		s.second = second
		for i, c := range s.clocks {
			s.stamps[i] = time.Unix(second, 0).In(c.zone).AppendFormat(s.stamps[i][:0], c.layout)
			for range c.fraction {
				s.stamps[i] = append(s.stamps[i], '0')
			}
		}
	}
}

// random returns the next number of a xorshift generator.
func (s *stream) random() uint64 {
	s.noise ^= s.noise << 13
	s.noise ^= s.noise >> 7
	s.noise ^= s.noise << 17
	return s.noise
}

// digits fills dst with a number that does not begin with 0.
func digits(dst []byte, n uint64) {
	for i := len(dst) - 1; i > 0; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	dst[0] = byte('1' + n%9)
}

// traffic returns the given number of records of ordinary traffic, spread from one time to the other.
func traffic(m mix, clocks []clock, from, to time.Time, records int, seed int64) string {
	rng := newRand(seed)
	s := newStream(clocks, from, to.Sub(from)/time.Duration(records), rng)
	var out []byte
	for _, l := range m.render(clocks, records, rng) {
		out = s.append(out, &l)
	}
	return string(out)
}
