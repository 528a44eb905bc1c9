package template

import (
	"fmt"
	"strings"
)

// Miss says where a text stops fitting a template, for a reader who wonders why it was not accepted.
type Miss struct {
	// Col is the byte, from 1, where the text no longer fits.
	Col int
	// Reached weighs what fits before it: fixed text by its bytes, a hole that knows what it takes by a few.
	Reached int
	// Wants says in words what the template asks for there.
	Wants string
}

// Weights of holes that fit, against one for each byte of fixed text.
const (
	weightOfTime  = 12
	weightOfTyped = 3
)

// Near says where a text stops fitting a template that does not accept it. It tries ever shorter beginnings of the template, and so costs many times what a
// match does: it is for one line that somebody asks about. Fitting texts and templates that do not compile give ok == false.
func Near(source string, choices map[string][]string, text []byte) (miss Miss, ok bool) {
	elements := cutElements(strings.TrimRight(source, " \t"))
	whole, err := Compile(source, choices)
	if err != nil || whole.Match(text, new(Result)) {
		return Miss{}, false
	}
	for k := len(elements); k >= 0; k-- {
		end, fits := fitsUpTo(elements[:k], choices, text)
		if !fits {
			continue
		}
		for _, e := range elements[:k] {
			miss.Reached += e.weight(choices)
		}
		miss.describe(elements[k:], end, text)
		return miss, true
	}
	return Miss{Col: 1, Wants: "something else"}, true
}

// fitsUpTo reports whether the text starts as the elements say, and where they end in it.
func fitsUpTo(elements []sourceElement, choices map[string][]string, text []byte) (end int, ok bool) {
	if len(elements) == 0 {
		return 0, true
	}
	var b strings.Builder
	for _, e := range elements {
		b.WriteString(e.text)
	}
	t, err := Compile(b.String()+"{}", choices)
	if err != nil {
		return 0, false // the last one is a hole that only what follows it ends
	}
	r := new(Result)
	if !t.Match(text, r) {
		return 0, false
	}
	return int(r.Spans[len(t.Holes)-1].Lo), true
}

// describe says what the first of the remaining elements wants at end.
func (m *Miss) describe(rest []sourceElement, end int, text []byte) {
	if len(rest) == 0 {
		m.Col, m.Wants = end+1, "the end of the text"
		return
	}
	if fixed, ok := rest[0].fixed(); ok {
		n := common(fixed, text[end:])
		m.Col, m.Reached = end+n.text+1, m.Reached+n.fixed
		m.Wants = fmt.Sprintf("“%s”", clipped(fixed[n.fixed:]))
		return
	}
	m.Col, m.Wants = end+1, rest[0].text
	if len(rest) > 1 {
		if fixed, ok := rest[1].fixed(); ok {
			m.Wants += fmt.Sprintf(" and then “%s”", clipped(fixed))
		}
	}
}

// agreement is how many bytes of fixed text and of the text agree; runs of blanks count as one blank.
type agreement struct{ fixed, text int }

func common(fixed string, text []byte) agreement {
	var n agreement
	for n.fixed < len(fixed) && n.text < len(text) {
		if isBlank(fixed[n.fixed]) && isBlank(text[n.text]) {
			for n.fixed < len(fixed) && isBlank(fixed[n.fixed]) {
				n.fixed++
			}
			for n.text < len(text) && isBlank(text[n.text]) {
				n.text++
			}
			continue
		}
		if fixed[n.fixed] != text[n.text] {
			break
		}
		n.fixed++
		n.text++
	}
	return n
}

// clipped bounds what is quoted of a template.
func clipped(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// sourceElement is a piece of a template as it was written: a hole with its braces, or fixed text.
type sourceElement struct {
	text string
	hole bool
}

func cutElements(source string) []sourceElement {
	var out []sourceElement
	start := 0
	for i := 0; i < len(source); i++ {
		if source[i] != '{' {
			continue
		}
		if strings.HasPrefix(source[i:], "{{") {
			i++
			continue
		}
		n := strings.IndexByte(source[i:], '}')
		if n < 0 {
			break
		}
		if i > start {
			out = append(out, sourceElement{text: source[start:i]})
		}
		out = append(out, sourceElement{source[i : i+n+1], true})
		i += n
		start = i + 1
	}
	if start < len(source) {
		out = append(out, sourceElement{text: source[start:]})
	}
	return out
}

// fixed returns the text of an element that is no hole.
func (e sourceElement) fixed() (string, bool) { return strings.ReplaceAll(e.text, "{{", "{"), !e.hole }

func (e sourceElement) weight(choices map[string][]string) int {
	if text, ok := e.fixed(); ok {
		return len(text)
	}
	t, err := Compile(e.text, choices)
	switch {
	case err != nil || unbounded(t.Holes[0].Kind):
		return 0
	case t.Holes[0].Kind == Time:
		return weightOfTime
	}
	return weightOfTyped
}
