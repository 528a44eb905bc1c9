package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/report"
)

// noFormat is how Jira finds the blocks that it shows as they are.
var noFormat = regexp.MustCompile(`(?is)\{noformat(:[^}]*)?\}(.*?)\{noformat\}`)

// TestJiraLogTextIsShownAsItIs puts markup into every log text: outside of {noformat} blocks nothing of it may stand, and no block may end early.
func TestJiraLogTextIsShownAsItIs(t *testing.T) {
	harmless := rich()
	replaceLogText(reflect.ValueOf(harmless), "word")
	blocks := len(noFormat.FindAllString(jira(t, harmless), -1))
	for _, attack := range append(slices.Clone(attacks), "{noformat}\nh1. "+mark, "{NoFormat:title=x} *"+mark+"*", "{code}"+mark+"{code}", "x{noformat}{noformat}"+mark, "{noformat", "[~"+mark+"] !"+mark+".png!") {
		d := rich()
		replaceLogText(reflect.ValueOf(d), attack)
		out := jira(t, d)
		if n := len(noFormat.FindAllString(out, -1)); n != blocks && attack != "" {
			t.Errorf("%q: %d blocks, want %d", attack, n, blocks)
		}
		if rest := noFormat.ReplaceAllString(out, ""); strings.Contains(rest, mark) || strings.Contains(strings.ToLower(rest), "{noformat") {
			t.Errorf("%q stands outside of a block:\n%s", attack, rest)
		}
	}
}

func jira(t *testing.T, d *logdoc.Diagnosis) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Jira(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJiraHasRoom holds a report with very many findings to what Jira takes.
func TestJiraHasRoom(t *testing.T) {
	out := jira(t, crowd(500))
	if n := utf8.RuneCountInString(out); n > 32767 || n < 20000 {
		t.Errorf("%d characters", n)
	}
	for _, want := range []string{"more findings had no room here", "no room here: attach"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.Count(out, "{noformat}")%2 != 0 {
		t.Error("a block has no end")
	}
}

// crowd has n findings, of which every tenth is of the same symptom.
func crowd(n int) *logdoc.Diagnosis {
	d := rich()
	first := d.Findings[0]
	d.Findings = nil
	for i := range n {
		f := first
		f.Symptom = fmt.Sprintf("acme/symptom-%d", i/10)
		f.Key = logdoc.LogText(fmt.Sprintf("host-%d", i))
		d.Findings = append(d.Findings, f)
	}
	return d
}

// junitSchema is what may stand where, as the schema junit-10 of Jenkins' xUnit plugin has it: the attributes of an element (with ! where it is required) and its children.
var junitSchema = map[string]struct{ attributes, children string }{
	"testsuites": {"name time tests failures errors", "testsuite"},
	"testsuite":  {"name! tests! failures! errors! group time skipped timestamp hostname id package file log url", "testsuite properties testcase system-out system-err"},
	"testcase":   {"name! time classname group", "skipped error failure system-out system-err"},
	"properties": {"", "property"},
	"property":   {"name! value!", ""},
	"failure":    {"type message", ""},
	"error":      {"type message", ""},
	"skipped":    {"type message", ""},
	"system-out": {"", ""},
}

func TestJUnitIsValid(t *testing.T) {
	for name, build := range diagnoses {
		var b bytes.Buffer
		if err := report.JUnit(&b, build(), report.PipelineOptions{Version: "1.2.3"}); err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(&b)
		parents := []string{""}
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				parent := parents[len(parents)-1]
				schema, ok := junitSchema[e.Name.Local]
				if !ok || parent != "" && !slices.Contains(strings.Fields(junitSchema[parent].children), e.Name.Local) || parent == "" && e.Name.Local != "testsuites" {
					t.Errorf("%s: %s in %q", name, e.Name.Local, parent)
				}
				given := map[string]bool{}
				for _, a := range e.Attr {
					given[a.Name.Local] = true
				}
				for _, a := range strings.Fields(schema.attributes) {
					if want, required := strings.CutSuffix(a, "!"); required && !given[want] {
						t.Errorf("%s: %s has no %s", name, e.Name.Local, want)
					} else {
						delete(given, want)
					}
				}
				if len(given) > 0 {
					t.Errorf("%s: %s has %v", name, e.Name.Local, given)
				}
				parents = append(parents, e.Name.Local)
			case xml.EndElement:
				parents = parents[:len(parents)-1]
			}
		}
	}
}

// suites are the parts of a report for a build server that tests look at.
type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Suites   []struct {
		Name    string `xml:"name,attr"`
		Tests   int    `xml:"tests,attr"`
		Skipped int    `xml:"skipped,attr"`
		Cases   []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func junitOf(t *testing.T, d *logdoc.Diagnosis, o report.PipelineOptions) suites {
	t.Helper()
	var b bytes.Buffer
	if err := report.JUnit(&b, d, o); err != nil {
		t.Fatal(err)
	}
	var s suites
	if err := xml.Unmarshal(b.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestJUnitCounts(t *testing.T) {
	finding := func(severity logdoc.Severity, state logdoc.State) logdoc.Finding {
		return logdoc.Finding{Symptom: "a/" + severity.String(), Title: severity.String(), Product: "P", Severity: severity, State: state}
	}
	d := &logdoc.Diagnosis{
		Findings:  []logdoc.Finding{finding(logdoc.Critical, logdoc.Active), finding(logdoc.Error, logdoc.Cleared), finding(logdoc.Warning, logdoc.Stale), finding(logdoc.Notice, logdoc.Active)},
		Silenced:  []logdoc.Silenced{{Finding: finding(logdoc.Critical, logdoc.Active), Because: "planned"}},
		Clean:     []logdoc.Clean{{Name: "a/clean", Title: "clean", Product: "P"}, {Name: "a/normal", Expected: true, Product: "P"}},
		Unchecked: []logdoc.Unchecked{{Symptom: "a/unchecked", Title: "unchecked", Product: "P", Reason: "no log"}},
	}
	for failOn, failures := range map[logdoc.Severity]int{logdoc.Unrated: 2, logdoc.Critical: 1, logdoc.Warning: 2, logdoc.Notice: 3} {
		s := junitOf(t, d, report.PipelineOptions{FailOn: failOn})
		if s.Failures != failures || s.Tests != 8 || s.Errors != 0 || len(s.Suites) != 2 || s.Suites[1].Skipped != 2 {
			t.Errorf("fail on %s: %+v", failOn, s)
		}
	}
	if s := junitOf(t, onlyNotes(), report.PipelineOptions{}); s.Errors != 1 {
		t.Errorf("an input that was not read is no error: %+v", s)
	}
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "sarif-2.1.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem://sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("mem://sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	check := func(name string, d *logdoc.Diagnosis) {
		var b bytes.Buffer
		if err := report.SARIF(&b, d, report.PipelineOptions{Version: "1.2.3"}); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var log struct {
			Runs []struct {
				Tool struct {
					Driver struct{ Rules []struct{ ID string } }
				}
				Results []struct {
					RuleID    string
					RuleIndex int
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &log); err != nil {
			t.Fatal(err)
		}
		for _, r := range log.Runs[0].Results {
			if rules := log.Runs[0].Tool.Driver.Rules; r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("%s: result of %s has rule %d", name, r.RuleID, r.RuleIndex)
			}
		}
	}
	for name, build := range diagnoses {
		check(name, build())
	}
	for _, attack := range attacks {
		d := rich()
		replaceText(reflect.ValueOf(d), func(reflect.Type) bool { return true }, attack)
		check(fmt.Sprintf("%q", attack), d)
	}
	var empty any = map[string]any{"version": "2.1.0"}
	if schema.Validate(empty) == nil {
		t.Error("the schema accepts a log without runs")
	}
}

func TestWithEvidence(t *testing.T) {
	d := rich()
	all := len(d.Findings[0].Evidence)
	for n, want := range map[int]string{0: "", 1: "behind", 2: "behind refused", 3: "behind refused stack", 4: "behind refused stack mcs", all: "behind refused refused stack mcs", 99: "behind refused refused stack mcs"} {
		f := report.WithEvidence(d, n).Findings[0]
		var got []string
		for _, e := range f.Evidence {
			got = append(got, e.Event)
		}
		if strings.Join(got, " ") != want || f.Count != d.Findings[0].Count {
			t.Errorf("%d: %v, want %s", n, got, want)
		}
		if c := f.Consequences[0].Evidence; len(c) != min(n, 1) {
			t.Errorf("%d: a consequence has %d", n, len(c))
		}
	}
	if len(d.Findings[0].Evidence) != all {
		t.Error("the diagnosis has changed")
	}
}

// TestFoldedTextFitsAMail holds --width 72: whatever has a blank in it stands within, but for commands.
func TestFoldedTextFitsAMail(t *testing.T) {
	var b bytes.Buffer
	if err := report.Text(&b, rich(), report.TextOptions{Width: 72, Fold: true}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if n := sanitize.Width(sanitize.Line(line)); n > 72 && !strings.Contains(line, "$ ") && len(strings.Fields(line)) > 1 && !strings.Contains(line, "rich") {
			if !strings.Contains(line, `⟨U+202E⟩`) && !strings.HasPrefix(strings.TrimSpace(line), "bundle.tgz") {
				t.Errorf("%d cells: %s", n, line)
			}
		}
	}
	// Nothing of a record is cut.
	joined := strings.Join(strings.Fields(b.String()), "")
	if want := strings.Join(strings.Fields(string(rich().Findings[0].Evidence[1].Text)), ""); !strings.Contains(joined, want) {
		t.Error("a record is not whole")
	}
}

// TestManyFindings writes more findings than anybody reads: what is for people is bounded, JSON is not.
func TestManyFindings(t *testing.T) {
	d := crowd(2500)
	for _, out := range outputs {
		var b bytes.Buffer
		if err := out.write(&b, d); err != nil {
			t.Fatal(err)
		}
		if out.name == "json" || out.name == "verbose.txt" {
			if n := strings.Count(b.String(), "host-2499"); n == 0 {
				t.Errorf("%s: the last finding is missing", out.name)
			}
			continue
		}
		if b.Len() > 8<<20 {
			t.Errorf("%s: %d bytes", out.name, b.Len())
		}
		if out.name != "quiet.txt" && !strings.Contains(b.String(), "more finding") {
			t.Errorf("%s: nothing says that there are more findings", out.name)
		}
	}
}

func BenchmarkManyFindings(b *testing.B) {
	d := crowd(10_000)
	for _, out := range outputs {
		b.Run(out.name, func(b *testing.B) {
			for b.Loop() {
				if err := out.write(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzJira(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	f.Add("{noformat}x{NOFORMAT:title=a}")
	special := regexp.MustCompile(`[{}\[\]!|^~*+?#@]`)
	f.Fuzz(func(t *testing.T, s string) {
		block := string(sanitize.NoFormat(logdoc.LogText(s)))
		if n := len(regexp.MustCompile(`(?i)\{noformat`).FindAllString(block, -1)); n != 2 {
			t.Errorf("%q holds %d marks", block, n)
		}
		prose := string(sanitize.JiraProse(s))
		if strings.Contains(prose, "\n") || !utf8.ValidString(prose) {
			t.Errorf("%q is not one line", prose)
		}
		for _, at := range special.FindAllStringIndex(prose, -1) {
			if prose[at[0]] == '#' && at[0] > 0 && prose[at[0]-1] == '&' {
				continue // an entity of our own
			}
			if at[0] == 0 || prose[at[0]-1] != '\\' {
				t.Errorf("%q is not escaped at %d", prose, at[0])
			}
		}
		if strings.Contains(prose, `\\`) {
			t.Errorf("%q breaks the line", prose)
		}
	})
}

func FuzzURI(f *testing.F) {
	for _, s := range []string{"bundle.tgz!/a b/c.log", "/var/log/x", "//host/x", "C:\\x", "http://x", "../x", "", "a//b", "\xff?#%", "日本"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		uri := sanitize.URI(logdoc.LogText(s))
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatalf("%q of %q: %v", uri, s, err)
		}
		if u.Host != "" || u.Scheme != "" && u.Scheme != "file" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			t.Errorf("%q of %q names more than a path", uri, s)
		}
		if u.Path != s {
			t.Errorf("%q of %q reads back as %q", uri, s, u.Path)
		}
	})
}
