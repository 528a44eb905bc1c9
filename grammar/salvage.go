package grammar

import (
	"bytes"
	"time"

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

// foldProbe bounds what is looked at to see whether a record starts somewhere in a line: a hostile line has many places to look at.
const foldProbe = 1 << 10

// detectSalvage switches salvage on when a tenth of the head's records are damaged: a whole log may quote a record here and there.
func (r *Reading) detectSalvage(lines [][]byte) {
	records, damaged := 0, 0
	for _, b := range lines[:min(len(lines), salvageLines)] {
		text, marked := unmark(b)
		if len(text) == 0 {
			continue
		}
		l := r.scratch.accepts(r, r.records[first(text)], text, &r.scratch.probe)
		switch {
		case l == nil:
			if n, ok := r.scratch.folded(r, text); ok || r.loose && n > 0 {
				records++
				damaged++
			}
		case l.kind != lang.LineHeader:
			records++
			if marked && l.telling || r.scratch.fold(r, text, int(r.scratch.probe.Fields[logdoc.FieldMessage].Lo)+1, following(&r.scratch.probe)) > 0 {
				damaged++
			}
		}
	}
	if damaged > 0 && damaged*10 >= records {
		r.salvage = true
		r.Notes = append(r.Notes, logdoc.Note{Text: SalvageNote})
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
	return isException(b)
}

// isException tells the line that names an exception, with its package.
func isException(b []byte) bool {
	name, _, _ := bytes.Cut(b, []byte(":"))
	return bytes.IndexByte(name, '.') > 0 && bytes.IndexByte(name, ' ') < 0 && (bytes.HasSuffix(name, []byte("Exception")) || bytes.HasSuffix(name, []byte("Error")))
}

var noBreakSpace, twoBlanks = []byte("\u00a0"), []byte("  ")

// blanked returns text with blanks for its no-break spaces, byte for byte, so that offsets stay.
func blanked(b []byte) []byte {
	if !bytes.Contains(b, noBreakSpace) {
		return b
	}
	return bytes.ReplaceAll(b, noBreakSpace, twoBlanks)
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

// fold returns where, at or behind from, another record that is wanted starts inside the line, or -1. Only telling lines count: a vague one is found in many a
// sentence.
func (sc *Scanner) fold(r *Reading, b []byte, from int, wanted func(*Scanner, *line) bool) int {
	for p := max(from, 1); p < len(b); p++ {
		if b[p-1] != ' ' && b[p-1] != '\t' {
			continue
		}
		for _, l := range r.records[b[p]] {
			if l.telling && l.kind != lang.LineHeader && sc.parse(r, l, b[p:min(p+foldProbe, len(b))], &sc.probe) && wanted(sc, l) {
				return p
			}
		}
	}
	return -1
}

// What fold may want: a record that can follow another one, one with a stamp, or any. A record can follow one of its own format; but where a head has no severity, a stamp
// that repeats the record's own to the fraction of a second is part of it: the JVM's collector writes several into one line.
func following(ev *logdoc.Event) func(*Scanner, *line) bool {
	format, clock, t := ev.Format, ev.Clock, ev.Time
	return func(sc *Scanner, l *line) bool {
		return l.format.index == format && !(clock && len(l.format.words) == 0 && sc.probe.Clock && sc.probe.Time == t && t%int64(time.Second) != 0)
	}
}
func stamped(sc *Scanner, _ *line) bool { return sc.probe.Clock }
func anything(*Scanner, *line) bool     { return true }

// trimFold takes off what stands between a record and the next one in the same line: blanks, and the dots of an omission.
func trimFold(b []byte) []byte {
	b = bytes.TrimRight(b, " \t")
	for _, dots := range [...]string{" ...", " …"} {
		b = bytes.TrimSuffix(b, []byte(dots))
	}
	return bytes.TrimRight(b, " \t")
}

// pasted reads one line of pasted text. What continues a record but does not fit into it is told as lines that nothing accepts.
func (sc *Scanner) pasted(pos, next int, b []byte, number int) {
	text, _ := unmark(b)
	p := &sc.pass
	switch {
	case isBlank(text):
	case sc.record(p.reading, text) && sc.next.Format == frame:
		sc.tally.Frame++
	case sc.salvaged(pos+len(b)-len(text), text, number):
		p.first = pos
	case p.open && continues(b) && next-p.first <= MaxRecord:
		p.end = pos + len(b)
	default:
		sc.closeRecord()
		sc.plain(pos, b, number)
	}
}

// salvaged reads one physical line, which stands at pos, as the records that were folded into it; the last of them becomes the open record. Words in front of the
// first, such as a publisher's prose, are passed over. When the line holds no record it returns false.
func (sc *Scanner) salvaged(pos int, text []byte, number int) bool {
	r := sc.pass.reading
	if len(text) > MaxRecord {
		text = text[:MaxRecord]
		sc.cutAt(number)
	}
	found := false
	for at, n := 0, 0; at < len(text); at += n {
		var ok bool
		if n, ok = sc.folded(r, text[at:]); n < 0 {
			break
		}
		if !ok {
			continue
		}
		if found || at+n < len(text) {
			sc.tally.Salvaged++
		}
		sc.begin(pos+at, trimFold(text[at:at+n]), number)
		found = true
	}
	return found
}

// folded reads what text starts with into sc.next and returns how far it goes, up to the next record or the end. It is no record when ok is false; when there
// is none behind it either, n is negative.
func (sc *Scanner) folded(r *Reading, text []byte) (n int, ok bool) {
	if l := sc.accepts(r, r.records[text[0]], text[:min(len(text), foldProbe)], &sc.probe); l != nil && l.kind != lang.LineHeader {
		wanted := following(&sc.probe)
		if r.loose {
			wanted = anything
		}
		if n = sc.fold(r, text, int(sc.probe.Fields[logdoc.FieldMessage].Lo)+1, wanted); n < 0 {
			n = len(text)
		}
		return n, sc.whole(r, trimFold(text[:n]))
	}
	if n = sc.fold(r, text, 0, stamped); n > 0 {
		if b := trimFold(text[:n]); sc.whole(r, b) || sc.complete(r, b, text[n:]) {
			return n, true
		}
	}
	return sc.fold(r, text, 0, anything), false
}

// whole reports whether b is a record.
func (sc *Scanner) whole(r *Reading, b []byte) bool {
	return len(b) > 0 && sc.record(r, b) && sc.next.Format != frame
}

// complete parses a record that lost the start of its stamp, with the missing characters taken from the record that follows it.
func (sc *Scanner) complete(r *Reading, b, follower []byte) bool {
	follower = follower[:min(len(follower), foldProbe)]
	for _, l := range r.records[follower[0]] {
		if l.tmpl == nil || len(l.tmpl.Holes) == 0 || l.tmpl.Holes[0].Kind != template.Time || !sc.parse(r, l, follower, &sc.probe) {
			continue
		}
		stamp := follower[:sc.result.Spans[0].Hi]
		head := make([]byte, 0, len(stamp)+len(b))
		for k := 1; k < len(stamp); k++ {
			if head = append(append(head[:0], stamp[:k]...), b...); sc.parse(r, l, head, sc.next) {
				return true
			}
		}
	}
	return false
}
