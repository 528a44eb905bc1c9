package diagnose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
)

// TestLanguageExamples takes every example out of docs/language.md, checks it, and runs what it expects. Those that are parts of a symptom are completed first.
func TestLanguageExamples(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var formats []*lang.Format
	var known []rules.Source
	for _, f := range p.Files {
		formats = append(formats, f.Formats...)
		known = append(known, rules.Source{File: &lang.File{Symptoms: f.Symptoms}})
	}
	counts := map[string]int{}
	line := 1
	for i, block := range strings.Split(string(page), "```") {
		kind, body, _ := strings.Cut(block, "\n")
		at := line
		line += strings.Count(block, "\n")
		if i%2 == 0 || !strings.HasPrefix(kind, "logdoc") {
			continue
		}
		counts[kind]++
		if kind == "logdoc part" {
			body = completed(body)
		}
		file, problems := lang.Parse("language.md", []byte(body))
		problems = append(append(problems, file.Check()...), file.Lint()...)
		own, ps := grammar.Compile(append(formats[:len(formats):len(formats)], file.Formats...))
		problems = append(problems, ps...)
		if len(file.Formats) > 0 {
			formats = append(formats, file.Formats...) // the examples below use it
			problems = append(problems, own.CheckSamples()...)
		}
		if len(file.Overlays)+len(file.Silences) == 0 {
			set, _, ps := rules.Compile(own, append(known[:len(known):len(known)], rules.Source{File: file}))
			problems = append(problems, ps...)
			mine, _, _ := rules.Compile(own, []rules.Source{{File: file}})
			problems = append(append(problems, mine.CheckExamples(own.Read)...), mine.Lint(own, own.Read, own.Record)...)
			if len(set.SymptomNames()) == 0 {
				t.Fatal("no symptom is known")
			}
		}
		for _, pr := range problems {
			t.Errorf("docs/language.md, the block in line %d: %sin\n%s", at, pr.Format(), body)
		}
	}
	if counts["logdoc"] < 8 || counts["logdoc part"] < 10 {
		t.Errorf("the page has %d whole examples and %d parts", counts["logdoc"], counts["logdoc part"])
	}
}

// completed makes a symptom of some of its statements, with what every symptom must have besides.
func completed(part string) string {
	var b strings.Builder
	b.WriteString("symptom acme/example \"An example\" {\n  product \"Acme Pump\"\n")
	if !strings.Contains(part, "severity ") || !strings.HasPrefix(part, "severity") {
		b.WriteString("  severity warning\n")
	}
	// Examples stand last.
	statements, examples, _ := strings.Cut("\n"+part, "\nexample ")
	b.WriteString(statements + "\n  cause\n    | A cause.\n  impact\n    | An impact.\n")
	if !strings.Contains(statements, "\nlook ") {
		b.WriteString("  look step \"Look\"\n    run | true\n")
	}
	b.WriteString("example " + examples)
	if !strings.Contains(examples, "expect nothing") {
		b.WriteString("\nexample \"invented: nothing of it\" {\n  pump | PUMP 2026-03-04 05:06:07 north INFO <0> idle\n  expect nothing\n}\n")
	}
	b.WriteString("}\n")
	return b.String()
}
