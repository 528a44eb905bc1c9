package source

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

// The tests of this file hold for every way of decoding gzip that logdoc can be built with: what is read, and how it ends, is what the standard library says.

// ending is how a gzip stream ended, for comparing.
func ending(err error) string {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return "whole"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, stdgzip.ErrChecksum):
		return "wrong sum"
	case errors.Is(err, errTrailing):
		return "something follows"
	}
	return "damaged"
}

// readOurs reads a stream with reads of some size.
func readOurs(packed io.Reader, size int) (text []byte, end string) {
	r, err := newGzipReader(bufio.NewReaderSize(packed, 32<<10))
	if err != nil {
		return nil, ending(err)
	}
	defer r.Close()
	buf := make([]byte, size)
	for {
		n, err := r.Read(buf)
		text = append(text, buf[:n]...)
		if err != nil {
			return text, ending(err)
		}
	}
}

// readStandard reads a stream with the standard library, which takes what follows the last member for a damaged one.
func readStandard(packed []byte) (text []byte, end string) {
	in := bytes.NewReader(packed)
	r, err := stdgzip.NewReader(in)
	if err != nil {
		return nil, ending(noEOF(err))
	}
	for rest := packed; ; {
		if rest[3]>>5 != 0 {
			return text, "damaged" // flags that are reserved, which the standard library passes over
		}
		r.Multistream(false)
		part, err := io.ReadAll(r)
		text = append(text, part...)
		if err != nil {
			return text, ending(err)
		}
		rest = packed[len(packed)-in.Len():]
		switch {
		case bytes.HasPrefix(rest, []byte("\x1f\x8b\x08")):
			if err := r.Reset(in); err != nil {
				return text, ending(noEOF(err))
			}
		case len(bytes.Trim(rest, "\x00")) == 0:
			return text, "whole"
		default:
			return text, "something follows"
		}
	}
}

// gzipKinds are streams of every kind of block, of members that are joined, and with all that a header can hold.
func gzipKinds(t testing.TB) map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	log := strings.Repeat("2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n", 60)
	for i := range 100 {
		log += fmt.Sprintf("2026-03-04 05:06:%02d host%d INFO %d bytes of %x\n", i%60, i%7, i*i, i*7919)
	}
	level := func(text string, level int, header ...string) []byte {
		var b bytes.Buffer
		w, err := stdgzip.NewWriterLevel(&b, level)
		if err != nil {
			t.Fatal(err)
		}
		if len(header) > 0 {
			w.Name, w.Comment, w.Extra = header[0], header[1], []byte(header[2])
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	kinds := map[string][]byte{
		"empty":       level("", stdgzip.DefaultCompression),
		"one byte":    level("x", stdgzip.DefaultCompression),
		"fixed codes": level("abcabcabc\n", stdgzip.BestCompression),
		"log":         level(log, stdgzip.DefaultCompression),
		"fast":        level(log, stdgzip.BestSpeed),
		"no matches":  level(log, stdgzip.HuffmanOnly),
		"stored":      level(log[:500]+string(noise), stdgzip.NoCompression),
		"noise":       level(string(noise), stdgzip.DefaultCompression),
		"header":      level(log, stdgzip.DefaultCompression, "app.log", "a comment", "extra"),
		"run":         level(strings.Repeat("x", 200_000), stdgzip.BestCompression),
	}
	joined := bytes.Join([][]byte{kinds["log"], kinds["empty"], kinds["stored"], kinds["run"], kinds["header"]}, nil)
	kinds["joined"] = joined
	kinds["padded"] = append(bytes.Clone(kinds["log"]), make([]byte, 700)...)
	kinds["junk behind"] = append(bytes.Clone(joined), "junk"...)
	kinds["another's start behind"] = append(bytes.Clone(kinds["log"]), "\x1f\x8b\x08\xff"...)
	return kinds
}

// aheadBytes is the most text that may come of the bits that a decoder has looked ahead at: 64, of which two make a symbol of 258 bytes.
const aheadBytes = 64 / 2 * 258

// sameGzip compares what we make of a stream with what the standard library does: the same of a whole one, and of another one the same up to where one of the two stops. Decoders
// look ahead, and see damage of a table earlier or later.
func sameGzip(t *testing.T, what string, packed []byte, sizes ...int) {
	t.Helper()
	want, wantEnd := readStandard(packed)
	for _, size := range sizes {
		text, end := readOurs(bytes.NewReader(packed), size)
		shared := min(len(text), len(want))
		switch {
		case wantEnd == "damaged" || end == "damaged" && wantEnd != "whole":
		case end != wantEnd, len(text)+len(want)-2*shared > aheadBytes, end == "whole" && len(text) != len(want):
			t.Errorf("%s, read %d at a time: %d bytes, %s; want %d, %s", what, size, len(text), end, len(want), wantEnd)
		}
		if !bytes.Equal(text[:shared], want[:shared]) {
			t.Errorf("%s, read %d at a time: another text", what, size)
		}
	}
}

func TestGzip(t *testing.T) {
	for name, packed := range gzipKinds(t) {
		t.Run(name, func(t *testing.T) {
			sameGzip(t, "whole", packed, 1, 7, 4096, 32<<10, 512<<10)
			// However the bytes come in, and with an error where the end would be.
			text, end := readOurs(iotest.OneByteReader(bytes.NewReader(packed)), 1000)
			want, wantEnd := readStandard(packed)
			if end != wantEnd || !bytes.Equal(text, want) {
				t.Errorf("byte by byte: %d bytes, %s; want %d, %s", len(text), end, len(want), wantEnd)
			}
			failed := errors.New("the disk failed")
			if _, end := readOurs(io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), errorReader{failed}), 1000); end != "damaged" {
				t.Errorf("a failing disk ends it with %q", end)
			}
		})
	}
}

func TestGzipCutAnywhere(t *testing.T) {
	for name, packed := range gzipKinds(t) {
		step := max(1, len(packed)/200)
		for cut := 0; cut < len(packed); cut += step {
			sameGzip(t, fmt.Sprintf("%s, %d of %d bytes", name, cut, len(packed)), packed[:cut], 64<<10)
		}
	}
}

// Damage is seen, and what stands before it is read.
func TestGzipDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	kinds := gzipKinds(t)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		packed := kinds[name]
		whole, _ := readStandard(packed)
		for range 150 {
			damaged := bytes.Clone(packed)
			at, bit := rng.IntN(len(damaged)), rng.IntN(8)
			damaged[at] ^= 1 << bit
			what := fmt.Sprintf("%s, bit %d of byte %d", name, bit, at)
			sameGzip(t, what, damaged, 64<<10)
			text, end := readOurs(bytes.NewReader(damaged), 64<<10)
			before, _ := readStandard(packed[:at])
			if len(text) < len(before)-aheadBytes || !bytes.HasPrefix(text, whole[:max(0, len(before)-aheadBytes)]) {
				t.Errorf("%s: %d bytes are read, %d stand in front of the damage", what, len(text), len(before))
			}
			if _, wantEnd := readStandard(damaged); (end == "whole") != (wantEnd == "whole") {
				t.Errorf("%s: %s, want %s", what, end, wantEnd)
			}
		}
	}
}

func FuzzGzip(f *testing.F) {
	for _, packed := range gzipKinds(f) {
		if len(packed) < 4096 {
			f.Add(packed, 1000)
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte, size int) {
		sameGzip(t, "fuzzed", packed, 1+max(size, -size)%(1<<20), 64<<10)
	})
}
