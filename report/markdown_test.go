package report_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	goldmarktext "github.com/yuin/goldmark/text"

	"logdoc"
	"logdoc/report"
)

const mark = "LOGTEXT"

// attacks are log texts that would be markup anywhere but in code.
var attacks = []string{
	hostile + mark,
	"`" + mark + "`", "```` " + mark + "\n````\n# " + mark + "\n", "``` " + mark + " ```", "`` `", "`",
	"</code><b>" + mark + "</b>", "<!-- " + mark, "[" + mark + "](javascript:alert(1))", "![](" + mark + ")", "https://" + mark + ".example/ www." + mark + ".example a@" + mark + ".example",
	"a|" + mark + "|c", `a\|` + mark, `a\\|` + mark, mark + `\`, "|" + mark, mark + "|", "\n\n" + mark + "\n---\n", "    " + mark, "\t" + mark, "- " + mark, "1. " + mark, "> " + mark, " " + mark + " ",
	"&lt;" + mark + "&#64;", "$" + mark + "$", "\r\r\n" + mark, "~~" + mark + "~~", "| " + mark + " |\n| --- |\n",
}

// replaceLogText sets every LogText within v.
func replaceLogText(v reflect.Value, s string) {
	replaceText(v, func(t reflect.Type) bool { return t == reflect.TypeFor[logdoc.LogText]() }, s)
}

// replaceText sets every string within v whose type is chosen.
func replaceText(v reflect.Value, chosen func(reflect.Type) bool, s string) {
	switch v.Kind() {
	case reflect.Pointer:
		replaceText(v.Elem(), chosen, s)
	case reflect.Struct:
		if v.Type().PkgPath() == "logdoc" {
			for i := range v.NumField() {
				replaceText(v.Field(i), chosen, s)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			replaceText(v.Index(i), chosen, s)
		}
	case reflect.String:
		if chosen(v.Type()) {
			v.SetString(s)
		}
	}
}

func TestMarkdownLogTextIsCode(t *testing.T) {
	harmless := rich()
	replaceLogText(reflect.ValueOf(harmless), "word")
	want := shape(t, harmless)
	for _, attack := range attacks {
		d := rich()
		replaceLogText(reflect.ValueOf(d), attack)
		got := shape(t, d)
		for _, kind := range []ast.NodeKind{ast.KindHeading, ast.KindListItem, ast.KindEmphasis, ast.KindAutoLink, extast.KindTable, extast.KindTableRow, extast.KindTableCell} {
			if got[kind] != want[kind] {
				t.Errorf("%q changes the document: %d nodes of kind %s, want %d", attack, got[kind], kind, want[kind])
			}
		}
	}
}

// shape counts the nodes of the Markdown report by kind, and looks for log text, HTML, images and links where none may be.
func shape(t *testing.T, d *logdoc.Diagnosis) map[ast.NodeKind]int {
	t.Helper()
	var b bytes.Buffer
	if err := report.Markdown(&b, d); err != nil {
		t.Fatal(err)
	}
	source := b.Bytes()
	kinds := map[ast.NodeKind]int{}
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(goldmarktext.NewReader(source))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		kinds[n.Kind()]++
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML, *ast.Image, *ast.Link, *ast.CodeBlock, *ast.Blockquote, *ast.ThematicBreak, *extast.Strikethrough, *extast.TaskCheckBox:
			t.Errorf("a %s in\n%s", n.Kind(), source)
		case *ast.AutoLink:
			if url := string(n.URL(source)); !strings.HasPrefix(url, "https://www.example.com/kb/") {
				t.Errorf("a link to %s", url)
			}
		case *ast.Text:
			if n.Parent().Kind() != ast.KindCodeSpan && bytes.Contains(n.Segment.Value(source), []byte(mark)) {
				t.Errorf("log text outside code: %s", n.Segment.Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// TestPackTextIsHarmless gives all texts, those of packs too, to all outputs: a pack from elsewhere is foreign text as well.
func TestPackTextIsHarmless(t *testing.T) {
	for _, attack := range attacks {
		// Without the mark, for a pack's prose may stand outside code.
		attack = strings.ReplaceAll(attack, mark, "word")
		d := rich()
		replaceText(reflect.ValueOf(d), func(reflect.Type) bool { return true }, attack)
		shape(t, d)
		for _, out := range outputs {
			var b bytes.Buffer
			if err := out.write(&b, d); err != nil {
				t.Fatal(err)
			}
			checkHarmless(t, out.name, b.Bytes())
		}
	}
}

func TestMarkdownReadsBack(t *testing.T) {
	d := rich()
	const line = "x `a` ``b`` | c \\| d <e> *f* &amp;"
	replaceLogText(reflect.ValueOf(d), line)
	var b, html bytes.Buffer
	if err := report.Markdown(&b, d); err != nil {
		t.Fatal(err)
	}
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(b.Bytes(), &html); err != nil {
		t.Fatal(err)
	}
	// In a fence, in inline code and in a table the reader sees the very text.
	want := "x `a` ``b`` | c \\| d &lt;e&gt; *f* &amp;amp;"
	for _, place := range []string{"<pre><code class=\"language-text\">" + want + "\n</code></pre>", "<p><code>" + want, "<td><code>" + want + "</code></td>"} {
		if !strings.Contains(html.String(), place) {
			t.Errorf("not in the page: %s", place)
		}
	}
}
