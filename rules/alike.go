package rules

import (
	"bytes"
	"encoding/binary"
	"slices"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/literal"
	"logdoc/internal/template"
)

// Most records of a log are like one before them but for digits. Where no pattern that may accept such a record cares which digits stand in it, what Accept said of one it would say of
// all, and they need not be looked at.

// maxLikenesses bounds the likenesses that a scanner tells apart.
const maxLikenesses = 1 << 16

// likeness is what Accept says of records that are alike.
type likeness struct {
	class    Class
	expected []int
	host     string
	// open are the patterns of which each of them must be asked.
	open []lookup
}

// masked finds what patterns look for where it has digits, whichever they are.
type masked struct {
	prefixes trie
	texts    []string
	literals *literal.Set
}

// maxTold bounds the parts of a record whose digits decide something.
const maxTold = 16

// Likeness says what holds for a record and all that differ from it only in digits.
type Likeness struct {
	// ID is the number under which to count them, Class what they are.
	ID    int32
	Class Class
	// Open means that some patterns may treat one of them otherwise than another, or keep it: each is for AcceptAlike, and none for Count.
	Open bool
	// Told are the parts of the record's text that those which are alike have as they are, digits and all.
	Told []logdoc.Span
}

// mask replaces digits.
func mask(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		if isDigit(c) {
			b[i] = '0'
		}
	}
	return b
}

func isDigit(c byte) bool { return c-'0' < 10 }

func hasDigit[T string | []byte](s T) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

// maskAll returns those of the texts that have digits, with all of them replaced.
func maskAll(texts []string) []string {
	var out []string
	for _, t := range texts {
		if hasDigit(t) {
			out = append(out, string(mask([]byte(t))))
		}
	}
	return out
}

// Alike says how to treat records, besides this one that was accepted, that differ from it only in digits outside of the fields which told names, and of the parts of the text that the
// likeness tells. ok is false when nothing can be said of them. The likeness is valid until the next call.
func (sc *Scanner) Alike(ev *logdoc.Event, told func(slot int) bool) (of Likeness, ok bool) {
	fi := sc.indexOf(ev.Format)
	a := alike{sc: sc, ev: ev, told: told, parts: sc.told[:0], open: sc.open[:0]}
	if fi.any && !(a.byKeys(fi) && a.byTexts(fi)) {
		return Likeness{}, false
	}
	sc.told, sc.open = a.parts, a.open
	if len(a.open) > 0 && completed(ev) {
		return Likeness{}, false
	}
	k := likeness{expected: a.expected}
	if len(a.expected) > 0 {
		k.class, k.host = KnownNormal, string(sc.set.host(ev))
	}
	id, ok := sc.number(k, a.open, ev.Format)
	return Likeness{id, k.class, len(a.open) > 0, a.parts}, ok
}

// number returns the number of a likeness, of records of a format of which the patterns must be asked.
func (sc *Scanner) number(k likeness, open []int32, format int) (int32, bool) {
	var name []byte
	for _, e := range k.expected {
		name = binary.AppendUvarint(name, uint64(e)+1)
	}
	name = append(name, 0)
	if len(open) > 0 {
		name = binary.AppendVarint(name, int64(format))
		for _, p := range open {
			name = binary.AppendUvarint(name, uint64(p)+1)
		}
	}
	name = append(append(name, 0), k.host...)
	if id, ok := sc.numbers[string(name)]; ok {
		return id, true
	}
	if len(sc.likenesses) == maxLikenesses {
		return 0, false
	}
	for _, id := range open {
		// Whatever the record was found by, the whole test holds.
		p := sc.set.patterns[id]
		k.open = append(k.open, newLookup(p, sc.indexOf(format).own[id].test, key{kind: keyLiteral}))
	}
	id := int32(len(sc.likenesses))
	sc.likenesses = append(sc.likenesses, k)
	sc.numbers[string(name)] = id
	return id, true
}

// Count counts n records of the number that Alike gave, and says of which class they are.
func (sc *Scanner) Count(id int32, n int) Class {
	k := &sc.likenesses[id]
	for _, e := range k.expected {
		sc.counter(e, []byte(k.host)).Records += n
	}
	return k.class
}

// AcceptAlike is Accept for one of the records of the number that Alike gave.
func (sc *Scanner) AcceptAlike(id int32, ev *logdoc.Event) Class {
	k := &sc.likenesses[id]
	return sc.settle(func() Class {
		sc.nextRecord()
		for _, e := range k.expected {
			n := sc.counter(e, []byte(k.host))
			n.Records++
			n.serial = sc.serial
		}
		sc.own = k.class
		return max(k.class, sc.tryAll(k.open, ev))
	})
}

// alike looks at one record on behalf of all that differ from it in digits.
type alike struct {
	sc       *Scanner
	ev       *logdoc.Event
	told     func(slot int) bool
	expected []int   // declarations that accept them all
	open     []int32 // patterns that do not settle
	parts    []logdoc.Span
}

// fix notes that the digits decide which stand, in a part of the record's text from that offset on, where the masked text does. It reports false when that can't be told.
func (a *alike) fix(part []byte, at int32, masked []byte) bool {
	if at < 0 || !bytes.HasPrefix(a.ev.Text, a.ev.Head) {
		return false
	}
	part = mask(part)
	for from := 0; ; from++ {
		n := bytes.Index(part[from:], masked)
		if n < 0 {
			return true
		}
		from += n
		lo := at + int32(from)
		if !a.part(logdoc.Span{Lo: lo, Hi: lo + int32(len(masked))}) {
			return false
		}
	}
}

// part notes a part of the record's text in which the digits decide.
func (a *alike) part(s logdoc.Span) bool {
	if slices.Contains(a.parts, s) {
		return true
	}
	a.parts = append(a.parts, s)
	return len(a.parts) <= maxTold
}

// offset returns where the value of a field starts in the text, -1 if that is not known.
func (a *alike) offset(field int) int32 {
	switch {
	case field == fieldText || field == fieldLine:
		return 0
	case field >= 0:
		return a.ev.Fields[field].Lo
	}
	return -1
}

// byKeys asks the patterns that are found by what the record is.
func (a *alike) byKeys(fi *formatIndex) bool {
	ev := a.ev
	if code := ev.Field(logdoc.FieldCode); code != nil {
		if a.varies(logdoc.FieldCode) {
			return false
		}
		a.ask(fi.byCode.find(code))
	}
	if m := ev.Field(logdoc.FieldMessage); m != nil {
		for n, pos := fi.byPrefix.start(m); n != nil; n, pos = fi.byPrefix.down(n, m, pos) {
			a.ask(n.patterns)
		}
		if any := &fi.masked.prefixes; len(any.nodes) > 0 && hasDigit(m) {
			m = mask(m)
			lo := ev.Fields[logdoc.FieldMessage].Lo
			for n, pos := any.start(m); n != nil; n, pos = any.down(n, m, pos) {
				if len(n.patterns) > 0 && !(bytes.HasPrefix(ev.Text, ev.Head) && a.part(logdoc.Span{Lo: lo, Hi: lo + int32(pos)})) {
					return false
				}
			}
		}
	}
	if ev.Severity >= logdoc.Warning {
		a.ask(fi.severe)
	}
	a.ask(fi.always)
	return true
}

// byTexts asks the patterns that are found by a text in the record.
func (a *alike) byTexts(fi *formatIndex) bool {
	sc, text := a.sc, a.ev.Text
	for _, hit := range fi.literals.Find(text, nil) {
		a.ask(fi.byHit[hit.ID])
	}
	terms := &sc.set.terms
	if len(terms.find(text, nil)) > 0 {
		return false
	}
	if !hasDigit(text) {
		return true
	}
	text = mask(text)
	for _, hit := range fi.masked.literals.Find(text, nil) {
		if !a.part(logdoc.Span{Lo: hit.Start, Hi: hit.Start + int32(len(fi.masked.texts[hit.ID]))}) {
			return false
		}
	}
	return len(terms.masked().find(text, nil)) == 0
}

// ask asks the patterns. Those that do not settle are left open.
func (a *alike) ask(list []lookup) {
	for i := range list {
		if l := &list[i]; !slices.Contains(a.open, l.pattern) && !a.settles(l) {
			a.open = append(a.open, l.pattern)
		}
	}
}

// settles reports whether the pattern treats them all the same, and keeps nothing of them.
func (a *alike) settles(l *lookup) bool {
	accepts, same := a.test(l.test)
	if l.like != nil && !(same && !accepts) {
		fits, alike := a.test(like{logdoc.FieldMessage, l.like})
		accepts, same = accepts && fits, same && alike || alike && !fits
	}
	switch {
	case !same:
		return false
	case !accepts:
		return true
	}
	p := a.sc.set.patterns[l.pattern]
	if p.expected < 0 || p.tells {
		return false
	}
	if !slices.Contains(a.expected, p.expected) {
		a.expected = append(a.expected, p.expected)
	}
	return true
}

// test reports whether the record passes, and whether all others that are alike then do, or fail, as well.
func (a *alike) test(t test) (accepts, same bool) {
	switch t := t.(type) {
	case nil:
		return true, true
	case allOf:
		accepts, same = true, true
		for _, term := range t {
			ok, settled := a.test(term)
			if settled && !ok {
				return false, true
			}
			accepts, same = accepts && ok, same && settled
		}
		return accepts, same
	case anyOf:
		same = true
		for _, term := range t {
			ok, settled := a.test(term)
			if settled && ok {
				return true, true
			}
			accepts, same = accepts || ok, same && settled
		}
		return accepts, same
	case negation:
		ok, settled := a.test(t.term)
		return !ok, settled
	case accepting, refusing, severityTest:
		same = true
	case contains:
		same = !a.varies(t.field) || !hasDigit(t.text) || a.fix(value(a.ev, t.field), a.offset(t.field), mask(t.text))
	case like:
		same = !a.varies(t.field) || t.tmpl.Blind() && t.tmpl.Stamped() == nil
	case regexpTest:
		same = !a.varies(t.field) || a.sc.isBlind(t.expression)
	case compareTest:
		same = !a.varies(t.field) || (t.op == "==" || t.op == "!=") && !hasDigit(t.value)
	case setTest:
		same = !a.varies(t.field)
	case *termTest:
		same = t.kind == lang.TermText && t.field == "" && !hasDigit(t.text)
	}
	if !same {
		return false, false
	}
	n := len(a.sc.captures)
	accepts = t.accept(a.sc, a.ev)
	a.sc.captures = a.sc.captures[:n]
	return accepts, true
}

// isBlind reports whether digits are all alike to an expression.
func (sc *Scanner) isBlind(e *expression) bool {
	blind, ok := sc.blind[e]
	if !ok {
		blind = template.BlindExpression(e.text)
		sc.blind[e] = blind
	}
	return blind
}

// varies reports whether others may have other digits in the field.
func (a *alike) varies(field int) bool {
	if field < 0 {
		return true
	}
	return !a.told(field) && hasDigit(a.ev.Field(field))
}
