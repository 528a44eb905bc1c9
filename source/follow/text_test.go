//go:build unix

package follow

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestF12ACompressedFileThatIsStillWritten(t *testing.T) {
	text, lines := batch("a", 0, 4000)
	whole := gz([]byte(text))
	whole = append(whole, gz([]byte("another member\n"))...)
	lines = append(lines, "another member")
	for _, cut := range []int{5, 12, len(whole) / 2, len(whole) - 5} {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			r := newRun(t, "app.log.gz")
			r.must(os.WriteFile(r.path("app.log.gz"), whole[:cut], 0o644))
			r.start().settle()
			if r.told(Incomplete) == 0 && r.told(Unreadable) == 0 {
				t.Errorf("nobody was told that the file is not whole: %v", r.notices)
			}
			if cut == len(whole)/2 && (len(r.lines) == 0 || !slices.Equal(r.lines, lines[:len(r.lines)])) {
				t.Errorf("the good lines before the cut were not given: %d", len(r.lines))
			}
			r.must(os.WriteFile(r.path("app.log.gz"), whole, 0o644))
			r.settle().wantInOrder(lines...)
		})
	}
}

func TestF13HalfALine(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\nhal")
	r.start().settle().wantInOrder("one")
	r.write("app.log", "f a li")
	r.restart().settle().wantInOrder("one")
	r.write("app.log", "ne\nand")
	r.settle().wantInOrder("one", "half a line")
	for _, p := range r.positions {
		if p.Offset != int64(len("one\nhalf a line\n")) || p.Line != 2 {
			t.Errorf("the position is %d in line %d", p.Offset, p.Line)
		}
	}
	r.write("app.log", " more\n")
	r.restart().settle().wantInOrder("one", "half a line", "and more")
}

func TestF13HalfALineAtTheEndOfARotatedFile(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "one\nhalf")
	r.start().drain()
	r.rename("app.log", "app.log.1")
	r.write("app.log", "two\n")
	r.settle().want("one", "half", "two")
}

func TestF14HalfALineBelongsToItsFile(t *testing.T) {
	for name, rotate := range map[string]func(r *run){
		"renamed":     func(r *run) { r.rename("app.log", "app.log.1") },
		"cut off":     func(r *run) { r.must(os.Truncate(r.path("app.log"), 0)) },
		"copied":      func(r *run) { r.copyTruncate("app.log", "app.log.1") },
		"deleted":     func(r *run) { r.remove("app.log") },
		"overwritten": func(r *run) { r.must(os.WriteFile(r.path("app.log"), nil, 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, "app.log")
			r.write("app.log", "one\nhalf")
			r.start().drain()
			rotate(r)
			r.write("app.log", "whole line\n")
			r.settle()
			if !slices.Contains(r.lines, "whole line") || slices.Contains(r.lines, "halfwhole line") {
				t.Errorf("got %q", r.lines)
			}
		})
	}
}

func TestF15CharactersOverTheEdgeOfABuffer(t *testing.T) {
	r := newRun(t, "app.log")
	r.o.MaxLine = 16 * beforeLength
	var all []string
	var b strings.Builder
	for i := range 400 {
		line := strings.Repeat("ä€𝄞", i%90) + fmt.Sprint(i)
		all = append(all, line)
		b.WriteString(line + "\n")
	}
	r.write("app.log", b.String())
	r.start().settle().wantInOrder(all...)
}

func TestF15UTF16(t *testing.T) {
	for _, big := range []bool{false, true} {
		for _, mark := range []bool{false, true} {
			t.Run(fmt.Sprint(big, mark), func(t *testing.T) {
				encode := func(s string) string {
					var b []byte
					for _, u := range utf16.Encode([]rune(s)) {
						if big {
							b = append(b, byte(u>>8), byte(u))
						} else {
							b = append(b, byte(u), byte(u>>8))
						}
					}
					return string(b)
				}
				r := newRun(t, "app.log")
				first := "first line of some length\n"
				if mark {
					r.write("app.log", encode("\ufeff"))
				}
				r.write("app.log", encode(first))
				r.start().drain().wantInOrder("first line of some length")
				var all []string
				for i := range 300 {
					line := fmt.Sprintf("%d €uro 𝄞 clef Ċ", i)
					all = append(all, line)
					text := encode(line + "\n")
					r.write("app.log", text[:7])
					if i%50 == 0 {
						r.drain()
					}
					if i%100 == 0 {
						r.restart()
					}
					r.write("app.log", text[7:])
				}
				r.settle().wantInOrder(append([]string{"first line of some length"}, all...)...)
				decoded := int64(len(first + strings.Join(all, "\n") + "\n"))
				for log, next := range r.next {
					if next != decoded {
						t.Errorf("log %d ends at %d of the decoded text, want %d", log, next, decoded)
					}
				}
			})
		}
	}
}

func TestF15AByteOrderMarkIsNoText(t *testing.T) {
	r := newRun(t, "app.log")
	r.write("app.log", "\xef\xbb\xbfone\ntwo\n")
	r.start().drain().wantInOrder("one", "two")
	r.write("app.log", "three\n")
	r.restart().drain().wantInOrder("one", "two", "three")
}

func TestF16EndlessLine(t *testing.T) {
	const size = 300 << 20
	r := newRun(t, "app.log")
	h, err := os.Create(r.path("app.log"))
	r.must(err)
	defer h.Close()
	h.WriteString("before\n")
	chunk := bytes.Repeat([]byte("€"), 1<<20)
	for written := 0; written < size; written += len(chunk) {
		_, err := h.Write(chunk)
		r.must(err)
	}
	r.start().drain()
	h.WriteString("\nafter\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r.settle()
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 32<<20 {
		t.Errorf("it took %d MiB to pass over an endless line", grown>>20)
	}
	if len(r.lines) != 3 || r.lines[0] != "before" || r.lines[2] != "after" {
		t.Fatalf("got %d lines", len(r.lines))
	}
	length := int64((size + len(chunk) - 1) / len(chunk) * len(chunk))
	if len(r.cut) != 1 || r.cut[0]+int64(len(r.lines[1])) != length {
		t.Errorf("cut %v of a line of %d", r.cut, length)
	}
	if strings.Trim(r.lines[1], "€") != "" {
		t.Errorf("a character was torn: %q", r.lines[1][len(r.lines[1])-8:])
	}
	if r.told(LongLine) != 1 {
		t.Errorf("notices %v", r.notices)
	}
	r.write("app.log", "more\n")
	r.lines = nil
	r.restart().settle().wantInOrder("more")
}

func TestF16LongLinesOfEveryLength(t *testing.T) {
	const most = 16 * beforeLength
	r := newRun(t, "app.log")
	r.o.MaxLine = most
	r.start()
	var lengths []int
	for n := most - 70; n < most+70; n++ {
		lengths = append(lengths, n)
		r.write("app.log", strings.Repeat("x", n-1)+"\n")
		if n%16 == 0 {
			r.restart()
		}
	}
	r.settle()
	if len(r.lines) != len(lengths) {
		t.Fatalf("%d lines of %d", len(r.lines), len(lengths))
	}
	cut := 0
	for i, n := range lengths {
		got := len(r.lines[i]) + 1
		if n > most {
			got += int(r.cut[cut])
			cut++
		}
		if got != n {
			t.Errorf("a line of %d came as one of %d", n, got)
		}
	}
	if r.maxData < most/2 {
		t.Errorf("no piece was larger than %d", r.maxData)
	}
}
