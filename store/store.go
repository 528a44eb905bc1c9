package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Why a store cannot be used. Errors of this package are one of them where that makes a difference to the caller.
var (
	// ErrNone: there is no store.
	ErrNone = errors.New("there is no store")
	// ErrNoCase: no case has that number or name.
	ErrNoCase = errors.New("there is no such case")
	// ErrName: another case has that name.
	ErrName = errors.New("another case has that name")
	// ErrChanged: somebody else has kept other work on the case meanwhile.
	ErrChanged = errors.New("another logdoc has kept some for the same input meanwhile")
	// ErrFull: the disk, or the file's own limit, has no room. What was to be kept was not; try again later.
	ErrFull = errors.New("there is no room")
	// ErrLocked: another logdoc follows the same case.
	ErrLocked = errors.New("another logdoc follows the same logs")
	// ErrReadOnly: the file or its folder cannot be written.
	ErrReadOnly = errors.New("it cannot be written")
	// ErrNewer: the file is of a newer logdoc.
	ErrNewer = errors.New("it is of a newer logdoc")
	// ErrOlder: the file is of an older form, and is only to be read.
	ErrOlder = errors.New("it is of an older form")
	// ErrForeign: the file is of another program.
	ErrForeign = errors.New("it is no store of logdoc")
	// ErrDamaged: the file cannot be read as what it is.
	ErrDamaged = errors.New("it is damaged")
	// ErrNetwork: the file would be on a network file system.
	ErrNetwork = errors.New("it is on a network file system, where locks cannot be trusted")
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
	// Keep and MaxMatches bound what is kept of a case that is followed, looked at once an hour: matches and turns are removed when they are so old, and the oldest of more matches. 0 is
	// DefaultKeep and DefaultMaxMatches, negative is no bound.
	Keep       time.Duration
	MaxMatches int

	// network names the network file system that a folder is on; nil asks the system.
	network func(dir string) string
}

// What is kept of a case that is followed, unless somebody wants otherwise.
const (
	DefaultKeep       = 30 * 24 * time.Hour
	DefaultMaxMatches = 1_000_000
)

// Store is an open store. It is safe for use by many goroutines.
type Store struct {
	path    string
	options Options
	notices []string

	// writing guards writer: SQLite has one writer at a time, and so has a Store.
	writing sync.Mutex
	writer  *sql.Conn // nil where nothing may be written
	durable bool      // what synchronous is set to
	pool    *sql.DB   // of writer
	readers *sql.DB
}

// busyTimeout is how long to wait for another process that writes.
const busyTimeout = 5 * time.Second

// Open opens the store in the file path. A file that is damaged is set aside, and another one made: Notices tells.
func Open(path string, o Options) (*Store, error) {
	s := &Store{path: path, options: o}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open() error {
	if !s.options.Force {
		network := s.options.network
		if network == nil {
			network = networkFileSystem
		}
		if kind := network(filepath.Dir(s.path)); kind != "" {
			return fmt.Errorf("%w (%s): --force opens it all the same", ErrNetwork, kind)
		}
	}
	if s.options.ReadOnly {
		return s.openReading()
	}
	if err := s.makeFile(); err != nil {
		return err
	}
	err := s.openWriting()
	if errors.Is(err, ErrDamaged) {
		s.closeAll()
		aside, moveErr := setAside(s.path, s.options.Now())
		if moveErr != nil {
			return fmt.Errorf("%w, and cannot be set aside: %w", err, moveErr)
		}
		s.notices = append(s.notices, fmt.Sprintf("the store %s cannot be read (%s): it was set aside as %s, and a new one was begun", s.path, err, aside))
		if err = s.makeFile(); err == nil {
			err = s.openWriting()
		}
	}
	if err != nil {
		s.closeAll()
	}
	return err
}

// makeFile makes an empty file for its owner alone, whatever the umask, and the folder it is in, unless they are there.
func (s *Store) makeFile() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return readOnly(err)
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return readOnly(err)
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func readOnly(err error) error {
	if errors.Is(err, fs.ErrPermission) || isReadOnlySystem(err) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// header reads what SQLite says at the beginning of its files, without SQLite.
func header(path string) (h fileHeader, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return fileHeader{empty: true}, err
	}
	if info.IsDir() {
		return h, ErrForeign
	}
	var b [100]byte
	n, err := f.ReadAt(b[:], 0)
	if n < len(b) || string(b[:16]) != "SQLite format 3\x00" {
		return h, fmt.Errorf("%w: it does not begin as a file of SQLite does", ErrDamaged)
	}
	h.version = int(be32(b[60:]))
	h.application = int32(be32(b[68:]))
	return h, nil
}

type fileHeader struct {
	empty       bool
	version     int
	application int32
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// applicationID says in the file that it is of logdoc: "logd".
const applicationID = 0x6c6f6764

// belongs looks at the header of a file that is there already.
func (h fileHeader) belongs() error {
	switch {
	case h.empty, h.application == 0 && h.version == 0:
		// SQLite writes the header with the first transaction, which makes the tables: the truth of a younger file is in its log.
		return nil
	case h.application != applicationID:
		return ErrForeign
	case h.version > len(steps):
		return fmt.Errorf("%w (form %d, this one knows up to %d): use that one", ErrNewer, h.version, len(steps))
	}
	return nil
}

func (s *Store) openWriting() error {
	h, err := header(s.path)
	if err == nil {
		err = h.belongs()
	}
	if err != nil {
		return readOnly(err)
	}
	if f, err := os.OpenFile(s.path, os.O_RDWR, 0); err != nil {
		return readOnly(err)
	} else if err := f.Close(); err != nil {
		return err
	}
	unclean := size(s.path+"-wal") > 0
	if s.pool, err = connect(s.path, "rw", fmt.Sprintf(
		"PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; "+
			"PRAGMA cache_size = -2000; PRAGMA journal_size_limit = %d; PRAGMA max_page_count = %d; PRAGMA synchronous = FULL", maxLog, s.maxPages())); err != nil {
		return err
	}
	ctx := context.Background()
	if s.writer, err = s.pool.Conn(ctx); err != nil {
		return plain(err)
	}
	s.durable = true
	if unclean && s.options.Check {
		if err := s.quickCheck(ctx); err != nil {
			return err
		}
	}
	if err := s.migrate(ctx, steps); err != nil {
		return err
	}
	s.readers, err = connect(s.path, "ro", "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF")
	return err
}

// maxLog bounds SQLite's write-ahead log on disk, in bytes, once it was written back.
const maxLog = 64 << 20

func (s *Store) maxPages() int {
	if s.options.MaxPages > 0 {
		return s.options.MaxPages
	}
	return 1<<32 - 2
}

func (s *Store) openReading() error {
	h, err := header(s.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && h.empty {
		return ErrNone
	}
	if err == nil {
		err = h.belongs()
	}
	if err != nil {
		return err
	}
	mode := "ro"
	if size(s.path+"-wal") == 0 && !writable(filepath.Dir(s.path)) {
		// SQLite wants to make its index of the log beside the file, which only who can write there may do. Nobody else writes there either.
		mode = "ro&immutable=1"
	}
	if s.readers, err = connect(s.path, mode, "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF"); err != nil {
		return err
	}
	var version, application, tables int
	if err := s.readers.QueryRow(signature).Scan(&version, &application, &tables); err != nil {
		s.closeAll()
		return plain(err)
	}
	if err := (fileHeader{version: version, application: int32(application)}).belongs(); err != nil {
		s.closeAll()
		return err
	}
	if version == 0 {
		s.closeAll()
		return ErrNone
	}
	if version < len(steps) {
		s.closeAll()
		return fmt.Errorf("%w (%d, now %d): logdoc doctor --repair brings it to the new one, and so does any command that writes to it", ErrOlder, version, len(steps))
	}
	return nil
}

// setAside renames a store and what SQLite keeps beside it, and returns the new name.
func setAside(path string, now time.Time) (string, error) {
	aside := path + ".damaged-" + now.UTC().Format("20060102-150405")
	for i := 2; exists(aside); i++ {
		aside = fmt.Sprintf("%s.damaged-%s-%d", path, now.UTC().Format("20060102-150405"), i)
	}
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+beside, aside+beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// size is a file's size in bytes, 0 where there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// writable reports whether a file can be made in a folder.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".logdoc-*")
	if err != nil {
		return false
	}
	f.Close()
	os.Remove(f.Name())
	return true
}

// Path is the file of the store.
func (s *Store) Path() string { return s.path }

// Close closes the store, and writes SQLite's log back into the file where nobody else uses it.
func (s *Store) Close() error {
	var err error
	if s.writer != nil && size(s.path+"-wal") > 0 {
		s.writing.Lock()
		_, err = s.writer.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		s.writing.Unlock()
		if errors.Is(plain(err), errBusy) {
			err = nil // Somebody reads: the next one writes it back.
		}
	}
	if err = errors.Join(plain(err), s.closeAll()); err != nil {
		return fmt.Errorf("close the store %s: %w", s.path, err)
	}
	return nil
}

func (s *Store) closeAll() error {
	var err error
	if s.readers != nil {
		err = s.readers.Close()
		s.readers = nil
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
		s.writer = nil
	}
	if s.pool != nil {
		err = errors.Join(err, s.pool.Close())
		s.pool = nil
	}
	return err
}

// Notices says what a person must know of how the store was opened, one sentence each: that a damaged file was set aside, that it was brought to a newer form.
func (s *Store) Notices() []string { return s.notices }

// write runs f in a transaction that has the lock from its start. durable waits until the disk has it, so that not even a loss of power takes it back. A write that has begun is not
// given up when ctx ends.
func (s *Store) write(ctx context.Context, doing string, durable bool, f func(ctx context.Context, c *sql.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.writer == nil {
		return fmt.Errorf("%s: %w", doing, ErrReadOnly)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.transact(context.WithoutCancel(ctx), durable, f); err != nil {
		return fmt.Errorf("%s: %w", doing, plain(err))
	}
	return nil
}

func (s *Store) transact(ctx context.Context, durable bool, f func(ctx context.Context, c *sql.Conn) error) error {
	if durable != s.durable {
		level := "NORMAL"
		if durable {
			level = "FULL"
		}
		if _, err := s.writer.ExecContext(ctx, "PRAGMA synchronous = "+level); err != nil {
			return err
		}
		s.durable = durable
	}
	if _, err := s.writer.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := f(ctx, s.writer)
	if err == nil {
		_, err = s.writer.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back by itself, such as when the disk is full: then this fails, and nothing is open either.
		s.writer.ExecContext(ctx, "ROLLBACK")
	}
	return err
}
