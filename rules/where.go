package rules

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"

	"logdoc"
	"logdoc/internal/lang"
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
	keySeverity // warning or above, which few records are
	keyLiteral
)

// minPrefix is how long the fixed text at a message's start must be to be looked up: shorter ones start many messages.
const minPrefix = 2

// virtual fields, besides the slots.
const (
	fieldText = -1 - iota
	fieldLine
	fieldRoot
	fieldSeverity
)

var virtualFields = map[string]int{"text": fieldText, "line": fieldLine, "root": fieldRoot, "severity": fieldSeverity}

// captures are what a pattern takes out of a record, whatever its format.
type captures struct {
	holes  []string // of templates, and groups of expressions
	fields []string // of the record, besides
	// layouts are of holes that are times.
	layouts  map[string]*template.Layout
	problems lang.Problems // with the condition
}

// event compiles an event; wanted are the fields that something refers to. What it captures is found out when it is first asked for, and at once where the condition may be wrong.
func (c *compiler) event(src *lang.EventClause, wanted func() []string) *pattern {
	if term, ok := src.Where.(*lang.WhereTerm); ok && len(src.Formats) == 0 {
		return c.termEvent(src, term)
	}
	p := &pattern{name: src.Name.Value, label: src.Label.Value, any: len(src.Formats) == 0}
	if p.any {
		p.formats = c.everyFormat().formats
	}
	for _, name := range src.Formats {
		i, ok := c.schema.Index(name.Value)
		if name.Value == plainName {
			i, ok = plain, true
		}
		if !ok {
			c.problem(name.Pos, len(name.Value), fmt.Sprintf("no format is called %q", name.Value), didYouMean(name.Value, c.schema.Names()))
			return nil
		}
		p.formats = append(p.formats, i)
	}
	own := &compiler{schema: c.schema, set: c.set}
	p.test = func(format int) test { return formatCompiler{own, format}.compile(src.Where) }
	p.captured = sync.OnceValue(func() *captures { return own.captures(p, src.Where, wanted) })
	if !c.sound {
		if problems := p.captured().problems; len(problems) > 0 {
			c.problems = append(c.problems, problems...)
			return nil
		}
	}
	return p
}

func (c *compiler) captures(p *pattern, where lang.Where, wanted func() []string) *captures {
	w := &whereCompiler{compiler: &compiler{schema: c.schema, set: c.set}, pattern: p, captures: &captures{}}
	everyTest(where, w.checkField)
	if len(w.problems) == 0 {
		everyTest(where, w.prepare)
	}
	out := w.captures
	out.problems = w.problems
	// The record's host is always worth knowing, where it has one.
	for _, name := range append(slices.Clone(wanted()), "host") {
		if slices.Contains(out.holes, name) || slices.Contains(out.fields, name) {
			continue
		}
		if slices.ContainsFunc(p.formats, func(f int) bool { _, ok := c.schema.Slot(f, name); return ok }) {
			out.fields = append(out.fields, name)
		}
	}
	return out
}

// whereCompiler looks at what a condition is in every format.
type whereCompiler struct {
	*compiler
	pattern  *pattern
	captures *captures
}

// formatCompiler compiles conditions for one format. In the place of a test with a mistake stands one that accepts everything.
type formatCompiler struct {
	*compiler
	format int
}

// everyTest visits the tests of a condition, those that are negated too.
func everyTest(w lang.Where, visit func(*lang.WhereTest)) {
	switch w := w.(type) {
	case *lang.WhereAnd:
		for _, t := range w.Terms {
			everyTest(t, visit)
		}
	case *lang.WhereOr:
		for _, t := range w.Terms {
			everyTest(t, visit)
		}
	case *lang.WhereNot:
		everyTest(w.Term, visit)
	case *lang.WhereTest:
		visit(w)
	}
}

// checkField reports a field that none of the pattern's formats has.
func (c *whereCompiler) checkField(w *lang.WhereTest) {
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

// prepare compiles what is the same of a test for all formats, reports what is wrong with it, and notes what it captures.
func (c *whereCompiler) prepare(w *lang.WhereTest) {
	value := w.Value.Value
	if virtualFields[w.Field.Value] == fieldSeverity {
		if _, err := logdoc.ParseSeverity(value); err != nil {
			c.problem(w.Value.Pos, len(value), err.Error(), didYouMean(value, logdoc.SeverityWords()))
		}
		return
	}
	switch w.Op {
	case "has":
		if value == "" {
			c.problem(w.Value.Pos, 2, "an empty text is in every record", "write the words that the record must have")
		}
	case "like":
		tmpl, err := c.set.texts.template(value)
		if err != nil {
			var e *template.Error
			errors.As(err, &e)
			pos := w.Value.Pos
			pos.Col += e.Col - 1
			c.problem(pos, 1, e.Message, e.Advice)
			return
		}
		for _, h := range tmpl.Holes {
			c.capture(h.Name, h.Layout)
		}
	case "~":
		e, err := c.set.texts.expression(value)
		if err != nil {
			c.problem(w.Value.Pos, len(value)+2, "the regular expression does not compile: "+err.Error(), "RE2 syntax is meant: no look-ahead, no back-references")
			return
		}
		for _, name := range e.names {
			c.capture(name, nil)
		}
	}
}

func (c formatCompiler) compile(w lang.Where) test {
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

func (c formatCompiler) test(w *lang.WhereTest) test {
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
			return accepting{}
		}
		return severityTest{w.Op, sev}
	}
	switch w.Op {
	case "has":
		return contains{field, []byte(value)}
	case "like":
		if tmpl, err := c.set.texts.template(value); err == nil {
			return like{field, tmpl}
		}
		return accepting{}
	case "~":
		if e, err := c.set.texts.expression(value); err == nil {
			return regexpTest{field, e}
		}
		return accepting{}
	}
	return compareTest{field, w.Op, []byte(value)}
}

// texts are the templates and expressions that were compiled so far, by text: most are asked of several formats. It is safe for use by many goroutines.
type texts struct {
	mutex       sync.Mutex
	templates   map[string]*template.Template
	expressions map[string]*expression
}

// template compiles a template.
func (t *texts) template(text string) (*template.Template, error) {
	return once(t, &t.templates, text, func() (*template.Template, error) { return template.Compile(text, nil) })
}

// once returns what is kept of a text, or else makes and keeps it.
func once[T any](t *texts, kept *map[string]*T, text string, compile func() (*T, error)) (*T, error) {
	t.mutex.Lock()
	v, ok := (*kept)[text]
	t.mutex.Unlock()
	if ok {
		return v, nil
	}
	v, err := compile()
	if err != nil {
		return nil, err
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if *kept == nil {
		*kept = map[string]*T{}
	}
	(*kept)[text] = v
	return v, nil
}

// expression is a regular expression. Most of a run's are never asked, and compiling one takes longer than reading it.
type expression struct {
	text  string
	names []string // of its groups
	re    func() *regexp.Regexp
	// required is the longest text that every match must contain, or "".
	required func() string
}

// expression reads a regular expression.
func (t *texts) expression(text string) (*expression, error) {
	return once(t, &t.expressions, text, func() (*expression, error) {
		tree, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			return nil, err
		}
		return &expression{
			text: text, names: tree.CapNames(),
			re:       sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) }),
			required: sync.OnceValue(func() string { return longestLiteral(tree.Simplify()) }),
		}, nil
	})
}

func (c *whereCompiler) capture(name string, layout *template.Layout) {
	if name == "" {
		return
	}
	if !slices.Contains(c.captures.holes, name) {
		c.captures.holes = append(c.captures.holes, name)
	}
	if layout != nil {
		if c.captures.layouts == nil {
			c.captures.layouts = map[string]*template.Layout{}
		}
		c.captures.layouts[name] = layout
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
