// Package sanitize stands between text that somebody else wrote and everything that shows it.
//
// In goes a log line, a captured value, a file's name, an error that quotes one of them, or the text of a pack. Out comes a value of a
// type that says where it may be shown: Safe on a terminal or in a text file, Markdown in a Markdown document, UTF8 in an encoder. Nothing is
// lost silently: what must not act is shown as a picture or a number. The package knows no report and no screen, and keeps no state.
package sanitize

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"logdoc"
)

// Safe is text without control, bidirectional or invisible characters, in valid UTF-8. From Line it is one line; from Text it may hold
// line breaks and no other control character.
type Safe string

// tab is what a tab becomes: a fixed width, because the column at which the text will stand is not known here.
const tab = "    "

// Line makes text fit for one line of a terminal, a progress line, an error message or a file. A line break inside it is shown as ␊.
func Line[T ~string](text T) Safe { return Safe(visible(string(text), false)) }

// Text makes text of several lines fit for a terminal or a file. Line breaks stay; \r before one is dropped.
func Text[T ~string](text T) Safe { return Safe(visible(string(text), true)) }

// Lines is Text, split at its line breaks. A closing line break adds no empty line; empty text has no lines.
func Lines[T ~string](text T) []Safe {
	s := strings.TrimSuffix(string(Text(text)), "\n")
	if s == "" {
		return nil
	}
	parts := strings.Split(s, "\n")
	lines := make([]Safe, len(parts))
	for i, part := range parts {
		lines[i] = Safe(part)
	}
	return lines
}

// Place writes a place as source:line, or the source alone when the place is the source as a whole.
func Place(p logdoc.Place) Safe {
	if p.Line == 0 {
		return Line(p.Source)
	}
	return Line(p.Source) + ":" + Safe(strconv.Itoa(p.Line))
}

// Hidden reports whether a character shows nothing itself or changes how its neighbours are shown: bidirectional controls, zero-width characters,
// tags, fillers, and the separators that some programs take for a line break.
func Hidden(r rune) bool { return r >= 0xAD && unicode.Is(hidden, r) }

var hidden = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00AD, Hi: 0x00AD, Stride: 1}, // soft hyphen
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // grapheme joiner
		{Lo: 0x061C, Hi: 0x061C, Stride: 1}, // Arabic letter mark
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180B, Hi: 0x180F, Stride: 1}, // Mongolian selectors and separator
		{Lo: 0x200B, Hi: 0x200F, Stride: 1}, // zero-width, left and right marks
		{Lo: 0x2028, Hi: 0x202E, Stride: 1}, // line and paragraph separator, embeddings and overrides
		{Lo: 0x2060, Hi: 0x206F, Stride: 1}, // joiners, invisible operators, isolates
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFEFF, Hi: 0xFEFF, Stride: 1}, // byte order mark
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // half-width Hangul filler
		{Lo: 0xFFF9, Hi: 0xFFFB, Stride: 1}, // interlinear annotations
	},
	R32: []unicode.Range32{
		{Lo: 0x1BCA0, Hi: 0x1BCA3, Stride: 1}, // shorthand format controls
		{Lo: 0x1D173, Hi: 0x1D17A, Stride: 1}, // musical format controls
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}, // tags and variation selectors
	},
}

// control reports whether a character is a C0 or C1 control or DEL.
func control(r rune) bool { return r < 0x20 || 0x7F <= r && r < 0xA0 }

// visible replaces everything that must not act by something to see. Text that needs nothing is returned as it is.
func visible(s string, breaks bool) string {
	i := harmless(s, breaks)
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t':
			b.WriteString(tab)
		case r == '\n' && breaks:
			b.WriteByte('\n')
		case r == '\r' && (i+1 == len(s) || s[i+1] == '\n'):
			// The other half of a line break, or of one that the splitter took away.
		case r < 0x20:
			b.WriteRune('␀' + r)
		case r == 0x7F:
			b.WriteRune('␡')
		case control(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case Hidden(r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// harmless returns the length of the part at the start of s that may be shown as it is.
func harmless(s string, breaks bool) int {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if (c < 0x20 && !(breaks && c == '\n')) || c == 0x7F {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && size == 1) || control(r) || Hidden(r) {
			return i
		}
		i += size
	}
	return len(s)
}
