package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logdoc"
	"logdoc/internal/sanitize"
)

// filter holds the words that a finding must have, each with its letters in order but not in one piece.
type filter struct{ words [][]rune }

func newFilter(text string) filter {
	var f filter
	for _, word := range strings.Fields(strings.ToLower(text)) {
		f.words = append(f.words, []rune(word))
	}
	return f
}

func (f filter) any() bool { return len(f.words) > 0 }

// match reports whether a finding has all the words, and at which bytes of its title they stand. A word may also be in the symptom's name, the product or the key, or
// be the severity, the certainty or the state itself.
func (f filter) match(finding *logdoc.Finding) (inTitle []int, ok bool) {
	if !f.any() {
		return nil, true
	}
	texts := [...]string{string(sanitize.Line(finding.Title)), finding.Symptom, finding.Product, string(finding.Key)}
	for _, word := range f.words {
		w := string(word)
		found := w == finding.Severity.String() || w == finding.Certainty.String() || w == finding.State.String()
		for i, text := range texts {
			at := tightest(text, word)
			if at == nil {
				continue
			}
			found = true
			if i == 0 {
				inTitle = append(inTitle, at...)
			}
		}
		if !found {
			return nil, false
		}
	}
	slices.Sort(inTitle)
	return slices.Compact(inTitle), true
}

// tightest returns where the letters of a word stand in a text, in order and as close to each other as anywhere in it: as bytes from its start. It is nil where they
// stand nowhere, or so far from each other that nobody can have meant them.
func tightest(text string, word []rune) []int {
	best, bestWidth := -1, 2*len(word)+1 // in bytes of the text
	for from := 0; from < len(text); {
		end := endOf(text[from:], word)
		if end < 0 {
			break
		}
		end += from
		start := startOf(text[:end], word)
		if end-start < bestWidth {
			best, bestWidth = start, end-start
		}
		if bestWidth <= len(word) {
			break // no letter stands between them
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		from = start + size
	}
	if best < 0 {
		return nil
	}
	at := make([]int, 0, len(word))
	for i, r := range text[best:] {
		if len(at) < len(word) && unicode.ToLower(r) == word[len(at)] {
			at = append(at, best+i)
		}
	}
	return at
}

// endOf finds the letters of a word in their order, each as early as it can be, and returns where the last one ends; -1 when they are not all there.
func endOf(text string, word []rune) int {
	n := 0
	for i, r := range text {
		if r != word[n] && unicode.ToLower(r) != word[n] {
			continue
		}
		if n++; n == len(word) {
			return min(i+utf8.RuneLen(r), len(text)) // a byte that is no letter is shorter than what stands for it
		}
	}
	return -1
}

// startOf looks back from the end of a text for the letters of a word, and returns where the first one stands.
func startOf(text string, word []rune) int {
	i := len(text)
	for n := len(word) - 1; n >= 0; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		if unicode.ToLower(r) == word[n] {
			n--
		}
	}
	return i
}
