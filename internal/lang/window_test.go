package lang

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Other windows change nothing but windows: putting them back gives the condition that was there, which has not changed meanwhile.
func TestWithWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCond(4).Draw(t, "when")
		before := PrintCond(c)
		var seen, again []time.Duration
		longer := c.WithWindows(func(word string, d time.Duration) time.Duration {
			if word != "within" && word != "for" || d == 0 {
				t.Errorf("a window %s %s", word, d)
			}
			seen = append(seen, d)
			return d + time.Millisecond
		})
		if text := PrintCond(longer); len(seen) > 0 && text == before {
			t.Errorf("%s has windows, and none has changed", text)
		}
		if text := PrintCond(c); text != before {
			t.Fatalf("%s was changed to %s", before, text)
		}
		back := longer.WithWindows(func(_ string, d time.Duration) time.Duration {
			again = append(again, d-time.Millisecond)
			return d - time.Millisecond
		})
		if text := PrintCond(back); text != before || !slices.Equal(seen, again) {
			t.Errorf("%s came back as %s", before, text)
		}
	})
}
