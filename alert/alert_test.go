package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"logdoc"
	"logdoc/alert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is the real time, which inside synctest stands still until everybody waits.
type clock struct{}

func (clock) Now() time.Time                         { return time.Now() }
func (clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// encode writes what the tests look at.
func encode(a logdoc.Alarm) ([]byte, error) {
	return json.Marshal(map[string]any{
		"time": a.Time, "turn": a.Kind, "repeats": a.Repeats, "symptom": a.Finding.Symptom, "key": a.Finding.Key, "evidence": a.Finding.Evidence, "values": a.Finding.Values,
	})
}

// sink remembers what it was told.
type sink struct {
	mu   sync.Mutex
	told []string
	body [][]byte
	fail error
	gate chan struct{}
}

func (s *sink) Name() string { return "test" }

func (s *sink) Send(ctx context.Context, a logdoc.Alarm, body []byte) error {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, fmt.Sprintf("%s %s+%d", a.Kind, a.Finding.Severity, a.Repeats))
	s.body = append(s.body, body)
	return s.fail
}

func (s *sink) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.told, ", ")
	s.told = nil
	return all
}

func turn(kind logdoc.TurnKind, severity logdoc.Severity) logdoc.Turn {
	return logdoc.Turn{Kind: kind, Finding: logdoc.Finding{
		Symptom: "acme/rotor", Title: "The rotor is stuck", Severity: severity, Certainty: logdoc.Likely, Key: "node-1", Count: 3,
		Steps: []logdoc.Step{{Number: 1, Title: "Look at it"}},
	}}
}

// TestCoolDown plays turns of one finding at given seconds, with a cool-down of a minute.
func TestCoolDown(t *testing.T) {
	type play struct {
		at       int
		kind     logdoc.TurnKind
		severity logdoc.Severity
		told     string
	}
	const opened, stronger, repeated, cleared, reopened, moved = logdoc.Opened, logdoc.Stronger, logdoc.Repeated, logdoc.WasCleared, logdoc.Reopened, logdoc.Moved
	e, w, c := logdoc.Error, logdoc.Warning, logdoc.Critical
	for _, tt := range []struct {
		name  string
		plays []play
		// late is what is told in the ten minutes after the last.
		late string
	}{
		{"repetitions are counted", []play{{0, opened, e, "opened error+0"}, {5, repeated, e, ""}, {500, repeated, e, ""}, {501, cleared, e, "cleared error+2"}}, ""},
		{"graver is told at once", []play{{0, opened, w, "opened warning+0"}, {1, stronger, c, "stronger critical+0"}, {2, stronger, e, ""}}, ""},
		{"the end is told at once", []play{{0, opened, e, "opened error+0"}, {1, cleared, e, "cleared error+0"}}, ""},
		{"the end of what nobody was told is not", []play{{0, opened, e, "opened error+0"}, {1, cleared, e, "cleared error+0"}, {2, reopened, e, ""}, {3, cleared, e, ""}}, ""},
		{"back soon: told when it has cooled", []play{{0, opened, e, "opened error+0"}, {1, cleared, e, "cleared error+0"}, {2, reopened, e, ""}, {3, repeated, e, ""}}, "reopened error+2"},
		{"back soon and worse: told at once", []play{{0, opened, w, "opened warning+0"}, {1, cleared, w, "cleared warning+0"}, {2, reopened, c, "reopened critical+0"}}, ""},
		{"flapping", []play{
			{0, opened, e, "opened error+0"}, {10, cleared, e, "cleared error+0"}, {20, reopened, e, ""}, {30, cleared, e, ""}, {40, reopened, e, ""}, {50, cleared, e, ""},
			{80, reopened, e, "reopened error+2"}, {85, cleared, e, "cleared error+0"},
		}, ""},
		{"back after a long time", []play{{0, opened, e, "opened error+0"}, {1, cleared, e, "cleared error+0"}, {300, reopened, e, "reopened error+0"}}, ""},
		{"back after quiet without an end", []play{{0, opened, e, "opened error+0"}, {300, reopened, e, "reopened error+0"}, {301, reopened, e, ""}}, ""},
		{"known from an earlier run", []play{{0, repeated, e, ""}, {100, repeated, e, ""}, {101, cleared, e, "cleared error+2"}}, ""},
		{"over, known from an earlier run", []play{{0, cleared, e, "cleared error+0"}, {1, cleared, e, ""}}, ""},
		{"known under another key now", []play{{0, opened, e, "opened error+0"}, {1, moved, e, "moved error+0"}}, ""},
		{"mild once it was over", []play{{0, opened, c, "opened critical+0"}, {1, cleared, c, "cleared critical+0"}, {200, reopened, w, "reopened warning+0"}, {201, stronger, c, "stronger critical+0"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				a := alert.New(alert.Options{Clock: clock{}, Encode: encode, CoolDown: time.Minute, Sinks: []alert.Rated{{Sink: s}}})
				start := time.Now()
				for i, p := range tt.plays {
					time.Sleep(time.Until(start.Add(time.Duration(p.at) * time.Second)))
					synctest.Wait()
					a.Tell(turn(p.kind, p.severity))
					synctest.Wait()
					if got := s.take(); got != p.told {
						t.Errorf("turn %d: told %q, want %q", i, got, p.told)
					}
				}
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := s.take(); got != tt.late {
					t.Errorf("afterwards: told %q, want %q", got, tt.late)
				}
				a.Close(t.Context())
			})
		})
	}
}

func TestThresholds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Severity: logdoc.Error, Certainty: logdoc.Likely, Sinks: []alert.Rated{{Sink: s}}})
		a.Tell(turn(logdoc.Opened, logdoc.Warning))
		vague := turn(logdoc.Opened, logdoc.Critical)
		vague.Finding.Certainty = logdoc.Possible
		a.Tell(vague)
		a.Tell(turn(logdoc.Stronger, logdoc.Error))
		a.Close(t.Context())
		if got := s.take(); got != "stronger error+0" {
			t.Errorf("told %q", got)
		}
	})
}

// TestSlowSink holds a sink back: telling returns, the queue keeps what it may, the rest is counted.
func TestSlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := &sink{gate: make(chan struct{})}, &sink{}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Queue: 10, Sinks: []alert.Rated{{Sink: slow}, {Sink: quick}}})
		for i := range 1000 {
			one := turn(logdoc.Opened, logdoc.Error)
			one.Finding.Key = logdoc.LogText(fmt.Sprint(i))
			a.Tell(one)
			synctest.Wait()
		}
		got, _ := a.Numbers()
		if n := got[0]; n.Sent != 0 || n.Dropped != 1000-11 || n.Waiting != 10 {
			t.Errorf("the slow one: %+v", n)
		}
		if n := got[1]; n.Sent != 1000 || n.Dropped != 0 {
			t.Errorf("the quick one: %+v", n)
		}
		close(slow.gate)
		a.Close(t.Context())
		if got, _ := a.Numbers(); got[0].Sent != 11 {
			t.Errorf("after the gate opened: %+v", got[0])
		}
	})
}

// TestCloseDoesNotWaitForEver: a sink that hangs gets the time that Close was given.
func TestCloseDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Sinks: []alert.Rated{{Sink: &sink{gate: make(chan struct{})}}}})
		a.Tell(turn(logdoc.Opened, logdoc.Error))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		a.Close(ctx)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("it took %v", took)
		}
		a.Tell(turn(logdoc.Stronger, logdoc.Critical)) // and telling it something is no panic
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Sinks: []alert.Rated{{Sink: s, Every: 10 * time.Second, Burst: 3}}})
		for i := range 6 {
			one := turn(logdoc.Opened, logdoc.Error)
			one.Finding.Key = logdoc.LogText(fmt.Sprint(i))
			a.Tell(one)
		}
		count := func(want int) {
			t.Helper()
			synctest.Wait()
			if got, _ := a.Numbers(); got[0].Sent != int64(want) {
				t.Errorf("%d were sent, want %d", got[0].Sent, want)
			}
		}
		count(3)
		time.Sleep(9 * time.Second)
		count(3)
		time.Sleep(time.Second)
		count(4)
		time.Sleep(20 * time.Second)
		count(6)
		a.Close(t.Context())
	})
}

// TestTroubleIsToldOnce: when a sink begins to fail, and when it works again.
func TestTroubleIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := &sink{fail: errors.New("no \x1b[2J\nroute")}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Sinks: []alert.Rated{{Sink: s}}, Problem: func(p string) { told = append(told, p) }})
		for i := range 5 {
			if i == 4 {
				s.mu.Lock()
				s.fail = nil
				s.mu.Unlock()
			}
			one := turn(logdoc.Opened, logdoc.Error)
			one.Finding.Key = logdoc.LogText(fmt.Sprint(i))
			a.Tell(one)
			synctest.Wait()
		}
		a.Close(t.Context())
		want := []string{"alarms do not reach test: no ␛[2J␊route", "alarms reach test again after 4 failed tries"}
		if fmt.Sprint(told) != fmt.Sprint(want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if got, _ := a.Numbers(); got[0].Sent != 1 || got[0].Failed != 4 || got[0].Dropped != 4 {
			t.Errorf("%+v", got[0])
		}
	})
}

// TestBounds: what one alarm carries is bounded, however much the log had.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		huge := turn(logdoc.Opened, logdoc.Error)
		huge.Finding.Key = logdoc.LogText(strings.Repeat("ключ", 1<<18))
		long := logdoc.LogText(strings.Repeat("\x00", 1<<20))
		for i := range 5000 {
			huge.Finding.Evidence = append(huge.Finding.Evidence, logdoc.Evidence{Event: fmt.Sprint(i), Text: long, Place: logdoc.Place{Source: huge.Finding.Key}})
			huge.Finding.Values = append(huge.Finding.Values, logdoc.Value{Name: "v", Text: huge.Finding.Key})
		}
		huge.Finding.Consequences = []logdoc.Finding{huge.Finding}
		s := &sink{}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Sinks: []alert.Rated{{Sink: s}}})
		a.Tell(huge)
		a.Close(t.Context())
		if len(s.body) != 1 || len(s.body[0]) > 256<<10 {
			t.Fatalf("%d alarms", len(s.body))
		}
		if n := bytes.Count(s.body[0], []byte("\n")); n != 1 || s.body[0][len(s.body[0])-1] != '\n' {
			t.Errorf("the alarm has %d line breaks", n)
		}
		var got struct {
			Key      string
			Evidence []struct{ Event string }
		}
		if err := json.Unmarshal(s.body[0], &got); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(got.Key, " bytes more)") || strings.ContainsRune(got.Key, '\uFFFD') {
			t.Errorf("the key ends with %q", got.Key[len(got.Key)-40:])
		}
		if n := len(got.Evidence); n != 10 || got.Evidence[9].Event != "4999" {
			t.Errorf("%d records of evidence are left, the last is %v", n, got.Evidence[n-1])
		}
		if len(huge.Finding.Evidence[0].Text) != 1<<20 || len(huge.Finding.Consequences) != 1 {
			t.Error("the finding itself was changed")
		}
	})
}

func TestEncodeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := &sink{}
		a := alert.New(alert.Options{
			Clock: clock{}, Sinks: []alert.Rated{{Sink: s}}, Problem: func(p string) { told = append(told, p) },
			Encode: func(logdoc.Alarm) ([]byte, error) { return bytes.Repeat([]byte("x"), 1<<20), nil },
		})
		a.Tell(turn(logdoc.Opened, logdoc.Error))
		a.Close(t.Context())
		if s.take() != "" || len(told) != 1 || !strings.Contains(told[0], "longer than 256 KiB") {
			t.Errorf("told %q", told)
		}
	})
}

// TestManyFindings: what is remembered of findings is bounded, and new ones are told all the same.
func TestManyFindings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, CoolDown: time.Hour, Queue: 30_000, Sinks: []alert.Rated{{Sink: s}}})
		for i := range 25_000 {
			one := turn(logdoc.Opened, logdoc.Error)
			one.Finding.Key = logdoc.LogText(fmt.Sprint(i))
			a.Tell(one)
		}
		one := turn(logdoc.Repeated, logdoc.Error)
		one.Finding.Key = "24999"
		a.Tell(one)
		a.Close(t.Context())
		got, held := a.Numbers()
		if got[0].Sent != 25_000 || held != 1 {
			t.Errorf("%+v, %d held", got[0], held)
		}
		if n := a.Remembered(); n > 10_000 {
			t.Errorf("%d findings are remembered", n)
		}
	})
}
