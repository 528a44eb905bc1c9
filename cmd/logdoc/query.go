package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/sanitize"
	"logdoc/store"
)

// queryFlags are the options of logdoc query as the user wrote them.
type queryFlags struct {
	reportFlags
	storeFlags
	ref     string
	rows    int
	events  int
	timeout time.Duration
}

func newQuery(s streams) *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "query PATH... \"SELECT ...\"",
		Short: "Ask questions in SQL about logs, or about a case",
		Long: `Diagnoses the input, and answers one SELECT over all of its records, what was found, and what was read. The last argument is
the query; - reads it from standard input. docs/query.md describes the tables and has examples.

  events     every record, with its fields             findings   what was found; evidence and captures belong to it
  messages   the same, for text search (MATCH)         coverage   what was read, and how

With --case the question is about a case that is kept; its events are the evidence, or what matched in logs that were followed.

Nothing can be written, and nothing outside the input be read. Exit status: 0 done, 2 usage error or a query that cannot be
answered, 3 done but some rows or some of the input were left out, 4 internal error, 130 interrupted.`,
		Example: `  logdoc query bundle.tgz "SELECT severity, count(*) FROM events GROUP BY 1"
  logdoc query --case 12 -f csv "SELECT * FROM findings"
  logdoc query logs/ "SELECT time, message FROM events WHERE id IN (SELECT rowid FROM messages WHERE messages MATCH 'ticket')"`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case f.ref != "" && len(args) == 1, f.ref == "" && len(args) >= 2:
				return nil
			case f.ref != "" && len(args) > 1:
				return usageError("--case and %q are two things to ask about: take one of them, and write the query as one argument", args[0])
			}
			return usageError("say what to ask: logdoc query PATH... \"SELECT ...\", or logdoc query --case N \"SELECT ...\"")
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runQuery(cmd.Context(), s, f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.ref, "case", "", "ask about the case of this number or `name`")
	fl.StringVarP(&f.as, "as", "f", "table", "how to print: `table`, csv or json")
	fl.BoolVar(&f.json, "json", false, "the same as -f json")
	fl.IntVar(&f.rows, "rows", 1000, "print at most `N` rows; 0 is no bound")
	fl.IntVar(&f.events, "max-events", 10_000_000, "ask about at most `N` records")
	fl.DurationVar(&f.timeout, "timeout", 30*time.Second, "give the query at most this `time`, once the input is read; 0 is no bound")
	choiceFlags(fl, &f.reportFlags)
	addStoreFlags(fl, &f.storeFlags)
	limitsFlags(fl, &f.limits)
	completions(cmd, s, &f.packs, "table", "csv", "json")
	return cmd
}

// maxQueryText bounds a query from standard input, in bytes.
const maxQueryText = 1 << 20

func runQuery(ctx context.Context, s streams, f queryFlags, args []string) error {
	if f.json {
		f.as = "json"
	}
	if !slices.Contains([]string{"table", "csv", "json"}, f.as) {
		return usageError("unknown output %q: use table, csv or json", f.as)
	}
	paths, text := args[:len(args)-1], args[len(args)-1]
	if text == "-" {
		if slices.Contains(paths, "-") {
			return usageError("standard input is either the query or a log: write the query as an argument")
		}
		read, err := io.ReadAll(io.LimitReader(interruptible(ctx, s.in), maxQueryText))
		if err != nil {
			return &statusError{exitInternal, fmt.Errorf("read the query: %w", err)}
		}
		text = string(read)
	}
	q, err := store.NewQuestion(ctx)
	if err != nil {
		return storeError(err)
	}
	defer q.Close()
	var left error
	if f.ref != "" {
		err = askedCase(ctx, s, f, q)
	} else {
		left, err = askedInput(ctx, s, f, q, paths)
	}
	if err != nil {
		return err
	}
	more, err := answer(ctx, s, f, q, text)
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintf(s.err, "logdoc: these are the first %d rows: --rows 0 prints all\n", f.rows)
		if left == nil {
			left = &statusError{exitIncomplete, nil}
		}
	}
	return left
}

func askedCase(ctx context.Context, s streams, f queryFlags, q *store.Question) error {
	kept, err := readStore(s, f.storeFlags)
	if err != nil {
		return err
	}
	defer kept.Close()
	info, err := findCase(ctx, kept, f.ref)
	if err != nil {
		return err
	}
	c, err := kept.Case(ctx, info.ID)
	if err == nil {
		err = q.AddCase(ctx, kept, &c)
	}
	return storeError(err)
}

// askedInput reads the input. left is the exit status where something was left out.
func askedInput(ctx context.Context, s streams, f queryFlags, q *store.Question, paths []string) (left, err error) {
	packs, broken, err := loadPacks(s, f.reportFlags)
	if err != nil {
		return nil, err
	}
	o, err := options(ctx, s, f.reportFlags, packs, paths)
	if err != nil {
		return nil, err
	}
	meter := newMeter(s, paths)
	o.Progress = meter.add
	adder := eventAdder{question: q, most: f.events}
	o.Records = adder.add
	stop := meter.start()
	d, runErr := diagnose.Run(ctx, packs, o)
	stop()
	if adder.err != nil && !errors.Is(adder.err, store.ErrFull) {
		return nil, storeError(adder.err)
	}
	if adder.left > 0 {
		why := "--max-events"
		if adder.err != nil {
			why = "there is no room for more in the temporary folder"
		}
		d.Notes = append(d.Notes, logdoc.Note{LeftOut: true, Text: fmt.Sprintf("%d records are not in the answer: %s", adder.left, why)})
	}
	tellLeftOut(s.err, d)
	if err := q.AddDiagnosis(d); err != nil {
		return nil, storeError(err)
	}
	if errors.Is(runErr, context.Canceled) {
		return nil, &statusError{exitInterrupt, nil}
	}
	return runStatus(d, runErr, broken), nil
}

// eventAdder turns records into events of a question, until there is no room.
type eventAdder struct {
	question *store.Question
	event    store.Event
	added    int
	most     int
	left     int
	err      error
}

// maxEventText bounds the text of a record in a question, in bytes.
const maxEventText = 8 << 10

func (a *eventAdder) add(r diagnose.Record) {
	if a.err != nil || a.added >= a.most {
		a.left++
		return
	}
	ev, e := r.Event, &a.event
	*e = store.Event{Place: logdoc.Place{Source: r.Source, Line: ev.Line, Offset: ev.Offset}, Time: ev.Time, Clock: ev.Clock, Severity: ev.Severity, Format: r.Format, Known: r.Known,
		Own: e.Own[:0], Text: logdoc.LogText(ev.Text[:min(len(ev.Text), maxEventText)])}
	for slot, name := range r.Fields {
		value := ev.Field(slot)
		switch {
		case value == nil || name == "":
		case slot < logdoc.FieldOwn:
			e.Standard[slot] = logdoc.LogText(value[:min(len(value), maxEventText)])
		default:
			e.Own = append(e.Own, logdoc.Capture{Name: name, Value: logdoc.LogText(value[:min(len(value), maxEventText)])})
		}
	}
	if a.err = a.question.AddEvent(e); a.err != nil {
		a.left++
		return
	}
	a.added++
}

// answer asks and prints. more is true when rows were left out.
func answer(ctx context.Context, s streams, f queryFlags, q *store.Question, text string) (more bool, err error) {
	limited := ctx
	if f.timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	var w rowWriter
	out := bufio.NewWriter(s.out)
	switch f.as {
	case "csv":
		w = &csvRows{out: csv.NewWriter(out)}
	case "json":
		w = &jsonRows{out: out}
	default:
		w = &tableRows{out: out}
	}
	enough := errors.New("enough")
	rows := 0
	err = q.Ask(limited, text, w.columns, func(values []any) error {
		if f.rows > 0 && rows == f.rows {
			more = true
			return enough
		}
		rows++
		return w.row(values)
	})
	if errors.Is(err, enough) {
		err = nil
	}
	switch {
	case err == nil:
		err = errors.Join(w.end(), out.Flush())
		if err != nil {
			err = &statusError{exitInternal, writeError("standard output", err)}
		}
		return more, err
	case errors.Is(err, store.ErrQuery):
		return false, &statusError{exitUsage, err}
	case errors.Is(err, context.Canceled):
		return false, &statusError{exitInterrupt, nil}
	case errors.Is(err, context.DeadlineExceeded):
		return false, usageError("the query takes longer than %s: ask for less, or give it more with --timeout", f.timeout)
	}
	return false, storeError(err)
}

// rowWriter prints an answer. Everything in it may come from a log.
type rowWriter interface {
	columns(names []string) error
	row(values []any) error
	end() error
}

// valueText is a value as text; NULL is empty.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []byte:
		return hex.EncodeToString(v)
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// tableRows prints a table with aligned columns, numbers to the right. It keeps the rows, of which there is a bounded number unless the user wanted otherwise.
type tableRows struct {
	out     io.Writer
	rows    [][]sanitize.Safe
	numbers []bool
}

// maxTableCell bounds a cell of a table, in characters.
const maxTableCell = 120

func (t *tableRows) columns(names []string) error {
	header := make([]sanitize.Safe, len(names))
	t.numbers = make([]bool, len(names))
	for i, n := range names {
		header[i] = sanitize.CutRunes(sanitize.Line(n), maxTableCell)
		t.numbers[i] = true
	}
	t.rows = append(t.rows, header)
	return nil
}

func (t *tableRows) row(values []any) error {
	cells := make([]sanitize.Safe, len(values))
	for i, v := range values {
		cells[i] = sanitize.CutRunes(sanitize.Line(valueText(v)), maxTableCell)
		switch v.(type) {
		case nil, int64, float64:
		default:
			t.numbers[i] = false
		}
	}
	t.rows = append(t.rows, cells)
	return nil
}

func (t *tableRows) end() error {
	widths := make([]int, len(t.numbers))
	for _, cells := range t.rows {
		for i, c := range cells {
			widths[i] = max(widths[i], sanitize.Width(c))
		}
	}
	var b strings.Builder
	for n, cells := range t.rows {
		b.Reset()
		for i, c := range cells {
			fill := strings.Repeat(" ", widths[i]-sanitize.Width(c))
			if i > 0 {
				b.WriteString("  ")
			}
			if t.numbers[i] {
				b.WriteString(fill + string(c))
			} else {
				b.WriteString(string(c) + fill)
			}
		}
		if _, err := fmt.Fprintln(t.out, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		b.Reset()
		for i, width := range widths {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(strings.Repeat("─", max(width, 1)))
		}
		if _, err := fmt.Fprintln(t.out, b.String()); err != nil {
			return err
		}
	}
	return nil
}

// csvRows prints CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front.
type csvRows struct{ out *csv.Writer }

func (c *csvRows) columns(names []string) error {
	record := make([]string, len(names))
	for i, n := range names {
		record[i] = csvText(n)
	}
	return c.out.Write(record)
}

func (c *csvRows) row(values []any) error {
	record := make([]string, len(values))
	for i, v := range values {
		if text, ok := v.(string); ok {
			record[i] = csvText(text)
		} else {
			record[i] = valueText(v)
		}
	}
	return c.out.Write(record)
}

func (c *csvRows) end() error {
	c.out.Flush()
	return c.out.Error()
}

// csvText is text that can be looked at in a terminal and opened in a spreadsheet.
func csvText(text string) string {
	safe := string(sanitize.Text(text))
	if start := strings.TrimLeft(safe, " \n"); start != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(start)[0]) {
		return "'" + safe
	}
	return safe
}

// jsonRows prints a list of objects, a line each.
type jsonRows struct {
	out   io.Writer
	names [][]byte
	rows  int
}

func (j *jsonRows) columns(names []string) error {
	seen := map[string]int{}
	for _, n := range names {
		seen[n]++
		if seen[n] > 1 {
			n = fmt.Sprintf("%s_%d", n, seen[n])
		}
		name, err := json.Marshal(sanitize.JSON(n))
		if err != nil {
			return err
		}
		j.names = append(j.names, name)
	}
	_, err := io.WriteString(j.out, "[")
	return err
}

func (j *jsonRows) row(values []any) error {
	line := []byte("\n  {")
	if j.rows++; j.rows > 1 {
		line = []byte(",\n  {")
	}
	for i, v := range values {
		switch t := v.(type) {
		case string:
			v = sanitize.JSON(t)
		case []byte:
			v = hex.EncodeToString(t)
		case float64:
			if math.IsInf(t, 0) || math.IsNaN(t) {
				v = valueText(t)
			}
		}
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(append(append(line, j.names[i]...), ": "...), value...)
	}
	_, err := j.out.Write(sanitize.EscapeJSON(append(line, '}')))
	return err
}

func (j *jsonRows) end() error {
	end := "\n]\n"
	if j.rows == 0 {
		end = "]\n"
	}
	_, err := io.WriteString(j.out, end)
	return err
}
