package lang

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A snapshot is parsed and checked files as bytes. The built-in packs are kept as one beside their sources: reading it takes a small part of the time that parsing them
// does, and every run starts with it.

func init() {
	for _, node := range []any{
		&WhereAnd{}, &WhereOr{}, &WhereNot{}, &WhereTest{},
		&CondAnd{}, &CondOr{}, &CondNot{}, &CondWithin{}, &CondThen{}, &CondCount{}, &CondUnless{}, &CondGap{}, &CondCompare{}, &CondRef{},
		&Ref{}, &Literal{}, &Now{}, &Binary{}, &Call{},
	} {
		gob.Register(node)
	}
}

// GobEncode keeps line and column; the file's name stands once in the File, not in each of its thousands of places.
func (p Pos) GobEncode() ([]byte, error) {
	return []byte{byte(p.Line >> 16), byte(p.Line >> 8), byte(p.Line), byte(p.Col >> 8), byte(p.Col)}, nil
}

// GobDecode reads what GobEncode wrote; File stays empty.
func (p *Pos) GobDecode(b []byte) error {
	if len(b) != 5 {
		return fmt.Errorf("a place has %d bytes, not 5", len(b))
	}
	*p = Pos{Line: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), Col: int(b[3])<<8 | int(b[4])}
	return nil
}

// snapshotParts is how many parts a snapshot has. They are read side by side; each has to say anew what its nodes are made of.
const snapshotParts = 4

// EncodeSnapshot writes files that have no errors, as Running leaves them. Comments are not kept: a snapshot is for running, not for printing.
func EncodeSnapshot(files []*File) ([]byte, error) {
	all := 0
	for _, f := range files {
		all += f.declarations()
	}
	var out []byte
	done := 0
	for part := range snapshotParts {
		n := 0
		for ; n < len(files) && done < all*(part+1)/snapshotParts; n++ {
			done += files[n].declarations()
		}
		if part == snapshotParts-1 {
			n = len(files)
		}
		running := make([]*File, n)
		for i, f := range files[:n] {
			running[i] = Running(f)
		}
		files = files[n:]
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(running); err != nil {
			return nil, fmt.Errorf("encode snapshot: %w", err)
		}
		out = append(binary.AppendUvarint(out, uint64(b.Len())), b.Bytes()...)
	}
	return out, nil
}

func (f *File) declarations() int { return len(f.Formats) + len(f.Symptoms) + len(f.Expected) }

// Running returns a copy of a file without what only a check of the file needs: of examples nothing but the title and what they come to, and no samples of what is normal.
func Running(f *File) *File {
	c := *f
	c.Symptoms, c.Expected = slices.Clone(f.Symptoms), slices.Clone(f.Expected)
	for i, s := range c.Symptoms {
		bare := *s
		bare.Examples = slices.Clone(s.Examples)
		for k, ex := range bare.Examples {
			bare.Examples[k] = &Example{Title: ex.Title, Certainty: ex.Certainty}
		}
		c.Symptoms[i] = &bare
	}
	for i, e := range c.Expected {
		bare := *e
		bare.Samples = nil
		c.Expected[i] = &bare
	}
	return &c
}

// DecodeSnapshot reads what EncodeSnapshot wrote. Places have no file name.
func DecodeSnapshot(data []byte) ([]*File, error) {
	parts, errs := make([][]*File, snapshotParts), make([]error, snapshotParts)
	var group sync.WaitGroup
	for i := range parts {
		size, n := binary.Uvarint(data)
		if n <= 0 || size > uint64(len(data)-n) {
			errs[i] = errors.New("it is cut off")
			break
		}
		part := data[n : n+int(size)]
		data = data[n+int(size):]
		group.Go(func() { errs[i] = gob.NewDecoder(bytes.NewReader(part)).Decode(&parts[i]) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", err)
	}
	return slices.Concat(parts...), nil
}
