package pager

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"logdoc/source"
)

// reread gives a log's text at random by decoding it again from its start: the way to what found no room in the spool. It decodes on while what is wanted lies ahead, and keeps
// the last pieces, so that a reader who goes up and down does not start it anew with every page.
type reread struct {
	ctx context.Context
	log *Log

	// size is how many bytes a piece has.
	size int64

	mu     sync.Mutex
	pieces []*decoded // the one that was used last at the end
	// next is where the decoding that is under way will go on; nil without one.
	from io.Reader
	next int64
	stop context.CancelFunc
	done chan struct{}
}

// decoded is a piece of the text, from a multiple of its size on.
type decoded struct {
	off  int64
	data []byte
}

// decodedSize is how large they are, decodedPieces how many are kept.
const (
	decodedSize   = 2 << 20
	decodedPieces = 3
)

// ReadAt reads the text as Log's text has it.
func (r *reread) ReadAt(p []byte, off int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	read := 0
	for read < len(p) {
		d, err := r.piece(off / r.size * r.size)
		if err != nil {
			return read, err
		}
		within := int(off - d.off)
		if within >= len(d.data) {
			return read, io.EOF
		}
		n := copy(p[read:], d.data[within:])
		read += n
		off += int64(n)
	}
	return read, nil
}

// piece returns the piece that starts at off.
func (r *reread) piece(off int64) (*decoded, error) {
	for i, d := range r.pieces {
		if d.off == off {
			r.pieces = append(append(r.pieces[:i:i], r.pieces[i+1:]...), d)
			return d, nil
		}
	}
	if r.from == nil || r.next > off {
		r.end()
		r.begin()
	}
	if _, err := io.CopyN(io.Discard, r.from, off-r.next); err != nil {
		r.end()
		return nil, err
	}
	d := &decoded{off: off}
	if len(r.pieces) == decodedPieces {
		d.data = r.pieces[0].data[:0]
		r.pieces = r.pieces[1:]
	}
	buf := bytes.NewBuffer(d.data)
	n, err := buf.ReadFrom(io.LimitReader(r.from, r.size))
	d.data = buf.Bytes()
	r.next = off + n
	if err != nil {
		r.end()
		return nil, err
	}
	r.pieces = append(r.pieces, d)
	return d, nil
}

// begin decodes from the start.
func (r *reread) begin() {
	ctx, stop := context.WithCancel(r.ctx)
	in, out := io.Pipe()
	done := make(chan struct{})
	r.from, r.next, r.stop, r.done = in, 0, func() { stop(); in.Close() }, done
	go func() {
		defer close(done)
		err := r.log.in.walk(ctx, r.log.input, func(s *source.Stream) error {
			if s.Name != r.log.name {
				return nil
			}
			if _, err := io.Copy(out, r.log.mended(s)); err != nil {
				return err
			}
			return errFound
		}, nil)
		switch {
		case errors.Is(err, errFound):
			err = io.EOF
		case err == nil:
			err = errGone
		}
		out.CloseWithError(err)
	}()
}

// end stops the decoding that is under way.
func (r *reread) end() {
	if r.from == nil {
		return
	}
	r.stop()
	<-r.done
	r.from = nil
}

// close ends it for good.
func (r *reread) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	r.pieces = nil
}
