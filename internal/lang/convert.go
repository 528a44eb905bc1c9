package lang

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/participle/v2/lexer"

	"logdoc"
)

// converter turns the raw structs of one declaration into the AST, and collects what the grammar cannot see.
type converter struct {
	file     *File
	decl     decl
	problems Problems
}

func (c *converter) problem(pos Pos, width int, message, advice string) {
	c.problems = append(c.problems, c.file.Problem(pos, width, message, advice))
}

// start is where a node starts, by its tokens.
func (c *converter) start(tokens []lexer.Token) Pos { return c.file.pos(tokens[0]) }

// end notes where the brace stands that closes a node.
func (c *converter) end(start Pos, tokens []lexer.Token) {
	c.decl.ends[start] = c.file.pos(tokens[len(tokens)-1])
}

// given tells whether a token that may be missing is there.
func given(t lexer.Token) bool { return t.Value != "" }

// name converts a word that must be a plain name, without a dot.
func (c *converter) name(t lexer.Token) Name {
	n := c.word(t)
	if dot := strings.IndexByte(n.Value, '.'); dot >= 0 {
		c.problem(n.Pos, len(n.Value), fmt.Sprintf("a name has no dot, found %q", n.Value), "write "+strings.ReplaceAll(n.Value, ".", "-"))
	}
	return n
}

// word converts a word in which a dot may stand.
func (c *converter) word(t lexer.Token) Name {
	if !given(t) {
		return Name{}
	}
	return Name{Pos: c.file.pos(t), Value: t.Value}
}

// names converts words with commas between them.
func (c *converter) names(listed []lexer.Token) []Name {
	names := make([]Name, 0, (len(listed)+1)/2)
	for i := 0; i < len(listed); i += 2 {
		names = append(names, c.name(listed[i]))
	}
	return names
}

func (c *converter) str(t lexer.Token) Name {
	if !given(t) {
		return Name{}
	}
	return c.unquote(t)
}

func (c *converter) strs(tokens []lexer.Token) []Name {
	names := make([]Name, len(tokens))
	for i, t := range tokens {
		names[i] = c.unquote(t)
	}
	return names
}

// unquote reads a string token.
func (c *converter) unquote(t lexer.Token) Name {
	pos := c.file.pos(t)
	inner := t.Value[1 : len(t.Value)-1]
	if !strings.Contains(inner, `\`) {
		return Name{Pos: pos, Value: inner}
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			if i++; inner[i] != '\\' && inner[i] != '"' {
				pos := pos
				pos.Col += i
				c.problem(pos, 2, "a lone backslash stands in this string", `write \\ for a backslash and \" for a quote`)
			}
		}
		b.WriteByte(inner[i])
	}
	return Name{Pos: pos, Value: b.String()}
}

// value reads a value: a string without its quotes, anything else as it was written.
func (c *converter) value(t lexer.Token) Name {
	if t.Type == stringToken {
		return c.unquote(t)
	}
	return c.word(t)
}

// regexp reads a regular expression without its slashes, in which \/ is a slash and every other pair stays.
func (c *converter) regexp(t lexer.Token) Name {
	inner := t.Value[1 : len(t.Value)-1]
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			if i++; inner[i] != '/' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(inner[i])
	}
	return Name{Pos: c.file.pos(t), Value: b.String()}
}

// text reads verbatim lines. One blank behind the bar does not belong to the text.
func (c *converter) text(bars []lexer.Token) Text {
	t := Text{Pos: c.start(bars), Lines: make([]string, len(bars))}
	for i, bar := range bars {
		t.Lines[i] = strings.TrimPrefix(bar.Value[1:], " ")
	}
	t.Pos.Col += len(bars[0].Value) - len(t.Lines[0])
	return t
}

// line reads verbatim text that must be one line.
func (c *converter) line(bars []lexer.Token) Text {
	t := c.text(bars)
	if len(bars) > 1 {
		c.problem(c.file.pos(bars[1]), 1, "a template is one line", "remove this line, or write the word before the template again")
	}
	return t
}

func (c *converter) duration(t lexer.Token) time.Duration {
	d, ok := parseDuration(t.Value)
	if !ok {
		c.problem(c.file.pos(t), len(t.Value), "this duration is too long", "200 years are the most")
	}
	return d
}

// window reads a duration that must be more than nothing.
func (c *converter) window(t lexer.Token) time.Duration {
	d := c.duration(t)
	if d == 0 && strings.Trim(t.Value, "0mshdw") == "" {
		c.problem(c.file.pos(t), len(t.Value), "a duration of zero spans nothing", "write a longer one: 10m")
	}
	return d
}

// once reports a statement that may stand only once and stands again.
func (c *converter) once(seen bool, at Pos, what string) {
	if seen {
		c.problem(at, len(what), what+" is given twice", "keep one of them")
	}
}

func (c *converter) assign(name, value lexer.Token) Assign {
	return Assign{Name: c.word(name), Value: c.value(value)}
}

func (c *converter) table(r *rawTable) []Mapping {
	var ms []Mapping
	for _, row := range r.Rows {
		ms = append(ms, Mapping{Word: c.value(row.Word), Value: c.value(row.Value)})
	}
	return ms
}

func (c *converter) format(r *rawFormat) *Format {
	f := &Format{Pos: c.start(r.Tokens), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.end(f.Pos, r.Tokens)
	for _, item := range r.Items {
		pos := c.start(item.Tokens)
		switch {
		case given(item.Product):
			c.once(f.Product != Name{}, pos, "product")
			f.Product = c.str(item.Product)
		case item.Files != nil:
			f.Files = append(f.Files, c.strs(item.Files)...)
		case item.Collect != nil:
			f.Collect = append(f.Collect, c.strs(item.Collect)...)
		case item.Line != nil:
			f.Lines = append(f.Lines, c.recordLine(item.Line, pos))
		case item.Inner != nil:
			in := Inner{Pos: pos, Template: c.line(item.Inner.Text)}
			if given(item.Inner.Field) {
				guard := c.assign(item.Inner.Field, item.Inner.Value)
				in.Guard = &guard
			}
			f.Inner = append(f.Inner, in)
		case item.Severity != nil:
			c.once(f.Severities != nil, pos, "severity")
			f.Severities = append(f.Severities, c.table(item.Severity)...)
		case item.Zones != nil:
			c.once(f.Zones != nil, pos, "zones")
			f.Zones = append(f.Zones, c.table(item.Zones)...)
		case given(item.Zone):
			c.once(f.Zone != Name{}, pos, "zone")
			f.Zone = c.str(item.Zone)
		case item.Stamped:
			c.once(f.Stamped != Pos{}, pos, "stamped")
			f.Stamped = pos
		case item.Sample != nil:
			s := Sample{Pos: pos, Text: c.text(item.Sample.Text)}
			for _, a := range item.Sample.Fields {
				s.Fields = append(s.Fields, c.assign(a.Name, a.Value))
			}
			f.Samples = append(f.Samples, s)
		}
	}
	return f
}

var lineKinds = map[string]LineKind{"line": LineRecord, "bare": LineBare, "header": LineHeader}

func (c *converter) recordLine(r *rawLine, pos Pos) Line {
	l := Line{Pos: pos, Kind: lineKinds[r.Kind]}
	if r.Text != nil {
		t := c.line(r.Text)
		l.Template = &t
	} else {
		re := c.regexp(r.Regexp)
		l.Regexp = &re
	}
	return l
}

func (c *converter) expected(r *rawExpected) *Expected {
	e := &Expected{Pos: c.start(r.Tokens), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.end(e.Pos, r.Tokens)
	for _, item := range r.Items {
		pos := c.start(item.Tokens)
		switch {
		case given(item.Product):
			c.once(e.Product != Name{}, pos, "product")
			e.Product = c.str(item.Product)
		case item.See != nil:
			e.See = append(e.See, c.strs(item.See)...)
		case item.Event != nil:
			e.Events = append(e.Events, c.event(item.Event, pos))
		case item.State != nil:
			e.States = append(e.States, StateRule{Pos: pos, Word: c.str(item.State.Word), From: c.names(item.State.From)})
		case item.Sample != nil:
			e.Samples = append(e.Samples, Input{Pos: pos, Format: c.name(item.Sample.Format), Text: c.text(item.Sample.Text)})
		}
	}
	return e
}

func (c *converter) event(r *rawEvent, pos Pos) *EventClause {
	e := &EventClause{Pos: pos, Name: c.name(r.Name), Label: c.str(r.Label)}
	if r.Formats != nil {
		e.Formats = c.names(r.Formats)
	}
	if r.Where != nil {
		e.Where = c.where(r.Where)
	}
	return e
}

var certainties = map[string]logdoc.Certainty{
	"certain": logdoc.Certain, "likely": logdoc.Likely, "possible": logdoc.Possible, "nothing": logdoc.NotFound,
}

// maxCount bounds the number in `3 of A`.
const maxCount = 1_000_000

func parseCount(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= maxCount
}
