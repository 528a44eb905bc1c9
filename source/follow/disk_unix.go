//go:build unix

package follow

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

func (system) stat(path string) (info, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return info{}, err
	}
	return infoOf(fi), nil
}

func (system) open(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (system) resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }

func (f osFile) info() (info, error) {
	fi, err := f.Stat()
	if err != nil {
		return info{}, err
	}
	return infoOf(fi), nil
}

func infoOf(fi fs.FileInfo) info {
	i := info{mode: fi.Mode(), size: fi.Size(), mtime: fi.ModTime(), links: 1}
	if s, ok := fi.Sys().(*syscall.Stat_t); ok {
		// The widths of these differ between systems.
		i.identity = identity{uint64(s.Dev), uint64(s.Ino)}
		i.links = uint64(s.Nlink)
	}
	return i
}
