package pager

import (
	stdcmp "cmp"
	"context"
	"math"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

// named gives lines the name that their source has in the input.
func named(lines []logdoc.Line, name string) []logdoc.Line {
	for i := range lines {
		lines[i].Place.Source, lines[i].Record.Source = logdoc.LogText(name), logdoc.LogText(name)
	}
	return lines
}

// TestAnyLineAtRandom: a line that is fetched at random, by offset or by number, is that which reading from the front gives, whatever the blocks, the packing and the room on disk.
func TestAnyLineAtRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText(t, "lines")
		in, names := anyInput(t, map[string]string{"a.log": text})
		defer in.Close()
		l := mustLog(t, in, names["a.log"])
		want := named(oracle("a.log", text), names["a.log"])
		if diff := cmp.Diff(want, ask(t, l, logdoc.LineQuery{Count: 1000})); diff != "" {
			t.Fatalf("from the front (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, ask(t, l, logdoc.LineQuery{End: true, Count: -1000})); diff != "" {
			t.Fatalf("from the end (-want +got):\n%s", diff)
		}
		for range 10 {
			i := rapid.IntRange(0, len(want)-1).Draw(t, "line")
			n := rapid.IntRange(1, 5).Draw(t, "count")
			from := want[i].Place
			from.Offset += int64(rapid.IntRange(0, int(want[i].Length)).Draw(t, "within"))
			if diff := cmp.Diff(want[i:min(i+n, len(want))], ask(t, l, logdoc.LineQuery{From: from, Count: n})); diff != "" {
				t.Fatalf("from line %d (-want +got):\n%s", i+1, diff)
			}
			if diff := cmp.Diff(want[max(i-n, 0):i], ask(t, l, logdoc.LineQuery{From: from, Count: -n}), emptyIsNil); diff != "" {
				t.Fatalf("in front of line %d (-want +got):\n%s", i+1, diff)
			}
			place, err := l.Seek(context.Background(), logdoc.LineSpot{Line: i + 1})
			if err != nil || place != want[i].Place {
				t.Fatalf("line %d: %v, %v, want %v", i+1, place, err, want[i].Place)
			}
			column := int64(rapid.IntRange(0, int(want[i].Length)+3).Draw(t, "column"))
			part := ask(t, l, logdoc.LineQuery{From: from, Count: 1, Column: column, Width: rapid.IntRange(1, 50).Draw(t, "width")})[0]
			if got := string(want[i].Text)[part.From:][:len(part.Text)]; got != string(part.Text) {
				t.Fatalf("%d bytes from %d: %q, want %q", len(part.Text), part.From, part.Text, got)
			}
		}
	})
}

var emptyIsNil = cmp.FilterValues(func(a, b []logdoc.Line) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())

var anyPattern = rapid.SampledFrom([]string{"error", "Error", "at the same", "word", "x$", "^x", "long (long )+x", "ü", "☃", "[^a]tail", `\d{4}`, "", "killed|clock", "^$", "KILLED", `\bgoes\b`, "s", "K", `(fatal|error) .*<\d+>`, `avtar\s+(info) `, "(ü|☃)+ w"})

// shows says which lines a stack of filters shows, the plain way.
func shows(all []logdoc.Line, filters []logdoc.Filter) []logdoc.Line {
	for _, f := range filters {
		hit := map[logdoc.Place]bool{}
		for _, l := range all {
			if matches(f.Pattern, l) {
				hit[l.Record] = true
			}
		}
		all = slices.DeleteFunc(slices.Clone(all), func(l logdoc.Line) bool { return hit[l.Record] == f.Out })
	}
	return all
}

func matches(pattern string, l logdoc.Line) bool {
	if logdoc.FoldsCase(pattern) {
		pattern = "(?i)" + pattern
	}
	return regexp.MustCompile(pattern).MatchString(string(l.Text))
}

func anyFilters(t *rapid.T) []logdoc.Filter {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) logdoc.Filter {
		return logdoc.Filter{Pattern: anyPattern.Draw(t, "pattern"), Out: rapid.Bool().Draw(t, "out")}
	}), 0, 3).Draw(t, "filters")
}

// TestFiltersStack: several filters show what they show applied one by one, and looking up shows what looking down does.
func TestFiltersStack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText(t, "lines")
		in, names := anyInput(t, map[string]string{"a.log": text})
		defer in.Close()
		l := mustLog(t, in, names["a.log"])
		filters := anyFilters(t)
		want := shows(named(oracle("a.log", text), names["a.log"]), filters)
		if diff := cmp.Diff(want, ask(t, l, logdoc.LineQuery{Count: 1000, Filters: filters}), emptyIsNil); diff != "" {
			t.Fatalf("%v down (-want +got):\n%s", filters, diff)
		}
		if diff := cmp.Diff(want, ask(t, l, logdoc.LineQuery{End: true, Count: -1000, Filters: filters}), emptyIsNil); diff != "" {
			t.Fatalf("%v up (-want +got):\n%s", filters, diff)
		}
	})
}

func anyGoal(t *rapid.T, lines []logdoc.Line) logdoc.LineGoal {
	switch rapid.IntRange(0, 2).Draw(t, "goal") {
	case 0:
		pattern := anyPattern.Draw(t, "pattern")
		if pattern == "" {
			pattern = "."
		}
		return logdoc.LineGoal{Pattern: pattern}
	case 1:
		return logdoc.LineGoal{Severity: rapid.SampledFrom([]logdoc.Severity{logdoc.Warning, logdoc.Error, logdoc.Critical}).Draw(t, "severity")}
	default:
		places := []logdoc.Place{}
		for range rapid.IntRange(0, 4).Draw(t, "places") {
			places = append(places, lines[rapid.IntRange(0, len(lines)-1).Draw(t, "place")].Place)
		}
		return logdoc.LineGoal{Places: places}
	}
}

// fits says whether a line is one that is looked for, the plain way.
func fits(g logdoc.LineGoal, l logdoc.Line) bool {
	switch {
	case g.Pattern != "":
		return matches(g.Pattern, l)
	case g.Places != nil:
		return slices.Contains(g.Places, l.Place)
	}
	return l.Severity >= g.Severity && l.Place == l.Record && l.Format != ""
}

// checkSearch searches from a line on through all the lines of a view, down and up.
func checkSearch(t *rapid.T, r reader, all []logdoc.Line) {
	filters := anyFilters(t)
	shown := shows(all, filters)
	goal := anyGoal(t, all)
	var want []logdoc.Place
	for _, l := range shown {
		if fits(goal, l) {
			want = append(want, l.Place)
		}
	}
	start := rapid.IntRange(0, len(all)-1).Draw(t, "start")
	var down, up []logdoc.Place
	walk := func(back bool) (got []logdoc.Place) {
		from := all[start].Place
		for {
			f := find(t, r, logdoc.LineSearch{From: from, Goal: goal, Back: back, Filters: filters})
			if !f.Found {
				return got
			}
			if goal.Pattern != "" && !matches(goal.Pattern, f.Line) || f.Lo > f.Hi || f.Hi > f.Line.Length {
				t.Fatalf("found %+v for %+v", f, goal)
			}
			got = append(got, f.Line.Place)
			if from = f.Line.Place; len(got) > len(all) {
				t.Fatalf("%+v back=%v goes round: %v", goal, back, got)
			}
		}
	}
	down, up = walk(false), walk(true)
	slices.Reverse(up)
	got := up
	if slices.Contains(want, all[start].Place) {
		got = append(got, all[start].Place)
	}
	got = append(got, down...)
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		t.Fatalf("%+v with %v from line %d of %v (-want +got):\n%s", goal, filters, all[start].Place.Line, all[start].Place.Source, diff)
	}
}

// checkFinds searches for one thing from lines anywhere: what an earlier search has learnt does no harm.
func checkFinds(t *rapid.T, r reader, all []logdoc.Line) {
	filters := anyFilters(t)
	shown := shows(all, filters)
	goal := anyGoal(t, all)
	at := func(place logdoc.Place) int {
		return slices.IndexFunc(all, func(l logdoc.Line) bool { return l.Place == place })
	}
	var want []int
	for _, l := range shown {
		if fits(goal, l) {
			want = append(want, at(l.Place))
		}
	}
	back := rapid.Bool().Draw(t, "back")
	for range 8 {
		start := rapid.IntRange(0, len(all)-1).Draw(t, "start")
		next := -1
		for _, i := range want {
			if back && i < start || !back && i > start && next < 0 {
				next = i
			}
		}
		f := find(t, r, logdoc.LineSearch{From: all[start].Place, Goal: goal, Back: back, Filters: filters})
		if f.Found != (next >= 0) || f.Found && f.Line.Place != all[next].Place {
			t.Fatalf("%+v with %v, back=%v, from line %d: found %v %v, want line %d", goal, filters, back, start+1, f.Found, f.Line.Place, next+1)
		}
	}
}

// TestSearchMirrors: what is found downwards and upwards from a line is, together, all there is.
func TestSearchMirrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText(t, "lines")
		in, names := anyInput(t, map[string]string{"a.log": text})
		defer in.Close()
		l := mustLog(t, in, names["a.log"])
		if rapid.Bool().Draw(t, "settled") {
			settled(t, l)
		}
		want := named(oracle("a.log", text), names["a.log"])
		checkSearch(t, l, want)
		checkFinds(t, l, want)
	})
}

// mergedOracle orders lines as a merged view does, the plain way.
func mergedOracle(sources [][]logdoc.Line) []logdoc.Line {
	type keyed struct {
		logdoc.Line
		key  int64
		rank int
	}
	var all []keyed
	for rank, lines := range sources {
		newest := int64(-1 << 63)
		for _, l := range lines {
			if !l.Time.IsZero() {
				newest = l.Time.UnixNano()
				break
			}
		}
		for _, l := range lines {
			if !l.Time.IsZero() {
				newest = max(newest, l.Time.UnixNano())
			}
			all = append(all, keyed{l, newest, rank})
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if a.key != b.key {
			return stdcmp.Compare(a.key, b.key)
		}
		return a.rank - b.rank
	})
	out := make([]logdoc.Line, len(all))
	for i := range all {
		out[i] = all[i].Line
	}
	return out
}

// TestMergedOrder: several logs as one are all their lines, sorted by time; any place in them is found again, and searched both ways.
func TestMergedOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := map[string]string{"a.log": anyText(t, "a"), "b.log": anyText(t, "b"), "c.log": anyText(t, "c")}
		in, names := anyInput(t, texts)
		defer in.Close()
		var list []logdoc.LogText
		var each [][]logdoc.Line
		for _, name := range []string{"a.log", "b.log", "c.log"} {
			list = append(list, logdoc.LogText(names[name]))
			each = append(each, named(oracle(name, texts[name]), names[name]))
		}
		m, err := in.Merge(list)
		if err != nil {
			t.Fatal(err)
		}
		want := mergedOracle(each)
		if diff := cmp.Diff(want, ask(t, m, logdoc.LineQuery{Count: 1000})); diff != "" {
			t.Fatalf("from the front (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, ask(t, m, logdoc.LineQuery{End: true, Count: -1000})); diff != "" {
			t.Fatalf("from the end (-want +got):\n%s", diff)
		}
		for range 10 {
			i := rapid.IntRange(0, len(want)-1).Draw(t, "line")
			n := rapid.IntRange(1, 5).Draw(t, "count")
			if diff := cmp.Diff(want[i:min(i+n, len(want))], ask(t, m, logdoc.LineQuery{From: want[i].Place, Count: n})); diff != "" {
				t.Fatalf("from line %d (-want +got):\n%s", i+1, diff)
			}
			if diff := cmp.Diff(want[max(i-n, 0):i], ask(t, m, logdoc.LineQuery{From: want[i].Place, Count: -n}), emptyIsNil); diff != "" {
				t.Fatalf("in front of line %d (-want +got):\n%s", i+1, diff)
			}
		}
		checkPercent(t, m, want)
		for range 3 {
			checkSearch(t, m, want)
			checkFinds(t, m, want)
		}
		at := want[rapid.IntRange(0, len(want)-1).Draw(t, "time")].Time
		if at.IsZero() {
			return
		}
		place, err := m.Seek(context.Background(), logdoc.LineSpot{Time: at})
		if err != nil {
			t.Fatal(err)
		}
		first := slices.IndexFunc(want, func(l logdoc.Line) bool { return !l.Time.Before(at) })
		if place != want[first].Place {
			t.Fatalf("time %v: %v, want %v", at, place, want[first].Place)
		}
	})
}

// checkPercent holds what lines say of how far they are to the bytes of the lines in front of them, downwards and upwards.
func checkPercent(t *rapid.T, m *Merged, want []logdoc.Line) {
	var total, before int64
	ends := map[logdoc.Place]int64{} // where the line behind starts
	last := map[logdoc.LogText]logdoc.Place{}
	for _, l := range want {
		ends[last[l.Place.Source]] = l.Place.Offset
		last[l.Place.Source] = l.Place
	}
	for _, l := range m.logs {
		ends[last[l.name]] = l.size
		total += l.size
	}
	from := rapid.IntRange(0, len(want)-1).Draw(t, "from")
	down, err := m.Lines(context.Background(), logdoc.LineQuery{From: want[from].Place, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	up, err := m.Lines(context.Background(), logdoc.LineQuery{From: want[from].Place, Count: -3})
	if err != nil {
		t.Fatal(err)
	}
	got := append(up.Lines, down.Lines...)
	for i, l := range want[:from+1] {
		if n := len(got) - (from - i) - 1; n >= 0 {
			if expected := 100 * float64(before) / float64(total); math.Abs(got[n].Percent-expected) > 1e-9 {
				t.Fatalf("line %d of %d: %v%%, want %v", i+1, len(want), got[n].Percent, expected)
			}
		}
		before += ends[l.Place] - l.Place.Offset
	}
}

// TestSeekTime: the first record that is not older than a time is found, also where the clock goes back.
func TestSeekTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText(t, "lines")
		in, names := anyInput(t, map[string]string{"a.log": text})
		defer in.Close()
		l := mustLog(t, in, names["a.log"])
		want := named(oracle("a.log", text), names["a.log"])
		seconds := rapid.SampledFrom([]int{-100, -60, 0, 1, 2, 3, 1800, 1801}).Draw(t, "seconds")
		at := time.Date(2026, 2, 10, 1, 30, seconds, 0, time.UTC)
		i := slices.IndexFunc(want, func(l logdoc.Line) bool { return !l.Time.IsZero() && !l.Time.Before(at) })
		if i < 0 {
			i = len(want) - 1
		}
		place, err := l.Seek(context.Background(), logdoc.LineSpot{Time: at})
		if err != nil || place != want[i].Place {
			t.Fatalf("%v: %v, %v, want %v", at, place, err, want[i].Place)
		}
	})
}
