package pager

import (
	"testing"

	"logdoc"
)

// FuzzLog looks for texts and blocks that make a log other from its end than from its front, or a search go round.
func FuzzLog(f *testing.F) {
	f.Add("one\ntwo\r\n\n", uint8(3), uint16(20), "o")
	f.Add(records[0]+"\n  at x\n"+records[1], uint8(16), uint16(60), "error")
	f.Add("\xff\xfea\x00\n\x00", uint8(1), uint16(1), "^$")
	f.Add("long long long long\nx", uint8(2), uint16(4), "x*")
	f.Fuzz(func(t *testing.T, text string, block uint8, chunk uint16, pattern string) {
		in := open(map[string]string{"a.log": text}, Options{BlockSize: int(block), chunk: int(chunk)})
		defer in.Close()
		l, err := in.Log(t.Context(), "a.log")
		if err != nil {
			return
		}
		down := ask(t, l, logdoc.LineQuery{Count: maxCount, Width: 16})
		settled(t, l)
		up := ask(t, l, logdoc.LineQuery{End: true, Count: -maxCount, Width: 16})
		if len(down) != len(up) || len(down) != min(l.lines, maxCount) {
			t.Fatalf("%d lines down, %d up, %d in the index", len(down), len(up), l.lines)
		}
		for i := range down {
			if down[i] != up[i] || down[i].Place.Line != i+1 {
				t.Fatalf("line %d: %+v down, %+v up", i+1, down[i], up[i])
			}
		}
		if _, err := compile(pattern); err != nil || len(down) == 0 || len(down) == maxCount {
			return
		}
		for _, back := range []bool{false, true} {
			s := logdoc.LineSearch{Goal: logdoc.LineGoal{Pattern: pattern}, Back: back}
			if back {
				s.From = down[len(down)-1].Place
			}
			last := s.From.Offset
			for {
				found := find(t, l, s)
				if !found.Found {
					break
				}
				if s.From = found.Line.Place; (s.From.Offset < last) != back || s.From.Offset == last {
					t.Fatalf("%q back=%v: from %d to %d", pattern, back, last, s.From.Offset)
				}
				last = s.From.Offset
			}
		}
	})
}
