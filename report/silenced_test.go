package report_test

import (
	"bytes"
	"strings"
	"testing"

	"logdoc"
	"logdoc/report"
)

// silenced is the rich diagnosis with its worst findings silenced, one until a day and one until an hour, by a reason and in a file with hostile names.
func silenced() *logdoc.Diagnosis {
	d := rich()
	d.Silenced = []logdoc.Silenced{
		{Finding: d.Findings[0], Because: "replaced by the change of 1 December, ticket 4711", Until: at("2026-12-01 00:00:00"), File: "packs/site.logdoc"},
		{Finding: d.Findings[1], Because: hostile, Until: at("2026-12-01 18:30:00"), File: "odd\x1b[31m|name.logdoc"},
	}
	d.Silenced[0].Finding.Key = hostile
	d.Findings = d.Findings[2:]
	return d
}

func TestSummaryCountsSilenced(t *testing.T) {
	d := silenced()
	if got, want := report.Summary(d), "1 finding: 1 notice (possible but stale); 2 silenced; "; !strings.HasPrefix(got, want) {
		t.Errorf("%q does not start with %q", got, want)
	}
	d.Findings = nil
	if got, want := report.Summary(d), "no findings; 2 silenced; "; !strings.HasPrefix(got, want) {
		t.Errorf("%q does not start with %q", got, want)
	}
}

// Who finds nothing but what is silenced must not take the input for clean.
func TestNothingButSilenced(t *testing.T) {
	d := silenced()
	d.Findings = nil
	for _, out := range outputs {
		if out.name == "json" || out.name == "quiet.txt" || out.name == "junit.xml" || out.name == "sarif" {
			continue
		}
		var b bytes.Buffer
		if err := out.write(&b, d); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "Nothing was found but what is silenced.") {
			t.Errorf("%s does not say that findings are silenced", out.name)
		}
	}
}

// Every line of the section is dim on a terminal, so that what is known stands back behind what is new.
func TestSilencedIsDim(t *testing.T) {
	var b bytes.Buffer
	if err := report.Text(&b, silenced(), report.TextOptions{Width: 80, Color: true}); err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(b.String(), "Silenced\x1b[0m")
	if !found {
		t.Fatal("there is no such section")
	}
	section, _, _ = strings.Cut(section, "─")
	lines := strings.Split(strings.TrimSpace(section), "\n")[1:]
	if len(lines) < 4 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, line := range lines {
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "\x1b[2m") {
			t.Errorf("%q is not dim", line)
		}
	}
}
