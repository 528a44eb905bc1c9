package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// textOf draws lines of which some start with "#", with breaks of both kinds, and sometimes an unfinished last line.
func textOf(t *rapid.T) string {
	line := rapid.StringMatching(`#?[ab]{0,12}(\r)?`)
	text := strings.Join(rapid.SliceOfN(line, 0, 60).Draw(t, "lines"), "\n")
	if rapid.Bool().Draw(t, "last break") {
		text += "\n"
	}
	return text
}

// startsOf draws what starts a record: a mark, something that changes its mind with the end of the line, everything, nothing.
func startsOf(t *rapid.T) func([]byte) bool {
	return map[string]func([]byte) bool{
		"mark":    func(l []byte) bool { return bytes.HasPrefix(l, []byte("#")) },
		"end":     func(l []byte) bool { return bytes.HasSuffix(l, []byte("b")) },
		"length":  func(l []byte) bool { return len(l)%3 == 1 },
		"all":     func([]byte) bool { return true },
		"nothing": func([]byte) bool { return false },
	}[rapid.SampledFrom([]string{"mark", "end", "length", "all", "nothing"}).Draw(t, "starts")]
}

// records splits as the predicate says: each record is its offset and length. What stands before the first start is one too.
func records(text string, starts func([]byte) bool) (at []int) {
	offset := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		bare := strings.TrimSuffix(line, "\n")
		if bare != line {
			bare = strings.TrimSuffix(bare, "\r")
		}
		if line != "" && (offset == 0 || starts([]byte(bare))) {
			at = append(at, offset)
		}
		offset += len(line)
	}
	return append(at, len(text))
}

func TestBlocks(t *testing.T) { rapid.Check(t, cutsWhole) }

func FuzzBlocks(f *testing.F) { f.Fuzz(rapid.MakeFuzz(cutsWhole)) }

// cutsWhole: the blocks joined are the text, whatever their size, and no record that fits is split.
func cutsWhole(t *rapid.T) {
	text, starts := textOf(t), startsOf(t)
	size := rapid.IntRange(1, 80).Draw(t, "size")
	var r io.Reader = strings.NewReader(text)
	if rapid.Bool().Draw(t, "byte by byte") {
		r = iotest.OneByteReader(r)
	}
	b := NewBlocks(r, NewPool(size))
	if n := rapid.IntRange(0, 100).Draw(t, "head"); n > 0 {
		if want := text[:min(n, size, len(text))]; string(b.Head(n)) != want {
			t.Fatalf("head %q, want %q", b.Head(n), want)
		}
	}
	b.SetStarts(starts)
	var joined strings.Builder
	ends := map[int]bool{0: true}
	breaks := 0
	for {
		block, err := b.Next(breaks)
		if err == io.EOF {
			break
		}
		if err != nil || len(block.Data) == 0 || len(block.Data) > size {
			t.Fatalf("%v, %d bytes", err, len(block.Data))
		}
		if int(block.Offset) != joined.Len() || block.Line != 1+strings.Count(joined.String(), "\n") {
			t.Fatalf("offset %d, line %d after %q", block.Offset, block.Line, joined.String())
		}
		if before := joined.String(); block.MidLine != (before != "" && !strings.HasSuffix(before, "\n")) {
			t.Fatalf("MidLine is %t after %q", block.MidLine, before)
		}
		joined.Write(block.Data)
		breaks = bytes.Count(block.Data, newline)
		ends[joined.Len()] = true
		block.Release()
	}
	if joined.String() != text {
		t.Fatalf("joined %q, want %q", joined.String(), text)
	}
	at := records(text, starts)
	for i := range len(at) - 1 {
		// One that fills a block may be cut before its last line, when that has no break and the end is not known yet.
		if at[i+1]-at[i] >= size {
			continue
		}
		for cut := at[i] + 1; cut < at[i+1]; cut++ {
			if ends[cut] && (i > 0 || text == "" || starts(firstLine(text))) {
				t.Fatalf("the record %q is split in blocks of %d", text[at[i]:at[i+1]], size)
			}
		}
	}
	if _, err := b.Next(0); err != io.EOF || b.Head(1) != nil {
		t.Fatal("there is more after the end")
	}
}

func firstLine(text string) []byte {
	line, _, found := strings.Cut(text, "\n")
	if found {
		line = strings.TrimSuffix(line, "\r")
	}
	return []byte(line)
}

// Open is told of exactly the blocks whose first bytes belong to a record of an earlier one.
func TestBlocksOpen(t *testing.T) {
	starts := func(l []byte) bool { return bytes.HasPrefix(l, []byte("#")) }
	tests := []struct {
		text string
		size int
		want string
	}{
		{"#a\nb\n#c\n", 6, "#a\\nb\\n|#c\\n"},
		{"#a\nb\nc\nd\n#e\n", 5, "#a\\nb\\n|open c\\nd\\n|#e\\n"},
		{"junk\nmore\n#a\n", 6, "junk\\n|more\\n|#a\\n"},
		{"#abcdefgh\ni\n#j\n", 4, "#abc|open mid defg|open mid h\\ni\\n|#j\\n"},
		{"abcdefgh\n#j\n", 4, "abcd|mid efgh|mid \\n|#j\\n"},
		{"#a\n", 3, "#a\\n"},
		{"", 3, ""},
	}
	for _, test := range tests {
		b := NewBlocks(strings.NewReader(test.text), NewPool(test.size))
		b.SetStarts(starts)
		var got []string
		for {
			block, err := b.Next(0)
			if err != nil {
				break
			}
			mark := ""
			if block.Open && !starts(block.Data) {
				mark += "open "
			}
			if block.MidLine {
				mark += "mid "
			}
			got = append(got, mark+strings.Trim(fmt.Sprintf("%q", block.Data), `"`))
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%q in %d: %s, want %s", test.text, test.size, strings.Join(got, "|"), test.want)
		}
	}
}

func TestBlocksError(t *testing.T) {
	broken := errors.New("broken")
	b := NewBlocks(io.MultiReader(strings.NewReader("one\n"), iotest.ErrReader(broken)), NewPool(100))
	if block, err := b.Next(0); err != nil || string(block.Data) != "one\n" {
		t.Fatal(err)
	}
	if _, err := b.Next(0); err != broken {
		t.Fatal(err)
	}
	if _, err := NewBlocks(stuck{}, NewPool(100)).Next(0); err != io.ErrNoProgress {
		t.Fatal(err)
	}
}

var newline = []byte("\n")

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestSmallStreamsTakeSmallBuffers(t *testing.T) {
	block, err := NewBlocks(strings.NewReader("one\n"), NewPool(1<<20)).Next(0)
	if err != nil || cap(block.buf) > smallBuffer {
		t.Errorf("%d bytes for four: %v", cap(block.buf), err)
	}
}

// BenchmarkBlocks cuts 64 MiB of records of four lines; allocations are per 64 MiB.
func BenchmarkBlocks(b *testing.B) {
	text := strings.Repeat("2026-01-02 03:04:05 first line of a record\n\tat one\n\tat two\n\tat three of the same size and more\n", 10_000)
	pool := NewPool(1 << 20)
	starts := func(l []byte) bool { return len(l) > 0 && l[0] != '\t' }
	const repeats = 64
	b.SetBytes(int64(len(text) * repeats))
	b.ReportAllocs()
	for b.Loop() {
		blocks := NewBlocks(&repeated{text: text, times: repeats}, pool)
		blocks.SetStarts(starts)
		for {
			block, err := blocks.Next(0)
			if err != nil {
				break
			}
			block.Release()
		}
	}
}

// BenchmarkSmallStreams cuts streams of 2 KiB.
func BenchmarkSmallStreams(b *testing.B) {
	text := strings.Repeat("one line\n", 200)
	pool := NewPool(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		blocks := NewBlocks(strings.NewReader(text), pool)
		for {
			block, err := blocks.Next(0)
			if err != nil {
				break
			}
			block.Release()
		}
	}
}

type repeated struct {
	text  string
	at    int
	times int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.at == len(r.text) {
		r.at = 0
		r.times--
	}
	if r.times == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	r.at += n
	return n, nil
}

// TestThrough puts a filter in front of what was not handed out: also of what Head has shown.
func TestThrough(t *testing.T) {
	upper := func(in io.Reader) io.Reader {
		return readerFunc(func(p []byte) (int, error) {
			n, err := in.Read(p)
			copy(p, bytes.ToUpper(p[:n]))
			return n, err
		})
	}
	broken := errors.New("the disk is gone")
	for _, end := range []error{io.EOF, broken} {
		text := strings.Repeat("some line\n", 40_000)
		b := NewBlocks(io.MultiReader(strings.NewReader(text), errorReader{end}), NewPool(128<<10))
		head := string(b.Head(100))
		b.Through(upper)
		if got := string(b.Head(100)); got != strings.ToUpper(head) {
			t.Errorf("the head is %q then", got)
		}
		got, line, breaks := "", 1, 0
		for {
			block, err := b.Next(breaks)
			if err != nil {
				if err != end {
					t.Errorf("ended with %v, want %v", err, end)
				}
				break
			}
			if block.Offset != int64(len(got)) || block.Line != line {
				t.Errorf("a block at %d, line %d; want %d, %d", block.Offset, block.Line, len(got), line)
			}
			got += string(block.Data)
			breaks = bytes.Count(block.Data, newline)
			line += breaks
			block.Release()
		}
		if got != strings.ToUpper(text) {
			t.Errorf("%d bytes, want %d in capitals", len(got), len(text))
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
