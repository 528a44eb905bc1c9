package pager

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"logdoc"
)

// maxPattern bounds a pattern that is typed.
const maxPattern = 1000

// maxLook is how many bytes of a line are searched: the report looks at no more of a record.
const maxLook = 256 << 10

// pattern finds the lines that a regular expression matches.
type pattern struct {
	re *regexp.Regexp
	// literal is a text that every match holds, in small letters when fold is set, and nil where there is none; rare is where its rarest byte stands. With whole the expression is
	// nothing else.
	literal     []byte
	fold, whole bool
	rare        int
	// lineByLine is set where the expression asks for the end of a line, which may stand before a carriage return, or for the start of the text, which is the line's.
	lineByLine bool
}

// compile reads a regular expression. Without a capital letter, those of classes such as \S excepted, it takes small and capital letters for the same.
func compile(text string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	flags := syntax.Perl &^ syntax.OneLine
	prefix := "(?m)"
	if logdoc.FoldsCase(text) {
		flags |= syntax.FoldCase
		prefix = "(?mi)"
	}
	re, err := regexp.Compile(prefix + text)
	if err != nil {
		var e *syntax.Error
		if errors.As(err, &e) {
			return nil, fmt.Errorf("the pattern does not compile: %s", e.Code)
		}
		return nil, errors.New("the pattern does not compile")
	}
	p := &pattern{re: re}
	tree, err := syntax.Parse(text, flags)
	if err != nil {
		return nil, fmt.Errorf("the pattern does not compile: %w", err)
	}
	tree = tree.Simplify()
	p.lineByLine = asksForEnds(tree)
	if text := required(tree); text != nil {
		p.takeLiteral(text)
		p.whole = p.literal != nil && tree.Op == syntax.OpLiteral
	}
	return p, nil
}

func asksForEnds(re *syntax.Regexp) bool {
	if re.Op == syntax.OpBeginText || re.Op == syntax.OpEndText || re.Op == syntax.OpEndLine {
		return true
	}
	for _, sub := range re.Sub {
		if asksForEnds(sub) {
			return true
		}
	}
	return false
}

// required returns the longest text that every match holds, nil for none.
func required(re *syntax.Regexp) *syntax.Regexp {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 && r >= utf8.RuneSelf {
				return nil // its other case may be of another length
			}
		}
		return re
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		var best *syntax.Regexp
		for _, sub := range re.Sub {
			if text := required(sub); text != nil && (best == nil || len(text.Rune) > len(best.Rune)) {
				best = text
			}
		}
		return best
	}
	return nil
}

// takeLiteral keeps a text that can be looked for without the expression. Of the letters with more than two cases, k and s, the third is left out.
func (p *pattern) takeLiteral(tree *syntax.Regexp) {
	text := string(tree.Rune)
	if p.fold = tree.Flags&syntax.FoldCase != 0; p.fold {
		text = strings.ToLower(text)
	}
	p.literal = []byte(text)
	for i := range p.literal {
		if commonness(p.literal[i]) < commonness(p.literal[p.rare]) {
			p.rare = i
		}
	}
}

// commonness ranks bytes by how often they stand in logs, roughly.
func commonness(b byte) int {
	const order = " e0t1aoinrs2l:d.c-3u4m5p/6fg7h8b9v=y,wk_()[]xz;<>jq"
	if b >= 'A' && b <= 'Z' {
		b += 'a' - 'A'
	}
	if i := strings.IndexByte(order, b); i >= 0 {
		return len(order) - i
	}
	return 0
}

// inLine returns where the pattern first matches a line, given without its break.
func (p *pattern) inLine(line []byte) (lo, hi int, ok bool) {
	line = line[:min(len(line), maxLook)]
	if p.whole {
		lo = p.indexLiteral(line)
		return lo, lo + len(p.literal), lo >= 0
	}
	at := p.re.FindIndex(line)
	if at == nil {
		return 0, 0, false
	}
	return at[0], at[1], true
}

// candidate returns an offset in a text of many lines in front of which no line starts that matches, but for the first; negative when none does. The line at the offset need not match.
func (p *pattern) candidate(text []byte) int {
	switch {
	case p.literal != nil:
		return p.indexLiteral(text)
	case p.lineByLine:
		return 0
	}
	at := p.re.FindIndex(text)
	if at == nil {
		return -1
	}
	return at[0]
}

func (p *pattern) indexLiteral(text []byte) int {
	lit := p.literal
	if !p.fold {
		return p.indexExact(text)
	}
	small := lit[p.rare]
	capital := small
	if small >= 'a' && small <= 'z' {
		capital -= 'a' - 'A'
	}
	from := p.rare
	if len(text) < len(lit) {
		return -1
	}
	// The next of both cases are kept, so that each is looked for only once.
	nextSmall, nextCapital := from+indexByte(text[from:], small), from+indexByte(text[from:], capital)
	if small == capital {
		nextCapital = len(text)
	}
	for {
		at := min(nextSmall, nextCapital)
		start := at - p.rare
		if at >= len(text) || start+len(lit) > len(text) {
			return -1
		}
		if foldedEqual(text[start:start+len(lit)], lit) {
			return start
		}
		if at == nextSmall {
			nextSmall = at + 1 + indexByte(text[at+1:], small)
		} else {
			nextCapital = at + 1 + indexByte(text[at+1:], capital)
		}
	}
}

// probe is how many bytes package bytes looks for at once without falling back to a slower way.
const probe = 32

// indexExact looks for the part of the literal around its rarest byte, and then at the rest.
func (p *pattern) indexExact(text []byte) int {
	lit := p.literal
	lo := max(0, min(p.rare-probe/2, len(lit)-probe))
	part := lit[lo:min(lo+probe, len(lit))]
	for from := lo; from <= len(text); {
		at := bytes.Index(text[from:], part)
		if at < 0 {
			return -1
		}
		start := from + at - lo
		if bytes.HasPrefix(text[start:], lit) {
			return start
		}
		from += at + 1
	}
	return -1
}

// indexByte is bytes.IndexByte, and the length where there is none.
func indexByte(text []byte, c byte) int {
	if i := bytes.IndexByte(text, c); i >= 0 {
		return i
	}
	return len(text)
}

// foldedEqual compares a text with one in small letters of ASCII.
func foldedEqual(text, small []byte) bool {
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != small[i] {
			return false
		}
	}
	return true
}
