package tui

import (
	"fmt"
	"testing"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

func TestFindingsAreOrdered(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).
		sees("✖ critical  certain", "✗ error     possible", "▲ warning   cleared", "● notice    stale").
		under("Server and console disagree")
}

func TestConsequencesFold(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).
		sees("ticket serial", "▸2").seesNo("The client ends its connection").
		presses("space").sees("▾2", "└ The client ends its connection", "└ The script at the end").
		presses("down", "down").under("The script at the end").
		presses("space").under("Server and console").seesNo("└").
		presses("end", "space").sees("this finding has no consequences")
}

func TestFilter(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).
		presses("/").types("cert").sees("filter cert").
		sees("The certificate is about to expire", "The certificate is about to expire").seesNo("Server and console").
		types("ificate hsm-b").seesNo("hsm-a").
		presses("enter").sees("1 of 4 findings · filter certificate").
		presses("esc").sees("Server and console", "4 findings").
		presses("/").types("nothing like it").sees("No finding fits the filter").
		presses("esc").sees("Server and console")
}

// TestTheCursorStaysOnItsFinding lets findings arrive, grow and move beneath a cause while a person looks at one of them.
func TestTheCursorStaysOnItsFinding(t *testing.T) {
	finding := func(name string, severity logdoc.Severity) logdoc.Finding {
		return logdoc.Finding{Symptom: "acme/" + name, Title: "This is " + name, Severity: severity, Certainty: logdoc.Likely}
	}
	reading := func(findings ...logdoc.Finding) logdoc.Update {
		return logdoc.Update{Read: 1 << 20, Total: 4 << 20, Diagnosis: &logdoc.Diagnosis{Findings: findings}}
	}
	a, b, c := finding("a", logdoc.Error), finding("b", logdoc.Warning), finding("c", logdoc.Critical)
	r := sitDown(t, 80, 24, Session{})
	r.reads(reading(b)).under("This is b")
	r.reads(reading(a, b)).under("This is a") // nobody has moved yet: the worst is shown
	r.presses("down").under("This is b")
	r.reads(reading(a, b, c)).under("This is b").sees("This is c", "This is a", "This is b")
	b.Severity, b.Certainty = logdoc.Critical, logdoc.Certain
	r.reads(reading(a, b, c)).under("This is b").sees("This is b", "This is c", "This is a")
	c.Consequences = []logdoc.Finding{b}
	r.reads(reading(a, c)).under("This is c")
}

// TestNothingJumps fills a list longer than the screen: what is under the cursor stays in its row while findings arrive above it.
func TestNothingJumps(t *testing.T) {
	var findings []logdoc.Finding
	for i := range 100 {
		findings = append(findings, logdoc.Finding{Symptom: fmt.Sprintf("acme/%03d", i), Title: fmt.Sprintf("Warning %03d", i), Severity: logdoc.Warning, Last: clock("2026-01-02 00:00:00").Add(-time.Duration(i) * time.Second)})
	}
	r := sitDown(t, 80, 24, Session{})
	r.reads(logdoc.Update{Diagnosis: &logdoc.Diagnosis{Findings: findings}})
	for range 50 {
		r.presses("down")
	}
	r.under("Warning 050")
	row := r.row()
	for i := range 30 {
		findings = append(findings, logdoc.Finding{Symptom: fmt.Sprintf("acme/new%d", i), Title: "Something worse", Severity: logdoc.Critical})
		r.reads(logdoc.Update{Diagnosis: &logdoc.Diagnosis{Findings: findings}}).under("Warning 050")
		if got := r.row(); got != row {
			t.Fatalf("after %d more findings the row has gone from %d to %d", i+1, row, got)
		}
	}
}

func TestReadingIsTold(t *testing.T) {
	r := sitDown(t, 80, 24, Session{})
	r.clock = r.clock.Add(2 * time.Second)
	r.reads(logdoc.Update{Read: 200 << 20, Total: 800 << 20}).sees("Nothing found yet", "reading 25 % · 100 MiB/s")
	r.reads(logdoc.Update{Read: 200 << 20}).sees("reading 200 MiB · 100 MiB/s")
	r.reads(logdoc.Update{Read: 800 << 20, Done: true, Diagnosis: &logdoc.Diagnosis{}}).sees("Nothing was found, for no record was read", "no findings")
}

func TestLeaving(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).presses("enter", "q").leaves(false).under("Server and console").presses("q").leaves(true)
	lookAt(t, 80, 24, nightCase()).presses("enter", "?", "ctrl+c").leaves(true)
	lookAt(t, 80, 24, nightCase()).presses("esc").leaves(false).sees("nothing to go back to: q leaves")
}

// TestEverySize draws at every small size, and some large ones, what is asked for.
func TestEverySize(t *testing.T) {
	for _, keys := range [][]string{nil, {"enter"}, {"enter", "tab"}, {"enter", "tab", "tab"}, {"enter", "shift+tab"}, {"2"}, {"2", "tab", "space"}, {"?"}, {"space", "/"}} {
		r := lookAt(t, 80, 24, nightCase()).presses(keys...)
		for width := 1; width <= 130; width += 3 {
			for height := 1; height <= 40; height += 3 {
				r.resize(width, height)
				if width >= minWidth && height >= minHeight {
					checkSize(t, r.model.View(), width, height)
				}
			}
		}
	}
}

// TestQuickKeys presses keys so quickly that they come as one message, and pastes some.
func TestQuickKeys(t *testing.T) {
	lookAt(t, 80, 24, nightCase()).presses("jj").under("hsm-a").presses("gj/hsm").sees("filter hsm").presses("esc").under("hsm-b").presses("jqj").leaves(true)
	lookAt(t, 80, 24, nightCase()).pastes("jq").under("Server and console").leaves(false).sees("what was pasted is no key").
		presses("/").pastes("hsm-a").under("hsm-a")
}

// TestFilterTakesAnyBytes: a key that is no text can be asked for the letter that stands for what is none.
func TestFilterTakesAnyBytes(t *testing.T) {
	f := &logdoc.Finding{Title: "Pump", Key: "unit\xff"}
	if _, ok := newFilter("�").match(f); !ok {
		t.Error("not found")
	}
}

func TestTail(t *testing.T) {
	for _, tt := range []struct {
		text  sanitize.Safe
		width int
		want  sanitize.Safe
	}{
		{"short", 5, "short"}, {"a/long/path", 6, "…/path"}, {"a/long/path", 1, ""}, {"a/long/path", 0, ""}, {"", 3, ""}, {"漢字漢字", 4, "…字"}, {"漢字漢字", 2, "…"}, {"x漢", 2, "…"},
	} {
		if got := tail(tt.text, tt.width); got != tt.want {
			t.Errorf("tail(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestRelatedTellsOfNodes(t *testing.T) {
	d := nightCase()
	look := func(f *logdoc.Finding, nodes logdoc.Nodes) *robot {
		one := *d
		one.Findings, one.Nodes = []logdoc.Finding{*f}, nodes
		return lookAt(t, 80, 24, &one).presses("enter", "shift+tab")
	}
	f := d.Findings[0]
	f.Consequences, f.Key = nil, ""
	look(&f, logdoc.Nodes{List: []logdoc.Node{{Name: "alone"}}}).seesNo("nodes")
	two := logdoc.Nodes{List: []logdoc.Node{{Name: "hsm-a"}, {Name: "hsm-b"}, {Name: "hsm-c"}}}
	look(&f, two).sees("0 of 3: nothing says where its records were written")
	f.Nodes, f.Unplaced = []logdoc.LogText{"hsm-b"}, true
	look(&f, two).sees("1 of 3: hsm-b, and others that nobody knows").seesNo("only one")
	two.Outliers = []logdoc.Outlier{{Node: "hsm-b", Name: f.Symptom, Title: f.Title, Of: 3}, {Node: "hsm-a", Name: "acme/other", Of: 3}}
	look(&f, two).sees("hsm-b: the only one of 3 nodes with it").seesNo("hsm-a: the only")
}
