package literal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestManyFindsWhatIsThere compares with a search for one string after the other.
func TestManyFindsWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab]{8,40}`)
		texts := rapid.SliceOfNDistinct(text, 1, 20, rapid.ID).Draw(t, "texts")
		block := rapid.StringMatching(`[abc\n]{0,300}`).Draw(t, "block")
		for range rapid.IntRange(0, 5).Draw(t, "planted") {
			at := rapid.IntRange(0, len(block)).Draw(t, "at")
			block = block[:at] + texts[rapid.IntRange(0, len(texts)-1).Draw(t, "which")] + block[at:]
		}
		var want []Hit
		for id, l := range texts {
			for i := range len(block) {
				if strings.HasPrefix(block[i:], l) {
					want = append(want, Hit{int32(id), int32(i)})
				}
			}
		}
		slices.SortFunc(want, func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
		if diff := gocmp.Diff(want, NewMany(texts).Find([]byte(block), nil)); diff != "" {
			t.Fatalf("texts %q block %q (-want +got):\n%s", texts, block, diff)
		}
	})
}

// TestManySharedWord holds that a word which all strings begin with leads to none of them.
func TestManySharedWord(t *testing.T) {
	var texts []string
	for i := range 2000 {
		texts = append(texts, fmt.Sprintf("connection refused by upstream %05d while reading", i))
	}
	m := NewMany(texts)
	for _, p := range m.passes {
		for i := range p.keys {
			if n := p.keys[i].alike; n > 40 {
				t.Fatalf("%d strings are tried at one place", n)
			}
		}
	}
}

func TestManyOfNone(t *testing.T) {
	if hits := new(Many).Find([]byte("a text of some length"), nil); hits != nil {
		t.Errorf("found %v", hits)
	}
}

func BenchmarkMany(b *testing.B) {
	for _, n := range []int{20, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var texts []string
			for i := range n {
				texts = append(texts, fmt.Sprintf("connection %d refused by %d", i*7919, i))
			}
			m := NewMany(texts)
			block := []byte(strings.Repeat("2025-03-01 04:05:06 INFO connection accepted from upstream, nothing lost\n", 7000))
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				m.Find(block, nil)
			}
		})
	}
}
