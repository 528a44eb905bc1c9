//go:build unix

package report_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/report"
)

// timed is rich with a timeline, in which one record has a clock that is far off.
func timed() *logdoc.Diagnosis {
	d := rich()
	t := &logdoc.Timeline{Width: time.Minute}
	add := func(start time.Time, severities ...logdoc.Severity) {
		b := logdoc.Bucket{Start: start}
		for _, s := range severities {
			b.Records[s] += 7
		}
		t.Buckets = append(t.Buckets, b)
	}
	t.Buckets = append(t.Buckets, logdoc.Bucket{Start: at("1971-01-01 00:00:00"), Records: [logdoc.Critical + 1]int{logdoc.Info: 1}})
	for i := range 50 {
		add(at("2019-12-31 07:00:00").Add(time.Duration(i)*time.Minute), logdoc.Info, logdoc.Info, []logdoc.Severity{logdoc.Info, logdoc.Warning, logdoc.Error}[i%3])
	}
	d.Timeline = t
	return d
}

func htmlOf(t *testing.T, d *logdoc.Diagnosis) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPictureOfTheTimeline looks at the bars: they stand where their records were written, and a wrong clock does not squeeze them.
func TestPictureOfTheTimeline(t *testing.T) {
	page := string(htmlOf(t, timed()))
	for _, want := range []string{`<span>2019-12-31 07:00:00</span>`, `<span>2019-12-31 07:50:00</span>`, "1,050 records with a time", "A bar is 1 minute; the highest one is 21 records.", "1 record far from all others are outside of the picture.",
		"<title>2019-12-31 07:02:00: 21 records, 7 errors, 0 warnings</title>", `class="errors"`, `class="warnings"`, `class="rest"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if strings.Contains(string(htmlOf(t, rich())), `<svg`) {
		t.Error("a picture of no timeline")
	}
}

// TestPage looks at the page in a real browser.
func TestPage(t *testing.T) {
	b := startBrowser(t)
	b.size(1280, 900)
	t.Run("hostile text is inert", func(t *testing.T) {
		b := *b
		b.t = t
		for _, attack := range append(attacks, `"><img src=x onerror=owned=1>`, `'><script>owned=1</script>`, `</style><script>owned=1</script>`, `</script><script>owned=1</script>`, `</title><svg onload=owned=1>`,
			"javascript:owned=1", "\u202Egnp.exe", "\xff\xfe<b>", "{{.Script}}", "</code></pre></details></article></main>", `" autofocus onfocus="owned=1`, "https://evil.example/x.png") {
			d := timed()
			everything := func(t reflect.Type) bool { return t == reflect.TypeFor[logdoc.LogText]() }
			if strings.Contains(attack, "owned") {
				everything = func(reflect.Type) bool { return true }
			}
			replaceText(reflect.ValueOf(d), everything, attack)
			address := b.open(htmlOf(t, d))
			b.eval("document.querySelectorAll('details').forEach(function (d) { d.open = true; })", nil)
			if owned := b.words("return typeof window.owned"); owned != "undefined" {
				t.Errorf("%q acts", attack)
			}
			if n := b.number("return document.querySelectorAll('script').length"); n != 1 {
				t.Errorf("%q: %d scripts", attack, n)
			}
			if s := b.words(`return Array.from(document.querySelectorAll('img,iframe,object,embed,link,base,audio,video,form[action],[style],svg image,svg use')).map(function (e) { return e.outerHTML; }).join(' ')`); s != "" {
				t.Errorf("%q makes %s", attack, s)
			}
			if s := b.words(`return Array.from(document.querySelectorAll('*')).filter(function (e) { return Array.from(e.attributes).some(function (a) { return a.name.indexOf('on') === 0; }); }).map(function (e) { return e.outerHTML; }).join(' ')`); s != "" {
				t.Errorf("%q makes a handler: %s", attack, s)
			}
			if s := b.words(`return Array.from(document.querySelectorAll('a')).map(function (a) { return a.getAttribute('href'); }).filter(function (h) { return !/^#(findings|f[0-9]+(s[0-9]+)?)$/.test(h) && h.indexOf('https://www.example.com/kb/') !== 0 && h !== 'https://evil.example/x.png'; }).join(' ')`); s != "" {
				t.Errorf("%q makes a link to %s", attack, s)
			}
			for _, request := range b.happened("Network.requestWillBeSent") {
				if !strings.Contains(request, `"url":"`+address+`"`) {
					t.Errorf("%q: a request leaves: %s", attack, request)
				}
			}
			if told := b.happened("Log.entryAdded"); len(told) > 0 {
				t.Errorf("%q: the browser complains: %v", attack, told)
			}
			if told := append(b.happened("Runtime.exceptionThrown"), b.happened("Page.javascriptDialogOpening")...); len(told) > 0 {
				t.Errorf("%q: %v", attack, told)
			}
		}
	})
	t.Run("the policy holds", func(t *testing.T) {
		b := *b
		b.t = t
		// Were text ever to become markup, the browser would still refuse what it asks for.
		page := bytes.Replace(htmlOf(t, timed()), []byte("</main>"), []byte(`<img src="https://evil.example/x.png"><script>owned = 1</script><p style="color:red">x</p></main>`), 1)
		b.open(page)
		b.await("the refusals", func() bool { return len(b.happened("Log.entryAdded")) >= 3 })
		if owned := b.words("return typeof window.owned"); owned != "undefined" {
			t.Error("a script that is not ours runs")
		}
		for _, told := range b.happened("Log.entryAdded") {
			if !strings.Contains(told, "Content Security Policy") {
				t.Errorf("unlike a refusal: %s", told)
			}
		}
	})
	visible := `Array.from(document.querySelectorAll('[data-severity]')).filter(function (f) { return f.offsetParent !== null; }).length`
	t.Run("the filter", func(t *testing.T) {
		b := *b
		b.t = t
		b.open(htmlOf(t, timed()))
		all := b.number("return " + visible)
		if all != 3 || b.words("return document.getElementById('told').textContent") != "3 of 3" {
			t.Fatalf("%d findings are in sight", all)
		}
		b.press("/")
		if id := b.words("return document.activeElement.id"); id != "search" {
			t.Fatalf("/ goes to %q", id)
		}
		b.types("keytable SERIAL")
		if n := b.number("return " + visible); n != 1 {
			t.Errorf("%d findings have these words", n)
		}
		b.types(" nowhere")
		if n, none := b.number("return "+visible), b.number("return document.getElementById('none').hidden ? 0 : 1"); n != 0 || none != 1 {
			t.Errorf("%d findings, and it is said: %d", n, none)
		}
		b.press("Escape")
		if n := b.number("return " + visible); n != 3 {
			t.Errorf("%d findings after Escape", n)
		}
		b.press("Tab", " ")
		if n, what := b.number("return "+visible), b.words("return document.activeElement.value"); n != 2 || what != "critical" {
			t.Errorf("%d findings without %s", n, what)
		}
		b.press(" ")
	})
	t.Run("by the keyboard alone", func(t *testing.T) {
		b := *b
		b.t = t
		b.open(htmlOf(t, timed()))
		b.press("Tab")
		if what := b.words("return document.activeElement.className"); what != "skip" {
			t.Errorf("the first stop is %q", what)
		}
		reached := map[string]bool{}
		outlined := true
		for range 200 {
			what := b.words(`var e = document.activeElement; return e.tagName + ' ' + (e.type || e.className || '')`)
			if strings.HasPrefix(what, "BODY") {
				break
			}
			reached[what] = true
			outlined = outlined && b.words(`return getComputedStyle(document.activeElement).outlineStyle`) != "none"
			if what == "SUMMARY " {
				b.press("Enter")
				if n := b.number("return document.activeElement.parentElement.open ? 1 : 0"); n != 1 {
					t.Error("Enter does not unfold")
				}
			}
			if what == "BUTTON button" && !reached["copied"] {
				reached["copied"] = true
				b.press("Enter")
				b.await("the copy", func() bool {
					return strings.Contains("Copied Marked", b.words("return document.activeElement.textContent"))
				})
			}
			b.press("Tab")
		}
		for _, want := range []string{"A ", "INPUT search", "INPUT checkbox", "BUTTON button", "DIV scroll"} {
			if !reached[want] {
				t.Errorf("the keyboard does not reach %s: %v", want, reached)
			}
		}
		if !outlined {
			t.Error("somewhere nobody sees where the keyboard is")
		}
	})
	// Wide things have a scroll bar of their own; the page has none.
	tooWide := `return Array.from(document.querySelectorAll('body *')).filter(function (e) { return e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll') && !e.closest('svg') && !e.classList.contains('skip'); }).map(function (e) { return e.outerHTML.slice(0, 80); }).join(' | ')`
	for _, width := range []int{320, 375, 768, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d wide, %s", width, scheme), func(t *testing.T) {
				b := *b
				b.t = t
				b.size(width, 900)
				b.media("screen", scheme)
				b.open(htmlOf(t, timed()))
				b.eval("document.querySelectorAll('details').forEach(function (d) { d.open = true; })", nil)
				if n := b.number("return document.documentElement.scrollWidth - innerWidth"); n > 0 {
					t.Errorf("%d wide: the page is %d too wide", width, n)
				}
				if s := b.words(tooWide); s != "" {
					t.Errorf("%d wide: %s", width, s)
				}
				if s := b.words(faint); s != "" {
					t.Errorf("hard to read in %s: %s", scheme, s)
				}
				b.keepPicture(fmt.Sprintf("whole-%s-%d", scheme, width))
			})
		}
	}
	t.Run("in print", func(t *testing.T) {
		b := *b
		b.t = t
		b.size(1280, 900)
		b.media("print", "dark")
		b.open(htmlOf(t, timed()))
		if s := b.words("return getComputedStyle(document.body).backgroundColor"); s != "rgb(255, 255, 255)" {
			t.Errorf("paper is %s", s)
		}
		if s := b.words("return getComputedStyle(document.getElementById('filter')).display"); s != "none" {
			t.Errorf("the filter is printed: %s", s)
		}
		b.media("", "light")
		var pdf struct{ Data string }
		b.ask("Page.printToPDF", map[string]any{}, &pdf)
		data, err := base64.StdEncoding.DecodeString(pdf.Data)
		if err != nil || !bytes.HasPrefix(data, []byte("%PDF-")) || len(data) < 10_000 {
			t.Errorf("no print: %d bytes, %v", len(data), err)
		}
	})
	t.Run("without scripts", func(t *testing.T) {
		b := *b
		b.t = t
		b.media("screen", "light")
		b.ask("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
		b.open(htmlOf(t, timed()))
		if n := b.number("return " + visible); n != 3 {
			t.Errorf("%d findings are in sight", n)
		}
		if n := b.number("return document.getElementById('filter').offsetParent === null ? 0 : 1"); n != 0 {
			t.Error("a filter that does nothing is shown")
		}
	})
}

// faint names what stands out too little from its ground: text needs a contrast of 4.5.
const faint = `
var out = [];
function rgb(s) { var m = s.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; }
function light(c) { var v = c.slice(0, 3).map(function (x) { x /= 255; return x <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); }); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; }
Array.from(document.querySelectorAll('body *')).forEach(function (e) {
  if (!Array.from(e.childNodes).some(function (n) { return n.nodeType === 3 && n.data.trim(); }) || e.closest('svg') || e.tagName === 'SCRIPT') { return; }
  var ground = null, at = e;
  while (at && !ground) { ground = rgb(getComputedStyle(at).backgroundColor); at = at.parentElement; }
  var a = light(rgb(getComputedStyle(e).color)), b = light(ground || [255, 255, 255]);
  var contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) { out.push(contrast.toFixed(1) + ' ' + e.outerHTML.slice(0, 60)); }
});
return Array.from(new Set(out)).slice(0, 10).join(' | ');
`
