package grammar

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"logdoc/samples"
)

// headsChangeNothing scans a text with and without a memory of heads.
func headsChangeNothing(set *Set, text []byte) error {
	with := set.Detect(text[:min(len(text), HeadSize)], Options{ModTime: modTime})
	without := *with
	with.repeats, without.repeats = true, false
	got, want := scanParts(set, with, text), scanParts(set, &without, text)
	if len(got) != len(want) {
		return fmt.Errorf("%d records with a memory of heads, %d without", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Errorf("record %d: with a memory of heads %+v, without %+v", i, got[i], want[i])
		}
	}
	return nil
}

func TestHeadsChangeNothing(t *testing.T) {
	set := builtin(t)
	var all [][]byte
	for _, kind := range samples.Kinds() {
		all = append(all, bytes.SplitAfter(generated(t, kind, 20<<10), []byte("\n"))...)
	}
	for _, tt := range layouts {
		all = append(all, []byte(layoutLine(tt.line)+"\n"))
	}
	// Lines are drawn again and again, most of them with one thing changed: so heads are learnt, and met by lines that are nearly like them.
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(all)
		few := rapid.SliceOfN(from, 1, 4).Draw(t, "few")
		var text []byte
		for range rapid.IntRange(1, 40).Draw(t, "lines") {
			line := bytes.Clone(rapid.SampledFrom(few).Draw(t, "line"))
			if len(line) > 1 {
				at := rapid.IntRange(0, min(len(line)-1, 120)).Draw(t, "at")
				switch rapid.IntRange(0, 4).Draw(t, "change") {
				case 1:
					line[at] = rapid.SampledFrom([]byte(" \t:]>|[(0a<-")).Draw(t, "byte")
				case 2:
					line = append(line[:at], line[at+1:]...)
				case 3:
					line = append(line[:at], append([]byte(rapid.SampledFrom([]string{" ", "7", "x", " : ", "] ", "info : 0 : "}).Draw(t, "text")), line[at:]...)...)
				case 4:
					line = append(line[:at], '\n')
				}
			}
			text = append(text, line...)
		}
		if err := headsChangeNothing(set, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// Formats in which a head leaves more than one way to read a line, or says less than it seems to.
func TestHeadsOfAwkwardFormats(t *testing.T) {
	for _, tt := range []struct{ name, format, text string }{
		{"an earlier line that the message decides", `
  line | {time:2006-01-02 15:04:05} {program} {message:last} at {location:frame}
  line | {time:2006-01-02 15:04:05} {program} {message}`,
			"2024-01-01 10:00:00 p one\n2024-01-01 10:00:01 p two at a.b.c(X.java:1)\n2024-01-01 10:00:02 p three\n"},
		{"day and month in two orders", `
  line | {time:02/01/2006 15:04:05} {program} {message}
  line | {time:01/02/2006 15:04:05} {program} {message}`,
			"01/13/2024 10:00:00 p one\n01/13/2024 10:00:01 p two\n01/12/2024 10:00:02 p three\n01/12/2024 10:00:03 p four\n"},
		{"a number first", `
  line | {version:int} {time:15:04:05} {message}
  line | {time:2006-01-02 15:04:05} <{code}>: {message}`,
			"2024-01-01 10:00:00 <1>: one\n2024-01-01 10:00:01 <1>: two\n2024 10:00:02 <1>: three\n"},
		{"the last of two", `
  line | {time:2006-01-02 15:04:05} {program:last}: {message}`,
			"2024-01-01 10:00:00 ab cd: one\n2024-01-01 10:00:01 ab cd: one: two\n2024-01-01 10:00:02 ab cd: three\n"},
		{"severity behind the message", `
  line | {time:2006-01-02 15:04:05} {program} {message} !{severity}
  severity { low = info  high = error }`,
			"2024-01-01 10:00:00 program one !low\n2024-01-01 10:00:01 program two !high\n2024-01-01 10:00:02 program three !low\n"},
		{"numbers of processes", `
  line | {time:2006-01-02 15:04:05} {host} {tag} {message}`,
			"2024-01-01 10:00:00 h sshd[1]: one\n2024-01-01 10:00:01 h sshd[12345]: two\n2024-01-01 10:00:02 h sshd[]: three\n2024-01-01 10:00:03 h sshd: four\n2024-01-01 10:00:04 h sshd[12]:  five\n"},
		{"the message's own severity", `
  line | {time:2006-01-02 15:04:05} {host} {tag} {message}
  inner when host == a | {severity}: {message}
  inner | {code:hex} {message}
  severity { low = info  high = error }`,
			"2024-01-01 10:00:00 a sshd: low: one\n2024-01-01 10:00:01 a sshd: high: two\n2024-01-01 10:00:02 b sshd: low: ff three\n2024-01-01 10:00:03 b sshd: high: four\n2024-01-01 10:00:04 a sshd: low: ff five\n"},
		{"seconds that are none", `
  line | {time:2006-01-02 15:04:05,000} {host} {tag} {message}`,
			"2024-01-01 10:00:00,1 a sshd: one\n2024-01-01 10:00:60,1 a sshd: two\n2024-01-01 10:00:61,1 a sshd: three\n2024-01-01 10:00:0,1 a sshd: four\n2024-01-01 10:00:01, a sshd: five\n2024-01-01 10:00:59,123456789123 a sshd: six\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := compiled(t, "format f \"F\" {\n  product \"P\""+tt.format+"\n}\n")
			for range 2 { // twice, so that the first line is met again by what the others taught
				tt.text += tt.text
				if err := headsChangeNothing(set, []byte(tt.text)); err != nil {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// Most heads of the logs that the memory is made for are recalled.
func TestHeadsAreRecalled(t *testing.T) {
	set := builtin(t)
	for _, kind := range samples.Kinds() {
		if kind == samples.GSAN {
			continue // each of its records names another thread
		}
		data := generated(t, kind, 256<<10)
		r := set.Detect(data[:HeadSize], Options{Name: kind.FileName()})
		sc := NewScanner()
		sc.remember(r)
		recalled, parsed := 0, 0
		for b := range bytes.Lines(data) {
			b = bytes.TrimRight(b, "\n")
			if sc.recall(b) {
				recalled++
			} else if l := sc.accepts(r, r.records[first(b)], b, sc.next); l != nil {
				parsed++
				sc.learn(r, l, b)
			}
		}
		if !r.repeats || recalled < 5*parsed {
			t.Errorf("%v: %d heads recalled, %d parsed, repeats is %v", kind, recalled, parsed, r.repeats)
		}
	}
}
