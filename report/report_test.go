package report_test

import (
	"bytes"
	"errors"
	"flag"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/report"
)

var update = flag.Bool("update", false, "write the golden files")

// outputs are all the ways to write a diagnosis.
var outputs = []struct {
	name  string
	write func(io.Writer, *logdoc.Diagnosis) error
}{
	{"80.txt", text(report.TextOptions{Width: 80})},
	{"120.txt", text(report.TextOptions{Width: 120})},
	{"color.txt", text(report.TextOptions{Width: 80, Color: true})},
	{"file.txt", text(report.TextOptions{})},
	{"verbose.txt", text(report.TextOptions{Width: 100, Verbose: true})},
	{"quiet.txt", text(report.TextOptions{Width: 80, Quiet: true})},
	{"md", report.Markdown},
	{"json", report.JSON},
	{"html", report.HTML},
	{"jira", report.Jira},
	{"mail.txt", text(report.TextOptions{Width: 72, Fold: true})},
	{"junit.xml", func(w io.Writer, d *logdoc.Diagnosis) error { return report.JUnit(w, d, report.PipelineOptions{}) }},
	{"sarif", func(w io.Writer, d *logdoc.Diagnosis) error { return report.SARIF(w, d, report.PipelineOptions{}) }},
}

func text(o report.TextOptions) func(io.Writer, *logdoc.Diagnosis) error {
	return func(w io.Writer, d *logdoc.Diagnosis) error { return report.Text(w, d, o) }
}

var diagnoses = map[string]func() *logdoc.Diagnosis{
	"rich": rich, "clean": clean, "silenced": silenced, "notes": onlyNotes, "empty": func() *logdoc.Diagnosis { return &logdoc.Diagnosis{} },
}

func TestGolden(t *testing.T) {
	for name, build := range diagnoses {
		for _, out := range outputs {
			t.Run(name+"."+out.name, func(t *testing.T) {
				var b bytes.Buffer
				if err := out.write(&b, build()); err != nil {
					t.Fatal(err)
				}
				var again bytes.Buffer
				if err := out.write(&again, build()); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.Bytes(), again.Bytes()) {
					t.Error("the same diagnosis gives other bytes the second time")
				}
				checkHarmless(t, out.name, b.Bytes())
				path := filepath.Join("testdata", name+"."+out.name)
				if *update {
					if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), b.String()); diff != "" {
					t.Errorf("unlike %s (-want +got); go test -update writes it anew\n%s", path, diff)
				}
			})
		}
	}
}

// checkHarmless looks for anything in the output that acts on a terminal, but for our own colours.
func checkHarmless(t *testing.T, kind string, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Error("not valid UTF-8")
	}
	s := string(out)
	if kind == "color.txt" {
		for _, code := range []string{"0", "1", "2", "31", "32", "33", "36", "1;31", "1;33"} {
			s = strings.ReplaceAll(s, "\x1b["+code+"m", "")
		}
	}
	for _, r := range s {
		if r != '\n' && (r < 0x20 || 0x7F <= r && r < 0xA0 || sanitize.Hidden(r)) {
			t.Errorf("%U in the output", r)
		}
	}
}

func TestTextFitsTheTerminal(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		var b bytes.Buffer
		if err := report.Text(&b, rich(), report.TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.TrimRight(line, " ") != line {
				t.Errorf("width %d: blanks at the end of %q", width, line)
			}
			words := len(strings.Fields(line))
			// Commands, and words that are wider than the terminal, stay whole.
			if strings.Contains(line, "$ ") || words <= 2 {
				continue
			}
			if n := sanitize.Width(sanitize.Line(line)); width >= 80 && n > width {
				t.Errorf("width %d: %d cells: %s", width, n, line)
			}
		}
		if strings.Contains(b.String(), "\n\n\n") {
			t.Errorf("width %d: two empty lines in a row", width)
		}
	}
}

func TestCommandsStandWhole(t *testing.T) {
	for _, out := range outputs {
		if out.name == "quiet.txt" || out.name == "color.txt" || out.name == "json" || out.name == "sarif" {
			continue
		}
		var b bytes.Buffer
		if err := out.write(&b, rich()); err != nil {
			t.Fatal(err)
		}
		if out.name == "html" || out.name == "junit.xml" {
			text := html.UnescapeString(strings.ReplaceAll(b.String(), "</code>", "\n"))
			b.Reset()
			b.WriteString(text)
		}
		for _, step := range rich().Findings[0].Steps {
			for _, command := range step.Commands {
				if !strings.Contains(b.String(), command+"\n") {
					t.Errorf("%s: no line ends with the command %q", out.name, command)
				}
			}
		}
	}
}

func TestOrderIsKept(t *testing.T) {
	for _, out := range outputs {
		if out.name == "quiet.txt" {
			continue
		}
		var b bytes.Buffer
		d := rich()
		d.Notes = nil // One of them names a symptom.
		d.Findings[0], d.Findings[2] = d.Findings[2], d.Findings[0]
		if err := out.write(&b, d); err != nil {
			t.Fatal(err)
		}
		last := -1
		for _, name := range []string{"luna/old-news", "luna/certificate-expiring", "avamar/session-ticket", "avamar/connection-refused", "avamar/script-failed"} {
			if out.name == "json" {
				name = `"symptom": "` + name
			}
			at := strings.Index(b.String(), name)
			if at <= last {
				t.Errorf("%s: %s stands at %d, not after the one before it at %d", out.name, name, at, last)
			}
			last = at
		}
	}
}

func TestLargeIsBounded(t *testing.T) {
	var short, verbose, md, file bytes.Buffer
	d := large()
	for _, err := range []error{
		report.Text(&short, d, report.TextOptions{Width: 80}), report.Text(&verbose, d, report.TextOptions{Width: 80, Verbose: true}),
		report.Markdown(&md, d), report.Text(&file, d, report.TextOptions{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, out := range []*bytes.Buffer{&short, &md} {
		for _, want := range []string{"340 more sources", "30 more kinds"} {
			if !strings.Contains(strings.ToLower(out.String()), want) {
				t.Errorf("nothing about %q", want)
			}
		}
	}
	if n := strings.Count(verbose.String(), "avtar, by content"); n != 400 {
		t.Errorf("%d sources in the verbose text, want all 400", n)
	}
	for line := range strings.Lines(file.String()) {
		if n := utf8.RuneCountInString(line); n > 500 {
			t.Errorf("a line of %d characters in a file", n)
		}
	}
}

func TestSummary(t *testing.T) {
	some := func(severities ...logdoc.Severity) *logdoc.Diagnosis {
		d := &logdoc.Diagnosis{}
		for i, s := range severities {
			d.Findings = append(d.Findings, logdoc.Finding{Severity: s, Certainty: logdoc.Certain - logdoc.Certainty(i%2)})
		}
		return d
	}
	for _, test := range []struct {
		name string
		d    *logdoc.Diagnosis
		want string
	}{
		{"rich", rich(), "3 findings: 1 critical (certain), 1 warning (likely but cleared), 1 notice (possible but stale); 2 consequences; 12,348 records in 3 logs, 2 not fully read"},
		{"clean", clean(), "no findings; 3 symptoms ran clean, 3 could not be checked; 11,000 records in 1 log"},
		{"notes", onlyNotes(), "no findings; nothing was read"},
		{"empty", &logdoc.Diagnosis{}, "no findings; nothing was read"},
		{"mixed", some(logdoc.Warning, logdoc.Warning, logdoc.Warning), "3 findings: 3 warnings (2 certain, 1 likely); nothing was read"},
		{"many", some(logdoc.Critical, logdoc.Critical, logdoc.Info), "3 findings: 2 critical (1 certain, 1 likely), 1 info (certain); nothing was read"},
	} {
		if got := report.Summary(test.d); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

// broken fails after some bytes, every time, and counts how often it was asked again.
type broken struct {
	left, calls int
}

var errBroken = errors.New("the pipe is closed")

func (b *broken) Write(p []byte) (int, error) {
	if b.left < len(p) {
		b.calls++
		return max(b.left, 0), errBroken
	}
	b.left -= len(p)
	return len(p), nil
}

func TestBrokenWriter(t *testing.T) {
	for _, out := range outputs {
		for _, left := range []int{0, 10, 5000} {
			if left > 0 && out.name == "quiet.txt" {
				continue
			}
			w := &broken{left: left}
			if err := out.write(w, rich()); !errors.Is(err, errBroken) {
				t.Errorf("%s after %d bytes: error %v", out.name, left, err)
			}
			if w.calls != 1 {
				t.Errorf("%s after %d bytes: %d writes to a broken writer", out.name, left, w.calls)
			}
		}
	}
}
