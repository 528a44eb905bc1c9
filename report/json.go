package report

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// SchemaVersion is the version of the JSON report. It changes when a reader of the old one could be misled.
const SchemaVersion = "1"

// JSON writes the diagnosis for a program: one document that docs/report.schema.json describes, indented, with nothing left out.
func JSON(w io.Writer, d *logdoc.Diagnosis) error {
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(jsonReport(d)); err != nil {
		return err
	}
	_, err := w.Write(sanitize.EscapeJSON(doc.Bytes()))
	return err
}

// text is any foreign text on its way into the document.
type text = sanitize.UTF8

type jsonDocument struct {
	SchemaVersion string          `json:"schema_version"`
	Summary       text            `json:"summary"`
	Capture       *time.Time      `json:"capture"`
	Notes         []jsonNote      `json:"notes"`
	Findings      []jsonFinding   `json:"findings"`
	Silenced      []jsonSilenced  `json:"silenced"`
	Clean         []jsonClean     `json:"clean"`
	Unchecked     []jsonUnchecked `json:"unchecked"`
	Unexplained   []jsonCluster   `json:"unexplained"`
	Coverage      jsonCoverage    `json:"coverage"`
	Nodes         jsonNodes       `json:"nodes"`
	Work          jsonWork        `json:"work"`
}

type jsonFinding struct {
	Symptom      text            `json:"symptom"`
	Title        text            `json:"title"`
	Product      text            `json:"product"`
	Pack         text            `json:"pack"`
	Severity     logdoc.Severity `json:"severity"`
	Certainty    string          `json:"certainty"`
	Why          []text          `json:"why"`
	State        string          `json:"state"`
	First        *time.Time      `json:"first"`
	Last         *time.Time      `json:"last"`
	ClearedAt    *time.Time      `json:"cleared_at"`
	Count        int             `json:"count"`
	Key          text            `json:"key"`
	Nodes        []text          `json:"nodes"`
	Unplaced     bool            `json:"unplaced"`
	Captures     map[text]text   `json:"captures"`
	Values       []jsonValue     `json:"values"`
	Evidence     []jsonEvidence  `json:"evidence"`
	Consequences []jsonFinding   `json:"consequences"`
	Cause        text            `json:"cause"`
	Impact       text            `json:"impact"`
	Steps        []jsonStep      `json:"steps"`
	See          []text          `json:"see"`
	Earlier      *jsonEarlier    `json:"earlier"`
}

type jsonSilenced struct {
	Because text        `json:"because"`
	Until   *time.Time  `json:"until"`
	File    text        `json:"file"`
	Finding jsonFinding `json:"finding"`
}

type jsonValue struct {
	Name     text `json:"name"`
	Label    text `json:"label"`
	Text     text `json:"text"`
	Computed bool `json:"computed"`
}

type jsonEvidence struct {
	Event  text       `json:"event"`
	Label  text       `json:"label"`
	Source text       `json:"source"`
	Line   int        `json:"line"`
	Time   *time.Time `json:"time"`
	Text   text       `json:"text"`
}

type jsonStep struct {
	Number   int             `json:"number"`
	ID       text            `json:"id"`
	Kind     logdoc.StepKind `json:"kind"`
	Title    text            `json:"title"`
	Notes    []text          `json:"notes"`
	Commands []text          `json:"commands"`
	Ask      text            `json:"ask"`
	Answers  []jsonAnswer    `json:"answers"`
	Values   []jsonValue     `json:"values"`
}

type jsonAnswer struct {
	Text   text `json:"text"`
	Target text `json:"target"`
}

type jsonClean struct {
	Name     text       `json:"name"`
	Title    text       `json:"title"`
	Product  text       `json:"product"`
	Key      text       `json:"key"`
	Expected bool       `json:"expected"`
	Records  int        `json:"records"`
	State    text       `json:"state"`
	Since    *time.Time `json:"since"`
}

type jsonUnchecked struct {
	Symptom text   `json:"symptom"`
	Title   text   `json:"title"`
	Product text   `json:"product"`
	Reason  text   `json:"reason"`
	Collect []text `json:"collect"`
}

type jsonPlace struct {
	Source text       `json:"source"`
	Line   int        `json:"line"`
	Time   *time.Time `json:"time"`
}

type jsonCluster struct {
	Template text            `json:"template"`
	Format   text            `json:"format"`
	Severity logdoc.Severity `json:"severity"`
	Count    int             `json:"count"`
	First    jsonPlace       `json:"first"`
	Last     jsonPlace       `json:"last"`
	Text     text            `json:"text"`
}

type jsonNote struct {
	LeftOut bool `json:"left_out"`
	Text    text `json:"text"`
	Detail  text `json:"detail"`
	Line    int  `json:"line"`
}

// jsonCounts is what a source and the totals have in common.
type jsonCounts struct {
	First       *time.Time `json:"first"`
	Last        *time.Time `json:"last"`
	Bytes       int64      `json:"bytes"`
	Lines       int        `json:"lines"`
	Records     int        `json:"records"`
	KnownBad    int        `json:"known_bad"`
	KnownNormal int        `json:"known_normal"`
	Unexplained int        `json:"unexplained"`
	Unread      int        `json:"unread"`
}

type jsonSource struct {
	Source text         `json:"source"`
	Log    text         `json:"log"`
	Node   text         `json:"node"`
	Format text         `json:"format"`
	Others map[text]int `json:"others"`
	Why    text         `json:"why"`
	Facts  []text       `json:"facts"`
	jsonCounts
	Notes []jsonNote `json:"notes"`
}

type jsonCoverage struct {
	Incomplete bool         `json:"incomplete"`
	Totals     jsonCounts   `json:"totals"`
	Sources    []jsonSource `json:"sources"`
}

func jsonReport(d *logdoc.Diagnosis) jsonDocument {
	return jsonDocument{
		SchemaVersion: SchemaVersion,
		Summary:       sanitize.JSON(Summary(d)),
		Capture:       instant(d.Capture),
		Notes:         each(d.Notes, jsonNoteOf),
		Findings:      each(d.Findings, jsonFindingOf),
		Silenced: each(d.Silenced, func(s logdoc.Silenced) jsonSilenced {
			return jsonSilenced{Because: sanitize.JSON(s.Because), Until: instant(s.Until), File: sanitize.JSON(s.File), Finding: jsonFindingOf(s.Finding)}
		}),
		Clean: each(d.Clean, func(c logdoc.Clean) jsonClean {
			return jsonClean{
				Name: sanitize.JSON(c.Name), Title: sanitize.JSON(c.Title), Product: sanitize.JSON(c.Product), Key: sanitize.JSON(c.Key), Expected: c.Expected,
				Records: c.Records, State: sanitize.JSON(c.State), Since: instant(c.Since),
			}
		}),
		Unchecked: each(d.Unchecked, func(u logdoc.Unchecked) jsonUnchecked {
			return jsonUnchecked{
				Symptom: sanitize.JSON(u.Symptom), Title: sanitize.JSON(u.Title), Product: sanitize.JSON(u.Product),
				Reason: sanitize.JSON(u.Reason), Collect: each(u.Collect, sanitize.JSON),
			}
		}),
		Unexplained: each(d.Unexplained, jsonClusterOf),
		Work:        jsonWorkOf(d.Work),
		Nodes:       jsonNodesOf(d.Nodes),
		Coverage: jsonCoverage{
			Incomplete: d.Incomplete(),
			Totals:     jsonCountsOf(&d.Coverage.Totals),
			Sources:    each(d.Coverage.Sources, jsonSourceOf),
		},
	}
}

func jsonClusterOf(c logdoc.Cluster) jsonCluster {
	return jsonCluster{
		Template: sanitize.JSON(c.Template), Format: sanitize.JSON(c.Format), Severity: c.Severity, Count: c.Count,
		First: jsonPlaceOf(c.First, c.FirstTime), Last: jsonPlaceOf(c.Last, c.LastTime), Text: sanitize.JSON(c.Text),
	}
}

func jsonFindingOf(f logdoc.Finding) jsonFinding {
	captures := make(map[text]text, len(f.Values))
	for _, v := range f.Values {
		// Of two values of one name the first is the one that the text shows first; `values` holds both.
		if name := sanitize.JSON(v.Name); captures[name] == "" {
			captures[name] = sanitize.JSON(v.Text)
		}
	}
	return jsonFinding{
		Symptom: sanitize.JSON(f.Symptom), Title: sanitize.JSON(f.Title), Product: sanitize.JSON(f.Product), Pack: sanitize.JSON(f.Pack),
		Severity: f.Severity, Certainty: f.Certainty.String(), Why: each(f.Why, sanitize.JSON), State: f.State.String(),
		First: instant(f.First), Last: instant(f.Last), ClearedAt: instant(f.ClearedAt), Count: f.Count,
		Key: sanitize.JSON(f.Key), Nodes: each(f.Nodes, sanitize.JSON[logdoc.LogText]), Unplaced: f.Unplaced, Captures: captures, Values: each(f.Values, jsonValueOf),
		Evidence: each(f.Evidence, func(e logdoc.Evidence) jsonEvidence {
			return jsonEvidence{
				Event: sanitize.JSON(e.Event), Label: sanitize.JSON(e.Label), Source: sanitize.JSON(e.Place.Source), Line: e.Place.Line,
				Time: instant(e.Time), Text: sanitize.JSON(e.Text),
			}
		}),
		Consequences: each(f.Consequences, jsonFindingOf),
		Cause:        sanitize.JSON(f.Cause), Impact: sanitize.JSON(f.Impact),
		Steps: each(f.Steps, jsonStepOf), See: each(f.See, sanitize.JSON), Earlier: jsonEarlierOf(f.Earlier),
	}
}

func jsonStepOf(s logdoc.Step) jsonStep {
	return jsonStep{
		Number: s.Number, ID: sanitize.JSON(s.ID), Kind: s.Kind, Title: sanitize.JSON(s.Title),
		Notes: each(s.Notes, sanitize.JSON), Commands: each(s.Commands, sanitize.JSON), Ask: sanitize.JSON(s.Ask),
		Answers: each(s.Answers, func(a logdoc.Answer) jsonAnswer {
			target := a.Target
			if ends(target) {
				target = "done"
			}
			return jsonAnswer{Text: sanitize.JSON(a.Text), Target: sanitize.JSON(target)}
		}),
		Values: each(s.Values, jsonValueOf),
	}
}

func jsonValueOf(v logdoc.Value) jsonValue {
	return jsonValue{Name: sanitize.JSON(v.Name), Label: sanitize.JSON(v.Label), Text: sanitize.JSON(v.Text), Computed: v.Computed}
}

func jsonPlaceOf(p logdoc.Place, t time.Time) jsonPlace {
	return jsonPlace{Source: sanitize.JSON(p.Source), Line: p.Line, Time: instant(t)}
}

func jsonNoteOf(n logdoc.Note) jsonNote {
	return jsonNote{LeftOut: n.LeftOut, Text: sanitize.JSON(n.Text), Detail: sanitize.JSON(n.Detail), Line: n.Line}
}

func jsonSourceOf(s logdoc.SourceCoverage) jsonSource {
	others := make(map[text]int, len(s.Others))
	for name, n := range s.Others {
		others[sanitize.JSON(name)] += n
	}
	return jsonSource{
		Source: sanitize.JSON(s.Source), Log: sanitize.JSON(s.Log), Node: sanitize.JSON(s.Node), Format: sanitize.JSON(s.Format), Others: others, Why: sanitize.JSON(s.Why),
		Facts: each(s.Facts, sanitize.JSON), jsonCounts: jsonCountsOf(&s), Notes: each(s.Notes, jsonNoteOf),
	}
}

func jsonCountsOf(s *logdoc.SourceCoverage) jsonCounts {
	return jsonCounts{
		First: instant(s.First), Last: instant(s.Last), Bytes: s.Bytes, Lines: s.Lines, Records: s.Records,
		KnownBad: s.KnownBad, KnownNormal: s.KnownNormal, Unexplained: s.Unexplained, Unread: s.Unread,
	}
}

// each converts a list; no list becomes an empty one, so that a reader never meets null where an array is promised.
func each[A, B any](list []A, convert func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = convert(a)
	}
	return out
}

// instant is the time in UTC, nil (null) for its absence and for a year that RFC 3339 cannot write.
func instant(t time.Time) *time.Time {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return nil
	}
	return &t
}
