// Package alert tells turns of findings to machines.
//
// In go turns, as the following of logs makes them. Out go alarms: to a command, a webhook, a syslog daemon, the journal. In between a turn is held
// back where its finding has only just been told. Nothing waits for a receiver: what is told is put into bounded queues, or into an outbox, and what
// finds no room is counted. The package knows no rules, no store and no configuration file; clock, proxy and secrets are handed in.
package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Clock is the time, so that tests can give another one.
type Clock interface {
	Now() time.Time
	// After sends once when the duration has passed.
	After(time.Duration) <-chan time.Time
}

// Sink is a receiver that is told directly. Send is called by one goroutine at a time, and gives up when the context ends.
type Sink interface {
	// Name says in messages and numbers who it is; it is the same in every run and holds no secret.
	Name() string
	// Send tells one alarm. Body is its JSON, one line with its line break, and belongs to the caller.
	Send(ctx context.Context, alarm logdoc.Alarm, body []byte) error
}

// Options say who is told what.
type Options struct {
	Clock Clock
	// From is the name of this machine.
	From string
	// Encode is how an alarm is written as JSON, one line.
	Encode func(logdoc.Alarm) ([]byte, error)
	// Severity and Certainty are the mildest and the weakest that is told; the zero values tell all.
	Severity  logdoc.Severity
	Certainty logdoc.Certainty
	// CoolDown is how long after an alarm further turns of the same finding are held back; 0 holds nothing back but repetitions.
	CoolDown time.Duration
	// Queue is how many alarms may wait for a sink; 0 is 1000.
	Queue int
	// Sinks are told directly, Webhooks from the outbox.
	Sinks    []Rated
	Webhooks []*Webhook
	// Outbox keeps what webhooks have not got yet; nil keeps it in memory. Kept is how many messages may be in it; 0 is 10,000.
	Outbox Outbox
	Kept   int
	// Jitter gives numbers from 0 up to 1, so that many machines do not try again in the same moment.
	Jitter func() float64
	// Before is what told until now, and was closed: what it remembers of findings goes on. nil begins anew.
	Before *Alerts
	// Problem is told, in one sentence without foreign text that acts, when a receiver begins to fail, and when it works again. It must not block.
	Problem func(string)
}

// Rated is a sink with its rate.
type Rated struct {
	Sink
	// Every is how far apart alarms are when there are many, Burst how many may come at once; 0 is no limit.
	Every time.Duration
	Burst int
}

// Alerts tells turns to machines. Its methods may be called from several goroutines.
type Alerts struct {
	o        Options
	mu       sync.Mutex
	cooling  cooling
	queues   []*queue
	delivery *delivery
	stop     context.CancelFunc
	done     sync.WaitGroup
}

// tick is how often it is looked whether the time of what is held back has come.
const tick = time.Second

// New starts telling. Close ends it.
func New(o Options) *Alerts {
	if o.Queue <= 0 {
		o.Queue = 1000
	}
	if o.Kept <= 0 {
		o.Kept = 10_000
	}
	if o.Outbox == nil {
		o.Outbox = &Memory{}
	}
	if o.Problem == nil {
		o.Problem = func(string) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	a := &Alerts{o: o, stop: stop, cooling: cooling{down: o.CoolDown}}
	if b := o.Before; b != nil {
		b.mu.Lock()
		a.cooling.known, a.cooling.held = b.cooling.known, b.cooling.held
		b.cooling.known = nil
		b.mu.Unlock()
		a.o.Before = nil
	}
	for _, s := range o.Sinks {
		q := &queue{sink: s, clock: o.Clock, waiting: make(chan letter, o.Queue), health: trouble{name: s.Name(), tell: o.Problem}}
		a.queues = append(a.queues, q)
		a.done.Go(func() { q.run(ctx) })
	}
	if len(o.Webhooks) > 0 {
		a.delivery = newDelivery(o)
		a.done.Go(func() { a.delivery.run(ctx) })
	}
	a.done.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-o.Clock.After(tick):
				a.wake()
			}
		}
	})
	return a
}

// Tell takes a turn, and returns at once.
func (a *Alerts) Tell(turn logdoc.Turn) { a.Send(a.Take([]logdoc.Turn{turn}), false) }

// Batch is what some turns have come to.
type Batch struct {
	// Messages are for the outbox. Who keeps them together with what else came of the turns says so to Send.
	Messages []Message
	letters  []letter
}

// Take decides what is told of some turns, for Send. In between the caller may keep what is to be kept, so that nothing is told of what then is lost.
func (a *Alerts) Take(turns []logdoc.Turn) Batch {
	a.mu.Lock()
	defer a.mu.Unlock()
	var b Batch
	for _, turn := range turns {
		if turn.Finding.Severity < a.o.Severity || turn.Finding.Certainty < a.o.Certainty {
			continue
		}
		if repeats, now := a.cooling.turn(turn, a.o.Clock.Now()); now {
			a.write(&b, turn, repeats)
		}
	}
	return b
}

// write adds an alarm to a batch.
func (a *Alerts) write(b *Batch, turn logdoc.Turn, repeats int) {
	alarm := logdoc.Alarm{Turn: turn, Time: a.o.Clock.Now(), From: a.o.From, Repeats: repeats}
	body, err := encode(a.o.Encode, &alarm)
	if err != nil {
		a.o.Problem(fmt.Sprintf("an alarm of %s could not be written: %v", sanitize.Line(turn.Finding.Symptom), err))
		return
	}
	b.letters = append(b.letters, letter{alarm, body})
	if a.delivery != nil {
		b.Messages = append(b.Messages, a.delivery.address(alarm.Time, body, len(b.Messages))...)
	}
}

// Send tells what Take has decided, and returns at once. With kept the messages are in the outbox already.
func (a *Alerts) Send(b Batch, kept bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range b.letters {
		for _, q := range a.queues {
			q.put(l)
		}
	}
	if a.delivery != nil && len(b.Messages) > 0 {
		if !kept {
			a.delivery.keep(b.Messages)
		}
		a.delivery.wake()
	}
}

// wake tells what was held back and is still news.
func (a *Alerts) wake() {
	a.mu.Lock()
	var b Batch
	for _, h := range a.cooling.due(a.o.Clock.Now()) {
		a.write(&b, h.turn, h.repeats)
	}
	a.mu.Unlock()
	a.Send(b, false)
}

// Close lets the sinks finish what waits for them, until the context ends, and stops. What a webhook has not got stays in the outbox.
func (a *Alerts) Close(ctx context.Context) {
	a.mu.Lock()
	for _, q := range a.queues {
		q.close()
	}
	a.mu.Unlock()
	for _, q := range a.queues {
		select {
		case <-q.drained():
		case <-ctx.Done():
		}
	}
	a.stop()
	a.done.Wait()
}

// Numbers are what one receiver has got since the start.
type Numbers struct {
	Name string
	// Sent arrived; Failed counts failed tries; Dropped never will arrive, for want of room or because it was tried for too long; Waiting is in the queue or outbox.
	Sent, Failed, Dropped int64
	Waiting               int
}

// Numbers lists the receivers in the order of the options, and how many turns are held back in all.
func (a *Alerts) Numbers() (receivers []Numbers, held int64) {
	for _, q := range a.queues {
		receivers = append(receivers, q.numbers())
	}
	if a.delivery != nil {
		receivers = append(receivers, a.delivery.numbers()...)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return receivers, a.cooling.held
}

// Bounds of what one alarm carries, so that no flood of text gets through to a receiver.
const (
	maxBody     = 256 << 10
	maxText     = 4 << 10
	maxEvidence = 10
	maxValues   = 64
)

// encode writes the alarm with its evidence cut until it is no longer than maxBody.
func encode(write func(logdoc.Alarm) ([]byte, error), alarm *logdoc.Alarm) ([]byte, error) {
	whole := alarm.Finding
	for text := maxText; text >= 16; text /= 4 {
		alarm.Finding = cut(whole, text)
		body, err := write(*alarm)
		if err != nil {
			return nil, err
		}
		if len(body) <= maxBody {
			return append(bytes.TrimRight(body, "\n"), '\n'), nil
		}
	}
	return nil, errors.New("it is longer than 256 KiB even without its evidence")
}

// cut bounds what of a finding comes from logs. Consequences are alarms of their own.
func cut(f logdoc.Finding, most int) logdoc.Finding {
	f.Consequences = nil
	f.Key = shorten(f.Key, most)
	why := f.Why[:min(len(f.Why), maxValues)]
	f.Why = make([]string, len(why))
	for i, w := range why {
		f.Why[i] = string(shorten(logdoc.LogText(w), most))
	}
	f.Values = cutValues(f.Values, most)
	evidence := f.Evidence
	if n := len(evidence); n > maxEvidence {
		// The first ones say how it began, the last one where it stands.
		evidence = append(append([]logdoc.Evidence{}, evidence[:maxEvidence-1]...), evidence[n-1])
	}
	f.Evidence = make([]logdoc.Evidence, len(evidence))
	for i, e := range evidence {
		e.Text, e.Place.Source = shorten(e.Text, most), shorten(e.Place.Source, most)
		f.Evidence[i] = e
	}
	steps := f.Steps
	f.Steps = make([]logdoc.Step, len(steps))
	for i, s := range steps {
		s.Values = cutValues(s.Values, most)
		f.Steps[i] = s
	}
	return f
}

func cutValues(values []logdoc.Value, most int) []logdoc.Value {
	values = values[:min(len(values), maxValues)]
	out := make([]logdoc.Value, len(values))
	for i, v := range values {
		v.Text = shorten(v.Text, most)
		out[i] = v
	}
	return out
}

// shorten cuts text to at most so many bytes and says that it did.
func shorten(t logdoc.LogText, most int) logdoc.LogText {
	if len(t) <= most {
		return t
	}
	keep := most
	for keep > most-4 && keep > 0 && t[keep]&0xC0 == 0x80 {
		keep-- // not inside a character
	}
	return t[:keep] + logdoc.LogText(fmt.Sprintf("… (%d bytes more)", len(t)-keep))
}

// headline says an alarm in one line.
func headline(a *logdoc.Alarm) sanitize.Safe {
	f := &a.Finding
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s) %s", a.Kind, f.Severity, f.Certainty, sanitize.Line(f.Symptom))
	if f.Key != "" {
		fmt.Fprintf(&b, " [%s]", sanitize.Line(shorten(f.Key, 200)))
	}
	fmt.Fprintf(&b, ": %s", sanitize.Line(f.Title))
	if f.Count > 0 {
		fmt.Fprintf(&b, "; records: %d", f.Count)
	}
	if a.Repeats > 0 {
		fmt.Fprintf(&b, "; repeats held back: %d", a.Repeats)
	}
	if len(f.Steps) > 0 && !over(a.Kind) {
		fmt.Fprintf(&b, "; first step: %s", sanitize.Line(f.Steps[0].Title))
	}
	return sanitize.Safe(b.String())
}
