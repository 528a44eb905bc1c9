package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Overlaid says what an overlay changed in a symptom.
type Overlaid struct {
	Symptom string
	// File is where the overlay stands, Because its reason.
	File, Because string
	// Was is the severity that the pack gives the symptom; Unrated when the overlay leaves it.
	Was logdoc.Severity
	// Changes say it in words, one for each statement: "severity error instead of critical".
	Changes []string
}

// Overlays are what the overlays of all packs changed.
type Overlays []Overlaid

// Overlay applies the overlays in the sources to the symptoms in them, wherever both stand, and returns the sources as they are then; the given ones stay as they are.
// Of two overlays of one symptom the later replaces the earlier, which overridden names. An overlay that does not fit its symptom is left out and told.
func Overlay(sources []Source) (changed []Source, applied Overlays, overridden []string, problems lang.Problems) {
	symptoms := map[string]*lang.Symptom{}
	var known []string
	for _, src := range sources {
		for _, s := range src.File.Symptoms {
			symptoms[s.Name.Value] = s
			known = append(known, s.Name.Value)
		}
	}
	overlays := map[string]*lang.Overlay{}
	for _, src := range sources {
		for _, o := range src.File.Overlays {
			name := o.Symptom.Value
			s := symptoms[name]
			if s == nil {
				problems = append(problems, unknownSymptom(o.Symptom, known))
				continue
			}
			_, changes, ps := overlaid(s, o)
			if len(ps) > 0 {
				problems = append(problems, ps...)
				continue
			}
			if overlays[name] != nil {
				overridden = append(overridden, "overlay "+name)
				applied = slices.DeleteFunc(applied, func(a Overlaid) bool { return a.Symptom == name })
			}
			overlays[name] = o
			a := Overlaid{Symptom: name, File: o.Pos.File, Because: o.Reason(), Changes: changes}
			if o.Severity.Value != "" {
				// A symptom whose severity is no severity does not compile.
				a.Was, _ = logdoc.ParseSeverity(s.Severity.Value)
			}
			applied = append(applied, a)
		}
	}
	for _, src := range sources {
		file := *src.File
		file.Symptoms = slices.Clone(file.Symptoms)
		for i, s := range file.Symptoms {
			if o := overlays[s.Name.Value]; o != nil {
				// One that a later pack replaces may be of another shape.
				if over, _, ps := overlaid(s, o); len(ps) == 0 {
					file.Symptoms[i] = over
				}
			}
		}
		changed = append(changed, Source{src.Pack, &file, src.Sound})
	}
	return changed, applied, overridden, problems
}

func unknownSymptom(name lang.Name, known []string) lang.Problem {
	p := lang.Problem{Pos: name.Pos, Width: max(len(name.Value), 1), Message: fmt.Sprintf("no symptom is called %q", name.Value), Advice: didYouMean(name.Value, known)}
	if p.Advice == "" {
		p.Advice = "logdoc list symptoms lists them"
	}
	return p
}

// overlaid returns the symptom as the overlay has it, and what changed.
func overlaid(s *lang.Symptom, o *lang.Overlay) (*lang.Symptom, []string, lang.Problems) {
	out := *s
	var changes []string
	var problems lang.Problems
	if o.Severity.Value != "" {
		changes = append(changes, fmt.Sprintf("severity %s instead of %s", o.Severity.Value, s.Severity.Value))
		out.Severity, out.SeverityWhen = o.Severity, nil
	}
	replaced := map[window]time.Duration{}
	for _, rule := range o.Windows {
		has := windows(s, rule.Verdict, rule.Word)
		from := rule.From
		if from == 0 && len(has) == 1 {
			from = has[0]
		}
		if !slices.Contains(has, from) {
			problems = append(problems, unfit(s, rule, has))
			continue
		}
		replaced[window{rule.Verdict, rule.Word, from}] = rule.To
		changes = append(changes, fmt.Sprintf("%s %s %s instead of %s", rule.Verdict, rule.Word, lang.FormatDuration(rule.To), lang.FormatDuration(from)))
	}
	out.Verdicts = slices.Clone(s.Verdicts)
	for i, v := range s.Verdicts {
		verdict := *v
		verdict.When = rewindow(v.When, v.Certainty.String(), replaced)
		out.Verdicts[i] = &verdict
	}
	if s.Clears != nil {
		out.Clears = rewindow(s.Clears, "clears", replaced)
	}
	if o.StaleAfter != nil {
		out.StaleAfter = o.StaleAfter
		text := "stale never"
		if *o.StaleAfter >= 0 {
			text = "stale after " + lang.FormatDuration(*o.StaleAfter)
		}
		changes = append(changes, text)
	}
	return &out, changes, problems
}

// window is a duration in a verdict, or in what clears: word is within, or for where it is a gap's.
type window struct {
	verdict, word string
	length        time.Duration
}

// windows lists the different windows of a verdict, shortest first.
func windows(s *lang.Symptom, verdict, word string) []time.Duration {
	var out []time.Duration
	collect := func(w window) {
		if w.word == word && !slices.Contains(out, w.length) {
			out = append(out, w.length)
		}
	}
	for _, v := range s.Verdicts {
		if v.Certainty.String() == verdict {
			eachWindow(v.When, verdict, collect)
		}
	}
	if verdict == "clears" && s.Clears != nil {
		eachWindow(s.Clears, verdict, collect)
	}
	slices.Sort(out)
	return out
}

// unfit says which windows there are in place of the one that a rule names.
func unfit(s *lang.Symptom, rule lang.WindowRule, has []time.Duration) lang.Problem {
	var known []string
	for _, d := range has {
		known = append(known, rule.Word+" "+lang.FormatDuration(d))
	}
	p := lang.Problem{Pos: rule.Pos, Width: len(rule.Verdict)}
	switch {
	case rule.From == 0 && len(has) > 1:
		p.Message = fmt.Sprintf("%s of %s has several windows: %s", rule.Verdict, s.Name.Value, strings.Join(known, ", "))
		p.Advice = fmt.Sprintf("say which: %s %s %s instead of %s", rule.Verdict, rule.Word, lang.FormatDuration(rule.To), lang.FormatDuration(has[0]))
	case len(has) > 0:
		p.Message = fmt.Sprintf("%s of %s has no window %s %s", rule.Verdict, s.Name.Value, rule.Word, lang.FormatDuration(rule.From))
		p.Advice = "it has " + strings.Join(known, ", ")
	default:
		p.Message = fmt.Sprintf("%s of %s has no %q", rule.Verdict, s.Name.Value, rule.Word)
		for _, verdict := range []string{"certain", "likely", "possible", "clears"} {
			for _, word := range []string{"within", "for"} {
				for _, d := range windows(s, verdict, word) {
					known = append(known, fmt.Sprintf("%s %s %s", verdict, word, lang.FormatDuration(d)))
				}
			}
		}
		p.Advice = "the symptom has no window at all"
		if len(known) > 0 {
			p.Advice = "there is " + strings.Join(known, ", ")
		}
	}
	return p
}

func eachWindow(c lang.Cond, verdict string, visit func(window)) {
	c.WithWindows(func(word string, d time.Duration) time.Duration {
		visit(window{verdict, word, d})
		return d
	})
}

func rewindow(c lang.Cond, verdict string, replaced map[window]time.Duration) lang.Cond {
	return c.WithWindows(func(word string, d time.Duration) time.Duration {
		if to, ok := replaced[window{verdict, word, d}]; ok {
			return to
		}
		return d
	})
}

// Tell adds to the findings of overlaid symptoms what was changed and why, so that nobody takes the site's word for the pack's.
func (os Overlays) Tell(findings []logdoc.Finding) {
	for i := range findings {
		f := &findings[i]
		os.Tell(f.Consequences)
		for _, o := range os {
			if o.Symptom == f.Symptom {
				f.Why = append(f.Why, "an overlay "+o.Words())
			}
		}
	}
}

// Words says what the overlay sets, and why.
func (o Overlaid) Words() string {
	return fmt.Sprintf("(%s) sets %s: %s", o.File, strings.Join(o.Changes, ", "), o.Because)
}

// Of returns what was changed in a symptom.
func (os Overlays) Of(symptom string) (Overlaid, bool) {
	i := slices.IndexFunc(os, func(o Overlaid) bool { return o.Symptom == symptom })
	if i < 0 {
		return Overlaid{}, false
	}
	return os[i], true
}
