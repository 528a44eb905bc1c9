package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// TestRecall looks for a finding in older cases.
func TestRecall(t *testing.T) {
	s := newStore(t)
	on := func(f logdoc.Finding, nodes ...logdoc.LogText) logdoc.Finding {
		f.Nodes = nodes
		return f
	}
	add := func(name, path string, capture time.Time, work []logdoc.StepWork, note string, findings ...logdoc.Finding) {
		t.Helper()
		c := Case{CaseInfo: CaseInfo{Name: name, Kind: Reported, Paths: []string{path}, Capture: capture}}
		c.Diagnosis = logdoc.Diagnosis{Capture: capture, Findings: findings, Work: logdoc.Work{Steps: work}}
		if note != "" {
			c.Notes = []Note{{Text: logdoc.LogText(note)}}
		}
		if _, err := s.SaveCase(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	did := func(step string, key logdoc.LogText, state logdoc.StepState, note logdoc.LogText) logdoc.StepWork {
		return logdoc.StepWork{Symptom: "acme/rotor", Key: key, Step: step, State: state, Note: note}
	}
	cause := someFinding("acme/cause", "")
	cause.Consequences = []logdoc.Finding{someFinding("acme/rotor", "north")}
	add("old", "/a", march(), nil, "", someFinding("acme/rotor", "north"))
	add("", "/b", march(), []logdoc.StepWork{did("look", "north", logdoc.StepDone, "saw it"), did("turn", "north", logdoc.StepDone, ""), did("turn", "south", logdoc.StepFailed, "x")}, "it was the fan",
		cause, someFinding("acme/rotor", "south"))
	add("host", "/c", march(), []logdoc.StepWork{did("look", "west", logdoc.StepDone, "")}, "", on(someFinding("acme/rotor", "west"), "a", "GSAN01"))
	last := someFinding("acme/rotor", "").Last
	for _, tt := range []struct {
		name string
		key  logdoc.LogText
		node logdoc.LogText
		this CaseInfo
		want *logdoc.Earlier
	}{
		{"the same key, as a consequence", "north", "", CaseInfo{}, &logdoc.Earlier{Cases: 2, Case: 2, Time: last, Solved: []string{"Turn it"}, Notes: []logdoc.LogText{"saw it", "it was the fan"}}},
		{"only cases before it", "north", "", CaseInfo{ID: 2}, &logdoc.Earlier{Cases: 1, Case: 1, Name: "old", Time: last}},
		{"not the same input at the same moment", "north", "", CaseInfo{Paths: []string{"/b"}, Capture: march()}, &logdoc.Earlier{Cases: 1, Case: 1, Name: "old", Time: last}},
		{"the same input later", "north", "", CaseInfo{Paths: []string{"/b"}, Capture: march().Add(1)}, &logdoc.Earlier{Cases: 2, Case: 2, Time: last, Solved: []string{"Turn it"}, Notes: []logdoc.LogText{"saw it", "it was the fan"}}},
		{"another key", "east", "", CaseInfo{}, nil},
		{"another key on the same node", "east", "gsan01", CaseInfo{}, &logdoc.Earlier{Cases: 1, Case: 3, Name: "host", Time: last, Host: "GSAN01", Solved: []string{"Look at it"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outer := someFinding("acme/never", "")
			outer.Consequences = []logdoc.Finding{on(someFinding("acme/rotor", tt.key), "x", tt.node)}
			d := logdoc.Diagnosis{Findings: []logdoc.Finding{outer}}
			if err := s.Recall(t.Context(), &d, tt.this); err != nil {
				t.Fatal(err)
			}
			if d.Findings[0].Earlier != nil {
				t.Errorf("what never was: %v", d.Findings[0].Earlier)
			}
			if diff := cmp.Diff(tt.want, d.Findings[0].Consequences[0].Earlier); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	finding := func(symptom string, severity logdoc.Severity, certainty logdoc.Certainty, state logdoc.State, consequences ...logdoc.Finding) logdoc.Finding {
		return logdoc.Finding{Symptom: symptom, Severity: severity, Certainty: certainty, State: state, Consequences: consequences}
	}
	before := logdoc.Diagnosis{Findings: []logdoc.Finding{
		finding("same", logdoc.Error, logdoc.Certain, logdoc.Active, finding("surer", logdoc.Error, logdoc.Likely, logdoc.Active)), finding("cleared", logdoc.Error, logdoc.Likely, logdoc.Active),
		finding("again", logdoc.Critical, logdoc.Certain, logdoc.Stale), finding("gone", logdoc.Info, logdoc.Certain, logdoc.Active), finding("milder", logdoc.Critical, logdoc.Possible, logdoc.Active),
	}}
	after := logdoc.Diagnosis{Findings: []logdoc.Finding{
		finding("new", logdoc.Notice, logdoc.Certain, logdoc.Active), finding("surer", logdoc.Error, logdoc.Certain, logdoc.Active), finding("cleared", logdoc.Critical, logdoc.Certain, logdoc.Cleared),
		finding("again", logdoc.Warning, logdoc.Possible, logdoc.Active), finding("worst", logdoc.Critical, logdoc.Certain, logdoc.Active, finding("same", logdoc.Error, logdoc.Certain, logdoc.Active)),
		finding("milder", logdoc.Error, logdoc.Certain, logdoc.Active),
	}}
	var got []string
	for _, d := range Compare(&before, &after) {
		f := d.After
		if f == nil {
			f = d.Before
		}
		got = append(got, d.Change.String()+" "+f.Symptom)
	}
	want := []string{"new worst", "new new", "worse surer", "worse again", "better cleared", "better milder", "gone gone", "same same"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
