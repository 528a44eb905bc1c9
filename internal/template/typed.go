package template

import (
	"bytes"

	"logdoc"
)

// maxTag bounds a program's name in a syslog tag; RFC 3164 allows 32 characters, daemons are not that strict.
const maxTag = 64

// matchTyped matches a hole that knows by itself where it ends, and returns the position behind it, or -1.
func (t *Template) matchTyped(b []byte, pos, hole int, r *Result) int {
	h := &t.Holes[hole]
	end := -1
	switch h.Kind {
	case Int:
		end = scanInt(b, pos)
	case Hex:
		end = scanHex(b, pos)
	case Word:
		end = pos
		for end < len(b) && isWord(b[end]) {
			end++
		}
	case Frame:
		end = scanFrame(b, pos)
	case Priority:
		end = scanPriority(b, pos)
	case Program:
		return scanTag(b, pos, &r.Spans[hole], &r.Spans[hole+1])
	}
	if end <= pos {
		return -1
	}
	r.Spans[hole] = logdoc.Span{Lo: int32(pos), Hi: int32(end)}
	return end
}

func scanInt(b []byte, pos int) int {
	i := pos
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	digits := i
	for i < len(b) && (isDigit(b[i]) || b[i] == ',' && i > digits && i+1 < len(b) && isDigit(b[i+1])) {
		i++
	}
	if i == digits {
		return -1
	}
	return i
}

func scanHex(b []byte, pos int) int {
	i := pos
	if len(b)-i > 2 && b[i] == '0' && b[i+1]|0x20 == 'x' && isHex(b[i+2]) {
		i += 2
	}
	for i < len(b) && isHex(b[i]) {
		i++
	}
	return i
}

// frameBytes are what a Java class and method consist of, dots included.
var frameBytes = func() (set [256]bool) {
	for c := range set {
		set[c] = isWord(byte(c)) || c == '$' || c == '<' || c == '>'
	}
	return set
}()

func scanFrame(b []byte, pos int) int {
	i := pos
	for i < len(b) && (frameBytes[b[i]] || b[i] == ':' && i+1 < len(b) && isDigit(b[i+1])) {
		i++
	}
	if bytes.IndexByte(b[pos:i], '.') < 0 {
		return -1
	}
	if i < len(b) && b[i] == '(' {
		n := bytes.IndexByte(b[i:], ')')
		if n < 0 {
			return -1
		}
		i += n + 1
	}
	return i
}

func scanPriority(b []byte, pos int) int {
	i, v := pos, 0
	for i < len(b) && i < pos+3 && isDigit(b[i]) {
		v = v*10 + int(b[i]-'0')
		i++
	}
	if v > 191 {
		return -1
	}
	return i
}

// scanTag reads "prog[pid]:", "prog [pid]:" or "prog:".
func scanTag(b []byte, pos int, program, pid *logdoc.Span) int {
	i := pos
	for i < len(b) && i-pos < maxTag && b[i] > ' ' && b[i] != ':' && b[i] != '[' {
		i++
	}
	if i == pos || i >= len(b) {
		return -1
	}
	*program = logdoc.Span{Lo: int32(pos), Hi: int32(i)}
	*pid = logdoc.Span{}
	if b[i] == ' ' && i+1 < len(b) && b[i+1] == '[' {
		i++
	}
	if b[i] == '[' {
		start := i + 1
		for i = start; i < len(b) && isDigit(b[i]); i++ {
		}
		if i == start || i >= len(b) || b[i] != ']' {
			return -1
		}
		*pid = logdoc.Span{Lo: int32(start), Hi: int32(i)}
		i++
	}
	if i >= len(b) || b[i] != ':' {
		return -1
	}
	return i + 1
}
