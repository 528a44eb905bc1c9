package grammar

import (
	"cmp"
	"regexp"
	"slices"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Taken says which template of a format accepts a line; ok is false when none does.
func Taken(f *lang.Format, line []byte) (source string, kind lang.LineKind, ok bool) {
	for _, kind := range [...]lang.LineKind{lang.LineRecord, lang.LineHeader, lang.LineBare} {
		for _, l := range f.Lines {
			if l.Kind != kind {
				continue
			}
			if l.Regexp != nil {
				if re, err := wholeLine(l.Regexp.Value); err == nil && re.Match(line) {
					return "/" + l.Regexp.Value + "/", kind, true
				}
				continue
			}
			t, err := template.Compile(l.Template.Lines[0], severityChoices(f))
			if err == nil && t.Match(line, new(template.Result)) {
				return t.Source, kind, true
			}
		}
	}
	return "", 0, false
}

// NearTemplates lists the record templates of the formats that do not accept a line but fit at least its beginning, nearest first, n at most.
func NearTemplates(formats []*lang.Format, line []byte, n int) []logdoc.NearTemplate {
	type scored struct {
		logdoc.NearTemplate
		reached int
	}
	var all []scored
	for _, f := range formats {
		for _, l := range f.Lines {
			if l.Template == nil || l.Kind == lang.LineHeader {
				continue
			}
			miss, ok := template.Near(l.Template.Lines[0], severityChoices(f), line)
			if ok && miss.Reached > 1 {
				all = append(all, scored{logdoc.NearTemplate{Format: f.Name.Value, Template: l.Template.Lines[0], Column: miss.Col, Wants: miss.Wants}, miss.Reached})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.reached, a.reached) })
	var out []logdoc.NearTemplate
	for _, s := range all[:min(n, len(all))] {
		// What fits much less than the best one is no help.
		if s.reached*2 >= all[0].reached {
			out = append(out, s.NearTemplate)
		}
	}
	return out
}

func severityChoices(f *lang.Format) map[string][]string {
	var words []string
	for _, m := range f.Severities {
		if m.Word.Value != "" {
			words = append(words, m.Word.Value)
		}
	}
	return map[string][]string{"severity": words}
}

// wholeLine compiles a format's regular expression, which must match the whole line.
func wholeLine(expr string) (*regexp.Regexp, error) { return regexp.Compile(`^(?:` + expr + `)$`) }
