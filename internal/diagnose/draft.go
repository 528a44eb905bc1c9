package diagnose

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/draft"
)

// MaxDraftText is how much text Draft looks at.
const MaxDraftText = 256 << 10

// DraftOptions say what to draft from.
type DraftOptions struct {
	// Name is the symptom's, empty for one that a check asks to be replaced; Format is what to read the text with, empty for what fits.
	Name, Format string
	// Cut means that the end of the text's last record is missing.
	Cut bool
	// Now gives the year to stamps without one.
	Now time.Time
}

// Draft writes a first version of a symptom from the records of a text. leftOut is how many records it had no place for.
func (p *Packs) Draft(text []byte, o DraftOptions) (file []byte, leftOut int, err error) {
	if len(text) > MaxDraftText {
		text, o.Cut = text[:MaxDraftText], true
	}
	reading := p.Grammar.Detect(text, grammar.Options{Force: o.Format, ModTime: o.Now})
	var records []draft.Record
	product := ""
	var tally grammar.Tally
	grammar.NewScanner().Scan(reading, p.Grammar, grammar.Chunk{Data: text, Line: 1}, &tally, func(ev *logdoc.Event) {
		r := draft.Record{Format: draft.Plain, Text: string(bytes.TrimRight(ev.Text, "\r\n")), Severity: ev.Severity}
		if ev.Format != grammar.Plain {
			f := p.Grammar.Formats()[ev.Format]
			r.Format, r.Fields = f.Name, p.Grammar.Fields(ev.Format)
			if product == "" {
				product = f.Product
			}
			// What the example will show must be what was read: a head that was completed stands in no line.
			if !bytes.HasPrefix(ev.Text, ev.Head) {
				r.Text = string(ev.Head)
			}
		}
		slot := func(name string) string {
			if n, ok := p.Grammar.Slot(ev.Format, name); ok {
				return string(ev.Field(n))
			}
			return ""
		}
		r.Code, r.Program, r.Message = slot("code"), slot("program"), slot("message")
		if r.Message == "" {
			return
		}
		records = append(records, r)
	})
	if len(records) == 0 {
		return nil, 0, errors.New("there is no record with a message in it")
	}
	records[len(records)-1].Cut = o.Cut
	name := o.Name
	if name == "" {
		name = p.folder(product) + "/draft"
	}
	return draft.Symptom(name, product, records)
}

// folder is the first half of the names that a product's symptoms have.
func (p *Packs) folder(product string) string {
	for _, s := range p.Rules.Symptoms() {
		if s.Product == product && product != "" {
			folder, _, _ := strings.Cut(s.Name, "/")
			return folder
		}
	}
	return "product"
}

// Unexplained returns the n-th cluster of unexplained records, counted from 1, of a diagnosis.
func Unexplained(d *logdoc.Diagnosis, n int) (logdoc.Cluster, error) {
	if n < 1 || n > len(d.Unexplained) {
		listed := fmt.Sprintf("numbers 1 to %d", len(d.Unexplained))
		switch len(d.Unexplained) {
		case 0:
			listed = "none"
		case 1:
			listed = "number 1 only"
		}
		return logdoc.Cluster{}, fmt.Errorf("there is no number %d: logdoc report --unexplained lists %s", n, listed)
	}
	return d.Unexplained[n-1], nil
}
