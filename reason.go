package logdoc

// Reason is a condition of a verdict, whether it holds in an input, and on what: a tree, for a condition may be made of others.
type Reason struct {
	Held bool
	// Unproven is true when it holds only if records without a clock are taken to stand where they must.
	Unproven bool
	// Text says the condition in the pack's words.
	Text string
	// Detail says how it came out, and by how much it failed: "3 of 5 within 10m, best was 2". It may quote the input.
	Detail LogText
	// Lacks names what is not in the input and could make it hold, Collect the files or formats to bring.
	Lacks   []string
	Collect []string
	// Evidence is a bounded selection of the records and files that it rests on, or that stood against it.
	Evidence []Evidence
	Reasons  []Reason
}

// Explanation says why a symptom was found in an input, or was not: each of its verdicts, for the key that is nearest to holding.
type Explanation struct {
	Symptom, Title, Product string
	// Certainty and State are what the symptom comes to for the key.
	Certainty Certainty
	State     State
	Key       LogText
	// Keys is how many keys there are, this one included; 0 when nothing in the input speaks of the symptom.
	Keys     int
	Verdicts []VerdictReason
	// Clears is why the finding is cleared or is not; nil when nothing clears it.
	Clears *Reason
}

// VerdictReason is one verdict and why it holds or does not.
type VerdictReason struct {
	Certainty Certainty
	Reason    Reason
}
