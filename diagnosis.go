package logdoc

import "time"

// StepKind says what a runbook step does to the system.
type StepKind uint8

// The kinds of steps.
const (
	// Look only reads.
	Look StepKind = iota
	// Change alters the system: it is marked, so that nobody runs it in passing.
	Change
	// Verify checks that a change did what it should.
	Verify
)

var stepKindNames = [...]string{"look", "change", "verify"}

// String returns the word that packs, reports and JSON use.
func (k StepKind) String() string { return stepKindNames[k] }

// MarshalText writes the word, so that JSON reads "change" and not 1.
func (k StepKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word written by MarshalText.
func (k *StepKind) UnmarshalText(text []byte) error {
	return wordOf(k, stepKindNames[:], text, "kind of step")
}

// Answer is one way a step can turn out, and the step to go to then. An empty Target ends the runbook.
type Answer struct{ Text, Target string }

// Step is one step of a runbook. Its words and commands come from the pack alone: nothing from a log is ever put into a command.
type Step struct {
	// Number counts from 1 in the order of the runbook; ID is its name within the symptom.
	Number int
	ID     string
	Kind   StepKind
	Title  string
	// Notes are paragraphs, Commands are lines to run as they are, with <placeholders> for what the reader fills in.
	Notes    []string
	Commands []string
	// Ask is the question that the Answers answer; empty when the runbook simply goes on.
	Ask     string
	Answers []Answer
	// Values are shown beside the step: what the finding captured or worked out that the step needs.
	Values []Value
}

// Finding is a symptom that holds in this input, for one key.
type Finding struct {
	Symptom, Title, Product string
	// Pack says where the symptom comes from: "built-in" or the pack's path.
	Pack      string
	Severity  Severity
	Certainty Certainty
	// Why holds one sentence each: which verdict holds and on what, and what made it weaker.
	Why   []string
	State State
	// First, Last and ClearedAt are zero when no record of the finding has a clock, or when it has not cleared.
	First, Last, ClearedAt time.Time
	// Count is how many records (and files) are evidence, of which Evidence keeps a bounded selection.
	Count int
	// Key is the value of the symptom's `by` fields, empty without them.
	Key LogText
	// Nodes are those that its records were written on, at most MaxFindingNodes of them, in the order of their names. Unplaced is true when of some records nobody knows.
	Nodes    []LogText
	Unplaced bool
	Values   []Value
	Evidence []Evidence
	// Consequences are findings that this one explains.
	Consequences  []Finding
	Cause, Impact string
	Steps         []Step
	See           []string
	// Earlier is where the same was found before; nil where it was not, or where nobody looked.
	Earlier *Earlier
}

// Earlier tells of cases that are kept in which a symptom was found before, for the same key or on the same host.
type Earlier struct {
	// Cases is how many there are. The rest is of the newest.
	Cases int
	// Case is its number, Name its name, which may be empty.
	Case int64
	Name LogText
	// Time is that of the last evidence then, or of the capture, or else when the case was kept.
	Time time.Time
	// Host is the host that both have; empty where it is the finding's key that both have.
	Host LogText
	// Solved holds the titles of the steps that were done then: the changes, or where none was done, all. Notes are what somebody wrote of the case, and of the finding's steps.
	Solved []string
	Notes  []LogText
}

// MaxFindingNodes bounds the nodes that a finding names.
const MaxFindingNodes = 1000

// Silenced is a finding that a silence in a pack keeps out of the others.
type Silenced struct {
	Finding Finding
	// Because is the silence's reason, Until the moment it ends, File the pack file where it stands.
	Because string
	Until   time.Time
	File    string
}

// Clean is a symptom that was looked for and not found although its logs were there, or a program's normal records.
type Clean struct {
	// Name is the symptom's, or the expected declaration's.
	Name, Title, Product string
	// Key is the host that the normal records are of, empty where they name none.
	Key LogText
	// Expected is true for normal records; then Records counts them, and State is the newest state they tell, with its time.
	Expected bool
	Records  int
	State    string
	Since    time.Time
}

// Unchecked is a symptom that could not be looked for, or not to the end.
type Unchecked struct {
	Symptom, Title, Product string
	// Reason says what was missing; Collect names the files or outputs to bring.
	Reason  string
	Collect []string
}

// Cluster is a group of unexplained records of the same shape.
type Cluster struct {
	// Template is the record's message with numbers, addresses, hex, paths and quoted text masked by "*".
	Template LogText
	Format   string
	Severity Severity
	Count    int
	// First and Last are the first and last place in input order; the times are zero without a clock.
	First, Last         Place
	FirstTime, LastTime time.Time
	// Text is the first record, bounded.
	Text LogText
}

// Note is something the reader must know about a source.
type Note struct {
	// LeftOut is true when the note means that something was not read: the exit status then says so.
	LeftOut bool
	// Text is one sentence: what, and what to do. Detail is what the input or the system said, possibly hostile, and may be empty.
	Text   string
	Detail LogText
	// Line is 0 for the source as a whole.
	Line int
}

// SourceCoverage tells how one source was read. Every record is in exactly one of the four counts.
type SourceCoverage struct {
	Source LogText
	// Log is the family of rotated files that the source belongs to: "var/log/messages" for "var/log/messages.2.gz".
	Log LogText
	// Node is the name of the node that wrote it, empty where nothing tells that or several did.
	Node LogText
	// Format is the main format's name, empty when none was recognised; Others counts records of further formats by name.
	Format string
	Others map[string]int
	// Why says how the format was chosen: by content, by name, forced, or that the file was read as a fact.
	Why string
	// Facts names the facts ("avamar/session-ticket mcs") that were read from this source.
	Facts       []string
	First, Last time.Time
	Bytes       int64
	Lines       int
	Records     int
	// KnownBad records are evidence of a symptom, KnownNormal ones are declared expected, Unexplained ones were parsed but no pack knows
	// them, Unread ones are lines that no format accepts.
	KnownBad, KnownNormal, Unexplained, Unread int
	Notes                                      []Note
}

// Coverage tells what was read and how. Totals sums Sources.
type Coverage struct {
	Sources []SourceCoverage
	Totals  SourceCoverage
	// Incomplete is true when anything was left out.
	Incomplete bool
}

// Diagnosis is all that logdoc says about one input.
type Diagnosis struct {
	// Capture is the newest stamp in the input, the moment that "days left" and "stale" are measured at; zero without any clock.
	Capture time.Time
	// Findings come worst and most recent first.
	Findings []Finding
	// Silenced are findings that are known and not to be told again; what they explain stands beneath them.
	Silenced    []Silenced
	Clean       []Clean
	Unchecked   []Unchecked
	Unexplained []Cluster
	Coverage    Coverage
	// Nodes are the machines that the input holds logs of.
	Nodes Nodes
	// Timeline is nil unless it was asked for.
	Timeline *Timeline
	// Notes are about the run as a whole: packs that were overridden or skipped, an interruption.
	Notes []Note
	// Work is what a person has done about the findings: it is theirs, and no diagnosis fills it in.
	Work Work
}

// Incomplete reports whether anything was left out of this diagnosis.
func (d *Diagnosis) Incomplete() bool {
	if d.Coverage.Incomplete {
		return true
	}
	for _, n := range d.Notes {
		if n.LeftOut {
			return true
		}
	}
	return false
}
