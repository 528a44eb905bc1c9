package lang

import (
	"bytes"
	"encoding/gob"
	"fmt"
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

// EncodeSnapshot writes files that have no errors. Comments are not kept: a snapshot is for running, not for printing.
func EncodeSnapshot(files []*File) ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(files); err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	return b.Bytes(), nil
}

// DecodeSnapshot reads what EncodeSnapshot wrote. Places have no file name.
func DecodeSnapshot(data []byte) ([]*File, error) {
	var files []*File
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&files); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", err)
	}
	return files, nil
}
