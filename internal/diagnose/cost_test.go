package diagnose

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// ticking is a clock that goes on by a growing step with each look: a difference is never nothing.
func ticking() func() time.Time {
	var mutex sync.Mutex
	at, step := time.Unix(1_700_000_000, 0), time.Duration(0)
	return func() time.Time {
		mutex.Lock()
		defer mutex.Unlock()
		step += time.Microsecond
		at = at.Add(step)
		return at
	}
}

// What is measured is told by part, format, symptom and declaration, and measuring changes nothing.
func TestCosts(t *testing.T) {
	const stuck, idle = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n", "PUMP 2026-03-04 05:06:07 north INFO idle\n"
	contents := map[string]string{"pump.log": strings.Repeat(stuck+idle, 3), "prose.txt": "no record\nat all\n", "etc/pump.conf": "torque=12\n"}
	costs := &Costs{Now: ticking()}
	loaded := costs.During(logdoc.CostLoading)
	loaded()
	measured := diagnose(t, files(contents), func(o *Options) { o.Costs, o.Workers = costs, 2 })
	if diff := cmp.Diff(diagnose(t, files(contents), nil), measured); diff != "" {
		t.Errorf("measured, the diagnosis is another one:\n%s", diff)
	}
	parts := map[string]logdoc.Cost{}
	for _, c := range costs.Parts() {
		name := strings.TrimSpace(c.Part.String() + " " + c.Name)
		if _, twice := parts[name]; twice {
			t.Errorf("%s twice", name)
		}
		if c.Time < 0 {
			t.Errorf("%s took %s", name, c.Time)
		}
		parts[name] = c
	}
	for _, name := range []string{"loading packs", "reading", "unpacking", "format pump", "other correlating", "symptom acme/pump-stuck"} {
		if parts[name].Time <= 0 {
			t.Errorf("%s took %s", name, parts[name].Time)
		}
	}
	if c := parts["format pump"]; c.Looked != 6 {
		t.Errorf("%d records of the format were counted, want 6", c.Looked)
	}
	if c := parts["format"]; c.Looked != 2 {
		t.Errorf("%d lines of no format were counted, want 2", c.Looked)
	}
	if c := parts["symptom acme/pump-stuck"]; c.Taken < 1 || c.Taken > 3 || c.Looked < c.Taken {
		t.Errorf("the symptom's patterns took %d of %d records", c.Taken, c.Looked)
	}
	if c := parts["symptom avamar/session-ticket"]; c.Looked != 0 || c.Taken != 0 {
		t.Errorf("a symptom of another format was tried %d times", c.Looked)
	}
}

func TestNoCosts(t *testing.T) {
	var none *Costs
	allocated := testing.AllocsPerRun(100, func() {
		none.During(logdoc.CostLoading)()
		none.begin(nil)
		none.visiting()()
	})
	if allocated != 0 {
		t.Errorf("measuring nothing allocates %v times", allocated)
	}
}
