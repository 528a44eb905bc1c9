package cre

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"logdoc"
	"logdoc/internal/lang"
)

// File is what a YAML file holds.
type File struct {
	// Symptoms are the rules that can be run, in their order. Refused counts those that cannot.
	Symptoms []*lang.Symptom
	Refused  int
	// Rules tells whether the file is one of rules at all: other YAML lies beside them.
	Rules bool
}

// Read reads the rules of a file. A rule that cannot be run is left out, and the problems say where it stands and why.
func Read(name string, src []byte) (*File, lang.Problems) {
	r := &reader{file: name}
	f := &File{}
	var rules []*node
	for _, doc := range r.documents(src) {
		if len(doc.Content) == 0 {
			continue
		}
		top := r.follow(doc.Content[0], 1)
		if top == nil || top.Kind != mapping {
			continue // YAML of another kind
		}
		pairs, ok := r.pairs(top, "the file")
		if !ok {
			continue
		}
		var unknown []pair
		for _, p := range pairs {
			switch p.key {
			case "rules":
				f.Rules = true
				rules = append(rules, r.list(p.value)...)
			case "terms":
				f.Rules = true
				r.readTerms(p.value)
			case "version", "section", "id", "name", "description":
			default:
				unknown = append(unknown, p)
			}
		}
		for _, p := range unknown {
			if f.Rules {
				r.at(p.at, len(p.key), fmt.Sprintf("%s means nothing here", quote(p.key)), suggest(p.key, "rules", "terms", "version"))
			}
		}
	}
	for _, part := range r.inParallel(rules) {
		f.Symptoms = append(f.Symptoms, part.symptoms...)
		f.Refused += part.refused
		for _, p := range part.problems {
			r.add(p)
		}
	}
	if f.Rules && len(rules) == 0 && len(r.terms) == 0 && len(r.problems) == 0 {
		r.warn(lang.Pos{Line: 1, Col: 1}, 1, "there is no rule in this file", "")
	}
	return f, r.problems
}

// fewRules is how many rules are read by one goroutine before another one is worth its while.
const fewRules = 64

// inParallel reads the rules, many of them in several parts at a time, and returns the parts in the order of the file.
func (r *reader) inParallel(rules []*node) []*reader {
	n := max(1, min(runtime.GOMAXPROCS(0), len(rules)/fewRules))
	parts := make([]*reader, n)
	var reading sync.WaitGroup
	for i := range parts {
		parts[i] = &reader{file: r.file, terms: r.terms}
		mine := rules[i*len(rules)/n : (i+1)*len(rules)/n]
		reading.Go(func() {
			for _, n := range mine {
				parts[i].readRule(n)
			}
		})
	}
	reading.Wait()
	return parts
}

// readRule reads one rule and keeps it if it can be run.
func (r *reader) readRule(n *node) {
	before := len(r.problems.Errors())
	if s := r.rule(n); s != nil && len(r.problems.Errors()) == before {
		r.symptoms = append(r.symptoms, s)
	} else {
		r.refused++
	}
}

// reader reads one file, or a part of its rules.
type reader struct {
	file     string
	problems lang.Problems
	nodes    int
	bounded  bool // that a bound was reached is told
	terms    map[string]*node
	// builder is of the rule that is read now.
	builder  *builder
	symptoms []*lang.Symptom
	refused  int
}

func (r *reader) at(pos lang.Pos, width int, message, advice string) {
	r.add(lang.Problem{Pos: pos, Width: max(width, 1), Message: message, Advice: advice})
}

func (r *reader) warn(pos lang.Pos, width int, message, advice string) {
	r.add(lang.Problem{Pos: pos, Width: max(width, 1), Warning: true, Message: message, Advice: advice})
}

func (r *reader) add(p lang.Problem) {
	p.Pos.File = r.file
	p.Message, p.Advice = clean(p.Message), clean(p.Advice)
	// The bound keeps the list short, and an error that stands for all.
	if len(r.problems) < maxProblems || !p.Warning && len(r.problems.Errors()) == 0 {
		r.problems = append(r.problems, p)
		return
	}
	if len(r.problems) == maxProblems && !p.Warning {
		p.Message, p.Advice = "there is more than this that cannot be used", "correct the above first"
		r.problems = append(r.problems, p)
	}
	if !p.Warning && r.builder != nil {
		r.builder.refused = true
	}
}

func (r *reader) once(pos lang.Pos, message, advice string) {
	if !r.bounded {
		r.bounded = true
		r.at(pos, 1, message, advice)
	}
}

func suggest(word string, candidates ...string) string {
	if s := lang.Suggest(word, candidates); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

func (r *reader) readTerms(n *node) {
	pairs, ok := r.pairs(n, "terms")
	if !ok {
		return
	}
	if r.terms == nil {
		r.terms = map[string]*node{}
	}
	for _, p := range pairs {
		r.terms[p.key] = p.value
	}
}

var (
	creKeys = []string{"id", "severity", "title", "category", "tags", "author", "description", "impact", "impactScore", "cause", "mitigation", "mitigationScore", "references",
		"applications", "reports", "version", "pillar"}
	metadataKeys    = []string{"id", "hash", "gen", "generation", "kind", "version", "name"}
	applicationKeys = []string{"name", "version", "processName", "processPath", "containerName", "imageUrl", "repoUrl"}
)

// severities are those of a CRE, 0 the worst, and what the catalogue calls them.
var severities = [...]struct {
	logdoc.Severity
	word string
}{{logdoc.Critical, "critical"}, {logdoc.Error, "high"}, {logdoc.Warning, "medium"}, {logdoc.Notice, "low"}, {logdoc.Info, "info"}}

// severity reads a severity as a number or a word. Another one keeps no rule from being run.
func (r *reader) severity(n *node) lang.Name {
	said := strings.ToLower(strings.TrimSpace(r.told(n, "the severity")))
	for i, s := range severities {
		if said == strconv.Itoa(i) || said == s.word {
			return lang.Name{Pos: r.pos(n.Node), Value: s.String()}
		}
	}
	if n.Kind == scalar && said != "" {
		r.warn(r.pos(n.Node), len(n.Value), fmt.Sprintf("the severity is no whole number from 0 to %d: the rule counts as a warning", len(severities)-1), "")
	}
	return lang.Name{Pos: r.pos(n.Node), Value: logdoc.Warning.String()}
}

// rule reads one rule, or returns nil when it cannot be run.
func (r *reader) rule(n *node) *lang.Symptom {
	pairs, ok := r.pairs(n, "a rule")
	if !ok {
		return nil
	}
	s := &lang.Symptom{Pos: r.pos(n.Node)}
	s.Severity = lang.Name{Pos: s.Pos, Value: logdoc.Warning.String()}
	r.builder = &builder{symptom: s, events: map[eventKey]string{}}
	defer func() { r.builder = nil }()
	var condition *node
	var id lang.Name
	for _, p := range pairs {
		switch p.key {
		case "cre":
			r.cre(p.value, s)
		case "metadata":
			id = r.metadata(p.value)
		case "rule":
			condition = p.value
		default:
			r.at(p.at, len(p.key), fmt.Sprintf("%s means nothing in a rule", quote(p.key)), suggest(p.key, "cre", "metadata", "rule"))
		}
	}
	if s.Name.Value == "" {
		s.Name = id
	}
	if s.Name.Value == "" {
		r.at(s.Pos, 1, "the rule has no id", "write cre: id: and a name of your own")
	}
	if s.Title.Value == "" {
		s.Title = s.Name
	}
	if s.Product.Value == "" {
		s.Product = lang.Name{Pos: s.Pos, Value: "Common Reliability Enumerations"}
	}
	if condition == nil {
		r.at(s.Pos, 1, "the rule has no rule: part", "write rule: with a set or a sequence")
		return nil
	}
	when := r.root(condition)
	if when == nil || r.builder.refused {
		return nil
	}
	s.Verdicts = []*lang.Verdict{{Pos: when.Pos, Certainty: logdoc.Certain, When: when}}
	return s
}

// metadata returns the id that stands in for one of the CRE.
func (r *reader) metadata(n *node) lang.Name {
	var id lang.Name
	pairs, _ := r.pairs(n, "metadata")
	for _, p := range pairs {
		if p.key == "id" {
			id = lang.Name{Pos: r.pos(p.value.Node), Value: oneLine(r.text(p.value, "the id"))}
		}
		if !slices.Contains(metadataKeys, p.key) {
			r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used", quote(p.key)), suggest(p.key, metadataKeys...))
		}
	}
	return id
}

// cre reads what the rule says of the problem.
func (r *reader) cre(n *node, s *lang.Symptom) {
	pairs, _ := r.pairs(n, "cre")
	var description, cause string
	for _, p := range pairs {
		name := func() lang.Name {
			return lang.Name{Pos: r.pos(p.value.Node), Value: oneLine(r.text(p.value, p.key))}
		}
		switch p.key {
		case "id":
			s.Name = name()
		case "title":
			s.Title = lang.Name{Pos: r.pos(p.value.Node), Value: oneLine(r.told(p.value, p.key))}
		case "severity":
			s.Severity = r.severity(p.value)
		case "description":
			description = r.prose(p.value, p.key)
		case "cause":
			cause = r.prose(p.value, p.key)
		case "impact":
			s.Impact = text(r.pos(p.value.Node), r.prose(p.value, p.key))
		case "mitigation":
			s.Steps = steps(r.pos(p.value.Node), r.prose(p.value, p.key))
		case "references":
			for _, v := range r.list(p.value) {
				if see := oneLine(r.told(v, "a reference")); see != "" {
					s.See = append(s.See, lang.Name{Pos: r.pos(v.Node), Value: see})
				}
			}
		case "applications":
			r.applications(p.value, s)
		default:
			if !slices.Contains(creKeys, p.key) {
				r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used", quote(p.key)), suggest(p.key, creKeys...))
			}
		}
	}
	s.Cause = text(s.Pos, strings.TrimSpace(description+"\n\n"+cause))
}

// applications takes the first application's name for the product.
func (r *reader) applications(n *node, s *lang.Symptom) {
	for _, app := range r.list(n) {
		if app.Kind != mapping {
			if s.Product.Value == "" {
				s.Product = lang.Name{Pos: r.pos(app.Node), Value: oneLine(r.told(app, "an application"))}
			}
			continue
		}
		pairs, ok := r.pairs(app, "an application")
		if !ok {
			return
		}
		for _, p := range pairs {
			if p.key == "name" && s.Product.Value == "" {
				s.Product = lang.Name{Pos: r.pos(p.value.Node), Value: oneLine(r.told(p.value, "the name"))}
			}
			if !slices.Contains(applicationKeys, p.key) {
				r.warn(p.at, len(p.key), fmt.Sprintf("%s is not used", quote(p.key)), suggest(p.key, applicationKeys...))
			}
		}
	}
}

// prose reads a text, or a list of texts as a Markdown list.
func (r *reader) prose(n *node, what string) string {
	values := r.list(n)
	if len(values) == 1 && values[0] == n {
		return clean(strings.TrimSpace(r.told(n, what)))
	}
	var b strings.Builder
	for _, v := range values {
		item := strings.ReplaceAll(strings.TrimSpace(r.told(v, what)), "\n", "\n  ")
		fmt.Fprintf(&b, "- %s\n", clean(item))
	}
	return strings.TrimSpace(b.String())
}

// maxName bounds what stands in one line.
const maxName = 400

func oneLine(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "") + "…"
	}
	return s
}

// maxProse bounds the lines of a text.
const maxProse = 400

func text(pos lang.Pos, s string) *lang.Text {
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	return &lang.Text{Pos: pos, Lines: lines[:min(len(lines), maxProse)]}
}
