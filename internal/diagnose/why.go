package diagnose

import (
	"context"
	"fmt"
	"time"

	"logdoc"
	"logdoc/rules"
)

// Why diagnoses the input as Run does, and says why the symptom was found in it or was not.
func Why(ctx context.Context, p *Packs, o Options, symptom string) (*logdoc.Explanation, *logdoc.Diagnosis, error) {
	var e *logdoc.Explanation
	d, err := run(ctx, p, o, func(c *rules.Correlator) {
		if found, ok := c.Explain(symptom, time.Time{}); ok {
			e = &found
		}
	})
	if e == nil {
		return nil, d, fmt.Errorf("explain: no symptom is called %q", symptom)
	}
	for i := range e.Verdicts {
		p.collectFor(&e.Verdicts[i].Reason)
	}
	if e.Clears != nil {
		p.collectFor(e.Clears)
	}
	return e, d, err
}

// collectFor says in the formats' words what a reason wants to be brought.
func (p *Packs) collectFor(r *logdoc.Reason) {
	r.Collect = p.collectWords(r.Collect)
	for i := range r.Reasons {
		p.collectFor(&r.Reasons[i])
	}
}
