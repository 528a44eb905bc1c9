package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/redact"
	"logdoc/report"
	"logdoc/source"
	"logdoc/tui"
)

// TestRedactedSamples holds every sample's redacted diagnosis to the one that it was made of: nothing but values differs, none of them is left, and they come back.
func TestRedactedSamples(t *testing.T) {
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Glob("../../samples/*.[tz]*")
	if err != nil || len(samples) < 3 {
		t.Fatalf("%v %v", samples, err)
	}
	for _, sample := range samples {
		t.Run(filepath.Base(sample), func(t *testing.T) {
			x := &redaction{packs: packs, file: mapFile{name: filepath.Join(t.TempDir(), "map")}}
			if x.Redactor, err = redact.New(redact.Key{5}, nil); err != nil {
				t.Fatal(err)
			}
			d, err := diagnose.Run(context.Background(), packs, diagnose.Options{Paths: []string{sample}, Files: source.Disk{}, Timeline: true, Hosts: &x.hosts})
			if err != nil {
				t.Fatal(err)
			}
			asJSON := func(w io.Writer, d *logdoc.Diagnosis) error { return report.JSON(w, d) }
			out, err := x.print(d, asJSON)
			if err != nil {
				t.Fatal(err)
			}
			hidden := x.Diagnosis(d)
			if diff := cmp.Diff(redact.Blank(d), redact.Blank(hidden)); diff != "" {
				t.Errorf("structure, counts or times differ:\n%s", diff)
			}
			if len(d.Findings) == 0 || len(x.Values()) < 3 {
				t.Fatalf("%d findings, %d values", len(d.Findings), len(x.Values()))
			}
			samePackText(t, d.Findings, hidden.Findings)
			for i := range d.Clean {
				if d.Clean[i].Name != hidden.Clean[i].Name || d.Clean[i].Title != hidden.Clean[i].Title {
					t.Errorf("clean %s became %s", d.Clean[i].Name, hidden.Clean[i].Name)
				}
			}
			for i := range d.Unchecked {
				if diff := cmp.Diff(d.Unchecked[i], hidden.Unchecked[i]); diff != "" {
					t.Errorf("unchecked:\n%s", diff)
				}
			}
			for _, v := range x.Values() {
				if strings.Contains(strings.ToLower(string(out)), strings.ToLower(string(v.Text))) {
					t.Errorf("%s %q is left", v.Class, v.Text)
				}
			}
			text, err := os.ReadFile(x.file.name)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := redact.ReadMap(text)
			if err != nil {
				t.Fatal(err)
			}
			var want, got bytes.Buffer
			if err := asJSON(&want, d); err != nil {
				t.Fatal(err)
			}
			if done, err := redact.NewRestorer(kept).Copy(&got, bytes.NewReader(out), escapeFor(out, false)); err != nil || done.Unknown+done.Several > 0 {
				t.Fatalf("%+v %v", done, err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("what was restored differs:\n%s", diff)
			}
		})
	}
}

// TestRedactedForms makes every kind of report of every sample: no value is left in it, and each has its pseudonyms.
func TestRedactedForms(t *testing.T) {
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Glob("../../samples/*.[tz]*")
	if err != nil || len(samples) < 3 {
		t.Fatalf("%v %v", samples, err)
	}
	for _, sample := range samples {
		var hosts diagnose.Hosts
		d, err := diagnose.Run(context.Background(), packs, diagnose.Options{Paths: []string{sample}, Files: source.Disk{}, Timeline: true, Hosts: &hosts})
		if err != nil {
			t.Fatal(err)
		}
		names, _ := hosts.Names()
		for _, form := range reportForms {
			t.Run(filepath.Base(sample)+" "+form, func(t *testing.T) {
				x := &redaction{packs: packs, file: mapFile{name: filepath.Join(t.TempDir(), "map")}}
				if x.Redactor, err = redact.New(redact.Key{5}, nil); err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					x.LearnHost(name)
				}
				forms := []reportFlags{{as: form, evidence: -1}}
				if form == "text" {
					forms = append(forms, reportFlags{as: form, evidence: -1, width: 72})
				}
				for _, f := range forms {
					out, err := x.print(d, func(w io.Writer, d *logdoc.Diagnosis) error { return render(w, f, d, report.TextOptions{}) })
					if err != nil {
						t.Fatal(err)
					}
					if len(out) == 0 {
						t.Error("nothing is in it")
					}
					for _, v := range x.Values() {
						if strings.Contains(strings.ToLower(string(out)), strings.ToLower(string(v.Text))) {
							t.Errorf("%s %q is left", v.Class, v.Text)
						}
					}
				}
			})
		}
	}
}

// samePackText compares what packs say, which no log has a part in.
func samePackText(t *testing.T, a, b []logdoc.Finding) {
	t.Helper()
	for i := range a {
		x, y := a[i], b[i]
		samePackText(t, x.Consequences, y.Consequences)
		for _, f := range []*logdoc.Finding{&x, &y} {
			f.Evidence, f.Values, f.Key, f.Nodes, f.Consequences = nil, nil, "", nil, nil
			steps := make([]logdoc.Step, len(f.Steps))
			copy(steps, f.Steps)
			for i := range steps {
				steps[i].Values = nil
			}
			f.Steps = steps
		}
		if diff := cmp.Diff(x, y); diff != "" {
			t.Errorf("%s:\n%s", a[i].Symptom, diff)
		}
	}
}

// TestBuiltInTextHoldsNoValues keeps the packs' own words out of the redaction, so that reports read the same.
func TestBuiltInTextHoldsNoValues(t *testing.T) {
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	x := &redaction{packs: packs}
	if x.Redactor, err = redact.New(redact.Key{5}, nil); err != nil {
		t.Fatal(err)
	}
	d := &logdoc.Diagnosis{}
	for _, name := range packs.Rules.ArticleNames() {
		a, _ := packs.Rules.Article(name)
		d.Clean = append(d.Clean, logdoc.Clean{Name: a.Name, Title: a.Title, Product: a.Product})
		u := logdoc.Unchecked{Symptom: a.Name, Title: a.Title, Product: a.Product}
		for _, f := range append(a.Files, a.Records...) {
			u.Collect = append(append(u.Collect, f.Collect), f.Where...)
			d.Coverage.Sources = append(d.Coverage.Sources, logdoc.SourceCoverage{Facts: []string{a.Name + " " + f.Name}})
		}
		d.Unchecked = append(d.Unchecked, u)
	}
	if err := x.learn(d, func(w io.Writer, d *logdoc.Diagnosis) error { return report.Text(w, d, report.TextOptions{}) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, x.Diagnosis(d)); diff != "" {
		t.Errorf("a pack's words are taken for values:\n%s", diff)
	}
}

// TestExportRedacted exports from the screen what may leave the house, with what a person wrote.
func TestExportRedacted(t *testing.T) {
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	x := &redaction{packs: packs, file: mapFile{name: filepath.Join(dir, "map")}}
	if x.Redactor, err = redact.New(redact.Key{5}, nil); err != nil {
		t.Fatal(err)
	}
	write := x.exportRedacted(x.hosts.Done)
	name := filepath.Join(dir, "case.md")
	if err := write(name, &logdoc.Diagnosis{}, logdoc.Work{}, false); err == nil || !strings.Contains(err.Error(), "still being read") {
		t.Errorf("exported before all names were known: %v", err)
	}
	d, err := diagnose.Run(context.Background(), packs, diagnose.Options{Paths: []string{"../../samples/luna-logs.tgz"}, Files: source.Disk{}, Hosts: &x.hosts})
	if err != nil {
		t.Fatal(err)
	}
	work := logdoc.Work{Steps: []logdoc.StepWork{{Symptom: d.Findings[0].Symptom, Key: d.Findings[0].Key, Step: d.Findings[0].Steps[0].ID, State: logdoc.StepDone, Note: "asked jane@example.org about luna-a1"}}}
	if err := write(name, d, work, false); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{"luna-a1", "luna-b2", "10.20.31.55", "jane"} {
		if bytes.Contains(text, []byte(raw)) {
			t.Errorf("%s is left", raw)
		}
	}
	if !bytes.Contains(text, []byte("asked MAIL-")) {
		t.Error("the note is not in it")
	}
	if err := write(name, d, work, false); !errors.Is(err, tui.ErrExists) {
		t.Errorf("written over: %v", err)
	}
	if err := write(name, d, work, true); err != nil {
		t.Error(err)
	}
}

// TestMapIsShared has two runs add to one map, and a third that was cut short.
func TestMapIsShared(t *testing.T) {
	s := streams{stateHome: t.TempDir()}
	first, err := openMap(s, "", []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	late, err := openMap(s, "", []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	if first.name != late.name || first.Key == late.Key {
		t.Fatalf("%s and %s", first.name, late.name)
	}
	value := func(p, text string) redact.Value {
		return redact.Value{Class: redact.Host, Pseudonym: p, Text: logdoc.LogText(text)}
	}
	if err := first.save([]redact.Value{value("HOST-00000001", "a")}); err != nil {
		t.Fatal(err)
	}
	if err := late.save([]redact.Value{value("HOST-00000002", "b")}); err == nil {
		t.Error("two keys in one map")
	}
	f, err := os.OpenFile(first.name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"class":"HO`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := openMap(s, "", []string{"x"})
	if err != nil || again.Key != first.Key || len(again.Values) != 1 {
		t.Fatalf("%v %d", err, len(again.Values))
	}
	if err := again.save([]redact.Value{value("HOST-00000001", "a"), value("HOST-00000003", "c\xff")}); err != nil {
		t.Fatal(err)
	}
	if err := again.save([]redact.Value{value("HOST-00000001", "a"), value("HOST-00000003", "c\xff"), value("HOST-00000004", "d")}); err != nil {
		t.Fatal(err)
	}
	last, err := openMap(s, "", []string{"x"})
	if err != nil || len(last.Values) != 3 || last.Values[1].Text != "c\xff" {
		t.Fatalf("%v %+v", err, last.Values)
	}
	// What comes from standard input is another thing every time.
	if a, b := mapName([]string{"-"}), mapName([]string{"-"}); a == b {
		t.Errorf("both are %s", a)
	}
}
