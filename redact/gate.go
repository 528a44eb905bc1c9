package redact

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Left counts, by class, the values that are still to be seen in an output that was made of what was redacted: none, unless something was forgotten, or one's own word is one that a report uses itself. It looks at
// the output as it is, and as a reader sees it who undoes what a sink does to text: escapes of JSON, HTML, Markdown and addresses, colours, broken lines.
func (r *Redactor) Left(output []byte) map[Class]int {
	left := map[Class]int{}
	for _, sight := range sights(string(output)) {
		found := map[Class]int{}
		for _, v := range views(sight.text) {
			for _, s := range r.known.find(mask(v.text)) {
				if text := v.text[s.lo:s.hi]; !sight.broken || len(text) >= 12 || strings.ContainsAny(text, " \n") {
					found[s.class]++
				}
			}
		}
		for class, n := range found {
			left[class] = max(left[class], n)
		}
	}
	return left
}

// sight is a way to read an output. Where lines were joined, only what may have been broken counts.
type sight struct {
	text   string
	broken bool
}

var tags = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[^<>]*>`) })

// sights returns the ways to read an output that show different texts.
func sights(s string) []sight {
	all := []sight{{s, false}}
	more := func(text string, broken bool) {
		for _, other := range all {
			if other.text == text {
				return
			}
		}
		all = append(all, sight{text, broken})
	}
	if strings.Contains(s, `\`) {
		more(unescapeJSON(s), false)
		more(unescapeMarkdown(s), false)
	}
	if start := strings.ToLower(strings.TrimSpace(s[:min(len(s), 200)])); strings.HasPrefix(start, "<") {
		more(html.UnescapeString(tags().ReplaceAllString(s, "")), false)
	}
	if strings.Contains(s, "&") {
		more(html.UnescapeString(s), false)
	}
	for _, text := range all {
		if strings.Contains(text.text, "%") {
			more(unescapeURL(text.text), false)
		}
	}
	if strings.Contains(s, "\n") {
		more(unbroken(s, ""), true)
		more(unbroken(s, " "), true)
	}
	return all
}

// unbroken puts between for each line break, and for the blanks and marks of quotes around it.
func unbroken(s, between string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more {
			b.WriteString(line)
			return b.String()
		}
		b.WriteString(strings.TrimRight(line, " \t\r"))
		b.WriteString(between)
		s = strings.TrimLeft(rest, " \t|>*\n\r")
	}
}

// unescapeJSON undoes the escapes of JSON wherever they stand.
func unescapeJSON(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r', 'b', 'f':
			b.WriteByte(' ')
		case 'u':
			if i+5 <= len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+5], 16, 32); err == nil {
					b.WriteRune(rune(n))
					i += 4
					continue
				}
			}
			b.WriteString(`\u`)
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// unescapeMarkdown takes away the backslashes that stand before marks, and the breaks that make none.
func unescapeMarkdown(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\\", s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescapeURL undoes %XX where it is one.
func unescapeURL(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+3 <= len(s) {
			if c, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
