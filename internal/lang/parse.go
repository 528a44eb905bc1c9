package lang

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxProblems is how many problems of one file are told: more would only repeat what the first ones say.
const maxProblems = 20

// decl is one declaration in the order of the file, with what the printer needs to put comments back. Exactly one of the pointers is set.
type decl struct {
	format   *Format
	symptom  *Symptom
	expected *Expected
	overlay  *Overlay
	silence  *Silence
	// ends maps the start of the declaration and of each example in it to the closing brace.
	ends map[Pos]Pos
	// stale is where a symptom or an overlay says when it is stale.
	stale Pos
	// yields is where a symptom says that it yields.
	yields Pos
}

// comment is a comment as it was written, with the sign in front.
type comment struct {
	pos  Pos
	text string
	// alone is true where nothing stands before it on its line, gap where an empty line follows.
	alone, gap bool
}

// Parse reads one .logdoc file. The File is never nil: it holds the declarations that could be read, and is only to be used when there are no
// Problems. Each declaration is parsed by itself, so that one mistake does not hide the next.
func Parse(name string, src []byte) (*File, Problems) {
	f := &File{Name: name}
	if len(src) > MaxFile {
		return f, f.guard(src)
	}
	text := normalize(src)
	f.lines = strings.Split(text, "\n")
	if ps := f.guard(src); len(ps) > 0 {
		return f, ps
	}
	tokens := make([]lexer.Token, 0, len(text)/8)
	eachToken(name, text, func(t lexer.Token) {
		switch t.Type {
		case spaceToken:
		case commentToken:
			f.keepComment(t)
		default:
			tokens = append(tokens, t)
		}
	})
	if ps := f.guardDepth(tokens); len(ps) > 0 {
		return f, ps
	}
	var ps Problems
	for _, chunk := range split(tokens) {
		ps = append(ps, f.parseDecl(chunk)...)
		if len(ps) >= maxProblems {
			ps = ps[:maxProblems]
			break
		}
	}
	ps.sort()
	return f, ps
}

// parseDecl parses the tokens of one declaration and adds it to the file.
func (f *File) parseDecl(tokens []lexer.Token) Problems {
	last := tokens[len(tokens)-1]
	end := last.Pos
	end.Offset += len(last.Value)
	end.Column += len(last.Value)
	raw, err := parseTokens(tokens, end)
	if err != nil {
		at := len(tokens)
		if perr, ok := err.(participle.Error); ok {
			at, _ = slices.BinarySearchFunc(tokens, perr.Position().Offset, func(t lexer.Token, offset int) int {
				return cmp.Compare(t.Pos.Offset, offset)
			})
		}
		return Problems{f.syntaxProblem(tokens, at)}
	}
	c := converter{file: f, decl: decl{ends: map[Pos]Pos{}}}
	switch {
	case raw.Format != nil:
		c.decl.format = c.format(raw.Format)
		f.Formats = append(f.Formats, c.decl.format)
	case raw.Symptom != nil:
		c.decl.symptom = c.symptom(raw.Symptom)
		f.Symptoms = append(f.Symptoms, c.decl.symptom)
	case raw.Expected != nil:
		c.decl.expected = c.expected(raw.Expected)
		f.Expected = append(f.Expected, c.decl.expected)
	case raw.Overlay != nil:
		c.decl.overlay = c.overlay(raw.Overlay)
		f.Overlays = append(f.Overlays, c.decl.overlay)
	default:
		c.decl.silence = c.silence(raw.Silence)
		f.Silences = append(f.Silences, c.decl.silence)
	}
	f.order = append(f.order, c.decl)
	return c.problems
}

// split cuts tokens into declarations: each ends with the brace that closes it. A word that starts a declaration at the left margin starts one
// even where a brace is still open, so that a forgotten brace spoils one declaration only.
func split(tokens []lexer.Token) [][]lexer.Token {
	var chunks [][]lexer.Token
	start, depth := 0, 0
	cut := func(end int) {
		if end > start {
			chunks = append(chunks, tokens[start:end])
		}
		start, depth = end, 0
	}
	for i, t := range tokens {
		if startsDecl(tokens[i:]) {
			cut(i)
		}
		switch t.Value {
		case "{":
			depth++
		case "}":
			if depth--; depth <= 0 {
				cut(i + 1)
			}
		}
	}
	cut(len(tokens))
	return chunks
}

// startsDecl reports whether the tokens look like the head of a declaration at the left margin, be its word misspelt.
func startsDecl(tokens []lexer.Token) bool {
	if len(tokens) < 3 || tokens[0].Pos.Column != 1 || tokens[0].Type != identToken {
		return false
	}
	if slices.Contains(declWords, tokens[0].Value) {
		return tokens[1].Type == identToken || tokens[1].Type == stringToken
	}
	if tokens[1].Type != identToken {
		return false
	}
	opens := tokens[2].Value == "{" || tokens[2].Type == stringToken && len(tokens) > 3 && tokens[3].Value == "{"
	return opens && Suggest(tokens[0].Value, declWords) != ""
}

// declWords are the words that start a declaration.
var declWords = []string{"format", "symptom", "expected", "overlay", "silence"}

// keepComment remembers a comment, for the printer.
func (f *File) keepComment(t lexer.Token) {
	before := f.lines[t.Pos.Line-1][:t.Pos.Column-1]
	f.comments = append(f.comments, comment{
		pos:   f.pos(t),
		text:  strings.TrimRight(t.Value, " \t\f\v"),
		alone: strings.TrimLeft(before, " \t\f\v") == "",
		gap:   t.Pos.Line < len(f.lines) && strings.Trim(f.lines[t.Pos.Line], " \t\f\v") == "",
	})
}

func (f *File) pos(t lexer.Token) Pos {
	return Pos{File: f.Name, Line: t.Pos.Line, Col: t.Pos.Column}
}

// Problem returns an error at a place of this file, with the source line that Render shows. A width below 1 counts as 1.
func (f *File) Problem(pos Pos, width int, message, advice string) Problem {
	p := Problem{Pos: pos, Width: max(1, width), Message: message, Advice: advice}
	if pos.Line >= 1 && pos.Line <= len(f.lines) {
		p.Source = f.lines[pos.Line-1]
	}
	return p
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
}
