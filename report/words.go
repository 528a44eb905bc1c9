package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

const stamp = "2006-01-02 15:04:05"

// counted writes "1 record" or "12,345 records".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes a number with a comma every three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	start := 1
	if n < 0 {
		start = 2
	}
	for i := len(s) - 3; i >= start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of bytes with one decimal: "1.2 MiB".
func size(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value := float64(n)
	for _, unit := range []string{"KiB", "MiB", "GiB"} {
		value /= 1024
		if value < 1023.95 {
			return fmt.Sprintf("%.1f %s", value, unit)
		}
	}
	return fmt.Sprintf("%.1f TiB", value/1024)
}

// moment writes a time in UTC, and "no time" for its absence.
func moment(t time.Time) sanitize.Safe {
	if t.IsZero() {
		return "no time"
	}
	return sanitize.Safe(t.UTC().Format(stamp))
}

// period writes the time from first to last, without saying the day or the moment twice.
func period(first, last time.Time) sanitize.Safe {
	if first.IsZero() || last.IsZero() {
		return "no time"
	}
	a, b := first.UTC().Format(stamp), last.UTC().Format(stamp)
	switch {
	case a == b:
		return sanitize.Safe(a)
	case a[:10] == b[:10]:
		return sanitize.Safe(a + " – " + b[11:])
	}
	return sanitize.Safe(a + " – " + b)
}

// span writes a duration in its two largest units.
func span(d time.Duration) string {
	minutes := int(d / time.Minute)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", minutes)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	}
	return fmt.Sprintf("%d days %d h", minutes/60/24, minutes/60%24)
}

// state says where the finding stood at the capture, and what makes us say so.
func state(f *logdoc.Finding, capture time.Time) sanitize.Safe {
	switch {
	case f.State == logdoc.Cleared && !f.ClearedAt.IsZero():
		return "cleared " + moment(f.ClearedAt)
	case f.State == logdoc.Stale && !f.Last.IsZero() && capture.After(f.Last):
		return sanitize.Safe("stale: last seen " + span(capture.Sub(f.Last)) + " before the capture")
	}
	return sanitize.Safe(f.State.String())
}

// times says when the finding was first and last seen.
func times(f *logdoc.Finding) []sanitize.Safe {
	switch {
	case f.First.IsZero() && f.Last.IsZero():
		return []sanitize.Safe{"no time in its records"}
	case f.First.Equal(f.Last):
		return []sanitize.Safe{"seen " + moment(f.First)}
	}
	return []sanitize.Safe{"first " + moment(f.First), "last " + moment(f.Last)}
}

// origin says in words what a value is, and that it was worked out where nothing in the input says it.
func origin(v logdoc.Value) sanitize.Safe {
	label := sanitize.Line(v.Label)
	switch {
	case v.Computed && label != "":
		return "worked out: " + label
	case v.Computed:
		return "worked out"
	}
	return label
}

// target resolves the step that an answer names.
func target(steps []logdoc.Step, id string) (number int, title string, ok bool) {
	for i := range steps {
		if steps[i].ID == id {
			return steps[i].Number, steps[i].Title, true
		}
	}
	return 0, "", false
}

// ends reports whether an answer's target ends the runbook.
func ends(id string) bool { return id == "" || id == "done" }

// paragraphs splits a pack's text at its empty lines. Its other line breaks are those of the pack's file and mean nothing.
func paragraphs(text string) []string {
	var out, current []string
	flush := func() {
		if len(current) > 0 {
			out = append(out, strings.Join(current, " "))
			current = nil
		}
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			flush()
		} else {
			current = append(current, line)
		}
	}
	flush()
	return out
}

// evidenceName says which clause of the symptom a piece of evidence belongs to.
func evidenceName(e logdoc.Evidence) sanitize.Safe {
	if e.Label != "" {
		return sanitize.Line(e.Label)
	}
	return sanitize.Line(e.Event)
}

// formatAndWhy says what a source was read as.
func formatAndWhy(s *logdoc.SourceCoverage) sanitize.Safe {
	text := sanitize.Line(s.Format)
	if text == "" && len(s.Facts) == 0 {
		text = "no format"
	}
	if why := sanitize.Line(s.Why); why != "" {
		if text != "" {
			text += ", "
		}
		text += why
	}
	for i, name := range sortedKeys(s.Others) {
		if i == 0 {
			text += "; also "
		} else {
			text += ", "
		}
		text += sanitize.Line(name) + " " + sanitize.Safe(thousands(s.Others[name]))
	}
	if len(s.Facts) > 0 {
		facts := sanitize.Line(strings.Join(s.Facts, ", "))
		if text != "" {
			text += "; "
		}
		text += "fact " + facts
	}
	return text
}
