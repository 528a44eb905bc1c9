package lang

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Lint finds what can be parsed and checked but is hardly meant, as far as the file alone tells: language that verbatim text has swallowed, and what a draft
// leaves to a person. The former are warnings; a draft is an error, for nobody shall take its words for an answer.
func (f *File) Lint() Problems {
	l := &linter{checker{file: f}}
	for _, s := range f.Symptoms {
		l.symptom(s)
	}
	for _, e := range f.Expected {
		l.draft(e.Title, e.Name)
		l.events(e.Events)
	}
	for _, c := range f.comments {
		if text := strings.TrimSpace(strings.TrimPrefix(c.text, "#")); strings.HasPrefix(text, DraftMark) {
			l.at(c.pos, len(c.text), text, "then remove this comment")
		}
	}
	l.problems.sort()
	return l.problems
}

// DraftMark starts a text, or a comment, that a draft leaves to a person.
const DraftMark = "draft: "

type linter struct{ checker }

// warn is at for what is hardly meant.
func (l *linter) warn(pos Pos, width int, message, advice string) {
	p := l.file.Problem(pos, width, message, advice)
	p.Warning = true
	l.problems = append(l.problems, p)
}

func (l *linter) symptom(s *Symptom) {
	if _, name, _ := strings.Cut(s.Name.Value, "/"); name == "draft" {
		l.name(s.Name, DraftMark+"choose the symptom's name", "findings show it: write product/what-is-wrong")
	}
	l.draft(s.Title, s.Product)
	l.events(s.Events)
	for _, f := range s.Facts {
		l.draft(f.Label)
		if f.Template != nil {
			l.swallowed(*f.Template)
		}
	}
	for _, t := range []*Text{s.Cause, s.Impact} {
		if t != nil {
			l.draftText(*t)
		}
	}
	for _, st := range s.Steps {
		l.draft(st.Title)
		for _, t := range append(append([]Text{}, st.Runs...), st.Notes...) {
			l.draftText(t)
			l.swallowedStep(t)
		}
	}
	for _, e := range s.Examples {
		l.draft(e.Title)
	}
}

func (l *linter) events(events []*EventClause) {
	for _, e := range events {
		l.draft(e.Label)
		if e.Where != nil {
			l.where(e.Where)
		}
	}
}

// draft reports strings that a draft leaves to a person.
func (l *linter) draft(names ...Name) {
	for _, n := range names {
		if strings.HasPrefix(n.Value, DraftMark) {
			l.str(n, n.Value, "write it in place of this text")
		}
	}
}

func (l *linter) draftText(t Text) {
	for i, line := range t.Lines {
		if strings.HasPrefix(line, DraftMark) {
			l.at(l.inText(t.Pos, i, line), len(line), line, "write it in place of this text")
		}
	}
}

// inText is where a line of a verbatim text stands.
func (l *linter) inText(start Pos, i int, line string) Pos {
	if i == 0 {
		return start
	}
	start.Line += i
	if n := start.Line - 1; n < len(l.file.lines) {
		start.Col = max(strings.Index(l.file.lines[n], line), 0) + 1
	}
	return start
}

func (l *linter) where(w Where) {
	switch w := w.(type) {
	case *WhereAnd:
		for _, t := range w.Terms {
			l.where(t)
		}
	case *WhereOr:
		for _, t := range w.Terms {
			l.where(t)
		}
	case *WhereNot:
		l.where(w.Term)
	case *WhereTest:
		if w.Op == "like" {
			l.swallowed(Text{Pos: w.Value.Pos, Lines: []string{w.Value.Value}})
		}
	}
}

// What stands behind a template on its line belongs to it. These are pieces of the language that no log line has.
var (
	swallowedCode = lazily(`\s(?:and|or)\s+(?:not\s+)?\(?\s*[A-Za-z_]\w*\s+(?:has\s+"|like\s+\||~\s+/|(?:==|!=|<=|>=)\s)` +
		`|\s(?:and|or)\s+event\s+\w+\s+in\s` +
		`|\s(?:certain|likely|possible|clears)\s+when\s` +
		`|\scollect\s+"`)
	swallowedStep = lazily(`\s(?:run|note)\s+\|\s|\s(?:show)\s+\w+\.\w+\s*$|\sask\s+"[^"]*"\s*$`)
)

// lazily compiles an expression when it is first needed.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func (l *linter) swallowed(t Text) {
	for i, line := range t.Lines {
		l.swallowedBy(swallowedCode(), t.Pos, i, line, "template")
	}
}

func (l *linter) swallowedStep(t Text) {
	for i, line := range t.Lines {
		l.swallowedBy(swallowedStep(), t.Pos, i, line, "text")
	}
}

func (l *linter) swallowedBy(words *regexp.Regexp, pos Pos, i int, line, what string) {
	at := words.FindStringIndex(line)
	if at == nil {
		return
	}
	found := strings.TrimLeft(line[at[0]:], " \t")
	start := len(line) - len(found)
	pos = l.inText(pos, i, line)
	pos.Col += start
	word, _, _ := strings.Cut(found, " ")
	l.warn(pos, at[1]-start, fmt.Sprintf("“%s …” is part of the %s: behind | a text runs to the end of its line", word, what), "put what follows the text on a line of its own")
}
