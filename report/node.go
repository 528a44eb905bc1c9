package report

import (
	"strings"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// Bounds of what a report for people says of nodes. JSON has no bounds.
const (
	maxNodes         = 60
	maxFindingNodes  = 6
	maxShownOutliers = 20
)

// severalNodes reports whether the input tells nodes apart at all.
func severalNodes(d *logdoc.Diagnosis) bool { return len(d.Nodes.List) > 1 }

// onNodes lists the nodes that a finding holds on, where the input has several and its key is not the only one of them.
func onNodes(f *logdoc.Finding, d *logdoc.Diagnosis) (names []logdoc.LogText, more int) {
	if !severalNodes(d) || len(f.Nodes) == 0 || len(f.Nodes) == 1 && f.Nodes[0] == f.Key {
		return nil, 0
	}
	n := min(len(f.Nodes), maxFindingNodes)
	return f.Nodes[:n], len(f.Nodes) - n
}

// onNodesText is onNodes in words, "" where there is nothing to say.
func onNodesText(f *logdoc.Finding, d *logdoc.Diagnosis) sanitize.Safe {
	names, more := onNodes(f, d)
	if len(names) == 0 {
		return ""
	}
	text := sanitize.Safe("on ")
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += sanitize.CutRunes(sanitize.Line(name), maxKey)
	}
	if more > 0 {
		text += sanitize.Safe(" and " + counted(more, "more node"))
	}
	if f.Unplaced {
		text += " and others"
	}
	return text
}

// nodesHint says what is not known of nodes, "" when all is.
func nodesHint(d *logdoc.Diagnosis) string {
	var parts []string
	if n := d.Nodes.Unplaced; n > 0 {
		parts = append(parts, "of "+counted(n, "log")+" nothing says where")
	}
	if n := d.Nodes.Shared; n > 0 {
		parts = append(parts, counted(n, "log")+" of several nodes")
	}
	for i := range d.Nodes.List {
		if d.Nodes.List[i].Guessed {
			parts = append(parts, "names with a ? are those of folders")
			break
		}
	}
	return strings.Join(parts, "; ")
}

// nodeName is a node's name, with a mark where it is a guess.
func nodeName(n *logdoc.Node) sanitize.Safe {
	name := sanitize.CutRunes(sanitize.Line(n.Name), maxKey)
	if n.Guessed {
		name += " ?"
	}
	return name
}

// nodeFindings says how many findings hold on a node, and how bad they are.
func nodeFindings(n *logdoc.Node) sanitize.Safe {
	if n.Findings == 0 {
		return "no findings"
	}
	return sanitize.Safe(counted(n.Findings, "finding")) + ", " + signs.Severity(n.Worst) + " " + sanitize.Safe(n.Worst.String())
}

// nodes writes the machines of the input, and what sets one apart from the others.
func (p *printer) nodes(d *logdoc.Diagnosis) {
	if !severalNodes(d) {
		return
	}
	p.section("Nodes", "")
	p.prose(2, dim, sanitize.Safe(nodesHint(d)))
	shown := d.Nodes.List
	if !p.verbose && len(shown) > maxNodes {
		shown = shown[:maxNodes]
	}
	for i := range shown {
		n := &shown[i]
		logs := sanitize.Safe("only in logs of several nodes")
		if n.Logs > 0 {
			logs = sanitize.Safe(counted(n.Records, "record") + " in " + counted(n.Logs, "log"))
		}
		p.pair(2, part{bold, nodeName(n)}, part{severityStyle(n.Worst), nodeFindings(n)})
		p.items(4, dim, []sanitize.Safe{logs, period(n.First, n.Last)})
	}
	if more := len(d.Nodes.List) - len(shown); more > 0 {
		p.line(2, part{dim, sanitize.Safe("and " + counted(more, "more node") + ": see -v or the JSON report")})
	}
	outliers := d.Nodes.Outliers
	if !p.verbose {
		outliers = outliers[:min(len(outliers), maxShownOutliers)]
	}
	for i, o := range outliers {
		if i == 0 {
			p.blank()
			p.line(2, part{bold, "Unlike the others"})
		}
		says, what := signs.Outlier(o)
		p.hanging(4, "≠ ", sanitize.CutRunes(sanitize.Line(o.Node), maxKey)+": "+says+" "+what)
	}
}

func (m *marker) nodes(d *logdoc.Diagnosis) {
	if !severalNodes(d) {
		return
	}
	m.paragraph("## Nodes")
	if hint := nodesHint(d); hint != "" {
		m.paragraph(sanitize.Prose(strings.ToUpper(hint[:1]) + hint[1:] + "."))
	}
	shown := d.Nodes.List[:min(len(d.Nodes.List), maxNodes)]
	var rows [][]sanitize.Markdown
	for i := range shown {
		n := &shown[i]
		name := boundedCode(n.Name)
		if n.Guessed {
			name += " ?"
		}
		rows = append(rows, []sanitize.Markdown{name, sanitize.Prose(nodeFindings(n)), md(thousands(n.Logs)), md(thousands(n.Records)), md(period(n.First, n.Last))})
	}
	m.table([]sanitize.Markdown{"Node", "Findings", "Logs", "Records", "First – last"}, "llrrl", rows)
	if more := len(d.Nodes.List) - len(shown); more > 0 {
		m.paragraph(md("And " + counted(more, "more node") + ": see the JSON report."))
	}
	var items []sanitize.Markdown
	for _, o := range d.Nodes.Outliers[:min(len(d.Nodes.Outliers), maxShownOutliers)] {
		items = append(items, outlierMarkdown(o))
	}
	m.list("", items...)
}

// outlierMarkdown says what sets a node apart.
func outlierMarkdown(o logdoc.Outlier) sanitize.Markdown {
	says, what := signs.Outlier(o)
	text := boundedCode(o.Node) + ": " + sanitize.Prose(says) + " "
	if o.Kind == logdoc.OutlierLog {
		return text + boundedCode(o.Log)
	}
	return text + sanitize.Prose(what)
}

// onNodesMarkdown is onNodesText, with the names in code.
func onNodesMarkdown(f *logdoc.Finding, d *logdoc.Diagnosis) sanitize.Markdown {
	names, more := onNodes(f, d)
	if len(names) == 0 {
		return ""
	}
	var codes []sanitize.Markdown
	for _, name := range names {
		codes = append(codes, boundedCode(name))
	}
	text := "on " + join(codes, ", ")
	if more > 0 {
		text += md(" and " + counted(more, "more node"))
	}
	if f.Unplaced {
		text += " and others"
	}
	return text
}

type jsonNodes struct {
	List     []jsonNode    `json:"list"`
	Outliers []jsonOutlier `json:"outliers"`
	Unplaced int           `json:"unplaced"`
	Shared   int           `json:"shared"`
}

type jsonNode struct {
	Name     text            `json:"name"`
	Guessed  bool            `json:"guessed"`
	Logs     int             `json:"logs"`
	Records  int             `json:"records"`
	First    *time.Time      `json:"first"`
	Last     *time.Time      `json:"last"`
	Findings int             `json:"findings"`
	Worst    logdoc.Severity `json:"worst"`
}

type jsonOutlier struct {
	Node     text               `json:"node"`
	Kind     logdoc.OutlierKind `json:"kind"`
	Lacks    bool               `json:"lacks"`
	Name     text               `json:"name"`
	Title    text               `json:"title"`
	State    text               `json:"state"`
	Log      text               `json:"log"`
	Severity logdoc.Severity    `json:"severity"`
	Of       int                `json:"of"`
}

func jsonNodesOf(n logdoc.Nodes) jsonNodes {
	return jsonNodes{
		List: each(n.List, func(n logdoc.Node) jsonNode {
			return jsonNode{Name: sanitize.JSON(n.Name), Guessed: n.Guessed, Logs: n.Logs, Records: n.Records, First: instant(n.First), Last: instant(n.Last), Findings: n.Findings, Worst: n.Worst}
		}),
		Outliers: each(n.Outliers, func(o logdoc.Outlier) jsonOutlier {
			return jsonOutlier{Node: sanitize.JSON(o.Node), Kind: o.Kind, Lacks: o.Lacks, Name: sanitize.JSON(o.Name), Title: sanitize.JSON(o.Title), State: sanitize.JSON(o.State), Log: sanitize.JSON(o.Log), Severity: o.Severity, Of: o.Of}
		}),
		Unplaced: n.Unplaced, Shared: n.Shared,
	}
}
