package rules

import (
	"slices"
	"strings"

	"logdoc"
)

// Bounds of what is kept of the matches of one event, so that a flood of them costs no more than a few.
const (
	// keptMatches is for all keys together: half of them the first ones, half the newest.
	keptMatches = 8192
	// keptPerKey are kept of every key, whatever the others flood: half of them the first ones, half the newest.
	keptPerKey = 16
	// maxKeys bounds the keys of one event.
	maxKeys = 1024
	// keptTexts is how many matches keep their whole text; in a flood the start of one more record is enough to show.
	keptTexts, floodText = 256, 512
)

// bucket keeps the matches of one event that have one key: the first ones, and a ring of the newest.
type bucket struct {
	key   string
	first []logdoc.Match
	ring  []logdoc.Match
	next  int // where the ring is overwritten next
	total int
	lost  bool // not all were kept
}

// each visits the kept matches in the order in which they were added.
func (b *bucket) each(visit func(*logdoc.Match)) {
	for i := range b.first {
		visit(&b.first[i])
	}
	for i := range b.ring {
		visit(&b.ring[(b.next+i)%len(b.ring)])
	}
}

// list returns the kept matches, ordered.
func (b *bucket) list() []logdoc.Match {
	list := make([]logdoc.Match, 0, len(b.first)+len(b.ring))
	b.each(func(m *logdoc.Match) { list = append(list, *m) })
	slices.SortStableFunc(list, func(x, y logdoc.Match) int { return inOrder(&x, &y) })
	return list
}

// limit keeps only the matches that keep accepts.
func (b *bucket) limit(keep func(*logdoc.Match) bool) {
	refused := func(m logdoc.Match) bool { return !keep(&m) }
	kept := len(b.first) + len(b.ring)
	b.ring = slices.DeleteFunc(slices.Concat(b.ring[b.next:], b.ring[:b.next]), refused)
	b.first = slices.DeleteFunc(b.first, refused)
	b.next = 0
	if n := len(b.first) + len(b.ring); n < kept {
		// How many of those that were not kept are refused, nobody knows: the count is what is certain.
		b.total = n
	}
}

// shelf keeps the matches of one event, by key.
type shelf struct {
	buckets []*bucket
	byKey   map[string]*bucket
	size    int
	lost    bool // there were too many keys
}

func (s *shelf) add(key string, m logdoc.Match) {
	b := s.bucket(key)
	if b == nil {
		return
	}
	b.total++
	if s.size >= keptTexts && len(m.Text) > floodText {
		m.Text = logdoc.LogText(strings.Clone(string(m.Text[:floodText])))
	}
	switch {
	case len(b.first) < keptPerKey/2 || len(b.first) < keptMatches/2 && s.size < keptMatches:
		b.first = append(b.first, m)
		s.size++
	case len(b.ring) < keptPerKey/2 || s.size < keptMatches:
		b.ring = append(b.ring, m)
		s.size++
	default:
		b.ring[b.next] = m
		b.next = (b.next + 1) % len(b.ring)
		b.lost = true
	}
}

// bucket returns the bucket of a key, or nil when there are too many keys.
func (s *shelf) bucket(key string) *bucket {
	b := s.byKey[key]
	if b != nil {
		return b
	}
	if len(s.buckets) == maxKeys {
		s.lost = true
		return nil
	}
	if s.byKey == nil {
		s.byKey = map[string]*bucket{}
	}
	b = &bucket{key: key}
	s.buckets = append(s.buckets, b)
	s.byKey[key] = b
	return b
}

// merge adds another shelf that comes behind this one.
func (s *shelf) merge(o *shelf) {
	s.lost = s.lost || o.lost
	for _, from := range o.buckets {
		from.each(func(m *logdoc.Match) { s.add(from.key, *m) })
		if b := s.byKey[from.key]; b != nil {
			b.total += from.total - len(from.first) - len(from.ring)
			b.lost = b.lost || from.lost
		}
	}
}

// inOrder orders matches: by time, then by source, then by line.
func inOrder(a, b *logdoc.Match) int {
	switch {
	case a.Time != b.Time:
		return compareInts(a.Time, b.Time)
	case a.Rank != b.Rank:
		return a.Rank - b.Rank
	case a.Place.Source != b.Place.Source:
		return strings.Compare(string(a.Place.Source), string(b.Place.Source))
	case a.Place.Line != b.Place.Line:
		return a.Place.Line - b.Place.Line
	}
	return compareInts(a.Place.Offset, b.Place.Offset)
}

// keySeparator stands between the parts of a key; no line of a log that a reader can see holds it.
const keySeparator = "\x00"

// keyOf returns the match's values of the fields that its event's key is made of.
func (s *symptom) keyOf(m *logdoc.Match) string {
	fields := s.keys[m.Event]
	switch len(fields) {
	case 0:
		return ""
	case 1:
		v, _ := captured(m, fields[0])
		return string(v)
	}
	parts := make([]string, len(fields))
	for i, f := range fields {
		v, _ := captured(m, f)
		parts[i] = string(v)
	}
	return strings.Join(parts, keySeparator)
}

// keyText is how a key is shown.
func keyText(key string) logdoc.LogText {
	parts := slices.DeleteFunc(strings.Split(key, keySeparator), func(p string) bool { return p == "" })
	return logdoc.LogText(strings.Join(parts, " "))
}

// keyFields returns, by event, the fields that make its key.
func (s *symptom) keyFields() [][]string {
	keys := make([][]string, len(s.events))
	for e, p := range s.events {
		for _, r := range s.src.By {
			if r.Owner == p.name || r.Owner == "" && p.captures(r.Field) {
				keys[e] = append(keys[e], r.Field)
			}
		}
	}
	return keys
}

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

// Add takes a match. Of more matches of one event than can be kept, the first and the last ones added are.
func (c *Collection) Add(m logdoc.Match) {
	id := [2]int{m.Symptom, m.Event}
	s := c.shelves[id]
	if s == nil {
		s = &shelf{}
		c.shelves[id] = s
	}
	s.add(c.set.symptoms[m.Symptom].keyOf(&m), m)
}

// AddNormal counts normal records.
func (c *Collection) AddNormal(n Normal) { c.normals = append(c.normals, n) }
