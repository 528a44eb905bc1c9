package follow

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"logdoc"
	"logdoc/source"
)

const (
	// headLength and beforeLength are how many bytes a content is known again by: the first ones, and those before the offset.
	headLength   = 256
	beforeLength = 64
	// sniffLength is how many bytes tell the encoding, and whether a file is a log.
	sniffLength = 8 << 10
	// scanStep bounds what is read of an endless line, or of a hole, in one go.
	scanStep = 8 << 20
)

var (
	// errChanged: other content stands in the file than was read.
	errChanged = errors.New("the file holds other content now")
	// errElsewhere: the path leads to another file, or to none.
	errElsewhere = errors.New("the path leads to another file now")
)

// content is one log as it was written, from its first line to its last, whatever file holds it and whatever that is called. A path leads to one content after the other.
type content struct {
	log  int
	path string
	of   *lineage
	rank int   // of its file in the lineage, as of when that was seen last
	home *spot // the path that it is read for
	// spots counts the paths that lead to it. With none it is leaving: it is read to its end, and then it ends.
	spots int

	id     identity
	file   file // nil while it is closed
	packed *packed
	pack   bool // it is compressed; packed is nil while it is closed

	// offset is where the first line begins that was not given yet, in the bytes of the file, or of what a compressed file holds.
	offset int64
	// decoded is the same place in the bytes that are given out; line counts the lines before it, or is -1.
	decoded int64
	line    int
	// seen is how far was looked for the end of an endless line, or of a hole; 0 where there is none.
	seen int64
	hole bool

	head, before     []byte
	headSum, lastSum logdoc.Fingerprint // of an earlier run, until head and before are read
	unknown          bool               // the sums are all that is known

	encoded bool // the following are known
	wide    bool
	big     bool
	mark    int

	size  int64 // of the file, as of the last look
	mtime time.Time
	links uint64
	// changed and sure are mtime and size as of when it was last certain that the file holds this content.
	changed time.Time
	sure    int64

	drained    bool // nothing more was there at the last reading, and nothing has changed since
	succeeded  bool // another content stands where it stood
	ending     bool // its last line is given now, whole or not
	announced  bool
	over       bool // it has ended, and is kept to be known again
	resting    bool // its position says that it has ended, though it is still followed
	rested     bool // it did so, and nothing was read of it since
	astray     bool // its file is still looked for
	resumed    bool // an earlier run has read of it, and this one has not seen it yet
	damaged    bool // its position could not be read
	marker     bool // its file is gone, and it is kept because nothing else is known of its lineage
	superseded bool // another content is the same, and further
	quiet      time.Time
	read       time.Time
}

// reader gives the bytes of a file, or of what a compressed one holds.
func (c *content) reader() io.ReaderAt {
	if c.packed != nil {
		return c.packed
	}
	return c.file
}

func (c *content) close() {
	if c.packed != nil {
		c.packed.close()
		c.packed = nil
	}
	if c.file != nil {
		c.file.Close()
		c.file = nil
	}
}

// unread reports whether there is something that was not given yet, as of the last look; an unfinished line counts.
func (c *content) unread() int64 {
	if c.pack {
		if c.drained {
			return 0
		}
		return c.size
	}
	return max(0, c.size-c.offset)
}

// notice takes over what the file system says of the file. Something has changed when the size or the time has.
func (c *content) notice(i info, now time.Time) {
	if i.size != c.size || !i.mtime.Equal(c.mtime) {
		if c.hole && i.size == c.size {
			c.seen, c.hole = 0, false // something was written into the hole
		}
		c.drained, c.resting = false, false
		c.quiet = now
	}
	c.size, c.mtime, c.links = i.size, i.mtime, i.links
}

// readFull reads as much as is there, up to len(p). Less is no error.
func readFull(r io.ReaderAt, p []byte, at int64) (int, error) {
	n, err := r.ReadAt(p, at)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// fits reports whether r holds the content: it begins with its head, and has its last bytes before the offset. Without either, anything fits.
func (c *content) fits(r io.ReaderAt) (bool, error) {
	var b [headLength]byte
	if c.unknown {
		for _, part := range []struct {
			sum logdoc.Fingerprint
			at  int64
		}{{c.headSum, 0}, {c.lastSum, c.offset - int64(c.lastSum.Length)}} {
			if part.sum.Length == 0 {
				continue
			}
			if part.sum.Length > headLength || part.at < 0 {
				return false, nil
			}
			n, err := readFull(r, b[:part.sum.Length], part.at)
			if err != nil || n < part.sum.Length || sha256.Sum256(b[:n]) != part.sum.Sum {
				return false, err
			}
		}
		return true, nil
	}
	n, err := readFull(r, b[:len(c.head)], 0)
	if err != nil || !bytes.Equal(b[:n], c.head) {
		return false, err
	}
	n, err = readFull(r, b[:len(c.before)], c.offset-int64(len(c.before)))
	if err != nil || !bytes.Equal(b[:n], c.before) {
		return false, err
	}
	return true, nil
}

// learn reads the bytes that the sums of an earlier run are of.
func (c *content) learn(r io.ReaderAt) error {
	var b [headLength]byte
	n, err := readFull(r, b[:c.headSum.Length], 0)
	if err != nil {
		return err
	}
	c.head = bytes.Clone(b[:n])
	n, err = readFull(r, b[:c.lastSum.Length], c.offset-int64(c.lastSum.Length))
	if err != nil {
		return err
	}
	c.before = bytes.Clone(b[:n])
	c.unknown = false
	return nil
}

// recall reads the head and the bytes before the offset anew; for a content that begins where nothing was read before.
func (c *content) recall(r io.ReaderAt) error {
	c.headSum.Length, c.lastSum.Length = headLength, int(min(c.offset, beforeLength))
	if err := c.learn(r); err != nil {
		return err
	}
	c.head = bytes.TrimRight(c.head, "\x00")
	return nil
}

// encode finds out how the text is encoded. It goes by the first line that is not very short, so that a later run, which has more to go by, finds the same.
func (c *content) encode(head []byte) {
	const short = 32
	if len(head) > short {
		if end := bytes.IndexByte(head[short:], '\n'); end >= 0 {
			head = head[:min(len(head), short+end+2)&^1]
		}
	}
	name, mark := source.Encoding(head)
	c.encoded, c.mark = true, mark
	c.wide = name != "utf-8"
	c.big = name == "utf-16be"
}

// unit is the 16 bits at the start of b.
func (c *content) unit(b []byte) uint16 {
	if c.big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

// firstEnd and lastEnd give where the first and the last line of b that is whole ends, or 0.
func (c *content) firstEnd(b []byte) int {
	if !c.wide {
		return bytes.IndexByte(b, '\n') + 1
	}
	for i := 0; i+2 <= len(b); i += 2 {
		if c.unit(b[i:]) == '\n' {
			return i + 2
		}
	}
	return 0
}

func (c *content) lastEnd(b []byte) int {
	if !c.wide {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	for i := len(b)&^1 - 2; i >= 0; i -= 2 {
		if c.unit(b[i:]) == '\n' {
			return i + 2
		}
	}
	return 0
}

// text decodes b. What is UTF-8 already stays where it is.
func (c *content) text(b []byte) []byte {
	if !c.wide {
		return b
	}
	out := make([]byte, 0, len(b)+len(b)/2)
	for len(b) >= 2 {
		r, size := rune(c.unit(b)), 2
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if len(b) >= 4 {
				pair = utf16.DecodeRune(r, rune(c.unit(b[2:])))
			}
			if r = pair; r != utf8.RuneError {
				size = 4
			}
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	if len(b) > 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return out
}

// rawLength is how many bytes of the file text was decoded from.
func rawLength(text []byte, wide bool) int {
	if !wide {
		return len(text)
	}
	n := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		n += 2
		if r > 0xffff {
			n += 2
		}
		text = text[size:]
	}
	return n
}

// grow adds to the head what b, which stands at the offset at, has of it. NULs at the end may be written over yet.
func (c *content) grow(b []byte, at int64) {
	have := int64(len(c.head))
	if have >= headLength || at > have || at+int64(len(b)) <= have {
		return
	}
	more := b[have-at : min(int64(len(b)), headLength-at)]
	if !c.wide {
		more = bytes.TrimRight(more, "\x00")
	}
	if len(more) > 0 {
		c.head = append(c.head[:have:have], more...) // pieces keep the old one
	}
}

// learnHead reads the head of an open file of which nothing was read yet, and reports whether there is any.
func (c *content) learnHead() bool {
	var b [headLength]byte
	n, err := readFull(c.reader(), b[:], 0)
	if err != nil && n == 0 {
		return false
	}
	c.grow(b[:n], 0)
	return len(c.head) > 0
}

// want is how many bytes of buffer the next reading of c takes at most.
func (c *content) want(maxLine int) int {
	if c.pack {
		return beforeLength + maxLine
	}
	return beforeLength + int(min(int64(maxLine), max(0, c.size-c.offset)+sniffLength))
}

// next reads the next whole lines into buf, which has room for what c wants. more says that there may be more after them. It gives errChanged, and no piece, when the file holds other
// content: the check and the data come from the same reading.
func (c *content) next(buf []byte, maxLine int) (p Piece, long, more bool, err error) {
	if c.seen > 0 {
		return c.far(buf, maxLine)
	}
	back := len(c.before)
	n, err := readFull(c.reader(), buf, c.offset-int64(back))
	if err != nil && n <= back {
		return Piece{}, false, false, err
	}
	damaged := err
	if n < back || !bytes.Equal(buf[:back], c.before) {
		return Piece{}, false, false, errChanged
	}
	if c.packed == nil {
		var b [headLength]byte
		if n, err := readFull(c.file, b[:len(c.head)], 0); err != nil || !bytes.Equal(b[:n], c.head) {
			return Piece{}, false, false, errors.Join(err, errChanged)
		}
	}
	data, at := buf[back:n], c.offset
	full := n == len(buf)
	if !c.encoded && len(data) > 0 && (full || c.ending || bytes.IndexByte(data, '\n') >= 0) {
		c.encode(data[:min(len(data), sniffLength)])
		if at == 0 && c.mark > 0 && len(data) >= c.mark {
			c.head = bytes.Clone(data[:c.mark])
			at, data = int64(c.mark), data[c.mark:]
			c.offset, c.before = at, c.head
			back += c.mark
		}
	}
	c.grow(data, at)
	if !c.wide && len(data) > 0 && data[0] == 0 {
		text := len(data) - len(bytes.TrimLeft(data, "\x00"))
		if text == len(data) {
			if full {
				c.seen, c.hole = at+int64(len(data)), true
			}
			return Piece{}, false, full, damaged
		}
		c.step(buf[:back+text], data[:text], 0)
		c.decoded += int64(text)
		data, back = data[text:], back+text
	}
	end := c.lastEnd(data)
	if end == 0 {
		switch {
		case full && len(data) >= maxLine:
			c.seen = c.offset + int64(len(data)&^1)
			return Piece{}, false, true, damaged
		case c.ending && !full && len(data) > 0:
			end = len(data)
		default:
			return Piece{}, false, full, damaged
		}
	}
	p = c.piece(buf[:back], data[:end], c.text(data[:end]))
	lines := bytes.Count(p.Data, []byte{'\n'})
	c.decoded += int64(len(p.Data))
	c.step(buf[:back+end], data[:end], lines)
	return p, false, full || c.ending, damaged
}

// piece makes a piece of raw bytes, decoded to text, that follow the bytes before.
func (c *content) piece(before, raw, text []byte) Piece {
	p := c.place()
	p.Data, p.raw = text, len(raw)
	p.before = before[max(0, len(before)-beforeLength):]
	p.bytes = raw
	return p
}

// place is a piece without data: where the next begins.
func (c *content) place() Piece {
	p := Piece{Log: c.log, Path: logdoc.LogText(c.path), Offset: c.decoded, Line: c.line + 1, wide: c.wide, head: c.head, before: c.before}
	p.base = logdoc.Position{
		Path: logdoc.LogText(c.path), Device: c.id.device, Inode: c.id.inode, Offset: c.offset, Line: max(0, c.line), Changed: c.changed,
	}
	if c.unknown {
		p.base.Head, p.base.Before = c.headSum, c.lastSum
	}
	p.counted = c.line >= 0
	return p
}

// done is the position of a content that has ended, by which it is known again.
func (c *content) done() logdoc.Position {
	p := c.place()
	at := p.Position(0)
	at.Ended = true
	return at
}

// step moves the offset behind raw, which read ends with, and which has so many lines.
func (c *content) step(read, raw []byte, lines int) {
	c.offset += int64(len(raw))
	c.before = bytes.Clone(read[max(0, len(read)-beforeLength):])
	if c.line >= 0 {
		c.line += lines
	}
}

// far looks for the end of an endless line, or of a hole, without keeping what is between.
func (c *content) far(buf []byte, maxLine int) (p Piece, long, more bool, err error) {
	if fits, err := c.fits(c.reader()); err != nil || !fits {
		return Piece{}, false, false, errors.Join(err, errChanged)
	}
	for left := scanStep; left > 0; {
		n, err := readFull(c.reader(), buf, c.seen)
		if n == 0 {
			if c.ending && !c.hole && err == nil {
				return c.longLine(buf, maxLine, c.seen, 0)
			}
			return Piece{}, false, false, err
		}
		left -= n
		switch {
		case c.hole:
			text := n - len(bytes.TrimLeft(buf[:n], "\x00"))
			if text == n {
				c.seen += int64(n)
				continue
			}
			to := c.seen + int64(text)
			c.decoded += to - c.offset
			c.offset, c.before = to, make([]byte, beforeLength)
			c.seen, c.hole = 0, false
			return Piece{}, false, true, nil
		default:
			if end := c.firstEnd(buf[:n]); end > 0 {
				width := 1
				if c.wide {
					width = 2
				}
				return c.longLine(buf, maxLine, c.seen+int64(end), width)
			}
			if c.wide && n%2 == 1 && n > 1 {
				n--
			}
			c.seen += int64(n)
			if c.wide && n == 1 {
				c.seen--
				return Piece{}, false, false, err
			}
		}
	}
	return Piece{}, false, true, nil
}

// longLine gives the beginning of the endless line that ends at end, with a line end of so many bytes.
func (c *content) longLine(buf []byte, maxLine int, end int64, width int) (p Piece, long, more bool, err error) {
	keep := min(maxLine, len(buf)) - 1
	if c.wide {
		keep &^= 1
	}
	n, err := readFull(c.reader(), buf[:keep], c.offset)
	if err != nil || n < keep {
		return Piece{}, false, false, errors.Join(err, errChanged)
	}
	if !c.wide {
		for i := 1; i <= utf8.UTFMax && i <= keep; i++ {
			if utf8.RuneStart(buf[keep-i]) {
				if !utf8.FullRune(buf[keep-i : keep]) {
					keep -= i
				}
				break
			}
		}
	} else if utf16.IsSurrogate(rune(c.unit(buf[keep-2:]))) && c.unit(buf[keep-2:]) < 0xdc00 {
		keep -= 2
	}
	text := append(c.text(buf[:keep]), '\n')
	p = c.piece(c.before, nil, text)
	p.Cut = end - c.offset - int64(keep) - int64(width)
	last := min(end-c.offset, beforeLength)
	tail := make([]byte, last)
	if n, err := readFull(c.reader(), tail, end-last); err != nil || n < int(last) {
		return Piece{}, false, false, errors.Join(err, errChanged)
	}
	p.raw, p.tail = int(end-c.offset), tail
	c.decoded += int64(len(text)) - 1 + p.Cut + int64(width)
	c.offset, c.before, c.seen = end, tail, 0
	if c.line >= 0 {
		c.line++
	}
	return p, true, true, nil
}

// Position is where a later run goes on if everything before it is accounted for: after the first n bytes of Data, which end a line, or before them all with 0.
// It can be asked for as long as Data is valid. The rest of an endless line that was cut belongs to its Data.
func (p *Piece) Position(n int) logdoc.Position {
	at := p.base
	before := p.before
	switch {
	case n >= len(p.Data) && p.tail != nil:
		at.Offset += int64(p.raw)
		before = p.tail
	case n > 0 && p.tail == nil:
		raw := min(rawLength(p.Data[:n], p.wide), len(p.bytes))
		at.Offset += int64(raw)
		last := append(bytes.Clone(p.before), p.bytes[max(0, raw-beforeLength):raw]...)
		before = last[max(0, len(last)-beforeLength):]
	}
	if p.counted {
		if n > 0 {
			at.Line += bytes.Count(p.Data[:n], []byte{'\n'})
		}
	} else {
		at.Line = 0
	}
	if p.head != nil || p.base.Head.Length == 0 {
		at.Head, at.Before = fingerprint(p.head), fingerprint(before)
	}
	return at
}

func fingerprint(b []byte) logdoc.Fingerprint {
	if len(b) == 0 {
		return logdoc.Fingerprint{}
	}
	return logdoc.Fingerprint{Length: len(b), Sum: sha256.Sum256(b)}
}
