package rules

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"logdoc"
	"logdoc/internal/literal"
	"logdoc/internal/template"
)

// MaxMatchText bounds the bytes of a record that a match keeps.
const MaxMatchText = 4 << 10

// MaxCapture bounds the bytes of a value that a match keeps.
const MaxCapture = 1 << 10

// lookup is a pattern that may accept a record. What the key that named it says already is no longer part of its test.
type lookup struct {
	pattern int32
	// kept means that the pattern's captures are of use.
	kept bool
	test test // what must hold besides like; nil for nothing
	// like is the template that the message must be like; nil when none need be, or more than one. With prefixed, the key has read the template's start.
	like     *template.Template
	prefixed bool
}

// newLookup returns a look-up by the key.
func newLookup(p *pattern, t test, k key) lookup {
	l := lookup{pattern: int32(p.id), kept: p.expected < 0, test: t}
	if k.kind == keyCode {
		l.test = without(t, k.text)
	}
	if l.like, l.test = splitLike(l.test); l.like != nil {
		l.prefixed = k.kind == keyPrefix && k.text == l.like.Prefix()
	}
	return l
}

// splitLike takes the template out of a test of which one part is that the message is like it, when no other part captures anything.
func splitLike(t test) (*template.Template, test) {
	if one, ok := t.(like); ok && one.field == logdoc.FieldMessage {
		return one.tmpl, nil
	}
	all, ok := t.(allOf)
	if !ok {
		return nil, t
	}
	var tmpl *template.Template
	var rest allOf
	for _, term := range all {
		switch term := term.(type) {
		case like:
			if tmpl != nil || term.field != logdoc.FieldMessage {
				return nil, t
			}
			tmpl = term.tmpl
		case compareTest, setTest, severityTest, contains:
			rest = append(rest, term)
		default:
			return nil, t
		}
	}
	if len(rest) == 1 {
		return tmpl, rest[0]
	}
	return tmpl, rest
}

// without returns what a test asks for besides the code; nil when that is nothing.
func without(t test, code string) test {
	switch t := t.(type) {
	case setTest:
		if t.field == logdoc.FieldCode {
			return nil
		}
	case compareTest:
		if t.field == logdoc.FieldCode && t.op == "==" && string(t.value) == code {
			return nil
		}
	case allOf:
		var rest allOf
		for _, term := range t {
			if term = without(term, code); term != nil {
				rest = append(rest, term)
			}
		}
		switch len(rest) {
		case 0:
			return nil
		case 1:
			return rest[0]
		}
		return rest
	}
	return t
}

// formatIndex finds the patterns that may accept an event of one format. It is made when the first such event comes: most logs are of a few formats.
type formatIndex struct {
	once     sync.Once
	byCode   table
	byPrefix trie // by what the message starts with
	// severe are tried on records at warning or above.
	severe   []lookup
	always   []lookup
	literal  []lookup // patterns that are found by a literal, for events of a block that was not searched for them
	literals *literal.Set
	byHit    [][]lookup // patterns by literal
	masked   masked
	any      bool // there is any pattern at all
	own      []ownPattern
}

// ownPattern is a pattern as it is in one format: its test, nil where the format is none of the pattern's, and the fields that it captures.
type ownPattern struct {
	test test
	keep []keptField
}

// arrange makes what finds the patterns of all formats.
func (s *Set) arrange() {
	s.hasHost = make([]bool, len(s.names))
	for f := range s.hasHost {
		_, s.hasHost[f] = s.schema.Slot(f, "host")
	}
	s.byFormat = make([]formatIndex, len(s.names)+1)
	for _, p := range s.patterns {
		if p.sought() {
			s.terms.add(p.id, p.term.needs)
		}
	}
	s.terms.finish()
}

// sought reports whether whole blocks are searched for what the pattern needs, whatever their format.
func (p *pattern) sought() bool { return p.term != nil && p.term.needs != nil }

// index returns what finds the patterns of a format.
func (s *Set) index(format int) *formatIndex {
	fi := &s.byFormat[format+1]
	fi.once.Do(func() { s.fill(fi, format) })
	return fi
}

func (s *Set) fill(fi *formatIndex, format int) {
	fi.any = len(s.terms.texts) > 0
	fi.own = make([]ownPattern, len(s.patterns))
	// Each format has literals of its own: a block is searched for those of its main format, and short ones of another product do not slow it down.
	ids := map[string]int{}
	var texts []string
	for _, p := range s.patterns {
		if !p.any && !slices.Contains(p.formats, format) {
			continue
		}
		test := p.test(format)
		fi.own[p.id] = ownPattern{test, s.keep(format, p.captured().fields)}
		if p.sought() {
			continue
		}
		fi.any = true
		keys, ok := test.keys()
		if !ok {
			fi.always = append(fi.always, newLookup(p, test, key{kind: keyLiteral}))
			continue
		}
		for _, k := range keys {
			l := newLookup(p, test, k)
			switch k.kind {
			case keyCode:
				fi.byCode.add(k.text, l)
			case keySeverity:
				fi.severe = append(fi.severe, l)
			case keyPrefix:
				fi.byPrefix.add(k.text, l)
				if hasDigit(k.text) {
					fi.masked.prefixes.add(string(mask([]byte(k.text))), l)
				}
			case keyLiteral:
				n, ok := ids[k.text]
				if !ok {
					n = len(texts)
					ids[k.text] = n
					texts = append(texts, k.text)
					fi.byHit = append(fi.byHit, nil)
				}
				fi.byHit[n] = append(fi.byHit[n], l)
				fi.literal = append(fi.literal, l)
			}
		}
	}
	fi.literals = literal.New(texts)
	fi.masked.texts = maskAll(texts)
	fi.masked.literals = literal.New(fi.masked.texts)
}

// keep returns those of the fields that the format has.
func (s *Set) keep(format int, fields []string) []keptField {
	var keep []keptField
	for _, name := range fields {
		if slot, ok := s.schema.Slot(format, name); ok {
			keep = append(keep, keptField{name, slot})
		}
	}
	return keep
}

// Class says what the rules know of a record.
type Class uint8

// The classes of records.
const (
	// Unexplained: no pattern accepts it.
	Unexplained Class = iota
	// KnownNormal: an expected declaration accepts it, or a symptom that needs it only to clear or to rule out.
	KnownNormal
	// KnownBad: it is evidence of a symptom.
	KnownBad
)

// view is a captured value that belongs to the event.
type view struct {
	name  string
	value []byte
}

// Normal counts the records of one expected declaration in a part of the input.
type Normal struct {
	Expected int
	// Host is the host that the records name, if they do.
	Host    logdoc.LogText
	Records int
	// Event is the event of the newest record that tells a state, -1 for none; Time and Clock are of that record, as in a match.
	Event int
	Time  int64
	Clock bool
	// serial is of the event that was counted last: two events of one declaration may accept the same record.
	serial uint32
}

// Scanner finds matches in events. It holds what one goroutine needs; make one per goroutine.
type Scanner struct {
	set      *Set
	byFormat []*formatIndex // by format index + 1: those that were asked for
	result   template.Result
	captures []view
	hits     []literal.Hit
	found    []literal.Hit // in one record
	cursor   int
	base     int64
	searched int      // format whose literals the block was searched for, unsearched when none were
	seen     []uint32 // by pattern: the event that it was last tried on
	serial   uint32
	// Matches and Normals collect what Accept found since Begin. Who wants them in a slice of its own puts one there, empty, after Begin.
	Matches []logdoc.Match
	Normals []Normal
	stated  map[statedKey]int // index in Normals
	recent  []int             // by declaration: the last counter used, as an index in Normals plus one
	terms   termHits
	record  jsonRecord // of the record that a term last asked for
	// likenesses are of records that are alike, numbers their indexes.
	likenesses []likeness
	told       []logdoc.Span // parts of a record, from Alike to Alike
	open       []int32       // patterns, likewise
	numbers    map[string]int32
	blind      map[*expression]bool // whether digits are alike to those that were asked
	meter      *Meter               // counts what searching and trying take; nil mostly
	// own is what patterns that do not yield say of the record that is tried, yielding how many matches of it the others made.
	own      Class
	yielding int
	lastHost logdoc.LogText // of the last match
}

// NewScanner returns a scanner.
func (s *Set) NewScanner() *Scanner {
	return &Scanner{set: s, byFormat: make([]*formatIndex, len(s.byFormat)), seen: make([]uint32, len(s.patterns)), recent: make([]int, len(s.expected)), stated: map[statedKey]int{}, numbers: map[string]int32{}, blind: map[*expression]bool{}}
}

// indexOf returns the index of a format. The scanner remembers it: it is asked for with every record.
func (sc *Scanner) indexOf(format int) *formatIndex {
	fi := sc.byFormat[format+1]
	if fi == nil {
		fi = sc.firstOf(format)
	}
	return fi
}

//go:noinline
func (sc *Scanner) firstOf(format int) *formatIndex {
	fi := sc.set.index(format)
	sc.byFormat[format+1] = fi
	return fi
}

// unsearched is no format's index.
const unsearched = -2

// Begin starts a block whose events are mostly of one format. The matches and normals of the block before are forgotten. The block is searched as a whole for what the patterns look for, which
// is worth it when most of its records will be shown to Accept: else each of them is searched when it is.
func (sc *Scanner) Begin(block []byte, offset int64, format int, most bool) {
	sc.Matches, sc.Normals = nil, nil
	clear(sc.stated)
	clear(sc.recent)
	sc.base, sc.cursor, sc.hits = offset, 0, sc.hits[:0]
	sc.searched = unsearched
	sc.terms = termHits{hits: sc.terms.hits[:0]}
	if most {
		defer sc.meter.searching()()
		sc.searched = format
		sc.hits = sc.indexOf(format).literals.Find(block, sc.hits)
		sc.terms.hits = sc.set.terms.find(block, sc.terms.hits)
	}
}

// Accept tries the patterns on an event and says what is known of it.
func (sc *Scanner) Accept(ev *logdoc.Event) Class {
	return sc.settle(func() Class { return sc.tryOn(ev) })
}

// settle lets the patterns be tried, and takes back what those that yield have found when others know the record as well.
func (sc *Scanner) settle(try func() Class) Class {
	before := len(sc.Matches)
	sc.own, sc.yielding = Unexplained, 0
	class := try()
	if sc.yielding == 0 || sc.own == Unexplained {
		return class
	}
	kept := slices.DeleteFunc(sc.Matches[before:], func(m logdoc.Match) bool { return sc.set.symptoms[m.Symptom].src.Yields })
	sc.Matches = sc.Matches[:before+len(kept)]
	return sc.own
}

// tryOn tries the patterns that may accept the event.
func (sc *Scanner) tryOn(ev *logdoc.Event) Class {
	fi := sc.indexOf(ev.Format)
	if !fi.any {
		sc.skip(ev)
		return Unexplained
	}
	sc.nextRecord()
	class := Unexplained
	if code := ev.Field(logdoc.FieldCode); code != nil {
		list := fi.byCode.find(code)
		for i := range list {
			class = max(class, sc.try(&list[i], ev))
		}
	}
	if m := ev.Field(logdoc.FieldMessage); m != nil {
		n, pos := fi.byPrefix.start(m)
		for n != nil {
			for i := range n.patterns {
				class = max(class, sc.tryBehind(&n.patterns[i], ev, m, pos))
			}
			n, pos = fi.byPrefix.down(n, m, pos)
		}
	}
	if ev.Severity >= logdoc.Warning {
		class = max(class, sc.tryAll(fi.severe, ev))
	}
	class = max(class, sc.tryAll(fi.always, ev), sc.acceptTerms(ev))
	if len(fi.literal) == 0 {
		return class
	}
	switch {
	case completed(ev):
		return max(class, sc.tryAll(fi.literal, ev))
	case ev.Format != sc.searched:
		sc.found = fi.literals.Find(ev.Text, sc.found[:0])
		for _, hit := range sc.found {
			class = max(class, sc.tryAll(fi.byHit[hit.ID], ev))
		}
		return class
	}
	if sc.cursor == len(sc.hits) {
		return class
	}
	end := int32(ev.Offset-sc.base) + int32(len(ev.Text))
	sc.skip(ev)
	for sc.cursor < len(sc.hits) && sc.hits[sc.cursor].Start < end {
		class = max(class, sc.tryAll(fi.byHit[sc.hits[sc.cursor].ID], ev))
		sc.cursor++
	}
	return class
}

// nextRecord forgets which patterns were tried.
func (sc *Scanner) nextRecord() {
	sc.serial++
	if sc.serial == math.MaxUint32 {
		clear(sc.seen)
		sc.serial = 1
	}
}

func (sc *Scanner) tryAll(list []lookup, ev *logdoc.Event) Class {
	class := Unexplained
	for i := range list {
		class = max(class, sc.try(&list[i], ev))
	}
	return class
}

// completed reports whether the record's head is not the start of its text: what was searched does not hold all of it then.
func completed(ev *logdoc.Event) bool {
	return len(ev.Head) > 0 && (len(ev.Text) == 0 || &ev.Head[0] != &ev.Text[0])
}

// skip passes the hits that lie before the event.
func (sc *Scanner) skip(ev *logdoc.Event) {
	start := int32(ev.Offset - sc.base)
	for sc.cursor < len(sc.hits) && sc.hits[sc.cursor].Start < start {
		sc.cursor++
	}
}

// try tries one pattern, once for each record.
func (sc *Scanner) try(l *lookup, ev *logdoc.Event) Class {
	if sc.meter != nil {
		return sc.measured(l, func() Class { return sc.try(l, ev) })
	}
	if sc.seen[l.pattern] == sc.serial {
		return Unexplained
	}
	sc.seen[l.pattern] = sc.serial
	sc.captures = sc.captures[:0]
	if l.test != nil && !l.test.accept(sc, ev) {
		return Unexplained
	}
	if l.like != nil {
		m := ev.Field(logdoc.FieldMessage)
		if !l.like.Match(m, &sc.result) {
			return Unexplained
		}
		if l.kept {
			sc.capture(l.like, m)
		}
	}
	return sc.accepted(l.pattern, ev)
}

// tryBehind is try for a pattern whose key stands at the start of the message, up to pos.
func (sc *Scanner) tryBehind(l *lookup, ev *logdoc.Event, message []byte, pos int) Class {
	if !l.prefixed {
		return sc.try(l, ev)
	}
	if sc.meter != nil {
		return sc.measured(l, func() Class { return sc.tryBehind(l, ev, message, pos) })
	}
	if sc.seen[l.pattern] == sc.serial || l.test != nil && !l.test.accept(sc, ev) || !l.like.MatchBehind(message, pos, &sc.result) {
		return Unexplained
	}
	sc.seen[l.pattern] = sc.serial
	sc.captures = sc.captures[:0]
	if l.kept {
		sc.capture(l.like, message)
	}
	return sc.accepted(l.pattern, ev)
}

// accepted keeps what an accepted record says.
func (sc *Scanner) accepted(id int32, ev *logdoc.Event) Class {
	p := sc.set.patterns[id]
	class := KnownNormal
	if p.bad {
		class = KnownBad
	}
	if p.expected >= 0 {
		sc.normal(p, ev)
	} else {
		sc.match(p, ev)
	}
	if p.yields {
		sc.yielding++
	} else {
		sc.own = max(sc.own, class)
	}
	return class
}

func (sc *Scanner) capture(t *template.Template, b []byte) {
	for i, h := range t.Holes {
		if h.Name != "" {
			if s := sc.result.Spans[i]; s.Lo < s.Hi {
				sc.captures = append(sc.captures, view{h.Name, b[s.Lo:s.Hi]})
			}
		}
	}
}

func (sc *Scanner) match(p *pattern, ev *logdoc.Event) {
	m := logdoc.Match{Symptom: p.symptom, Event: p.event, Time: ev.Time, Clock: ev.Clock, Severity: ev.Severity}
	m.Place = logdoc.Place{Line: ev.Line, Offset: ev.Offset}
	if p.bad {
		text := ev.Text[:min(len(ev.Text), MaxMatchText)]
		m.Text = logdoc.LogText(bytes.TrimRight(text, "\r\n"))
		m.Host = sc.hostOf(ev)
	}
	for _, v := range sc.captures {
		m.Captures = append(m.Captures, logdoc.Capture{Name: v.name, Value: kept(v.value)})
	}
	for _, f := range sc.indexOf(ev.Format).own[p.id].keep {
		if v := ev.Field(f.slot); v != nil {
			m.Captures = append(m.Captures, logdoc.Capture{Name: f.name, Value: kept(v)})
		}
	}
	sc.Matches = append(sc.Matches, m)
}

// kept copies a value, as much of it as a match keeps.
func kept(v []byte) logdoc.LogText { return logdoc.LogText(v[:min(len(v), MaxCapture)]) }

// hostOf copies a record's host, once for records of the same one that follow each other.
func (sc *Scanner) hostOf(ev *logdoc.Event) logdoc.LogText {
	host := sc.set.host(ev)
	if string(host) != string(sc.lastHost) {
		sc.lastHost = kept(host)
	}
	return sc.lastHost
}

func (sc *Scanner) normal(p *pattern, ev *logdoc.Event) {
	n := sc.counter(p.expected, sc.set.host(ev))
	if n.serial != sc.serial {
		n.Records++
		n.serial = sc.serial
	}
	if p.tells && (n.Event < 0 || ev.Time >= n.Time) {
		n.Event, n.Time, n.Clock = p.event, ev.Time, ev.Clock
	}
}

// counter returns where the normal records of a declaration and host are counted. Most follow one of the same host.
func (sc *Scanner) counter(expected int, host []byte) *Normal {
	if i := sc.recent[expected]; i > 0 && string(sc.Normals[i-1].Host) == string(host) {
		return &sc.Normals[i-1]
	}
	i, ok := sc.stated[statedKey{expected, string(host)}]
	if !ok {
		i = len(sc.Normals)
		sc.stated[statedKey{expected, string(host)}] = i
		sc.Normals = append(sc.Normals, Normal{Expected: expected, Host: logdoc.LogText(host), Event: -1})
	}
	sc.recent[expected] = i + 1
	return &sc.Normals[i]
}

// statedKey is whose normal records are counted together.
type statedKey struct {
	expected int
	host     string
}

// host returns the record's host, which belongs to the event.
func (s *Set) host(ev *logdoc.Event) []byte {
	if ev.Format == plain || !s.hasHost[ev.Format] {
		return nil
	}
	return ev.Field(logdoc.FieldHost)
}

func (e *expected) state(event int) string {
	for _, rule := range e.src.States {
		for _, from := range rule.From {
			if from.Value == e.events[event].name {
				return rule.Word.Value
			}
		}
	}
	return ""
}
