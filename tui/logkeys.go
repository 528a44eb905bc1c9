package tui

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// bindings are the habits of less and lnav, with a number in front where that makes sense.
func (p *logPane) bindings() []binding {
	closed := p.whyClosed()
	none := p.whyNoLine()
	key := func(does, hint string, rank int, why sanitize.Safe, run func(n int) tea.Cmd, keys ...string) binding {
		return binding{keys: keys, does: does, hint: hint, rank: rank, why: why, run: func() tea.Cmd { return run(p.takeCount()) }}
	}
	walk := func(by int) func(int) tea.Cmd {
		return func(n int) tea.Cmd { p.move(by * max(n, 1)); return p.extend() }
	}
	leaf := func(by int) func(int) tea.Cmd {
		return func(n int) tea.Cmd { p.scrollBy(by * max(n, 1)); return p.extend() }
	}
	page := max(1, p.body()-1)
	noGoal := closed
	if noGoal == "" && p.goal.Pattern == "" {
		noGoal = "nothing was looked for yet: / asks for a pattern"
	}
	noEvidence := closed
	if noEvidence == "" && len(p.places) == 0 {
		noEvidence = "no finding has evidence yet"
	}
	noMark := closed
	if noMark == "" && len(p.marks()) == 0 {
		noMark = "nothing is marked: m marks a line"
	}
	noFilter := closed
	if noFilter == "" && len(p.filters) == 0 {
		noFilter = "there is no filter: & asks for one"
	}
	noTrail := closed
	if noTrail == "" && len(p.trail) == 0 {
		noTrail = "you have not jumped yet"
	}
	list := []binding{}
	if p.job != nil {
		list = append(list, binding{keys: []string{"esc"}, does: "stop what is under way", hint: "stop", rank: 1, run: func() tea.Cmd {
			p.tell("stopped: " + p.job.what)
			p.giveUp()
			return nil
		}})
	} else if p.count != "" {
		list = append(list, binding{keys: []string{"esc"}, does: "forget the number", run: func() tea.Cmd { p.count = ""; return nil }})
	}
	severe := func(s logdoc.Severity, back bool) func(int) tea.Cmd {
		return func(n int) tea.Cmd {
			return p.look("the next "+sanitize.Line(s.String()), "no "+sanitize.Line(s.String()), logdoc.LineGoal{Severity: s}, back, n)
		}
	}
	places := func(what sanitize.Safe, list func() []logdoc.Place, back bool) func(int) tea.Cmd {
		return func(n int) tea.Cmd {
			return p.look("the next "+what, "no "+what, logdoc.LineGoal{Places: list()}, back, n)
		}
	}
	evidence := func() []logdoc.Place { return p.places }
	list = append(list,
		key("look for a pattern below; without a capital letter it takes small and capital letters for the same", "search", 3, closed, func(int) tea.Cmd { return p.askPattern(false) }, "/"),
		key("look for a pattern above", "", 0, closed, func(int) tea.Cmd { return p.askPattern(true) }, `\`),
		key("go to the next match, in the direction of the search", "", 0, noGoal, func(n int) tea.Cmd { return p.lookAgain(false, n) }, "n"),
		key("go to the match before", "", 0, noGoal, func(n int) tea.Cmd { return p.lookAgain(true, n) }, "N"),
		key("go to the next error, or worse", "error", 2, closed, severe(logdoc.Error, false), "e"),
		key("go to the error before", "", 0, closed, severe(logdoc.Error, true), "E"),
		key("go to the next warning, or worse", "", 0, closed, severe(logdoc.Warning, false), "w"),
		key("go to the warning before", "", 0, closed, severe(logdoc.Warning, true), "W"),
		key("go to the next evidence of a finding", "evidence", 4, noEvidence, places("evidence", evidence, false), "]"),
		key("go to the evidence before", "", 0, noEvidence, places("evidence", evidence, true), "["),
		key("show only records that a pattern matches; with ! in front of it only the others. Filters stack", "filter", 5, closed, func(int) tea.Cmd { return p.askFilter() }, "&"),
		key("drop the last filter", "drop filter", 6, noFilter, func(n int) tea.Cmd { return p.dropFilters(max(n, 1)) }, "-"),
		key("go to a line, a percentage or a time: 417, 50%, 2026-02-10 01:30, 01:30, +5m", "go to", 7, closed, func(int) tea.Cmd { return p.askSpot() }, ":"),
		p.tabBinding(),
		key("mark the line, with a note", "mark", 9, none, func(int) tea.Cmd { return p.askMark() }, "m"),
		key("remove the line's mark", "", 0, p.whyNoMarkHere(), func(int) tea.Cmd { return p.unmark() }, "M"),
		key("go to the next mark", "", 0, noMark, places("mark", p.markPlaces, false), "'"),
		key("go to the mark before", "", 0, noMark, places("mark", p.markPlaces, true), `"`),
		key("go back to where you jumped from", "", 0, noTrail, func(int) tea.Cmd { return p.goBackWithin() }, "ctrl+o"),
		key("open the log again, as its file is now", "", 0, p.whyNoReopening(), func(int) tea.Cmd { return p.reopen() }, "R"),
		key("go down one line", "", 0, closed, walk(1), "down", "j", "enter"),
		key("go up one line", "", 0, closed, walk(-1), "up", "k"),
		key("go down one screen", "", 0, closed, leaf(page), "pgdown", " ", "ctrl+f"),
		key("go up one screen", "", 0, closed, leaf(-page), "pgup", "b", "ctrl+b"),
		key("go down half a screen", "", 0, closed, leaf(max(1, page/2)), "ctrl+d", "d"),
		key("go up half a screen", "", 0, closed, leaf(-max(1, page/2)), "ctrl+u", "u"),
		key("go to the first line, or to that of the number", "", 0, closed, func(n int) tea.Cmd { return p.goLine(n, toStart) }, "g", "home"),
		key("go to the last line, or to that of the number", "", 0, closed, func(n int) tea.Cmd { return p.goLine(n, toEnd) }, "G", "end"),
		key("go to the number as a percentage", "", 0, closed, func(n int) tea.Cmd {
			return p.jump("going there", seekTo(logdoc.LineSpot{Percent: float64(min(n, 100))}))
		}, "%", "p"),
		key("shift the lines to the left, by half a screen or so many characters", "", 0, closed, func(n int) tea.Cmd { return p.shift(n, 1) }, "right"),
		key("shift the lines to the right", "", 0, closed, func(n int) tea.Cmd { return p.shift(n, -1) }, "left"),
		key("show long lines whole, or cut them", "", 0, closed, func(int) tea.Cmd { return p.toggleWrap() }, "ctrl+w", "z"),
	)
	return append(list, p.digits()...)
}

// tabBinding leads from one log to all and back.
func (p *logPane) tabBinding() binding {
	b := binding{keys: []string{"tab"}, does: "show all logs in the order of time", hint: "all logs", rank: 8, why: p.whyNoMerge(), run: p.merge}
	if p.log != nil && p.source == "" {
		b.does, b.hint, b.why = "show the line in its own log", "one log", p.whyNoLine()
		b.run = func() tea.Cmd {
			l, _ := p.current()
			return p.open(l.Place)
		}
	}
	return b
}

func (p *logPane) whyNoLine() sanitize.Safe {
	if why := p.whyClosed(); why != "" {
		return why
	}
	if _, ok := p.current(); !ok {
		return "there is no line here"
	}
	return ""
}

// digits are the keys of the number that goes in front of others. Before a log is open they lead to the panes, as everywhere.
func (p *logPane) digits() []binding {
	if p.whyClosed() != "" {
		return nil
	}
	var list []binding
	digit := func(k string) func() tea.Cmd {
		return func() tea.Cmd {
			if len(p.count) < 9 {
				p.count += k
			}
			return nil
		}
	}
	for _, k := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		list = append(list, binding{keys: []string{k}, does: "a number in front of a key: 12G goes to line 12, 5e to the fifth error", run: digit(k)})
	}
	zero := binding{keys: []string{"0"}, does: "go to the start of long lines", run: func() tea.Cmd { return p.shift(0, 0) }}
	if p.count != "" {
		zero.does, zero.run = list[0].does, digit("0")
	}
	return append(list, zero)
}

// takeCount is the number that was typed, 0 for none.
func (p *logPane) takeCount() int {
	n, _ := strconv.Atoi(p.count)
	p.count = ""
	return n
}

func (p *logPane) goLine(n int, otherwise locator) tea.Cmd {
	if n > 0 {
		return p.jump("going to line "+sanitize.Line(thousands(n)), seekTo(logdoc.LineSpot{Line: n}))
	}
	return p.jump("going there", otherwise)
}

// shift moves the columns; direction 0 goes back to the first.
func (p *logPane) shift(n, direction int) tea.Cmd {
	if n == 0 {
		n = p.room() / 2
		if p.wrap {
			n = p.room() * max(1, p.body()/2)
		}
	}
	to := max(0, p.column+int64(direction*n))
	if direction == 0 {
		to = 0
	}
	if to == p.column {
		return nil
	}
	p.column = to
	return p.again()
}

func (p *logPane) toggleWrap() tea.Cmd {
	p.wrap = !p.wrap
	p.column = 0
	return p.again()
}

// askPattern asks what to look for.
func (p *logPane) askPattern(back bool) tea.Cmd {
	label := "look below for"
	if back {
		label = "look above for"
	}
	p.prompt = newPrompt(label, "")
	p.prompt.done = func(text string) tea.Cmd {
		if text == "" {
			text = p.goal.Pattern
		}
		if text == "" {
			return nil
		}
		re, err := highlighter(text)
		if err != nil {
			p.warn("this is no pattern: " + sanitize.Line(err.Error()))
			return nil
		}
		p.goal, p.back, p.found = logdoc.LineGoal{Pattern: text}, back, re
		return p.lookAgain(false, 1)
	}
	return nil
}

// highlighter compiles a pattern for the lines in sight, as the search takes it.
func highlighter(pattern string) (*regexp.Regexp, error) {
	if logdoc.FoldsCase(pattern) {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile(pattern)
}

func (p *logPane) lookAgain(other bool, n int) tea.Cmd {
	pattern := sanitize.Line(p.goal.Pattern)
	return p.look(pattern, "nothing matches "+pattern, p.goal, p.back != other, n)
}

// askFilter asks for a filter more.
func (p *logPane) askFilter() tea.Cmd {
	p.prompt = newPrompt("show only (! for all but)", "")
	p.prompt.done = func(text string) tea.Cmd {
		f := logdoc.Filter{Pattern: text}
		f.Pattern, f.Out = strings.CutPrefix(text, "!")
		if f.Pattern == "" {
			return nil
		}
		if _, err := highlighter(f.Pattern); err != nil {
			p.warn("this is no pattern: " + sanitize.Line(err.Error()))
			return nil
		}
		if len(p.filters) == maxLogFilters {
			p.warn("these are as many filters as can be stacked: - drops one")
			return nil
		}
		p.filters = append(p.filters[:len(p.filters):len(p.filters)], f)
		return p.again()
	}
	return nil
}

// maxLogFilters bounds the stack.
const maxLogFilters = 16

func (p *logPane) dropFilters(n int) tea.Cmd {
	p.filters = p.filters[:max(0, len(p.filters)-n)]
	return p.again()
}

// askSpot asks where to go.
func (p *logPane) askSpot() tea.Cmd {
	p.prompt = newPrompt("go to", "")
	p.prompt.done = func(text string) tea.Cmd {
		near := p.window.from
		if l, ok := p.current(); ok && !l.Time.IsZero() {
			near = l.Time
		}
		spot, err := parseSpot(strings.TrimSpace(text), near)
		if err != nil {
			p.warn(sanitize.Line(err.Error()))
			return nil
		}
		return p.jump("going to "+sanitize.Line(text), seekTo(spot))
	}
	return nil
}

// spotLayouts are the ways in which a time can be written; those without a date mean the day of the line under the cursor.
var spotLayouts = []struct {
	layout  string
	dateful bool
}{
	{time.RFC3339Nano, true}, {"2006-01-02 15:04:05", true}, {"2006-01-02 15:04", true}, {"2006-01-02T15:04:05", true}, {"2006-01-02T15:04", true}, {"2006-01-02", true},
	{"2006/01/02 15:04:05", true}, {"2006/01/02 15:04", true}, {"15:04:05", false}, {"15:04", false},
}

// parseSpot reads where to go. near is the time of the line under the cursor, zero where it has none. Times are UTC unless they say otherwise.
func parseSpot(text string, near time.Time) (logdoc.LineSpot, error) {
	wrong := fmt.Errorf("%q is neither a line, a percentage nor a time: write 417, 50%%, 2026-02-10 01:30, 01:30 or +5m", text)
	if n, err := strconv.Atoi(text); err == nil && n > 0 && text[0] != '+' {
		return logdoc.LineSpot{Line: n}, nil
	}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		if percent, err := strconv.ParseFloat(number, 64); err == nil && percent >= 0 && percent <= 100 {
			return logdoc.LineSpot{Percent: percent}, nil
		}
		return logdoc.LineSpot{}, wrong
	}
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		d, err := time.ParseDuration(text)
		switch {
		case err != nil:
			return logdoc.LineSpot{}, wrong
		case near.IsZero():
			return logdoc.LineSpot{}, fmt.Errorf("%s counts from the line under the cursor, which has no time", text)
		}
		return logdoc.LineSpot{Time: near.Add(d)}, nil
	}
	for _, l := range spotLayouts {
		t, err := time.ParseInLocation(l.layout, text, time.UTC)
		switch {
		case err != nil:
			continue
		case l.dateful:
			return logdoc.LineSpot{Time: t}, nil
		case near.IsZero():
			return logdoc.LineSpot{}, fmt.Errorf("%s is meant on the day of the line under the cursor, which has no time: write the day too", text)
		}
		day := near.UTC().Truncate(24 * time.Hour)
		return logdoc.LineSpot{Time: day.Add(t.Sub(t.Truncate(24 * time.Hour)))}, nil
	}
	return logdoc.LineSpot{}, wrong
}

// goBackWithin goes to the place that was jumped from last.
func (p *logPane) goBackWithin() tea.Cmd {
	n := len(p.trail) - 1
	place := p.trail[n]
	p.trail = p.trail[:n]
	if p.goWithin(place) {
		return p.extend()
	}
	l := p.landing(toPlace(place), p.body()/3)
	return p.start(&logJob{what: "going back", step: l.step, done: func() tea.Cmd { return p.land(l) }})
}

// status says what is under way, what was typed, and what is known of the line under the cursor.
func (p *logPane) status() sanitize.Safe {
	switch l, ok := p.current(); {
	case p.job != nil:
		return p.job.progress(p.state)
	case p.count != "":
		return sanitize.Line(p.count)
	case p.log == nil:
		return "no log is open"
	case ok && p.markAt(l.Place) >= 0:
		return "marked: " + sanitize.Line(p.marks()[p.markAt(l.Place)].Note)
	case ok && p.evidence[logLineID{l.Place.Source, l.Place.Line}]:
		return "evidence of a finding"
	case len(p.filters) > 0:
		return counted(len(p.filters), "filter")
	}
	return counted(p.state.Lines, "line")
}
