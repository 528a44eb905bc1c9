package report

import (
	"io"
	"strconv"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Turn writes what became of a finding while its log was followed: when it opens, what it is, what proves it and the first step of its runbook; later what is new about it.
func Turn(w io.Writer, t logdoc.Turn, o TextOptions) error {
	p := newPrinter(w, o)
	f := &t.Finding
	const indent = 2
	switch t.Kind {
	case logdoc.Repeated, logdoc.WasCleared, logdoc.Moved:
		style := dim
		if t.Kind == logdoc.WasCleared {
			style = green
		}
		p.items(0, style, append([]sanitize.Safe{turnWord(t.Kind) + " " + sanitize.Line(f.Title)}, p.turnFacts(indent, &t)...))
		return p.w.Flush()
	}
	p.title(0, f)
	p.items(indent, plain, append([]sanitize.Safe{turnWord(t.Kind), sanitize.Line(f.Symptom), sanitize.Safe(f.Certainty.String())}, p.turnFacts(indent, &t)...))
	if o.Quiet {
		return p.w.Flush()
	}
	for _, why := range f.Why {
		p.prose(indent, plain, sanitize.Line(why))
	}
	if n := len(f.Evidence); n > 0 {
		p.record(indent, f.Evidence[n-1])
	}
	if len(f.Steps) > 0 && t.Kind != logdoc.Stronger {
		s := &f.Steps[0]
		p.line(indent, part{text: "first step: "}, part{kindStyle(s.Kind), signs.Kind(s.Kind) + " " + signs.KindWord(s.Kind)}, part{bold, " " + sanitize.Line(s.Title)})
		for _, command := range s.Commands {
			for _, line := range sanitize.Lines(command) {
				p.line(indent+2, part{dim, "$ "}, part{text: line})
			}
		}
		if more := len(f.Steps) - 1; more > 0 {
			p.line(indent, part{dim, sanitize.Safe(counted(more, "more step")) + ": logdoc explain " + sanitize.Line(f.Symptom)})
		}
	}
	p.blank()
	return p.w.Flush()
}

// turnWord is how the text names a turn.
func turnWord(k logdoc.TurnKind) sanitize.Safe {
	if k == logdoc.WasCleared {
		return "✔ cleared"
	}
	return sanitize.Safe(k.String())
}

// turnFacts are when, how often and for what.
func (p *printer) turnFacts(indent int, t *logdoc.Turn) []sanitize.Safe {
	f := &t.Finding
	var items []sanitize.Safe
	at := f.Last
	if t.Kind == logdoc.WasCleared && !f.ClearedAt.IsZero() {
		at = f.ClearedAt
	}
	if !at.IsZero() {
		items = append(items, moment(at))
	}
	if f.Count > 0 {
		items = append(items, sanitize.Safe(counted(f.Count, "record")))
	}
	if f.Key != "" {
		items = append(items, "for "+p.bounded(indent+4, f.Key))
	}
	return items
}

// FollowedSummary says in one line what came of following logs.
func FollowedSummary(d *logdoc.Diagnosis, turns int, long time.Duration) string {
	return "followed for " + long.Round(time.Second).String() + ": " + Summary(d) + "; " + strconv.Itoa(turns) + " told"
}
