package diagnose

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/internal/sanitize"
	"logdoc/rules"
	"logdoc/source"
)

// sourceResult is what one log gave.
type sourceResult struct {
	coverage logdoc.SourceCoverage
	order    int
	formats  map[int]bool
	clusters *clusters
	// newest is the newest stamp so far, last that of the last record that has one, for records without a clock.
	newest, last int64
	clocked      bool
	back         bool
	yearTold     bool
	longTold     bool
	unknownZone  string
	salvaged     int
	hosts        map[logdoc.LogText]bool // what its records call their machines
	format       string                  // of a log that is followed: the main one as far as is known; its records are counted among the others
	written      time.Time               // of a log that is followed: when it was written last
	late         int                     // records that came when the watermark had passed them, of a log that is followed
}

// stream reads one log, or passes it over, and adds what it gave to the part.
func (r *runner) stream(s *source.Stream, p *part) error {
	file := factFile{name: s.Name, read: r.packs.Rules.WantsFile(s.Name)}
	res := &sourceResult{order: s.Order, formats: map[int]bool{}, clusters: newClusters(window{}, false)}
	res.coverage.Source, res.coverage.Log = s.Name, s.Log
	p.sources = append(p.sources, res)
	defer func() { p.facts = append(p.facts, file) }()
	defer r.options.Costs.visiting()()
	content := r.options.Costs.stream(s)
	if file.read {
		var err error
		if file.content, err = rules.ReadFactFile(content); err != nil {
			return err
		}
		content = io.MultiReader(bytes.NewReader(file.content), content)
		if r.factBytes.Add(int64(len(file.content))) > maxFactBytes {
			file = factFile{name: s.Name}
			res.note(logdoc.Note{LeftOut: true, Text: "not read as a fact: there are too many such files, give logdoc the one that matters"})
		}
	}
	if s.Binary {
		res.coverage.Why = "binary"
		if !file.read {
			res.note(logdoc.Note{LeftOut: r.named[s.Name], Text: "a binary file, not read: give logdoc the log itself"})
		}
		return nil
	}
	blocks := source.NewBlocks(content, r.pool)
	head := blocks.Head(grammar.HeadSize)
	if len(head) == 0 {
		// Before anything is detected, and with its buffer given back: an archive can hold a million of them.
		_, err := blocks.Next(0)
		res.coverage.Why = "empty"
		if !file.read && !s.Damaged() {
			res.note(logdoc.Note{LeftOut: r.named[s.Name], Text: "it is empty: ask for it again if it should not be"})
		}
		return notEnd(err)
	}
	modTime := s.ModTime
	if modTime.IsZero() {
		modTime = r.options.Now
	}
	reading := r.packs.Grammar.Detect(head, grammar.Options{Name: string(s.Name), Force: r.options.Format, Zone: r.options.Zone, ModTime: modTime})
	if file.read && (reading.Format == nil || reading.Format.LastResort()) {
		res.coverage.Why = "read as a fact"
		res.coverage.Bytes, res.coverage.Lines = int64(len(file.content)), bytes.Count(file.content, []byte("\n"))
		if !bytes.HasSuffix(file.content, []byte("\n")) {
			res.coverage.Lines++
		}
		return nil
	}
	res.coverage.Why = reading.Why
	if reading.Format != nil {
		res.coverage.Format = reading.Format.Name
	} else {
		res.coverage.Why = "its first lines are of no known kind"
	}
	res.coverage.Notes = append(res.coverage.Notes, reading.Notes...)
	if reading.Mend != nil {
		blocks.Through(reading.Mend)
	}
	blocks.SetStarts(reading.Starts)
	err := r.blocks(blocks, reading, res, p)
	reading.End()
	res.finish(modTime)
	if errors.Is(err, io.ErrNoProgress) {
		res.note(logdoc.Note{LeftOut: true, Line: res.coverage.Lines, Text: "reading gives neither bytes nor an end from here on: give logdoc a copy of the file"})
		return nil
	}
	if err != nil {
		res.note(logdoc.Note{LeftOut: true, Line: res.coverage.Lines, Text: "interrupted: what follows was not read"})
	}
	return err
}

// notEnd is nil at the end of a stream.
func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrNoProgress) {
		return nil
	}
	return err
}

func (res *sourceResult) note(n logdoc.Note) { res.coverage.Notes = append(res.coverage.Notes, n) }

// maxPending bounds the blocks of one log that are scanned, but wait for one before them.
const maxPending = 16

// blocks scans the blocks of one log, or hands them to a worker that has nothing to read, and takes the results in order. A block that was just read is scanned fastest by who
// has read it.
func (r *runner) blocks(blocks *source.Blocks, reading *grammar.Reading, res *sourceResult, p *part) error {
	var pending []*job
	take := func() {
		j := pending[0]
		pending = pending[1:]
		<-j.done
		if j.handed {
			<-r.ahead
		}
		r.merge(j, res, p)
	}
	defer func() {
		for len(pending) > 0 {
			take()
		}
	}()
	breaks := 0
	for {
		// An interruption comes through the stream, behind what was read before it: that still counts.
		b, err := blocks.Next(breaks)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		j := &job{block: b, reading: reading, source: res.coverage.Source, done: make(chan struct{})}
		midLine, last := b.MidLine, b.Data[len(b.Data)-1]
		if breaks = r.hand(j); breaks < 0 {
			p.scanner.scan(j)
			breaks = j.tally.Breaks(midLine, last)
		}
		pending = append(pending, j)
		for len(pending) > 0 && (len(pending) > maxPending || pending[0].isDone()) {
			take()
		}
	}
}

// hand hands a job to a worker that has nothing to read, and returns how many line breaks its block has; -1 when there is no such worker, or there is one job already that waits for it.
func (r *runner) hand(j *job) int {
	if r.helping.Load() == 0 || len(r.jobs) == cap(r.jobs) {
		return -1
	}
	select {
	case r.ahead <- struct{}{}:
	default:
		return -1
	}
	breaks := bytes.Count(j.block.Data, []byte("\n"))
	j.handed = true
	select {
	case r.jobs <- j:
		return breaks
	default:
	}
	j.handed = false
	<-r.ahead
	return -1
}

func (j *job) isDone() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// merge adds a block's result to its source's, in the order of the blocks.
func (r *runner) merge(j *job, res *sourceResult, p *part) {
	res.take(j, r.packs)
	for i := range j.matches {
		p.matches.Add(&j.matches[i])
	}
	clear(j.matches)
	select {
	case r.spare <- j.matches[:0]:
	default:
	}
	j.matches = nil
	for _, n := range j.normals {
		p.matches.AddNormal(n)
	}
	if r.options.Progress != nil {
		r.options.Progress(j.tally.Bytes)
	}
	if r.options.watch != nil {
		r.options.watch.merged(p, res, j)
	}
}

// take adds what a block says of its source, and tells its matches where they stand.
func (res *sourceResult) take(j *job, p *Packs) {
	t := &j.tally
	c := &res.coverage
	c.Bytes += t.Bytes
	c.Lines += int(t.Lines)
	c.KnownBad += j.counts[rules.KnownBad]
	c.KnownNormal += j.counts[rules.KnownNormal] + t.Frame
	c.Unexplained += j.counts[rules.Unexplained]
	c.Unread += j.unread
	for f, n := range t.Formats {
		if n == 0 {
			continue
		}
		res.formats[f] = true
		if name := p.Grammar.Formats()[f].Name; name != c.Format {
			if c.Others == nil {
				c.Others = map[string]int{}
			}
			c.Others[name] += n
		}
	}
	for i := range j.matches {
		m := &j.matches[i]
		m.Place.Source = c.Source
		if !m.Clock && m.Time == math.MinInt64 && res.clocked {
			m.Time = res.last
		}
	}
	for _, host := range j.hosts {
		if res.hosts == nil {
			res.hosts = map[logdoc.LogText]bool{}
		}
		if len(res.hosts) < maxHosts {
			res.hosts[host] = true
		}
	}
	res.clusters.mergePlaced(j.clusters, c.Source)
	if t.Clock.Seen {
		newest := t.Clock.Oldest
		if res.clocked {
			newest = res.newest
		}
		if back := t.Clock.GoesBack(newest); back.Line > 0 && !res.back {
			res.back = true
			res.note(logdoc.Note{Line: back.Line, Text: fmt.Sprintf("the clock goes back by %s here: order and windows around it cannot be trusted", back.By().Round(time.Second))})
		}
		if !res.clocked || t.Clock.Oldest < c.First.UnixNano() {
			c.First = time.Unix(0, t.Clock.Oldest).UTC()
		}
		if !res.clocked || t.Clock.Newest > c.Last.UnixNano() {
			c.Last = time.Unix(0, t.Clock.Newest).UTC()
			res.newest = t.Clock.Newest
		}
		res.last, res.clocked = t.Clock.Latest, true
	}
	res.salvaged += t.Salvaged
	if t.UnknownZone != "" {
		res.unknownZone = t.UnknownZone
	}
	res.yearTold = res.yearTold || t.YearAssumed
	if t.LongLine > 0 && !res.longTold {
		res.longTold = true
		res.note(logdoc.Note{LeftOut: true, Line: t.LongLine, Text: fmt.Sprintf("a record is longer than %d KiB: only its start was looked at", grammar.MaxRecord>>10)})
	}
}

// finish completes a source's coverage once its last block is merged.
func (res *sourceResult) finish(modTime time.Time) {
	c := &res.coverage
	c.Records = c.KnownBad + c.KnownNormal + c.Unexplained + c.Unread
	// A block tells of its clock before its long lines, wherever they stand.
	slices.SortStableFunc(c.Notes, func(a, b logdoc.Note) int { return cmp.Compare(a.Line, b.Line) })
	if res.yearTold {
		res.note(logdoc.Note{Text: fmt.Sprintf("its stamps have no year: it was taken from the file's time, %s", modTime.UTC().Format("2006-01-02"))})
	}
	if res.unknownZone != "" {
		res.note(logdoc.Note{Text: fmt.Sprintf("the zone %s is not clear, its times are taken as UTC: say it with --tz", sanitize.Line(res.unknownZone))})
	}
	if res.salvaged > 0 {
		for i := range c.Notes {
			if c.Notes[i].Text == grammar.SalvageNote {
				c.Notes[i].Text += fmt.Sprintf(" (%d)", res.salvaged)
			}
		}
	}
}

// job is one block to scan, and then what was found in it.
type job struct {
	block    *source.Block
	reading  *grammar.Reading
	source   logdoc.LogText
	done     chan struct{}
	handed   bool // to another worker: it holds a token of runner.ahead
	tally    grammar.Tally
	counts   [3]int
	unread   int
	matches  []logdoc.Match
	normals  []rules.Normal
	clusters *clusters
	// hosts are those that its records name; hostNumber are their indexes, and lastHost is that of the last one.
	hosts      []logdoc.LogText
	hostNumber map[string]int
	lastHost   int
}

// scanner works on one block after the other.
type scanner struct {
	packs   *Packs
	grammar *grammar.Scanner
	rules   *rules.Scanner
	formats []string
	window  window
	job     *job
	like    clusters // whose records are alike; it holds none
	alike   []alike
	numbers map[alike]int32
	// timeline is what grammar.Watch is told of one block, timelines what it is added to; nil where nobody asks for a timeline.
	timeline  *timeline
	timelines *timelines
	costs     *scanCosts // nil mostly
	spare     <-chan []logdoc.Match
	hosts     *seenHosts // nil where nobody asks for them
	// records is shown every record, with the names of its fields by format; nil mostly.
	records func(Record)
	fields  [][]string
}

func newScanner(p *Packs) *scanner {
	sc := &scanner{packs: p, grammar: grammar.NewScanner(), rules: p.Rules.NewScanner(), formats: p.Grammar.Names(), numbers: map[alike]int32{}}
	sc.grammar.Twins = sc
	return sc
}

func (sc *scanner) scan(j *job) {
	defer close(j.done)
	defer sc.costs.block(j)()
	sc.read(j)
	if sc.timeline != nil {
		sc.timelines.take(sc.timeline)
	}
	j.block.Release()
}

// read scans the job's block.
func (sc *scanner) read(j *job) {
	b := j.block
	main := grammar.Plain
	if j.reading.Format != nil {
		main, _ = sc.packs.Grammar.Index(j.reading.Format.Name)
	}
	sc.rules.Begin(b.Data, b.Offset, main, !sc.grammar.Familiar(j.reading))
	select {
	case sc.rules.Matches = <-sc.spare:
	default:
	}
	chunk := grammar.Chunk{Data: b.Data, Line: b.Line, Offset: b.Offset, Open: b.Open, MidLine: b.MidLine}
	sc.job = j
	sc.grammar.Scan(j.reading, sc.packs.Grammar, chunk, &j.tally, sc.take)
	sc.job = nil
	j.matches, j.normals = sc.rules.Matches, sc.rules.Normals
}

// take takes one record.
func (sc *scanner) take(ev *logdoc.Event) {
	sc.classed(ev, sc.rules.Accept(ev))
}

// classed counts one record, of which the rules have said what it is.
func (sc *scanner) classed(ev *logdoc.Event, class rules.Class) {
	j := sc.job
	see(j, host(ev))
	sc.hosts.see(ev)
	if sc.records != nil {
		sc.show(ev, class)
	}
	switch {
	case class != rules.Unexplained:
		j.counts[class]++
	case ev.Format == grammar.Plain:
		j.unread++
	default:
		j.counts[class]++
		if ev.Severity >= logdoc.Warning {
			if j.clusters == nil {
				j.clusters = newClusters(sc.window, true)
			}
			j.clusters.add(ev, sc.formats[ev.Format])
		}
	}
}

// plainFields are those of a line that no format accepts.
var plainFields = []string{logdoc.FieldMessage: "message"}

// show shows a record to who wants to see all of them.
func (sc *scanner) show(ev *logdoc.Event, class rules.Class) {
	r := Record{Source: sc.job.source, Known: "unexplained", Event: ev, Fields: plainFields}
	switch {
	case class == rules.KnownBad:
		r.Known = "bad"
	case class == rules.KnownNormal:
		r.Known = "normal"
	case ev.Format == grammar.Plain:
		r.Known = "unread"
	}
	if ev.Format != grammar.Plain {
		r.Format, r.Fields = sc.formats[ev.Format], sc.fields[ev.Format]
	}
	sc.records(r)
}

// alike is how records are counted that need not be shown.
type alike struct {
	likeness int32 // as the rules have it
	// unexplained is the cluster of records at warning or above that no pattern knows; nil for others.
	unexplained *likeRecords
	// host is what they call their machine.
	host string
}

// Alike, Take and Count take the records of which it is known what they are like: the scanner is what the grammar calls twins.
func (sc *scanner) Alike(ev *logdoc.Event) (grammar.Kin, bool) {
	sc.hosts.see(ev)
	of, ok := sc.rules.Alike(ev, grammar.Told)
	if !ok || len(sc.alike) == maxAlike {
		return grammar.Kin{}, false
	}
	kin := grammar.Kin{Kind: int32(len(sc.alike)), OneByOne: of.Open, Told: of.Told}
	a := alike{likeness: of.ID, host: string(host(ev))}
	if !of.Open && of.Class == rules.Unexplained && ev.Severity >= logdoc.Warning {
		if sc.window != (window{}) {
			return grammar.Kin{}, false // which of them count depends on their times
		}
		a.unexplained = sc.like.of(ev, sc.formats[ev.Format])
	} else if known, ok := sc.numbers[a]; ok {
		kin.Kind = known
		return kin, true
	} else {
		sc.numbers[a] = kin.Kind
	}
	sc.alike = append(sc.alike, a)
	return kin, true
}

func (sc *scanner) Take(kind int32, ev *logdoc.Event) {
	sc.classed(ev, sc.rules.AcceptAlike(sc.alike[kind].likeness, ev))
}

// maxAlike bounds the ways in which a scanner counts records that are alike.
const maxAlike = 1 << 16

func (sc *scanner) Count(id int32, seen *grammar.Sightings) {
	j, a := sc.job, &sc.alike[id]
	see(j, a.host)
	j.counts[sc.rules.Count(a.likeness, seen.N)] += seen.N
	if a.unexplained != nil {
		if j.clusters == nil {
			j.clusters = newClusters(sc.window, true)
		}
		j.clusters.addAll(a.unexplained, seen)
	}
}
