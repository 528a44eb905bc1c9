package grammar

import (
	"fmt"
	"time"
	_ "time/tzdata" // bundles name zones that the machine that reads them may not have

	"logdoc/internal/template"
)

// abbreviations are zone words that mean one thing only. CST, IST and BST mean several and are left to --tz or a format's zones table.
var abbreviations = map[string]int{
	"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800, "MSK": 10800,
	"JST": 9 * 3600, "KST": 9 * 3600, "SGT": 8 * 3600, "HKT": 8 * 3600, "AEST": 10 * 3600, "AEDT": 11 * 3600, "NZST": 12 * 3600, "NZDT": 13 * 3600,
	"EST": -5 * 3600, "EDT": -4 * 3600, "CDT": -5 * 3600, "MST": -7 * 3600, "MDT": -6 * 3600, "PST": -8 * 3600, "PDT": -7 * 3600, "BRT": -3 * 3600,
}

// ParseZone reads "UTC", "+08:00", "-0330", a clear abbreviation such as KST, or a zone's name such as Europe/Berlin.
func ParseZone(word string) (*time.Location, error) {
	if word == "CST" || word == "IST" || word == "BST" {
		return nil, fmt.Errorf("the zone %q means several zones", word)
	}
	if loc, ok := shortZone(word); ok {
		return loc, nil
	}
	if word == "" || word == "Local" {
		return nil, fmt.Errorf("unknown zone %q", word)
	}
	loc, err := time.LoadLocation(word)
	if err != nil {
		return nil, fmt.Errorf("unknown zone %q", word)
	}
	return loc, nil
}

// shortZone reads what a program writes beside a stamp: a clear abbreviation, or an offset.
func shortZone(word string) (*time.Location, bool) {
	if seconds, ok := abbreviations[word]; ok {
		if seconds == 0 {
			return time.UTC, true
		}
		return time.FixedZone(word, seconds), true
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, word); err == nil {
			_, offset := t.Zone()
			return time.FixedZone(word, offset), true
		}
	}
	return nil, false
}

// pastGap is the time at which the stamp's hour starts. An hour that a clock leaves out when summer time begins lies behind the one before it: package time may
// put it there or an hour earlier, out of order.
func pastGap(hour template.Stamp, loc *time.Location) time.Time {
	t := hour.Time(loc)
	if missing := (int(hour.Hour) - t.Hour() + 24) % 24; !hour.HasZone && missing <= 2 {
		t = t.Add(time.Duration(missing) * time.Hour)
	}
	return t
}

// zoneCache remembers the zone word of the last line: a log's lines mostly carry the same.
type zoneCache struct {
	format *Format
	word   string
	loc    *time.Location
}

// maxZone bounds a zone word, so that one that is none is not kept or shown at length.
const maxZone = 40

// lineZone returns the zone that a line's zone word means, or that of the reading where the word is not clear.
func (sc *Scanner) lineZone(r *Reading, f *Format, word []byte) *time.Location {
	word = word[:min(len(word), maxZone)]
	c := &sc.zones
	if c.format != f || c.word != string(word) {
		*c = zoneCache{format: f, word: string(word)}
		var known bool
		if c.loc, known = f.zones[c.word]; !known {
			c.loc, _ = shortZone(c.word)
		}
	}
	if c.loc != nil {
		return c.loc
	}
	if r.zone == nil && sc.tally.UnknownZone == "" {
		sc.tally.UnknownZone = c.word
	}
	return r.zone
}
