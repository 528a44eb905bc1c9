package logdoc

// Article is all that a pack says of a symptom, or of records that are normal, in words: what a reader of a finding may want to know who has not read the pack.
type Article struct {
	// Name is the symptom's, or the expected declaration's, which Expected tells.
	Name, Title, Product string
	// Pack says where it comes from: "built-in" or the pack's path.
	Pack     string
	Expected bool
	Severity Severity
	// SeverityRules say what changes the severity, one sentence each, in the order in which they are tried.
	SeverityRules []string
	// Records and Files are what is looked for; Values are worked out of them.
	Records, Files []Sought
	Values         []Sought
	// Conditions say how sure what makes us, strongest first; Clears says when the finding is over. Per says what makes a finding of its own, Stale how
	// old evidence counts as stale.
	Conditions         []Condition
	Clears, Per, Stale string
	// Yields says to what the symptom yields; empty when it does not.
	Yields string
	// Overlay says what an overlay of the site has changed in the symptom, and why; empty when none has.
	Overlay string
	// States are what expected records tell: the word and the records that say it.
	States        []string
	Cause, Impact string
	Steps         []Step
	// Explains and ExplainedBy name other symptoms.
	Explains, ExplainedBy []string
	See                   []string
	Examples              []Example
}

// Example is one example of an article: what is read, and what is found in it.
type Example struct {
	// Title is empty for records that are normal.
	Title string
	// Found is how sure we are then; NotFound where nothing must be found, and for records that are normal.
	Found Certainty
	// Expect are what else must be found, such as "count = 2", in the pack's words. Now is the time of capture, empty where the newest stamp is.
	Expect []string
	Now    string
	Inputs []ExampleInput
}

// ExampleInput is a log of a format, or the content of a file of a bundle: one of Format and Path is empty.
type ExampleInput struct {
	Format, Path string
	Text         LogText
}

// FormatArticle is all that a pack says of a format: how it recognises records, and what it reads in them.
type FormatArticle struct {
	Name, Title, Product string
	// Files are patterns of names, Collect says what to bring.
	Files, Collect []string
	// Templates are as the format has them, in the order in which they are tried.
	Templates []FormatTemplate
	// Severities and Zones are the tables, such as "WARN = warning"; Zone is what stamps without a zone are taken for, and may be empty.
	Severities, Zones []string
	Zone              string
	// Stamped means that every line with a time in a usual notation is a record of it, where no other format fits.
	Stamped bool
	Samples []FormatSample
}

// FormatTemplate is one way in which a format recognises a line or takes a message apart. Kind is the pack's word: line, bare, header or inner, the last with its guard. Regexp means that
// Text is a regular expression.
type FormatTemplate struct {
	Kind, Text string
	Regexp     bool
}

// FormatSample is a record, and what is read in it: "severity = error".
type FormatSample struct {
	Text   LogText
	Fields []string
}

// Sought is one thing that a symptom looks for or works out.
type Sought struct {
	// Name is its name in the pack; Label says it in words, and may be empty.
	Name, Label string
	// Where are the formats of the records or the names of the files; empty for any log.
	Where []string
	// How says in words what must hold of a record, what is read from a file or how a value is worked out.
	How string
	// Collect says how to get the file; empty when nobody said.
	Collect string
}

// Condition is one verdict of an article: how sure we are when it holds.
type Condition struct {
	Certainty Certainty
	When      string
}
