package main

import (
	"bufio"
	"fmt"
	"slices"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/report"
	"logdoc/source/follow"
)

func (t *tailing) sumUp(d *logdoc.Diagnosis) {
	if t.show != nil {
		t.show(t.s.now(), d)
		return
	}
	t.say("", report.FollowedSummary(d, t.told, t.s.now().Sub(t.began)))
}

// say says something about the run itself.
func (t *tailing) say(about logdoc.LogText, text string) {
	if t.noted != nil {
		t.noted(logdoc.Note{Text: text, Detail: about})
		return
	}
	line := "logdoc: "
	if about != "" {
		line += string(sanitize.Line(about)) + ": "
	}
	fmt.Fprintln(t.s.err, line+string(sanitize.Line(text)))
}

// notices passes on what the follower has to say.
func (t *tailing) notices(list []follow.Notice) {
	for _, n := range list {
		text := n.Text
		if n.Detail != "" {
			text += " (" + string(n.Detail) + ")"
		}
		if n.Count > 1 {
			text += fmt.Sprintf(", %d times", n.Count)
		}
		t.service.count(&t.service.notices)
		t.say(n.Path, text)
	}
}

// printer returns what prints turns on standard output.
func (t *tailing) printer(f tailFlags) func(logdoc.Turn) error {
	if f.json {
		return func(turn logdoc.Turn) error {
			return report.AlarmJSON(t.s.out, logdoc.Alarm{Turn: turn, Time: t.s.now(), From: hostName()})
		}
	}
	o := report.TextOptions{Color: f.color == "always" || f.color == "auto" && t.s.outTerminal && !t.s.noColor, Quiet: f.quiet}
	return func(turn logdoc.Turn) error {
		if t.s.outTerminal {
			o.Width = t.s.width()
		}
		w := bufio.NewWriter(t.s.out)
		if err := report.Turn(w, turn, o); err != nil {
			return err
		}
		return w.Flush()
	}
}

// gathered leaves of several repetitions of one finding the last one.
func gathered(turns []logdoc.Turn) []logdoc.Turn {
	type id struct {
		symptom string
		key     logdoc.LogText
	}
	later := map[id]bool{}
	kept := turns[:0:0]
	for i := len(turns) - 1; i >= 0; i-- {
		of := id{turns[i].Finding.Symptom, turns[i].Finding.Key}
		if turns[i].Kind == logdoc.Repeated && later[of] {
			continue
		}
		later[of] = true
		kept = append(kept, turns[i])
	}
	slices.Reverse(kept)
	return kept
}

// calm keeps repetitions back: each is told when there are ten times as many records as when the finding was told last, or after a while.
type calm struct {
	last map[[2]string]spoken
}

type spoken struct {
	count int
	at    time.Time
}

// calmFor is how long a finding that goes on is not told again; maxCalm bounds the findings that are remembered.
const (
	calmFor = 10 * time.Minute
	maxCalm = 1 << 16
)

// passes reports whether a turn is to be told.
func (c *calm) passes(t logdoc.Turn, now time.Time) bool {
	if c.last == nil || len(c.last) >= maxCalm {
		c.last = map[[2]string]spoken{}
	}
	of := [2]string{t.Finding.Symptom, string(t.Finding.Key)}
	before, known := c.last[of]
	if t.Kind == logdoc.Repeated && known && t.Finding.Count < 10*max(before.count, 1) && now.Sub(before.at) < calmFor {
		return false
	}
	if t.Kind == logdoc.Repeated && !known {
		// An earlier run has told it.
		c.last[of] = spoken{t.Finding.Count, now}
		return false
	}
	c.last[of] = spoken{t.Finding.Count, now}
	return true
}
