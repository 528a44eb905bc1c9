package grammar

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"logdoc/samples"
)

// TestRosterFindsTwins holds the roster to what a comparison byte by byte says, for lines of all lengths that stand anywhere in a text.
func TestRosterFindsTwins(t *testing.T) {
	if !wider {
		t.Skip("this processor has no registers of 64 bytes, or logdoc does not use them on it")
	}
	const minute = "2026-03-04 05:06:"
	found, strangers := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var r roster
		letters := rapid.SampledFrom([]byte("0123456789:;/abcxyzABC [].\x00\x80\xff\t"))
		size := rapid.OneOf(rapid.IntRange(0, rosterLine), rapid.SampledFrom([]int{0, 43, 44, 45, 107, 108, 109, 171, 172, 173, 174, 235, 236, 299, 300, 301}))
		var lines [][]byte
		for range rapid.IntRange(1, 5).Draw(t, "twins") {
			n := size.Draw(t, "size")
			behind := rapid.SliceOfN(letters, n, n).Draw(t, "line")
			one := &twin{at: len(minute) + 2, size: n, digits: make([]byte, n)}
			for i, c := range behind {
				if isDigit(c) && rapid.IntRange(0, 3).Draw(t, "told") > 0 {
					one.digits[i] = 0x0f
				}
			}
			line := append([]byte(minute+"07"), behind...)
			r.add(one, line)
			if len(line) <= rosterLine {
				lines = append(lines, line)
			}
		}
		if len(lines) != len(r.twins) {
			t.Fatalf("of %d lines %d were taken", len(lines), len(r.twins))
		}
		if len(lines) == 0 {
			return
		}
		stands := func(b []byte) int {
			for i := len(lines) - 1; i >= 0; i-- { // the newest comes first
				line, e := lines[i], &r.entries[i]
				same := len(line) == len(b) && bytes.HasPrefix(b, []byte(minute))
				for k := 0; same && k < len(line); k++ {
					same = line[k] == b[k] || isDigit(b[k]) && e.any[k/64]>>(k%64)&1 == 1
				}
				if same {
					return i
				}
			}
			return -1
		}
		start := bytes.Repeat([]byte{'\n'}, rapid.IntRange(0, 70).Draw(t, "before"))
		text := bytes.Clone(start)
		var ends []int32
		var want []uint32
		for open := true; len(ends) < 2*rollLines && rapid.IntRange(0, 20).Draw(t, "end") > 0; {
			b := bytes.Clone(rapid.SampledFrom(lines).Draw(t, "line"))
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
				if isDigit(b[at]) {
					b[at] = rapid.SampledFrom([]byte("0123456789012345678901234567890123456789:;/a\xb5")).Draw(t, "digit")
				} else if rapid.IntRange(0, 9).Draw(t, "other") == 0 {
					b[at] = letters.Draw(t, "letter")
				}
			}
			text = append(text, b...)
			ends = append(ends, int32(len(text)-len(start)))
			text = append(text, '\n')
			n := stands(b)
			if open = open && n >= 0 && len(want) < rollLines; open {
				want = append(want, uint32(n))
			}
		}
		if len(ends) == 0 {
			return
		}
		got := r.find(text[len(start):], 0, ends, []byte(minute))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("twins that stand there (-) and that were found (+):\n%s\n%q\n%q", diff, lines, text)
		}
		found += len(got)
		strangers += len(ends) - len(got)
	})
	if found == 0 || strangers == 0 {
		t.Errorf("%d lines were found, and %d not: not all was tried", found, strangers)
	}
}

// TestRosterChangesNothing scans lines again and again with other digits, with a roster and without.
func TestRosterChangesNothing(t *testing.T) {
	if !wider {
		t.Skip("this processor has no registers of 64 bytes, or logdoc does not use them on it")
	}
	defer func() { wider = true }()
	set := builtin(t)
	for _, kind := range samples.Kinds() {
		text := generated(t, kind, 2<<20)
		r := set.Detect(text[:HeadSize], Options{ModTime: modTime})
		wider = false
		want, tallies := scanDescribed(set, r, text, true)
		wider = true
		got, rostered := scanDescribed(set, r, text, true)
		if diff := cmp.Diff(want.count, got.count); diff != "" {
			t.Errorf("%v: with a roster other records are counted:\n%s", kind, diff)
		}
		if diff := cmp.Diff(tallies, rostered, cmp.AllowUnexported(Clock{}, StepBack{})); diff != "" {
			t.Errorf("%v: with a roster the tally is another:\n%s", kind, diff)
		}
	}
}
