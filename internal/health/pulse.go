package health

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Pulse is how a loop shows that it still turns. The zero value has never turned.
type Pulse struct{ last atomic.Int64 }

// Beat says that the loop has turned.
func (p *Pulse) Beat(now time.Time) { p.last.Store(now.UnixNano()) }

// Alive returns an error when the loop has not turned for longer than most.
func (p *Pulse) Alive(now time.Time, most time.Duration) error {
	last := p.last.Load()
	if last == 0 {
		return errors.New("nothing was read yet")
	}
	if since := now.Sub(time.Unix(0, last)); since > most {
		return fmt.Errorf("nothing has moved for %v", since.Round(time.Second))
	}
	return nil
}
