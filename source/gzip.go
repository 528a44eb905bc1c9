//go:build !isal

package source

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/gzip"

	"logdoc/internal/inflate"
)

// GzipBy names what decompresses gzip in this build: "logdoc" itself, or "ISA-L" in one with -tags isal.
const GzipBy = "logdoc"

// newGzipBody reads the body with our own decoder.
func newGzipBody(br *bufio.Reader) gzipBody {
	return &goBody{br: br, inflate: inflate.Open(br)}
}

type goBody struct {
	br      *bufio.Reader
	inflate *inflate.Reader
	sum     uint32
	size    uint32 // modulo its range, as the trailer has it
	err     error
}

func (b *goBody) next() {
	b.inflate.Next()
	b.sum, b.size, b.err = 0, 0, nil
}

func (b *goBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.inflate.Read(p)
	b.sum = crc32.Update(b.sum, crc32.IEEETable, p[:n])
	b.size += uint32(n)
	if err == io.EOF {
		err = b.trailer()
	}
	b.err = err
	return n, err
}

// trailer compares the sum and the size that stand behind the packed bytes. It returns io.EOF when they are right.
func (b *goBody) trailer() error {
	var tail [8]byte
	if _, err := io.ReadFull(b.br, tail[:]); err != nil {
		return noEOF(err)
	}
	if binary.LittleEndian.Uint32(tail[:]) != b.sum || binary.LittleEndian.Uint32(tail[4:]) != b.size {
		return gzip.ErrChecksum
	}
	return io.EOF
}

func (b *goBody) Close() error { return b.inflate.Close() }
