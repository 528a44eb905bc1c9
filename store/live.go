package store

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"

	"logdoc"
)

// SymptomEvents names the events of one symptom. A logdoc.Match holds indexes into the rules in force; names outlive these.
type SymptomEvents struct {
	Symptom string
	Events  []string
}

// Batch is what came of a stretch of followed logs. All of it is kept, or none.
type Batch struct {
	// Matches are in the order in which they go to the correlator.
	Matches []logdoc.Match
	// Turns update what is kept of the findings.
	Turns []logdoc.Turn
	// Positions replace those of the same files; Forgotten are of files that are no longer followed, and go first.
	Positions, Forgotten []logdoc.Position
	// Outbox are messages that are to be sent.
	Outbox []Message
	// State is whatever who follows wants to find again besides; nil leaves what is there.
	State []byte
}

// Live is the case of logs that are followed. It is not safe for use by many goroutines.
type Live struct {
	store *Store
	info  CaseInfo
	lock  *lock
	// patterns are the numbers that the file has for the events of the rules in force, by symptom and event; events are the way back.
	patterns [][]int64
	events   map[int64][2]int
	logs     map[logdoc.LogText]int64
	// pruned is the hour in which old matches were removed last.
	pruned int64
}

// Live opens the case of a tail, the one of the same name, or else of the same paths, if there is one. rules are the symptoms in force, in their order. Only one logdoc can have it at
// a time: ErrLocked.
func (s *Store) Live(ctx context.Context, c CaseInfo, rules []SymptomEvents) (*Live, error) {
	c.Kind = Followed
	l := &Live{store: s, logs: map[logdoc.LogText]int64{}}
	err := s.write(ctx, "open the case of the followed logs", true, func(ctx context.Context, conn *sql.Conn) error {
		l.logs, l.patterns, l.events = map[logdoc.LogText]int64{}, nil, map[int64][2]int{}
		where, arg := "c.kind = 'tail' AND c.name = ?", c.Name
		if c.Name == "" {
			where, arg = "c.kind = 'tail' AND c.name IS NULL AND c.input = ?", InputSum(c.Paths)
		}
		found, err := s.infos(ctx, conn, where, arg)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			l.info = found[0]
			_, err := conn.ExecContext(ctx, "UPDATE cases SET changed = ?, version = ?, paths = ?, input = ? WHERE id = ?", stamp(s.options.Now()), c.Version, asJSON(texted(c.Paths)), InputSum(c.Paths), l.info.ID)
			if err == nil {
				err = putHosts(ctx, conn, l.info.ID, c.Hosts)
			}
			if err != nil {
				return err
			}
		} else {
			id, err := s.insertCase(ctx, conn, Case{CaseInfo: c})
			if err != nil {
				return err
			}
			l.info = c
			l.info.ID = id
		}
		return l.learn(ctx, conn, rules)
	})
	if err != nil {
		return nil, err
	}
	if l.lock, err = takeLock(fmt.Sprintf("%s.case-%d", s.path, l.info.ID)); err != nil {
		if errors.Is(err, ErrLocked) {
			err = fmt.Errorf("%w: stop that one, or give this one another name or store", err)
		}
		return nil, fmt.Errorf("open case %d: %w", l.info.ID, err)
	}
	return l, nil
}

// learn finds the numbers of events and logs, and gives numbers to the events that have none yet.
func (l *Live) learn(ctx context.Context, conn *sql.Conn, rules []SymptomEvents) error {
	for symptom, r := range rules {
		numbers := make([]int64, len(r.Events))
		for event, name := range r.Events {
			err := conn.QueryRowContext(ctx, "INSERT INTO patterns (symptom, event) VALUES (?, ?) ON CONFLICT DO UPDATE SET event = event RETURNING id", r.Symptom, name).Scan(&numbers[event])
			if err != nil {
				return err
			}
			l.events[numbers[event]] = [2]int{symptom, event}
		}
		l.patterns = append(l.patterns, numbers)
	}
	_, err := collect(ctx, conn, "SELECT id, source FROM logs WHERE case_id = ?", []any{l.info.ID}, func(row *sql.Rows) (struct{}, error) {
		var id int64
		var source logdoc.LogText
		err := row.Scan(&id, &source)
		l.logs[source] = id
		return struct{}{}, err
	})
	return err
}

// Case returns what is known of the case.
func (l *Live) Case() CaseInfo { return l.info }

// Commit keeps a batch in one transaction. ErrFull means that nothing of it was kept: stop reading, say so, and try the same batch again.
//
// Matches alone survive the end of the process, however it ends; after a loss of power the last of them may be gone, and the positions with them, so that they are read again. With
// turns or messages it waits for the disk.
func (l *Live) Commit(ctx context.Context, b Batch) error {
	if err := l.pruneHourly(ctx); err != nil {
		return err
	}
	durable := len(b.Turns)+len(b.Outbox) > 0
	fresh := map[logdoc.LogText]int64{}
	err := l.store.write(ctx, "keep a batch", durable, func(ctx context.Context, conn *sql.Conn) error {
		clear(fresh)
		newest, err := l.putMatches(ctx, conn, b.Matches, fresh)
		if err == nil {
			err = l.putTurns(ctx, conn, b.Turns)
		}
		if err == nil {
			err = l.putPositions(ctx, conn, b, newest)
		}
		if err == nil {
			err = putMessages(ctx, conn, b.Outbox)
		}
		if err == nil && b.State != nil {
			_, err = conn.ExecContext(ctx, "UPDATE cases SET state = ? WHERE id = ?", b.State, l.info.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	for source, id := range fresh {
		l.logs[source] = id
	}
	return nil
}

// putMatches writes matches, and returns the newest match of all that are kept.
func (l *Live) putMatches(ctx context.Context, conn *sql.Conn, matches []logdoc.Match, fresh map[logdoc.LogText]int64) (newest int64, err error) {
	const next = "SELECT coalesce(max(id), 0) FROM matches"
	if len(matches) == 0 {
		return newest, conn.QueryRowContext(ctx, next).Scan(&newest)
	}
	for i := range matches {
		source := matches[i].Place.Source
		if _, known := l.logs[source]; known || fresh[source] != 0 {
			continue
		}
		var id int64
		err := conn.QueryRowContext(ctx, "INSERT INTO logs (case_id, source) VALUES (?, ?) ON CONFLICT DO UPDATE SET source = source RETURNING id", l.info.ID, string(source)).Scan(&id)
		if err != nil {
			return 0, err
		}
		fresh[source] = id
	}
	// One statement of the driver itself: database/sql would cost more for each match than SQLite does.
	err = conn.Raw(func(raw any) error {
		statement, err := raw.(*sqlite3.SQLiteConn).Prepare("INSERT INTO matches (log_id, pattern_id, time, line, offset, text, severity, clock, rank, captures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ifnull(?8, 1), ifnull(?9, 0), ?10)")
		if err != nil {
			return err
		}
		defer statement.Close()
		run := statement.(driver.StmtExecContext)
		args := make([]driver.NamedValue, 0, 10)
		bind := func(place int, value driver.Value) {
			args = append(args, driver.NamedValue{Ordinal: place, Value: value})
		}
		var captures []byte
		for i := range matches {
			m := &matches[i]
			log, known := l.logs[m.Place.Source]
			if !known {
				log = fresh[m.Place.Source]
			}
			if m.Symptom >= len(l.patterns) || m.Event >= len(l.patterns[m.Symptom]) {
				return fmt.Errorf("a match of event %d of symptom %d, which the rules do not have", m.Event, m.Symptom)
			}
			args = args[:0]
			bind(1, log)
			bind(2, l.patterns[m.Symptom][m.Event])
			bind(3, m.Time)
			bind(4, int64(m.Place.Line))
			bind(5, m.Place.Offset)
			bind(6, string(m.Text))
			bind(7, int64(m.Severity))
			// Every value costs a call into C: those that nearly all matches share are the statement's own.
			if !m.Clock {
				bind(8, int64(0))
			}
			if m.Rank != 0 {
				bind(9, int64(m.Rank))
			}
			if len(m.Captures) > 0 {
				captures = appendCaptures(captures[:0], m.Captures)
				bind(10, string(captures))
			}
			r, err := run.ExecContext(ctx, args)
			if err != nil {
				return err
			}
			if i+1 == len(matches) {
				newest, err = r.LastInsertId()
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if _, err := conn.ExecContext(ctx, "UPDATE cases SET committed = committed + ? WHERE id = ?", len(matches), l.info.ID); err != nil {
		return 0, err
	}
	_, err = conn.ExecContext(ctx, "INSERT INTO hours (case_id, hour, last_match) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last_match = excluded.last_match",
		l.info.ID, l.store.options.Now().Unix()/3600, newest)
	return newest, err
}

// appendCaptures writes captures as a JSON object, in their order.
func appendCaptures(b []byte, captures []logdoc.Capture) []byte {
	b = append(b, '{')
	for i, c := range captures {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, logdoc.LogText(c.Name))
		b = append(b, ':')
		b = appendText(b, c.Value)
	}
	return append(b, '}')
}

func appendText(b []byte, t logdoc.LogText) []byte {
	for i := 0; i < len(t); i++ {
		if c := t[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return append(b, asJSON(t)...)
		}
	}
	b = append(b, '"')
	b = append(b, t...)
	return append(b, '"')
}

// readCaptures reads what appendCaptures wrote.
func readCaptures(text string) ([]logdoc.Capture, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var out []logdoc.Capture
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var c logdoc.Capture
		if err := d.Decode(&c.Value); err != nil {
			return nil, err
		}
		c.Name, _ = name.(string)
		out = append(out, c)
	}
	return out, nil
}

// putTurns brings what is kept of the findings up to date. Of those that were told more than once in a batch the last counts.
func (l *Live) putTurns(ctx context.Context, conn *sql.Conn, turns []logdoc.Turn) error {
	type which struct {
		symptom string
		key     logdoc.LogText
	}
	last := map[which]int{}
	for i := range turns {
		last[which{turns[i].Finding.Symptom, turns[i].Finding.Key}] = i
	}
	now := l.store.options.Now()
	for i := range turns {
		t := &turns[i]
		f := &t.Finding
		newest := last[which{f.Symptom, f.Key}] == i
		if t.Kind != logdoc.Repeated || newest {
			// That it came again and again within a batch is told once.
			_, err := conn.ExecContext(ctx, "INSERT INTO turns (case_id, time, kind, symptom, key, severity, certainty, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				l.info.ID, stamp(now), t.Kind.String(), f.Symptom, string(f.Key), f.Severity, f.Certainty, f.Count)
			if err != nil {
				return err
			}
		}
		if !newest {
			continue
		}
		if err := l.putFinding(ctx, conn, f, t.Kind == logdoc.Moved); err != nil {
			return err
		}
	}
	return nil
}

// putFinding writes a finding in place of the one that is kept of the same symptom and key.
func (l *Live) putFinding(ctx context.Context, conn *sql.Conn, f *logdoc.Finding, moved bool) error {
	if moved {
		_, err := conn.ExecContext(ctx, "DELETE FROM findings WHERE case_id = ? AND symptom = ? AND key = ?", l.info.ID, f.Symptom, string(f.Key))
		return err
	}
	if err := putHosts(ctx, conn, l.info.ID, f.Nodes); err != nil {
		return err
	}
	var id int64
	text := restOfFinding(f)
	err := conn.QueryRowContext(ctx, `UPDATE findings SET title = ?, product = ?, pack = ?, severity = ?, certainty = ?, state = ?, first = ?, last = ?, cleared = ?, count = ?, told = ?
		WHERE case_id = ? AND symptom = ? AND key = ? RETURNING id`, f.Title, f.Product, f.Pack, f.Severity, f.Certainty, f.State, stamp(f.First), stamp(f.Last), stamp(f.ClearedAt), f.Count, text,
		l.info.ID, f.Symptom, string(f.Key)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		alone := *f
		alone.Consequences = nil
		w := findingWriter{ctx: ctx, conn: conn, id: l.info.ID}
		return w.put(&alone, nil, nil)
	}
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "DELETE FROM evidence WHERE finding_id = ?", id); err != nil {
		return err
	}
	return putEvidence(ctx, conn, id, f.Evidence)
}

// putPositions writes how far the logs were read.
func (l *Live) putPositions(ctx context.Context, conn *sql.Conn, b Batch, newest int64) error {
	for _, p := range b.Forgotten {
		// Only this content: another may have taken its file's number since.
		_, err := conn.ExecContext(ctx, "DELETE FROM positions WHERE case_id = ? AND device = ? AND inode = ? AND head_length <= ? AND (head_length < ? OR head_sum = ?) AND (inode <> 0 OR path = ?)",
			l.info.ID, int64(p.Device), int64(p.Inode), p.Head.Length, p.Head.Length, p.Head.Sum[:], string(p.Path))
		if err != nil {
			return err
		}
	}
	for _, p := range b.Positions {
		which, args := "case_id = ? AND device = ? AND inode = ?", []any{l.info.ID, int64(p.Device), int64(p.Inode)}
		if p.Inode == 0 {
			which, args = "case_id = ? AND path = ? AND inode = 0", []any{l.info.ID, string(p.Path)}
		}
		// A smaller offset is another content under the same number.
		set := append([]any{string(p.Path), p.Offset, newest, p.Offset, p.Line, p.Head.Length, p.Head.Sum[:], p.Before.Length, p.Before.Sum[:], stamp(p.Changed), p.Ended}, args...)
		r, err := conn.ExecContext(ctx, `UPDATE positions SET path = ?, after_match = CASE WHEN offset > ? THEN ? ELSE after_match END, offset = ?, line = ?, head_length = ?, head_sum = ?,
			before_length = ?, before_sum = ?, changed = ?, ended = ? WHERE `+which, set...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			continue
		}
		_, err = conn.ExecContext(ctx, `INSERT INTO positions (case_id, path, device, inode, offset, line, head_length, head_sum, before_length, before_sum, changed, ended, after_match)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, l.info.ID, string(p.Path), int64(p.Device), int64(p.Inode), p.Offset, p.Line, p.Head.Length, p.Head.Sum[:], p.Before.Length, p.Before.Sum[:],
			stamp(p.Changed), p.Ended, newest)
		if err != nil {
			return err
		}
	}
	return nil
}

// Positions returns how far each log was read.
func (l *Live) Positions(ctx context.Context) ([]logdoc.Position, error) {
	return readPositions(ctx, l.store.readers, l.info.ID)
}

func readPositions(ctx context.Context, q querier, id int64) ([]logdoc.Position, error) {
	found, err := collect(ctx, q, "SELECT path, device, inode, offset, line, head_length, head_sum, before_length, before_sum, changed, ended FROM positions WHERE case_id = ? ORDER BY id", []any{id},
		func(row *sql.Rows) (p logdoc.Position, err error) {
			var device, inode int64
			var head, before []byte
			var changed sql.NullInt64
			err = row.Scan(&p.Path, &device, &inode, &p.Offset, &p.Line, &p.Head.Length, &head, &p.Before.Length, &before, &changed, &p.Ended)
			p.Device, p.Inode, p.Changed = uint64(device), uint64(inode), time1970(changed)
			copy(p.Head.Sum[:], head)
			copy(p.Before.Sum[:], before)
			return p, err
		})
	if err != nil {
		return nil, fmt.Errorf("read how far the logs were read: %w", plain(err))
	}
	return found, nil
}

// Matches calls f with each match that is kept, in the order in which they came, with the indexes of the rules in force. Those of events that there are no more are left out.
func (l *Live) Matches(ctx context.Context, f func(logdoc.Match) error) error {
	return eachMatch(ctx, l.store.readers, l.info.ID, func(pattern int64, m *logdoc.Match) error {
		at, known := l.events[pattern]
		if !known {
			return nil
		}
		m.Symptom, m.Event = at[0], at[1]
		return f(*m)
	})
}

func eachMatch(ctx context.Context, q querier, id int64, f func(pattern int64, m *logdoc.Match) error) error {
	rows, err := q.QueryContext(ctx, `SELECT m.pattern_id, l.source, m.time, m.clock, m.line, m.offset, m.rank, m.severity, m.text, m.captures
		FROM matches m CROSS JOIN logs l ON l.id = m.log_id WHERE l.case_id = ? ORDER BY m.id`, id)
	if err != nil {
		return fmt.Errorf("read the matches: %w", plain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var m logdoc.Match
		var pattern int64
		var captures sql.NullString
		if err := rows.Scan(&pattern, &m.Place.Source, &m.Time, &m.Clock, &m.Place.Line, &m.Place.Offset, &m.Rank, &m.Severity, &m.Text, &captures); err != nil {
			return fmt.Errorf("read the matches: %w", plain(err))
		}
		if captures.Valid {
			if m.Captures, err = readCaptures(captures.String); err != nil {
				return fmt.Errorf("read the matches: %w: %w", ErrDamaged, err)
			}
		}
		if err := f(pattern, &m); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the matches: %w", plain(err))
	}
	return nil
}

// Findings returns the findings as they were told last.
func (l *Live) Findings(ctx context.Context) ([]logdoc.Finding, error) {
	findings, _, err := readFindings(ctx, l.store.readers, l.info.ID)
	if err != nil {
		return nil, fmt.Errorf("read the findings: %w", plain(err))
	}
	return findings, nil
}

// State returns the State that was committed last, nil if none was.
func (l *Live) State(ctx context.Context) ([]byte, error) {
	var state []byte
	if err := l.store.readers.QueryRowContext(ctx, "SELECT state FROM cases WHERE id = ?", l.info.ID).Scan(&state); err != nil {
		return nil, fmt.Errorf("read the state: %w", plain(err))
	}
	return state, nil
}

// pruneHourly removes what is too old, once an hour.
func (l *Live) pruneHourly(ctx context.Context) error {
	o := &l.store.options
	hour := o.Now().Unix() / 3600
	if hour == l.pruned {
		return nil
	}
	keep, most := o.Keep, o.MaxMatches
	if keep == 0 {
		keep = DefaultKeep
	}
	if most == 0 {
		most = DefaultMaxMatches
	}
	if _, err := l.Prune(ctx, keep, most); err != nil {
		return err
	}
	l.pruned = hour
	return nil
}

// Prune removes the matches and turns that were kept longer ago than keep, to the hour, and the oldest of more matches than most; 0 and less are no bounds. It returns how many matches it removed.
func (l *Live) Prune(ctx context.Context, keep time.Duration, most int) (int, error) {
	removed := 0
	err := l.store.write(ctx, "remove old matches", false, func(ctx context.Context, conn *sql.Conn) error {
		var upTo int64
		if keep > 0 {
			before := l.store.options.Now().Add(-keep)
			err := conn.QueryRowContext(ctx, "SELECT coalesce(max(last_match), 0) FROM hours WHERE case_id = ? AND hour < ?", l.info.ID, before.Unix()/3600).Scan(&upTo)
			if err != nil {
				return err
			}
			if _, err := conn.ExecContext(ctx, "DELETE FROM turns WHERE case_id = ? AND time < ?", l.info.ID, stamp(before)); err != nil {
				return err
			}
		}
		if most > 0 {
			var over int64
			err := conn.QueryRowContext(ctx, "SELECT m.id FROM matches m CROSS JOIN logs l ON l.id = m.log_id WHERE l.case_id = ? ORDER BY m.id DESC LIMIT 1 OFFSET ?", l.info.ID, most).Scan(&over)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			upTo = max(upTo, over)
		}
		r, err := conn.ExecContext(ctx, "DELETE FROM matches WHERE id <= ? AND log_id IN (SELECT id FROM logs WHERE case_id = ?)", upTo, l.info.ID)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if err != nil {
			return err
		}
		removed = int(n)
		if _, err := conn.ExecContext(ctx, "UPDATE cases SET pruned = pruned + ? WHERE id = ?", n, l.info.ID); err != nil {
			return err
		}
		_, err = conn.ExecContext(ctx, "DELETE FROM hours WHERE case_id = ? AND last_match <= ?", l.info.ID, upTo)
		return err
	})
	if err != nil {
		return 0, err
	}
	return removed, l.store.giveBack(ctx)
}

// Close lets another logdoc have the case. The store stays open.
func (l *Live) Close() error {
	if l.lock == nil {
		return nil
	}
	err := l.lock.release()
	l.lock = nil
	if err != nil {
		return fmt.Errorf("close case %d: %w", l.info.ID, err)
	}
	return nil
}
