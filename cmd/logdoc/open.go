package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/muesli/termenv"
	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/tui"
)

// openFlags are the options of logdoc open as the user wrote them. Those of reportFlags choose packs and records.
type openFlags struct {
	reportFlags
	saveFlags
	background string
}

func newOpen(s streams) *cobra.Command {
	var f openFlags
	cmd := &cobra.Command{
		Use:   "open PATH...",
		Short: "Diagnose logs, bundles and folders, and look around in them on a screen",
		Long: `Reads what logdoc report reads, and shows on one screen what is wrong, which lines prove it and what to do step by
step. The screen stands while the input is still being read. Press ? for the keys.

What is done about the steps of a runbook is kept from one time to the next, as a case (see logdoc cases).
With --redact the reports that are written with the key e have pseudonyms, as those of logdoc report --redact; the screen
itself shows everything.

Exit status: 0 done, 2 usage error or no terminal, 4 internal error, 130 interrupted.`,
		Example: `  logdoc open bundle.tgz
  logdoc bundle.tgz
  journalctl -o short-iso | logdoc open -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("say what to read: logdoc open PATH..., where - is standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runOpen(cmd.Context(), s, f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	choiceFlags(fl, &f.reportFlags)
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	fl.StringVar(&f.background, "background", "auto", "the terminal's background: `auto`, dark or light")
	addSaveFlags(fl, &f.saveFlags)
	nameFlags(fl, &f.redact)
	limitsFlags(fl, &f.limits)
	completions(cmd, s, &f.packs)
	return cmd
}

// runOpen diagnoses and shows.
func runOpen(ctx context.Context, s streams, f openFlags, paths []string) error {
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return usageError("unknown --color %q: use auto, always or never", f.color)
	}
	if !slices.Contains([]string{"auto", "dark", "light"}, f.background) {
		return usageError("unknown --background %q: use auto, dark or light", f.background)
	}
	packs, _, err := loadPacks(s, f.reportFlags)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	o, err := options(ctx, s, f.reportFlags, packs, paths)
	if err != nil {
		stop()
		return err
	}
	keys, err := keyboard(s, paths)
	if err != nil {
		stop()
		return err
	}
	o.Timeline = true
	redaction, err := newRedaction(s, &f.redact, packs, paths)
	if err != nil {
		stop()
		return err
	}
	write := export
	if redaction != nil {
		o.Hosts = &redaction.hosts
		write = redaction.exportRedacted(redaction.hosts.Done)
	}
	logs := newRawLogs(packs, &o)
	defer logs.close()
	updates := diagnose.Watch(ctx, packs, o, diagnose.Pace{Clock: wallClock{s.now}})
	name := logdoc.LogText(paths[0])
	if name == "-" {
		name = "standard input"
	}
	if len(paths) > 1 {
		name += logdoc.LogText(fmt.Sprintf(" and %d more", len(paths)-1))
	}
	session := tui.Session{Name: name, Updates: updates, Now: s.now, Look: look(s, f), Shell: shellBehind()}
	session.Outside = tui.Outside{Export: write, Copy: newCopier(s.out).copy, Write: writeNewFile,
		Draft: func(c logdoc.Cluster) ([]byte, error) { return draftOf(packs, c, s.now()) }}
	// What comes from standard input is another thing every time.
	var work *desk
	if !slices.Contains(paths, "-") && storeFile(s, f.storeFlags) != "" {
		if work, err = newDesk(s, f.saveFlags, paths); err != nil {
			stop()
			return &statusError{exitInternal, err}
		}
		updates = work.watch(updates)
		session.Desk, session.Updates = work, updates
	}
	session.Logs = logs
	if !slices.Contains(paths, "-") {
		session.Zoom = func(d *logdoc.Diagnosis, from, to time.Time) (*logdoc.Timeline, error) {
			return diagnose.Zoom(ctx, packs, o, &d.Coverage, from, to)
		}
	}
	err = tui.Run(ctx, session, keys, s.out)
	stop()
	for range updates {
		// The reading ends before the program does: temporary files are removed.
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &statusError{exitInterrupt, nil}
	case err != nil:
		return &statusError{exitInternal, err}
	case work != nil:
		// The reading was told to end.
		return work.finish(context.WithoutCancel(ctx))
	}
	return nil
}

// draftOf drafts a symptom from an unexplained cluster.
func draftOf(packs *diagnose.Packs, c logdoc.Cluster, now time.Time) ([]byte, error) {
	file, _, err := packs.Draft([]byte(c.Text), diagnose.DraftOptions{Format: c.Format, Cut: len(c.Text) > diagnose.WholeRecord, Now: now})
	return file, err
}

// keyboard is where keys are read from: the terminal itself where standard input is what is to be diagnosed.
func keyboard(s streams, paths []string) (*os.File, error) {
	if !s.outTerminal {
		return nil, usageError("there is no terminal to show it on: logdoc report prints it")
	}
	if s.dumb {
		return nil, usageError("this terminal (TERM=dumb) can show no screen: logdoc report prints it")
	}
	if s.inTerminal && !slices.Contains(paths, "-") {
		return s.in, nil
	}
	if s.inTerminal {
		return nil, usageError("- is standard input, which is the terminal here: pipe a log into it, or name a file")
	}
	f, err := os.Open("/dev/tty")
	if err != nil {
		return nil, usageError("there is no terminal to type on: logdoc report prints the report")
	}
	return f, nil
}

// look says what the terminal shows. It is asked for its background only where that makes a difference.
func look(s streams, f openFlags) tui.Look {
	if f.color == "never" || f.color == "auto" && s.noColor {
		return tui.Look{}
	}
	l := tui.Look{Colors: tui.Sixteen}
	terminal := termenv.NewOutput(s.out)
	switch terminal.ColorProfile() {
	case termenv.TrueColor:
		l.Colors = tui.TrueColors
	case termenv.ANSI256:
		l.Colors = tui.TwoHundred
	case termenv.ANSI:
	case termenv.Ascii:
		if f.color == "auto" {
			return tui.Look{}
		}
	}
	if l.Colors > tui.Sixteen {
		l.Light = f.background == "light" || f.background == "auto" && !terminal.HasDarkBackground()
	}
	return l
}

// wallClock is the clock on the wall.
type wallClock struct{ now func() time.Time }

func (c wallClock) Now() time.Time                       { return c.now() }
func (wallClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
