package pager

import (
	"container/list"
	"sync"
)

// cacheBytes bounds the blocks that are kept in memory, of all logs of an input.
const cacheBytes = 12 << 20

// cache keeps the pages that were used last.
type cache struct {
	limit int

	mu    sync.Mutex
	size  int
	order list.List // of *page, the last used in front
	pages map[pageKey]*list.Element
}

// pageKey names a page: a block of a log, as it was indexed.
type pageKey struct {
	log            *Log
	block, edition int
}

func newCache(limit int) *cache { return &cache{limit: limit, pages: map[pageKey]*list.Element{}} }

func (c *cache) get(key pageKey) *page {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.pages[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*page)
}

func (c *cache) put(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages[p.key] != nil {
		return
	}
	c.pages[p.key] = c.order.PushFront(p)
	c.size += p.cost()
	for c.size > c.limit && c.order.Len() > 1 {
		old := c.order.Remove(c.order.Back()).(*page)
		delete(c.pages, old.key)
		c.size -= old.cost()
	}
}
