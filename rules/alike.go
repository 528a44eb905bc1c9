package rules

import (
	"bytes"
	"encoding/binary"
	"regexp"
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
}

// masked finds what patterns look for where it has digits, whichever they are.
type masked struct {
	prefixes trie
	literals *literal.Set
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

// Alike says under which number to count records, besides this one that was accepted, that differ from it only in digits outside of the fields which told names. ok is false when some of
// them may have to be treated otherwise, or must be kept.
func (sc *Scanner) Alike(ev *logdoc.Event, told func(slot int) bool) (id int32, class Class, ok bool) {
	fi := &sc.set.byFormat[ev.Format+1]
	a := alike{sc: sc, ev: ev, told: told}
	if fi.any && !(a.byKeys(fi) && a.byTexts(fi)) {
		return 0, Unexplained, false
	}
	k := likeness{expected: a.expected}
	if len(a.expected) > 0 {
		k.class, k.host = KnownNormal, string(sc.set.host(ev))
	}
	id, ok = sc.number(k)
	return id, k.class, ok
}

// number returns the number of a likeness.
func (sc *Scanner) number(k likeness) (int32, bool) {
	var key []byte
	for _, e := range k.expected {
		key = binary.AppendUvarint(key, uint64(e)+1)
	}
	key = append(append(key, 0), k.host...)
	if id, ok := sc.numbers[string(key)]; ok {
		return id, true
	}
	if len(sc.likenesses) == maxLikenesses {
		return 0, false
	}
	id := int32(len(sc.likenesses))
	sc.likenesses = append(sc.likenesses, k)
	sc.numbers[string(key)] = id
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

// alike looks at one record on behalf of all that differ from it in digits.
type alike struct {
	sc       *Scanner
	ev       *logdoc.Event
	told     func(slot int) bool
	expected []int // declarations that accept them all
}

// byKeys asks the patterns that are found by what the record is.
func (a *alike) byKeys(fi *formatIndex) bool {
	ev := a.ev
	if code := ev.Field(logdoc.FieldCode); code != nil && (a.varies(logdoc.FieldCode) || !a.all(fi.byCode.find(code))) {
		return false
	}
	if m := ev.Field(logdoc.FieldMessage); m != nil {
		for n, pos := fi.byPrefix.start(m); n != nil; n, pos = fi.byPrefix.down(n, m, pos) {
			if !a.all(n.patterns) {
				return false
			}
		}
		if any := &fi.masked.prefixes; len(any.nodes) > 0 && hasDigit(m) {
			m = mask(m)
			for n, pos := any.start(m); n != nil; n, pos = any.down(n, m, pos) {
				if len(n.patterns) > 0 {
					return false
				}
			}
		}
	}
	return (ev.Severity < logdoc.Warning || a.all(fi.severe)) && a.all(fi.always)
}

// byTexts asks the patterns that are found by a text in the record.
func (a *alike) byTexts(fi *formatIndex) bool {
	sc, text := a.sc, a.ev.Text
	for _, hit := range fi.literals.Find(text, nil) {
		if !a.all(fi.byHit[hit.ID]) {
			return false
		}
	}
	terms := &sc.set.terms
	if len(terms.find(text, nil)) > 0 {
		return false
	}
	if !hasDigit(text) {
		return true
	}
	text = mask(text)
	return len(fi.masked.literals.Find(text, nil)) == 0 && len(terms.masked().find(text, nil)) == 0
}

func (a *alike) all(list []lookup) bool {
	return !slices.ContainsFunc(list, func(l lookup) bool { return !a.settles(&l) })
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
		same = !a.varies(t.field) || !hasDigit(t.text)
	case like:
		same = !a.varies(t.field) || t.tmpl.Blind() && t.tmpl.Stamped() == nil
	case regexpTest:
		same = !a.varies(t.field) || a.sc.isBlind(t.re)
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
func (sc *Scanner) isBlind(re *regexp.Regexp) bool {
	blind, ok := sc.blind[re]
	if !ok {
		blind = template.BlindExpression(re.String())
		sc.blind[re] = blind
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
