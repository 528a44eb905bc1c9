package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/pager"
	"logdoc/tui"
)

// tailScreen shows what is followed on the screen of logdoc open.
type tailScreen struct {
	t       *tailing
	f       tailFlags
	keys    *os.File
	logs    *followedLogs
	updates chan logdoc.Update
	paths   []string
	// due is when the next diagnosis may be made: they take no more than a fiftieth of the time.
	due time.Time
	// notes are written by who keeps, too.
	mu    sync.Mutex
	notes []logdoc.Note
}

const (
	// screenEvery is the least time between two diagnoses on the screen, screenShare what part of the time may go into them: one in so many.
	screenEvery, screenShare = 250 * time.Millisecond, 50
	// maxScreenNotes bounds what is told of the run itself.
	maxScreenNotes = 200
)

func newTailScreen(t *tailing, f tailFlags, o *diagnose.Options) (*tailScreen, error) {
	if !slices.Contains([]string{"auto", "dark", "light"}, f.background) {
		return nil, usageError("unknown --background %q: use auto, dark or light", f.background)
	}
	if f.json || f.quiet {
		return nil, usageError("--tui prints nothing: leave out --json and --quiet")
	}
	keys, err := keyboard(t.s, o.Paths)
	if err != nil {
		return nil, err
	}
	c := &tailScreen{t: t, f: f, keys: keys, paths: o.Paths, updates: make(chan logdoc.Update, 1)}
	c.logs = &followedLogs{first: newRawLogs(t.packs, o)}
	t.tell = func(logdoc.Turn) error { return nil }
	t.show, t.noted = c.show, c.note
	return c, nil
}

func (c *tailScreen) close() { c.logs.close() }

// run follows behind the screen until the person leaves, or all has ended and the person leaves then.
func (c *tailScreen) run(ctx context.Context) error {
	name := logdoc.LogText(c.paths[0])
	if name == "-" {
		name = "standard input"
	}
	if len(c.paths) > 1 {
		name += logdoc.LogText(fmt.Sprintf(" and %d more", len(c.paths)-1))
	}
	s := c.t.s
	session := tui.Session{Name: name, Live: true, Updates: c.updates, Now: s.now, Look: look(s, openFlags{reportFlags: c.f.reportFlags, background: c.f.background}), Shell: shellBehind(), Logs: c.logs}
	session.Outside = tui.Outside{Export: export, Copy: newCopier(s.out).copy, Write: writeNewFile,
		Draft: func(of logdoc.Cluster) ([]byte, error) { return draftOf(c.t.packs, of, s.now()) }}
	following, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		err := c.t.run(following)
		if failed, ok := errors.AsType[*statusError](err); ok && failed.status == exitInternal {
			c.note(logdoc.Note{LeftOut: true, Text: "nothing is followed any more", Detail: logdoc.LogText(err.Error())})
			c.show(s.now(), c.t.live.SoFar(s.now()))
		}
		close(c.updates)
		ended <- err
	}()
	err := tui.Run(ctx, session, c.keys, s.out)
	stop()
	for range c.updates {
		// What is at hand is finished and kept before the program ends.
	}
	followErr := <-ended
	failed, ok := errors.AsType[*statusError](followErr)
	switch {
	case errors.Is(followErr, errReload):
		return followErr
	case ok && failed.status != exitInterrupt:
		return followErr
	case errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), errTerminated):
		return nil
	case errors.Is(err, context.Canceled):
		return &statusError{exitInterrupt, nil}
	case err != nil:
		return &statusError{exitInternal, err}
	}
	return nil
}

// note keeps what is said about the run, for the diagnosis.
func (c *tailScreen) note(n logdoc.Note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.notes) < maxScreenNotes {
		c.notes = append(c.notes, n)
	}
}

// show tells the screen what was found so far, now and then; last is the diagnosis at the end.
func (c *tailScreen) show(now time.Time, last *logdoc.Diagnosis) {
	u := logdoc.Update{Records: c.t.live.Records(), Diagnosis: last, Done: last != nil}
	if last == nil && (!c.t.news || now.Before(c.due)) {
		return
	}
	c.t.news = false
	if last == nil {
		began := c.t.s.now()
		u.Diagnosis = c.t.live.SoFar(now)
		c.due = now.Add(max(screenEvery, screenShare*c.t.s.now().Sub(began)))
	}
	c.mu.Lock()
	u.Diagnosis.Notes = append(u.Diagnosis.Notes, c.notes...)
	c.mu.Unlock()
	select {
	case <-c.updates: // nobody has taken it
	default:
	}
	c.updates <- u
}

// followedLogs opens the logs as they are at the moment: they have grown since they were opened last.
type followedLogs struct {
	first  *rawLogs
	mu     sync.Mutex
	opened []*pager.Input
	closed bool
}

// maxOpened bounds the inputs that are open at a time; the oldest is closed for a new one.
const maxOpened = 16

func (l *followedLogs) input() (*pager.Input, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, fs.ErrClosed
	}
	if l.first.stdin != nil {
		return l.first.open()
	}
	in := pager.Open(l.first.options)
	if l.opened = append(l.opened, in); len(l.opened) > maxOpened {
		l.opened[0].Close()
		l.opened = slices.Delete(l.opened, 0, 1)
	}
	return in, nil
}

// Open opens one source.
func (l *followedLogs) Open(ctx context.Context, source logdoc.LogText) (tui.Log, error) {
	in, err := l.input()
	if err != nil {
		return nil, err
	}
	return in.Log(ctx, source)
}

// Merge opens several as one.
func (l *followedLogs) Merge(_ context.Context, sources []logdoc.LogText) (tui.Log, error) {
	in, err := l.input()
	if err != nil {
		return nil, err
	}
	return in.Merge(sources)
}

func (l *followedLogs) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, in := range l.opened {
		in.Close()
	}
	l.first.close()
}
