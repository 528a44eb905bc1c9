package template

import (
	"regexp/syntax"
	"slices"
)

// BlindExpression reports whether digits are all alike to a regular expression, as Blind does of a template. What does not compile is not.
func BlindExpression(expr string) bool {
	re, err := syntax.Parse(expr, syntax.Perl)
	return err == nil && blindTree(re)
}

func blindTree(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return !slices.ContainsFunc(re.Rune, func(r rune) bool { return r >= '0' && r <= '9' })
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			lo, hi := re.Rune[i], re.Rune[i+1]
			if (lo <= '9' && hi >= '0') && (lo > '0' || hi < '9') {
				return false
			}
		}
	}
	return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !blindTree(sub) })
}
