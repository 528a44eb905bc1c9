package main

import (
	"context"
	"io"
)

// interruptible returns a reader that ends with the context's error once it is cancelled, even while a terminal or a pipe gives nothing. Nothing is read
// from r before the first Read.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	return &interrupted{ctx: ctx, r: r}
}

type interrupted struct {
	ctx context.Context
	r   io.Reader
	out *io.PipeReader
}

func (i *interrupted) Read(p []byte) (int, error) {
	if i.out == nil {
		out, in := io.Pipe()
		i.out = out
		// The goroutine may stay in its Read: only the end of the program frees it.
		go func() {
			_, err := io.Copy(in, i.r)
			in.CloseWithError(err)
		}()
		context.AfterFunc(i.ctx, func() { in.CloseWithError(i.ctx.Err()) })
	}
	return i.out.Read(p)
}
