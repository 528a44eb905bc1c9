package template

import "testing"

func TestBlindExpression(t *testing.T) {
	for expr, want := range map[string]bool{
		`abc`: true, `\d+ of [0-9]`: true, `[^a]`: true, `\D`: true, `.`: true, `(?i)a(b|c){2}`: true, `\bword\b`: true, `[[:alnum:]]`: true,
		`a1`: false, `[0-3]`: false, `(x|y2)`: false, `[^7]`: false, `(`: false, `[1-9]\d*`: false,
	} {
		if got := BlindExpression(expr); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, tt := range []struct {
		tmpl, text string
		want       bool
	}{
		{"{a} of {b:int}", "7 off 8", true},
		{"{a} of {b:int}", "7 of 8", false},
		{"level 1: {a}", "level 2: x", false},
		{"level 1: {a}", "label 2: x", false},
		{"{zone:word} {t:2006-01-02 15:04:05} {a}", "CET 2024-13-01 10:00:00 x", false},
		{"{zone:word} {t:2006-01-02 15:04:05} {a}", "Caused by: x", true},
		{"{t:Jan _2 15:04:05} {a}", "java.io.IOException: x", true},
		{"{t:Jan _2 15:04:05} {a}", "Jan 99 10:00:00 x", false},
		{"{t:02 Jan 2006 15:04:05} {a}", "41 三月 2020 12:16:31 x", false},
		{"{a} 7 {b}", "x 8 y", false},
	} {
		tmpl, err := Compile(tt.tmpl, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := tmpl.Refuses([]byte(tt.text)); got != tt.want {
			t.Errorf("%q refuses all like %q: %v, want %v", tt.tmpl, tt.text, got, tt.want)
		}
	}
}
