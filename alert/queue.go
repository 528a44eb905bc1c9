package alert

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// letter is an alarm with its JSON.
type letter struct {
	alarm logdoc.Alarm
	body  []byte
}

// queue stands before one sink: what is put into it never waits.
type queue struct {
	sink    Rated
	clock   Clock
	waiting chan letter
	closed  bool
	health  trouble

	mu       sync.Mutex
	count    Numbers
	emptied  chan struct{}
	idleInit sync.Once
}

// put is called under the lock of Alerts, as close is.
func (q *queue) put(l letter) {
	if q.closed {
		return
	}
	select {
	case q.waiting <- l:
	default:
		q.mu.Lock()
		q.count.Dropped++
		q.mu.Unlock()
	}
}

func (q *queue) close() {
	if !q.closed {
		q.closed = true
		close(q.waiting)
	}
}

// drained is closed when the sink was given everything.
func (q *queue) drained() chan struct{} {
	q.idleInit.Do(func() { q.emptied = make(chan struct{}) })
	return q.emptied
}

func (q *queue) run(ctx context.Context) {
	defer close(q.drained())
	if c, ok := q.sink.Sink.(io.Closer); ok {
		defer func() { _ = c.Close() }() // what was sent has arrived, or was told
	}
	pace := pace{every: q.sink.Every, burst: q.sink.Burst}
	for {
		select {
		case <-ctx.Done():
			return
		case l, more := <-q.waiting:
			if !more {
				return
			}
			if wait := pace.take(q.clock.Now()); wait > 0 {
				select {
				case <-ctx.Done():
					return
				case <-q.clock.After(wait):
				}
			}
			err := q.sink.Send(ctx, l.alarm, l.body)
			q.mu.Lock()
			if err != nil {
				q.count.Failed++
				q.count.Dropped++
			} else {
				q.count.Sent++
			}
			q.mu.Unlock()
			q.health.after(err)
		}
	}
}

func (q *queue) numbers() Numbers {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.count
	n.Name, n.Waiting = q.sink.Name(), len(q.waiting)
	return n
}

// pace spreads what comes at once: burst may, from then on one in every.
type pace struct {
	every time.Duration
	burst int
	// next is when the burst would be used up again, if one more went out each time.
	next time.Time
}

// take says how long to wait before the next one, and counts it.
func (p *pace) take(now time.Time) time.Duration {
	if p.every <= 0 {
		return 0
	}
	if p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(p.every)
	return max(0, p.next.Sub(now)-time.Duration(max(p.burst, 1))*p.every)
}

// trouble tells once that a receiver fails, and once that it works again.
type trouble struct {
	name  string
	tell  func(string)
	fails int
}

func (t *trouble) after(err error) {
	switch {
	case err != nil:
		if t.fails++; t.fails == 1 {
			t.tell(fmt.Sprintf("alarms do not reach %s: %s", sanitize.Line(t.name), sanitize.Line(shorten(logdoc.LogText(err.Error()), 500))))
		}
	case t.fails > 0:
		t.tell(fmt.Sprintf("alarms reach %s again after %d failed tries", sanitize.Line(t.name), t.fails))
		t.fails = 0
	}
}
