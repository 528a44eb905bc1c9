package template

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Stamp is a time as it is written: what the text does not say is not in it.
type Stamp struct {
	Year, Month, Day, Hour, Minute, Second int16
	Nanosecond                             int32
	// HasYear, HasDate and HasZone tell which parts were written; Offset is in seconds east of UTC.
	HasYear, HasDate, HasZone bool
	Offset                    int32
	// Leap is true for a written second 60, which counts as 59.999.
	Leap bool
}

// Time returns the stamp in zone loc, which counts only where the stamp has no zone of its own.
func (s *Stamp) Time(loc *time.Location) time.Time {
	if s.HasZone {
		loc = time.UTC
	}
	t := time.Date(int(s.Year), time.Month(s.Month), int(s.Day), int(s.Hour), int(s.Minute), int(s.Second), int(s.Nanosecond), loc)
	if s.HasZone {
		t = t.Add(-time.Duration(s.Offset) * time.Second)
	}
	return t
}

type part uint8

const (
	partLiteral part = iota
	partBlanks
	partYear4
	partYear2
	partMonth2
	partMonthName
	partDay2
	partDayPad
	partHour
	partMinute
	partSecond
	partFraction
	partZone
	partUTC
	partWeekday
)

// words are the elements of Go's layout notation that are read, longest first where one starts another.
var words = []struct {
	text string
	part part
}{
	{"2006", partYear4}, {"Jan", partMonthName}, {"Mon", partWeekday}, {"Z07:00", partZone}, {"-07:00", partZone}, {"-0700", partZone},
	{"UTC", partUTC}, {"GMT", partUTC}, {"01", partMonth2}, {"02", partDay2}, {"_2", partDayPad}, {"15", partHour}, {"04", partMinute},
	{"05", partSecond}, {"06", partYear2}, {".000", partFraction}, {",000", partFraction},
}

type layoutPart struct {
	part part
	lit  string
}

// tail is what stands behind the minutes of a layout.
type tail uint8

const (
	tailOther tail = iota
	tailSeconds
	tailFraction
)

// Layout is a compiled time layout.
type Layout struct {
	Source string
	parts  []layoutPart
	// second is the index of the part that holds the seconds, when all that varies faster stands behind it; otherwise 0.
	second int
	tail   tail
	// slot spreads layouts over a Result's memories.
	slot uint8
	// utc is set for a closing UTC or GMT: it says how the stamp is to be read, also where the program leaves the word out.
	utc bool
}

// NewLayout compiles a layout in Go's notation: elements 2006 06 01 02 _2 Jan Mon 15 04 05, a fraction .000 or ,000 (any number of digits is read),
// and the zones UTC, GMT, Z07:00, -0700.
func NewLayout(source string) (*Layout, error) {
	if !strings.Contains(source, "2006") && !strings.Contains(source, "06/") && !strings.Contains(source, "15:04") {
		return nil, fmt.Errorf("unknown kind %q", source)
	}
	l := &Layout{Source: source}
	for i := range len(source) {
		l.slot = l.slot*31 + source[i]
	}
	l.slot &= 3
next:
	for i := 0; i < len(source); {
		for _, w := range words {
			if strings.HasPrefix(source[i:], w.text) {
				i += len(w.text)
				if w.part == partFraction {
					for i < len(source) && source[i] == '0' {
						i++
					}
				}
				l.parts = append(l.parts, layoutPart{part: w.part})
				continue next
			}
		}
		n := len(l.parts)
		switch {
		case source[i] == ' ':
			if n == 0 || l.parts[n-1].part != partBlanks {
				l.parts = append(l.parts, layoutPart{part: partBlanks})
			}
		case n > 0 && l.parts[n-1].part == partLiteral:
			l.parts[n-1].lit += source[i : i+1]
		default:
			l.parts = append(l.parts, layoutPart{part: partLiteral, lit: source[i : i+1]})
		}
		i++
	}
	if n := len(l.parts); l.parts[n-1].part == partUTC {
		l.utc = true
		l.parts = l.parts[:n-1]
		if n > 1 && l.parts[n-2].part == partBlanks {
			l.parts = l.parts[:n-2]
		}
	}
	if len(l.parts) == 0 {
		return nil, fmt.Errorf("unknown kind %q", source)
	}
	for i, p := range l.parts {
		switch p.part {
		case partSecond:
			l.second = i
		case partYear4, partYear2, partMonth2, partMonthName, partDay2, partDayPad, partHour, partMinute, partWeekday:
			l.second = 0
		}
	}
	if l.second > 0 {
		switch rest := l.parts[l.second+1:]; {
		case len(rest) == 0:
			l.tail = tailSeconds
		case len(rest) == 1 && rest[0].part == partFraction:
			l.tail = tailFraction
		}
	}
	return l, nil
}

// dotFollows reports whether the layout itself wants a dot behind the part.
func (l *Layout) dotFollows(k int) bool {
	return k+1 < len(l.parts) && (l.parts[k+1].part == partFraction || l.parts[k+1].part == partLiteral && l.parts[k+1].lit[0] == '.')
}

// minute remembers what stood before the seconds of the last stamp: most stamps of a log differ only from there on.
type minute struct {
	layout *Layout
	length int
	text   [32]byte
	stamp  Stamp
}

// of reports whether the memory is of the layout, or of one that reads the same.
func (m *minute) of(l *Layout) bool {
	return m.layout == l || m.layout != nil && m.layout.Source == l.Source
}

// parse is Parse with a memory.
func (l *Layout) parse(b []byte, s *Stamp, m *minute) (int, bool) {
	if m.of(l) && len(b) > m.length && string(b[:m.length]) == string(m.text[:m.length]) {
		*s = m.stamp
		if l.tail != tailOther {
			if i, ok := l.seconds(b, s, m.length); ok {
				return i, true
			}
		}
		return l.parseFrom(b, s, l.second, m.length, nil)
	}
	*s = Stamp{}
	return l.parseFrom(b, s, 0, 0, m)
}

// seconds reads the usual ends of a stamp: the seconds, and perhaps a fraction.
func (l *Layout) seconds(b []byte, s *Stamp, i int) (int, bool) {
	if len(b)-i < 2 || !isDigit(b[i]) || !isDigit(b[i+1]) || b[i] > '5' {
		return 0, false
	}
	s.Second = int16(b[i]-'0')*10 + int16(b[i+1]-'0')
	i += 2
	if l.tail == tailFraction {
		n := Fraction(b[i:], s)
		if n == 0 {
			return 0, false
		}
		i += n
	}
	if l.utc {
		s.HasZone = true
		k := i
		for k < len(b) && isBlank(b[k]) {
			k++
		}
		if k < len(b) && (b[k] == 'U' || b[k] == 'G') {
			return 0, false
		}
	}
	return i, true
}

// first reports whether a stamp may start with c.
func (l *Layout) first(c byte) bool {
	switch p := l.parts[0]; p.part {
	case partLiteral:
		return c == p.lit[0]
	case partMonthName:
		return monthFirst[c]
	case partWeekday:
		return isLetter(c)
	case partDayPad:
		return isDigit(c) || isBlank(c)
	case partBlanks:
		return isBlank(c)
	case partFraction:
		return c == '.' || c == ','
	case partZone:
		return c == 'Z' || c == '+' || c == '-'
	case partUTC:
		return c == 'U' || c == 'G'
	}
	return isDigit(c)
}

// Parse reads a stamp at the start of b and returns how many bytes it takes. Values out of range do not match.
func (l *Layout) Parse(b []byte, s *Stamp) (int, bool) {
	*s = Stamp{}
	return l.parseFrom(b, s, 0, 0, nil)
}

// parseFrom parses the parts from the given one on, at byte i, and leaves what comes before the seconds in m.
func (l *Layout) parseFrom(b []byte, s *Stamp, from, i int, m *minute) (int, bool) {
	for k := from; k < len(l.parts); k++ {
		p := &l.parts[k]
		ok := true
		if m != nil && k == l.second && k > 0 && i <= len(m.text) {
			m.layout, m.length, m.stamp = l, i, *s
			copy(m.text[:], b[:i])
		}
		switch p.part {
		case partLiteral:
			if len(b)-i < len(p.lit) || string(b[i:i+len(p.lit)]) != p.lit {
				return 0, false
			}
			i += len(p.lit)
			continue
		case partBlanks:
			start := i
			for i < len(b) && isBlank(b[i]) {
				i++
			}
			if i == start {
				return 0, false
			}
			continue
		case partYear4:
			if len(b)-i < 4 || !isDigit(b[i]) || !isDigit(b[i+1]) || !isDigit(b[i+2]) || !isDigit(b[i+3]) {
				return 0, false
			}
			s.Year = int16(b[i]-'0')*1000 + int16(b[i+1]-'0')*100 + int16(b[i+2]-'0')*10 + int16(b[i+3]-'0')
			s.HasYear = true
			i += 4
			continue
		case partYear2:
			if s.Year, ok = two(b, i, 0, 99); ok {
				s.Year, s.HasYear = s.Year+2000, true
			}
		case partMonth2:
			s.Month, ok = two(b, i, 1, 12)
		case partDay2:
			s.Day, ok = two(b, i, 1, 31)
			s.HasDate = true
		case partHour:
			s.Hour, ok = two(b, i, 0, 23)
		case partMinute:
			s.Minute, ok = two(b, i, 0, 59)
		case partSecond:
			if s.Second, ok = two(b, i, 0, 60); ok && s.Second == 60 {
				s.Second, s.Nanosecond, s.Leap = 59, 999_000_000, true
			}
		case partDayPad:
			for i < len(b) && isBlank(b[i]) {
				i++
			}
			n := 0
			for n < 2 && i+n < len(b) && isDigit(b[i+n]) {
				s.Day = s.Day*10 + int16(b[i+n]-'0')
				n++
			}
			if n == 0 || s.Day < 1 || s.Day > 31 {
				return 0, false
			}
			s.HasDate = true
			i += n
			continue
		case partMonthName:
			n := 0
			if s.Month, n = month(b[i:]); n == 0 {
				return 0, false
			}
			i += n
			if i < len(b) && b[i] == '.' && !l.dotFollows(k) {
				i++
			}
			continue
		case partFraction:
			n := Fraction(b[i:], s)
			if n == 0 {
				return 0, false
			}
			i += n
			continue
		case partZone:
			n := zone(b[i:], s)
			if n == 0 {
				return 0, false
			}
			i += n
			continue
		case partUTC:
			if len(b)-i < 3 || string(b[i:i+3]) != "UTC" && string(b[i:i+3]) != "GMT" {
				return 0, false
			}
			s.HasZone = true
			i += 3
			continue
		case partWeekday:
			if len(b)-i < 3 || !isLetter(b[i]) || !isLetter(b[i+1]) || !isLetter(b[i+2]) {
				return 0, false
			}
			i += 3
			continue
		}
		if !ok {
			return 0, false
		}
		i += 2
	}
	if l.utc {
		s.HasZone = true
		k := i
		for k < len(b) && isBlank(b[k]) {
			k++
		}
		if len(b)-k >= 3 && (string(b[k:k+3]) == "UTC" || string(b[k:k+3]) == "GMT") {
			i = k + 3
		}
	}
	return i, true
}

func two(b []byte, i int, lo, hi int16) (int16, bool) {
	if len(b)-i < 2 || !isDigit(b[i]) || !isDigit(b[i+1]) {
		return 0, false
	}
	v := int16(b[i]-'0')*10 + int16(b[i+1]-'0')
	return v, v >= lo && v <= hi
}

// Fraction reads a dot or a comma and the digits behind it, as a part of a second, at the start of b, and returns how many bytes it takes: 0 when there is none.
func Fraction(b []byte, s *Stamp) int {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || !isDigit(b[1]) {
		return 0
	}
	if len(b) > 8 {
		if n, v := fraction8(binary.LittleEndian.Uint64(b[1:])); n < 8 {
			if !s.Leap {
				s.Nanosecond = v
			}
			return 1 + n
		}
	}
	i, scale, v := 1, int32(100_000_000), int32(0)
	for i < len(b) && isDigit(b[i]) {
		v += int32(b[i]-'0') * scale
		scale /= 10
		i++
	}
	if !s.Leap {
		s.Nanosecond = v
	}
	return i
}

// fraction8 reads up to eight digits as a part of a second, and returns how many they are. The first is in the lowest byte of v.
func fraction8(v uint64) (n int, nanoseconds int32) {
	const zeros, sixes, highs = 0x3030303030303030, 0x0606060606060606, 0xf0f0f0f0f0f0f0f0
	v ^= zeros
	n = bits.TrailingZeros64((v|(v+sixes))&highs) / 8
	if n < 8 {
		v &= 1<<(8*n) - 1
	}
	// Two, four and eight digits at a time.
	v = v*10 + v>>8
	v = (v&0x00ff00ff00ff00ff)*100 + v>>16&0x00ff00ff00ff00ff
	v = (v&0x0000ffff0000ffff)*10000 + v>>32&0x0000ffff0000ffff
	return n, int32(v&0xffffffff) * 10
}

func zone(b []byte, s *Stamp) int {
	if len(b) > 0 && b[0] == 'Z' {
		s.HasZone = true
		return 1
	}
	if len(b) < 5 || b[0] != '+' && b[0] != '-' {
		return 0
	}
	h, ok := two(b, 1, 0, 23)
	n := 3
	if b[3] == ':' {
		n = 4
	}
	m, ok2 := two(b, n, 0, 59)
	if !ok || !ok2 {
		return 0
	}
	s.Offset = int32(h)*3600 + int32(m)*60
	if b[0] == '-' {
		s.Offset = -s.Offset
	}
	s.HasZone = true
	return n + 2
}
