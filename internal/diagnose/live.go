package diagnose

import (
	"cmp"
	"crypto/sha256"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"time"

	"logdoc"
	"logdoc/grammar"
	"logdoc/rules"
)

// Piece is the next whole lines of one log that is followed.
type Piece struct {
	// Log numbers the log: it stays when the file is renamed, and another content has another number.
	Log int
	// Path is what it is called now.
	Path logdoc.LogText
	// Data is the lines; it is not kept. Offset and Line are the place of its first byte; Line is 0 where nobody has counted.
	Data   []byte
	Offset int64
	Line   int
	// Cut is how many bytes were left out at the end of an endless line, which is all of Data then.
	Cut int64
	// Ended is true when nothing more comes of this log.
	Ended bool
	// Position is where a later run goes on after the first n bytes of Data, which end a line, or before them with 0.
	Position func(n int) logdoc.Position
}

// LiveOptions say how logs are read that are followed.
type LiveOptions struct {
	// Format forces one format; Zone is where stamps without a zone come from.
	Format string
	Zone   *time.Location
	// Since and Until bound the records that count as evidence.
	Since, Until time.Time
	// Files is where the first lines of a log are looked up that is followed from its middle: they tell how it is to be read. nil is for nowhere.
	Files fs.FS
	// Slack is by how much records may come later than newer ones of other logs; 0 is 5 s. What must not follow within some time is told that much later.
	Slack time.Duration
	// Idle is how long the last record of a log stays open for more lines; 0 is 1 s. Quiet is how long no record has come until the clock goes on in their place; 0 is 30 s.
	Idle, Quiet time.Duration
	// Timeline asks for the timeline of the diagnosis.
	Timeline bool
}

// Gain is what was gained from some pieces.
type Gain struct {
	Matches []logdoc.Match
	Turns   []logdoc.Turn
}

// Bounds of following.
const (
	liveSlack, liveIdle, liveQuiet = 5 * time.Second, time.Second, 30 * time.Second
	// maxLiveHeads bounds the first lines that are kept of young logs, in bytes, until enough was seen of them to know how they are read.
	maxLiveHeads = 4 << 20
	// maxLiveRows bounds the rows of the coverage; of more, those of logs that have ended become one.
	maxLiveRows = 4096
	// behindBytes is how many bytes of one log come together when there is more of it to read: a program hardly writes as much at once.
	behindBytes = 64 << 10
	// newYear is after how long a log is read anew as one that is written now: stamps without a year are taken to lie near the time of writing.
	newYear = 12 * time.Hour
	// maxLiveReadings bounds the ways of reading that are shared by logs, liveSources those of which it is remembered what their lines look like.
	maxLiveReadings, liveSources = 64, 8
)

// Live diagnoses logs that are followed. It is given their pieces, assembles the records, and says what turns the findings take; what it says at the end is what Run says of the same
// lines. It starts no goroutine and reads no clock, and is not safe for use by many goroutines.
type Live struct {
	packs   *Packs
	options LiveOptions
	rules   *rules.Live
	scanner *scanner
	// readings are shared by the logs that are read alike.
	readings []*grammar.Reading
	logs     map[int]*followed
	// open are the logs with a record that may still get more lines.
	open map[int]*followed
	// moved are the logs whose position has changed since it was asked for, forgotten the last positions of logs that have ended.
	moved     map[*followed]bool
	forgotten []logdoc.Position
	rows      []*sourceResult
	// row finds a row by the name of its log.
	row      map[logdoc.LogText]*sourceResult
	clusters *clusters
	timeline *timeline
	buf      []byte
	job      job
	heads    int // bytes of young logs' first lines
	rank     int // of the last log of an earlier run
	began    bool

	// newest is the newest stamp, at is when it came, mark is the watermark.
	newest  int64
	at      time.Time
	taken   time.Time // when pieces were taken last
	clocked bool
	mark    int64
	late    int // records of the block at hand that the watermark has passed
	seen    int // records
}

// followed is one log.
type followed struct {
	res  *sourceResult
	rank int
	// reading is how it is read; head is its first lines as long as they are too few to be sure, and looked how many bytes of them were looked at.
	reading *grammar.Reading
	head    []byte
	looked  int
	young   bool
	written time.Time // that reading takes the years from
	// carry is the record that may still get more lines. It stands at offset and line; start is the position before it, end the one behind.
	carry      []byte
	offset     int64
	line       int
	uncounted  bool
	start, end logdoc.Position
	// torn: the record before the carry was taken to be over, and lines that start none belong to it. long: it was longer than a record may be.
	torn, long bool
	last       time.Time
	ended      bool
}

// NewLive returns what diagnoses logs that are followed.
func NewLive(p *Packs, o LiveOptions) *Live {
	o.Slack, o.Idle, o.Quiet = cmp.Or(o.Slack, liveSlack), cmp.Or(o.Idle, liveIdle), cmp.Or(o.Quiet, liveQuiet)
	l := &Live{packs: p, options: o, rules: p.Rules.NewLive(), scanner: newScanner(p), logs: map[int]*followed{}, open: map[int]*followed{}, moved: map[*followed]bool{}, row: map[logdoc.LogText]*sourceResult{},
		clusters: newClusters(window{}, false), mark: math.MinInt64}
	l.scanner.window = window{o.Since, o.Until, false}
	if o.Timeline {
		l.timeline = newTimeline(window{})
	}
	l.scanner.grammar.Watch, l.scanner.grammar.Sources = l.watch, liveSources
	return l
}

// watch is told of every record with a clock.
func (l *Live) watch(t int64, s logdoc.Severity) {
	if t < l.mark {
		l.late++
	}
	if l.timeline != nil {
		l.timeline.add(t, s)
	}
}

// Restore takes up what an earlier run kept: its matches, and the findings as they were told last. It comes before the first pieces.
func (l *Live) Restore(matches func(yield func(logdoc.Match) error) error, told []logdoc.Finding) error {
	err := matches(func(m logdoc.Match) error {
		l.rank = max(l.rank, m.Rank)
		l.restored(&m)
		l.rules.Add(m)
		return nil
	})
	if err != nil {
		return err
	}
	l.rules.Recall(told)
	return nil
}

// restored takes a kept match's stamp.
func (l *Live) restored(m *logdoc.Match) {
	if m.Clock {
		l.rules.Input().SeeTime(m.Time)
		if !l.clocked || m.Time > l.newest {
			l.newest, l.clocked = m.Time, true
		}
	}
}

// See tells of a log before anything comes of it: of which format it is, and so what could be seen if it were there, or what facts the file holds. It comes before the first pieces; a file
// that cannot be read is passed over.
func (l *Live) See(name logdoc.LogText) {
	if l.options.Files == nil {
		return
	}
	if l.packs.Rules.WantsFile(name) {
		if f, err := l.options.Files.Open(string(name)); err == nil {
			content, err := rules.ReadFactFile(f)
			f.Close()
			if err == nil {
				l.rules.Input().Facts().See(name)
				l.rules.Input().Facts().Read(name, content)
			}
		}
	}
	if head := l.readHead(name, nil); len(head) > 0 {
		if r := l.detect(name, head, time.Time{}); r.Format != nil && !r.Format.LastResort() {
			if f, ok := l.packs.Grammar.Index(r.Format.Name); ok {
				l.rules.Input().SeeFormat(f)
			}
		}
	}
}

// readHead returns the first lines of a file, if it is the content that the position is of; nil for none.
func (l *Live) readHead(name logdoc.LogText, of *logdoc.Position) []byte {
	if l.options.Files == nil {
		return nil
	}
	info, err := fs.Stat(l.options.Files, string(name))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := l.options.Files.Open(string(name))
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, grammar.HeadSize)
	n, _ := io.ReadFull(f, head)
	head = head[:n]
	if of != nil && (n < of.Head.Length || sha256.Sum256(head[:of.Head.Length]) != of.Head.Sum) {
		return nil
	}
	return head
}

func (l *Live) detect(name logdoc.LogText, head []byte, written time.Time) *grammar.Reading {
	return l.packs.Grammar.Detect(head, grammar.Options{Name: string(name), Force: l.options.Format, Zone: l.options.Zone, ModTime: written, Written: true})
}

// Take takes pieces, none when a while has passed without any, and returns what was gained. now is the time on the clock.
func (l *Live) Take(pieces []Piece, now time.Time) Gain {
	var g Gain
	if !l.began {
		l.began, l.at, l.taken = true, now, now
	}
	l.rules.Pass(now.Sub(l.taken))
	l.taken = now
	behind, oldest := false, int64(math.MaxInt64)
	for i := range pieces {
		p := &pieces[i]
		f := l.take(p, now, &g)
		if len(p.Data) >= behindBytes {
			behind = true
			if f.res.clocked {
				oldest = min(oldest, f.res.last)
			}
		}
		if f.ended {
			l.end(p.Log, f, &g)
		}
	}
	for id, f := range l.open {
		if now.Sub(f.last) >= l.options.Idle {
			l.flush(f, &g)
			delete(l.open, id)
		}
	}
	l.advance(behind, oldest, now)
	g.Turns = append(g.Turns, l.rules.Advance(time.Unix(0, l.mark))...)
	if len(pieces) == 0 {
		g.Turns = append(g.Turns, l.rules.Settle()...)
	}
	g.Turns = l.told(g.Turns, now)
	return g
}

// advance moves the watermark. While a log has more to read it waits for that log, as far as its clock goes with the others'; when nothing has come for a while the clock goes on in the
// records' place, from the newest stamp on: so the zone that stamps are written in need not be known.
func (l *Live) advance(behind bool, oldest int64, now time.Time) {
	if !l.clocked {
		return
	}
	mark := l.newest - int64(l.options.Slack)
	switch {
	case behind:
		mark = min(mark, oldest-int64(l.options.Slack))
	default:
		if waited := now.Sub(l.at) - l.options.Quiet; waited > 0 {
			mark = l.newest + int64(waited)
		}
	}
	l.mark = max(l.mark, mark)
}

// told leaves out what is silenced, and lets the findings say what a site has changed in their symptoms.
func (l *Live) told(turns []logdoc.Turn, now time.Time) []logdoc.Turn {
	kept := turns[:0]
	for _, turn := range turns {
		one := []logdoc.Finding{turn.Finding}
		l.packs.Overlays.Tell(one)
		if turn.Kind != logdoc.Moved {
			if one, _ = l.packs.Silences.Apply(one, now); len(one) == 0 {
				continue
			}
		}
		turn.Finding = one[0]
		kept = append(kept, turn)
	}
	return kept
}

// Unread tells of each log how many of its records no format accepts, and how many there are.
func (l *Live) Unread(visit func(name logdoc.LogText, unread, records int)) {
	for _, r := range l.rows {
		c := &r.coverage
		visit(c.Source, c.Unread, c.KnownBad+c.KnownNormal+c.Unexplained+c.Unread)
	}
}

// Late is how many records came when the watermark had passed them.
func (l *Live) Late() int {
	n := 0
	for _, r := range l.rows {
		n += r.late
	}
	return n
}

// Positions returns where logs are to be read on that have moved since the last call: before the record that may still get more lines. Forgotten are the positions of logs that
// have ended meanwhile. Whoever keeps them keeps what Take has gained until then in the same transaction: so nothing is lost and nothing is doubled, whenever the program ends.
func (l *Live) Positions() (positions, forgotten []logdoc.Position) {
	for f := range l.moved {
		positions = append(positions, f.start)
	}
	slices.SortFunc(positions, func(a, b logdoc.Position) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Inode, b.Inode), cmp.Compare(a.Offset, b.Offset))
	})
	clear(l.moved)
	forgotten, l.forgotten = l.forgotten, nil
	return positions, forgotten
}

// end takes what is left of a log that has ended.
func (l *Live) end(id int, f *followed, g *Gain) {
	if f.young && len(f.head) > f.looked {
		l.read(f, f.head, f.res.written) // what the log is, is told by all of it
	}
	l.flush(f, g)
	delete(l.moved, f)
	l.forgotten = append(l.forgotten, f.start)
	l.heads -= len(f.head)
	delete(l.open, id)
	delete(l.logs, id)
}

// Stop takes the records to be over that may still get more lines, and returns what was gained: whoever keeps no positions does so before the end.
func (l *Live) Stop(now time.Time) Gain {
	var g Gain
	for id, f := range l.open {
		l.flush(f, &g)
		delete(l.open, id)
	}
	g.Turns = l.told(append(l.rules.Advance(time.Unix(0, l.mark)), l.rules.Settle()...), now)
	return g
}

// End says what only the end of the logs decides, with the last turns.
func (l *Live) End(now time.Time) (*logdoc.Diagnosis, []logdoc.Turn) {
	nodes := l.place()
	out, turns := l.rules.End(time.Time{})
	return l.diagnosis(out, nodes, true, now), l.told(turns, now)
}

// place finds out which logs were written where, as far as they were read.
func (l *Live) place() *nodes {
	n := placeNodes(l.rows, nil)
	l.rules.Input().Nodes(n.of)
	return n
}

// SoFar is the diagnosis as it stands. It owns its memory.
func (l *Live) SoFar(now time.Time) *logdoc.Diagnosis {
	nodes := l.place()
	return l.diagnosis(l.rules.SoFar(), nodes, false, now)
}

// Records is how many records were read.
func (l *Live) Records() int { return l.seen }

func (l *Live) diagnosis(out rules.Outcome, nodes *nodes, whole bool, now time.Time) *logdoc.Diagnosis {
	d := &logdoc.Diagnosis{Notes: append(l.packs.notes(), l.packs.expired(now)...)}
	l.packs.Overlays.Tell(out.Findings)
	d.Capture, d.Clean, d.Unchecked = out.Capture, out.Clean, out.Unchecked
	d.Findings, d.Silenced = l.packs.Silences.Apply(out.Findings, now)
	d.Notes = append(d.Notes, out.Notes...)
	for i := range d.Unchecked {
		d.Unchecked[i].Collect = l.packs.collectWords(d.Unchecked[i].Collect)
	}
	for _, s := range l.rows {
		one := *s
		one.coverage.Notes = slices.Clone(one.coverage.Notes)
		one.finish(s.written)
		row := one.coverage
		row.Format, row.Others = s.format, maps.Clone(row.Others)
		if delete(row.Others, s.format); len(row.Others) == 0 {
			row.Others = nil
		}
		d.Coverage.Sources = append(d.Coverage.Sources, row)
	}
	tellNodes(d, nodes, l.rows, whole)
	kept := newClusters(window{}, false)
	kept.merge(l.clusters)
	kept.tell(d)
	total(&d.Coverage)
	if l.timeline != nil {
		d.Timeline = l.timeline.told()
	}
	return d
}
