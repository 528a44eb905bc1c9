package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"logdoc"
)

func openLive(t testing.TB, s *Store, name string, rules []SymptomEvents) *Live {
	t.Helper()
	l, err := s.Live(t.Context(), CaseInfo{Name: name, Paths: []string{"/var/log/*.log"}, Hosts: []logdoc.LogText{"north"}}, rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func somePosition(inode uint64, path logdoc.LogText, offset int64) logdoc.Position {
	return logdoc.Position{Path: path, Device: 1 << 63, Inode: inode, Offset: offset, Line: 3, Head: logdoc.Fingerprint{Length: 9, Sum: [32]byte{1, 2, byte(inode)}},
		Before: logdoc.Fingerprint{Length: 4, Sum: [32]byte{31: 9}}, Changed: march()}
}

func allMatches(t testing.TB, l *Live) []logdoc.Match {
	t.Helper()
	var out []logdoc.Match
	if err := l.Matches(t.Context(), func(m logdoc.Match) error { out = append(out, m); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLiveIsFoundAgain(t *testing.T) {
	s := newStore(t)
	l := openLive(t, s, "", someRules())
	matches := someMatches(7)
	matches[3].Captures = []logdoc.Capture{{Name: "b", Value: hostile}, {Name: "a", Value: ""}, {Name: "b", Value: "twice"}}
	matches[4].Captures, matches[4].Text = nil, hostile
	first, second := someFinding("acme/rotor", hostile), someFinding("acme/heat", "")
	first.Nodes = []logdoc.LogText{"south"}
	if err := l.Commit(t.Context(), Batch{Matches: matches[:4], Positions: []logdoc.Position{somePosition(5, "/var/log/a", 100)}, State: []byte("s1"),
		Turns: []logdoc.Turn{{Kind: logdoc.Opened, Finding: first}, {Kind: logdoc.Opened, Finding: second}}}); err != nil {
		t.Fatal(err)
	}
	first.Count, first.Certainty = 13, logdoc.Certain
	first.Evidence = first.Evidence[:1]
	if err := l.Commit(t.Context(), Batch{Matches: matches[4:], Positions: []logdoc.Position{somePosition(5, "/var/log/a.1", 200), somePosition(6, "/var/log/a", 50)},
		Turns: []logdoc.Turn{{Kind: logdoc.Stronger, Finding: first}}}); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Case(t.Context(), l.Case().ID); err != nil || !slices.Contains(c.Hosts, "south") || !slices.Contains(c.Hosts, "north") {
		t.Errorf("hosts %q, %v", c.Hosts, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// The rules of the next run are counted otherwise, and one event is gone.
	next := openLive(t, s, "", []SymptomEvents{{"new/one", []string{"x"}}, {"acme/heat", []string{"cold", "hot"}}, {"acme/rotor", []string{"stuck"}}})
	if next.Case().ID != l.Case().ID {
		t.Fatalf("it is case %d, it was %d", next.Case().ID, l.Case().ID)
	}
	var want []logdoc.Match
	for _, m := range matches {
		switch {
		case m.Symptom == 0 && m.Event == 1:
			continue
		case m.Symptom == 0:
			m.Symptom = 2
		default:
			m.Event = 1 - m.Event
		}
		want = append(want, m)
	}
	if diff := cmp.Diff(want, allMatches(t, next)); diff != "" {
		t.Errorf("matches (-want +got):\n%s", diff)
	}
	positions, err := next.Positions(t.Context())
	if diff := cmp.Diff([]logdoc.Position{somePosition(5, "/var/log/a.1", 200), somePosition(6, "/var/log/a", 50)}, positions); diff != "" || err != nil {
		t.Errorf("positions (-want +got):\n%s%v", diff, err)
	}
	findings, err := next.Findings(t.Context())
	if diff := cmp.Diff([]logdoc.Finding{first, second}, findings, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("findings (-want +got):\n%s%v", diff, err)
	}
	if state, err := next.State(t.Context()); string(state) != "s1" || err != nil {
		t.Errorf("state %q, %v", state, err)
	}
	if err := next.Commit(t.Context(), Batch{Forgotten: []logdoc.Position{somePosition(5, "/var/log/a.1", 200), {Device: 1 << 63, Inode: 6, Head: logdoc.Fingerprint{Length: 9}}},
		Turns: []logdoc.Turn{{Kind: logdoc.Moved, Finding: second}}}); err != nil {
		t.Fatal(err)
	}
	if positions, err := next.Positions(t.Context()); err != nil || len(positions) != 1 || positions[0].Inode != 6 {
		t.Errorf("forgotten is to be the first, not another content in the place of the second: %v %v", positions, err)
	}
	if findings, err := next.Findings(t.Context()); err != nil || len(findings) != 1 {
		t.Errorf("a finding that moved: %v %v", findings, err)
	}
	for _, ended := range []bool{true, false} {
		p := somePosition(6, "/var/log/a.1", 60)
		p.Ended = ended
		if err := next.Commit(t.Context(), Batch{Positions: []logdoc.Position{p}}); err != nil {
			t.Fatal(err)
		}
		positions, err := next.Positions(t.Context())
		if diff := cmp.Diff([]logdoc.Position{p}, positions); diff != "" || err != nil {
			t.Errorf("a position of a file that was read to its end, %v (-want +got):\n%s%v", ended, diff, err)
		}
	}
}

// TestOneFollower holds a case by one, and others by others.
func TestOneFollower(t *testing.T) {
	s := newStore(t)
	l := openLive(t, s, "a", someRules())
	other := openAt(t, s.Path(), Options{})
	if _, err := other.Live(t.Context(), CaseInfo{Name: "a"}, nil); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("a second follower of the case: %v", err)
	}
	if err := other.Remove(t.Context(), l.Case().ID); !errors.Is(err, ErrLocked) {
		t.Errorf("removing it: %v", err)
	}
	openLive(t, other, "b", someRules())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := openLive(t, other, "a", someRules())
	if again.Case().ID != l.Case().ID {
		t.Errorf("case %d, it was %d", again.Case().ID, l.Case().ID)
	}
}

// TestBatchIsWhole lets each part of a batch fail: nothing of the batch is kept.
func TestBatchIsWhole(t *testing.T) {
	s := newStore(t)
	l := openLive(t, s, "a", someRules())
	b := Batch{Matches: someMatches(3), Positions: []logdoc.Position{somePosition(5, "/a", 1)}, Turns: []logdoc.Turn{{Finding: someFinding("acme/rotor", "")}},
		Outbox: []Message{{Sink: "hook", Body: []byte("x"), Due: march()}}, State: []byte("s")}
	for _, table := range []string{"logs", "matches", "turns", "findings", "evidence", "positions", "outbox"} {
		if _, err := s.writer.ExecContext(t.Context(), "CREATE TRIGGER failing BEFORE INSERT ON "+table+" BEGIN SELECT raise(ABORT, 'this test'); END"); err != nil {
			t.Fatal(err)
		}
		if err := l.Commit(t.Context(), b); err == nil || !strings.Contains(err.Error(), "this test") {
			t.Fatalf("%s: %v", table, err)
		}
		if _, err := s.writer.ExecContext(t.Context(), "DROP TRIGGER failing"); err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"logs", "matches", "turns", "findings", "evidence", "positions", "outbox"} {
			var n int
			if err := s.readers.QueryRow("SELECT count(*) FROM " + other).Scan(&n); err != nil || n > 0 {
				t.Errorf("failing at %s leaves %d rows in %s (%v)", table, n, other, err)
			}
		}
	}
	if err := l.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got := allMatches(t, l); len(got) != 3 {
		t.Errorf("%d matches", len(got))
	}
	b.Matches[0].Event = 2
	if err := l.Commit(t.Context(), b); err == nil {
		t.Error("a match of an event that the rules do not have is kept")
	}
}

func TestTurnsAreCountedInABatch(t *testing.T) {
	s := newStore(t)
	l := openLive(t, s, "a", someRules())
	var turns []logdoc.Turn
	for i := range 5 {
		f := someFinding("acme/rotor", "")
		f.Count = i + 1
		turns = append(turns, logdoc.Turn{Kind: logdoc.Repeated, Finding: f})
	}
	turns[0].Kind = logdoc.Opened
	if err := l.Commit(t.Context(), Batch{Turns: turns}); err != nil {
		t.Fatal(err)
	}
	kinds, err := texts(t.Context(), s.readers, "SELECT kind || ' ' || count FROM turns ORDER BY id")
	if diff := cmp.Diff([]string{"opened 1", "repeated 5"}, kinds); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if f, err := l.Findings(t.Context()); err != nil || len(f) != 1 || f[0].Count != 5 {
		t.Errorf("%v %v", f, err)
	}
}

func TestLivePrune(t *testing.T) {
	c := &clock{now: march()}
	s := openAt(t, t.TempDir()+"/store.db", Options{Now: c.Now, Keep: -1, MaxMatches: -1})
	l, other := openLive(t, s, "a", someRules()), openLive(t, s, "b", someRules())
	for range 4 {
		for _, live := range []*Live{l, other} {
			if err := live.Commit(t.Context(), Batch{Matches: someMatches(10), Turns: []logdoc.Turn{{Finding: someFinding("acme/rotor", "")}}}); err != nil {
				t.Fatal(err)
			}
		}
		c.now = c.now.Add(time.Hour)
	}
	for _, tt := range []struct {
		keep          time.Duration
		most          int
		removed, left int
	}{{0, 0, 0, 40}, {3 * time.Hour, 0, 10, 30}, {3 * time.Hour, 25, 5, 25}, {0, 25, 0, 25}, {time.Hour, 24, 15, 10}, {time.Minute, 0, 0, 10}} {
		n, err := l.Prune(t.Context(), tt.keep, tt.most)
		if err != nil || n != tt.removed || len(allMatches(t, l)) != tt.left {
			t.Errorf("keep %s and %d: removed %d, left %d, %v", tt.keep, tt.most, n, len(allMatches(t, l)), err)
		}
	}
	if n := len(allMatches(t, other)); n != 40 {
		t.Errorf("%d matches are left of the other case", n)
	}
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// TestOldMatchesGo lets hours pass: what is too old or too much goes by itself.
func TestOldMatchesGo(t *testing.T) {
	c := &clock{now: march()}
	s := openAt(t, t.TempDir()+"/store.db", Options{Now: c.Now, Keep: 4 * time.Hour, MaxMatches: 35})
	l := openLive(t, s, "a", someRules())
	for hour, want := range []int{10, 20, 30, 40, 45, 45, 45} {
		if err := l.Commit(t.Context(), Batch{Matches: someMatches(10)}); err != nil {
			t.Fatal(err)
		}
		if n := len(allMatches(t, l)); n != want {
			t.Errorf("hour %d: %d matches, want %d", hour, n, want)
		}
		c.now = c.now.Add(time.Hour)
	}
	c.now = c.now.Add(10 * time.Hour)
	if err := l.Commit(t.Context(), Batch{}); err != nil {
		t.Fatal(err)
	}
	if n := len(allMatches(t, l)); n != 0 {
		t.Errorf("%d matches are left after ten hours", n)
	}
}

func TestOutbox(t *testing.T) {
	s := newStore(t)
	if err := s.Add(t.Context(), Message{Sink: "b", Body: []byte("later"), Due: march().Add(time.Second)}, Message{Sink: "a", Due: march()}); err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(t.Context(), march())
	if err != nil || len(due) != 1 || due[0].Sink != "a" {
		t.Fatalf("%v %v", due, err)
	}
	if err := s.Retry(t.Context(), due[0].ID, march().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	due, err = s.Due(t.Context(), march().Add(time.Hour))
	if err != nil || len(due) != 2 || string(due[0].Body) != "later" || due[1].Tries != 1 || !due[1].Due.Equal(march().Add(time.Minute)) {
		t.Fatalf("%v %v", due, err)
	}
	for _, m := range due {
		if err := s.Done(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
	}
	if due, err := s.Due(t.Context(), march().Add(time.Hour)); err != nil || len(due) != 0 {
		t.Errorf("%v %v", due, err)
	}
}

// BenchmarkCommit keeps batches of matches, each in one transaction with its positions, in turn with as many plain inserts of the same values through database/sql.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{1000, 10000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := newStore(b)
			l := openLive(b, s, "a", someRules())
			plain := openPlain(b)
			matches := someMatches(size)
			positions := []logdoc.Position{somePosition(5, "/var/log/pump0.log", 0), somePosition(6, "/var/log/pump1.log", 0)}
			n := 0
			var ours, theirs time.Duration
			for b.Loop() {
				start := time.Now()
				if err := l.Commit(b.Context(), Batch{Matches: slices.Clip(matches), Positions: positions}); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				start = time.Now()
				if err := plain.insert(matches); err != nil {
					b.Fatal(err)
				}
				theirs += time.Since(start)
				n += size
			}
			b.ReportMetric(float64(n)/ours.Seconds(), "events/s")
			b.ReportMetric(float64(n)/theirs.Seconds(), "plain/s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-plain")
		})
	}
}

// plainInserts is a table of matches without all that a store is.
type plainInserts struct{ db *sql.DB }

func openPlain(b *testing.B) plainInserts {
	db, err := connect(b.TempDir()+"/plain.db", "rwc", "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE TABLE matches (id INTEGER PRIMARY KEY, source TEXT, symptom INTEGER, event INTEGER, time INTEGER, clock INTEGER, line INTEGER, offset INTEGER, rank INTEGER, severity INTEGER, text TEXT, captures TEXT)"); err != nil {
		b.Fatal(err)
	}
	return plainInserts{db}
}

func (p plainInserts) insert(matches []logdoc.Match) error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	statement, err := tx.Prepare("INSERT INTO matches (source, symptom, event, time, clock, line, offset, rank, severity, text, captures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for i := range matches {
		m := &matches[i]
		if _, err := statement.Exec(string(m.Place.Source), m.Symptom, m.Event, m.Time, m.Clock, m.Place.Line, m.Place.Offset, m.Rank, int(m.Severity), string(m.Text), string(appendCaptures(nil, m.Captures))); err != nil {
			return err
		}
	}
	return tx.Commit()
}
