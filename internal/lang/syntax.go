package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxProbed bounds how many tokens before a syntax error are parsed again to learn what could have stood there.
const maxProbed = 2000

// kinds are the kinds of tokens that the grammar asks for, with a sample that is no word of the language, and their names in messages.
var kinds = []struct {
	typ    lexer.TokenType
	sample string
	called string
}{
	{identToken, "\x00", "a name"},
	{stringToken, `"\x00"`, `text in "…"`},
	{numberToken, "0", "a number"},
	{durationToken, "1s", "a duration such as 10m"},
	{dateToken, "0000-01-01", "a date such as 2026-12-01"},
	{verbatimToken, "|", "| and verbatim text"},
	{regexpToken, "//", "a regular expression in /…/"},
}

// expected is what could stand at some place: words and signs of the language, and kinds of tokens.
type expected struct {
	literals []string
	kinds    []string
}

func (e expected) has(literal string) bool { return slices.Contains(e.literals, literal) }
func (e expected) takes(kind string) bool  { return slices.Contains(e.kinds, kind) }

// expectedAfter asks the grammar what it accepts behind some tokens, by offering it one thing after the other: what it accepts moves the error
// behind it. So the messages can never drift from the grammar.
func expectedAfter(before []lexer.Token) expected {
	var e expected
	if len(before) > maxProbed {
		return e
	}
	at := lexer.Position{Offset: 1}
	if n := len(before); n > 0 {
		at.Offset = before[n-1].Pos.Offset + len(before[n-1].Value) + 1
	}
	end := lexer.Position{Offset: at.Offset + 1}
	tokens := append(before[:len(before):len(before)], lexer.Token{})
	accepts := func(typ lexer.TokenType, value string) bool {
		tokens[len(before)] = lexer.Token{Type: typ, Value: value, Pos: at}
		_, err := parseTokens(tokens, end)
		perr, ok := err.(participle.Error)
		return err == nil || ok && perr.Position().Offset == end.Offset
	}
	for _, k := range kinds {
		if accepts(k.typ, k.sample) {
			e.kinds = append(e.kinds, k.called)
		}
	}
	for _, word := range literals() {
		typ := opToken
		switch {
		case isComparison(word):
			typ = compareToken
		case isWord(word):
			typ = identToken
			if slices.Contains(reservedWords, word) {
				typ = reservedToken
			} else if e.takes("a name") {
				// Where any name may stand, every word that is not reserved may stand as well.
				continue
			}
		}
		if accepts(typ, word) {
			e.literals = append(e.literals, word)
		}
	}
	return e
}

func isWord(literal string) bool { return literal[0] >= 'a' && literal[0] <= 'z' }

// syntaxProblem describes the error at tokens[at] of a declaration, or at its end.
func (f *File) syntaxProblem(tokens []lexer.Token, at int) Problem {
	if at >= len(tokens) {
		return f.endProblem(tokens)
	}
	t := tokens[at]
	at0 := func(message, advice string) Problem { return f.Problem(f.pos(t), len(t.Value), message, advice) }
	switch t.Type {
	case openStringToken:
		return f.Problem(f.pos(t), 1, "this string is not closed", `close it with " on the same line`)
	case openRegexpToken:
		return f.Problem(f.pos(t), 1, "this regular expression is not closed", `close it with / on the same line; a slash inside is written \/`)
	case badNumberToken:
		return at0(fmt.Sprintf("%s is neither a number nor a duration", shown(t)), `text stands in quotes; units are ms, s, m, h, d and w`)
	case badToken:
		advice := `text stands in "…"`
		if t.Value == "-" || t.Value == "." {
			advice = ""
		}
		return at0(fmt.Sprintf("%s means nothing here", shown(t)), advice)
	}
	if at == 0 && t.Value == "}" {
		return at0("no { is open that this } could close", "remove it, or look for a } too many above")
	}
	if open := unclosed(tokens, at); open != nil && open.Value == "(" && t.Value == "}" {
		return f.Problem(f.pos(*open), 1, "this ( is never closed", "write ) where it ends")
	}
	e := expectedAfter(tokens[:at])
	message, advice := e.explain(t)
	if open := unclosed(tokens, at); open != nil && unclosed(tokens, len(tokens)) != nil && !strings.HasPrefix(advice, "did you mean") {
		advice = fmt.Sprintf("perhaps the %s of line %d is not closed", open.Value, open.Pos.Line)
	}
	return at0(message, advice)
}

// endProblem describes a declaration that ends too early.
func (f *File) endProblem(tokens []lexer.Token) Problem {
	if open := unclosed(tokens, len(tokens)); open != nil {
		closing := map[string]string{"{": "}", "(": ")"}[open.Value]
		return f.Problem(f.pos(*open), 1, fmt.Sprintf("this %s is never closed", open.Value), "write "+closing+" where it ends")
	}
	last := tokens[len(tokens)-1]
	message := "the declaration ends too early"
	if list := expectedAfter(tokens).list(); list != "" {
		message = fmt.Sprintf("expected %s after %s", list, shown(last))
	}
	return f.Problem(f.pos(last), len(last.Value), message, "")
}

// unclosed returns the innermost bracket that is still open before tokens[at].
func unclosed(tokens []lexer.Token, at int) *lexer.Token {
	var open []int
	for i, t := range tokens[:at] {
		switch t.Value {
		case "(", "{":
			open = append(open, i)
		case ")", "}":
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return &tokens[open[len(open)-1]]
}

// explain says what is wrong with a token that stands where e was expected.
func (e expected) explain(t lexer.Token) (message, advice string) {
	found := shown(t)
	word := t.Type == identToken || t.Type == reservedToken
	if word {
		if near := Suggest(t.Value, e.words()); near != "" {
			return found + " means nothing here", fmt.Sprintf("did you mean %q?", near)
		}
	}
	switch {
	case t.Value == "=" && e.has("=="):
		advice = "did you mean \"==\"?"
	case t.Value == "==" && e.has("="):
		advice = "did you mean \"=\"?"
	case t.Type == numberToken && strings.HasPrefix(t.Value, "-") && e.has("-"):
		advice = "a minus between values needs blanks around it"
	case t.Type == reservedToken && e.takes("a name") && (e.has("(") || !e.takes(`text in "…"`)):
		advice = found + " is a word of the language and cannot be a name"
	case word && e.takes(`text in "…"`):
		advice = fmt.Sprintf("write %q", t.Value)
	case t.Type == stringToken && (e.takes("a name") || e.takes("a date such as 2026-12-01")):
		advice = "write it without quotes"
	case t.Type == stringToken && e.takes("| and verbatim text"):
		advice = "write it behind a | and without quotes"
	case word && e.takes("| and verbatim text"):
		advice = "write it behind a |"
	case (word || t.Type == numberToken) && e.takes("a duration such as 10m") && !e.takes("a name"):
		advice = "units are ms, s, m, h, d and w, and stand next to the number"
	}
	list := e.list()
	if list == "" {
		return found + " means nothing here", advice
	}
	return fmt.Sprintf("expected %s, found %s", list, found), advice
}

// words are the expected literals that are words.
func (e expected) words() []string {
	var words []string
	for _, l := range e.literals {
		if isWord(l) {
			words = append(words, l)
		}
	}
	return words
}

// list names what is expected in words, or returns "" when nothing is known.
func (e expected) list() string {
	var items []string
	switch name := e.takes("a name"); {
	case name && e.has("(") && e.takes("a duration such as 10m"):
		return "a condition or a value"
	case name && e.takes("a number") && e.takes(`text in "…"`):
		return "a value"
	}
	words := e.words()
	// Where a statement has ended, what could prolong it is less likely meant than a new one, or the end.
	ended := e.has("}")
	if ended && len(words) > 6 {
		return `a statement or "}"`
	}
	if len(words) > 12 {
		return "a statement"
	}
	items = append(items, e.kinds...)
	if e.has("==") && e.has("<=") {
		items = append(items, "a comparison such as ==")
	}
	for _, l := range e.literals {
		if isComparison(l) && e.has("<=") {
			continue
		}
		if isWord(l) || !ended || l == "}" {
			items = append(items, `"`+l+`"`)
		}
	}
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " or " + items[n-1]
	}
	return strings.Join(items, "")
}

func isComparison(literal string) bool {
	return slices.Contains(comparisons, literal)
}

// shown names a token in a message.
func shown(t lexer.Token) string {
	text := t.Value
	if t.Type == verbatimToken {
		return "verbatim text"
	}
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	if t.Type == stringToken || t.Type == openStringToken || t.Type == regexpToken {
		return visible(text)
	}
	return `"` + visible(text) + `"`
}
