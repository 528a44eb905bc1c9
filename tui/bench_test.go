package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
)

// crowded is a diagnosis with that many findings, each with evidence, and a full timeline.
func crowded(findings int) *logdoc.Diagnosis {
	d := nightCase()
	like := d.Findings[2]
	first := clock("2026-02-20 00:00:00")
	d.Findings = nil
	for i := range findings {
		f := like
		f.Symptom, f.Key = fmt.Sprintf("acme/ticket-%d", i%50), logdoc.LogText(fmt.Sprintf("unit-%d", i))
		f.Severity, f.Certainty = logdoc.Severity(2+i%5), logdoc.Certainty(1+i%3)
		f.First = first.Add(time.Duration(i) * time.Minute)
		f.Last = f.First.Add(time.Duration(i%2000) * time.Minute)
		if i%10 > 0 {
			f.Consequences = nil
		}
		d.Findings = append(d.Findings, f)
	}
	d.Timeline = &logdoc.Timeline{Width: 10 * time.Minute}
	for i := range logdoc.MaxBuckets {
		b := logdoc.Bucket{Start: first.Add(time.Duration(i) * 10 * time.Minute)}
		for s := range b.Records {
			b.Records[s] = i * (s + 1) % 97
		}
		d.Timeline.Buckets = append(d.Timeline.Buckets, b)
	}
	return d
}

// BenchmarkKey handles and draws key presses with 10,000 findings on a screen of 200 columns: on average, and the slowest of a hundred.
func BenchmarkKey(b *testing.B) {
	d := crowded(10_000)
	for _, tt := range []struct {
		name        string
		first, keys []string
	}{
		{"findings", nil, []string{"down", "pgdown", "tab", "up", "space", "G", "g"}},
		{"filter", []string{"/"}, []string{"s", "e", "backspace", "r", "backspace", "backspace"}},
		{"timeline", []string{timelineKey}, []string{"right", "left", "j", "k", "+", "-", "pgup", "e", "v"}},
		{"narrow", []string{timelineKey}, []string{"enter", "x", "left"}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			p := &player{model: newModel(Session{Name: "bundle.tgz", Now: time.Now, Look: Look{Colors: TrueColors}})}
			p.tell(tea.WindowSizeMsg{Width: 200, Height: 60})
			p.tell(updateMsg(logdoc.Update{Diagnosis: d, Done: true}))
			for _, key := range tt.first {
				p.press(key)
			}
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				p.press(tt.keys[i%len(tt.keys)])
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/slow-key")
		})
	}
}
