package source

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/pierrec/lz4/v4"
)

var errTrailing = errors.New("something else follows the compressed data")

// newDecoder opens the decoder for a kind of compression. Decoders give the joined content of joined files. The caller closes it.
func newDecoder(k kind, br *bufio.Reader) (io.ReadCloser, error) {
	switch k {
	case gzipped:
		return newGzipReader(br)
	case bzipped:
		return io.NopCloser(bzip2.NewReader(br)), nil
	case xzed:
		return lazyReader(func() (io.Reader, error) { return xz.NewReader(br, xzWindow) }), nil
	case zstded:
		return newZstdReader(br)
	case lz4ed:
		return io.NopCloser(lz4.NewReader(br)), nil
	}
	return nil, errors.ErrUnsupported
}

// lazyReader opens a decoder with the first Read, within the layer that guards decoders.
func lazyReader(open func() (io.Reader, error)) io.ReadCloser { return &lazy{open: open} }

type lazy struct {
	open func() (io.Reader, error)
	r    io.Reader
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.r == nil {
		r, err := l.open()
		if err != nil {
			return 0, err
		}
		l.r = r
	}
	return l.r.Read(p)
}

func (l *lazy) Close() error { return nil }

func newZstdReader(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// gzipReader reads joined gzip members, and tells what follows them apart from damage within.
type gzipReader struct {
	br   *bufio.Reader
	head *gzip.Reader
	body gzipBody
}

// gzipBody reads what follows a gzip member's header: the packed bytes, and their sum. It ends with io.EOF, and has taken no byte then of what follows the member.
type gzipBody interface {
	io.ReadCloser
	// next goes on to the body of the next member, whose header was read.
	next()
}

func newGzipReader(br *bufio.Reader) (io.ReadCloser, error) {
	head, err := gzip.NewReader(br)
	if err != nil {
		return nil, noEOF(err)
	}
	head.Multistream(false)
	return &gzipReader{br, head, newGzipBody(head, br)}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.body.Read(p)
		if n > 0 && err == io.EOF {
			return n, nil // what follows is seen with the next Read
		}
		if n > 0 || err != io.EOF {
			return n, err
		}
		if err := g.next(); err != nil {
			return 0, err
		}
	}
}

// next goes on to the member that follows. Zeros at the end are the padding of tapes, and nothing to tell.
func (g *gzipReader) next() error {
	magic, err := g.br.Peek(3)
	switch {
	case len(magic) == 0:
		return err
	case string(magic) == "\x1f\x8b\x08":
		if err := g.head.Reset(g.br); err != nil {
			return noEOF(err)
		}
		g.head.Multistream(false)
		g.body.next()
		return nil
	}
	for {
		c, err := g.br.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			return errTrailing
		}
	}
}

func (g *gzipReader) Close() error { return g.body.Close() }

// noEOF makes the end of the input an error where more is due.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Compression methods of zip beyond zip.Store and zip.Deflate.
const (
	zipBzip2 = 12
	zipZstd  = 93
	zipXz    = 95
)

// zipDecoder opens the decoder for a member of a zip; false for a method that logdoc does not know.
func zipDecoder(method uint16) (zip.Decompressor, bool) {
	switch method {
	case zip.Store:
		return io.NopCloser, true
	case zip.Deflate:
		return flate.NewReader, true
	case zipBzip2:
		return func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) }, true
	case zipXz:
		return func(r io.Reader) io.ReadCloser {
			return lazyReader(func() (io.Reader, error) { return xz.NewReader(r, xzWindow) })
		}, true
	case zipZstd:
		return func(r io.Reader) io.ReadCloser {
			d, err := newZstdReader(r)
			if err != nil {
				return io.NopCloser(errorReader{err})
			}
			return d
		}, true
	}
	return nil, false
}
