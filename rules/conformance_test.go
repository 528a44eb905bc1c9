package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

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
