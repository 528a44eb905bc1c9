package grammar

import (
	"strings"
	"testing"
	"time"

	"logdoc"
)

// TestStamped reads lines of any log. Where there is no time, the line belongs to the record before it.
func TestStamped(t *testing.T) {
	set := builtin(t)
	tests := []struct{ line, want, severity string }{
		{"2025-03-01T04:05:06Z a", "2025-03-01T04:05:06Z", ""},
		{"2025-03-01T04:05:06.789+01:00 a", "2025-03-01T03:05:06.789Z", ""},
		{"2025-03-01T04:05:06.789-0500\tINFO\ta", "2025-03-01T09:05:06.789Z", "info"},
		{"2025-03-01 04:05:06,78912 WARN  [x] a", "2025-03-01T04:05:06.78912Z", "warning"},
		{"2025-03-01 04:05:06.789123+00:00 [error] <0.1.0> a", "2025-03-01T04:05:06.789123Z", "error"},
		{"2025-03-01 04:05:06+02 a", "2025-03-01T02:05:06Z", ""},
		{"2025-03-01 04:05:06.789 UTC [4711] LOG:  a", "2025-03-01T04:05:06.789Z", "info"},
		{"2025-03-01T04:05:06.789Z|114883|poll_loop|INFO|a", "2025-03-01T04:05:06.789Z", "info"},
		{"[2025-03-01T04:05:06,789][WARN ][o.e.c] a", "2025-03-01T04:05:06.789Z", "warning"},
		{"[2025-03-01 04:05:06.789][1][critical][main] a", "2025-03-01T04:05:06.789Z", "critical"},
		{"[2025-03-01 04:05:06,789: ERROR/ForkPoolWorker-6] a", "2025-03-01T04:05:06.789Z", "error"},
		{"[2025-03-01T04:05:06.789+0000] {x.py:1} ERROR - a", "2025-03-01T04:05:06.789Z", "error"},
		{"2025/03/01 04:05:06.789 [emerg] 1#1: a", "2025-03-01T04:05:06.789Z", "critical"},
		{"2025.03.01 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"2025 Mar 01 04:05:06.789 a", "2025-03-01T04:05:06.789Z", ""},
		{"2025 Mar  1 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"01 Mar 2025 04:05:06.789 a", "2025-03-01T04:05:06.789Z", ""},
		{"01/Mar/2025:04:05:06.789 a", "2025-03-01T04:05:06.789Z", ""},
		{"01-Mar-2025 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"=ERROR REPORT==== 1-Mar-2025::04:05:06 ===", "2025-03-01T04:05:06Z", "error"},
		{"::1 - - [01/Mar/2025:04:05:06 -0100] \"GET / HTTP/1.1\" 200", "2025-03-01T05:05:06Z", ""},
		{"03/01/2025, 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"03/01/2025 12:05:06 AM a", "2025-03-01T00:05:06Z", ""},
		{"13/03/2025 04:05:06 a", "2025-03-13T04:05:06Z", ""},
		{"01.03.2025 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"20250301 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"20250301-04:05:06.789 a", "2025-03-01T04:05:06.789Z", ""},
		{"250301  4:05:06 [Note] a", "2025-03-01T04:05:06Z", ""},
		{"Mar  1 04:05:06 a", "2012-03-01T04:05:06Z", ""},
		{"Mar 01 04:05:06.789012 WRN a", "2012-03-01T04:05:06.789012Z", "warning"},
		{"Sat Mar  1 04:05:06 2025 a", "2025-03-01T04:05:06Z", ""},
		{"Sat Mar  1 04:05:06 UTC 2025 a", "2025-03-01T04:05:06Z", ""},
		{"Mar 1, 2025 4:05:06 PM org.acme.A a", "2025-03-01T16:05:06Z", ""},
		{"W0301 04:05:06.789012   12 a.go:1] a", "2012-03-01T04:05:06.789012Z", "warning"},
		{"E20250301 04:05:06.789012   12 a.cc:1] a", "2025-03-01T04:05:06.789012Z", "error"},
		{"E20250301 a", "", ""},
		{"3/1/2025 4:05:06 PM a", "2025-03-01T16:05:06Z", ""},
		{"3/1/2025, 04:05:06 a", "2025-03-01T04:05:06Z", ""},
		{"3-1-2025 04:05:06 a", "", ""},
		{"3/1/25 04:05:06 a", "", ""},
		{`{"type":"Warning","firstTimestamp":"2025-03-01T04:05:06Z","message":"a"}`, "2025-03-01T04:05:06Z", ""},
		{`{"severity":"ERROR","receiveTimestamp":"2025-03-01T04:05:06Z","textPayload":"a"}`, "2025-03-01T04:05:06Z", "error"},
		{"1740801906 a", "2025-03-01T04:05:06Z", ""},
		{"1740801906.789 a", "2025-03-01T04:05:06.789Z", ""},
		{"[1740801906789] a", "2025-03-01T04:05:06.789Z", ""},
		{`{"level":"error","error":"a","time":1740801906789012,"caller":"a.go:1"}`, "2025-03-01T04:05:06.789012Z", "error"},
		{`{"a":"\"time\":1","ts":1740801906.5}`, "2025-03-01T04:05:06.5Z", ""},
		{`{"message":"a","@timestamp":"2025-03-01T04:05:06.789Z","level":"WARN"}`, "2025-03-01T04:05:06.789Z", "warning"},
		{`{"log":"a\n","stream":"stderr","time":"2025-03-01T04:05:06.789012345Z"}`, "2025-03-01T04:05:06.789012345Z", ""},
		{`{"TimeCreated":"\/Date(1740801906789)\/"}`, "2025-03-01T04:05:06.789Z", ""},
		{`{"t":{"$date":"2025-03-01T04:05:06.789+00:00"},"s":"I"}`, "2025-03-01T04:05:06.789Z", ""},
		{`{"timestamp" : "2025-03-01 04:05:06,789"}`, "2025-03-01T04:05:06.789Z", ""},
		{`level=warn ts=2025-03-01T04:05:06.789012345Z caller=a`, "2025-03-01T04:05:06.789012345Z", "warning"},
		{`time="2025-03-01T04:05:06+01:00" level=fatal msg=a`, "2025-03-01T03:05:06Z", "critical"},
		{`2025-03-01T04:05:06.789012345Z stderr F {"level":"error"}`, "2025-03-01T04:05:06.789012345Z", "error"},
		{"kafka-0 kafka [2025-03-01 04:05:06,789] ERROR a", "2025-03-01T04:05:06.789Z", "error"},
		{"ERROR 2025-03-01 04:05:06,789 a", "2025-03-01T04:05:06.789Z", "error"},
		{"2025-03-01 04:05:06 there was no error", "2025-03-01T04:05:06Z", ""},

		{"  2025-03-01 04:05:06 indented", "", ""},
		{"# 2025-03-01 04:05:06 a remark", "", ""},
		{"04:05:06 a", "", ""},
		{"2025-03-01 a", "", ""},
		{"2025-13-01 04:05:06 a", "", ""},
		{"2025-02-30 04:05:06 a", "", ""},
		{"2025-03-01 24:05:06 a", "", ""},
		{"2025-03-01 04:05:06a", "", ""},
		{"x2025-03-01 04:05:06 a", "", ""},
		{"1740801906a", "", ""},
		{"9999999999 a", "", ""},
		{"the number 1740801906 in a sentence", "", ""},
		{strings.Repeat("a word ", 20) + "2025-03-01 04:05:06", "", ""},
		{`{"level":"error"}`, "", ""},
		{`{"time":"soon"}`, "", ""},
		{"at org.acme.A(A.java:12)", "", ""},
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			got, severity := "", ""
			set.Read("generic", []byte(test.line), sampleTime, func(ev *logdoc.Event) {
				if ev.Clock {
					got = time.Unix(0, ev.Time).UTC().Format(time.RFC3339Nano)
				}
				if ev.Severity != logdoc.Unrated {
					severity = ev.Severity.String()
				}
			})
			if got != test.want || severity != test.severity {
				t.Errorf("got %q %q, want %q %q", got, severity, test.want, test.severity)
			}
		})
	}
}

// TestLastResort holds which format reads a log.
func TestLastResort(t *testing.T) {
	set := builtin(t)
	const avtar = "2019-12-31 07:35:23 avtar Error <8609>: Connection killed from GSAN.\n"
	const other = "2019-12-31 07:35:24.5 worker INFO started\n"
	tests := []struct {
		name, text, want string
		records          int
	}{
		{"an unknown log", other + other + "  at a\nCaused by: b\n", "generic", 2},
		{"a known log", avtar + avtar, "avtar", 2},
		{"a known log in which few lines are unknown", strings.Repeat(avtar, 20) + other, "avtar", 20},
		{"a known log in which many are", strings.Repeat(avtar, 6) + strings.Repeat(other, 4), "avtar", 10},
		{"an unknown log in which some lines are known", avtar + strings.Repeat(other, 4), "generic", 5},
		{"hardly any line has a time", other + strings.Repeat("a line\n", 40), "", 41},
		{"no line has", "a\nb\n", "", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := set.Detect([]byte(test.text), Options{ModTime: modTime})
			got := ""
			if r.Format != nil {
				got = r.Format.Name
			}
			records := 0
			NewScanner().Scan(r, set, Chunk{Data: []byte(test.text), Line: 1}, &Tally{}, func(*logdoc.Event) { records++ })
			if got != test.want || records != test.records {
				t.Errorf("got %q with %d records, want %q with %d", got, records, test.want, test.records)
			}
		})
	}
}

func TestStampedAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("allocations cannot be counted under the race detector")
	}
	set := builtin(t)
	text := []byte(strings.Repeat("2025-03-01 04:05:06,789 - a - WARNING - b\n  at c\n{\"level\":\"info\",\"ts\":1740801906.5}\nlevel=info msg=a ts=2025-03-01T04:05:06Z\n", 100))
	r := set.Detect(text, Options{ModTime: modTime})
	sc, tally := NewScanner(), &Tally{}
	if allocs := testing.AllocsPerRun(10, func() { sc.Scan(r, set, Chunk{Data: text, Line: 1}, tally, func(*logdoc.Event) {}) }); allocs > 2 {
		t.Errorf("%.0f allocations for %d records", allocs, 300)
	}
}

func FuzzStamped(f *testing.F) {
	for _, line := range []string{"2025-03-01T04:05:06.789+01:00 a", "Mar  1 04:05:06 2025", "E0301 04:05:06.7", `{"ts":1740801906.5}`, `ts=1740801906`, "1-Mar-2025::04:05:06", "03/01/2025 12:05:06 AM", `"\/Date(1`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m moment
		if len(b) == 0 || !m.find(b) {
			return
		}
		if m.lo < 0 || m.lo >= m.hi || m.hi > len(b) {
			t.Errorf("%q: from %d to %d", b, m.lo, m.hi)
		}
		if s := &m.stamp; !m.epoch && (s.Month < 1 || s.Month > 12 || s.Day < 1 || s.Day > 31 || s.Hour > 23 || s.Minute > 59 || s.Second > 59 || s.Nanosecond < 0 || s.Nanosecond > 999_999_999) {
			t.Errorf("%q: %+v", b, *s)
		}
	})
}

func BenchmarkStamped(b *testing.B) {
	set := builtin(b)
	for name, line := range map[string]string{
		"log4j": "2025-03-01 04:05:06,789 WARN  [worker-7] org.acme.Server - a request took longer than it should have\n",
		"json":  "{\"level\":\"info\",\"ts\":1740801906.5,\"caller\":\"server.go:462\",\"msg\":\"a request took longer than it should have\"}\n",
		"late":  "level=info caller=server.go:462 component=ingester msg=\"a request took longer than it should have, but it came\" ts=2025-03-01T04:05:06Z\n",
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(strings.Repeat(line, 10000))
			r := set.Detect(data[:HeadSize], Options{})
			sc, tally := NewScanner(), &Tally{}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				sc.Scan(r, set, Chunk{Data: data, Line: 1}, tally, func(*logdoc.Event) {})
			}
		})
	}
}
