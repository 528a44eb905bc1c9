package lang

import (
	"fmt"
	"strings"
	"testing"
)

// writtenSymptom is one as a site writes them by the thousand.
const writtenSymptom = `symptom site/known-%[1]d "Text %[1]d was logged" {
  severity warning
  product  "Pump"
  event seen "the text" in any where text has "impeller %[1]d seized"
  likely when seen
  cause
    | The bearing ran dry.
  impact
    | No water.
  look read-log "Read the log"
    note | It says which pump.
  example "invented: there" {
    plain | impeller %[1]d seized
    expect likely
  }
  example "invented: not there" {
    plain | all is well
    expect nothing
  }
}

`

// BenchmarkParse parses and checks a file of a hundred symptoms.
func BenchmarkParse(b *testing.B) {
	const count = 100
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, writtenSymptom, i)
	}
	src := []byte(text.String())
	b.ReportAllocs()
	for b.Loop() {
		f, ps := Parse("many.logdoc", src)
		if ps = append(ps, f.Check()...); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/count, "µs/symptom")
}
