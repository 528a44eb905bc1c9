package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"logdoc"
)

// Find returns the case of that number or name.
func (s *Store) Find(ctx context.Context, ref string) (CaseInfo, error) {
	query, arg := "c.name = ?", any(ref)
	if n, err := strconv.ParseInt(strings.TrimPrefix(ref, "#"), 10, 64); err == nil {
		query, arg = "c.id = ?", n
	}
	return s.one(ctx, query, arg)
}

// OfInput returns the newest case of an input that was opened or reported, its paths in full. ErrNoCase where there is none.
func (s *Store) OfInput(ctx context.Context, paths []string) (CaseInfo, error) {
	return s.one(ctx, "c.input = ? AND c.kind <> 'tail' ORDER BY c.kind = 'open' DESC, c.id DESC LIMIT 1", InputSum(paths))
}

func (s *Store) one(ctx context.Context, where string, args ...any) (CaseInfo, error) {
	found, err := s.infos(ctx, s.readers, where, args...)
	if err != nil {
		return CaseInfo{}, fmt.Errorf("read the cases: %w", plain(err))
	}
	if len(found) == 0 {
		return CaseInfo{}, ErrNoCase
	}
	return found[0], nil
}

// Filter chooses cases: those to which all of it applies that is set.
type Filter struct {
	// Host is a host's name, with or without its domain, or a finding's key.
	Host string
	// Symptom is a symptom's name, or the part of it that says the product.
	Symptom string
	// Since and Until bound the capture, or where there is none when the case was kept.
	Since, Until time.Time
}

// List returns the cases that a filter lets pass, the newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]CaseInfo, error) {
	where, args := []string{"1"}, []any{}
	add := func(cond string, with ...any) {
		where = append(where, cond)
		args = append(args, with...)
	}
	if f.Host != "" {
		add(`(EXISTS (SELECT 1 FROM hosts h WHERE h.case_id = c.id AND (lower(h.host) = lower(?1) OR substr(lower(h.host), 1, length(?1) + 1) = lower(?1) || '.'))
			OR EXISTS (SELECT 1 FROM findings f WHERE f.case_id = c.id AND lower(f.key) = lower(?1)))`, f.Host)
	}
	if f.Symptom != "" {
		n := len(args) + 1
		add(fmt.Sprintf("EXISTS (SELECT 1 FROM findings f WHERE f.case_id = c.id AND (f.symptom = ?%[1]d OR substr(f.symptom, 1, length(?%[1]d) + 1) = ?%[1]d || '/'))", n), f.Symptom)
	}
	if !f.Since.IsZero() {
		add(fmt.Sprintf("coalesce(c.capture, c.created) >= ?%d", len(args)+1), f.Since.UnixNano())
	}
	if !f.Until.IsZero() {
		add(fmt.Sprintf("coalesce(c.capture, c.created) <= ?%d", len(args)+1), f.Until.UnixNano())
	}
	found, err := s.infos(ctx, s.readers, strings.Join(where, " AND ")+" ORDER BY c.id DESC", args...)
	if err != nil {
		return nil, fmt.Errorf("read the cases: %w", plain(err))
	}
	return found, nil
}

// infos reads what is known of cases.
func (s *Store) infos(ctx context.Context, q querier, where string, args ...any) ([]CaseInfo, error) {
	const worst = "FROM findings f WHERE f.case_id = c.id AND f.silenced IS NULL"
	found, err := collect(ctx, q, `SELECT c.id, c.name, c.kind, c.paths, c.created, c.changed, c.capture, c.version, (SELECT count(*) `+worst+`),
		(SELECT f.title `+worst+` ORDER BY f.severity DESC, f.place LIMIT 1), (SELECT max(f.severity) `+worst+`)
		FROM cases c WHERE `+where, args, func(row *sql.Rows) (CaseInfo, error) {
		var c CaseInfo
		var name, title sql.NullString
		var paths string
		var created, changed, capture, severity sql.NullInt64
		if err := row.Scan(&c.ID, &name, &c.Kind, &paths, &created, &changed, &capture, &c.Version, &c.Findings, &title, &severity); err != nil {
			return c, err
		}
		var full []logdoc.LogText
		if err := json.Unmarshal([]byte(paths), &full); err != nil {
			return c, fmt.Errorf("%w: the paths of case %d: %w", ErrDamaged, c.ID, err)
		}
		for _, p := range full {
			c.Paths = append(c.Paths, string(p))
		}
		c.Name, c.Title, c.Worst = name.String, title.String, logdoc.Severity(severity.Int64)
		c.Created, c.Changed, c.Capture = time1970(created), time1970(changed), time1970(capture)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		hosts, err := texts(ctx, q, "SELECT host FROM hosts WHERE case_id = ? ORDER BY host", found[i].ID)
		if err != nil {
			return nil, err
		}
		for _, h := range hosts {
			found[i].Hosts = append(found[i].Hosts, logdoc.LogText(h))
		}
	}
	return found, nil
}

// Case returns a case with all that is kept of it.
func (s *Store) Case(ctx context.Context, id int64) (Case, error) {
	info, err := s.one(ctx, "c.id = ?", id)
	if err != nil {
		return Case{}, err
	}
	c := Case{CaseInfo: info}
	// One transaction: a tail may be writing.
	tx, err := s.readers.BeginTx(ctx, nil)
	if err == nil {
		err = readCase(ctx, tx, &c)
		err = errors.Join(err, tx.Rollback())
	}
	if err != nil {
		return Case{}, fmt.Errorf("read case %d: %w", id, plain(err))
	}
	return c, nil
}

func readCase(ctx context.Context, q querier, c *Case) error {
	var text string
	if err := q.QueryRowContext(ctx, "SELECT told FROM cases WHERE id = ?", c.ID).Scan(&text); err != nil {
		return err
	}
	var r rest
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	d := &c.Diagnosis
	d.Capture, d.Clean, d.Unchecked, d.Unexplained, d.Notes = c.Capture, r.Clean, r.Unchecked, r.Unexplained, r.Notes
	d.Coverage.Totals, d.Coverage.Incomplete = r.Totals, r.Incomplete
	var err error
	if d.Findings, d.Silenced, err = readFindings(ctx, q, c.ID); err != nil {
		return err
	}
	if d.Coverage.Sources, err = readSources(ctx, q, c.ID); err != nil {
		return err
	}
	if d.Work, err = readWork(ctx, q, c.ID); err != nil {
		return err
	}
	c.Notes, err = collect(ctx, q, "SELECT time, text FROM notes WHERE case_id = ? ORDER BY id", []any{c.ID}, func(row *sql.Rows) (n Note, err error) {
		var at sql.NullInt64
		err = row.Scan(&at, &n.Text)
		n.Time = time1970(at)
		return n, err
	})
	return err
}

// kept is a row of findings.
type kept struct {
	finding      logdoc.Finding
	id           int64
	cause        sql.NullInt64
	silenced     sql.NullString
	consequences []*kept
}

func (k *kept) whole() logdoc.Finding {
	for _, c := range k.consequences {
		k.finding.Consequences = append(k.finding.Consequences, c.whole())
	}
	return k.finding
}

func readFindings(ctx context.Context, q querier, id int64) ([]logdoc.Finding, []logdoc.Silenced, error) {
	all, err := collect(ctx, q, `SELECT id, cause_id, symptom, key, title, product, pack, severity, certainty, state, first, last, cleared, count, silenced, told
		FROM findings WHERE case_id = ? ORDER BY place, id`, []any{id}, func(row *sql.Rows) (*kept, error) {
		k := &kept{}
		f := &k.finding
		var first, last, cleared sql.NullInt64
		var text string
		err := row.Scan(&k.id, &k.cause, &f.Symptom, &f.Key, &f.Title, &f.Product, &f.Pack, &f.Severity, &f.Certainty, &f.State, &first, &last, &cleared, &f.Count, &k.silenced, &text)
		if err != nil {
			return nil, err
		}
		f.First, f.Last, f.ClearedAt = time1970(first), time1970(last), time1970(cleared)
		var t told
		if err := json.Unmarshal([]byte(text), &t); err != nil {
			return nil, fmt.Errorf("%w: the finding %s: %w", ErrDamaged, f.Symptom, err)
		}
		f.Why, f.Values, f.Cause, f.Impact, f.Steps, f.See = t.Why, t.Values, t.Cause, t.Impact, t.Steps, t.See
		return k, nil
	})
	if err != nil {
		return nil, nil, err
	}
	byID := map[int64]*kept{}
	for _, k := range all {
		byID[k.id] = k
	}
	rows, err := q.QueryContext(ctx, `SELECT e.finding_id, e.event, e.label, e.source, e.line, e.offset, e.time, e.text
		FROM findings f JOIN evidence e ON e.finding_id = f.id WHERE f.case_id = ? ORDER BY e.finding_id, e.place`, id)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var finding int64
		var e logdoc.Evidence
		var at sql.NullInt64
		if err := rows.Scan(&finding, &e.Event, &e.Label, &e.Place.Source, &e.Place.Line, &e.Place.Offset, &at, &e.Text); err != nil {
			return nil, nil, err
		}
		e.Time = time1970(at)
		if k := byID[finding]; k != nil {
			k.finding.Evidence = append(k.finding.Evidence, e)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	var roots []*kept
	for _, k := range all {
		if cause := byID[k.cause.Int64]; k.cause.Valid && cause != nil {
			cause.consequences = append(cause.consequences, k)
		} else {
			roots = append(roots, k)
		}
	}
	var findings []logdoc.Finding
	var silenced []logdoc.Silenced
	for _, k := range roots {
		if !k.silenced.Valid {
			findings = append(findings, k.whole())
			continue
		}
		var by silence
		if err := json.Unmarshal([]byte(k.silenced.String), &by); err != nil {
			return nil, nil, fmt.Errorf("%w: the finding %s: %w", ErrDamaged, k.finding.Symptom, err)
		}
		silenced = append(silenced, logdoc.Silenced{Finding: k.whole(), Because: by.Because, Until: by.Until, File: by.File})
	}
	return findings, silenced, nil
}

func readSources(ctx context.Context, q querier, id int64) ([]logdoc.SourceCoverage, error) {
	return collect(ctx, q, `SELECT source, log, format, why, first, last, bytes, lines, records, known_bad, known_normal, unexplained, unread, told
		FROM sources WHERE case_id = ? ORDER BY place`, []any{id}, func(row *sql.Rows) (c logdoc.SourceCoverage, err error) {
		var first, last sql.NullInt64
		var text string
		err = row.Scan(&c.Source, &c.Log, &c.Format, &c.Why, &first, &last, &c.Bytes, &c.Lines, &c.Records, &c.KnownBad, &c.KnownNormal, &c.Unexplained, &c.Unread, &text)
		if err != nil {
			return c, err
		}
		c.First, c.Last = time1970(first), time1970(last)
		var r sourceRest
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return c, fmt.Errorf("%w: a source: %w", ErrDamaged, err)
		}
		c.Others, c.Facts, c.Notes = r.Others, r.Facts, r.Notes
		return c, nil
	})
}

func readWork(ctx context.Context, q querier, id int64) (w logdoc.Work, err error) {
	w.Steps, err = collect(ctx, q, "SELECT symptom, key, step, state, answer, tries, note, changed FROM steps WHERE case_id = ? ORDER BY place", []any{id},
		func(row *sql.Rows) (st logdoc.StepWork, err error) {
			var changed sql.NullInt64
			err = row.Scan(&st.Symptom, &st.Key, &st.Step, &st.State, &st.Answer, &st.Tries, &st.Note, &changed)
			st.Changed = time1970(changed)
			return st, err
		})
	if err != nil {
		return w, err
	}
	w.Marks, err = collect(ctx, q, "SELECT source, line, offset, time, text, note FROM marks WHERE case_id = ? ORDER BY place", []any{id},
		func(row *sql.Rows) (m logdoc.Mark, err error) {
			var at sql.NullInt64
			err = row.Scan(&m.Place.Source, &m.Place.Line, &m.Place.Offset, &at, &m.Text, &m.Note)
			m.Time = time1970(at)
			return m, err
		})
	return w, err
}

// Work returns the work on a case, and what SaveWork wants to know of it.
func (s *Store) Work(ctx context.Context, id int64) (w logdoc.Work, worked int64, err error) {
	tx, err := s.readers.BeginTx(ctx, nil)
	if err != nil {
		return w, 0, fmt.Errorf("read the work: %w", plain(err))
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, "SELECT worked FROM cases WHERE id = ?", id).Scan(&worked)
	if errors.Is(err, sql.ErrNoRows) {
		return w, 0, ErrNoCase
	}
	if err == nil {
		w, err = readWork(ctx, tx, id)
	}
	if err != nil {
		return w, 0, fmt.Errorf("read the work: %w", plain(err))
	}
	return w, worked, nil
}
