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
	// Examples are the titles of the examples.
	Examples []string
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
