package grammar

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"logdoc"
	"logdoc/internal/lang"
)

// A mail client, a terminal or fold breaks long lines at a column. Detection judges by the head whether that happened to a text, and then a filter in front of the scan joins what was
// broken. The breaks are not dropped but moved behind the joined line, so that lines keep their numbers and every one of them is accounted for.

// breaking is how lines were broken.
type breaking int

const (
	hard    breaking = iota // at the column, within words: fold, a terminal
	kept                    // behind a blank, which stays at the line's end: fold -s, flowed mail
	trimmed                 // at a blank, which is gone: fmt, mail
)

// The columns that lines are broken at. Breaks within words are told from other lines for sure, those between words are not.
const (
	minColumn   = 40
	maxHard     = 250
	maxKept     = 140
	maxTrimmed  = 100
	wideEnough  = 8 // an eighth of the column is what a broken line may lack, as fmt evens lines out
	maxJoined   = 64 << 10
	wrapBuffer  = 64 << 10
	peeked      = 4 * maxTrimmed // bytes of the line after the next one
	minJoints   = 2              // broken lines, that tell that a text was broken
	minTrimmed  = 4              // the same for breaks that leave no other trace
	minEvidence = 5              // an eighth of the column: shorter lines in front of a long word tell nothing
)

// wrap is how a text was broken, and undoes it.
type wrap struct {
	how    breaking
	column int
	// wide counts characters rather than bytes; quoted means that marks stand in front of the lines; stripped that blanks at the ends of lines are gone.
	wide, quoted, stripped bool
	noBreak                bool
	// records knows the starts of records of every format that is in question.
	records *Reading
	scanner *Scanner
}

// joint is two lines of which the second starts no record; head is true when the first one does.
type joint struct {
	a, b []byte
	head bool
}

// detectWrap returns how the lines of a head were broken, nil when they were not.
func detectWrap(head []byte, noBreak bool, records *tables) *wrap {
	w := &wrap{noBreak: noBreak}
	lines := w.split(head)
	var longest, bytewise, gapped, filled int
	for _, b := range lines {
		longest, bytewise = max(longest, utf8.RuneCount(b)), max(bytewise, len(b))
		if hasGap(b) {
			gapped = max(gapped, utf8.RuneCount(b))
		}
		if !isBlank(b) {
			filled++
		}
	}
	if filled < 3 || bytewise < minColumn || gapped > maxHard {
		return nil
	}
	w.records, w.scanner = &Reading{tables: records}, NewScanner()
	joints := w.joints(lines)
	for _, try := range [...]struct {
		judge  func([]joint) bool
		column int
		wide   bool
	}{
		// Where no word is cut, one that is longer than a line may stand in a line of its own.
		{w.isKept, bytewise, false}, {w.isKept, gapped, true}, {w.isHard, bytewise, false}, {w.isHard, longest, true}, {w.isTrimmed, gapped, true},
	} {
		w.column, w.wide = try.column, try.wide
		if try.judge(joints) && w.holdsRecord(lines) {
			return w
		}
	}
	return nil
}

// split returns the lines of a head without quotation marks, the last one only when it is whole.
func (w *wrap) split(head []byte) [][]byte {
	whole := bytes.LastIndexByte(head, '\n')
	if len(head) < HeadSize {
		whole = len(head)
	}
	lines := bytes.Split(head[:max(whole, 0)], []byte("\n"))
	lines = lines[:min(len(lines), headLines)]
	marked, filled := 0, 0
	for i, b := range lines {
		lines[i] = bytes.TrimSuffix(b, []byte("\r"))
		if !isBlank(b) {
			filled++
		}
		if quoteMark(b) > 0 {
			marked++
		}
	}
	if w.quoted = marked*2 > filled; w.quoted {
		for i, b := range lines {
			lines[i] = b[quoteMark(b):]
		}
	}
	return lines
}

// quoteMark is how many bytes of a line are the marks that mail puts in front of a quotation.
func quoteMark(b []byte) int {
	n := 0
	for n < len(b) && b[n] == '>' {
		if n++; n < len(b) && b[n] == ' ' {
			n++
		}
	}
	return n
}

func (w *wrap) joints(lines [][]byte) []joint {
	var joints []joint
	head := false
	for i, b := range lines {
		starts := w.starts(b)
		if i > 0 && !starts && !isBlank(b) && !isBlank(lines[i-1]) {
			joints = append(joints, joint{lines[i-1], b, head})
		}
		head = starts
	}
	return joints
}

// starts reports whether a line starts a record, or is one of the frame.
func (w *wrap) starts(b []byte) bool { return w.start(b) != nil }

func (w *wrap) start(b []byte) *line {
	if b, _ = unmark(b); len(b) == 0 {
		return nil
	}
	return w.scanner.accepts(w.records, w.records.records[b[0]], b[:min(len(b), foldProbe)], &w.scanner.probe)
}

// startsBroken reports whether a line and the one after it start a record that the line alone does not.
func (w *wrap) startsBroken(b, after []byte) bool {
	gap := " "
	if w.how == hard {
		gap = ""
	}
	return w.full(b, after) && w.start(slices.Concat(b, []byte(gap), after)) != nil && w.scanner.probe.Clock
}

func (w *wrap) columns(b []byte) int {
	if w.wide {
		return utf8.RuneCount(b)
	}
	return len(b)
}

// isHard asks for lines of exactly the longest width, most records that go on among them: no text but a broken one has them, and a table within a record starts none.
func (w *wrap) isHard(joints []joint) bool {
	w.how, w.stripped = hard, true
	exact, cut, heads, exactHeads := 0, 0, 0, 0
	for _, j := range joints {
		full := w.columns(j.a) == w.column
		if full {
			exact++
			if endsBlank(j.a) {
				w.stripped = false
			} else if j.b[0] != ' ' {
				cut++
			}
		}
		if j.head {
			heads++
			if full {
				exactHeads++
			}
		}
	}
	return exact >= minJoints && cut > 0 && exactHeads > 0 && exactHeads*2 >= heads && exact*4 >= len(joints)
}

// isKept asks for blanks at the ends of lines that the next word would have made too long, and hardly any elsewhere.
func (w *wrap) isKept(joints []joint) bool {
	w.how = kept
	short, full, blank := 0, 0, 0
	for _, j := range joints {
		switch {
		case endsBlank(j.a):
			blank++
			if w.full(j.a, j.b) {
				full++
			}
			if w.columns(j.a) < w.column {
				short++
			}
		case w.columns(j.a) == w.column:
			short-- // cut within a word
		}
	}
	return w.column <= maxKept && full >= minJoints && short > 0 && full*10 >= blank*9 && blank*4 >= len(joints)
}

// isTrimmed asks for hardly any lines but such as the next word would have made too long.
func (w *wrap) isTrimmed(joints []joint) bool {
	w.how = trimmed
	full, not := 0, 0
	for _, j := range joints {
		switch {
		case !w.full(j.a, j.b):
			not++
		case w.columns(j.a)*8 >= w.column*minEvidence && hasGap(j.a):
			full++ // not a single word, as the lines of a certificate are
		}
	}
	return w.column <= maxTrimmed && full >= minTrimmed && full*5 >= (full+not)*3
}

// holdsRecord reports whether some line holds the start of a record once all are joined: other text is as good broken as whole.
func (w *wrap) holdsRecord(lines [][]byte) bool {
	text := w.joined(bytes.Join(lines, []byte("\n")))
	for b := range bytes.SplitSeq(text, []byte("\n")) {
		if w.starts(b) || w.scanner.fold(w.records, b, 0, anything) > 0 {
			return true
		}
	}
	return false
}

// full reports whether the first word of the next line, with the blank in front of it or behind it, would have made this one too long.
func (w *wrap) full(b, next []byte) bool {
	word := bytes.TrimLeft(next, " ")
	if n := bytes.IndexByte(word, ' '); n >= 0 {
		word = word[:n]
	}
	slack := 0
	switch {
	case w.how == trimmed:
		slack = w.column / wideEnough
	case !w.wide:
		slack = len(b) - utf8.RuneCount(b)
	}
	return w.columns(b)+1+w.columns(word) > w.column-slack
}

// goesOn reports whether the next line is the rest of b, and whether a blank was lost between them. The line after it tells whether it is the first part of a record.
func (w *wrap) goesOn(b, next, after []byte) (goesOn, blank bool) {
	if isBlank(b) || isBlank(next) {
		return false, false
	}
	// A record without its stamp may be the rest of one that was broken behind it.
	if l := w.start(next); l != nil && (w.scanner.probe.Clock || l.kind == lang.LineHeader) {
		return false, false
	}
	switch columns := w.columns(b); w.how {
	case hard:
		lost := w.stripped && columns == w.column-1 && next[0] != ' '
		return (columns == w.column || lost) && !w.startsBroken(next, after), lost
	case kept:
		return columns == w.column || endsBlank(b) && w.full(b, next), false
	default:
		goesOn = w.full(b, next) && next[0] != '\t' && indent(next) <= indent(b)+1 && !isTrace(next) && (halfStamp(b) || !w.startsBroken(next, after))
		// A word that is longer than a line was cut where no blank was: one column behind the other lines, whose last blank is gone.
		return goesOn, hasGap(b) || columns != w.column+1
	}
}

// halfStamp tells a line that ends in the year of the next record's stamp.
func halfStamp(b []byte) bool {
	word := b[bytes.LastIndexByte(b, ' ')+1:]
	return len(word) == 4 && len(bytes.TrimLeft(word, "0123456789")) == 0
}

func hasGap(b []byte) bool { return bytes.IndexByte(bytes.TrimSpace(b), ' ') > 0 }

func endsBlank(b []byte) bool { return len(b) > 0 && b[len(b)-1] == ' ' }
func indent(b []byte) int     { return len(b) - len(bytes.TrimLeft(b, " \t")) }

// isTrace tells a line of a stack trace from a sentence that goes on with "at".
func isTrace(b []byte) bool {
	b = bytes.TrimLeft(b, " \t")
	return bytes.HasPrefix(b, []byte("at ")) && bytes.IndexByte(b, '(') > 0 || bytes.HasPrefix(b, []byte("Caused by: ")) || isException(b)
}

// note says what is undone.
func (w *wrap) note() logdoc.Note {
	return logdoc.Note{Text: fmt.Sprintf("its lines were broken near column %d, as mail or a terminal does: they were joined again", w.column)}
}

// joined undoes the breaks of a text in memory.
func (w *wrap) joined(text []byte) []byte {
	out, err := io.ReadAll(w.reader(bytes.NewReader(text), func() bool { return false }))
	if err != nil {
		return text
	}
	return out
}

// reader undoes the breaks of what r gives. Where folds says so, the breaks behind a joined line are given to the records that were folded into it, each where it starts.
func (w *wrap) reader(r io.Reader, folds func() bool) io.Reader {
	return &joiner{wrap: w, in: bufio.NewReaderSize(r, wrapBuffer), folds: folds}
}

// joiner is that reader.
type joiner struct {
	*wrap
	in    *bufio.Reader
	folds func() bool
	// text is the line that is being joined, lines where in it each of the lines starts that it is made of; last is the last of them, and eol its break.
	text  []byte
	lines []int
	last  []byte
	eol   []byte
	line  []byte
	long  bool // in a line that is too long to be a broken one
	out   []byte
	next  int // of out
	err   error
}

func (j *joiner) Read(p []byte) (int, error) {
	for j.next == len(j.out) {
		if j.err != nil {
			return 0, j.err
		}
		j.out, j.next = j.out[:0], 0
		j.read()
	}
	n := copy(p, j.out[j.next:])
	j.next += n
	return n, nil
}

// read reads one line and joins it to the one before it, or gives that out.
func (j *joiner) read() {
	b, err := j.in.ReadSlice('\n')
	ended := err == nil
	switch {
	case j.long || errors.Is(err, bufio.ErrBufferFull):
		j.flush()
		j.out = append(j.out, b...)
		j.long = !ended
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			j.err = err
		}
		return
	case err != nil:
		j.err = err
	}
	if len(b) > 0 {
		var after []byte
		if ended && j.how != kept {
			b, after = j.ahead(b)
		}
		text := b
		if ended {
			text = bytes.TrimSuffix(b[:len(b)-1], []byte("\r"))
		}
		eol := b[len(text):]
		if j.noBreak {
			text = blanked(text)
		}
		j.add(text, eol, after)
	}
	if !ended {
		j.flush()
	}
}

// ahead returns the line b, which reading on would overwrite, and what can be seen of the one behind it.
func (j *joiner) ahead(b []byte) (line, after []byte) {
	j.line = append(j.line[:0], b...)
	after, _ = j.in.Peek(peeked) // its error comes again
	after, _, _ = bytes.Cut(after, []byte("\n"))
	if j.quoted {
		after = after[quoteMark(after):]
	}
	return j.line, bytes.TrimSuffix(after, []byte("\r"))
}

func (j *joiner) add(text, eol, after []byte) {
	b := text
	if j.quoted {
		b = b[quoteMark(b):]
	}
	goesOn, blank := false, false
	if len(j.lines) > 0 && len(j.text)+len(b) < maxJoined {
		goesOn, blank = j.goesOn(j.last, b, after)
	}
	if !goesOn {
		j.flush()
		j.lines = append(j.lines, 0)
		j.text = append(j.text, text...)
	} else {
		if blank {
			j.text = append(j.text, ' ')
		}
		j.lines = append(j.lines, len(j.text))
		j.text = append(j.text, b...)
	}
	j.last, j.eol = append(j.last[:0], b...), append(j.eol[:0], eol...)
}

// flush gives out the joined line and as many breaks as it had.
func (j *joiner) flush() {
	if len(j.lines) == 0 {
		return
	}
	breaks := len(j.lines)
	if len(j.eol) == 0 && breaks == 1 {
		breaks-- // the end of the text; a joined line gets the break that it lacks, so that its lines can be counted
	}
	from, given := 0, 0
	give := func(to, due int) {
		j.out = append(j.out, j.text[from:to]...)
		for from = to; given < due; given++ {
			j.out = append(j.out, j.lineBreak()...)
		}
	}
	if len(j.lines) > 1 && j.folds() {
		line := 0
		for p := range j.scanner.folds(j.records, j.text) {
			for line+1 < len(j.lines) && j.lines[line+1] <= p {
				line++
			}
			if line > given && !j.scanner.complete(j.records, trimFold(j.text[from:p]), j.text[p:]) {
				give(p, line)
			}
		}
	}
	give(len(j.text), breaks)
	j.text, j.lines = j.text[:0], j.lines[:0]
}

// lineBreak is what ended the last line; the last line of all may have none.
func (j *joiner) lineBreak() []byte {
	if len(j.eol) == 0 {
		return []byte("\n")
	}
	return j.eol
}
