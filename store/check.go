package store

import (
	"context"
	"fmt"
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
