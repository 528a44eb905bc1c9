package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"logdoc"
)

// maxNotes bounds the notes that are told of an earlier case.
const maxNotes = 3

// Recall sets Earlier of every finding of a diagnosis: where the same symptom was found before for the same key, or on one of the same nodes. this is the case that the diagnosis is of, or
// will be: only those before it count, and none of the same input at the same moment.
func (s *Store) Recall(ctx context.Context, d *logdoc.Diagnosis, this CaseInfo) error {
	var visit func(findings []logdoc.Finding) error
	visit = func(findings []logdoc.Finding) error {
		for i := range findings {
			f := &findings[i]
			var err error
			if f.Earlier, err = s.earlier(ctx, f, this); err != nil {
				return err
			}
			if err := visit(f.Consequences); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(d.Findings); err != nil {
		return fmt.Errorf("look for earlier cases: %w", plain(err))
	}
	return nil
}

func (s *Store) earlier(ctx context.Context, f *logdoc.Finding, this CaseInfo) (*logdoc.Earlier, error) {
	args := []any{f.Symptom, string(f.Key), this.ID, InputSum(this.Paths), stamp(this.Capture), asJSON(f.Nodes)}
	const host = "FROM json_each(f.told, '$.Nodes') n WHERE lower(n.value) IN (SELECT lower(value) FROM json_each(?6))"
	type row struct {
		id, finding int64
		e           logdoc.Earlier
		steps       []logdoc.Step
	}
	// Of several findings of a case the one with the same key counts: min says which row the other columns are of.
	found, err := collect(ctx, s.readers, `SELECT c.id, f.id, coalesce(c.name, ''), coalesce(f.last, c.capture, c.created), f.told,
		CASE WHEN f.key = ?2 THEN '' ELSE (SELECT n.value `+host+` LIMIT 1) END AS host, count(*) OVER () AS cases, min(f.key <> ?2)
		FROM findings f JOIN cases c ON c.id = f.case_id
		WHERE f.symptom = ?1 AND f.silenced IS NULL AND (?3 = 0 OR c.id < ?3) AND NOT (c.input = ?4 AND c.capture IS ?5)
			AND (f.key = ?2 OR EXISTS (SELECT 1 `+host+`))
		GROUP BY c.id ORDER BY c.id DESC LIMIT 1`, args, func(rows *sql.Rows) (r row, err error) {
		var other int
		var last sql.NullInt64
		var text string
		if err := rows.Scan(&r.id, &r.finding, &r.e.Name, &last, &text, &r.e.Host, &r.e.Cases, &other); err != nil {
			return r, err
		}
		r.e.Case, r.e.Time = r.id, time1970(last)
		var then logdoc.Finding
		if err := json.Unmarshal([]byte(text), &then); err != nil {
			return r, fmt.Errorf("%w: a finding of case %d: %w", ErrDamaged, r.id, err)
		}
		r.steps = then.Steps
		return r, nil
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	r := &found[0]
	e := &r.e
	work, err := collect(ctx, s.readers, "SELECT s.step, s.state, s.note FROM steps s JOIN findings f ON f.case_id = s.case_id AND f.symptom = s.symptom AND f.key = s.key WHERE f.id = ? ORDER BY s.place",
		[]any{r.finding}, func(rows *sql.Rows) (w logdoc.StepWork, err error) { return w, rows.Scan(&w.Step, &w.State, &w.Note) })
	if err != nil {
		return nil, err
	}
	e.Solved = solvedBy(r.steps, work)
	for _, w := range work {
		if w.Note != "" && len(e.Notes) < maxNotes {
			e.Notes = append(e.Notes, w.Note)
		}
	}
	notes, err := texts(ctx, s.readers, "SELECT text FROM notes WHERE case_id = ? ORDER BY id DESC LIMIT ?", r.id, maxNotes)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		if len(e.Notes) < maxNotes {
			e.Notes = append(e.Notes, logdoc.LogText(strings.TrimSpace(n)))
		}
	}
	return e, nil
}

// solvedBy are the titles of the steps that were done: the changes, for only they can have solved it, or where there is none all.
func solvedBy(steps []logdoc.Step, work []logdoc.StepWork) []string {
	var changes, all []string
	for _, st := range steps {
		for _, w := range work {
			if w.Step == st.ID && w.State == logdoc.StepDone {
				all = append(all, st.Title)
				if st.Kind == logdoc.Change {
					changes = append(changes, st.Title)
				}
			}
		}
	}
	if len(changes) > 0 {
		return changes
	}
	return all
}
