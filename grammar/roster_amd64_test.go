package grammar

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/samples"
)

// TestRosterFindsTwins holds the roster to what a comparison byte by byte says, for lines of all lengths that stand anywhere in a text: behind stamps of two kinds, behind none, and those that
// follow others.
func TestRosterFindsTwins(t *testing.T) {
	if !wider {
		t.Skip("this processor has no registers of 64 bytes, or logdoc does not use them on it")
	}
	minutes := [maxLayouts]string{"2026-03-04 05:06:", "Mar  4 05:06:"}
	var found [maxLayouts + 2]int // by heads, and those that follow others
	strangers := 0
	rapid.Check(t, func(t *rapid.T) {
		var m memory
		for i := range rapid.SampledFrom([]int{2, 2, 2, 1, 0}).Draw(t, "layouts") {
			m.heads[i].minute = []byte(minutes[i])
		}
		r := &m.roster
		letters := rapid.SampledFrom([]byte("0123456789:;/abcxyzABC [].\x00\x80\xff\t"))
		size := rapid.OneOf(rapid.IntRange(1, rosterLine), rapid.SampledFrom([]int{43, 44, 45, 107, 108, 109, 171, 172, 173, 174, 235, 236, 299, 300, 301}))
		type known struct {
			*twin
			head int
			line []byte
			any  []bool
		}
		var all []*known
		for range rapid.IntRange(1, 8).Draw(t, "twins") {
			n := size.Draw(t, "size")
			k := &known{twin: &twin{size: n, digits: make([]byte, n)}, head: maxLayouts}
			if rapid.IntRange(0, 2).Draw(t, "follows") == 0 && len(all) > 0 {
				k.parent = rapid.SampledFrom(all).Draw(t, "parent").twin
				k.parent.parental = true
			} else {
				for k.head = rapid.SampledFrom([]int{1, 0, 2}).Draw(t, "head"); k.head < maxLayouts && len(m.heads[k.head].minute) == 0; k.head++ {
				}
			}
			minute := ""
			if k.head < maxLayouts {
				minute = minutes[k.head]
				k.line, k.at = []byte(minute+"07"), len(minute)+2
			}
			k.line = append(k.line, rapid.SliceOfN(letters, n, n).Draw(t, "line")...)
			for i, c := range k.line {
				any := i >= len(minute) && isDigit(c) && (i < k.at || rapid.IntRange(0, 3).Draw(t, "told") > 0)
				if k.any = append(k.any, any); any && i >= k.at {
					k.digits[i-k.at] = 0x0f
				}
			}
			k.kind = rapid.SampledFrom([]int32{0, 0, 0, 0, 0, strange, part}).Draw(t, "kind")
			r.add(k.twin, bytes.Clone(k.line), k.head, len(minute))
			if _, ok := r.number(k.twin); ok != (len(k.line) <= rosterLine && (k.parent == nil || k.parent.entry > 0)) {
				t.Fatalf("a line of %d bytes was taken: %v", len(k.line), ok)
			} else if ok {
				all = append(all, k)
			}
		}
		if len(all) == 0 {
			return
		}
		stands := func(b []byte, parent *twin) *known {
			head := maxLayouts
			for i := maxLayouts - 1; i >= 0; i-- {
				if minute := m.heads[i].minute; len(minute) > 0 && bytes.HasPrefix(b, minute) {
					head = i
				}
			}
			for _, k := range all { // the oldest comes first
				from := 0
				if head < maxLayouts {
					from = len(minutes[head])
				}
				same := len(k.line) == len(b) && k.parent == parent && (parent != nil || k.head == head)
				for i := from; same && i < len(b); i++ {
					same = k.line[i] == b[i] || isDigit(b[i]) && k.any[i]
				}
				if same {
					return k
				}
			}
			return nil
		}
		next := func(last *known, b []byte) *known {
			k := stands(b, nil)
			switch {
			case k == nil && last.parental:
				return stands(b, last.twin)
			case k == nil || last.kind < 0 || k.kind < 0 && !k.parental:
				return nil
			case k.head < maxLayouts && b[len(minutes[k.head])] > '5':
				return nil
			}
			return k
		}
		start := bytes.Repeat([]byte{'\n'}, rapid.IntRange(0, 70).Draw(t, "before"))
		text := bytes.Clone(start)
		last := rapid.SampledFrom(all).Draw(t, "last")
		first := last
		var ends []int32
		var want []uint32
		for open := true; len(ends) < 2*rollLines && rapid.IntRange(0, 20).Draw(t, "end") > 0; {
			b := bytes.Clone(rapid.SampledFrom(all).Draw(t, "line").line)
			for range max(0, rapid.IntRange(-6, 3).Draw(t, "changes")) {
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
			if !open {
				continue
			}
			k := next(last, b)
			if open = k != nil && len(want) < rollLines; open {
				want = append(want, uint32(k.entry-1))
				last = k
				if k.parent != nil {
					found[maxLayouts+1]++
				} else {
					found[k.head]++
				}
			}
		}
		if len(ends) == 0 {
			return
		}
		got := r.find(text[len(start):], 0, ends, &m, first.entry-1)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("twins that stand there (-) and that were found (+):\n%s\n%q", diff, text)
		}
		strangers += len(ends) - len(got)
	})
	if slices.Contains(found[:], 0) || strangers == 0 {
		t.Errorf("lines were found behind stamps, behind none and behind others: %d, and %d not: not all was tried", found, strangers)
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
		want, tallies := scanDescribed(set, r, text, true, false)
		wider = true
		got, rostered := scanDescribed(set, r, text, true, false)
		if diff := cmp.Diff(want.count, got.count); diff != "" {
			t.Errorf("%v: with a roster other records are counted:\n%s", kind, diff)
		}
		if diff := cmp.Diff(tallies, rostered, cmp.AllowUnexported(Clock{}, StepBack{})); diff != "" {
			t.Errorf("%v: with a roster the tally is another:\n%s", kind, diff)
		}
	}
}

// TestRosterSpreads looks at how many lines must wait for another one that has the same slot.
func TestRosterSpreads(t *testing.T) {
	if !wider {
		t.Skip("this processor has no registers of 64 bytes, or logdoc does not use them on it")
	}
	set := builtin(t)
	for _, kind := range samples.Kinds() {
		text := generated(t, kind, 2<<20)
		r := set.Detect(text[:HeadSize], Options{ModTime: modTime})
		sc := NewScanner()
		sc.Twins = all{&described{set: set, kinds: map[string]int32{}, count: map[string]int{}}}
		sc.Scan(r, set, Chunk{Data: text, Line: 1}, new(Tally), func(*logdoc.Event) {})
		waiting := 0
		entries := sc.memories[r].roster.entries
		for _, e := range entries {
			if e.next > 0 {
				waiting++
			}
		}
		// By chance they would be half as many as the slots that are taken.
		if most := 2 + len(entries)*len(entries)>>rosterSlots; len(entries) < 50 || waiting > most {
			t.Errorf("%v: of %d entries %d are behind another one, and %d would be many", kind, len(entries), waiting, most)
		}
	}
}
