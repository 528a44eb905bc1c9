package lang

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The raw structs mirror the text. Every choice in them is decided by one token: so parsing takes linear time, and a syntax error stands exactly
// where the text stops making sense.
type (
	rawDecl struct {
		Symptom  *rawSymptom  `parser:"  @@"`
		Format   *rawFormat   `parser:"| @@"`
		Expected *rawExpected `parser:"| @@"`
		Overlay  *rawOverlay  `parser:"| @@"`
		Silence  *rawSilence  `parser:"| @@"`
	}

	rawAssign struct {
		Name  lexer.Token `parser:"@Ident"`
		Value lexer.Token `parser:"'=' @(String|Number|Duration|Ident)"`
	}

	rawFormat struct {
		Tokens []lexer.Token
		Name   lexer.Token      `parser:"'format' @Ident"`
		Title  lexer.Token      `parser:"@String?"`
		Items  []*rawFormatItem `parser:"'{' @@* '}'"`
	}
	rawFormatItem struct {
		Tokens   []lexer.Token
		Product  lexer.Token   `parser:"  'product' @String"`
		Files    []lexer.Token `parser:"| 'files' @( String+ )"`
		Collect  []lexer.Token `parser:"| 'collect' @( String+ )"`
		Line     *rawLine      `parser:"| @@"`
		Inner    *rawInner     `parser:"| @@"`
		Severity *rawTable     `parser:"| 'severity' @@"`
		Zones    *rawTable     `parser:"| 'zones' @@"`
		Zone     lexer.Token   `parser:"| 'zone' @String"`
		Stamped  bool          `parser:"| @'stamped'"`
		Sample   *rawSample    `parser:"| @@"`
	}
	rawLine struct {
		Kind   string        `parser:"@( 'line' | 'bare' | 'header' )"`
		Text   []lexer.Token `parser:"( @( Verbatim+ )"`
		Regexp lexer.Token   `parser:"| @Regexp )"`
	}
	rawInner struct {
		Field lexer.Token   `parser:"'inner' ( 'when' @Ident"`
		Value lexer.Token   `parser:"'==' @(String|Number|Duration|Ident) )?"`
		Text  []lexer.Token `parser:"@( Verbatim+ )"`
	}
	rawTable struct {
		Rows []*rawRow `parser:"'{' @@* '}'"`
	}
	rawRow struct {
		Word  lexer.Token `parser:"@(String|Number|Duration|Ident)"`
		Value lexer.Token `parser:"'=' @(String|Number|Duration|Ident)"`
	}
	rawSample struct {
		Text   []lexer.Token `parser:"'sample' @( Verbatim+ )"`
		Fields []*rawAssign  `parser:"( '{' @@* '}' )?"`
	}

	// Of a symptom, see rawSymptom.
	rawClause struct {
		Stale  *rawStale  `parser:"  'stale' @@"`
		Fact   *rawFact   `parser:"| @@"`
		Value  *rawDefine `parser:"| @@"`
		Clears *rawOr     `parser:"| 'clears' 'when' @@"`
	}
	rawStale struct {
		After lexer.Token `parser:"  'after' @Duration"`
		Never bool        `parser:"| @'never'"`
	}
	rawFact struct {
		Name    lexer.Token   `parser:"'fact' @Ident"`
		Label   lexer.Token   `parser:"@String?"`
		From    []lexer.Token `parser:"'from' @( String+ )"`
		Kind    string        `parser:"( @( 'exists' | 'x509' )"`
		Read    string        `parser:"| @( 'like' | 'each' | 'xml' )"`
		Text    []lexer.Token `parser:"  @( Verbatim+ ) )"`
		Collect lexer.Token   `parser:"( 'collect' @String )?"`
	}
	rawDefine struct {
		Name  lexer.Token `parser:"'value' @Ident"`
		Label lexer.Token `parser:"@String?"`
		Expr  *rawSum     `parser:"'=' @@"`
	}
	rawExpected struct {
		Tokens []lexer.Token
		Name   lexer.Token        `parser:"'expected' @Ident"`
		Title  lexer.Token        `parser:"@String?"`
		Items  []*rawExpectedItem `parser:"'{' @@* '}'"`
	}
	rawExpectedItem struct {
		Tokens  []lexer.Token
		Product lexer.Token   `parser:"  'product' @String"`
		See     []lexer.Token `parser:"| 'see' @( String+ )"`
		Event   *rawEvent     `parser:"| @@"`
		State   *rawState     `parser:"| @@"`
		Sample  *rawInput     `parser:"| @@"`
	}
	rawState struct {
		Word lexer.Token   `parser:"'state' @String"`
		From []lexer.Token `parser:"'from' @( Ident ( ',' Ident )* )"`
	}
	rawInput struct {
		Format lexer.Token   `parser:"'sample' @Ident"`
		Text   []lexer.Token `parser:"@( Verbatim+ )"`
	}

	// A symptom that was not read from a .logdoc file may have a name that is no word.
	rawOverlay struct {
		Tokens []lexer.Token
		Name   lexer.Token       `parser:"'overlay' @(Ident|String)"`
		Items  []*rawOverlayItem `parser:"'{' @@* '}'"`
	}
	rawOverlayItem struct {
		Tokens   []lexer.Token
		Because  []lexer.Token `parser:"  'because' @( Verbatim+ )"`
		Severity lexer.Token   `parser:"| 'severity' @Ident"`
		Stale    *rawStale     `parser:"| 'stale' @@"`
		Window   *rawWindow    `parser:"| @@"`
	}
	rawWindow struct {
		Verdict string      `parser:"@( 'certain' | 'likely' | 'possible' | 'clears' )"`
		Word    string      `parser:"@( 'within' | 'for' )"`
		To      lexer.Token `parser:"@Duration"`
		From    lexer.Token `parser:"( 'instead' 'of' @Duration )?"`
	}
	rawSilence struct {
		Tokens []lexer.Token
		Name   lexer.Token       `parser:"'silence' @(Ident|String)"`
		Items  []*rawSilenceItem `parser:"'{' @@* '}'"`
	}
	rawSilenceItem struct {
		Tokens  []lexer.Token
		Because []lexer.Token `parser:"  'because' @( Verbatim+ )"`
		Until   lexer.Token   `parser:"| 'until' @Date"`
		Where   *rawWhereOr   `parser:"| 'where' @@"`
	}

	rawWhereOr struct {
		Terms []*rawWhereAnd `parser:"@@ ( 'or' @@ )*"`
	}
	rawWhereAnd struct {
		Terms []*rawTest `parser:"@@ ( 'and' @@ )*"`
	}
	rawTest struct {
		Not      bool          `parser:"@'not'?"`
		Group    *rawWhereOr   `parser:"( '(' @@ ')'"`
		Field    lexer.Token   `parser:"| @Ident"`
		Op       string        `parser:"  ( @( 'has' | Compare )"`
		Value    lexer.Token   `parser:"    @(String|Number|Duration|Ident)"`
		Template []lexer.Token `parser:"  | 'like' @( Verbatim+ )"`
		Regexp   lexer.Token   `parser:"  | '~' @Regexp ) )"`
	}

	// Conditions and expressions share one grammar, because an open parenthesis does not tell which of the two it opens; the conversion tells.
	rawOr struct {
		Terms []*rawAnd `parser:"@@ ( 'or' @@ )*"`
	}
	rawAnd struct {
		Terms []*rawUnless `parser:"@@ ( 'and' @@ )*"`
	}
	rawUnless struct {
		// In order, where there are several, and inside the window, where there is one.
		Terms  []*rawNot   `parser:"@@ ( 'then' @@ )*"`
		Word   lexer.Token `parser:"( @'within'"`
		Within lexer.Token `parser:"  @Duration )?"`
		Absent *rawNot     `parser:"( 'unless' @@"`
		Window lexer.Token `parser:"( 'within' @Duration"`
		Side   string      `parser:"  @( 'before' | 'after' | 'around' ) )? )?"`
	}
	rawNot struct {
		Tokens []lexer.Token
		Not    bool        `parser:"@'not'?"`
		No     lexer.Token `parser:"( @'no'"`
		Gap    lexer.Token `parser:"  @Ident"`
		For    lexer.Token `parser:"  'for' @Duration"`
		Left   *rawSum     `parser:"| @@"`
		Op     string      `parser:"  ( @Compare"`
		Right  *rawSum     `parser:"    @@ )? )"`
	}
	rawSum struct {
		Left *rawPrimary `parser:"@@"`
		Rest []*rawMore  `parser:"@@*"`
	}
	rawMore struct {
		Op   string      `parser:"@( '+' | '-' )"`
		Term *rawPrimary `parser:"@@"`
	}
	rawPrimary struct {
		Tokens   []lexer.Token
		Word     lexer.Token `parser:"  @Ident"`
		Call     *rawArgs    `parser:"  @@?"`
		Group    *rawOr      `parser:"| '(' @@ ')'"`
		Number   lexer.Token `parser:"| @Number"`
		Of       lexer.Token `parser:"  ( 'of' @Ident"`
		Distinct lexer.Token `parser:"  | 'distinct' @Ident )?"`
		Duration lexer.Token `parser:"| @Duration"`
		String   lexer.Token `parser:"| @String"`
		Now      bool        `parser:"| @'now'"`
	}
	rawArgs struct {
		Open lexer.Token `parser:"@'('"`
		Args []*rawSum   `parser:"( @@ ( ',' @@ )* )? ')'"`
	}
)

// With no lookahead, participle takes the first choice that accepts a token and stays with it.
// It is built when the first file is parsed: most runs read none, and it takes milliseconds.
var grammar = sync.OnceValue(func() *participle.Parser[rawDecl] {
	return participle.MustBuild[rawDecl](participle.Lexer(rules()), participle.UseLookahead(0))
})

// clauses parses the rarer statements of a symptom.
var clauses = sync.OnceValue(func() *participle.Parser[rawClause] {
	return participle.MustBuild[rawClause](participle.Lexer(rules()), participle.UseLookahead(0))
})

// parseTokens parses the tokens of one declaration, without blanks and comments.
func parseTokens(tokens []lexer.Token, end lexer.Position) (*rawDecl, error) {
	lex, err := lexer.Upgrade(&tokenList{tokens, end})
	if err != nil {
		return nil, err
	}
	return grammar().ParseFromLexer(lex)
}

// literals are the words and signs of the language, read off the grammar itself as far as participle has it.
var literals = sync.OnceValue(func() []string {
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(grammar().String()+clauses().String(), -1) {
		seen[m[1]] = true
	}
	for _, w := range append(readWords(), comparisons...) {
		seen[w] = true
	}
	return slices.Sorted(maps.Keys(seen))
})
