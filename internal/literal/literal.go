// Package literal finds many fixed strings in a block of text at once.
//
// In go the strings and a block; out come the places where each stands. It knows nothing of records or patterns. The method is that of Wu and
// Manber: a table indexed by a hash of three bytes tells how far the window may jump, so that most bytes are never looked at.
package literal

import "bytes"

// MinLength is the shortest string that a Set takes: shorter ones would spoil the jumps for all others.
const MinLength = 3

const (
	hashBits  = 15
	tableSize = 1 << hashBits
)

// Set is a compiled set of strings. It is safe for use by many goroutines. The zero value finds nothing.
type Set struct {
	literals [][]byte
	window   int // length of the shortest
	jump     [tableSize]uint8
	bucket   map[uint32][]int32 // by hash of the window's last three bytes
}

// New compiles the strings; their indexes are what Find reports. Each must have at least MinLength bytes.
func New(literals []string) *Set {
	s := &Set{bucket: map[uint32][]int32{}}
	if len(literals) == 0 {
		return s
	}
	s.window = 255
	for _, l := range literals {
		s.window = min(s.window, len(l))
		s.literals = append(s.literals, []byte(l))
	}
	for i := range s.jump {
		s.jump[i] = uint8(s.window - MinLength + 1)
	}
	for id, l := range s.literals {
		for end := MinLength; end <= s.window; end++ {
			h := hash(l[end-3], l[end-2], l[end-1])
			s.jump[h] = min(s.jump[h], uint8(s.window-end))
		}
		h := hash(l[s.window-3], l[s.window-2], l[s.window-1])
		s.bucket[h] = append(s.bucket[h], int32(id))
	}
	return s
}

func hash(a, b, c byte) uint32 {
	return (uint32(a)*0x9e5 ^ uint32(b)*0x6f1b ^ uint32(c)<<7 ^ uint32(c)) & (tableSize - 1)
}

// Len returns how many strings the set has.
func (s *Set) Len() int { return len(s.literals) }

// Hit is one place where a string stands.
type Hit struct {
	ID    int32
	Start int32
}

// Find appends every place in block where one of the strings starts, in the order of their places, to hits.
func (s *Set) Find(block []byte, hits []Hit) []Hit {
	if len(s.literals) == 0 || len(block) < s.window {
		return hits
	}
	for i := s.window; i <= len(block); {
		h := hash(block[i-3], block[i-2], block[i-1])
		if j := s.jump[h]; j > 0 {
			i += int(j)
			continue
		}
		start := i - s.window
		for _, id := range s.bucket[h] {
			if bytes.HasPrefix(block[start:], s.literals[id]) {
				hits = append(hits, Hit{id, int32(start)})
			}
		}
		i++
	}
	return hits
}
