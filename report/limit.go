package report

import (
	"slices"

	"logdoc"
)

// WithEvidence returns the diagnosis with at most n records of evidence in each finding; 0 leaves none. Of each clause of the symptom one is kept before a second one is. The diagnosis that was given stays as it is.
func WithEvidence(d *logdoc.Diagnosis, n int) *logdoc.Diagnosis {
	out := *d
	out.Findings = withEvidence(d.Findings, n)
	out.Silenced = slices.Clone(d.Silenced)
	for i := range out.Silenced {
		out.Silenced[i].Finding = withEvidence([]logdoc.Finding{out.Silenced[i].Finding}, n)[0]
	}
	return &out
}

func withEvidence(findings []logdoc.Finding, n int) []logdoc.Finding {
	out := slices.Clone(findings)
	for i := range out {
		out[i].Evidence = selected(out[i].Evidence, n)
		out[i].Consequences = withEvidence(out[i].Consequences, n)
	}
	return out
}

// selected keeps n records, the first of every clause before all others, in the order in which they stand.
func selected(evidence []logdoc.Evidence, n int) []logdoc.Evidence {
	if len(evidence) <= n {
		return evidence
	}
	keep := make([]bool, len(evidence))
	told := map[string]bool{}
	left := n
	take := func(fresh bool) {
		for i := range evidence {
			if left > 0 && !keep[i] && (!fresh || !told[evidence[i].Event]) {
				keep[i], told[evidence[i].Event] = true, true
				left--
			}
		}
	}
	take(true)
	take(false)
	var out []logdoc.Evidence
	for i := range evidence {
		if keep[i] {
			out = append(out, evidence[i])
		}
	}
	return out
}
