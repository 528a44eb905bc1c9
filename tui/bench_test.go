package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logdoc"
)

// manyFindings is a diagnosis with n findings, each with a consequence and some evidence.
func manyFindings(n int) *logdoc.Diagnosis {
	d := &logdoc.Diagnosis{}
	like := nightCase().Findings[2]
	for i := range n {
		f := like
		f.Symptom, f.Key = fmt.Sprintf("acme/symptom-%d", i%200), logdoc.LogText(fmt.Sprintf("host-%d.example.com", i))
		f.Severity, f.Certainty = logdoc.Severity(2+i%5), logdoc.Certainty(1+i%3)
		f.Last = clock("2026-01-01 00:00:00").Add(time.Duration(i) * time.Minute)
		f.Consequences = []logdoc.Finding{like.Consequences[0]}
		f.Consequences[0].Key = f.Key
		d.Findings = append(d.Findings, f)
	}
	return d
}

// BenchmarkKey presses a key and draws, with 10,000 findings on a wide terminal: it is to take less than 16 ms.
func BenchmarkKey(b *testing.B) {
	for _, tt := range []struct {
		name       string
		first, key string
	}{
		{"down", "", "j"}, {"page down", "", "pgdown"}, {"fold", "", " "}, {"filter", "/", "h"}, {"evidence", "enter", "j"}, {"runbook", "enter tab tab", "j"},
		{"related", "enter shift+tab", "j"}, {"help", "", "?"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			p := &player{model: newModel(Session{Look: Look{Colors: TrueColors}, Now: time.Now})}
			p.do(p.model.Init())
			p.model.resize(200, 60)
			p.tell(updateMsg{Diagnosis: manyFindings(10000), Done: true})
			for _, key := range strings.Fields(tt.first) {
				p.press(key)
			}
			for b.Loop() {
				p.press(tt.key)
				if tt.name == "filter" {
					b.StopTimer()
					p.press("backspace")
					b.StartTimer()
				}
			}
		})
	}
	b.Run("update", func(b *testing.B) {
		p := &player{model: newModel(Session{Look: Look{Colors: TrueColors}, Now: time.Now})}
		p.do(p.model.Init())
		d := manyFindings(10000)
		for b.Loop() {
			p.tell(updateMsg{Diagnosis: d, Done: true})
			p.press("j")
		}
	})
}
