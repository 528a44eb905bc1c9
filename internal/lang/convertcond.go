package lang

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxTerms bounds a sum, whose tree grows one level with every term.
const maxTerms = 64

func (c *converter) where(r *rawWhereOr) Where {
	or := &WhereOr{}
	for _, a := range r.Terms {
		and := &WhereAnd{}
		for _, t := range a.Terms {
			and.Terms = append(and.Terms, c.test(t))
		}
		if len(and.Terms) == 1 {
			or.Terms = append(or.Terms, and.Terms[0])
		} else {
			or.Terms = append(or.Terms, and)
		}
	}
	if len(or.Terms) == 1 {
		return or.Terms[0]
	}
	return or
}

func (c *converter) test(r *rawTest) Where {
	var w Where
	if r.Group != nil {
		w = c.where(r.Group)
	} else {
		w = c.comparison(r)
	}
	if r.Not {
		return &WhereNot{Term: w}
	}
	return w
}

func (c *converter) comparison(r *rawTest) *WhereTest {
	t := &WhereTest{Pos: c.file.pos(r.Field), Field: c.name(r.Field), Op: r.Op}
	switch {
	case r.Template != nil:
		line := c.line(r.Template)
		t.Op, t.Value = "like", Name{Pos: line.Pos, Value: line.Lines[0]}
	case given(r.Value):
		t.Value = c.value(r.Value)
	default:
		t.Op, t.Value = "~", c.regexp(r.Regexp)
	}
	return t
}

func (c *converter) or(r *rawOr) Cond {
	or := &CondOr{}
	for _, t := range r.Terms {
		or.Terms = append(or.Terms, c.and(t))
	}
	if len(or.Terms) == 1 {
		return or.Terms[0]
	}
	return or
}

func (c *converter) and(r *rawAnd) Cond {
	and := &CondAnd{}
	for _, t := range r.Terms {
		and.Terms = append(and.Terms, c.unless(t, and.Terms))
	}
	if len(and.Terms) == 1 {
		return and.Terms[0]
	}
	return and
}

// unless converts one term of an `and`; before are the terms to its left, for the advice on a misplaced window.
func (c *converter) unless(r *rawUnless, before []Cond) Cond {
	term := c.then(r, before)
	if r.Absent == nil {
		return term
	}
	u := &CondUnless{Term: term, Absent: c.not(r.Absent), Side: r.Side}
	if r.Side != "" {
		u.Within = c.window(r.Window)
	}
	return u
}

func (c *converter) then(r *rawUnless, before []Cond) Cond {
	then := &CondThen{}
	for _, t := range r.Terms {
		then.Terms = append(then.Terms, c.not(t))
	}
	windowed := given(r.Within)
	if len(then.Terms) > 1 {
		if windowed {
			then.Within = c.window(r.Within)
		}
		return then
	}
	term := then.Terms[0]
	if !windowed {
		return term
	}
	d := c.window(r.Within)
	grouped := r.Terms[0].group() != nil
	if count, ok := term.(*CondCount); ok && !grouped {
		count.Within = d
		return count
	}
	if _, plain := term.(*CondRef); plain || !grouped {
		c.loneWindow(r, term, before)
	}
	return &CondWithin{Term: term, Within: d}
}

// loneWindow reports a window that belongs to one match only, which is nearly always a forgotten parenthesis.
func (c *converter) loneWindow(r *rawUnless, term Cond, before []Cond) {
	text := PrintCond(term)
	advice := fmt.Sprintf("write (%s and …) within %s, or 2 of %s within %s", text, r.Within.Value, text, r.Within.Value)
	if _, ok := term.(*CondRef); !ok {
		advice = fmt.Sprintf("write (A and B) within %s", r.Within.Value)
	}
	if len(before) > 0 {
		advice = fmt.Sprintf("write (%s) within %s", PrintCond(&CondAnd{Terms: append(before[:len(before):len(before)], term)}), r.Within.Value)
	}
	if len(advice) > 120 {
		advice = fmt.Sprintf("write (A and B) within %s", r.Within.Value)
	}
	c.problem(c.file.pos(r.Word), len(r.Word.Value), "this window spans a single match", advice)
}

func (c *converter) not(r *rawNot) Cond {
	cond := c.atom(r)
	if r.Not {
		return &CondNot{Pos: c.start(r.Tokens), Term: cond}
	}
	return cond
}

// group returns the condition in parentheses that the term consists of, or nil.
func (r *rawNot) group() *rawOr {
	if r.Not || r.Left == nil || r.Op != "" || len(r.Left.Rest) > 0 {
		return nil
	}
	return r.Left.Left.Group
}

func (c *converter) atom(r *rawNot) Cond {
	if r.Left == nil {
		return &CondGap{Pos: c.file.pos(r.No), Event: c.name(r.Gap), For: c.window(r.For)}
	}
	if r.Op != "" {
		return &CondCompare{Left: c.sum(r.Left), Right: c.sum(r.Right), Op: r.Op}
	}
	p := r.Left.Left
	switch {
	case len(r.Left.Rest) > 0:
	case p.Group != nil:
		return c.or(p.Group)
	case given(p.Of) || given(p.Distinct):
		return c.count(p)
	case given(p.Word) && p.Call == nil:
		return &CondRef{Ref: c.ref(p.Word, true)}
	}
	c.problem(c.start(p.Tokens), 1, "a value stands where a condition is expected", "compare it with something: days_left < 30")
	return &CondRef{Ref: &Ref{Pos: c.start(p.Tokens)}}
}

func (c *converter) count(p *rawPrimary) Cond {
	count := &CondCount{Pos: c.start(p.Tokens), Distinct: given(p.Distinct)}
	n, ok := parseCount(p.Number.Value)
	if !ok {
		c.problem(count.Pos, len(p.Number.Value), fmt.Sprintf("%s is no count", p.Number.Value), fmt.Sprintf("write a whole number up to %d", maxCount))
	}
	count.N = n
	if count.Distinct {
		count.Ref = c.ref(p.Distinct, true)
	} else {
		count.Ref = c.ref(p.Of, true)
	}
	return count
}

// ref splits a name at its dot. A bare name is an event or fact where a condition is expected, and a capture or value elsewhere.
func (c *converter) ref(t lexer.Token, bareIsOwner bool) *Ref {
	w := c.word(t)
	ref := &Ref{Pos: w.Pos}
	owner, field, dotted := strings.Cut(w.Value, ".")
	switch {
	case dotted:
		ref.Owner, ref.Field = owner, field
		if strings.Contains(field, ".") {
			c.problem(w.Pos, len(w.Value), fmt.Sprintf("%q has more than one dot", w.Value), "write event.field")
		}
	case bareIsOwner:
		ref.Owner = w.Value
	default:
		ref.Field = w.Value
	}
	return ref
}

// refs converts names with commas between them.
func (c *converter) refs(listed []lexer.Token) []*Ref {
	refs := make([]*Ref, 0, (len(listed)+1)/2)
	for i := 0; i < len(listed); i += 2 {
		refs = append(refs, c.ref(listed[i], false))
	}
	return refs
}

func (c *converter) sum(r *rawSum) Expr {
	e := c.primary(r.Left)
	for i, more := range r.Rest {
		if i == maxTerms {
			c.problem(c.start(more.Term.Tokens), 1, fmt.Sprintf("this sum has more than %d terms", maxTerms), "split it into several values")
			break
		}
		e = &Binary{Left: e, Right: c.primary(more.Term), Op: more.Op}
	}
	return e
}

func (c *converter) primary(p *rawPrimary) Expr {
	pos := c.start(p.Tokens)
	switch {
	case p.Group != nil:
		if sum := p.Group.sum(); sum != nil {
			return c.sum(sum)
		}
		c.problem(pos, 1, "a condition stands where a value is expected", "write a value: a capture, a number, a duration or a function of them")
		return &Literal{Pos: pos, Kind: 'n', Text: "0"}
	case given(p.Of) || given(p.Distinct):
		c.problem(pos, len(p.Number.Value), "a count stands where a value is expected", "a count is a condition by itself: 3 of A")
		return &Literal{Pos: pos, Kind: 'n', Text: p.Number.Value}
	case given(p.Number):
		return &Literal{Pos: pos, Kind: 'n', Text: p.Number.Value}
	case given(p.Duration):
		return &Literal{Pos: pos, Kind: 'd', Duration: c.duration(p.Duration)}
	case given(p.String):
		return &Literal{Pos: pos, Kind: 's', Text: c.str(p.String).Value}
	case p.Now:
		return &Now{Pos: pos}
	case p.Call != nil:
		call := &Call{Pos: pos, Name: c.name(p.Word).Value}
		for _, a := range p.Call.Args {
			call.Args = append(call.Args, c.sum(a))
		}
		return call
	}
	return c.ref(p.Word, false)
}

// sum returns the value that a group consists of, or nil when it is a condition.
func (r *rawOr) sum() *rawSum {
	if len(r.Terms) != 1 || len(r.Terms[0].Terms) != 1 {
		return nil
	}
	u := r.Terms[0].Terms[0]
	if u.Absent != nil || len(u.Terms) != 1 || given(u.Within) {
		return nil
	}
	n := u.Terms[0]
	if n.Not || n.Op != "" {
		return nil
	}
	return n.Left
}
