package source

import (
	"context"
	"io/fs"
	"time"
)

// A pipe waits: its opening for somebody who writes, and its reading for what they write. Neither hears of a context by itself.

// open opens an input, and ends with the context when that waits. Files do not wait.
func (w *walker) open(in Input) (fs.File, error) {
	if in.Size >= 0 {
		return in.open()
	}
	type opened struct {
		file fs.File
		err  error
	}
	done := make(chan opened, 1)
	// Nothing frees the goroutine before somebody writes: the end of the program does.
	go func() {
		f, err := in.open()
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-w.ctx.Done():
		go func() {
			if o := <-done; o.err == nil {
				o.file.Close()
			}
		}()
		return nil, w.ctx.Err()
	}
}

// interrupt lets reading end with the context, where the file can do that, until the returned function is called.
func interrupt(ctx context.Context, f fs.File) (stop func() bool) {
	waiting, ok := f.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() {
		// A file that does not wait cannot be interrupted, and need not.
		_ = waiting.SetReadDeadline(time.Unix(1, 0))
	})
}
