// Package literal finds many fixed strings in a block of text at once.
//
// In go the strings and a block; out come the places where each stands. It knows nothing of records or patterns. The method is that of Wu and
// Manber: a table indexed by a hash of three bytes tells how far the window may jump, so that most bytes are never looked at. Four windows move through the
// four quarters of the block in turn, because one alone waits for memory most of the time.
package literal

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// MinLength is the shortest string that a Set takes: shorter ones would spoil the jumps for all others.
const MinLength = 4

// Set is a compiled set of strings. It is safe for use by many goroutines. The zero value finds nothing.
type Set struct {
	literals [][]byte
	offsets  []int // of each string's window in it
	window   int   // length of the shortest
	shift    uint
	jump     []uint8
	// head is, by hash of the window's last three bytes, one more than the first string with that hash; next the one behind it.
	head, next []int32
}

// New compiles the strings; their indexes are what Find reports. Each must have at least MinLength bytes.
func New(literals []string) *Set {
	s := &Set{}
	if len(literals) == 0 {
		return s
	}
	s.window = 255
	for _, l := range literals {
		s.window = min(s.window, len(l))
		s.literals = append(s.literals, []byte(l))
	}
	// The table is large against what is in it, so that most entries jump far, and small enough to stay close to the processor.
	size := min(max(bits.Len(uint(len(literals)*s.window*8)), 12), 16)
	s.shift = uint(32 - size)
	s.jump = make([]uint8, 1<<size)
	for i := range s.jump {
		s.jump[i] = uint8(s.window - 2)
	}
	s.head, s.next = make([]int32, 1<<size), make([]int32, len(literals))
	// Chained from the last to the first, so that they are tried in their order.
	s.offsets = make([]int, len(literals))
	common := commonness()
	for id, l := range slices.Backward(s.literals) {
		s.offsets[id] = rarest(l, s.window, common)
		l = l[s.offsets[id]:]
		for end := 3; end <= s.window; end++ {
			h := s.hash(uint32(l[end-3]) | uint32(l[end-2])<<8 | uint32(l[end-1])<<16)
			s.jump[h] = min(s.jump[h], uint8(s.window-end))
			if end == s.window {
				s.next[id], s.head[h] = s.head[h], int32(id)+1
			}
		}
	}
	return s
}

// rarest returns where in a string the window stands whose last three bytes are the least likely ones in a log: they are what a place in a block is asked first.
func rarest(l []byte, window int, common *[256]int) int {
	best, least := 0, math.MaxInt
	for at := 0; at+window <= len(l); at++ {
		last := l[at+window-3 : at+window]
		if n := common[last[0]] + common[last[1]] + common[last[2]]; n < least {
			best, least = at, n
		}
	}
	return best
}

// commonness ranks bytes by how often they stand in logs, on a scale of logarithms.
func commonness() *[256]int {
	var common [256]int
	for c := range common {
		switch {
		case c >= 'a' && c <= 'z':
			common[c] = 5
		case c >= '0' && c <= '9':
			common[c] = 4
		case c >= 'A' && c <= 'Z':
			common[c] = 3
		default:
			common[c] = 1
		}
	}
	for n, bytes := range map[int]string{6: " etaoinsrcl", 4: ".:-/_", 1: "jqxz"} {
		for _, c := range []byte(bytes) {
			common[c] = n
		}
	}
	return &common
}

// hash mixes three bytes.
func (s *Set) hash(v uint32) uint32 { return v << 8 * 0x9e3779b1 >> s.shift }

// Len returns how many strings the set has.
func (s *Set) Len() int { return len(s.literals) }

// Hit is one place where a string stands.
type Hit struct {
	ID    int32
	Start int32
}

// interleaved is the size from which a block is searched in four places at once.
const interleaved = 4 << 10

// Find appends every place in block where one of the strings starts, in the order of their places, to hits.
func (s *Set) Find(block []byte, hits []Hit) []Hit {
	if len(s.literals) == 0 || len(block) < s.window {
		return hits
	}
	if len(s.literals) == 1 {
		return s.findOne(block, hits)
	}
	n := len(hits)
	hits = s.search(block, hits)
	// They were found by their windows, which stand at different places in them.
	slices.SortFunc(hits[n:], func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
	return hits
}

// findOne is Find for a set of one string.
func (s *Set) findOne(block []byte, hits []Hit) []Hit {
	for pos := 0; ; pos++ {
		n := bytes.Index(block[pos:], s.literals[0])
		if n < 0 {
			return hits
		}
		pos += n
		hits = append(hits, Hit{0, int32(pos)})
	}
}

func (s *Set) search(block []byte, hits []Hit) []Hit {
	if len(block) < interleaved {
		return s.find(block, s.window, len(block), hits)
	}
	// A cursor is the end of a window; each looks at the windows that end behind its start up to its stop.
	quarter := len(block) / 4
	a, b, c, d := s.window, quarter+1, 2*quarter+1, 3*quarter+1
	b, c, d = max(b, s.window), max(c, s.window), max(d, s.window)
	stopA, stopB, stopC := b-1, c-1, d-1
	var inB, inC, inD []Hit
	jump, shift := s.jump, s.shift
	for a <= stopA && b <= stopB && c <= stopC && d <= len(block) {
		ja := jump[binary.LittleEndian.Uint32(block[a-4:])&^255*0x9e3779b1>>shift]
		jb := jump[binary.LittleEndian.Uint32(block[b-4:])&^255*0x9e3779b1>>shift]
		jc := jump[binary.LittleEndian.Uint32(block[c-4:])&^255*0x9e3779b1>>shift]
		jd := jump[binary.LittleEndian.Uint32(block[d-4:])&^255*0x9e3779b1>>shift]
		if ja == 0 {
			hits = s.verify(block, a, hits)
			ja = 1
		}
		if jb == 0 {
			inB = s.verify(block, b, inB)
			jb = 1
		}
		if jc == 0 {
			inC = s.verify(block, c, inC)
			jc = 1
		}
		if jd == 0 {
			inD = s.verify(block, d, inD)
			jd = 1
		}
		a, b, c, d = a+int(ja), b+int(jb), c+int(jc), d+int(jd)
	}
	hits = s.find(block, a, stopA, hits)
	inB = s.find(block, b, stopB, inB)
	inC = s.find(block, c, stopC, inC)
	inD = s.find(block, d, len(block), inD)
	return append(append(append(hits, inB...), inC...), inD...)
}

// find looks at the windows that end from i up to stop.
func (s *Set) find(block []byte, i, stop int, hits []Hit) []Hit {
	for i <= stop {
		j := s.jump[s.hash(binary.LittleEndian.Uint32(block[i-4:])>>8)]
		if j == 0 {
			hits = s.verify(block, i, hits)
			j = 1
		}
		i += int(j)
	}
	return hits
}

// verify appends the strings whose window ends at i.
func (s *Set) verify(block []byte, i int, hits []Hit) []Hit {
	h := s.hash(binary.LittleEndian.Uint32(block[i-4:]) >> 8)
	for id := s.head[h]; id > 0; id = s.next[id-1] {
		l := s.literals[id-1]
		if start := i - s.window - s.offsets[id-1]; start >= 0 && bytes.HasPrefix(block[start:], l) {
			hits = append(hits, Hit{id - 1, int32(start)})
		}
	}
	return hits
}
