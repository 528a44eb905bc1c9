package follow

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"time"
)

// ensure opens c.
func (f *Follower) ensure(c *content, now time.Time) error {
	if c.file != nil {
		return nil
	}
	err := f.unshut(c, c.path)
	switch {
	case err == nil:
	case errors.Is(err, errChanged), errors.Is(err, errElsewhere):
		drained, mtime := c.drained, c.mtime
		c.drained, c.mtime = true, time.Time{} // what is at its path now was not looked at yet
		if !f.reconsider(c.of, now) {
			c.drained, c.mtime = drained, mtime
		}
	default:
		f.failed(c, err, now)
	}
	return err
}

// unshut opens c under a path, checks that it is what it was, and makes room by closing others.
func (f *Follower) unshut(c *content, path string) error {
	f.room()
	h, err := f.disk.open(path)
	if outOfFiles(err) {
		f.closeQuiet(f.open / 2)
		h, err = f.disk.open(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return errElsewhere
	}
	if err != nil {
		return err
	}
	i, err := h.info()
	if err != nil || i.identity != c.id || !i.mode.IsRegular() {
		h.Close()
		return cmp.Or(err, errElsewhere)
	}
	c.file = h
	f.open++
	if c.pack {
		c.packed = newPacked(h, f.o.MaxLine+beforeLength)
	}
	if !c.pack && i.size < c.offset {
		f.shut(c)
		return errChanged
	}
	fits, err := c.fits(c.reader())
	if err == nil && !fits {
		err = errChanged
	}
	if err == nil && c.unknown {
		err = c.learn(c.reader())
	}
	if err != nil && !errors.Is(err, errIncomplete) {
		f.shut(c)
		return err
	}
	if !c.encoded && c.offset > 0 {
		f.orient(c)
	}
	return nil
}

// orient finds out for a content that an earlier run has read how it is encoded, and where its offset is in the decoded text.
func (f *Follower) orient(c *content) {
	head := make([]byte, sniffLength)
	n, err := readFull(c.reader(), head, 0)
	if err != nil {
		return
	}
	c.encode(head[:n])
	start := int64(c.mark)
	c.decoded = max(0, c.offset-start)
	if !c.wide {
		return
	}
	c.decoded /= 2
	if f.count >= c.offset {
		f.count -= c.offset
		if _, decoded, err := f.measure(c, start, c.offset); err == nil {
			c.decoded = decoded
		}
	}
}

func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// shut closes the file of a content, which stays known.
func (f *Follower) shut(c *content) {
	if c.file != nil {
		f.open--
	}
	c.close()
}

// room makes room for one more descriptor.
func (f *Follower) room() {
	if f.open >= f.o.Files {
		f.closeQuiet(f.open - f.o.Files + 1 + f.o.Files/8)
	}
}

// closeQuiet closes so many files, those first that nothing more is to be read of, and that have been quiet longest; then those that are read last. A deleted file stays open: nothing would
// lead to it any more.
func (f *Follower) closeQuiet(n int) {
	open := make([]*content, 0, f.open)
	for _, c := range f.contents {
		if c.file != nil && c.links > 0 {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *content) int {
		if a.drained != b.drained {
			if a.drained {
				return -1
			}
			return 1
		}
		if !a.drained && a.rank != b.rank {
			return cmp.Compare(b.rank, a.rank)
		}
		return a.read.Compare(b.read)
	})
	for _, c := range open[:min(n, len(open))] {
		f.shut(c)
	}
}
