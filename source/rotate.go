package source

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The marks that rotation leaves in the names of logs, tried in this order on the name without the suffixes of compression.
var (
	// app.log.2017-09-11, FlumeClient.2017-09-11_04-05-09.[1].log, messages-20260101
	dated = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(.+?)[-._](\d{4})-?(\d\d)-?(\d\d)(?:[-_.T]?(\d\d)[-_.:]?(\d\d)(?:[-_.:]?(\d\d))?)?(?:[-._]?\[?(\d{1,4})\]?)?(\.[A-Za-z]+)?$`)
	})
	// server.1.log
	inner = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)\.(\d{1,3})(\.(?:log|out|txt))$`) })
	// messages.2, gsan.log.001
	outer    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)\.(\d{1,4})$`) })
	packings = []string{".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip"}
)

// family tells which log a path belongs to, and its rank there: 0 for the file being written, the more negative the older. Numbers count
// up with age, as logrotate and GSAN (gsan.log.000 is the newest) have it; a date ranks before any number.
func family(path string) (log string, order int) {
	cut := strings.LastIndexByte(path, '/') + 1
	dir, base := path[:cut], path[cut:]
	for trimmed := true; trimmed; {
		trimmed = false
		for _, suffix := range packings {
			if len(base) > len(suffix) && strings.EqualFold(base[len(base)-len(suffix):], suffix) {
				base, trimmed = base[:len(base)-len(suffix)], true
			}
		}
	}
	if stem, ok := strings.CutSuffix(base, ".old"); ok && stem != "" {
		return dir + stem, -1
	}
	digits := 0
	for i := range len(base) {
		if '0' <= base[i] && base[i] <= '9' {
			digits++
		}
	}
	if digits == 0 {
		return dir + base, 0
	}
	if digits >= 8 { // the pattern is slow, and long directories have many names
		if m := dated().FindStringSubmatch(base); m != nil {
			if when, ok := moment(m[2:8]); ok {
				// A second has room for ten thousand numbers; the offset puts all dates before all numbers.
				return dir + m[1] + m[9], int(when.Unix()*10_000 + number(m[8]) - 1<<53)
			}
		}
	}
	if m := inner().FindStringSubmatch(base); m != nil {
		return dir + m[1] + m[3], -int(number(m[2]))
	}
	if m := outer().FindStringSubmatch(base); m != nil {
		return dir + m[1], -int(number(m[2]))
	}
	return dir + base, 0
}

// moment makes a time of year, month, day, hour, minute and second as written; false when there is no such day or hour.
func moment(parts []string) (time.Time, bool) {
	var n [6]int
	for i, p := range parts {
		n[i] = int(number(p))
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	same := t.Month() == time.Month(n[1]) && t.Day() == n[2] && t.Hour() == n[3] && t.Minute() == n[4]
	return t, same && n[0] >= 1970
}

// number reads digits that a pattern has bounded; nothing is 0.
func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// natural compares names so that node10 follows node9. Names that differ only in leading zeros are told apart too, so that the order is total.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		i, j := digits(x), digits(y)
		if i == 0 || j == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:i], "0"), strings.TrimLeft(y[:j], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), strings.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[i:], y[j:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// digits counts the digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
