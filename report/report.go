// Package report writes a diagnosis down: as text for a terminal or a file, as Markdown for a ticket, as JSON for a program.
//
// In goes a logdoc.Diagnosis, in the order in which it is to be told; out come bytes, the same bytes for the same diagnosis. The package
// knows the root vocabulary and package sanitize, through which every foreign character passes. It must not know rules, formats or sources,
// and it reads neither clock nor environment nor terminal: colour and width are handed in.
package report

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Summary says the whole diagnosis in one line.
func Summary(d *logdoc.Diagnosis) string {
	parts := []string{foundPhrase(d.Findings)}
	if n := consequences(d.Findings); n > 0 {
		parts = append(parts, counted(n, "consequence"))
	}
	if n := len(d.Silenced); n > 0 {
		parts = append(parts, thousands(n)+" silenced")
	}
	if len(d.Findings) == 0 && len(d.Clean)+len(d.Unchecked) > 0 {
		parts = append(parts, fmt.Sprintf("%s ran clean, %s could not be checked", counted(symptomsClean(d), "symptom"), thousands(len(d.Unchecked))))
	}
	parts = append(parts, readPhrase(d))
	return strings.Join(parts, "; ")
}

// foundPhrase counts the findings by severity, and says of each severity how sure and in what state they are.
func foundPhrase(findings []logdoc.Finding) string {
	if len(findings) == 0 {
		return "no findings"
	}
	var groups []string
	for sev := logdoc.Critical; ; sev-- {
		var total int
		var kinds []string
		count := map[string]int{}
		for i := range findings {
			f := &findings[i]
			if f.Severity != sev {
				continue
			}
			total++
			kind := f.Certainty.String()
			if f.State != logdoc.Active {
				kind += " but " + f.State.String()
			}
			if count[kind] == 0 {
				kinds = append(kinds, kind)
			}
			count[kind]++
		}
		switch {
		case total == 0:
		case len(kinds) == 1:
			groups = append(groups, fmt.Sprintf("%s (%s)", severities(total, sev), kinds[0]))
		default:
			for i, kind := range kinds {
				kinds[i] = thousands(count[kind]) + " " + kind
			}
			groups = append(groups, fmt.Sprintf("%s (%s)", severities(total, sev), strings.Join(kinds, ", ")))
		}
		if sev == logdoc.Unrated {
			break
		}
	}
	return counted(len(findings), "finding") + ": " + strings.Join(groups, ", ")
}

// severities counts a severity; those that are nouns get a plural.
func severities(n int, s logdoc.Severity) string {
	switch s {
	case logdoc.Error, logdoc.Warning, logdoc.Notice:
		return counted(n, s.String())
	}
	return thousands(n) + " " + s.String()
}

// consequences counts the findings beneath the findings, at any depth.
func consequences(findings []logdoc.Finding) int {
	n := 0
	for i := range findings {
		n += len(findings[i].Consequences) + consequences(findings[i].Consequences)
	}
	return n
}

func symptomsClean(d *logdoc.Diagnosis) int {
	n := 0
	for _, c := range d.Clean {
		if !c.Expected {
			n++
		}
	}
	return n
}

// readPhrase says how much was read. Rotated files of one log count as one; a file that was read only for a fact, or passed over, is no log.
func readPhrase(d *logdoc.Diagnosis) string {
	logs := map[logdoc.LogText]bool{}
	cut := 0
	for i := range d.Coverage.Sources {
		s := &d.Coverage.Sources[i]
		if s.Records > 0 {
			log := s.Log
			if log == "" {
				log = s.Source
			}
			logs[log] = true
		}
		if leftOut(s.Notes) {
			cut++
		}
	}
	phrase := "nothing was read"
	switch {
	case len(logs) > 0:
		phrase = fmt.Sprintf("%s in %s", counted(d.Coverage.Totals.Records, "record"), counted(len(logs), "log"))
	case len(d.Coverage.Sources) > 0:
		phrase = "no records"
	}
	switch {
	case len(d.Coverage.Sources) == 0:
	case cut > 0 && len(logs) == 0:
		phrase += fmt.Sprintf(", %s not fully read", counted(cut, "input"))
	case cut > 0:
		phrase += fmt.Sprintf(", %s not fully read", thousands(cut))
	case d.Incomplete():
		phrase += ", not everything was read"
	}
	return phrase
}

func leftOut(notes []logdoc.Note) bool {
	for _, n := range notes {
		if n.LeftOut {
			return true
		}
	}
	return false
}

// note says a note in one line, the reader's warning first.
func note(n logdoc.Note) sanitize.Safe {
	s := sanitize.Line(n.Text)
	if n.LeftOut {
		s = "left out: " + s
	}
	if n.Line > 0 {
		s += sanitize.Safe(fmt.Sprintf(" (line %s)", thousands(n.Line)))
	}
	return s
}

// sameAbove returns the first finding of the same symptom among those above, or nil.
func sameAbove(above []logdoc.Finding, f *logdoc.Finding) *logdoc.Finding {
	for i := range above {
		if above[i].Symptom == f.Symptom && f.Symptom != "" {
			return &above[i]
		}
	}
	return nil
}
