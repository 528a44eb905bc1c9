package tui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// timeline is the pane that counts records over time, by severity, with the findings painted beneath. A part of it can be chosen, which everything else then follows.
//
// Times are seconds since 1970 here, and a bar is named by the second that it starts at.
type timeline struct {
	*shared
	width, height int
	// shown is the part of time in sight; whole is true while that is all there is, also when there comes to be more.
	shown stretch
	whole bool
	// at is the bar under the cursor. touched is true once a person has moved it: until then it stays on the last bar.
	at      int64
	touched bool
	// mark is where the choosing of a part began, while choosing.
	mark     int64
	choosing bool
	// fine holds shorter bars than the diagnosis does, of one stretch; nil where none were asked for.
	fine   *logdoc.Timeline
	fineOf stretch
	// asked counts what was asked of the session; counting is true until it has come.
	asked    int
	counting bool
	// painted are the findings that have a time, and list the rows of them that are in sight.
	painted []*logdoc.Finding
	list    scroll
}

// stretch is a number of bars of equal width, in seconds.
type stretch struct {
	from, step int64
	bars       int
}

// end is the first second behind the stretch.
func (s stretch) end() int64 { return s.from + s.step*int64(s.bars) }

// bar returns the number of the bar that a moment lies in; it may be outside.
func (s stretch) bar(at int64) int { return int(floored(at-s.from, s.step) / s.step) }

// holds reports whether all of another stretch lies in it.
func (s stretch) holds(o stretch) bool { return s.from <= o.from && s.end() >= o.end() }

// floored is the last multiple of step that is not behind at.
func floored(at, step int64) int64 {
	r := at % step
	if r < 0 {
		r += step
	}
	return at - r
}

// steps are the widths of bars that people think in, shortest first; then come powers of two of days. nested are those of which each is a multiple of the one before: what is
// counted anew has their widths.
var (
	steps  = daysOn([]int64{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200})
	nested = []int64{1, 2, 10, 30, 60, 120, 600, 1800, 3600, 7200, 21600, 43200}
)

func daysOn(list []int64) []int64 {
	for day := int64(86400); day < 1<<34; day *= 2 {
		list = append(list, day)
	}
	return list
}

func newTimeline(s *shared) *timeline { return &timeline{shared: s, whole: true} }

func (p *timeline) name() string { return "Timeline" }

func (p *timeline) resize(width, height int) {
	p.width, p.height = width, height
	p.refit()
}

// recounted is a timeline that was asked for, and what is to be shown of it.
type recounted struct {
	asked    int
	timeline *logdoc.Timeline
	err      error
	shown    stretch
	at       int64
}

func (p *timeline) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case updateMsg:
		p.take()
	case recounted:
		if msg.asked != p.asked {
			return nil // something else was asked for since
		}
		p.counting = false
		if msg.err != nil {
			p.warn("counting again was interrupted: " + sanitize.Line(msg.err.Error()))
			return nil
		}
		p.fine, p.fineOf = msg.timeline, msg.shown
		p.shown, p.at, p.whole = msg.shown, msg.at, false
	}
	return nil
}

// take takes a new diagnosis.
func (p *timeline) take() {
	var current findingID
	if p.list.cursor < len(p.painted) {
		current = identify(p.painted[p.list.cursor])
	}
	p.painted = p.painted[:0]
	p.paint(p.diagnosis.Findings)
	if i := slices.IndexFunc(p.painted, func(f *logdoc.Finding) bool { return identify(f) == current }); i >= 0 {
		p.list.cursor = i
	}
	p.list.fit(len(p.painted), p.list.height)
	p.refit()
}

// paint adds findings that have a time, each with its consequences behind it.
func (p *timeline) paint(findings []logdoc.Finding) {
	for _, f := range sorted(findings) {
		if !f.First.IsZero() {
			p.painted = append(p.painted, f)
		}
		p.paint(f.Consequences)
	}
}

// extent is from when to when was counted; ok is false when there is nothing, or no room to show it.
func (p *timeline) extent() (first, last int64, ok bool) {
	t := p.diagnosis.Timeline
	if t == nil || len(t.Buckets) == 0 || p.plot() < 1 {
		return 0, 0, false
	}
	return t.Buckets[0].Start.Unix(), t.Buckets[len(t.Buckets)-1].Start.Unix(), true
}

// least is the width of the shortest bar that the diagnosis has counted.
func (p *timeline) least() int64 { return max(1, int64(p.diagnosis.Timeline.Width/time.Second)) }

// refit keeps what is shown within what there is, and the cursor on a bar.
func (p *timeline) refit() {
	first, last, ok := p.extent()
	if !ok || p.plot() < 1 {
		return
	}
	switch {
	case p.whole:
		p.shown = p.all()
	case p.shown.bars != p.plot() && p.counts(stretch{p.shown.from, p.shown.step, p.plot()}) != nil:
		p.shown.bars = p.plot()
	case p.counts(p.shown) == nil:
		// The bars have grown wider than those in sight.
		p.shown, p.whole = p.all(), true
	}
	if !p.touched {
		p.at = last
	}
	p.at = floored(max(first, min(p.at, last)), p.shown.step)
}

// all is the stretch with everything in it, in the shortest bars that have room.
func (p *timeline) all() stretch {
	first, last, _ := p.extent()
	s := stretch{bars: p.plot()}
	for _, s.step = range steps {
		s.from = floored(first, s.step)
		if s.step%p.least() == 0 && s.bar(last) < s.bars {
			break
		}
	}
	return s
}

// counts returns the timeline that the bars of a stretch can be made of, nil when their counts are not there.
func (p *timeline) counts(s stretch) *logdoc.Timeline {
	switch {
	case p.fine != nil && p.fineOf.holds(s) && s.step%max(1, int64(p.fine.Width/time.Second)) == 0:
		return p.fine
	case s.step%p.least() == 0:
		return p.diagnosis.Timeline
	}
	return nil
}

// look shows a stretch with the cursor on a bar of it; where its counts are not there it asks for them, and shows it when they have come.
func (p *timeline) look(s stretch, at int64) tea.Cmd {
	first, last, _ := p.extent()
	at = max(first, min(at, last))
	p.touched = true
	p.asked++ // what was asked for before is not wanted any more
	p.counting = false
	if p.counts(s) != nil {
		p.shown, p.at = s, floored(at, s.step)
		p.whole = s == p.all()
		return nil
	}
	zoom := p.session.Zoom
	if zoom == nil || !p.progress.Done {
		p.warn(p.whyNoFiner())
		return nil
	}
	p.counting = true
	asked, d := p.asked, p.diagnosis
	return func() tea.Msg {
		t, err := zoom(d, time.Unix(s.from, 0).UTC(), time.Unix(s.end(), 0).Add(-1).UTC())
		return recounted{asked, t, err, s, floored(at, s.step)}
	}
}

func (p *timeline) whyNoFiner() sanitize.Safe {
	if p.session.Zoom == nil {
		return "no shorter bars were counted"
	}
	return "not before everything is read"
}

// around returns the stretch of bars of that width with a moment in its middle, within what there is.
func (p *timeline) around(at, step int64) stretch {
	first, last, _ := p.extent()
	bars := int64(p.plot())
	from := floored(at, step) - step*(bars/2)
	from = min(from, floored(last, step)-step*(bars-1))
	return stretch{max(from, floored(first, step)), step, p.plot()}
}

// finer and wider are the widths of the bars one step nearer and one step further away, 0 when there is none.
func (p *timeline) finer() int64 {
	least := p.least()
	for _, s := range slices.Backward(steps) {
		if 2*s <= p.shown.step && s%least == 0 {
			return s
		}
	}
	for _, s := range slices.Backward(nested) {
		if 2*s <= p.shown.step {
			return s
		}
	}
	return 0
}

func (p *timeline) wider() int64 {
	least, most := p.least(), p.all().step
	for _, s := range steps {
		if s >= 2*p.shown.step && s < most && (s%least == 0 || s < least && slices.Contains(nested, s)) {
			return s
		}
	}
	return most
}

// moveTo puts the cursor on the bar of a moment and keeps it in sight.
func (p *timeline) moveTo(at int64) tea.Cmd {
	first, last, ok := p.extent()
	if !ok {
		return nil
	}
	at = max(first, min(at, last))
	if n := p.shown.bar(at); n < 0 || n >= p.shown.bars {
		return p.look(p.around(at, p.shown.step), at)
	}
	p.touched = true
	p.at = floored(at, p.shown.step)
	return nil
}

func (p *timeline) move(bars int) tea.Cmd { return p.moveTo(p.at + int64(bars)*p.shown.step) }

// choose narrows everything to the chosen bars.
func (p *timeline) choose(from, to int64) tea.Cmd {
	p.choosing = false
	p.message = message{text: "narrowed: x shows all time"}
	return send(setWindow{time.Unix(from, 0).UTC(), time.Unix(to, 0).Add(-1).UTC()})
}

// chosen is what enter narrows everything to: the bars from the mark to the cursor, or the one under the cursor.
func (p *timeline) chosen() (from, to int64) {
	from, to = p.at, p.at+p.shown.step
	if p.choosing {
		from, to = min(from, p.mark), max(to, p.mark+p.shown.step)
	}
	return from, to
}

// selected is the finding under the cursor of the list, nil when there is none.
func (p *timeline) selected() *logdoc.Finding {
	if p.list.cursor >= len(p.painted) {
		return nil
	}
	return p.painted[p.list.cursor]
}

// step goes to another finding and to its first record.
func (p *timeline) step(n int) tea.Cmd {
	p.list.move(n)
	if f := p.selected(); f != nil {
		return p.moveTo(f.First.Unix())
	}
	return nil
}

// severe goes to the next bar with an error or worse.
func (p *timeline) severe(direction int) tea.Cmd {
	bars := p.bars()
	for n := p.shown.bar(p.at) + direction; n >= 0 && n < len(bars); n += direction {
		if bars[n][logdoc.Error]+bars[n][logdoc.Critical] > 0 {
			return p.moveTo(p.shown.from + int64(n)*p.shown.step)
		}
	}
	p.warn("no error in sight in this direction")
	return nil
}

func (p *timeline) bindings() []binding {
	var none, noFinding, noFiner, noWider sanitize.Safe
	if _, _, ok := p.extent(); !ok {
		none, noFinding, noFiner, noWider = "no record with a time was counted", "no record with a time was counted", "no record with a time was counted", "no record with a time was counted"
	} else {
		if len(p.painted) == 0 {
			noFinding = "no finding has a time"
		}
		switch f := p.finer(); {
		case f == 0:
			noFiner = "a bar is a second: there is nothing shorter"
		case f%p.least() != 0 && (p.session.Zoom == nil || !p.progress.Done):
			noFiner = p.whyNoFiner()
		}
		if p.shown.step >= p.all().step {
			noWider = "all of the time is in sight"
		}
	}
	do := func(f func() tea.Cmd, why sanitize.Safe, hint string, rank int, does string, keys ...string) binding {
		return binding{keys: keys, does: does, hint: hint, rank: rank, why: why, run: f}
	}
	moves := func(n int) func() tea.Cmd { return func() tea.Cmd { return p.move(n) } }
	screen := max(1, p.shown.bars/2)
	keys := []binding{
		do(moves(1), none, "", 0, "go to the next bar", "right", "l"),
		do(moves(-1), none, "", 0, "go to the bar before", "left", "h"),
		do(moves(screen), none, "", 0, "go on by half a screen", "pgdown", "ctrl+d", "L"),
		do(moves(-screen), none, "", 0, "go back by half a screen", "pgup", "ctrl+u", "H"),
		do(func() tea.Cmd { first, _, _ := p.extent(); return p.moveTo(first) }, none, "", 0, "go to the first bar", "home", "g"),
		do(func() tea.Cmd { _, last, _ := p.extent(); return p.moveTo(last) }, none, "", 0, "go to the last bar", "end", "G"),
		do(func() tea.Cmd { return p.severe(1) }, none, "", 0, "go to the next bar with an error or worse", "e"),
		do(func() tea.Cmd { return p.severe(-1) }, none, "", 0, "go to the bar with an error or worse before", "E"),
		do(func() tea.Cmd { return p.step(1) }, noFinding, "finding", 5, "go to the next finding, at its first record", "down", "j"),
		do(func() tea.Cmd { return p.step(-1) }, noFinding, "", 0, "go to the finding before, at its first record", "up", "k"),
		do(func() tea.Cmd { return p.look(p.around(p.at, p.finer()), p.at) }, noFiner, "closer", 2, "look closer, at shorter bars", "+", "=", "i"),
		do(func() tea.Cmd { return p.look(p.around(p.at, p.wider()), p.at) }, noWider, "wider", 3, "look at more time, in longer bars", "-", "_", "o"),
		do(func() tea.Cmd { return p.look(p.all(), p.at) }, noWider, "", 0, "look at all of the time", "0"),
		do(func() tea.Cmd { from, to := p.chosen(); return p.choose(from, to) }, none, "narrow", 1, "narrow everything to the chosen bars, or to the one under the cursor", "enter"),
		do(func() tea.Cmd { p.choosing, p.mark, p.touched = !p.choosing, p.at, true; return nil }, none, "choose", 4, "begin to choose bars here, or stop choosing", "v", " "),
		do(func() tea.Cmd {
			f := p.selected()
			return p.choose(floored(f.First.Unix(), p.shown.step), floored(f.Last.Unix(), p.shown.step)+p.shown.step)
		}, noFinding, "", 0, "narrow everything to the time of the finding under the cursor", "w"),
	}
	if p.choosing {
		keys = append(keys, do(func() tea.Cmd { p.choosing = false; return nil }, "", "drop", 2, "stop choosing", "esc"))
	}
	return keys
}

// status says how long a bar is, and what is narrowed.
func (p *timeline) status() sanitize.Safe {
	if _, _, ok := p.extent(); !ok {
		return "no record has a time"
	}
	text := "a bar is " + duration(p.shown.step)
	if p.counting {
		text += " · counting again"
	}
	if p.choosing {
		from, to := p.chosen()
		text += " · " + between(time.Unix(from, 0), time.Unix(to, 0))
	}
	return text
}
