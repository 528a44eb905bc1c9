package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"logdoc/internal/sanitize"
)

// stamp is how a moment is written: in UTC, to the second.
const stamp = "2006-01-02 15:04:05"

// counted writes "1 record" or "12,345 records".
func counted(n int, noun string) sanitize.Safe {
	if n == 1 {
		return sanitize.Line("1 " + noun)
	}
	return sanitize.Line(thousands(n) + " " + noun + "s")
}

// thousands writes a number that is not negative with a comma every three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of bytes: "812 KiB", "1.2 GiB".
func size(n int64) string {
	value, units := float64(n), []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for value >= 1024 && len(units) > 1 {
		value, units = value/1024, units[1:]
	}
	if value < 10 && units[0] != "B" {
		return fmt.Sprintf("%.1f %s", value, units[0])
	}
	return fmt.Sprintf("%.0f %s", value, units[0])
}

// moment writes a time, and "no time" for its absence.
func moment(t time.Time) sanitize.Safe {
	if t.IsZero() {
		return "no time"
	}
	return sanitize.Safe(t.UTC().Format(stamp))
}

// until writes the end of a time that began at from, without saying the day twice.
func until(from, to time.Time) sanitize.Safe {
	a, b := moment(from), moment(to)
	if day := len("2006-01-02"); len(a) == len(b) && len(a) > day && a[:day] == b[:day] {
		return b[day+1:]
	}
	return b
}

// shortMoment leaves out the year and the seconds.
func shortMoment(t time.Time) sanitize.Safe {
	if t.IsZero() {
		return ""
	}
	return sanitize.Safe(t.UTC().Format("01-02 15:04"))
}

// paragraphs splits a pack's text at its empty lines. Its other line breaks are those of the pack's file and mean nothing.
func paragraphs(text string) []sanitize.Safe {
	var out []sanitize.Safe
	var current []string
	flush := func() {
		if len(current) > 0 {
			out = append(out, sanitize.Line(strings.Join(current, " ")))
			current = nil
		}
	}
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" {
			flush()
		} else {
			current = append(current, l)
		}
	}
	flush()
	return out
}
