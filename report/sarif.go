package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// The types below are the part of SARIF 2.1.0 that is written.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
	Properties  map[string]text   `json:"properties"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version text        `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               text             `json:"id"`
	ShortDescription sarifText        `json:"shortDescription"`
	FullDescription  *sarifText       `json:"fullDescription,omitempty"`
	Help             *sarifText       `json:"help,omitempty"`
	HelpURI          text             `json:"helpUri,omitempty"`
	Configuration    sarifLevel       `json:"defaultConfiguration"`
	Properties       map[string][]any `json:"properties"`
}

type sarifText struct {
	Text     text `json:"text"`
	Markdown text `json:"markdown,omitempty"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifResult struct {
	RuleID       text               `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Kind         string             `json:"kind"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Related      []sarifLocation    `json:"relatedLocations,omitempty"`
	Occurrences  int                `json:"occurrenceCount"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Properties   map[string]text    `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification text   `json:"justification"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int        `json:"startLine"`
	Snippet   *sarifText `json:"snippet,omitempty"`
}

// SARIF writes the diagnosis in the Static Analysis Results Interchange Format 2.1.0, for code scanning: each symptom that was found is a rule, each finding a result at its first record, and its further records are related
// places. Consequences are results of their own, which name their cause. Silenced findings are suppressed results.
func SARIF(w io.Writer, d *logdoc.Diagnosis, o PipelineOptions) error {
	s := &sarif{d: d, o: o, rules: map[string]int{}}
	run := &s.run
	run.Tool.Driver = sarifDriver{Name: "logdoc", Version: sanitize.JSON(o.Version), Rules: []sarifRule{}}
	run.ColumnKind = "unicodeCodePoints"
	run.Results = []sarifResult{}
	run.Properties = map[string]text{"summary": sanitize.JSON(Summary(d))}
	run.Invocations = []sarifInvocation{s.invocation()}
	for i := range d.Findings {
		s.finding(&d.Findings[i], nil, nil)
	}
	for i := range d.Silenced {
		s.finding(&d.Silenced[i].Finding, nil, &d.Silenced[i])
	}
	if s.more > 0 {
		n := sarifNotification{Level: "warning", Message: sarifText{Text: sanitize.JSON(counted(s.more, "more finding") + ": see the JSON report")}}
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, n)
	}
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{*run}}); err != nil {
		return err
	}
	_, err := w.Write(sanitize.EscapeJSON(doc.Bytes()))
	return err
}

type sarif struct {
	d     *logdoc.Diagnosis
	o     PipelineOptions
	run   sarifRun
	rules map[string]int
	more  int
}

func (s *sarif) invocation() sarifInvocation {
	inv := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	add := func(source logdoc.LogText, n logdoc.Note) {
		if len(inv.Notifications) >= maxPipelineFindings {
			return
		}
		out := sarifNotification{Level: "note", Message: sarifMessage(note(n))}
		if n.LeftOut {
			out.Level = "warning"
		}
		if n.Detail != "" {
			out.Message = sarifMessage(note(n) + " (" + sanitize.CutRunes(sanitize.Line(n.Detail), maxRunes) + ")")
		}
		if source != "" {
			out.Locations = []sarifLocation{sarifPlace(logdoc.Place{Source: source, Line: n.Line}, "")}
		}
		inv.Notifications = append(inv.Notifications, out)
	}
	for _, n := range s.d.Notes {
		add("", n)
	}
	for i := range s.d.Coverage.Sources {
		source := &s.d.Coverage.Sources[i]
		for _, n := range source.Notes {
			if n.LeftOut {
				add(source.Source, n)
			}
		}
	}
	return inv
}

// sarifMessage keeps text from being read as a link or a placeholder: in a plain message, brackets and braces are markup.
func sarifMessage[T ~string](t T) sarifText {
	return sarifText{Text: sanitize.JSON(strings.NewReplacer("{", "{{", "}", "}}", "[", `\[`, "]", `\]`).Replace(string(sanitize.Text(t))))}
}

func sarifPlace(p logdoc.Place, text logdoc.LogText) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: sanitize.URI(p.Source)}}}
	if p.Line > 0 {
		l.Physical.Region = &sarifRegion{StartLine: p.Line}
		if text != "" {
			l.Physical.Region.Snippet = &sarifText{Text: sanitize.JSON(quoted(text))}
		}
	}
	return l
}

// level is how SARIF says a severity. What has cleared, and what does not fail, is a note.
func (s *sarif) level(f *logdoc.Finding) string {
	switch {
	case f.State == logdoc.Cleared || f.Severity < logdoc.Warning:
		return "note"
	case f.Severity == logdoc.Warning:
		return "warning"
	}
	return "error"
}

func (s *sarif) finding(f, cause *logdoc.Finding, silenced *logdoc.Silenced) {
	if len(s.run.Results) >= maxPipelineFindings {
		s.more += 1 + consequences(f.Consequences) + len(f.Consequences)
		return
	}
	message := sanitize.Line(f.Title)
	if f.Key != "" {
		message += ", for " + sanitize.CutRunes(sanitize.Line(f.Key), maxKey)
	}
	message += sanitize.Safe(": "+f.Certainty.String()+", ") + state(f, s.d.Capture)
	if cause != nil {
		message += ". It follows from: " + sanitize.Line(cause.Title)
	} else if len(f.Steps) > 0 {
		message += ". First: " + sanitize.Line(f.Steps[0].Title)
	}
	sum := sha256.Sum256([]byte(f.Symptom + "\x00" + string(f.Key)))
	r := sarifResult{
		RuleID: sanitize.JSON(f.Symptom), RuleIndex: s.rule(f), Kind: "fail", Level: s.level(f), Message: sarifMessage(message), Locations: []sarifLocation{}, Occurrences: max(f.Count, 1),
		Fingerprints: map[string]string{"symptomAndKey/v1": hex.EncodeToString(sum[:16])},
		Properties:   map[string]text{"severity": sanitize.JSON(f.Severity.String()), "certainty": sanitize.JSON(f.Certainty.String()), "state": sanitize.JSON(f.State.String()), "key": sanitize.JSON(sanitize.Line(f.Key))},
	}
	if cause != nil {
		r.Properties["cause"] = sanitize.JSON(cause.Symptom)
	}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		l := sarifPlace(e.Place, e.Text)
		if name := evidenceName(*e); name != "" {
			m := sarifMessage(name)
			l.Message = &m
		}
		if i == 0 {
			r.Locations = append(r.Locations, l)
		} else {
			r.Related = append(r.Related, l)
		}
	}
	if silenced != nil {
		r.Suppressions = []sarifSuppression{{"external", sanitize.JSON("until " + end(silenced.Until) + ": " + silenced.Because)}}
	}
	s.run.Results = append(s.run.Results, r)
	for i := range f.Consequences {
		s.finding(&f.Consequences[i], f, silenced)
	}
}

// rule returns the number of the symptom among the rules.
func (s *sarif) rule(f *logdoc.Finding) int {
	if i, ok := s.rules[f.Symptom]; ok {
		return i
	}
	rules := &s.run.Tool.Driver.Rules
	i := len(*rules)
	s.rules[f.Symptom] = i
	active := *f
	active.State = logdoc.Active
	r := sarifRule{ID: sanitize.JSON(f.Symptom), ShortDescription: sarifText{Text: sanitize.JSON(sanitize.Line(f.Title))}, Configuration: sarifLevel{s.level(&active)}, Properties: map[string][]any{"tags": {}}}
	if f.Product != "" {
		r.Properties["tags"] = []any{sanitize.JSON(sanitize.Line(f.Product))}
	}
	if cause := strings.Join(paragraphs(f.Cause), "\n\n"); cause != "" {
		r.FullDescription = &sarifText{Text: sanitize.JSON(sanitize.Text(cause))}
	}
	// What the steps show of this finding is no part of the rule.
	article := *f
	article.Steps = slices.Clone(f.Steps)
	for i := range article.Steps {
		article.Steps[i].Values = nil
	}
	if help := textOf(func(p *printer) { p.article(&article) }); help != "" {
		m := &bytes.Buffer{}
		w := newMarker(m)
		w.advice(&article)
		w.w.Flush() // a buffer takes everything
		r.Help = &sarifText{Text: sanitize.JSON(help), Markdown: sanitize.JSON(m.String())}
	}
	for _, see := range f.See {
		if address, ok := sanitize.Address(see); ok {
			r.HelpURI = sanitize.JSON(address)
			break
		}
	}
	*rules = append(*rules, r)
	return i
}
