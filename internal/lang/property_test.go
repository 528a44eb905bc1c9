package lang

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var genName = rapid.SampledFrom([]string{"a", "refused", "x-1", "cert", "in", "format", "Ä_2"})

var genField = rapid.SampledFrom([]string{"host", "serial", "severity", "with-dash"})

var genWindow = rapid.Custom(func(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(1, 1_000_000).Draw(t, "ms")) * rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Hour}).Draw(t, "unit")
})

func genMaybe(t *rapid.T) time.Duration {
	if rapid.Bool().Draw(t, "windowed") {
		return genWindow.Draw(t, "window")
	}
	return 0
}

func genExpr(depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		kinds := 5
		if depth > 0 {
			kinds = 7
		}
		switch rapid.IntRange(0, kinds).Draw(t, "expr") {
		case 0:
			return &Ref{Owner: genName.Draw(t, "owner"), Field: genField.Draw(t, "field")}
		case 1:
			return &Ref{Field: genField.Draw(t, "field")}
		case 2:
			return &Literal{Kind: 'n', Text: rapid.SampledFrom([]string{"0001", "-5", "3.25", "0xfF"}).Draw(t, "number")}
		case 3:
			text := rapid.StringMatching(`[ -~äß日]*`).Draw(t, "text")
			return &Literal{Kind: 's', Text: text}
		case 4:
			return &Literal{Kind: 'd', Duration: genWindow.Draw(t, "duration")}
		case 5:
			return &Now{}
		case 6:
			return &Binary{Left: genExpr(depth-1).Draw(t, "left"), Right: genExpr(depth-1).Draw(t, "right"), Op: rapid.SampledFrom([]string{"+", "-"}).Draw(t, "op")}
		default:
			return &Call{Name: "max", Args: rapid.SliceOfN(genExpr(depth-1), 0, 3).Draw(t, "args")}
		}
	})
}

func genCond(depth int) *rapid.Generator[Cond] {
	return rapid.Custom(func(t *rapid.T) Cond {
		kinds := 4
		if depth > 0 {
			kinds = 10
		}
		sub := func() Cond { return genCond(depth-1).Draw(t, "term") }
		terms := func() []Cond { return rapid.SliceOfN(genCond(depth-1), 2, 3).Draw(t, "terms") }
		switch rapid.IntRange(0, kinds).Draw(t, "cond") {
		case 0, 1:
			return &CondRef{Ref: &Ref{Owner: genName.Draw(t, "event")}}
		case 2:
			n := rapid.IntRange(0, 100).Draw(t, "n")
			if rapid.Bool().Draw(t, "distinct") {
				ref := &Ref{Owner: genName.Draw(t, "event"), Field: genField.Draw(t, "field")}
				return &CondCount{N: n, Distinct: true, Ref: ref, Within: genMaybe(t)}
			}
			return &CondCount{N: n, Ref: &Ref{Owner: genName.Draw(t, "event")}, Within: genMaybe(t)}
		case 3:
			return &CondGap{Event: Name{Value: genName.Draw(t, "event")}, For: genWindow.Draw(t, "for")}
		case 4:
			op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
			return &CondCompare{Left: genExpr(2).Draw(t, "left"), Right: genExpr(2).Draw(t, "right"), Op: op}
		case 5:
			return &CondAnd{Terms: terms()}
		case 6:
			return &CondOr{Terms: terms()}
		case 7:
			return &CondNot{Term: sub()}
		case 8:
			// A window over one plain event is refused, so none is made.
			return &CondWithin{Term: &CondAnd{Terms: terms()}, Within: genWindow.Draw(t, "window")}
		case 9:
			return &CondThen{Terms: terms(), Within: genMaybe(t)}
		default:
			u := &CondUnless{Term: sub(), Absent: sub()}
			if rapid.Bool().Draw(t, "windowed") {
				u.Within, u.Side = genWindow.Draw(t, "window"), rapid.SampledFrom([]string{"before", "after", "around"}).Draw(t, "side")
			}
			return u
		}
	})
}

func genWhere(depth int) *rapid.Generator[Where] {
	return rapid.Custom(func(t *rapid.T) Where {
		kinds := 2
		if depth > 0 {
			kinds = 5
		}
		terms := func() []Where { return rapid.SliceOfN(genWhere(depth-1), 2, 3).Draw(t, "terms") }
		text := rapid.StringMatching(`[ -~äß日]*`)
		field := Name{Value: genField.Draw(t, "field")}
		switch rapid.IntRange(0, kinds).Draw(t, "where") {
		case 0:
			op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">=", "has"}).Draw(t, "op")
			return &WhereTest{Field: field, Op: op, Value: Name{Value: text.Draw(t, "value")}}
		case 1:
			return &WhereTest{Field: field, Op: "like", Value: Name{Value: text.Draw(t, "template")}}
		case 2:
			return &WhereTest{Field: field, Op: "~", Value: Name{Value: rapid.StringMatching(`([a-z|/#"]|\\[d\\])*`).Draw(t, "regexp")}}
		case 3:
			return &WhereAnd{Terms: terms()}
		case 4:
			return &WhereOr{Terms: terms()}
		default:
			return &WhereNot{Term: genWhere(depth-1).Draw(t, "term")}
		}
	})
}

var genReason = rapid.Custom(func(t *rapid.T) *Text {
	return &Text{Lines: rapid.SliceOfN(rapid.StringMatching(`([!-~ß][ -~äß日]*)?`), 1, 3).Draw(t, "because")}
})

func genOverlay(t *rapid.T) *Overlay {
	o := &Overlay{Symptom: Name{Value: rapid.SampledFrom([]string{"a/b", "cre/CRE-2024-0007", "x/y.z", "", "0007", "of", `an "odd" \ id`}).Draw(t, "symptom")}, Because: genReason.Draw(t, "reason")}
	if rapid.Bool().Draw(t, "severity") {
		o.Severity = Name{Value: "error"}
	}
	for range rapid.IntRange(0, 3).Draw(t, "windows") {
		o.Windows = append(o.Windows, WindowRule{
			Verdict: rapid.SampledFrom([]string{"certain", "likely", "possible", "clears"}).Draw(t, "verdict"),
			Word:    rapid.SampledFrom([]string{"within", "for"}).Draw(t, "word"),
			To:      genWindow.Draw(t, "to"),
			From:    genMaybe(t),
		})
	}
	if rapid.Bool().Draw(t, "stale") {
		after := rapid.SampledFrom([]time.Duration{-1, time.Hour}).Draw(t, "after")
		o.StaleAfter = &after
	}
	return o
}

func genSilence(t *rapid.T) *Silence {
	s := &Silence{Symptom: Name{Value: "a/b"}, Because: genReason.Draw(t, "reason")}
	s.Until.Value = rapid.SampledFrom([]string{"2026-12-01", "2026-1-2", "2026-12-01T18:00:00Z", "2026-12-01T18:00:00.5+02:00"}).Draw(t, "until")
	if rapid.Bool().Draw(t, "narrowed") {
		s.Where = genWhere(3).Draw(t, "where")
	}
	return s
}

// Whatever a site can write down survives being printed and parsed, in any order of its declarations.
func TestPrintedOverlaysParseBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &File{Name: "made"}
		for range rapid.IntRange(0, 2).Draw(t, "overlays") {
			f.Overlays = append(f.Overlays, genOverlay(t))
		}
		for range rapid.IntRange(0, 2).Draw(t, "silences") {
			f.Silences = append(f.Silences, genSilence(t))
		}
		printed := f.Print()
		again, ps := Parse("made", printed)
		if len(ps) > 0 {
			t.Fatalf("%s\n%s", rendered(ps), printed)
		}
		if diff := cmp.Diff(f, again, sameAST); diff != "" {
			t.Fatalf("%s\n%s", diff, printed)
		}
		if twice := again.Print(); string(twice) != string(printed) {
			t.Fatal(cmp.Diff(string(printed), string(twice)))
		}
	})
}

// Whatever can be written down as a condition survives being printed and parsed.
func TestPrintedConditionsParseBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Symptom{Name: Name{Value: "a/b"}, Yields: rapid.Bool().Draw(t, "yields")}
		s.Verdicts = []*Verdict{{Certainty: certainties["likely"], When: genCond(4).Draw(t, "when")}}
		s.Clears = genCond(3).Draw(t, "clears")
		s.Values = []*ValueClause{{Name: Name{Value: "v"}, Expr: genExpr(4).Draw(t, "expr")}}
		s.Events = []*EventClause{{Name: Name{Value: "e"}, Where: genWhere(4).Draw(t, "where")}}
		f := &File{Name: "made", Symptoms: []*Symptom{s}}
		printed := f.Print()
		again, ps := Parse("made", printed)
		if len(ps) > 0 {
			t.Fatalf("%s\n%s", rendered(ps), printed)
		}
		if diff := cmp.Diff(f, again, sameAST); diff != "" {
			t.Fatalf("%s\n%s", diff, printed)
		}
		if twice := again.Print(); string(twice) != string(printed) {
			t.Fatal(cmp.Diff(string(printed), string(twice)))
		}
	})
}

func TestPrecedence(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a or b and c", "a or b and c"},
		{"(a or b) and c", "(a or b) and c"},
		{"((a)) or (b and c)", "a or b and c"},
		{"not (a) and b", "not a and b"},
		{"(a then b) unless (c) within 60s before", "a then b unless c within 1m before"},
		{"(a unless b) unless c", "(a unless b) unless c"},
		{"a unless (b within 5m)", ""},
		{"(a then b within 5m) and c", "a then b within 5m and c"},
		{"(3 of a within 5m) then b", "(3 of a within 5m) then b"},
		{"(3 of a) then b within 5m", "3 of a then b within 5m"},
		{"x - (y + 1) < (3)", "x - (y + 1) < 3"},
		{"a within 5m", ""},
		{"not not a", ""},
	} {
		f, ps := Parse("t", []byte("symptom a/b \"t\" { certain when "+tt.text+" }"))
		got := ""
		if len(ps) == 0 {
			got = PrintCond(f.Symptoms[0].Verdicts[0].When)
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q (%v)", tt.text, got, tt.want, ps)
		}
	}
}

func TestSuggest(t *testing.T) {
	candidates := []string{"certain", "message", "severity", "in"}
	for word, want := range map[string]string{
		"mesage": "message", "certian": "certain", "Severity": "severity", "inn": "in", "xyz": "", "": "", "message": "",
		strings.Repeat("a", 1000): "",
	} {
		if got := Suggest(word, candidates); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for text, want := range map[string]string{"500ms": "500ms", "60s": "1m", "24h": "1d", "2w": "14d", "90m": "90m", "0s": "0s"} {
		if d, ok := parseDuration(text); !ok || FormatDuration(d) != want {
			t.Errorf("%s: got %s, want %s", text, FormatDuration(d), want)
		}
	}
}

// A hostile file must not cost more than its size.
func TestHostileFilesAreCheap(t *testing.T) {
	for name, src := range map[string]string{
		"bad declarations": strings.Repeat("symptom a/b { certian }\n", 8_000),
		"a long condition": "symptom a/b { certain when " + strings.Repeat("a or\n", 40_000) + "a }",
		"calls":            "symptom a/b { value x = " + strings.Repeat("f(", 60) + strings.Repeat(")", 60) + "}",
		"open calls":       "symptom a/b { value x = " + strings.Repeat("f(\n", 64) + "}",
		"a long sum":       "symptom a/b { value x = " + strings.Repeat("a +\n", 40_000) + "a }",
		"nots":             "symptom a/b { certain when " + strings.Repeat("not\n", 40_000) + "a }",
		"braces":           strings.Repeat("{\n", 20_000),
		"signs":            strings.Repeat("-+\n", 20_000),
		"too large":        strings.Repeat("#\n", MaxFile),
		"a late mistake":   "symptom a/b { " + strings.Repeat("see \"x\"\n", 20_000) + "certian }",
	} {
		t.Run(name, func(t *testing.T) {
			f, ps := Parse("hostile", []byte(src)) // one that took forever would end the tests
			if len(ps) == 0 && name != "a long condition" && name != "calls" {
				t.Error("no problem was found")
			}
			if len(ps) > maxProblems {
				t.Errorf("%d problems", len(ps))
			}
			f.Print()
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		for _, src := range fixtures(f, dir) {
			if len(src) < 8000 {
				f.Add(src)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, ps := Parse("fuzz", src)
		rendered(ps)
		rendered(file.Check())
		if len(ps) > 0 {
			file.Print()
			return
		}
		fixedPoint(t, file)
	})
}
