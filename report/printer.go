package report

import (
	"bufio"
	"io"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// style is the inside of an SGR sequence, empty for none. Only the sixteen colours of the reader's own theme are used.
type style string

const (
	plain      style = ""
	bold       style = "1"
	dim        style = "2"
	red        style = "31"
	redBold    style = "1;31"
	yellow     style = "33"
	yellowBold style = "1;33"
	green      style = "32"
	cyan       style = "36"
	valueStyle style = "36"
)

func severityStyle(s logdoc.Severity) style {
	switch s {
	case logdoc.Critical:
		return redBold
	case logdoc.Error:
		return red
	case logdoc.Warning:
		return yellow
	case logdoc.Notice:
		return cyan
	}
	return plain
}

func kindStyle(k logdoc.StepKind) style {
	switch k {
	case logdoc.Change:
		return yellowBold
	case logdoc.Verify:
		return green
	}
	return plain
}

func upper(s logdoc.Severity) sanitize.Safe { return sanitize.Safe(strings.ToUpper(s.String())) }

func spaces(n int) sanitize.Safe { return sanitize.Safe(strings.Repeat(" ", max(0, n))) }

// part is a piece of a line in one style.
type part struct {
	style style
	text  sanitize.Safe
}

const (
	// fileWidth is how wide prose is in a file: what a mail or a ticket shows unbroken.
	fileWidth = 80
	// maxProse is where a line of prose becomes hard to read, however wide the terminal is.
	maxProse = 100
	minWidth = 40
	// textColumn is where text stands beside its label.
	textColumn = 12
)

// printer lays text out. Errors of the writer are kept by bufio and come back from Flush.
type printer struct {
	w          *bufio.Writer
	proseWidth int
	// cutWidth bounds lines of log text; 0 means that they are bounded by maxRunes alone.
	cutWidth int
	color    bool
	verbose  bool
	// fold breaks log lines at proseWidth.
	fold bool
	// bare leaves out the rules and headings of sections: what is written goes into a document that has its own.
	bare bool
	// spaced is whether the last line is empty already.
	spaced bool
}

func newPrinter(w io.Writer, o TextOptions) *printer {
	p := &printer{w: bufio.NewWriter(w), proseWidth: fileWidth, color: o.Color, verbose: o.Verbose}
	if o.Fold {
		p.fold, p.proseWidth = true, max(o.Width, minWidth)
	} else if o.Width > 0 {
		p.cutWidth = max(o.Width, minWidth)
		p.proseWidth = min(p.cutWidth, maxProse)
	}
	return p
}

// line writes one line; blanks at its end are left out.
func (p *printer) line(indent int, parts ...part) {
	for len(parts) > 0 {
		last := &parts[len(parts)-1]
		last.text = sanitize.Safe(strings.TrimRight(string(last.text), " "))
		if last.text != "" {
			break
		}
		parts = parts[:len(parts)-1]
	}
	if len(parts) > 0 {
		p.w.WriteString(string(spaces(indent)))
	}
	for _, part := range parts {
		if p.color && part.style != plain && part.text != "" {
			p.w.WriteString("\x1b[" + string(part.style) + "m" + string(part.text) + "\x1b[0m")
		} else {
			p.w.WriteString(string(part.text))
		}
	}
	p.w.WriteByte('\n')
	p.spaced = len(parts) == 0
}

// blank makes sure that exactly one empty line comes before what follows.
func (p *printer) blank() {
	if !p.spaced {
		p.line(0)
	}
}

// rule separates the findings from each other and from the sections.
func (p *printer) rule() {
	p.blank()
	p.line(0, part{dim, sanitize.Safe(strings.Repeat("─", p.proseWidth))})
}

// section opens one of the parts that follow the findings.
func (p *printer) section(title, more sanitize.Safe) {
	if p.bare {
		p.prose(0, dim, sanitize.Safe(strings.TrimSpace(string(more))))
		return
	}
	p.rule()
	if sanitize.Width(title)+sanitize.Width(more) > p.proseWidth {
		p.line(0, part{bold, title})
		p.prose(2, dim, more)
		return
	}
	p.line(0, part{bold, title}, part{dim, more})
}

func (p *printer) prose(indent int, s style, text sanitize.Safe) {
	for _, line := range sanitize.Wrap(text, p.proseWidth-indent) {
		p.line(indent, part{s, line})
	}
}

// hanging writes prose behind a mark; what does not fit goes on beneath the text and not beneath the mark.
func (p *printer) hanging(indent int, mark, text sanitize.Safe) {
	width := sanitize.Width(mark)
	for _, line := range sanitize.Wrap(text, p.proseWidth-indent-width) {
		p.line(indent, part{text: mark + line})
		mark = spaces(width)
	}
}

// items writes short pieces in a row, separated by dots, and breaks only between them.
func (p *printer) items(indent int, s style, items []sanitize.Safe) {
	var line sanitize.Safe
	for _, item := range items {
		switch {
		case line == "":
			line = item
		case p.fits(indent, []sanitize.Safe{line, item}):
			line += between + item
		default:
			p.line(indent, part{s, line})
			line = item
		}
	}
	if line != "" {
		p.line(indent, part{s, line})
	}
}

// between separates items in a row.
const between = " · "

// fits reports whether the items fit into one line.
func (p *printer) fits(indent int, items []sanitize.Safe) bool {
	width := indent + (len(items)-1)*sanitize.Width(between)
	for _, item := range items {
		width += sanitize.Width(item)
	}
	return width <= p.proseWidth
}

// label writes a label in the left column, and what stands beside it. An empty label goes on with the one above.
func (p *printer) label(label sanitize.Safe, parts ...part) {
	gap := max(1, textColumn-2-sanitize.Width(label))
	p.line(2, append([]part{{bold, label}, {text: spaces(gap)}}, parts...)...)
}

// labelled writes paragraphs beside their label.
func (p *printer) labelled(label sanitize.Safe, paragraphs []sanitize.Safe) {
	for _, paragraph := range paragraphs {
		for _, line := range sanitize.Wrap(paragraph, p.proseWidth-textColumn) {
			p.label(label, part{text: line})
			label = ""
		}
	}
	if len(paragraphs) > 0 {
		p.blank()
	}
}

// cut bounds a line of log text to what is left of the terminal's width, or to a sane length in a file.
func (p *printer) cut(indent int, s sanitize.Safe) sanitize.Safe {
	switch {
	case p.verbose:
		return sanitize.CutRunes(s, 10*maxRunes)
	case p.cutWidth > 0:
		return sanitize.Cut(s, max(p.cutWidth-indent, minWidth/2))
	}
	return sanitize.CutRunes(s, maxRunes)
}

// bounded is cut for a captured value.
func (p *printer) bounded(indent int, text logdoc.LogText) sanitize.Safe {
	return p.cut(indent, sanitize.Line(text))
}

// pair writes two texts on one line, the second at the right edge, or on two lines when they do not fit.
func (p *printer) pair(indent int, left, right part) {
	gap := p.proseWidth - indent - sanitize.Width(left.text) - sanitize.Width(right.text)
	if gap < 2 {
		p.line(indent, left)
		p.line(max(indent, p.proseWidth-sanitize.Width(right.text)), right)
		return
	}
	p.line(indent, left, part{text: spaces(gap)}, right)
}

// notes writes what the reader must know; what was left out stands out.
func (p *printer) notes(indent int, notes []logdoc.Note) {
	for _, n := range notes {
		mark, s := sanitize.Safe("· "), dim
		if n.LeftOut {
			mark, s = "! ", yellow
		}
		for i, line := range sanitize.Wrap(note(n), p.proseWidth-indent-2) {
			if i > 0 {
				mark = "  "
			}
			p.line(indent, part{s, mark + line})
		}
		if n.Detail != "" {
			p.line(indent+4, part{text: p.bounded(indent+4, n.Detail)})
		}
	}
}
