package main

import (
	"context"
	"io/fs"
	"slices"
	"sync"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/pager"
	"logdoc/tui"
)

// rawLogs opens the logs of an input for the screen, as the diagnosis reads them. Nothing is done before the first is asked for.
type rawLogs struct {
	options pager.Options
	stdin   *pager.Copy // nil unless it is part of the input
	opening sync.Once
	input   *pager.Input
}

// newRawLogs prepares to open the logs of what o diagnoses. Standard input is kept as the diagnosis reads it.
func newRawLogs(packs *diagnose.Packs, o *diagnose.Options) *rawLogs {
	r := &rawLogs{options: pager.Options{Paths: o.Paths, Files: o.Files, Formats: packs.Grammar, Format: o.Format, Zone: o.Zone, Now: o.Now, Limits: o.Limits}}
	if slices.Contains(o.Paths, "-") {
		r.stdin = pager.NewCopy(o.Stdin, o.Limits.SpillDir, 0)
		o.Stdin, r.options.Stdin = r.stdin, r.stdin.Again
	}
	return r
}

func (r *rawLogs) open() (*pager.Input, error) {
	r.opening.Do(func() { r.input = pager.Open(r.options) })
	if r.input == nil {
		return nil, fs.ErrClosed
	}
	return r.input, nil
}

// Open opens one source.
func (r *rawLogs) Open(ctx context.Context, source logdoc.LogText) (tui.Log, error) {
	in, err := r.open()
	if err != nil {
		return nil, err
	}
	return in.Log(ctx, source)
}

// Merge opens several as one.
func (r *rawLogs) Merge(_ context.Context, sources []logdoc.LogText) (tui.Log, error) {
	in, err := r.open()
	if err != nil {
		return nil, err
	}
	return in.Merge(sources)
}

// close gives back what was opened, and opens nothing any more.
func (r *rawLogs) close() {
	r.opening.Do(func() {})
	if r.stdin != nil {
		r.stdin.Close()
	}
	if r.input != nil {
		r.input.Close()
	}
}
