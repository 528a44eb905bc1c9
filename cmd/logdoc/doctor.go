package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logdoc/internal/sanitize"
	"logdoc/store"
)

func newDoctor(s streams) *cobra.Command {
	var in storeFlags
	var repair bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the store that cases are kept in, and say what is wrong with it",
		Long: `Looks the whole store over: the file and who may read it, its form, damage, what belongs to nothing, and whether what was kept of
followed logs agrees with how far they were read.

--repair makes it private, brings it to the form of this logdoc (a copy of the older one stays), sets a damaged store aside so
that a new one is begun, and gives room back to the disk. It removes nothing that can still be read.

Exit status: 0 all right, 2 there is no store, 4 something is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), s, in, repair) },
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "put right what can be, see above")
	addStoreFlags(cmd.Flags(), &in)
	return cmd
}

// outboxLate is how long a message may wait before that is told.
const outboxLate = time.Hour

// checkup prints what was looked at, and counts what is wrong.
type checkup struct {
	s     streams
	wrong int
}

func (c *checkup) fine(format string, args ...any) {
	fmt.Fprintf(c.s.out, "✓ %s\n", sanitize.Line(fmt.Sprintf(format, args...)))
}

func (c *checkup) bad(advice, format string, args ...any) {
	c.wrong++
	fmt.Fprintf(c.s.out, "✗ %s\n", sanitize.Line(fmt.Sprintf(format, args...)))
	if advice != "" {
		fmt.Fprintf(c.s.out, "  %s\n", sanitize.Line(advice))
	}
}

func runDoctor(ctx context.Context, s streams, in storeFlags, repair bool) error {
	file := storeFile(s, in)
	if file == "" {
		return usageError("there is no folder for the store: name a file with --store")
	}
	c := &checkup{s: s}
	kept, err := store.Open(file, store.Options{Now: s.now, ReadOnly: true, Force: in.force})
	if errors.Is(err, store.ErrNone) {
		return usageError("no case is kept in %s: there is nothing to check", file)
	}
	if repair && (err == nil || errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrOlder)) {
		if kept != nil {
			if err := kept.Close(); err != nil {
				return storeError(err)
			}
		}
		kept, err = repaired(ctx, c, file, in)
	}
	if err != nil {
		c.bad(doctorAdvice(err), "%s", err)
		return &statusError{exitInternal, nil}
	}
	err = examine(ctx, c, kept)
	if err = errors.Join(err, kept.Close()); err != nil {
		c.bad(doctorAdvice(err), "%s", err)
	}
	if c.wrong > 0 {
		return &statusError{exitInternal, nil}
	}
	return nil
}

// repaired opens the store for writing, which does most of it, and does the rest.
func repaired(ctx context.Context, c *checkup, file string, in storeFlags) (*store.Store, error) {
	kept, err := store.Open(file, store.Options{Now: c.s.now, Force: in.force, Check: true})
	if err != nil {
		return nil, err
	}
	for _, n := range kept.Notices() {
		fmt.Fprintf(c.s.out, "! %s\n", sanitize.Line(n))
	}
	if err := errors.Join(kept.Tighten(), kept.GiveBack(ctx)); err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return kept, nil
}

// doctorAdvice says what to do about a store that cannot be opened.
func doctorAdvice(err error) string {
	switch {
	case errors.Is(err, store.ErrDamaged):
		return "logdoc doctor --repair sets it aside and begins a new one; sqlite3 FILE .recover may save what is in it"
	case errors.Is(err, store.ErrNewer):
		return "use the newer logdoc, or name another file with --store"
	case errors.Is(err, store.ErrOlder):
		return "logdoc doctor --repair brings it to the form of this one"
	case errors.Is(err, store.ErrForeign):
		return "name another file with --store"
	case errors.Is(err, store.ErrReadOnly):
		return "see who owns the file and its folder"
	case errors.Is(err, store.ErrNetwork):
		return "name a file on a local disk with --store, or say --force"
	}
	return ""
}

func examine(ctx context.Context, c *checkup, kept *store.Store) error {
	a, err := kept.About(ctx)
	if err != nil {
		return err
	}
	c.fine("%s, form %d of %d, SQLite %s", kept.Path(), a.Form, a.Forms, a.SQLite)
	c.fine("%s, of which %s hold nothing; %s are not written back yet", byteCount(a.Bytes), byteCount(a.Free), byteCount(a.Log))
	if others := a.Mode & 0o077; others == 0 {
		c.fine("nobody else may read it (%04o)", a.Mode)
	} else {
		c.bad("it holds log text: logdoc doctor --repair, or chmod 600, makes it private", "others may use it (%04o)", a.Mode)
	}
	problems, err := kept.Check(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		advice := "an earlier logdoc, or another program, wrote this: keep a copy of the file with the report of it"
		if strings.HasPrefix(p, "the file is damaged") {
			advice = doctorAdvice(store.ErrDamaged)
		}
		c.bad(advice, "%s", p)
	}
	if len(problems) == 0 {
		c.fine("no damage, nothing that belongs to nothing, no match behind the position of its log")
	}
	c.fine("%s, %s, %s of followed logs, %s to be sent", counted(a.Cases, "case"), counted(a.Findings, "finding"), counted(a.Matches, "match"), counted(a.Waiting, "message"))
	if !a.Oldest.IsZero() && c.s.now().Sub(a.Oldest) > outboxLate {
		c.bad("see whether who receives them can be reached", "a message waits to be sent since %s", shortMoment(a.Oldest))
	}
	cases, err := kept.List(ctx, store.Filter{})
	if err != nil {
		return err
	}
	for _, id := range kept.Followed(cases) {
		c.fine("case %d is being followed now", id)
	}
	for _, name := range a.Beside {
		fmt.Fprintf(c.s.out, "! %s was left by an earlier trouble: remove it when nothing in it is needed\n", sanitize.Line(name))
	}
	return nil
}

// byteCount is a size for a person.
func byteCount(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.size), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

func counted(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "ch"):
		what += "e"
	}
	return fmt.Sprintf("%d %ss", n, what)
}
