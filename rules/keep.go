package rules

import (
	"cmp"
	"slices"
	"strings"

	"logdoc"
)

// Bounds of what is kept of the matches of one event, so that a flood of them costs no more than a few.
//
// What is kept depends on which matches there are and not on the order in which they come: of every key the first ones and the newest, in the order of time, in equal
// numbers.
const (
	// keptMatches is for all keys together.
	keptMatches = 8192
	// keptPerKey are kept of every key, however many keys there are.
	keptPerKey = 16
	// countedMatches is for all keys together where the symptom counts to more than a key's share of keptMatches.
	countedMatches = 8 * keptMatches
	// maxKeys bounds the keys of one event.
	maxKeys = 1024
	// keptTexts is how many matches keep their whole text; of more, the first two and the newest of each key do. In a flood the start of one more record is enough to
	// show.
	keptTexts, floodText = 256, 512
	// manyMatches of a key are the start of a flood.
	manyMatches = 512
	// looseText is how many bytes of text may wait to be shortened.
	looseText = 1 << 20
)

// bucket keeps the matches of one event that have one key.
type bucket struct {
	key   string
	kept  []logdoc.Match
	total int
	lost  bool // not all were kept
	// ordered: kept is a list already.
	ordered bool
	// first and last are of the earliest and the newest match ever added.
	first, last logdoc.Match
}

// trim sorts the matches and leaves at most as many as may be kept, and of more than whole only the start of their texts.
func (b *bucket) trim(most, whole int) {
	b.ordered = false
	if !slices.IsSortedFunc(b.kept, inPlace) {
		slices.SortFunc(b.kept, inPlace)
	}
	if n := len(b.kept); n > most {
		b.lost = true
		head := most / 2
		tail := most - head
		copy(b.kept[head:], b.kept[n-tail:])
		clear(b.kept[most:])
		b.kept = b.kept[:most]
	}
	if b.total <= whole {
		return
	}
	for i := 2; i < len(b.kept)-1; i++ {
		if m := &b.kept[i]; len(m.Text) > floodText {
			m.Text = logdoc.LogText(strings.Clone(string(m.Text[:floodText])))
		}
	}
}

// limit keeps only the matches that keep accepts.
func (b *bucket) limit(keep func(*logdoc.Match) bool) {
	kept := len(b.kept)
	b.kept = slices.DeleteFunc(b.kept, func(m logdoc.Match) bool { return !keep(&m) })
	if n := len(b.kept); n < kept {
		// How many of those that were not kept are refused, nobody knows: the count is what is certain.
		b.total = n
	}
}

// shelf keeps the matches of one event, by key.
type shelf struct {
	buckets []*bucket
	byKey   map[string]*bucket
	// least is how many matches of a key the symptom's own counts need. Where there are too many keys for that, they get what countedMatches leaves them.
	least int
	size  int // of all buckets
	loose int // bytes of long texts that came since the last trim
	lost  bool
	// latest is the bucket whose first match is the latest, once there are too many keys; nil when it must be looked for.
	latest *bucket
}

// most is how many matches each key may keep.
func (s *shelf) most() int {
	n := max(1, len(s.buckets))
	return max(keptPerKey, keptMatches/n, min(s.least, countedMatches/n))
}

// whole is how many matches of a key keep their whole text.
func (s *shelf) whole() int { return max(3, keptTexts/max(1, len(s.buckets))) }

// list returns the kept matches of a key, ordered. It is valid until the next match is added.
func (s *shelf) list(b *bucket) []logdoc.Match {
	if b.ordered && len(b.kept) <= s.most() {
		return b.kept
	}
	s.size -= len(b.kept)
	b.trim(s.most(), s.whole())
	s.size += len(b.kept)
	if !slices.IsSortedFunc(b.kept, byOrder) {
		slices.SortFunc(b.kept, byOrder)
	}
	b.ordered = true
	return b.kept
}

// trim trims all buckets.
func (s *shelf) trim() {
	s.size, s.loose = 0, 0
	for _, b := range s.buckets {
		b.trim(s.most(), s.whole())
		s.size += len(b.kept)
	}
}

// add takes a copy of a match.
func (s *shelf) add(key string, m *logdoc.Match) {
	b := s.bucket(key, m)
	if b == nil {
		return
	}
	b.total++
	if b.total == 1 || comparePlaces(m, &b.first) < 0 {
		b.first = stampOf(m)
		if b == s.latest {
			s.latest = nil
		}
	}
	if b.total == 1 || comparePlaces(m, &b.last) > 0 {
		b.last = stampOf(m)
	}
	if n := len(b.kept); n == cap(b.kept) {
		// A flood makes it four times as long: the quarter by which append lets long slices grow has each match copied several times.
		more := max(n, 1)
		if n >= manyMatches {
			more = min(3*n, max(2*s.most()+1-n, n))
		}
		b.kept = grown(b.kept, more)
	}
	b.kept, b.ordered = append(b.kept, *m), false
	s.size++
	if len(m.Text) > floodText {
		s.loose += len(m.Text)
	}
	// Twice as many as are kept may wait for the next trim, so that one costs little for each of them.
	if s.size > 2*s.most()*len(s.buckets) || s.loose > looseText {
		s.trim()
	}
}

// grown returns the list with room for more. While the collector works, whatever is to be written with pointers is read before: of memory that is new, the system then makes each page twice, and
// has the other processors wait for it. So each of them is written once without.
func grown(list []logdoc.Match, more int) []logdoc.Match {
	all := make([]logdoc.Match, len(list)+more)
	for i := 0; i < len(all); i += 16 { // sixteen are shorter than a page
		all[i].Rank = 0
	}
	return all[:copy(all, list)]
}

// stampOf is a match with nothing but what orders it.
func stampOf(m *logdoc.Match) logdoc.Match {
	return logdoc.Match{Time: m.Time, Clock: m.Clock, Place: m.Place}
}

// bucket returns the bucket of a key. Of too many keys those are kept whose first match is the earliest; then it is nil for others.
func (s *shelf) bucket(key string, m *logdoc.Match) *bucket {
	b := s.byKey[key]
	if b != nil {
		return b
	}
	if s.full() {
		s.lost = true
		if s.latest == nil {
			s.latest = slices.MaxFunc(s.buckets, func(a, b *bucket) int { return inPlace(a.first, b.first) })
		}
		if comparePlaces(m, &s.latest.first) > 0 {
			return nil
		}
		s.remove(s.latest)
	}
	if s.byKey == nil {
		s.byKey = map[string]*bucket{}
	}
	b = &bucket{key: key}
	s.buckets = append(s.buckets, b)
	s.byKey[key] = b
	return b
}

// full reports whether there is no room for one more key.
func (s *shelf) full() bool { return len(s.buckets) >= maxKeys }

// remove forgets a key.
func (s *shelf) remove(b *bucket) {
	i := slices.Index(s.buckets, b)
	last := len(s.buckets) - 1
	s.buckets[i] = s.buckets[last]
	s.buckets[last] = nil
	s.buckets = s.buckets[:last]
	delete(s.byKey, b.key)
	s.size -= len(b.kept)
	if s.latest == b {
		s.latest = nil
	}
}

// merge adds the matches of another shelf.
func (s *shelf) merge(o *shelf) {
	s.lost = s.lost || o.lost
	for _, from := range o.buckets {
		s.mergeBucket(from)
	}
}

func (s *shelf) mergeBucket(from *bucket) {
	for i := range from.kept {
		s.add(from.key, &from.kept[i])
	}
	if b := s.byKey[from.key]; b != nil {
		b.total += from.total - len(from.kept)
		b.lost = b.lost || from.lost
	}
}

// take is merge, of a shelf that nobody needs any more: the buckets of new keys become its own.
func (s *shelf) take(o *shelf) {
	s.lost = s.lost || o.lost
	for _, from := range o.buckets {
		if s.byKey[from.key] != nil || s.full() {
			s.mergeBucket(from)
			continue
		}
		if s.byKey == nil {
			s.byKey = map[string]*bucket{}
		}
		s.buckets = append(s.buckets, from)
		s.byKey[from.key] = from
		s.size += len(from.kept)
		s.latest = nil
	}
	if s.size > 2*s.most()*len(s.buckets) {
		s.trim()
	}
}

// inPlace orders matches by time, then by where they stand. What is kept goes by it, for the ranks of sources are known only when all have been read.
func inPlace(a, b logdoc.Match) int { return comparePlaces(&a, &b) }

func comparePlaces(a, b *logdoc.Match) int {
	if a.Time != b.Time {
		return cmp.Compare(a.Time, b.Time)
	}
	return cmp.Or(strings.Compare(string(a.Place.Source), string(b.Place.Source)), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Offset, b.Place.Offset))
}

// inOrder orders matches: by time, then by source, then by line.
func inOrder(a, b *logdoc.Match) int {
	switch {
	case a.Time != b.Time:
		return cmp.Compare(a.Time, b.Time)
	case a.Rank != b.Rank:
		return a.Rank - b.Rank
	case a.Place.Source != b.Place.Source:
		return strings.Compare(string(a.Place.Source), string(b.Place.Source))
	case a.Place.Line != b.Place.Line:
		return a.Place.Line - b.Place.Line
	}
	return cmp.Compare(a.Place.Offset, b.Place.Offset)
}

func byOrder(a, b logdoc.Match) int { return inOrder(&a, &b) }

// Collection is the matches and normal records of a part of the input, such as one file. It is not safe for use by many goroutines.
type Collection struct {
	set     *Set
	shelves map[[2]int]*shelf // by symptom and event
	normals []Normal
}

// NewCollection returns an empty collection.
func (s *Set) NewCollection() *Collection {
	return &Collection{set: s, shelves: map[[2]int]*shelf{}}
}

// Clone returns a copy that does not change with the collection. Nothing can be added to it.
func (c *Collection) Clone() *Collection {
	o := &Collection{set: c.set, shelves: make(map[[2]int]*shelf, len(c.shelves)), normals: slices.Clip(c.normals)}
	for id, s := range c.shelves {
		copied := &shelf{lost: s.lost}
		for _, b := range s.buckets {
			copied.buckets = append(copied.buckets, &bucket{key: b.key, kept: slices.Clone(b.kept), total: b.total, lost: b.lost})
		}
		o.shelves[id] = copied
	}
	return o
}

// Add takes a copy of a match, in any order. Of more matches of one event and key than can be kept, the first and the newest are.
func (c *Collection) Add(m *logdoc.Match) {
	id := [2]int{m.Symptom, m.Event}
	s := c.shelves[id]
	if s == nil {
		s = &shelf{least: c.set.symptoms[m.Symptom].least}
		c.shelves[id] = s
	}
	s.add(c.set.symptoms[m.Symptom].keyOf(m), m)
}

// AddNormal counts normal records.
func (c *Collection) AddNormal(n Normal) { c.normals = append(c.normals, n) }
