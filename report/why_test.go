package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/report"
)

// whys is an explanation in which every text that the input has a say in is hostile.
func whys() *logdoc.Explanation {
	evil := logdoc.LogText(hostile)
	record := logdoc.Evidence{Event: "refused", Place: logdoc.Place{Source: evil, Line: 7}, Time: at("2019-12-31 07:35:24"), Text: evil + "\n" + evil}
	leaf := logdoc.Reason{Held: true, Text: "refused", Detail: evil, Evidence: []logdoc.Evidence{record}}
	missing := logdoc.Reason{Text: hostile, Detail: evil, Lacks: []string{hostile}, Collect: []string{hostile}}
	tree := logdoc.Reason{Text: strings.Repeat("a long condition ", 20), Reasons: []logdoc.Reason{leaf, missing, {Held: true, Unproven: true, Text: "any of", Reasons: []logdoc.Reason{leaf, leaf}}}}
	return &logdoc.Explanation{Symptom: "avamar/session-ticket", Title: hostile, Product: hostile, Certainty: logdoc.Likely, Key: evil, Keys: 3,
		Verdicts: []logdoc.VerdictReason{{Certainty: logdoc.Certain, Reason: tree}, {Certainty: logdoc.Likely, Reason: leaf}}, Clears: &missing}
}

func TestWhyIsHarmless(t *testing.T) {
	for kind, o := range map[string]report.TextOptions{"text.txt": {}, "narrow.txt": {Width: 40}, "color.txt": {Color: true, Width: 80}, "verbose.txt": {Verbose: true}} {
		t.Run(kind, func(t *testing.T) {
			var out bytes.Buffer
			if err := report.Why(&out, whys(), o); err != nil {
				t.Fatal(err)
			}
			checkHarmless(t, kind, out.Bytes())
			if kind == "narrow.txt" {
				for line := range strings.Lines(out.String()) {
					if w := sanitize.Width(sanitize.Line(strings.TrimRight(line, "\n"))); w > 60 {
						t.Errorf("%d cells: %s", w, line)
					}
				}
			}
		})
	}
}

func TestWhyJSON(t *testing.T) {
	var out bytes.Buffer
	if err := report.WhyJSON(&out, whys()); err != nil {
		t.Fatal(err)
	}
	checkHarmless(t, "json", out.Bytes())
	var doc struct {
		Keys     int
		Verdicts []struct {
			Certainty string
			Reason    struct {
				Held    bool
				Reasons []struct {
					Lacks    []string
					Evidence []struct{ Line *int }
				}
			}
		}
		Clears *struct{ Collect []string }
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	first := doc.Verdicts[0].Reason
	if doc.Keys != 3 || len(doc.Verdicts) != 2 || first.Held || len(first.Reasons) != 3 || *first.Reasons[0].Evidence[0].Line != 7 || len(first.Reasons[1].Lacks) != 1 || len(doc.Clears.Collect) != 1 {
		t.Errorf("%+v", doc)
	}
}

func TestWhyTellsABrokenWriter(t *testing.T) {
	for name, write := range map[string]func(*broken) error{
		"text": func(w *broken) error { return report.Why(w, whys(), report.TextOptions{}) },
		"json": func(w *broken) error { return report.WhyJSON(w, whys()) },
	} {
		if err := write(&broken{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
