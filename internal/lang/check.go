package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// Check finds what is wrong in a file that can be parsed, as far as the file alone tells: whether formats, fields and other symptoms exist is not
// known here. It wants a file from Parse, and works on one that was put together as well, whose problems then have no place.
func (f *File) Check() Problems {
	c := &checker{file: f}
	formats, symptoms, expected := c.unique("format"), c.unique("symptom"), c.unique("expected")
	for _, x := range f.Formats {
		formats(x.Name)
		c.format(x)
	}
	for _, x := range f.Symptoms {
		symptoms(x.Name)
		c.symptom(x)
	}
	for _, x := range f.Expected {
		expected(x.Name)
		c.expected(x)
	}
	for i, x := range f.Overlays {
		c.overlay(x, f.Overlays[:i])
	}
	for _, x := range f.Silences {
		c.silence(x)
	}
	c.problems.sort()
	return c.problems
}

// checker collects the problems of one file.
type checker struct {
	file     *File
	problems Problems
}

func (c *checker) at(pos Pos, width int, message, advice string) {
	c.problems = append(c.problems, c.file.Problem(pos, width, message, advice))
}

// name reports a problem with a word.
func (c *checker) name(n Name, message, advice string) {
	c.at(n.Pos, len(n.Value), message, advice)
}

// str reports a problem with a string.
func (c *checker) str(n Name, message, advice string) {
	c.at(n.Pos, len(quote(n.Value)), message, advice)
}

// unique returns a function that reports names it was given before.
func (c *checker) unique(what string) func(Name) {
	seen := map[string]Pos{}
	return func(n Name) {
		if first, ok := seen[n.Value]; ok {
			c.name(n, fmt.Sprintf("%s %s is there already, in line %d", what, n.Value, first.Line), "give one of them another name")
			return
		}
		seen[n.Value] = n.Pos
	}
}

// didYouMean is the advice for an unknown word: the nearest known one, or all of them where they are few.
func didYouMean(word string, known []string) string {
	if near := Suggest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	known = slices.Compact(slices.Clone(known))
	if len(known) == 0 || len(known) > 8 {
		return ""
	}
	return "known are " + strings.Join(known, ", ")
}

func (c *checker) title(pos Pos, word string, name, title Name) {
	if strings.TrimSpace(title.Value) == "" {
		c.name(name, fmt.Sprintf("%s %s has no title", word, name.Value), fmt.Sprintf("write %s %s \"what it is\"", word, name.Value))
	}
}

// productName checks that a name has the form product/name.
func (c *checker) productName(n Name) {
	if product, rest, ok := strings.Cut(n.Value, "/"); !ok || product == "" || rest == "" || strings.Contains(rest, "/") {
		c.name(n, fmt.Sprintf("the name %s has not the form product/name", n.Value), "write the product first: avamar/"+strings.ReplaceAll(n.Value, "/", "-"))
	}
}

func (c *checker) severityWord(n Name) {
	if _, err := logdoc.ParseSeverity(n.Value); err != nil {
		c.name(n, fmt.Sprintf("unknown severity %q", n.Value), didYouMean(n.Value, logdoc.SeverityWords()))
	}
}

func (c *checker) template(t *Text) {
	if strings.TrimSpace(strings.Join(t.Lines, "")) == "" {
		c.at(t.Pos, 1, "the template is empty", "write what the line looks like behind the |")
	}
}

func (c *checker) regexp(n Name) {
	if n.Value == "" {
		c.at(n.Pos, 2, "the regular expression is empty", "write it between the slashes")
		return
	}
	if _, err := regexp.Compile(n.Value); err != nil {
		message := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		c.at(n.Pos, len(slashed(n.Value)), "the regular expression is not valid: "+message, "the syntax is RE2's")
	}
}

func (c *checker) format(f *Format) {
	c.title(f.Pos, "format", f.Name, f.Title)
	if len(f.Lines) == 0 && f.Stamped == (Pos{}) {
		c.name(f.Name, fmt.Sprintf("format %s has no line", f.Name.Value), "write line | and what a record looks like")
	}
	for _, l := range f.Lines {
		if l.Template != nil {
			c.template(l.Template)
		} else {
			c.regexp(*l.Regexp)
		}
	}
	for i := range f.Inner {
		c.template(&f.Inner[i].Template)
	}
	severities := c.unique("severity word")
	for _, m := range f.Severities {
		severities(m.Word)
		c.severityWord(m.Value)
	}
	zones := c.unique("zone")
	for _, m := range f.Zones {
		zones(m.Word)
		c.zone(m.Value)
	}
	if f.Zone != (Name{}) {
		c.zone(f.Zone)
	}
	if len(f.Samples) == 0 {
		c.name(f.Name, fmt.Sprintf("format %s has no sample", f.Name.Value), "write sample | with a real record, and { field = value } below it")
	}
	for _, s := range f.Samples {
		c.sample(s)
	}
}

func (c *checker) sample(s Sample) {
	if len(s.Fields) == 0 {
		c.at(s.Pos, len("sample"), "the sample does not say what must be read in it", "write { field = value } below it")
	}
	fields := c.unique("field")
	for _, a := range s.Fields {
		fields(a.Name)
		if a.Name.Value == "severity" {
			c.severityWord(a.Value)
		}
	}
}

func (c *checker) zone(n Name) {
	if n.Value == "UTC" {
		return
	}
	if _, err := time.Parse("-07:00", n.Value); err != nil {
		c.str(n, fmt.Sprintf("%q is no zone", n.Value), `write "UTC" or a distance like "+08:00"`)
	}
}

func (c *checker) expected(e *Expected) {
	c.title(e.Pos, "expected", e.Name, e.Title)
	c.productName(e.Name)
	if len(e.Events) == 0 {
		c.name(e.Name, fmt.Sprintf("expected %s has no event", e.Name.Value), "write event NAME in FORMAT where …")
	}
	if len(e.Samples) == 0 {
		c.name(e.Name, fmt.Sprintf("expected %s has no sample", e.Name.Value), "write sample FORMAT | with a real record")
	}
	var known []string
	names := c.unique("event")
	for _, ev := range e.Events {
		names(ev.Name)
		c.event(ev)
		known = append(known, ev.Name.Value)
	}
	for _, s := range e.States {
		for _, from := range s.From {
			if !slices.Contains(known, from.Value) {
				c.name(from, fmt.Sprintf("there is no event %q", from.Value), didYouMean(from.Value, known))
			}
		}
	}
}

// event checks an event by itself.
func (c *checker) event(e *EventClause) {
	formats := c.unique("format")
	for _, f := range e.Formats {
		formats(f)
	}
	if e.Where != nil {
		c.where(e.Where)
	}
}

func (c *checker) where(w Where) {
	switch w := w.(type) {
	case *WhereAnd:
		for _, t := range w.Terms {
			c.where(t)
		}
	case *WhereOr:
		for _, t := range w.Terms {
			c.where(t)
		}
	case *WhereNot:
		c.where(w.Term)
	case *WhereTest:
		c.test(w)
	}
}

func (c *checker) test(w *WhereTest) {
	switch {
	case w.Op == "~":
		c.regexp(w.Value)
	case w.Op == "like":
		c.template(&Text{Pos: w.Value.Pos, Lines: []string{w.Value.Value}})
	case w.Op == "has" && w.Value.Value == "":
		c.at(w.Value.Pos, 2, "every text has the empty text", "write what the field must hold")
	case w.Field.Value == "severity" && w.Op != "has":
		c.severityWord(w.Value)
	}
}
