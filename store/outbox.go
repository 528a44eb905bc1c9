package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Message waits in the outbox until it was sent.
type Message struct {
	// ID is given by the store.
	ID int64
	// Sink says who sends it.
	Sink string
	Body []byte
	// Due is when to send it next, Tries how often that failed.
	Due   time.Time
	Tries int
}

// MaxDue is how many messages Due returns at most.
const MaxDue = 100

// Add puts messages into the outbox.
func (s *Store) Add(ctx context.Context, m ...Message) error {
	return s.write(ctx, "put a message into the outbox", true, func(ctx context.Context, conn *sql.Conn) error { return putMessages(ctx, conn, m) })
}

func putMessages(ctx context.Context, conn *sql.Conn, messages []Message) error {
	for _, m := range messages {
		body := m.Body
		if body == nil {
			body = []byte{}
		}
		if _, err := conn.ExecContext(ctx, "INSERT INTO outbox (sink, body, due, tries) VALUES (?, ?, ?, ?)", m.Sink, body, m.Due.UnixNano(), m.Tries); err != nil {
			return err
		}
	}
	return nil
}

// Due returns the messages that are to be sent by now, those that are due longest first, MaxDue of them at most.
func (s *Store) Due(ctx context.Context, now time.Time) ([]Message, error) {
	return s.due(ctx, "SELECT id, sink, body, due, tries FROM outbox WHERE due <= ? ORDER BY due, id LIMIT ?", now.UnixNano(), MaxDue)
}

func (s *Store) due(ctx context.Context, query string, args ...any) ([]Message, error) {
	found, err := collect(ctx, s.readers, query, args,
		func(row *sql.Rows) (m Message, err error) {
			var due int64
			err = row.Scan(&m.ID, &m.Sink, &m.Body, &due, &m.Tries)
			m.Due = time.Unix(0, due).UTC()
			return m, err
		})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", plain(err))
	}
	return found, nil
}

// Done takes a message that was sent, or given up, out of the outbox.
func (s *Store) Done(ctx context.Context, id int64) error {
	return s.write(ctx, "take a message out of the outbox", false, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "DELETE FROM outbox WHERE id = ?", id)
		return err
	})
}

// Retry puts a message off: it was tried once more.
func (s *Store) Retry(ctx context.Context, id int64, due time.Time) error {
	return s.write(ctx, "put a message off", false, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "UPDATE outbox SET due = ?, tries = tries + 1 WHERE id = ?", due.UnixNano(), id)
		return err
	})
}

// DueOf is Due, of the messages whose sink begins with a prefix: so several programs can share the outbox.
func (s *Store) DueOf(ctx context.Context, now time.Time, prefix string) ([]Message, error) {
	return s.due(ctx, "SELECT id, sink, body, due, tries FROM outbox WHERE due <= ? AND substr(sink, 1, length(?)) = ? ORDER BY due, id LIMIT ?", now.UnixNano(), prefix, prefix, MaxDue)
}

// WaitingOf is how many messages there are whose sink begins with a prefix.
func (s *Store) WaitingOf(ctx context.Context, prefix string) (int, error) {
	var n int
	if err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM outbox WHERE substr(sink, 1, length(?)) = ?", prefix, prefix).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the outbox: %w", plain(err))
	}
	return n, nil
}
