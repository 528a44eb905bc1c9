package lang

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// maxShown is how many cells of a source line are shown; a longer line is cut around the place that is meant.
const maxShown = 120

// widths measures text as a terminal does, without asking the environment whether it is East Asian: the same file gives the same output everywhere.
var widths = &runewidth.Condition{StrictEmojiNeutral: true}

// Render writes each problem in the form for people: the place and the message, the source line, and a caret under what is meant, with the
// advice behind it.
func Render(w io.Writer, ps Problems) error {
	for _, p := range ps {
		if _, err := io.WriteString(w, p.Format()); err != nil {
			return err
		}
	}
	return nil
}

// Format returns the form that Render writes, which ends with a newline.
func (p Problem) Format() string {
	var b strings.Builder
	message := visible(p.Message)
	if p.Warning {
		message = "warning: " + message
	}
	if p.Pos.Line == 0 {
		fmt.Fprintln(&b, message)
		if p.Advice != "" {
			fmt.Fprintf(&b, "      %s\n", visible(p.Advice))
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%s:%d:%d: %s\n", visible(p.Pos.File), p.Pos.Line, p.Pos.Col, message)
	start := min(max(p.Pos.Col-1, 0), len(p.Source))
	end := min(start+max(p.Width, 1), len(p.Source))
	before, meant, after := visible(p.Source[:start]), visible(p.Source[start:end]), visible(p.Source[end:])
	before, meant, after = clip(before, meant, after)
	if p.Source != "" {
		fmt.Fprintf(&b, "%5d | %s\n", p.Pos.Line, strings.TrimRight(before+meant+after, " "))
		carets := strings.Repeat("^", max(1, widths.StringWidth(meant)))
		line := "      | " + strings.Repeat(" ", widths.StringWidth(before)) + carets + " " + visible(p.Advice)
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
	} else if p.Advice != "" {
		fmt.Fprintf(&b, "      | %s\n", visible(p.Advice))
	}
	return b.String()
}

// clip cuts the parts of a long line around the place that is meant.
func clip(before, meant, after string) (string, string, string) {
	if widths.StringWidth(before+meant+after) <= maxShown {
		return before, meant, after
	}
	meant = widths.Truncate(meant, maxShown/2, "…")
	if over := widths.StringWidth(before) - maxShown/2; over > 0 {
		before = widths.TruncateLeft(before, over, "…")
	}
	after = widths.Truncate(after, max(1, maxShown-widths.StringWidth(before+meant)), "…")
	return before, meant, after
}

// visible replaces what would move the cursor, change colours or turn the direction of writing by pictures of it, and tabs by four blanks.
func visible(text string) string {
	clean := true
	for _, r := range text {
		if r < ' ' || r >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r < ' ':
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune(0x2421)
		case r == unicode.ReplacementChar, !unicode.IsPrint(r):
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
