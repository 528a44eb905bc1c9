package diagnose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"logdoc"
	"logdoc/source"
)

// TestRecords is shown every record of the samples once, as they are counted, and the diagnosis is the same.
func TestRecords(t *testing.T) {
	packs, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Paths: []string{"../../samples/avamar-case.tgz", "../../samples/luna-logs.tgz", "../../samples/mrs-flume-logs.zip"}, Files: source.Disk{}}
	want, err := Run(t.Context(), packs, o)
	if err != nil {
		t.Fatal(err)
	}
	type seen struct {
		counts map[string]int
		line   int
	}
	all := map[logdoc.LogText]*seen{}
	hosts := 0
	o.Records = func(r Record) {
		s := all[r.Source]
		if s == nil {
			s = &seen{counts: map[string]int{}}
			all[r.Source] = s
		}
		if r.Event.Line < s.line {
			t.Errorf("%s: line %d comes behind line %d", r.Source, r.Event.Line, s.line)
		}
		s.line = r.Event.Line
		s.counts[r.Known]++
		for slot, name := range r.Fields {
			if name == "host" && strings.HasPrefix(string(r.Event.Field(slot)), "luna-") {
				hosts++
			}
		}
	}
	got, err := Run(t.Context(), packs, o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the diagnosis differs:\n%s", diff)
	}
	for _, c := range got.Coverage.Sources {
		s := all[c.Source]
		if s == nil {
			s = &seen{}
		}
		// Lines of a file's frame are normal, and no records that anybody is shown.
		if s.counts["bad"] != c.KnownBad || s.counts["normal"] > c.KnownNormal || s.counts["unexplained"] != c.Unexplained || s.counts["unread"] != c.Unread {
			t.Errorf("%s: shown %v, counted %d bad, %d normal, %d unexplained, %d unread", c.Source, s.counts, c.KnownBad, c.KnownNormal, c.Unexplained, c.Unread)
		}
	}
	if hosts == 0 {
		t.Error("no record names its host")
	}
}
