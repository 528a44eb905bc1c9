package literal

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sort"
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
	narrow uint     // what of the hash does not tell the head
	head   []int32  // by hash: one more than the first entry
	keys   []entry  // by hash, gram, offset and start
}

// entry is a gram of a string, offset bytes behind its start, which is itself a gram.
type entry struct {
	gram, start  uint64
	text, offset int32
	// alike is how many entries from here on have this gram at this offset; last is set for the last of those with this hash.
	alike int32
	last  bool
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
	bucket := func(e *entry) uint64 { return p.hash(e.gram) >> p.narrow }
	slices.SortFunc(keys, func(a, b entry) int {
		return cmp.Or(cmp.Compare(bucket(&a), bucket(&b)), cmp.Compare(a.gram, b.gram), cmp.Compare(a.offset, b.offset), cmp.Compare(a.start, b.start))
	})
	for i := range slices.Backward(keys) {
		e := &keys[i]
		h := p.hash(e.gram)
		p.filter[h>>6] |= 1 << (h & 63)
		p.head[h>>p.narrow] = int32(i) + 1
		e.alike, e.last = 1, i+1 == len(keys) || bucket(&keys[i+1]) != h>>p.narrow
		if i+1 < len(keys) && keys[i+1].gram == e.gram && keys[i+1].offset == e.offset {
			e.alike += keys[i+1].alike
		}
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

// verify appends the strings that have the gram at this place. Of those that have it at the same offset it looks only at the ones that start as the block does there.
func (m *Many) verify(p *pass, v, h uint64, block []byte, at int, hits []Hit) []Hit {
	i := int(p.head[h>>p.narrow]) - 1
	if i < 0 {
		return hits
	}
	for {
		alike := p.keys[i : i+int(p.keys[i].alike)]
		if start := at - int(alike[0].offset); alike[0].gram == v && start >= 0 {
			first := binary.LittleEndian.Uint64(block[start:])
			from := sort.Search(len(alike), func(k int) bool { return alike[k].start >= first })
			for k := from; k < len(alike) && alike[k].start == first; k++ {
				if t := m.texts[alike[k].text]; start+len(t) <= len(block) && string(block[start:start+len(t)]) == t {
					hits = append(hits, Hit{alike[k].text, int32(start)})
				}
			}
		}
		if alike[len(alike)-1].last {
			return hits
		}
		i += len(alike)
	}
}
