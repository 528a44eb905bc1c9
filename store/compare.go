package store

import (
	"cmp"
	"slices"

	"logdoc"
)

// Change says what became of a finding from one case to another.
type Change uint8

// The changes, in the order in which they are told.
const (
	// New: it is in the second case only.
	New Change = iota
	// Worse: it is more severe, surer, or holds again.
	Worse
	// Better: it is less severe, less sure, or has cleared.
	Better
	// Gone: it is in the first case only.
	Gone
	// Same: it is in both, and neither worse nor better.
	Same
)

var changeNames = [...]string{"new", "worse", "better", "gone", "same"}

// String returns the word that output and JSON use.
func (c Change) String() string { return changeNames[c] }

// MarshalText writes the word, so that JSON reads "new" and not 0.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Difference is one finding, told apart by symptom and key, in two cases. Before is nil for one that is new, After for one that is gone.
type Difference struct {
	Change        Change
	Before, After *logdoc.Finding
}

// Compare tells what became of the findings of one diagnosis in another, consequences too: what is new first, then what is worse, better, gone, and the same, each with the worst first.
func Compare(before, after *logdoc.Diagnosis) []Difference {
	type which struct {
		symptom string
		key     logdoc.LogText
	}
	var out []Difference
	at := map[which]int{}
	each(before.Findings, func(f *logdoc.Finding) {
		at[which{f.Symptom, f.Key}] = len(out)
		out = append(out, Difference{Gone, f, nil})
	})
	each(after.Findings, func(f *logdoc.Finding) {
		i, known := at[which{f.Symptom, f.Key}]
		if !known {
			out = append(out, Difference{New, nil, f})
			return
		}
		out[i].After = f
		out[i].Change = changeOf(out[i].Before, f)
	})
	severity := func(d Difference) logdoc.Severity {
		if d.After != nil {
			return d.After.Severity
		}
		return d.Before.Severity
	}
	slices.SortStableFunc(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Change, b.Change), cmp.Compare(severity(b), severity(a)))
	})
	return out
}

func each(findings []logdoc.Finding, visit func(*logdoc.Finding)) {
	for i := range findings {
		visit(&findings[i])
		each(findings[i].Consequences, visit)
	}
}

// changeOf compares what weighs most first: whether it still holds, then how bad it is, then how sure that is.
func changeOf(before, after *logdoc.Finding) Change {
	holds := func(f *logdoc.Finding) int {
		if f.State == logdoc.Active {
			return 1
		}
		return 0
	}
	switch cmp.Or(cmp.Compare(holds(after), holds(before)), cmp.Compare(after.Severity, before.Severity), cmp.Compare(after.Certainty, before.Certainty)) {
	case 1:
		return Worse
	case -1:
		return Better
	}
	return Same
}
