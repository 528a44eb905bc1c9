package grammar

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestLineEnds asks for the ends of lines, now and then for one of them again.
func TestLineEnds(t *testing.T) {
	e := new(lineEnds)
	rapid.Check(t, func(t *rapid.T) {
		var text []byte
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			text = append(text, bytes.Repeat([]byte{'x'}, rapid.SampledFrom([]int{0, 1, 7, 31, 32, 33, 100, lineWindow - 1, lineWindow, lineWindow + 1}).Draw(t, "size"))...)
			text = append(text, '\n')
		}
		text = append(text, bytes.Repeat([]byte{'y'}, rapid.IntRange(0, 40).Draw(t, "rest"))...)
		e.start(text)
		for pos := 0; pos < len(text); {
			want := len(text)
			if n := bytes.IndexByte(text[pos:], '\n'); n >= 0 {
				want = pos + n
			}
			for range rapid.IntRange(1, 2).Draw(t, "times") {
				if got := e.end(); got != want {
					t.Fatalf("the line at %d of %d bytes ends at %d, want %d", pos, len(text), got, want)
				}
				e.back()
			}
			e.end()
			pos = want + 1
		}
	})
}
