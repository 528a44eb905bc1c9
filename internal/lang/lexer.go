package lang

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// The rules are tried in order, and the last ones catch what no other accepts, so that cutting a file into tokens never fails: what is wrong with
// such a token is said by the parser, which knows what should have stood there.
// They are compiled when the first file is parsed: most runs read none.
var rules = sync.OnceValue(func() *lexer.StatefulDefinition {
	return lexer.MustSimple([]lexer.SimpleRule{
		{Name: "Space", Pattern: `[ \t\n\f\v]+`},
		{Name: "Comment", Pattern: `#[^\n]*`},
		{Name: "Verbatim", Pattern: `\|[^\n]*`},
		{Name: "String", Pattern: `"(?:\\.|[^"\\\n])*"`},
		{Name: "OpenString", Pattern: `"[^\n]*`},
		{Name: "Regexp", Pattern: `/(?:\\.|[^/\\\n])*/`},
		{Name: "OpenRegexp", Pattern: `/[^\n]*`},
		// A date may be followed by a time of day. Whether there is such a day is for the checker to say.
		{Name: "Date", Pattern: `[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:T[0-9:.]*(?:Z|[+-][0-9:]+)?)?\b`},
		{Name: "Duration", Pattern: `[0-9]+(?:ms|[smhdw])\b`},
		{Name: "Number", Pattern: `-?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?)\b`},
		{Name: "BadNumber", Pattern: `-?[0-9][\pL\pN_.]*`},
		// A dash, slash or dot belongs to a name only where the name goes on behind it.
		{Name: "Ident", Pattern: `[\pL_][\pL\pN_]*(?:[-/.][\pL\pN_]+)*`},
		// No pattern makes a Reserved: it is an Ident that tokenize found among the reserved words.
		{Name: "Reserved", Pattern: `[^\s\S]`},
		{Name: "Compare", Pattern: `==|!=|<=|>=|[<>]`},
		{Name: "Op", Pattern: `->|[=~(){},+-]`},
		{Name: "Bad", Pattern: `(?s:.)`},
	})
})

// The token types, in the order of the rules, as they number them.
const (
	spaceToken lexer.TokenType = lexer.EOF - 1 - iota
	commentToken
	verbatimToken
	stringToken
	openStringToken
	regexpToken
	openRegexpToken
	dateToken
	durationToken
	numberToken
	badNumberToken
	identToken
	reservedToken
	compareToken
	opToken
	badToken
)

// reservedWords cannot be names, because conditions and expressions would read them as their own.
var reservedWords = []string{"and", "or", "not", "no", "now", "of", "distinct", "then", "unless", "within", "any"}

// comparisons are the signs that compare.
var comparisons = []string{"==", "!=", "<=", ">=", "<", ">"}

// IsName tells whether a text can name a symptom, an event or anything else that a pack declares.
func IsName(text string) bool {
	tokens := tokenize(text)
	return len(tokens) == 1 && tokens[0].Type == identToken
}

// tokenize returns the tokens of a text.
func tokenize(text string) (tokens []lexer.Token) {
	eachToken("", text, func(t lexer.Token) { tokens = append(tokens, t) })
	return tokens
}

// eachToken cuts text into tokens, blanks and comments included, and stops behind a bracket that nests too deep, so that a file of nothing else costs little. Columns count bytes from 1, unlike participle's, which count characters.
func eachToken(name, text string, visit func(lexer.Token)) {
	lineStart, line, depth := 0, 1, 0
	for at := 0; at < len(text); {
		kind, length := cut(text[at:])
		t := lexer.Token{Type: kind, Value: text[at : at+length], Pos: lexer.Position{Filename: name, Offset: at, Line: line, Column: at - lineStart + 1}}
		if kind == identToken && slices.Contains(reservedWords, t.Value) {
			t.Type = reservedToken
		}
		visit(t)
		switch kind {
		case spaceToken:
			if n := strings.Count(t.Value, "\n"); n > 0 {
				line += n
				lineStart = at + strings.LastIndexByte(t.Value, '\n') + 1
			}
		case opToken:
			switch t.Value {
			case "(", "{":
				if depth++; depth > maxDepth {
					return
				}
			case ")", "}":
				depth = max(0, depth-1)
			}
		}
		at += length
	}
}

// cut returns what the first token of a text is, and how long. What most of a file is made of is seen by its first byte, and the rules are asked for the rest: they cost some microseconds a
// token, and a site may have thousands of symptoms.
func cut(text string) (kind lexer.TokenType, length int) {
	switch c := text[0]; {
	case isBlank(c):
		return spaceToken, span(text, isBlank)
	case c == '#':
		return commentToken, toLineEnd(text)
	case c == '|':
		return verbatimToken, toLineEnd(text)
	case c == '"':
		// One with a backslash is left to the rules.
		if end := strings.IndexAny(text[1:], "\"\\\n"); end >= 0 && text[1+end] == '"' {
			return stringToken, end + 2
		}
	case isLetter(c):
		// So is one with other letters than these.
		if n := nameLength(text); n == len(text) || text[n] < utf8.RuneSelf {
			return identToken, n
		}
	case c == '=' && (len(text) == 1 || text[1] != '='), strings.IndexByte("(){},", c) >= 0:
		return opToken, 1
	}
	lex, err := rules().LexString("", text)
	if err == nil {
		if t, err := lex.Next(); err == nil && len(t.Value) > 0 {
			return t.Type, len(t.Value)
		}
	}
	return badToken, 1 // not reached: the last rule takes anything
}

// nameLength is how long the name is that a text starts with, as far as it is of plain letters and digits.
func nameLength(text string) int {
	n := span(text, isWordByte)
	for n+1 < len(text) && (text[n] == '-' || text[n] == '/' || text[n] == '.') && (isWordByte(text[n+1]) || text[n+1] >= utf8.RuneSelf) {
		part := span(text[n+1:], isWordByte)
		if n += 1 + part; part == 0 {
			break
		}
	}
	return n
}

func isWordByte(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' }

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\f' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// span is how many bytes a text starts with that are of a kind.
func span(text string, of func(byte) bool) int {
	for i := range len(text) {
		if !of(text[i]) {
			return i
		}
	}
	return len(text)
}

func toLineEnd(text string) int {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return end
	}
	return len(text)
}

// tokenList is a lexer over tokens that were cut before.
type tokenList struct {
	tokens []lexer.Token
	end    lexer.Position
}

// Next returns the next token, and at the end EOF for ever.
func (l *tokenList) Next() (lexer.Token, error) {
	if len(l.tokens) == 0 {
		return lexer.EOFToken(l.end), nil
	}
	t := l.tokens[0]
	l.tokens = l.tokens[1:]
	return t, nil
}
