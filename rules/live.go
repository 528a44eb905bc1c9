package rules

import (
	"container/heap"
	"math"
	"slices"
	"sort"
	"time"

	"logdoc"
	"logdoc/internal/lang"
)

// Bounds of following a log.
const (
	// Looking at a key costs as much work as it has matches, for each condition of the symptom. A key with so few that it costs no more than freeWork is looked at whenever
	// something comes for it. One with more is looked at when its own matches have paid for it, workPerMatch each, so that no log costs more than a bounded time for each
	// match, and no key waits for another one. What is not paid for waits in line, and is paid for by the time that goes by: timePerWork is some fifty times what the work
	// takes. So much as maxCredit may be saved up.
	freeWork     = 64
	workPerMatch = 1
	timePerWork  = 50 * time.Microsecond
	maxCredit    = 1 << 16
	// lookAgain is how often a symptom that names the time is looked at while nothing comes.
	lookAgain = 10 * time.Minute
)

// Live correlates matches while they arrive. Matches are given to Add in any order; Advance then says up to which time all of them have come, and returns what turns the
// findings have taken by that. It starts no goroutine and knows no clock but the watermark that it is given. It is not safe for use by many goroutines.
//
// A finding that no other record can take back, wherever it stands, is told at once (see Correlator.SoFar): only what rests on absence or on an order in which records may still be
// missing waits for the watermark.
//
// While the input goes on, a finding is told only if nothing that comes later can take it back: an absence when its window has passed, and `not`, an absence without a
// window and what has no clock at the end. What is compared with now or worked out from the newest records is taken as it stands at the moment. A finding grows stronger,
// never weaker; it may clear and open again. End finds what a Correlator finds that was given the same matches.
//
// Memory is bounded as that of a Correlator is: of each event a bounded number of keys, of each key a bounded number of matches. When an event has too many keys, those
// are forgotten whose newest match is older than every window of the symptom, and than the time after which a finding is stale, and that have no open finding. A
// finding of a forgotten key opens anew. Without such keys, which are looked for now and then, a new key is left out, and End says so.
type Live struct {
	in        *Correlator
	watermark int64
	symptoms  []following
	due       []*told // to be looked at, first come first; some of them were looked at meanwhile
	paid      []*told // those among them that their own matches have paid for
	alarms    alarms
	credit    int
	passed    time.Duration // that has paid for nothing yet
	started   bool
	turns     []logdoc.Turn
}

// following is what is told of one symptom.
type following struct {
	told map[string]*told
	// parts are the told keys by what they say to an event that gives only some parts of the key.
	parts map[string][]*told
	// keyed is whether a match had a key, which ends the one finding of those without.
	keyed bool
	due   int // how many of told are due
	// horizon is how long matches without an open finding are of use. retry is when keys that can be forgotten are looked for again.
	horizon    time.Duration
	retry      int64
	conditions int
	// timed is whether the symptom compares anything with the time. early is whether something may be told of its matches before the watermark has passed them: its keys have no
	// parts that a later match could tell, and no hits are found that others would take away.
	timed, early bool
}

// told is what was told of one key.
type told struct {
	symptom   int
	key       string
	found     bool
	certainty logdoc.Certainty
	severity  logdoc.Severity
	state     logdoc.State
	count     int
	last      time.Time
	why       []string
	due, gone bool
	// inLine: it stands in Live.due; paid: it stands in Live.paid. cost is what looking at it took last, earned what its own matches have paid since.
	inLine, paid bool
	cost, earned int
	alarm        int64
}

// NewLive returns a correlator for logs that are followed.
func (s *Set) NewLive() *Live {
	l := &Live{in: s.NewCorrelator(), watermark: math.MinInt64, credit: maxCredit}
	for _, sym := range s.symptoms {
		f := following{told: map[string]*told{}, parts: map[string][]*told{}, horizon: sym.quiet(), early: !slices.ContainsFunc(sym.keys(), partial)}
		if f.horizon < 0 {
			f.horizon = DefaultStaleAfter
		}
		walkVerdicts(sym.src, func(c lang.Cond) {
			f.conditions++
			c.WithWindows(func(_ string, d time.Duration) time.Duration {
				f.horizon = plus(f.horizon, d)
				return d
			})
			walkConds(c, func(c condition) {
				switch c := c.(type) {
				case compareCond:
					walkNow(c.Left, &f.timed)
					walkNow(c.Right, &f.timed)
				case hitsCond:
					f.early = false
				}
			})
		})
		for _, v := range sym.src.Values {
			walkNow(v.Expr, &f.timed)
		}
		l.symptoms = append(l.symptoms, f)
	}
	return l
}

// quiet is how old the last evidence may be before a finding is stale; negative for never.
func (s *symptom) quiet() time.Duration {
	if s.src.StaleAfter != nil {
		return *s.src.StaleAfter
	}
	return DefaultStaleAfter
}

// Input is where all that is no match is told: files for facts (before the first Advance), formats and stamps that were seen, normal records.
func (l *Live) Input() *Correlator { return l.in }

// Add takes a match, with the rank of its source.
func (l *Live) Add(m logdoc.Match) {
	s := l.in.set.symptoms[m.Symptom]
	f := &l.symptoms[m.Symptom]
	fields := s.keys()[m.Event]
	key := s.keyOf(&m)
	if shelf := &l.in.shelves[m.Symptom][m.Event]; shelf.full() && shelf.byKey[key] == nil {
		l.forget(m.Symptom, m.Event)
	}
	l.in.Add(m)
	switch {
	case len(fields) == 0 && !f.keyed:
		l.mark(l.of(m.Symptom, ""))
	case len(fields) == 0:
		if f.due < len(f.told) {
			l.credit -= len(f.told) / 8
			for _, t := range f.inOrder() {
				l.mark(t)
			}
		}
	case l.in.shelves[m.Symptom][m.Event].byKey[key] == nil:
		// There was no room for it.
	case partial(fields) && len(f.parts[key]) > 0:
		l.credit -= len(f.parts[key]) / 8
		for _, t := range f.parts[key] {
			l.mark(t)
		}
	default:
		t := l.key(m.Symptom, key)
		t.earned += workPerMatch
		if !t.paid && t.earned+freeWork >= t.cost {
			t.paid = true
			l.paid = append(l.paid, t)
		}
	}
}

// Pass says that so much time has gone by, which pays for looking at keys that Advance has put off.
func (l *Live) Pass(d time.Duration) {
	l.passed += max(d, 0)
	paid := l.passed / timePerWork
	l.passed -= paid * timePerWork
	l.credit = int(min(time.Duration(l.credit)+paid, maxCredit))
}

// Advance says that all records with a stamp before the watermark have come, but for those that come too late, and returns what turns the findings have taken since the last call. In a
// flood it may put off looking at some keys until more has come; Settle does not.
func (l *Live) Advance(watermark time.Time) []logdoc.Turn {
	l.watermark = max(l.watermark, watermark.UnixNano())
	if !l.started {
		l.started = true
		for i, s := range l.in.set.symptoms {
			if len(s.facts) > 0 && !l.symptoms[i].keyed {
				l.mark(l.of(i, ""))
			}
		}
	}
	for len(l.alarms) > 0 && l.alarms[0].at <= l.watermark {
		a := heap.Pop(&l.alarms).(alarm)
		if a.at == a.of.alarm {
			a.of.alarm = math.MaxInt64
			l.mark(a.of)
		}
	}
	l.work(func() bool { return l.credit > 0 })
	return l.take()
}

// Settle looks at what Advance has put off. Whoever follows a log calls it when nothing more is to be read for the moment.
func (l *Live) Settle() []logdoc.Turn {
	l.work(func() bool { return true })
	return l.take()
}

// End decides what only the end of the input decides, and returns the findings as if all had been read cold, with the last turns. now replaces the newest stamp as the
// time of capture when it is not zero. What was told as surer on matches that a flood has washed away since, or before a record without any stamp cast doubt on an absence,
// is told as it stands without them.
func (l *Live) End(now time.Time) (Outcome, []logdoc.Turn) {
	for i := range l.in.set.symptoms {
		for _, g := range l.in.groups(i, l.in.capture(now)) {
			if now.IsZero() {
				l.in.settle(g)
			}
			if f, ok := g.finding(); ok {
				l.tell(l.of(i, g.key), f)
			}
		}
	}
	return l.in.Finish(now), l.take()
}

func (l *Live) take() []logdoc.Turn {
	turns := l.turns
	l.turns = nil
	return turns
}

// inOrder returns what is told in the order of the keys.
func (f *following) inOrder() []*told {
	list := make([]*told, 0, len(f.told))
	for _, t := range f.told {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *told) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return list
}

// key marks a key of a match. What was told under a part of it moves there.
func (l *Live) key(symptom int, key string) *told {
	f := &l.symptoms[symptom]
	if t := f.told[key]; t != nil && f.keyed {
		l.mark(t)
		return t
	}
	if !f.keyed {
		f.keyed = true
		if key != "" {
			l.move(symptom, "")
		}
	}
	t := l.of(symptom, key)
	for _, fields := range l.in.set.symptoms[symptom].keys() {
		if !partial(fields) {
			continue
		}
		if part, ok := project(key, fields); ok && part != key && !slices.Contains(f.parts[part], t) {
			f.parts[part] = append(f.parts[part], t)
			l.move(symptom, part)
		}
	}
	l.mark(t)
	return t
}

// move ends what was told under a key that turned out to be no whole one.
func (l *Live) move(symptom int, key string) {
	f := &l.symptoms[symptom]
	t := f.told[key]
	if t == nil {
		return
	}
	l.drop(f, t)
	if t.found {
		s := l.in.set.symptoms[symptom]
		l.turns = append(l.turns, logdoc.Turn{Kind: logdoc.Moved, Finding: logdoc.Finding{Symptom: s.name, Title: s.src.Title.Value, Product: s.src.Product.Value, Pack: s.pack,
			Severity: t.severity, Certainty: t.certainty, State: t.state, Count: t.count, Last: t.last, Key: keyText(key)}})
	}
}

func (l *Live) drop(f *following, t *told) {
	t.gone = true
	if t.due {
		f.due--
	}
	delete(f.told, t.key)
}

// of returns what is told of a key.
func (l *Live) of(symptom int, key string) *told {
	f := &l.symptoms[symptom]
	t := f.told[key]
	if t == nil {
		t = &told{symptom: symptom, key: key, alarm: math.MaxInt64}
		f.told[key] = t
	}
	return t
}

// mark puts a key in the line of those to be looked at.
func (l *Live) mark(t *told) {
	if t.due || t.gone {
		return
	}
	t.due = true
	l.symptoms[t.symptom].due++
	if !t.inLine {
		t.inLine = true
		l.due = append(l.due, t)
	}
}

// work looks at the keys that are due: at those that are paid for, and at others as long as more says so.
func (l *Live) work(more func() bool) {
	for _, t := range l.paid {
		t.paid = false
		l.lookDue(t)
	}
	clear(l.paid)
	l.paid = l.paid[:0]
	done := 0
	for ; done < len(l.due) && (!l.due[done].due || more()); done++ {
		t := l.due[done]
		t.inLine = false
		l.lookDue(t)
	}
	if done == len(l.due) {
		clear(l.due)
		l.due = l.due[:0]
	} else if done > 0 {
		l.due = append(l.due[:0], l.due[done:]...)
	}
}

// lookDue looks at a key if it is due.
func (l *Live) lookDue(t *told) {
	if !t.due || t.gone {
		return
	}
	t.due = false
	l.symptoms[t.symptom].due--
	l.look(t)
}

// Recall tells what an earlier run has told, once the matches that it rests on were added again: it is not told again as long as there is nothing new about it. It
// comes before the first Advance.
func (l *Live) Recall(findings []logdoc.Finding) {
	for i := range findings {
		f := &findings[i]
		index := slices.IndexFunc(l.in.set.symptoms, func(s *symptom) bool { return s.name == f.Symptom })
		if index < 0 {
			continue // its pack is gone
		}
		key := string(f.Key)
		if keys := l.in.keysOf(index); !slices.Contains(keys, key) {
			// A key of several parts is shown without what stands between them.
			for _, k := range keys {
				if keyText(k) == f.Key {
					key = k
				}
			}
		}
		t := l.of(index, key)
		t.found, t.certainty, t.severity, t.state, t.count, t.last, t.why = true, f.Certainty, f.Severity, f.State, f.Count, f.Last, f.Why
	}
}

// SoFar returns what was told and holds, as it stands now; what is clean or unchecked is known at the end only.
func (l *Live) SoFar() Outcome {
	out := Outcome{Capture: l.in.capture(time.Time{})}
	subjects := l.in.set.subjects()
	var found []candidate
	for i := range l.symptoms {
		for _, t := range l.symptoms[i].inOrder() {
			if !t.found {
				continue
			}
			g := l.group(t)
			f, ok := l.finding(t, g)
			if !ok {
				continue
			}
			if f.Certainty < t.certainty {
				f.Certainty, f.Why = t.certainty, t.why
			}
			f.Severity = max(f.Severity, t.severity)
			found = append(found, candidate{f, g.about(subjects), g.logs()})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return compareFindings(&a.Finding, &b.Finding) })
	out.Findings = l.in.fold(found)
	return out
}

// look evaluates a key as far as it is decided by now.
func (l *Live) look(t *told) {
	g := l.group(t)
	t.cost = 0
	for _, list := range g.lists {
		t.cost += len(list) * l.symptoms[t.symptom].conditions
	}
	l.credit -= max(0, t.cost-t.earned-freeWork)
	t.earned = 0
	if f, ok := l.finding(t, g); ok {
		l.tell(t, f)
	}
	if l.symptoms[t.symptom].timed {
		g.wake = min(g.wake, l.watermark+int64(lookAgain))
	}
	if g.wake < t.alarm {
		t.alarm = g.wake
		heap.Push(&l.alarms, alarm{g.wake, t})
	}
}

// group returns the matches of a key, to be looked at by now.
func (l *Live) group(t *told) *group {
	now := l.watermark
	if l.in.clock {
		now = max(now, l.in.end)
	}
	g := l.in.group(t.symptom, time.Unix(0, now).UTC(), t.key)
	g.decided = l.watermark
	return g
}

// finding returns what the matches before the watermark come to, or, if that is surer, all of them, whatever else may come.
func (l *Live) finding(t *told, g *group) (logdoc.Finding, bool) {
	lists, counts := g.lists, slices.Clone(g.counts)
	hidden := g.hide(l.watermark)
	r, severity := g.verdict(), g.severity()
	if hidden == math.MaxInt64 || !l.symptoms[t.symptom].early {
		g.wake = min(g.wake, hidden)
		return g.findingOf(&r, severity), r.certainty != logdoc.NotFound
	}
	before, trimmed, fewer := g.wake, g.lists, g.counts
	g.lists, g.counts, g.growing, g.decided = lists, counts, true, math.MinInt64
	soon, mildest := g.verdict(), g.severity()
	g.growing, g.decided, g.wake = false, l.watermark, min(before, hidden)
	switch {
	case soon.certainty == logdoc.NotFound:
		g.lists, g.counts = trimmed, fewer
	case r.certainty == logdoc.NotFound:
		r, severity = soon, mildest
	default:
		severity = max(severity, mildest)
		if soon.certainty > r.certainty {
			r = soon
		}
	}
	return g.findingOf(&r, severity), r.certainty != logdoc.NotFound
}

// hide leaves out the records that are not before a time, and returns the moment after the first of them; the end of time when there are none.
func (g *group) hide(from int64) int64 {
	hidden := int64(math.MaxInt64)
	lists := make([][]logdoc.Match, len(g.lists))
	for e, list := range g.lists {
		n := sort.Search(len(list), func(i int) bool { return list[i].Time >= from })
		if lists[e] = list[:n]; n < len(list) {
			g.counts[e] -= len(list) - n
			hidden = min(hidden, list[n].Time+1)
		}
	}
	g.lists = lists
	return hidden
}

// tell compares what a key comes to with what was told of it.
func (l *Live) tell(t *told, f logdoc.Finding) {
	turn := func(k logdoc.TurnKind) {
		l.turns = append(l.turns, logdoc.Turn{Kind: k, Finding: f})
		t.count = f.Count // a stronger verdict may rest on less than what was told before
	}
	before := *t
	if before.found && f.Certainty < before.certainty {
		f.Certainty, f.Why = before.certainty, before.why
	}
	t.found, t.certainty, t.severity, t.state, t.last, t.why = true, f.Certainty, max(f.Severity, before.severity), f.State, f.Last, f.Why
	quiet := l.in.set.symptoms[t.symptom].quiet()
	stronger := before.found && (f.Certainty > before.certainty || f.Severity > before.severity)
	if stronger {
		turn(logdoc.Stronger)
	}
	switch {
	case !before.found:
		turn(logdoc.Opened)
		if f.State == logdoc.Cleared {
			turn(logdoc.WasCleared)
		}
	case f.State == logdoc.Cleared && before.state != logdoc.Cleared:
		turn(logdoc.WasCleared)
	case f.State != logdoc.Cleared && before.state == logdoc.Cleared,
		quiet >= 0 && f.State == logdoc.Active && !before.last.IsZero() && f.Last.Sub(before.last) > quiet:
		turn(logdoc.Reopened)
	case f.Count > before.count && !stronger:
		turn(logdoc.Repeated)
	}
}

// forget makes room for more keys of an event.
func (l *Live) forget(symptom, event int) {
	f := &l.symptoms[symptom]
	if l.watermark < f.retry {
		return
	}
	f.retry = l.watermark + int64(max(time.Minute, f.horizon/16))
	s := l.in.set.symptoms[symptom]
	shelves := l.in.shelves[symptom]
	open := map[string]bool{}
	for key, t := range f.told {
		if part, ok := project(key, s.keys()[event]); ok && l.open(t) {
			open[part] = true
		}
	}
	for _, b := range slices.Clone(shelves[event].buckets) {
		if old := l.watermark - int64(f.horizon); old < l.watermark && b.last.Time < old && !open[b.key] {
			shelves[event].remove(b)
		}
	}
	for key, t := range f.told {
		if !l.open(t) && !slices.ContainsFunc(shelves, func(s shelf) bool { return s.byKey[key] != nil }) {
			l.drop(f, t)
		}
	}
	for part, list := range f.parts {
		if list = slices.DeleteFunc(list, func(t *told) bool { return t.gone }); len(list) > 0 {
			f.parts[part] = list
		} else {
			delete(f.parts, part)
		}
	}
}

// open reports whether a key has a finding that is neither cleared nor stale.
func (l *Live) open(t *told) bool {
	if !t.found || t.state == logdoc.Cleared {
		return false
	}
	quiet := l.in.set.symptoms[t.symptom].quiet()
	return quiet < 0 || t.last.IsZero() || l.watermark-t.last.UnixNano() <= int64(quiet)
}

// alarm is when a key must be looked at although nothing came.
type alarm struct {
	at int64
	of *told
}

type alarms []alarm

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, k int) bool { return a[i].at < a[k].at }
func (a alarms) Swap(i, k int)      { a[i], a[k] = a[k], a[i] }
func (a *alarms) Push(x any)        { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}
