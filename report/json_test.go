package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"logdoc"
	"logdoc/report"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "docs", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, doc []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

func TestJSONFollowsItsSchema(t *testing.T) {
	schema := compileSchema(t)
	diagnoses := map[string]*logdoc.Diagnosis{"rich": rich(), "clean": clean(), "silenced": silenced(), "notes": onlyNotes(), "large": large(), "empty": {}}
	for name, d := range diagnoses {
		var b bytes.Buffer
		if err := report.JSON(&b, d); err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, b.Bytes()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(b.Bytes(), []byte(": null")) && name == "empty" {
			if n := bytes.Count(b.Bytes(), []byte(": null")); n != 3 {
				t.Errorf("empty: %d nulls; only its three times have none", n)
			}
		}
	}
}

// TestSchemaIsTight makes sure that the schema notices what the other test relies on it to notice.
func TestSchemaIsTight(t *testing.T) {
	schema := compileSchema(t)
	var b bytes.Buffer
	if err := report.JSON(&b, rich()); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"schema_version": "1"`, `"schema_version": "2"`},
		{`"severity": "critical"`, `"severity": "bad"`},
		{`"consequences": []`, `"consequences": null`},
		{`"cleared_at": null`, `"clearedAt": null`},
		{`"computed": false`, `"computed": 0`},
		{`"2019-12-31T07:35:23Z"`, `"2019-12-31 07:35:23"`},
		{`"serial": "28451"`, `"serial": 28451`},
		{`"incomplete": true,`, `"incomplete": true, "more": 1,`},
	} {
		broken := strings.Replace(b.String(), change[0], change[1], 1)
		if broken == b.String() {
			t.Errorf("%s is not in the report", change[0])
		} else if validate(t, schema, []byte(broken)) == nil {
			t.Errorf("the schema accepts %s", change[1])
		}
	}
}

func TestJSONKeepsLogText(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, rich()); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Findings []struct{ Captures map[string]string }
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(hostile, "\xff\xfe", `\xff\xfe`)
	if got := doc.Findings[0].Captures["user"]; got != want {
		t.Errorf("a program reads\n%q\nwant\n%q", got, want)
	}
}

func TestJSONBearsOddTimes(t *testing.T) {
	d := &logdoc.Diagnosis{Capture: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3*3600))}
	var b bytes.Buffer
	if err := report.JSON(&b, d); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"capture": null`) {
		t.Error("the year 10000 cannot be written in RFC 3339")
	}
}

// TestJSONPage holds the page to the schema: its example is valid, and no field goes unmentioned.
func TestJSONPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```json\n")
	example, rest, _ := strings.Cut(example, "```")
	if err := validate(t, compileSchema(t), []byte(example)); err != nil {
		t.Errorf("the example: %v", err)
	}
	schema, err := os.ReadFile(filepath.Join("..", "docs", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &doc); err != nil {
		t.Fatal(err)
	}
	mentioned := map[string]bool{}
	for _, code := range regexp.MustCompile("`[^`\n]+`").FindAllString(rest, -1) {
		code = strings.Trim(code, "`")
		mentioned[code[strings.LastIndex(code, ".")+1:]] = true
	}
	check := func(of string, properties map[string]any) {
		for name := range properties {
			if !mentioned[name] {
				t.Errorf("docs/json.md says nothing about %s of %s", name, of)
			}
		}
	}
	check("the top level", doc.Properties)
	for name, def := range doc.Defs {
		check(name, def.Properties)
	}
}
