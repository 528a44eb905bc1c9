package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"
	"testing/fstest"
	"time"

	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"logdoc"
)

// member is one member of a crafted archive.
type member struct {
	name string
	data string
	kind byte // of a tar header; 0 is a file
	flag uint16
}

var crafted = time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func makeTar(members ...member) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Mode: 0o644, Size: int64(len(m.data)), Typeflag: m.kind, ModTime: crafted}
		if m.kind == tar.TypeSymlink || m.kind == tar.TypeLink {
			h.Linkname, h.Size = m.data, 0
			must(w.WriteHeader(h))
			continue
		}
		must(w.WriteHeader(h))
		_, err := io.WriteString(w, m.data)
		must(err)
	}
	must(w.Close())
	return b.String()
}

func makeZip(members ...member) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: crafted}
		if m.flag&1 != 0 {
			h.Flags, h.Method = m.flag, zip.Store
			h.UncompressedSize64, h.CompressedSize64 = uint64(len(m.data)), uint64(len(m.data))
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

func makeGz(data string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.String()
}

func makeZst(data string) string {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	must(err)
	_, err = io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.String()
}

func makeLz4(data string) string {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	_, err := io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.String()
}

// bz2OneTwo is "one\ntwo\n".
const bz2OneTwo = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xa7\x14\x2b\x77\x00\x00\x02\xc1\x80\x00\x10\x02\x01\x84\x80\x20\x00\x21\x80\x0c\x02\x38\xf5\x1b\x8b\xb9\x22\x9c\x28\x48\x53\x8a\x15\xbb\x80"

// makeXz packs data without compressing it; dict is the code of the dictionary's size in the block's head (22 is 8 MiB, 40 is 4 GiB).
func makeXz(data string, dict byte) string {
	sum := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	flags := []byte{0, 1}
	out := append([]byte("\xfd7zXZ\x00"), flags...)
	out = append(out, sum(flags)...)
	block := []byte{2, 0, 0x21, 1, dict, 0, 0, 0}
	block = append(block, sum(block)...)
	start := len(out)
	out = append(out, block...)
	control := byte(1)
	for rest := data; rest != ""; {
		n := min(len(rest), 1<<16)
		out = append(out, control, byte((n-1)>>8), byte(n-1))
		out = append(out, rest[:n]...)
		rest, control = rest[n:], 2
	}
	out = append(out, 0)
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
	out = append(out, sum(back)...)
	return string(append(append(out, back...), "YZ"...))
}

// lines is n numbered lines that compress badly enough for a cut to fall inside them.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d %x\n", i, crc32.ChecksumIEEE([]byte{byte(i), byte(i >> 8)}))
	}
	return b.String()
}

// walked is what one walk gave.
type walked struct {
	streams []Stream
	text    map[logdoc.LogText]string
	notes   []string
	lost    bool
	err     error
}

// String shows a walk as one line for each stream, short content included, and each note.
func (w walked) String() string {
	var b strings.Builder
	for _, s := range w.streams {
		text := w.text[s.Name]
		shown := fmt.Sprintf("%q", text)
		if len(text) > 40 {
			shown = fmt.Sprintf("%d bytes", len(text))
		}
		if s.Binary {
			shown = "binary " + shown
		}
		fmt.Fprintf(&b, "%s = %s\n", s.Name, shown)
	}
	for _, n := range w.notes {
		fmt.Fprintln(&b, n)
	}
	return b.String()
}

// walk lists and walks one crafted file, as a regular file.
func walk(name, data string, limits Limits) walked {
	inputs, problems := List(fstest.MapFS{name: {Data: []byte(data), ModTime: crafted}}, []string{name}, nil)
	if len(problems) > 0 {
		panic(problems)
	}
	return walkInput(context.Background(), inputs[0], NewBudget(limits), 512)
}

// walkStdin walks the same as a stream without random access.
func walkStdin(data string, limits Limits) walked {
	inputs, _ := List(fstest.MapFS{}, []string{"-"}, strings.NewReader(data))
	return walkInput(context.Background(), inputs[0], NewBudget(limits), 64<<10)
}

func walkInput(ctx context.Context, in Input, budget *Budget, step int) walked {
	w := walked{text: map[logdoc.LogText]string{}}
	w.err = in.Walk(ctx, budget, func(s *Stream) error {
		var b strings.Builder
		for buf := make([]byte, step); ; {
			n, err := s.Read(buf)
			b.Write(buf[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		w.streams = append(w.streams, *s)
		w.text[s.Name] = b.String()
		return nil
	}, func(name logdoc.LogText, n logdoc.Note) {
		mark := "-"
		if n.LeftOut {
			mark, w.lost = "!", true
		}
		line := fmt.Sprintf("%s %s: %s", mark, name, n.Text)
		if n.Detail != "" {
			line += " [" + string(n.Detail) + "]"
		}
		w.notes = append(w.notes, line)
	})
	return w
}

var _ fs.StatFS = Disk{}

// putSum writes the CRC of data where a format has it.
func putSum(at, data []byte) { binary.LittleEndian.PutUint32(at, crc32.ChecksumIEEE(data)) }
