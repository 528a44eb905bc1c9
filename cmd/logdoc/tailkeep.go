package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"logdoc/store"
)

// settled waits until all was kept and told.
func (t *tailing) settled() error {
	t.waiting.Wait()
	select {
	case err := <-t.failed:
		return err
	default:
		return nil
	}
}

// flush hands over what was gained, to be kept and then told while reading goes on. It waits when that is long in coming.
func (t *tailing) flush(now time.Time) {
	b := t.gained
	b.Turns = gathered(b.Turns)
	moved, forgotten := t.live.Positions()
	b.Positions, b.Forgotten = append(b.Positions, moved...), append(b.Forgotten, forgotten...)
	t.gained, t.committed = store.Batch{}, now
	if len(b.Matches)+len(b.Turns)+len(b.Positions)+len(b.Forgotten) == 0 {
		return
	}
	t.waiting.Add(1)
	t.queue <- b
}

// keepAll keeps and tells batches until there are no more, those together that wait together. What was told is never lost, and what is told was kept. After a failure it keeps nothing
// more.
func (t *tailing) keepAll(ctx context.Context) {
	var held *store.Batch
	failed := false
	for {
		var b store.Batch
		if held != nil {
			b, held = *held, nil
		} else {
			var more bool
			if b, more = <-t.queue; !more {
				return
			}
		}
		n := 1
		for more := true; more && held == nil; {
			select {
			case o, ok := <-t.queue:
				switch {
				case !ok:
					more = false
				case len(o.Forgotten) > 0:
					held = &o // a position must not come back behind its log's end
				default:
					b.Matches, b.Turns, b.Positions = append(b.Matches, o.Matches...), append(b.Turns, o.Turns...), append(b.Positions, o.Positions...)
					n++
				}
			default:
				more = false
			}
		}
		if !failed {
			b.Turns = gathered(b.Turns)
			if err := t.keepAndTell(ctx, b, t.s.now()); err != nil {
				failed = true
				t.failed <- err
			}
		}
		t.waiting.Add(-n)
	}
}

func (t *tailing) keepAndTell(ctx context.Context, b store.Batch, now time.Time) error {
	alarms := t.service.take(b.Turns)
	for _, m := range alarms.Messages {
		if o, ok := t.outbox.(*storeOutbox); ok {
			b.Outbox = append(b.Outbox, o.out(m))
		}
	}
	if t.keep != nil {
		if err := t.commit(ctx, b); err != nil {
			return err
		}
	}
	t.service.alerts.Send(alarms, t.keep != nil)
	for _, turn := range b.Turns {
		if !t.calm.passes(turn, now) {
			continue
		}
		t.told++
		if err := t.tell(turn); err != nil {
			return &statusError{exitInternal, writeError("standard output", err)}
		}
	}
	return nil
}

// commit keeps a batch. While the store has no room nothing more is read, and the batch is tried again; then it goes on.
func (t *tailing) commit(ctx context.Context, b store.Batch) error {
	for {
		err := t.keep.Commit(context.WithoutCancel(ctx), b)
		switch {
		case err == nil:
			if t.full.Swap(false) {
				t.service.room()
				t.say("", "there is room again: reading goes on where it stopped")
			}
			return nil
		case !errors.Is(err, store.ErrFull):
			return &statusError{exitInternal, err}
		case !t.full.Swap(true):
			t.say("", err.Error()+": nothing more is read until there is; what was not kept is not lost, the logs hold it")
		}
		t.service.full(t.s.now(), err)
		select {
		case <-ctx.Done():
			return &statusError{exitInternal, fmt.Errorf("stopped while there was no room in the store: %w", err)}
		case <-wallClock{t.s.now}.After(cmp.Or(t.again, keepAgain)):
		}
	}
}
