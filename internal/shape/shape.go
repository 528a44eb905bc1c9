// Package shape tells what varies in a message from what stays, so that records that say the same of different things can be told as one.
//
// In goes a message; out come its parts, or the message with what varies masked. It knows one message at a time, no record, format or symptom.
package shape

import (
	"bytes"
	"unicode/utf8"
)

// Part is a piece of a message.
type Part struct {
	Text string
	// Varies is true for a word with digits, a path, or quoted text that is no key of JSON.
	Varies bool
}

// Parts cuts a message into its parts; joined they are the message.
func Parts(message string) []Part {
	var parts []Part
	walk([]byte(message), func(text []byte, varies bool) bool {
		if n := len(parts); n > 0 && !varies && !parts[n-1].Varies {
			parts[n-1].Text += string(text)
		} else {
			parts = append(parts, Part{string(text), varies})
		}
		return true
	})
	return parts
}

// Append appends a message with what varies replaced by "*". Of a long message it appends the start, limit bytes at most.
func Append(dst, message []byte, limit int) []byte {
	start := len(dst)
	walk(message, func(text []byte, varies bool) bool {
		if varies {
			dst = append(dst, '*')
		} else {
			dst = append(dst, text...)
		}
		return len(dst) < start+limit
	})
	return dst[:start+len(Cut(dst[start:], limit))]
}

// Cut shortens bytes to n at most, and not within a character.
func Cut(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// walk visits the parts of a message, until visit returns false.
func walk(message []byte, visit func(text []byte, varies bool) bool) {
	for i := 0; i < len(message); {
		c := message[i]
		if c == '"' || c == '\'' && (i == 0 || !wordByte(message[i-1])) {
			if end := bytes.IndexByte(message[i+1:], c); end >= 0 {
				quoted := message[i+1 : i+1+end]
				if !visit(message[i:i+1], false) || !visit(quoted, !isKey(message, i, i+1+end)) || !visit(message[i+1+end:i+2+end], false) {
					return
				}
				i += end + 2
				continue
			}
		}
		// The colon behind a quoted key is no part of a number that follows.
		if !wordByte(c) || c == ':' && i > 0 && message[i-1] == '"' {
			if !visit(message[i:i+1], false) {
				return
			}
			i++
			continue
		}
		from, digits, slashes := i, false, 0
		for i < len(message) && wordByte(message[i]) {
			switch c := message[i]; {
			case c >= '0' && c <= '9':
				digits = true
			case c == '/':
				slashes++
			case c == '\\':
				slashes += 2
			}
			i++
		}
		word := message[from:i]
		// A single slash within a word, as in I/O, makes no path.
		if !digits && slashes < 2 && word[0] != '/' {
			if !visit(word, false) {
				return
			}
			continue
		}
		// A closing full stop or colon belongs to the sentence.
		end := len(word)
		for end > 1 && (word[end-1] == '.' || word[end-1] == ':') {
			end--
		}
		if !visit(word[:end], true) || end < len(word) && !visit(word[end:], false) {
			return
		}
	}
}

// isKey tells whether the text between two quotes is the key of a JSON object: what stands in front of it opens the object or ends another value, and a colon follows. Keys
// with digits may be made up.
func isKey(message []byte, open, shut int) bool {
	if shut+1 >= len(message) || message[shut+1] != ':' || bytes.ContainsAny(message[open:shut], "0123456789") {
		return false
	}
	before := bytes.TrimRight(message[:open], " ")
	return len(before) > 0 && (before[len(before)-1] == '{' || before[len(before)-1] == ',')
}

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80 || c == '_' || c == '-' || c == '.' || c == '/' || c == '\\' || c == ':' || c == '@' || c == '$'
}
