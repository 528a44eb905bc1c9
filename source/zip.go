package source

import (
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"

	"logdoc"
)

// maxDirectory is how many bytes of names a zip's directory may have to be held in memory; a longer one is read member by member.
const maxDirectory = 64 << 20

var errLongDirectory = errors.New("the zip's directory is too long to hold")

// zip reads a zip by the directory at its end, and without one from its start. at gives random access, nil when there is only the stream.
func (w *walker) zip(it item, r io.Reader, at io.ReaderAt) error {
	at, size, done := w.randomAccess(it, r, at)
	defer done()
	if at == nil {
		return w.ctx.Err()
	}
	entries, length := 0, 0
	zr, err := zip.NewReaderWithOptions(at, size, zip.ReaderOptions{NameDecoder: func(h *zip.FileHeader) error {
		entries++
		length += len(h.Name)
		h.Comment = ""
		if entries > w.budget.limits.Members || length > maxDirectory {
			return errLongDirectory
		}
		return nil
	}})
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return w.zipForward(it, io.NewSectionReader(at, 0, size), err)
	}
	return w.zipListed(it, zr.File, overlapping(zr.File, size))
}

// randomAccess gives random access to an archive and its size: what there is of it already, else by a spill, which done gives back. at is nil when there was no room for
// one, which is then told.
func (w *walker) randomAccess(it item, r io.Reader, at io.ReaderAt) (_ io.ReaderAt, size int64, done func()) {
	if at != nil {
		return at, it.size, func() {}
	}
	s, err := newSpill(r, it.size, w.budget)
	if err != nil {
		w.notSpilled(it.name, err)
		return nil, 0, func() {}
	}
	return s, s.size, func() { s.Close() }
}

// notSpilled tells why an archive in another one could not be read.
func (w *walker) notSpilled(name string, err error) {
	var limit limitError
	if errors.As(err, &limit) {
		w.leftOut(name, string(limit), nil)
		return
	}
	w.leftOut(name, "there was no room for an archive inside another: unpack the outer one and give the folder", err)
}

// zipListed reads the members that a zip's directory lists.
func (w *walker) zipListed(it item, files []*zip.File, shared map[*zip.File]bool) error {
	seen := newNames()
	var others special
	defer func() { others.tell(w, it.name) }()
	regular := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name, "/") {
			regular++
		}
	}
	for _, f := range files {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := w.budget.member(); err != nil {
			w.broken(it.name, 0, err)
			return nil
		}
		mode := f.Mode()
		switch {
		case mode.IsDir(), isMacOS(f.Name):
			continue
		case !mode.IsRegular():
			others.add(mode, zipName(f.Name))
			continue
		}
		member := seen.in(it, zipName(f.Name))
		if regular == 1 {
			member = rotatedZip(it, member)
		}
		member.size, member.modTime = int64(f.UncompressedSize64), writtenAt(f.Modified, it.modTime)
		if f.Flags&1 != 0 {
			w.encrypted(member)
			continue
		}
		if shared[f] {
			w.leftOut(member.name, "its packed bytes are also another member's, as only a zip that is meant to harm has it: it was not read", nil)
			continue
		}
		raw, err := f.OpenRaw()
		if err != nil {
			w.broken(member.name, 0, noEOF(err))
			continue
		}
		if _, err := w.zipMember(member, f.Method, raw, &checked{size: f.UncompressedSize64, sum: f.CRC32}); err != nil {
			return err
		}
	}
	return nil
}

// overlapping finds members whose packed bytes are those of another member too, by which a small zip unpacks to any size; the first of them is not counted. Where all of them
// together fit into the zip nothing is looked at.
func overlapping(files []*zip.File, size int64) map[*zip.File]bool {
	var sum uint64
	for _, f := range files {
		sum += min(f.CompressedSize64, 1<<40)
	}
	if sum <= uint64(size) {
		return nil
	}
	type extent struct {
		file  *zip.File
		start int64
	}
	var extents []extent
	for _, f := range files {
		if start, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 {
			extents = append(extents, extent{f, start})
		}
	}
	slices.SortStableFunc(extents, func(a, b extent) int { return cmp.Compare(a.start, b.start) })
	shared := map[*zip.File]bool{}
	var end uint64
	for _, e := range extents {
		if uint64(e.start) < end {
			shared[e.file] = true
			continue
		}
		end = uint64(e.start) + min(e.file.CompressedSize64, 1<<60)
	}
	return shared
}

// rotatedZip takes a zip that holds nothing but one rotated log for that log: FlumeClient.2017-09-11_04-05-09.[1].log.zip.
func rotatedZip(it, member item) item {
	if it.log[strings.LastIndexByte(it.log, '/')+1:] == member.log[strings.LastIndexByte(member.log, '/')+1:] {
		member.log, member.order = it.log, it.order
	}
	return member
}

func (w *walker) encrypted(member item) {
	w.leftOut(member.name, "it is encrypted and was not read: unpack it with its password and give the folder", nil)
}

// zipMember reads one member from its packed bytes and returns the layer that was read from.
func (w *walker) zipMember(member item, method uint16, raw io.Reader, body *checked) (*layer, error) {
	open, ok := zipDecoder(method)
	if !ok {
		text := fmt.Sprintf("it is packed by method %d, which logdoc does not know: unpack it and give the result", method)
		w.leftOut(member.name, text, nil)
		return nil, nil
	}
	if member.from == nil {
		in := &counter{r: raw}
		raw, member.from, member.start = in, &in.count, 0
	}
	rc := open(raw)
	defer rc.Close()
	body.r = rc
	l := member.layer(w, body)
	err := w.content(member, l, nil)
	w.broken(member.name, l.count, l.err)
	return l, err
}

var (
	errLonger   = errors.New("it is longer than the archive states")
	errChecksum = errors.New("the checksum does not fit")
)

// checked compares a member with the size and sum that the archive states for it, at its end. Bytes beyond that size are given out all the same.
type checked struct {
	r          io.Reader
	size, read uint64
	sum, crc   uint32
	unknown    bool // the archive states neither before the member
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += uint64(n)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	if err != io.EOF || c.unknown {
		return n, err
	}
	switch {
	case c.read < c.size:
		return n, io.ErrUnexpectedEOF
	case c.read > c.size:
		return n, errLonger
	case c.sum != 0 && c.sum != c.crc:
		return n, errChecksum
	}
	return n, io.EOF
}

// tellForward says why a zip was read without its directory, once it is known how far that went.
func (w *walker) tellForward(it item, count int64, why, end error) {
	switch {
	case end != nil:
		w.broken(it.name, count, end)
	case !errors.Is(why, errLongDirectory):
		w.say(it.name, logdoc.Note{Text: "the zip's directory is damaged: its members were read as they stand in it", Detail: logdoc.LogText(why.Error())})
	}
}
