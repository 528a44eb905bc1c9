package tui

import (
	"context"
	"regexp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Logs opens the logs of the input, for the pane that shows them raw. Its functions may take as long as a disk does: they are never called while a key waits.
type Logs interface {
	// Open opens one source by the name that the diagnosis has for it, Merge several as one, in the order of time.
	Open(ctx context.Context, source logdoc.LogText) (Log, error)
	Merge(ctx context.Context, sources []logdoc.LogText) (Log, error)
}

// Log gives any lines of a log, however large it is. What takes long pauses, and is asked to go on.
type Log interface {
	Lines(context.Context, logdoc.LineQuery) (logdoc.LinePage, error)
	Find(context.Context, logdoc.LineSearch) (logdoc.LineFound, error)
	Seek(context.Context, logdoc.LineSpot) (logdoc.Place, error)
	// State says how much is known of the log; Changed waits until that is not what was seen any more.
	State() logdoc.LogState
	Changed(ctx context.Context, seen logdoc.LogState) (logdoc.LogState, error)
}

// logPane shows a log, or all of them in the order of time, around a line under the cursor.
type logPane struct {
	*shared
	width, height int

	// log is what is open, nil for nothing yet; source is its name, empty for all logs in one.
	log    Log
	source logdoc.LogText
	state  logdoc.LogState
	// watching ends when another log is opened.
	watching context.CancelFunc

	logLines
	filters []logdoc.Filter
	// goal is what n looks for, back in which direction.
	goal  logdoc.LineGoal
	back  bool
	found *regexp.Regexp // what the goal's pattern matches, for the lines in sight
	// trail are the places that were jumped from, the newest last.
	trail []logdoc.Place
	// count is the number that was typed in front of a key.
	count string
	job   *logJob

	evidence map[logLineID]bool
	places   []logdoc.Place // of the evidence
	// evidenceOf is the diagnosis whose evidence that is.
	evidenceOf *logdoc.Diagnosis
}

// logLineID tells a line apart.
type logLineID struct {
	source logdoc.LogText
	line   int
}

func newLogPane(s *shared) *logPane { return &logPane{shared: s} }

func (p *logPane) name() string { return "Log" }

func (p *logPane) resize(width, height int) {
	p.width, p.height = width, height
	p.fit(p)
}

func (p *logPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case updateMsg:
		return p.takeEvidence()
	case evidenceMsg:
		p.evidence, p.places = msg.lines, msg.places
	case openLog:
		return p.open(msg.place)
	case setWindow:
		if p.log != nil && !msg.from.IsZero() {
			return p.jump("going to the chosen time", seekTo(logdoc.LineSpot{Time: msg.from}))
		}
	case tea.WindowSizeMsg:
		if p.log != nil && p.fetchWidth() > p.fetched {
			return p.again()
		}
		return p.extend()
	case logStep:
		return p.takeStep(msg)
	case logChanged:
		if msg.log == p.log {
			p.state = msg.state
			return p.watch(msg.ctx)
		}
	}
	return nil
}

// logChanged brings a newer state of the log.
type logChanged struct {
	ctx   context.Context
	log   Log
	state logdoc.LogState
}

// watch waits for the log's next state, until all is known of it.
func (p *logPane) watch(ctx context.Context) tea.Cmd {
	log, seen := p.log, p.state
	if seen.Done {
		return nil
	}
	return func() tea.Msg {
		state, err := log.Changed(ctx, seen)
		if err != nil {
			return nil
		}
		return logChanged{ctx, log, state}
	}
}

// evidenceMsg brings the lines that are evidence in a diagnosis.
type evidenceMsg struct {
	lines  map[logLineID]bool
	places []logdoc.Place
}

// takeEvidence learns which lines are evidence. There may be very many, and so no key waits for it.
func (p *logPane) takeEvidence() tea.Cmd {
	d := p.diagnosis
	if d == p.evidenceOf {
		return nil
	}
	p.evidenceOf = d
	return func() tea.Msg {
		e := evidenceMsg{lines: map[logLineID]bool{}}
		e.add(d.Findings)
		for i := range d.Silenced {
			e.add([]logdoc.Finding{d.Silenced[i].Finding})
		}
		return e
	}
}

func (e *evidenceMsg) add(findings []logdoc.Finding) {
	for i := range findings {
		for _, one := range findings[i].Evidence {
			id := logLineID{one.Place.Source, one.Place.Line}
			if !e.lines[id] {
				e.lines[id] = true
				e.places = append(e.places, one.Place)
			}
		}
		e.add(findings[i].Consequences)
	}
}

// sources names the logs that records with times were read from.
func (p *logPane) sources() []logdoc.LogText {
	var names []logdoc.LogText
	for i := range p.diagnosis.Coverage.Sources {
		if s := &p.diagnosis.Coverage.Sources[i]; isTimed(s) {
			names = append(names, s.Source)
		}
	}
	return names
}

func isTimed(s *logdoc.SourceCoverage) bool { return s.Records > 0 && !s.First.IsZero() }

// open shows a place in its log. What is open already stays open where that is it.
func (p *logPane) open(place logdoc.Place) tea.Cmd {
	if p.session.Logs == nil {
		p.warn("logs cannot be opened here")
		return nil
	}
	locate := toPlace(place)
	if place.Offset == 0 && place.Line > 1 {
		locate = seekTo(logdoc.LineSpot{Line: place.Line})
	}
	if p.log != nil && p.source == place.Source {
		return p.jump("going there", locate)
	}
	logs := p.session.Logs
	return p.opening("opening "+sanitize.Line(place.Source), place.Source, locate, func(ctx context.Context) (Log, error) { return logs.Open(ctx, place.Source) })
}

// reopen opens the log anew, at the line with the same number.
func (p *logPane) reopen() tea.Cmd {
	logs, source := p.session.Logs, p.source
	locate := toStart
	if l, ok := p.current(); ok {
		locate = seekTo(logdoc.LineSpot{Line: l.Place.Line})
	}
	return p.opening("opening "+sanitize.Line(source), source, locate, func(ctx context.Context) (Log, error) { return logs.Open(ctx, source) })
}

func (p *logPane) whyNoReopening() sanitize.Safe {
	if p.log != nil && p.source == "" {
		return "these are all logs: tab shows one of them"
	}
	return p.whyClosed()
}

// merge shows all logs in one, at the line under the cursor.
func (p *logPane) merge() tea.Cmd {
	logs, names := p.session.Logs, p.sources()
	locate := toStart
	if l, ok := p.current(); ok && slices.Contains(names, l.Place.Source) {
		locate = toPlace(l.Place)
	}
	return p.opening("putting "+counted(len(names), "log")+" in the order of time", "", locate, func(ctx context.Context) (Log, error) { return logs.Merge(ctx, names) })
}

// opening is the job that opens a log and shows it.
func (p *logPane) opening(what sanitize.Safe, source logdoc.LogText, locate locator, open func(context.Context) (Log, error)) tea.Cmd {
	l := p.landing(locate, p.body()/3)
	l.open = open
	l.filters = p.filters
	return p.start(&logJob{what: what, step: l.step, done: func() tea.Cmd {
		if p.watching != nil {
			p.watching()
		}
		p.log, p.source, p.trail, p.column = l.log, source, nil, 0
		var ctx context.Context
		ctx, p.watching = context.WithCancel(context.Background())
		return tea.Batch(p.land(l), p.watch(ctx))
	}})
}

// whyClosed says why nothing can be done here yet.
func (p *logPane) whyClosed() sanitize.Safe {
	if p.log == nil {
		return "no log is open: press enter on evidence, or tab here for all logs"
	}
	return ""
}

// whyNoMerge says why there is nothing to put in the order of time.
func (p *logPane) whyNoMerge() sanitize.Safe {
	switch {
	case p.session.Logs == nil:
		return "logs cannot be opened here"
	case !slices.ContainsFunc(p.diagnosis.Coverage.Sources, func(s logdoc.SourceCoverage) bool { return isTimed(&s) }):
		return "no log with times was read yet"
	}
	return ""
}
