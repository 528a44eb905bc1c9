package logdoc

// TurnKind says what became of a finding while its log is followed.
type TurnKind uint8

// The kinds of turns.
const (
	// Opened: the symptom holds for a key for which it did not.
	Opened TurnKind = iota
	// Stronger: the finding is surer or more severe than it was.
	Stronger
	// Repeated: there is more evidence of it.
	Repeated
	// WasCleared: what clears it has come.
	WasCleared
	// Reopened: there is evidence again after it had cleared or had long been quiet.
	Reopened
	// Moved: what was told under a key that is not the whole key belongs to findings that are told by themselves; this one is no more.
	Moved
)

var turnKindNames = [...]string{"opened", "stronger", "repeated", "cleared", "reopened", "moved"}

// String returns the word that output and JSON use.
func (k TurnKind) String() string { return turnKindNames[k] }

// MarshalText writes the word, so that JSON reads "opened" and not 0.
func (k TurnKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Turn is one turn that a finding took while its log was followed.
type Turn struct {
	Kind TurnKind
	// Finding is as it stands now. Its consequences are told by themselves.
	Finding Finding
}
