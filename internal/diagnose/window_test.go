package diagnose

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"logdoc"
)

// TestClip: what is clipped out of clusters in the end is what would not have been counted in the first place, as long as a cluster has few records; of many none is
// counted twice, and none that is newer than the window's start is lost.
func TestClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.IntRange(0, 100), 1, 40).Draw(t, "seconds")
		since := rapid.IntRange(0, 100).Draw(t, "since")
		at := func(s int) time.Time { return time.Unix(int64(s), 0).UTC() }
		c := newClusters(window{later: true}, false)
		want := 0
		for i, s := range seconds {
			ev := logdoc.Event{Time: at(s).UnixNano(), Clock: true, Line: i + 1, Text: []byte("bearing 1 whistles"), Head: []byte("bearing 1 whistles")}
			c.add(&ev, "pump")
			if s >= since {
				want++
			}
		}
		c.clip(window{since: at(since)})
		list, _ := c.ranked(time.Time{}, 10)
		got := 0
		for _, cl := range list {
			got += cl.Count
		}
		if len(seconds) <= maxMoments && got != want || got < want || got > len(seconds) {
			t.Errorf("%d of %d records are left, want %d", got, len(seconds), want)
		}
		if want > 0 && len(seconds) <= maxMoments && list[0].FirstTime.Before(at(since)) {
			t.Errorf("the first is of %v", list[0].FirstTime)
		}
		if len(c.by) > 0 && len(c.by[c.order[0]].moments) > maxMoments {
			t.Error("the moments are not bounded")
		}
	})
}
