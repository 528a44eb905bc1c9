package store

import (
	"context"
	"errors"
	"time"

	"logdoc"
)

// Why a store cannot be used. Errors of this package are one of them where that makes a difference to the caller.
var (
	// ErrNone: there is no store.
	ErrNone = errors.New("there is no store")
	// ErrNoCase: no case has that number or name.
	ErrNoCase = errors.New("there is no such case")
	// ErrFull: the disk, or the file's own limit, has no room. What was to be kept was not; try again later.
	ErrFull = errors.New("there is no room")
	// ErrLocked: another logdoc follows the same case.
	ErrLocked = errors.New("another logdoc follows the same logs")
	// ErrReadOnly: the file or its folder cannot be written.
	ErrReadOnly = errors.New("it cannot be written")
	// ErrNewer: the file is of a newer logdoc.
	ErrNewer = errors.New("it is of a newer logdoc")
	// ErrForeign: the file is of another program.
	ErrForeign = errors.New("it is no store of logdoc")
	// ErrDamaged: the file cannot be read as what it is.
	ErrDamaged = errors.New("it is damaged")
	// ErrNetwork: the file would be on a network file system.
	ErrNetwork = errors.New("it is on a network file system")
)

// Options say how a store is opened. The zero value but for Now opens it for writing, and makes it where there is none.
type Options struct {
	// Now is the clock; it must be given.
	Now func() time.Time
	// ReadOnly writes nothing and makes nothing: ErrNone where there is no store.
	ReadOnly bool
	// Force opens a store on a network file system too.
	Force bool
	// Check looks the whole file over if it was not closed as it should: for a service, which nobody watches.
	Check bool
	// MaxPages bounds the file, in pages of 4096 bytes; 0 is no bound.
	MaxPages int
}

// Store is an open store. It is safe for use by many goroutines.
type Store struct{ options Options }

// Open opens the store in the file path. A file that is damaged is set aside, and another one made: Notices tells.
func Open(path string, o Options) (*Store, error) { return nil, errors.New("not built yet") }

// Close closes the store.
func (s *Store) Close() error { return nil }

// Notices says what a person must know of how the store was opened, one sentence each: that a damaged file was set aside, that it was brought to a newer form.
func (s *Store) Notices() []string { return nil }

// SaveCase keeps a case and returns its number: a new one if c.ID is 0.
func (s *Store) SaveCase(ctx context.Context, c Case) (int64, error) { return 0, ErrNoCase }

// Live opens the case of a tail, the one of the same name, or else of the same paths, if there is one. rules are the symptoms in force, in their order. Only one logdoc can have it at
// a time: ErrLocked.
func (s *Store) Live(ctx context.Context, c CaseInfo, rules []SymptomEvents) (*Live, error) {
	return nil, ErrNoCase
}

// Live is the case of logs that are followed. It is not safe for use by many goroutines.
type Live struct{ store *Store }

// Case returns what is known of the case.
func (l *Live) Case() CaseInfo { return CaseInfo{} }

// Commit keeps a batch in one transaction. ErrFull means that nothing of it was kept: stop reading, say so, and try the same batch again.
func (l *Live) Commit(ctx context.Context, b Batch) error { return ErrNoCase }

// Positions returns how far each log was read.
func (l *Live) Positions(ctx context.Context) ([]logdoc.Position, error) { return nil, nil }

// Matches calls f with each match that is kept, in the order in which they came, with the indexes of the rules in force. Those of events that there are no more are left out.
func (l *Live) Matches(ctx context.Context, f func(logdoc.Match) error) error { return nil }

// Findings returns the findings as they were told last.
func (l *Live) Findings(ctx context.Context) ([]logdoc.Finding, error) { return nil, nil }

// State returns the State that was committed last, nil if none was.
func (l *Live) State(ctx context.Context) ([]byte, error) { return nil, nil }

// Prune removes the matches that are older than keep, and the oldest of more than most of them; 0 is no bound. It returns how many it removed.
func (l *Live) Prune(ctx context.Context, keep time.Duration, most int) (int, error) { return 0, nil }

// Close lets another logdoc have the case. The store stays open.
func (l *Live) Close() error { return nil }

// Add puts messages into the outbox.
func (s *Store) Add(ctx context.Context, m ...Message) error { return nil }

// Due returns the messages that are to be sent by now, those that are due longest first, a bounded number.
func (s *Store) Due(ctx context.Context, now time.Time) ([]Message, error) { return nil, nil }

// Done takes a message that was sent out of the outbox.
func (s *Store) Done(ctx context.Context, id int64) error { return nil }

// Retry puts a message off: it was tried once more.
func (s *Store) Retry(ctx context.Context, id int64, due time.Time) error { return nil }
