package tui

import (
	"cmp"
	"fmt"
	"slices"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// findingID tells findings apart, from one update to the next.
type findingID struct {
	symptom string
	key     logdoc.LogText
}

func identify(f *logdoc.Finding) findingID { return findingID{f.Symptom, f.Key} }

// findingRow is one row of the list: a finding, or a consequence beneath its cause.
type findingRow struct {
	finding *logdoc.Finding
	id      findingID
	// cause is the finding that explains this one, nil for one that stands by itself; depth counts the causes above it.
	cause *logdoc.Finding
	depth int
	// matched are the bytes of the title that the filter found.
	matched []int
}

// list is the findings, worst first, with their consequences folded beneath them.
type list struct {
	*shared
	scroll
	all  []*logdoc.Finding // sorted
	rows []findingRow
	// unfolded are the findings whose consequences are shown.
	unfolded map[findingID]bool
	filter   string
	// touched is true once a person has moved: until then the cursor stays on the worst finding.
	touched bool
	// hidden counts what the filter and the window leave out.
	hidden int
}

// take takes a new diagnosis, or a changed filter, window or fold. The cursor stays on its finding.
func (l *list) take() {
	l.all = sorted(l.diagnosis.Findings)
	l.arrange()
}

// sorted orders findings by severity, certainty, whether they are still active, and how recent they are.
func sorted(findings []logdoc.Finding) []*logdoc.Finding {
	list := make([]*logdoc.Finding, len(findings))
	for i := range findings {
		list[i] = &findings[i]
	}
	slices.SortStableFunc(list, func(a, b *logdoc.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Certainty, a.Certainty),
			cmp.Compare(min(a.State, 1), min(b.State, 1)), b.Last.Compare(a.Last))
	})
	return list
}

// arrange makes the rows anew and puts the cursor back on its finding.
func (l *list) arrange() {
	var at findingRow
	if l.cursor < len(l.rows) {
		at = l.rows[l.cursor]
	}
	f := newFilter(l.filter)
	l.rows, l.hidden = l.rows[:0], 0
	for _, finding := range l.all {
		l.add(finding, nil, 0, f)
	}
	if !l.touched || at.finding == nil {
		l.cursor, l.top = 0, 0
		l.fit(len(l.rows), l.height)
		return
	}
	l.follow(l.find(at), len(l.rows))
}

// add adds a finding and, where they are shown, its consequences. While a filter holds, every finding is looked at by itself, folded or not.
func (l *list) add(f, cause *logdoc.Finding, depth int, filter filter) {
	matched, ok := filter.match(f)
	if ok && l.window.touches(f.First, f.Last) {
		l.rows = append(l.rows, findingRow{finding: f, id: identify(f), cause: cause, depth: depth, matched: matched})
	} else {
		l.hidden++
	}
	if len(f.Consequences) == 0 || !l.unfolded[identify(f)] && !filter.any() {
		return
	}
	for _, c := range sorted(f.Consequences) {
		l.add(c, f, depth+1, filter)
	}
}

// find returns the row that a finding has gone to: its own; or its cause's, where it has become a consequence or was folded away; else the nearest that is left.
func (l *list) find(at findingRow) int {
	var causes []findingID
	for _, f := range l.all {
		if path, ok := pathTo(f, at.id, nil); ok {
			causes = path
			break
		}
	}
	for i := len(causes) - 1; i >= 0; i-- {
		if n := slices.IndexFunc(l.rows, func(r findingRow) bool { return r.id == causes[i] }); n >= 0 {
			return n
		}
	}
	return max(0, min(l.cursor, len(l.rows)-1))
}

// pathTo returns the findings from f down to the one with the id, both included.
func pathTo(f *logdoc.Finding, id findingID, above []findingID) ([]findingID, bool) {
	above = append(above, identify(f))
	if identify(f) == id {
		return above, true
	}
	for i := range f.Consequences {
		if path, ok := pathTo(&f.Consequences[i], id, above); ok {
			return path, true
		}
	}
	return nil, false
}

// current returns the row under the cursor, false when there is none.
func (l *list) current() (findingRow, bool) {
	if l.cursor >= len(l.rows) {
		return findingRow{}, false
	}
	return l.rows[l.cursor], true
}

// selected returns the finding under the cursor, nil when there is none.
func (l *list) selected() *logdoc.Finding {
	row, ok := l.current()
	if !ok {
		return nil
	}
	return row.finding
}

// goTo puts the cursor on a finding, unfolding what is above it.
func (l *list) goTo(id findingID) bool {
	for _, f := range l.all {
		path, ok := pathTo(f, id, nil)
		if !ok {
			continue
		}
		for _, above := range path[:len(path)-1] {
			l.unfolded[above] = true
		}
		l.touched = true
		l.arrange()
		if n := slices.IndexFunc(l.rows, func(r findingRow) bool { return r.id == id }); n >= 0 {
			l.cursor = n
			l.fit(len(l.rows), l.height)
			return true
		}
	}
	return false
}

// fold shows or hides the consequences of the finding under the cursor. On a consequence it hides it and its neighbours.
func (l *list) fold() {
	row, ok := l.current()
	if !ok {
		return
	}
	id := row.id
	if len(row.finding.Consequences) == 0 && row.cause != nil {
		id = identify(row.cause)
	}
	l.touched = true
	l.unfolded[id] = !l.unfolded[id]
	l.arrange()
}

// whyNoFold says why there is nothing to fold at the cursor.
func (l *list) whyNoFold() sanitize.Safe {
	row, ok := l.current()
	switch {
	case !ok:
		return "there is no finding here"
	case l.filter != "":
		return "while a filter holds, all consequences are shown"
	case len(row.finding.Consequences) == 0 && row.cause == nil:
		return "this finding has no consequences"
	}
	return ""
}

// Columns of the list, in cells: wide enough for their longest word.
const (
	severityColumn = len("critical") + 4
	sureColumn     = len("possible") + 2
	timeColumn     = len("  01-02 15:04 ")
	// Below narrowList a row has its sign and its title only; from timedList on there is room for when it was seen last.
	narrowList = 56
	timedList  = 92
)

// view draws the rows in sight. The row under the cursor has a bar; the bar alone is drawn where the keys go elsewhere.
func (l *list) view(width, height int, focused bool) []line {
	l.fit(len(l.rows), height)
	var lines []line
	for i := l.top; i < min(l.top+height, len(l.rows)); i++ {
		lines = append(lines, l.row(&l.rows[i], width, i == l.cursor, focused))
	}
	if len(l.rows) == 0 {
		for _, text := range l.nothing() {
			lines = append(lines, wrapped(dim, text, 2, width-1)...)
		}
	}
	return lines
}

func (l *list) row(r *findingRow, width int, current, focused bool) line {
	f := r.finding
	bar := sanitize.Safe(" ")
	if current {
		bar = "▌"
	}
	out := words(accent, bar)
	out.selected = current && focused
	fade := plain
	if f.State != logdoc.Active {
		fade = dim
	}
	severity := signs.Severity(f.Severity) + " "
	if width >= narrowList {
		severity = fit(severity+sanitize.Line(f.Severity.String()), severityColumn)
	}
	out = out.add(severityRole(f.Severity), severity)
	if width >= narrowList {
		// How sure it was does not matter any more when it is over: the detail says both.
		out = out.add(fade, fit(sure(f), sureColumn))
	}
	fold := sanitize.Safe("")
	if n := len(f.Consequences); n > 0 {
		mark := sanitize.Safe("▸")
		if l.unfolded[r.id] || l.filter != "" {
			mark = "▾"
		}
		fold = " " + mark + sanitize.Line(thousands(n))
	}
	if n, touched := l.settled(f); touched {
		fold = " " + sanitize.Line(fmt.Sprintf("[%d/%d]", n, len(f.Steps))) + fold
	}
	right := line{}.add(plain, " ")
	if width >= timedList {
		right = words(dim, fit("  "+shortMoment(f.Last), timeColumn))
	}
	if r.depth > 0 {
		out = out.add(dim, blanks(2*min(r.depth, 6)-2)+"└ ")
	}
	room := width - out.width() - cells(fold) - right.width()
	title := sanitize.Line(f.Title)
	if f.Title == "" {
		title = sanitize.Line(f.Symptom)
	}
	shown := sanitize.Cut(title, max(room, 1))
	out.spans = append(out.spans, marked(shown, title, r.matched, fade)...)
	if f.Key != "" && room-cells(shown) > 6 {
		out = out.add(dim, sanitize.Cut("  "+sanitize.Line(f.Key), room-cells(shown)))
	}
	out = out.add(plain, blanks(width-out.width()-cells(fold)-right.width())).add(dim, fold)
	out.spans = append(out.spans, right.spans...)
	return out
}

// marked splits a title at the bytes that the filter found.
func marked(shown, whole sanitize.Safe, found []int, r role) []span {
	if len(found) == 0 {
		return []span{{r, shown}}
	}
	same := len(shown)
	if shown != whole {
		same -= len("…")
	}
	var spans []span
	from := 0
	for _, n := range found {
		if n >= same {
			break
		}
		end := n + 1
		for end < len(shown) && shown[end]&0xC0 == 0x80 {
			end++
		}
		spans = append(spans, span{r, shown[from:n]}, span{matched, shown[n:end]})
		from = end
	}
	return append(spans, span{r, shown[from:]})
}

// nothing says what an empty list means, so that nobody takes it for a clean bill of health.
func (l *list) nothing() []sanitize.Safe {
	d := l.diagnosis
	switch {
	case l.filter != "" && len(l.all) > 0:
		return []sanitize.Safe{"", "No finding fits the filter " + sanitize.Line(`"`+l.filter+`"`) + "."}
	case l.hidden > 0:
		return []sanitize.Safe{"", "No finding lies in the part of time that is chosen: x shows all of it."}
	case !l.progress.Done && l.session.Live:
		return []sanitize.Safe{"", "Nothing found yet. The logs are being followed: what comes up is shown here."}
	case !l.progress.Done:
		if l.progress.Source != "" {
			return []sanitize.Safe{"", "Nothing found yet. This is being read:", tail(sanitize.Line(l.progress.Source), 70)}
		}
		return []sanitize.Safe{"", "Nothing found yet."}
	case len(d.Silenced) > 0:
		return []sanitize.Safe{"", "Nothing was found but what is silenced."}
	case d.Coverage.Totals.Records == 0:
		return []sanitize.Safe{"", "Nothing was found, for no record was read.", "The sources say why."}
	case len(d.Unchecked) > 0:
		return []sanitize.Safe{"", "Nothing was found.", "Not everything could be checked: the sources say what is missing."}
	}
	return []sanitize.Safe{"", "Nothing was found."}
}
