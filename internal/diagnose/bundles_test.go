package diagnose

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	for _, name := range []string{samples.AvamarBundle, samples.GridBundle, samples.LunaBundle, samples.FlumeBundle} {
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
	for _, key := range []string{"avamar/session-ticket ", "avamar/os-capacity ", "luna/ntls-certificate-expiring luna-a1", "flume/alm-24010 "} {
		if got, ok := state[key]; !ok || got != logdoc.Active {
			t.Errorf("%s: found %v, state %s", key, ok, got)
		}
	}
}

// TestGridBundle reads a case in which several things went wrong in one night: each consequence stands beneath its own cause.
func TestGridBundle(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Run(context.Background(), p, Options{Paths: []string{"../../samples/" + samples.GridBundle}, Files: source.Disk{}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var write func([]logdoc.Finding, string)
	write = func(fs []logdoc.Finding, indent string) {
		for _, f := range fs {
			b.WriteString(indent + f.Severity.String() + " " + f.Certainty.String() + " " + strings.TrimSpace(f.Symptom+" "+string(f.Key)) + "\n")
			write(f.Consequences, indent+"  ")
		}
	}
	write(d.Findings, "")
	const want = `critical certain avamar/os-capacity
  error certain avamar/checkpoint-failed
  error certain avamar/backup-failed 10007
  error certain avamar/connection-killed
  error certain avamar/gc-failed
error certain avamar/sql-log-gap
error certain avamar/ddr-name dd02.lab.example
  error certain avamar/ddr-login
  error certain avamar/backup-incomplete
  error certain avamar/server-connection
error likely avamar/isilon-rename
  warning possible avamar/backup-failed 10020
notice certain avamar/other-errors 9982, 6123
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	for _, u := range d.Unexplained {
		if !strings.Contains(string(u.Template), "disk::latency") && u.Severity >= logdoc.Warning {
			t.Errorf("unexplained: %s", u.Template)
		}
	}
}
