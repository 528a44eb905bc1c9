package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Remove removes a case with all that is kept of it, so that none of its text stays in the file. ErrLocked: it is being followed.
func (s *Store) Remove(ctx context.Context, ids ...int64) error {
	for _, id := range ids {
		held, err := takeLock(fmt.Sprintf("%s.case-%d", s.path, id))
		if err != nil {
			return fmt.Errorf("remove case %d: %w", id, err)
		}
		err = s.write(ctx, fmt.Sprintf("remove case %d", id), true, func(ctx context.Context, conn *sql.Conn) error {
			if _, err := conn.ExecContext(ctx, "DELETE FROM matches WHERE log_id IN (SELECT id FROM logs WHERE case_id = ?)", id); err != nil {
				return err
			}
			return changedOne(conn.ExecContext(ctx, "DELETE FROM cases WHERE id = ?", id))
		})
		if err := errors.Join(err, held.release()); err != nil {
			return err
		}
	}
	return s.giveBack(ctx)
}

// giveBack gives pages that hold nothing any more back to the disk, and with them what stood there; SQLite has written zeros over the rest (secure_delete). What waits in its log is
// written back, so that nothing is left there either.
func (s *Store) giveBack(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := collect(context.WithoutCancel(ctx), s.writer, "PRAGMA incremental_vacuum", nil, func(*sql.Rows) (struct{}, error) { return struct{}{}, nil })
	if err == nil {
		_, err = s.writer.ExecContext(context.WithoutCancel(ctx), "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err = plain(err); err != nil && !errors.Is(err, errBusy) {
		return fmt.Errorf("give room back: %w", err)
	}
	return nil
}

// Keep bounds what is kept. The zero value keeps everything.
type Keep struct {
	// For is how long a case is kept after it was changed last.
	For time.Duration
	// Cases is how many are kept, Bytes how large the file may be.
	Cases int
	Bytes int64
	// Worked removes cases too on which somebody has worked or noted something.
	Worked bool
}

// Prune returns the cases that are too many, those that were changed longest ago first, and removes them unless dry is true. Cases that are followed stay, and, unless they are asked for, those with work or notes.
func (s *Store) Prune(ctx context.Context, k Keep, dry bool) ([]CaseInfo, error) {
	cases, err := s.infos(ctx, s.readers, "1 ORDER BY c.changed, c.id")
	if err != nil {
		return nil, fmt.Errorf("read the cases: %w", plain(err))
	}
	spared := map[int64]bool{}
	if !k.Worked {
		ids, err := collect(ctx, s.readers, "SELECT case_id FROM steps UNION SELECT case_id FROM marks UNION SELECT case_id FROM notes", nil, func(row *sql.Rows) (id int64, err error) { return id, row.Scan(&id) })
		if err != nil {
			return nil, fmt.Errorf("read the cases: %w", plain(err))
		}
		for _, id := range ids {
			spared[id] = true
		}
	}
	sizes, err := s.caseSizes(ctx)
	if err != nil {
		return nil, err
	}
	var bytes int64
	for _, n := range sizes {
		bytes += n
	}
	now := s.options.Now()
	left := len(cases)
	var out []CaseInfo
	for _, c := range cases {
		old := k.For > 0 && now.Sub(c.Changed) > k.For
		if !old && (k.Cases <= 0 || left <= k.Cases) && (k.Bytes <= 0 || bytes <= k.Bytes) || spared[c.ID] || s.followed(c) {
			continue
		}
		out = append(out, c)
		left--
		bytes -= sizes[c.ID]
	}
	if dry || len(out) == 0 {
		return out, nil
	}
	for i, c := range out {
		if err := s.Remove(ctx, c.ID); err != nil {
			return out[:i], err
		}
	}
	return out, nil
}

// followed reports whether some logdoc has the case of a tail open.
func (s *Store) followed(c CaseInfo) bool {
	if c.Kind != Followed {
		return false
	}
	held, err := takeLock(fmt.Sprintf("%s.case-%d", s.path, c.ID))
	if err != nil {
		return true
	}
	held.release()
	return false
}

// caseSizes is about how many bytes each case takes.
func (s *Store) caseSizes(ctx context.Context) (map[int64]int64, error) {
	sizes := map[int64]int64{}
	for _, query := range []string{
		"SELECT id, 500 + length(CAST(told AS BLOB)) + coalesce(length(state), 0) FROM cases",
		"SELECT case_id, sum(200 + length(CAST(told AS BLOB))) FROM findings GROUP BY 1",
		"SELECT f.case_id, sum(60 + length(CAST(e.source AS BLOB)) + length(CAST(e.text AS BLOB))) FROM evidence e JOIN findings f ON f.id = e.finding_id GROUP BY 1",
		"SELECT case_id, sum(150 + length(CAST(source AS BLOB)) + length(CAST(told AS BLOB))) FROM sources GROUP BY 1",
		"SELECT l.case_id, sum(60 + length(CAST(m.text AS BLOB)) + coalesce(length(CAST(m.captures AS BLOB)), 0)) FROM matches m JOIN logs l ON l.id = m.log_id GROUP BY 1",
		"SELECT case_id, count(*) * 80 FROM turns GROUP BY 1",
	} {
		_, err := collect(ctx, s.readers, query, nil, func(row *sql.Rows) (struct{}, error) {
			var id, n int64
			err := row.Scan(&id, &n)
			sizes[id] += n
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("measure the cases: %w", plain(err))
		}
	}
	return sizes, nil
}

// Followed reports which of the cases some logdoc is following now.
func (s *Store) Followed(cases []CaseInfo) []int64 {
	var out []int64
	for _, c := range cases {
		if s.followed(c) {
			out = append(out, c.ID)
		}
	}
	slices.Sort(out)
	return out
}
