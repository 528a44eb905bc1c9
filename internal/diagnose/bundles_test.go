package diagnose

import (
	"context"
	"slices"
	"testing"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"
)

// TestBundlesHaveTheirOwnCapture reads bundles of different weeks in one run: the older one's findings are as they were when it was captured.
func TestBundlesHaveTheirOwnCapture(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, name := range []string{samples.AvamarBundle, samples.LunaBundle, samples.FlumeBundle} {
		paths = append(paths, "../../samples/"+name)
	}
	d, err := Run(context.Background(), p, Options{Paths: paths, Files: source.Disk{}})
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]logdoc.State{}
	for _, f := range d.Findings {
		state[f.Symptom+" "+string(f.Key)] = f.State
		if f.Symptom == "luna/ntls-certificate-expiring" && f.Key == "luna-a1" {
			i := slices.IndexFunc(f.Values, func(v logdoc.Value) bool { return v.Name == "days_left" })
			if i < 0 || f.Values[i].Text != "12" {
				t.Errorf("days left at the bundle's own capture: %v", f.Values)
			}
		}
	}
	for _, key := range []string{"avamar/session-ticket ", "luna/ntls-certificate-expiring luna-a1", "flume/alm-24010 "} {
		if got, ok := state[key]; !ok || got != logdoc.Active {
			t.Errorf("%s: found %v, state %s", key, ok, got)
		}
	}
}
