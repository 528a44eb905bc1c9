package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"logdoc/internal/sanitize"
)

// How a message that did not arrive is tried again: after firstWait, then after twice as long each time up to longestWait, until it is giveUp old.
const (
	firstWait   = 5 * time.Second
	longestWait = 10 * time.Minute
	giveUp      = 24 * time.Hour
	// look is how often the outbox is looked into when nothing was put into it.
	look = time.Second
)

// delivery carries messages from the outbox to the webhooks. One that fails does not keep the others waiting: it is tried once a round, and what else is due for it is put off.
type delivery struct {
	o     Options
	clock Clock
	added chan struct{}
	hooks map[string]*hook
	// box tells of errors of the outbox, full of one that has no room.
	box, full trouble

	mu    sync.Mutex
	order []*hook
}

type hook struct {
	*Webhook
	health trouble
	count  Numbers
}

func newDelivery(o Options) *delivery {
	d := &delivery{o: o, clock: o.Clock, added: make(chan struct{}, 1), hooks: map[string]*hook{}, box: trouble{name: "the outbox", tell: o.Problem}, full: trouble{name: "the outbox", tell: o.Problem}}
	for _, w := range o.Webhooks {
		if d.hooks[w.Name()] == nil {
			h := &hook{Webhook: w, health: trouble{name: w.Name(), tell: o.Problem}, count: Numbers{Name: w.Name()}}
			d.hooks[w.Name()] = h
			d.order = append(d.order, h)
		}
	}
	return d
}

// address makes a message for each webhook that the outbox has room for. waiting are on their way into it.
func (d *delivery) address(now time.Time, body []byte, waiting int) []Message {
	kept, err := d.o.Outbox.Waiting(context.Background())
	d.mu.Lock()
	defer d.mu.Unlock()
	var messages []Message
	for _, h := range d.order {
		if err == nil && kept+waiting+len(messages) >= d.o.Kept {
			d.full.after(fmt.Errorf("it is full with %d messages", kept+waiting))
			h.count.Dropped++
			continue
		}
		d.full.after(nil)
		messages = append(messages, Message{Sink: h.Name(), Body: body, Due: now})
	}
	return messages
}

// keep puts messages into the outbox. It does not wait for any webhook.
func (d *delivery) keep(messages []Message) {
	for _, m := range messages {
		err := d.o.Outbox.Add(context.Background(), m)
		d.mu.Lock()
		if err != nil {
			d.hooks[m.Sink].count.Dropped++
		}
		d.box.after(err)
		d.mu.Unlock()
	}
}

// wake says that there is something to deliver.
func (d *delivery) wake() {
	select {
	case d.added <- struct{}{}:
	default:
	}
}

func (d *delivery) run(ctx context.Context) {
	for {
		d.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-d.added:
		case <-d.clock.After(look):
		}
	}
}

// round tries what is due.
func (d *delivery) round(ctx context.Context) {
	due, err := d.o.Outbox.Due(ctx, d.clock.Now())
	if ctx.Err() != nil {
		return
	}
	d.outbox(err)
	byHook := map[*hook][]Message{}
	for _, m := range due {
		h := d.hooks[m.Sink]
		if h == nil {
			// It was configured once, and is no more.
			d.outbox(d.o.Outbox.Done(ctx, m.ID))
			d.o.Problem(fmt.Sprintf("an alarm for %s is given up: there is no such webhook any more", sanitize.Line(m.Sink)))
			continue
		}
		byHook[h] = append(byHook[h], m)
	}
	var all sync.WaitGroup
	for h, messages := range byHook {
		all.Go(func() { d.deliver(ctx, h, messages) })
	}
	all.Wait()
}

// deliver tries the messages of one webhook in their order. After the first that fails the others are put off as well.
func (d *delivery) deliver(ctx context.Context, h *hook, messages []Message) {
	failed := false
	for _, m := range messages {
		now := d.clock.Now()
		if !failed {
			err := h.post(ctx, m.Body, now)
			if ctx.Err() != nil {
				return // it stays due
			}
			d.mu.Lock()
			if err != nil {
				h.count.Failed++
			} else {
				h.count.Sent++
			}
			h.health.after(err)
			d.mu.Unlock()
			if err == nil {
				d.outbox(d.o.Outbox.Done(ctx, m.ID))
				continue
			}
			failed = true
			if r, ok := errors.AsType[*refusal](err); ok && r.again > 0 {
				d.outbox(d.o.Outbox.Retry(ctx, m.ID, now.Add(r.again)))
				continue
			}
		}
		if told := toldAt(m.Body); !told.IsZero() && now.Sub(told) >= giveUp {
			d.mu.Lock()
			h.count.Dropped++
			d.mu.Unlock()
			d.o.Problem(fmt.Sprintf("an alarm for %s is given up after %d tries in 24 hours", sanitize.Line(m.Sink), m.Tries+1))
			d.outbox(d.o.Outbox.Done(ctx, m.ID))
			continue
		}
		d.outbox(d.o.Outbox.Retry(ctx, m.ID, now.Add(d.wait(m.Tries))))
	}
}

// wait is how long to wait after so many tries: the doubled time, of which the half is drawn.
func (d *delivery) wait(tries int) time.Duration {
	wait := longestWait
	if tries < 10 {
		wait = min(firstWait<<tries, longestWait)
	}
	if d.o.Jitter != nil {
		wait = wait/2 + time.Duration(d.o.Jitter()*float64(wait/2))
	}
	return wait
}

func (d *delivery) outbox(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.box.after(err)
}

func (d *delivery) numbers() []Numbers {
	waiting, _ := d.o.Outbox.Waiting(context.Background()) // an error is told when something is put or fetched
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Numbers, len(d.order))
	for i, h := range d.order {
		all[i] = h.count
	}
	// The outbox is one: who waits in it is not told apart.
	if len(all) > 0 {
		all[0].Waiting = waiting
	}
	return all
}

// toldAt reads the time out of an alarm's JSON; zero when it has none.
func toldAt(body []byte) time.Time {
	var alarm struct{ Time time.Time }
	if json.Unmarshal(body, &alarm) != nil {
		return time.Time{}
	}
	return alarm.Time
}
