package main

import (
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/source/follow"
)

// oneLog is a log as sources sees it.
type oneLog struct {
	health          follow.Health
	unread, records int
}

func (o *oneLog) Health() []follow.Health { return []follow.Health{o.health} }

func (o *oneLog) Unread(visit func(logdoc.LogText, int, int)) {
	visit(o.health.Path, o.unread, o.records)
}

// TestSourcesAreToldOnce: a log that stops, falls behind or has lines of no known kind is told once, and later with the count.
func TestSourcesAreToldOnce(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
	log := &oneLog{health: follow.Health{Path: "pump.log", State: follow.Current}}
	var s sources
	pass := func(d time.Duration, step func()) string {
		var told []string
		for end := now.Add(d); now.Before(end); now = now.Add(time.Second) {
			step()
			for _, n := range s.look(log, log, now) {
				told = append(told, string(n.Detail)+": "+n.Text)
			}
		}
		return strings.Join(told, "\n")
	}
	writes := func() { log.health.Written = now }
	nothing := func() {}
	for _, tt := range []struct {
		name string
		pass time.Duration
		step func()
		want string
	}{
		{"it is written to", time.Minute, writes, ""},
		{"it is silent for some time", 9 * time.Minute, nothing, ""},
		{"it has stopped", 10 * time.Minute, nothing, "pump.log: nothing was written to it for 10m0s: does its program still run?"},
		{"it goes on, and stops", time.Minute, writes, ""},
		{"again within the hour", 30 * time.Minute, nothing, ""},
		{"lines of no known kind, few", time.Minute, func() { log.unread, log.records = 99, 120 }, ""},
		{"and many", time.Minute, func() { log.unread, log.records = 150, 200 }, "pump.log: 150 of its last 200 lines and records are of no format that is known: see logdoc list formats, or write one"},
		{"a few more among many", time.Minute, func() { log.unread, log.records = 250, 5000 }, ""},
		{"behind for a moment", 5 * time.Second, func() { log.health.State, log.health.Lag = follow.Behind, 5<<20 }, ""},
		{"no longer", 5 * time.Second, func() { log.health.State, log.health.Lag = follow.Current, 0 }, ""},
		{"behind", 30 * time.Minute, func() { log.health.State, log.health.Lag = follow.Behind, 5<<20 }, "pump.log: reading is 5 MiB behind: findings come late"},
	} {
		if got := pass(tt.pass, tt.step); got != tt.want {
			t.Errorf("%s: told %q, want %q", tt.name, got, tt.want)
		}
	}
}
