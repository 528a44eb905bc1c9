package lang

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBreakLine: a comparison is not torn apart, a unit that is too long by itself is broken at a blank.
func TestBreakLine(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, test := range []struct {
		name, line string
		want       []string
	}{
		{"short", "certain when a and b", []string{"certain when a and b"}},
		{"before the word", "certain when " + long + " and first.serial < second.minserial or third", []string{"certain when " + long, "    and first.serial < second.minserial or third"}},
		{"too long", "value v = above(" + long + ", " + long + ")", []string{"value v = above(" + long + ",", "    " + long + ")"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, breakLine(test.line, "    ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
