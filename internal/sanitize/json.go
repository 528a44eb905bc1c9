package sanitize

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF8 is text in valid UTF-8 that may still hold control characters: for an encoder that escapes them, never for a terminal.
type UTF8 string

// JSON makes text fit for a JSON encoder: bytes that are no UTF-8 become \xNN, all else stays, so that a program gets the text as it was.
func JSON[T ~string](text T) UTF8 {
	s := string(text)
	if utf8.ValidString(s) {
		return UTF8(s)
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return UTF8(b.String())
}

// EscapeJSON rewrites encoded JSON so that it can be looked at in a terminal: DEL, C1 controls and hidden characters, which encoding/json
// writes as they are, become \u escapes. In valid JSON they stand within strings only, so the meaning stays the same.
func EscapeJSON(doc []byte) []byte {
	out := make([]byte, 0, len(doc)+64)
	for i := 0; i < len(doc); {
		if c := doc[i]; c < utf8.RuneSelf && c != 0x7F {
			out = append(out, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(doc[i:])
		switch {
		case !control(r) && !Hidden(r):
			out = append(out, doc[i:i+size]...)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	return out
}
