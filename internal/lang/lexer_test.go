package lang

import (
	"maps"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

// byRules cuts a text by the rules alone.
func byRules(text string) (types []string, values []string) {
	names := map[int]string{}
	for name, kind := range rules().Symbols() {
		names[int(kind)] = name
	}
	lex, err := rules().LexString("", text)
	for err == nil {
		t, next := lex.Next()
		if next != nil || t.EOF() {
			break
		}
		types, values = append(types, names[int(t.Type)]), append(values, t.Value)
	}
	return types, values
}

// FuzzTokenize holds the shortcuts to the rules, and the tokens to the text: joined they are it, and each says where it stands.
func FuzzTokenize(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		for _, src := range fixtures(f, dir) {
			if len(src) < 8000 {
				f.Add(string(src))
			}
		}
	}
	for _, text := range []string{`a-b a- a.b a/b/c a1_ é aé "a\"b" "a" "a`, "x\r\n\f\v y", "/a\\/b/ /a", "2026-03-04T05:06:07Z 5m 5min -3 0x1f 1.5 1.x", "-> == != <= >= < > = ~ ( ) { } , + - ! \x00 \xff", `"\`, "|", "#"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		types, values := byRules(text)
		at := 0
		for i, token := range tokenize(text) {
			if token.Value != values[i] || token.Type != rules().Symbols()[types[i]] && token.Type != reservedToken {
				t.Fatalf("token %d of %q is %q of type %d, want %q, %s", i, text, token.Value, token.Type, values[i], types[i])
			}
			if token.Pos.Offset != at {
				t.Fatalf("%q stands at %d, want %d", token.Value, token.Pos.Offset, at)
			}
			at += len(token.Value)
		}
	})
}

// TestTokenTypes holds the constants to what the rules number.
func TestTokenTypes(t *testing.T) {
	want := map[string]lexer.TokenType{"EOF": lexer.EOF, "Space": spaceToken, "Comment": commentToken, "Verbatim": verbatimToken, "String": stringToken, "OpenString": openStringToken,
		"Regexp": regexpToken, "OpenRegexp": openRegexpToken, "Date": dateToken, "Duration": durationToken, "Number": numberToken, "BadNumber": badNumberToken, "Ident": identToken,
		"Reserved": reservedToken, "Compare": compareToken, "Op": opToken, "Bad": badToken}
	if got := rules().Symbols(); !maps.Equal(got, want) {
		t.Errorf("the rules number their tokens %v, the code %v", got, want)
	}
}
