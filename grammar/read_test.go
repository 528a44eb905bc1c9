package grammar

import (
	"strings"
	"testing"
	"time"

	"logdoc"
)

// modTime is when the files of these tests were last written, for stamps without a year.
var modTime = time.Date(2013, time.January, 5, 12, 0, 0, 0, time.UTC)

// describe writes what was read of a record: its format, time and severity, and its fields in the order of their slots.
func describe(set *Set, ev *logdoc.Event) string {
	if ev.Format == Plain {
		return "plain ¦ " + string(ev.Text)
	}
	parts := []string{set.Formats()[ev.Format].Name, "no clock", ev.Severity.String()}
	if ev.Clock {
		parts[1] = time.Unix(0, ev.Time).UTC().Format(time.RFC3339Nano)
	}
	for slot, name := range set.Formats()[ev.Format].fields {
		if value := ev.Field(slot); value != nil {
			parts = append(parts, name+"="+string(value))
		}
	}
	return strings.Join(parts, " ¦ ")
}

// readAll describes every record of a text.
func readAll(set *Set, text string, o Options) ([]string, Tally, *Reading) {
	if o.ModTime.IsZero() {
		o.ModTime = modTime
	}
	r := set.Detect([]byte(text[:min(len(text), HeadSize)]), o)
	var got []string
	var tally Tally
	NewScanner().Scan(r, set, Chunk{Data: []byte(text), Line: 1}, &tally, func(ev *logdoc.Event) { got = append(got, describe(set, ev)) })
	return got, tally, r
}

// texts returns the records of a text, as "line: text".
func texts(set *Set, text string, o Options) []string {
	if o.ModTime.IsZero() {
		o.ModTime = modTime
	}
	r := set.Detect([]byte(text[:min(len(text), HeadSize)]), o)
	var got []string
	NewScanner().Scan(r, set, Chunk{Data: []byte(text), Line: 1}, &Tally{}, func(ev *logdoc.Event) { got = append(got, string(ev.Text)) })
	return got
}

// lines joins lines to a text that ends with a line break.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

// compare tells where two lists of records differ.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("record %d is missing:\n  %s", i, want[i])
		case i >= len(want):
			t.Errorf("record %d is too many:\n  %s", i, got[i])
		case got[i] != want[i]:
			t.Errorf("record %d:\n  got  %s\n  want %s", i, got[i], want[i])
		}
	}
}
