package literal

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// gram is how many bytes are looked at together.
const gram = 8

// LongLength is the shortest string that Many takes.
const LongLength = gram

// Many finds thousands of strings as fast as a few. It is safe for use by many goroutines. The zero value finds nothing.
//
// Of each string the first grams from some place on are kept, as many as its length allows but no more than gram: then one of them stands at a multiple of that number in
// every text that holds the string, and only such places are looked at. The place is where the grams are shared with the fewest other strings, so that a
// word that thousands of strings begin with costs nothing.
type Many struct {
	texts  []string
	passes []pass
}

// pass looks at every stride-th place of a block.
type pass struct {
	stride int
	shift  uint
	filter []uint64 // a bit for the hash of each gram: few are set, so that most places are done with
	narrow uint     // what of the hash tells the head
	head   []int32  // by hash: one more than the first entry
	keys   []entry
}

// entry is a gram of a string, offset bytes behind its start, which is itself a gram.
type entry struct {
	gram, start  uint64
	text, offset int32
	next         int32 // one more than the next entry of this hash
}

// NewMany compiles the strings; their indexes are what Find reports. Each must have at least LongLength bytes.
func NewMany(texts []string) *Many {
	m := &Many{texts: texts}
	shared := make([]int32, 1<<sharedBits)
	for _, t := range texts {
		for i := 0; i+gram <= len(t); i++ {
			shared[load(t[i:])*multiplier>>(64-sharedBits)]++
		}
	}
	keys := map[int][]entry{}
	for id, t := range texts {
		stride := gram
		for stride > len(t)-gram+1 {
			stride /= 2
		}
		at := leastShared(t, stride, shared)
		for i := at; i < at+stride; i++ {
			keys[stride] = append(keys[stride], entry{gram: load(t[i:]), start: load(t), text: int32(id), offset: int32(i)})
		}
	}
	for stride := gram; stride > 0; stride /= 2 {
		if len(keys[stride]) > 0 {
			m.passes = append(m.passes, newPass(stride, keys[stride]))
		}
	}
	return m
}

// leastShared returns where so many grams start that the one which most strings share is shared by the fewest.
func leastShared(t string, n int, shared []int32) int {
	best, least := 0, int32(math.MaxInt32)
	for at := 0; at+n-1+gram <= len(t); at++ {
		most := int32(0)
		for i := range n {
			most = max(most, shared[load(t[at+i:])*multiplier>>(64-sharedBits)])
		}
		if most < least {
			best, least = at, most
		}
	}
	return best
}

func newPass(stride int, keys []entry) pass {
	size := min(max(bits.Len(uint(len(keys)))+6, 12), 22)
	narrow := min(max(bits.Len(uint(len(keys)))+1, 6), size)
	p := pass{stride: stride, shift: uint(64 - size), filter: make([]uint64, 1<<(size-6)), narrow: uint(size - narrow), head: make([]int32, 1<<narrow), keys: keys}
	for i := range slices.Backward(keys) {
		h := p.hash(keys[i].gram)
		p.filter[h>>6] |= 1 << (h & 63)
		keys[i].next, p.head[h>>p.narrow] = p.head[h>>p.narrow], int32(i)+1
	}
	return p
}

// multiplier mixes the bytes of a gram into the upper bits; sharedBits is of the table that counts how many strings share a gram, or one that looks like it.
const (
	multiplier = 0x9e3779b97f4a7c15
	sharedBits = 16
)

func (p *pass) hash(v uint64) uint64 { return v * multiplier >> p.shift }

// load returns the first eight bytes as a number.
func load(t string) uint64 {
	_ = t[gram-1]
	return uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 | uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
}

// Find appends every place in block where one of the strings starts, in the order of their places, to hits.
func (m *Many) Find(block []byte, hits []Hit) []Hit {
	from := len(hits)
	for i := range m.passes {
		p := &m.passes[i]
		for at := 0; at+gram <= len(block); at += p.stride {
			v := binary.LittleEndian.Uint64(block[at:])
			h := p.hash(v)
			if p.filter[h>>6]>>(h&63)&1 != 0 {
				hits = m.verify(p, v, h, block, at, hits)
			}
		}
	}
	slices.SortFunc(hits[from:], func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
	return hits
}

// verify appends the strings that have the gram at this place.
func (m *Many) verify(p *pass, v, h uint64, block []byte, at int, hits []Hit) []Hit {
	for i := p.head[h>>p.narrow]; i > 0; i = p.keys[i-1].next {
		e := &p.keys[i-1]
		start := at - int(e.offset)
		if e.gram != v || start < 0 || binary.LittleEndian.Uint64(block[start:]) != e.start {
			continue
		}
		if t := m.texts[e.text]; start+len(t) <= len(block) && string(block[start:start+len(t)]) == t {
			hits = append(hits, Hit{e.text, int32(start)})
		}
	}
	return hits
}
