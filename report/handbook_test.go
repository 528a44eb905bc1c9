package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"

	"logdoc"
)

// hostileWords is what somebody may put into a pack so that a reader's browser or terminal does something.
const hostileWords = "</style></pre><script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) \x1b[31m \u202e `` {{.}} | @everyone"

func hostileHandbook() *Handbook {
	return &Handbook{
		Symptoms: []logdoc.Article{
			{
				Name: "a/b", Title: hostileWords, Product: hostileWords, Pack: hostileWords, Severity: logdoc.Error, SeverityRules: []string{hostileWords},
				Records:    []logdoc.Sought{{Name: hostileWords, Label: hostileWords, Where: []string{hostileWords}, How: hostileWords, Collect: hostileWords}},
				Conditions: []logdoc.Condition{{Certainty: logdoc.Likely, When: hostileWords}}, Cause: hostileWords, Impact: hostileWords,
				Steps: []logdoc.Step{{Number: 1, ID: "s", Title: hostileWords, Kind: logdoc.Change, Notes: []string{hostileWords}, Commands: []string{hostileWords}, Ask: hostileWords,
					Answers: []logdoc.Answer{{Text: hostileWords, Target: "s"}}}},
				Explains: []string{"a-b", "not/there" + hostileWords}, See: []string{hostileWords, "https://example.com/a?b=1", `javascript:alert(4)`, `https://example.com/" onclick="x`},
				Examples: []logdoc.Example{{Title: hostileWords, Found: logdoc.Likely, Expect: []string{hostileWords}, Now: hostileWords,
					Inputs: []logdoc.ExampleInput{{Format: hostileWords, Text: hostileWords + "\n" + hostileWords}, {Path: hostileWords}}}},
			},
			{Name: "a-b", Title: "the same file name", Severity: logdoc.Info},
			{Name: "../../etc/passwd", Title: "a path", Severity: logdoc.Info},
			{Name: "日本", Title: "no letter of the alphabet", Severity: logdoc.Info},
			{Name: strings.Repeat("long", 100), Title: "long", Severity: logdoc.Info},
		},
		Normal: []logdoc.Article{{Name: "a/b", Title: hostileWords, Expected: true, Examples: []logdoc.Example{{Inputs: []logdoc.ExampleInput{{Format: "x", Text: hostileWords}}}}}},
		Formats: []logdoc.FormatArticle{{
			Name: hostileWords, Title: hostileWords, Files: []string{hostileWords}, Collect: []string{hostileWords}, Severities: []string{hostileWords}, Zone: hostileWords,
			Templates: []logdoc.FormatTemplate{{Kind: hostileWords, Text: hostileWords}}, Samples: []logdoc.FormatSample{{Text: hostileWords, Fields: []string{hostileWords}}},
		}},
	}
}

// tags of the page, with their attributes.
var tags = regexp.MustCompile(`<(/?[a-zA-Z!][a-zA-Z0-9]*)([^>]*)>`)

func TestHandbookPageIsInert(t *testing.T) {
	var b bytes.Buffer
	if err := hostileHandbook().HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	style := page[strings.Index(page, "<style>")+len("<style>") : strings.Index(page, "</style>")]
	sum := sha256.Sum256([]byte(style))
	if policy := html.UnescapeString(page); !strings.Contains(policy, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; form-action 'none'") {
		t.Error("the policy does not hold the sum of the style that is there")
	}
	allowed := strings.Fields("!doctype html head meta title style body header nav main section article h1 h2 h3 h4 h5 p table thead tbody tr th td ol ul li dl dt dd pre code span strong a br details summary")
	links := 0
	for _, tag := range tags.FindAllStringSubmatch(page, -1) {
		if name := strings.TrimPrefix(tag[1], "/"); !slices.Contains(allowed, name) {
			t.Errorf("a tag that the page does not use: %s", tag[0])
		}
		if strings.Contains(tag[2], " on") || strings.Contains(tag[2], "src=") || strings.Contains(tag[2], "javascript:") && !strings.Contains(tag[2], "href=\"#") {
			t.Errorf("an attribute that the page does not use: %s", tag[0])
		}
		if href, ok := strings.CutPrefix(tag[2], ` href="`); ok {
			links++
			if !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "https://example.com/") {
				t.Errorf("a link to elsewhere: %s", tag[0])
			}
		}
	}
	if links == 0 {
		t.Error("no link: nothing was looked at")
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[id[1]] {
			t.Errorf("two places are called %s", id[1])
		}
		ids[id[1]] = true
	}
	for _, to := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[to[1]] {
			t.Errorf("a link leads nowhere: %s", to[1])
		}
	}
	for _, bad := range []string{"\x1b", "\u202e"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
}

// TestHandbookPagesAreInert reads the pages as a Markdown reader does.
func TestHandbookPagesAreInert(t *testing.T) {
	pages := hostileHandbook().Pages()
	names := map[string]bool{}
	for i := range pages {
		p := &pages[i]
		if names[p.Name] {
			t.Errorf("two pages are called %s", p.Name)
		}
		names[p.Name] = true
		if !regexp.MustCompile(`^(README|(symptoms|normal|formats)/[a-z0-9-]{1,90})\.md$`).MatchString(p.Name) {
			t.Errorf("a page is called %q", p.Name)
		}
	}
	to := regexp.MustCompile(`<a href="([^"]*)"`)
	for i := range pages {
		var b, seen bytes.Buffer
		if err := pages[i].Write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e") {
			t.Errorf("%s holds what cannot be seen", pages[i].Name)
		}
		if err := goldmark.Convert(b.Bytes(), &seen); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "<!-- raw HTML omitted -->"} {
			if at := strings.Index(seen.String(), bad); at >= 0 {
				t.Errorf("%s has %s: %.80s", pages[i].Name, bad, seen.String()[at:])
			}
		}
		for _, link := range to.FindAllStringSubmatch(seen.String(), -1) {
			if strings.HasPrefix(link[1], "https://example.com/") {
				continue
			}
			if !names[path.Join(path.Dir(pages[i].Name), link[1])] {
				t.Errorf("%s leads to %q, which is not there", pages[i].Name, link[1])
			}
		}
	}
}

func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"avamar/session-ticket": "avamar-session-ticket", "../../x": "x", "": "unnamed", "日本": "unnamed", "CRE-2024-0007": "cre-2024-0007", "a  b//c.": "a-b-c",
	} {
		if got := slug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
