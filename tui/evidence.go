package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Bounds of what is shown of one record: the log has all of it.
const (
	recordLines = 12
	recordRows  = 6 // of one line
)

// evidence draws the records that a finding rests on, each with its place, and what was captured in them.
func (d *detail) evidence(f *logdoc.Finding, width int) page {
	var p page
	captured := capturedTexts(f)
	shown := d.shared.window.evidence(f)
	for _, e := range shown {
		p.stop(func() {
			name := sanitize.Line(e.Label)
			if name == "" {
				name = sanitize.Line(e.Event)
			}
			head := words(plain, " ")
			if !e.Time.IsZero() {
				head = head.add(dim, moment(e.Time)+"  ")
			}
			p.line(head.add(strong, name))
			p.line(words(plain, " ").add(dim, tail(sanitize.Place(e.Place), width-2)))
			lines := sanitize.Lines(e.Text)
			around := d.around[e.Place]
			p.surround(around.before, width)
			for _, text := range lines[:min(len(lines), recordLines)] {
				p.lines = append(p.lines, folded(highlight(text, captured), 3, width-1, recordRows)...)
			}
			if more := len(lines) - recordLines; more > 0 {
				p.line(words(dim, "   … "+counted(more, "more line")))
			}
			p.surround(around.after, width)
			switch {
			case around.reading:
				p.line(words(dim, "   reading what stands around it …"))
			case around.failed != "":
				p.prose(bad, around.failed, 3, width-1)
			}
		})
		p.blank()
	}
	if n := len(f.Evidence) - len(shown); n > 0 {
		p.prose(dim, counted(n, "record")+" outside of the part of time that is chosen", 1, width-1)
	}
	switch more := f.Count - len(f.Evidence); {
	case len(f.Evidence) == 0:
		p.prose(dim, "No record is kept as evidence.", 1, width-1)
	case more > 0:
		p.prose(dim, counted(more, "more record")+" of the same kind", 1, width-1)
	}
	return p
}

// capturedTexts are the values of a finding as they stand in its records. What was worked out stands in none.
func capturedTexts(f *logdoc.Finding) []sanitize.Safe {
	var texts []sanitize.Safe
	for _, v := range f.Values {
		if v.Computed {
			continue
		}
		for _, t := range append([]logdoc.LogText{v.Text}, v.All...) {
			if s := sanitize.Line(t); len(s) > 1 && len(s) < 200 && !slices.Contains(texts, s) {
				texts = append(texts, s)
			}
		}
	}
	// The longest first, for one may be a part of another.
	slices.SortStableFunc(texts, func(a, b sanitize.Safe) int { return len(b) - len(a) })
	return texts
}

// highlight marks the texts where they stand in a line as words of their own.
func highlight(text sanitize.Safe, texts []sanitize.Safe) line {
	type part struct{ from, to int }
	var parts []part
	for _, t := range texts {
		for from := 0; ; {
			n := strings.Index(string(text[from:]), string(t))
			if n < 0 {
				break
			}
			at := part{from + n, from + n + len(t)}
			from = at.to
			overlaps := slices.ContainsFunc(parts, func(p part) bool { return at.from < p.to && p.from < at.to })
			if !overlaps && wordEnds(text, at.from, at.to) {
				parts = append(parts, at)
			}
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return a.from - b.from })
	var l line
	done := 0
	for _, p := range parts {
		l = l.add(plain, text[done:p.from]).add(value, text[p.from:p.to])
		done = p.to
	}
	return l.add(plain, text[done:])
}

// wordEnds reports whether a part of a text neither begins nor ends within a word or number.
func wordEnds(text sanitize.Safe, from, to int) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	before, _ := utf8.DecodeLastRuneInString(string(text[:from]))
	first, _ := utf8.DecodeRuneInString(string(text[from:]))
	last, _ := utf8.DecodeLastRuneInString(string(text[:to]))
	after, _ := utf8.DecodeRuneInString(string(text[to:]))
	return (from == 0 || !word(before) || !word(first)) && (to == len(text) || !word(after) || !word(last))
}

// folded breaks a line into at most rows lines of at most width cells behind an indent, character by character: nothing of a log line is lost or moved.
func folded(l line, indent, width, rows int) []line {
	room := max(width-indent, 4)
	out := []line{words(plain, blanks(indent))}
	left := room
	for _, s := range l.spans {
		for s.text != "" {
			n := cells(s.text)
			if n <= left {
				out[len(out)-1] = out[len(out)-1].add(s.role, s.text)
				left -= n
				break
			}
			piece := sanitize.Prefix(s.text, left)
			if piece == "" && left == room {
				piece = s.text // narrower than one character: the screen cuts it
			}
			out[len(out)-1] = out[len(out)-1].add(s.role, piece)
			s.text = s.text[len(piece):]
			if s.text == "" {
				break
			}
			if len(out) == rows {
				out[len(out)-1] = out[len(out)-1].add(dim, "…")
				return out
			}
			out = append(out, words(plain, blanks(indent)))
			left = room
		}
	}
	return out
}

// cause draws why the finding is as sure as it is, cause and impact, where it was seen before, what was captured, and what was nearly found.
func (d *detail) cause(f *logdoc.Finding, width int) page {
	var p page
	section := func(title sanitize.Safe, texts []sanitize.Safe) {
		if len(texts) == 0 {
			return
		}
		p.line(words(plain, " ").add(strong, title))
		for _, text := range texts {
			p.prose(plain, text, 3, width-1)
		}
		p.blank()
	}
	section("Cause", paragraphs(f.Cause))
	section("Impact", paragraphs(f.Impact))
	section("Before", signs.Earlier(f.Earlier))
	section("Why "+sanitize.Safe(f.Certainty.String()), safeLines(f.Why))
	var missing []sanitize.Safe
	for _, u := range d.diagnosis.Unchecked {
		if u.Symptom == f.Symptom {
			text := sanitize.Line(u.Reason)
			if len(u.Collect) > 0 {
				text += "; to bring: " + sanitize.Line(strings.Join(u.Collect, ", "))
			}
			missing = append(missing, text)
		}
	}
	section("What would make it surer", missing)
	if len(f.Values) > 0 {
		p.line(words(plain, " ").add(strong, "Values"))
		d.values(&p, f.Values, width)
		p.blank()
	}
	section("See", safeLines(f.See))
	section("From", []sanitize.Safe{sanitize.Line(f.Symptom) + ", " + sanitize.Line(f.Product) + ", " + sanitize.Line(f.Pack)})
	return p
}

// values draws a table of what was captured and worked out.
func (d *detail) values(p *page, values []logdoc.Value, width int) {
	names := 0
	for _, v := range values {
		names = max(names, min(cells(sanitize.Line(v.Name)), width/3))
	}
	for _, v := range values {
		l := words(plain, "   ").add(plain, fit(sanitize.Line(v.Name), names)+"  ")
		l = l.add(value, sanitize.Cut(sanitize.Line(v.Text), max(4, width-l.width()-1)))
		about := sanitize.Line(v.Label)
		switch {
		case v.Computed && about != "":
			about = "worked out: " + about
		case v.Computed:
			about = "worked out"
		}
		if n := len(v.All); n > 1 {
			if about != "" {
				about += ", "
			}
			about += sanitize.Line("one of " + thousands(n))
		}
		if about == "" {
			p.line(l)
			continue
		}
		if l.width()+2+cells(about) < width {
			p.line(l.add(dim, "  "+about))
			continue
		}
		p.line(l)
		p.prose(dim, about, names+5, width-1)
	}
}

func safeLines(texts []string) []sanitize.Safe {
	out := make([]sanitize.Safe, len(texts))
	for i, t := range texts {
		out[i] = sanitize.Line(t)
	}
	return out
}
