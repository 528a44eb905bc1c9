package source

import (
	"bufio"
	"context"
	"io"
)

// What a log that is still written to has in common with one that lies there: package follow asks here.

// Family tells which log a path belongs to, and its rank there: "/var/log/messages" and -2 for "/var/log/messages.2.gz". A smaller rank is older, and 0 is the file that is being written.
func Family(path string) (log string, order int) { return family(path) }

// Binary reports whether the first bytes of a file, of which 8 KiB are enough, are those of no text.
func Binary(head []byte, name string) bool { return isBinary(head, name) }

// Encoding tells from the first bytes of a text how it is encoded: "utf-8", "utf-16le" or "utf-16be"; and how many of them are the byte order mark.
func Encoding(head []byte) (name string, mark int) {
	e := encodingOf(head)
	return e.name, e.mark
}

// Packed reports whether the first bytes of a file, of which 512 are enough, are those of a compressed file or an archive.
func Packed(head []byte) bool { return sniff(head) != plain }

// Unpack reads what a single compressed file holds; its kind is told by content. It gives nil when this is no compression that logdoc reads. The caller closes it.
// Reading from it ends with an error other than io.EOF where the file is damaged or ends too early.
func Unpack(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, sniffed)
	head, err := br.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, err
	}
	k := sniff(head)
	switch k {
	case gzipped, bzipped, xzed, zstded, lz4ed:
	default:
		return nil, nil
	}
	d, err := newDecoder(k, br)
	if err != nil {
		return nil, err
	}
	return &unpacked{d, layer{ctx: context.Background(), r: d}}, nil
}

// unpacked is a decoder whose panics are errors.
type unpacked struct {
	decoder io.Closer
	layer
}

func (u *unpacked) Close() error { return u.decoder.Close() }
