package tui

import (
	"fmt"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// lane is one row of bars, for one severity or several.
type lane struct {
	severity logdoc.Severity // the worst
	from, to logdoc.Severity
	word     sanitize.Safe
}

var lanes = [...]lane{
	{logdoc.Critical, logdoc.Critical, logdoc.Critical, "critical"}, {logdoc.Error, logdoc.Error, logdoc.Error, "error"},
	{logdoc.Warning, logdoc.Warning, logdoc.Warning, "warning"}, {logdoc.Info, logdoc.Unrated, logdoc.Notice, "milder"},
}

// of counts what the lane shows of a bar.
func (l *lane) of(b *[logdoc.Critical + 1]int) int {
	n := 0
	for s := l.from; s <= l.to; s++ {
		n += b[s]
	}
	return n
}

// Columns before the bars, on a wide screen and on a narrow one.
const wideGutter, narrowGutter = 18, 3

func (p *timeline) gutter() int {
	if p.width < 60 {
		return narrowGutter
	}
	return wideGutter
}

// plot is how many bars have room.
func (p *timeline) plot() int { return max(0, p.width-p.gutter()-1) }

// bars counts the records of each bar in sight.
func (p *timeline) bars() [][logdoc.Critical + 1]int {
	bars := make([][logdoc.Critical + 1]int, p.shown.bars)
	t := p.counts(p.shown)
	if t == nil {
		return bars
	}
	for i := range t.Buckets {
		b := &t.Buckets[i]
		if n := p.shown.bar(b.Start.Unix()); n >= 0 && n < len(bars) {
			for s, c := range b.Records {
				bars[n][s] += c
			}
		}
	}
	return bars
}

// cell is what stands in the column of a bar.
type cell struct {
	role role
	text sanitize.Safe
}

// addCells adds a cell for each bar, those in one role together.
func (l line) addCells(row []cell) line {
	for i := 0; i < len(row); {
		k := i
		var b strings.Builder
		for ; k < len(row) && row[k].role == row[i].role; k++ {
			b.WriteString(string(row[k].text))
		}
		l = l.add(row[i].role, sanitize.Safe(b.String()))
		i = k
	}
	return l
}

// view draws the pane.
func (p *timeline) view() []string {
	lines := p.lines()
	return p.theme.rows(lines, p.width, p.height)
}

func (p *timeline) lines() []line {
	if _, _, ok := p.extent(); !ok {
		text := sanitize.Safe("No record with a time was read yet.")
		if p.progress.Done {
			text = "No record that was read has a time."
		}
		return append([]line{{}}, wrapped(dim, text, 2, p.width-1)...)
	}
	if p.plot() < 1 {
		return nil
	}
	bars := p.bars()
	lines := []line{p.heading()}
	// The findings get what they need, the bars most of the rest.
	fixed := len(lines) + 4
	findings := min(len(p.painted), max(2, (p.height-fixed)/3))
	high := max(1, min(8, (p.height-fixed-findings)/len(lanes)))
	findings = max(0, p.height-fixed-high*len(lanes))
	for i := range lanes {
		lines = append(lines, p.lane(&lanes[i], bars, high)...)
	}
	lines = append(lines, p.ruler(), p.labels(), p.under(bars))
	if len(p.painted) > 0 {
		lines = append(lines, p.divider())
	}
	p.list.fit(len(p.painted), findings)
	for i := p.list.top; i < min(p.list.top+findings, len(p.painted)); i++ {
		lines = append(lines, p.finding(p.painted[i], i == p.list.cursor))
	}
	return lines
}

// heading says which part of time is in sight, and what everything is narrowed to.
func (p *timeline) heading() line {
	first, last, _ := p.extent()
	first, last = max(p.shown.from, floored(first, p.shown.step)), min(p.shown.end(), floored(last, p.shown.step)+p.shown.step)
	l := words(plain, " ").add(strong, between(time.Unix(first, 0), time.Unix(last, 0)))
	if p.window.all() {
		return l.add(dim, "  a bar is "+duration(p.shown.step))
	}
	narrowed := between(p.window.from, p.window.to.Add(1))
	both := l.add(dim, "  narrowed to ").add(accent, narrowed)
	if both.width() > p.width {
		return words(dim, " narrowed to ").add(accent, narrowed)
	}
	return both
}

const eighths = " ▁▂▃▄▅▆▇█"

// lane draws the bars of a severity, high rows, against the lane's own highest, which is told beside it.
func (p *timeline) lane(of *lane, bars [][logdoc.Critical + 1]int, high int) []line {
	most := 0
	for i := range bars {
		most = max(most, of.of(&bars[i]))
	}
	steps := []rune(eighths)
	under := p.shown.bar(p.at)
	out := make([]line, high)
	for row := range high {
		cells := make([]cell, len(bars))
		for i := range bars {
			r := severityRole(of.severity)
			if !p.inWindow(i) {
				r = dim
			}
			filled := 0
			if n := of.of(&bars[i]); n > 0 {
				// What is there is seen, however little it is.
				filled = max(1, n*8*high/most)
			}
			level := max(0, min(8, filled-8*(high-1-row)))
			cells[i] = cell{r, sanitize.Safe(steps[level])}
			if level == 0 && i == under {
				cells[i] = cell{rule, "│"}
			}
		}
		out[row] = p.label(of, row, high, most).addCells(cells)
	}
	return out
}

// label stands before a lane: its sign and word, and how many records its highest bar has.
func (p *timeline) label(of *lane, row, high, most int) line {
	l := words(plain, " ")
	if row == high-1 {
		r := severityRole(of.severity)
		if most == 0 {
			r = dim
		}
		l = l.add(r, signs.Severity(of.severity))
		if p.gutter() == wideGutter {
			n := sanitize.Line(thousands(most))
			switch {
			case most == 0:
				n = ""
			case most >= 1_000_000:
				n = sanitize.Line(fmt.Sprintf("%.1f M", float64(most)/1e6))
			case most >= 10_000:
				n = sanitize.Line(fmt.Sprint(most/1000, " k"))
			}
			l = l.add(r, " "+of.word)
			l = l.add(plain, blanks(p.gutter()-1-l.width()-cells(n))).add(dim, n)
		}
	}
	return l.add(plain, blanks(p.gutter()-l.width()))
}

// inWindow reports whether a bar lies in what everything is narrowed to.
func (p *timeline) inWindow(bar int) bool {
	from := p.shown.from + int64(bar)*p.shown.step
	return p.window.touches(time.Unix(from, 0), time.Unix(from+p.shown.step, 0).Add(-1))
}

// ruler draws the line beneath the bars: where the cursor is, and what is chosen.
func (p *timeline) ruler() line {
	row := make([]cell, p.shown.bars)
	from, to := p.chosen()
	for i := range row {
		at := p.shown.from + int64(i)*p.shown.step
		switch {
		case at == p.at:
			row[i] = cell{accent, "╋"}
		case p.choosing && at >= from && at < to:
			row[i] = cell{accent, "━"}
		case !p.window.all() && p.inWindow(i):
			row[i] = cell{accent, "═"}
		default:
			row[i] = cell{rule, "─"}
		}
	}
	return words(plain, blanks(p.gutter())).addCells(row)
}

// labels writes times beneath the ruler, at moments that people think in.
func (p *timeline) labels() line {
	const room = 13
	every := p.shown.step
	for _, s := range steps {
		if every = s; s%p.shown.step == 0 && s >= room*p.shown.step {
			break
		}
	}
	l := words(plain, blanks(p.gutter()))
	day := ""
	for i := 0; i < p.shown.bars; i++ {
		at := p.shown.from + int64(i)*p.shown.step
		if floored(at, every) != at || i > 0 && l.width() > p.gutter()+i-1 {
			continue
		}
		t := time.Unix(at, 0).UTC()
		text := t.Format("15:04")
		switch {
		case every >= 86400 && p.shown.step*int64(p.shown.bars) > 300*86400:
			text = t.Format("2006-01-02")
		case every >= 86400:
			text = t.Format("01-02")
		case every < 60:
			text = t.Format("15:04:05")
		}
		if d := t.Format("01-02"); d != day && every < 86400 {
			text, day = d+" "+text, d
		}
		if i+len(text)+1 > p.shown.bars {
			break
		}
		l = l.add(plain, blanks(p.gutter()+i-l.width())).add(rule, "└").add(dim, sanitize.Safe(text))
	}
	return l
}

// under says what is counted in the bar under the cursor.
func (p *timeline) under(bars [][logdoc.Critical + 1]int) line {
	l := words(plain, " ")
	n := p.shown.bar(p.at)
	if n < 0 || n >= len(bars) {
		return l
	}
	l = l.add(accent, "╋ ").add(plain, between(time.Unix(p.at, 0), time.Unix(p.at+p.shown.step, 0)))
	total := 0
	for _, c := range bars[n] {
		total += c
	}
	if p.gutter() == wideGutter {
		l = l.add(dim, "  "+counted(total, "record"))
	}
	for i := range lanes[:3] {
		if c := lanes[i].of(&bars[n]); c > 0 {
			l = l.add(plain, "  ").add(severityRole(lanes[i].severity), signs.Severity(lanes[i].severity)+sanitize.Line(" "+thousands(c)))
		}
	}
	return l
}

// divider draws the line above the findings.
func (p *timeline) divider() line {
	text := sanitize.Safe("─ findings ")
	return words(rule, text).add(rule, sanitize.Safe(strings.Repeat("─", max(0, p.width-cells(text)))))
}

// finding draws from when to when a finding was seen, and its title where there is room beside that.
func (p *timeline) finding(f *logdoc.Finding, current bool) line {
	bar := sanitize.Safe(" ")
	if current {
		bar = "▌"
	}
	r := severityRole(f.Severity)
	fade := plain
	if f.State != logdoc.Active || !p.window.touches(f.First, f.Last) {
		r, fade = dim, dim
	}
	l := words(accent, bar).add(r, signs.Severity(f.Severity)+" ")
	if p.gutter() == wideGutter {
		word := f.Certainty.String()
		if f.State != logdoc.Active {
			word = f.State.String()
		}
		l = l.add(fade, sanitize.Line(word))
	}
	l = l.add(plain, blanks(p.gutter()-l.width()))
	l.selected = current
	title := sanitize.Line(f.Title)
	if f.Key != "" {
		title += "  " + sanitize.Line(f.Key)
	}
	lo, hi := p.shown.bar(f.First.Unix()), p.shown.bar(f.Last.Unix())
	hi = max(hi, lo) // a finding that ends before it begins is shown where it begins
	room := p.shown.bars
	switch {
	case hi < 0:
		return l.add(dim, "◂ ").add(dim, sanitize.Cut(title, room-2))
	case lo >= room:
		text := sanitize.Cut(title, room-2)
		return l.add(plain, blanks(room-2-cells(text))).add(dim, text).add(dim, " ▸")
	}
	drawn := stroke(lo, hi, room)
	lo, hi = max(lo, 0), min(hi, room-1)
	left, right, long := lo-1, room-hi-2, hi-lo+1
	switch {
	case cells(title) > max(left, right) && long >= max(left, right, 12):
		text := sanitize.Cut(title, long-6)
		begin, end := drawn[:len("├─")], drawn[len(drawn)-len("┤"):]
		l = l.add(plain, blanks(lo)).add(r, begin).add(plain, " ").add(fade, text).add(plain, " ")
		l = l.add(r, sanitize.Safe(strings.Repeat("─", long-5-cells(text)))+end)
	case right >= left || cells(title) <= right:
		l = l.add(plain, blanks(lo)).add(r, drawn)
		if right > 3 {
			l = l.add(plain, " ").add(fade, sanitize.Cut(title, right))
		}
	default:
		text := sanitize.Cut(title, left)
		l = l.add(plain, blanks(left-cells(text))).add(fade, text).add(plain, " ").add(r, drawn)
	}
	return l
}

// stroke draws a line from one bar to another, with arrows where it goes on outside.
func stroke(lo, hi, room int) sanitize.Safe {
	if lo == hi {
		return "◆"
	}
	begin, end := "├", "┤"
	if lo < 0 {
		lo, begin = 0, "◂"
	}
	if hi >= room {
		hi, end = room-1, "▸"
	}
	if lo == hi {
		return sanitize.Safe(begin)
	}
	return sanitize.Safe(begin + strings.Repeat("─", hi-lo-1) + end)
}

// between writes a part of time, without what both ends share.
func between(from, to time.Time) sanitize.Safe {
	from, to = from.UTC(), to.UTC()
	layout := "2006-01-02 15:04"
	if from.Second() != 0 || to.Second() != 0 || to.Sub(from) < time.Minute {
		layout = stamp
	}
	end := to.Format(layout)
	if from.Format("2006-01-02") == to.Format("2006-01-02") {
		end = end[len("2006-01-02 "):]
	}
	return sanitize.Safe(from.Format(layout) + " – " + end)
}

// duration writes a number of seconds in the unit that it is a whole number of.
func duration(seconds int64) sanitize.Safe {
	for _, u := range []struct {
		seconds int64
		name    string
	}{{86400, "d"}, {3600, "h"}, {60, "min"}} {
		if seconds%u.seconds == 0 {
			return sanitize.Safe(fmt.Sprint(seconds/u.seconds, " ", u.name))
		}
	}
	return sanitize.Safe(fmt.Sprint(seconds, " s"))
}
