package tui

import (
	"strings"

	"logdoc/internal/sanitize"
)

// span is a piece of a line for one purpose. What comes from a log, a pack or a person can only get into it through package sanitize.
type span struct {
	role role
	text sanitize.Safe
}

// line is one row of a pane, drawn to the pane's width.
type line struct {
	spans []span
	// selected is the row under the cursor.
	selected bool
}

// words makes a line of text in one role.
func words(r role, text sanitize.Safe) line { return line{spans: []span{{r, text}}} }

// add puts a span at the end of the line.
func (l line) add(r role, text sanitize.Safe) line {
	l.spans = append(l.spans, span{r, text})
	return l
}

// under is the line with the cursor on it: it begins with a bar in place of a blank, for terminals without colours.
func (l line) under() line {
	l.selected = true
	l.spans = append([]span(nil), l.spans...)
	if len(l.spans) > 0 && strings.HasPrefix(string(l.spans[0].text), " ") {
		l.spans[0].text = l.spans[0].text[1:]
	}
	l.spans = append([]span{{accent, "▌"}}, l.spans...)
	return l
}

// width is how many cells the line takes.
func (l line) width() int {
	n := 0
	for _, s := range l.spans {
		n += cells(s.text)
	}
	return n
}

// pad fills the line with blanks up to a column. A line that is there already gets one blank.
func (l line) pad(column int) line {
	return l.add(plain, blanks(max(1, column-l.width())))
}

// cells is sanitize.Width, quick for plain text.
func cells(s sanitize.Safe) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return sanitize.Width(s)
		}
	}
	return len(s)
}

const manyBlanks sanitize.Safe = "                                                                                                                                "

func blanks(n int) sanitize.Safe {
	if n <= 0 {
		return ""
	}
	if n <= len(manyBlanks) {
		return manyBlanks[:n]
	}
	return sanitize.Safe(strings.Repeat(" ", n))
}

// fit cuts text to the width, or fills it up with blanks.
func fit(text sanitize.Safe, width int) sanitize.Safe {
	n := cells(text)
	if n > width {
		text = sanitize.Cut(text, width)
		n = cells(text)
	}
	return text + blanks(width-n)
}

// rows draws as many lines as there is room for; where there are fewer, empty ones follow.
func (t *theme) rows(lines []line, width, height int) []string {
	rows := make([]string, height)
	var b strings.Builder
	for i := range rows {
		b.Reset()
		t.draw(&b, at(lines, i), width)
		rows[i] = b.String()
	}
	return rows
}

// draw writes the line in exactly width cells.
func (t *theme) draw(b *strings.Builder, l line, width int) {
	begin := &t.begin
	if l.selected {
		begin = &t.beginSelected
	}
	left := width
	for _, s := range l.spans {
		if left <= 0 {
			break
		}
		text, n := s.text, cells(s.text)
		if n > left {
			text = sanitize.Cut(text, left)
			n = cells(text)
			left = n // nothing follows what was cut
		}
		if n == 0 {
			continue
		}
		left -= n
		if seq := begin[s.role]; seq != "" {
			b.WriteString(seq)
			b.WriteString(string(text))
			b.WriteString("\x1b[0m")
		} else {
			b.WriteString(string(text))
		}
		width -= n
	}
	if width > 0 {
		if l.selected {
			b.WriteString(begin[plain])
		}
		b.WriteString(string(blanks(width)))
		if l.selected {
			b.WriteString("\x1b[0m")
		}
	}
}

// beside puts two panes of lines beside each other, with a rule between them.
func (t *theme) beside(left []line, leftWidth int, right []line, rightWidth, height int) []string {
	rows := make([]string, height)
	var b strings.Builder
	for i := range rows {
		b.Reset()
		t.draw(&b, at(left, i), leftWidth)
		t.draw(&b, words(rule, "│"), 1)
		t.draw(&b, at(right, i), rightWidth)
		rows[i] = b.String()
	}
	return rows
}

func at(lines []line, i int) line {
	if i < len(lines) {
		return lines[i]
	}
	return line{}
}

// wrapped writes prose in lines of at most width cells, each after the same indent. A word that is wider is folded: a path that runs out of the screen is of no use.
func wrapped(r role, text sanitize.Safe, indent, width int) []line {
	var lines []line
	for _, l := range sanitize.Wrap(text, max(width-indent, 1)) {
		for _, piece := range sanitize.Fold(l, max(width-indent, 1), 8) {
			lines = append(lines, line{spans: []span{{plain, blanks(indent)}, {r, piece}}})
		}
	}
	return lines
}
