package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// The page's parts. Style and script are always the same: nothing of a diagnosis gets into them, and the page's policy names them by their hashes.
var (
	//go:embed page/page.tmpl
	pageTemplate string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// page is parsed when the first one is written.
var page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageTemplate)) })

// policy forbids the page everything but its own style and script.
func policy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) + "; base-uri 'none'; form-action 'none'"
}

// Bounds of the page: a browser must open it.
const (
	pageConsequences = 20
	// pageEvidence is how many records of a finding are in sight; the further ones unfold.
	pageEvidence = 4
)

// HTML writes the diagnosis as one page that is complete in itself: it loads nothing, sends nothing, and what it quotes cannot act.
func HTML(w io.Writer, d *logdoc.Diagnosis) error {
	b := bufio.NewWriter(w)
	if err := page().Execute(b, pageOf(d)); err != nil {
		return err
	}
	return b.Flush()
}

// The types below are what the template reads. All text in them is sanitize.Safe or words of our own.

type pageView struct {
	Policy            string
	Style             template.CSS
	Script            template.JS
	Summary, Captured sanitize.Safe
	Notes             []noteView
	Short             *shortView
	Timeline          *timelineView
	Severities        []string
	Findings          []findingView
	MoreFindings      sanitize.Safe
	Nothing           sanitize.Safe
	Sections          []section
}

type noteView struct {
	LeftOut      bool
	Text, Detail sanitize.Safe
}

type shortView struct {
	Rows         []shortRow
	Outliers     []outlierView
	More         sanitize.Safe
	MoreOutliers sanitize.Safe
	Gaps         []sanitize.Safe
}

type shortRow struct {
	Number    int
	Severity  string
	Sign      sanitize.Safe
	Title     sanitize.Safe
	Key       sanitize.Safe
	Certainty string
	State     sanitize.Safe
	Same      sanitize.Safe
	First     *firstStep
}

type firstStep struct {
	Anchor        string
	Title, Change sanitize.Safe
}

type outlierView struct {
	Node, Says, What sanitize.Safe
	Code             bool
}

type findingView struct {
	Nested           bool
	Number           int
	Severity         string
	Sign             sanitize.Safe
	Title, Symptom   sanitize.Safe
	Facts            [][]piece
	Why              []sanitize.Safe
	Earlier          [][]piece
	Values           []valueView
	EvidenceOf       sanitize.Safe
	Evidence         []recordView
	Further          []recordView
	FurtherSays      sanitize.Safe
	Consequences     []findingView
	MoreConsequences sanitize.Safe
	Cause, Impact    []sanitize.Safe
	// Same is the number of the finding above whose article this one shares, 0 without.
	Same  int
	Steps []stepView
	See   []seeView
}

type valueView struct{ Name, Text, What sanitize.Safe }

type recordView struct {
	Place, Time, Name sanitize.Safe
	Text              []markedText
}

// markedText is a part of a record; what was captured stands out.
type markedText struct {
	Text sanitize.Safe
	Mark bool
}

type stepView struct {
	Anchor   string
	Number   int
	Class    string
	Kind     sanitize.Safe
	Title    sanitize.Safe
	Commands []sanitize.Safe
	Values   []valueView
	Notes    []sanitize.Safe
	Ask      sanitize.Safe
	Answers  []answerView
}

type answerView struct {
	Text, Says sanitize.Safe
	// Target is the anchor of the step that the answer leads to, empty for none.
	Target string
}

type seeView struct{ Text, Address sanitize.Safe }

func pageOf(d *logdoc.Diagnosis) *pageView {
	v := &pageView{Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), Summary: sanitize.Line(Summary(d)), Sections: sections(d)}
	if !d.Capture.IsZero() {
		v.Captured = moment(d.Capture)
	}
	for _, n := range d.Notes {
		v.Notes = append(v.Notes, noteView{n.LeftOut, note(n), sanitize.CutRunes(sanitize.Line(n.Detail), maxRunes)})
	}
	shown := d.Findings[:min(len(d.Findings), maxFindings)]
	numbers := map[*logdoc.Finding]int{}
	seen := map[string]int{}
	severities := map[logdoc.Severity]bool{}
	for i := range shown {
		f := &shown[i]
		numbers[f] = i + 1
		severities[f.Severity] = true
		view := findingViewOf(f, d, i+1, false)
		if above := seen[f.Symptom]; above > 0 {
			view.Cause, view.Impact, view.See, view.Same = nil, nil, nil, above
			view.Steps = withValues(view.Steps)
		} else if f.Symptom != "" {
			seen[f.Symptom] = i + 1
		}
		v.Findings = append(v.Findings, view)
	}
	if more := len(d.Findings) - len(shown); more > 0 {
		v.MoreFindings = moreFindings(more)
	}
	if len(shown) > 1 {
		for s := logdoc.Critical; ; s-- {
			if severities[s] {
				v.Severities = append(v.Severities, s.String())
			}
			if s == logdoc.Unrated {
				break
			}
		}
	}
	if len(d.Findings) == 0 {
		v.Nothing = nothing(d)
	}
	v.Short = shortOf(d, numbers)
	v.Timeline = timelineOf(d, numbers)
	return v
}

// nothing says what the absence of findings means.
func nothing(d *logdoc.Diagnosis) sanitize.Safe {
	switch {
	case len(d.Silenced) > 0:
		return "Nothing was found but what is silenced."
	case d.Coverage.Totals.Records == 0:
		return "Nothing was found, for no record was read."
	case len(d.Unchecked) > 0:
		return "Nothing was found. Not everything could be checked: see below."
	}
	return "Nothing was found."
}

// withValues keeps the steps that have values: they are this finding's own.
func withValues(steps []stepView) []stepView {
	var out []stepView
	for _, s := range steps {
		if len(s.Values) > 0 {
			out = append(out, stepView{Anchor: s.Anchor, Number: s.Number, Class: s.Class, Kind: s.Kind, Title: s.Title, Values: s.Values})
		}
	}
	return out
}

func shortOf(d *logdoc.Diagnosis, numbers map[*logdoc.Finding]int) *shortView {
	o := overviewOf(d)
	if o.empty() {
		return nil
	}
	v := &shortView{Gaps: o.gaps}
	for i := range o.rows {
		r := &o.rows[i]
		f := r.finding
		row := shortRow{
			Number: numbers[f], Severity: f.Severity.String(), Sign: signs.Severity(f.Severity), Title: sanitize.Line(f.Title), Key: sanitize.CutRunes(sanitize.Line(f.Key), maxKey),
			Certainty: f.Certainty.String(), State: state(f, d.Capture),
		}
		if r.same > 0 {
			row.Same = sanitize.Safe("and for " + counted(r.same, "more key"))
		}
		if s := r.first; s != nil {
			row.First = &firstStep{Anchor: stepAnchor(numbers[f], s), Title: sanitize.Line(s.Title), Change: changeWarning(s)}
		}
		v.Rows = append(v.Rows, row)
	}
	if o.more > 0 {
		v.More = sanitize.Safe("And " + counted(o.more, "more symptom") + " below.")
	}
	for _, out := range o.outliers {
		says, what := signs.Outlier(out)
		v.Outliers = append(v.Outliers, outlierView{sanitize.CutRunes(sanitize.Line(out.Node), maxKey), says, what, out.Kind == logdoc.OutlierLog})
	}
	if o.moreOutliers > 0 {
		v.MoreOutliers = sanitize.Safe("And " + counted(o.moreOutliers, "more difference") + " between nodes below.")
	}
	return v
}

// stepAnchor is a name of our own making: the numbers of the finding and the step.
func stepAnchor(finding int, s *logdoc.Step) string { return fmt.Sprintf("%ds%d", finding, s.Number) }

func findingViewOf(f *logdoc.Finding, d *logdoc.Diagnosis, number int, nested bool) findingView {
	v := findingView{
		Nested: nested, Number: number, Severity: f.Severity.String(), Sign: signs.Severity(f.Severity), Title: sanitize.Line(f.Title), Symptom: sanitize.Line(f.Symptom), Facts: findingPieces(f, d),
	}
	words := capturedWords(f)
	records := f.Evidence
	if nested {
		records = records[:min(len(records), 1)]
	} else {
		v.Why = lines(f.Why)
		v.Earlier = earlierPieces(f.Earlier)
		for _, value := range f.Values {
			v.Values = append(v.Values, valueView{sanitize.Line(value.Name), sanitize.CutRunes(sanitize.Line(value.Text), maxRunes), origin(value)})
		}
		if f.Count > len(f.Evidence) && len(f.Evidence) > 0 {
			v.EvidenceOf = sanitize.Safe(thousands(len(f.Evidence)) + " of " + counted(f.Count, "record"))
		}
		v.Cause, v.Impact = lines(paragraphs(f.Cause)), lines(paragraphs(f.Impact))
		for i := range f.Steps {
			v.Steps = append(v.Steps, stepViewOf(&f.Steps[i], f.Steps, number))
		}
		for _, see := range f.See {
			address, _ := sanitize.Address(see)
			v.See = append(v.See, seeView{sanitize.Line(see), address})
		}
	}
	for i := range records {
		r := recordViewOf(&records[i], words)
		if i < pageEvidence || len(records) == pageEvidence+1 {
			v.Evidence = append(v.Evidence, r)
		} else {
			v.Further = append(v.Further, r)
		}
	}
	if n := len(v.Further); n > 0 {
		v.FurtherSays = sanitize.Safe(counted(n, "more record"))
	}
	shown := f.Consequences[:min(len(f.Consequences), pageConsequences)]
	for i := range shown {
		v.Consequences = append(v.Consequences, findingViewOf(&shown[i], d, number, true))
	}
	if more := len(f.Consequences) - len(shown); more > 0 {
		v.MoreConsequences = sanitize.Safe("And " + counted(more, "more consequence") + ": see the JSON report.")
	}
	return v
}

func recordViewOf(e *logdoc.Evidence, words []sanitize.Safe) recordView {
	r := recordView{Place: sanitize.Place(e.Place), Name: evidenceName(*e)}
	if !e.Time.IsZero() {
		r.Time = moment(e.Time)
	}
	if text := quoted(e.Text); text != "" {
		r.Text = marked(text, words)
	}
	return r
}

func stepViewOf(s *logdoc.Step, steps []logdoc.Step, number int) stepView {
	v := stepView{Anchor: stepAnchor(number, s), Number: s.Number, Class: s.Kind.String(), Kind: signs.Kind(s.Kind) + " " + signs.KindWord(s.Kind), Title: sanitize.Line(s.Title), Ask: sanitize.Line(s.Ask)}
	for _, c := range s.Commands {
		v.Commands = append(v.Commands, sanitize.Text(c))
	}
	for _, value := range s.Values {
		what := sanitize.Safe("")
		if value.Computed {
			what = "worked out"
		}
		v.Values = append(v.Values, valueView{sanitize.Line(value.Name), sanitize.CutRunes(sanitize.Line(value.Text), maxRunes), what})
	}
	for _, n := range s.Notes {
		v.Notes = append(v.Notes, lines(paragraphs(n))...)
	}
	for _, a := range s.Answers {
		answer := answerView{Text: sanitize.Line(a.Text), Says: goTo(steps, a.Target)}
		if to, _, ok := target(steps, a.Target); ok && !ends(a.Target) {
			answer.Target = fmt.Sprintf("%ds%d", number, to)
		}
		v.Answers = append(v.Answers, answer)
	}
	return v
}

// maxMarked bounds the words that are marked in the records of one finding.
const maxMarked = 40

// capturedWords are what a finding's records are marked with: the values that were read from them.
func capturedWords(f *logdoc.Finding) []sanitize.Safe {
	var words []sanitize.Safe
	add := func(t logdoc.LogText) {
		if w := sanitize.Line(t); len(w) > 1 && len(words) < maxMarked {
			words = append(words, w)
		}
	}
	for _, v := range f.Values {
		if v.Computed {
			continue
		}
		add(v.Text)
		for _, t := range v.All {
			add(t)
		}
	}
	return words
}

// marked parts a text at the words, the longest first where several begin. A word counts where it stands alone: a serial of 12 is not marked within 4123.
func marked(text sanitize.Safe, words []sanitize.Safe) []markedText {
	var out []markedText
	s := string(text)
	from := 0
	for i := 0; i < len(s); {
		best := 0
		if i == 0 || !(wordByte(s[i-1]) && wordByte(s[i])) {
			for _, w := range words {
				if n := len(w); n > best && strings.HasPrefix(s[i:], string(w)) && (i+n == len(s) || !(wordByte(s[i+n-1]) && wordByte(s[i+n]))) {
					best = n
				}
			}
		}
		if best == 0 {
			i++
			continue
		}
		if from < i {
			out = append(out, markedText{Text: sanitize.Safe(s[from:i])})
		}
		out = append(out, markedText{sanitize.Safe(s[i : i+best]), true})
		i += best
		from = i
	}
	if from < len(s) {
		out = append(out, markedText{Text: sanitize.Safe(s[from:])})
	}
	return out
}

// wordByte reports whether a byte belongs to a word; those of other alphabets do.
func wordByte(c byte) bool {
	return c >= 0x80 || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// moreFindings says that a report for people does not show all.
func moreFindings(more int) sanitize.Safe {
	return sanitize.Safe("And " + counted(more, "more finding") + ": see the JSON report.")
}
