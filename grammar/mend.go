package grammar

import (
	"io"
	"iter"

	"logdoc"
)

// mend looks for what a mail, a terminal or a web page did to the lines of a text, arranges that it is undone, and returns the head as it is then.
func (s *Set) mend(r *Reading, head []byte, formats []*Format) []byte {
	if s.isEscaped(splitHead(head)) {
		head = unescape(nil, head)
		r.Notes = append(r.Notes, logdoc.Note{Text: escapeNote})
		r.through(func(in io.Reader) io.Reader { return &unescaper{in: in} })
	}
	if w := detectWrap(head, r.noBreak, s.arranged(formats, nil)); w != nil {
		head = w.joined(head)
		r.Notes = append(r.Notes, w.note())
		// What only looks like a joint may have joined two records, which are then found within the line.
		if w.how == trimmed {
			r.salvage, r.loose = true, true
		}
		r.through(func(in io.Reader) io.Reader { return w.reader(in, func() bool { return r.salvage }) })
	}
	return head
}

// through adds a filter behind those that the text goes through already.
func (r *Reading) through(filter func(io.Reader) io.Reader) {
	before := r.Mend
	if before == nil {
		r.Mend = filter
		return
	}
	r.Mend = func(in io.Reader) io.Reader { return filter(before(in)) }
}

// pieces cuts lines in front of the records within them: a page that lost its line breaks tells something only there.
func (s *Set) pieces(r *Reading, lines [][]byte) [][]byte {
	all := &Reading{tables: s.arranged(s.known(), nil)}
	var pieces [][]byte
	records := 0
	for _, b := range lines[:min(len(lines), salvageLines)] {
		from := 0
		for p := range r.scratch.folds(all, b) {
			if len(pieces) == headLines {
				break
			}
			pieces = append(pieces, b[from:p])
			from = p
			records++
		}
		pieces = append(pieces, b[from:])
	}
	// A sentence may quote a record.
	if records < 2 || records*4 < len(lines) {
		return lines
	}
	r.loose = true
	return pieces
}

// folds yields where, behind its start, records of any format start in a line. What a record's head may also be read as is none.
func (sc *Scanner) folds(r *Reading, text []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		from := 0
		if len(text) > 0 && sc.accepts(r, r.records[text[0]], text[:min(len(text), foldProbe)], &sc.probe) != nil {
			from = int(sc.probe.Fields[logdoc.FieldMessage].Lo) + 1
		}
		for {
			p := sc.fold(r, text, from, anything)
			from = p + max(int(sc.probe.Fields[logdoc.FieldMessage].Lo), 1)
			if p < 0 || !yield(p) {
				return
			}
		}
	}
}
