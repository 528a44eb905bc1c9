package rules

import (
	"cmp"
	"slices"
	"sync"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/literal"
)

// termIndex finds the patterns that look for terms in whole records, whatever the record's format: each block is searched once for the texts of all of them.
type termIndex struct {
	ids    map[string]int32
	texts  []string
	byText [][]int32 // patterns
	short  *literal.Set
	long   *literal.Many
	shorts []int32 // texts by the ids of short
	longs  []int32 // texts by the ids of long
	// masked finds those of the texts that have digits, whichever digits they are; it is made when it is first asked for.
	masked func() *termIndex
}

// add takes a pattern whose terms need one of the texts.
func (x *termIndex) add(pattern int, needs []string) {
	if x.ids == nil {
		x.ids = map[string]int32{}
	}
	for _, text := range needs {
		id, ok := x.ids[text]
		if !ok {
			id = int32(len(x.texts))
			x.ids[text] = id
			x.texts = append(x.texts, text)
			x.byText = append(x.byText, nil)
		}
		x.byText[id] = append(x.byText[id], int32(pattern))
	}
}

// finish compiles what was added.
func (x *termIndex) finish() {
	var short, long []string
	for id, text := range x.texts {
		if len(text) < literal.LongLength {
			short, x.shorts = append(short, text), append(x.shorts, int32(id))
		} else {
			long, x.longs = append(long, text), append(x.longs, int32(id))
		}
	}
	x.short, x.long = literal.New(short), literal.NewMany(long)
	x.masked = sync.OnceValue(func() *termIndex {
		m := &termIndex{}
		for _, text := range maskAll(x.texts) {
			m.add(0, []string{text})
		}
		m.finish()
		return m
	})
}

// find appends where the texts stand in the block, in the order of the places.
func (x *termIndex) find(block []byte, hits []literal.Hit) []literal.Hit {
	if len(x.texts) == 0 {
		return hits
	}
	hits = x.long.Find(block, hits)
	n := len(hits)
	for i := range hits {
		hits[i].ID = x.longs[hits[i].ID]
	}
	hits = x.short.Find(block, hits)
	if n == len(hits) {
		return hits
	}
	for i := n; i < len(hits); i++ {
		hits[i].ID = x.shorts[hits[i].ID]
	}
	slices.SortFunc(hits, func(a, b literal.Hit) int { return cmp.Compare(a.Start, b.Start) })
	return hits
}

// termHits are the places of a block where texts of terms stand, and how far they are looked at.
type termHits struct {
	hits   []literal.Hit
	cursor int
}

// acceptTerms tries the patterns whose texts stand in the record.
func (sc *Scanner) acceptTerms(ev *logdoc.Event) Class {
	h := &sc.terms
	start := int32(ev.Offset - sc.base)
	if sc.searched == unsearched {
		if len(sc.set.terms.texts) == 0 {
			return Unexplained
		}
		h.hits, h.cursor, start = sc.set.terms.find(ev.Text, h.hits[:0]), 0, 0
	}
	if h.cursor == len(h.hits) {
		return Unexplained
	}
	end := start + int32(len(ev.Text))
	for h.cursor < len(h.hits) && h.hits[h.cursor].Start < start {
		h.cursor++
	}
	own := sc.indexOf(ev.Format).own
	class := Unexplained
	for ; h.cursor < len(h.hits) && h.hits[h.cursor].Start < end; h.cursor++ {
		id := h.hits[h.cursor].ID
		for _, p := range sc.set.terms.byText[id] {
			test := own[p].test
			term := test.(*termTest)
			l := lookup{pattern: p, test: test}
			if term.kind == lang.TermText && term.field == "" && len(term.keep) == 0 && len(term.text) == len(sc.set.terms.texts[id]) {
				l.test = nil // the text is all that the term asks for
			}
			class = max(class, sc.try(&l, ev))
		}
	}
	return class
}
