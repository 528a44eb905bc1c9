package diagnose

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"

	"logdoc"
	"logdoc/grammar"
)

// Bounds of what is told of nodes.
const (
	// maxHosts bounds the hosts that are told apart in one log; further ones are as if nobody knew them. maxHostName is in bytes.
	maxHosts    = 1000
	maxHostName = 255
	maxOutliers = 100
)

// host returns what a record calls its machine, which belongs to the event; nil where it does not say.
func host(ev *logdoc.Event) []byte {
	if ev.Format == grammar.Plain {
		return nil
	}
	if name := ev.Field(logdoc.FieldHost); len(name) <= maxHostName {
		return name
	}
	return nil
}

// see notes a host that records of the block name. Most records name that of the record before.
func see[T ~string | ~[]byte](j *job, name T) {
	if n := len(j.hosts); len(name) == 0 || n > 0 && string(j.hosts[j.lastHost]) == string(name) || n == maxHosts {
		return
	}
	i, ok := j.hostNumber[string(name)]
	if !ok {
		if j.hostNumber == nil {
			j.hostNumber = map[string]int{}
		}
		i = len(j.hosts)
		j.hosts = append(j.hosts, logdoc.LogText(name))
		j.hostNumber[string(name)] = i
	}
	j.lastHost = i
}

// nodes knows which logs were written where.
type nodes struct {
	// hosts are the nodes by what records call them, sources those of logs that one node wrote; empty for a log of several.
	hosts, sources map[logdoc.LogText]logdoc.LogText
	guessed        map[logdoc.LogText]bool
}

// of is what rules.Correlator.Nodes asks for.
func (n *nodes) of(source, host logdoc.LogText) logdoc.LogText {
	if name := n.hosts[host]; name != "" {
		return name
	}
	return n.sources[source]
}

// nowhere are words that stand where a host should and name none.
var nowhere = map[string]bool{"": true, "-": true, "localhost": true, "localhost.localdomain": true, "127.0.0.1": true, "::1": true, "(none)": true, "unknown": true, "0.0.0.0": true}

// short is a host's name without its domain, in small letters; addresses stay whole.
func short(host string) string {
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	name, _, _ := strings.Cut(host, ".")
	return name
}

// machine is what a folder is called that holds one machine's logs, where it holds no address and no name that the logs know.
var machine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[a-z0-9]+[-_])*(?:node|host|client|server|srv|worker|master|core|member|vm|hsm|appliance|esx|proxy)(?:[-_]?[a-z]?[0-9]{1,4})$`)
})

// address is at the start of the names of such folders.
var address = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:$|[-_])`) })

// placeNodes finds out which logs were written where. What records say comes first. Where they say nothing, a folder or an archive that is called like a machine is taken for one: by the host that the
// records of other logs in it name, or else, as a guess, by its own name. A folder that all logs lie in tells nothing.
func placeNodes(all []*sourceResult, facts []logdoc.LogText) *nodes {
	n := &nodes{hosts: map[logdoc.LogText]logdoc.LogText{}, sources: map[logdoc.LogText]logdoc.LogText{}, guessed: map[logdoc.LogText]bool{}}
	n.name(all)
	names := make([]logdoc.LogText, 0, len(all)+len(facts))
	for _, s := range all {
		names = append(names, s.coverage.Source)
	}
	names = append(names, facts...)
	common := commonFolders(names)
	byShort := map[string]bool{}
	for host := range n.hosts {
		byShort[short(string(host))] = true
	}
	// folders of machines, and what the records in each call it
	in := map[logdoc.LogText]string{}
	label := map[string]string{}
	called := map[string]map[logdoc.LogText]bool{}
	bundles := map[string]map[string]bool{} // in which the same label stands
	for _, name := range names {
		if _, ok := in[name]; ok {
			continue
		}
		folder, as := machineFolder(string(name), common, byShort)
		in[name], label[folder] = folder, as
		if as != "" {
			if bundles[as] == nil {
				bundles[as] = map[string]bool{}
			}
			bundles[as][bundleOf(folder)] = true
		}
	}
	for _, s := range all {
		if own := n.own(s); len(own) == 1 {
			folder := in[s.coverage.Source]
			if called[folder] == nil {
				called[folder] = map[logdoc.LogText]bool{}
			}
			called[folder][own[0]] = true
		}
	}
	place := func(name logdoc.LogText) {
		folder := in[name]
		switch as := label[folder]; {
		case as == "" || len(called[folder]) > 1:
		case len(called[folder]) == 1:
			for host := range called[folder] {
				n.sources[name] = host
			}
		default:
			if len(bundles[as]) > 1 {
				as = bundleOf(folder) + "!/" + as
			}
			node := logdoc.LogText(as)
			if known := n.hosts[node]; known != "" {
				node = known
			} else {
				n.guessed[node] = true
			}
			n.sources[name] = node
		}
	}
	for _, s := range all {
		switch own := n.own(s); len(own) {
		case 0:
			place(s.coverage.Source)
		case 1:
			n.sources[s.coverage.Source] = own[0]
		}
	}
	for _, name := range facts {
		if _, ok := n.sources[name]; !ok {
			place(name)
		}
	}
	return n
}

// name decides what to call each host. A short name and the one full name that begins with it are the same machine.
func (n *nodes) name(all []*sourceResult) {
	full := map[string]map[string]logdoc.LogText{}
	for _, s := range all {
		for host := range s.hosts {
			lower := strings.ToLower(string(host))
			if nowhere[lower] {
				continue
			}
			key := short(lower)
			if full[key] == nil {
				full[key] = map[string]logdoc.LogText{}
			}
			// Of spellings that differ in capital letters, the first in the order of the alphabet stands for all.
			if old, ok := full[key][lower]; !ok || host < old {
				full[key][lower] = host
			}
		}
	}
	for _, s := range all {
		for host := range s.hosts {
			lower := strings.ToLower(string(host))
			names := full[short(lower)]
			if nowhere[lower] {
				continue
			}
			n.hosts[host] = names[lower]
			if _, bare := names[short(lower)]; bare && len(names) == 2 {
				for _, name := range names {
					if len(name) > len(n.hosts[host]) {
						n.hosts[host] = name
					}
				}
			}
		}
	}
}

// own returns the nodes that a log's records name, in the order of their names.
func (n *nodes) own(s *sourceResult) []logdoc.LogText {
	var own []logdoc.LogText
	for host := range s.hosts {
		if name := n.hosts[host]; name != "" && !slices.Contains(own, name) {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	return own
}

// folders splits a source's name into the folders and archives that it lies in.
func folders(name string) []string {
	parts := strings.Split(strings.ReplaceAll(name, "!/", "!\x00"), "/")
	var out []string
	for _, p := range parts {
		out = append(out, strings.Split(p, "\x00")...)
	}
	return out[:len(out)-1]
}

// commonFolders is how many folders all names begin with.
func commonFolders(names []logdoc.LogText) int {
	var common []string
	for i, name := range names {
		f := folders(string(name))
		if i == 0 {
			common = f
			continue
		}
		k := 0
		for k < len(common) && k < len(f) && common[k] == f[k] {
			k++
		}
		common = common[:k]
	}
	return len(common)
}

// machineFolder returns the innermost folder of a source that is called like a machine, and what it is called; both empty when there is none.
func machineFolder(name string, common int, known map[string]bool) (folder, label string) {
	parts := folders(name)
	for i := len(parts) - 1; i >= common; i-- {
		part := strings.ToLower(strings.TrimSuffix(parts[i], "!"))
		as := ""
		switch {
		case address().MatchString(part):
			as = strings.TrimRight(address().FindString(part), "-_")
			if _, err := netip.ParseAddr(as); err != nil {
				as = ""
			}
		case nowhere[part]:
		case known[short(part)] || machine().MatchString(short(part)):
			as = short(part)
		}
		if as != "" {
			return strings.Join(parts[:i+1], "/"), as
		}
	}
	return "", ""
}

// bundleOf is the archive or folder that the user named, as far as a folder's name tells.
func bundleOf(folder string) string {
	if before, _, ok := strings.Cut(folder, "!/"); ok {
		return before
	}
	return ""
}

// comparison is what is known of the nodes of one input, to tell them apart.
type comparison struct {
	*nodes
	d *logdoc.Diagnosis
	// byName are the nodes of the list; formats are those of the logs that each writes, own what its own logs are called.
	byName  map[logdoc.LogText]*logdoc.Node
	formats map[logdoc.LogText]map[string]bool
	own     map[logdoc.LogText]map[logdoc.LogText]bool
}

// tellNodes fills in what the diagnosis says of nodes. What sets them apart is told only when all was read.
func tellNodes(d *logdoc.Diagnosis, n *nodes, all []*sourceResult, whole bool) {
	c := &comparison{nodes: n, d: d, byName: map[logdoc.LogText]*logdoc.Node{}, formats: map[logdoc.LogText]map[string]bool{}, own: map[logdoc.LogText]map[logdoc.LogText]bool{}}
	hostsOf := map[logdoc.LogText][]logdoc.LogText{}
	for _, s := range all {
		hostsOf[s.coverage.Source] = n.own(s)
	}
	logs := map[logdoc.LogText]bool{}
	for i := range d.Coverage.Sources {
		s := &d.Coverage.Sources[i]
		s.Node = n.sources[s.Source]
		if s.Records == 0 {
			continue
		}
		first := !logs[s.Log]
		logs[s.Log] = true
		if s.Node != "" {
			c.add(s, first)
			continue
		}
		if several := hostsOf[s.Source]; len(several) > 0 {
			if first {
				d.Nodes.Shared++
			}
			for _, node := range several {
				c.node(node)
				c.formats[node][s.Format] = true
			}
		} else if first {
			d.Nodes.Unplaced++
		}
	}
	c.count(d.Findings)
	for _, node := range c.byName {
		d.Nodes.List = append(d.Nodes.List, *node)
	}
	slices.SortFunc(d.Nodes.List, func(a, b logdoc.Node) int { return naturally(string(a.Name), string(b.Name)) })
	if whole && len(d.Nodes.List) > 1 {
		d.Nodes.Outliers = c.outliers()
	}
}

// node returns a node of the list, which is longer by it if need be.
func (c *comparison) node(name logdoc.LogText) *logdoc.Node {
	node := c.byName[name]
	if node == nil {
		node = &logdoc.Node{Name: name, Guessed: c.guessed[name]}
		c.byName[name], c.formats[name], c.own[name] = node, map[string]bool{}, map[logdoc.LogText]bool{}
	}
	return node
}

// add adds a node's own log, or a rotated file of it.
func (c *comparison) add(s *logdoc.SourceCoverage, first bool) {
	node := c.node(s.Node)
	if first {
		node.Logs++
	}
	node.Records += s.Records
	if !s.First.IsZero() && (node.First.IsZero() || s.First.Before(node.First)) {
		node.First = s.First
	}
	if s.Last.After(node.Last) {
		node.Last = s.Last
	}
	c.formats[s.Node][s.Format], c.own[s.Node][baseName(s.Log)] = true, true
}

// count adds findings to the nodes that they hold on.
func (c *comparison) count(findings []logdoc.Finding) {
	for i := range findings {
		f := &findings[i]
		slices.SortFunc(f.Nodes, func(a, b logdoc.LogText) int { return naturally(string(a), string(b)) })
		for _, name := range f.Nodes {
			node := c.node(name)
			node.Findings++
			node.Worst = max(node.Worst, f.Severity)
		}
		c.count(f.Consequences)
	}
}

func (c *comparison) outliers() []logdoc.Outlier {
	out := append(c.findings(), c.states()...)
	out = append(out, c.logs()...)
	slices.SortStableFunc(out, func(a, b logdoc.Outlier) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Log, b.Log), naturally(string(a.Node), string(b.Node)))
	})
	return out[:min(len(out), maxOutliers)]
}

// spread is where a symptom holds.
type spread struct {
	finding  *logdoc.Finding
	on       map[logdoc.LogText]bool
	formats  map[string]bool // of the logs that say so
	unplaced bool
}

// findings finds symptoms that hold on one node alone, or on all but one, of three or more whose logs would tell: of two, neither is the odd one. A symptom of whose records it is not known where they were written tells nothing.
func (c *comparison) findings() []logdoc.Outlier {
	formatOf := map[logdoc.LogText]string{}
	for _, s := range c.d.Coverage.Sources {
		formatOf[s.Source] = s.Format
	}
	symptoms := map[string]*spread{}
	var order []string
	var visit func(findings []logdoc.Finding, told bool)
	visit = func(findings []logdoc.Finding, told bool) {
		for i := range findings {
			f := &findings[i]
			s := symptoms[f.Symptom]
			if s == nil {
				s = &spread{on: map[logdoc.LogText]bool{}, formats: map[string]bool{}}
				symptoms[f.Symptom] = s
				order = append(order, f.Symptom)
			}
			if told && (s.finding == nil || f.Severity > s.finding.Severity) {
				s.finding = f
			}
			s.unplaced = s.unplaced || f.Unplaced
			for _, node := range f.Nodes {
				s.on[node] = true
			}
			for _, e := range f.Evidence {
				if e.Place.Line > 0 {
					s.formats[formatOf[e.Place.Source]] = true
				}
			}
			// What follows from another finding is no news of its own.
			visit(f.Consequences, false)
		}
	}
	visit(c.d.Findings, true)
	for i := range c.d.Silenced {
		visit([]logdoc.Finding{c.d.Silenced[i].Finding}, false)
	}
	var out []logdoc.Outlier
	for _, name := range order {
		s := symptoms[name]
		if s.finding == nil || s.unplaced {
			continue
		}
		best := logdoc.Outlier{}
		for format := range s.formats {
			with, without := c.parted(format, s.on)
			o := logdoc.Outlier{Kind: logdoc.OutlierFinding, Name: name, Title: s.finding.Title, Severity: s.finding.Severity, Of: len(with) + len(without)}
			switch {
			case len(with) == 1 && len(without) > 1:
				o.Node = with[0]
			case len(without) == 1 && len(with) > 1:
				o.Node, o.Lacks = without[0], true
			default:
				continue
			}
			if o.Of > best.Of || o.Of == best.Of && o.Node < best.Node {
				best = o
			}
		}
		if best.Of > 0 {
			out = append(out, best)
		}
	}
	return out
}

// parted parts the nodes that have logs of a format.
func (c *comparison) parted(format string, on map[logdoc.LogText]bool) (with, without []logdoc.LogText) {
	for i := range c.d.Nodes.List {
		switch name := c.d.Nodes.List[i].Name; {
		case !c.formats[name][format]:
		case on[name]:
			with = append(with, name)
		default:
			without = append(without, name)
		}
	}
	return with, without
}

// states finds nodes whose normal records tell another state than those of all others.
func (c *comparison) states() []logdoc.Outlier {
	type stated struct {
		clean *logdoc.Clean
		node  logdoc.LogText
	}
	by := map[string][]stated{}
	var order []string
	for i := range c.d.Clean {
		clean := &c.d.Clean[i]
		node := c.hosts[clean.Key]
		if !clean.Expected || clean.State == "" || node == "" {
			continue
		}
		if by[clean.Name] == nil {
			order = append(order, clean.Name)
		}
		by[clean.Name] = append(by[clean.Name], stated{clean, node})
	}
	var out []logdoc.Outlier
	for _, name := range order {
		list := by[name]
		if len(list) < 3 {
			continue
		}
		count := map[string]int{}
		for _, s := range list {
			count[s.clean.State]++
		}
		for _, odd := range list {
			for _, other := range list {
				if count[odd.clean.State] == 1 && odd.clean.State != other.clean.State && count[other.clean.State] == len(list)-1 {
					out = append(out, logdoc.Outlier{Kind: logdoc.OutlierState, Node: odd.node, Lacks: true, Name: name, Title: odd.clean.Title, State: other.clean.State, Of: len(list)})
					break
				}
			}
		}
	}
	return out
}

// maxLogNames bounds the names of logs that nodes are compared by: those that most nodes have.
const maxLogNames = 200

// logs finds nodes without a log that all nodes have whose logs are otherwise called as theirs.
func (c *comparison) logs() []logdoc.Outlier {
	having := map[logdoc.LogText]int{}
	for _, own := range c.own {
		for name := range own {
			having[name]++
		}
	}
	var names []logdoc.LogText
	for name, n := range having {
		if n > 1 && n < len(c.own) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b logdoc.LogText) int { return cmp.Or(having[b]-having[a], cmp.Compare(a, b)) })
	var out []logdoc.Outlier
	for _, name := range names[:min(len(names), maxLogNames)] {
		for i := range c.d.Nodes.List {
			odd := c.d.Nodes.List[i].Name
			if len(c.own[odd]) == 0 || c.own[odd][name] {
				continue
			}
			like, with := 0, 0
			for other, own := range c.own {
				if other == odd || !shareOne(own, c.own[odd]) {
					continue
				}
				like++
				if own[name] {
					with++
				}
				if with < like {
					break
				}
			}
			if like > 1 && with == like {
				out = append(out, logdoc.Outlier{Kind: logdoc.OutlierLog, Node: odd, Lacks: true, Log: name, Of: like + 1})
			}
		}
	}
	return out
}

func shareOne(a, b map[logdoc.LogText]bool) bool {
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}

// baseName is what a log is called in its folder.
func baseName(log logdoc.LogText) logdoc.LogText {
	return log[strings.LastIndexByte(string(log), '/')+1:]
}

// naturally orders names as people do: node2 before node10.
func naturally(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			x, y := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if d := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); d != 0 {
				return d
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			break
		}
		a, b = a[1:], b[1:]
	}
	return strings.Compare(a, b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
