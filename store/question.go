package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"logdoc"
)

//go:embed question.sql
var questionTables string

// Event is one record as a question sees it. Text that is empty is NULL there.
type Event struct {
	Place logdoc.Place
	// Time is in nanoseconds since 1970 UTC; without Clock there is none.
	Time     int64
	Clock    bool
	Severity logdoc.Severity
	// Format is empty where no format accepts the record; Known is bad, normal, unexplained or unread.
	Format, Known string
	// Standard are the fields that all formats share, by their slots.
	Standard [logdoc.FieldOwn]logdoc.LogText
	// Own are those of the format alone.
	Own  []logdoc.Capture
	Text logdoc.LogText
}

// Question is a database of its own that answers questions in SQL about one input or one case. It is in memory, and in a temporary file without a name where that is not enough. It is
// not safe for use by many goroutines.
type Question struct {
	pool   *sql.DB
	conn   *sql.Conn
	raw    *sqlite3.SQLiteConn
	add    driver.Stmt
	events int64
	args   []driver.NamedValue
}

// maxScratch bounds the temporary file, in pages of 4096 bytes: 8 GiB.
const maxScratch = 2 << 20

// NewQuestion makes an empty one.
func NewQuestion(ctx context.Context) (*Question, error) {
	q := &Question{}
	if err := q.open(ctx); err != nil {
		q.Close()
		return nil, fmt.Errorf("make room for the question: %w", plain(err))
	}
	return q, nil
}

func (q *Question) open(ctx context.Context) error {
	// A file without a name is a temporary one that only this connection sees.
	q.pool = sql.OpenDB(connector{"", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		q.raw = c
		if err := c.RegisterFunc("regexp", newMatcher().match, true); err != nil {
			return err
		}
		_, err := c.Exec(fmt.Sprintf("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000; PRAGMA trusted_schema = OFF; PRAGMA max_page_count = %d", maxScratch), nil)
		if err == nil {
			_, err = c.Exec(questionTables, nil)
		}
		return err
	}}})
	q.pool.SetMaxOpenConns(1)
	var err error
	if q.conn, err = q.pool.Conn(ctx); err != nil {
		return err
	}
	q.add, err = q.raw.Prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)")
	if err == nil {
		_, err = q.raw.Exec("BEGIN", nil)
	}
	return err
}

// Close removes it.
func (q *Question) Close() error {
	var err error
	if q.add != nil {
		err = q.add.Close()
	}
	if q.conn != nil {
		err = errors.Join(err, q.conn.Close())
	}
	if q.pool != nil {
		err = errors.Join(err, q.pool.Close())
	}
	return err
}

// timeText is how a question sees a time: all of the same length, so that they can be compared, and as SQLite's functions read it.
const timeText = "2006-01-02 15:04:05.000000"

func textOf(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(timeText)
}

// AddEvent adds a record. ErrFull: there is no room for more.
func (q *Question) AddEvent(e *Event) error {
	q.events++
	q.args = q.args[:0]
	bind := func(place int, value driver.Value) {
		q.args = append(q.args, driver.NamedValue{Ordinal: place, Value: value})
	}
	text := func(place int, t string) {
		if t != "" {
			bind(place, t)
		}
	}
	bind(1, q.events)
	bind(2, string(e.Place.Source))
	bind(3, int64(e.Place.Line))
	bind(4, e.Place.Offset)
	if e.Clock {
		bind(5, time.Unix(0, e.Time).UTC().Format(timeText))
	}
	bind(6, e.Severity.String())
	bind(7, int64(e.Severity))
	text(8, e.Format)
	text(9, e.Known)
	for slot, value := range e.Standard {
		text(10+slot, string(value))
	}
	if len(e.Own) > 0 {
		bind(17, string(appendCaptures(nil, e.Own)))
	}
	bind(18, string(e.Text))
	if _, err := q.add.(driver.StmtExecContext).ExecContext(context.Background(), q.args); err != nil {
		return fmt.Errorf("add a record to the question: %w", plain(err))
	}
	return nil
}

// AddDiagnosis adds what was found.
func (q *Question) AddDiagnosis(d *logdoc.Diagnosis) error {
	a := adder{q: q}
	var visit func(findings []logdoc.Finding, cause, silenced any)
	visit = func(findings []logdoc.Finding, cause, silenced any) {
		for i := range findings {
			f := &findings[i]
			a.findings++
			id := a.findings
			a.row("findings", id, f.Symptom, string(f.Key), f.Title, f.Product, f.Pack, f.Severity.String(), int64(f.Severity), f.Certainty.String(), f.State.String(), textOf(f.First), textOf(f.Last),
				textOf(f.ClearedAt), int64(f.Count), cause, silenced, strings.Join(f.Why, "\n"))
			for _, e := range f.Evidence {
				a.row("evidence", id, e.Event, e.Label, string(e.Place.Source), int64(e.Place.Line), e.Place.Offset, textOf(e.Time), string(e.Text))
			}
			for _, v := range f.Values {
				values := v.All
				if len(values) == 0 {
					values = []logdoc.LogText{v.Text}
				}
				for _, value := range values {
					a.row("captures", id, v.Name, v.Label, string(value), v.Computed)
				}
			}
			visit(f.Consequences, id, silenced)
		}
	}
	visit(d.Findings, nil, nil)
	for _, s := range d.Silenced {
		visit([]logdoc.Finding{s.Finding}, nil, s.Because)
	}
	for _, c := range d.Coverage.Sources {
		a.row("coverage", string(c.Source), string(c.Log), c.Format, c.Why, textOf(c.First), textOf(c.Last), c.Bytes, int64(c.Lines), int64(c.Records), int64(c.KnownBad), int64(c.KnownNormal),
			int64(c.Unexplained), int64(c.Unread))
	}
	for _, c := range d.Clean {
		a.row("clean", c.Name, c.Title, c.Product, string(c.Key), c.Expected, int64(c.Records), c.State, textOf(c.Since))
	}
	for _, u := range d.Unchecked {
		a.row("unchecked", u.Symptom, u.Title, u.Product, u.Reason, strings.Join(u.Collect, "\n"))
	}
	for _, c := range d.Unexplained {
		a.row("unexplained", string(c.Template), c.Format, c.Severity.String(), int64(c.Severity), int64(c.Count), string(c.First.Source), int64(c.First.Line), textOf(c.FirstTime), textOf(c.LastTime),
			string(c.Text))
	}
	for _, s := range d.Work.Steps {
		a.row("steps", s.Symptom, string(s.Key), s.Step, s.State.String(), s.Answer, int64(s.Tries), string(s.Note), textOf(s.Changed))
	}
	if a.err != nil {
		return fmt.Errorf("add the diagnosis to the question: %w", plain(a.err))
	}
	return nil
}

// adder adds rows until one fails.
type adder struct {
	q        *Question
	findings int64
	err      error
}

func (a *adder) row(table string, values ...any) {
	if a.err != nil {
		return
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	_, a.err = a.q.conn.ExecContext(context.Background(), "INSERT INTO "+table+" VALUES ("+marks+")", values...)
}

// AddCase adds a case: what was found, and as events the evidence, or the matches of a case that was followed.
func (q *Question) AddCase(ctx context.Context, s *Store, c *Case) error {
	if err := q.AddDiagnosis(&c.Diagnosis); err != nil {
		return err
	}
	if c.Kind == Followed {
		return eachMatch(ctx, s.readers, c.ID, func(_ int64, m *logdoc.Match) error {
			e := Event{Place: m.Place, Time: m.Time, Clock: m.Clock, Severity: m.Severity, Known: "bad", Own: m.Captures, Text: m.Text}
			e.Standard[logdoc.FieldMessage] = m.Text
			return q.AddEvent(&e)
		})
	}
	seen := map[logdoc.Place]bool{}
	var err error
	each(c.Diagnosis.Findings, func(f *logdoc.Finding) {
		for _, e := range f.Evidence {
			if seen[e.Place] || err != nil {
				continue
			}
			seen[e.Place] = true
			event := Event{Place: e.Place, Clock: !e.Time.IsZero(), Known: "bad", Text: e.Text}
			if event.Clock {
				event.Time = e.Time.UnixNano()
			}
			event.Standard[logdoc.FieldMessage] = e.Text
			err = q.AddEvent(&event)
		}
	})
	return err
}

// maxPatterns bounds the regular expressions that one query may use.
const maxPatterns = 100

// matcher is the function regexp(pattern, text), which `text REGEXP pattern` calls. Its expressions take time in proportion to the text, whatever they are.
type matcher struct{ known map[string]*regexp.Regexp }

func newMatcher() *matcher { return &matcher{map[string]*regexp.Regexp{}} }

func (m *matcher) match(pattern string, text any) (any, error) {
	re, ok := m.known[pattern]
	if !ok {
		if len(m.known) == maxPatterns {
			return nil, fmt.Errorf("more than %d regular expressions", maxPatterns)
		}
		var err error
		if re, err = regexp.Compile(pattern); err != nil {
			return nil, err
		}
		m.known[pattern] = re
	}
	switch t := text.(type) {
	case nil:
		return nil, nil
	case string:
		return re.MatchString(t), nil
	case []byte:
		return re.Match(t), nil
	}
	return re.MatchString(fmt.Sprint(text)), nil
}

// guard is what SQLite asks before it compiles a query: it may read, and call functions, and nothing else.
type guard struct {
	refused  string
	searched bool
}

// recursive is SQLite's number for a query that refers to itself, which the driver has no name for.
const recursive = 33

func (g *guard) allow(action int, first, second, _ string) int {
	switch action {
	case sqlite3.SQLITE_SELECT, recursive:
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_READ:
		g.searched = g.searched || strings.HasPrefix(strings.ToLower(first), "messages")
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FUNCTION:
		switch strings.ToLower(second) {
		case "load_extension", "fts3_tokenizer":
			g.refused = "the function " + second
			return sqlite3.SQLITE_DENY
		}
		return sqlite3.SQLITE_OK
	}
	g.refused = "anything but SELECT"
	return sqlite3.SQLITE_DENY
}

// Limits of a query.
const (
	maxQuery     = 64 << 10 // bytes of SQL
	maxValue     = 16 << 20 // bytes of one value
	maxDepth     = 200      // of expressions in each other
	maxCompound  = 50       // SELECTs joined by UNION and its like
	limitLength  = 0        // SQLite's numbers for them
	limitSQL     = 1
	limitDepth   = 3
	limitUnion   = 4
	limitAttach  = 7
	limitPattern = 8
	limitWorkers = 11
)

// ErrQuery means that the query is not one that is answered; the error says why.
var ErrQuery = errors.New("the query cannot be answered")

// Ask answers one SELECT, after which nothing can be added. It calls columns once, with their names, and row with the values of each row: nil, int64, float64, string or []byte. Log text
// among them is as it was. An error of these functions ends it; so does the end of ctx.
func (q *Question) Ask(ctx context.Context, query string, columns func([]string) error, row func([]any) error) error {
	if len(query) > maxQuery {
		return fmt.Errorf("%w: it is longer than %d KiB", ErrQuery, maxQuery>>10)
	}
	if err := oneStatement(query); err != nil {
		return err
	}
	if _, err := q.raw.Exec("COMMIT; PRAGMA query_only = ON", nil); err != nil && !q.raw.AutoCommit() {
		return fmt.Errorf("close the tables: %w", plain(err))
	}
	for _, limit := range [][2]int{{limitLength, maxValue}, {limitSQL, maxQuery}, {limitDepth, maxDepth}, {limitUnion, maxCompound}, {limitAttach, 0}, {limitPattern, 1000}, {limitWorkers, 0}} {
		q.raw.SetLimit(limit[0], limit[1])
	}
	g := &guard{}
	q.raw.RegisterAuthorizer(g.allow)
	statement, err := q.raw.Prepare(query)
	if err != nil {
		return g.explain(err)
	}
	if err := statement.Close(); err != nil {
		return err
	}
	if g.searched {
		// The index over the messages takes time, so that it is made only for who uses it.
		q.raw.RegisterAuthorizer(nil)
		if _, err := q.raw.ExecContext(ctx, "PRAGMA query_only = OFF; INSERT INTO messages(messages) VALUES ('rebuild'); PRAGMA query_only = ON", nil); err != nil {
			return fmt.Errorf("index the messages: %w", stopped(ctx, plain(err)))
		}
		q.raw.RegisterAuthorizer(g.allow)
	}
	return g.explain(stopped(ctx, q.rows(ctx, query, columns, row)))
}

// stopped is the context's error, where that is what ended it.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// explain says what of a query was refused, or wrong.
func (g *guard) explain(err error) error {
	if g.refused != "" && err != nil {
		return fmt.Errorf("%w: %s is not allowed", ErrQuery, g.refused)
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok && (e.Code == sqlite3.ErrError || e.Code == sqlite3.ErrTooBig) {
		return fmt.Errorf("%w: %w", ErrQuery, err)
	}
	return plain(err)
}

func (q *Question) rows(ctx context.Context, query string, columns func([]string) error, row func([]any) error) (err error) {
	statement, err := q.raw.Prepare(query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	if statement.NumInput() > 0 {
		return fmt.Errorf("%w: it has parameters (?), and nothing fills them in", ErrQuery)
	}
	rows, err := statement.(driver.StmtQueryContext).QueryContext(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names := rows.Columns()
	if err := columns(names); err != nil {
		return err
	}
	values := make([]driver.Value, len(names))
	out := make([]any, len(names))
	for {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i, v := range values {
			out[i] = v
		}
		if err := row(out); err != nil {
			return err
		}
	}
}

// oneStatement refuses a query with something behind its end, which SQLite would pass over.
func oneStatement(query string) error {
	rest := query
	ended, some := false, false
	for rest != "" {
		skip := 1
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "--"):
			if skip = strings.IndexByte(rest, '\n') + 1; skip == 0 {
				skip = len(rest)
			}
		case strings.HasPrefix(rest, "/*"):
			if end := strings.Index(rest[2:], "*/"); end >= 0 {
				skip = end + 4
			} else {
				skip = len(rest)
			}
		case c == ';':
			ended = true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
		default:
			if ended {
				return fmt.Errorf("%w: write one statement, without anything behind it", ErrQuery)
			}
			some = true
			closing := c
			if c == '[' {
				closing = ']'
			}
			if strings.IndexByte("'\"`[", c) >= 0 {
				if end := strings.IndexByte(rest[1:], closing); end >= 0 {
					skip = end + 2
				} else {
					skip = len(rest)
				}
			}
		}
		rest = rest[skip:]
	}
	if !some {
		return fmt.Errorf("%w: it is empty", ErrQuery)
	}
	return nil
}
