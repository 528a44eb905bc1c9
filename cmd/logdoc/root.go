package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/adrg/xdg"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/sanitize"
)

// Exit statuses, as the README lists them.
const (
	exitDone       = 0
	exitFindings   = 1 // a finding at or above --fail-on
	exitUsage      = 2 // usage, configuration or pack error
	exitIncomplete = 3 // done, but something of the input was left out
	exitInternal   = 4
	exitInterrupt  = 130
)

// statusError carries an exit status; an empty message is not shown.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &statusError{exitUsage, fmt.Errorf(format, args...)}
}

// run executes one command line and returns the exit status. Errors are shown here and nowhere else.
func run(ctx context.Context, args []string, s streams) int {
	cmd := newRoot(s)
	cmd.SetArgs(args)
	cmd.SetIn(s.in)
	cmd.SetOut(s.out)
	cmd.SetErr(s.err)
	err := cmd.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitDone
	}
	status := exitUsage // what cobra itself refuses
	var se *statusError
	if errors.As(err, &se) {
		status = se.status
	}
	if message := err.Error(); message != "" {
		fmt.Fprintf(s.err, "logdoc: %s\n", sanitize.Line(logdoc.LogText(message)))
	}
	return status
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "logdoc",
		Short: "Reads logs and says what is wrong and what to do next",
		Long: `logdoc reads the logs of a bundle, recognises known problems, and says how sure that is, which lines prove it
and what to do step by step.`,
		Example: `  logdoc report bundle.tgz                  diagnose a bundle
  logdoc report -f markdown -o case.md logs/   the same, for a ticket
  logdoc list symptoms                      what it knows
  logdoc check mypack/                      check symptoms of your own`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newReport(s), newList(s), newCheck(s), newFmt(s), newVersion(s))
	return root
}

func terminalWidth(f *os.File) int {
	w, _, err := term.GetSize(f.Fd())
	if err != nil {
		return 0
	}
	return w
}

func configHome() string { return filepath.Join(xdg.ConfigHome, "logdoc") }

// packPaths returns the user's own packs, when there are any, and then those of the command line.
func packPaths(s streams, given []string) []string {
	var paths []string
	if s.configHome != "" {
		own := filepath.Join(s.configHome, "packs")
		if names, err := diagnose.PackFiles(own); err == nil && len(names) > 0 {
			paths = append(paths, own)
		}
	}
	return append(paths, given...)
}

func words(list []string) string { return strings.Join(list, ", ") }
