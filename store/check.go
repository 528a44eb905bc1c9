package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Check looks for what must not be: damage in the file, rows that belong to nothing, matches that were lost or that stand behind the position up to which their log was read. It returns
// one sentence for each, which may quote log text.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	problems, err := texts(ctx, s.readers, "PRAGMA quick_check(20)")
	if err != nil {
		return nil, fmt.Errorf("check the store: %w", plain(err))
	}
	if len(problems) == 1 && problems[0] == "ok" {
		problems = nil
	}
	for i, p := range problems {
		problems[i] = "the file is damaged: " + p
	}
	for _, check := range []struct{ query string }{
		{"SELECT 'a row of ' || \"table\" || ' belongs to a row of ' || parent || ' that is not there' FROM pragma_foreign_key_check LIMIT 20"},
		{`SELECT count(*) || ' matches are of a log or an event that is not there' FROM matches
			WHERE log_id NOT IN (SELECT id FROM logs) OR pattern_id NOT IN (SELECT id FROM patterns) HAVING count(*) > 0`},
		{`SELECT 'case ' || c.id || ' has ' || count(m.id) || ' matches, and ' || c.committed || ' were kept of which ' || c.pruned || ' were removed' FROM cases c LEFT JOIN logs l ON l.case_id = c.id
			LEFT JOIN matches m ON m.log_id = l.id GROUP BY c.id HAVING count(m.id) <> c.committed - c.pruned LIMIT 20`},
		{`SELECT 'case ' || p.case_id || ': ' || count(*) || ' matches of ' || p.path || ' stand behind byte ' || p.offset || ', up to which it was read' FROM positions p
			JOIN logs l ON l.case_id = p.case_id AND l.source = p.path JOIN matches m ON m.log_id = l.id WHERE m.id > p.after_match AND m.offset >= p.offset GROUP BY p.id LIMIT 20`},
	} {
		found, err := texts(ctx, s.readers, check.query)
		if err != nil {
			return problems, fmt.Errorf("check the store: %w", plain(err))
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// About is what there is to know of a store.
type About struct {
	// Form is the form of the file, of Forms that this logdoc knows. SQLite is the version of the library.
	Form, Forms int
	SQLite      string
	// Bytes is the size of the file, Log that of what is not written back into it yet, Free how much of the file holds nothing.
	Bytes, Log, Free int64
	Mode             fs.FileMode
	// Cases and the rest count what is kept. Waiting are messages in the outbox, Oldest is since when the first of them is due.
	Cases, Findings, Matches, Waiting int
	Oldest                            time.Time
	// Beside are files that earlier troubles have left: stores that were set aside, copies of older forms.
	Beside []string
}

// About measures the store.
func (s *Store) About(ctx context.Context) (About, error) {
	a := About{Forms: len(steps), Bytes: size(s.path), Log: size(s.path + "-wal")}
	a.SQLite, _, _ = sqlite3.Version()
	info, err := os.Stat(s.path)
	if err != nil {
		return a, err
	}
	a.Mode = info.Mode().Perm()
	var pages, pageSize int64
	var oldest sql.NullInt64
	err = s.readers.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version), (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_size FROM pragma_page_size),
		(SELECT count(*) FROM cases), (SELECT count(*) FROM findings), (SELECT count(*) FROM matches), (SELECT count(*) FROM outbox), (SELECT min(due) FROM outbox)`).
		Scan(&a.Form, &pages, &pageSize, &a.Cases, &a.Findings, &a.Matches, &a.Waiting, &oldest)
	if err != nil {
		return a, fmt.Errorf("measure the store: %w", plain(err))
	}
	a.Free, a.Oldest = pages*pageSize, time1970(oldest)
	a.Beside, err = Beside(s.path)
	return a, err
}

// Beside are the files that earlier troubles have left beside a store: stores that were set aside, copies of older forms.
func Beside(path string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), filepath.Base(path)+".")
		if ours && (strings.HasPrefix(rest, "damaged-") || strings.HasPrefix(rest, "form-")) && !strings.HasSuffix(rest, "-wal") && !strings.HasSuffix(rest, "-shm") {
			out = append(out, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return out, nil
}

// Tighten makes the file its owner's alone.
func (s *Store) Tighten() error {
	for _, name := range []string{s.path, s.path + "-wal", s.path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("make the store private: %w", err)
		}
	}
	return nil
}

// GiveBack gives room that holds nothing back to the disk.
func (s *Store) GiveBack(ctx context.Context) error { return s.giveBack(ctx) }
