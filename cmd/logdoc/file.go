package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// writeFile writes a file beside its place and renames it, so that a full disk never leaves half a file. What is no regular file, such as /dev/stdout or a pipe, is
// written to as it is.
func writeFile(name string, write func(*os.File) error) error {
	return writeFileMode(name, 0o666, write)
}

// writeFileMode is writeFile with the mode that the file gets, of which the umask takes away. With 0o666 a file that is there keeps its own.
func writeFileMode(name string, mode fs.FileMode, write func(*os.File) error) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return writeError(name, err)
		}
		if err := write(f); err != nil {
			f.Close()
			return writeError(name, err)
		}
		return f.Close()
	}
	place := name
	if err == nil {
		// A link stays one: what it leads to is replaced.
		if place, err = filepath.EvalSymlinks(name); err != nil {
			return writeError(name, err)
		}
	}
	// Not os.CreateTemp, for a new file is to have the mode that the user's umask says.
	part := filepath.Join(filepath.Dir(place), fmt.Sprintf(".logdoc-%x", rand.Uint64()))
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return writeError(name, err)
	}
	defer os.Remove(part)
	err = write(f)
	if err == nil && info != nil && mode == 0o666 {
		err = f.Chmod(info.Mode().Perm())
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return writeError(name, err)
	}
	if err := os.Rename(part, place); err != nil {
		return writeError(name, err)
	}
	return nil
}

// writeNewFile writes a file that is not there yet. The error of one that is there is fs.ErrExist.
func writeNewFile(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return writeError(name, err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return writeError(name, err)
	}
	return nil
}

// writeError says what could not be written, by the name that the user knows.
func writeError(name string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("write %s: %w", name, err)
}
