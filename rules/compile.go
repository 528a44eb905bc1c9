package rules

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Schema says which formats there are and which fields they give. Index -1 stands for lines of no known format.
type Schema interface {
	// Names lists the formats by index.
	Names() []string
	// Index returns the index of a format.
	Index(name string) (int, bool)
	// Slot returns the slot of a field in a format's events.
	Slot(format int, field string) (int, bool)
	// Fields lists the fields of a format.
	Fields(format int) []string
	// Product names the product whose logs have the format; empty when the format is of none in particular.
	Product(format int) string
}

// plain is the schema's index of lines that no format accepts, which packs call plainName.
const (
	plain     = -1
	plainName = "plain"
)

// DefaultStaleAfter is how old the last evidence may be against the capture before a finding is stale.
const DefaultStaleAfter = 24 * time.Hour

// Set is compiled symptoms and expected declarations. It is safe for use by many goroutines.
type Set struct {
	symptoms []*symptom
	expected []*expected
	patterns []*pattern
	schema   Schema
	byFormat []formatIndex // by format index + 1, see index
	texts    texts
	terms    termIndex  // of all formats
	names    []string   // of formats
	products []string   // by format
	hasHost  []bool     // by format
	files    []fileGlob // that facts are read from
}

type symptom struct {
	src      *lang.Symptom
	name     string
	pack     string
	severity logdoc.Severity
	events   []*pattern
	facts    []*fact
	// layouts are of captures that are times, by name.
	layouts func() map[string]*template.Layout
	// needs are what the verdicts rest on, in their order, one for each way in which they can hold.
	needs []need
	// keys are, by event, the field for each part of its key, see keyFields.
	keys func() [][]string
	// least is how many matches of a key must be kept so that the symptom's own counts can be reached.
	least int
}

type expected struct {
	src    *lang.Expected
	name   string
	events []*pattern
}

// pattern is one event clause, with one predicate for each format.
type pattern struct {
	id       int
	symptom  int // -1 for an expected one
	expected int // -1 for a symptom's
	event    int
	name     string
	label    string
	formats  []int // indexes, with plain for `in any`
	any      bool
	// test compiles the condition for one of the formats.
	test func(format int) test
	term *termTest // what is the same for all formats, if it is a term
	// captured tells what the pattern captures.
	captured func() *captures
	bad      bool // it is evidence
	tells    bool // it tells the state of an expected declaration
	yields   bool // what else knows the record takes it away
}

// Source is one .logdoc declaration file's content with where it comes from.
type Source struct {
	Pack string
	File *lang.File
	// Sound means that it is known to compile without a problem: then much of that waits until it is needed.
	Sound bool
}

// Compile compiles the symptoms of all sources against the schema. A later symptom with the name of an earlier one replaces it, which overridden names. What has a
// mistake is left out and told.
func Compile(schema Schema, sources []Source) (set *Set, overridden []string, problems lang.Problems) {
	set = &Set{schema: schema, names: schema.Names()}
	for i := range set.names {
		set.products = append(set.products, schema.Product(i))
	}
	c := &compiler{schema: schema, set: set}
	index := map[string]int{}
	seen := map[string]int{}
	for _, from := range c.sources(sources) {
		c.problems = append(c.problems, from.problems...)
		for _, s := range from.symptoms {
			if i, ok := index[s.name]; ok {
				overridden = append(overridden, s.name)
				set.symptoms[i] = s
				continue
			}
			index[s.name] = len(set.symptoms)
			set.symptoms = append(set.symptoms, s)
		}
		for _, e := range from.expected {
			if i, ok := seen[e.name]; ok {
				overridden = append(overridden, e.name)
				set.expected[i] = e
				continue
			}
			seen[e.name] = len(set.expected)
			set.expected = append(set.expected, e)
		}
	}
	for i, s := range set.symptoms {
		for _, name := range s.src.Explains {
			if _, ok := index[name.Value]; !ok {
				c.warn(name.Pos, len(name.Value), fmt.Sprintf("no symptom is called %q", name.Value), didYouMean(name.Value, set.SymptomNames()))
			}
		}
		for _, p := range s.events {
			p.symptom, p.expected = i, -1
			set.add(p)
		}
	}
	for i, e := range set.expected {
		for _, p := range e.events {
			p.symptom, p.expected = -1, i
			set.add(p)
		}
	}
	set.arrange()
	set.files = fileGlobs(set.symptoms)
	return set, overridden, c.problems
}

// compiledSource is what a source's declarations come to.
type compiledSource struct {
	symptoms []*symptom
	expected []*expected
	problems lang.Problems
}

// sources compiles the declarations of all sources, several side by side: every run starts with it.
func (c *compiler) sources(sources []Source) []compiledSource {
	out := make([]compiledSource, len(sources))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		group.Go(func() {
			own := &compiler{schema: c.schema, set: c.set}
			for i := next.Add(1) - 1; i < int64(len(sources)); i = next.Add(1) - 1 {
				out[i] = own.source(&sources[i])
			}
		})
	}
	group.Wait()
	return out
}

func (c *compiler) source(src *Source) (out compiledSource) {
	c.sound = src.Sound
	for _, s := range src.File.Symptoms {
		if compiled := c.symptom(src.Pack, s); compiled != nil {
			out.symptoms = append(out.symptoms, compiled)
		}
	}
	for _, e := range src.File.Expected {
		if compiled := c.expected(e); compiled != nil {
			out.expected = append(out.expected, compiled)
		}
	}
	out.problems, c.problems = c.problems, nil
	return out
}

func (s *Set) add(p *pattern) {
	p.id = len(s.patterns)
	s.patterns = append(s.patterns, p)
}

// SymptomNames lists the symptoms' names in their order.
func (s *Set) SymptomNames() []string {
	names := make([]string, len(s.symptoms))
	for i, sym := range s.symptoms {
		names[i] = sym.name
	}
	return names
}

// EventNames lists the names of each symptom's events: those that a logdoc.Match's indexes stand for, which outlive the indexes.
func (s *Set) EventNames() [][]string {
	names := make([][]string, len(s.symptoms))
	for i, sym := range s.symptoms {
		for _, p := range sym.events {
			names[i] = append(names[i], p.name)
		}
	}
	return names
}

// Info is what a listing shows of a symptom.
type Info struct {
	Name, Title, Product, Pack string
	Severity                   logdoc.Severity
	Events, Facts, Examples    int
}

// Symptoms describes the symptoms in their order.
func (s *Set) Symptoms() []Info {
	infos := make([]Info, len(s.symptoms))
	for i, sym := range s.symptoms {
		infos[i] = Info{sym.name, sym.src.Title.Value, sym.src.Product.Value, sym.pack, sym.severity, len(sym.events), len(sym.facts), len(sym.src.Examples)}
	}
	return infos
}

// Filter returns the set with only the symptoms that keep accepts, by name and product.
func Filter(sources []Source, keep func(name, product string) bool) []Source {
	out := make([]Source, len(sources))
	for i, src := range sources {
		file := *src.File
		file.Symptoms = slices.DeleteFunc(slices.Clone(file.Symptoms), func(s *lang.Symptom) bool { return !keep(s.Name.Value, s.Product.Value) })
		out[i] = Source{src.Pack, &file, src.Sound}
	}
	return out
}

type compiler struct {
	schema   Schema
	set      *Set
	problems lang.Problems
	every    *everyFormat
	sound    bool // see Source
}

func (c *compiler) problem(pos lang.Pos, width int, message, advice string) {
	c.problems = append(c.problems, lang.Problem{Pos: pos, Width: max(width, 1), Message: message, Advice: advice})
}

func (c *compiler) warn(pos lang.Pos, width int, message, advice string) {
	c.problems = append(c.problems, lang.Problem{Pos: pos, Width: max(width, 1), Warning: true, Message: message, Advice: advice})
}

func didYouMean(word string, candidates []string) string {
	if s := lang.Suggest(word, candidates); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

// symptom compiles one symptom, or returns nil when it has a mistake.
func (c *compiler) symptom(pack string, src *lang.Symptom) *symptom {
	before := len(c.problems.Errors())
	severity, err := logdoc.ParseSeverity(src.Severity.Value)
	if err != nil {
		c.problem(src.Severity.Pos, len(src.Severity.Value), err.Error(), didYouMean(src.Severity.Value, logdoc.SeverityWords()))
	}
	s := &symptom{src: src, name: src.Name.Value, pack: pack, severity: severity}
	wanted := sync.OnceValue(func() map[string][]string { return wantedFields(src) })
	for i, ev := range src.Events {
		if p := c.event(ev, func() []string { return wanted()[ev.Name.Value] }); p != nil {
			p.event, p.yields = i, src.Yields
			s.events = append(s.events, p)
		}
	}
	ofFacts := map[string]*template.Layout{}
	for _, f := range src.Facts {
		if compiled := c.fact(f, ofFacts); compiled != nil {
			s.facts = append(s.facts, compiled)
		}
	}
	if len(c.problems.Errors()) > before {
		return nil
	}
	s.keys = sync.OnceValue(s.keyFields)
	s.layouts = sync.OnceValue(func() map[string]*template.Layout {
		all := map[string]*template.Layout{}
		for _, p := range s.events {
			maps.Copy(all, p.captured().layouts)
		}
		maps.Copy(all, ofFacts)
		return all
	})
	if !c.sound {
		c.checkRefs(s)
	}
	walkVerdicts(src, func(c lang.Cond) {
		walkConds(c, func(c condition) {
			if n, ok := c.(countCond); ok {
				s.least = max(s.least, min(2*n.N, keptMatches))
			}
		})
	})
	for _, v := range src.Verdicts {
		for _, n := range conditionOf(v.When).rests(s) {
			n.certainty = v.Certainty
			s.needs = append(s.needs, n)
			for _, e := range n.events {
				s.events[e].bad = true
			}
		}
	}
	if len(c.problems.Errors()) > before {
		return nil
	}
	return s
}

func (c *compiler) expected(src *lang.Expected) *expected {
	before := len(c.problems.Errors())
	e := &expected{src: src, name: src.Name.Value}
	for i, ev := range src.Events {
		if p := c.event(ev, func() []string { return nil }); p != nil {
			p.event = i
			e.events = append(e.events, p)
		}
	}
	if len(c.problems.Errors()) > before {
		return nil
	}
	for _, p := range e.events {
		p.tells = e.state(p.event) != ""
	}
	return e
}

// wantedFields collects, by event, the fields that conditions, values and steps refer to.
func wantedFields(src *lang.Symptom) map[string][]string {
	wanted := map[string][]string{}
	walkRefs(src, func(r *lang.Ref) {
		if r.Field != "" && !slices.Contains(wanted[r.Owner], r.Field) {
			wanted[r.Owner] = append(wanted[r.Owner], r.Field)
		}
	})
	return wanted
}

// walkVerdicts visits every condition in a symptom that stands by itself: of verdicts, of severities, and of what clears it.
func walkVerdicts(src *lang.Symptom, visit func(lang.Cond)) {
	for _, v := range src.Verdicts {
		visit(v.When)
	}
	for _, v := range src.SeverityWhen {
		visit(v.When)
	}
	if src.Clears != nil {
		visit(src.Clears)
	}
}

// walkRefs visits every reference in a symptom.
func walkRefs(src *lang.Symptom, visit func(*lang.Ref)) {
	walkVerdicts(src, func(c lang.Cond) { walkCond(c, visit) })
	for _, v := range src.Values {
		walkExpr(v.Expr, visit)
	}
	for _, r := range src.By {
		visit(r)
	}
	for _, st := range src.Steps {
		for _, r := range st.Show {
			visit(r)
		}
	}
}

func walkExpr(e lang.Expr, visit func(*lang.Ref)) {
	switch e := e.(type) {
	case *lang.Ref:
		visit(e)
	case *lang.Binary:
		walkExpr(e.Left, visit)
		walkExpr(e.Right, visit)
	case *lang.Call:
		for _, a := range e.Args {
			walkExpr(a, visit)
		}
	}
}

func (s *symptom) eventIndex(name string) int {
	return slices.IndexFunc(s.events, func(p *pattern) bool { return p.name == name })
}

func (s *symptom) factIndex(name string) int {
	return slices.IndexFunc(s.facts, func(f *fact) bool { return f.src.Name.Value == name })
}

// checkRefs reports references to captures that their event or fact does not have.
func (c *compiler) checkRefs(s *symptom) {
	walkRefs(s.src, func(r *lang.Ref) {
		if r.Owner == "" {
			if !s.hasBare(r.Field) {
				c.problem(r.Pos, len(r.Field), fmt.Sprintf("no event, fact or value gives %q", r.Field), didYouMean(r.Field, s.bareNames()))
			}
			return
		}
		if r.Field == "" {
			return
		}
		if i := s.factIndex(r.Owner); i >= 0 {
			if names := s.facts[i].fields(); !slices.Contains(names, r.Field) {
				c.problem(r.Pos, len(r.Owner)+1+len(r.Field), fmt.Sprintf("fact %s has no %q", r.Owner, r.Field), didYouMean(r.Field, names))
			}
		}
		if i := s.eventIndex(r.Owner); i >= 0 {
			if names := s.events[i].captureNames(); !slices.Contains(names, r.Field) {
				c.problem(r.Pos, len(r.Owner)+1+len(r.Field), fmt.Sprintf("event %s captures no %q", r.Owner, r.Field), didYouMean(r.Field, names))
			}
		}
	})
}

func (p *pattern) captureNames() []string {
	c := p.captured()
	return slices.Concat(c.holes, c.fields)
}

func (s *symptom) bareNames() []string {
	var names []string
	for _, v := range s.src.Values {
		names = append(names, v.Name.Value)
	}
	for _, p := range s.events {
		names = append(names, p.name)
		names = append(names, p.captureNames()...)
	}
	for _, f := range s.facts {
		names = append(names, f.fields()...)
	}
	return names
}

func (s *symptom) hasBare(name string) bool { return slices.Contains(s.bareNames(), name) }
