package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	_ "early" // Bubble Tea's init is not to ask the terminal anything

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
)

// Session is what a screen is opened with.
type Session struct {
	// Name is what was opened, for the head of the screen.
	Name logdoc.LogText
	// Updates is the diagnosis under way. It is read until it says that it is done, or is closed.
	Updates <-chan logdoc.Update
	// Live means that the logs are followed: updates come as long as the screen stands, and it is nothing strange that more will come.
	Live bool
	// Now is the clock. Stamps of logs are shown in UTC whatever it says.
	Now func() time.Time
	// Look is what the terminal looks like.
	Look Look
	// Shell is true where a shell waits behind the program, to which ctrl+z can go.
	Shell bool
	// Desk keeps what a person does; nil keeps it until the screen is closed.
	Desk Desk
	// Logs opens the logs of the input; nil where they cannot be opened.
	Logs Logs
	// Outside does what no screen can do.
	Outside Outside
	// Zoom counts the records of a part of time anew, both ends included, in shorter buckets than the diagnosis's timeline has. It may take as long as reading the input did.
	// nil where the input cannot be read again.
	Zoom func(d *logdoc.Diagnosis, from, to time.Time) (*logdoc.Timeline, error)
}

// Desk keeps the work on a diagnosis from one session to the next. Its functions may take as long as a disk does: they are never called while a key waits.
type Desk interface {
	// Load returns the work that was kept, and the zero value where there is none. With an error the work that comes with it can be used nevertheless.
	Load() (logdoc.Work, error)
	// Save keeps the work in place of what was kept before. It is called by one goroutine at a time.
	Save(logdoc.Work) error
}

// Outside is what the screen asks of the program around it. A function that is nil is not on offer, and its key says so.
type Outside struct {
	// Export writes the diagnosis, with the work on it, to a file that must not be there yet unless over is true. The error of a file that is there is ErrExists.
	Export func(name string, d *logdoc.Diagnosis, w logdoc.Work, over bool) error
	// Draft returns a first version of a symptom, made of an unexplained cluster.
	Draft func(logdoc.Cluster) ([]byte, error)
	// Write writes a new file; one that is there already is an error.
	Write func(name string, text []byte) error
	// Copy puts text on the clipboard and says how.
	Copy func(text string) (how string, err error)
}

// ErrExists is the error of an export to a file that is there already.
var ErrExists = errors.New("the file is there already")

// ErrPanic is the error of a screen that ended in a mistake of its own. The terminal is as it was before.
var ErrPanic = errors.New("the screen ended by a mistake in logdoc")

// Run shows the session on a terminal until the person leaves, and restores the terminal whatever happens.
func Run(ctx context.Context, s Session, in io.Reader, out io.Writer) error {
	m := newModel(s)
	// Signals end the context, and that is enough: Bubble Tea's own handler would wait for ever to tell a program that has ended already.
	// At 60 frames a second what a key has changed would wait for up to 16 ms until it is drawn.
	_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithoutSignalHandler(), tea.WithFPS(120)).Run()
	if m.work.saving {
		// The program has ended before it heard that the work was kept: it is kept once more, behind what may still be writing.
		if saveErr := m.work.keeper.save(m.work.Work); saveErr != nil && err == nil {
			err = saveErr
		}
	}
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return ErrPanic
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return fmt.Errorf("show the screen: %w", err)
	}
	return nil
}
