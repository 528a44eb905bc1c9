package lang

import "time"

func (c *converter) overlay(r *rawOverlay) *Overlay {
	o := &Overlay{Pos: c.start(r.Tokens), Symptom: c.value(r.Name)}
	c.end(o.Pos, r.Tokens)
	for _, item := range r.Items {
		pos := c.start(item.Tokens)
		switch {
		case item.Because != nil:
			c.once(o.Because != nil, pos, "because")
			t := c.text(item.Because)
			o.Because = &t
		case given(item.Severity):
			c.once(o.Severity != Name{}, pos, "severity")
			o.Severity = c.name(item.Severity)
		case item.Stale != nil:
			c.once(o.StaleAfter != nil, pos, "stale")
			c.decl.stale = pos
			after := c.stale(item.Stale)
			o.StaleAfter = &after
		case item.Window != nil:
			w := WindowRule{Pos: pos, Verdict: item.Window.Verdict, Word: item.Window.Word, To: c.window(item.Window.To)}
			if given(item.Window.From) {
				w.From = c.window(item.Window.From)
			}
			o.Windows = append(o.Windows, w)
		}
	}
	return o
}

// stale reads how old the last evidence may be; negative means any age.
func (c *converter) stale(r *rawStale) time.Duration {
	if r.Never {
		return -1
	}
	return c.window(r.After)
}

func (c *converter) silence(r *rawSilence) *Silence {
	s := &Silence{Pos: c.start(r.Tokens), Symptom: c.value(r.Name)}
	c.end(s.Pos, r.Tokens)
	for _, item := range r.Items {
		pos := c.start(item.Tokens)
		switch {
		case item.Because != nil:
			c.once(s.Because != nil, pos, "because")
			t := c.text(item.Because)
			s.Because = &t
		case item.Where != nil:
			c.once(s.Where != nil, pos, "where")
			s.Where = c.where(item.Where)
		default:
			c.once(s.Until != Name{}, pos, "until")
			s.Until = c.word(item.Until)
		}
	}
	return s
}
