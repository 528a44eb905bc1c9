package lang

import (
	"regexp"
	"sort"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The raw structs mirror the text. Every choice in them is decided by one token: so parsing takes linear time, and a syntax error stands exactly
// where the text stops making sense.
type (
	rawDecl struct {
		Format   *rawFormat   `parser:"  @@"`
		Symptom  *rawSymptom  `parser:"| @@"`
		Expected *rawExpected `parser:"| @@"`
		Overlay  *rawOverlay  `parser:"| @@"`
		Silence  *rawSilence  `parser:"| @@"`
	}

	rawName struct {
		Tok lexer.Token `parser:"@Ident"`
	}
	rawStr struct {
		Tok lexer.Token `parser:"@String"`
	}
	rawBar struct {
		Tok lexer.Token `parser:"@Verbatim"`
	}
	rawText struct {
		Bars []*rawBar `parser:"@@+"`
	}
	rawValue struct {
		Tok lexer.Token `parser:"@(String|Number|Duration|Ident)"`
	}
	rawNames struct {
		Names []*rawName `parser:"@@ ( ',' @@ )*"`
	}

	rawAssign struct {
		Name  *rawName  `parser:"@@"`
		Value *rawValue `parser:"'=' @@"`
	}

	rawFormat struct {
		Pos   lexer.Position
		Name  *rawName         `parser:"'format' @@"`
		Title *rawStr          `parser:"@@?"`
		Items []*rawFormatItem `parser:"'{' @@*"`
		End   lexer.Token      `parser:"@'}'"`
	}
	rawFormatItem struct {
		Pos      lexer.Position
		Product  *rawStr    `parser:"  'product' @@"`
		Files    []*rawStr  `parser:"| 'files' @@+"`
		Collect  []*rawStr  `parser:"| 'collect' @@+"`
		Line     *rawLine   `parser:"| @@"`
		Inner    *rawInner  `parser:"| @@"`
		Severity *rawTable  `parser:"| 'severity' @@"`
		Zones    *rawTable  `parser:"| 'zones' @@"`
		Zone     *rawStr    `parser:"| 'zone' @@"`
		Stamped  bool       `parser:"| @'stamped'"`
		Sample   *rawSample `parser:"| @@"`
	}
	rawLine struct {
		Pos    lexer.Position
		Kind   string      `parser:"@( 'line' | 'bare' | 'header' )"`
		Text   *rawText    `parser:"( @@"`
		Regexp lexer.Token `parser:"| @Regexp )"`
	}
	rawInner struct {
		Pos   lexer.Position
		Field *rawName  `parser:"'inner' ( 'when' @@"`
		Value *rawValue `parser:"'==' @@ )?"`
		Text  *rawText  `parser:"@@"`
	}
	rawTable struct {
		Rows []*rawRow `parser:"'{' @@* '}'"`
	}
	rawRow struct {
		Word  *rawValue `parser:"@@"`
		Value *rawValue `parser:"'=' @@"`
	}
	rawSample struct {
		Pos    lexer.Position
		Text   *rawText     `parser:"'sample' @@"`
		Fields []*rawAssign `parser:"( '{' @@* '}' )?"`
	}

	rawSymptom struct {
		Pos   lexer.Position
		Name  *rawName          `parser:"'symptom' @@"`
		Title *rawStr           `parser:"@@?"`
		Items []*rawSymptomItem `parser:"'{' @@*"`
		End   lexer.Token       `parser:"@'}'"`
	}
	rawSymptomItem struct {
		Pos      lexer.Position
		Severity *rawSeverity `parser:"  @@"`
		Product  *rawStr      `parser:"| 'product' @@"`
		See      []*rawStr    `parser:"| 'see' @@+"`
		By       *rawNames    `parser:"| 'by' @@"`
		Stale    *rawStale    `parser:"| 'stale' @@"`
		Yields   bool         `parser:"| @'yields'"`
		Event    *rawEvent    `parser:"| @@"`
		Fact     *rawFact     `parser:"| @@"`
		Value    *rawDefine   `parser:"| @@"`
		Verdict  *rawVerdict  `parser:"| @@"`
		Clears   *rawOr       `parser:"| 'clears' 'when' @@"`
		Explains *rawNames    `parser:"| 'explains' @@"`
		Cause    *rawText     `parser:"| 'cause' @@"`
		Impact   *rawText     `parser:"| 'impact' @@"`
		Step     *rawStep     `parser:"| @@"`
		Example  *rawExample  `parser:"| @@"`
	}
	rawSeverity struct {
		Word *rawName `parser:"'severity' @@"`
		When *rawOr   `parser:"( 'when' @@ )?"`
	}
	rawStale struct {
		After lexer.Token `parser:"  'after' @Duration"`
		Never bool        `parser:"| @'never'"`
	}
	rawEvent struct {
		Pos     lexer.Position
		Name    *rawName    `parser:"'event' @@"`
		Label   *rawStr     `parser:"@@?"`
		Any     bool        `parser:"'in' ( @'any'"`
		Formats *rawNames   `parser:"| @@ )"`
		Where   *rawWhereOr `parser:"( 'where' @@ )?"`
	}
	rawFact struct {
		Pos     lexer.Position
		Name    *rawName  `parser:"'fact' @@"`
		Label   *rawStr   `parser:"@@?"`
		From    []*rawStr `parser:"'from' @@+"`
		Kind    string    `parser:"( @( 'exists' | 'x509' )"`
		Read    string    `parser:"| @( 'like' | 'each' | 'xml' )"`
		Text    *rawText  `parser:"  @@ )"`
		Collect *rawStr   `parser:"( 'collect' @@ )?"`
	}
	rawDefine struct {
		Pos   lexer.Position
		Name  *rawName `parser:"'value' @@"`
		Label *rawStr  `parser:"@@?"`
		Expr  *rawSum  `parser:"'=' @@"`
	}
	rawVerdict struct {
		Pos  lexer.Position
		Word string `parser:"@( 'certain' | 'likely' | 'possible' )"`
		When *rawOr `parser:"'when' @@"`
	}
	rawStep struct {
		Pos   lexer.Position
		Kind  string         `parser:"@( 'look' | 'change' | 'verify' )"`
		Name  *rawName       `parser:"@@"`
		Title *rawStr        `parser:"@@?"`
		Items []*rawStepItem `parser:"@@*"`
	}
	rawStepItem struct {
		Pos     lexer.Position
		Run     *rawText     `parser:"  'run' @@"`
		Note    *rawText     `parser:"| 'note' @@"`
		Show    *rawNames    `parser:"| 'show' @@"`
		Ask     *rawStr      `parser:"| 'ask' @@"`
		Answers []*rawAnswer `parser:"  @@*"`
	}
	rawAnswer struct {
		Pos    lexer.Position
		Text   *rawStr  `parser:"@@"`
		Target *rawName `parser:"'->' @@"`
	}
	rawExample struct {
		Pos   lexer.Position
		Title *rawStr           `parser:"'example' @@?"`
		Items []*rawExampleItem `parser:"'{' @@*"`
		End   lexer.Token       `parser:"@'}'"`
	}
	rawExampleItem struct {
		Pos     lexer.Position
		Path    *rawStr   `parser:"  (?! 'file' '=' ) 'file' @@"`
		Content *rawText  `parser:"  @@"`
		Now     *rawStr   `parser:"| 'now' @@"`
		Expect  string    `parser:"| 'expect' @( 'certain' | 'likely' | 'possible' | 'nothing' )"`
		Name    *rawName  `parser:"| @@"`
		Value   *rawValue `parser:"  ( '=' @@"`
		Log     *rawText  `parser:"  | @@ )"`
	}

	rawExpected struct {
		Pos   lexer.Position
		Name  *rawName           `parser:"'expected' @@"`
		Title *rawStr            `parser:"@@?"`
		Items []*rawExpectedItem `parser:"'{' @@*"`
		End   lexer.Token        `parser:"@'}'"`
	}
	rawExpectedItem struct {
		Pos     lexer.Position
		Product *rawStr   `parser:"  'product' @@"`
		See     []*rawStr `parser:"| 'see' @@+"`
		Event   *rawEvent `parser:"| @@"`
		State   *rawState `parser:"| @@"`
		Sample  *rawInput `parser:"| @@"`
	}
	rawState struct {
		Pos  lexer.Position
		Word *rawStr   `parser:"'state' @@"`
		From *rawNames `parser:"'from' @@"`
	}
	rawInput struct {
		Pos    lexer.Position
		Format *rawName `parser:"'sample' @@"`
		Text   *rawText `parser:"@@"`
	}

	// A symptom that was not read from a .logdoc file may have a name that is no word.
	rawSubject struct {
		Tok lexer.Token `parser:"@(Ident|String)"`
	}
	rawOverlay struct {
		Pos   lexer.Position
		Name  *rawSubject       `parser:"'overlay' @@"`
		Items []*rawOverlayItem `parser:"'{' @@*"`
		End   lexer.Token       `parser:"@'}'"`
	}
	rawOverlayItem struct {
		Pos      lexer.Position
		Because  *rawText   `parser:"  'because' @@"`
		Severity *rawName   `parser:"| 'severity' @@"`
		Stale    *rawStale  `parser:"| 'stale' @@"`
		Window   *rawWindow `parser:"| @@"`
	}
	rawWindow struct {
		Verdict string      `parser:"@( 'certain' | 'likely' | 'possible' | 'clears' )"`
		Word    string      `parser:"@( 'within' | 'for' )"`
		To      lexer.Token `parser:"@Duration"`
		From    lexer.Token `parser:"( 'instead' 'of' @Duration )?"`
	}
	rawSilence struct {
		Pos   lexer.Position
		Name  *rawSubject       `parser:"'silence' @@"`
		Items []*rawSilenceItem `parser:"'{' @@*"`
		End   lexer.Token       `parser:"@'}'"`
	}
	rawSilenceItem struct {
		Pos     lexer.Position
		Because *rawText    `parser:"  'because' @@"`
		Until   lexer.Token `parser:"| 'until' @Date"`
		Where   *rawWhereOr `parser:"| 'where' @@"`
	}

	rawWhereOr struct {
		Terms []*rawWhereAnd `parser:"@@ ( 'or' @@ )*"`
	}
	rawWhereAnd struct {
		Terms []*rawWhereNot `parser:"@@ ( 'and' @@ )*"`
	}
	rawWhereNot struct {
		Not   bool        `parser:"@'not'?"`
		Group *rawWhereOr `parser:"( '(' @@ ')'"`
		Test  *rawTest    `parser:"| @@ )"`
	}
	rawTest struct {
		Pos      lexer.Position
		Field    *rawName    `parser:"@@"`
		Op       string      `parser:"( @( '==' | '!=' | '<=' | '>=' | '<' | '>' | 'has' )"`
		Value    *rawValue   `parser:"  @@"`
		Template *rawText    `parser:"| 'like' @@"`
		Regexp   lexer.Token `parser:"| '~' @Regexp )"`
	}

	// Conditions and expressions share one grammar, because an open parenthesis does not tell which of the two it opens; the conversion tells.
	rawOr struct {
		Terms []*rawAnd `parser:"@@ ( 'or' @@ )*"`
	}
	rawAnd struct {
		Terms []*rawUnless `parser:"@@ ( 'and' @@ )*"`
	}
	rawUnless struct {
		Term   *rawThen    `parser:"@@"`
		Absent *rawNot     `parser:"( 'unless' @@"`
		Within lexer.Token `parser:"( 'within' @Duration"`
		Side   string      `parser:"  @( 'before' | 'after' | 'around' ) )? )?"`
	}
	rawThen struct {
		Terms  []*rawNot   `parser:"@@ ( 'then' @@ )*"`
		Word   lexer.Token `parser:"( @'within'"`
		Within lexer.Token `parser:"  @Duration )?"`
	}
	rawNot struct {
		Pos     lexer.Position
		Not     bool        `parser:"@'not'?"`
		Gap     *rawGap     `parser:"( @@"`
		Compare *rawCompare `parser:"| @@ )"`
	}
	rawGap struct {
		Pos   lexer.Position
		Event *rawName    `parser:"'no' @@"`
		For   lexer.Token `parser:"'for' @Duration"`
	}
	rawCompare struct {
		Left  *rawSum `parser:"@@"`
		Op    string  `parser:"( @( '==' | '!=' | '<=' | '>=' | '<' | '>' )"`
		Right *rawSum `parser:"  @@ )?"`
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
		Pos      lexer.Position
		Group    *rawOr      `parser:"  '(' @@ ')'"`
		Number   lexer.Token `parser:"| @Number"`
		Of       *rawName    `parser:"  ( 'of' @@"`
		Distinct *rawName    `parser:"  | 'distinct' @@ )?"`
		Duration lexer.Token `parser:"| @Duration"`
		String   *rawStr     `parser:"| @@"`
		Now      bool        `parser:"| @'now'"`
		Word     *rawName    `parser:"| @@"`
		Call     *rawArgs    `parser:"  @@?"`
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

// parseTokens parses the tokens of one declaration, without blanks and comments.
func parseTokens(tokens []lexer.Token, end lexer.Position) (*rawDecl, error) {
	lex, err := lexer.Upgrade(&tokenList{tokens, end})
	if err != nil {
		return nil, err
	}
	return grammar().ParseFromLexer(lex)
}

// literals are the words and signs of the language, read off the grammar itself.
var literals = sync.OnceValue(func() []string {
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(grammar().String(), -1) {
		seen[m[1]] = true
	}
	var words []string
	for w := range seen {
		words = append(words, w)
	}
	sort.Strings(words)
	return words
})
