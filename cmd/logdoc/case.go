package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/report"
	"logdoc/store"
	"logdoc/tui"
)

func newCase(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "case",
		Short: "Show, note, export, compare or remove a case that is kept",
		Long:  `Works on cases that are kept. A case is called by its number or its name; logdoc cases lists them.`,
		Example: `  logdoc case show 12
  logdoc case note 12 "the certificate was renewed by hand"
  logdoc case compare 12 14
  logdoc case export 12 -o case.md
  logdoc case rm 12`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return usageError("unknown command %q for logdoc case%s", args[0], suggestion(args[0], names))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCaseShow(s), newCaseNote(s), newCaseExport(s), newCaseCompare(s), newCaseRemove(s))
	return cmd
}

// wants checks how many arguments there are.
func wants(least, most int, usage string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || most > 0 && len(args) > most {
			return usageError("write %s", usage)
		}
		return nil
	}
}

// findCase finds a case by what the user calls it.
func findCase(ctx context.Context, kept *store.Store, ref string) (store.CaseInfo, error) {
	c, err := kept.Find(ctx, ref)
	if errors.Is(err, store.ErrNoCase) {
		return c, usageError("no case is called %q: logdoc cases lists them", ref)
	}
	return c, storeError(err)
}

// loadCase reads a case, with what was seen before it.
func loadCase(ctx context.Context, kept *store.Store, ref string) (store.Case, error) {
	info, err := findCase(ctx, kept, ref)
	if err != nil {
		return store.Case{}, err
	}
	c, err := kept.Case(ctx, info.ID)
	if err == nil {
		err = kept.Recall(ctx, &c.Diagnosis, info)
	}
	return c, storeError(err)
}

func newCaseShow(s streams) *cobra.Command {
	f := reportFlags{evidence: -1}
	var in storeFlags
	cmd := &cobra.Command{
		Use:   "show CASE",
		Short: "Print the report of a case, with the work and the notes on it",
		Args:  wants(1, 1, "logdoc case show CASE, where CASE is a number or a name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkPrint(&f); err != nil {
				return err
			}
			kept, err := readStore(s, in)
			if err != nil {
				return err
			}
			defer kept.Close()
			c, err := loadCase(cmd.Context(), kept, args[0])
			if err != nil {
				return err
			}
			if f.as == "text" && !f.quiet && f.output == "" {
				if err := caseHead(s.out, &c); err != nil {
					return &statusError{exitInternal, writeError("standard output", err)}
				}
			}
			return writeReport(s, f, &c.Diagnosis, nil, nil)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	printFlags(fl, &f)
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	addStoreFlags(fl, &in)
	completions(cmd, s, new([]string), reportForms...)
	return cmd
}

// caseHead says what a case is, and the notes on it.
func caseHead(w io.Writer, c *store.Case) error {
	lines := []sanitize.Safe{sanitize.Safe(fmt.Sprintf("%s, of logdoc %s, kept %s", caseName(c.ID, c.Name), c.Kind, shortMoment(c.Created)))}
	if c.Changed.Sub(c.Created) >= time.Minute {
		lines[0] += sanitize.Safe(", changed " + shortMoment(c.Changed))
	}
	for _, p := range c.Paths {
		lines = append(lines, "  input  "+sanitize.Line(p))
	}
	if len(c.Hosts) > 0 {
		lines = append(lines, "  hosts  "+hostList(c.Hosts))
	}
	for _, n := range c.Notes {
		text := sanitize.Lines(n.Text)
		for i, line := range text {
			head := sanitize.Safe("  note   " + shortMoment(n.Time) + "  ")
			if i > 0 {
				head = sanitize.Safe(strings.Repeat(" ", len(head)))
			}
			lines = append(lines, head+line)
		}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// maxNote bounds a note, in bytes.
const maxNote = 64 << 10

func newCaseNote(s streams) *cobra.Command {
	var in storeFlags
	cmd := &cobra.Command{
		Use:   "note CASE [TEXT...]",
		Short: "Note something on a case",
		Long: `Keeps a note on a case: what it turned out to be, what helped. Without TEXT it is read from standard input. Reports of later cases
with the same finding show it.`,
		Example: `  logdoc case note 12 "the certificate was renewed by hand"
  logdoc case note night < what-we-did.txt`,
		Args: wants(1, 0, "logdoc case note CASE TEXT..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := strings.Join(args[1:], " ")
			if len(args) == 1 {
				if s.inTerminal {
					return usageError("say what to note: logdoc case note %s TEXT...", args[0])
				}
				read, err := io.ReadAll(io.LimitReader(interruptible(cmd.Context(), s.in), maxNote+1))
				if err != nil {
					return &statusError{exitInternal, fmt.Errorf("read the note: %w", err)}
				}
				text = string(read)
			}
			text = strings.TrimSpace(text)
			switch {
			case text == "":
				return usageError("the note is empty")
			case len(text) > maxNote:
				return usageError("the note is larger than %d KiB: shorten it", maxNote>>10)
			}
			kept, err := openStoreThatIs(s, in)
			if err != nil {
				return err
			}
			defer kept.Close()
			info, err := findCase(cmd.Context(), kept, args[0])
			if err != nil {
				return err
			}
			return storeError(kept.AddNote(cmd.Context(), info.ID, store.Note{Time: s.now(), Text: logdoc.LogText(text)}))
		},
	}
	addStoreFlags(cmd.Flags(), &in)
	return cmd
}

func newCaseExport(s streams) *cobra.Command {
	var in storeFlags
	var output string
	var over bool
	cmd := &cobra.Command{
		Use:   "export CASE -o FILE",
		Short: "Write a case into a file: a report, or a store of its own",
		Long: `Writes a case with the work on it. The file's name says how: .md, .html, .jira, .json or .sarif as such a report, .db
as a store of its own with this case alone, for a colleague's logdoc case show --store FILE 1, and all others as text.`,
		Example: `  logdoc case export 12 -o case.md
  logdoc case export night -o night.db`,
		Args: wants(1, 1, "logdoc case export CASE -o FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return usageError("say where to: logdoc case export %s -o FILE", args[0])
			}
			kept, err := readStore(s, in)
			if err != nil {
				return err
			}
			defer kept.Close()
			c, err := loadCase(cmd.Context(), kept, args[0])
			if err != nil {
				return err
			}
			if strings.ToLower(filepath.Ext(output)) == ".db" {
				return exportStore(cmd.Context(), s, &c, output)
			}
			err = export(output, &c.Diagnosis, c.Diagnosis.Work, over)
			if errors.Is(err, tui.ErrExists) {
				return usageError("%s is there already: --over writes over it", output)
			}
			if err != nil {
				return &statusError{exitInternal, err}
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&output, "output", "o", "", "write to this `file`")
	fl.BoolVar(&over, "over", false, "write over a file that is there, but for a store")
	addStoreFlags(fl, &in)
	return cmd
}

// exportStore writes a case into a new store.
func exportStore(ctx context.Context, s streams, c *store.Case, file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return usageError("%s is there already: name a new file", file)
	}
	own, err := store.Open(file, store.Options{Now: s.now, Force: true})
	if err != nil {
		return storeError(err)
	}
	alone := *c
	alone.ID = 0
	_, err = own.SaveCase(ctx, alone)
	return storeError(errors.Join(err, own.Close()))
}

func newCaseRemove(s streams) *cobra.Command {
	var in storeFlags
	cmd := &cobra.Command{
		Use:   "rm CASE...",
		Short: "Remove cases",
		Long:  `Removes cases with the work and the notes on them. Nothing of their text stays in the file.`,
		Args:  wants(1, 0, "logdoc case rm CASE..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openStoreThatIs(s, in)
			if err != nil {
				return err
			}
			defer kept.Close()
			var ids []int64
			for _, ref := range args {
				c, err := findCase(cmd.Context(), kept, ref)
				if err != nil {
					return err
				}
				if !slices.Contains(ids, c.ID) {
					ids = append(ids, c.ID)
				}
			}
			return storeError(kept.Remove(cmd.Context(), ids...))
		},
	}
	addStoreFlags(cmd.Flags(), &in)
	return cmd
}

func newCaseCompare(s streams) *cobra.Command {
	var in storeFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare BEFORE AFTER",
		Short: "Say what became of the findings from one case to another",
		Long: `Compares the findings of two cases, told apart by symptom and key: what is new, worse, better, gone, and the same; and of what is
new or worse, where it was seen before and what was done then.`,
		Example: `  logdoc case compare 12 14
  logdoc case compare before-upgrade after-upgrade --json`,
		Args: wants(2, 2, "logdoc case compare BEFORE AFTER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := readStore(s, in)
			if err != nil {
				return err
			}
			defer kept.Close()
			var cases [2]store.Case
			for i, ref := range args {
				if cases[i], err = loadCase(cmd.Context(), kept, ref); err != nil {
					return err
				}
			}
			differences := store.Compare(&cases[0].Diagnosis, &cases[1].Diagnosis)
			if asJSON {
				return writeJSON(s, comparison(&cases, differences))
			}
			if err := showComparison(s.out, &cases, differences); err != nil {
				return &statusError{exitInternal, writeError("standard output", err)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	addStoreFlags(cmd.Flags(), &in)
	return cmd
}

func showComparison(w io.Writer, cases *[2]store.Case, differences []store.Difference) error {
	var b strings.Builder
	for i, word := range []string{"before", "after "} {
		c := &cases[i]
		fmt.Fprintf(&b, "%s  %s, %s, %s\n", word, caseName(c.ID, c.Name), shortMoment(whenOf(c.CaseInfo)), inputName(c.Paths))
	}
	if len(differences) == 0 {
		b.WriteString("\nnothing was found in either\n")
	}
	var last store.Change
	for i, d := range differences {
		if i == 0 || d.Change != last {
			fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(d.Change.String()[:1])+d.Change.String()[1:])
			last = d.Change
		}
		f := d.After
		if f == nil {
			f = d.Before
		}
		fmt.Fprintf(&b, "  %s\n    %s", sanitize.Line(f.Title), sanitize.Line(f.Symptom))
		if f.Key != "" {
			fmt.Fprintf(&b, " for %s", sanitize.CutRunes(sanitize.Line(f.Key), maxCell))
		}
		fmt.Fprintf(&b, "\n    %s\n", weighed(d))
		if e := f.Earlier; e != nil && d.Change <= store.Worse {
			fmt.Fprintf(&b, "    seen before in %s, %s%s\n", caseName(e.Case, e.Name), shortMoment(e.Time), onHost(e))
			for _, st := range e.Solved {
				fmt.Fprintf(&b, "      then solved by: %s\n", sanitize.Line(st))
			}
			for _, n := range e.Notes {
				fmt.Fprintf(&b, "      noted then: %s\n", sanitize.Line(n))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func onHost(e *logdoc.Earlier) sanitize.Safe {
	if e.Host == "" {
		return ""
	}
	return ", on the same host " + sanitize.CutRunes(sanitize.Line(e.Host), maxCell)
}

// weighed says how bad a finding was and is.
func weighed(d store.Difference) string {
	of := func(f *logdoc.Finding) string {
		records := "records"
		if f.Count == 1 {
			records = "record"
		}
		return fmt.Sprintf("%s, %s, %s, %d %s", f.Severity, f.Certainty, f.State, f.Count, records)
	}
	switch {
	case d.Before == nil:
		return of(d.After)
	case d.After == nil:
		return "was " + of(d.Before)
	case of(d.Before) == of(d.After):
		return of(d.After)
	}
	return of(d.After) + " (was " + of(d.Before) + ")"
}

// comparedFinding is one side of a difference as a program sees it.
type comparedFinding struct {
	Severity  logdoc.Severity `json:"severity"`
	Certainty string          `json:"certainty"`
	State     string          `json:"state"`
	Count     int             `json:"count"`
	First     *time.Time      `json:"first"`
	Last      *time.Time      `json:"last"`
}

type comparedRow struct {
	Change  string           `json:"change"`
	Symptom sanitize.UTF8    `json:"symptom"`
	Key     sanitize.UTF8    `json:"key"`
	Title   sanitize.UTF8    `json:"title"`
	Before  *comparedFinding `json:"before"`
	After   *comparedFinding `json:"after"`
	Earlier any              `json:"earlier"`
}

type comparedCases struct {
	Before   caseRow       `json:"before"`
	After    caseRow       `json:"after"`
	Findings []comparedRow `json:"findings"`
}

func comparison(cases *[2]store.Case, differences []store.Difference) comparedCases {
	side := func(f *logdoc.Finding) *comparedFinding {
		if f == nil {
			return nil
		}
		at := func(t time.Time) *time.Time {
			if t.IsZero() {
				return nil
			}
			return &t
		}
		return &comparedFinding{f.Severity, f.Certainty.String(), f.State.String(), f.Count, at(f.First), at(f.Last)}
	}
	rows := caseRows([]store.CaseInfo{cases[0].CaseInfo, cases[1].CaseInfo})
	out := comparedCases{Before: rows[0], After: rows[1], Findings: []comparedRow{}}
	for _, d := range differences {
		f := d.After
		if f == nil {
			f = d.Before
		}
		out.Findings = append(out.Findings, comparedRow{d.Change.String(), sanitize.JSON(f.Symptom), sanitize.JSON(f.Key), sanitize.JSON(f.Title), side(d.Before), side(d.After), report.EarlierJSON(f.Earlier)})
	}
	return out
}
