package grammar

import (
	"time"

	"logdoc"
	"logdoc/internal/template"
)

// stampCache remembers the hour that the last stamp lies in: within it, a time is two multiplications away.
type stampCache struct {
	year, month, day, hour int16
	offset                 int32
	hasYear, hasZone       bool
	loc                    *time.Location
	modTime                time.Time
	base                   int64 // seconds since 1970 at the start of the hour
	valid                  bool
}

// stamp sets the event's time. A stamp without a date, or with one that does not exist, has none; one without a year takes the year from the source's time.
func (sc *Scanner) stamp(r *Reading, f *Format, s *template.Stamp, loc *time.Location, ev *logdoc.Event) {
	if !s.HasDate {
		return
	}
	if f.zone != nil {
		loc = f.zone
	}
	c := &sc.stamps[0]
	if s.HasZone {
		c = &sc.stamps[1]
	}
	if !c.valid || c.hour != s.Hour || c.day != s.Day || c.month != s.Month || c.year != s.Year || c.hasYear != s.HasYear ||
		c.hasZone != s.HasZone || c.offset != s.Offset || c.loc != loc || !s.HasYear && c.modTime != r.modTime {
		hour, ok := startOfHour(s, loc, r.modTime)
		if !ok {
			return
		}
		*c = stampCache{s.Year, s.Month, s.Day, s.Hour, s.Offset, s.HasYear, s.HasZone, loc, r.modTime, hour, true}
	}
	if !s.HasYear {
		sc.tally.YearAssumed = true
	}
	ev.Time = (c.base+int64(s.Minute)*60+int64(s.Second))*int64(time.Second) + int64(s.Nanosecond)
	ev.Clock = true
}

// firstYear and lastYear bound the stamps that are times: what lies outside is a clock that was never set, such as year 1, or does not fit into nanoseconds.
const firstYear, lastYear = 1970, 2261

// startOfHour returns the seconds since 1970 at which the stamp's hour starts. Without a year it takes the newest year in which the date exists and lies
// no more than a day behind the source's time: a log is not written before it happens.
func startOfHour(s *template.Stamp, loc *time.Location, modTime time.Time) (int64, bool) {
	if loc == nil {
		loc = time.UTC
	}
	hour := *s
	hour.Minute, hour.Second, hour.Nanosecond = 0, 0, 0
	if s.HasYear {
		if s.Year < firstYear || s.Year > lastYear {
			return 0, false
		}
		return pastGap(hour, loc).Unix(), dayExists(s.Year, s.Month, s.Day)
	}
	if modTime.IsZero() {
		return 0, false
	}
	limit := modTime.Add(24 * time.Hour)
	// The year after the limit's may have begun already where the log was written; leap years lie up to eight years apart.
	for year := limit.Year() + 1; year > limit.Year()-9; year-- {
		if hour.Year = int16(year); !dayExists(year, s.Month, s.Day) {
			continue
		}
		if t := pastGap(hour, loc); !t.After(limit) {
			return t.Unix(), true
		}
	}
	return 0, false
}

func dayExists[T int | int16](year T, month, day int16) bool {
	return time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC).Day() == int(day)
}
