package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/store"
)

// casesFlags are the options of logdoc cases as the user wrote them.
type casesFlags struct {
	storeFlags
	host, symptom, since, until string
	json                        bool
}

func newCases(s streams) *cobra.Command {
	var f casesFlags
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List the cases that are kept",
		Long: `Lists the diagnoses that were kept, the newest first: by logdoc report --save, by logdoc open where somebody did
something about them, and by logdoc tail.`,
		Example: `  logdoc cases --host gsan01 --since 30d
  logdoc cases --symptom avamar/session-ticket
  logdoc case show 12`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("logdoc cases takes no %q: logdoc case show %s shows a case", args[0], args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runCases(cmd.Context(), s, f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.host, "host", "", "cases about this host; `name` may be without its domain, or a finding's key")
	fl.StringVar(&f.symptom, "symptom", "", "cases with this symptom, or a symptom of this product; `name` is avamar/session-ticket, or avamar")
	fl.StringVar(&f.since, "since", "", "cases captured from this `time` on (UTC): 2026-03-04, 2026-03-04T05:06:07Z, or 30d before now")
	fl.StringVar(&f.until, "until", "", "cases captured up to this `time`, written like --since")
	fl.BoolVar(&f.json, "json", false, "print as JSON")
	addStoreFlags(fl, &f.storeFlags)
	completions(cmd, s, new([]string))
	cmd.AddCommand(newCasesPrune(s))
	return cmd
}

func runCases(ctx context.Context, s streams, f casesFlags) error {
	filter := store.Filter{Host: f.host, Symptom: f.symptom}
	var err error
	if filter.Since, err = parseAgo(f.since, s.now()); err != nil {
		return usageError("--since: %w", err)
	}
	if filter.Until, err = parseAgo(f.until, s.now()); err != nil {
		return usageError("--until: %w", err)
	}
	kept, err := readStore(s, f.storeFlags)
	if err != nil {
		return err
	}
	defer kept.Close()
	cases, err := kept.List(ctx, filter)
	if err != nil {
		return storeError(err)
	}
	if f.json {
		return writeJSON(s, caseRows(cases))
	}
	if len(cases) == 0 {
		_, err := fmt.Fprintln(s.out, "no case is kept that fits")
		return err
	}
	return listCases(s, cases)
}

// parseAgo reads a time, or a duration that counts back from now; zero for nothing.
func parseAgo(text string, now time.Time) (time.Time, error) {
	at, ago, err := parseWhen(text)
	if ago > 0 {
		at = now.Add(-ago)
	}
	return at, err
}

// maxCell bounds a column of a listing, in characters.
const maxCell = 48

func listCases(s streams, cases []store.CaseInfo) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tNAME\tOF\tCAPTURED\tHOSTS\tFOUND\tWORST\tINPUT")
	for _, c := range cases {
		found := "nothing"
		worst := sanitize.Safe("")
		if c.Findings > 0 {
			found = fmt.Sprint(c.Findings)
			worst = sanitize.Safe(c.Worst.String()) + ": " + sanitize.Line(c.Title)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, cell(sanitize.Line(c.Name)), c.Kind, shortMoment(whenOf(c)), cell(hostList(c.Hosts)), found, cell(worst), cell(inputName(c.Paths)))
	}
	return w.Flush()
}

func cell(text sanitize.Safe) sanitize.Safe {
	if text == "" {
		return "-"
	}
	return sanitize.CutRunes(text, maxCell)
}

// whenOf is the moment that a case is about.
func whenOf(c store.CaseInfo) time.Time {
	if c.Capture.IsZero() {
		return c.Created
	}
	return c.Capture
}

func shortMoment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func hostList(hosts []logdoc.LogText) sanitize.Safe {
	const most = 3
	var names []string
	for _, h := range hosts[:min(len(hosts), most)] {
		names = append(names, string(sanitize.Line(h)))
	}
	text := strings.Join(names, ", ")
	if len(hosts) > most {
		text += fmt.Sprintf(" and %d more", len(hosts)-most)
	}
	return sanitize.Safe(text)
}

// inputName is the input's name without its folder.
func inputName(paths []string) sanitize.Safe {
	if len(paths) == 0 {
		return ""
	}
	name := filepath.Base(paths[0])
	if paths[0] == "-" {
		name = "standard input"
	}
	if len(paths) > 1 {
		name += fmt.Sprintf(" and %d more", len(paths)-1)
	}
	return sanitize.Line(name)
}

// caseRow is a case as a program sees it in a listing.
type caseRow struct {
	Case     int64           `json:"case"`
	Name     sanitize.UTF8   `json:"name"`
	Of       string          `json:"of"`
	Paths    []sanitize.UTF8 `json:"paths"`
	Hosts    []sanitize.UTF8 `json:"hosts"`
	Created  time.Time       `json:"created"`
	Changed  time.Time       `json:"changed"`
	Capture  *time.Time      `json:"capture"`
	Version  string          `json:"version"`
	Findings int             `json:"findings"`
	Worst    string          `json:"worst"`
	Title    sanitize.UTF8   `json:"title"`
}

func caseRows(cases []store.CaseInfo) []caseRow {
	rows := []caseRow{}
	for _, c := range cases {
		r := caseRow{Case: c.ID, Name: sanitize.JSON(c.Name), Of: string(c.Kind), Paths: []sanitize.UTF8{}, Hosts: []sanitize.UTF8{}, Created: c.Created, Changed: c.Changed, Version: c.Version,
			Findings: c.Findings, Title: sanitize.JSON(c.Title)}
		if c.Findings > 0 {
			r.Worst = c.Worst.String()
		}
		if !c.Capture.IsZero() {
			r.Capture = &c.Capture
		}
		for _, p := range c.Paths {
			r.Paths = append(r.Paths, sanitize.JSON(p))
		}
		for _, h := range c.Hosts {
			r.Hosts = append(r.Hosts, sanitize.JSON(h))
		}
		rows = append(rows, r)
	}
	return rows
}

// writeJSON prints a value for a program.
func writeJSON(s streams, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return &statusError{exitInternal, err}
	}
	if _, err = s.out.Write(append(sanitize.EscapeJSON(text), '\n')); err != nil {
		return &statusError{exitInternal, writeError("standard output", err)}
	}
	return nil
}

// pruneFlags are the options of logdoc cases prune as the user wrote them.
type pruneFlags struct {
	storeFlags
	keep        string
	most        int
	size        byteSize
	worked, dry bool
}

func newCasesPrune(s streams) *cobra.Command {
	var f pruneFlags
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old cases",
		Long: `Removes the cases that were changed longest ago, until what is left is within all bounds that are given. Cases that are being
followed stay, and so do those on which somebody has worked or noted something, unless --worked is given. Nothing of the text
of a case that was removed stays in the file.`,
		Example: `  logdoc cases prune --keep 90d -n
  logdoc cases prune --keep 365d --max-size 1GiB`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runPrune(cmd.Context(), s, f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.keep, "keep", "", "remove cases that were not changed for this `time`: 90d")
	fl.IntVar(&f.most, "max-cases", 0, "keep at most `N` cases")
	fl.Var(&f.size, "max-size", "keep at most so much, such as 1GiB")
	fl.BoolVar(&f.worked, "worked", false, "remove cases with work or notes too")
	fl.BoolVarP(&f.dry, "dry-run", "n", false, "only say what would be removed")
	addStoreFlags(fl, &f.storeFlags)
	return cmd
}

func runPrune(ctx context.Context, s streams, f pruneFlags) error {
	k := store.Keep{Cases: f.most, Bytes: int64(f.size), Worked: f.worked}
	if f.keep != "" {
		_, ago, err := parseWhen(f.keep)
		if err != nil || ago <= 0 {
			return usageError("--keep: %q is no time to keep something for: write 90d or 12h", f.keep)
		}
		k.For = ago
	}
	if k.For <= 0 && k.Cases <= 0 && k.Bytes <= 0 {
		return usageError("say what to keep: --keep 90d, --max-cases 100, or --max-size 1GiB")
	}
	kept, err := openStoreThatIs(s, f.storeFlags)
	if err != nil {
		return err
	}
	defer kept.Close()
	removed, err := kept.Prune(ctx, k, f.dry)
	what := "removed"
	if f.dry {
		what = "would remove"
	}
	slices.SortFunc(removed, func(a, b store.CaseInfo) int { return int(a.ID - b.ID) })
	for _, c := range removed {
		fmt.Fprintf(s.out, "%s %s of %s, %s\n", what, caseName(c.ID, c.Name), shortMoment(whenOf(c)), inputName(c.Paths))
	}
	if err != nil {
		return storeError(err)
	}
	if len(removed) == 0 {
		_, err = fmt.Fprintln(s.out, "nothing to remove")
	}
	return err
}

// openStoreThatIs opens a store for writing, and makes none.
func openStoreThatIs(s streams, f storeFlags) (*store.Store, error) {
	kept, err := readStore(s, f)
	if err != nil {
		return nil, err
	}
	if err := kept.Close(); err != nil {
		return nil, storeError(err)
	}
	return openStore(s, f, store.Options{})
}
