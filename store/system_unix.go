//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

var errHeld = errors.New("it is locked")

func flock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return err
}

func isReadOnlySystem(err error) bool { return errors.Is(err, unix.EROFS) }

func isOverQuota(errno syscall.Errno) bool { return errno == unix.EDQUOT }
