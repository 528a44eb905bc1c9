//go:build isal

package source

/*
#cgo LDFLAGS: -lisal
#include <stdlib.h>
#include <string.h>
#include <isa-l/igzip_lib.h>

// start prepares for the body of a gzip member, with its sum behind it.
static void start(struct inflate_state *s) {
	isal_inflate_init(s);
	s->crc_flag = ISAL_GZIP_NO_HDR_VER;
}

// rest gives out what was decoded and had no room before. It returns how many bytes.
static uint32_t rest(struct inflate_state *s, uint8_t *out, uint32_t room) {
	int32_t held = s->tmp_out_valid - s->tmp_out_processed;
	if (held <= 0)
		return 0;
	uint32_t n = (uint32_t)held < room ? (uint32_t)held : room;
	memcpy(out, s->tmp_out_buffer + s->tmp_out_processed, n);
	s->tmp_out_processed += n;
	return n;
}

// step decodes from in to out. What is left of both stands in the state afterwards, which keeps neither.
static int step(struct inflate_state *s, uint8_t *in, uint32_t available, uint8_t *out, uint32_t room) {
	s->next_in = in;
	s->avail_in = available;
	s->next_out = out;
	s->avail_out = room;
	int result = isal_inflate(s);
	s->next_in = NULL;
	s->next_out = NULL;
	return result;
}
*/
import "C"

import (
	"bufio"
	"errors"
	"io"
	"unsafe"

	"github.com/klauspost/compress/gzip"
)

// GzipBy names what decompresses gzip in this build: "klauspost/compress", or "ISA-L" in one with -tags isal.
const GzipBy = "ISA-L"

// newGzipBody reads the body with ISA-L, which is several times faster and is not written in Go.
func newGzipBody(_ *gzip.Reader, br *bufio.Reader) gzipBody {
	state := (*C.struct_inflate_state)(C.malloc(C.sizeof_struct_inflate_state))
	b := &isalBody{br: br, state: state}
	b.next()
	return b
}

type isalBody struct {
	br    *bufio.Reader
	state *C.struct_inflate_state // nil once closed
	err   error
}

func (b *isalBody) next() {
	C.start(b.state)
	b.err = nil
}

var errBadDeflate = errors.New("flate: corrupt input")

// maxStep is the most that is decoded by one call: ISA-L counts in 32 bits.
const maxStep = 1 << 30

func (b *isalBody) Read(p []byte) (int, error) {
	if len(p) == 0 || b.state == nil {
		return 0, b.err
	}
	p = p[:min(len(p), maxStep)]
	for b.err == nil {
		in, _ := b.br.Peek(b.br.Buffered())
		n := b.step(in, p)
		if n > 0 {
			return n, nil
		}
		if b.err == nil && b.br.Buffered() == 0 {
			// All was taken and nothing came of it: only now it may wait for more.
			if _, err := b.br.Peek(1); err != nil {
				b.err = noEOF(err)
			}
		}
	}
	// Before an error come the bytes that were decoded before it.
	if n := int(C.rest(b.state, at(p), C.uint32_t(len(p)))); n > 0 {
		return n, nil
	}
	return 0, b.err
}

// step decodes once, and takes what was used out of the buffer. It returns how many bytes came of it.
func (b *isalBody) step(in, out []byte) int {
	result := C.step(b.state, at(in), C.uint32_t(len(in)), at(out), C.uint32_t(len(out)))
	if _, err := b.br.Discard(len(in) - int(b.state.avail_in)); err != nil {
		b.err = err
	}
	switch {
	case result == C.ISAL_INCORRECT_CHECKSUM:
		b.err = gzip.ErrChecksum
	case result < 0:
		b.err = errBadDeflate
	case b.state.block_state == C.ISAL_BLOCK_FINISH:
		b.err = io.EOF
	}
	return len(out) - int(b.state.avail_out)
}

// at returns where bytes start, which may be none.
func at(p []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(p))) }

func (b *isalBody) Close() error {
	C.free(unsafe.Pointer(b.state))
	b.state, b.err = nil, io.ErrClosedPipe
	return nil
}
