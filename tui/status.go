package tui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"logdoc/internal/sanitize"
)

// foot is the status line: what is going on, and what the next keys are.
func (m *model) foot(width int) line {
	l := line{}.add(plain, " ")
	switch {
	case m.message.text != "" && m.message.bad:
		l = l.add(bad, m.message.text)
	case m.message.text != "":
		l = l.add(good, m.message.text)
	case m.help != nil:
		l = l.add(dim, "all keys")
	default:
		l = l.add(dim, m.going())
	}
	hints := m.hints()
	// What is going on may take about half of the line where there are many keys to tell, and all that the keys leave.
	want := 0
	for _, h := range hints {
		want += h.width() + 3
	}
	share := width / 2
	if width < narrowList {
		share = width * 2 / 5
	}
	room := max(share, width-want-1)
	if m.message.text != "" {
		// What the last key brought about is worth more than what the next ones would.
		room = width - hints[len(hints)-1].width() - 4
	}
	if l.width() > room {
		l = line{spans: []span{{plain, " "}, {l.spans[1].role, sanitize.Cut(l.spans[1].text, max(room-1, 1))}}}
	}
	// The last hint, which is the help, always has a place.
	room = width - l.width() - 1
	var shown []line
	last := hints[len(hints)-1]
	used := last.width() + 3
	for _, h := range hints[:len(hints)-1] {
		if used+h.width()+3 > room {
			break
		}
		used += h.width() + 3
		shown = append(shown, h)
	}
	shown = append(shown, last)
	l = l.add(plain, blanks(width-l.width()-used))
	for _, h := range shown {
		l = l.add(plain, "  ")
		l.spans = append(l.spans, h.spans...)
		l = l.add(plain, " ")
	}
	return l
}

// hints are the keys that can do something now and say so in the status line, the most wanted first. The help comes last, for it leads to all others.
func (m *model) hints() []line {
	all := m.bindings()
	var ranked []binding
	seen := map[string]bool{}
	for _, b := range all {
		if key := b.keys[0]; b.rank > 0 && b.why == "" && !seen[key] {
			ranked = append(ranked, b)
		}
		for _, key := range b.keys {
			seen[key] = true
		}
	}
	slices.SortStableFunc(ranked, func(a, b binding) int { return cmp.Compare(a.rank, b.rank) })
	var hints []line
	for _, b := range ranked {
		hints = append(hints, words(accent, sanitize.Line(keyName(b.keys[0]))).add(plain, " ").add(dim, sanitize.Line(b.hint)))
	}
	return hints
}

// going says what is going on: how far the reading is, or what the pane shows.
func (m *model) going() sanitize.Safe {
	p := m.progress
	if m.session.Live && !p.Done {
		return "following · " + sanitize.Safe(counted(p.Records, "record")) + " · " + m.panes[m.shown].status()
	}
	if !p.Done {
		return m.reading()
	}
	if p.Err != nil {
		return "interrupted · " + m.panes[m.shown].status()
	}
	return m.panes[m.shown].status()
}

// reading says how much was read, how fast, and how much is left.
func (m *model) reading() sanitize.Safe {
	p := m.progress
	text := "reading " + size(p.Read)
	if p.Total > 0 {
		text = fmt.Sprintf("reading %d %%", min(100, 100*p.Read/p.Total))
	}
	if elapsed := m.session.Now().Sub(m.began); elapsed >= 100*time.Millisecond && p.Read > 0 {
		text += " · " + size(int64(float64(p.Read)/elapsed.Seconds())) + "/s"
	}
	return sanitize.Line(text)
}
