package lang

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The rules are tried in order, and the last ones catch what no other accepts, so that cutting a file into tokens never fails: what is wrong with
// such a token is said by the parser, which knows what should have stood there.
var rules = lexer.MustSimple([]lexer.SimpleRule{
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
	{Name: "Op", Pattern: `->|==|!=|<=|>=|[<>=~(){},+-]`},
	{Name: "Bad", Pattern: `(?s:.)`},
})

// The token types that the code asks for by name.
var (
	spaceToken      = rules.Symbols()["Space"]
	commentToken    = rules.Symbols()["Comment"]
	verbatimToken   = rules.Symbols()["Verbatim"]
	stringToken     = rules.Symbols()["String"]
	openStringToken = rules.Symbols()["OpenString"]
	regexpToken     = rules.Symbols()["Regexp"]
	openRegexpToken = rules.Symbols()["OpenRegexp"]
	dateToken       = rules.Symbols()["Date"]
	durationToken   = rules.Symbols()["Duration"]
	numberToken     = rules.Symbols()["Number"]
	badNumberToken  = rules.Symbols()["BadNumber"]
	identToken      = rules.Symbols()["Ident"]
	reservedToken   = rules.Symbols()["Reserved"]
	opToken         = rules.Symbols()["Op"]
	badToken        = rules.Symbols()["Bad"]
)

// reservedWords cannot be names, because conditions and expressions would read them as their own.
var reservedWords = []string{"and", "or", "not", "no", "now", "of", "distinct", "then", "unless", "within", "any"}

// IsName tells whether a text can name a symptom, an event or anything else that a pack declares.
func IsName(text string) bool {
	tokens := tokenize("", text)
	return len(tokens) == 1 && tokens[0].Type == identToken
}

// tokenize cuts text into tokens, blanks and comments included, and stops behind a bracket that nests too deep, so that a file of nothing else costs little. Columns count bytes from 1, unlike participle's, which count characters.
func tokenize(name, text string) []lexer.Token {
	lex, err := rules.LexString(name, text)
	if err != nil {
		return nil
	}
	var tokens []lexer.Token
	lineStart, line, depth := 0, 1, 0
	for {
		t, err := lex.Next()
		if err != nil || t.EOF() {
			return tokens
		}
		t.Pos.Line, t.Pos.Column = line, t.Pos.Offset-lineStart+1
		if t.Type == identToken && slices.Contains(reservedWords, t.Value) {
			t.Type = reservedToken
		}
		tokens = append(tokens, t)
		switch t.Value {
		case "(", "{":
			if depth++; depth > maxDepth {
				return tokens
			}
		case ")", "}":
			depth = max(0, depth-1)
		}
		if n := strings.Count(t.Value, "\n"); n > 0 {
			line += n
			lineStart = t.Pos.Offset + strings.LastIndexByte(t.Value, '\n') + 1
		}
	}
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
