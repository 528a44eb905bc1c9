package grammar

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/samples"
)

// described counts records by what they say besides their digits, those of the fields that are told aside. As Twins it says that this is all that matters.
type described struct {
	set   *Set
	kinds map[string]int32
	count map[string]int
	names []string
	given int
	taken int
}

// say describes a record without its time.
func (d *described) say(ev *logdoc.Event) string {
	if ev.Format == Plain {
		return "plain " + masked(ev.Text)
	}
	parts := []string{d.set.Formats()[ev.Format].Name, ev.Severity.String(), fmt.Sprint(ev.Clock), fmt.Sprint(len(ev.Text))}
	for _, s := range toldAsWell(ev) {
		parts = append(parts, string(ev.Text[s.Lo:s.Hi]))
	}
	for slot, name := range d.set.Formats()[ev.Format].fields {
		value := string(ev.Field(slot))
		if !Told(slot) {
			value = masked(ev.Field(slot))
		}
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, " ¦ ")
}

// toldAsWell is what the end of some records matters as it is.
func toldAsWell(ev *logdoc.Event) []logdoc.Span {
	if n := int32(len(ev.Text)); n%4 == 0 {
		return []logdoc.Span{{Lo: n - 2, Hi: n}}
	}
	return nil
}

func masked(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, string(b))
}

func (d *described) take(ev *logdoc.Event) {
	d.count[d.say(ev)]++
	d.given++
}

func (d *described) Alike(ev *logdoc.Event) (Kin, bool) {
	what := d.say(ev)
	kind, ok := d.kinds[what]
	if !ok {
		kind = int32(len(d.names))
		d.kinds[what], d.names = kind, append(d.names, what)
	}
	// Some are said to be strange, and some to be taken one by one.
	return Kin{kind, len(what)%5 == 1, toldAsWell(ev)}, len(what)%5 != 0
}

func (d *described) Take(kind int32, ev *logdoc.Event) {
	d.taken++
	what := d.say(ev)
	if d.names[kind] != what {
		what = fmt.Sprintf("%s, taken as %s", what, d.names[kind])
	}
	d.count[what]++
}

func (d *described) Count(kind int32, seen *Sightings) { d.count[d.names[kind]] += seen.N }

// scanDescribed scans a text in two chunks, and once more, with or without twins. Who watches is told of every record, so that all times must be read.
func scanDescribed(set *Set, r *Reading, text []byte, twins, watch bool) (*described, []Tally) {
	d := &described{set: set, kinds: map[string]int32{}, count: map[string]int{}}
	sc := NewScanner()
	if twins {
		sc.Twins = d
	}
	watched := map[string]int{}
	if watch {
		sc.Watch = func(time int64, severity logdoc.Severity) { watched[fmt.Sprint("watched ", time, severity)]++ }
	}
	cut := max(len(text)/2, 1)
	for cut < len(text) && (text[cut-1] != '\n' || !r.Starts(text[cut:])) {
		cut++
	}
	var tallies []Tally
	chunk := Chunk{Line: 1}
	for _, data := range [][]byte{text[:cut], text[cut:], text} {
		var tally Tally
		chunk.Data = data
		sc.Scan(r, set, chunk, &tally, d.take)
		tallies = append(tallies, tally)
		chunk.Line += int(tally.Lines)
		chunk.Offset += tally.Bytes
	}
	maps.Copy(d.count, watched)
	return d, tallies
}

// twinsChangeNothing scans a text with and without twins.
func twinsChangeNothing(set *Set, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	r := set.Detect(text[:min(len(text), HeadSize)], Options{ModTime: modTime})
	for _, watch := range []bool{true, false} {
		want, tallies := scanDescribed(set, r, text, false, watch)
		got, twinned := scanDescribed(set, r, text, true, watch)
		if diff := cmp.Diff(want.count, got.count); diff != "" {
			return fmt.Errorf("with twins other records are counted (watched: %v):\n%s", watch, diff)
		}
		if diff := cmp.Diff(tallies, twinned, cmp.AllowUnexported(Clock{}, StepBack{})); diff != "" {
			return fmt.Errorf("with twins the tally is another (watched: %v):\n%s", watch, diff)
		}
	}
	return nil
}

// TestTwinsChangeNothing draws lines again and again with other digits, and some with other things changed.
func TestTwinsChangeNothing(t *testing.T) {
	set := builtin(t)
	var all [][]byte
	for _, kind := range samples.Kinds() {
		all = append(all, bytes.SplitAfter(generated(t, kind, 20<<10), []byte("\n"))...)
	}
	for _, tt := range layouts {
		all = append(all, []byte(layoutLine(tt.line)+"\n"))
	}
	for _, f := range set.Formats() {
		for _, s := range f.samples {
			all = append(all, []byte(strings.Join(s.Text.Lines, "\n")+"\n"))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.SampledFrom(all), 1, 4).Draw(t, "few")
		var text []byte
		for range rapid.IntRange(1, 60).Draw(t, "lines") {
			line := bytes.Clone(rapid.SampledFrom(few).Draw(t, "line"))
			end := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\n\n", "\n \n", "\n\tat a.b.C(D.java:1)\n", "\n\tat a.b.C(D.java:1)\nCaused by: java.io.IOException: error 5\n\tat a.b.C(D.java:1)\n", "\njava.io.IOException: 17 times\n",
				"\n2023-13-01 00:00:00 avtar Info <1>: x\n", "\n<1>: some number\n", "\nNTLS[1]: info : 0 : word 7\n", "\n... 17 more lines\r\n"}).Draw(t, "end")
			line = append(bytes.TrimRight(line, "\n"), end...)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				var digits []int
				for i, c := range line {
					if isDigit(c) {
						digits = append(digits, i)
					}
				}
				if len(digits) == 0 {
					break
				}
				line[rapid.SampledFrom(digits).Draw(t, "digit")] = rapid.SampledFrom([]byte("0123456789")).Draw(t, "to")
			}
			if at := rapid.IntRange(0, 20*len(line)).Draw(t, "at"); at < len(line) {
				line[at] = rapid.SampledFrom([]byte(" \t:]>|[(0a<-x\n")).Draw(t, "byte")
			}
			text = append(text, line...)
		}
		if err := twinsChangeNothing(set, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// TestTwinsOfTwoClocks has logs with two layouts of stamps, of which one may lag behind the other by about as much as is told, and both may go back.
func TestTwinsOfTwoClocks(t *testing.T) {
	set := builtin(t)
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 2, 10, 1, 13, 19, 0, time.UTC)
		lag := time.Duration(rapid.OneOf(rapid.Int64Range(ms(backLimit)-9000, ms(backLimit)+1000), rapid.Int64Range(ms(backLimit)-70_000, ms(backLimit)+70_000), rapid.Int64Range(0, 5000), rapid.Just(ms(time.Hour))).Draw(t, "lag")) * time.Millisecond
		step := rapid.OneOf(rapid.Int64Range(0, 900), rapid.Int64Range(0, 900), rapid.Int64Range(0, 900), rapid.Int64Range(-3000, 20_000), rapid.Int64Range(-ms(backLimit)-5000, ms(backLimit)+5000))
		var text []byte
		for range rapid.IntRange(1, 200).Draw(t, "lines") {
			now = now.Add(time.Duration(step.Draw(t, "step")) * time.Millisecond)
			switch rapid.IntRange(0, 6).Draw(t, "line") {
			case 0, 1, 2:
				text = now.AppendFormat(text, "2006-01-02 15:04:05 avtar Info <8468>: Sending wrapup message to parents\n")
			case 3, 4:
				text = now.Add(-lag).AppendFormat(text, "2006/01/02-15:04:05.00000 [avtar]  <=== backstreamdir::addelement()\n")
			case 5:
				text = now.AppendFormat(text, "2006-01-02 15:04:05 avtar Warning <43225>: Ignoring increased file size (-1)\n")
			case 6:
				text = append(text, "avtar Info <8688>: Status of 17 files\n"...)
			}
			lag += time.Duration(rapid.Int64Range(-100, 200).Draw(t, "drift")) * time.Millisecond
		}
		if err := twinsChangeNothing(set, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// Only of a stamp that is surely no earlier need the time not be read.
func TestBeat(t *testing.T) {
	for _, tt := range []struct {
		first, next string
		goesOn      bool
	}{
		{"07", "07", true},
		{"07", "08", true},
		{"08", "07", false},
		{"07.15", "07.15", true},
		{"07.15", "07.2 ", true},
		{"07.15", "07.14", false},
		{"07,500", "07.400", false},
		{"07.400", "07,500", true},
		{"07.123456", "07.123457", false}, // eight bytes do not tell
		{"07.123456", "07.123356", false},
		{"07.123456", "07.123556", true},
		{"59.9", "60.0", true}, // it is for who has found the line to see that it is no second
	} {
		hs := &heads{minute: []byte("05:06:")}
		var b beat
		b.begin(hs, &entry{pace: paceOf(len(hs.minute)+len(tt.first), 0)}, []byte("05:06:"+tt.first+" and a message"), 1)
		if got := b.goesOn([]byte(tt.next+" and a message"), 0); got != tt.goesOn {
			t.Errorf("from %q it goes on with %q: %v", tt.first, tt.next, got)
		}
	}
}

// Formats in which digits decide how a line is read.
func TestTwinsOfAwkwardFormats(t *testing.T) {
	for _, tt := range []struct{ name, format, text string }{
		{"digits in the fixed text", `
  line | {time:2006-01-02 15:04:05} {program} level 1: {message}
  line | {time:2006-01-02 15:04:05} {program} {message}`,
			"2024-01-01 10:00:00 p level 1: one or two\n2024-01-01 10:00:01 p level 2: one or two\n"},
		{"a second time", `
  line | {time:2006-01-02 15:04:05} {since:15:04:05} {message}
  line | {time:2006-01-02 15:04:05} {program} {message}`,
			"2024-01-01 10:00:00 10:11:12 one or two\n2024-01-01 10:00:01 30:11:12 one or two\n2024-01-01 10:00:02 12:71:12 one or two\n"},
		{"hexadecimal numbers", `
  line | {time:2006-01-02 15:04:05} {number:hex} {message}
  line | {time:2006-01-02 15:04:05} {program} {message}`,
			"2024-01-01 10:00:00 0x12 one or two\n2024-01-01 10:00:01 1x12 one or two\n2024-01-01 10:00:02 2x12 one or two\n2024-01-01 10:00:03 0x13 one or two\n"},
		{"numbers as severities", `
  line | {time:2006-01-02 15:04:05} {severity} {message}
  severity { 1 = info  2 = error }`,
			"2024-01-01 10:00:00 1 one or two\n2024-01-01 10:00:01 2 one or two\n2024-01-01 10:00:02 3 one or two\n"},
		{"a guard", `
  line | {time:2006-01-02 15:04:05} {thread} <{code}> {message}
  inner when thread == t1 | {location}: {message}
  inner when code == 0 | <{code}> {message}`,
			"2024-01-01 10:00:00 t1 <5> here: or there\n2024-01-01 10:00:01 t2 <5> here: or there\n2024-01-01 10:00:02 t2 <0> <1> here or there\n2024-01-01 10:00:03 t2 <4> <1> here or there\n"},
		{"seconds that are none", `
  line | {time:2006-01-02 15:04:05} {program} {message}`,
			"2024-01-01 10:00:00 one or two\n2024-01-01 10:00:60 one or two\n2024-01-01 10:00:70 one or two\n2024-01-01 10:70:00 one or two\n"},
		{"a layout that reads the day first", `
  line | {time:02/01/2006 15:04:05} {program} {message}
  line | {time:01/02/2006 15:04:05} {program} {message}`,
			"01/13/2024 10:00:00 p one or two\n01/12/2024 10:00:00 p one or two\n13/12/2024 10:00:00 p one or two\n"},
		{"hosts and programs with numbers", `
  line | {time:2006-01-02 15:04:05} {host} {tag} {message}`,
			"2024-01-01 10:00:00 h1 p1[1]: one or two\n2024-01-01 10:00:00 h2 p1[2]: one or two\n2024-01-01 10:00:00 h1 p2[3]: one or two\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := compiled(t, "format f \"F\" {\n  product \"P\""+tt.format+"\n}\n")
			for range 3 {
				tt.text += tt.text
				if err := twinsChangeNothing(set, []byte(tt.text)); err != nil {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// Most records of the logs that twins are made for are twins of others, and a log of which no two lines are alike is not remembered.
func TestTwinsAreMet(t *testing.T) {
	set := builtin(t)
	for _, kind := range samples.Kinds() {
		text := generated(t, kind, 2<<20)
		r := set.Detect(text[:HeadSize], Options{Name: kind.FileName()})
		d := &described{set: set, kinds: map[string]int32{}, count: map[string]int{}}
		sc := NewScanner()
		sc.Twins = all{d}
		var tally Tally
		sc.Scan(r, set, Chunk{Data: text, Line: 1}, &tally, d.take)
		records := 0
		for _, n := range tally.Formats {
			records += n
		}
		if d.given*3 > records {
			t.Errorf("%v: %d of %d records were handed over", kind, d.given, records)
		}
		d = &described{set: set, kinds: map[string]int32{}, count: map[string]int{}}
		sc = NewScanner()
		sc.Twins = d
		sc.Scan(r, set, Chunk{Data: text, Line: 1}, &tally, d.take)
		if d.taken == 0 {
			t.Errorf("%v: no record was taken one by one", kind)
		}
	}
	var text []byte
	for i := range 3 * twinTrial {
		text = fmt.Appendf(text, "2024-01-01 10:00:00 avtar Info <1>: %s\n", strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j").Replace(fmt.Sprint(i)))
	}
	sc := NewScanner()
	sc.Twins = &described{set: set, kinds: map[string]int32{}, count: map[string]int{}}
	r := set.Detect(text[:HeadSize], Options{})
	sc.Scan(r, set, Chunk{Data: text, Line: 1}, &Tally{}, func(*logdoc.Event) {})
	if !sc.memories[r].heads[0].twins.useless {
		t.Error("a log without twins is still searched for them")
	}
}

// all says that all records have twins, of which nothing is told aside.
type all struct{ *described }

func (a all) Alike(ev *logdoc.Event) (Kin, bool) {
	kin, _ := a.described.Alike(ev)
	kin.OneByOne, kin.Told = false, nil
	return kin, true
}

// BenchmarkTwins scans logs of which nearly all records are twins of others.
func BenchmarkTwins(b *testing.B) {
	set := builtin(b)
	for _, kind := range samples.Kinds() {
		b.Run(kind.String(), func(b *testing.B) {
			text := generated(b, kind, 4<<20)
			r := set.Detect(text[:HeadSize], Options{Name: kind.FileName()})
			sc := NewScanner()
			sc.Twins = all{&described{set: set, kinds: map[string]int32{}, count: map[string]int{}}}
			var tally Tally
			scan := func() {
				sc.Scan(r, set, Chunk{Data: text, Line: 1}, &tally, func(*logdoc.Event) {})
			}
			scan()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				scan()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tally.Lines), "ns/line")
		})
	}
}

// TestHeaderInsideATwin has a header between the lines of a record: what is remembered of it must not stand for records without one.
func TestHeaderInsideATwin(t *testing.T) {
	const record, header, more = "2024-01-01 10:00:00 avtar Info <1>: one or two\n", "--------------------\n", "\tat a.b.C(D.java:1)\n"
	text := strings.Repeat(record, 5) + strings.Repeat(record+header+more, 3) + strings.Repeat(record+more, 3)
	if err := twinsChangeNothing(builtin(t), []byte(text)); err != nil {
		t.Error(err)
	}
}
