package follow

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"

	"logdoc"
)

// stream is what can be read only once, and waits: standard input, or a named pipe. A goroutine reads two parts ahead, and no more than that.
type stream struct {
	path string
	log  int
	kick chan struct{}

	parts  chan part
	again  chan struct{} // a pipe that nobody writes to is read again
	stop   chan struct{}
	closed bool
	closer io.Closer

	max     int
	held    []byte // a line that has not ended
	cut     int64  // what was left out of it
	offset  int64
	line    int
	started bool
	read    time.Time
	done    bool
	err     error
}

// part is what one reading gave.
type part struct {
	data []byte
	err  error
}

func newStream(path string, log int, kick chan struct{}) *stream {
	return &stream{path: path, log: log, kick: kick, parts: make(chan part, 1), again: make(chan struct{}), stop: make(chan struct{})}
}

// begin reads in the background.
func (s *stream) begin(r io.Reader, maxLine int) {
	s.max = maxLine
	go s.pump(r)
}

// openPipe opens a named pipe without waiting for one who writes.
func (s *stream) openPipe(maxLine int) error {
	p, err := os.OpenFile(s.path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return err
	}
	s.closer = p
	s.begin(p, maxLine)
	return nil
}

func (s *stream) pump(r io.Reader) {
	const size = 64 << 10
	for {
		b := make([]byte, size)
		n, err := r.Read(b)
		if n > 0 || err != nil {
			select {
			case s.parts <- part{b[:n], err}:
			case <-s.stop:
				return
			}
			select {
			case s.kick <- struct{}{}:
			default:
			}
		}
		if err == nil {
			continue
		}
		if err != io.EOF || s.closer == nil {
			return
		}
		select {
		case <-s.again:
		case <-s.stop:
			return
		}
	}
}

func (s *stream) close() {
	if s.closed {
		return
	}
	s.closed = true
	close(s.stop)
	if s.closer != nil {
		s.closer.Close()
	}
}

// look lets a pipe be read again after all who wrote it have gone.
func (s *stream) look() {
	select {
	case s.again <- struct{}{}:
	default:
	}
}

// take gives the lines that have come. It waits for nothing.
func (s *stream) take(now time.Time, nextLog func() int) []Piece {
	var got part
	select {
	case got = <-s.parts:
	default:
		return nil
	}
	var pieces []Piece
	if len(got.data) > 0 {
		s.read, s.started = now, true
		pieces = s.lines(got.data)
	}
	if got.err == nil {
		return pieces
	}
	if len(s.held) > 0 {
		pieces = append(pieces, s.rest())
	}
	if s.started {
		if len(pieces) == 0 {
			pieces = append(pieces, s.piece(nil, 0))
		}
		pieces[len(pieces)-1].Ended = true
	}
	switch {
	case got.err != io.EOF && !errors.Is(got.err, fs.ErrClosed):
		s.err, s.done = got.err, true
	case s.closer == nil:
		s.done = true
	case s.started:
		// Who writes to the pipe next begins another log.
		s.log, s.offset, s.line, s.started = nextLog(), 0, 0, false
	}
	return pieces
}

// lines gives the whole lines of what is held and b, and holds the rest.
func (s *stream) lines(b []byte) []Piece {
	var pieces []Piece
	if len(s.held) > 0 {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			s.hold(b)
			return nil
		}
		s.hold(b[:end-1])
		s.held = append(s.held, '\n')
		pieces = append(pieces, s.rest())
		b = b[end:]
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	for whole := b[:end]; len(whole) > 0; {
		// Lines that are too long are given by themselves.
		fit := len(whole)
		if fit > s.max {
			fit = bytes.LastIndexByte(whole[:s.max], '\n') + 1
		}
		if fit > 0 {
			pieces = append(pieces, s.piece(whole[:fit], 0))
		} else {
			fit = bytes.IndexByte(whole, '\n') + 1
			s.hold(whole[:fit-1])
			s.held = append(s.held, '\n')
			pieces = append(pieces, s.rest())
		}
		whole = whole[fit:]
	}
	if end < len(b) {
		s.hold(b[end:])
	}
	return pieces
}

// hold keeps b for the line that it belongs to, as far as there is room.
func (s *stream) hold(b []byte) {
	room := max(0, s.max-1-len(s.held))
	if s.cut > 0 {
		room = 0
	}
	keep := min(len(b), room)
	s.held = append(s.held, b[:keep]...)
	s.cut += int64(len(b) - keep)
	if s.cut > 0 && keep > 0 {
		for i := 1; i <= utf8.UTFMax && i <= len(s.held); i++ {
			if utf8.RuneStart(s.held[len(s.held)-i]) {
				if !utf8.FullRune(s.held[len(s.held)-i:]) {
					s.held = s.held[:len(s.held)-i]
					s.cut += int64(i)
				}
				break
			}
		}
	}
}

// rest gives the line that was held.
func (s *stream) rest() Piece {
	if s.cut > 0 && s.held[len(s.held)-1] != '\n' {
		s.held = append(s.held, '\n')
	}
	p := s.piece(s.held, s.cut)
	s.held, s.cut = nil, 0
	return p
}

func (s *stream) piece(b []byte, cut int64) Piece {
	p := Piece{Log: s.log, Path: logdoc.LogText(s.path), Data: b, Offset: s.offset, Line: s.line + 1, Cut: cut, counted: true, bytes: b}
	p.base = logdoc.Position{Path: p.Path, Offset: s.offset, Line: s.line}
	s.offset += int64(len(b)) + cut
	s.line += bytes.Count(b, []byte{'\n'})
	return p
}
