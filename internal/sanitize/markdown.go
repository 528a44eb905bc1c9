package sanitize

import "strings"

// Markdown is Markdown source in which foreign text can only be read: it makes no markup, link, mention or HTML.
type Markdown string

// Code writes text as inline code. Log text stands in a document in no other way than this and Fence.
func Code[T ~string](text T) Markdown {
	s := string(Line(text))
	if s == "" {
		return "` `" // There is no empty inline code.
	}
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	first, last := s[0], s[len(s)-1]
	blank := strings.Trim(s, " ") == ""
	// A blank on both sides belongs to the marks, so one is needed where the text has its own, or a tick.
	if first == '`' || last == '`' || (first == ' ' && last == ' ' && !blank) {
		return Markdown(ticks + " " + s + " " + ticks)
	}
	return Markdown(ticks + s + ticks)
}

// Fence writes text as a fenced block with the given info word ("text", "sh"), whose fence is longer than any run of ticks in it.
func Fence[T ~string](info string, text T) Markdown {
	s := strings.TrimSuffix(string(Text(text)), "\n")
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return Markdown(fence + info + "\n" + s + "\n" + fence + "\n")
}

// Cell makes Markdown fit for a cell of a table, where a bar would end it even within code.
func Cell(m Markdown) Markdown { return Markdown(strings.ReplaceAll(string(m), "|", `\|`)) }

// Prose writes the text of a pack (a title, a cause, a note) as one line of plain prose: markup is escaped, and words that a ticket system would
// turn into a link or a mention (@name, #12, an address) stand in inline code.
func Prose[T ~string](text T) Markdown {
	var b strings.Builder
	for i, word := range strings.Fields(string(Line(text))) {
		if i > 0 {
			b.WriteByte(' ')
		}
		if linkable(word) {
			b.WriteString(string(Code(word)))
			continue
		}
		escapeWord(&b, word, i == 0)
	}
	return Markdown(b.String())
}

// Link writes a web address as a link when it is nothing but one, and as prose otherwise.
func Link[T ~string](text T) Markdown {
	if address, ok := Address(text); ok {
		return Markdown("<" + address + ">")
	}
	return Prose(text)
}

// Address returns the text if it is nothing but a web address.
func Address[T ~string](text T) (Safe, bool) {
	s := Line(text)
	rest, ok := strings.CutPrefix(string(s), "https://")
	if !ok {
		rest, ok = strings.CutPrefix(string(s), "http://")
	}
	if ok && rest != "" && strings.Trim(rest, addressBytes) == "" {
		return s, true
	}
	return "", false
}

const addressBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]!$&'()*+,;=%"

// linkable reports whether GitHub, GitLab or Jira would make more of the word than text.
func linkable(word string) bool {
	if strings.ContainsRune(word, '@') || strings.Contains(word, "://") || strings.Contains(strings.ToLower(word), "www.") {
		return true
	}
	for i := 0; i+1 < len(word); i++ {
		if (word[i] == '#' || word[i] == '!') && digit(word[i+1]) {
			return true
		}
	}
	return false
}

// escapeWord puts a backslash before what would be markup at its place, and nowhere else: the source is read too.
func escapeWord(b *strings.Builder, word string, first bool) {
	for i := 0; i < len(word); i++ {
		c := word[i]
		escape := false
		switch c {
		case '\\', '`', '*', '[', ']', '<', '~', '$':
			escape = true
		case '_':
			// Between letters it is never emphasis.
			escape = i == 0 || i+1 == len(word) || !alphanumeric(word[i-1]) || !alphanumeric(word[i+1])
		case '&':
			escape = i+1 < len(word)
		case '#':
			escape = i == 0
		case '>', '+', '-', '=', ':':
			escape = first && i == 0
		case '.', ')':
			escape = first && i > 0 && strings.Trim(word[:i], "0123456789") == ""
		}
		if escape {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func alphanumeric(c byte) bool {
	return digit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// longestRun returns the length of the longest run of c in s.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}
