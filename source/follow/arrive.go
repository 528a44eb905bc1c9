package follow

import (
	"errors"
	"io"
	"io/fs"
	"time"

	"logdoc/source"
)

// probed is an open file of which it is not known yet what it holds.
type probed struct {
	content *content
	head    []byte
}

func (p *probed) close() { p.content.close() }

// probe opens what stands at a path to see what it is. It gives errElsewhere when that is not the file that was seen there.
func (f *Follower) probe(path string, i info) (*probed, error) {
	f.room()
	h, err := f.disk.open(path)
	if outOfFiles(err) {
		f.closeQuiet(f.open / 2)
		h, err = f.disk.open(path)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errElsewhere
		}
		return nil, err
	}
	now, err := h.info()
	if err == nil && now.identity != i.identity {
		err = errElsewhere
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	p := &probed{content: &content{id: now.identity, size: now.size, mtime: now.mtime, changed: now.mtime, links: now.links, path: path, file: h}}
	head := make([]byte, sniffLength)
	n, err := readFull(h, head, 0)
	if err != nil {
		h.Close()
		return nil, err
	}
	p.head = head[:n]
	if source.Packed(p.head) {
		p.content.pack = true
		p.content.packed = newPacked(h, f.o.MaxLine+beforeLength)
	}
	return p, nil
}

// text gives the first bytes of what the file holds.
func (p *probed) text() []byte {
	head := make([]byte, headLength)
	n, _ := readFull(p.content.reader(), head, 0)
	return head[:n]
}

// copies reports whether one of two files begins with all that the other holds.
func (p *probed) copies(o *probed) bool {
	a, b := p.content, o.content
	one, two := p.text(), o.text()
	if n := min(len(one), len(two)); n == 0 || string(one[:n]) != string(two[:n]) {
		return false
	}
	switch {
	case a.pack && b.pack:
		return a.size == b.size
	case a.pack:
		return sameBefore(a.reader(), b.reader(), b.size)
	case b.pack:
		return sameBefore(a.reader(), b.reader(), a.size)
	}
	return sameBefore(a.reader(), b.reader(), min(a.size, b.size))
}

// sameBefore reports whether the last bytes before a place are the same in two files.
func sameBefore(a, b io.ReaderAt, at int64) bool {
	var one, two [beforeLength]byte
	last := min(at, beforeLength)
	n, _ := readFull(a, one[:last], at-last)
	m, _ := readFull(b, two[:last], at-last)
	return int64(n) == last && n == m && one == two
}

// take makes a content of what was probed.
func (f *Follower) take(h *probed, l *lineage, now time.Time) *content {
	c := h.content
	c.log, c.of, c.quiet = f.nextLog(), l, now
	f.know(c)
	f.open++
	c.learnHead()
	return c
}

// add makes a content of a file, which is read from its start.
func (f *Follower) add(i info, path string, l *lineage, now time.Time) *content {
	c := &content{log: f.nextLog(), of: l, path: path, id: i.identity, size: i.size, mtime: i.mtime, changed: i.mtime, links: i.links, quiet: now}
	f.know(c)
	return c
}

// know adds a content to those that are known.
func (f *Follower) know(c *content) {
	f.contents = append(f.contents, c)
	c.of.known = append(c.of.known, c)
	if c.id != (identity{}) {
		f.byID[c.id] = c
	}
}

// wanted reports whether what stands at a path is a log to follow. What was named is; what was found may be binary.
func (f *Follower) wanted(s *spot, h *probed, now time.Time) bool {
	switch name, _ := source.Encoding(h.head); {
	case s.named || h.content.pack:
		return true
	case name == "utf-8" && source.Binary(h.head, s.path):
		s.passed = h.content.id
		f.tell(s.path, PassedOver, "this is no text, and it is passed over", nil, now)
		return false
	}
	return true
}
