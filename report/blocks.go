package report

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// The page is written from blocks: they say what stands where, and not how it looks.

// piece is a run of text. Code is for log text, for names and commands; Strong stands out.
type piece struct {
	Text         sanitize.Safe
	Code, Strong bool
}

// say is a piece of words, strong one that stands out.
func say[T ~string](text T) piece { return piece{Text: sanitize.Line(text)} }

func strong[T ~string](text T) piece { return piece{Text: sanitize.Line(text), Strong: true} }

// exactly is a piece of text that is to be seen as it is, bounded to a length that a document bears.
func exactly[T ~string](text T) piece {
	return piece{Text: sanitize.CutRunes(sanitize.Line(text), maxRunes), Code: true}
}

// at is a piece that names a place.
func at(p logdoc.Place) piece { return piece{Text: sanitize.Place(p), Code: true} }

// section is one of the parts that follow the findings.
type section struct {
	Title, Hint sanitize.Safe
	Parts       []block
}

// block is a list or a table under a title, all of which may be missing.
type block struct {
	Title sanitize.Safe
	Items [][]piece
	Table *table
	// More says what is not shown.
	More sanitize.Safe
}

// table has a name for who cannot see it, and at its end a row of totals, nil without.
type table struct {
	Name   sanitize.Safe
	Header []headCell
	Rows   [][]cell
	Total  []cell
}

// headCell is a title of a column; Class is n for numbers, when for times, wide for prose.
type headCell struct {
	Text  sanitize.Safe
	Class string
}

type cell struct {
	Pieces []piece
	Class  string
}

func row(header []headCell, cells ...[]piece) []cell {
	out := make([]cell, len(cells))
	for i, pieces := range cells {
		out[i] = cell{pieces, header[i].Class}
	}
	return out
}

// sections are all that follows the findings, in the order of every report.
func sections(d *logdoc.Diagnosis) []section {
	var out []section
	for _, of := range []func(*logdoc.Diagnosis) (section, bool){workSection, silencedSection, nodesSection, cleanSection, uncheckedSection, unexplainedSection, coverageSection} {
		if s, ok := of(d); ok {
			out = append(out, s)
		}
	}
	return out
}

// findingPieces say name, certainty, state, times, count, key and nodes of a finding.
func findingPieces(f *logdoc.Finding, d *logdoc.Diagnosis) [][]piece {
	var facts [][]piece
	if f.Product != "" {
		facts = append(facts, []piece{say(f.Product)})
	}
	facts = append(facts, []piece{strong(f.Certainty.String())}, []piece{say(state(f, d.Capture))})
	for _, t := range times(f) {
		facts = append(facts, []piece{say(t)})
	}
	facts = append(facts, []piece{say(counted(f.Count, "record"))})
	if f.Key != "" {
		facts = append(facts, []piece{say("for "), exactly(f.Key)})
	}
	if names, more := onNodes(f, d); len(names) > 0 {
		on := []piece{say("on ")}
		for i, name := range names {
			if i > 0 {
				on = append(on, say(", "))
			}
			on = append(on, exactly(name))
		}
		if more > 0 {
			on = append(on, say(" and "+counted(more, "more node")))
		}
		if f.Unplaced {
			on = append(on, say(" and others"))
		}
		facts = append(facts, on)
	}
	return facts
}

// inRow joins pieces with dots between them.
func inRow(items [][]piece) []piece {
	var out []piece
	for i, item := range items {
		if i > 0 {
			out = append(out, say(between))
		}
		out = append(out, item...)
	}
	return out
}

func titlePieces(f *logdoc.Finding) []piece {
	return []piece{strong(string(signs.Severity(f.Severity)) + " " + f.Severity.String()), say(" "), strong(f.Title)}
}

func workSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Done so far"}
	for _, w := range workOn(d) {
		part := block{Title: sanitize.Line(w.finding.Title)}
		if w.finding.Key != "" {
			part.Title += ", for " + sanitize.CutRunes(sanitize.Line(w.finding.Key), maxKey)
		}
		for _, done := range w.steps {
			item := []piece{say(fmt.Sprintf("%s step %d, ", workSign(done.work.State), done.step.Number)), strong(done.step.Title), say(" (" + done.says() + ")")}
			if done.work.Answer != "" {
				item = append(item, say(" · "+done.step.Ask+" "+done.work.Answer))
			}
			if done.work.Note != "" {
				item = append(item, say(" · note: "), exactly(done.work.Note))
			}
			part.Items = append(part.Items, item)
		}
		s.Parts = append(s.Parts, part)
	}
	var marks block
	for _, m := range d.Work.Marks {
		item := []piece{say("marked "), at(m.Place)}
		if !m.Time.IsZero() {
			item = append(item, say(between+moment(m.Time)))
		}
		if m.Note != "" {
			item = append(item, say(" · note: "), exactly(m.Note))
		}
		if m.Text != "" {
			item = append(item, say(": "), exactly(m.Text))
		}
		marks.Items = append(marks.Items, item)
	}
	if len(marks.Items) > 0 {
		s.Parts = append(s.Parts, marks)
	}
	return s, len(s.Parts) > 0
}

func silencedSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Silenced", Hint: sanitize.Safe(strings.ToUpper(silencedHint[:1]) + silencedHint[1:] + ".")}
	var part block
	for i := range d.Silenced {
		silenced := &d.Silenced[i]
		f := &silenced.Finding
		item := append(titlePieces(f), say(between), exactly(f.Symptom), say(between))
		item = append(item, inRow(findingPieces(f, d))...)
		if n := len(f.Consequences) + consequences(f.Consequences); n > 0 {
			item = append(item, say(between+"with "+counted(n, "consequence")))
		}
		item = append(item, say(between+"until "+end(silenced.Until)+": "+silenced.Because+" ("), exactly(silenced.File), say(")"))
		part.Items = append(part.Items, item)
	}
	s.Parts = []block{part}
	return s, len(d.Silenced) > 0
}

func nodesSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Nodes"}
	if hint := nodesHint(d); hint != "" {
		s.Hint = sanitize.Safe(strings.ToUpper(hint[:1]) + hint[1:] + ".")
	}
	t := &table{Name: "Nodes", Header: []headCell{{"Node", "name"}, {"Findings", "name"}, {"Logs", "n"}, {"Records", "n"}, {"First – last", "when"}}}
	shown := d.Nodes.List[:min(len(d.Nodes.List), maxNodes)]
	for i := range shown {
		n := &shown[i]
		name := []piece{exactly(n.Name)}
		if n.Guessed {
			name = append(name, say(" ?"))
		}
		t.Rows = append(t.Rows, row(t.Header, name, []piece{say(nodeFindings(n))}, []piece{say(thousands(n.Logs))}, []piece{say(thousands(n.Records))}, []piece{say(period(n.First, n.Last))}))
	}
	list := block{Table: t}
	if more := len(d.Nodes.List) - len(shown); more > 0 {
		list.More = sanitize.Safe("And " + counted(more, "more node") + ": see the JSON report.")
	}
	s.Parts = []block{list}
	if len(d.Nodes.Outliers) > 0 {
		unlike := block{Title: "Unlike the others"}
		for _, o := range d.Nodes.Outliers[:min(len(d.Nodes.Outliers), maxShownOutliers)] {
			unlike.Items = append(unlike.Items, outlierPieces(o))
		}
		s.Parts = append(s.Parts, unlike)
	}
	return s, severalNodes(d)
}

func outlierPieces(o logdoc.Outlier) []piece {
	says, what := signs.Outlier(o)
	return []piece{exactly(o.Node), say(": " + says + " "), {Text: what, Code: o.Kind == logdoc.OutlierLog}}
}

func cleanSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Ran clean"}
	for _, group := range cleanByProduct(d.Clean) {
		part := block{Title: sanitize.Line(productName(group.product))}
		for _, c := range group.normal {
			what, says := normal(c)
			item := []piece{say("✓ " + what)}
			if c.Key != "" {
				item = append(item, say(" on "), exactly(c.Key))
			}
			part.Items = append(part.Items, append(item, say(says)))
		}
		if len(group.symptoms) > 0 {
			item := []piece{say("✓ looked for and not found: ")}
			for i, c := range group.symptoms {
				if i > 0 {
					item = append(item, say(", "))
				}
				item = append(item, exactly(c.Name))
			}
			part.Items = append(part.Items, item)
		}
		s.Parts = append(s.Parts, part)
	}
	return s, len(s.Parts) > 0
}

func uncheckedSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Could not be checked"}
	for _, group := range uncheckedByProduct(d.Unchecked) {
		part := block{Title: sanitize.Line(productName(group.product))}
		for _, reason := range group.reasons {
			item := []piece{say(reason.reason + ": ")}
			if len(reason.symptoms) > maxUnchecked {
				item = append(item, say(counted(len(reason.symptoms), "symptom")+" not looked for"))
			} else {
				for i, u := range reason.symptoms {
					if i > 0 {
						item = append(item, say(", "))
					}
					item = append(item, exactly(u.Symptom))
				}
			}
			part.Items = append(part.Items, item)
		}
		for _, what := range group.collect {
			part.Items = append(part.Items, []piece{say("collect "), exactly(what)})
		}
		s.Parts = append(s.Parts, part)
	}
	return s, len(s.Parts) > 0
}

func unexplainedSection(d *logdoc.Diagnosis) (section, bool) {
	s := section{Title: "Unexplained", Hint: "Records at warning or above that no pack knows."}
	t := &table{Name: "Unexplained records", Header: []headCell{{"Records", "n"}, {"Severity", "when"}, {"Kind, and its first record", "wide"}, {"Where and when", "wide"}}}
	shown := d.Unexplained[:min(len(d.Unexplained), maxClusters)]
	for _, c := range shown {
		kind := []piece{exactly(c.Template)}
		if lines := sanitize.Lines(c.Text); len(lines) > 0 && c.Text != c.Template {
			kind = append(kind, say(" · first: "), exactly(lines[0]))
		}
		where := []piece{at(c.First)}
		if c.Count > 1 && c.Last != c.First {
			where = append(where, say(" … "), at(c.Last))
		}
		if !c.FirstTime.IsZero() {
			where = append(where, say(between+period(c.FirstTime, c.LastTime)))
		}
		t.Rows = append(t.Rows, row(t.Header, []piece{say(thousands(c.Count))}, []piece{say(string(signs.Severity(c.Severity)) + " " + c.Severity.String())}, kind, append(where, say(between+c.Format))))
	}
	part := block{Table: t}
	if more := len(d.Unexplained) - len(shown); more > 0 {
		part.More = sanitize.Safe("And " + counted(more, "more kind") + ": see the JSON report.")
	}
	s.Parts = []block{part}
	return s, len(shown) > 0
}

func coverageSection(d *logdoc.Diagnosis) (section, bool) {
	c := &d.Coverage
	s := section{Title: "Coverage", Hint: "Every record is counted once: as known bad, known normal, unexplained or unread."}
	t := &table{Name: "Coverage", Header: []headCell{{"Source", "wide"}, {"Format", "wide"}, {"First – last", "when"}}}
	for _, name := range coverageColumns {
		t.Header = append(t.Header, headCell{sanitize.Safe(strings.ToUpper(string(name[:1])) + string(name[1:])), "n"})
	}
	cells := func(name, format []piece, s *logdoc.SourceCoverage) []cell {
		out := [][]piece{name, format, {say(period(s.First, s.Last))}}
		for _, n := range coverageNumbers(s) {
			out = append(out, []piece{say(n)})
		}
		return row(t.Header, out...)
	}
	var notes block
	shown := c.Sources[:min(len(c.Sources), maxSources)]
	for i := range shown {
		source := &shown[i]
		t.Rows = append(t.Rows, cells([]piece{{Text: sanitize.Line(source.Source), Code: true}}, []piece{say(formatAndWhy(source))}, source))
		for _, n := range source.Notes {
			item := []piece{{Text: sanitize.Line(source.Source), Code: true}, say(": " + note(n))}
			if n.Detail != "" {
				item = append(item, say(" "), exactly(n.Detail))
			}
			notes.Items = append(notes.Items, item)
		}
	}
	t.Total = cells([]piece{say("total of " + counted(len(c.Sources), "source"))}, nil, &c.Totals)
	part := block{Table: t}
	if more := len(c.Sources) - len(shown); more > 0 {
		part.More = sanitize.Safe("And " + counted(more, "more source") + ": see the JSON report.")
	}
	s.Parts = []block{part}
	if len(notes.Items) > 0 {
		s.Parts = append(s.Parts, notes)
	}
	return s, len(shown) > 0
}

// earlierPieces say where a finding was seen before and what was done then, a line each.
func earlierPieces(e *logdoc.Earlier) [][]piece {
	if e == nil {
		return nil
	}
	before, name, after := signs.EarlierCase(e)
	first := []piece{say(before)}
	if name != "" {
		first = append(first, say(" "), exactly(name))
	}
	first = append(first, say(after))
	if e.Host != "" {
		first = append(first, say(", on the same host "), exactly(e.Host))
	}
	out := [][]piece{first}
	for _, s := range e.Solved {
		out = append(out, []piece{say("done then: " + s)})
	}
	for _, n := range e.Notes {
		out = append(out, []piece{say("noted then: "), exactly(n)})
	}
	return out
}
