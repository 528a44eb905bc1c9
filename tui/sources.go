package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/internal/signs"
)

// sources is the pane that tells what was read as what, what was left out, what no pack explains, what ran clean and what could not be checked.
type sources struct {
	*shared
	scroll
	width int
	page  page
	items []sourceItem
	// opened are the items whose details are shown, by their names.
	opened map[string]bool
	// stale is true when page and items are to be made anew: that is done when somebody looks, not with every update.
	stale bool
}

// maxShownSources bounds the table: of a bundle with more members the report tells all.
const maxShownSources = 5000

// sourceItem is one thing in the pane that the cursor goes to. Of the pointers one is set.
type sourceItem struct {
	name    string
	source  *logdoc.SourceCoverage
	cluster *logdoc.Cluster
	product string
}

func newSources(s *shared) *sources { return &sources{shared: s, opened: map[string]bool{}} }

func (p *sources) name() string { return "Sources" }

func (p *sources) resize(width, height int) {
	p.width, p.height, p.stale = width, height, true
}

func (p *sources) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case updateMsg:
		p.stale = true
	case draftedMsg:
		if msg.err != nil {
			p.fail("write a symptom", msg.err)
			return nil
		}
		p.askDraft(msg.file)
	case writtenMsg:
		if msg.err != nil {
			p.fail("write "+msg.name, msg.err)
		} else {
			p.tell("written to " + sanitize.Line(msg.name) + ": replace what is marked with draft:, then logdoc check it")
		}
	}
	return nil
}

func (p *sources) status() sanitize.Safe {
	t := &p.diagnosis.Coverage.Totals
	text := counted(t.Records, "record") + " in " + counted(len(p.diagnosis.Coverage.Sources), "source")
	if p.diagnosis.Incomplete() {
		text += " · not all was read"
	}
	return text
}

// fresh makes page and items anew where they are stale. The cursor stays on its item.
func (p *sources) fresh() {
	if !p.stale {
		return
	}
	p.stale = false
	at := ""
	if p.cursor < len(p.items) {
		at = p.items[p.cursor].name
	}
	p.draw()
	if n := slices.IndexFunc(p.items, func(i sourceItem) bool { return i.name == at }); n >= 0 {
		p.cursor = n
	}
}

func (p *sources) current() sourceItem {
	p.fresh()
	if p.cursor < len(p.items) {
		return p.items[p.cursor]
	}
	return sourceItem{}
}

func (p *sources) bindings() []binding {
	at := p.current()
	whyDraft := sanitize.Safe("")
	switch {
	case at.cluster == nil:
		whyDraft = "go to an unexplained record first"
	case p.session.Outside.Draft == nil:
		whyDraft = "no symptom can be drafted here"
	}
	whyLog := sanitize.Safe("")
	if at.source == nil && at.cluster == nil {
		whyLog = "there is no log here"
	}
	whyOpen := sanitize.Safe("")
	if at.name == "" {
		whyOpen = "there is nothing here"
	}
	place := func() logdoc.Place {
		if at.cluster != nil {
			return at.cluster.First
		}
		return logdoc.Place{Source: at.source.Source, Line: 1}
	}
	keys := []binding{
		{keys: []string{" ", "right", "left"}, does: "show more of it, or less", hint: "more", rank: 1, why: whyOpen, run: func() tea.Cmd {
			p.opened[at.name] = !p.opened[at.name]
			p.stale = true
			return nil
		}},
		{keys: []string{"enter"}, does: "open the log there", hint: "log", rank: 2, why: whyLog, run: func() tea.Cmd { return send(openLog{place()}) }},
		{keys: []string{"d"}, does: "draft a symptom from the unexplained record", hint: "draft a symptom", rank: 3, why: whyDraft, run: func() tea.Cmd { return p.draft(*at.cluster) }},
		{keys: []string{"tab"}, does: "go to the next section", hint: "next section", rank: 4, run: func() tea.Cmd { p.section(1); return nil }},
		{keys: []string{"shift+tab"}, does: "go to the section before", run: func() tea.Cmd { p.section(-1); return nil }},
	}
	return append(keys, movement("entry", p.move, p.page1(), p.first, p.last)...)
}

// page1 is how many entries a screen has.
func (p *sources) page1() int { return max(1, p.height/2) }

func (p *sources) move(n int) { p.cursor = max(0, min(p.cursor+n, len(p.items)-1)) }
func (p *sources) first()     { p.cursor = 0 }
func (p *sources) last()      { p.cursor = max(0, len(p.items)-1) }

// kind is the section of an item: the first word of its name.
func (i sourceItem) kind() string {
	kind, _, _ := strings.Cut(i.name, " ")
	return kind
}

// section goes to the first entry of the next section, or of the one before.
func (p *sources) section(way int) {
	kind := p.current().kind()
	var starts []int
	at := 0
	for i, item := range p.items {
		if i == 0 || item.kind() != p.items[i-1].kind() {
			if item.kind() == kind {
				at = len(starts)
			}
			starts = append(starts, i)
		}
	}
	if len(starts) > 0 {
		p.cursor = starts[(at+way+len(starts))%len(starts)]
	}
}

// draw draws all of it; view shows the part in sight.
func (p *sources) draw() {
	d, width := p.diagnosis, p.width
	p.page, p.items = page{}, nil
	add := func(item sourceItem, draw func(open bool)) {
		p.items = append(p.items, item)
		p.page.stop(func() { draw(p.opened[item.name]) })
	}
	heading := func(title, about sanitize.Safe) {
		if len(p.page.lines) > 0 {
			p.page.blank()
		}
		p.page.line(words(plain, " ").add(strong, title).add(dim, "  "+sanitize.Cut(about, max(1, width-cells(title)-5))))
	}
	if len(d.Notes) > 0 {
		heading("Of the whole", "")
		for _, n := range d.Notes {
			p.note(n, 2)
		}
	}
	folder := commonFolder(d.Coverage.Sources)
	t := &d.Coverage.Totals
	heading("Read", counted(t.Records, "record")+", "+sanitize.Line(size(t.Bytes))+sanitize.Safe(unless(folder == "", " in "+string(folder))))
	p.page.line(p.columns())
	for i := range d.Coverage.Sources[:min(len(d.Coverage.Sources), maxShownSources)] {
		s := &d.Coverage.Sources[i]
		add(sourceItem{name: "source " + string(s.Source), source: s}, func(open bool) { p.source(s, folder, open) })
	}
	if more := len(d.Coverage.Sources) - maxShownSources; more > 0 {
		p.page.prose(dim, "… and "+counted(more, "source")+" more: an exported report has them all", 3, width-1)
	}
	if len(d.Coverage.Sources) == 0 {
		p.page.prose(dim, "Nothing yet.", 2, width-1)
	}
	if len(d.Unexplained) > 0 {
		heading("Unexplained", "records at warning or above that no pack knows, by shape")
		for i := range d.Unexplained {
			c := &d.Unexplained[i]
			add(sourceItem{name: "unexplained " + string(c.Template), cluster: c}, func(open bool) { p.cluster(c, open) })
		}
	}
	p.products(add, heading)
	p.cursor = max(0, min(p.cursor, len(p.items)-1))
}

// unless is text, and nothing where the condition holds.
func unless(condition bool, text string) string {
	if condition {
		return ""
	}
	return text
}

// Columns of the table of sources: the format, and counts of which more are shown from wideSources on.
const (
	formatColumn = 16
	wideSources  = 120
)

// countColumn is the width of a column of numbers.
func countColumn(name string) int { return max(9, len(name)+2) }

// columns names the columns.
func (p *sources) columns() line {
	if p.width < narrowList {
		return words(dim, fit("   what was read", p.width))
	}
	l := words(dim, fit("   read as", formatColumn+2))
	for _, name := range p.counts() {
		l = l.add(dim, sanitize.Safe(fmt.Sprintf("%*s", countColumn(name), name)))
	}
	return l.add(dim, "  source")
}

func (p *sources) counts() []string {
	if p.width < wideSources {
		return []string{"records", "unexplained"}
	}
	return []string{"records", "known bad", "known normal", "unexplained", "unread"}
}

func (p *sources) source(s *logdoc.SourceCoverage, folder sanitize.Safe, open bool) {
	format := sanitize.Line(s.Format)
	switch {
	case format == "" && len(s.Facts) > 0:
		format = "fact"
	case format == "":
		format = "–"
	}
	mark, r := sanitize.Safe("  "), plain
	if slices.ContainsFunc(s.Notes, func(n logdoc.Note) bool { return n.LeftOut }) {
		mark, r = "! ", change
	}
	name := sanitize.Safe(strings.TrimPrefix(string(sanitize.Line(s.Source)), string(folder)))
	l := words(plain, " ").add(r, mark)
	if p.width >= narrowList {
		l = l.add(plain, fit(format, formatColumn-1))
		numbers := map[string]int{"records": s.Records, "known bad": s.KnownBad, "known normal": s.KnownNormal, "unexplained": s.Unexplained, "unread": s.Unread}
		for _, column := range p.counts() {
			role := plain
			if numbers[column] == 0 {
				role = dim
			}
			l = l.add(role, sanitize.Safe(fmt.Sprintf("%*s", countColumn(column), thousands(numbers[column]))))
		}
		l = l.add(plain, "  ")
	}
	l = l.add(plain, tail(name, max(1, p.width-l.width()-1)))
	p.page.line(l)
	if !open {
		return
	}
	const indent = 5
	fact := func(text sanitize.Safe) { p.page.prose(dim, text, indent, p.width-1) }
	fact(sanitize.Line(s.Source))
	if why := sanitize.Line(s.Why); why != "" {
		fact("read as " + format + ": " + why)
	}
	for _, other := range slices.Sorted(maps.Keys(s.Others)) {
		fact("also " + counted(s.Others[other], "record") + " of " + sanitize.Line(other))
	}
	if len(s.Facts) > 0 {
		fact("facts " + sanitize.Line(strings.Join(s.Facts, ", ")))
	}
	if !s.First.IsZero() {
		fact("from " + moment(s.First) + " to " + until(s.First, s.Last))
	}
	fact(counted(s.Lines, "line") + ", " + sanitize.Line(size(s.Bytes)) + "; " + sanitize.Line(fmt.Sprintf("%s known bad, %s known normal, %s unexplained, %s unread",
		thousands(s.KnownBad), thousands(s.KnownNormal), thousands(s.Unexplained), thousands(s.Unread))))
	for _, n := range s.Notes {
		p.note(n, indent)
	}
}

func (p *sources) note(n logdoc.Note, indent int) {
	text, r := sanitize.Line(n.Text), dim
	if n.LeftOut {
		text, r = "! left out: "+text, change
	}
	if n.Line > 0 {
		text += sanitize.Line(" (line " + thousands(n.Line) + ")")
	}
	p.page.prose(r, text, indent, p.width-1)
	if n.Detail != "" {
		p.page.lines = append(p.page.lines, folded(words(dim, sanitize.Line(n.Detail)), indent+2, p.width-1, 3)...)
	}
}

func (p *sources) cluster(c *logdoc.Cluster, open bool) {
	l := words(plain, " ").add(severityRole(c.Severity), fit(signs.Severity(c.Severity)+" "+sanitize.Safe(unless(p.width < narrowList, c.Severity.String())), 12))
	if p.width < narrowList {
		l = words(plain, " ").add(severityRole(c.Severity), signs.Severity(c.Severity)+" ")
	}
	l = l.add(strong, sanitize.Safe(fmt.Sprintf("%7s× ", thousands(c.Count))))
	p.page.line(l.add(plain, sanitize.Cut(sanitize.Line(c.Template), max(1, p.width-l.width()-1))))
	if !open {
		return
	}
	const indent = 5
	fact := func(text sanitize.Safe) { p.page.prose(dim, text, indent, p.width-1) }
	fact("first " + sanitize.Place(c.First))
	if c.Last != c.First {
		fact("last " + sanitize.Place(c.Last))
	}
	if !c.FirstTime.IsZero() {
		fact("from " + moment(c.FirstTime) + " to " + until(c.FirstTime, c.LastTime))
	}
	fact("format " + sanitize.Line(c.Format))
	lines := sanitize.Lines(c.Text)
	for _, text := range lines[:min(len(lines), recordLines)] {
		p.page.lines = append(p.page.lines, folded(words(plain, text), indent, p.width-1, recordRows)...)
	}
}

// products draws, product by product, what could not be checked and what ran clean.
func (p *sources) products(add func(sourceItem, func(bool)), heading func(title, about sanitize.Safe)) {
	group := func(kind string, product func(i int) string, n int, draw func(product string, of []int, open bool)) {
		var order []string
		of := map[string][]int{}
		for i := range n {
			name := product(i)
			if _, ok := of[name]; !ok {
				order = append(order, name)
			}
			of[name] = append(of[name], i)
		}
		for _, name := range order {
			add(sourceItem{name: kind + " " + name, product: name}, func(open bool) { draw(name, of[name], open) })
		}
	}
	head := func(product string, text sanitize.Safe) {
		if product == "" {
			product = "other"
		}
		p.page.line(words(plain, "   ").add(plain, sanitize.Line(product)).add(dim, "  "+text))
	}
	if unchecked := p.diagnosis.Unchecked; len(unchecked) > 0 {
		heading("Not checked", "what was missing, and what to bring")
		group("unchecked", func(i int) string { return unchecked[i].Product }, len(unchecked), func(product string, of []int, open bool) {
			head(product, counted(len(of), "symptom"))
			if !open {
				return
			}
			for _, i := range of {
				u := &unchecked[i]
				p.page.prose(plain, sanitize.Line(u.Symptom)+": "+sanitize.Line(u.Reason), 5, p.width-1)
				if len(u.Collect) > 0 {
					p.page.prose(dim, "bring "+sanitize.Line(strings.Join(u.Collect, ", ")), 7, p.width-1)
				}
			}
		})
	}
	if clean := p.diagnosis.Clean; len(clean) > 0 {
		heading("Ran clean", "looked for and not found, and records that are normal")
		group("clean", func(i int) string { return clean[i].Product }, len(clean), func(product string, of []int, open bool) {
			head(product, counted(len(of), "check"))
			if !open {
				return
			}
			for _, i := range of {
				c := &clean[i]
				text := sanitize.Line(c.Name) + ": " + sanitize.Line(c.Title)
				if c.Expected {
					text += ", " + counted(c.Records, "normal record")
					if c.Key != "" {
						text += " on " + sanitize.Line(c.Key)
					}
					if c.State != "" {
						text += ", " + sanitize.Line(c.State) + " since " + moment(c.Since)
					}
				}
				p.page.prose(plain, text, 5, p.width-1)
			}
		})
	}
	if silenced := p.diagnosis.Silenced; len(silenced) > 0 {
		heading("Silenced", "known, for a reason, up to a time")
		for i := range silenced {
			s := &silenced[i]
			add(sourceItem{name: "silenced " + s.Finding.Symptom + string(s.Finding.Key)}, func(open bool) {
				f := &s.Finding
				p.page.prose(plain, signs.Severity(f.Severity)+" "+sanitize.Line(f.Title)+" "+sanitize.Line(f.Key), 3, p.width-1)
				if open {
					p.page.prose(dim, sanitize.Line(f.Symptom)+", until "+moment(s.Until)+": "+sanitize.Line(s.Because), 5, p.width-1)
					p.page.prose(dim, sanitize.Line(s.File), 5, p.width-1)
				}
			})
		}
	}
}

func (p *sources) view() []string {
	p.fresh()
	window := placed{page: &p.page, at: place{stop: p.cursor, top: p.top}}
	lines := window.rows(p.height, true)
	p.top = window.at.top
	return p.theme.rows(lines, p.width, p.height)
}

// commonFolder is the archive or folder that all sources lie in: said once, it leaves room for what tells them apart.
func commonFolder(list []logdoc.SourceCoverage) sanitize.Safe {
	if len(list) < 2 {
		return ""
	}
	common := string(sanitize.Line(list[0].Source))
	for i := range list {
		for name := string(sanitize.Line(list[i].Source)); !strings.HasPrefix(name, common); {
			common = common[:strings.LastIndexByte(common[:len(common)-1], '/')+1]
			if common == "" {
				return ""
			}
		}
	}
	return sanitize.Safe(common[:strings.LastIndexByte(common, '/')+1])
}

type (
	// draftedMsg brings a drafted symptom; writtenMsg says that a file was written, or not.
	draftedMsg struct {
		file []byte
		err  error
	}
	writtenMsg struct {
		name string
		err  error
	}
)

// draft drafts a symptom from a cluster.
func (p *sources) draft(c logdoc.Cluster) tea.Cmd {
	write := p.session.Outside.Draft
	return func() tea.Msg {
		file, err := write(c)
		return draftedMsg{file, err}
	}
}

// askDraft asks for the file that a drafted symptom goes to.
func (p *sources) askDraft(file []byte) {
	p.prompt = newPrompt("write the symptom to", "draft.logdoc")
	p.prompt.done = func(name string) tea.Cmd {
		write := p.session.Outside.Write
		return func() tea.Msg { return writtenMsg{name, write(name, file)} }
	}
}
