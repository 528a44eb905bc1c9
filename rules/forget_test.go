package rules

import (
	"fmt"
	"testing"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// TestLiveForgetsKeys follows a log for months, in which hosts come and go: those with an open finding stay, what is over makes room, and memory does not grow.
func TestLiveForgetsKeys(t *testing.T) {
	set := compileText(t, `symptom test/a "A" { severity error by host stale after 1h event a in t event b in t certain when 2 of a within 5m clears when b }
		symptom test/b "B" { severity error stale never by host event a in t event b in t certain when a then b within 5m }`)
	l := set.NewLive()
	opened := map[string]int{}
	const hosts = 20 * maxKeys
	at := 0
	send := func(symptom, event int, host string) {
		m := flood(at, host)
		m.Symptom, m.Event = symptom, event
		l.Add(m)
		for _, turn := range append(l.Advance(time.Unix(int64(at), 0)), l.Settle()...) {
			if turn.Kind == logdoc.Opened {
				opened[turn.Finding.Symptom]++
			}
		}
	}
	send(1, 0, "old")
	at++
	send(1, 1, "old")
	for i := range hosts {
		at += 60
		host := fmt.Sprint("h", i)
		send(0, 0, host)
		at++
		send(0, 0, host)
		send(1, 0, host)
	}
	if want := map[string]int{"test/a": hosts, "test/b": 1}; opened["test/a"] != want["test/a"] || opened["test/b"] != want["test/b"] {
		t.Errorf("opened %v, want %v", opened, want)
	}
	for i := range l.symptoms {
		if f := &l.symptoms[i]; len(f.told) > 2*maxKeys || len(l.alarms) > 4*maxKeys || len(l.due) > 2*maxKeys {
			t.Errorf("%d keys, %d alarms, %d due", len(f.told), len(l.alarms), len(l.due))
		}
	}
	at++
	send(1, 1, "old")
	if l.symptoms[1].told["old"] == nil || !l.symptoms[1].told["old"].found || l.in.shelves[1][0].byKey["old"] == nil {
		t.Error("a key with an open finding was forgotten")
	}
	if out, _ := l.End(time.Time{}); len(out.Findings) == 0 {
		t.Error("nothing is left")
	}
}

// TestLiveAheadOfTheWatermark gives matches that lie far ahead of the watermark: what they prove is told at once, and once.
func TestLiveAheadOfTheWatermark(t *testing.T) {
	l := compileText(t, byHost).NewLive()
	opened := 0
	for i := range 3 * keptMatches {
		l.Add(flood(i, "h"))
		for _, turn := range l.Advance(time.Unix(0, 0)) {
			if turn.Kind == logdoc.Opened {
				opened++
			}
		}
	}
	if out, _ := l.End(time.Time{}); opened != 1 || len(out.Findings) != 1 || out.Findings[0].Count != 3*keptMatches {
		t.Errorf("%d opened, %d findings", opened, len(out.Findings))
	}
}

// TestLiveTurns tells the turns of small logs one by one.
func TestLiveTurns(t *testing.T) {
	type step struct {
		at    int
		event string
		want  string
	}
	for _, tt := range []struct {
		name, symptom string
		steps         []step
		end           string
	}{
		{"an absence when its window has passed", `certain when a unless b within 5s after`,
			[]step{{0, "a", ""}, {5, "", ""}, {6, "", "opened certain ×1"}, {7, "a", ""}, {9, "b", "repeated certain ×2"}, {30, "", ""}}, ""},
		{"a gap by the watermark alone", `certain when no a for 5s`, []step{{0, "a", ""}, {4, "a", ""}, {9, "", ""}, {10, "", "opened certain ×2"}}, ""},
		{"what is not there, at the end", `certain when a and not b`, []step{{0, "a", ""}, {100, "", ""}}, "opened certain ×1"},
		{"an absence without a window, at the end", `certain when a unless b`, []step{{0, "a", ""}, {100, "", ""}}, "opened certain ×1"},
		{"it was there in the end", `certain when a unless b`, []step{{0, "a", ""}, {100, "b", ""}}, ""},
		{"grown stronger, cleared, reopened, cleared", `possible when a likely when 2 of a within 5s clears when c`,
			[]step{{0, "a", "opened possible ×1"}, {1, "a", "stronger likely ×2"}, {9, "c", "cleared likely ×2"}, {10, "a", "reopened likely ×3"}, {11, "", ""}, {12, "c", "cleared likely ×3"}}, ""},
		{"after it was long quiet", `certain when a stale after 1h`, []step{{0, "a", "opened certain ×1"}, {1, "a", "repeated certain ×2"}, {2, "", ""}, {9000, "a", "reopened certain ×3"}, {9001, "", ""}}, ""},
		{"the gap that the input's end is in", `certain when (no a for 5s) within 8s`, []step{{0, "a", ""}, {7, "", ""}, {8, "", ""}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := compileText(t, `symptom test/a "A" { severity error event a in t event b in t event c in t `+tt.symptom+` }`).NewLive()
			l.Input().SeeFormat(0)
			say := func(turns []logdoc.Turn) string {
				s := ""
				for i, turn := range turns {
					if i > 0 {
						s += ", "
					}
					s += fmt.Sprintf("%s %s ×%d", turn.Kind, turn.Finding.Certainty, turn.Finding.Count)
				}
				return s
			}
			for i, s := range tt.steps {
				if s.event != "" {
					m := flood(s.at, "h")
					m.Event, m.Place.Line = int(s.event[0]-'a'), i+1
					l.Input().SeeTime(m.Time)
					l.Add(m)
				}
				if got := say(l.Advance(time.Unix(int64(s.at), 0))); got != s.want {
					t.Errorf("at %d: %q, want %q", s.at, got, s.want)
				}
			}
			if _, turns := l.End(time.Time{}); say(turns) != tt.end {
				t.Errorf("at the end: %q, want %q", say(turns), tt.end)
			}
		})
	}
}

// TestLiveHits tells a hit when what must not be there can no longer come.
func TestLiveHits(t *testing.T) {
	file, problems := lang.Parse("test.logdoc", []byte(`symptom test/a "A" { severity error event a in t event b in t event c in t certain when a then b }`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	of := func(name string) lang.HitTerm { return lang.HitTerm{Event: &lang.Ref{Owner: name}, Count: 1} }
	file.Symptoms[0].Verdicts[0].When = &lang.CondHits{Ordered: true, Window: 10 * time.Second, Terms: []lang.HitTerm{of("a"), of("b")},
		Absent: []lang.AbsentTerm{{HitTerm: of("c"), Window: 5 * time.Second, Anchor: 1, Absolute: true}}}
	set, _, problems := Compile(twoFormats{}, []Source{{Pack: "test", File: file}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		name   string
		events string // each a second after the other
		want   string
	}{
		{"nothing forbids it", "ab", "opened after the window"},
		{"it is forbidden while its window is open", "ab.c", ""},
		{"the window has passed", "ab........c", "opened at the end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, got := set.NewLive(), ""
			for i, e := range tt.events {
				if e != '.' {
					m := flood(i, "h")
					m.Event = int(e - 'a')
					l.Input().SeeTime(m.Time)
					l.Add(m)
				}
				if len(l.Advance(time.Unix(int64(i), 0))) > 0 {
					got = "opened while records came"
				}
			}
			if tt.want == "opened after the window" {
				if len(l.Advance(time.Unix(100, 0))) == 1 {
					got = tt.want
				}
			}
			out, turns := l.End(time.Time{})
			if len(turns) > 0 {
				got = "opened at the end"
			}
			if got != tt.want || (len(out.Findings) == 1) != (tt.want != "") {
				t.Errorf("%q, want %q; %d findings at the end", got, tt.want, len(out.Findings))
			}
		})
	}
}
