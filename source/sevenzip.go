package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/bodgit/sevenzip"
)

// sevenMagic opens a 7z; sevenStart is how long its first header is, which says where the last one stands.
const (
	sevenMagic = "7z\xbc\xaf\x27\x1c"
	sevenStart = 32
)

// maxSevenLevels is how often the list of members may be packed: 7-Zip packs it once.
const maxSevenLevels = 3

var (
	errSevenHead   = errors.New("the list of members is damaged")
	errSevenCut    = errors.New("the list of members, which stands at the end, is missing")
	errSevenLocked = errors.New("the list of members is encrypted")
)

// sevenZip reads a 7z. Its list of members stands at its end, so it needs random access as a zip does, and without that list nothing can be read.
func (w *walker) sevenZip(it item, r io.Reader, at io.ReaderAt) error {
	at, size, done := w.randomAccess(it, r, at)
	defer done()
	if at == nil {
		return w.ctx.Err()
	}
	archive, head, err := openSeven(at, size, w.budget.limits.Members)
	if err != nil {
		w.notListed(it.name, err)
		return w.ctx.Err()
	}
	it.from = &head.list.read
	return w.sevenListed(it, archive.File, head)
}

// notListed tells why the members of a 7z are not known.
func (w *walker) notListed(name string, err error) {
	var limit limitError
	switch {
	case errors.As(err, &limit):
		w.leftOut(name, string(limit), nil)
	case errors.Is(err, errSevenLocked):
		w.leftOut(name, "it is encrypted, with its list of members, and was not read: unpack it with its password and give the folder", nil)
	case errors.Is(err, errSevenCut):
		w.leftOut(name, "it is cut off: the list of its members stands at the end and is missing: ask for a complete copy", nil)
	default:
		w.leftOut(name, "the list of its members is damaged, and without it nothing can be read: ask for a complete copy", err)
	}
}

// openSeven opens a 7z whose list of members was looked through before. The library trusts the counts in that list, and would make room for four
// thousand million members at the word of a dozen bytes; so it is never shown a list that has not been checked, and packed lists are
// unpacked here, one level at a time, by showing it an archive of which that list is the only member.
func openSeven(at io.ReaderAt, size int64, members int) (*sevenzip.Reader, *sevenHead, error) {
	list, err := sevenList(at, size)
	if err != nil {
		return nil, nil, err
	}
	for range maxSevenLevels {
		if len(list) > 0 && list[0] == sevenPackedHeader {
			if list, err = unpackSevenList(at, size, list); err != nil {
				return nil, nil, err
			}
			continue
		}
		head, err := checkSevenHead(list, members)
		if err != nil {
			return nil, nil, err
		}
		archive, from, err := sevenWith(at, size, list)
		head.list = from
		return archive, head, err
	}
	return nil, nil, errSevenHead
}

// sevenList reads the last header of a 7z as it stands there.
func sevenList(at io.ReaderAt, size int64) ([]byte, error) {
	var start [sevenStart]byte
	if _, err := at.ReadAt(start[:], 0); err != nil {
		return nil, errSevenCut
	}
	le := binary.LittleEndian
	offset, length, sum := le.Uint64(start[12:]), le.Uint64(start[20:]), le.Uint32(start[28:])
	switch {
	case crc32.ChecksumIEEE(start[12:]) != le.Uint32(start[8:]):
		return nil, errSevenHead
	case length > maxDirectory:
		return nil, limitError("the list of its members is too long to hold: unpack it by itself and give the folder")
	case offset > uint64(size) || uint64(size)-offset < sevenStart+length:
		return nil, errSevenCut
	}
	list := make([]byte, length)
	if _, err := at.ReadAt(list, sevenStart+int64(offset)); err != nil && err != io.EOF {
		return nil, err
	}
	if crc32.ChecksumIEEE(list) != sum {
		return nil, errSevenHead
	}
	return list, nil
}

// unpackSevenList unpacks a packed list of members.
func unpackSevenList(at io.ReaderAt, size int64, list []byte) ([]byte, error) {
	c := &sevenChecker{rest: list[1:], members: 1}
	c.streams()
	switch {
	case c.err != nil:
		return nil, c.err
	case len(c.rest) > 0 || len(c.head.folders) != 1:
		return nil, errSevenHead
	case c.head.folders[0].locked:
		return nil, errSevenLocked
	case c.head.folders[0].refused != nil:
		return nil, c.head.folders[0].refused
	case c.head.folders[0].size > maxDirectory:
		return nil, limitError("the list of its members is too long to hold: unpack it by itself and give the folder")
	}
	// header, its streams, one file of no name, end
	only := append([]byte{sevenHeader, sevenStreams}, list[1:]...)
	only = append(only, sevenFiles, 1, sevenNames, 3, 0, 0, 0, sevenEnd, sevenEnd)
	archive, _, err := sevenWith(at, size, only)
	if err != nil {
		return nil, err
	}
	if len(archive.File) != 1 {
		return nil, errSevenHead
	}
	var out bytes.Buffer
	err = guarded(func() error {
		r, err := archive.File[0].Open()
		if err != nil {
			return err
		}
		_, err = out.ReadFrom(&checked{r: r, size: archive.File[0].UncompressedSize, sum: archive.File[0].CRC32})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sevenWith opens the archive as if list were its last header.
func sevenWith(at io.ReaderAt, size int64, list []byte) (archive *sevenzip.Reader, from *relisted, err error) {
	var start [sevenStart]byte
	copy(start[:], sevenMagic)
	start[7] = 4
	le := binary.LittleEndian
	le.PutUint64(start[12:], uint64(size-sevenStart))
	le.PutUint64(start[20:], uint64(len(list)))
	le.PutUint32(start[28:], crc32.ChecksumIEEE(list))
	le.PutUint32(start[8:], crc32.ChecksumIEEE(start[12:]))
	from = &relisted{start: start[:], body: at, size: size, list: list}
	err = guarded(func() error {
		archive, err = sevenzip.NewReader(from, size+int64(len(list)))
		return err
	})
	return archive, from, err
}

// relisted is an archive with another first and last header.
type relisted struct {
	start []byte
	body  io.ReaderAt
	size  int64
	list  []byte
	read  int64 // of the body
}

func (r *relisted) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && err == nil {
		at := off + int64(n)
		var got int
		switch {
		case at < sevenStart:
			got = copy(p[n:], r.start[at:])
		case at < r.size:
			got, err = r.body.ReadAt(p[n:n+int(min(int64(len(p)-n), r.size-at))], at)
			r.read += int64(got)
			if got > 0 {
				err = nil
			}
		case at < r.size+int64(len(r.list)):
			got = copy(p[n:], r.list[at-r.size:])
		default:
			err = io.EOF
		}
		n += got
	}
	return n, err
}

// guarded runs what other people's decoders do, and takes a panic for an error.
func guarded(do func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errDecoder
		}
	}()
	return do()
}

// sevenListed reads the members that a 7z lists. Those of one folder are packed as one stream, one behind the other: what is not wanted of a member is read all the
// same, and where a stream breaks, all that follows in it is lost.
func (w *walker) sevenListed(it item, files []*sevenzip.File, head *sevenHead) error {
	seen := newNames()
	var others special
	defer func() { others.tell(w, it.name) }()
	lost, last := map[int]bool{}, map[int]int{}
	for i, f := range files {
		if f.UncompressedSize > 0 {
			last[f.Stream] = i
		}
	}
	for i, f := range files {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := w.budget.member(); err != nil {
			w.broken(it.name, 0, err)
			return nil
		}
		mode := f.Mode()
		wanted := mode.IsRegular() && !isMacOS(f.Name)
		if !mode.IsRegular() && !mode.IsDir() {
			others.add(mode, f.Name)
		}
		member := it
		if wanted {
			member = seen.in(it, f.Name)
		}
		member.size, member.modTime = int64(f.UncompressedSize), writtenAt(f.Modified, it.modTime)
		if f.UncompressedSize == 0 {
			if wanted {
				if err := w.content(member, bytes.NewReader(nil), nil); err != nil {
					return err
				}
			}
			continue
		}
		folder := head.folder(f.Stream)
		switch {
		case folder.locked:
			w.encrypted(member)
			continue
		case folder.refused != nil:
			w.leftOut(member.name, folder.refused.Error(), nil)
			continue
		case lost[f.Stream]:
			w.leftOut(member.name, "it stands behind damage in the same packed stream: ask for a complete copy", nil)
			continue
		}
		whole, err := w.sevenMember(member, f, wanted, last[f.Stream] != i)
		if err != nil {
			return err
		}
		lost[f.Stream] = !whole
	}
	return nil
}

// sevenMember reads one member to its end. whole is false when the stream broke, or when a limit stopped it.
func (w *walker) sevenMember(member item, f *sevenzip.File, wanted, more bool) (whole bool, err error) {
	var rc io.ReadCloser
	opening := guarded(func() (err error) { rc, err = f.Open(); return err })
	if opening != nil {
		w.broken(member.name, 0, noEOF(opening))
		return false, nil
	}
	body := &checked{r: rc, size: f.UncompressedSize, sum: f.CRC32}
	member.start = *member.from
	l := member.layer(w, body)
	if wanted {
		if err := w.content(member, l, nil); err != nil {
			return false, err
		}
	}
	_, _ = io.Copy(io.Discard, l)
	w.broken(member.name, l.count, l.err)
	if l.err != io.EOF && !errors.Is(l.err, errChecksum) {
		return false, w.ctx.Err()
	}
	if more {
		// Closing keeps the stream for the member that follows. Without one it is left to the garbage collector, for the library would keep its dictionary.
		if err := guarded(rc.Close); err != nil {
			return false, nil
		}
	}
	return true, nil
}

// sevenHead is what the check of a 7z's list of members has found.
type sevenHead struct {
	folders []sevenFolder
	list    *relisted
}

// sevenFolder is one packed stream, which may hold many members.
type sevenFolder struct {
	size    uint64
	locked  bool
	refused error // why it is not unpacked
}

func (h *sevenHead) folder(i int) sevenFolder {
	if i < 0 || i >= len(h.folders) {
		return sevenFolder{refused: errSevenHead}
	}
	return h.folders[i]
}

func sevenTooMany(members int) limitError {
	return limitError(fmt.Sprintf("it has more than %d members: raise --max-members to read it", members))
}
