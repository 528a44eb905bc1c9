package tui

import (
	"fmt"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// relation is a finding that has to do with another one, and what.
type relation struct {
	how     sanitize.Safe
	finding *logdoc.Finding
}

// relations are the findings that have to do with one: what explains it, what it explains, the same symptom elsewhere, other symptoms for the same key.
func relations(all []*logdoc.Finding, f *logdoc.Finding) []relation {
	var list []relation
	id := identify(f)
	for _, top := range all {
		if path, ok := pathTo(top, id, nil); ok && len(path) > 1 {
			if cause := inside(top, path[len(path)-2]); cause != nil {
				list = append(list, relation{"explained by", cause})
			}
		}
	}
	for _, c := range sorted(f.Consequences) {
		list = append(list, relation{"consequence", c})
	}
	each(all, func(o *logdoc.Finding) {
		if o.Symptom == f.Symptom && o.Key != f.Key {
			list = append(list, relation{"the same, elsewhere", o})
		}
	})
	each(all, func(o *logdoc.Finding) {
		if f.Key != "" && o.Key == f.Key && o.Symptom != f.Symptom {
			list = append(list, relation{"the same key", o})
		}
	})
	return list[:min(len(list), maxRelations)]
}

// maxRelations bounds what is listed: a symptom may hold for thousands of hosts.
const maxRelations = 200

// each visits findings and their consequences, at any depth.
func each(all []*logdoc.Finding, visit func(*logdoc.Finding)) {
	for _, f := range all {
		visit(f)
		for i := range f.Consequences {
			each([]*logdoc.Finding{&f.Consequences[i]}, visit)
		}
	}
}

func pointers(findings []logdoc.Finding) []*logdoc.Finding {
	list := make([]*logdoc.Finding, len(findings))
	for i := range findings {
		list[i] = &findings[i]
	}
	return list
}

// inside returns the finding with the id at or beneath another one.
func inside(f *logdoc.Finding, id findingID) *logdoc.Finding {
	var found *logdoc.Finding
	each([]*logdoc.Finding{f}, func(o *logdoc.Finding) {
		if found == nil && identify(o) == id {
			found = o
		}
	})
	return found
}

// related draws the findings that have to do with this one.
func (d *detail) related(f *logdoc.Finding, width int) page {
	var p page
	d.onNodes(&p, f, width)
	how := sanitize.Safe("")
	for _, r := range d.relations {
		if r.how != how {
			if how != "" {
				p.blank()
			}
			how = r.how
			p.line(words(plain, " ").add(dim, how))
		}
		p.stop(func() {
			o := r.finding
			l := words(plain, "  ").add(severityRole(o.Severity), signs.Severity(o.Severity)+" ")
			text := sanitize.Line(o.Title)
			if o.Key != "" {
				text += "  " + sanitize.Line(o.Key)
			}
			l = l.add(plain, sanitize.Cut(text, max(1, width-l.width()-12)))
			p.line(l.pad(width-10).add(dim, sure(o)))
		})
	}
	if len(d.relations) == 0 {
		p.prose(dim, "No other finding has to do with this one.", 1, width-1)
	}
	return p
}

// sure says in one word how sure a finding is, or that it is over.
func sure(f *logdoc.Finding) sanitize.Safe {
	if f.State != logdoc.Active {
		return sanitize.Safe(f.State.String())
	}
	return sanitize.Safe(f.Certainty.String())
}

// maxNodes bounds the nodes that are named of one finding.
const maxNodes = 40

// onNodes draws on which machines the finding holds, and what sets one of them apart, where the input has several.
func (d *detail) onNodes(p *page, f *logdoc.Finding, width int) {
	nodes := &d.diagnosis.Nodes
	if len(nodes.List) < 2 {
		return
	}
	defer p.blank()
	p.line(words(plain, " ").add(dim, "nodes"))
	var names sanitize.Safe
	for i, name := range f.Nodes[:min(len(f.Nodes), maxNodes)] {
		if i > 0 {
			names += ", "
		}
		names += sanitize.CutRunes(sanitize.Line(name), 64)
	}
	switch more := len(f.Nodes) - maxNodes; {
	case len(f.Nodes) == 0:
		names = "nothing says where its records were written"
	case more > 0:
		names += sanitize.Safe(fmt.Sprintf(" and %d more", more))
	}
	if f.Unplaced && len(f.Nodes) > 0 {
		names += ", and others that nobody knows"
	}
	p.prose(plain, sanitize.Safe(fmt.Sprintf("%d of %d: ", len(f.Nodes), len(nodes.List)))+names, 2, width-2)
	for _, o := range nodes.Outliers {
		if o.Kind == logdoc.OutlierFinding && o.Name == f.Symptom {
			says, _ := signs.Outlier(o) // what it says it of is this finding
			p.prose(warning, sanitize.CutRunes(sanitize.Line(o.Node), 64)+": "+sanitize.Safe(strings.TrimSuffix(string(says), ":"))+" it", 2, width-2)
		}
	}
}
