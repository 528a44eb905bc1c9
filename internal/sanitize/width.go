package sanitize

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// cells measures with fixed settings: runewidth's own default asks the environment, and the same input must give the same bytes.
func cells() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// runesPerCell bounds text that has no width, such as a thousand accents on one letter.
const runesPerCell = 8

// Width returns how many terminal cells the text takes.
func Width(s Safe) int { return cells().StringWidth(string(s)) }

// Cut shortens the text to at most width cells and marks the cut with "…". It never cuts within a character as the reader sees it.
func Cut(s Safe, width int) Safe {
	if width <= 0 {
		return ""
	}
	s = CutRunes(s, width*runesPerCell)
	return Safe(cells().Truncate(string(s), width, "…"))
}

// CutRunes shortens the text to at most n characters, the closing "…" among them.
func CutRunes(s Safe, n int) Safe {
	if len(s) <= n || utf8.RuneCountInString(string(s)) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	for i := range s {
		if n--; n == 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// Fold breaks a log line into at most rows pieces of at most width cells, character by character, so that nothing of it is lost or moved; the last piece is cut if more
// would follow.
func Fold(s Safe, width, rows int) []Safe {
	var pieces []Safe
	for len(pieces) < rows-1 && Width(s) > width {
		end := len(cells().Truncate(string(s), width, ""))
		if end == 0 {
			break
		}
		pieces = append(pieces, s[:end])
		s = s[end:]
	}
	return append(pieces, Cut(s, width))
}

// Wrap breaks prose between words into lines of at most width cells. A word that is wider stands alone, whole: half a path or command
// is of no use.
func Wrap(s Safe, width int) []Safe {
	var lines []Safe
	var line strings.Builder
	used := 0
	for _, word := range strings.Fields(string(s)) {
		n := Width(Safe(word))
		if used > 0 && used+1+n > width {
			lines = append(lines, Safe(line.String()))
			line.Reset()
			used = 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	if used > 0 {
		lines = append(lines, Safe(line.String()))
	}
	return lines
}

// Prefix returns as much of the start of the text as fits into width cells, whole characters only; it may be empty.
func Prefix(s Safe, width int) Safe {
	if width <= 0 {
		return ""
	}
	head := s
	if n := 4 * width * runesPerCell; len(head) > n {
		for n > 0 && !utf8.RuneStart(head[n]) {
			n--
		}
		head = head[:n]
	}
	return s[:len(cells().Truncate(string(head), width, ""))]
}
