package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"logdoc"
)

// toldHere names the fields that records which are alike have in common.
func toldHere(slot int) bool {
	return slot == logdoc.FieldHost || slot == logdoc.FieldProgram || slot == logdoc.FieldCode
}

// otherDigits returns the event with other digits where that is allowed.
func otherDigits(t *rapid.T, ev *logdoc.Event, told ...logdoc.Span) *logdoc.Event {
	other := *ev
	other.Text = bytes.Clone(ev.Text)
	other.Head = other.Text[:len(ev.Head)]
	// What the patterns look for is met by chance only when it is drawn on purpose.
	digits := rapid.SampledFrom([]string{"1", "12", "123", "1234", "7"}).Draw(t, "digits")
	next := rapid.IntRange(0, len(digits)-1).Draw(t, "first")
	for i, c := range other.Text {
		fixed := i+1 < len(other.Text) && other.Text[i+1]|0x20 == 'x'
		for slot, s := range ev.Fields {
			fixed = fixed || toldHere(slot) && int(s.Lo) <= i && i < int(s.Hi)
		}
		for _, s := range told {
			fixed = fixed || int(s.Lo) <= i && i < int(s.Hi)
		}
		if isDigit(c) && !fixed {
			other.Text[i] = digits[next%len(digits)]
			next++
		}
	}
	return &other
}

// TestAlikeRecordsAreAccepted holds what is said of records that are alike to what Accept says of each of them.
func TestAlikeRecordsAreAccepted(t *testing.T) {
	settled, open := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		yields := rapid.SampledFrom([]string{"", "yields"}).Draw(t, "yields")
		fmt.Fprintf(&text, "symptom test/a \"A\" { severity error %s event e in any where %s\ncertain when e }\n", yields, drawWhere(t, 0))
		for i := range rapid.IntRange(0, 4).Draw(t, "declarations") {
			in := rapid.SampledFrom([]string{"any", "t"}).Draw(t, "in")
			fmt.Fprintf(&text, "expected test/n%d \"N\" { event n in %s where %s\n}\n", i, in, drawWhere(t, 0))
		}
		if strings.Contains(text.String(), "code") {
			t.Skip("a field that not all formats have")
		}
		set := compileText(t, text.String())
		_, events := drawRecords(t)
		sc := set.NewScanner()
		for _, ev := range events {
			if len(ev.Head) > len(ev.Text) || !bytes.HasPrefix(ev.Text, ev.Head) {
				continue // its head was completed
			}
			ev = otherDigits(t, ev)
			ev.Offset = 0
			sc.Begin(ev.Text, 0, ev.Format, false)
			class := sc.Accept(ev)
			of, ok := sc.Alike(ev, toldHere)
			if !ok {
				continue
			}
			if of.Open {
				open++
				acceptsAlike(t, set, sc, of, ev)
				continue
			}
			settled++
			if of.Class != class || len(sc.Matches) > 0 {
				t.Fatalf("%s\n%q is of class %v with %d matches, those alike of %v", text.String(), ev.Text, class, len(sc.Matches), of.Class)
			}
			sc.Begin(nil, 0, ev.Format, false)
			const n = 3
			if got := sc.Count(of.ID, n); got != class {
				t.Fatalf("counted as %v, not %v", got, class)
			}
			counted := sc.Normals
			each := set.NewScanner()
			each.Begin(nil, 0, ev.Format, false)
			for range n {
				other := otherDigits(t, ev, of.Told...)
				if got := each.Accept(other); got != class {
					t.Fatalf("%s\n%q is of class %v, %q of %v", text.String(), ev.Text, class, other.Text, got)
				}
			}
			if len(each.Matches) > 0 {
				t.Fatalf("%s\none that is alike to %q is kept: %q", text.String(), ev.Text, each.Matches[0].Text)
			}
			byName := func(a, b Normal) int { return a.Expected - b.Expected }
			slices.SortFunc(counted, byName)
			slices.SortFunc(each.Normals, byName)
			if diff := cmp.Diff(each.Normals, counted, cmpopts.IgnoreUnexported(Normal{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s\n%q: %s", text.String(), ev.Text, diff)
			}
		}
	})
	if settled == 0 || open == 0 {
		t.Errorf("%d records settled, %d open: not all was tried", settled, open)
	}
}

// acceptsAlike holds AcceptAlike to Accept, for records that are alike.
func acceptsAlike(t *rapid.T, set *Set, sc *Scanner, of Likeness, ev *logdoc.Event) {
	each := set.NewScanner()
	each.Begin(nil, 0, ev.Format, false)
	sc.Begin(nil, 0, ev.Format, false)
	told := slices.Clone(of.Told)
	for range 4 {
		other := otherDigits(t, ev, told...)
		want, got := each.Accept(other), sc.AcceptAlike(of.ID, other)
		if got != want {
			t.Fatalf("%q is of class %v, as one that is alike to %q of %v", other.Text, want, ev.Text, got)
		}
	}
	if diff := cmp.Diff(each.Matches, sc.Matches); diff != "" {
		t.Fatalf("as those that are alike to %q other records match: %s", ev.Text, diff)
	}
	if diff := cmp.Diff(each.Normals, sc.Normals, cmpopts.IgnoreUnexported(Normal{}), cmpopts.SortSlices(func(a, b Normal) bool { return a.Expected < b.Expected })); diff != "" {
		t.Fatalf("as those that are alike to %q other records are normal: %s", ev.Text, diff)
	}
}

// Each row is a pattern, a record that it does not accept, and whether no record with other digits is accepted either, if they differ outside of what is told.
func TestDigitsThatDecide(t *testing.T) {
	for _, tt := range []struct {
		where, record string
		settled       bool
		told          string
	}{
		{"message like | level 12 of {x}\n", "level 13 of 7", true, "level 13 of "},
		{"message like | level 12 of {x}\n", "level 12x of 7", true, ""},
		{"message like | level {n:int} of {x}\n", "level 13 off 7", true, ""},
		{"message like | {at:15:04} left\n", "30:11 left", false, ""},
		{"message like | {at:15:04} left\n", "30-11 lost", true, ""},
		{`message has "error 12"`, "an error 13", true, "error 13"},
		{`message has "error 12"`, "an error one 3", true, ""},
		{`message == "12"`, "13", false, ""},
		{`message == "ab"`, "13", true, ""},
		{`message < "12"`, "13", false, ""},
		{`message ~ /error (1|2)/`, "an error 3", false, ""},
		{`message ~ /error (1|2)/`, "an err 3", true, ""},
		{`message ~ /error [0-9]+ of \d+$/`, "an error 3 of 4 or more", true, ""},
		{`message ~ /error [1-9]+ of \d+$/`, "an error 3 of 4 or more", false, ""},
		{`not message has "12"`, "12 of 9 and 34", true, "1234"},
		{`message has "99"`, "2026 1", true, "200226"},
		{`message has "9"`, "1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8 1", false, ""},
		{`message has "error" and message has "12"`, "an err 13", true, ""},
		{`message has "error" and message has "12"`, "an error 13", true, "13"},
		{`line like | {}at {} 12`, "  at 13", false, ""},
	} {
		t.Run(tt.where, func(t *testing.T) {
			set := compileText(t, `symptom test/a "A" { severity error event e in any where `+tt.where+"\ncertain when e }")
			sc := set.NewScanner()
			ev := record(tt.record)
			sc.Begin(ev.Text, 0, 0, false)
			if sc.Accept(ev) != Unexplained {
				t.Fatal("it is accepted, and so it is kept")
			}
			of, ok := sc.Alike(ev, toldHere)
			told := ""
			for _, s := range of.Told {
				told += string(ev.Text[s.Lo:s.Hi])
			}
			ok = ok && !of.Open
			if ok != tt.settled || ok && told != tt.told {
				t.Errorf("%q settles those that are alike: %v, if they have %q", tt.record, ok, told)
			}
		})
	}
}
