package grammar

import (
	"regexp/syntax"
	"unicode/utf8"
)

// firstBytes returns the bytes that a text can start with which the expression matches from its start on. A regular expression costs some hundred times what
// a look at one byte does, and most lines of a log start with none of them.
func firstBytes(expr string) (set [256]bool) {
	all := func() [256]bool {
		for c := range set {
			set[c] = true
		}
		return set
	}
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return all()
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return all()
	}
	seen := make([]bool, len(prog.Inst))
	any := false
	var visit func(pc uint32)
	visit = func(pc uint32) {
		if seen[pc] {
			return
		}
		seen[pc] = true
		switch in := &prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			visit(in.Out)
			visit(in.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			visit(in.Out)
		case syntax.InstMatch:
			any = true
		case syntax.InstFail:
		default:
			for c := range utf8.RuneSelf {
				set[c] = set[c] || in.MatchRune(rune(c))
			}
			// What is not ASCII is not told apart; an invalid byte counts as U+FFFD.
			for c := utf8.RuneSelf; c < len(set); c++ {
				set[c] = true
			}
		}
	}
	visit(uint32(prog.Start))
	if any {
		return all()
	}
	return set
}
