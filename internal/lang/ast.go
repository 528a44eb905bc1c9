package lang

import (
	"time"

	"logdoc"
)

// Pos is a place in a .logdoc file. Line and Col count from 1; Col counts bytes. The zero value means "nowhere".
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// Name is a word in a file, with its place.
type Name struct {
	Pos   Pos
	Value string
}

// Values returns the words of names, nil for none.
func Values(names []Name) []string {
	var out []string
	for _, n := range names {
		out = append(out, n.Value)
	}
	return out
}

// Text is verbatim text: the lines that followed a bar, without the bar and the one blank behind it.
type Text struct {
	Pos   Pos // of the first character of the first line's text
	Lines []string
}

// File is one parsed .logdoc file.
type File struct {
	Name     string
	Formats  []*Format
	Symptoms []*Symptom
	Expected []*Expected
	Overlays []*Overlay
	Silences []*Silence
	comments []comment
	order    []decl
	lines    []string
}

// Format declares how the records of one kind of log are laid out.
type Format struct {
	Pos     Pos
	Name    Name
	Title   Name
	Product Name
	// Files are name globs; they decide only where the content does not.
	Files []Name
	// Collect says in words which file a support engineer must bring.
	Collect []Name
	Lines   []Line
	Inner   []Inner
	// Severities map the log's words to severities; Zones map zone abbreviations to "+08:00".
	Severities []Mapping
	Zones      []Mapping
	// Zone is the zone of stamps that carry none: "UTC", "+02:00" or empty, which means that it must be given or is taken as UTC and told.
	Zone Name
	// Stamped is where `stamped` stands: any line that states a time in a usual notation starts a record, where no other format fits. Nowhere when it does not.
	Stamped Pos
	Samples []Sample
}

// LineKind tells the ways in which a format recognises a line.
type LineKind uint8

// The kinds of line templates.
const (
	// LineRecord starts a record.
	LineRecord LineKind = iota
	// LineBare starts a record only where no record is open.
	LineBare
	// LineHeader is part of the file's frame (a banner, a log header): counted, and read for the zone, but normal by itself.
	LineHeader
)

// Line is one way in which a record can start. Exactly one of Template and Regexp is set.
type Line struct {
	Pos      Pos
	Kind     LineKind
	Template *Text
	Regexp   *Name
}

// Inner is a template that is tried on the message after a line was accepted; what it reads replaces the fields, except that the worse
// severity stays. With Guard it is tried only where that field has that value.
type Inner struct {
	Pos      Pos
	Guard    *Assign
	Template Text
}

// Mapping is one `word = value` of a severity or zone table.
type Mapping struct {
	Word  Name
	Value Name
}

// Assign is one `name = value` of an expectation.
type Assign struct {
	Name  Name
	Value Name
}

// Words is the assignment for a reader; an empty name shows as two quotes.
func (a Assign) Words() string {
	name := a.Name.Value
	if name == "" {
		name = `""`
	}
	return name + " = " + a.Value.Value
}

// Sample is a record and what its format must read in it.
type Sample struct {
	Pos    Pos
	Text   Text
	Fields []Assign
}

// Symptom declares a known problem.
type Symptom struct {
	Pos      Pos
	Name     Name
	Title    Name
	Severity Name
	// SeverityWhen are tried in order; the first that holds replaces Severity.
	SeverityWhen []SeverityRule
	Product      Name
	See          []Name
	By           []*Ref
	// StaleAfter is how old the last evidence may be against the capture before the finding is stale; nil means the default, negative
	// means never.
	StaleAfter *time.Duration
	// Yields means that a record is no evidence of this symptom where another symptom or an expected declaration knows it.
	Yields   bool
	Events   []*EventClause
	Facts    []*FactClause
	Values   []*ValueClause
	Verdicts []*Verdict
	Clears   Cond
	Explains []Name
	Cause    *Text
	Impact   *Text
	Steps    []*Step
	Examples []*Example
}

// SeverityRule is `severity critical when COND`.
type SeverityRule struct {
	Pos      Pos
	Severity Name
	When     Cond
}

// EventClause names the records that count: `event NAME "label" in FORMATS where COND`.
type EventClause struct {
	Pos   Pos
	Name  Name
	Label Name
	// Formats is empty for `in any`.
	Formats []Name
	// Where is nil when every record of the formats counts.
	Where Where
}

// FactKind is how a fact is read from a file.
type FactKind uint8

// The kinds of facts.
const (
	// FactExists only tells whether such a file is there.
	FactExists FactKind = iota
	// FactLike takes the first line that the template accepts.
	FactLike
	// FactXML takes the first element with that name, and its attributes.
	FactXML
	// FactX509 reads the first certificate.
	FactX509
	// FactEach takes each line that the template accepts.
	FactEach
)

// FactClause names a value that is read from a file of the bundle: `fact NAME "label" from "glob" like | ...`. Every fact has the fields
// present and readable; x509 adds parses, subject, issuer, starts, expires.
type FactClause struct {
	Pos      Pos
	Name     Name
	Label    Name
	From     []Name
	Collect  Name
	Kind     FactKind
	Template *Text
}

// ValueClause is a value that is worked out and shown: `value NAME "label" = EXPR`.
type ValueClause struct {
	Pos   Pos
	Name  Name
	Label Name
	Expr  Expr
}

// Verdict is `certain|likely|possible when COND`.
type Verdict struct {
	Pos       Pos
	Certainty logdoc.Certainty
	When      Cond
}

// Step is one step of a runbook.
type Step struct {
	Pos   Pos
	Kind  logdoc.StepKind
	Name  Name
	Title Name
	// Notes and Runs are verbatim; each Run line is one command.
	Notes   []Text
	Runs    []Text
	Show    []*Ref
	Ask     *Name
	Answers []Answer
}

// Answer is `"text" -> target` below an ask; Target `done` ends the runbook.
type Answer struct {
	Pos    Pos
	Text   Name
	Target Name
}

// Example is a small input and what must be found in it.
type Example struct {
	Pos   Pos
	Title Name
	// Inputs are in the order written; consecutive lines of one format are one log.
	Inputs []Input
	// Now is the capture time, RFC 3339; empty means the newest stamp.
	Now Name
	// Certainty is what the symptom must reach; NotFound for `expect nothing`.
	ExpectPos Pos
	Certainty logdoc.Certainty
	// Expect holds further expectations: severity, state, count, key, or a capture's or value's text.
	Expect []Assign
}

// Input is some text of one format (`gsan | ...`), or the content of a file (`file "path" | ...`).
type Input struct {
	Pos    Pos
	Format Name // empty for a file
	Path   Name // empty for a format
	Text   Text
}

// Expected declares records that are normal.
type Expected struct {
	Pos     Pos
	Name    Name
	Title   Name
	Product Name
	See     []Name
	Events  []*EventClause
	States  []StateRule
	Samples []Input
}

// StateRule is `state "word" from EVENT, EVENT`: the newest such record tells the state.
type StateRule struct {
	Pos  Pos
	Word Name
	From []Name
}

// Where is a condition on one record.
type Where interface{ isWhere() }

// WhereAnd, WhereOr and WhereNot combine conditions on one record.
type (
	WhereAnd struct{ Terms []Where }
	WhereOr  struct{ Terms []Where }
	WhereNot struct{ Term Where }
)

// WhereTest compares one field of the record. Op is one of == != < <= > >= has like ~.
type WhereTest struct {
	Pos   Pos
	Field Name
	Op    string
	// Value is the literal, without quotes or slashes; for `like` it is the template's single line.
	Value Name
}

func (*WhereAnd) isWhere()  {}
func (*WhereOr) isWhere()   {}
func (*WhereNot) isWhere()  {}
func (*WhereTest) isWhere() {}

// Cond is a condition over the matches and facts of one symptom.
type Cond interface {
	isCond()
	// Place is where the condition starts.
	Place() Pos
	// WithWindows returns the condition with the windows that other makes of its own; the condition itself stays as it is.
	WithWindows(other Windows) Cond
}

// The conditions of verdicts. A zero Within means no window.
type (
	// CondAnd holds when all terms hold.
	CondAnd struct{ Terms []Cond }
	// CondOr holds when any term holds.
	CondOr struct{ Terms []Cond }
	// CondNot holds when the term does not, over the whole input.
	CondNot struct {
		Pos  Pos
		Term Cond
	}
	// CondWithin is `(COND) within D`: all the matches inside D.
	CondWithin struct {
		Term   Cond
		Within time.Duration
	}
	// CondThen is `A then B [then C] [within D]`: in order; equal stamps count as ordered.
	CondThen struct {
		Terms  []Cond
		Within time.Duration
	}
	// CondCount is `3 of A [within D]`, or `3 distinct A.host [within D]` when Ref has a field.
	CondCount struct {
		Pos      Pos
		N        int
		Distinct bool
		Ref      *Ref
		Within   time.Duration
	}
	// CondUnless is `A unless B within D before|after|around`; without a window, B anywhere in the input.
	CondUnless struct {
		Term, Absent Cond
		Within       time.Duration
		Side         string
	}
	// CondGap is `no A for D`.
	CondGap struct {
		Pos   Pos
		Event Name
		For   time.Duration
	}
	// CondCompare compares two expressions with == != < <= > >=; unknown operands make it not hold.
	CondCompare struct {
		Left, Right Expr
		Op          string
	}
	// CondRef holds when the event has a match, or when the fact's field is true.
	CondRef struct{ Ref *Ref }
)

func (*CondAnd) isCond()     {}
func (*CondOr) isCond()      {}
func (*CondNot) isCond()     {}
func (*CondWithin) isCond()  {}
func (*CondThen) isCond()    {}
func (*CondCount) isCond()   {}
func (*CondUnless) isCond()  {}
func (*CondGap) isCond()     {}
func (*CondCompare) isCond() {}
func (*CondRef) isCond()     {}

// Place returns where the first term starts.
func (c *CondAnd) Place() Pos { return c.Terms[0].Place() }

// Place returns where the first term starts.
func (c *CondOr) Place() Pos { return c.Terms[0].Place() }

// Place returns where the word not stands.
func (c *CondNot) Place() Pos { return c.Pos }

// Place returns where the term starts.
func (c *CondWithin) Place() Pos { return c.Term.Place() }

// Place returns where the first term starts.
func (c *CondThen) Place() Pos { return c.Terms[0].Place() }

// Place returns where the number stands.
func (c *CondCount) Place() Pos { return c.Pos }

// Place returns where the term starts.
func (c *CondUnless) Place() Pos { return c.Term.Place() }

// Place returns where the word no stands.
func (c *CondGap) Place() Pos { return c.Pos }

// Place returns where the left operand starts.
func (c *CondCompare) Place() Pos { return c.Left.Place() }

// Place returns where the reference starts.
func (c *CondRef) Place() Pos { return c.Ref.Pos }

// Expr is an expression in a comparison or a value.
type Expr interface {
	isExpr()
	// Place is where the expression starts.
	Place() Pos
}

// The expressions.
type (
	// Ref is `event`, `event.field`, `fact.field`, or the bare name of a capture or value.
	Ref struct {
		Pos Pos
		// Owner is the event or fact, empty for a bare name; Field is empty for a bare event.
		Owner, Field string
	}
	// Literal is a number, string or duration as written; Kind is 'n', 's' or 'd'.
	Literal struct {
		Pos      Pos
		Kind     byte
		Text     string // of a number or string, without quotes
		Duration time.Duration
	}
	// Now is the capture time.
	Now struct{ Pos Pos }
	// Binary is Left Op Right with Op + or -.
	Binary struct {
		Left, Right Expr
		Op          string
	}
	// Call is a function: above, max, min, days, address.
	Call struct {
		Pos  Pos
		Name string
		Args []Expr
	}
)

func (*Ref) isExpr()     {}
func (*Literal) isExpr() {}
func (*Now) isExpr()     {}
func (*Binary) isExpr()  {}
func (*Call) isExpr()    {}

// Place returns where the reference starts.
func (e *Ref) Place() Pos { return e.Pos }

// Place returns where the literal starts.
func (e *Literal) Place() Pos { return e.Pos }

// Place returns where the word now stands.
func (e *Now) Place() Pos { return e.Pos }

// Place returns where the left operand starts.
func (e *Binary) Place() Pos { return e.Left.Place() }

// Place returns where the function's name stands.
func (e *Call) Place() Pos { return e.Pos }
