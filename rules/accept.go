package rules

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/literal"
	"logdoc/internal/template"
)

type (
	// setTest accepts a field that is one of the values.
	setTest struct {
		field  int
		values map[string]bool
	}
	accepting    struct{}
	refusing     struct{}
	allOf        []test
	anyOf        []test
	negation     struct{ term test }
	severityTest struct {
		op       string
		severity logdoc.Severity
	}
	contains struct {
		field int
		text  []byte
	}
	like struct {
		field int
		tmpl  *template.Template
	}
	regexpTest struct {
		field int
		*expression
	}
	compareTest struct {
		field int
		op    string
		value []byte
	}
)

func (accepting) accept(*Scanner, *logdoc.Event) bool { return true }
func (accepting) keys() ([]key, bool)                 { return nil, false }

func (refusing) accept(*Scanner, *logdoc.Event) bool { return false }
func (refusing) keys() ([]key, bool)                 { return nil, true }

func (t allOf) accept(sc *Scanner, ev *logdoc.Event) bool {
	n := len(sc.captures)
	for _, term := range t {
		if !term.accept(sc, ev) {
			sc.captures = sc.captures[:n]
			return false
		}
	}
	return true
}

// keys returns those of the term that is cheapest to find.
func (t allOf) keys() ([]key, bool) {
	var best []key
	found := false
	for _, term := range t {
		if ks, ok := term.keys(); ok && (!found || cost(ks) < cost(best)) {
			best, found = ks, true
		}
	}
	return best, found
}

// cost ranks keys: codes before prefixes before literals, long literals before short ones, few before many.
func cost(keys []key) int {
	worst := 0
	for _, k := range keys {
		c := int(k.kind)*1000 - min(len(k.text), 100)
		switch {
		case k.kind == keyCode && k.text == "0":
			c = int(keyLiteral) * 1000 // nearly every record of some logs has it
		case k.kind == keyCode && strings.Trim(k.text, "0") == "":
			c = int(keyLiteral)*1000 - 500 // it says that there is no code: some records have it, but to search whole blocks for a text costs more
		}
		worst = max(worst, c)
	}
	return worst + len(keys)
}

func (t anyOf) accept(sc *Scanner, ev *logdoc.Event) bool {
	for _, term := range t {
		n := len(sc.captures)
		if term.accept(sc, ev) {
			return true
		}
		sc.captures = sc.captures[:n]
	}
	return false
}

func (t anyOf) keys() ([]key, bool) {
	var all []key
	for _, term := range t {
		ks, ok := term.keys()
		if !ok {
			return nil, false
		}
		all = append(all, ks...)
	}
	return all, true
}

func (t negation) accept(sc *Scanner, ev *logdoc.Event) bool {
	n := len(sc.captures)
	ok := t.term.accept(sc, ev)
	sc.captures = sc.captures[:n]
	return !ok
}

func (t negation) keys() ([]key, bool) { return nil, false }

func (t severityTest) accept(_ *Scanner, ev *logdoc.Event) bool {
	return ordered(t.op, int(ev.Severity)-int(t.severity))
}

func (t severityTest) keys() ([]key, bool) {
	if (t.op == ">=" || t.op == "==") && t.severity >= logdoc.Warning || t.op == ">" && t.severity >= logdoc.Notice {
		return []key{{kind: keySeverity}}, true
	}
	return nil, false
}

// ordered tells whether a comparison holds, from the sign of left minus right.
func ordered(op string, d int) bool {
	switch op {
	case "==":
		return d == 0
	case "!=":
		return d != 0
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	}
	return false
}

func (t contains) accept(_ *Scanner, ev *logdoc.Event) bool {
	if t.field == fieldLine {
		return bytes.Contains(ev.Text, t.text)
	}
	return bytes.Contains(value(ev, t.field), t.text)
}

func (t contains) keys() ([]key, bool) { return literalKey(string(t.text)) }

func literalKey(text string) ([]key, bool) {
	if len(text) < literal.MinLength || strings.ContainsAny(text, "\n") {
		return nil, false
	}
	return []key{{keyLiteral, text}}, true
}

func (t like) accept(sc *Scanner, ev *logdoc.Event) bool {
	if t.field != fieldLine {
		v := value(ev, t.field)
		if !t.tmpl.Match(v, &sc.result) {
			return false
		}
		sc.capture(t.tmpl, v)
		return true
	}
	return eachLine(ev.Text, func(line []byte) bool {
		if !t.tmpl.Match(line, &sc.result) {
			return false
		}
		sc.capture(t.tmpl, line)
		return true
	})
}

func (t like) keys() ([]key, bool) {
	if p := t.tmpl.Prefix(); t.field == logdoc.FieldMessage && len(p) >= minPrefix {
		return []key{{keyPrefix, p}}, true
	}
	best := ""
	for _, l := range t.tmpl.Literals() {
		if len(l) > len(best) {
			best = l
		}
	}
	return literalKey(best)
}

func (t regexpTest) accept(sc *Scanner, ev *logdoc.Event) bool {
	if t.field == fieldLine {
		return eachLine(ev.Text, func(line []byte) bool { return t.on(sc, line) })
	}
	return t.on(sc, value(ev, t.field))
}

func (t regexpTest) on(sc *Scanner, v []byte) bool {
	if len(t.names) == 1 {
		return t.re().Match(v)
	}
	groups := t.re().FindSubmatchIndex(v)
	if groups == nil {
		return false
	}
	for i, name := range t.names {
		if name != "" && groups[2*i] < groups[2*i+1] {
			sc.captures = append(sc.captures, view{name, v[groups[2*i]:groups[2*i+1]]})
		}
	}
	return true
}

func (t regexpTest) keys() ([]key, bool) { return literalKey(t.required()) }

func (t compareTest) accept(_ *Scanner, ev *logdoc.Event) bool {
	if t.field == fieldLine {
		return eachLine(ev.Text, t.on)
	}
	return t.on(value(ev, t.field))
}

// on compares a field's bytes. A field that the record does not have compares with nothing, and a text is neither more nor less than a number.
func (t compareTest) on(v []byte) bool {
	switch {
	case v == nil:
		return false
	case t.op == "==" || t.op == "!=":
		return bytes.Equal(v, t.value) == (t.op == "==")
	}
	a, numeric := number(v)
	b, wanted := number(t.value)
	if wanted {
		return numeric && ordered(t.op, cmp.Compare(a, b))
	}
	return ordered(t.op, bytes.Compare(v, t.value))
}

func (t setTest) accept(_ *Scanner, ev *logdoc.Event) bool {
	v := ev.Field(t.field)
	return v != nil && t.values[string(v)]
}

func (t setTest) keys() ([]key, bool) {
	var all []key
	for v := range t.values {
		k, ok := compareTest{t.field, "==", []byte(v)}.keys()
		if !ok {
			return nil, false
		}
		all = append(all, k...)
	}
	slices.SortFunc(all, func(a, b key) int { return strings.Compare(a.text, b.text) })
	return all, true
}

func (t compareTest) keys() ([]key, bool) {
	if t.op != "==" || t.field < 0 {
		return nil, false
	}
	if t.field == logdoc.FieldCode {
		return []key{{keyCode, string(t.value)}}, true
	}
	return literalKey(string(t.value))
}

// value returns a field's bytes, which belong to the event.
func value(ev *logdoc.Event, field int) []byte {
	switch field {
	case fieldText, fieldLine:
		return ev.Text
	case fieldRoot:
		return rootCause(ev)
	}
	return ev.Field(field)
}

// eachLine calls accept for the lines of a text, without their leading blanks, until it returns true.
func eachLine(text []byte, accept func([]byte) bool) bool {
	for len(text) > 0 {
		line := text
		if n := bytes.IndexByte(text, '\n'); n >= 0 {
			line, text = text[:n], text[n+1:]
		} else {
			text = nil
		}
		line = bytes.TrimLeft(bytes.TrimSuffix(line, []byte("\r")), " \t")
		if len(line) > 0 && accept(line) {
			return true
		}
	}
	return false
}

// rootCause returns what follows the last "Caused by:" of a stack trace, or else the first line behind the record's own that names an exception, or else the message.
func rootCause(ev *logdoc.Event) []byte {
	const caused = "Caused by:"
	if i := bytes.LastIndex(ev.Text, []byte(caused)); i >= 0 {
		rest := ev.Text[i+len(caused):]
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			rest = rest[:n]
		}
		return bytes.TrimSpace(rest)
	}
	var found []byte
	first := true
	eachLine(ev.Text, func(line []byte) bool {
		if first {
			first = false
			return false
		}
		if namesException(line) {
			found = line
			return true
		}
		return false
	})
	if found != nil {
		return found
	}
	return ev.Field(logdoc.FieldMessage)
}

// namesException reports whether a line starts with a Java exception's or error's class name.
func namesException(line []byte) bool {
	name := line
	if n := bytes.IndexAny(line, ": \t"); n >= 0 {
		name = line[:n]
	}
	return bytes.IndexByte(name, '.') > 0 && (bytes.HasSuffix(name, []byte("Exception")) || bytes.HasSuffix(name, []byte("Error")))
}
