package rules

import (
	"testing"

	"pgregory.net/rapid"
)

// TestTable holds the table to a map.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.StringMatching(`[a-c0]{0,10}`)).Draw(t, "texts")
		var got table
		want := map[string]int{}
		for i, text := range texts {
			got.add(text, lookup{pattern: int32(i)})
			want[text]++
		}
		for _, text := range append(texts, rapid.StringMatching(`[a-c0]{0,10}`).Draw(t, "other")) {
			if n := len(got.find([]byte(text))); n != want[text] {
				t.Fatalf("find(%q) has %d patterns, want %d", text, n, want[text])
			}
		}
	})
}
