package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/adrg/xdg"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
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
	cmd.SetArgs(opened(cmd, args, s))
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
	if se, ok := errors.AsType[*statusError](err); ok {
		status = se.status
	} else if _, ok := errors.AsType[*fs.PathError](err); ok {
		status, err = exitInternal, writeError("standard output", err)
	}
	if message := err.Error(); message != "" {
		fmt.Fprintf(s.err, "logdoc: %s\n", sanitize.Line(logdoc.LogText(message)))
	}
	return status
}

// opened puts the command open in front of a path, for a person at a terminal. A command is never taken for a path.
func opened(root *cobra.Command, args []string, s streams) []string {
	if !s.outTerminal || len(args) == 0 {
		return args
	}
	if cmd, _, err := root.Find(args[:1]); err == nil && cmd != root {
		return args
	}
	if _, err := os.Stat(args[0]); err != nil {
		return args
	}
	return append([]string{"open"}, args...)
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "logdoc",
		Short: "Reads logs and says what is wrong and what to do next",
		Long: `logdoc reads the logs of a bundle, recognises known problems, and says how sure that is, which lines prove it
and what to do step by step.`,
		Example: `  logdoc bundle.tgz                            on a terminal: diagnose a bundle, and look around in it (logdoc open)
  logdoc report bundle.tgz                     diagnose it, and print the report
  logdoc report --for-ticket bundle.tgz        the same for a ticket, without names, addresses and secrets
  logdoc tail /var/log/lunalogs                follow logs, and tell findings as they come up
  logdoc cases                                 what was kept of earlier diagnoses (logdoc report --save)
  logdoc list symptoms                         what it knows
  logdoc explain avamar/session-ticket         what it knows of one of them
  logdoc check mypack/                         check symptoms of your own`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          func(cmd *cobra.Command, args []string) error { return unknownCommand(cmd, args) },
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(newOpen(s), newReport(s), newTail(s), newQuery(s), newCases(s), newCase(s), newDoctor(s), newList(s), newExplain(s), newDocs(s), newNew(s), newCheck(s), newFmt(s), newUnredact(s), newVersion(s))
	return root
}

// newHelp is cobra's help command, but for a word that is no command it fails.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show what a command does",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, _, err := root.Find(args)
			if err != nil {
				return err
			}
			if cmd == root {
				if err := unknownCommand(root, args); err != nil {
					return err
				}
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// unknownCommand says what to type in place of a first word that is no command.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	advice := suggestion(args[0], names)
	if _, err := os.Stat(args[0]); err == nil {
		advice = fmt.Sprintf(": to diagnose it, type logdoc report %s", args[0])
	}
	if advice == "" {
		advice = ": see logdoc help"
	}
	return usageError("unknown command %q%s", args[0], advice)
}

// flagError adds to cobra's words what was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || len(unknown.GetSpecifiedName()) < 2 {
		return usageError("%w: see %s --help", err, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if best := lang.Suggest(unknown.GetSpecifiedName(), names); best != "" {
		return usageError("%w: did you mean --%s?", err, best)
	}
	return usageError("%w: see %s --help", err, cmd.CommandPath())
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
		if _, err := os.Stat(own); err == nil {
			if _, err := diagnose.PackFiles(own); !errors.Is(err, diagnose.ErrEmptyPack) {
				paths = append(paths, own)
			}
		}
	}
	return append(paths, given...)
}
