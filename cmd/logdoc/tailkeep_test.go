package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logdoc"
	"logdoc/alert"
	"logdoc/internal/diagnose"
	"logdoc/source/follow"
	"logdoc/store"
)

// fullKeeper has no room for some time.
type fullKeeper struct {
	refuses int
	kept    []store.Batch
}

func (k *fullKeeper) Commit(_ context.Context, b store.Batch) error {
	if k.refuses--; k.refuses >= 0 {
		return fmt.Errorf("keep a batch: %w", store.ErrFull)
	}
	k.kept = append(k.kept, b)
	return nil
}

// TestTailWhereThereIsNoRoom: while the store has no room nothing is told, which is said once; who gains more waits; when there is room it goes on, and nothing is lost.
func TestTailWhereThereIsNoRoom(t *testing.T) {
	packs, err := diagnose.Load([]string{"testdata/pump.logdoc"}, diagnose.Selection{Only: []string{"acme"}})
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	now := time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)
	keep := &fullKeeper{refuses: 3}
	s := streams{err: stderr, now: func() time.Time { return now }}
	v := &service{s: s, outbox: &alert.Memory{}, findings: map[findingID]findingState{}, began: now}
	defer v.tells(alert.Options{Encode: encodeAlarm}, nil)()
	var told []string
	tailing := &tailing{s: s, service: v, packs: packs, live: diagnose.NewLive(packs, diagnose.LiveOptions{}), keep: keep, began: now, again: time.Millisecond,
		tell: func(turn logdoc.Turn) error {
			if len(keep.kept) == 0 {
				t.Error("told before it was kept")
			}
			told = append(told, turn.Kind.String())
			return nil
		}}
	tailing.start(t.Context())
	if err := tailing.gain(t.Context(), tailing.live.Take([]diagnose.Piece{{Log: 1, Path: "pump.log", Line: 1, Data: []byte(stuck(1, 10) + free), Position: func(n int) logdoc.Position {
		return logdoc.Position{Path: "pump.log", Inode: 1, Offset: int64(n)}
	}}}, now), now); err != nil {
		t.Fatal(err)
	}
	if err := tailing.settled(); err != nil {
		t.Fatal(err)
	}
	tailing.finish()
	if len(keep.kept) != 1 || len(keep.kept[0].Matches) != 1 || len(keep.kept[0].Positions) != 1 || keep.kept[0].Positions[0].Offset != int64(len(stuck(1, 10))) {
		t.Errorf("kept %+v", keep.kept)
	}
	if strings.Join(told, " ") != "opened" {
		t.Errorf("told %v", told)
	}
	text, err := os.ReadFile(stderr.Name())
	if err != nil {
		t.Fatal(err)
	}
	if said := string(text); strings.Count(said, "nothing more is read until there is") != 1 || strings.Count(said, "there is room again") != 1 {
		t.Errorf("said:\n%s", said)
	}
}

// TestTailKeepsWhatHasEnded keeps the positions of files that were read to their end until the files are gone.
func TestTailKeepsWhatHasEnded(t *testing.T) {
	one, two := logdoc.Position{Path: "a.1", Inode: 1, Ended: true}, logdoc.Position{Path: "a.2", Inode: 2, Ended: true}
	var tail tailing
	tail.settleFiles(follow.Batch{Done: []logdoc.Position{one, two}})
	tail.settleFiles(follow.Batch{Forgotten: []logdoc.Position{one}})
	if g := tail.gained; len(g.Positions) != 1 || g.Positions[0] != two || len(g.Forgotten) != 1 || g.Forgotten[0] != one {
		t.Errorf("to be kept: %+v, to be forgotten: %+v", g.Positions, g.Forgotten)
	}
}
