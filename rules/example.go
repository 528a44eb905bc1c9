package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Parse reads a small text as a log of one format and hands its records to emit. It is how rules sees records without knowing the grammar.
type Parse func(format string, text []byte, modTime time.Time, emit func(*logdoc.Event))

// exampleTime is what year-less stamps of examples are read with, so that checking does not depend on the day.
var exampleTime = time.Date(2012, 3, 10, 0, 0, 0, 0, time.UTC)

// CheckExamples runs the examples of every symptom and the samples of every expected declaration, and reports what does not come out as the file says.
func (s *Set) CheckExamples(parse Parse) lang.Problems {
	var problems lang.Problems
	for i, sym := range s.symptoms {
		if len(sym.src.Examples) == 0 {
			continue // a symptom of another rule language, whose tests are not written in it
		}
		exercised := make([]bool, len(sym.events))
		for _, ex := range sym.src.Examples {
			problems = append(problems, s.checkExample(i, ex, parse, exercised)...)
		}
		for e, p := range sym.events {
			if !exercised[e] {
				src := sym.src.Events[e]
				problems = append(problems, lang.Problem{Pos: src.Name.Pos, Width: len(p.name), Message: fmt.Sprintf("no example exercises event %s", p.name), Advice: "add a line that it accepts to an example"})
			}
		}
	}
	for i := range s.expected {
		problems = append(problems, s.checkExpected(i, parse)...)
	}
	return problems
}

// logs joins consecutive inputs of one format into one log.
func logs(inputs []lang.Input) (formats []string, texts []string) {
	for _, in := range inputs {
		if in.Format.Value == "" {
			continue
		}
		text := strings.Join(in.Text.Lines, "\n") + "\n"
		if n := len(formats); n > 0 && formats[n-1] == in.Format.Value {
			texts[n-1] += text
			continue
		}
		formats, texts = append(formats, in.Format.Value), append(texts, text)
	}
	return formats, texts
}

func (s *Set) checkExample(index int, ex *lang.Example, parse Parse, exercised []bool) lang.Problems {
	problem := func(pos lang.Pos, width int, message, advice string) lang.Problems {
		return lang.Problems{{Pos: pos, Width: max(width, 1), Message: message, Advice: advice}}
	}
	now := time.Time{}
	if ex.Now.Value != "" {
		t, err := time.Parse(time.RFC3339, ex.Now.Value)
		if err != nil {
			return problem(ex.Now.Pos, len(ex.Now.Value)+2, fmt.Sprintf("%q is no time", ex.Now.Value), `write "2020-01-01T00:00:00Z"`)
		}
		now = t
	}
	for _, in := range ex.Inputs {
		if in.Format.Value != "" && in.Format.Value != plainName && !slices.Contains(s.names, in.Format.Value) {
			return problem(in.Format.Pos, len(in.Format.Value), fmt.Sprintf("no format is called %q", in.Format.Value), didYouMean(in.Format.Value, s.names))
		}
	}
	c := s.readExample(ex, parse, func(m *logdoc.Match) {
		if m.Symptom == index {
			exercised[m.Event] = true
		}
	})
	got := logdoc.Finding{}
	if now.IsZero() && c.clock {
		now = time.Unix(0, c.end).UTC()
	}
	for _, g := range c.groups(index, now) {
		if f, ok := g.finding(); ok && f.Certainty > got.Certainty {
			got = f
		}
	}
	if got.Certainty != ex.Certainty {
		why := ""
		if len(got.Why) > 0 {
			why = got.Why[0]
		}
		return problem(ex.ExpectPos, len("expect"), fmt.Sprintf("the example gives %s, not %s", got.Certainty, ex.Certainty), why)
	}
	var ps lang.Problems
	for _, want := range ex.Expect {
		have, known := findingValue(&got, want.Name.Value)
		if !known || have != want.Value.Value {
			message := fmt.Sprintf("%s is %q", want.Name.Value, have)
			if !known {
				message = fmt.Sprintf("the finding has no value %q", want.Name.Value)
			}
			ps = append(ps, problem(want.Value.Pos, len(want.Value.Value), message, "correct the expectation or the symptom")...)
		}
	}
	return ps
}

// readExample reads an example's input and tells of every match.
func (s *Set) readExample(ex *lang.Example, parse Parse, matched func(*logdoc.Match)) *Correlator {
	c := s.NewCorrelator()
	sc := s.NewScanner()
	formats, texts := logs(ex.Inputs)
	for n, text := range texts {
		f := slices.Index(s.names, formats[n])
		c.SeeFormat(f)
		sc.Begin([]byte(text), 0, f, true)
		parse(formats[n], []byte(text), exampleTime, func(ev *logdoc.Event) {
			if ev.Clock {
				c.SeeTime(ev.Time)
			}
			sc.Accept(ev)
		})
		for _, m := range sc.Matches {
			m.Place.Source, m.Rank = logdoc.LogText(fmt.Sprintf("log %d, %s", n+1, formats[n])), n
			matched(&m)
			c.Add(m)
		}
	}
	for _, in := range ex.Inputs {
		if in.Path.Value != "" {
			c.facts.See(logdoc.LogText(in.Path.Value))
			c.facts.Read(logdoc.LogText(in.Path.Value), []byte(strings.Join(in.Text.Lines, "\n")))
		}
	}
	return c
}

// findingValue returns what an expectation can ask of a finding.
func findingValue(f *logdoc.Finding, name string) (string, bool) {
	switch name {
	case "severity":
		return f.Severity.String(), true
	case "state":
		return f.State.String(), true
	case "count":
		return fmt.Sprint(f.Count), true
	case "key":
		return string(f.Key), true
	}
	for _, v := range f.Values {
		if v.Name == name {
			return string(v.Text), true
		}
	}
	return "", false
}

func (s *Set) checkExpected(index int, parse Parse) lang.Problems {
	var ps lang.Problems
	e := s.expected[index]
	sc := s.NewScanner()
	exercised := make([]bool, len(e.events))
	for _, sample := range e.src.Samples {
		f := slices.Index(s.names, sample.Format.Value)
		if f < 0 {
			ps = append(ps, lang.Problem{Pos: sample.Format.Pos, Width: max(len(sample.Format.Value), 1), Message: fmt.Sprintf("no format is called %q", sample.Format.Value), Advice: didYouMean(sample.Format.Value, s.names)})
			continue
		}
		parse(sample.Format.Value, []byte(strings.Join(sample.Text.Lines, "\n")), exampleTime, func(ev *logdoc.Event) {
			accepted := false
			for k, p := range e.events {
				if t := s.index(ev.Format).own[p.id].test; t != nil && t.accept(sc, ev) {
					accepted, exercised[k] = true, true
				}
			}
			if !accepted {
				pos := sample.Text.Pos
				pos.Line += ev.Line - 1
				ps = append(ps, lang.Problem{Pos: pos, Width: max(len(ev.Head), 1), Message: fmt.Sprintf("no event of %s accepts this sample", e.name), Advice: "correct the event or the sample"})
			}
		})
	}
	for k, p := range e.events {
		if !exercised[k] {
			ps = append(ps, lang.Problem{Pos: e.src.Events[k].Name.Pos, Width: len(p.name), Message: fmt.Sprintf("no sample exercises event %s", p.name), Advice: "add a line that it accepts as a sample"})
		}
	}
	return ps
}
