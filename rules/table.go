package rules

import "encoding/binary"

// table finds the patterns for a short text, such as a code. Most texts are not in it, and most that are have at most eight bytes: both are known after one look at
// one number, which is several times faster than a map of strings.
type table struct {
	slots []slot
	used  int
}

// slot is one entry; patterns is nil in a free one.
type slot struct {
	key      uint64
	text     string
	patterns []lookup
}

// pack makes a number of a text's length and first eight bytes.
func pack(b []byte) uint64 {
	if cap(b) >= 8 { // what lies behind the text may be looked at, and is masked
		key := binary.LittleEndian.Uint64(b[:8])
		if n := len(b); n < 8 {
			key &= 1<<(8*n) - 1
		}
		return key
	}
	var key uint64
	for i, c := range b {
		key |= uint64(c) << (8 * i)
	}
	return key
}

func (t *table) start(key uint64) int {
	return int(key * 0x9e3779b97f4a7c15 >> 32 & uint64(len(t.slots)-1))
}

// find returns the patterns for the text.
func (t *table) find(b []byte) []lookup {
	if t.used == 0 {
		return nil
	}
	key := pack(b)
	for i := t.start(key); t.slots[i].patterns != nil; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.key == key && len(s.text) == len(b) && (len(b) <= 8 || s.text == string(b)) {
			return s.patterns
		}
	}
	return nil
}

// add adds a pattern for the text.
func (t *table) add(text string, l lookup) {
	if t.used*4 >= len(t.slots) {
		old := t.slots
		t.slots, t.used = make([]slot, max(64, 2*len(old))), 0
		for _, s := range old {
			if s.patterns != nil {
				t.put(s)
			}
		}
	}
	key := pack([]byte(text))
	for i := t.start(key); t.slots[i].patterns != nil; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.text == text {
			s.patterns = append(s.patterns, l)
			return
		}
	}
	t.put(slot{key, text, []lookup{l}})
}

func (t *table) put(s slot) {
	i := t.start(s.key)
	for t.slots[i].patterns != nil {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i] = s
	t.used++
}
