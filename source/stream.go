package source

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"logdoc"
)

// Stream is one log, or other file, met while walking. It is valid only during the call that hands it over.
type Stream struct {
	// Name is the path that evidence shows: "bundle.tgz!/node3.zip!/var/log/gsan.log.2.gz".
	Name logdoc.LogText
	// Log is the family of rotated files that the stream belongs to: "…/var/log/messages" for "…/var/log/messages.2.gz".
	Log logdoc.LogText
	// Order ranks the stream within its family: a smaller one is older, and 0 is the file that is being written.
	Order int
	// ModTime is when the file or member was last written, as far as its file system or archive says; zero if unknown.
	ModTime time.Time
	// Size is how many bytes Read will give; -1 if unknown. It is a hint: archives can lie.
	Size int64
	// Encoding is what the bytes were before they were decoded: "utf-8", "utf-16le" or "utf-16be".
	Encoding string
	// Binary is true for what is no text: programs, pictures, key stores, databases. It can still be read.
	Binary bool
	// Plain is true when the stream's bytes are those of the input's file, which Input.Open opens, from the offset Start on.
	Plain bool
	Start int64

	ctx   context.Context
	r     io.Reader
	count int64 // bytes given out
	err   error // why the stream ended before its end
}

// Read gives decoded bytes: decompressed, without a byte order mark, UTF-16 turned into UTF-8; invalid UTF-8 stays as it is. A damaged,
// cut or too long stream ends with io.EOF like any other, and the walk notes the reason. The only other error is that of a
// cancelled context.
func (s *Stream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, io.EOF
	}
	n, err := s.r.Read(p)
	s.count += int64(n)
	switch {
	case err == nil, err == io.EOF:
		return n, err
	case s.ctx.Err() != nil && errors.Is(err, s.ctx.Err()):
		return n, err
	}
	s.err = err
	return n, io.EOF
}

// Damaged reports whether reading ended before the stream's own end, so far; the walk tells why.
func (s *Stream) Damaged() bool { return s.err != nil }

// capped ends a stream at the limit for one member.
type capped struct {
	r    io.Reader
	left int64
	full limitError
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left == 0 {
		// Exactly as long as allowed is not too long.
		var one [1]byte
		n, err := c.r.Read(one[:])
		if n > 0 {
			return 0, c.full
		}
		return 0, err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// layer is what one decoder, or the input itself, gives out. It counts, asks whether to go on, and keeps the first thing that went wrong.
type layer struct {
	ctx    context.Context
	budget *Budget // nil when the bytes are not charged
	r      io.Reader
	count  int64
	err    error
	// packed is what went into the decoder, from start on; spent is what came out of this and all other decoders of one member of the outermost archive. Both may be nil.
	packed *int64
	start  int64
	spent  *int64
}

// readStep is the most that is read between two looks at the context.
const readStep = 1 << 20

func (l *layer) Read(p []byte) (n int, err error) {
	if l.err != nil {
		return 0, l.err
	}
	if l.err = l.ctx.Err(); l.err != nil {
		return 0, l.err
	}
	if l.budget != nil {
		if l.err = l.charge(0); l.err != nil {
			return 0, l.err
		}
	}
	n, err = l.decode(p[:min(len(p), readStep)])
	l.count += int64(n)
	if errors.Is(err, os.ErrDeadlineExceeded) && l.ctx.Err() != nil {
		err = l.ctx.Err()
	}
	if l.budget != nil && (err == nil || err == io.EOF) {
		if over := l.charge(n); over != nil {
			err = over
		}
	}
	l.err = err
	return n, err
}

// charge counts n more bytes against the limits.
func (l *layer) charge(n int) error {
	if err := l.budget.spend(n); err != nil {
		return err
	}
	if l.spent != nil {
		if *l.spent += int64(n); *l.spent > l.budget.limits.MemberBytes {
			return l.budget.tooLong()
		}
	}
	if l.packed != nil {
		return l.budget.grown(l.count, *l.packed-l.start)
	}
	return nil
}

// decode reads from a decoder and takes a panic of it for an error: the decoders are other people's, the bytes may be hostile, and one
// member must not end the whole diagnosis.
func (l *layer) decode(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, errDecoder
		}
	}()
	return l.r.Read(p)
}

var errDecoder = errors.New("the decoder gave up")
