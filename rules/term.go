package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/literal"
)

// termTest looks at a whole record, or at one field of it, as terms of other rule languages do.
type termTest struct {
	kind  lang.TermKind
	text  []byte
	re    func() *regexp.Regexp // compiled when a record first holds what it needs
	jq    *gojq.Code
	field string
	// slot is where events of the format have the field, -1 where they have none.
	slot int
	keep []keptField
	// needs are texts one of which a record must hold; nil when nothing is known.
	needs []string
}

// keptField is a field whose value is captured.
type keptField struct {
	name string
	slot int
}

// fieldAliases are the names that formats give to fields that other rule languages call otherwise.
var fieldAliases = map[string]string{"hostname": "host", "pod_name": "pod", "process": "program", "process_id": "pid"}

// everyFormat is what events that look at records of every format have in common: there may be thousands of them.
type everyFormat struct {
	formats []int
	fields  []string
}

func (c *compiler) everyFormat() *everyFormat {
	if c.every == nil {
		e := &everyFormat{formats: []int{plain}}
		for i := range c.set.names {
			e.formats = append(e.formats, i)
			if _, ok := c.schema.Slot(i, "host"); ok {
				e.fields = []string{"host"}
			}
		}
		c.every = e
	}
	return c.every
}

// termEvent compiles an event that is one term, for records of every format.
func (c *compiler) termEvent(src *lang.EventClause, term *lang.WhereTerm) *pattern {
	every := c.everyFormat()
	p := &pattern{name: src.Name.Value, label: src.Label.Value, any: true, formats: every.formats}
	w := &whereCompiler{compiler: c, pattern: p, captures: &captures{fields: every.fields}}
	base, ok := term.Compiled.(*termTest)
	if !ok {
		if base = w.newTerm(term); base == nil {
			return nil
		}
	}
	for _, name := range term.Keep {
		w.capture(name, nil)
	}
	p.captured = func() *captures { return w.captures }
	p.term = base
	p.test = func(format int) test {
		if term.Field == "" && len(term.Keep) == 0 {
			return base
		}
		own := formatCompiler{c, format}
		t := *base
		t.slot = own.slotOf(term.Field)
		for _, name := range term.Keep {
			t.keep = append(t.keep, keptField{name, own.slotOf(name)})
		}
		return &t
	}
	return p
}

func (c formatCompiler) slotOf(field string) int {
	if field == "" {
		return -1
	}
	for _, name := range [...]string{field, fieldAliases[field]} {
		if slot, ok := c.schema.Slot(c.format, name); ok && name != "" && name != "message" {
			return slot
		}
	}
	return -1
}

func (c *whereCompiler) newTerm(w *lang.WhereTerm) *termTest {
	t := &termTest{kind: w.Kind, text: []byte(w.Text), field: w.Field, slot: -1}
	switch w.Kind {
	case lang.TermText:
		t.needs = needed([]string{longestLine(w.Text)})
	case lang.TermRegexp:
		tree, err := syntax.Parse(w.Text, syntax.Perl)
		if err != nil {
			c.problem(w.Pos, len(w.Text), "the regular expression does not compile: "+regexpError(err), "RE2 syntax is meant: no look-ahead, no back-references")
			return nil
		}
		t.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(w.Text) })
		t.needs = needed(requiredTexts(tree.Simplify()))
	case lang.TermJQ:
		code, query, err := compileJQ(w.Text)
		if err != nil {
			c.problem(w.Pos, len(w.Text), err.Error(), "it is asked of one record, and must give true or false")
			return nil
		}
		t.jq = code
		t.needs = needed(requiredByJQ(query))
	}
	// What a JSON string holds may be written with escapes.
	if w.Field != "" || w.Kind == lang.TermJQ {
		if slices.ContainsFunc(t.needs, mayBeEscaped) {
			t.needs = nil
		}
		return t
	}
	t.needs = escapedToo(t.needs)
	return t
}

func regexpError(err error) string { return strings.TrimPrefix(err.Error(), "error parsing regexp: ") }

// CheckTerm says why a term cannot be used, or whether it can be looked for without trying it on every record.
func CheckTerm(w *lang.WhereTerm) (searchable bool, err error) {
	c := &whereCompiler{compiler: &compiler{}}
	t := c.newTerm(w)
	if t == nil {
		return false, errors.New(c.problems[0].Message)
	}
	w.Compiled = t
	return t.needs != nil, nil
}

func longestLine(text string) string {
	best := ""
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); len(line) > len(best) {
			best = line
		}
	}
	return best
}

// needed returns the texts if each of them can be searched for.
func needed(texts []string) []string {
	if len(texts) == 0 || slices.ContainsFunc(texts, func(t string) bool { return len(t) < literal.MinLength || strings.Contains(t, "\n") }) {
		return nil
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// escapedToo adds how the texts stand in a line that a container engine wrapped in JSON.
func escapedToo(texts []string) []string {
	out := texts
	for _, text := range texts {
		if wrapped, err := json.Marshal(text); err == nil && len(wrapped) > len(text)+2 {
			out = append(out, string(wrapped[1:len(wrapped)-1]))
		}
	}
	return needed(out)
}

func mayBeEscaped(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`"\<>&/'+=`, r) })
}

// maxAlternativeTexts bounds the texts that stand for one expression.
const maxAlternativeTexts = 64

// requiredTexts returns texts one of which every match of the expression holds, or nil. Of several such sets it is the one whose shortest text is longest.
func requiredTexts(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		// A replacement character in the expression also matches bytes that are no UTF-8.
		if slices.Contains(re.Rune, utf8.RuneError) {
			return nil
		}
		if re.Flags&syntax.FoldCase != 0 {
			return foldedTexts(re.Rune)
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredTexts(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredTexts(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			texts := requiredTexts(sub)
			if texts == nil || len(all)+len(texts) > maxAlternativeTexts {
				return nil
			}
			all = append(all, texts...)
		}
		return all
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if texts := requiredTexts(sub); leastLength(texts) > leastLength(best) || leastLength(texts) == leastLength(best) && len(texts) < len(best) {
				best = texts
			}
		}
		return best
	}
	return nil
}

func leastLength(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	n := len(texts[0])
	for _, t := range texts {
		n = min(n, len(t))
	}
	return n
}

// foldedTexts returns the ways in which a part of a text can be written where case does not matter: the five characters of it that have the fewest of them.
func foldedTexts(runes []rune) []string {
	const part = 5
	if len(runes) < part {
		return nil
	}
	for _, r := range runes {
		if r >= utf8.RuneSelf {
			return nil
		}
	}
	at, least := -1, 1<<part+1
	for i := 0; i+part <= len(runes); i++ {
		if n := len(spellings(runes[i : i+part])); n > 0 && n < least {
			at, least = i, n
		}
	}
	if at < 0 {
		return nil
	}
	return spellings(runes[at : at+part])
}

// spellings lists how runes can be written, or nil when there is one among them with a form that is not ASCII, as k and s have.
func spellings(runes []rune) []string {
	out := []string{""}
	for _, r := range runes {
		lower, upper := strings.ToLower(string(r)), strings.ToUpper(string(r))
		if lower == "k" || lower == "s" {
			return nil
		}
		var next []string
		for _, prefix := range out {
			next = append(next, prefix+lower)
			if upper != lower {
				next = append(next, prefix+upper)
			}
		}
		out = next
	}
	return out
}

func (t *termTest) keys() ([]key, bool) {
	if t.needs == nil {
		return nil, false
	}
	keys := make([]key, len(t.needs))
	for i, text := range t.needs {
		keys[i] = key{keyLiteral, text}
	}
	return keys, true
}

func (t *termTest) accept(sc *Scanner, ev *logdoc.Event) bool {
	record := sc.jsonOf(ev, t)
	if !t.holds(ev, ev.Text, record) {
		if line := sc.lineOf(ev); line == nil || t.kind == lang.TermJQ || !t.holds(ev, line, record) {
			return false
		}
	}
	for _, k := range t.keep {
		if v := fieldOf(ev, record, k.name, k.slot); v != nil {
			sc.captures = append(sc.captures, view{k.name, v})
		}
	}
	return true
}

// holds looks at a text, or at the field of the record.
func (t *termTest) holds(ev *logdoc.Event, subject []byte, record *jsonRecord) bool {
	if t.field != "" && t.kind != lang.TermJQ {
		v := fieldOf(ev, record, t.field, t.slot)
		switch {
		case v != nil:
			subject = v
		case record.whole:
			return false
		}
	}
	switch t.kind {
	case lang.TermText:
		return bytes.Contains(subject, t.text)
	case lang.TermRegexp:
		return t.re().Match(subject)
	}
	return record.ok && t.asks(record)
}

// asks runs the jq program on the record, or on its field.
func (t *termTest) asks(record *jsonRecord) bool {
	value := record.value
	if t.field != "" {
		v, ok := lookUp(value, t.field)
		if !ok {
			return false
		}
		value = v
	}
	return holdsJQ(t.jq, value)
}
