package grammar

import (
	"regexp"
	"testing"
)

func TestFirstBytes(t *testing.T) {
	for _, tt := range []struct{ expr, can, cannot string }{
		{`^(?P<program>NTLS|lunash)(?: ?\[[0-9]+\])?: .+$`, "Nl", "\tMn <"},
		{`[0-9]{4}-.*`, "09", "a-"},
		{`(?i)error: .*`, "eE", "rR"},
		{`x?y`, "xy", "z"},
		{`.*`, "a \t", ""},
		{`\s+at .*`, " \t", "a"},
		{`ä.*`, "\xc3", "a"},
	} {
		set := firstBytes(`^(?:` + tt.expr + `)$`)
		for i := range len(tt.can) {
			if !set[tt.can[i]] {
				t.Errorf("%s cannot start with %q", tt.expr, tt.can[i])
			}
		}
		for i := range len(tt.cannot) {
			if set[tt.cannot[i]] {
				t.Errorf("%s can start with %q", tt.expr, tt.cannot[i])
			}
		}
	}
}

// FuzzFirstBytes holds the set to the expression itself.
func FuzzFirstBytes(f *testing.F) {
	f.Add(`(a|b)?c+`, "cc")
	f.Add(`(?i)K.*`, "\u212a")
	f.Add(`\bx`, "x")
	f.Fuzz(func(t *testing.T, expr, text string) {
		full := `^(?:` + expr + `)$`
		re, err := regexp.Compile(full)
		if err != nil || text == "" || !re.MatchString(text) {
			return
		}
		if !firstBytes(full)[text[0]] {
			t.Errorf("%q matches %q, but is said not to start with %q", expr, text, text[0])
		}
	})
}
