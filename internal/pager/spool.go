package pager

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// spool keeps what came out of decoders, of all logs of an input, in one file that has no name. Each log writes into pieces of it that are its own.
type spool struct {
	dir   string
	limit int64

	mu   sync.Mutex
	file *os.File
	err  error // why there is none
	next int64 // where the next piece starts
	used int64
}

// piece is how much of the file a log takes at a time. What it does not fill is a hole and takes no room.
const piece = 256 << 10

// open makes the file with the first need of it.
func (s *spool) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil && s.err == nil {
		s.file, s.err = os.CreateTemp(s.dir, "logdoc-*")
		if s.err == nil {
			// Without a name nobody else can open it, and it vanishes with the process however that ends. Where the system refuses, close removes it.
			_ = os.Remove(s.file.Name())
		}
	}
	return s.file, s.err
}

// take counts n more bytes, and says where a piece starts if one is asked for; false when there is no room.
func (s *spool) take(n int, another bool) (start int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+int64(n) > s.limit {
		return 0, false
	}
	s.used += int64(n)
	if another {
		start = s.next
		s.next += piece
	}
	return start, true
}

func (s *spool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		s.file.Close()
		_ = os.Remove(s.file.Name())
	}
	s.file, s.err = nil, os.ErrClosed
}

// spooled is the text of one log in the spool, as much of it as found room. It is written by one goroutine and read by any.
type spooled struct {
	spool *spool

	mu     sync.Mutex
	file   *os.File
	pieces []int64
	size   int64
	full   string // why no more is kept
}

// Write keeps p, or notes why it does not: the error is always nil, for the log is still to be counted.
func (s *spooled) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rest := p; len(rest) > 0 && s.full == ""; {
		n, err := s.write(rest)
		if err != nil {
			s.full = err.Error()
		}
		rest = rest[n:]
	}
	return len(p), nil
}

func (s *spooled) write(p []byte) (int, error) {
	if s.file == nil {
		f, err := s.spool.open()
		if err != nil {
			return 0, fmt.Errorf("there is no temporary file to keep it in")
		}
		s.file = f
	}
	within := int(s.size % piece)
	n := min(len(p), piece-within)
	start, ok := s.spool.take(n, within == 0)
	if !ok {
		return 0, fmt.Errorf("more than %d bytes would be kept on disk", s.spool.limit)
	}
	if within == 0 {
		s.pieces = append(s.pieces, start)
	}
	if _, err := s.file.WriteAt(p[:n], s.pieces[len(s.pieces)-1]+int64(within)); err != nil {
		return 0, fmt.Errorf("the temporary file cannot be written")
	}
	s.size += int64(n)
	return n, nil
}

// ReadAt reads what was kept; behind that there is only io.EOF.
func (s *spooled) ReadAt(p []byte, off int64) (int, error) {
	read := 0
	for read < len(p) {
		s.mu.Lock()
		size, file := s.size, s.file
		var at int64
		if off < size {
			at = s.pieces[off/piece] + off%piece
		}
		s.mu.Unlock()
		n := min(int64(len(p)-read), size-off, piece-off%piece)
		if n <= 0 {
			return read, io.EOF
		}
		got, err := file.ReadAt(p[read:read+int(n)], at)
		read += got
		off += int64(got)
		if err != nil && int64(got) < n {
			return read, err
		}
	}
	return read, nil
}

// kept says how much was kept, and why not more.
func (s *spooled) kept() (size int64, full string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size, s.full
}
