package grammar

import (
	"bytes"
	"io"
)

// entities are what a web page writes for the characters that would be taken for its own marks.
var entities = [...]struct{ written, is string }{
	{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", `"`}, {"&#34;", `"`}, {"&apos;", "'"}, {"&#39;", "'"}, {"&#x27;", "'"}, {"&nbsp;", " "}, {"&#160;", " "}, {"&amp;", "&"},
}

// longestEntity is how many bytes the longest of them has.
const longestEntity = len("&quot;")

// escapeNote is what a reading says of a text whose entities were read.
const escapeNote = "it was copied from the source of a web page: &lt; and the like were read as the characters that they stand for"

// isEscaped reports whether lines tell something only once their entities are read. A log that holds some XML of its own tells as much without.
func (s *Set) isEscaped(lines [][]byte) bool {
	var raw, read [][]byte
	for _, b := range lines {
		if bytes.IndexByte(b, '&') < 0 {
			continue
		}
		if text := unescape(nil, b); len(text) < len(b) {
			raw, read = append(raw, b), append(read, text)
		}
	}
	if len(read) == 0 {
		return false
	}
	before, after := s.telling(raw), s.telling(read)
	return after > 2*before && after*10 >= s.telling(lines)
}

// telling counts the records that start a line or stand in it and tell something of a format.
func (s *Set) telling(lines [][]byte) int {
	r := &Reading{tables: s.arranged(s.known(), nil)}
	sc, n := NewScanner(), 0
	for _, b := range lines {
		if text, _ := unmark(b); len(text) > 0 {
			if l := sc.accepts(r, r.records[text[0]], text[:min(len(text), foldProbe)], &sc.probe); l != nil && l.telling || sc.fold(r, text, 0, anything) > 0 {
				n++
			}
		}
	}
	return n
}

// unescape appends b with its entities read.
func unescape(to, b []byte) []byte {
	for {
		n := bytes.IndexByte(b, '&')
		if n < 0 {
			return append(to, b...)
		}
		to, b = append(to, b[:n]...), b[n:]
		size, is := 1, b[:1]
		for _, e := range entities {
			if bytes.HasPrefix(b, []byte(e.written)) {
				size, is = len(e.written), []byte(e.is)
				break
			}
		}
		to, b = append(to, is...), b[size:]
	}
}

// unescaper reads the entities of what in gives.
type unescaper struct {
	in   io.Reader
	buf  [4096]byte
	held int // bytes of buf that may be the start of an entity
	out  []byte
	next int // of out
	err  error
}

func (u *unescaper) Read(p []byte) (int, error) {
	for u.next == len(u.out) {
		if u.err != nil {
			return 0, u.err
		}
		var n int
		n, u.err = u.in.Read(u.buf[u.held:])
		if n == 0 && u.err == nil {
			return 0, nil
		}
		b := u.buf[:u.held+n]
		tail := 0
		if at := bytes.LastIndexByte(b, '&'); u.err == nil && at >= 0 && len(b)-at < longestEntity {
			tail = len(b) - at
		}
		u.out, u.next = unescape(u.out[:0], b[:len(b)-tail]), 0
		u.held = copy(u.buf[:], b[len(b)-tail:])
	}
	n := copy(p, u.out[u.next:])
	u.next += n
	return n, nil
}
