package cre

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
)

// maxSteps bounds the steps of one runbook.
const maxSteps = 60

// looking are the words with which an author starts a step that only reads.
var looking = map[string]bool{"check": true, "review": true, "inspect": true, "identify": true, "look": true, "monitor": true, "examine": true, "find": true, "list": true,
	"determine": true, "analyze": true, "see": true, "observe": true, "compare": true, "read": true, "watch": true}

// steps makes a runbook of a Markdown text: each item of its lists is a step, what is fenced in an item its commands, what stands between items a note of the next one.
// A text without a list is one step. The text is the author's and is shown as text.
func steps(pos lang.Pos, markdown string) []*lang.Step {
	var out []*lang.Step
	var loose []string // lines in front of the next item
	var step *lang.Step
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		switch item, ok := listItem(trimmed); {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
		case fenced && step != nil:
			step.Runs = append(step.Runs, lang.Text{Pos: pos, Lines: []string{trimmed}})
		case fenced:
			loose = append(loose, line)
		case trimmed == "":
		case ok && (indent < 2 || step == nil) && len(out) < maxSteps:
			step = &lang.Step{Pos: pos, Kind: kindOf(item), Name: lang.Name{Pos: pos, Value: fmt.Sprintf("step%d", len(out)+1)}, Title: lang.Name{Pos: pos, Value: item}}
			if len(loose) > 0 {
				step.Notes = append(step.Notes, lang.Text{Pos: pos, Lines: loose})
				loose = nil
			}
			out = append(out, step)
		case step != nil && (indent >= 2 || ok):
			step.Notes = append(step.Notes, lang.Text{Pos: pos, Lines: []string{trimmed}})
		default:
			loose = append(loose, trimmed)
		}
	}
	if len(loose) == 0 {
		return out
	}
	if step != nil {
		step.Notes = append(step.Notes, lang.Text{Pos: pos, Lines: loose})
		return out
	}
	return []*lang.Step{{Pos: pos, Kind: logdoc.Change, Name: lang.Name{Pos: pos, Value: "step1"}, Title: lang.Name{Pos: pos, Value: "Do what the rule's author advises"},
		Notes: []lang.Text{{Pos: pos, Lines: loose}}}}
}

// listItem returns the text of a list item.
func listItem(line string) (string, bool) {
	rest := strings.TrimLeft(line, "0123456789")
	switch {
	case len(rest) < len(line) && len(line)-len(rest) <= 3 && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") ")):
		rest = rest[2:]
	case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "* "), strings.HasPrefix(line, "+ "):
		rest = line[2:]
	default:
		return "", false
	}
	rest = strings.TrimSpace(rest)
	return rest, rest != ""
}

// kindOf tells a step that only reads from one that may change something, which is marked.
func kindOf(item string) logdoc.StepKind {
	word, _, _ := strings.Cut(strings.TrimLeft(item, "*_` "), " ")
	word = strings.ToLower(strings.Trim(word, "*_`:,."))
	switch {
	case looking[word]:
		return logdoc.Look
	case word == "verify" || word == "confirm":
		return logdoc.Verify
	}
	return logdoc.Change
}
