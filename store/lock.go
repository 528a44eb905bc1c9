package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// lock is held by who follows a case, and given up by the system when its process ends, however that ends.
type lock struct{ file *os.File }

// takeLock locks a file, which it makes. ErrLocked tells which process has it.
func takeLock(path string) (*lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, readOnly(err)
		}
		if err := flock(f); err != nil {
			holder, _ := io.ReadAll(io.LimitReader(f, 20))
			f.Close()
			if !errors.Is(err, errHeld) {
				return nil, err
			}
			if pid := strings.TrimSpace(string(holder)); pid != "" {
				return nil, fmt.Errorf("%w (process %s)", ErrLocked, pid)
			}
			return nil, ErrLocked
		}
		// Who had it before may have removed the file between the opening and the locking: then it is nobody's, and the next one would lock another.
		mine, err := f.Stat()
		there, lookErr := os.Stat(path)
		if err == nil && lookErr == nil && os.SameFile(mine, there) {
			if err := f.Truncate(0); err == nil {
				fmt.Fprintf(f, "%d\n", os.Getpid())
			}
			return &lock{f}, nil
		}
		f.Close()
	}
}

// release removes the file while it is still locked.
func (l *lock) release() error {
	return errors.Join(os.Remove(l.file.Name()), l.file.Close())
}
