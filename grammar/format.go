package grammar

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Slots that are not fields of the event.
const (
	slotSkip = -1 - iota
	slotSeverity
	slotPriority
	slotTime
	slotZone
)

// Format is one compiled format. It is safe for use by many goroutines.
type Format struct {
	Name, Title, Product string
	// Collect says in words which files hold such logs.
	Collect []string
	index   int
	files   []string
	records []*line
	bare    []*line
	headers []*line
	inner   []inner
	words   []severityWord
	// chosen are the severities of the words that are not empty; otherwise is that of a line without a word.
	chosen    []logdoc.Severity
	otherwise logdoc.Severity
	zones     map[string]*time.Location
	zone      *time.Location // nil: the stamps do not say, and neither does the format
	fields    []string       // names by slot
	samples   []lang.Sample
	pos       lang.Pos
	// last is a format that is tried only where no other one fits.
	last bool
}

type severityWord struct {
	word     string
	severity logdoc.Severity
}

// line is one way in which a line is recognised.
type line struct {
	format *Format
	tmpl   *template.Template
	re     *regexp.Regexp
	first  [256]bool        // bytes that a line can start with which re matches
	layout *template.Layout // of a regexp's time group
	slots  []int            // by hole, or by regexp group
	kind   lang.LineKind
	// stamped accepts any line that states a time in a usual notation.
	stamped bool
	// telling means that it reads a time, a code or a zone: a line that it accepts is hardly something else.
	telling bool

	// severity means that a hole is a severity word; moves are the holes that are fields, tail those from the message on.
	severity    bool
	moves, tail []move
	special     []move // priority and zone
	// unstamped means that its records have no time, and what stands in front of their message is all that it says of them.
	unstamped bool
	// blind means that all digits behind a stamp are alike to it, and to what the message is tried on.
	blind bool
	// headed means that its lines have heads to remember, tagged that they may hold a process's number; rest matches what stands behind one.
	headed, tagged bool
	rest           template.Rest
}

// move says which field a hole fills.
type move struct{ hole, slot int }

type inner struct {
	guardSlot  int // -1: always
	guardValue string
	line       *line
}

// Set is the formats that a run knows. Index -1 stands for lines that no format accepts.
type Set struct {
	formats []*Format
	byName  map[string]*Format
	// kept are tables that were made once, by the order of their formats.
	keeping sync.Mutex
	kept    map[string]*tables
}

// Plain is the index of the pseudo-format of lines that no format accepts; such events have a message only.
const Plain = -1

// Formats returns the formats in their order; the slice belongs to the set.
func (s *Set) Formats() []*Format { return s.formats }

// Format returns the format with that name.
func (s *Set) Format(name string) (*Format, bool) {
	f, ok := s.byName[name]
	return f, ok
}

// Names lists the formats' names in their order.
func (s *Set) Names() []string {
	names := make([]string, len(s.formats))
	for i, f := range s.formats {
		names[i] = f.Name
	}
	return names
}

// Index returns the index that events of the format carry.
func (s *Set) Index(name string) (int, bool) {
	f, ok := s.byName[name]
	if !ok {
		return 0, false
	}
	return f.index, true
}

// Slot returns the slot of a field in a format.
func (s *Set) Slot(format int, field string) (int, bool) {
	if format == Plain {
		return logdoc.FieldMessage, field == "message"
	}
	for i, name := range s.formats[format].fields {
		if name == field {
			return i, name != ""
		}
	}
	return 0, false
}

// Product returns the product whose logs have the format.
func (s *Set) Product(format int) string { return s.formats[format].Product }

// Fields lists the names of the fields that a format can give.
func (s *Set) Fields(format int) []string {
	var names []string
	for _, name := range s.formats[format].fields {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Compile compiles formats. A later format with the name of an earlier one replaces it. A format with a mistake is left out and told.
func Compile(formats []*lang.Format) (*Set, lang.Problems) {
	var problems lang.Problems
	set := &Set{byName: map[string]*Format{}}
	for _, src := range formats {
		f, ps := compile(src)
		problems = append(problems, ps...)
		if len(ps.Errors()) > 0 {
			continue
		}
		if old, ok := set.byName[f.Name]; ok {
			f.index = old.index
			set.formats[old.index] = f
		} else {
			f.index = len(set.formats)
			set.formats = append(set.formats, f)
		}
		set.byName[f.Name] = f
	}
	return set, problems
}

type compiler struct {
	f        *Format
	problems lang.Problems
	// choices holds the words that a severity can be.
	choices map[string][]string
}

func (c *compiler) problem(pos lang.Pos, width int, message, advice string) {
	c.problems = append(c.problems, lang.Problem{Pos: pos, Width: max(width, 1), Message: message, Advice: advice})
}

func compile(src *lang.Format) (*Format, lang.Problems) {
	f := &Format{Name: src.Name.Value, Title: src.Title.Value, Product: src.Product.Value, zones: map[string]*time.Location{}, samples: src.Samples, pos: src.Pos}
	f.fields = append(f.fields, logdoc.StandardFields[:]...)
	for i := range f.fields {
		f.fields[i] = ""
	}
	c := &compiler{f: f}
	for _, g := range src.Files {
		f.files = append(f.files, g.Value)
	}
	for _, t := range src.Collect {
		f.Collect = append(f.Collect, t.Value)
	}
	for _, m := range src.Severities {
		sev, err := logdoc.ParseSeverity(m.Value.Value)
		if err != nil {
			c.problem(m.Value.Pos, len(m.Value.Value), err.Error(), didYouMean(m.Value.Value, logdoc.SeverityWords()))
			continue
		}
		f.words = append(f.words, severityWord{m.Word.Value, sev})
	}
	for _, m := range src.Zones {
		loc, err := ParseZone(m.Value.Value)
		if err != nil {
			c.problem(m.Value.Pos, len(m.Value.Value), err.Error(), `write "+08:00" or "Asia/Shanghai"`)
			continue
		}
		f.zones[m.Word.Value] = loc
	}
	if z := src.Zone; z.Value != "" {
		loc, err := ParseZone(z.Value)
		if err != nil {
			c.problem(z.Pos, len(z.Value), err.Error(), `write "UTC" or "+08:00"`)
		}
		f.zone = loc
	}
	c.choices = map[string][]string{}
	for _, w := range f.words {
		if w.word != "" {
			c.choices["severity"] = append(c.choices["severity"], w.word)
			f.chosen = append(f.chosen, w.severity)
		} else {
			f.otherwise = w.severity
		}
	}
	for _, l := range src.Lines {
		if compiled := c.line(l); compiled != nil {
			compiled.telling = slices.ContainsFunc(compiled.slots, func(slot int) bool {
				return slot == slotTime || slot == slotZone || slot == logdoc.FieldCode
			})
			switch l.Kind {
			case lang.LineBare:
				f.bare = append(f.bare, compiled)
			case lang.LineHeader:
				f.headers = append(f.headers, compiled)
			default:
				f.records = append(f.records, compiled)
			}
		}
	}
	for _, in := range src.Inner {
		compiled := c.line(lang.Line{Pos: in.Pos, Template: &in.Template})
		if compiled == nil {
			continue
		}
		one := inner{guardSlot: -1, line: compiled}
		if in.Guard != nil {
			slot, ok := f.slot(in.Guard.Name.Value)
			if !ok {
				c.problem(in.Guard.Name.Pos, len(in.Guard.Name.Value), fmt.Sprintf("format %s has no field %q", f.Name, in.Guard.Name.Value), didYouMean(in.Guard.Name.Value, f.fields))
				continue
			}
			one.guardSlot, one.guardValue = slot, in.Guard.Value.Value
		}
		f.inner = append(f.inner, one)
	}
	for _, l := range f.records {
		if l.re != nil {
			l.blind = template.BlindExpression(l.re.String())
			continue
		}
		l.blind = l.tmpl.Blind() && !slices.ContainsFunc(f.inner, func(in inner) bool { return !in.blind() })
	}
	if src.Stamped != (lang.Pos{}) {
		f.last = true
		f.fields[logdoc.FieldMessage] = "message"
		f.records = append(f.records, &line{format: f, stamped: true})
	}
	if len(f.records)+len(f.bare) == 0 && len(c.problems) == 0 {
		c.problem(src.Pos, len("format"), fmt.Sprintf("format %s has no line", f.Name), "say how a record starts: line | {time:2006-01-02 15:04:05} {message}")
	}
	return f, c.problems
}

func didYouMean(word string, candidates []string) string {
	if s := lang.Suggest(word, candidates); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

func (f *Format) slot(name string) (int, bool) {
	for i, n := range f.fields {
		if n == name && n != "" {
			return i, true
		}
	}
	return 0, false
}

// assign returns the slot for a hole, and makes one for a name that is new.
func (c *compiler) assign(name string, isTime bool) (int, error) {
	switch name {
	case "":
		return slotSkip, nil
	case "severity":
		return slotSeverity, nil
	case "pri":
		return slotPriority, nil
	case "zone":
		return slotZone, nil
	case "time":
		if isTime {
			return slotTime, nil
		}
	}
	f := c.f
	for i, standard := range logdoc.StandardFields {
		if standard == name {
			f.fields[i] = name
			return i, nil
		}
	}
	if slot, ok := f.slot(name); ok {
		return slot, nil
	}
	if len(f.fields) == logdoc.MaxFields {
		return 0, fmt.Errorf("format %s names more than %d fields", f.Name, logdoc.MaxFields)
	}
	f.fields = append(f.fields, name)
	return len(f.fields) - 1, nil
}

func (c *compiler) line(src lang.Line) *line {
	l := &line{format: c.f, kind: src.Kind}
	if src.Regexp != nil {
		return c.regexpLine(l, src.Regexp)
	}
	text := src.Template
	if len(text.Lines) != 1 {
		c.problem(text.Pos, 1, "a template is one line", "give each template its own line statement")
		return nil
	}
	tmpl, err := template.Compile(text.Lines[0], c.choices)
	if err != nil {
		var e *template.Error
		errors.As(err, &e)
		pos := text.Pos
		pos.Col += e.Col - 1
		c.problem(pos, 1, e.Message, e.Advice)
		return nil
	}
	l.tmpl = tmpl
	for _, h := range tmpl.Holes {
		slot, err := c.assign(h.Name, h.Kind == template.Time)
		if err != nil {
			c.problem(text.Pos, len(text.Lines[0]), err.Error(), "leave out what no rule needs: {} skips")
			return nil
		}
		l.slots = append(l.slots, slot)
	}
	l.setUp()
	return l
}

// regexpLine compiles `line /…/`; a group time_LAYOUT cannot be written in a group's name, so a group "time" takes ISO 8601.
func (c *compiler) regexpLine(l *line, src *lang.Name) *line {
	re, err := regexp.Compile(`^(?:` + src.Value + `)$`)
	if err != nil {
		c.problem(src.Pos, len(src.Value)+2, "the regular expression does not compile: "+err.Error(), "RE2 syntax is meant: no look-ahead, no back-references")
		return nil
	}
	l.re, l.first = re, firstBytes(re.String())
	l.layout, _ = template.NewLayout("2006-01-02 15:04:05")
	for _, name := range re.SubexpNames() {
		slot, err := c.assign(name, true)
		if err != nil {
			c.problem(src.Pos, len(src.Value)+2, err.Error(), "name fewer groups")
			return nil
		}
		l.slots = append(l.slots, slot)
	}
	return l
}

// severityOf looks a word up.
func (f *Format) severityOf(word []byte) (logdoc.Severity, bool) {
	for i := range f.words {
		if f.words[i].word == string(word) {
			return f.words[i].severity, true
		}
	}
	return logdoc.Unrated, false
}
