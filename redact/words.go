package redact

import "slices"

// words are values that are known. They are looked for in small letters.
type words struct {
	texts map[string]Class
	// starts are, by the first two bytes, how long the words are that begin so, longest first.
	starts [1 << 16]*start
}

type start struct {
	lengths []int
	// inside is true when one of them counts within a word too.
	inside bool
}

func newWords() *words { return &words{texts: map[string]Class{}} }

// maxName bounds the names of hosts and users in bytes.
const maxName = 253

// add adds a word of two bytes or more. One that is known as more than one class keeps the one that says most.
func (w *words) add(text string, class Class) {
	if len(text) < 2 {
		return
	}
	if known, ok := w.texts[text]; ok {
		if rank[class] < rank[known] {
			w.texts[text] = class
			w.at(text).inside = true
		}
		return
	}
	w.texts[text] = class
	s := w.at(text)
	if i, found := slices.BinarySearchFunc(s.lengths, len(text), func(a, b int) int { return b - a }); !found {
		s.lengths = slices.Insert(s.lengths, i, len(text))
	}
	s.inside = s.inside || class == IPv4 || within(class, text)
}

func (w *words) at(text string) *start {
	p := &w.starts[int(text[0])<<8|int(text[1])]
	if *p == nil {
		*p = &start{}
	}
	return *p
}

// within reports whether a value counts also where letters or digits stand beside it: secrets and one's own words do, unless they are short.
func within(class Class, text string) bool {
	switch class {
	case Own:
		return len(text) >= 4
	case Password, Token, PrivateKey:
		return len(text) >= 8
	}
	return false
}

// longWord is what is longer than any name.
const longWord = 64

// find returns where the words stand in a text, the longest of those that start at one place.
func (w *words) find(text string) []span {
	if len(w.texts) == 0 {
		return nil
	}
	l := lower(text)
	var out []span
	for i := 0; i+1 < len(l); i++ {
		s := w.starts[int(l[i])<<8|int(l[i+1])]
		if s == nil {
			continue
		}
		inWord := i > 0 && wordByte(l[i-1]) && wordByte(l[i])
		if inWord && !s.inside {
			continue
		}
		for _, n := range s.lengths {
			if i+n > len(l) {
				continue
			}
			class, ok := w.texts[l[i:i+n]]
			if ok && bounded(class, l, i, i+n, inWord) {
				out = append(out, span{lo: i, hi: i + n, class: class})
				if n > longWord {
					// Of a text that repeats itself not every place is worth a look.
					i += n - 1
				}
				break
			}
		}
	}
	return out
}

// bounded reports whether what stands beside a word lets it be one. Beside an address letters may stand, and digits may not.
func bounded(class Class, l string, lo, hi int, inWord bool) bool {
	if class == IPv4 {
		return (lo == 0 || !digit(l[lo-1])) && (hi == len(l) || !digit(l[hi]))
	}
	if within(class, l[lo:hi]) {
		return true
	}
	return !inWord && (hi == len(l) || !wordByte(l[hi]) || !wordByte(l[hi-1]))
}
