package source

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"

	"logdoc"
)

// tar reads the members of a tar one after the other, as they stream by.
func (w *walker) tar(it item, r io.Reader) error {
	in := &counter{r: r}
	tr := tar.NewReader(in)
	seen := newNames()
	var others special
	defer func() { others.tell(w, it.name) }()
	for {
		hdr, err := tr.Next()
		switch {
		case err == io.EOF:
			w.afterTar(it, in)
			return nil
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			w.broken(it.name, in.count, err)
			return w.ctx.Err()
		}
		if err := w.budget.member(); err != nil {
			w.broken(it.name, in.count, err)
			return nil
		}
		mode := hdr.FileInfo().Mode()
		switch {
		case mode.IsDir(), isMacOS(hdr.Name), hdr.Typeflag == tar.TypeXGlobalHeader:
			continue
		case hdr.Typeflag == tar.TypeLink, !mode.IsRegular():
			others.add(mode, hdr.Name)
			continue
		}
		member := seen.in(it, hdr.Name)
		member.size, member.modTime = hdr.Size, writtenAt(hdr.ModTime, it.modTime)
		body := &layer{ctx: w.ctx, r: &sparse{r: tr, in: in, start: in.count, budget: w.budget}}
		if err := w.content(member, body, nil); err != nil {
			return err
		}
		w.broken(member.name, body.count, body.err)
	}
}

// afterTar looks at what follows the end mark. Zeros fill the last block; reading to the end also shows whether the compression around
// the tar is whole.
func (w *walker) afterTar(it item, in *counter) {
	if in.ended {
		w.say(it.name, logdoc.Note{Text: "the archive has no end mark: compare its size with the original's, as members may be missing"})
		return
	}
	buf := make([]byte, 32<<10)
	var after int64
	for {
		n, err := in.Read(buf)
		for _, c := range buf[:n] {
			if c != 0 || after > 0 {
				after++
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			w.broken(it.name, in.count, err)
			break
		}
	}
	if after > 0 {
		w.leftOut(it.name, fmt.Sprintf("%d bytes after the end of the archive were not read: if it was joined from several, split it", after), nil)
	}
}

// counter counts what is read of an archive, and whether it was read to its end.
type counter struct {
	r     io.Reader
	count int64
	ended bool
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.count += int64(n)
	c.ended = c.ended || err == io.EOF
	return n, err
}

// sparse charges the bytes of a member that the archive does not hold: a sparse file is a hole that costs nothing to store.
type sparse struct {
	r         io.Reader
	in        *counter
	start     int64
	out, paid int64
	budget    *Budget
}

func (s *sparse) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.out += int64(n)
	if grown := s.out - (s.in.count - s.start) - s.paid; grown > 0 {
		s.paid += grown
		if over := s.budget.spend(int(grown)); over != nil {
			return n, over
		}
	}
	return n, err
}
