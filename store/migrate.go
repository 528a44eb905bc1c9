package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// steps are the texts of migrations/*.sql in their order: the first makes the tables, each other brings the form before it to the next one. The number of those that were done is the form
// of a file, its user_version.
var steps = readSteps(migrations)

func readSteps(files fs.ReadDirFS) []string {
	entries, err := files.ReadDir("migrations")
	var out []string
	for _, e := range entries {
		var text []byte
		if text, err = fs.ReadFile(files, "migrations/"+e.Name()); err == nil {
			out = append(out, string(text))
		}
	}
	if err != nil {
		panic(err) // They are part of the program.
	}
	return out
}

// migrate brings the file to the form that steps make, all in one transaction. Before an older one is changed it is copied.
func (s *Store) migrate(ctx context.Context, steps []string) error {
	version, err := s.version(ctx)
	if err != nil || version == len(steps) {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("%w (form %d, this one knows up to %d): use that one", ErrNewer, version, len(steps))
	}
	if version > 0 {
		copied := fmt.Sprintf("%s.form-%d", s.path, version)
		if err := s.copyTo(ctx, copied); err != nil {
			return fmt.Errorf("copy it before it is brought to a newer form: %w", err)
		}
		s.notices = append(s.notices, fmt.Sprintf("the store %s was brought to form %d; the file as it was is %s: remove it when all is well", s.path, len(steps), copied))
	}
	return plain(s.transact(ctx, true, func(ctx context.Context, c *sql.Conn) error {
		// Another process may have been faster.
		version, err := s.version(ctx)
		if err != nil {
			return err
		}
		for ; version < len(steps); version++ {
			if _, err := c.ExecContext(ctx, steps[version]); err != nil {
				return fmt.Errorf("make form %d: %w", version+1, err)
			}
		}
		_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps)))
		return err
	}))
}

// signature is what a file says of itself: in one statement, for another process may just be making it.
const signature = "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)"

func (s *Store) version(ctx context.Context) (version int, err error) {
	var application, tables int
	if err := s.writer.QueryRowContext(ctx, signature).Scan(&version, &application, &tables); err != nil {
		return 0, plain(err)
	}
	if version > 0 && application != applicationID || version == 0 && tables > 0 {
		return 0, ErrForeign
	}
	return version, nil
}

// copyTo writes the store as it is into another file, which is its owner's alone.
func (s *Store) copyTo(ctx context.Context, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return readOnly(err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return err
	}
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return errors.Join(plain(err), os.Remove(path))
	}
	return nil
}

// quickCheck looks the whole file over.
func (s *Store) quickCheck(ctx context.Context) error {
	problems, err := texts(ctx, s.writer, "PRAGMA quick_check(5)")
	if err != nil {
		return plain(err)
	}
	if len(problems) == 1 && problems[0] == "ok" {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(problems, "; "))
}

// querier is a connection or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// texts reads a query of one column.
func texts(ctx context.Context, q querier, query string, args ...any) ([]string, error) {
	return collect(ctx, q, query, args, func(row *sql.Rows) (text string, err error) { return text, row.Scan(&text) })
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, q querier, query string, args []any, read func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
