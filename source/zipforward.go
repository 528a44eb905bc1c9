package source

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/zip"
)

// zipHead is what stands before each member of a zip.
type zipHead struct {
	flags, method uint16
	modTime       time.Time
	sum           uint32
	packed, size  uint64
	name          string
}

// streamed is true when the sizes stand behind the member.
func (h *zipHead) streamed() bool { return h.flags&8 != 0 && h.packed == 0 }

var errZipHead = errors.New("there is no member's head where one should be")

// zipForward reads a zip from its start, member by member: the way to what a cut one still holds, and through one whose directory is
// too long. why is what was wrong with the directory.
func (w *walker) zipForward(it item, r io.Reader, why error) error {
	in := &counter{r: r}
	br := bufio.NewReaderSize(in, 32<<10)
	it.from = &in.count
	seen := newNames()
	if mark, _ := br.Peek(4); string(mark) == "PK\x07\x08" { // it was meant for several disks
		_, _ = br.Discard(4)
	}
	var end error
	for end == nil {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		var h *zipHead
		if h, end = readZipHead(br); h == nil {
			break
		}
		if end = w.budget.member(); end != nil {
			break
		}
		var err error
		if end, err = w.zipNext(it, seen, h, br); err != nil {
			return err
		}
	}
	w.tellForward(it, in.count-int64(br.Buffered()), why, end)
	return nil
}

// zipNext reads one member and leaves br behind it. end is why nothing behind it can be found; err is what ends the walk.
func (w *walker) zipNext(it item, seen *names, h *zipHead, br *bufio.Reader) (end, err error) {
	if strings.HasSuffix(h.name, "/") {
		if h.streamed() {
			return skipSizes(br), nil
		}
		_, end = io.CopyN(io.Discard, br, int64(h.packed))
		return noEOF(end), nil
	}
	member := seen.in(it, zipName(h.name))
	member.size, member.modTime, member.start = int64(h.size), writtenAt(h.modTime, it.modTime), *it.from
	if h.streamed() {
		return w.zipStreamed(member, h, br)
	}
	packed := &io.LimitedReader{R: br, N: int64(h.packed)}
	switch {
	case isMacOS(h.name):
	case h.flags&1 != 0:
		w.encrypted(member)
	default:
		if _, err := w.zipMember(member, h.method, packed, &checked{size: h.size, sum: h.sum}); err != nil {
			return nil, err
		}
	}
	_, end = io.CopyN(io.Discard, packed, packed.N)
	return noEOF(end), nil
}

// zipStreamed reads a member of unknown size. Only deflated bytes say themselves where they end.
func (w *walker) zipStreamed(member item, h *zipHead, br *bufio.Reader) (end, err error) {
	member.size = -1
	if h.flags&1 != 0 || h.method != zip.Deflate {
		w.leftOut(member.name, "nothing says where this member ends: ask for a complete copy of the zip", nil)
		return errZipHead, nil
	}
	l, err := w.zipMember(member, h.method, br, &checked{unknown: true})
	if err != nil {
		return nil, err
	}
	// The visitor may have left some.
	if _, end := io.Copy(io.Discard, l); end != nil {
		return end, nil
	}
	return skipSizes(br), nil
}

// skipSizes passes over the sizes behind a member.
func skipSizes(br *bufio.Reader) error {
	head, err := br.Peek(4)
	if err != nil {
		return noEOF(err)
	}
	length := 12
	if string(head) == "PK\x07\x08" {
		length += 4
	}
	// Sizes of 64 bits are not announced: the next signature shows which they are.
	if next, _ := br.Peek(length + 4); len(next) == length+4 && string(next[length:length+2]) != "PK" {
		length += 8
	}
	_, err = br.Discard(length)
	return noEOF(err)
}

// readZipHead reads the next member's head; nil without an error at the directory that follows the last member.
func readZipHead(br *bufio.Reader) (*zipHead, error) {
	var b [30]byte
	if _, err := io.ReadFull(br, b[:4]); err != nil {
		return nil, noEOF(err)
	}
	switch string(b[:4]) {
	case "PK\x03\x04":
	case "PK\x01\x02", "PK\x05\x06", "PK\x06\x06":
		return nil, nil
	default:
		return nil, errZipHead
	}
	if _, err := io.ReadFull(br, b[4:]); err != nil {
		return nil, noEOF(err)
	}
	le := binary.LittleEndian
	h := &zipHead{
		flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), modTime: dosTime(le.Uint16(b[12:]), le.Uint16(b[10:])),
		sum: le.Uint32(b[14:]), packed: uint64(le.Uint32(b[18:])), size: uint64(le.Uint32(b[22:])),
	}
	name := make([]byte, int(le.Uint16(b[26:]))+int(le.Uint16(b[28:])))
	if _, err := io.ReadFull(br, name); err != nil {
		return nil, noEOF(err)
	}
	var extra []byte
	name, extra = name[:le.Uint16(b[26:])], name[le.Uint16(b[26:]):]
	h.name = string(name)
	h.long(extra)
	if h.packed > 1<<62 || h.size > 1<<62 {
		return nil, errZipHead
	}
	return h, nil
}

// long takes sizes over 4 GiB from the extra field.
func (h *zipHead) long(extra []byte) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			return
		}
		if id == 1 && size >= 16 && h.size == 1<<32-1 {
			h.size, h.packed = le.Uint64(extra), le.Uint64(extra[8:])
		}
		extra = extra[size:]
	}
}

// dosTime reads a date and time of two seconds' precision. Its zone is not told, and taken for UTC.
func dosTime(date, clock uint16) time.Time {
	if date == 0 {
		return time.Time{}
	}
	return time.Date(1980+int(date>>9), time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC)
}
