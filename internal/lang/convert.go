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

// place adds the file's name to a position that participle noted.
func (c *converter) place(p lexer.Position) Pos {
	return Pos{File: c.file.Name, Line: p.Line, Col: p.Column}
}

// name converts a word that must be a plain name, without a dot.
func (c *converter) name(r *rawName) Name {
	n := c.word(r)
	if dot := strings.IndexByte(n.Value, '.'); dot >= 0 {
		c.problem(n.Pos, len(n.Value), fmt.Sprintf("a name has no dot, found %q", n.Value), "write "+strings.ReplaceAll(n.Value, ".", "-"))
	}
	return n
}

// word converts a word in which a dot may stand.
func (c *converter) word(r *rawName) Name {
	if r == nil {
		return Name{}
	}
	return Name{Pos: c.file.pos(r.Tok), Value: r.Tok.Value}
}

func (c *converter) names(rs *rawNames) []Name {
	var names []Name
	for _, r := range rs.Names {
		names = append(names, c.name(r))
	}
	return names
}

func (c *converter) str(r *rawStr) Name {
	if r == nil {
		return Name{}
	}
	return c.unquote(r.Tok)
}

func (c *converter) strs(rs []*rawStr) []Name {
	var names []Name
	for _, r := range rs {
		names = append(names, c.str(r))
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
func (c *converter) value(r *rawValue) Name {
	if r == nil {
		return Name{}
	}
	if r.Tok.Type == stringToken {
		return c.unquote(r.Tok)
	}
	return Name{Pos: c.file.pos(r.Tok), Value: r.Tok.Value}
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
func (c *converter) text(r *rawText) Text {
	var t Text
	for i, bar := range r.Bars {
		line := bar.Tok.Value[1:]
		stripped := strings.TrimPrefix(line, " ")
		if i == 0 {
			t.Pos = c.file.pos(bar.Tok)
			t.Pos.Col += len(bar.Tok.Value) - len(stripped)
		}
		t.Lines = append(t.Lines, stripped)
	}
	return t
}

// line reads verbatim text that must be one line.
func (c *converter) line(r *rawText) Text {
	t := c.text(r)
	if len(r.Bars) > 1 {
		bar := r.Bars[1].Tok
		c.problem(c.file.pos(bar), 1, "a template is one line", "remove this line, or write the word before the template again")
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
func (c *converter) once(seen bool, p lexer.Position, what string) {
	if seen {
		c.problem(c.place(p), len(what), what+" is given twice", "keep one of them")
	}
}

func (c *converter) assign(name *rawName, value *rawValue) Assign {
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
	f := &Format{Pos: c.place(r.Pos), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.decl.ends[f.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		switch {
		case item.Product != nil:
			c.once(f.Product != Name{}, item.Pos, "product")
			f.Product = c.str(item.Product)
		case item.Files != nil:
			f.Files = append(f.Files, c.strs(item.Files)...)
		case item.Collect != nil:
			f.Collect = append(f.Collect, c.strs(item.Collect)...)
		case item.Line != nil:
			f.Lines = append(f.Lines, c.recordLine(item.Line))
		case item.Inner != nil:
			in := Inner{Pos: c.place(item.Pos), Template: c.line(item.Inner.Text)}
			if item.Inner.Field != nil {
				guard := c.assign(item.Inner.Field, item.Inner.Value)
				in.Guard = &guard
			}
			f.Inner = append(f.Inner, in)
		case item.Severity != nil:
			c.once(f.Severities != nil, item.Pos, "severity")
			f.Severities = append(f.Severities, c.table(item.Severity)...)
		case item.Zones != nil:
			c.once(f.Zones != nil, item.Pos, "zones")
			f.Zones = append(f.Zones, c.table(item.Zones)...)
		case item.Zone != nil:
			c.once(f.Zone != Name{}, item.Pos, "zone")
			f.Zone = c.str(item.Zone)
		case item.Stamped:
			c.once(f.Stamped != Pos{}, item.Pos, "stamped")
			f.Stamped = c.place(item.Pos)
		case item.Sample != nil:
			s := Sample{Pos: c.place(item.Pos), Text: c.text(item.Sample.Text)}
			for _, a := range item.Sample.Fields {
				s.Fields = append(s.Fields, c.assign(a.Name, a.Value))
			}
			f.Samples = append(f.Samples, s)
		}
	}
	return f
}

func (c *converter) recordLine(r *rawLine) Line {
	kinds := map[string]LineKind{"line": LineRecord, "bare": LineBare, "header": LineHeader}
	l := Line{Pos: c.place(r.Pos), Kind: kinds[r.Kind]}
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
	e := &Expected{Pos: c.place(r.Pos), Name: c.name(r.Name), Title: c.str(r.Title)}
	c.decl.ends[e.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		switch {
		case item.Product != nil:
			c.once(e.Product != Name{}, item.Pos, "product")
			e.Product = c.str(item.Product)
		case item.See != nil:
			e.See = append(e.See, c.strs(item.See)...)
		case item.Event != nil:
			e.Events = append(e.Events, c.event(item.Event))
		case item.State != nil:
			e.States = append(e.States, StateRule{Pos: c.place(item.Pos), Word: c.str(item.State.Word), From: c.names(item.State.From)})
		case item.Sample != nil:
			e.Samples = append(e.Samples, Input{Pos: c.place(item.Pos), Format: c.name(item.Sample.Format), Text: c.text(item.Sample.Text)})
		}
	}
	return e
}

func (c *converter) event(r *rawEvent) *EventClause {
	e := &EventClause{Pos: c.place(r.Pos), Name: c.name(r.Name), Label: c.str(r.Label)}
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
