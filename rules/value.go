package rules

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// kind is what an expression's value is.
type kind uint8

const (
	unknown kind = iota
	aString
	aNumber
	aTime
	aDuration
)

// val is the value of an expression. Text is kept beside a number or time, as it was written.
type val struct {
	kind     kind
	text     string
	number   int64
	time     time.Time
	duration time.Duration
}

// number reads a decimal number with an optional sign and inner commas.
func number(b []byte) (int64, bool) {
	s := string(b)
	if strings.IndexByte(s, ',') > 0 {
		s = strings.ReplaceAll(s, ",", "")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func textVal(s string) val {
	v := val{kind: aString, text: s}
	if n, ok := number([]byte(s)); ok {
		v.kind, v.number = aNumber, n
	}
	return v
}

// capture types a captured value: as a time where its hole has a layout.
func (s *symptom) capture(name string, text logdoc.LogText) val {
	if l, ok := s.layouts()[name]; ok {
		if t, ok := parseStamp(l, string(text)); ok {
			return val{kind: aTime, text: string(text), time: t}
		}
	}
	return textVal(string(text))
}

// eval evaluates an expression; events that the binding leaves open give their newest value.
func (g *group) eval(e lang.Expr, b *occurrence) val {
	switch e := e.(type) {
	case *lang.Literal:
		if e.Kind == 'd' {
			return val{kind: aDuration, duration: e.Duration}
		}
		if e.Kind == 's' {
			return val{kind: aString, text: e.Text}
		}
		return textVal(e.Text)
	case *lang.Now:
		if g.now.IsZero() {
			return val{}
		}
		return val{kind: aTime, time: g.now}
	case *lang.Binary:
		return combine(g.eval(e.Left, b), g.eval(e.Right, b), e.Op)
	case *lang.Ref:
		all := g.all(e, b)
		if len(all) == 0 {
			return val{}
		}
		return all[len(all)-1]
	case *lang.Call:
		return g.call(e, b)
	}
	return val{}
}

func combine(l, r val, op string) val {
	sign := int64(1)
	if op == "-" {
		sign = -1
	}
	switch {
	case l.kind == aTime && r.kind == aTime && sign < 0:
		return val{kind: aDuration, duration: l.time.Sub(r.time)}
	case l.kind == aTime && r.kind == aDuration:
		return val{kind: aTime, time: l.time.Add(time.Duration(sign) * r.duration)}
	case l.kind == aDuration && r.kind == aDuration:
		return val{kind: aDuration, duration: l.duration + time.Duration(sign)*r.duration}
	case l.kind == aNumber && r.kind == aNumber:
		n := l.number + sign*r.number
		if (n > l.number) != (sign*r.number > 0) && r.number != 0 {
			return val{} // too large
		}
		return val{kind: aNumber, number: n, text: strconv.FormatInt(n, 10)}
	}
	return val{}
}

// all returns every value that a reference has, oldest first.
func (g *group) all(r *lang.Ref, b *occurrence) []val {
	s := g.symptom
	if r.Owner == "" {
		for _, v := range s.src.Values {
			if v.Name.Value == r.Field {
				// A value is worked out once, from the newest records: what is compared is what is shown.
				if x := g.eval(v.Expr, nil); x.kind != unknown {
					return []val{x}
				}
				return nil
			}
		}
		var out []val
		for i, p := range s.events {
			if p.captures(r.Field) {
				out = append(out, g.ofEvent(i, r.Field, b)...)
			}
		}
		for i, f := range s.facts {
			for _, name := range f.fields() {
				if name == r.Field {
					out = append(out, g.ofFact(i, r.Field, b)...)
				}
			}
		}
		return out
	}
	if i := s.eventIndex(r.Owner); i >= 0 {
		return g.ofEvent(i, r.Field, b)
	}
	if i := s.factIndex(r.Owner); i >= 0 {
		return g.ofFact(i, r.Field, b)
	}
	return nil
}

func (p *pattern) captures(name string) bool {
	c := p.captured()
	return slices.Contains(c.holes, name) || slices.Contains(c.fields, name)
}

func (s *symptom) isValue(name string) bool {
	return slices.ContainsFunc(s.src.Values, func(v *lang.ValueClause) bool { return v.Name.Value == name })
}

func (g *group) ofEvent(event int, name string, b *occurrence) []val {
	if b != nil {
		if m := b.match(event); m != nil {
			if text, ok := captured(m, name); ok {
				return []val{g.symptom.capture(name, text)}
			}
			return nil
		}
	}
	var out []val
	for i := range g.lists[event] {
		if text, ok := captured(&g.lists[event][i], name); ok {
			out = append(out, g.symptom.capture(name, text))
		}
	}
	return out
}

func captured(m *logdoc.Match, name string) (logdoc.LogText, bool) {
	for i := range m.Captures {
		if m.Captures[i].Name == name {
			return m.Captures[i].Value, true
		}
	}
	return "", false
}

func (g *group) ofFact(index int, name string, b *occurrence) []val {
	if b != nil {
		if r := b.reading(index); r != nil {
			if v, ok := r.value(name); ok {
				return []val{v}
			}
			return nil
		}
	}
	var out []val
	for _, r := range g.facts.of(g.index, index) {
		if v, ok := r.value(name); ok {
			out = append(out, v)
		}
	}
	return out
}

func (r *reading) value(name string) (val, bool) {
	if t, ok := r.times[name]; ok {
		return val{kind: aTime, text: string(r.fields[name]), time: t}, true
	}
	if f, ok := r.fields[name]; ok {
		return textVal(string(f)), true
	}
	return val{}, false
}

// flag returns one of the yes-or-no fields.
func (r *reading) flag(name string) bool {
	switch name {
	case "present":
		return r.present
	case "readable":
		return r.readable
	case "parses":
		return r.parses
	case "damaged":
		return r.damaged
	}
	_, ok := r.fields[name]
	return ok
}

// tooLarge reports whether a text is a number that does not fit: what would be worked out from the other ones would be wrong.
func tooLarge(s string) bool {
	_, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	return errors.Is(err, strconv.ErrRange)
}

// margin is how far above() goes beyond the greatest number, and what it rounds to.
const margin, rounding = 5000, 1000

func (g *group) call(e *lang.Call, b *occurrence) val {
	var args []val
	for _, a := range e.Args {
		if r, ok := a.(*lang.Ref); ok {
			args = append(args, g.all(r, b)...)
			continue
		}
		args = append(args, g.eval(a, b))
	}
	switch e.Name {
	case "above", "max", "min":
		best, found := int64(0), false
		for _, a := range args {
			if a.kind == aString && tooLarge(a.text) {
				return val{}
			}
			if a.kind != aNumber {
				continue
			}
			if !found || e.Name == "min" && a.number < best || e.Name != "min" && a.number > best {
				best, found = a.number, true
			}
		}
		if !found {
			return val{}
		}
		if e.Name == "above" {
			if best > math.MaxInt64-margin-rounding {
				return val{}
			}
			best = (best + margin + rounding - 1) / rounding * rounding
		}
		return val{kind: aNumber, number: best, text: strconv.FormatInt(best, 10)}
	case "days":
		if len(args) == 1 && args[0].kind == aDuration {
			n := int64(math.Floor(args[0].duration.Hours() / 24))
			return val{kind: aNumber, number: n, text: strconv.FormatInt(n, 10)}
		}
	case "address":
		if len(args) > 0 && args[len(args)-1].kind != unknown {
			text := args[len(args)-1].text
			switch _, err := netip.ParseAddr(text); {
			case err == nil:
				return val{kind: aString, text: "valid"}
			case meantAsAddress(text):
				return val{kind: aString, text: "not a valid IP address"}
			}
		}
	}
	return val{}
}

// meantAsAddress reports whether a text can only be an IP address, be it a wrong one: a host's name is none.
func meantAsAddress(text string) bool {
	digits := strings.Trim(text, "0123456789.") == "" && strings.Contains(text, ".")
	return digits || strings.Count(text, ":") > 1 && strings.Trim(text, "0123456789abcdefABCDEF:.[]") == ""
}

// String is how a value is shown.
func (v val) String() string {
	switch v.kind {
	case aTime:
		if v.text == "" {
			return v.time.UTC().Format(time.RFC3339)
		}
	case aDuration:
		if v.duration >= 48*time.Hour {
			return fmt.Sprintf("%dd", v.duration/(24*time.Hour))
		}
		return v.duration.String()
	}
	return v.text
}

// compare tells whether a comparison holds; it does not when a side is unknown or the sides are of different kinds: a text is neither more nor less than a number.
func compare(l, r val, op string) bool {
	if l.kind == unknown || r.kind == unknown {
		return false
	}
	switch {
	case l.kind == aNumber && r.kind == aNumber:
		return ordered(op, cmp.Compare(l.number, r.number))
	case l.kind == aTime && r.kind == aTime:
		return ordered(op, l.time.Compare(r.time))
	case l.kind == aDuration && r.kind == aDuration:
		return ordered(op, cmp.Compare(int64(l.duration), int64(r.duration)))
	case l.kind <= aNumber && r.kind <= aNumber && (l.kind == r.kind || op == "==" || op == "!="):
		return ordered(op, strings.Compare(l.text, r.text))
	}
	return false
}
