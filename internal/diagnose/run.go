package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"logdoc"
	"logdoc/rules"
	"logdoc/source"
)

// Options say what to diagnose and how.
type Options struct {
	Paths []string
	// Files is where the paths are looked up; Stdin is what "-" reads.
	Files fs.FS
	Stdin io.Reader
	// Format forces one format; Zone is where stamps without a zone come from.
	Format string
	Zone   *time.Location
	// Since and Until bound the records that count as evidence; SinceLast and UntilLast count back from the newest stamp.
	Since, Until         time.Time
	SinceLast, UntilLast time.Duration
	// Now is the time of the run, which gives the year to standard input without one and says which silences have ended.
	Now    time.Time
	Limits source.Limits
	// Workers is how many goroutines scan, 0 for one a processor. BlockSize is in bytes, 0 for the default.
	Workers   int
	BlockSize int
	// Costs, if not nil, adds up what the run spends its time on. A run that is measured takes somewhat longer.
	Costs *Costs
	// Progress is told, from several goroutines, of bytes that were scanned; nil for nobody.
	Progress func(bytes int64)
	// Timeline asks for the diagnosis's timeline.
	Timeline bool
	// Hosts, if not nil, collects what the records of the input call the machines that wrote them.
	Hosts *Hosts
	// Records, if not nil, is shown every record, those of one source in their order. The run then reads each of them in full, with one worker.
	Records func(Record)

	// zoom is what the timeline counts; skip leaves inputs out; watch is told of what was read. nil is for none.
	zoom  window
	skip  func(source.Input) bool
	watch *watch
}

// Record is one record of the input, and what the packs know of it.
type Record struct {
	Source logdoc.LogText
	// Format is the record's, empty when none accepts it.
	Format string
	// Known is one of the words that coverage counts by: bad, normal, unexplained, unread.
	Known string
	// Event is valid during the call only.
	Event *logdoc.Event
	// Fields names the event's fields by their slots; a slot without a name has none.
	Fields []string
}

// blockSize is large enough for the longest record and small enough for the second-level cache to help.
const blockSize = 512 << 10

// maxClusters bounds the clusters of unexplained records in a diagnosis.
const maxClusters = 500

// Run diagnoses the input. An error is the context's, and the diagnosis then says what was found until then; whatever could not be read is told in the
// diagnosis.
func Run(ctx context.Context, p *Packs, o Options) (*logdoc.Diagnosis, error) {
	return run(ctx, p, o, nil)
}

// run is Run; look, if there is one, is shown the correlator once it has spoken.
func run(ctx context.Context, p *Packs, o Options, look func(*rules.Correlator)) (*logdoc.Diagnosis, error) {
	d := &logdoc.Diagnosis{Notes: append(p.notes(), p.expired(o.Now)...)}
	inputs, problems := source.List(o.Files, o.Paths, o.Stdin)
	for _, path := range o.Paths {
		if path != "" && isHollow(o.Files, path) {
			problems = append(problems, source.Problem{Path: logdoc.LogText(path), Note: logdoc.Note{LeftOut: true, Text: "there is no file in this directory: check the path"}})
		}
	}
	for _, pr := range problems {
		d.Coverage.Sources = append(d.Coverage.Sources, logdoc.SourceCoverage{Source: pr.Path, Log: pr.Path, Notes: []logdoc.Note{pr.Note}})
	}
	if o.skip != nil {
		inputs = slices.DeleteFunc(inputs, o.skip)
	}
	r := newRunner(p, o)
	o.Costs.begin(r)
	parts := make([]*part, len(inputs))
	if o.watch != nil {
		o.watch.begin(r, d, inputs)
	}
	err := r.walk(ctx, inputs, parts)
	o.Costs.scanned()
	for _, sc := range r.scanners {
		o.Hosts.add(sc.hosts)
	}
	o.Hosts.end()
	c := r.join(d, parts, false)
	if look != nil {
		look(c)
	}
	if err != nil {
		text := "interrupted: this is what was found until then"
		if n := count(parts, func(p *part) bool { return p == nil }); n > 0 {
			text += fmt.Sprintf("; %d of %d files were not opened", n, len(parts))
		}
		d.Notes = append(d.Notes, logdoc.Note{LeftOut: true, Text: text})
	}
	return d, err
}

// isHollow reports whether the path is a directory with no file in it or below it. It looks no further than to the first file.
func isHollow(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	if err != nil || !info.IsDir() {
		return false
	}
	hollow := true
	err = fs.WalkDir(files, name, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			hollow = false
			return fs.SkipAll
		}
		return nil
	})
	return err == nil && hollow
}

func count[T any](list []T, holds func(T) bool) int {
	n := 0
	for _, v := range list {
		if holds(v) {
			n++
		}
	}
	return n
}

// expired tells of silences that have ended: what they silenced is told again, and nobody should wonder why.
func (p *Packs) expired(now time.Time) []logdoc.Note {
	var notes []logdoc.Note
	for _, pr := range p.Silences.Expired(now) {
		notes = append(notes, logdoc.Note{Text: "a silence has ended, and what it silenced is told again: remove it, or give it a later end", Detail: logdoc.LogText(pr.Error())})
	}
	return notes
}

func (p *Packs) notes() []logdoc.Note {
	var notes []logdoc.Note
	broken := map[string]bool{}
	for _, pr := range p.Problems.Errors() {
		if !broken[pr.Pos.File] {
			broken[pr.Pos.File] = true
			notes = append(notes, logdoc.Note{Text: "a pack file has a mistake and was not used in full: run logdoc check on it", Detail: logdoc.LogText(pr.Error())})
		}
	}
	if p.Unwanted > 0 {
		notes = append(notes, logdoc.Note{Text: fmt.Sprintf("%d symptoms were left out by --only or --skip: records that only they know count as unexplained", p.Unwanted)})
	}
	for _, name := range p.Overridden {
		notes = append(notes, logdoc.Note{Text: "a later pack replaces what had the same name", Detail: logdoc.LogText(name)})
	}
	return notes
}

// runner is one run. Walkers read the inputs and cut them into blocks; scanners work on the blocks of all of them.
type runner struct {
	packs    *Packs
	options  Options
	pool     *source.Pool
	budget   *source.Budget
	named    map[logdoc.LogText]bool
	scanners []*scanner
	jobs     chan *job
	helping  atomic.Int32 // workers that have nothing to read any more
	// ahead holds one token for each block that was handed to another worker and not taken back: memory does not grow with the square of the workers.
	ahead chan struct{}
	// spare are slices of matches that nobody needs any more.
	spare chan []logdoc.Match
	// timelines is nil where nobody asks for a timeline.
	timelines *timelines
	// factBytes counts the content that is kept for facts until the end.
	factBytes atomic.Int64
}

func newRunner(p *Packs, o Options) *runner {
	if o.Records != nil {
		o.Workers = 1
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.BlockSize <= 0 {
		o.BlockSize = blockSize
	}
	r := &runner{packs: p, options: o, pool: source.NewPool(o.BlockSize), budget: source.NewBudget(o.Limits), named: map[logdoc.LogText]bool{},
		jobs: make(chan *job, 1), ahead: make(chan struct{}, o.Workers), spare: make(chan []logdoc.Match, o.Workers)}
	for _, path := range o.Paths {
		r.named[logdoc.LogText(path)] = true
	}
	if o.Timeline {
		r.timelines = &timelines{all: newTimeline(o.zoom)}
	}
	for range o.Workers {
		sc := newScanner(p)
		sc.spare = r.spare
		if o.Records != nil {
			sc.records = o.Records
			sc.grammar.Twins = nil
			sc.fields = p.fieldNames()
		}
		if o.Timeline {
			sc.timeline, sc.timelines = newTimeline(o.zoom), r.timelines
			sc.grammar.Watch = sc.timeline.add
		}
		if o.Hosts != nil {
			sc.hosts = &seenHosts{names: map[logdoc.LogText]bool{}}
		}
		sc.window = window{o.Since, o.Until, o.SinceLast > 0 || o.UntilLast > 0}
		r.scanners = append(r.scanners, sc)
	}
	return r
}

// fieldNames lists the names of each format's fields by slot.
func (p *Packs) fieldNames() [][]string {
	all := make([][]string, len(p.Grammar.Formats()))
	for f := range all {
		all[f] = make([]string, logdoc.MaxFields)
		for _, name := range p.Grammar.Fields(f) {
			if slot, ok := p.Grammar.Slot(f, name); ok {
				all[f][slot] = name
			}
		}
	}
	return all
}

// maxFactBytes bounds the content of files that facts are read from, over all inputs: such files hold a number, a list or a certificate.
const maxFactBytes = 32 << 20

// part is what one input gave.
type part struct {
	sources []*sourceResult
	notes   map[logdoc.LogText][]logdoc.Note
	order   []logdoc.LogText // of notes
	facts   []factFile
	matches *rules.Collection
	scanner *scanner // of the worker that walks
	index   int      // of the input
	handed  int64    // see watch
}

type factFile struct {
	name    logdoc.LogText
	content []byte
	read    bool // a fact wants it
}

// walk walks the inputs, one at a time a worker. A worker that finds no input left scans what the others have read.
func (r *runner) walk(ctx context.Context, inputs []source.Input, parts []*part) error {
	var working, walking sync.WaitGroup
	var next atomic.Int64
	errs := make([]error, len(r.scanners))
	walking.Add(len(r.scanners))
	for w, sc := range r.scanners {
		working.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(inputs) {
					break
				}
				parts[i], errs[w] = r.input(ctx, i, inputs[i], sc)
			}
			walking.Done()
			r.helping.Add(1)
			for j := range r.jobs {
				sc.scan(j)
			}
		})
	}
	walking.Wait()
	close(r.jobs)
	working.Wait()
	return errors.Join(errs...)
}

// input walks one input and returns what it gave, also when it ends early.
func (r *runner) input(ctx context.Context, index int, in source.Input, sc *scanner) (*part, error) {
	p := &part{notes: map[logdoc.LogText][]logdoc.Note{}, matches: r.packs.Rules.NewCollection(), index: index, scanner: sc}
	note := func(name logdoc.LogText, n logdoc.Note) {
		if _, ok := p.notes[name]; !ok {
			p.order = append(p.order, name)
		}
		p.notes[name] = append(p.notes[name], n)
	}
	defer r.options.Costs.unpacking()()
	err := r.options.Costs.timed(in).Walk(ctx, r.budget, func(s *source.Stream) error { return r.stream(s, p) }, note)
	if r.options.watch != nil {
		r.options.watch.finished(p)
	}
	return p, err
}

// join merges the parts in the order of the input and lets the correlator speak: of all, or, with soFar, of what nothing that is still to come can take back. It changes nothing
// of the parts.
func (r *runner) join(d *logdoc.Diagnosis, parts []*part, soFar bool) *rules.Correlator {
	c := r.packs.Rules.NewCorrelator()
	defer r.options.Costs.correlating(c)()
	facts, long := map[logdoc.LogText][]string{}, map[logdoc.LogText]bool{}
	var all []*sourceResult
	notes := map[logdoc.LogText][]logdoc.Note{}
	var order []logdoc.LogText
	for _, p := range parts {
		if p == nil {
			continue
		}
		// Who watches looks at the parts as well.
		if soFar || r.options.watch != nil {
			c.Merge(p.matches)
		} else {
			c.Take(p.matches)
		}
		for _, f := range p.facts {
			c.Facts().See(f.name)
			if f.read {
				facts[f.name] = c.Facts().Read(f.name, f.content)
				long[f.name] = len(f.content) == rules.MaxFactFile
			}
		}
		all = append(all, p.sources...)
		for _, name := range p.order {
			if _, ok := notes[name]; !ok {
				order = append(order, name)
			}
			notes[name] = append(notes[name], p.notes[name]...)
		}
	}
	clusters := newClusters(window{}, false)
	for _, s := range all {
		row := s.coverage
		row.Others, row.Notes = maps.Clone(row.Others), slices.Clone(row.Notes)
		var wanted bool
		if row.Facts, wanted = facts[row.Source]; wanted && len(row.Facts) == 0 {
			row.Notes = append(row.Notes, logdoc.Note{LeftOut: true, Text: fmt.Sprintf("not read as a fact: there are more than %d such files, give logdoc those that matter", rules.MaxFactFiles)})
		}
		if long[row.Source] {
			row.Notes = append(row.Notes, logdoc.Note{Text: fmt.Sprintf("facts were looked for in its first %d MiB only", rules.MaxFactFile>>20)})
		}
		if c.Facts().Cut(row.Source) {
			row.Notes = append(row.Notes, logdoc.Note{Text: fmt.Sprintf("it holds more lines or elements of a kind than facts look at: the first and last lines, %d over all files, or %d elements", rules.MaxFactLines, rules.MaxFactElements)})
		}
		row.Notes = append(row.Notes, notes[row.Source]...)
		delete(notes, row.Source)
		d.Coverage.Sources = append(d.Coverage.Sources, row)
		for f := range s.formats {
			c.SeeFormat(f)
		}
		if !s.coverage.Last.IsZero() {
			c.SeeSource(s.coverage.Source, s.coverage.Last.UnixNano())
		}
		clusters.merge(s.clusters)
	}
	for _, name := range order {
		if ns, ok := notes[name]; ok {
			// Nothing of the file could be read: a fact that wants it must know that it is there.
			row := logdoc.SourceCoverage{Source: name, Log: name, Notes: ns}
			if r.packs.Rules.WantsFile(name) {
				c.Facts().See(name)
				row.Facts = c.Facts().Read(name, nil)
			}
			d.Coverage.Sources = append(d.Coverage.Sources, row)
		}
	}
	c.Rank(ranks(all))
	var factFiles []logdoc.LogText
	for _, p := range parts {
		if p != nil {
			for _, f := range p.facts {
				if f.read {
					factFiles = append(factFiles, f.name)
				}
			}
		}
	}
	nodes := placeNodes(all, factFiles)
	c.Nodes(nodes.of)
	var out rules.Outcome
	if soFar {
		out, clusters = r.outcomeSoFar(c, d, clusters)
	} else {
		clusters.clip(r.limit(c, d))
		out = c.Finish(time.Time{})
	}
	r.packs.Overlays.Tell(out.Findings)
	d.Capture, d.Clean, d.Unchecked = out.Capture, out.Clean, out.Unchecked
	d.Findings, d.Silenced = r.packs.Silences.Apply(out.Findings, r.options.Now)
	d.Notes = append(d.Notes, out.Notes...)
	tellNodes(d, nodes, all, !soFar)
	r.collect(d)
	clusters.tell(d)
	total(&d.Coverage)
	if r.timelines != nil {
		d.Timeline = r.timelines.told()
	}
	return c
}

// ranks orders sources: as the input has them, but the files of one log oldest first.
func ranks(all []*sourceResult) func(logdoc.LogText) int {
	first := map[logdoc.LogText]int{}
	for i, s := range all {
		if _, ok := first[s.coverage.Log]; !ok {
			first[s.coverage.Log] = i
		}
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b *sourceResult) int {
		if d := first[a.coverage.Log] - first[b.coverage.Log]; d != 0 {
			return d
		}
		return a.order - b.order
	})
	rank := map[logdoc.LogText]int{}
	for i, s := range sorted {
		rank[s.coverage.Source] = i
	}
	return func(name logdoc.LogText) int { return rank[name] }
}

// limit applies --since and --until, also those that count back from the newest stamp.
// It returns what they are in the end.
func (r *runner) limit(c *rules.Correlator, d *logdoc.Diagnosis) window {
	o := r.options
	since, until := o.Since, o.Until
	newest := time.Time{}
	for _, s := range d.Coverage.Sources {
		if s.Last.After(newest) {
			newest = s.Last
		}
	}
	if newest.IsZero() && (o.SinceLast > 0 || o.UntilLast > 0) {
		d.Notes = append(d.Notes, logdoc.Note{Text: "no record has a time to count back from: all of them count as evidence"})
		return window{}
	}
	if o.SinceLast > 0 {
		since = newest.Add(-o.SinceLast)
	}
	if o.UntilLast > 0 {
		until = newest.Add(-o.UntilLast)
	}
	if since.IsZero() && until.IsZero() {
		return window{}
	}
	c.Limit(since, until)
	text := "only records"
	if !since.IsZero() {
		text += " since " + since.UTC().Format("2006-01-02 15:04:05")
	}
	if !until.IsZero() {
		text += " until " + until.UTC().Format("2006-01-02 15:04:05")
	}
	d.Notes = append(d.Notes, logdoc.Note{Text: text + " (UTC) count as evidence"})
	return window{since: since, until: until}
}

// collect replaces the formats' names in the lists of what to bring by what the formats say of their files.
func (r *runner) collect(d *logdoc.Diagnosis) {
	for i := range d.Unchecked {
		d.Unchecked[i].Collect = r.packs.collectWords(d.Unchecked[i].Collect)
	}
}

// collectWords replaces the formats' names by what the formats say of their files.
func (p *Packs) collectWords(names []string) []string {
	var files []string
	for _, name := range names {
		what := []string{name}
		if f, ok := p.Grammar.Format(name); ok && len(f.Collect) > 0 {
			what = f.Collect
		}
		for _, w := range what {
			if !slices.Contains(files, w) {
				files = append(files, w)
			}
		}
	}
	return files
}

func firstSeen(findings []logdoc.Finding) time.Time {
	for _, f := range findings {
		if !f.First.IsZero() {
			return f.First
		}
	}
	return time.Time{}
}

func total(c *logdoc.Coverage) {
	t := &c.Totals
	for i := range c.Sources {
		s := &c.Sources[i]
		t.Bytes += s.Bytes
		t.Lines += s.Lines
		t.Records += s.Records
		t.KnownBad += s.KnownBad
		t.KnownNormal += s.KnownNormal
		t.Unexplained += s.Unexplained
		t.Unread += s.Unread
		if !s.First.IsZero() && (t.First.IsZero() || s.First.Before(t.First)) {
			t.First = s.First
		}
		if s.Last.After(t.Last) {
			t.Last = s.Last
		}
		if slices.ContainsFunc(s.Notes, func(n logdoc.Note) bool { return n.LeftOut }) {
			c.Incomplete = true
		}
		for name, n := range s.Others {
			if t.Others == nil {
				t.Others = map[string]int{}
			}
			t.Others[name] += n
		}
	}
}
