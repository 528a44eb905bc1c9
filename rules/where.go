package rules

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/literal"
	"logdoc/internal/template"
)

// test is a compiled condition on one record. Captures are appended to the scanner.
type test interface {
	accept(sc *Scanner, ev *logdoc.Event) bool
	// keys returns what a record must contain for the test to accept it: one of the keys. ok is false when nothing is known.
	keys() (keys []key, ok bool)
}

// key is what the index finds a pattern by.
type key struct {
	kind keyKind
	text string
}

type keyKind uint8

// The keys, cheapest first.
const (
	keyCode keyKind = iota
	keyPrefix
	keyLiteral
)

// prefixLength is how many bytes of a message's start are looked up.
const prefixLength = 4

// virtual fields, besides the slots.
const (
	fieldText = -1 - iota
	fieldLine
	fieldRoot
	fieldSeverity
)

var virtualFields = map[string]int{"text": fieldText, "line": fieldLine, "root": fieldRoot, "severity": fieldSeverity}

func (c *compiler) event(src *lang.EventClause, wanted []string, layouts map[string]*template.Layout) *pattern {
	p := &pattern{name: src.Name.Value, label: src.Label.Value, tests: map[int]test{}, slots: map[int][]int{}, any: len(src.Formats) == 0}
	if p.any {
		p.formats = append(p.formats, plain)
		for i := range c.schema.Names() {
			p.formats = append(p.formats, i)
		}
	}
	for _, name := range src.Formats {
		i, ok := c.schema.Index(name.Value)
		if !ok {
			c.problem(name.Pos, len(name.Value), fmt.Sprintf("no format is called %q", name.Value), didYouMean(name.Value, c.schema.Names()))
			return nil
		}
		p.formats = append(p.formats, i)
	}
	before := len(c.problems)
	w := &whereCompiler{compiler: c, pattern: p, layouts: layouts}
	w.checkFields(src.Where)
	if len(c.problems) > before {
		return nil
	}
	for _, f := range p.formats {
		w.format = f
		if src.Where == nil {
			p.tests[f] = accepting{}
			continue
		}
		t := w.compile(src.Where)
		if len(c.problems) > before {
			return nil
		}
		p.tests[f] = t
	}
	// The record's host is always worth knowing, where it has one.
	for _, name := range append(slices.Clone(wanted), "host") {
		if slices.Contains(p.holes, name) || slices.Contains(p.fields, name) {
			continue
		}
		known := false
		for _, f := range p.formats {
			if _, ok := c.schema.Slot(f, name); ok {
				known = true
			}
		}
		if known {
			p.fields = append(p.fields, name)
		}
	}
	for _, f := range p.formats {
		for _, name := range p.fields {
			slot, ok := c.schema.Slot(f, name)
			if !ok {
				slot = -1
			}
			p.slots[f] = append(p.slots[f], slot)
		}
	}
	return p
}

type whereCompiler struct {
	*compiler
	pattern *pattern
	layouts map[string]*template.Layout
	format  int
}

// checkFields reports fields that none of the pattern's formats has.
func (c *whereCompiler) checkFields(w lang.Where) {
	switch w := w.(type) {
	case *lang.WhereAnd:
		for _, t := range w.Terms {
			c.checkFields(t)
		}
	case *lang.WhereOr:
		for _, t := range w.Terms {
			c.checkFields(t)
		}
	case *lang.WhereNot:
		c.checkFields(w.Term)
	case *lang.WhereTest:
		if _, ok := virtualFields[w.Field.Value]; ok {
			return
		}
		var known []string
		for _, f := range c.pattern.formats {
			if _, ok := c.schema.Slot(f, w.Field.Value); ok {
				return
			}
			if f != plain {
				known = append(known, c.schema.Fields(f)...)
			}
		}
		known = append(known, "text", "line", "root", "severity")
		which := "no format"
		if !c.pattern.any && len(c.pattern.formats) == 1 {
			which = "format " + c.schema.Names()[c.pattern.formats[0]]
			c.problem(w.Field.Pos, len(w.Field.Value), fmt.Sprintf("%s has no field %q", which, w.Field.Value), didYouMean(w.Field.Value, known))
			return
		}
		c.problem(w.Field.Pos, len(w.Field.Value), fmt.Sprintf("%s here has a field %q", which, w.Field.Value), didYouMean(w.Field.Value, known))
	}
}

func (c *whereCompiler) compile(w lang.Where) test {
	switch w := w.(type) {
	case *lang.WhereAnd:
		var t allOf
		for _, term := range w.Terms {
			t = append(t, c.compile(term))
		}
		return t
	case *lang.WhereOr:
		var t anyOf
		for _, term := range w.Terms {
			t = append(t, c.compile(term))
		}
		if set, ok := t.asSet(); ok {
			return set
		}
		return t
	case *lang.WhereNot:
		return negation{c.compile(w.Term)}
	case *lang.WhereTest:
		return c.test(w)
	}
	return accepting{}
}

func (c *whereCompiler) test(w *lang.WhereTest) test {
	field, ok := virtualFields[w.Field.Value]
	if !ok {
		slot, known := c.schema.Slot(c.format, w.Field.Value)
		if !known {
			return refusing{}
		}
		field = slot
	}
	value := w.Value.Value
	if field == fieldSeverity {
		sev, err := logdoc.ParseSeverity(value)
		if err != nil {
			c.problem(w.Value.Pos, len(value), err.Error(), didYouMean(value, logdoc.SeverityWords()))
			return accepting{}
		}
		return severityTest{w.Op, sev}
	}
	switch w.Op {
	case "has":
		if value == "" {
			c.problem(w.Value.Pos, 2, "an empty text is in every record", "write the words that the record must have")
			return accepting{}
		}
		return contains{field, []byte(value)}
	case "like":
		tmpl, err := template.Compile(value, nil)
		if err != nil {
			var e *template.Error
			errors.As(err, &e)
			pos := w.Value.Pos
			pos.Col += e.Col - 1
			c.problem(pos, 1, e.Message, e.Advice)
			return accepting{}
		}
		for _, h := range tmpl.Holes {
			c.capture(h.Name, h.Layout)
		}
		return like{field, tmpl}
	case "~":
		re, err := regexp.Compile(value)
		if err != nil {
			c.problem(w.Value.Pos, len(value)+2, "the regular expression does not compile: "+err.Error(), "RE2 syntax is meant: no look-ahead, no back-references")
			return accepting{}
		}
		for _, name := range re.SubexpNames() {
			c.capture(name, nil)
		}
		return regexpTest{field, re, requiredLiteral(value)}
	}
	return compareTest{field, w.Op, []byte(value)}
}

func (c *whereCompiler) capture(name string, layout *template.Layout) {
	if name == "" {
		return
	}
	if !slices.Contains(c.pattern.holes, name) {
		c.pattern.holes = append(c.pattern.holes, name)
	}
	if layout != nil {
		c.layouts[name] = layout
	}
}

// requiredLiteral returns the longest text that every match of the expression must contain, or "".
func requiredLiteral(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	return longestLiteral(re.Simplify())
}

func longestLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		// A replacement character in the expression also matches bytes that are no UTF-8.
		if re.Flags&syntax.FoldCase != 0 || slices.Contains(re.Rune, utf8.RuneError) {
			return ""
		}
		return string(re.Rune)
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		best := ""
		for _, sub := range re.Sub {
			if l := longestLiteral(sub); len(l) > len(best) {
				best = l
			}
		}
		return best
	}
	return ""
}

// asSet turns "code == 1 or code == 2 or …" into one look-up: declarations of what is normal name codes by the dozen.
func (t anyOf) asSet() (setTest, bool) {
	set := setTest{values: map[string]bool{}}
	for i, term := range t {
		c, ok := term.(compareTest)
		if !ok || c.op != "==" || c.field < 0 || i > 0 && c.field != set.field {
			return setTest{}, false
		}
		set.field = c.field
		set.values[string(c.value)] = true
	}
	return set, len(t) > 1
}

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
		field    int
		re       *regexp.Regexp
		required string
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
		worst = max(worst, int(k.kind)*1000-min(len(k.text), 100))
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

func (t severityTest) keys() ([]key, bool) { return nil, false }

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
	if p := t.tmpl.Prefix(); t.field == logdoc.FieldMessage && len(p) >= prefixLength {
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
	if t.re.NumSubexp() == 0 {
		return t.re.Match(v)
	}
	groups := t.re.FindSubmatchIndex(v)
	if groups == nil {
		return false
	}
	for i, name := range t.re.SubexpNames() {
		if name != "" && groups[2*i] < groups[2*i+1] {
			sc.captures = append(sc.captures, view{name, v[groups[2*i]:groups[2*i+1]]})
		}
	}
	return true
}

func (t regexpTest) keys() ([]key, bool) { return literalKey(t.required) }

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
		return numeric && ordered(t.op, compareInts(a, b))
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
