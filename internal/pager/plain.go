package pager

import (
	"container/list"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"logdoc/source"
)

// maxHandles is how many files are open at a time: an input may have more than the system allows.
const maxHandles = 64

// handles are the files that are open, the one that was used last in front.
type handles struct {
	mu    sync.Mutex
	order list.List // of *plain
}

// plain is a log that lies as plain text in a file, and is read there.
type plain struct {
	handles *handles
	files   fs.FS
	input   source.Input
	start   int64
	first   fs.FileInfo // of the file when the log was opened

	mu   sync.Mutex
	file fs.File // nil while it is not open
	at   io.ReaderAt
	here *list.Element // in handles
}

var (
	errReplaced = errors.New("another file stands in its place now")
	errNoAccess = errors.New("it cannot be read at random")
)

// acquire opens the file if it is not open, and keeps it from being closed until release.
func (p *plain) acquire() error {
	p.handles.mu.Lock()
	if p.here != nil {
		p.handles.order.MoveToFront(p.here)
	} else {
		p.here = p.handles.order.PushFront(p)
	}
	var old *plain
	if p.handles.order.Len() > maxHandles {
		back := p.handles.order.Back()
		old = back.Value.(*plain)
		p.handles.order.Remove(back)
		old.here = nil
	}
	p.handles.mu.Unlock()
	if old != nil {
		old.mu.Lock()
		old.shut()
		old.mu.Unlock()
	}
	p.mu.Lock()
	if p.file != nil {
		return nil
	}
	f, err := p.input.Open()
	if err != nil {
		p.mu.Unlock()
		return err
	}
	info, err := f.Stat()
	at, ok := f.(io.ReaderAt)
	switch {
	case err != nil:
	case !ok:
		err = errNoAccess
	case p.first == nil:
		p.first = info
	case !sameFile(p.first, info):
		err = errReplaced
	}
	if err != nil {
		f.Close()
		p.mu.Unlock()
		return err
	}
	p.file, p.at = f, at
	return nil
}

func (p *plain) release() { p.mu.Unlock() }

// shut closes the file; the next use opens it again.
func (p *plain) shut() {
	if p.file != nil {
		p.file.Close()
	}
	p.file, p.at = nil, nil
}

// ReadAt reads the log's bytes.
func (p *plain) ReadAt(b []byte, off int64) (int, error) {
	if err := p.acquire(); err != nil {
		return 0, err
	}
	defer p.release()
	return p.at.ReadAt(b, p.start+off)
}

// looks are what a file's directory entry says of it.
type looks struct {
	size    int64 // of the log
	written time.Time
	// named is nil when the log's name still leads to the file.
	named error
}

func (p *plain) look() (looks, error) {
	if err := p.acquire(); err != nil {
		return looks{}, err
	}
	info, err := p.file.Stat()
	p.release()
	if err != nil {
		return looks{}, err
	}
	there, named := fs.Stat(p.files, string(p.input.Name))
	if named == nil && !sameFile(p.first, there) {
		named = errReplaced
	}
	return looks{max(info.Size()-p.start, 0), info.ModTime(), named}, nil
}

// sameFile compares two files where the system tells them apart; elsewhere files of one name are the same.
func sameFile(a, b fs.FileInfo) bool {
	return a.Sys() == nil || b.Sys() == nil || os.SameFile(a, b)
}
