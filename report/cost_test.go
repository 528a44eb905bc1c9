package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

func TestCosts(t *testing.T) {
	var b strings.Builder
	err := Costs(&b, []logdoc.Cost{
		{Part: logdoc.CostReading, Time: 100 * time.Millisecond},
		{Part: logdoc.CostSearching},
		{Part: logdoc.CostFormat, Name: "pump\x1b[2J", Time: 600 * time.Millisecond, Looked: 1_234_567},
		{Part: logdoc.CostFormat, Time: 50 * time.Millisecond, Looked: 3},
		{Part: logdoc.CostSymptom, Name: "acme/pump-stuck", Time: 250 * time.Millisecond, Looked: 2000, Taken: 12},
		{Part: logdoc.CostSymptom, Name: "acme/tried", Looked: 7},
		{Part: logdoc.CostSymptom, Name: "acme/idle", Time: 900 * time.Nanosecond},
	}, TextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `It took 1000.0 ms of all processors together
        time  share    looked at      taken  part
    600.0 ms 60.0 %    1,234,567             format pump␛[2J
    250.0 ms 25.0 %        2,000         12  symptom acme/pump-stuck
    100.0 ms 10.0 %                          reading
     50.0 ms  5.0 %            3             lines of no known format
      0.0 ms  0.0 %            7          0  symptom acme/tried
2 parts more took nothing: no record came near what they look for
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
