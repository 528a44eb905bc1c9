package grammar

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// HeadSize is how much of a source Detect wants to see.
const HeadSize = 64 << 10

// headLines bounds the lines that detection looks at.
const headLines = 400

// Options are what is known of a source besides its bytes.
type Options struct {
	// Name is the source's path; it decides only between formats that the content leaves open.
	Name string
	// Force names the one format to read with; it must be in the set.
	Force string
	// Zone is where stamps without a zone come from when the source does not say; nil when nobody said.
	Zone *time.Location
	// ModTime is when the source was last written, which is what gives year-less stamps their year; zero when unknown.
	ModTime time.Time
	// Written means that the source is written by its own program, line by line: nothing has happened to the lines since, and nothing is mended or salvaged.
	Written bool
}

// Reading is how one source is read: the formats to try, in order, and what holds for the whole source. It does not change once made.
type Reading struct {
	// Format is the main format, nil when no line of the head was recognised. Why says how it was chosen.
	Format *Format
	Why    string
	// Notes tell what was assumed.
	Notes []logdoc.Note
	// Mend undoes what a mail, a terminal or a web page did to the text, and must then stand between the source and what is scanned; nil when the lines stand as they were written.
	Mend func(io.Reader) io.Reader
	*tables
	zone    *time.Location // nil: by format, else UTC
	modTime time.Time
	noBreak bool
	quote   func([]byte) int // nil when lines stand as they were written
	salvage bool
	repeats bool     // it is worth to remember the heads of its lines
	loose   bool     // in salvage: records of any format may stand behind each other in a line
	scratch *Scanner // of Starts, which one goroutine uses
	ended   *atomic.Bool
}

// Detect decides how a source is read, from its first bytes and its name.
func (s *Set) Detect(head []byte, o Options) *Reading {
	r := &Reading{zone: o.Zone, modTime: o.ModTime, scratch: NewScanner(), ended: new(atomic.Bool)}
	// A page that was copied from the web has no-break spaces where the log had blanks.
	r.noBreak = bytes.Contains(head, noBreakSpace)
	if r.noBreak {
		head = blanked(head)
	}
	order := s.known()
	forced, isForced := s.byName[o.Force]
	if isForced {
		order = []*Format{forced}
	}
	if !o.Written {
		head = s.mend(r, head, order)
	}
	lines := splitHead(head)
	silent := s.silent(lines)
	if silent {
		for _, quote := range quotes {
			bare := make([][]byte, len(lines))
			for i, b := range lines {
				bare[i] = b[quote(b):]
			}
			if !s.silent(bare) {
				lines, r.quote, silent = bare, quote, false
				r.Notes = append(r.Notes, logdoc.Note{Text: "something stands in front of each line, as grep or an indent puts it there: it was taken off"})
				break
			}
		}
	}
	if isForced {
		r.Format, r.Why = forced, "forced"
		if better := s.better(forced, lines); better != nil {
			r.Notes = append(r.Notes, logdoc.Note{Text: fmt.Sprintf("its lines are not of the format %s: --format %s would read them", forced.Name, better.Name)})
		}
	} else {
		told := lines
		if silent && !o.Written {
			told = s.pieces(r, lines)
		}
		hits := s.count(told)
		named := make([]int, len(s.formats))
		for i, f := range s.formats {
			if f.named(o.Name) {
				named[i] = 1
			}
		}
		order = slices.Clone(order)
		slices.SortStableFunc(order, func(a, b *Format) int {
			if d := hits[b.index].score() - hits[a.index].score(); d != 0 {
				return d
			}
			return named[b.index] - named[a.index]
		})
		switch {
		case len(order) == 0:
		case hits[order[0].index].score() > 0:
			r.Format = order[0]
			r.Why = fmt.Sprintf("by content: %d of the first %d lines", hits[order[0].index].lines(), len(told))
		case named[order[0].index] > 0:
			r.Format, r.Why = order[0], "by name"
		}
	}
	r.tables = s.arranged(order, r.Format)
	r.readZone(lines)
	if !o.Written {
		r.detectSalvage(lines)
	}
	if o.Force == "" && !r.salvage {
		s.lastResort(r, order, lines)
	}
	r.repeat(lines)
	return r
}

// End tells that no more chunks come of the source: what scanners remember of it makes room for others. It is safe for use by many goroutines.
func (r *Reading) End() { r.ended.Store(true) }

// At returns the reading for what is written later: stamps without a year lie near that time.
func (r *Reading) At(modTime time.Time) *Reading {
	later := *r
	later.modTime = modTime
	return &later
}

// Outgrown reports whether more of a log's first lines shows what those that Detect was given did not: a no-break space where blanks are meant.
func (r *Reading) Outgrown(more []byte) bool { return !r.noBreak && bytes.Contains(more, noBreakSpace) }

// Same reports whether another reading takes all lines as this one does, whatever Why and Notes say: then the same one can be used for both logs, and what is learnt of one serves the other.
func (r *Reading) Same(o *Reading) bool {
	plain := r.Mend == nil && o.Mend == nil && r.quote == nil && o.quote == nil
	zone := r.zone == o.zone || r.zone != nil && o.zone != nil && r.zone.String() == o.zone.String()
	return plain && zone && r.Format == o.Format && r.tables == o.tables && r.modTime.Equal(o.modTime) && r.noBreak == o.noBreak && r.salvage == o.salvage && r.repeats == o.repeats && r.loose == o.loose
}

func splitHead(head []byte) [][]byte {
	var lines [][]byte
	for len(head) > 0 && len(lines) < headLines {
		line := head
		if n := bytes.IndexByte(head, '\n'); n >= 0 {
			line, head = head[:n], head[n+1:]
		} else {
			head = nil
		}
		if line = bytes.TrimSuffix(line, []byte("\r")); len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// hit counts the lines of a head that a format accepts: those that hardly are something else, those that may be, and those of the frame.
type hit struct{ telling, vague, frame int }

func (h hit) lines() int { return h.telling + h.vague + h.frame }

// score ranks formats: a vague line says little where a telling one says much, and a line of dashes says nothing by itself.
func (h hit) score() int {
	if h.telling+h.vague == 0 {
		return 0
	}
	return 100*h.telling + 10*h.vague + h.frame
}

// better returns the format that reads a head of which the given one reads nothing, nil when there is none.
func (s *Set) better(than *Format, lines [][]byte) *Format {
	hits := s.count(lines)
	if hits[than.index].score() > 0 {
		return nil
	}
	best := slices.MaxFunc(s.formats, func(a, b *Format) int { return hits[a.index].score() - hits[b.index].score() })
	if hits[best.index].score() == 0 {
		return nil
	}
	return best
}

// silent reports whether no line tells anything of a format.
func (s *Set) silent(lines [][]byte) bool {
	sc := NewScanner()
	blank := &Reading{}
	return !slices.ContainsFunc(lines, func(b []byte) bool {
		b, _ = unmark(b)
		return slices.ContainsFunc(s.formats, func(f *Format) bool {
			l := sc.first(blank, f, b)
			return l != nil && l.telling && l.kind != lang.LineBare
		})
	})
}

// first returns the line of a format that accepts b, of its records, its headers, or those that start a record only where none is open.
func (sc *Scanner) first(r *Reading, f *Format, b []byte) *line {
	if f.last {
		return nil
	}
	for _, kind := range [...][]*line{f.records, f.headers, f.bare} {
		if l := sc.accepts(r, kind, b, &sc.probe); l != nil {
			return l
		}
	}
	return nil
}

func (s *Set) count(lines [][]byte) []hit {
	hits := make([]hit, len(s.formats))
	sc := NewScanner()
	blank := &Reading{}
	heads := 0 // lines that are not indented, which is what continues a record
	for _, b := range lines {
		b, _ = unmark(b)
		if len(b) > 0 && b[0] != ' ' && b[0] != '\t' {
			heads++
		}
		for i, f := range s.formats {
			switch l := sc.first(blank, f, b); {
			case l == nil:
			case l.telling && l.kind != lang.LineBare:
				hits[i].telling++
			case l.kind == lang.LineHeader:
				hits[i].frame++
			default:
				hits[i].vague++
			}
		}
	}
	for i := range hits {
		// Here and there a line of any text looks like a vague one.
		if hits[i].telling == 0 && hits[i].vague*4 < heads {
			hits[i] = hit{}
		}
	}
	return hits
}

func (f *Format) named(name string) bool {
	for _, glob := range f.files {
		if MatchName(glob, name) {
			return true
		}
	}
	return false
}

// MatchName reports whether the end of a source's path fits the glob: as many of its last parts as the glob has, with "!/" and "/" alike. A part
// "*" in front of a "/" stands for any number of parts.
func MatchName(glob, name string) bool {
	name = strings.ReplaceAll(name, "!/", "/")
	globs := strings.Split(strings.TrimPrefix(glob, "*/"), "/")
	parts := strings.Split(strings.Trim(name, "/"), "/")
	if len(parts) < len(globs) {
		return false
	}
	parts = parts[len(parts)-len(globs):]
	for i, g := range globs {
		if ok, err := path.Match(strings.ToLower(g), strings.ToLower(parts[i])); !ok || err != nil {
			return false
		}
	}
	return true
}

// readZone looks for what the head says of the zone: a header, or a stamp in UTC beside a local one.
func (r *Reading) readZone(lines [][]byte) {
	unclear := ""
	if l, b := r.zoneHeader(lines); l != nil {
		for i, slot := range l.slots {
			if slot != slotZone {
				continue
			}
			word := string(r.scratch.hole(l, i, b))
			if loc, err := zoneOf(l.format, word); err == nil {
				r.zone = loc
			} else {
				unclear = word[:min(len(word), maxZone)]
			}
		}
	}
	if r.zone == nil {
		r.guessZone(lines)
	}
	if r.zone == nil && unclear != "" {
		r.Notes = append(r.Notes, logdoc.Note{Text: "the log's own zone is not clear, its local times are taken as UTC: say it with --tz", Detail: logdoc.LogText(unclear)})
	}
}

// zoneHeader returns the first header line with a zone and the template that read it.
func (r *Reading) zoneHeader(lines [][]byte) (*line, []byte) {
	for _, b := range lines {
		b, _ = unmark(b)
		if l := r.scratch.accepts(r, r.records[first(b)], b, &r.scratch.probe); l != nil && l.kind == lang.LineHeader && l.telling {
			return l, b
		}
	}
	return nil, nil
}

// guessZone compares local stamps with UTC ones right beside them: some programs write both into one file.
func (r *Reading) guessZone(lines [][]byte) {
	var last struct {
		time          int64
		stamped, zone bool
	}
	votes := map[int64]int{}
	total := 0
	for _, b := range lines {
		b, _ = unmark(b)
		l := r.scratch.accepts(r, r.records[first(b)], b, &r.scratch.probe)
		if l == nil || l.tmpl == nil || !r.scratch.probe.Clock || l.format.zone != nil {
			continue
		}
		now, zone := r.scratch.probe.Time, r.scratch.result.Stamp.HasZone
		if last.stamped && zone != last.zone {
			ahead := now - last.time // of the local clock
			if zone {
				ahead = -ahead
			}
			if quarters, ok := wholeOffset(ahead); ok {
				votes[quarters]++
			}
			total++
		}
		last.time, last.stamped, last.zone = now, true, zone
	}
	for quarters, n := range votes {
		if n*10 >= total*8 {
			r.takeZone(quarters)
		}
	}
}

// wholeOffset returns an offset in quarters of an hour, when it is one that a zone on earth has, give or take two minutes between the two stamps.
func wholeOffset(offset int64) (int64, bool) {
	const quarter = int64(15 * time.Minute)
	const slack = int64(2 * time.Minute)
	quarters := (offset + 100*quarter + quarter/2) / quarter
	rest := offset + 100*quarter - quarters*quarter
	quarters -= 100
	onEarth := quarters%2 == 0 || quarters == 23 || quarters == 35 || quarters == 51
	return quarters, onEarth && quarters >= -48 && quarters <= 56 && rest > -slack && rest < slack
}

// takeZone reads local times with that offset, and says so.
func (r *Reading) takeZone(quarters int64) {
	sign, minutes := '+', quarters*15
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	name := fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
	r.zone = time.FixedZone(name, int(quarters)*15*60)
	if quarters != 0 {
		r.Notes = append(r.Notes, logdoc.Note{Text: "its local times are taken as UTC" + name + ", as its UTC times beside them show"})
	}
}

func zoneOf(f *Format, word string) (*time.Location, error) {
	if loc, ok := f.zones[word]; ok {
		return loc, nil
	}
	return ParseZone(word)
}

func first(b []byte) byte {
	if len(b) == 0 {
		return '\n'
	}
	return b[0]
}

// Starts reports whether a line, without its break, starts a record by itself, so that the source may be cut in front of it. It is for the one goroutine that
// cuts the source into blocks.
func (r *Reading) Starts(b []byte) bool {
	b = bytes.TrimSuffix(b, []byte("\r"))
	if r.noBreak {
		b = blanked(b)
	}
	b = b[r.front(b):]
	whole := b
	if r.salvage {
		b, _ = unmark(b)
	}
	b = b[:min(len(b), MaxRecord)]
	if l := r.scratch.accepts(r, r.records[first(b)], b, &r.scratch.probe); l != nil {
		return l.kind != lang.LineHeader
	}
	return r.salvage && !continues(whole)
}
