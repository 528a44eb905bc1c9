package store

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

var errHeld = errors.New("it is locked")

func flock(f *os.File) error {
	// A byte far behind what the file holds, which others can read then.
	at := windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

func isReadOnlySystem(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

func isOverQuota(errno syscall.Errno) bool { return errno == windows.ERROR_DISK_FULL }
