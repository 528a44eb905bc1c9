package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// texts are what is packed: of every length of code, match and distance, and longer than the window.
func texts() map[string]string {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 150_000)
	skewed := make([]byte, 150_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
		// Few letters are frequent and most rare, so that codes get long.
		skewed[i] = byte(min(255, int(rng.ExpFloat64()*9)))
	}
	var log, near strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&log, "2026-03-04 05:%02d:%02d host%d INFO %d bytes of %x\n", i/60%60, i%60, i%7, i*i, i*7919)
		near.WriteString(strings.Repeat("abcdefg"[:1+i%7], 1+i%300) + string(noise[i:i+i%5]))
	}
	return map[string]string{
		"empty": "", "one byte": "x", "noise": string(noise), "skewed": string(skewed), "log": log.String(), "near matches": near.String(), "run": strings.Repeat("x", 1<<18),
		"far matches": string(noise[:32<<10]) + string(noise[:32<<10]) + string(noise[:100]),
	}
}

func pack(t testing.TB, text string, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What was packed comes out, however it is read and whatever follows, which is left where it is.
func TestReader(t *testing.T) {
	for name, text := range texts() {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, 6, flate.BestCompression} {
			packed := append(pack(t, text, level), "behind"...)
			for _, size := range []int{16, 4 << 10, 1 << 20} {
				in := bufio.NewReaderSize(bytes.NewReader(packed), size)
				r := Open(in)
				got, err := io.ReadAll(r)
				if err != nil || string(got) != text {
					t.Errorf("%s at level %d by %d: %d bytes, want %d, %v", name, level, size, len(got), len(text), err)
				}
				if behind, _ := io.ReadAll(in); string(behind) != "behind" {
					t.Errorf("%s at level %d by %d: %q is left behind it", name, level, size, behind)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		r := Open(iotest.OneByteReader(bytes.NewReader(pack(t, text, 6))))
		if got, err := io.ReadAll(iotest.OneByteReader(r)); err != nil || string(got) != text {
			t.Errorf("%s, byte by byte: %d bytes, want %d, %v", name, len(got), len(text), err)
		}
		r.Close()
	}
}

// What was flushed is there before more comes.
func TestFlushedIsGiven(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 6)
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	r := Open(in)
	defer r.Close()
	for i := range 3 {
		line := fmt.Sprintf("line %d of %d\n", i, i*i)
		if _, err := io.WriteString(w, line); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		go func(p []byte) { _, _ = out.Write(p) }(bytes.Clone(packed.Bytes()))
		packed.Reset()
		got := make([]byte, len(line))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != line {
			t.Errorf("%q, %v; want %q", got, err, line)
		}
	}
}

// Streams that are none, by the words of the standard.
func TestRefuses(t *testing.T) {
	for name, packed := range map[string]string{
		"a kind of block that there is not":     "\x07",
		"a stored size that does not fit":       "\x01\x05\x00\x00\x00hello",
		"a match before the start":              "\x03\x02",
		"more symbols than there are":           "\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"lengths that are repeated from before": "\x0c\xc0\x01\x01\x00\x00\x00\x10\x7f\xeb\x1b\x66\x4e",
	} {
		_, want := io.ReadAll(flate.NewReader(strings.NewReader(packed)))
		r := Open(strings.NewReader(packed))
		_, err := io.ReadAll(r)
		r.Close()
		if err == nil || want == nil {
			t.Errorf("%s: %v, the standard library says %v", name, err, want)
		}
	}
	failed := errors.New("the disk failed")
	for _, level := range []int{flate.NoCompression, 6} {
		packed := pack(t, texts()["log"], level)
		r := Open(io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(failed)))
		if _, err := io.ReadAll(r); !errors.Is(err, failed) {
			t.Errorf("level %d: %v", level, err)
		}
		r.Close()
	}
}

// FuzzReader compares with the standard library: the same of whole streams, and of others the same up to where one of the two stops.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"", "abcabcabcabc", strings.Repeat("x", 1000), texts()["log"][:2000], texts()["skewed"][:3000]} {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, 6} {
			f.Add(pack(f, text, level))
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		want, wantErr := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
		r := Open(bytes.NewReader(packed))
		defer r.Close()
		got, err := io.ReadAll(r)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, want %v", err, wantErr)
		}
		shared := min(len(got), len(want))
		if !bytes.Equal(got[:shared], want[:shared]) || err == nil && len(got) != len(want) {
			t.Fatalf("%d bytes, want %d, or other ones", len(got), len(want))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	text := texts()["log"]
	packed := pack(b, text, 6)
	in := bufio.NewReaderSize(nil, 32<<10)
	for name, open := range map[string]func() io.Reader{
		"ours": func() io.Reader { return Open(in) }, "standard library": func() io.Reader { return flate.NewReader(in) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				in.Reset(bytes.NewReader(packed))
				r := open()
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
				if c, ok := r.(io.Closer); ok {
					c.Close()
				}
			}
		})
	}
}
