package lang

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// maxWidth is where a printed line is broken, at a blank between two words of the language.
const maxWidth = 140

// Print writes the file in its canonical form. Reading that form gives the same File but for the places, and printing it again the same bytes.
// Comments stay: one on its own line before the statement that follows it, one behind a statement there.
func (f *File) Print() []byte {
	// The first pass only learns where the statements were, in the order in which they are printed, to know which comment belongs to which.
	dry := &printer{}
	dry.file(f)
	p := &printer{}
	p.attach(f.comments, dry.anchors)
	p.file(f)
	return p.out.Bytes()
}

// printer writes statements. Each is anchored at a place of the file that was read, where its comments are found.
type printer struct {
	out     bytes.Buffer
	anchors []Pos
	// before and behind hold the comments of each anchor; rest holds those behind the last one.
	before, behind map[Pos][]comment
	rest           []comment
	// fresh is true where a group has just begun, so that no empty line is due.
	fresh bool
}

// attach gives each comment to an anchor: the next one if it stands alone on its line, else the last one before it.
func (p *printer) attach(comments []comment, anchors []Pos) {
	p.before, p.behind = map[Pos][]comment{}, map[Pos][]comment{}
	sorted := slices.Clone(anchors)
	slices.SortFunc(sorted, comparePos)
	for _, c := range comments {
		i, _ := slices.BinarySearchFunc(sorted, c.pos, comparePos)
		switch {
		// Two comments in a row would become one, so only the first can stand behind.
		case !c.alone && i > 0 && len(p.behind[sorted[i-1]]) == 0:
			p.behind[sorted[i-1]] = append(p.behind[sorted[i-1]], c)
		case i < len(sorted):
			p.before[sorted[i]] = append(p.before[sorted[i]], c)
		default:
			p.rest = append(p.rest, c)
		}
	}
}

func comparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// blank starts a new group with an empty line, except at the beginning of a block.
func (p *printer) blank() {
	if !p.fresh {
		p.out.WriteByte('\n')
	}
	p.fresh = true
}

// stmt writes one statement: its first line at the indent, the following ones as they are behind it. A line too long is broken.
func (p *printer) stmt(pos Pos, indent int, text string) {
	p.anchors = append(p.anchors, pos)
	pad := strings.Repeat("  ", indent)
	var broken []string
	for _, line := range strings.Split(text, "\n") {
		broken = append(broken, breakLine(pad+line, pad+"    ")...)
	}
	before, behind := p.before[pos], p.behind[pos]
	delete(p.before, pos)
	delete(p.behind, pos)
	// Behind verbatim text a comment would become part of it.
	if len(behind) > 0 && endsVerbatim(broken[len(broken)-1]) {
		before, behind = append(before, behind...), nil
		slices.SortStableFunc(before, func(a, b comment) int { return comparePos(a.pos, b.pos) })
	}
	for _, c := range before {
		p.comment(pad, c)
	}
	for _, c := range behind {
		broken[len(broken)-1] += "  " + c.text
	}
	for _, line := range broken {
		p.out.WriteString(line)
		p.out.WriteByte('\n')
	}
	p.fresh = false
}

func (p *printer) comment(pad string, c comment) {
	p.out.WriteString(pad + c.text + "\n")
	if c.gap && c.alone {
		p.out.WriteByte('\n')
	}
}

func endsVerbatim(line string) bool {
	tokens := tokenize(line)
	return len(tokens) > 0 && tokens[len(tokens)-1].Type == verbatimToken
}

// breakLine breaks a line of code, in front of a word that goes on with a statement if there is one, else at any blank between its tokens; verbatim text is never
// broken.
func breakLine(line, hang string) []string {
	if len(line) <= maxWidth {
		return []string{line}
	}
	var lines []string
	var cur strings.Builder
	gap := ""
	all := pieces(line)
	for i, piece := range all {
		fits := cur.Len()+len(gap)+len(piece.text) <= maxWidth
		if piece.joins() {
			// What belongs together is not torn apart, unless it is too long by itself.
			if whole := together(all[i:]); len(hang)+whole <= maxWidth {
				fits = cur.Len()+len(gap)+whole <= maxWidth
			}
		}
		if cur.Len() > 0 && !fits && strings.TrimSpace(cur.String()) != "" && !piece.verbatim {
			lines = append(lines, cur.String())
			cur.Reset()
			gap = hang
		}
		cur.WriteString(gap + piece.text)
		gap = piece.gap
	}
	return append(lines, cur.String())
}

// joiningWords go on with a statement: a line is best broken in front of one.
var joiningWords = []string{"and", "or", "then", "unless", "within", "where", "when", "from", "in"}

func (p piece) joins() bool { return slices.Contains(joiningWords, p.text) }

// together is how long the first piece is with those up to the next joining word.
func together(ps []piece) int {
	n := len(ps[0].text)
	for i, p := range ps[1:] {
		if p.joins() {
			break
		}
		n += len(ps[i].gap) + len(p.text)
	}
	return n
}

// piece is tokens that stand together, and the blanks behind them.
type piece struct {
	text, gap string
	verbatim  bool
}

func pieces(line string) []piece {
	var ps []piece
	var cur piece
	for _, t := range tokenize(line) {
		if t.Type == spaceToken {
			cur.gap = t.Value
			ps = append(ps, cur)
			cur = piece{}
			continue
		}
		cur.text += t.Value
		cur.verbatim = cur.verbatim || t.Type == verbatimToken
	}
	return append(ps, cur)
}

// close writes the comments that stand before a closing brace, and the brace.
func (p *printer) close(pos Pos, indent int) {
	p.anchors = append(p.anchors, pos)
	pad := strings.Repeat("  ", indent)
	for _, c := range p.before[pos] {
		p.comment(pad+"  ", c)
	}
	p.out.WriteString(pad + "}")
	for _, c := range p.behind[pos] {
		p.out.WriteString("  " + c.text)
	}
	p.out.WriteByte('\n')
	delete(p.before, pos)
	delete(p.behind, pos)
	p.fresh = false
}

func (p *printer) file(f *File) {
	order := f.order
	if len(order) == 0 {
		order = f.assembled()
	}
	p.fresh = true
	for _, d := range order {
		p.blank()
		switch {
		case d.format != nil:
			p.format(d.format, d)
		case d.symptom != nil:
			p.symptom(d.symptom, d)
		case d.expected != nil:
			p.expected(d.expected, d)
		case d.overlay != nil:
			p.overlay(d.overlay, d)
		default:
			p.silence(d.silence, d)
		}
	}
	if len(p.rest) > 0 {
		p.blank()
	}
	for i, c := range p.rest {
		c.gap = c.gap && i < len(p.rest)-1
		p.comment("", c)
	}
}

// assembled is the order of a file that was not read but put together: formats, symptoms, expected records, overlays, silences.
func (f *File) assembled() []decl {
	var order []decl
	for _, x := range f.Formats {
		order = append(order, decl{format: x})
	}
	for _, x := range f.Symptoms {
		order = append(order, decl{symptom: x})
	}
	for _, x := range f.Expected {
		order = append(order, decl{expected: x})
	}
	for _, x := range f.Overlays {
		order = append(order, decl{overlay: x})
	}
	for _, x := range f.Silences {
		order = append(order, decl{silence: x})
	}
	return order
}

// head writes the first line of a declaration.
func (p *printer) head(pos Pos, word string, name, title Name) {
	text := word + " " + name.Value
	if title.Value != "" {
		text += " " + quote(title.Value)
	}
	p.stmt(pos, 0, text+" {")
	p.fresh = true
}

// verbatim puts text behind a word: one line behind it, several below each other.
func verbatim(word string, t Text) string {
	if len(t.Lines) == 1 {
		return word + " " + bar(t.Lines[0])
	}
	return below(word, t)
}

// below puts text under a word.
func below(word string, t Text) string {
	var b strings.Builder
	b.WriteString(word)
	for _, line := range t.Lines {
		b.WriteString("\n  " + bar(line))
	}
	return b.String()
}

// beside puts several lines of text behind a word, bar under bar.
func beside(word string, t Text) string {
	lines := make([]string, len(t.Lines))
	for i, line := range t.Lines {
		lines[i] = bar(line)
	}
	return word + " " + strings.Join(lines, "\n"+strings.Repeat(" ", len(word)+1))
}

func bar(line string) string {
	if line == "" {
		return "|"
	}
	return "| " + line
}

// padded fills a word up with blanks, so that what follows stands in a column.
func padded(word string, width int) string {
	return word + strings.Repeat(" ", max(0, width-len(word)))
}

func quoted(names []Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = quote(n.Value)
	}
	return strings.Join(texts, " ")
}

func listed(names []Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.Value
	}
	return strings.Join(texts, ", ")
}

func refs(rs []*Ref) string {
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = printRef(r)
	}
	return strings.Join(texts, ", ")
}
