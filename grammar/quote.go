package grammar

import "bytes"

// A quote is what stands in front of every line of a text that was taken from a log by a tool: an indent, a bar, or what grep writes. Detection looks for one only where no line
// of the head is known as it is.

// quotes are the kinds, simplest first. Each returns how many bytes of a line it takes.
var quotes = [...]func([]byte) int{indented, named, numbered}

// maxQuote bounds a file's name in front of a line.
const maxQuote = 400

// indented takes blanks, and a bar with its blanks.
func indented(b []byte) int {
	n := len(b) - len(bytes.TrimLeft(b, " \t"))
	if n < len(b) && b[n] == '|' {
		n++
		n += len(b[n:]) - len(bytes.TrimLeft(b[n:], " \t"))
	}
	return n
}

// named takes "file:" or "17:", as grep writes it.
func named(b []byte) int {
	n := bytes.IndexByte(b[:min(len(b), maxQuote)], ':')
	if n <= 0 || bytes.ContainsAny(b[:n], " \t") {
		return 0
	}
	return n + 1
}

// numbered takes "file:17:", as grep -n writes it.
func numbered(b []byte) int {
	n := named(b)
	k := n
	for k < len(b) && b[k] >= '0' && b[k] <= '9' {
		k++
	}
	if n == 0 || k == n || k == len(b) || b[k] != ':' {
		return 0
	}
	return k + 1
}

// padding is how many NULs stand at a line's start: a file that grew over a power cut has thousands.
func padding(b []byte) int {
	n := 0
	for n < len(b) && b[n] == 0 {
		n++
	}
	return n
}

// front is how many bytes of a line do not belong to its record. It leaves at least one.
func (r *Reading) front(b []byte) int {
	n := 0
	switch {
	case len(b) == 0:
	case b[0] == 0:
		if n = padding(b); isBlank(b[n:]) {
			n = 0 // the hole is all that there is
		}
	case r.quote != nil:
		n = r.quote(b)
	}
	if n == len(b) {
		return 0
	}
	return n
}
