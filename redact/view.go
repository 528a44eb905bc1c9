package redact

import (
	"strings"
	"unicode/utf8"

	"logdoc/internal/sanitize"
)

// view is a text as values are looked for in it: without what a reader does not see, so that a zero-width space in an address does not hide it.
type view struct {
	text string
	// at and end are, for each byte, where what it stands for begins and ends in the original; nil where the two are the same.
	at, end []int32
}

// original returns where a part of the view stands in the original.
func (v view) original(lo, hi int) (int, int) {
	if v.at == nil {
		return lo, hi
	}
	return int(v.at[lo]), int(v.end[hi-1])
}

// views returns the ways to look at a text: as it is where nothing hides in it; else with the hidden characters taken out, and with a blank in their place, for nobody knows whether they join or part.
func views(s string) []view {
	i := 0
	for i < len(s) && (s[i] >= ' ' && s[i] < 0x7F || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	if i == len(s) {
		return []view{{text: s}}
	}
	joined := uncover(s, false)
	if joined.at == nil {
		return []view{joined}
	}
	return []view{joined, uncover(s, true)}
}

// plain is a text without what hides in it.
func plain(s string) string { return uncover(s, false).text }

// uncover takes out what a reader does not see, or puts a blank for it. The view of a text without anything of the kind has no offsets.
func uncover(s string, blank bool) view {
	i := 0
	for i < len(s) {
		size, plain := oddAt(s[i:])
		if plain == "" || plain != s[i:i+size] {
			break
		}
		i += size
	}
	if i == len(s) {
		return view{text: s}
	}
	text := make([]byte, i, len(s))
	copy(text, s)
	v := view{at: make([]int32, i, len(s)), end: make([]int32, i, len(s))}
	for k := range i {
		v.at[k], v.end[k] = int32(k), int32(k+1)
	}
	for i < len(s) {
		size, plain := oddAt(s[i:])
		if plain == "" && blank {
			plain = " "
		}
		for k := range len(plain) {
			at, end := i, i+size
			if len(plain) == size {
				at, end = i+k, i+k+1
			}
			v.at, v.end = append(v.at, int32(at)), append(v.end, int32(end))
		}
		text = append(text, plain...)
		i += size
	}
	v.text = string(text)
	return v
}

// oddAt returns how many bytes make the first character of s, or the first sequence that shows nothing, and what a reader sees of it.
func oddAt(s string) (size int, plain string) {
	if c := s[0]; c >= ' ' && c < 0x7F {
		return 1, s[:1]
	}
	if size = hiddenAt(s); size > 0 {
		return size, ""
	}
	r, n := utf8.DecodeRuneInString(s)
	if r >= 0xFF01 && r <= 0xFF5E {
		// The wide forms of ASCII.
		return n, string(r - 0xFF01 + '!')
	}
	return n, s[:n]
}

// hiddenAt returns how many bytes at the start of s show nothing: control and hidden characters, escape sequences, and the pictures that sanitize makes of them.
func hiddenAt(s string) int {
	c := s[0]
	switch {
	case c == 0x1B:
		return escape(s)
	case c < ' ':
		if c == '\n' || c == '\t' {
			return 0
		}
		return 1
	case c == 0x7F:
		return 1
	case c < utf8.RuneSelf:
		return 0
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return 0
	case r == '⟨':
		if end := strings.Index(s[:min(len(s), 16)], "⟩"); strings.HasPrefix(s, "⟨U+") && end > 0 {
			return end + len("⟩")
		}
	case r == '␛':
		return n - 1 + escape(s[n-1:])
	case r >= 0x80 && r < 0xA0, sanitize.Hidden(r), r >= '␀' && r <= '␡' && r != '␊':
		return n
	}
	return 0
}

// escape returns the length of an escape sequence that sets colours or moves the cursor, or 1 for the escape alone. The first byte stands for the escape.
func escape(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 1
	}
	for i := 2; i < len(s) && i < 32; i++ {
		if s[i] >= '@' && s[i] <= '~' {
			return i + 1
		}
		if s[i] < ' ' || s[i] > '?' {
			break
		}
	}
	return 1
}

// lower puts ASCII letters into small ones and leaves the length as it is.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for k := i; k < len(b); k++ {
				if b[k] >= 'A' && b[k] <= 'Z' {
					b[k] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
func wordByte(c byte) bool {
	return digit(c) || letter(c)
}
func hexByte(c byte) bool  { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func nameByte(c byte) bool { return wordByte(c) || c == '.' || c == '-' || c == '_' }

func hasLetter(s string) bool {
	for i := range len(s) {
		if letter(s[i]) {
			return true
		}
	}
	return false
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
