package rules_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/rules"
)

// TestOverlayConformance runs the table of what an overlay can change: the examples of the symptoms in testdata/overlay come out as they say only with the overlays.
func TestOverlayConformance(t *testing.T) {
	paths, err := filepath.Glob("testdata/overlay/*.logdoc")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	format := parseFile(t, "testdata/conformance/format.logdoc")
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			file := parseFile(t, path)
			before := string(file.Print())
			changed, applied, overridden, problems := rules.Overlay([]rules.Source{{Pack: "test", File: file}})
			if len(problems)+len(overridden) > 0 || len(applied) != len(file.Overlays) {
				t.Fatal(problems, overridden, applied)
			}
			g, set := compile(t, format, changed[0].File)
			for _, p := range set.CheckExamples(g.Read) {
				t.Error(p, p.Advice)
			}
			if diff := cmp.Diff(before, string(file.Print())); diff != "" {
				t.Error("the overlays changed the files that they were read from", diff)
			}
			g, set = compile(t, format, file)
			failing := map[string]bool{}
			for _, p := range set.CheckExamples(g.Read) {
				in := ""
				for _, s := range file.Symptoms {
					if p.Pos.Line > s.Pos.Line {
						in = s.Name.Value
					}
				}
				failing[in] = true
			}
			for _, o := range file.Overlays {
				if !failing[o.Symptom.Value] {
					t.Errorf("the examples of %s come out without its overlay as well", o.Symptom.Value)
				}
			}
		})
	}
}

// site compiles symptoms, overlays and silences as they are loaded.
func site(t *testing.T, text string) (*laboratory, rules.Overlays, rules.Silences) {
	t.Helper()
	changed, overlays, _, problems := rules.Overlay([]rules.Source{{Pack: "test", File: parse(t, "site.logdoc", []byte(text))}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	g, set := compile(t, parseFile(t, "testdata/conformance/format.logdoc"), changed[0].File)
	silences, problems := set.Silences(changed)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &laboratory{g, set}, overlays, silences
}

const windowed = `symptom test/windowed "Windows of all kinds" {
  severity critical
  severity warning when b
  event a in t where message == "a"
  event b in t where message == "b"
  certain when (a and b) within 5m
  likely  when a then b within 1m
  likely  when 2 of a within 10m
  likely  when no a for 2h
  possible when a
}
symptom test/plain "No window" {
  severity warning
  event a in t where message == "a"
  certain when a
}
`

func TestOverlayProblems(t *testing.T) {
	for _, tt := range []struct{ name, overlay, message, advice string }{
		{"unknown", "overlay test/windowd { because | x\n severity error }", `no symptom is called "test/windowd"`, `did you mean "test/windowed"?`},
		{"unknown and unlike any", "overlay x/y { because | x\n severity error }", `no symptom is called "x/y"`, "logdoc list symptoms lists them"},
		{"several", "overlay test/windowed { because | x\n likely within 5m }", "likely of test/windowed has several windows: within 1m, within 10m", "say which: likely within 5m instead of 1m"},
		{"another length", "overlay test/windowed { because | x\n likely within 5m instead of 2m }", "likely of test/windowed has no window within 2m", "it has within 1m, within 10m"},
		{"another word", "overlay test/windowed { because | x\n certain for 1h }", "certain of test/windowed has no \"for\"",
			"there is certain within 5m, likely within 1m, likely within 10m, likely for 2h"},
		{"clears", "overlay test/windowed { because | x\n clears within 1h instead of 5m }", "clears of test/windowed has no \"within\"",
			"there is certain within 5m, likely within 1m, likely within 10m, likely for 2h"},
		{"no window", "overlay test/plain { because | x\n certain within 1h }", "certain of test/plain has no \"within\"", "the symptom has no window at all"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := parse(t, "site.logdoc", []byte(windowed+tt.overlay))
			changed, applied, _, problems := rules.Overlay([]rules.Source{{Pack: "test", File: file}})
			if len(problems) != 1 || len(applied) > 0 {
				t.Fatal(problems, applied)
			}
			if diff := cmp.Diff([]string{tt.message, tt.advice}, []string{problems[0].Message, problems[0].Advice}); diff != "" {
				t.Error(diff)
			}
			if problems[0].Warning || problems[0].Pos.Line < 17 || problems[0].Width < 3 {
				t.Errorf("%+v", problems[0])
			}
			if diff := cmp.Diff(file.Symptoms, changed[0].File.Symptoms); diff != "" {
				t.Error("what is left out changes something:", diff)
			}
		})
	}
}

func TestOverlayChanges(t *testing.T) {
	_, overlays, _ := site(t, windowed+`overlay test/windowed {
  because | of the
          | night shift
  severity error
  certain within 10m
  likely within 3m instead of 1m
  likely for 1h
  stale never
}
overlay test/plain { because | x
  stale after 2d }`)
	want := rules.Overlays{
		{Symptom: "test/windowed", File: "site.logdoc", Because: "of the night shift", Was: logdoc.Critical, Changes: []string{
			"severity error instead of critical", "certain within 10m instead of 5m", "likely within 3m instead of 1m", "likely for 1h instead of 2h", "stale never"}},
		{Symptom: "test/plain", File: "site.logdoc", Because: "x", Changes: []string{"stale after 2d"}},
	}
	if diff := cmp.Diff(want, overlays); diff != "" {
		t.Error(diff)
	}
	if _, ok := overlays.Of("test/other"); ok {
		t.Error("test/other has no overlay")
	}
	findings := []logdoc.Finding{{Symptom: "test/other", Why: []string{"b"}, Consequences: []logdoc.Finding{{Symptom: "test/plain", Why: []string{"a"}}}}}
	overlays.Tell(findings)
	if diff := cmp.Diff([]string{"a", "an overlay (site.logdoc) sets stale after 2d: x"}, findings[0].Consequences[0].Why); diff != "" {
		t.Error(diff)
	}
	if len(findings[0].Why) != 1 {
		t.Error(findings[0].Why)
	}
}

// An overlay is of whatever stands under a name in the end: its own file may be read before the symptom's, and a symptom that a later pack replaces may be of another shape.
func TestOverlayOrder(t *testing.T) {
	source := func(text string) rules.Source {
		return rules.Source{Pack: "test", File: parse(t, "p.logdoc", []byte(text))}
	}
	first := source("overlay test/plain { because | first\n severity notice }")
	old := source("symptom test/plain \"Old\" {\n severity error\n event a in t\n certain when (a and a) within 1m\n}")
	second := source("overlay test/plain { because | second\n severity info }")
	broken := source("overlay test/plain { because | broken\n certain within 1h }")
	changed, applied, overridden, problems := rules.Overlay([]rules.Source{first, old, second, source(windowed), broken})
	if diff := cmp.Diff(rules.Overlays{{Symptom: "test/plain", File: "p.logdoc", Because: "second", Was: logdoc.Warning, Changes: []string{"severity info instead of warning"}}}, applied); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"overlay test/plain"}, overridden); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 1 {
		t.Errorf("the broken one is told, and leaves the one before it: %v", problems)
	}
	var names, severities []string
	for _, src := range changed {
		for _, s := range src.File.Symptoms {
			names, severities = append(names, s.Title.Value), append(severities, s.Severity.Value)
		}
	}
	if diff := cmp.Diff([]string{"Old", "Windows of all kinds", "No window"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"info", "critical", "info"}, severities); diff != "" {
		t.Error(diff)
	}
}

// What an overlay makes is what the author could have written: printed and parsed again it is the same.
func TestOverlaidPrints(t *testing.T) {
	changed, _, _, problems := rules.Overlay([]rules.Source{{Pack: "test", File: parse(t, "s.logdoc", []byte(windowed+"overlay test/windowed { because | x\n likely within 5m instead of 10m }"))}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := changed[0].File.Symptoms[0]
	want := "2 of a within 5m"
	if got := lang.PrintCond(s.Verdicts[2].When); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	printed := (&lang.File{Symptoms: []*lang.Symptom{s}}).Print()
	again, ps := lang.Parse("again", printed)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if diff := cmp.Diff(s, again.Symptoms[0], cmpopts.IgnoreTypes(lang.Pos{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// A symptom that no .logdoc file declares has overlays and silences like any other, by whatever name it has.
func TestOverlayOfOtherOrigin(t *testing.T) {
	other := parse(t, "other.yaml", []byte("symptom test/other \"Read from elsewhere\" {\n severity error\n event a in t\n certain when a\n}"))
	other.Symptoms[0].Name.Value = "2024: an id"
	own := parse(t, "site.logdoc", []byte("overlay \"2024: an id\" { because | x\n severity notice }\nsilence \"2024: an id\" { because | y\n until 2026-12-01 }"))
	changed, applied, _, problems := rules.Overlay([]rules.Source{{Pack: "other", File: other}, {Pack: "site", File: own}})
	if len(problems) > 0 || len(applied) != 1 {
		t.Fatal(problems, applied)
	}
	g, set := compile(t, parseFile(t, "testdata/conformance/format.logdoc"), changed[0].File)
	silences, problems := set.Silences(changed)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	out := (&laboratory{g, set}).run(log{"x", "t", "2024-01-01 10:00:00 h a\n"})
	_, silenced := silences.Apply(out.Findings, anyDay)
	if len(silenced) != 1 || silenced[0].Finding.Severity != logdoc.Notice || silenced[0].Because != "y" {
		t.Errorf("%+v", silenced)
	}
}
