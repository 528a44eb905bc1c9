package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"logdoc"
	"logdoc/report"
)

func alarmSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range []string{"report.schema.json", "alarm.schema.json"} {
		text, err := os.ReadFile(filepath.Join("..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile("alarm.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func alarmJSON(t *testing.T, a logdoc.Alarm) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.AlarmJSON(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAlarmFollowsItsSchema(t *testing.T) {
	schema := alarmSchema(t)
	for kind := logdoc.Opened; kind <= logdoc.Moved; kind++ {
		for _, f := range append(rich().Findings, logdoc.Finding{Severity: logdoc.Info, Certainty: logdoc.Possible}) {
			line := alarmJSON(t, logdoc.Alarm{Turn: logdoc.Turn{Kind: kind, Finding: f}, Time: at("2026-03-04 05:06:07"), From: "node\n7\xff", Repeats: 3})
			if err := validate(t, schema, line); err != nil {
				t.Errorf("%v: %v", kind, err)
			}
			if bytes.Count(line, []byte("\n")) != 1 || bytes.ContainsAny(line[:len(line)-1], "\x00\x1b\r\x7f\u202e") {
				t.Errorf("%v: it is no harmless line: %q", kind, line)
			}
		}
	}
	line := string(alarmJSON(t, logdoc.Alarm{Turn: logdoc.Turn{Finding: logdoc.Finding{Severity: logdoc.Info, Certainty: logdoc.Possible}}}))
	if err := validate(t, schema, []byte(line)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"schema_version":"1"`, `"schema_version":"2"`}, {`"turn":"opened"`, `"turn":"closed"`}, {`"repeats":0`, `"repeats":-1`}, {`"time":null`, `"time":""`}, {`"key":""`, `"clef":""`},
	} {
		if broken := strings.Replace(line, change[0], change[1], 1); broken == line {
			t.Errorf("%s is not in the alarm", change[0])
		} else if validate(t, schema, []byte(broken)) == nil {
			t.Errorf("the schema accepts %s", change[1])
		}
	}
}

// TestAlarmHoldsTheReportsFinding: whoever reads findings of a report reads those of alarms.
func TestAlarmHoldsTheReportsFinding(t *testing.T) {
	d := rich()
	var b bytes.Buffer
	if err := report.JSON(&b, d); err != nil {
		t.Fatal(err)
	}
	var whole struct{ Findings []json.RawMessage }
	if err := json.Unmarshal(b.Bytes(), &whole); err != nil {
		t.Fatal(err)
	}
	for i, f := range d.Findings {
		var alarm struct{ Finding json.RawMessage }
		if err := json.Unmarshal(alarmJSON(t, logdoc.Alarm{Turn: logdoc.Turn{Finding: f}}), &alarm); err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, whole.Findings[i]); err != nil {
			t.Fatal(err)
		}
		if want.String() != string(alarm.Finding) {
			t.Errorf("finding %d is\n%s\nin the report\n%s", i, alarm.Finding, want.String())
		}
	}
}

// TestAlarmPage holds the page to the schema.
func TestAlarmPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## An alarm\n")
	if !found {
		t.Fatal("docs/json.md has no section about alarms")
	}
	_, example, _ := strings.Cut(section, "```json\n")
	example, _, _ = strings.Cut(example, "```")
	if err := validate(t, alarmSchema(t), []byte(example)); err != nil {
		t.Errorf("the example: %v", err)
	}
	for _, field := range []string{"schema_version", "time", "from", "turn", "repeats", "finding"} {
		if !regexp.MustCompile("(?m)^\\|.*`" + field + "`.*\\|").MatchString(section) {
			t.Errorf("docs/json.md says nothing about %s of an alarm", field)
		}
	}
}
