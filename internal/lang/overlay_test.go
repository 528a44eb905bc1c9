package lang

import (
	"testing"
	"time"
)

func TestSilenceEnds(t *testing.T) {
	for until, want := range map[string]string{
		"2026-12-01":                "2026-12-01T00:00:00Z",
		"2026-12-01T18:00:00Z":      "2026-12-01T18:00:00Z",
		"2026-12-01T01:00:00+02:00": "2026-11-30T23:00:00Z",
		"2024-02-29":                "2024-02-29T00:00:00Z",
		"2026-02-29":                "",
		"2026-1-2":                  "",
		"2026-12-01T18:00":          "",
		"":                          "",
	} {
		s := &Silence{Until: Name{Value: until}}
		got := ""
		if ends, ok := s.Ends(); ok {
			got = ends.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("until %s: got %q, want %q", until, got, want)
		}
	}
}

// A reason is one line in a report, however it was written.
func TestReason(t *testing.T) {
	f, ps := Parse("t", []byte("overlay a/b {\n  because\n    | of this\n    |\n    |   and   that \n  severity error\n}"))
	if len(ps) > 0 {
		t.Fatal(rendered(ps))
	}
	if got := f.Overlays[0].Reason(); got != "of this and that" {
		t.Errorf("%q", got)
	}
}
