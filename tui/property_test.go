package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/internal/sanitize"
)

// oddTexts are what somebody else may have written.
var oddTexts = []logdoc.LogText{"", "x", "hsm-a", "\x1b[2J\x1b]0;title\a", "\u202egol.exe\u202c\u200b", "caf\xe9 \xff\xfe", "漢字 ｗｉｄｅ 🙂👨‍👩‍👧", "a\tb\r\nc\x00d", logdoc.LogText(strings.Repeat("long ", 400)), "e\u0301\u0301\u0301"}

// anyDiagnosis draws a diagnosis with odd texts in all places.
func anyDiagnosis(t *rapid.T) *logdoc.Diagnosis {
	text := func() logdoc.LogText { return rapid.SampledFrom(oddTexts).Draw(t, "text") }
	word := func() string { return string(text()) }
	when := func() time.Time {
		if rapid.Bool().Draw(t, "clock") {
			return clock("2026-02-27 20:00:07").Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "s")) * time.Second)
		}
		return time.Time{}
	}
	var finding func(depth int) logdoc.Finding
	finding = func(depth int) logdoc.Finding {
		f := logdoc.Finding{Symptom: rapid.SampledFrom([]string{"a/b", "a/c", ""}).Draw(t, "symptom"), Title: word(), Product: word(), Severity: logdoc.Severity(rapid.IntRange(0, 6).Draw(t, "severity")),
			Certainty: logdoc.Certainty(rapid.IntRange(0, 3).Draw(t, "certainty")), State: logdoc.State(rapid.IntRange(0, 2).Draw(t, "state")), First: when(), Last: when(), ClearedAt: when(),
			Count: rapid.IntRange(0, 5000).Draw(t, "count"), Key: text(), Cause: word(), Impact: word(), Why: []string{word()}, See: []string{word()}}
		for range rapid.IntRange(0, 3).Draw(t, "evidence") {
			f.Evidence = append(f.Evidence, logdoc.Evidence{Event: "e", Label: word(), Place: logdoc.Place{Source: text(), Line: rapid.IntRange(0, 9).Draw(t, "line")}, Time: when(), Text: text()})
			f.Values = append(f.Values, logdoc.Value{Name: "v", Label: word(), Text: text(), All: []logdoc.LogText{text(), text()}})
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "steps") {
			f.Steps = append(f.Steps, logdoc.Step{Number: i + 1, ID: string(rune('a' + i)), Kind: logdoc.StepKind(i % 3), Title: word(), Notes: []string{word()}, Commands: []string{word(), word()}, Ask: word(),
				Answers: []logdoc.Answer{{Text: word(), Target: rapid.SampledFrom([]string{"", "done", "a", "b", "c", "nowhere"}).Draw(t, "target")}}, Values: f.Values})
		}
		if depth < 3 {
			for range rapid.IntRange(0, 2).Draw(t, "consequences") {
				f.Consequences = append(f.Consequences, finding(depth+1))
			}
		}
		return f
	}
	d := &logdoc.Diagnosis{}
	if n := rapid.IntRange(0, 40).Draw(t, "buckets"); n > 0 {
		width := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "width")
		d.Timeline = &logdoc.Timeline{Width: width}
		at := clock("2026-02-27 00:00:00")
		for range n {
			b := logdoc.Bucket{Start: at}
			b.Records[rapid.IntRange(0, 6).Draw(t, "counted")] = rapid.IntRange(1, 1e9).Draw(t, "records")
			d.Timeline.Buckets = append(d.Timeline.Buckets, b)
			at = at.Add(width * time.Duration(rapid.IntRange(1, 50).Draw(t, "gap")))
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "findings") {
		d.Findings = append(d.Findings, finding(0))
	}
	for range rapid.IntRange(0, 3).Draw(t, "others") {
		note := logdoc.Note{Text: word(), Detail: text(), Line: 3, LeftOut: rapid.Bool().Draw(t, "left out")}
		d.Notes = append(d.Notes, note)
		d.Unexplained = append(d.Unexplained, logdoc.Cluster{Template: text(), Format: "f", Severity: logdoc.Warning, Count: 7, First: logdoc.Place{Source: text(), Line: 1}, FirstTime: when(), LastTime: when(), Text: text()})
		d.Coverage.Sources = append(d.Coverage.Sources, logdoc.SourceCoverage{Source: text(), Log: text(), Format: word(), Why: word(), Facts: []string{word()}, Notes: []logdoc.Note{note}, First: when(), Last: when()})
		d.Clean = append(d.Clean, logdoc.Clean{Name: "n", Title: word(), Product: word(), Key: text(), Expected: rapid.Bool().Draw(t, "expected"), State: word(), Since: when()})
		d.Unchecked = append(d.Unchecked, logdoc.Unchecked{Symptom: "a/b", Product: word(), Reason: word(), Collect: []string{word()}})
		d.Silenced = append(d.Silenced, logdoc.Silenced{Finding: finding(3), Because: word(), Until: when(), File: word()})
	}
	return d
}

// TestAnythingAnywhere presses any keys at any time on terminals of any size, while diagnoses of anything arrive: the screen always fits, and nothing on it acts.
func TestAnythingAnywhere(t *testing.T) {
	keys := []string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "enter", "esc", "tab", "shift+tab", "backspace", "ctrl+n", "ctrl+p", "ctrl+d", "ctrl+u", "f1"}
	for letter := ' '; letter <= '~'; letter++ {
		keys = append(keys, string(letter))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Session{Name: oddTexts[3], Look: Look{Colors: Colors(rapid.IntRange(0, 3).Draw(t, "colors"))}, Now: func() time.Time { return noon("2026-03-01") }}
		s.Outside = Outside{Copy: func(string) (string, error) { return "here", nil }, Write: func(string, []byte) error { return nil },
			Draft:  func(logdoc.Cluster) ([]byte, error) { return nil, nil },
			Export: func(string, *logdoc.Diagnosis, logdoc.Work, bool) error { return ErrExists }}
		p := &player{model: newModel(s)}
		p.do(p.model.Init())
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			switch rapid.IntRange(0, 9).Draw(t, "act") {
			case 0:
				p.tell(tea.WindowSizeMsg{Width: rapid.IntRange(1, 200).Draw(t, "width"), Height: rapid.IntRange(1, 60).Draw(t, "height")})
			case 1:
				p.tell(updateMsg{Diagnosis: anyDiagnosis(t), Done: rapid.Bool().Draw(t, "done"), Source: rapid.SampledFrom(oddTexts).Draw(t, "source")})
			case 2:
				p.tell(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(string(rapid.SampledFrom(oddTexts).Draw(t, "paste"))), Paste: true})
			default:
				p.press(rapid.SampledFrom(keys).Draw(t, "key"))
			}
			screen := colors.ReplaceAllString(p.model.View(), "")
			rows := strings.Split(screen, "\n")
			if len(rows) != p.model.height && p.model.height >= minHeight && p.model.width >= minWidth {
				t.Fatalf("%d rows on a terminal of %d:\n%s", len(rows), p.model.height, screen)
			}
			for _, row := range rows {
				if n := sanitize.Width(sanitize.Safe(row)); n > p.model.width {
					t.Fatalf("%d cells on a terminal of %d: %q", n, p.model.width, row)
				}
				for _, r := range row {
					if r < ' ' || 0x7f <= r && r < 0xa0 || sanitize.Hidden(r) {
						t.Fatalf("%U is shown in %q", r, row)
					}
				}
			}
		}
	})
}
