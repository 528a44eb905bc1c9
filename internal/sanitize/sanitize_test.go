package sanitize_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"logdoc"
	"logdoc/internal/sanitize"
)

// classes holds one text of each class of characters that must not act, and what each kind of sink shows of it.
var classes = []struct {
	name, in         string
	line, text, json string
}{
	{"plain", "a b~", "a b~", "a b~", "a b~"},
	{"empty", "", "", "", ""},
	{"letters", "Größe 漢字 Ω 👍", "Größe 漢字 Ω 👍", "Größe 漢字 Ω 👍", "Größe 漢字 Ω 👍"},
	{"csi", "a\x1b[31mb", "a␛[31mb", "a␛[31mb", "a\x1b[31mb"},
	{"osc title", "\x1b]0;t\a", "␛]0;t␇", "␛]0;t␇", "\x1b]0;t\a"},
	{"osc clipboard", "\x1b]52;c;eA==\x1b\\", `␛]52;c;eA==␛\`, `␛]52;c;eA==␛\`, "\x1b]52;c;eA==\x1b\\"},
	{"nul", "a\x00b", "a␀b", "a␀b", "a\x00b"},
	{"backspace", "a\bb", "a␈b", "a␈b", "a\bb"},
	{"vertical tab, form feed", "a\v\fb", "a␋␌b", "a␋␌b", "a\v\fb"},
	{"shift out", "\x0e\x1f", "␎␟", "␎␟", "\x0e\x1f"},
	{"del", "a\x7f", "a␡", "a␡", "a\x7f"},
	{"tab", "\tat", "    at", "    at", "\tat"},
	{"line break", "a\nb", "a␊b", "a\nb", "a\nb"},
	{"carriage return", "secret\rshown", "secret␍shown", "secret␍shown", "secret\rshown"},
	{"carriage return at the end", "a\r", "a", "a", "a\r"},
	{"two of them", "a\r\r", "a␍", "a␍", "a\r\r"},
	{"dos line break", "a\r\nb\r\n", "a␊b␊", "a\nb\n", "a\r\nb\r\n"},
	{"c1 encoded", "a\u009b31m\u0085", `a\x9b31m\x85`, `a\x9b31m\x85`, "a\u009b31m\u0085"},
	{"c1 raw", "a\x9b31m", `a\x9b31m`, `a\x9b31m`, `a\x9b31m`},
	{"invalid", "\xff\xc3(", `\xff\xc3(`, `\xff\xc3(`, `\xff\xc3(`},
	{"cut rune", "a\xe2\x82", `a\xe2\x82`, `a\xe2\x82`, `a\xe2\x82`},
	{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`, `\xed\xa0\x80`, `\xed\xa0\x80`},
	{"replacement", "\uFFFD", "\uFFFD", "\uFFFD", "\uFFFD"},
	{"override", "\u202Egpj", "⟨U+202E⟩gpj", "⟨U+202E⟩gpj", "\u202Egpj"},
	{"isolate", "\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩", "⟨U+2066⟩x⟨U+2069⟩", "\u2066x\u2069"},
	{"marks", "\u200E\u200F\u061C", "⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩", "⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩", "\u200E\u200F\u061C"},
	{"zero width", "1\u200B2\u200C\u200D\u2060\uFEFF", "1⟨U+200B⟩2⟨U+200C⟩⟨U+200D⟩⟨U+2060⟩⟨U+FEFF⟩", "1⟨U+200B⟩2⟨U+200C⟩⟨U+200D⟩⟨U+2060⟩⟨U+FEFF⟩", "1\u200B2\u200C\u200D\u2060\uFEFF"},
	{"separators", "a\u2028b\u2029", "a⟨U+2028⟩b⟨U+2029⟩", "a⟨U+2028⟩b⟨U+2029⟩", "a\u2028b\u2029"},
	{"tags", "\U000E0041\U000E0100", "⟨U+E0041⟩⟨U+E0100⟩", "⟨U+E0041⟩⟨U+E0100⟩", "\U000E0041\U000E0100"},
	{"soft hyphen", "a\u00ADb", "a⟨U+00AD⟩b", "a⟨U+00AD⟩b", "a\u00ADb"},
}

func TestClasses(t *testing.T) {
	for _, c := range classes {
		in := logdoc.LogText(c.in)
		if got := string(sanitize.Line(in)); got != c.line {
			t.Errorf("Line %s: got %q, want %q", c.name, got, c.line)
		}
		if got := string(sanitize.Text(in)); got != c.text {
			t.Errorf("Text %s: got %q, want %q", c.name, got, c.text)
		}
		if got := string(sanitize.JSON(in)); got != c.json {
			t.Errorf("JSON %s: got %q, want %q", c.name, got, c.json)
		}
		if got := string(sanitize.Place(logdoc.Place{Source: in, Line: 7})); got != c.line+":7" {
			t.Errorf("Place %s: got %q, want %q", c.name, got, c.line+":7")
		}
		if c.in != "" {
			if got := string(sanitize.Code(in)); got != "`"+c.line+"`" {
				t.Errorf("Code %s: got %q, want %q", c.name, got, "`"+c.line+"`")
			}
		}
		if got, want := string(sanitize.Fence("text", in)), "```text\n"+strings.TrimSuffix(c.text, "\n")+"\n```\n"; got != want {
			t.Errorf("Fence %s: got %q, want %q", c.name, got, want)
		}
		encoded, err := json.Marshal(sanitize.JSON(in))
		if err != nil {
			t.Fatal(err)
		}
		escaped := sanitize.EscapeJSON(encoded)
		for _, r := range string(escaped) {
			if r < 0x20 || 0x7F <= r && r < 0xA0 || sanitize.Hidden(r) {
				t.Errorf("EscapeJSON %s: %U in %q", c.name, r, escaped)
			}
		}
		var back string
		if err := json.Unmarshal(escaped, &back); err != nil || back != c.json {
			t.Errorf("EscapeJSON %s: reads back as %q (%v), want %q", c.name, back, err, c.json)
		}
	}
}

func TestPlaceOfAWholeSource(t *testing.T) {
	if got := sanitize.Place(logdoc.Place{Source: "a.tgz!/b"}); got != "a.tgz!/b" {
		t.Errorf("got %q", got)
	}
}

func TestLines(t *testing.T) {
	for in, want := range map[logdoc.LogText]string{"": "", "a": "a", "a\n": "a", "a\r\nb\r\n": "a|b", "a\n\nb": "a||b", "\n": "", "\tx\n": "    x"} {
		var got []string
		for _, line := range sanitize.Lines(in) {
			got = append(got, string(line))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("Lines(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanTextCostsNothing(t *testing.T) {
	in := logdoc.LogText(strings.Repeat("2019-12-31 07:35:23 avtar Error <8609>: Größe ", 20))
	if n := testing.AllocsPerRun(100, func() { sanitize.Line(in); sanitize.Text(in); sanitize.JSON(in) }); n != 0 {
		t.Errorf("%v allocations for clean text", n)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    sanitize.Safe
		width int
		want  sanitize.Safe
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"abcdef", 1, "…"},
		{"abcdef", 0, ""},
		{"漢字漢字", 5, "漢字…"}, {"漢字漢字", 4, "漢…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
	} {
		if got := sanitize.Cut(c.in, c.width); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	accents := sanitize.Safe("e" + strings.Repeat("\u0301", 10000))
	if got := sanitize.Cut(accents, 10); utf8.RuneCountInString(string(got)) > 80 {
		t.Errorf("a letter with 10,000 accents is cut to %d characters", utf8.RuneCountInString(string(got)))
	}
	for n, want := range map[int]sanitize.Safe{0: "", 1: "…", 2: "é…", 3: "éab", 4: "éab"} {
		if got := sanitize.CutRunes("éab", n); got != want {
			t.Errorf("CutRunes(éab, %d) = %q, want %q", n, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	got := sanitize.Wrap("a bb  ccc dddddddddd e", 6)
	want := []sanitize.Safe{"a bb", "ccc", "dddddddddd", "e"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ got, want sanitize.Markdown }{
		{sanitize.Code(""), "` `"},
		{sanitize.Code("`"), "`` ` ``"},
		{sanitize.Code("``"), "``` `` ```"},
		{sanitize.Code("a`b"), "``a`b``"},
		{sanitize.Code(" a "), "`  a  `"},
		{sanitize.Code("  "), "`  `"},
		{sanitize.Cell(sanitize.Code("a|b")), "`a\\|b`"},
		{sanitize.Fence("text", "````"), "`````text\n````\n`````\n"},
		{sanitize.Fence("sh", "a ``` b\nc\n"), "````sh\na ``` b\nc\n````\n"},
		{sanitize.Prose("MSG_ERR_AUTH_FAIL in a_b"), "MSG_ERR_AUTH_FAIL in a_b"},
		{sanitize.Prose("_x_ *y* `z` <b> [l](u)"), "\\_x\\_ \\*y\\* \\`z\\` \\<b> \\[l\\](u)"},
		{sanitize.Prose("# head"), `\# head`},
		{sanitize.Prose("1. item"), `1\. item`},
		{sanitize.Prose("- item - here"), `\- item - here`},
		{sanitize.Prose("ask @ops about #12"), "ask `@ops` about `#12`"},
		{sanitize.Prose("see https://x.example now"), "see `https://x.example` now"},
		{sanitize.Prose("a &lt; b & c"), `a \&lt; b & c`},
		{sanitize.Prose("two\nlines\x1b"), "two␊lines␛"},
		{sanitize.Link("https://x.example/a?b=c"), "<https://x.example/a?b=c>"},
		{sanitize.Link("https://x.example/<b>"), "`https://x.example/<b>`"},
		{sanitize.Link("javascript:alert(1)"), "javascript:alert(1)"},
		{sanitize.Link("Dell KB 000200098"), "Dell KB 000200098"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, c := range classes {
		f.Add(c.in)
	}
	for _, s := range []string{"` a `", "a|b\\|c\\\\|", "```\n# x\n```", "[a](b) <c> ![d](e) https://f www.g h@i #12 ~~j~~ $k$ &amp;", "1. a\n- b\n> c\n===\n", "\\`", "*a*_b_", "  ", "- [ ] a", "a*\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		line, lines := sanitize.Line(in), sanitize.Text(in)
		harmless(t, "Line", string(line), false)
		harmless(t, "Text", string(lines), true)
		if again := sanitize.Line(line); again != line {
			t.Errorf("Line twice: %q, then %q", line, again)
		}
		if again := sanitize.Text(lines); again != lines {
			t.Errorf("Text twice: %q, then %q", lines, again)
		}
		for _, width := range []int{1, 2, 7, 20} {
			cut := sanitize.Cut(line, width)
			harmless(t, "Cut", string(cut), false)
			if n := sanitize.Width(cut); n > width {
				t.Errorf("Cut to %d has %d cells: %q", width, n, cut)
			}
		}
		if s := sanitize.JSON(in); !utf8.ValidString(string(s)) {
			t.Errorf("JSON is not valid UTF-8: %q", s)
		}
		markdown(t, in)
	})
}

func harmless(t *testing.T, name, s string, breaks bool) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is not valid UTF-8: %q", name, s)
	}
	for _, r := range s {
		if (r < 0x20 && !(breaks && r == '\n')) || 0x7F <= r && r < 0xA0 || sanitize.Hidden(r) {
			t.Errorf("%s holds %U: %q", name, r, s)
		}
	}
}

// markdown puts the text into a document in every way there is, and reads the document back.
func markdown(t *testing.T, in string) {
	t.Helper()
	code := sanitize.Code(in)
	// The words around it are marks: they must be found at their places.
	doc := "before " + code + " after\n\n- " + code + "\n\n| head | two |\n| --- | --- |\n| " + sanitize.Cell(code) + " | end |\n\n" + sanitize.Fence("text", in) + "\nmiddle\n\n"
	if prose := sanitize.Prose(in); prose != "" {
		doc += "# " + prose + "\n\n" + prose + "\n\n- " + prose + "\n\n| x | y |\n| --- | --- |\n| " + sanitize.Cell(prose) + " | end |\n"
	}
	source := []byte(doc)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	kinds := map[ast.NodeKind]int{}
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		kinds[n.Kind()]++
		switch n.Kind() {
		case ast.KindDocument, ast.KindParagraph, ast.KindText, ast.KindTextBlock, ast.KindString, ast.KindCodeSpan, ast.KindFencedCodeBlock, ast.KindHeading, ast.KindList,
			ast.KindListItem, extast.KindTable, extast.KindTableHeader, extast.KindTableRow, extast.KindTableCell:
		default:
			t.Errorf("a %s comes from %q in\n%s", n.Kind(), in, source)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lists, headings := 1, 0
	if sanitize.Prose(in) != "" {
		lists, headings = 2, 1
	}
	if kinds[ast.KindListItem] != lists || kinds[ast.KindHeading] != headings || kinds[extast.KindTable] != lists ||
		kinds[extast.KindTableRow] != lists || kinds[extast.KindTableCell] != 4*lists || kinds[ast.KindFencedCodeBlock] != 1 {
		t.Errorf("%q changes the document %v:\n%s", in, kinds, source)
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		text        sanitize.Safe
		width, rows int
		want        []sanitize.Safe
	}{
		{"", 5, 3, []sanitize.Safe{""}},
		{"abc", 5, 3, []sanitize.Safe{"abc"}},
		{"abcdefgh", 5, 3, []sanitize.Safe{"abcde", "fgh"}},
		{"abcdefghijklmnop", 5, 2, []sanitize.Safe{"abcde", "fghi…"}},
		{"漢字漢字漢", 5, 3, []sanitize.Safe{"漢字", "漢字", "漢"}},
		{"漢字", 1, 3, []sanitize.Safe{"…"}},
	} {
		got := sanitize.Fold(tt.text, tt.width, tt.rows)
		if !slices.Equal(got, tt.want) {
			t.Errorf("Fold(%q, %d, %d) = %q, want %q", tt.text, tt.width, tt.rows, got, tt.want)
		}
	}
}
