package lang

import "time"

func (c *converter) overlay(r *rawOverlay) *Overlay {
	o := &Overlay{Pos: c.place(r.Pos), Symptom: c.subject(r.Name)}
	c.decl.ends[o.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		switch {
		case item.Because != nil:
			c.once(o.Because != nil, item.Pos, "because")
			t := c.text(item.Because)
			o.Because = &t
		case item.Severity != nil:
			c.once(o.Severity != Name{}, item.Pos, "severity")
			o.Severity = c.name(item.Severity)
		case item.Stale != nil:
			c.once(o.StaleAfter != nil, item.Pos, "stale")
			c.decl.stale = c.place(item.Pos)
			after := c.stale(item.Stale)
			o.StaleAfter = &after
		case item.Window != nil:
			w := WindowRule{Pos: c.place(item.Pos), Verdict: item.Window.Verdict, Word: item.Window.Word, To: c.window(item.Window.To)}
			if item.Window.From.Value != "" {
				w.From = c.window(item.Window.From)
			}
			o.Windows = append(o.Windows, w)
		}
	}
	return o
}

// subject reads the name of a symptom.
func (c *converter) subject(r *rawSubject) Name {
	if r.Tok.Type == stringToken {
		return c.unquote(r.Tok)
	}
	return Name{Pos: c.file.pos(r.Tok), Value: r.Tok.Value}
}

// stale reads how old the last evidence may be; negative means any age.
func (c *converter) stale(r *rawStale) time.Duration {
	if r.Never {
		return -1
	}
	return c.window(r.After)
}

func (c *converter) silence(r *rawSilence) *Silence {
	s := &Silence{Pos: c.place(r.Pos), Symptom: c.subject(r.Name)}
	c.decl.ends[s.Pos] = c.file.pos(r.End)
	for _, item := range r.Items {
		switch {
		case item.Because != nil:
			c.once(s.Because != nil, item.Pos, "because")
			t := c.text(item.Because)
			s.Because = &t
		case item.Where != nil:
			c.once(s.Where != nil, item.Pos, "where")
			s.Where = c.where(item.Where)
		default:
			c.once(s.Until != Name{}, item.Pos, "until")
			s.Until = Name{Pos: c.file.pos(item.Until), Value: item.Until.Value}
		}
	}
	return s
}
