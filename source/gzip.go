//go:build !isal

package source

import (
	"bufio"

	"github.com/klauspost/compress/gzip"
)

// GzipBy names what decompresses gzip in this build: "klauspost/compress", or "ISA-L" in one with -tags isal.
const GzipBy = "klauspost/compress"

// newGzipBody reads the body with the decoder that has read the header.
func newGzipBody(head *gzip.Reader, _ *bufio.Reader) gzipBody { return portableBody{head} }

type portableBody struct{ *gzip.Reader }

func (portableBody) next() {}
