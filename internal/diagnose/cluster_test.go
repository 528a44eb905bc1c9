package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// word makes a different word without digits for each number.
func word(n int) string {
	letters := []byte("w")
	for ; n > 0; n /= 26 {
		letters = append(letters, byte('a'+n%26))
	}
	return string(letters)
}

// TestClustersAreBounded: a log in which no two records look alike costs neither memory nor truth.
func TestClustersAreBounded(t *testing.T) {
	const shapes, times = keptClusters + 1000, 2
	var log strings.Builder
	for range times {
		for i := range shapes {
			fmt.Fprintf(&log, "PUMP 2026-03-04 05:06:07 north WARN %sq is odd\n", word(i))
		}
	}
	d := diagnose(t, files(map[string]string{"a.log": log.String(), "b.log": log.String()}), nil)
	if len(d.Unexplained) != maxClusters {
		t.Errorf("%d clusters, want %d", len(d.Unexplained), maxClusters)
	}
	records := 0
	for _, c := range d.Unexplained {
		records += c.Count
	}
	if want := 2 * times * maxClusters; records != want {
		t.Errorf("the clusters count %d records, want %d", records, want)
	}
	want := fmt.Sprintf("the unexplained records have more than %d shapes: %d records of the mildest ones are only counted in the coverage", maxClusters, 2*times*(shapes-maxClusters))
	if !hasNote(d.Notes, want) {
		t.Errorf("got the notes %v, want %q", d.Notes, want)
	}
	if n := d.Coverage.Totals.Unexplained; n != 2*times*shapes {
		t.Errorf("the coverage counts %d, want %d", n, 2*times*shapes)
	}
}

// TestClusterOrder: worst first, then near the first finding, then the rarest.
func TestClusterOrder(t *testing.T) {
	log := `PUMP 2026-03-04 05:00:00 north ERROR rotor stuck at 90 degrees
PUMP 2026-03-04 08:00:00 north WARN once, and far away
PUMP 2026-03-04 05:01:00 north WARN twice, and near
PUMP 2026-03-04 05:02:00 north WARN twice, and near
PUMP 2026-03-04 05:03:00 north WARN once, and near
PUMP 2026-03-04 09:00:00 north ERROR worst, though far away
PUMP 2026-03-04 05:00:00 north INFO too mild to be told
`
	var got []logdoc.LogText
	for _, c := range diagnose(t, files(map[string]string{"log": log}), nil).Unexplained {
		got = append(got, c.Template)
	}
	want := []logdoc.LogText{"worst, though far away", "once, and near", "twice, and near", "once, and far away"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestClusterTimes: first and last go by the clock, also when the newer file comes first.
func TestClusterTimes(t *testing.T) {
	d := diagnose(t, files(map[string]string{
		"a-new.log": "PUMP 2026-03-04 05:00:00 north WARN belt 1 slips\nPUMP 2026-03-04 05:01:00 north WARN belt 2 slips\n",
		"b-old.log": "PUMP 2026-03-03 05:00:00 north WARN belt 3 slips\nPUMP 2026-03-03 05:01:00 north ERROR belt 4 slips\n",
	}), nil)
	want := []logdoc.Cluster{{
		Template: "belt * slips", Format: "pump", Severity: logdoc.Error, Count: 4,
		First: logdoc.Place{Source: "b-old.log", Line: 1}, FirstTime: time.Date(2026, 3, 3, 5, 0, 0, 0, time.UTC),
		Last: logdoc.Place{Source: "a-new.log", Line: 2, Offset: 49}, LastTime: time.Date(2026, 3, 4, 5, 1, 0, 0, time.UTC),
		Text: "PUMP 2026-03-03 05:00:00 north WARN belt 3 slips",
	}}
	if diff := cmp.Diff(want, d.Unexplained); diff != "" {
		t.Error(diff)
	}
}

// TestClustersInAnyOrder merges logs whose records have the same time in both orders: logs that are followed come in any.
func TestClustersInAnyOrder(t *testing.T) {
	of := func(name logdoc.LogText, line int) *clusters {
		c := newClusters(window{}, true)
		at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		place := logdoc.Place{Line: line}
		c.put([]byte("pump\x00\x00belt slips"), 6, "pump", &cluster{Cluster: logdoc.Cluster{Count: 1, First: place, Last: place, FirstTime: at, LastTime: at}},
			func() logdoc.LogText { return "of " + name })
		log := newClusters(window{}, false)
		log.mergePlaced(c, name)
		return log
	}
	merged := func(names ...logdoc.LogText) []logdoc.Cluster {
		all := newClusters(window{}, false)
		for i, name := range names {
			all.merge(of(name, 3-i))
		}
		list, _ := all.ranked(time.Time{}, maxClusters)
		return list
	}
	one, other := merged("a.log", "b.log"), merged("b.log", "a.log")
	for _, c := range slices.Concat(one, other) {
		if c.Text != "of a.log" || c.First.Source != "a.log" || c.Last.Source != "b.log" || c.Count != 2 {
			t.Errorf("%+v", c)
		}
	}
}
