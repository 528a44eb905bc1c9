package grammar

import (
	"bytes"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/internal/template"
)

// Pasted text has lost its shape on the way through a web page, a mail or a chat: records are folded into one line, list marks stand in front of lines, a
// line lost its first characters. Detection switches salvage on only where the head of a source shows such damage, so that a whole log is never read this way.

// SalvageNote is what a reading says of a source that is salvaged.
const SalvageNote = "this is pasted text: records that were folded into one line or lost their head were salvaged"

// salvageLines is how many lines of the head are looked at for damage.
const salvageLines = 100

func (r *Reading) detectSalvage(lines [][]byte) {
	var ev logdoc.Event
	for i, b := range lines {
		if i == salvageLines {
			return
		}
		text, marked := unmark(b)
		if len(text) == 0 {
			continue
		}
		for _, l := range r.records[text[0]] {
			if l.kind == lang.LineHeader || !r.scratch.parse(r, l, text, &ev) {
				continue
			}
			if marked || r.fold(r.scratch, text, int(ev.Fields[logdoc.FieldMessage].Lo)+1, l.format) > 0 {
				r.salvage = true
				r.Notes = append(r.Notes, logdoc.Note{Text: SalvageNote})
				return
			}
			break
		}
	}
}

// continues reports whether a line of pasted text that starts no record looks like part of the one before it: a stack trace, an indented line, XML. Elsewhere every
// such line belongs to the record before it; here it may as well be a publisher's prose.
func continues(b []byte) bool {
	b, _ = unmark(b)
	if len(b) == 0 || b[0] == ' ' || b[0] == '\t' || b[0] == '<' {
		return true
	}
	for _, start := range [...]string{"at ", "Caused by:", "Suppressed:", "... "} {
		if bytes.HasPrefix(b, []byte(start)) {
			return true
		}
	}
	name, _, _ := bytes.Cut(b, []byte(":"))
	return bytes.IndexByte(name, '.') > 0 && bytes.IndexByte(name, ' ') < 0 && (bytes.HasSuffix(name, []byte("Exception")) || bytes.HasSuffix(name, []byte("Error")))
}

// unmark takes a quotation or list mark off a line.
func unmark(b []byte) ([]byte, bool) {
	t := bytes.TrimLeft(b, " \t")
	for _, mark := range [...]string{">", "- ", "* ", "• ", "– "} {
		if bytes.HasPrefix(t, []byte(mark)) {
			rest := bytes.TrimLeft(t[len(mark):], " \t")
			if more, again := unmark(rest); again && mark == ">" {
				rest = more
			}
			return rest, true
		}
	}
	return b, false
}

// fold returns where, at or behind from, another record of the format starts inside the line, or -1. Any format will do when f is nil.
func (r *Reading) fold(sc *Scanner, b []byte, from int, f *Format) int {
	var ev logdoc.Event
	for p := max(from, 1); p < len(b); p++ {
		if b[p-1] != ' ' && b[p-1] != '\t' {
			continue
		}
		for _, l := range r.records[b[p]] {
			if f != nil && l.format != f || l.kind == lang.LineHeader {
				continue
			}
			if sc.parse(r, l, b[p:], &ev) {
				return p
			}
		}
	}
	return -1
}

// salvaged reads one physical line as the records that were folded into it: all but the last are delivered, the last becomes the open record, whose start it
// returns. It calls before once, ahead of the first; when the line holds no record it returns false.
func (sc *Scanner) salvaged(r *Reading, set *Set, c Chunk, pos int, b []byte, number int, before func(), emit func(*logdoc.Event)) (start int, found bool) {
	text, _ := unmark(b)
	if len(text) > MaxRecord {
		text = text[:MaxRecord]
	}
	base := pos + len(b) - len(text)
	for at := 0; at < len(text); {
		rest, next := text[at:], len(text)
		if sc.record(r, rest) {
			var f *Format
			if sc.next.Format >= 0 {
				f = set.formats[sc.next.Format]
			}
			if n := r.fold(sc, rest, int(sc.next.Fields[logdoc.FieldMessage].Lo)+1, f); n > 0 {
				next = at + n
			}
			sc.record(r, bytes.TrimRight(text[at:next], " \t"))
		} else {
			n := r.fold(sc, rest, 0, nil)
			if n < 0 {
				break
			}
			next = at + n
			if !sc.complete(r, bytes.TrimRight(text[at:next], " \t"), text[next:]) {
				// Words between records, such as a publisher's prose, stay with the record before them.
				at = next
				continue
			}
		}
		if found {
			sc.finishSalvaged(c.Data, start, base+at, emit)
		} else {
			before()
		}
		if found || next < len(text) {
			sc.tally.Salvaged++
		}
		found, start = true, base+at
		sc.open(number, c.Offset+int64(start))
		at = next
	}
	return start, found
}

func (sc *Scanner) finishSalvaged(data []byte, start, end int, emit func(*logdoc.Event)) {
	for end > start && (data[end-1] == ' ' || data[end-1] == '\t') {
		end--
	}
	sc.close(data, start, end, emit)
}

// complete parses a record that lost the start of its stamp, with the missing characters taken from the record that follows it.
func (sc *Scanner) complete(r *Reading, b, follower []byte) bool {
	if !sc.record(r, follower) || !sc.next.Clock {
		return false
	}
	for _, l := range r.records[follower[0]] {
		if l.tmpl == nil || len(l.tmpl.Holes) == 0 || l.tmpl.Holes[0].Kind != template.Time || !sc.parse(r, l, follower, sc.next) {
			continue
		}
		stamp := follower[sc.result.Spans[0].Lo:sc.result.Spans[0].Hi]
		for k := 1; k < len(stamp); k++ {
			head := append(append([]byte(nil), stamp[:k]...), b...)
			if sc.parse(r, l, head, sc.next) {
				return true
			}
		}
	}
	return false
}
