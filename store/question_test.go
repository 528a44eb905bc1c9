package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

// ask returns the answer as text, a line for each row, values separated by bars.
func ask(t testing.TB, q *Question, query string) (string, error) {
	t.Helper()
	var b strings.Builder
	err := q.Ask(t.Context(), query, func([]string) error { return nil }, func(values []any) error {
		for i, v := range values {
			if i > 0 {
				b.WriteString("|")
			}
			fmt.Fprintf(&b, "%v", v)
		}
		b.WriteString("\n")
		return nil
	})
	return b.String(), err
}

func someQuestion(t testing.TB) *Question {
	t.Helper()
	q, err := NewQuestion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	for i, text := range []logdoc.LogText{"rotor stuck at 9 degrees", "the cover was closed", hostile} {
		e := Event{Place: logdoc.Place{Source: "pump.log", Line: i + 1, Offset: int64(i * 50)}, Time: march().UnixNano() + int64(i), Clock: i < 2, Severity: logdoc.Error, Format: "pump", Known: "bad", Text: text,
			Own: []logdoc.Capture{{Name: "angle", Value: "9"}}}
		e.Standard[logdoc.FieldMessage], e.Standard[logdoc.FieldHost] = text, "north"
		if err := q.AddEvent(&e); err != nil {
			t.Fatal(err)
		}
	}
	d := someDiagnosis()
	if err := q.AddDiagnosis(&d); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAsk(t *testing.T) {
	for _, tt := range []struct{ name, query, want string }{
		{"columns", "SELECT id, source, line, offset, time, severity, level, format, known, host, program, json_extract(fields, '$.angle') FROM events WHERE id = 1",
			"1|pump.log|1|0|2026-03-01 12:00:00.000000|error|5|pump|bad|north|<nil>|9\n"},
		{"no clock", "SELECT time IS NULL, text FROM events WHERE id = 3", "1|" + hostile + "\n"},
		{"text search", "SELECT message FROM events WHERE id IN (SELECT rowid FROM messages WHERE messages MATCH 'cover AND clos* NOT rotor')", "the cover was closed\n"},
		{"a phrase, through a join", "SELECT e.line FROM messages m JOIN events e ON e.id = m.rowid WHERE messages MATCH '\"stuck at\"'", "1\n"},
		{"regular expression", "SELECT line FROM events WHERE message REGEXP '(?i)STUCK at [0-9]+'", "1\n"},
		{"findings", "SELECT symptom, severity, certainty, state, count, cause_id, silenced FROM findings ORDER BY id",
			"acme/rotor|error|likely|cleared|12|<nil>|<nil>\nacme/heat|error|likely|cleared|12|1|<nil>\nacme/noise|error|likely|cleared|12|1|<nil>\nacme/deep|error|likely|cleared|12|3|<nil>\n" +
				"acme/last|error|likely|cleared|12|<nil>|<nil>\nacme/planned|error|likely|cleared|12|<nil>|it is planned\n"},
		{"captures", "SELECT count(*), count(DISTINCT finding_id) FROM captures WHERE name = 'serial'", "12|6\n"},
		{"coverage", "SELECT records, known_bad + known_normal + unexplained + unread FROM coverage WHERE format = 'pump'", "10|10\n"},
		{"the rest", "SELECT (SELECT count(*) FROM clean), (SELECT count(*) FROM unchecked), (SELECT count(*) FROM unexplained), (SELECT count(*) FROM steps WHERE state = 'done')", "1|1|1|1\n"},
		{"recursion", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n", "15\n"},
		{"comments, quotes and an end", "/* ; */ SELECT ';' AS \"a;b\", 'it''s;' -- ;\n ; \n-- the end", ";|it's;\n"},
		{"its own tables", "SELECT count(*) > 5 FROM sqlite_schema", "1\n"},
		{"no rows", "SELECT 1 WHERE 0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ask(t, someQuestion(t), tt.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAskRefuses has queries that do more than read, or are none.
func TestAskRefuses(t *testing.T) {
	for _, tt := range []struct{ query, says string }{
		{"", "it is empty"}, {" ; -- nothing\n", "it is empty"}, {"SELECT 1; SELECT 2", "one statement"}, {"SELECT 1; x", "one statement"},
		{"DELETE FROM events", "anything but SELECT is not allowed"}, {"INSERT INTO events(id) VALUES (9)", "anything but SELECT"}, {"UPDATE events SET line = 1", "anything but SELECT"},
		{"CREATE TABLE x(a)", "anything but SELECT"}, {"CREATE TEMP TABLE x(a)", "anything but SELECT"}, {"DROP TABLE events", "anything but SELECT"}, {"ATTACH '/etc/passwd' AS x", "anything but SELECT"},
		{"PRAGMA query_only = OFF", "anything but SELECT"}, {"VACUUM INTO '/tmp/x'", "anything but SELECT"}, {"BEGIN", "anything but SELECT"}, {"SELECT * FROM pragma_database_list", "not allowed"},
		{"SELECT load_extension('x')", "not allowed"}, {"SELECT fts3_tokenizer('simple')", "not allowed"}, {"SELECT readfile('/etc/passwd')", "no such function"},
		{"SELECT mesage FROM events", "no such column: mesage"}, {"SELEC 1", "syntax error"}, {"SELECT ?", "it has parameters"}, {"SELECT zeroblob(100000000)", "too big"},
		{"SELECT printf('%.*c', 100000000, 'x')", ""}, {"SELECT message REGEXP '(' FROM events", "missing closing"}, {"SELECT 1" + strings.Repeat("+1", maxDepth+1), "too large"},
		{"SELECT '" + strings.Repeat("x", maxQuery) + "'", "longer than 64 KiB"}, {"SELECT 1" + strings.Repeat(" UNION SELECT 1", maxCompound+1), "too many terms"},
		{"SELECT message MATCH 'x' FROM events", ""}, {"SELECT rowid FROM messages WHERE messages MATCH '\"'", "malformed MATCH"},
	} {
		t.Run(tt.query[:min(len(tt.query), 40)], func(t *testing.T) {
			q := someQuestion(t)
			got, err := ask(t, q, tt.query)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, answer %.100q", err, got)
			}
			if !errors.Is(err, ErrQuery) {
				t.Errorf("%v is not said to be the query's fault", err)
			}
		})
	}
}

func TestAskIsStopped(t *testing.T) {
	q := someQuestion(t)
	ctx, cancel := context.WithCancel(t.Context())
	rows := 0
	err := q.Ask(ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", func([]string) error { return nil }, func([]any) error {
		if rows++; rows == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after %d rows", err, rows)
	}
	enough := errors.New("enough")
	q = someQuestion(t)
	if err := q.Ask(t.Context(), "SELECT * FROM events", func([]string) error { return nil }, func([]any) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
}

func TestAskAboutCases(t *testing.T) {
	s := newStore(t)
	l := openLive(t, s, "a", someRules())
	if err := l.Commit(t.Context(), Batch{Matches: someMatches(5), Turns: []logdoc.Turn{{Finding: someFinding("acme/rotor", "")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveCase(t.Context(), someCase("")); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64]string{1: "5|1|/var/log/pump0.log\n", 2: "2|6|a.tgz!/" + hostile + "\n"} {
		c, err := s.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		q, err := NewQuestion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := q.AddCase(t.Context(), s, &c); err != nil {
			t.Fatal(err)
		}
		got, err := ask(t, q, "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM findings), source FROM events WHERE id = 1")
		if err != nil || got != want {
			t.Errorf("case %d: %q, want %q, %v", id, got, want, err)
		}
		q.Close()
	}
}

// BenchmarkAddEvent is what it costs to make a record something that can be asked for.
func BenchmarkAddEvent(b *testing.B) {
	q, err := NewQuestion(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	e := Event{Place: logdoc.Place{Source: "/var/log/pump.log"}, Clock: true, Severity: logdoc.Error, Format: "pump", Known: "bad", Text: "PUMP 2026-03-04 05:06:07.000123 north ERROR rotor stuck at 9 degrees"}
	e.Standard[logdoc.FieldMessage], e.Standard[logdoc.FieldHost] = "rotor stuck at 9 degrees", "north"
	for b.Loop() {
		e.Place.Line++
		e.Time += 1000
		if err := q.AddEvent(&e); err != nil {
			b.Fatal(err)
		}
	}
}
