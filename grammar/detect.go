package grammar

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
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
	// Zone is where stamps without a zone come from; nil when nobody said.
	Zone *time.Location
	// ModTime is when the source was last written, which is what gives year-less stamps their year; zero when unknown.
	ModTime time.Time
}

// Reading is how one source is read: the formats to try, in order, and what holds for the whole source. It does not change once made.
type Reading struct {
	// Format is the main format, nil when no line of the head was recognised. Why says how it was chosen.
	Format *Format
	Why    string
	// Notes tell what was assumed.
	Notes   []logdoc.Note
	records [256][]*line
	bare    [256][]*line
	zone    *time.Location // nil: by format, else UTC
	modTime time.Time
	salvage bool
	scratch *Scanner // of Starts, which one goroutine uses
}

// Detect decides how a source is read, from its first bytes and its name.
func (s *Set) Detect(head []byte, o Options) *Reading {
	r := &Reading{zone: o.Zone, modTime: o.ModTime}
	lines := splitHead(head)
	hits := s.count(lines)
	order := make([]*Format, 0, len(s.formats))
	if f, ok := s.byName[o.Force]; ok {
		order = append(order, f)
		r.Format, r.Why = f, "forced"
	} else {
		order = append(order, s.formats...)
		named := func(f *Format) int {
			if f.named(o.Name) {
				return 1
			}
			return 0
		}
		slices.SortStableFunc(order, func(a, b *Format) int {
			if d := hits[b.index].score() - hits[a.index].score(); d != 0 {
				return d
			}
			return named(b) - named(a)
		})
		if best := order[0]; hits[best.index].score() > 0 {
			r.Format = best
			r.Why = fmt.Sprintf("by content: %d of the first %d lines", hits[best.index].records+hits[best.index].headers+hits[best.index].bare, len(lines))
		} else if best.named(o.Name) {
			r.Format, r.Why = best, "by name"
		}
	}
	r.arrange(order)
	r.scratch = NewScanner()
	r.readZone(lines)
	r.detectSalvage(lines)
	return r
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

type hit struct{ records, headers, bare int }

// score ranks formats: a bare line says little where a record line says much.
func (h hit) score() int { return 100*h.records + 30*h.headers + h.bare }

func (s *Set) count(lines [][]byte) []hit {
	hits := make([]hit, len(s.formats))
	sc := NewScanner()
	var ev logdoc.Event
	blank := &Reading{}
	for _, b := range lines {
		b, _ = unmark(b)
		for i, f := range s.formats {
			switch {
			case sc.any(blank, f.records, b, &ev):
				hits[i].records++
			case sc.any(blank, f.headers, b, &ev):
				hits[i].headers++
			case sc.any(blank, f.bare, b, &ev):
				hits[i].bare++
			}
		}
	}
	return hits
}

func (sc *Scanner) any(r *Reading, lines []*line, b []byte, ev *logdoc.Event) bool {
	for _, l := range lines {
		if sc.parse(r, l, b, ev) {
			return true
		}
	}
	return false
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

// arrange sorts the templates by the first byte of a line, so that most lines meet only the few that can accept them.
func (r *Reading) arrange(order []*Format) {
	add := func(table *[256][]*line, l *line) {
		for c := range table {
			if l.re != nil || l.tmpl.MayStart(byte(c)) {
				table[c] = append(table[c], l)
			}
		}
	}
	for _, f := range order {
		for _, l := range f.records {
			add(&r.records, l)
		}
		for _, l := range f.headers {
			add(&r.records, l)
		}
		for _, l := range f.bare {
			add(&r.bare, l)
		}
	}
}

// readZone looks for what the head says of the zone: a header, or a stamp in UTC beside a local one.
func (r *Reading) readZone(lines [][]byte) {
	var ev logdoc.Event
	sc := r.scratch
	for _, b := range lines {
		for _, l := range r.records[first(b)] {
			if l.kind != lang.LineHeader || !sc.parse(r, l, b, &ev) {
				continue
			}
			for i, slot := range l.slots {
				if slot != slotZone {
					continue
				}
				word := string(sc.hole(l, i, b))
				loc, err := zoneOf(l.format, word)
				if err != nil {
					r.Notes = append(r.Notes, logdoc.Note{Text: "the log's own zone is not clear, its local times are taken as UTC: say it with --tz", Detail: logdoc.LogText(word)})
					return
				}
				r.zone = loc
				return
			}
			break
		}
	}
	if r.zone == nil {
		r.guessZone(lines)
	}
}

// guessZone compares local stamps with neighbouring UTC ones: some programs write both into one file.
func (r *Reading) guessZone(lines [][]byte) {
	var ev logdoc.Event
	var utc, local int64
	var seen struct{ utc, local bool }
	votes := map[int]int{}
	for _, b := range lines {
		for _, l := range r.records[first(b)] {
			if !r.scratch.parse(r, l, b, &ev) {
				continue
			}
			if !ev.Clock || l.format.zone != nil {
				break
			}
			if r.scratch.result.Stamp.HasZone {
				utc, seen.utc = ev.Time, true
			} else {
				local, seen.local = ev.Time, true
			}
			if seen.utc && seen.local {
				const quarter = int64(15 * time.Minute)
				d := local - utc
				offset := (d + quarter/2) / quarter
				if d < 0 {
					offset = (d - quarter/2) / quarter
				}
				if rest := d - offset*quarter; offset >= -48 && offset <= 56 && rest > -int64(2*time.Minute) && rest < int64(2*time.Minute) {
					votes[int(offset)]++
				}
			}
			break
		}
	}
	best, count, total := 0, 0, 0
	for offset, n := range votes {
		total += n
		if n > count || n == count && offset < best {
			best, count = offset, n
		}
	}
	if total == 0 || count*10 < total*8 {
		return
	}
	sign, minutes := '+', best*15
	if best < 0 {
		sign, minutes = '-', -minutes
	}
	name := fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
	r.zone = time.FixedZone(name, best*15*60)
	if best != 0 {
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

// Starts reports whether a line, without its break, starts a record by itself. It is for the one goroutine that cuts the source into blocks.
func (r *Reading) Starts(b []byte) bool {
	b = bytes.TrimSuffix(b, []byte("\r"))
	if r.salvage {
		b, _ = unmark(b)
	}
	for _, l := range r.records[first(b)] {
		if r.scratch.parse(r, l, b, r.scratch.next) {
			return true
		}
	}
	return false
}
