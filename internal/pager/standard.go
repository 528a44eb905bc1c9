package pager

import (
	"errors"
	"io"
	"sync"
)

// Copy keeps what is read through it, so that standard input can be looked into while and after it is diagnosed. It is kept in a temporary file that has no name, up to a bound.
type Copy struct {
	from  io.Reader
	spool *spool
	kept  spooled

	mu    sync.Mutex
	more  sync.Cond
	ended bool
}

// NewCopy keeps what is read from r in the folder, the system's own if it is empty: at most limit bytes, 2 GiB if that is 0. The caller closes it.
func NewCopy(r io.Reader, dir string, limit int64) *Copy {
	if limit <= 0 {
		limit = keptBytes
	}
	c := &Copy{from: r, spool: &spool{dir: dir, limit: limit}}
	c.kept.spool = c.spool
	c.more.L = &c.mu
	return c
}

// Read reads on, for one goroutine.
func (c *Copy) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	_, _ = c.kept.Write(p[:n]) // it notes itself what it has no room for
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = c.ended || err != nil
	c.more.Broadcast()
	return n, err
}

// Again returns what was read so far and will be, from its start. Its Read waits for what is not there yet, until Close.
func (c *Copy) Again() io.Reader { return &copyReader{copy: c} }

// Close gives the disk space back. Whoever still reads has reached the end.
func (c *Copy) Close() {
	c.mu.Lock()
	c.ended = true
	c.more.Broadcast()
	c.mu.Unlock()
	c.spool.close()
}

// errNotKept means that there was no room for what follows.
var errNotKept = errors.New("there was no room to keep more of standard input")

type copyReader struct {
	copy *Copy
	at   int64
}

func (r *copyReader) Read(p []byte) (int, error) {
	c := r.copy
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		size, full := c.kept.kept()
		switch {
		case r.at < size:
			n, err := c.kept.ReadAt(p[:min(int64(len(p)), size-r.at)], r.at)
			r.at += int64(n)
			return n, err
		case full != "":
			return 0, errNotKept
		case c.ended:
			return 0, io.EOF
		}
		c.more.Wait()
	}
}
