package source

import "sync"

// smallBuffer is the first buffer of every stream: most files of a bundle fit, and do not cost a whole block.
const smallBuffer = 64 << 10

// Pool keeps the buffers of blocks for reuse. All streams of a run share one, and so do the goroutines that release blocks.
type Pool struct {
	size         int
	small, large sync.Pool
}

// NewPool returns a pool for blocks of at most size bytes; less than 1 means 1 MiB.
func NewPool(size int) *Pool {
	if size < 1 {
		size = 1 << 20
	}
	return &Pool{size: size}
}

// get returns a block with an empty buffer: a small one, or one of the full size.
func (p *Pool) get(full bool) *Block {
	from, size := &p.small, smallBuffer
	if full || p.size <= smallBuffer {
		from, size = &p.large, p.size
	}
	if b, ok := from.Get().(*Block); ok {
		return b
	}
	return &Block{pool: p, buf: make([]byte, 0, size)}
}

func (p *Pool) put(b *Block) {
	*b = Block{pool: p, buf: b.buf[:0]}
	if cap(b.buf) == p.size {
		p.large.Put(b)
	} else {
		p.small.Put(b)
	}
}
