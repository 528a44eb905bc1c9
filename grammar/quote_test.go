package grammar

import (
	"strings"
	"testing"
)

// TestQuotes reads records that a tool put something in front of.
func TestQuotes(t *testing.T) {
	const record = "2026/02/17-20:00:07.51822 {0.0} [srvm-1#srv:2] WARN: <1426> sessionkeytable::comparesignature incorrect signature"
	want := []string{record, record}
	for _, tt := range []struct{ name, front string }{
		{"an indent", "    "},
		{"a tab", "\t"},
		{"a bar", "| "},
		{"grep", "/data01/cur/gsan.log.001:"},
		{"grep -n on one file", "417:"},
		{"grep -n", "gsan.log.001:417:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := builtin(t)
			_, tally, _ := readAll(set, lines(tt.front+want[0], tt.front+want[1]), Options{})
			if n := tally.Formats[index(t, set, "gsan")]; n != 2 || tally.Plain != 0 {
				t.Errorf("%d records of gsan, %d plain lines", n, tally.Plain)
			}
		})
	}
	t.Run("a hole of NULs", func(t *testing.T) {
		set := builtin(t)
		_, tally, _ := readAll(set, lines(record, strings.Repeat("\x00", 4096)+record, record), Options{})
		if n := tally.Formats[index(t, set, "gsan")]; n != 3 {
			t.Errorf("%d records, want 3", n)
		}
	})
	t.Run("a whole log", func(t *testing.T) {
		set := builtin(t)
		_, tally, _ := readAll(set, lines(record, "  indented: "+record, record), Options{})
		if n := tally.Formats[index(t, set, "gsan")]; n != 2 {
			t.Errorf("%d records, want 2: the indented line belongs to the first", n)
		}
	})
}
