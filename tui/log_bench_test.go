package tui

import (
	"path/filepath"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/pager"
	"logdoc/samples"
	"logdoc/source"
)

// BenchmarkLogKey presses a key in a log and draws the screen, 200 columns wide: what a person waits for. Lines that are read meanwhile come later, as they do on a terminal.
func BenchmarkLogKey(b *testing.B) {
	file := filepath.Join(b.TempDir(), "avtar.log")
	kind, err := samples.ParseKind("avtar")
	if err != nil {
		b.Fatal(err)
	}
	if err := samples.WriteLogFile(file, kind, 64<<20, 1, 5000); err != nil {
		b.Fatal(err)
	}
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		b.Fatal(err)
	}
	in := pager.Open(pager.Options{Paths: []string{file}, Files: source.Disk{}, Formats: packs.Grammar, Now: noon("2026-03-01")})
	b.Cleanup(in.Close)
	d := nightCase()
	d.Coverage.Sources = []logdoc.SourceCoverage{{Source: logdoc.LogText(file), Records: 1, First: clock("2026-02-10 00:00:00")}}
	for _, bench := range []struct{ name, key string }{{"Down", "j"}, {"Screen", " "}, {"NextError", "e"}, {"Filter", "-"}} {
		b.Run(bench.name, func(b *testing.B) {
			m := newModel(Session{Logs: rawLogs{in}, Look: Look{Colors: TrueColors}, Now: func() time.Time { return noon("2026-03-01") }})
			later := []tea.Cmd{m.Init()}
			work := func() {
				for len(later) > 0 {
					cmd := later[0]
					later = later[1:]
					if cmd == nil {
						continue
					}
					switch msg := cmd().(type) {
					case tea.BatchMsg:
						later = append(later, msg...)
					case nil:
					default:
						_, next := m.Update(msg)
						later = append(later, next)
					}
				}
			}
			tell := func(msg tea.Msg) {
				_, cmd := m.Update(msg)
				m.View()
				later = append(later, cmd)
			}
			tell(tea.WindowSizeMsg{Width: 200, Height: 50})
			tell(updateMsg(logdoc.Update{Diagnosis: d, Done: true}))
			tell(openLog{logdoc.Place{Source: logdoc.LogText(file), Line: 100}})
			work()
			key := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(bench.key)}
			if bench.key == " " {
				key = tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
			}
			for b.Loop() {
				tell(key)
				b.StopTimer()
				work()
				b.StartTimer()
			}
		})
	}
}
