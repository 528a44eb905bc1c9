package lang

import (
	"fmt"
	"strings"
)

// maxTerms bounds a sum, whose tree grows one level with every term.
const maxTerms = 64

func (c *converter) where(r *rawWhereOr) Where {
	or := &WhereOr{}
	for _, a := range r.Terms {
		and := &WhereAnd{}
		for _, n := range a.Terms {
			and.Terms = append(and.Terms, c.whereNot(n))
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

func (c *converter) whereNot(r *rawWhereNot) Where {
	var w Where
	if r.Group != nil {
		w = c.where(r.Group)
	} else {
		w = c.test(r.Test)
	}
	if r.Not {
		return &WhereNot{Term: w}
	}
	return w
}

func (c *converter) test(r *rawTest) Where {
	t := &WhereTest{Pos: c.place(r.Pos), Field: c.name(r.Field), Op: r.Op}
	switch {
	case r.Template != nil:
		line := c.line(r.Template)
		t.Op, t.Value = "like", Name{Pos: line.Pos, Value: line.Lines[0]}
	case r.Value != nil:
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
	term := c.then(r.Term, before)
	if r.Absent == nil {
		return term
	}
	u := &CondUnless{Term: term, Absent: c.not(r.Absent), Side: r.Side}
	if r.Side != "" {
		u.Within = c.window(r.Within)
	}
	return u
}

func (c *converter) then(r *rawThen, before []Cond) Cond {
	then := &CondThen{}
	for _, t := range r.Terms {
		then.Terms = append(then.Terms, c.not(t))
	}
	windowed := r.Within.Value != ""
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
func (c *converter) loneWindow(r *rawThen, term Cond, before []Cond) {
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
		return &CondNot{Pos: c.place(r.Pos), Term: cond}
	}
	return cond
}

// group returns the condition in parentheses that the term consists of, or nil.
func (r *rawNot) group() *rawOr {
	if r.Not || r.Gap != nil || r.Compare.Op != "" || len(r.Compare.Left.Rest) > 0 {
		return nil
	}
	return r.Compare.Left.Left.Group
}

func (c *converter) atom(r *rawNot) Cond {
	if r.Gap != nil {
		return &CondGap{Pos: c.place(r.Gap.Pos), Event: c.name(r.Gap.Event), For: c.window(r.Gap.For)}
	}
	if r.Compare.Op != "" {
		return &CondCompare{Left: c.sum(r.Compare.Left), Right: c.sum(r.Compare.Right), Op: r.Compare.Op}
	}
	p := r.Compare.Left.Left
	switch {
	case len(r.Compare.Left.Rest) > 0:
	case p.Group != nil:
		return c.or(p.Group)
	case p.Of != nil || p.Distinct != nil:
		return c.count(p)
	case p.Word != nil && p.Call == nil:
		return &CondRef{Ref: c.ref(p.Word, true)}
	}
	c.problem(c.place(p.Pos), 1, "a value stands where a condition is expected", "compare it with something: days_left < 30")
	return &CondRef{Ref: &Ref{Pos: c.place(p.Pos)}}
}

func (c *converter) count(p *rawPrimary) Cond {
	count := &CondCount{Pos: c.place(p.Pos), Distinct: p.Distinct != nil}
	n, ok := parseCount(p.Number.Value)
	if !ok {
		c.problem(count.Pos, len(p.Number.Value), fmt.Sprintf("%s is no count", p.Number.Value), fmt.Sprintf("write a whole number up to %d", maxCount))
	}
	count.N = n
	if p.Distinct != nil {
		count.Ref = c.ref(p.Distinct, true)
	} else {
		count.Ref = c.ref(p.Of, true)
	}
	return count
}

// ref splits a name at its dot. A bare name is an event or fact where a condition is expected, and a capture or value elsewhere.
func (c *converter) ref(r *rawName, bareIsOwner bool) *Ref {
	w := c.word(r)
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

func (c *converter) refs(rs *rawNames) []*Ref {
	var refs []*Ref
	for _, r := range rs.Names {
		refs = append(refs, c.ref(r, false))
	}
	return refs
}

func (c *converter) sum(r *rawSum) Expr {
	e := c.primary(r.Left)
	for i, more := range r.Rest {
		if i == maxTerms {
			c.problem(c.place(more.Term.Pos), 1, fmt.Sprintf("this sum has more than %d terms", maxTerms), "split it into several values")
			break
		}
		e = &Binary{Left: e, Right: c.primary(more.Term), Op: more.Op}
	}
	return e
}

func (c *converter) primary(p *rawPrimary) Expr {
	pos := c.place(p.Pos)
	switch {
	case p.Group != nil:
		if sum := p.Group.sum(); sum != nil {
			return c.sum(sum)
		}
		c.problem(pos, 1, "a condition stands where a value is expected", "write a value: a capture, a number, a duration or a function of them")
		return &Literal{Pos: pos, Kind: 'n', Text: "0"}
	case p.Of != nil || p.Distinct != nil:
		c.problem(pos, len(p.Number.Value), "a count stands where a value is expected", "a count is a condition by itself: 3 of A")
		return &Literal{Pos: pos, Kind: 'n', Text: p.Number.Value}
	case p.Number.Value != "":
		return &Literal{Pos: pos, Kind: 'n', Text: p.Number.Value}
	case p.Duration.Value != "":
		return &Literal{Pos: pos, Kind: 'd', Duration: c.duration(p.Duration)}
	case p.String != nil:
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
	if u.Absent != nil || len(u.Term.Terms) != 1 || u.Term.Word.Value != "" {
		return nil
	}
	n := u.Term.Terms[0]
	if n.Not || n.Gap != nil || n.Compare.Op != "" {
		return nil
	}
	return n.Compare.Left
}
