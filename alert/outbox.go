package alert

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Message is an alarm that waits in the outbox for a webhook.
type Message struct {
	// ID is the outbox's number for it; Add ignores it.
	ID int64
	// Sink is the name of the webhook.
	Sink string
	Body []byte
	// Due is when to try next, Tries how often it was tried.
	Due   time.Time
	Tries int
}

// Outbox keeps messages until they have arrived. A store that keeps them on disk makes them outlive the program.
type Outbox interface {
	// Add keeps a message. It is called while logs are followed, and must not wait for anything slow.
	Add(context.Context, Message) error
	// Due returns messages whose time has come, oldest first, a bounded number of them.
	Due(ctx context.Context, now time.Time) ([]Message, error)
	// Done forgets a message.
	Done(ctx context.Context, id int64) error
	// Retry sets when a message is tried next, and counts the try.
	Retry(ctx context.Context, id int64, due time.Time) error
	// Waiting is how many messages there are.
	Waiting(context.Context) (int, error)
}

// Memory is an outbox that lasts as long as the program. The zero value is ready.
type Memory struct {
	mu       sync.Mutex
	last     int64
	messages []Message
}

// Add keeps a message; Body must not change any more.
func (m *Memory) Add(_ context.Context, msg Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	msg.ID = m.last
	m.messages = append(m.messages, msg)
	return nil
}

// Due returns up to a hundred messages whose time has come.
func (m *Memory) Due(_ context.Context, now time.Time) ([]Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []Message
	for _, msg := range m.messages {
		if !msg.Due.After(now) {
			if due = append(due, msg); len(due) == 100 {
				break
			}
		}
	}
	return due, nil
}

// Done forgets a message; one that is not there is no error.
func (m *Memory) Done(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = slices.DeleteFunc(m.messages, func(msg Message) bool { return msg.ID == id })
	return nil
}

// Retry sets when a message is tried next.
func (m *Memory) Retry(_ context.Context, id int64, due time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.messages {
		if m.messages[i].ID == id {
			m.messages[i].Due = due
			m.messages[i].Tries++
		}
	}
	return nil
}

// Waiting is how many messages there are.
func (m *Memory) Waiting(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.messages), nil
}
