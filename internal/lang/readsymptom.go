package lang

import (
	"maps"
	"slices"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"logdoc"
)

// A site may have thousands of symptoms, and participle takes a microsecond for a token, or two where it has a choice. So what nearly every symptom says is read here, token by token; what is rarer,
// conditions and whatever else can be nested is left to participle. Every choice is decided by one token here as well, and an error stands at the first token that cannot be.

type (
	rawSymptom struct {
		Tokens []lexer.Token
		Name   lexer.Token
		Title  lexer.Token
		Items  []rawSymptomItem
	}
	// rawSymptomItem is a plain statement or one of the others.
	rawSymptomItem struct {
		rawPlain
		Severity *rawSeverity
		Event    *rawEvent
		Verdict  *rawVerdict
		Step     *rawStep
		Example  *rawExample
		Clause   *rawClause
	}
	// rawPlain is a word of the language and what stands behind it, where that is tokens of one kind. Of a statement that is not plain it has the word alone.
	rawPlain    []lexer.Token
	rawSeverity struct {
		Word lexer.Token
		When *rawOr
	}
	rawEvent struct {
		Name, Label lexer.Token
		Formats     []lexer.Token // none for any
		Where       *rawWhereOr
	}
	rawVerdict struct{ When *rawOr }
	rawStep    struct {
		Name, Title lexer.Token
		Items       []rawStepItem
	}
	rawStepItem struct {
		rawPlain
		Answers []rawAnswer
	}
	rawAnswer  struct{ Text, Target lexer.Token }
	rawExample struct {
		Title lexer.Token
		Items []rawExampleItem
		End   lexer.Token
	}
	// rawExampleItem is a plain statement, the word file with a path and the file's lines, a format with a log's lines, or a name, "=" and the value that is expected of it.
	rawExampleItem = rawPlain
)

func (r rawPlain) word() lexer.Token   { return r[0] }
func (r rawPlain) args() []lexer.Token { return r[1:] }

// args are what stands behind the word of a plain statement.
type args uint8

const (
	nothing args = iota
	oneString
	someStrings
	listedNames
	bars
	oneVerdict
)

var stepKinds = map[string]logdoc.StepKind{"look": logdoc.Look, "change": logdoc.Change, "verify": logdoc.Verify}

// The words of the plain statements, by where they stand.
var (
	symptomWords = map[string]args{"product": oneString, "see": someStrings, "by": listedNames, "yields": nothing, "explains": listedNames, "cause": bars, "impact": bars}
	stepWords    = map[string]args{"run": bars, "note": bars, "show": listedNames, "ask": oneString}
	exampleWords = map[string]args{"now": oneString, "expect": oneVerdict}
)

// readWords lists the words and signs of the language that are read here.
func readWords() []string {
	words := []string{"symptom", "severity", "when", "event", "in", "any", "where", "example", "file", "{", "}", "=", ",", "->"}
	for _, statements := range []map[string]args{symptomWords, stepWords, exampleWords} {
		words = slices.AppendSeq(words, maps.Keys(statements))
	}
	words = slices.AppendSeq(words, maps.Keys(stepKinds))
	return slices.AppendSeq(words, maps.Keys(certainties))
}

// conditions parses the conditions of symptoms.
var conditions = sync.OnceValue(func() *participle.Parser[rawOr] {
	return must(participle.ParserForProduction[rawOr](clauses()))
})

// wheres parses conditions on one record.
var wheres = sync.OnceValue(func() *participle.Parser[rawWhereOr] {
	return must(participle.ParserForProduction[rawWhereOr](grammar()))
})

func must[T any](t T, err error) T {
	if err != nil {
		panic(err)
	}
	return t
}

// reader takes tokens one by one. Where something else stands than what was asked for it has an error, and takes nothing more.
type reader struct {
	*lexer.PeekingLexer
	err error
}

// nested lets participle parse what it knows by a name.
func nested[T any](in *reader, parser *participle.Parser[T]) *T {
	if in.err != nil {
		return nil
	}
	t, err := parser.ParseFromLexer(in.PeekingLexer, participle.AllowTrailing(true))
	in.err = err
	return t
}

func (in *reader) at(sign string) bool { return in.err == nil && in.Peek().Value == sign }

// is tells whether a token of the kind comes next.
func (in *reader) is(kind lexer.TokenType) bool { return in.err == nil && in.Peek().Type == kind }

// take takes a token if it may stand here.
func (in *reader) take(may bool) lexer.Token {
	switch {
	case in.err != nil:
	case may:
		return *in.Next()
	default:
		in.err = &participle.UnexpectedTokenError{Unexpected: *in.Peek()}
	}
	return lexer.Token{}
}

func (in *reader) sign(sign string) lexer.Token         { return in.take(in.at(sign)) }
func (in *reader) one(kind lexer.TokenType) lexer.Token { return in.take(in.is(kind)) }
func (in *reader) maybe(kind lexer.TokenType) (t lexer.Token) {
	if in.is(kind) {
		t = *in.Next()
	}
	return t
}

// some takes one token of a kind, and all of them that follow.
func (in *reader) some(kind lexer.TokenType) []lexer.Token {
	from := in.RawCursor()
	for in.one(kind); in.is(kind); in.Next() {
	}
	return in.Range(from, in.RawCursor())
}

// names takes names with commas between them.
func (in *reader) names() []lexer.Token {
	from := in.RawCursor()
	for in.one(identToken); in.at(","); in.one(identToken) {
		in.Next()
	}
	return in.Range(from, in.RawCursor())
}

// plain takes a statement that starts with one of the words, if there is one.
func (in *reader) plain(words map[string]args) (p rawPlain, ok bool) {
	kind, ok := words[in.Peek().Value]
	if in.err != nil || !ok {
		return p, false
	}
	from := in.RawCursor()
	in.Next()
	switch kind {
	case oneString:
		in.one(stringToken)
	case someStrings:
		in.some(stringToken)
	case listedNames:
		in.names()
	case bars:
		in.some(verbatimToken)
	case oneVerdict:
		_, known := certainties[in.Peek().Value]
		in.take(known)
	}
	return in.Range(from, in.RawCursor()), true
}

// more tells whether a block goes on.
func (in *reader) more() bool { return in.err == nil && !in.at("}") }

// Parse reads a symptom.
func (r *rawSymptom) Parse(lex *lexer.PeekingLexer) error {
	in := &reader{PeekingLexer: lex}
	if !in.at("symptom") {
		return participle.NextMatch
	}
	from := in.RawCursor()
	in.Next()
	r.Name, r.Title = in.one(identToken), in.maybe(stringToken)
	in.sign("{")
	r.Items = make([]rawSymptomItem, 0, 16)
	for in.more() {
		r.Items = append(r.Items, in.symptomItem())
	}
	in.sign("}")
	r.Tokens = in.Range(from, in.RawCursor())
	return in.err
}

func (in *reader) symptomItem() (item rawSymptomItem) {
	var ok bool
	if item.rawPlain, ok = in.plain(symptomWords); ok {
		return item
	}
	item.rawPlain = in.Range(in.RawCursor(), in.RawCursor()+1)
	word := item.word().Value
	if _, ok := stepKinds[word]; ok {
		item.Step = in.step()
		return item
	}
	if c, ok := certainties[word]; ok && c != logdoc.NotFound {
		in.Next()
		in.sign("when")
		item.Verdict = &rawVerdict{nested(in, conditions())}
		return item
	}
	switch word {
	case "severity":
		in.Next()
		item.Severity = &rawSeverity{Word: in.one(identToken)}
		if in.at("when") {
			in.Next()
			item.Severity.When = nested(in, conditions())
		}
	case "event":
		item.Event = &rawEvent{}
		in.err = item.Event.Parse(in.PeekingLexer)
	case "example":
		item.Example = in.example()
	default:
		item.Clause = nested(in, clauses())
	}
	return item
}

// Parse reads an event.
func (r *rawEvent) Parse(lex *lexer.PeekingLexer) error {
	in := &reader{PeekingLexer: lex}
	if !in.at("event") {
		return participle.NextMatch
	}
	in.Next()
	r.Name, r.Label = in.one(identToken), in.maybe(stringToken)
	in.sign("in")
	if in.at("any") {
		in.Next()
	} else {
		r.Formats = in.names()
	}
	if in.at("where") {
		in.Next()
		r.Where = nested(in, wheres())
	}
	return in.err
}

func (in *reader) step() *rawStep {
	in.Next()
	s := &rawStep{Name: in.one(identToken), Title: in.maybe(stringToken)}
	for {
		plain, ok := in.plain(stepWords)
		if !ok {
			return s
		}
		item := rawStepItem{rawPlain: plain}
		for plain.word().Value == "ask" && in.is(stringToken) {
			text := *in.Next()
			in.sign("->")
			item.Answers = append(item.Answers, rawAnswer{text, in.one(identToken)})
		}
		s.Items = append(s.Items, item)
	}
}

func (in *reader) example() *rawExample {
	in.Next()
	e := &rawExample{Title: in.maybe(stringToken)}
	in.sign("{")
	for in.more() {
		e.Items = append(e.Items, in.exampleItem())
	}
	e.End = in.sign("}")
	return e
}

func (in *reader) exampleItem() rawExampleItem {
	if plain, ok := in.plain(exampleWords); ok {
		return plain
	}
	from := in.RawCursor()
	word := in.one(identToken)
	switch {
	case in.at("="):
		in.Next()
		in.take(in.is(stringToken) || in.is(numberToken) || in.is(durationToken) || in.is(identToken))
	case word.Value == "file":
		in.one(stringToken)
		in.some(verbatimToken)
	default:
		in.some(verbatimToken)
	}
	return in.Range(from, in.RawCursor())
}
