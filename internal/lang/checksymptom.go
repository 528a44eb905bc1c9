package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// symptomChecker knows the names of one symptom.
type symptomChecker struct {
	*checker
	symptom               *Symptom
	events, facts, values []string
}

func (c *checker) symptom(s *Symptom) {
	c.title(s.Pos, "symptom", s.Name, s.Title)
	c.productName(s.Name)
	sc := &symptomChecker{checker: c, symptom: s}
	sc.names()
	sc.completeness()
	sc.severities()
	for _, v := range s.Verdicts {
		sc.cond(v.When)
	}
	if s.Clears != nil {
		sc.cond(s.Clears)
	}
	for _, r := range s.By {
		sc.expr(r)
	}
	for i, v := range s.Values {
		sc.value(i, v)
	}
	if len(s.Steps) > 0 {
		sc.steps()
	}
	sc.examples()
}

func (c *symptomChecker) names() {
	s := c.symptom
	taken := c.unique("name")
	for _, e := range s.Events {
		taken(e.Name)
		c.event(e)
		c.events = append(c.events, e.Name.Value)
	}
	for _, f := range s.Facts {
		taken(f.Name)
		c.facts = append(c.facts, f.Name.Value)
		if f.Template != nil {
			c.template(f.Template)
		}
	}
	for _, v := range s.Values {
		taken(v.Name)
		c.values = append(c.values, v.Name.Value)
	}
	explained := c.unique("symptom")
	for _, e := range s.Explains {
		explained(e)
		if e.Value == s.Name.Value {
			c.name(e, "a symptom cannot explain itself", "name another symptom")
		}
	}
}

// completeness reports what every symptom must have.
func (c *symptomChecker) completeness() {
	s := c.symptom
	missing := func(is bool, what, advice string) {
		if is {
			c.name(s.Name, fmt.Sprintf("symptom %s has no %s", s.Name.Value, what), advice)
		}
	}
	missing(s.Severity.Value == "", "severity", "write severity "+strings.Join(logdoc.SeverityWords()[:3], ", ")+" or milder")
	missing(len(s.Events)+len(s.Facts) == 0, "event and no fact", "write event NAME in FORMAT where …")
	missing(len(s.Verdicts) == 0, "verdict", "write certain, likely or possible, when and a condition")
	missing(s.Cause == nil || empty(*s.Cause), "cause", "write cause and, behind |, what is behind it")
	missing(s.Impact == nil || empty(*s.Impact), "impact", "write impact and, behind |, what no longer works")
	missing(len(s.Steps) == 0, "steps", `write look NAME "what to do" and run | the command`)
}

func empty(t Text) bool { return strings.TrimSpace(strings.Join(t.Lines, "")) == "" }

func (c *symptomChecker) severities() {
	s := c.symptom
	if s.Severity.Value != "" {
		c.severityWord(s.Severity)
	}
	for _, r := range s.SeverityWhen {
		c.severityWord(r.Severity)
		c.cond(r.When)
	}
}

func (c *symptomChecker) value(i int, v *ValueClause) {
	c.expr(v.Expr)
	refsOf(v.Expr, func(r *Ref) {
		if r.Owner == "" && slices.Index(c.values, r.Field) >= i {
			c.at(r.Pos, len(r.Field), fmt.Sprintf("%s is not worked out yet here", r.Field), "a value can use those above it")
		}
	})
}

func refsOf(e Expr, visit func(*Ref)) {
	switch e := e.(type) {
	case *Ref:
		visit(e)
	case *Binary:
		refsOf(e.Left, visit)
		refsOf(e.Right, visit)
	case *Call:
		for _, a := range e.Args {
			refsOf(a, visit)
		}
	}
}

// steps checks the runbook: its names, where its answers lead, and that every step is reached.
func (c *symptomChecker) steps() {
	steps := c.symptom.Steps
	index := map[string]int{}
	var names []string
	taken := c.unique("step")
	for i, s := range steps {
		taken(s.Name)
		if s.Name.Value == "done" {
			c.name(s.Name, `"done" ends a runbook and cannot name a step`, "take another name")
			continue
		}
		if s.Title.Value == "" {
			c.name(s.Name, fmt.Sprintf("step %s has no title", s.Name.Value), `write what it does in "…" behind the name`)
		}
		if _, ok := index[s.Name.Value]; !ok {
			index[s.Name.Value] = i
			names = append(names, s.Name.Value)
		}
		for _, r := range s.Show {
			c.expr(r)
		}
	}
	for _, s := range steps {
		if s.Ask != nil && len(s.Answers) == 0 {
			c.str(*s.Ask, "this question has no answers", `write "answer" -> step below it`)
		}
		for _, a := range s.Answers {
			if _, ok := index[a.Target.Value]; !ok && a.Target.Value != "done" {
				c.name(a.Target, fmt.Sprintf("there is no step %q", a.Target.Value), didYouMean(a.Target.Value, append(names[:len(names):len(names)], "done")))
			}
		}
	}
	reached := map[int]bool{}
	queue := []int{0}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if i >= len(steps) || reached[i] {
			continue
		}
		reached[i] = true
		if steps[i].Ask == nil {
			queue = append(queue, i+1)
		}
		for _, a := range steps[i].Answers {
			if target, ok := index[a.Target.Value]; ok {
				queue = append(queue, target)
			}
		}
	}
	for i, s := range steps {
		if !reached[i] && index[s.Name.Value] == i && s.Name.Value != "done" {
			c.name(s.Name, fmt.Sprintf("nobody reaches step %s", s.Name.Value), "name it in an answer of an earlier step")
		}
	}
}

func (c *symptomChecker) examples() {
	fires, silent := false, false
	for _, e := range c.symptom.Examples {
		c.example(e)
		fires = fires || e.Certainty != logdoc.NotFound
		silent = silent || e.Certainty == logdoc.NotFound
	}
	s := c.symptom
	if !fires {
		c.name(s.Name, fmt.Sprintf("symptom %s has no example that fires", s.Name.Value), `write example "…" { … expect certain }`)
	}
	if !silent {
		c.name(s.Name, fmt.Sprintf("symptom %s has no example that stays silent", s.Name.Value), `write example "…" { … expect nothing }`)
	}
}

func (c *symptomChecker) example(e *Example) {
	const word = len("example")
	if strings.TrimSpace(e.Title.Value) == "" {
		c.at(e.Pos, word, "the example has no title", `say in "…" where its lines come from`)
	}
	if e.ExpectPos == (Pos{}) {
		c.at(e.Pos, word, "the example expects neither a verdict nor nothing", "write expect certain, likely, possible or nothing")
	}
	if len(e.Inputs) == 0 {
		c.at(e.Pos, word, "the example has no input", "write FORMAT | and a record")
	}
	if e.Now != (Name{}) {
		if _, err := time.Parse(time.RFC3339, e.Now.Value); err != nil {
			c.str(e.Now, fmt.Sprintf("%q is no time", e.Now.Value), `write it like "2020-01-01T00:00:00Z"`)
		}
	}
	if e.Certainty == logdoc.NotFound && len(e.Expect) > 0 && e.ExpectPos != (Pos{}) {
		c.name(e.Expect[0].Name, "nothing more can be expected of nothing", "remove it")
	}
	taken := c.unique("expectation")
	for _, a := range e.Expect {
		taken(a.Name)
		switch a.Name.Value {
		case "severity":
			c.severityWord(a.Value)
		case "state":
			states := []string{logdoc.Active.String(), logdoc.Cleared.String(), logdoc.Stale.String()}
			if !slices.Contains(states, a.Value.Value) {
				c.name(a.Value, fmt.Sprintf("unknown state %q", a.Value.Value), didYouMean(a.Value.Value, states))
			}
		}
	}
}
