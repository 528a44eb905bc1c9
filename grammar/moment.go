package grammar

import (
	"bytes"
	"math"
	"strings"
	"time"

	"logdoc/internal/template"
)

// Bounds of where the time of a line is looked for: at its start, perhaps behind a container's name, a process number or a host; and in the fields of JSON and of
// key=value lines, which may stand in any order.
const (
	stampReach  = 96
	fieldsReach = 4 << 10
)

// moment is a time that was found in a line, from lo to hi: as a stamp, or as a number of nanoseconds since 1970.
type moment struct {
	stamp       template.Stamp
	nanoseconds int64
	epoch       bool
	// field means that it stands in a field of JSON or of a key=value line.
	field  bool
	lo, hi int
}

// find looks for the time of a line.
func (m *moment) find(b []byte) bool {
	switch b[0] {
	case ' ', '\t', '#', '}', ')', '<':
		return false // it goes on with what stands before it
	case '{':
		return m.inJSON(b)
	}
	reach := min(len(b), stampReach)
	for i := range reach {
		if i > 0 && (isAlnum(b[i-1]) || b[i-1] == '.' && i > 1 && isDigit(b[i-2])) {
			continue
		}
		c := b[i]
		if !isDigit(c) && (c < 'A' || c > 'Z') {
			continue
		}
		// Behind a sign it may be the rest of something else, unless it starts with a year.
		if i > 0 && strings.IndexByte("-/:.", b[i-1]) >= 0 && digits(b[i:]) < 4 {
			continue
		}
		if n := m.at(b[i:], i == 0 || b[i-1] == '['); n > 0 {
			m.lo, m.hi = i, i+n
			return true
		}
	}
	if m.inPairs(b[:min(len(b), fieldsReach)]) {
		return true
	}
	if i := bytes.Index(b[:reach], []byte(`{"`)); i >= 0 {
		return m.inJSON(b)
	}
	return false
}

// at reads a time at the start of b and returns its length, or 0. A bare number counts only where number is set.
func (m *moment) at(b []byte, number bool) int {
	m.stamp, m.epoch = template.Stamp{}, false
	n := digits(b)
	var i int
	switch {
	case n == 0:
		i = m.named(b)
	case number && (n == 10 || n == 13 || n == 16 || n == 19):
		return m.sinceEpoch(b)
	case n == 4:
		i = m.yearFirst(b)
	case n == 8:
		i = m.compact(b, 4)
	case n == 6:
		i = m.compact(b, 2)
	case n <= 2:
		i = m.dayFirst(b, n)
	}
	if i == 0 || i < len(b) && isAlnum(b[i]) {
		return 0
	}
	return i
}

// yearFirst reads 2006-01-02 15:04:05, with slashes or dots as well, and 2006 Jan _2 15:04:05.
func (m *moment) yearFirst(b []byte) int {
	s := &m.stamp
	s.Year, s.HasYear = number(b[:4]), true
	if len(b) < 16 {
		return 0
	}
	if b[4] == ' ' {
		month := monthName(b[5:])
		if month == 0 {
			return 0
		}
		day, n := padded(b[8:])
		if n == 0 {
			return 0
		}
		s.Month, s.Day = month, day
		return m.clock(b, 8+n)
	}
	if b[4] != '-' && b[4] != '/' && b[4] != '.' || digits(b[5:]) != 2 || b[7] != b[4] || digits(b[8:]) != 2 {
		return 0
	}
	s.Month, s.Day = number(b[5:7]), number(b[8:10])
	return m.clock(b, 10)
}

// compact reads 20060102 15:04:05 and 060102 15:04:05.
func (m *moment) compact(b []byte, year int) int {
	s := &m.stamp
	s.Year, s.HasYear = number(b[:year]), true
	if year == 2 {
		s.Year += 2000
	}
	s.Month, s.Day = number(b[year:year+2]), number(b[year+2:year+4])
	return m.clock(b, year+4)
}

// dayFirst reads 02/Jan/2006:15:04:05, 02 Jan 2006 15:04:05, 01/02/2006 15:04:05, also without its zeros, and 01-02 15:04:05.
func (m *moment) dayFirst(b []byte, n int) int {
	s := &m.stamp
	first := number(b[:n])
	if len(b) < n+10 {
		return 0
	}
	sep := b[n]
	if sep != '/' && sep != '-' && sep != ' ' && sep != '.' {
		return 0
	}
	rest := b[n+1:]
	if month := monthName(rest); month > 0 && len(rest) > 4 {
		s.Day, s.Month = first, month
		if digits(rest[4:]) == 4 && rest[3] == sep {
			s.Year, s.HasYear = number(rest[4:8]), true
			return m.clock(b, n+9)
		}
		return m.clock(b, n+4)
	}
	// 1/2/2006 is written without zeros only with slashes.
	d := digits(rest)
	if sep == ' ' || d < 1 || d > 2 || sep != '/' && (n != 2 || d != 2) {
		return 0
	}
	second := number(rest[:d])
	s.Month, s.Day = first, second
	// 02.01.2006 is always the day first; with slashes it is where it cannot be the month.
	if sep == '.' || first > 12 {
		s.Month, s.Day = second, first
	}
	switch {
	case rest[d] == sep && digits(rest[d+1:]) == 4:
		s.Year, s.HasYear = number(rest[d+1:d+5]), true
		return m.clock(b, n+d+6)
	case sep == '-' && rest[d] == ' ':
		return m.clock(b, n+3)
	}
	return 0
}

// named reads what starts with a letter: Jan _2 15:04:05, klog's E0102 15:04:05, and glog's E20060102 15:04:05.
func (m *moment) named(b []byte) int {
	s := &m.stamp
	if len(b) < 14 {
		return 0
	}
	if b[0] == 'I' || b[0] == 'W' || b[0] == 'E' || b[0] == 'F' {
		switch n := digits(b[1:]); {
		case n == 4 && b[5] == ' ':
			s.Month, s.Day = number(b[1:3]), number(b[3:5])
			return m.clock(b, 5)
		case n == 8 && b[9] == ' ':
			if i := m.compact(b[1:], 4); i > 0 {
				return i + 1
			}
			return 0
		}
	}
	month := monthName(b)
	if month == 0 || b[3] != ' ' {
		return 0
	}
	day, n := padded(b[3:])
	if n == 0 {
		return 0
	}
	s.Month, s.Day = month, day
	i := 3 + n
	if i < len(b) && b[i] == ',' {
		i++
	}
	if i+5 < len(b) && b[i] == ' ' && digits(b[i+1:]) == 4 {
		s.Year, s.HasYear = number(b[i+1:i+5]), true
		return m.clock(b, i+5)
	}
	i = m.clock(b, i)
	// Fri Sep  9 10:42:29 UTC 2011 has its year at the end.
	for k := i; i > 0 && k+5 <= len(b) && k < i+6; k++ {
		if b[k] == ' ' && digits(b[k+1:]) == 4 && (k+5 == len(b) || !isAlnum(b[k+5]) && b[k+5] != ':') {
			if y := number(b[k+1 : k+5]); y >= firstYear && y <= 2100 {
				s.Year, s.HasYear = y, true
				return k + 5
			}
		}
		if k > i && (b[k] < 'A' || b[k] > 'Z') {
			break
		}
	}
	return i
}

// clock reads what follows a date: the time of day, and perhaps its fraction and zone. It returns where that ends, or 0.
func (m *moment) clock(b []byte, i int) int {
	s := &m.stamp
	if s.Month < 1 || s.Month > 12 || s.Day < 1 || s.Day > 31 || i >= len(b) {
		return 0
	}
	s.HasDate = true
	for k := 0; k < 3 && i < len(b) && (b[i] == ' ' || b[i] == 'T' || b[i] == ':' || b[i] == '-' || b[i] == '_' || b[i] == ','); k++ {
		i++
	}
	n := 0
	if i < len(b) {
		n = digits(b[i:])
	}
	if n != 1 && n != 2 || len(b)-i < n+6 || b[i+n] != ':' || digits(b[i+n+1:]) != 2 || b[i+n+3] != ':' || digits(b[i+n+4:]) != 2 {
		return 0
	}
	s.Hour, s.Minute, s.Second = number(b[i:i+n]), number(b[i+n+1:i+n+3]), number(b[i+n+4:i+n+6])
	if s.Hour > 23 || s.Minute > 59 || s.Second > 60 {
		return 0
	}
	if s.Second == 60 {
		s.Second, s.Nanosecond, s.Leap = 59, 999_000_000, true
	}
	i += n + 6
	i += template.Fraction(b[i:], s)
	return m.zone(b, m.half(b, i))
}

// half reads AM or PM.
func (m *moment) half(b []byte, i int) int {
	k := i
	if k < len(b) && b[k] == ' ' {
		k++
	}
	if k+2 > len(b) || b[k+1] != 'M' || b[k] != 'A' && b[k] != 'P' || k+2 < len(b) && isAlnum(b[k+2]) || m.stamp.Hour > 12 {
		return i
	}
	m.stamp.Hour %= 12
	if b[k] == 'P' {
		m.stamp.Hour += 12
	}
	return k + 2
}

// zone reads Z, +01:00, +0100, +01, UTC or GMT.
func (m *moment) zone(b []byte, i int) int {
	s := &m.stamp
	k := i
	if k < len(b) && b[k] == ' ' {
		k++
	}
	switch rest := b[k:]; {
	case k == i && len(rest) > 0 && rest[0] == 'Z':
		s.HasZone = true
		return k + 1
	case len(rest) >= 3 && (string(rest[:3]) == "UTC" || string(rest[:3]) == "GMT"):
		s.HasZone = true
		return k + 3
	case len(rest) >= 3 && (rest[0] == '+' || rest[0] == '-') && digits(rest[1:]) >= 2:
		hours, minutes, n := number(rest[1:3]), int16(0), 3
		switch {
		case digits(rest[1:]) == 4:
			minutes, n = number(rest[3:5]), 5
		case len(rest) >= 6 && rest[3] == ':' && digits(rest[4:]) == 2:
			minutes, n = number(rest[4:6]), 6
		case digits(rest[1:]) != 2 || k > i:
			return i
		}
		if hours > 14 || minutes > 59 {
			return i
		}
		s.HasZone, s.Offset = true, int32(hours)*3600+int32(minutes)*60
		if rest[0] == '-' {
			s.Offset = -s.Offset
		}
		return k + n
	}
	return i
}

// sinceEpoch reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970, which its length tells apart. It must lie in this century.
func (m *moment) sinceEpoch(b []byte) int {
	n := digits(b)
	if n != 10 && n != 13 && n != 16 && n != 19 {
		return 0
	}
	v := int64(0)
	for _, c := range b[:n] {
		if v > (math.MaxInt64-9)/10 {
			return 0
		}
		v = v*10 + int64(c-'0')
	}
	for range 19 - n {
		v *= 10
	}
	if t := time.Unix(0, v).UTC().Year(); v < 0 || t < 2000 || t > 2100 {
		return 0
	}
	if n == 10 && len(b) > 11 && b[10] == '.' && isDigit(b[11]) {
		scale := int64(100_000_000)
		for n++; n < len(b) && isDigit(b[n]); n++ {
			v += int64(b[n]-'0') * scale
			scale /= 10
		}
	}
	if n < len(b) && isAlnum(b[n]) {
		return 0
	}
	m.epoch, m.nanoseconds = true, v
	return n
}

// inJSON looks for a field that states the time.
func (m *moment) inJSON(b []byte) bool {
	b = b[:min(len(b), fieldsReach)]
	for i := 0; i < len(b); {
		open := bytes.IndexByte(b[i:], '"')
		if open < 0 {
			return false
		}
		open += i + 1
		end := bytes.IndexByte(b[open:], '"')
		if end < 0 {
			return false
		}
		end += open
		i = end
		if !timeField(b[open:end]) {
			continue
		}
		at := end + 1
		for at < len(b) && (b[at] == ' ' || b[at] == ':' || b[at] == '\t') {
			at++
		}
		if at == end+1 {
			continue
		}
		// {"$date": "…"} and "\/Date(…)\/" wrap the time.
		for _, wrap := range [...]string{`{`, `"$date"`, `:`, ` `, `"`, `\`, `/Date(`} {
			if bytes.HasPrefix(b[at:], []byte(wrap)) {
				at += len(wrap)
			}
		}
		if n := m.at(b[at:], true); n > 0 {
			m.field, m.lo, m.hi = true, at, at+n
			return true
		}
	}
	return false
}

// inPairs looks for a pair key=value that states the time.
func (m *moment) inPairs(b []byte) bool {
	for i := 0; i < len(b); {
		eq := bytes.IndexByte(b[i:], '=')
		if eq < 0 {
			return false
		}
		eq += i
		start := eq
		for start > i && isAlnum(b[start-1]) {
			start--
		}
		i = eq + 1
		if !timeField(b[start:eq]) {
			continue
		}
		at := i
		if at < len(b) && b[at] == '"' {
			at++
		}
		if n := m.at(b[at:], true); n > 0 {
			m.field, m.lo, m.hi = true, at, at+n
			return true
		}
	}
	return false
}

// timeField reports whether a field of this name states when a record was written.
func timeField(name []byte) bool {
	if len(name) > len("creationTimestamp") {
		return false
	}
	switch string(name) {
	case "time", "ts", "t", "timestamp", "@timestamp", "Timestamp", "stamp", "date", "datetime", "asctime", "creationTimestamp", "lastTimestamp", "eventTime", "TimeCreated",
		"timeMillis", "time_local", "Time", "@t", "event_time", "log_time", "startTime", "firstTimestamp", "receiveTimestamp", "eventTimestamp", "TIMESTAMP", "created_at":
		return true
	}
	return false
}

func isAlnum(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// digits returns how many digits b starts with.
func digits(b []byte) int {
	n := 0
	for n < len(b) && n < 20 && isDigit(b[n]) {
		n++
	}
	return n
}

// number is the value of up to four digits.
func number(b []byte) int16 {
	v := int16(0)
	for _, c := range b {
		v = v*10 + int16(c-'0')
	}
	return v
}

// padded reads a blank or several and a day of one or two digits, and returns how many bytes that takes.
func padded(b []byte) (int16, int) {
	i := 0
	for i < len(b) && i < 2 && b[i] == ' ' {
		i++
	}
	n := digits(b[i:])
	if i == 0 || n < 1 || n > 2 {
		return 0, 0
	}
	return number(b[i : i+n]), i + n
}

// monthName returns the month that b starts with the first three letters of, or 0. Only English names with a capital count: in a line of which nothing else is known, a
// word of another language may be a word of a sentence.
func monthName(b []byte) int16 {
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(b) < 3 {
		return 0
	}
	for m := range int16(12) {
		if string(b[:3]) == names[3*m:3*m+3] {
			return m + 1
		}
	}
	return 0
}
