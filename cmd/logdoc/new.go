package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
)

func newNew(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new symptom",
		Short: "Write a first version of a symptom from log lines",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				advice := suggestion(args[0], []string{"symptom"})
				if advice == "" {
					advice = ": only a symptom can be drafted, with logdoc new symptom"
				}
				return usageError("unknown kind %q%s", args[0], advice)
			}
			return usageError("say what to write: logdoc new symptom --from-lines FILE")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(newNewSymptom(s))
	return cmd
}

// draftFlags are the options of logdoc new symptom as the user wrote them. Those of reportFlags choose the unexplained records.
type draftFlags struct {
	reportFlags
	lines       string
	unexplained string
	name        string
}

func newNewSymptom(s streams) *cobra.Command {
	var f draftFlags
	cmd := &cobra.Command{
		Use:   "symptom --from-lines FILE | --from-unexplained N PATH...",
		Short: "Write a first version of a symptom from log lines",
		Long: `Writes a symptom whose patterns, holes and first example are made of log lines. What only a person can say is marked with
"draft:", and logdoc check reports each mark until it is replaced.

--from-lines reads a file with the lines, or standard input (-). --from-unexplained takes number N of what
logdoc report --unexplained lists for the same paths and options.`,
		Example: `  logdoc new symptom --from-lines lines.txt -o mypack/staging.logdoc
  logdoc new symptom --name avamar/staging-full --from-lines -
  logdoc new symptom --from-unexplained 1 -o mypack/new.logdoc bundle.tgz`,
		RunE: func(cmd *cobra.Command, args []string) error { return runNewSymptom(cmd.Context(), s, f, cmd, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.lines, "from-lines", "", "the `file` with the lines; - is standard input")
	fl.StringVar(&f.unexplained, "from-unexplained", "", "take number `N` of logdoc report --unexplained")
	fl.StringVar(&f.name, "name", "", "the symptom's `name`: product/what-is-wrong")
	fl.StringVarP(&f.output, "output", "o", "", "write to this new `file` instead of standard output")
	fl.StringArrayVar(&f.packs, "pack", nil, "know the packs in this `file` or folder")
	fl.StringVar(&f.format, "format", "", "read the lines with this format; `name` is one of logdoc list formats")
	fl.StringVar(&f.zone, "tz", "", "with --from-unexplained: the `zone` as for logdoc report")
	fl.StringVar(&f.since, "since", "", "with --from-unexplained: the `time` as for logdoc report")
	fl.StringVar(&f.until, "until", "", "with --from-unexplained: the `time` as for logdoc report")
	completions(cmd, s, &f.packs)
	return cmd
}

func runNewSymptom(ctx context.Context, s streams, f draftFlags, cmd *cobra.Command, args []string) error {
	fromLines, fromUnexplained := cmd.Flags().Changed("from-lines"), cmd.Flags().Changed("from-unexplained")
	switch {
	case fromLines && fromUnexplained:
		return usageError("--from-lines and --from-unexplained are two sources: take one of them")
	case !fromLines && !fromUnexplained:
		return usageError("say what to write it from: --from-lines FILE, or --from-unexplained N PATH...")
	case fromLines && len(args) > 0:
		return usageError("--from-lines reads one file: leave out %q", args[0])
	case fromUnexplained && len(args) == 0:
		return usageError("say what to read: logdoc new symptom --from-unexplained %s PATH...", f.unexplained)
	case f.name != "" && !lang.IsName(f.name):
		return usageError("--name: %q is no name: write it like product/what-is-wrong", f.name)
	}
	for _, flag := range []string{"tz", "since", "until"} {
		if fromLines && cmd.Flags().Changed(flag) {
			return usageError("--%s goes with --from-unexplained", flag)
		}
	}
	packs, err := diagnose.Load(packPaths(s, f.packs), diagnose.Selection{})
	if err != nil {
		return &statusError{exitUsage, err}
	}
	broken := tellBroken(s, packs, f.packs)
	o := diagnose.DraftOptions{Name: f.name, Format: f.format, Now: s.now()}
	if _, ok := packs.Grammar.Format(f.format); f.format != "" && !ok {
		return usageError("unknown format %q%s", f.format, suggestion(f.format, packs.Grammar.Names()))
	}
	var text []byte
	if fromLines {
		if text, err = readLines(ctx, s, f.lines); err != nil {
			return err
		}
	} else {
		cluster, err := unexplainedRecord(ctx, s, f, packs, args)
		if err != nil {
			return err
		}
		text, o.Format, o.Cut = []byte(cluster.Text), cluster.Format, len(cluster.Text) > diagnose.WholeRecord
	}
	file, leftOut, err := packs.Draft(text, o)
	if err != nil {
		return &statusError{exitUsage, fmt.Errorf("write a symptom: %w", err)}
	}
	if err := writeNew(s, f.output, file); err != nil {
		return err
	}
	switch {
	case len(text) > diagnose.MaxDraftText:
		return &statusError{exitIncomplete, fmt.Errorf("only the first %d KiB of the lines were looked at", diagnose.MaxDraftText>>10)}
	case leftOut > 0:
		return &statusError{exitIncomplete, fmt.Errorf("%s of further shapes were left out: a symptom is about one thing, give fewer lines", plural(leftOut, "record"))}
	case broken:
		return &statusError{exitUsage, nil}
	}
	return nil
}

// readLines reads the lines of a file or of standard input, a little more than a draft looks at, so that what is left out can be told.
func readLines(ctx context.Context, s streams, name string) ([]byte, error) {
	var in io.Reader = interruptible(ctx, s.in)
	if name != "-" {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			return nil, usageError("read lines: %s is a folder: name a file with the lines", name)
		}
		f, err := os.Open(name)
		if err != nil {
			if pe, ok := errors.AsType[*fs.PathError](err); ok {
				err = pe.Err
			}
			return nil, usageError("read lines: %s: %w", name, err)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, diagnose.MaxDraftText+1))
	if err != nil {
		return nil, &statusError{exitInternal, fmt.Errorf("read lines: %w", err)}
	}
	return text, nil
}

// unexplainedRecord diagnoses the paths and returns the cluster that was asked for.
func unexplainedRecord(ctx context.Context, s streams, f draftFlags, packs *diagnose.Packs, paths []string) (logdoc.Cluster, error) {
	n, err := strconv.Atoi(f.unexplained)
	if err != nil {
		return logdoc.Cluster{}, usageError("--from-unexplained: %q is no number: take one that logdoc report --unexplained lists", f.unexplained)
	}
	o, err := options(ctx, s, f.reportFlags, packs, paths)
	if err != nil {
		return logdoc.Cluster{}, err
	}
	d, err := diagnose.Run(ctx, packs, o)
	if errors.Is(err, context.Canceled) {
		return logdoc.Cluster{}, &statusError{exitInterrupt, nil}
	}
	if err != nil {
		return logdoc.Cluster{}, &statusError{exitInternal, err}
	}
	tellLeftOut(s.err, d)
	cluster, err := diagnose.Unexplained(d, n)
	if err != nil {
		return cluster, &statusError{exitUsage, err}
	}
	return cluster, nil
}

// writeNew writes to standard output, or to a file that is not there yet.
func writeNew(s streams, name string, text []byte) error {
	if name == "" || name == "-" {
		if _, err := s.out.Write(text); err != nil {
			return &statusError{exitInternal, writeError("standard output", err)}
		}
		return nil
	}
	err := writeNewFile(name, text)
	if errors.Is(err, fs.ErrExist) {
		return usageError("%s is there already: name a new file, for nothing is written over", name)
	}
	if err != nil {
		return &statusError{exitInternal, err}
	}
	return nil
}
