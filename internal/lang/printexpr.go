package lang

import (
	"strconv"
	"strings"
)

// The levels of precedence, weakest first. A term is put in parentheses where it binds weaker than its place asks for.
const (
	levelOr = iota
	levelAnd
	levelUnless
	levelThen
	levelNot
	levelAtom
)

// PrintCond writes a condition in its canonical form on one line, with no more parentheses than it needs.
func PrintCond(c Cond) string { return printCond(c, levelOr) }

func printCond(c Cond, level int) string {
	text, own := "", levelAtom
	switch c := c.(type) {
	case *CondOr:
		text, own = joinConds(c.Terms, " or ", levelAnd), levelOr
	case *CondAnd:
		text, own = joinConds(c.Terms, " and ", levelUnless), levelAnd
	case *CondUnless:
		text, own = printCond(c.Term, levelThen)+" unless "+printCond(c.Absent, levelNot), levelUnless
		if c.Side != "" {
			text += " within " + FormatDuration(c.Within) + " " + c.Side
		}
	case *CondThen:
		text, own = joinConds(c.Terms, " then ", levelNot), levelThen
		if c.Within > 0 {
			text += " within " + FormatDuration(c.Within)
		}
	case *CondWithin:
		text, own = "("+printCond(c.Term, levelOr)+") within "+FormatDuration(c.Within), levelThen
	case *CondCount:
		text = strconv.Itoa(c.N) + " of " + printRef(c.Ref)
		if c.Distinct {
			text = strconv.Itoa(c.N) + " distinct " + printRef(c.Ref)
		}
		if c.Within > 0 {
			text, own = text+" within "+FormatDuration(c.Within), levelThen
		}
	case *CondNot:
		text, own = "not "+printCond(c.Term, levelAtom), levelNot
	case *CondGap:
		text = "no " + c.Event.Value + " for " + FormatDuration(c.For)
	case *CondCompare:
		text = PrintExpr(c.Left) + " " + c.Op + " " + PrintExpr(c.Right)
	case *CondRef:
		text = printRef(c.Ref)
	case *CondHits:
		text = c.print()
	}
	if own < level {
		return "(" + text + ")"
	}
	return text
}

func joinConds(terms []Cond, word string, level int) string {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = printCond(t, level)
	}
	return strings.Join(texts, word)
}

// PrintExpr writes an expression in its canonical form.
func PrintExpr(e Expr) string {
	switch e := e.(type) {
	case *Ref:
		return printRef(e)
	case *Literal:
		switch e.Kind {
		case 's':
			return quote(e.Text)
		case 'd':
			return FormatDuration(e.Duration)
		}
		return e.Text
	case *Now:
		return "now"
	case *Binary:
		right := PrintExpr(e.Right)
		if _, nested := e.Right.(*Binary); nested {
			right = "(" + right + ")"
		}
		return PrintExpr(e.Left) + " " + e.Op + " " + right
	case *Call:
		args := make([]string, len(e.Args))
		for i, a := range e.Args {
			args[i] = PrintExpr(a)
		}
		return e.Name + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}

func printRef(r *Ref) string {
	if r.Owner == "" || r.Field == "" {
		return r.Owner + r.Field
	}
	return r.Owner + "." + r.Field
}

// printWhere writes a condition on a record in its canonical form; like writes a template, which ends its line in a file.
func printWhere(w Where, level int, like func(string) string) string {
	text, own := "", levelAtom
	join := func(terms []Where, word string, level int) string {
		var b strings.Builder
		for i, t := range terms {
			if i > 0 {
				// A template ends its line: the next word stands at the start of a new one.
				if !strings.HasSuffix(b.String(), "\n") {
					b.WriteByte(' ')
				}
				b.WriteString(word + " ")
			}
			b.WriteString(printWhere(t, level, like))
		}
		return b.String()
	}
	switch w := w.(type) {
	case *WhereOr:
		text, own = join(w.Terms, "or", levelAnd), levelOr
	case *WhereAnd:
		text, own = join(w.Terms, "and", levelNot), levelAnd
	case *WhereNot:
		text, own = "not "+printWhere(w.Term, levelAtom, like), levelNot
	case *WhereTest:
		switch w.Op {
		case "like":
			text = w.Field.Value + " like " + like(w.Value.Value)
		case "~":
			text = w.Field.Value + " ~ " + slashed(w.Value.Value)
		default:
			text = w.Field.Value + " " + w.Op + " " + printValue(w.Field.Value, w.Value.Value)
		}
	}
	if own < level {
		return "(" + text + ")"
	}
	return text
}

// printValue writes the value of a field: numbers and durations bare, and so the words of severities and states; anything else in quotes.
func printValue(field, value string) string {
	if tokens := tokenize(value); len(tokens) == 1 {
		switch tokens[0].Type {
		case numberToken, durationToken:
			return value
		case identToken:
			if field == "severity" || field == "state" || field == "certainty" {
				return value
			}
		}
	}
	return quote(value)
}

// printWord writes a word of a table: bare where that is possible.
func printWord(word string) string {
	if tokens := tokenize(word); len(tokens) == 1 {
		switch tokens[0].Type {
		case numberToken, durationToken, identToken:
			return word
		}
	}
	return quote(word)
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// slashed writes a regular expression between slashes; pairs of a backslash and a character stay as they are.
func slashed(re string) string {
	var b strings.Builder
	b.WriteByte('/')
	for i := 0; i < len(re); i++ {
		switch {
		case re[i] == '\\' && i+1 < len(re):
			b.WriteByte(re[i])
			i++
		case re[i] == '/':
			b.WriteByte('\\')
		}
		b.WriteByte(re[i])
	}
	b.WriteByte('/')
	return b.String()
}

// PrintWhere writes a condition on one record in its canonical form on one line, which only its last template may end.
func PrintWhere(w Where) string { return printWhere(w, levelOr, bar) }
