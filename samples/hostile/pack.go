package hostile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// member is one member of an archive. How is a tar's type, or a Unix mode for the others; link is where a link leads.
type member struct {
	name, data string
	kind       byte
	link       string
	flags      uint16 // of a zip
	method     uint16 // of a zip, when flags or sizes are given
	raw        bool   // a zip's member whose data is already packed
	size       uint64 // what a zip states, when raw
	mode       uint32
}

var written = time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// good is the good log as a member.
var good = member{name: LogName, data: Log}

func makeTar(members ...member) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Mode: 0o644, Size: int64(len(m.data)), Typeflag: m.kind, Linkname: m.link, ModTime: written}
		if m.kind == tar.TypeXGlobalHeader {
			h = &tar.Header{Typeflag: m.kind, PAXRecords: map[string]string{"comment": "odd"}}
		}
		must(w.WriteHeader(h))
		_, err := io.WriteString(w, m.data)
		must(err)
	}
	must(w.Close())
	return b.String()
}

// retar changes the header at an offset and makes its sum right again.
func retar(archive string, at int, change func(head []byte)) string {
	b := []byte(archive)
	head := b[at : at+512]
	change(head)
	copy(head[148:], "        ")
	sum := 0
	for _, c := range head {
		sum += int(c)
	}
	copy(head[148:], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	return string(b)
}

func makeZip(members ...member) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: written}
		if m.mode != 0 {
			h.CreatorVersion, h.ExternalAttrs = 3<<8, m.mode<<16
		}
		if m.raw {
			h.Flags, h.Method = m.flags, m.method
			h.UncompressedSize64, h.CompressedSize64 = m.size, uint64(len(m.data))
			f, err := w.CreateRaw(h)
			must(err)
			_, err = io.WriteString(f, m.data)
			must(err)
			continue
		}
		f, err := w.CreateHeader(h)
		must(err)
		_, err = io.WriteString(f, m.data)
		must(err)
	}
	must(w.Close())
	return b.String()
}

// directory returns where the directory of a zip starts, which is where its members end.
func directory(archive string) int { return strings.Index(archive, "PK\x01\x02") }

// shareZip is a zip of which all members but the last have the same packed bytes.
func shareZip(count int, data string) string {
	packed := deflated(data)
	le := binary.LittleEndian
	fields := func(name string, packed, size int, sum uint32) []byte {
		f := le.AppendUint16(nil, 20)
		f = append(f, 0, 0, 8, 0, 0, 0, 0x64, 0x5c)
		f = le.AppendUint32(f, sum)
		f = le.AppendUint32(le.AppendUint32(f, uint32(packed)), uint32(size))
		return append(f, byte(len(name)), 0, 0, 0)
	}
	var b, dir []byte
	entry := func(name string, at, packed, size int, sum uint32) {
		dir = append(append(dir, "PK\x01\x02\x14\x00"...), fields(name, packed, size, sum)...)
		dir = append(dir, make([]byte, 10)...)
		dir = append(le.AppendUint32(dir, uint32(at)), name...)
	}
	local := func(name, packed, data string) int {
		at := len(b)
		b = append(append(b, "PK\x03\x04"...), fields(name, len(packed), len(data), crc32.ChecksumIEEE([]byte(data)))...)
		b = append(append(b, name...), packed...)
		return at
	}
	first := local("000", packed, data)
	sum := crc32.ChecksumIEEE([]byte(data))
	for i := range count {
		entry(string([]byte{byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)}), first, len(packed), len(data), sum)
	}
	log := deflated(Log)
	at := local(LogName, log, Log)
	entry(LogName, at, len(log), len(Log), crc32.ChecksumIEEE([]byte(Log)))
	start := len(b)
	b = append(b, dir...)
	b = append(b, "PK\x05\x06\x00\x00\x00\x00"...)
	b = le.AppendUint16(le.AppendUint16(b, uint16(count+1)), uint16(count+1))
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(dir))), uint32(start))
	return string(append(b, 0, 0))
}

func deflated(data string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	must(err)
	_, err = io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.String()
}

func makeGz(data string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	must(err)
	_, err = io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.String()
}

// zeros is a gzip file of so many times 16 MiB of NULs: joined members, as the first is the same as all others.
func zeros(count int) string { return strings.Repeat(makeGz(strings.Repeat("\x00", 16<<20)), count) }

// makeXz packs data without compressing it. dict is the code of the dictionary's size: 22 is 8 MiB, 40 is 4 GiB.
func makeXz(data string, dict byte) string {
	sum := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	flags := []byte{0, 1}
	out := append([]byte("\xfd7zXZ\x00"), flags...)
	out = append(out, sum(flags)...)
	block := []byte{2, 0, 0x21, 1, dict, 0, 0, 0}
	block = append(block, sum(block)...)
	start := len(out)
	out = append(append(out, block...), stored(data)...)
	unpadded := len(out) - start + 4
	for (len(out)-start)%4 != 0 {
		out = append(out, 0)
	}
	out = append(out, sum([]byte(data))...)
	index := append(binary.AppendUvarint(binary.AppendUvarint([]byte{0, 1}, uint64(unpadded)), uint64(len(data))), nil...)
	for len(index)%4 != 0 {
		index = append(index, 0)
	}
	index = append(index, sum(index)...)
	out = append(out, index...)
	back := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	return string(append(append(append(out, sum(back)...), back...), "YZ"...))
}

// stored is data as LZMA2 has what it could not make shorter.
func stored(data string) []byte {
	var out []byte
	control := byte(1)
	for rest := data; rest != ""; control = 2 {
		n := min(len(rest), 1<<16)
		out = append(out, control, byte((n-1)>>8), byte(n-1))
		out = append(out, rest[:n]...)
		rest = rest[n:]
	}
	return append(out, 0)
}

// makeZst packs data without compressing it, and behind it runs of one letter of 128 KiB, four bytes each. window is the descriptor of the window's size.
func makeZst(data string, window byte, runs int) string {
	out := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, window}
	block := func(kind, size, last int) {
		head := size<<3 | kind<<1 | last
		out = append(out, byte(head), byte(head>>8), byte(head>>16))
	}
	last := 0
	if runs == 0 {
		last = 1
	}
	block(0, len(data), last)
	out = append(out, data...)
	for i := range runs {
		if i == runs-1 {
			last = 1
		}
		block(1, 128<<10, last)
		out = append(out, 'x')
	}
	return string(out)
}

// makeLz4 packs data without compressing it and without checksums of the content.
func makeLz4(data string) string {
	// The third byte is the sum of the two before it, which never change.
	out := []byte("\x04\x22\x4d\x18\x60\x40\x82")
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data))|1<<31)
	return string(append(append(out, data...), 0, 0, 0, 0))
}

// bz2Log is Log as bzip2 packs it.
const bz2Log = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xae\x71\x83\x0b\x00\x00\x23\xdf\x80\x00\x10\x40\x02\x5f\xf0\x03\x23\xd2\x00\x3f\xdf\xdf\xf0\x20\x00\x60\x4a\xa9\xfa\x4c" +
	"\xa3\xca\x64\x1a\x0d\xa9\xa3\x32\x8d\x18\x98\xd4\x18\xd3\x41\xa0\x06\x4d\x01\x91\xa6\x86\x26\x8c\xb3\x06\x9d\x4c\x62\x7a\x8c\xf2\xbe\x4b\xe7\xd2\x8b\x72\x82\x3c" +
	"\xa8\xec\xf1\xe0\xf2\xb0\x42\x90\x16\x20\x2a\xb1\xa2\xa0\x91\x21\x0e\x11\x20\x53\x34\x6d\x1d\x82\x66\x84\x0a\xaf\xd2\xc6\x66\xab\x82\x6c\x51\xd2\x50\xd6\x5c\x6d" +
	"\x5a\x65\xa4\xf3\xfd\xd7\x9a\xc5\xc9\x7a\x38\x50\xcb\xe8\x94\xda\xbf\x6c\xfe\x2e\xe4\x8a\x70\xa1\x21\x5c\xe3\x06\x16"
