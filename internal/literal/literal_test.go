package literal

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive is what Find must equal.
func naive(literals []string, block []byte) []Hit {
	var hits []Hit
	for i := range block {
		for id, l := range literals {
			if bytes.HasPrefix(block[i:], []byte(l)) {
				hits = append(hits, Hit{int32(id), int32(i)})
			}
		}
	}
	return hits
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name     string
		literals []string
		block    string
	}{
		{"none", nil, "abc"},
		{"at both ends", []string{"abcd"}, "abcd abcd"},
		{"one starts another", []string{"abcd", "abcde", "bcde"}, "xabcde"},
		{"overlapping itself", []string{"aaaa"}, "aaaaaa"},
		{"different lengths", []string{"invalid keystore", " ALM"}, "x invalid keystore ALM2006 ALM"},
		{"block too short", []string{"abcdef"}, "abc"},
		{"same string twice", []string{"abcd", "abcd"}, "abcd"},
		{"in four quarters", []string{"needle", "edle hay"}, strings.Repeat("needle hay ", 1000)},
		{"across the quarters", []string{"01234567"}, strings.Repeat("0123456789", 512)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, want := New(tt.literals).Find([]byte(tt.block), nil), naive(tt.literals, []byte(tt.block))
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	f.Add("abcd\nbcde", "abcdeabcd")
	f.Add("abcd\nbcdefgh", strings.Repeat("xabcdefgh", 600))
	f.Fuzz(func(t *testing.T, list, block string) {
		var literals []string
		for _, l := range strings.Split(list, "\n") {
			if len(l) >= MinLength {
				literals = append(literals, l)
			}
		}
		got, want := New(literals).Find([]byte(block), nil), naive(literals, []byte(block))
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func benchmarkBlock() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("INFO WARN org.apache.flume.sink Starting Processing file bytes read from connection 192.168.0.1 closed event channel take 12345 events in")
	var b bytes.Buffer
	for b.Len() < 1<<20 {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(" \n"[r.IntN(20)/19])
	}
	return b.Bytes()
}

func BenchmarkFind(b *testing.B) {
	block := benchmarkBlock()
	for _, n := range []int{20, 200, 2000} {
		literals := make([]string, n)
		r := rand.New(rand.NewPCG(3, 4))
		for i := range literals {
			w := make([]byte, 8+r.IntN(12))
			for k := range w {
				w[k] = "abcdefghijklmnopqrstuvwxyz ABC"[r.IntN(30)]
			}
			literals[i] = string(w)
		}
		b.Run(map[int]string{20: "20", 200: "200", 2000: "2000"}[n], func(b *testing.B) {
			s := New(literals)
			var hits []Hit
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			for b.Loop() {
				hits = s.Find(block, hits[:0])
			}
		})
	}
}
