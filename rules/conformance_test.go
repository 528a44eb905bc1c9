package rules_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
)

// compile compiles .logdoc files, given as text by name, with the real grammar.
func compile(t testing.TB, files ...*lang.File) (*grammar.Set, *rules.Set) {
	t.Helper()
	var formats []*lang.Format
	var sources []rules.Source
	for _, f := range files {
		formats = append(formats, f.Formats...)
		sources = append(sources, rules.Source{Pack: "test", File: f})
	}
	g, problems := grammar.Compile(formats)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, _, problems = rules.Compile(g, sources); len(problems) > 0 {
		t.Fatal(problems)
	}
	// What waits until it is needed must come to the same.
	for i := range sources {
		sources[i].Sound = true
	}
	set, _, problems := rules.Compile(g, sources)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g, set
}

// incomplete are problems that only a pack for readers has: the table needs no causes and runbooks.
var incomplete = regexp.MustCompile(`has no (cause|impact|steps|example that)`)

func parse(t testing.TB, name string, src []byte) *lang.File {
	t.Helper()
	file, problems := lang.Parse(name, src)
	if len(problems) == 0 {
		problems = file.Check()
	}
	for _, p := range problems {
		if !incomplete.MatchString(p.Message) {
			t.Error(p, p.Advice)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return file
}

func parseFile(t testing.TB, path string) *lang.File {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, path, src)
}

func conformanceFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/conformance/*.logdoc")
	if err != nil || len(paths) < 2 {
		t.Fatal(paths, err)
	}
	return paths
}

// TestConformance runs the table of what every operator means: each example in testdata/conformance is one row.
func TestConformance(t *testing.T) {
	format := filepath.Join("testdata", "conformance", "format.logdoc")
	for _, path := range conformanceFiles(t) {
		if path == format {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			g, set := compile(t, parseFile(t, format), parseFile(t, path))
			for _, p := range append(g.CheckSamples(), set.CheckExamples(g.Read)...) {
				t.Error(p, p.Advice)
			}
		})
	}
}

// TestConformanceLive reads every row of the table once more, record by record as if it were followed: what comes out at the end is the same, and nothing less was told.
func TestConformanceLive(t *testing.T) {
	format := parseFile(t, filepath.Join("testdata", "conformance", "format.logdoc"))
	for _, path := range conformanceFiles(t) {
		table := parseFile(t, path)
		for _, s := range table.Symptoms {
			g, set := compile(t, format, &lang.File{Symptoms: []*lang.Symptom{s}})
			l := &laboratory{g, set}
			for _, ex := range s.Examples {
				t.Run(s.Name.Value+"/"+ex.Title.Value, func(t *testing.T) {
					var inputs []any
					for _, in := range ex.Inputs {
						text := strings.Join(in.Text.Lines, "\n") + "\n"
						if in.Path.Value != "" {
							inputs = append(inputs, file{in.Path.Value, text})
							continue
						}
						if n := len(inputs); n > 0 {
							if before, ok := inputs[n-1].(log); ok && before.format == in.Format.Value {
								before.text += text
								inputs[n-1] = before
								continue
							}
						}
						inputs = append(inputs, log{fmt.Sprint("log", len(inputs)), in.Format.Value, text})
					}
					want := l.run(inputs...)
					got, turns := l.follow(inputs...)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Error(diff)
					}
					told := map[logdoc.LogText]logdoc.Certainty{}
					for _, turn := range turns {
						told[turn.Finding.Key] = turn.Finding.Certainty
					}
					for _, f := range want.Findings {
						if told[f.Key] < f.Certainty {
							t.Errorf("%s is %s, and was told as %s", f.Key, f.Certainty, told[f.Key])
						}
					}
				})
			}
		}
	}
}

// follow reads the inputs as run does, but by time and record by record.
func (l *laboratory) follow(inputs ...any) (rules.Outcome, []logdoc.Turn) {
	live := l.rules.NewLive()
	var matches []logdoc.Match
	rank := 0
	for _, in := range inputs {
		switch in := in.(type) {
		case log:
			f, _ := l.grammar.Index(in.format)
			live.Input().SeeFormat(f)
			ms, normals, stamps := l.matches(in)
			for i := range ms {
				ms[i].Rank = rank
			}
			rank++
			matches = append(matches, ms...)
			for _, n := range normals {
				live.Input().AddNormal(n)
			}
			for _, s := range stamps {
				live.Input().SeeTime(s)
			}
		case file:
			live.Input().Facts().See(logdoc.LogText(in.name))
			live.Input().Facts().Read(logdoc.LogText(in.name), []byte(in.content))
		}
	}
	slices.SortStableFunc(matches, func(a, b logdoc.Match) int { return int(a.Time/int64(time.Second) - b.Time/int64(time.Second)) })
	var turns []logdoc.Turn
	for _, m := range matches {
		live.Add(m)
		turns = append(turns, live.Advance(time.Unix(0, m.Time))...)
	}
	out, last := live.End(time.Time{})
	return out, append(turns, last...)
}

// TestConformanceCoversTheLanguage finds every kind of condition, expression and test that the language has in the table.
func TestConformanceCoversTheLanguage(t *testing.T) {
	used := map[string]bool{}
	for _, path := range conformanceFiles(t) {
		for _, s := range parseFile(t, path).Symptoms {
			collect(reflect.ValueOf(s), used)
		}
	}
	src, err := parser.ParseFile(token.NewFileSet(), "../internal/lang/ast.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	for _, d := range src.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "isCond" && f.Name.Name != "isExpr" && f.Name.Name != "isWhere" {
			continue
		}
		kinds++
		if name := f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name; !used[name] {
			t.Errorf("no row of the table uses a %s", name)
		}
	}
	if kinds < 15 {
		t.Errorf("found only %d kinds of conditions and expressions in the language", kinds)
	}
	for _, op := range []string{"==", "!=", "<", "<=", ">", ">=", "has", "like", "~", "before", "after", "around", "above", "max", "min", "days", "address", "+", "-"} {
		if !used[op] {
			t.Errorf("no row of the table uses %s", op)
		}
	}
}

// collect notes the types, and the operators and other words, in a part of a file.
func collect(v reflect.Value, used map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			collect(v.Elem(), used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), used)
		}
	case reflect.Struct:
		used[v.Type().Name()] = true
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; {
			case name == "Op" || name == "Side" || name == "Name" && v.Field(i).Kind() == reflect.String:
				used[v.Field(i).String()] = true
			default:
				collect(v.Field(i), used)
			}
		}
	}
}
