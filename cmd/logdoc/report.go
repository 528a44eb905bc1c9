package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/diagnose"
	"logdoc/internal/lang"
	"logdoc/internal/sanitize"
	"logdoc/report"
	"logdoc/source"
	"logdoc/store"
)

// reportFlags are the options of logdoc report as the user wrote them.
type reportFlags struct {
	as, output           string
	packs                []string
	format, zone         string
	since, until         string
	only, skip           []string
	failOn, color        string
	quiet, verbose, json bool
	unexplained, cost    bool
	noHistory            bool
	evidence, width      int
	limits               limitFlags
	saving               saveFlags
	redact               redactFlags
	bundleEvidence       string
}

// limitFlags bound what is read from archives; 0 is the default.
type limitFlags struct {
	depth, members, ratio               int
	totalBytes, memberBytes, spillBytes byteSize
}

func newReport(s streams) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report PATH...",
		Short: "Diagnose logs, bundles and folders, and print the report",
		Long: `Reads files, folders, globs, archives inside archives, and standard input (-), and prints what is wrong, how sure that
is, which lines prove it, and what to do step by step.

A pack file with a mistake is told and passed over, and the rest is diagnosed.

Exit status: 0 done, 1 a finding at or above --fail-on, 2 usage error or a mistake in a --pack, 3 done but some input was
left out, 4 internal or writing error, 130 interrupted (the report then says what was found so far).`,
		Example: `  logdoc report bundle.tgz
  logdoc report -f markdown -o case.md bundle.tgz notes.txt
  logdoc report --since 2h --only avamar /usr/local/avamar/var/clientlogs
  journalctl -o short-iso | logdoc report -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("say what to read: logdoc report PATH..., where - is standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runReport(cmd.Context(), s, f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	printFlags(fl, &f)
	fl.BoolVar(&f.unexplained, "unexplained", false, "print only the records at warning or above that no pack knows, by shape and numbered")
	fl.BoolVar(&f.cost, "cost", false, "say on standard error what each symptom, format and part of the run took")
	choiceFlags(fl, &f)
	fl.StringVar(&f.failOn, "fail-on", "", "exit with 1 for a finding that is not cleared and of this `severity` or worse: critical, error, warning, notice or info")
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	addSaveFlags(fl, &f.saving)
	fl.BoolVar(&f.noHistory, "no-history", false, "do not say which findings were seen before, in a case that is kept")
	redactionFlags(fl, &f.redact)
	fl.StringVar(&f.bundleEvidence, "bundle-evidence", "", "write the records that findings rest on, with lines around them, and the files that values were read from, to this .tar.gz `file`")
	limitsFlags(fl, &f.limits)
	completions(cmd, s, &f.packs, reportForms...)
	return cmd
}

// reportForms are the forms in which a report is printed.
var reportForms = []string{"text", "markdown", "html", "jira", "json", "junit", "sarif"}

// Bounds of --width.
const minWidth, maxWidth = 40, 400

// choiceFlags say with which packs and how the input is read, and which part of it counts.
func choiceFlags(fl *pflag.FlagSet, f *reportFlags) {
	fl.StringArrayVar(&f.packs, "pack", nil, "add the packs in this `file` or folder")
	fl.StringVar(&f.format, "format", "", "read every log with this format; `name` is one of logdoc list formats")
	fl.StringVar(&f.zone, "tz", "", "the `zone` of stamps that state none: UTC, +08:00, Europe/Berlin")
	fl.StringVar(&f.since, "since", "", "evidence from this `time` on (UTC): 2026-03-04, 2026-03-04T05:06:07Z, or 2h before the newest record")
	fl.StringVar(&f.until, "until", "", "evidence up to this `time`, written like --since")
	fl.StringSliceVar(&f.only, "only", nil, "look only for these symptoms or products; `name` is avamar/session-ticket, avamar, or \"Dell Avamar\"")
	fl.StringSliceVar(&f.skip, "skip", nil, "do not look for these symptoms or products, by `name` like --only")
}

func limitsFlags(fl *pflag.FlagSet, l *limitFlags) {
	fl.IntVar(&l.depth, "max-depth", 0, "archives inside each other (default 6)")
	fl.IntVar(&l.members, "max-members", 0, "members of archives that are looked at (default 200000)")
	fl.Var(&l.totalBytes, "max-bytes", "decompressed bytes in all (default 20GiB)")
	fl.Var(&l.memberBytes, "max-member-bytes", "bytes of one member of an archive, with all that is packed in it (default 8GiB)")
	fl.IntVar(&l.ratio, "max-ratio", 0, "times its packed size that something may grow to, from 256MiB on (default 5000)")
	fl.Var(&l.spillBytes, "max-spill", "bytes on disk for zips and 7z inside other archives (default 2GiB)")
}

// printFlags say how a report is printed, and where to.
func printFlags(fl *pflag.FlagSet, f *reportFlags) {
	fl.StringVarP(&f.as, "as", "f", "text", "how to print: `text`, markdown, html, jira, json, junit or sarif")
	fl.BoolVar(&f.json, "json", false, "the same as -f json")
	fl.StringVarP(&f.output, "output", "o", "", "write to this `file` instead of standard output")
	fl.IntVar(&f.evidence, "evidence", -1, "show at most `N` records of evidence in each finding; 0 shows none (default: all that are kept)")
	fl.IntVar(&f.width, "width", 0, "text of so many `columns`, with log lines folded and not cut: 72 for a mail (default: the terminal's, 80 in a file)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print only the summary line")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "print whole records and all sources")
}

// checkPrint refuses what printFlags and --color cannot be.
func checkPrint(f *reportFlags) error {
	if f.json {
		f.as = "json"
	}
	if !slices.Contains(reportForms, f.as) {
		return usageError("unknown output %q: use %s or %s", f.as, strings.Join(reportForms[:len(reportForms)-1], ", "), reportForms[len(reportForms)-1])
	}
	if f.evidence < -1 {
		return usageError("--evidence %d: a number of records is not negative", f.evidence)
	}
	if f.width != 0 && (f.width < minWidth || f.width > maxWidth) {
		return usageError("--width %d: use %d to %d columns", f.width, minWidth, maxWidth)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return usageError("unknown --color %q: use auto, always or never", f.color)
	}
	return nil
}

// runReport diagnoses and prints.
func runReport(ctx context.Context, s streams, f reportFlags, paths []string) error {
	if err := checkPrint(&f); err != nil {
		return err
	}
	if f.unexplained && !slices.Contains([]string{"text", "markdown", "json"}, f.as) {
		return usageError("--unexplained is printed as text, markdown or json, and not as %s", f.as)
	}
	threshold, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	var costs *diagnose.Costs
	if f.cost {
		costs = &diagnose.Costs{Now: s.now}
	}
	loaded := costs.During(logdoc.CostLoading)
	packs, broken, err := loadPacks(s, f)
	loaded()
	if err != nil {
		return err
	}
	o, err := options(ctx, s, f, packs, paths)
	if err != nil {
		return err
	}
	redaction, err := newRedaction(s, &f.redact, packs, paths)
	if err != nil {
		return err
	}
	if redaction != nil {
		o.Hosts = &redaction.hosts
	}
	var logs *rawLogs
	if f.bundleEvidence != "" {
		logs = newRawLogs(packs, &o)
		defer logs.close()
	}
	meter := newMeter(s, paths)
	o.Progress, o.Costs = meter.add, costs
	o.Timeline = f.as == "html"
	stop := meter.start()
	d, runErr := diagnose.Run(ctx, packs, o)
	stop()
	info, err := caseOf(store.Reported, f.saving.name, paths, d)
	if err != nil {
		return &statusError{exitInternal, err}
	}
	if !f.noHistory {
		tellRecalled(s, recall(ctx, s, f.saving.storeFlags, info, d))
	}
	var files []evidenceFile
	if logs != nil && runErr == nil {
		if files, err = evidence(ctx, logs, d); err != nil {
			return &statusError{exitInterrupt, nil}
		}
	}
	if err := writeReport(s, f, d, redaction, files); err != nil {
		return err
	}
	tellLeftOut(s.err, d)
	if costs != nil {
		if err := report.Costs(s.err, costs.Parts(), report.TextOptions{}); err != nil {
			return &statusError{exitInternal, writeError("standard error", err)}
		}
	}
	if f.saving.wanted() && runErr == nil {
		if err := saveCase(ctx, s, f.saving, info, d); err != nil {
			return err
		}
	}
	if err := runStatus(d, runErr, broken); err != nil {
		return err
	}
	if threshold > logdoc.Unrated && reaches(d.Findings, threshold) {
		return &statusError{exitFindings, nil}
	}
	return nil
}

// loadPacks loads the packs that are wanted, and tells of mistakes in them. broken means that one that the user named has any.
func loadPacks(s streams, f reportFlags) (packs *diagnose.Packs, broken bool, err error) {
	selection := diagnose.Selection{Only: f.only, Skip: f.skip}
	packs, err = diagnose.Load(packPaths(s, f.packs), selection)
	if s.loaded != nil {
		s.loaded(reading)
	}
	if err != nil {
		return nil, false, &statusError{exitUsage, err}
	}
	broken = tellBroken(s, packs, f.packs)
	if w := selection.Unknown(packs); w != "" {
		// A typing mistake must not look like a clean input.
		return nil, false, usageError("no symptom or product is called %q%s", w, suggestion(w, packs.Words()))
	}
	if len(f.only) > 0 && len(packs.Rules.SymptomNames()) == 0 {
		return nil, false, usageError("--only and --skip leave no symptom to look for: say less of one of them")
	}
	return packs, broken, nil
}

// runStatus is how a run ended, as an exit status: nil when all of the input was read and all packs are sound. broken means that a pack is not.
func runStatus(d *logdoc.Diagnosis, runErr error, broken bool) error {
	switch {
	case errors.Is(runErr, context.Canceled):
		return &statusError{exitInterrupt, nil}
	case runErr != nil:
		return &statusError{exitInternal, runErr}
	case d.Incomplete():
		return &statusError{exitIncomplete, nil}
	case broken:
		return &statusError{exitUsage, nil}
	}
	return nil
}

// options are what a diagnosis wants, from what the user wrote.
func options(ctx context.Context, s streams, f reportFlags, packs *diagnose.Packs, paths []string) (diagnose.Options, error) {
	var err error
	o := diagnose.Options{Paths: paths, Files: source.Disk{}, Stdin: interruptible(ctx, s.in), Format: f.format, Now: s.now(), Limits: f.limits.limits()}
	if _, ok := packs.Grammar.Format(f.format); f.format != "" && !ok {
		return o, usageError("unknown format %q%s", f.format, suggestion(f.format, packs.Grammar.Names()))
	}
	if f.zone != "" {
		if o.Zone, err = grammar.ParseZone(f.zone); err != nil {
			return o, usageError("--tz: %w", err)
		}
	}
	if o.Since, o.SinceLast, err = parseWhen(f.since); err != nil {
		return o, usageError("--since: %w", err)
	}
	if o.Until, o.UntilLast, err = parseWhen(f.until); err != nil {
		return o, usageError("--until: %w", err)
	}
	if o.Since.After(o.Until) && !o.Until.IsZero() || o.UntilLast > 0 && o.SinceLast > 0 && o.SinceLast <= o.UntilLast {
		return o, usageError("--since %s is not before --until %s: nothing lies between them", f.since, f.until)
	}
	return o, nil
}

// findingSeverities are those that a finding is worth telling at.
var findingSeverities = []string{"critical", "error", "warning", "notice", "info"}

func parseFailOn(word string) (logdoc.Severity, error) {
	if word == "" {
		return logdoc.Unrated, nil
	}
	severity, err := logdoc.ParseSeverity(word)
	if err != nil || !slices.Contains(findingSeverities, word) {
		last := len(findingSeverities) - 1
		return severity, usageError("--fail-on: unknown severity %q: use %s or %s", word, strings.Join(findingSeverities[:last], ", "), findingSeverities[last])
	}
	return severity, nil
}

// reaches reports whether a finding that is not cleared is at or above the severity.
func reaches(findings []logdoc.Finding, threshold logdoc.Severity) bool {
	return slices.ContainsFunc(findings, func(f logdoc.Finding) bool {
		return f.Severity >= threshold && f.State != logdoc.Cleared || reaches(f.Consequences, threshold)
	})
}

// tellBroken shows the mistakes of packs, which are passed over, and reports whether one of those that the user named on this command line has any.
func tellBroken(s streams, p *diagnose.Packs, named []string) bool {
	errs := p.Problems.Errors()
	for _, pr := range errs {
		fmt.Fprint(s.err, pr.Format())
	}
	broken := false
	for _, given := range packPaths(s, named) {
		files, err := diagnose.PackFiles(given)
		if err == nil && slices.ContainsFunc(errs, func(pr lang.Problem) bool { return slices.Contains(files, pr.Pos.File) }) {
			fmt.Fprintf(s.err, "logdoc: the pack %s was not used in full: correct the above\n", sanitize.Line(given))
			broken = broken || slices.Contains(named, given)
		}
	}
	return broken
}

func suggestion(word string, candidates []string) string {
	if best := lang.Suggest(word, candidates); best != "" {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	return ""
}

// parseWhen reads a time, or a duration that counts back from the newest record.
func parseWhen(text string) (time.Time, time.Duration, error) {
	if text == "" {
		return time.Time{}, 0, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, 0, nil
		}
	}
	days := text
	if n, ok := strings.CutSuffix(text, "d"); ok {
		var count int
		if _, err := fmt.Sscanf(n, "%d", &count); err == nil && count > 0 && fmt.Sprint(count) == n {
			days = fmt.Sprintf("%dh", 24*count)
		}
	}
	if d, err := time.ParseDuration(days); err == nil && d > 0 {
		return time.Time{}, d, nil
	}
	return time.Time{}, 0, fmt.Errorf("%q is no time: write 2026-03-04, 2026-03-04T05:06:07Z, or a duration such as 2h or 3d", text)
}

// writeReport prints the report where the user wants it. Redacted, it is complete and looked through before the first byte is written.
func writeReport(s streams, f reportFlags, d *logdoc.Diagnosis, redaction *redaction, files []evidenceFile) error {
	toFile := f.output != "" && f.output != "-"
	options := report.TextOptions{Color: f.color == "always" || f.color == "auto" && s.outTerminal && !s.noColor && !toFile}
	if s.outTerminal && !toFile {
		options.Width = s.width()
	}
	print := func(w io.Writer) error { return render(w, f, d, options) }
	if redaction != nil {
		redaction.files = files
		text, err := redaction.print(d, func(w io.Writer, d *logdoc.Diagnosis) error { return render(w, f, d, options) })
		if err != nil {
			return &statusError{exitInternal, err}
		}
		if files, err = redaction.attached(files); err != nil {
			return &statusError{exitInternal, err}
		}
		if f.redact.dryRun {
			files = nil
			print = func(w io.Writer) error { return redaction.list(w, s.outTerminal && !toFile) }
		} else {
			print = func(w io.Writer) error {
				_, err := w.Write(text)
				return err
			}
			defer redaction.tell(s.err, f.redact.forTicket)
		}
	}
	if len(files) > 0 {
		if err := writeEvidence(f.bundleEvidence, files); err != nil {
			return &statusError{exitInternal, err}
		}
	}
	if toFile {
		if err := writeFile(f.output, func(file *os.File) error { return print(file) }); err != nil {
			return &statusError{exitInternal, err}
		}
		return nil
	}
	if err := print(s.out); err != nil {
		return &statusError{exitInternal, writeError("standard output", err)}
	}
	return nil
}

func render(w io.Writer, f reportFlags, d *logdoc.Diagnosis, o report.TextOptions) error {
	b := bufio.NewWriter(w)
	o.Quiet, o.Verbose = f.quiet, f.verbose
	if f.width > 0 {
		o.Width, o.Fold = f.width, true
	}
	if f.evidence >= 0 {
		d = report.WithEvidence(d, f.evidence)
	}
	least, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	pipeline := report.PipelineOptions{FailOn: least, Version: version}
	switch {
	case f.unexplained && !f.quiet && f.as == "json":
		err = report.UnexplainedJSON(b, d)
	case f.unexplained && !f.quiet && f.as == "markdown":
		err = report.UnexplainedMarkdown(b, d)
	case f.unexplained:
		err = report.Unexplained(b, d, o)
	case f.as == "json" && !f.quiet:
		err = report.JSON(b, d)
	case f.as == "markdown" && !f.quiet:
		err = report.Markdown(b, d)
	case f.as == "html" && !f.quiet:
		err = report.HTML(b, d)
	case f.as == "jira" && !f.quiet:
		err = report.Jira(b, d)
	case f.as == "junit" && !f.quiet:
		err = report.JUnit(b, d, pipeline)
	case f.as == "sarif" && !f.quiet:
		err = report.SARIF(b, d, pipeline)
	default:
		err = report.Text(b, d, o)
	}
	if err != nil {
		return err
	}
	return b.Flush()
}

// maxTold bounds the lines on standard error; the report names everything.
const maxTold = 20

// tellLeftOut says on standard error what was left out, one line each.
func tellLeftOut(w io.Writer, d *logdoc.Diagnosis) {
	told := 0
	tell := func(where logdoc.LogText, n logdoc.Note) {
		if !n.LeftOut {
			return
		}
		if told++; told > maxTold {
			return
		}
		line := "logdoc: "
		if where != "" {
			line += string(sanitize.Place(logdoc.Place{Source: where, Line: n.Line})) + ": "
		}
		line += string(sanitize.Line(n.Text))
		if n.Detail != "" {
			line += " (" + string(sanitize.Line(n.Detail)) + ")"
		}
		fmt.Fprintln(w, line)
	}
	for _, n := range d.Notes {
		tell("", n)
	}
	for _, s := range d.Coverage.Sources {
		for _, n := range s.Notes {
			tell(s.Source, n)
		}
	}
	if told > maxTold {
		fmt.Fprintf(w, "logdoc: %d more were left out; the report names them\n", told-maxTold)
	}
}
