package report

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Why writes, as a tree, why a symptom was found in an input or was not: each verdict with its conditions, which of them hold, on what, and which fail, by how much.
func Why(w io.Writer, e *logdoc.Explanation, o TextOptions) error {
	p := &tree{newPrinter(w, o), map[logdoc.Place]bool{}}
	p.prose(0, bold, sanitize.Line(e.Title))
	outcome := sanitize.Safe("not found")
	if e.Certainty > logdoc.NotFound {
		outcome = "found as " + sanitize.Safe(e.Certainty.String()) + ", " + sanitize.Safe(e.State.String())
	}
	items := []sanitize.Safe{sanitize.Line(e.Symptom), outcome}
	if e.Key != "" {
		items = append(items, "for "+p.bounded(8, e.Key))
	}
	p.items(0, plain, items)
	switch {
	case e.Keys == 0:
		p.prose(0, dim, "nothing in the input speaks of it")
	case e.Keys > 1:
		p.prose(0, dim, sanitize.Safe("of "+thousands(e.Keys)+" keys this one is the nearest to holding"))
	}
	for i := range e.Verdicts {
		p.blank()
		v := &e.Verdicts[i]
		p.reason("", "", sanitize.Safe(v.Certainty.String())+" when ", &v.Reason)
	}
	if e.Clears != nil {
		p.blank()
		p.reason("", "", "clears when ", e.Clears)
	}
	var lacks, collect []string
	for i := range e.Verdicts {
		lacks, collect = wanting(&e.Verdicts[i].Reason, lacks, collect)
	}
	if len(lacks) > 0 {
		p.blank()
		p.line(0, part{bold, "Not in the input"})
		for _, what := range lacks {
			p.hanging(2, "? ", sanitize.Line(what))
		}
		for _, what := range collect {
			p.hanging(2, "  collect  ", sanitize.Line(what))
		}
	}
	return p.w.Flush()
}

// tree is a printer that remembers which records it has shown: several verdicts rest on the same.
type tree struct {
	*printer
	shown map[logdoc.Place]bool
}

// wanting adds what a reason that fails lacks, each thing once.
func wanting(r *logdoc.Reason, lacks, collect []string) ([]string, []string) {
	if r.Held {
		return lacks, collect
	}
	add := func(list, more []string) []string {
		for _, what := range more {
			if !slices.Contains(list, what) {
				list = append(list, what)
			}
		}
		return list
	}
	lacks, collect = add(lacks, r.Lacks), add(collect, r.Collect)
	for i := range r.Reasons {
		lacks, collect = wanting(&r.Reasons[i], lacks, collect)
	}
	return lacks, collect
}

// mark stands before a condition, so that a tree can be skimmed.
func mark(r *logdoc.Reason) (sanitize.Safe, style) {
	switch {
	case r.Unproven:
		return "~ ", yellow
	case r.Held:
		return "✓ ", green
	}
	return "✗ ", red
}

// reason writes one condition behind head, and all beneath it behind rest: both draw the branches that it hangs on.
func (p *tree) reason(head, rest, intro sanitize.Safe, r *logdoc.Reason) {
	sign, color := mark(r)
	p.branch(head, rest+"  ", part{color, sign}, plain, intro+sanitize.Line(r.Text))
	var detail []string
	if r.Detail != "" {
		detail = append(detail, string(sanitize.CutRunes(sanitize.Line(r.Detail), maxRunes)))
	}
	below := rest + "  "
	if len(r.Reasons) > 0 {
		below = rest + "│ "
	}
	evidence := r.Evidence
	if above := len(evidence) > 0 && !slices.ContainsFunc(evidence, func(e logdoc.Evidence) bool { return !p.shown[e.Place] }); above && !p.verbose {
		detail = append(detail, "shown above")
		evidence = nil
	}
	if len(detail) > 0 {
		p.branch(below, below, part{}, dim, sanitize.Safe(strings.Join(detail, ", ")))
	}
	for _, e := range evidence {
		p.shown[e.Place] = true
		items := sanitize.Place(e.Place)
		if !e.Time.IsZero() {
			items += between + moment(e.Time)
		}
		p.branch(below, below, part{}, dim, items)
		for i, line := range sanitize.Lines(e.Text) {
			if i == maxLines-1 && !p.verbose {
				break
			}
			width := sanitize.Width(below) + 2
			p.line(0, part{dim, below}, part{text: "  " + p.cut(width, line)})
		}
	}
	for i := range r.Reasons {
		head, next := sanitize.Safe("├─"), sanitize.Safe("│ ")
		if i == len(r.Reasons)-1 {
			head, next = "└─", "  "
		}
		p.reason(rest+head, rest+next, "", &r.Reasons[i])
	}
}

// branch writes prose that hangs on a branch.
func (p *tree) branch(head, rest sanitize.Safe, sign part, s style, text sanitize.Safe) {
	width := max(p.proseWidth-sanitize.Width(head)-sanitize.Width(sign.text), minWidth/2)
	for _, line := range sanitize.Wrap(text, width) {
		p.line(0, part{dim, head}, sign, part{s, line})
		head, sign = rest, part{}
	}
}

type jsonExplanation struct {
	SchemaVersion string        `json:"schema_version"`
	Symptom       text          `json:"symptom"`
	Title         text          `json:"title"`
	Product       text          `json:"product"`
	Certainty     string        `json:"certainty"`
	State         *string       `json:"state"`
	Key           text          `json:"key"`
	Keys          int           `json:"keys"`
	Verdicts      []jsonVerdict `json:"verdicts"`
	Clears        *jsonReason   `json:"clears"`
}

type jsonVerdict struct {
	Certainty string     `json:"certainty"`
	Reason    jsonReason `json:"reason"`
}

type jsonReason struct {
	Held     bool           `json:"held"`
	Unproven bool           `json:"unproven"`
	Text     text           `json:"text"`
	Detail   text           `json:"detail"`
	Lacks    []text         `json:"lacks"`
	Collect  []text         `json:"collect"`
	Evidence []jsonRecorded `json:"evidence"`
	Reasons  []jsonReason   `json:"reasons"`
}

type jsonRecorded struct {
	Event  text       `json:"event"`
	Label  text       `json:"label"`
	Source text       `json:"source"`
	Line   *int       `json:"line"`
	Time   *time.Time `json:"time"`
	Text   text       `json:"text"`
}

// WhyJSON writes the same for a program, with nothing left out.
func WhyJSON(w io.Writer, e *logdoc.Explanation) error {
	doc := jsonExplanation{
		SchemaVersion: SchemaVersion, Symptom: sanitize.JSON(e.Symptom), Title: sanitize.JSON(e.Title), Product: sanitize.JSON(e.Product),
		Certainty: e.Certainty.String(), Key: sanitize.JSON(e.Key), Keys: e.Keys, Verdicts: []jsonVerdict{},
	}
	if state := e.State.String(); e.Certainty > logdoc.NotFound {
		doc.State = &state
	}
	for i := range e.Verdicts {
		doc.Verdicts = append(doc.Verdicts, jsonVerdict{e.Verdicts[i].Certainty.String(), jsonOfReason(&e.Verdicts[i].Reason)})
	}
	if e.Clears != nil {
		clears := jsonOfReason(e.Clears)
		doc.Clears = &clears
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := w.Write(sanitize.EscapeJSON(b.Bytes()))
	return err
}

func jsonOfReason(r *logdoc.Reason) jsonReason {
	out := jsonReason{Held: r.Held, Unproven: r.Unproven, Text: sanitize.JSON(r.Text), Detail: sanitize.JSON(r.Detail),
		Lacks: []text{}, Collect: []text{}, Evidence: []jsonRecorded{}, Reasons: []jsonReason{}}
	for _, what := range r.Lacks {
		out.Lacks = append(out.Lacks, sanitize.JSON(what))
	}
	for _, what := range r.Collect {
		out.Collect = append(out.Collect, sanitize.JSON(what))
	}
	for _, e := range r.Evidence {
		rec := jsonRecorded{Event: sanitize.JSON(e.Event), Label: sanitize.JSON(e.Label), Source: sanitize.JSON(e.Place.Source), Text: sanitize.JSON(e.Text)}
		if e.Place.Line > 0 {
			rec.Line = &e.Place.Line
		}
		if !e.Time.IsZero() {
			rec.Time = &e.Time
		}
		out.Evidence = append(out.Evidence, rec)
	}
	for i := range r.Reasons {
		out.Reasons = append(out.Reasons, jsonOfReason(&r.Reasons[i]))
	}
	return out
}
