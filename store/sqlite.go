package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// connector opens connections to one file without registering a driver under a name for the whole program.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// connect opens a file in a mode of SQLite's addresses, each connection with what setup says.
func connect(path, mode, setup string) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// The time to wait comes before everything else: already the change to a write-ahead log may have to.
	dsn := fmt.Sprintf("file:%s?mode=%s&_busy_timeout=%d", (&url.URL{Path: filepath.ToSlash(full)}).EscapedPath(), mode, busyTimeout.Milliseconds())
	db := sql.OpenDB(connector{dsn, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(setup, nil)
		return err
	}}})
	db.SetMaxOpenConns(4)
	if err := db.Ping(); err != nil {
		db.Close()
		return nil, plain(err)
	}
	return db, nil
}

// errBusy: another process writes, for longer than anybody waits.
var errBusy = errors.New("another logdoc is writing to it: try again")

// plain says what an error of SQLite means to the caller.
func plain(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	var is error
	switch e.Code {
	case sqlite3.ErrFull:
		is = ErrFull
	case sqlite3.ErrIoErr:
		if e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EFBIG || isOverQuota(e.SystemErrno) {
			is = ErrFull
		}
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		is = ErrReadOnly
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		is = ErrDamaged
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		is = errBusy
	}
	if is == nil {
		return err
	}
	return fmt.Errorf("%w (%w)", is, err)
}
