package source

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spill holds content that needs random access and comes as a stream: in memory while it is short, else in one file that has no name.
type spill struct {
	io.ReaderAt
	size   int64
	file   *os.File
	budget *Budget
}

// newSpill reads r to its end. size is a hint, -1 if unknown. What went wrong in r ends the content and stays with r's layer: the spill then
// holds what came before. The error is a limitError or one of the temporary file.
func newSpill(r io.Reader, size int64, budget *Budget) (*spill, error) {
	limits := budget.limits
	if size > limits.SpillBytes {
		return nil, tooBigToSpill(limits.SpillBytes)
	}
	s := &spill{budget: budget}
	var memory bytes.Buffer
	if size <= int64(limits.SpillMemory) {
		memory.Grow(int(max(size, 0)) + bytes.MinRead)
		s.size, _ = memory.ReadFrom(io.LimitReader(r, int64(limits.SpillMemory)))
		if s.size < int64(limits.SpillMemory) {
			s.ReaderAt = bytes.NewReader(memory.Bytes())
			return s, nil
		}
	}
	f, err := os.CreateTemp(limits.SpillDir, "logdoc-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	// Without a name nobody else can open it, and it vanishes with the process however that ends. Where the system refuses, Close removes it.
	_ = os.Remove(f.Name())
	s.file, s.ReaderAt, s.size = f, f, 0
	if err := s.write(&memory); err != nil {
		s.Close()
		return nil, err
	}
	memory = bytes.Buffer{}
	if err := s.write(r); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *spill) write(r io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := r.Read(buf)
		s.size += int64(n)
		if s.budget.spilled.Add(int64(n)) > s.budget.limits.SpillBytes {
			return tooBigToSpill(s.budget.limits.SpillBytes)
		}
		if _, err := s.file.Write(buf[:n]); err != nil {
			return fmt.Errorf("write a temporary file: %w", err)
		}
		if err != nil {
			return nil
		}
	}
}

func tooBigToSpill(limit int64) error {
	return limitError(fmt.Sprintf("an archive inside another, and more than %d bytes of such on disk: raise --max-spill, or unpack the outer one and give the folder", limit))
}

// Close gives the disk space back.
func (s *spill) Close() {
	if s.file == nil {
		return
	}
	s.budget.spilled.Add(-s.size)
	s.file.Close()
	_ = os.Remove(s.file.Name())
}
