package grammar

import (
	"strings"
	"testing"

	"logdoc"
	"logdoc/samples"
)

// raced is true under the race detector, under which allocations cannot be counted.
var raced bool

// TestScanAllocatesNothing scans a chunk of every kind of log, and of every layout: nothing may be allocated for a record.
func TestScanAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("allocations cannot be counted under the race detector")
	}
	set := builtin(t)
	chunks := map[string]string{}
	for _, kind := range samples.Kinds() {
		chunks[kind.String()] = string(generated(t, kind, 256<<10))
	}
	for _, tt := range layouts {
		chunks[tt.line] = strings.Repeat(layoutLine(tt.line)+"\n", 100)
	}
	chunks["a zone that is not clear"] = strings.Repeat("XST 2023-08-31 17:02:51 [x install]: a\n", 100)
	chunks["no format"] = strings.Repeat("nothing that is known\n", 100)
	for name, text := range chunks {
		r := set.Detect([]byte(text[:min(len(text), HeadSize)]), Options{ModTime: modTime})
		sc, tally, records := NewScanner(), &Tally{}, 0
		data := []byte(text)
		scan := func() {
			records = 0
			sc.Scan(r, set, Chunk{Data: data, Line: 1}, tally, func(*logdoc.Event) { records++ })
		}
		if allocs := testing.AllocsPerRun(10, scan); allocs > 2 {
			t.Errorf("%s: %.0f allocations for %d records", name, allocs, records)
		}
	}
}
