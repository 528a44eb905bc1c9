package tui

import (
	"slices"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
)

// keptWork is what a person has done, and how far it has been kept.
type keptWork struct {
	logdoc.Work
	// loaded is true once it is known what was kept before: until then nothing can be changed, so that nothing can be lost.
	loaded bool
	// before are the works that undo leads back to, the newest last.
	before []logdoc.Work
	// saving is true while one is being written, changed when there is a newer one than that.
	saving, changed bool
	keeper          *keeper
}

// maxUndo bounds how many changes can be taken back.
const maxUndo = 100

// keeper saves for one goroutine at a time.
type keeper struct {
	mu   sync.Mutex
	desk Desk
}

func (k *keeper) save(w logdoc.Work) error {
	if k.desk == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.desk.Save(w)
}

type (
	// loadedMsg brings the work that was kept before, savedMsg says whether the newest one was.
	loadedMsg struct {
		work logdoc.Work
		err  error
	}
	savedMsg struct{ err error }
)

func (s *shared) loadWork() tea.Cmd {
	desk := s.session.Desk
	return func() tea.Msg {
		if desk == nil {
			return loadedMsg{}
		}
		w, err := desk.Load()
		return loadedMsg{w, err}
	}
}

// takeWork takes what was loaded or saved.
func (s *shared) takeWork(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loadedMsg:
		s.work.Work, s.work.loaded = msg.work, true
		if msg.err != nil {
			s.fail("what was done before", msg.err)
		}
	case savedMsg:
		s.work.saving = false
		if msg.err != nil {
			s.fail("this is not kept", msg.err)
		}
		if s.work.changed {
			return s.saveWork()
		}
	}
	return nil
}

// change changes the work and keeps it.
func (s *shared) change(do func(*logdoc.Work)) tea.Cmd {
	s.work.before = append(s.work.before, s.work.Work)
	if n := len(s.work.before) - maxUndo; n > 0 {
		s.work.before = slices.Delete(s.work.before, 0, n)
	}
	s.work.Work = clone(s.work.Work)
	do(&s.work.Work)
	return s.saveWork()
}

// undo takes the last change back.
func (s *shared) undo() tea.Cmd {
	n := len(s.work.before) - 1
	s.work.Work, s.work.before = s.work.before[n], s.work.before[:n]
	s.tell("taken back")
	return s.saveWork()
}

func clone(w logdoc.Work) logdoc.Work {
	return logdoc.Work{Steps: slices.Clone(w.Steps), Marks: slices.Clone(w.Marks)}
}

// saveWork keeps the work as it is now: at once, or when what is being written is.
func (s *shared) saveWork() tea.Cmd {
	if s.work.saving {
		s.work.changed = true
		return nil
	}
	s.work.saving, s.work.changed = true, false
	w, k := clone(s.work.Work), s.work.keeper
	return func() tea.Msg { return savedMsg{k.save(w)} }
}

// whyNoWork says why nothing can be ticked off yet.
func (s *shared) whyNoWork() sanitize.Safe {
	if !s.work.loaded {
		return "what was done before is still being read"
	}
	return ""
}

// settled counts the steps of a finding that are done or skipped; touched is true when anything was done about any of them.
func (s *shared) settled(f *logdoc.Finding) (n int, touched bool) {
	for i := range f.Steps {
		w, ok := s.work.Step(f.Symptom, f.Key, f.Steps[i].ID)
		touched = touched || ok
		if w.State == logdoc.StepDone || w.State == logdoc.StepSkipped {
			n++
		}
	}
	return n, touched
}
