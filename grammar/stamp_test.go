package grammar

import (
	"strings"
	"testing"
	"time"
)

// times reads a text and returns each record's time, or "no clock".
func times(set *Set, text string, o Options) []string {
	got, _, _ := readAll(set, text, o)
	for i := range got {
		got[i] = strings.Split(got[i]+" ¦ ", " ¦ ")[1]
	}
	return got
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestZones(t *testing.T) {
	const local = "2023-05-04 12:15:23 avtar Info <5008>: Logging to x"
	const utc = "2023/05/04-03:15:23.50000 [avtar]  <1291> FIPS mode enabled"
	header := func(tz string) string { return `<logheader platform="Linux" process_id="avtar" tz="` + tz + `" />` }
	seoul := time.FixedZone("KST", 9*3600)
	for _, tt := range []struct {
		name string
		text string
		o    Options
		want []string
		note string
	}{
		{"nothing said", lines(local), Options{}, []string{"2023-05-04T12:15:23Z"}, ""},
		{"--tz", lines(local, utc), Options{Zone: seoul}, []string{"2023-05-04T03:15:23Z", "2023-05-04T03:15:23.5Z"}, ""},
		{"header", lines(header("KST"), local), Options{}, []string{"2023-05-04T03:15:23Z"}, ""},
		{"header with a city", lines(header("America/New_York"), local), Options{}, []string{"2023-05-04T16:15:23Z"}, ""},
		{"header with an offset", lines(header("-0330"), local), Options{}, []string{"2023-05-04T15:45:23Z"}, ""},
		{"header over --tz", lines(header("UTC"), local), Options{Zone: seoul}, []string{"2023-05-04T12:15:23Z"}, ""},
		{"unclear header", lines(header("IST"), local), Options{}, []string{"2023-05-04T12:15:23Z"}, "say it with --tz"},
		{"unclear header and --tz", lines(header("IST"), local), Options{Zone: seoul}, []string{"2023-05-04T03:15:23Z"}, ""},
		{"unclear header and neighbours", lines(header("IST"), local, utc), Options{}, []string{"2023-05-04T03:15:23Z", "2023-05-04T03:15:23.5Z"}, "UTC+09:00"},
		{"made-up header", lines(header("Local"), local), Options{}, []string{"2023-05-04T12:15:23Z"}, "say it with --tz"},
		{"neighbours", lines(local, utc), Options{}, []string{"2023-05-04T03:15:23Z", "2023-05-04T03:15:23.5Z"}, "UTC+09:00"},
		{"neighbours west", lines("2023-05-03 23:45:23 avtar Info <5008>: x", utc), Options{}, []string{"2023-05-04T03:15:23Z", "2023-05-04T03:15:23.5Z"}, "UTC-03:30"},
		{"neighbours in Nepal", lines(utc, "2023-05-04 09:00:24 avtar Info <5008>: x"), Options{}, []string{"2023-05-04T03:15:23.5Z", "2023-05-04T03:15:24Z"}, "UTC+05:45"},
		{"a pause is no zone", lines(utc, "2023-05-04 03:30:24 avtar Info <5008>: x"), Options{}, []string{"2023-05-04T03:15:23.5Z", "2023-05-04T03:30:24Z"}, ""},
		{"neighbours that disagree", lines(local, utc, "2023-05-04 08:15:23 avtar Info <5008>: x"), Options{}, []string{"2023-05-04T12:15:23Z", "2023-05-04T03:15:23.5Z", "2023-05-04T08:15:23Z"}, ""},
		{"a line's zone", lines("KST 2023-08-31 17:02:51 [x install]: a", "+0530 2023-08-31 17:02:51 [x install]: no such line", "CST 2023-08-31 17:02:51 [x install]: a"), Options{}, []string{"2023-08-31T08:02:51Z", "2023-08-31T09:02:51Z"}, ""},
		{"a line's unclear zone and --tz", lines("XST 2023-08-31 17:02:51 [x install]: a"), Options{Zone: seoul}, []string{"2023-08-31T08:02:51Z"}, ""},
		{"a zone in the stamp over all", lines("2012-02-29T12:05:01-05:00 hsm7 NTLS [77]: info : 0 : x"), Options{Zone: seoul}, []string{"2012-02-29T17:05:01Z"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := builtin(t)
			compare(t, times(set, tt.text, tt.o), tt.want)
			_, _, r := readAll(set, tt.text, tt.o)
			var notes string
			for _, n := range r.Notes {
				notes += n.Text + "\n"
			}
			if tt.note == "" && notes != "" || !strings.Contains(notes, tt.note) {
				t.Errorf("notes %q, want %q", notes, tt.note)
			}
		})
	}
}

func TestUnknownZoneIsTold(t *testing.T) {
	set := builtin(t)
	text := lines("XST 2023-08-31 17:02:51 [x install]: a")
	if _, tally, _ := readAll(set, text, Options{}); tally.UnknownZone != "XST" {
		t.Errorf("told %q", tally.UnknownZone)
	}
	if _, tally, _ := readAll(set, text, Options{Zone: time.UTC}); tally.UnknownZone != "" {
		t.Errorf("told %q although --tz says it", tally.UnknownZone)
	}
}

func TestYears(t *testing.T) {
	line := func(stamp string) string { return stamp + " hsm7 certmonitord[77]: info : 0 : x" }
	for _, tt := range []struct {
		name, stamp, modTime, want string
	}{
		{"this year", "Mar  1 12:00:00", "2013-03-02T00:00:00Z", "2013-03-01T12:00:00Z"},
		{"later today", "Mar  2 12:00:00", "2013-03-02T00:00:00Z", "2013-03-02T12:00:00Z"},
		{"within a day of the file", "Mar  3 00:30:00", "2013-03-02T00:00:00Z", "2013-03-03T00:30:00Z"},
		{"newer than the file", "Mar  4 12:00:00", "2013-03-02T00:00:00Z", "2012-03-04T12:00:00Z"},
		{"December", "Dec 31 23:59:59", "2013-01-05T00:00:00Z", "2012-12-31T23:59:59Z"},
		{"January", "Jan  1 00:00:00", "2013-01-05T00:00:00Z", "2013-01-01T00:00:00Z"},
		{"the new year has begun elsewhere", "Jan  1 00:10:00", "2012-12-31T12:00:00-08:00", "2013-01-01T00:10:00Z"},
		{"New Year's Eve in the file's zone", "Jan  1 01:00:00", "2012-12-30T22:00:00-05:00", "2013-01-01T01:00:00Z"},
		{"leap day", "Feb 29 12:05:01", "2013-01-05T00:00:00Z", "2012-02-29T12:05:01Z"},
		{"leap day over a century", "Feb 29 12:05:01", "2103-06-01T00:00:00Z", "2096-02-29T12:05:01Z"},
		{"no such day", "Feb 30 12:05:01", "2013-01-05T00:00:00Z", "no clock"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := builtin(t)
			compare(t, times(set, lines(line(tt.stamp)), Options{ModTime: at(tt.modTime)}), []string{tt.want})
			if _, tally, _ := readAll(set, lines(line(tt.stamp)), Options{ModTime: at(tt.modTime)}); tally.YearAssumed != (tt.want != "no clock") {
				t.Errorf("year assumed: %v", tally.YearAssumed)
			}
		})
	}
}

func TestStampsOutOfRange(t *testing.T) {
	for _, tt := range []struct{ stamp, want string }{
		{"2016-12-31 23:59:60", "2016-12-31T23:59:59.999Z"},
		{"1970-01-01 00:00:00", "1970-01-01T00:00:00Z"},
		{"0001-01-01 00:00:00", "no clock"},
		{"1899-12-30 00:00:00", "no clock"},
		{"9999-12-31 23:59:59", "no clock"},
		{"2023-02-29 00:00:00", "no clock"},
		{"2261-12-31 23:59:59", "2261-12-31T23:59:59Z"},
	} {
		t.Run(tt.stamp, func(t *testing.T) {
			compare(t, times(builtin(t), lines(tt.stamp+" avtar Info <5008>: x"), Options{}), []string{tt.want})
		})
	}
	for _, stamp := range []string{"2023-13-01 00:00:00", "2023-00-01 00:00:00", "2023-01-32 00:00:00", "2023-01-01 24:00:00", "2023-01-01 00:60:00", "2023-01-01 00:00:61"} {
		t.Run(stamp, func(t *testing.T) {
			got, _, _ := readAll(builtin(t), lines(stamp+" avtar Info <5008>: x"), Options{})
			compare(t, got, []string{"plain ¦ " + stamp + " avtar Info <5008>: x"})
		})
	}
}

func TestTallyOfAClockThatGoesBack(t *testing.T) {
	record := func(clock string) string { return "2023-05-04 " + clock + " avtar Info <5008>: x" }
	_, tally, _ := readAll(builtin(t), lines(record("03:00:00"), record("02:55:00"), record("03:20:00"), record("03:05:00"), record("01:00:00")), Options{})
	if first, last := time.Unix(0, tally.Clock.Oldest).UTC(), time.Unix(0, tally.Clock.Newest).UTC(); first != at("2023-05-04T01:00:00Z") || last != at("2023-05-04T03:20:00Z") {
		t.Errorf("from %s to %s", first, last)
	}
}

func TestParseZone(t *testing.T) {
	for _, tt := range []struct {
		word   string
		offset int
		bad    bool
	}{
		{"UTC", 0, false}, {"GMT", 0, false}, {"Z", 0, false}, {"KST", 9 * 3600, false}, {"+08:00", 8 * 3600, false}, {"-0330", -3*3600 - 1800, false},
		{"+05", 5 * 3600, false}, {"Asia/Kathmandu", 5*3600 + 2700, false},
		{"CST", 0, true}, {"IST", 0, true}, {"BST", 0, true}, {"", 0, true}, {"Local", 0, true}, {"../etc/passwd", 0, true}, {"Mars/Base", 0, true},
	} {
		loc, err := ParseZone(tt.word)
		if (err != nil) != tt.bad {
			t.Errorf("%q: %v", tt.word, err)
		}
		if err != nil {
			continue
		}
		if _, offset := at("2023-05-04T00:00:00Z").In(loc).Zone(); offset != tt.offset {
			t.Errorf("%q: offset %d, want %d", tt.word, offset, tt.offset)
		}
	}
}
