package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"

	"logdoc"
)

// InputSum is the same for the same paths in the same order.
func InputSum(paths []string) string {
	sum := sha256.New()
	for _, p := range paths {
		fmt.Fprintf(sum, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// rest is what of a diagnosis no table holds.
type rest struct {
	Clean       []logdoc.Clean     `json:",omitempty"`
	Unchecked   []logdoc.Unchecked `json:",omitempty"`
	Unexplained []logdoc.Cluster   `json:",omitempty"`
	Totals      logdoc.SourceCoverage
	Incomplete  bool
	Notes       []logdoc.Note `json:",omitempty"`
}

// told is what of a finding no column holds.
type told struct {
	Why           []string
	Values        []logdoc.Value `json:",omitempty"`
	Cause, Impact string
	Steps         []logdoc.Step
	See           []string
}

// silence is what keeps a finding out of the others.
type silence struct {
	Because string
	Until   time.Time
	File    string
}

// sourceRest is what of a source no column holds.
type sourceRest struct {
	Others map[string]int `json:",omitempty"`
	Facts  []string       `json:",omitempty"`
	Notes  []logdoc.Note  `json:",omitempty"`
}

// asJSON writes one of these.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // They hold nothing that JSON has no words for.
	}
	return string(text)
}

// stamp is a time as the tables have it.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

// time1970 is a time as the vocabulary has it.
func time1970(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// SaveCase keeps a case and returns its number: a new one, with its work and notes, if c.ID is 0; else the diagnosis takes the place of the one that is kept. ErrName: another case has
// the name.
func (s *Store) SaveCase(ctx context.Context, c Case) (int64, error) {
	err := s.write(ctx, "keep the case", true, func(ctx context.Context, conn *sql.Conn) error {
		if c.ID == 0 {
			id, err := s.insertCase(ctx, conn, c)
			if err != nil {
				return err
			}
			c.ID = id
			if err := putWork(ctx, conn, id, c.Diagnosis.Work); err != nil {
				return err
			}
			for _, n := range c.Notes {
				if err := s.putNote(ctx, conn, id, n); err != nil {
					return err
				}
			}
		} else {
			found, err := conn.ExecContext(ctx, "UPDATE cases SET changed = ?, capture = ?, version = ?, told = ? WHERE id = ?",
				stamp(s.at(c.Changed)), stamp(c.Capture), c.Version, asJSON(restOf(&c.Diagnosis)), c.ID)
			if err := changedOne(found, err); err != nil {
				return err
			}
			for _, table := range []string{"findings", "sources"} {
				if _, err := conn.ExecContext(ctx, "DELETE FROM "+table+" WHERE case_id = ?", c.ID); err != nil {
					return err
				}
			}
			if err := putHosts(ctx, conn, c.ID, c.Hosts); err != nil {
				return err
			}
		}
		return putDiagnosis(ctx, conn, c.ID, &c.Diagnosis)
	})
	return c.ID, err
}

// changedOne is ErrNoCase where a statement changed nothing.
func changedOne(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return ErrNoCase
}

// at is a time, or now.
func (s *Store) at(t time.Time) time.Time {
	if t.IsZero() {
		return s.options.Now()
	}
	return t
}

func (s *Store) insertCase(ctx context.Context, conn *sql.Conn, c Case) (int64, error) {
	var name any
	if c.Name != "" {
		name = c.Name
	}
	capture := c.Capture
	if capture.IsZero() {
		capture = c.Diagnosis.Capture
	}
	created := s.at(c.Created)
	if c.Changed.IsZero() {
		c.Changed = created
	}
	r, err := conn.ExecContext(ctx, "INSERT INTO cases (name, kind, paths, input, created, changed, capture, version, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		name, string(c.Kind), asJSON(texted(c.Paths)), InputSum(c.Paths), stamp(created), stamp(c.Changed), stamp(capture), c.Version, asJSON(restOf(&c.Diagnosis)))
	if e, ok := errors.AsType[sqlite3.Error](err); ok && e.ExtendedCode == sqlite3.ErrConstraintUnique {
		return 0, ErrName
	}
	if err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	return id, putHosts(ctx, conn, id, c.Hosts)
}

// texted are paths as log text, of which JSON keeps every byte.
func texted(paths []string) []logdoc.LogText {
	out := make([]logdoc.LogText, len(paths))
	for i, p := range paths {
		out[i] = logdoc.LogText(p)
	}
	return out
}

func putHosts(ctx context.Context, conn *sql.Conn, id int64, hosts []logdoc.LogText) error {
	for _, h := range hosts {
		if _, err := conn.ExecContext(ctx, "INSERT OR IGNORE INTO hosts (case_id, host) VALUES (?, ?)", id, string(h)); err != nil {
			return err
		}
	}
	return nil
}

func restOf(d *logdoc.Diagnosis) rest {
	return rest{d.Clean, d.Unchecked, d.Unexplained, d.Coverage.Totals, d.Coverage.Incomplete, d.Notes}
}

func putDiagnosis(ctx context.Context, conn *sql.Conn, id int64, d *logdoc.Diagnosis) error {
	w := findingWriter{ctx: ctx, conn: conn, id: id}
	for i := range d.Findings {
		if err := w.put(&d.Findings[i], nil, nil); err != nil {
			return err
		}
	}
	for _, sil := range d.Silenced {
		if err := w.put(&sil.Finding, nil, asJSON(silence{sil.Because, sil.Until, sil.File})); err != nil {
			return err
		}
	}
	for i, c := range d.Coverage.Sources {
		_, err := conn.ExecContext(ctx, `INSERT INTO sources (case_id, place, source, log, format, why, first, last, bytes, lines, records, known_bad, known_normal, unexplained, unread, told)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, i, string(c.Source), string(c.Log), c.Format, c.Why, stamp(c.First), stamp(c.Last), c.Bytes, c.Lines, c.Records,
			c.KnownBad, c.KnownNormal, c.Unexplained, c.Unread, asJSON(sourceRest{c.Others, c.Facts, c.Notes}))
		if err != nil {
			return err
		}
	}
	return nil
}

// findingWriter writes findings in the order in which they are told.
type findingWriter struct {
	ctx   context.Context
	conn  *sql.Conn
	id    int64
	place int
}

func (w *findingWriter) put(f *logdoc.Finding, cause, silenced any) error {
	r, err := w.conn.ExecContext(w.ctx, `INSERT INTO findings (case_id, place, cause_id, symptom, key, title, product, pack, severity, certainty, state, first, last, cleared, count, silenced, told)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, w.id, w.place, cause, f.Symptom, string(f.Key), f.Title, f.Product, f.Pack, f.Severity, f.Certainty, f.State,
		stamp(f.First), stamp(f.Last), stamp(f.ClearedAt), f.Count, silenced, asJSON(told{f.Why, f.Values, f.Cause, f.Impact, f.Steps, f.See}))
	if err != nil {
		return err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return err
	}
	w.place++
	if err := putEvidence(w.ctx, w.conn, id, f.Evidence); err != nil {
		return err
	}
	for i := range f.Consequences {
		if err := w.put(&f.Consequences[i], id, silenced); err != nil {
			return err
		}
	}
	return nil
}

func putEvidence(ctx context.Context, conn *sql.Conn, finding int64, list []logdoc.Evidence) error {
	for i, e := range list {
		_, err := conn.ExecContext(ctx, "INSERT INTO evidence (finding_id, place, event, label, source, line, offset, time, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			finding, i, e.Event, e.Label, string(e.Place.Source), e.Place.Line, e.Place.Offset, stamp(e.Time), string(e.Text))
		if err != nil {
			return err
		}
	}
	return nil
}

// SaveWork keeps the work on a case in place of what is kept. worked is what Work or SaveWork returned: ErrChanged where somebody else has kept other work since.
func (s *Store) SaveWork(ctx context.Context, id, worked int64, w logdoc.Work) (int64, error) {
	err := s.write(ctx, "keep the work", true, func(ctx context.Context, conn *sql.Conn) error {
		var now int64
		err := conn.QueryRowContext(ctx, "SELECT worked FROM cases WHERE id = ?", id).Scan(&now)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNoCase
		case err != nil:
			return err
		case now != worked:
			return ErrChanged
		}
		if _, err := conn.ExecContext(ctx, "UPDATE cases SET worked = worked + 1, changed = ? WHERE id = ?", stamp(s.options.Now()), id); err != nil {
			return err
		}
		return putWork(ctx, conn, id, w)
	})
	return worked + 1, err
}

func putWork(ctx context.Context, conn *sql.Conn, id int64, w logdoc.Work) error {
	for _, table := range []string{"steps", "marks"} {
		if _, err := conn.ExecContext(ctx, "DELETE FROM "+table+" WHERE case_id = ?", id); err != nil {
			return err
		}
	}
	for i, st := range w.Steps {
		_, err := conn.ExecContext(ctx, "INSERT INTO steps (case_id, place, symptom, key, step, state, answer, tries, note, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, i, st.Symptom, string(st.Key), st.Step, st.State, st.Answer, st.Tries, string(st.Note), stamp(st.Changed))
		if err != nil {
			return err
		}
	}
	for i, m := range w.Marks {
		_, err := conn.ExecContext(ctx, "INSERT INTO marks (case_id, place, source, line, offset, time, text, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			id, i, string(m.Place.Source), m.Place.Line, m.Place.Offset, stamp(m.Time), string(m.Text), string(m.Note))
		if err != nil {
			return err
		}
	}
	return nil
}

// AddNote keeps a note on a case.
func (s *Store) AddNote(ctx context.Context, id int64, n Note) error {
	return s.write(ctx, "keep the note", true, func(ctx context.Context, conn *sql.Conn) error {
		found, err := conn.ExecContext(ctx, "UPDATE cases SET changed = ? WHERE id = ?", stamp(s.options.Now()), id)
		if err := changedOne(found, err); err != nil {
			return err
		}
		return s.putNote(ctx, conn, id, n)
	})
}

func (s *Store) putNote(ctx context.Context, conn *sql.Conn, id int64, n Note) error {
	_, err := conn.ExecContext(ctx, "INSERT INTO notes (case_id, time, text) VALUES (?, ?, ?)", id, stamp(s.at(n.Time)), string(n.Text))
	return err
}
