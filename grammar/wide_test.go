package grammar

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestWideIsTheSame holds what is done with wide registers to what is done without.
func TestWideIsTheSame(t *testing.T) {
	if !wide {
		t.Skip("this processor has no registers of 32 bytes, or logdoc does not use them on it")
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(32, 300).Draw(t, "size")
		letters := rapid.SampledFrom([]byte("0123456789:;/abcxyzABC [].\x00\x80\xff\t"))
		b := rapid.SliceOfN(rapid.OneOf(letters, rapid.Byte()), n, n).Draw(t, "line")
		var narrow, broad [4]uint64
		lanes(b, &narrow)
		if lanesWide(&b[0], n, &broad); narrow != broad {
			t.Fatalf("%q: lanes %x, with wide registers %x", b, narrow, broad)
		}
		ts := &twins{}
		twin := ts.add(nil, 0, b, nil)
		other := bytes.Clone(b)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, n-1).Draw(t, "at")
			if isDigit(other[at]) {
				other[at] = rapid.SampledFrom([]byte("0123456789012345678901234567890123456789:;/a\xb5")).Draw(t, "digit")
			} else if rapid.IntRange(0, 4).Draw(t, "other") == 0 {
				other[at] = letters.Draw(t, "letter")
			}
		}
		narrowly := stands(twin.text, twin.digits, other)
		if broadly := standsWide(&twin.text[0], &twin.digits[0], &other[0], n); narrowly != broadly {
			t.Fatalf("%q stands for %q: %v, with wide registers %v", other, b, narrowly, broadly)
		}
		if narrowly != bytes.Equal(withoutDigits(twin, b), withoutDigits(twin, other)) {
			t.Fatalf("%q stands for %q: %v", other, b, narrowly)
		}
		if narrowly && hashTwin(b, nil) != hashTwin(other, nil) {
			t.Fatalf("%q and %q are twins with two hashes", other, b)
		}
	})
}

// withoutDigits replaces the digits that may be any.
func withoutDigits(t *twin, b []byte) []byte {
	b = bytes.Clone(b)
	for i, any := range t.digits {
		if any != 0 && isDigit(b[i]) {
			b[i] = '0'
		}
	}
	return b
}

func BenchmarkTwin(b *testing.B) {
	line := []byte(" {0.0} [srvm-169513#srv:441] <1204> connection::close client=10.20.32.15:45708 sent=5835047 received=14070617")
	ts := &twins{}
	ts.add(nil, 0, line, nil)
	for b.Loop() {
		if t, _ := ts.find(nil, 0, line); t == nil {
			b.Fatal("not found")
		}
	}
}
