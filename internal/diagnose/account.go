package diagnose

import (
	"bytes"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/lang"
)

// Bounds of accounting.
const (
	// MaxAccountText is how much text Account looks at.
	MaxAccountText = 64 << 10
	maxAccounts    = 100
	nearPlain      = 5 // templates told for a line that no format accepts
	nearTaken      = 2 // and for one that some format does
)

// Account says of each record in a small text how it is read and what the packs know of it. format may be empty; now gives the year to stamps without one. It also
// returns how many records were left out.
func (p *Packs) Account(text []byte, format string, now time.Time) (accounts []logdoc.Account, leftOut int) {
	text = text[:min(len(text), MaxAccountText)]
	reading := p.Grammar.Detect(text, grammar.Options{Force: format, ModTime: now})
	formats := p.formats()
	why := reading.Why
	if reading.Format == nil {
		why = "its lines are of no known kind"
	}
	var tally grammar.Tally
	grammar.NewScanner().Scan(reading, p.Grammar, grammar.Chunk{Data: text, Line: 1}, &tally, func(ev *logdoc.Event) {
		if len(accounts) == maxAccounts {
			leftOut++
			return
		}
		a := logdoc.Account{Line: ev.Line, Text: logdoc.LogText(bytes.TrimRight(ev.Text, "\r\n")), Why: why, Severity: ev.Severity}
		if ev.Clock {
			a.Time = time.Unix(0, ev.Time).UTC()
		}
		near := nearPlain
		if ev.Format != grammar.Plain {
			f := p.Grammar.Formats()[ev.Format]
			a.Format, a.Title = f.Name, f.Title
			for _, name := range p.Grammar.Fields(ev.Format) {
				slot, _ := p.Grammar.Slot(ev.Format, name)
				if v := ev.Field(slot); v != nil {
					a.Fields = append(a.Fields, logdoc.Value{Name: name, Text: logdoc.LogText(v)})
				}
			}
			a.Template, _, _ = grammar.Taken(formats[f.Name], ev.Head)
			near = nearTaken
		}
		a.Near = grammar.NearTemplates(p.listed(formats), ev.Head, near)
		a.Known, a.Nearly = p.Rules.Account(p.Grammar, ev)
		accounts = append(accounts, a)
	})
	if len(accounts) == 0 && reading.Format != nil {
		line, _, _ := bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if source, kind, ok := grammar.Taken(formats[reading.Format.Name], line); ok && kind == lang.LineHeader {
			accounts = append(accounts, logdoc.Account{
				Line: 1, Text: logdoc.LogText(line), Format: reading.Format.Name, Title: reading.Format.Title, Why: why, Header: true, Template: source,
			})
		}
	}
	return accounts, leftOut
}

// formats returns the declarations of the formats that count, by name: of two the later one.
func (p *Packs) formats() map[string]*lang.Format {
	out := map[string]*lang.Format{}
	for _, file := range p.Files {
		for _, f := range file.Formats {
			if _, ok := p.Grammar.Format(f.Name.Value); ok {
				out[f.Name.Value] = f
			}
		}
	}
	return out
}

// listed returns the formats in their order.
func (p *Packs) listed(formats map[string]*lang.Format) []*lang.Format {
	var out []*lang.Format
	for _, name := range p.Grammar.Names() {
		if f := formats[name]; f != nil {
			out = append(out, f)
		}
	}
	return out
}
