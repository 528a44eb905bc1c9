package lang

import (
	"strconv"
	"strings"
	"time"
)

// units are the units of durations, greatest first.
var units = []struct {
	name string
	size time.Duration
}{
	{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

const maxDuration = 200 * 365 * 24 * time.Hour

// parseDuration reads a duration token; false means that it is too long.
func parseDuration(text string) (time.Duration, bool) {
	digits := strings.TrimRight(text, "mshdw")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, false
	}
	for _, u := range units {
		if text[len(digits):] == u.name && n <= int64(maxDuration/u.size) {
			return time.Duration(n) * u.size, true
		}
	}
	return 0, false
}

// FormatDuration writes a duration as the language does, in the greatest unit that leaves no rest. Weeks are written as days, which read the
// same and compare better.
func FormatDuration(d time.Duration) string {
	for _, u := range units[1:] {
		if d >= u.size && d%u.size == 0 {
			return strconv.FormatInt(int64(d/u.size), 10) + u.name
		}
	}
	if d >= time.Millisecond {
		return strconv.FormatInt(int64(d/time.Millisecond), 10) + "ms"
	}
	return "0s"
}
