package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// shared is the state that more than one pane draws from. Only the model and the panes' keys change it, one after the other.
type shared struct {
	session Session
	theme   theme
	// progress is the newest update, without its diagnosis; began is when the screen was opened.
	progress logdoc.Update
	began    time.Time
	// diagnosis is what is found so far, never nil.
	diagnosis *logdoc.Diagnosis
	work      keptWork
	// window is what the timeline has narrowed everything to; the zero value is all time.
	window window
	// message is what the last key brought about, until the next one.
	message message
	prompt  *prompt
}

// message is one sentence for the status line.
type message struct {
	text sanitize.Safe
	bad  bool
}

func (s *shared) tell(text sanitize.Safe) { s.message = message{text: text} }
func (s *shared) warn(text sanitize.Safe) { s.message = message{text: text, bad: true} }

// fail says what went wrong in the status line. The error may quote a name from an archive.
func (s *shared) fail(doing string, err error) { s.warn(sanitize.Line(doing + ": " + err.Error())) }

// window is a part of time, both ends included. The zero value is all of it.
type window struct{ from, to time.Time }

func (w window) all() bool { return w.from.IsZero() && w.to.IsZero() }

// touches reports whether something that lasted from first to last lies in the window at least in part. What has no clock lies everywhere.
func (w window) touches(first, last time.Time) bool {
	if w.all() || first.IsZero() && last.IsZero() {
		return true
	}
	return (w.to.IsZero() || !first.After(w.to)) && (w.from.IsZero() || !last.Before(w.from))
}

// evidence returns the records of a finding that lie in the window.
func (w window) evidence(f *logdoc.Finding) []*logdoc.Evidence {
	var in []*logdoc.Evidence
	for i := range f.Evidence {
		if e := &f.Evidence[i]; w.touches(e.Time, e.Time) {
			in = append(in, e)
		}
	}
	return in
}

// The messages with which one pane asks another one for something.
type (
	// openLog shows the record at a place in its log.
	openLog struct{ place logdoc.Place }
	// back returns to the pane that was shown before.
	back struct{}
	// setWindow narrows everything to a part of time; two zero times are all of it.
	setWindow struct{ from, to time.Time }
)

// send is a command that brings a message and does nothing else.
func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
