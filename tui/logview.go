package tui

import (
	"fmt"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// logLines are the lines around the cursor: those in sight, and some more on both sides, so that a key need not wait.
type logLines struct {
	lines []logdoc.Line
	// atStart and atEnd say that there are no more in front of them and behind them.
	atStart, atEnd bool
	top, cursor    int
	// owed is how far the cursor is still to go when more lines have come.
	owed int
	// column is the first byte of each line that is shown; wrap shows lines whole.
	column int64
	wrap   bool
	// fetched is how many bytes of each line were read.
	fetched int
}

// current returns the line under the cursor.
func (p *logPane) current() (logdoc.Line, bool) {
	if p.log == nil || p.cursor >= len(p.lines) {
		return logdoc.Line{}, false
	}
	return p.lines[p.cursor], true
}

// body is how many rows there are for lines.
func (p *logPane) body() int { return max(1, p.height-1-len(p.notices())) }

// fit keeps the cursor on a line, and in sight.
func (v *logLines) fit(p *logPane) {
	v.cursor = max(0, min(v.cursor, len(v.lines)-1))
	height := p.body()
	if !v.wrap {
		v.top = min(v.top, max(0, len(v.lines)-height))
	}
	v.top = max(0, min(v.top, v.cursor))
	rows := 0
	for i := v.cursor; i >= v.top; i-- {
		rows += p.rowsOf(i)
		if rows > height && i < v.cursor {
			v.top = i + 1
			break
		}
	}
}

// rowsOf is how many rows a line takes.
func (p *logPane) rowsOf(i int) int {
	if !p.wrap {
		return 1
	}
	return max(1, len(sanitize.Fold(sanitize.Line(p.lines[i].Text), p.foldWidth(), p.body())))
}

// foldWidth is how wide the rows of a wrapped line are: as its room is, but for the sign that something stands left of it.
func (p *logPane) foldWidth() int {
	if p.column > 0 {
		return p.room() - 1
	}
	return p.room()
}

// move moves the cursor. What lies beyond the lines that are there is owed until they have come.
func (p *logPane) move(n int) {
	to := p.cursor + n
	switch {
	case to < 0 && !p.atStart:
		p.owed = to
	case to >= len(p.lines) && !p.atEnd:
		p.owed = to - len(p.lines) + 1
	}
	p.cursor = to
	p.fit(p)
}

// scroll moves lines under the cursor by screens: the cursor keeps its row.
func (p *logPane) scrollBy(n int) {
	row := p.cursor - p.top
	p.move(n)
	if !p.wrap {
		p.top = max(0, p.cursor-row)
		p.fit(p)
	}
}

// trim drops lines that are far away from the cursor.
func (p *logPane) trim() {
	most := 8*p.body() + 200
	if over := len(p.lines) - most; over > 0 && p.cursor < len(p.lines)/2 {
		p.lines = slices.Clone(p.lines[:most])
		p.atEnd = false
	} else if over > 0 {
		p.lines = slices.Clone(p.lines[over:])
		p.cursor, p.top = p.cursor-over, max(p.top-over, 0)
		p.atStart = false
	}
	p.fit(p)
}

// notices are what a reader must know of the log, the newest last.
func (p *logPane) notices() []string {
	if p.log == nil || p.height < 6 {
		return nil
	}
	notes := p.state.Notes
	return notes[max(0, len(notes)-2):]
}

// Cells in front of a line: the cursor, whether it is evidence, whether it is marked, and its severity.
const logMargin = 5

// sourceColumn is how wide the name of a line's log is where several are shown.
func (p *logPane) sourceColumn() int {
	if p.source != "" {
		return 0
	}
	return min(max(10, p.width/5), 32)
}

// room is how many cells a line's text has.
func (p *logPane) room() int { return max(8, p.width-logMargin-p.sourceColumn()) }

// view draws the pane: which log it is and where the cursor is, what there is to know of it, and the lines.
func (p *logPane) view() []string {
	rows := make([]line, 0, p.height)
	if p.log == nil {
		rows = append(rows, p.nothing()...)
	} else {
		rows = append(rows, p.headline())
		for _, n := range p.notices() {
			rows = append(rows, words(warning, " "+sanitize.Line(n)))
		}
		p.fit(p)
		for i := p.top; i < len(p.lines) && len(rows) < p.height; i++ {
			rows = append(rows, p.drawLine(i)...)
		}
		if len(p.lines) == 0 {
			rows = append(rows, words(dim, "  "+p.noLines()))
		}
	}
	out := make([]string, p.height)
	var b strings.Builder
	for i := range out {
		b.Reset()
		p.theme.draw(&b, at(rows, i), p.width)
		out[i] = b.String()
	}
	return out
}

// noLines says why there are none.
func (p *logPane) noLines() sanitize.Safe {
	switch {
	case p.job != nil:
		return ""
	case len(p.filters) > 0:
		return "the filters show no line here: - drops the last one"
	}
	return "it has no lines"
}

// nothing says how a log is opened.
func (p *logPane) nothing() []line {
	var rows []line
	texts := []sanitize.Safe{"", "No log is open.", "Press enter on evidence to see it in its log, or tab here to see all logs in the order of time."}
	if p.job != nil {
		texts = []sanitize.Safe{"", p.job.what + " …"}
	}
	for _, text := range texts {
		rows = append(rows, wrapped(dim, text, 2, p.width-1)...)
	}
	return rows
}

// headline says which log is shown, which filters hold, and where the cursor is.
func (p *logPane) headline() line {
	where := p.where()
	name := sanitize.Line(p.source)
	if p.source == "" {
		name = "all logs in the order of time"
	}
	filters := line{}
	for _, f := range p.filters {
		sign, r := sanitize.Safe(" &"), good
		if f.Out {
			sign, r = " &!", bad
		}
		filters = filters.add(r, sign+sanitize.Line(f.Pattern))
	}
	room := p.width - where.width() - 2
	l := words(plain, " ").add(strong, tail(name, max(8, room-filters.width())))
	for _, s := range filters.spans {
		if left := room - l.width(); left > 3 {
			l = l.add(s.role, sanitize.Cut(s.text, left))
		}
	}
	l = l.add(plain, blanks(p.width-l.width()-where.width()))
	l.spans = append(l.spans, where.spans...)
	return l
}

// where says on which line the cursor is, how far that is into the log, when it was written, and how bad it is.
func (p *logPane) where() line {
	c, ok := p.current()
	if !ok {
		return line{}
	}
	number := thousands(c.Place.Line)
	if p.source != "" && p.width >= 60 && p.state.Lines > 0 {
		number += "/" + thousands(p.state.Lines)
		if !p.state.Done && p.state.Size != p.state.Read {
			number += "+"
		}
	}
	l := words(dim, sanitize.Line(number)).add(dim, p.percentAt(c))
	if p.width >= 60 && !c.Time.IsZero() {
		l = l.add(dim, " "+moment(c.Time))
	}
	if c.Severity >= logdoc.Notice && p.width >= 70 {
		l = l.add(severityRole(c.Severity), " "+sanitize.Line(c.Severity.String()))
	}
	return l.add(plain, " ")
}

// percentAt says how far the line is into the log, empty while that is not known.
func (p *logPane) percentAt(c logdoc.Line) sanitize.Safe {
	percent := c.Percent
	if percent < 0 && p.source != "" && p.state.Size > 0 {
		percent = 100 * float64(c.Place.Offset) / float64(p.state.Size) // it has become known since
	}
	switch {
	case p.atEnd && p.cursor == len(p.lines)-1:
		return " 100%"
	case percent < 0:
		return ""
	}
	return sanitize.Line(fmt.Sprintf(" %d%%", int(min(percent+0.5, 99))))
}

// drawLine draws a line, on several rows where it is wrapped.
func (p *logPane) drawLine(i int) []line {
	c := &p.lines[i]
	id := logLineID{c.Place.Source, c.Place.Line}
	head := line{selected: i == p.cursor}
	head = head.add(accent, pick(i == p.cursor, "▌", " "))
	head = head.add(critical, pick(p.evidence[id], "◆", " "))
	head = head.add(value, pick(p.markAt(c.Place) >= 0, "●", " "))
	first := c.Record == c.Place
	text := plain
	if first && c.Severity >= logdoc.Notice {
		text = severityRole(c.Severity)
		head = head.add(text, signs.Severity(c.Severity)+" ")
	} else {
		head = head.add(plain, "  ")
	}
	if column := p.sourceColumn(); column > 0 {
		head = head.add(dim, fit(tail(sanitize.Line(c.Place.Source), column-1), column))
	}
	raw := string(c.Text)
	if c.From > 0 {
		head = head.add(rule, "‹")
	}
	if p.wrap {
		return p.wrapLine(head, raw, text)
	}
	head.spans = append(head.spans, p.highlight(raw, text)...)
	return []line{head}
}

func pick(is bool, yes, no sanitize.Safe) sanitize.Safe {
	if is {
		return yes
	}
	return no
}

// highlight splits a line where the pattern that was looked for matches it.
func (p *logPane) highlight(raw string, r role) []span {
	if p.found == nil {
		return []span{{r, sanitize.Line(raw)}}
	}
	var spans []span
	from := 0
	for _, m := range p.found.FindAllStringIndex(raw, 50) {
		if m[0] == m[1] {
			continue
		}
		spans = append(spans, span{r, sanitize.Line(raw[from:m[0]])}, span{matched, sanitize.Line(raw[m[0]:m[1]])})
		from = m[1]
	}
	return append(spans, span{r, sanitize.Line(raw[from:])})
}

// wrapLine draws a line on as many rows as it takes, no more than a screen.
func (p *logPane) wrapLine(head line, raw string, r role) []line {
	var rows []line
	indent := blanks(head.width() - 1)
	for i, piece := range sanitize.Fold(sanitize.Line(raw), p.foldWidth(), p.body()) {
		l := head
		if i > 0 {
			l = line{selected: head.selected}.add(accent, pick(head.selected, "▌", " ")).add(plain, indent)
		}
		l.spans = append(slices.Clone(l.spans), p.highlightSafe(piece, r)...)
		rows = append(rows, l)
	}
	if len(rows) == 0 {
		rows = []line{head}
	}
	return rows
}

// highlightSafe is highlight for text that is fit to be shown already: where a match crosses the end of a row it is not seen.
func (p *logPane) highlightSafe(text sanitize.Safe, r role) []span {
	if p.found == nil {
		return []span{{r, text}}
	}
	var spans []span
	from := 0
	for _, m := range p.found.FindAllStringIndex(string(text), 50) {
		if m[0] < m[1] {
			spans = append(spans, span{r, text[from:m[0]]}, span{matched, text[m[0]:m[1]]})
			from = m[1]
		}
	}
	return append(spans, span{r, text[from:]})
}
