package tui

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logdoc"
)

// nightCounted is nightCase with its records counted in bars of ten minutes. The night is busy, and there are errors while the backups run.
func nightCounted() *logdoc.Diagnosis {
	d := nightCase()
	d.Timeline = &logdoc.Timeline{Width: 10 * time.Minute}
	first := clock("2026-02-27 19:00:00")
	for i := range 6 * 39 {
		b := logdoc.Bucket{Start: first.Add(time.Duration(i) * 10 * time.Minute)}
		b.Records[logdoc.Info] = 20 + 15*(i%7) + 100*(i/20%2)
		if h := b.Start.Hour(); h >= 20 || h < 8 {
			b.Records[logdoc.Warning] = i % 4
		}
		if i%30 == 6 {
			b.Records[logdoc.Error] = 1 + i/30
		}
		if i == 6 || i == 76 {
			b.Records[logdoc.Critical] = 1
		}
		if i/10 != 9 { // nothing was written for a while
			d.Timeline.Buckets = append(d.Timeline.Buckets, b)
		}
	}
	return d
}

// timelineKey is the key that shows the timeline.
const timelineKey = "4"

// atTimeline sits down at the timeline of a diagnosis that is done.
func atTimeline(t *testing.T, width, height int, d *logdoc.Diagnosis, s Session) *robot {
	t.Helper()
	return sitDown(t, width, height, s).reads(logdoc.Update{Diagnosis: d, Done: true}).presses(timelineKey)
}

// TestTimelineScreens draws the timeline at three sizes: as it is at first, narrowed, while bars are chosen, closer, and before there is anything.
func TestTimelineScreens(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
	}{
		{"timeline", nil},
		{"timeline-narrowed", []string{"g", "e", "enter"}},
		{"timeline-choosing", []string{"g", "l", "l", "v", "l", "l", "l", "l", "l", "l"}},
		{"timeline-closer", []string{"g", "+", "j"}},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", tt.name, size.width, size.height), func(t *testing.T) {
				atTimeline(t, size.width, size.height, nightCounted(), Session{}).presses(tt.keys...).golden(fmt.Sprintf("%s-%dx%d", tt.name, size.width, size.height))
			})
		}
	}
	t.Run("empty", func(t *testing.T) {
		sitDown(t, 80, 24, Session{}).presses(timelineKey).sees("No record with a time was read yet.").presses("l", "+", "enter", "v", "0").sees("no record with a time").
			reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).sees("No record that was read has a time.")
	})
	t.Run("colours", func(t *testing.T) {
		atTimeline(t, 80, 24, nightCounted(), Session{Look: Look{Colors: TrueColors}}).goldenBytes("timeline-look-dark")
	})
}

// TestManyRecords: the count of the highest bar has room in front of it, however large it is.
func TestManyRecords(t *testing.T) {
	d := nightCounted()
	d.Timeline.Buckets[3].Records[logdoc.Info] = 3_231_304
	d.Timeline.Buckets[4].Records[logdoc.Warning] = 999_999
	atTimeline(t, 80, 24, d, Session{}).sees("▲ warning  999 k █", "◦ milder   3.2 M █")
}

// TestNarrowing: what is chosen on the timeline is what the findings are of, until all time is shown again.
func TestNarrowing(t *testing.T) {
	r := atTimeline(t, 80, 24, nightCounted(), Session{})
	r.presses("g", "e").sees("╋ 2026-02-27 20:00 – 21:00", "✖ 1", "✗ 1").
		presses("enter").sees("narrowed to 2026-02-27 20:00 – 21:00")
	r.presses("1").sees("a part of time").sees("Server and console disagree").seesNo("証明書")
	r.presses(timelineKey, "x").seesNo("narrowed")
	r.presses("1").seesNo("a part of time").sees("証明書")
	r.presses(timelineKey, "G", "v", "h", "h", "enter").sees("narrowed to 2026-03-01 07:00 – 10:00")
	r.presses("1").seesNo("Server and console disagree").presses("x").sees("Server and console disagree").seesNo("a part of time")
}

// TestEvidenceFollowsTheWindow: of a finding only the records in the chosen part of time are shown and opened, with those that have no time.
func TestEvidenceFollowsTheWindow(t *testing.T) {
	r := atTimeline(t, 160, 48, nightCounted(), Session{}).presses("g", "e", "e", "e", "e", "enter").sees("narrowed to 2026-02-28 07:40 – 08:00").presses("1", "enter")
	r.sees("2026-02-28 07:41:02  the server").seesNo("2026-02-27 20:00:07  the server").sees("the serial that the console hands out", "2 records outside of the part of time")
	r.presses("G").sees("record 2 of 2")
}

// TestFindingsOnTheTimeline: the cursor goes from finding to finding, and a finding's time can be chosen.
func TestFindingsOnTheTimeline(t *testing.T) {
	r := atTimeline(t, 80, 24, nightCounted(), Session{})
	r.presses("k", "k", "k", "k").under("Server and console disagree").sees("╋ 2026-02-27 20:00")
	r.presses("w").sees("narrowed to 2026-02-27 20:00 – 2026-02-28 08:00")
	r.presses("j").under("The client ends its connection")
}

// TestTheCursorStaysOnItsTime while more is read: bars grow wider and the range longer.
func TestTheCursorStaysOnItsTime(t *testing.T) {
	early := nightCounted()
	early.Timeline.Buckets = early.Timeline.Buckets[:60]
	r := sitDown(t, 80, 24, Session{}).reads(logdoc.Update{Diagnosis: early}).presses(timelineKey)
	r.sees("╋ 2026-02-28 04:50").reads(logdoc.Update{Diagnosis: nightCounted()}).sees("╋ 2026-03-01 09:00")
	r.presses("g").sees("╋ 2026-02-27 19:00 – 20:00")
	wider := nightCounted()
	wider.Timeline.Width = 12 * time.Hour
	wider.Timeline.Buckets = []logdoc.Bucket{{Start: clock("2026-02-27 12:00:00")}, {Start: clock("2026-03-01 00:00:00")}, {Start: clock("2027-03-01 00:00:00")}}
	r.reads(logdoc.Update{Diagnosis: wider}).sees("╋ 2026-02-20 00:00 – 2026-02-28 00:00")
}

// TestShorterBarsAreCountedAnew: closer than what was counted, the session is asked, and nothing changes on the screen before it has answered.
func TestShorterBarsAreCountedAnew(t *testing.T) {
	var asked []string
	var fail error
	s := Session{Zoom: func(d *logdoc.Diagnosis, from, to time.Time) (*logdoc.Timeline, error) {
		asked = append(asked, string(between(from, to.Add(1))))
		if d.Timeline == nil {
			t.Error("asked without the diagnosis")
		}
		fine := &logdoc.Timeline{Width: 2 * time.Minute}
		for at := from; at.Before(to); at = at.Add(2 * time.Minute) {
			b := logdoc.Bucket{Start: at}
			b.Records[logdoc.Error] = 7
			fine.Buckets = append(fine.Buckets, b)
		}
		return fine, fail
	}}
	r := sitDown(t, 80, 24, s).reads(logdoc.Update{Diagnosis: nightCounted()}).presses(timelineKey, "g", "e", "+", "+", "+")
	r.sees("a bar is 10 min").presses("+").sees("not before everything is read")
	if len(asked) > 0 {
		t.Fatalf("asked for %v while the input is read", asked)
	}
	r.reads(logdoc.Update{Done: true}).presses("+").sees("╋ 2026-02-27 20:00 – 20:02", "✗ 7").sees("a bar is 2 min")
	r.presses("+").sees("a bar is 1 min").presses("-", "-").sees("a bar is 10 min")
	if len(asked) != 3 {
		t.Errorf("asked for %v", asked)
	}
	fail = errors.New("the disk is gone")
	r.presses("+", "+").sees("a bar is 2 min", "counting again was interrupted")
}

// TestNoShorterBars: where the input cannot be read again, that is said.
func TestNoShorterBars(t *testing.T) {
	atTimeline(t, 80, 24, nightCounted(), Session{}).presses("+", "+", "+", "+", "+").sees("no shorter bars were counted").presses("?").sees("not now: no shorter bars")
}

// TestAnyTimelineCanBeWalked: whatever was counted and whatever is pressed, the screen has its size, the cursor is in sight on a bar of the range, and the bars in sight of the whole
// count every record.
func TestAnyTimelineCanBeWalked(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := nightCase()
		width := rapid.SampledFrom([]int64{1, 2, 10, 30, 60, 600, 3600, 86400, 4 * 86400, 1 << 12 * 86400}).Draw(rt, "width")
		d.Timeline = &logdoc.Timeline{Width: time.Duration(width) * time.Second}
		at, total := int64(rapid.SampledFrom([]int64{-9223372036, 0, 1.77e9}).Draw(rt, "first")), 0
		for range rapid.IntRange(0, 30).Draw(rt, "buckets") {
			b := logdoc.Bucket{Start: time.Unix(floored(at, width), 0).UTC()}
			b.Records[rapid.IntRange(0, int(logdoc.Critical)).Draw(rt, "severity")] = 1
			total++
			d.Timeline.Buckets = append(d.Timeline.Buckets, b)
			at += width * rapid.SampledFrom([]int64{1, 1, 2, 50, 1000}).Draw(rt, "gap")
			if at > 9e9 {
				break
			}
		}
		size := sizes[rapid.IntRange(0, 2).Draw(rt, "size")]
		r := atTimeline(t, size.width, size.height, d, Session{})
		p := r.model.panes[3].(*timeline)
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"l", "h", "L", "H", "g", "G", "e", "E", "j", "k", "+", "-", "0", "enter", "v", "w", "x"}), 0, 20).Draw(rt, "keys") {
			r.presses(key)
			checkSize(t, r.screen(), size.width, size.height)
			if first, last, ok := p.extent(); ok {
				if n := p.shown.bar(p.at); n < 0 || n >= p.shown.bars || p.at+p.shown.step <= first || p.at > last || floored(p.at, p.shown.step) != p.at {
					rt.Fatalf("after %s the cursor is at %d of %+v, of %d to %d", key, p.at, p.shown, first, last)
				}
			}
		}
		r.presses("0")
		seen := 0
		for _, b := range p.bars() {
			for _, n := range b {
				seen += n
			}
		}
		if len(d.Timeline.Buckets) > 0 && seen != total {
			rt.Fatalf("%d of %d records are in sight, in %+v", seen, total, p.shown)
		}
	})
}
