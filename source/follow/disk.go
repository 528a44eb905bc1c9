package follow

import (
	"io"
	"io/fs"
	"os"
	"time"
)

// disk is the file system as a follower needs it. Tests put faults into it.
type disk interface {
	// stat describes what a path leads to, over links.
	stat(path string) (info, error)
	// open opens a file for reading, and never waits for one who writes a pipe.
	open(path string) (file, error)
	// list gives the names in a directory.
	list(dir string) ([]fs.DirEntry, error)
	// resolve follows the links in a path to its end.
	resolve(path string) (string, error)
	// born says when a file was made, where the file system knows.
	born(path string) (time.Time, bool)
}

// file is an open regular file.
type file interface {
	io.ReaderAt
	io.Closer
	info() (info, error)
}

// identity is the file system's name of a file; it is used again once the file is gone.
type identity struct{ device, inode uint64 }

// info is what the file system says of a file.
type info struct {
	identity
	mode  fs.FileMode
	size  int64
	mtime time.Time
	// links counts the names of the file; 0 for one that was deleted and is still open.
	links uint64
}

// system is the machine's disk.
type system struct{}

func (system) list(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }

// osFile is a file of the machine's disk.
type osFile struct{ *os.File }
