package tui

import (
	"context"
	"errors"
	"testing"

	"logdoc"
)

func TestLinesAroundARecord(t *testing.T) {
	r := atNight(t, 100, 40).presses("enter").seesNo("number 87", "number 90")
	r.presses("space").sees("number 85", "number 86", "number 87", "FATAL <5704>", "at step 2", "number 90", "number 91").seesNo("number 84", "number 92", "reading what stands")
	r.presses("down", "space").sees("number 85", "number 91", "number 47", "number 53")
	r.presses("up", "space").seesNo("number 87").sees("number 47")
	lookAt(t, 100, 40, nightCase()).presses("enter", "space").sees("the logs cannot be opened here")
	sitDown(t, 100, 40, Session{Logs: noLogs{}}).reads(logdoc.Update{Diagnosis: nightCase(), Done: true}).presses("enter", "space").sees("the lines around it: it is gone␛[2J")
}

type noLogs struct{}

func (noLogs) Open(context.Context, logdoc.LogText) (Log, error) {
	return nil, errors.New("it is gone\x1b[2J")
}
func (noLogs) Merge(context.Context, []logdoc.LogText) (Log, error) {
	return nil, errors.New("they are gone")
}
