package sanitize

import (
	"regexp"
	"strings"
	"sync"
)

// Jira is Jira's wiki markup in which foreign text can only be read.
type Jira string

// noFormat is what begins and ends a block that is shown as it is. A blank takes its meaning.
var noFormat = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\{(noformat)`) })

// NoFormat writes text as a block that is shown as it is. It cannot end the block: {noformat} within it becomes { noformat}.
func NoFormat[T ~string](text T) Jira {
	s := noFormat().ReplaceAllString(string(Text(text)), "{ $1")
	s = strings.TrimRight(s, "\n")
	return Jira("{noformat}\n" + s + "\n{noformat}\n")
}

// JiraProse writes the text of a pack as one line of plain prose: whatever Jira would take for markup, a link, an issue or a face is escaped.
func JiraProse[T ~string](text T) Jira {
	s := strings.Join(strings.Fields(string(Line(text))), " ")
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			// Two backslashes are a line break, so it cannot be escaped by another one.
			b.WriteString("&#92;")
			continue
		case c == '&':
			b.WriteString("&#38;")
			continue
		case i == 0 && startsBlock(s):
			b.WriteString("&#" + map[byte]string{'h': "104", 'b': "98"}[c] + ";")
			continue
		case strings.IndexByte("{}[]!|^~*_+?#@", c) >= 0,
			c == '-' && !(i > 0 && lower(s[i-1]) && i+1 < len(s) && lower(s[i+1])),
			c == '(' && i+1 < len(s) && strings.IndexByte("yniox/!+-?*", s[i+1]) >= 0,
			(c == ':' || c == ';') && i+1 < len(s) && strings.IndexByte("()DPp|/", s[i+1]) >= 0:
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return Jira(b.String())
}

// startsBlock reports whether a line begins as a heading or a quotation does.
func startsBlock(s string) bool {
	return strings.HasPrefix(s, "bq.") || len(s) > 2 && s[0] == 'h' && digit(s[1]) && s[2] == '.'
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }

// JiraLink writes a web address as a link when it is nothing but one, and as prose otherwise.
func JiraLink[T ~string](text T) Jira {
	if address, ok := Address(text); ok && !strings.ContainsAny(string(address), "[]|") {
		return Jira("[" + address + "]")
	}
	return JiraProse(text)
}
