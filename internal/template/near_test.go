package template

import "testing"

func TestNear(t *testing.T) {
	levels := map[string][]string{"severity": {"Info", "Error"}}
	for _, test := range []struct {
		template, text string
		col            int
		wants          string
	}{
		{"pump {n:int} stops", "pump 12 starts", 11, "“ops”"},
		{"pump {n:int} stops", "pump x stops", 6, "{n:int} and then “ stops”"},
		{"{time:2006-01-02 15:04:05} {message}", "2026-03-04T05:06:07 on", 1, "{time:2006-01-02 15:04:05} and then “ ”"},
		{"{time:2006-01-02 15:04:05} {severity} <{code}>: {message}", "2026-03-04 05:06:07 Fatal <12>: x", 21, "{severity} and then “ <”"},
		{"{time:2006-01-02 15:04:05} {severity} <{code}>: {message}", "2026-03-04 05:06:07 Error <12> x", 28, "{code} and then “>: ”"},
		{"serial={n:int} was used", "serial=12 was used already", 19, "the end of the text"},
		{"a {{ b", "a { c", 5, "“b”"},
		{"a   b c", "a b d", 5, "“c”"},
		{"{x:int}", "", 1, "{x:int}"},
	} {
		t.Run(test.template+"/"+test.text, func(t *testing.T) {
			m, ok := Near(test.template, levels, []byte(test.text))
			if !ok || m.Col != test.col || m.Wants != test.wants {
				t.Errorf("got %v, column %d, wants %s; want column %d, %s", ok, m.Col, m.Wants, test.col, test.wants)
			}
		})
	}
	if _, ok := Near("pump {n:int}", nil, []byte("pump 12")); ok {
		t.Error("a text that fits misses nothing")
	}
	if _, ok := Near("pump {n", nil, []byte("pump 12")); ok {
		t.Error("a template that does not compile is missed by nobody")
	}
}

func FuzzNear(f *testing.F) {
	f.Add("{time:2006-01-02 15:04:05} {severity} <{code}>: {message}", "2026-03-04 05:06:07 Error <12> x")
	f.Add("a {{ {x:last} b", "a { b b c")
	f.Add("{tag} {x}", "prog[12]: x")
	f.Add("{}", "")
	f.Fuzz(func(t *testing.T, source, text string) {
		m, ok := Near(source, map[string][]string{"severity": {"Info", "Error"}}, []byte(text))
		whole, err := Compile(source, map[string][]string{"severity": {"Info", "Error"}})
		if fits := err == nil && whole.Match([]byte(text), new(Result)); ok == (fits || err != nil) {
			t.Errorf("%q on %q: near is %v, a match %v, %v", source, text, ok, fits, err)
		}
		if ok && (m.Col < 1 || m.Col > len(text)+1 || m.Wants == "") {
			t.Errorf("%q on %q: %+v", source, text, m)
		}
	})
}
