package template

import (
	"strings"
	"testing"
	"time"
)

func TestMonths(t *testing.T) {
	for _, tt := range []struct {
		text  string
		month int16
		size  int
	}{
		{"Jan 2", 1, 3}, {"may", 5, 3}, {"DEC", 12, 3}, {"sept.", 9, 4}, {"Sep 1", 9, 3}, {"mars 2", 3, 4}, {"Mar 2", 3, 3}, {"Juni", 6, 4}, {"juil.", 7, 4}, {"März", 3, 5},
		{"十一月", 11, 9}, {"一月", 1, 6}, {"1月", 1, 4}, {"11月", 11, 5}, {"3월", 3, 4}, {"августа", 8, 6}, {"Okt.", 10, 3},
		{"Foo", 0, 0}, {"Ja", 0, 0}, {"", 0, 0}, {"13月", 0, 0}, {"\xe4\xb8", 0, 0},
	} {
		if m, n := month([]byte(tt.text)); m != tt.month || n != tt.size {
			t.Errorf("%q: month %d of %d bytes, want %d, %d", tt.text, m, n, tt.month, tt.size)
		}
	}
}

func TestMonthWithDot(t *testing.T) {
	for _, tt := range []struct{ layout, text string }{
		{"02 Jan 2006", "05 sept. 2023"}, {"02 Jan 2006", "05 Sep 2023"}, {"02.Jan.2006", "05.Sep.2023"}, {"02 Jan. 2006", "05 Sep. 2023"},
	} {
		l, err := NewLayout(tt.layout)
		if err != nil {
			t.Fatal(err)
		}
		var s Stamp
		if n, ok := l.Parse([]byte(tt.text), &s); !ok || n != len(tt.text) || s.Month != 9 || s.Day != 5 || s.Year != 2023 {
			t.Errorf("%q by %q: %d, %v, %+v", tt.text, tt.layout, n, ok, s)
		}
	}
}

func TestNoLayout(t *testing.T) {
	for _, source := range []string{"", "word", "2006", "15:04", "06/", "UTC"} {
		l, err := NewLayout(source)
		if (err == nil) != (source == "2006" || source == "15:04" || source == "06/") {
			t.Errorf("%q: %v, %v", source, l, err)
		}
	}
}

// FuzzLayout checks that a stamp stays inside the text and in range, that the memory for stamps changes nothing, and that a stamp which time.Format writes is
// read as the same time.
func FuzzLayout(f *testing.F) {
	layouts := []string{"2006-01-02 15:04:05", "2006/01/02-15:04:05.00000 UTC", "2006 Jan _2 15:04:05", "Jan _2 15:04:05", "02 Jan 2006 15:04:05,000", "06/01/02 15:04:05",
		"2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05-0700", "Mon Jan _2 15:04:05 2006 GMT", "[15:04:05 2006]"}
	for i, source := range layouts {
		f.Add(source, time.Unix(int64(i)*98765432, 0).UTC().Format(source), "2023-05-04 03:15:23", int64(i)*98765432)
	}
	f.Add("02 Jan 2006", "11 十二月 2020", "1 sept. 2020", int64(-1))
	f.Fuzz(func(t *testing.T, source, text, other string, seconds int64) {
		l, err := NewLayout(source)
		if err != nil {
			return
		}
		var m minute
		for _, b := range []string{text, other, text, text + "x", other} {
			var plain, remembered Stamp
			n, ok := l.Parse([]byte(b), &plain)
			k, same := l.parse([]byte(b), &remembered, &m)
			if ok != same || ok && (n != k || plain != remembered) {
				t.Fatalf("%q by %q: %d %v %+v, remembered %d %v %+v", b, source, n, ok, plain, k, same, remembered)
			}
			if !ok {
				continue
			}
			if n < 0 || n > len(b) || n > 0 && !l.first(b[0]) {
				t.Fatalf("%q by %q: %d bytes", b, source, n)
			}
			if plain.Month < 0 || plain.Month > 12 || plain.Day < 0 || plain.Day > 31 || plain.Hour > 23 || plain.Minute > 59 || plain.Second > 59 || plain.Nanosecond < 0 || plain.Nanosecond > 999_999_999 {
				t.Fatalf("%q by %q: %+v", b, source, plain)
			}
		}
		for _, source := range layouts {
			if !strings.Contains(source, "2006") {
				continue
			}
			want := time.Unix(seconds%(1<<31), 0).UTC() // until 2038, so that two digits of the year will do
			if want.Year() < 2000 {
				continue
			}
			l, err := NewLayout(source)
			if err != nil {
				t.Fatal(err)
			}
			var s Stamp
			written := want.Format(source)
			if n, ok := l.Parse([]byte(written), &s); !ok || n != len(written) || strings.Contains(source, "05") && !s.Time(time.UTC).Equal(want) && strings.Contains(source, "02") {
				t.Fatalf("%q by %q: %d, %v, %s", written, source, n, ok, s.Time(time.UTC))
			}
		}
	})
}

// TestFraction holds the digits that are read at once to those read one by one, whatever stands behind them.
func TestFraction(t *testing.T) {
	slow := func(b []byte) (n int, v int32) {
		scale := int32(100_000_000)
		for n = 1; n < len(b) && isDigit(b[n]); n++ {
			v += int32(b[n]-'0') * scale
			scale /= 10
		}
		return n, v
	}
	for digits := 1; digits <= 11; digits++ {
		for c := range 256 {
			b := append([]byte("."+"95103847265"[:digits]), byte(c))
			b = append(b, "\x00\xfa\xff7 0123456"...)
			for size := 2; size <= len(b); size++ {
				var s Stamp
				n := Fraction(b[:size], &s)
				if want, v := slow(b[:size]); n != want || s.Nanosecond != v {
					t.Fatalf("%q: %d bytes, %d ns, want %d and %d", b[:size], n, s.Nanosecond, want, v)
				}
			}
		}
	}
}
