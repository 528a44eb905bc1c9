package lang

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestGuards(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"not UTF-8", "format f {\n  line | a\xffb\n}", "g:2:11: this byte is not UTF-8"},
		{"NUL", "format f {\n  line | a\x00b\n}", "g:2:11: a NUL byte stands here"},
		{"CR", "format f {\n  line | a\rb\n}", "g:2:11: a carriage return stands inside the line"},
		{"size", strings.Repeat("\n", MaxFile+1), "g:1:1: the file has more than the 1048576 bytes that are read"},
		{"line", "# " + strings.Repeat("x", maxLine), "g:1:1: the line has 8194 bytes, more than the 8192 that are read"},
		{"brackets in text do not nest", "format f \"{{{{\" {\n  line | " + strings.Repeat("{", 100) + "\n  line /" + strings.Repeat("(", 100) + "/ # ((((\n}", ""},
		{"byte order mark", "\ufeffformat f {\n}", ""},
	} {
		f, ps := Parse("g", []byte(tt.src))
		if f == nil {
			t.Fatalf("%s: no file", tt.name)
		}
		if got := ps.Error(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPlacesCountBytes(t *testing.T) {
	f, ps := Parse("p", []byte("symptom a/b \"日本\" { event e in f where x like |  日 }\n}\n"))
	if len(ps) > 0 {
		t.Fatal(rendered(ps))
	}
	e := f.Symptoms[0].Events[0]
	if want := (Pos{File: "p", Line: 1, Col: 24}); e.Pos != want {
		t.Errorf("the event is at %v, want %v", e.Pos, want)
	}
	value := e.Where.(*WhereTest).Value
	if want := (Name{Pos: Pos{File: "p", Line: 1, Col: 52}, Value: " 日 }"}); value != want {
		t.Errorf("the template is %v, want %v", value, want)
	}
}

func TestProblemAsJSON(t *testing.T) {
	_, ps := Parse("j", []byte("fromat f {}"))
	data, err := json.Marshal(ps)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"pos":{"file":"j","line":1,"col":1},"width":6,"message":"\"fromat\" means nothing here","advice":"did you mean \"format\"?","source":"fromat f {}"}]`
	if string(data) != want {
		t.Errorf("got %s", data)
	}
}

func TestFormatWithoutPlaceOrSource(t *testing.T) {
	for want, p := range map[string]Problem{
		"no packs\n      add one\n":                      {Message: "no packs", Advice: "add one"},
		"f:3:9: wrong\n      | right\n":                  {Pos: Pos{"f", 3, 9}, Message: "wrong", Advice: "right"},
		"f:1:9: warning: end\n    1 | ab\n      |   ^\n": {Pos: Pos{"f", 1, 9}, Message: "end", Warning: true, Source: "ab"},
	} {
		if got := p.Format(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
