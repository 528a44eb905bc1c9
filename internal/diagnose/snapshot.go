package diagnose

import (
	"bytes"
	"crypto/sha256"
	_ "embed"

	"logdoc/internal/lang"
)

// builtinSnapshot holds a sum of the built-in packs' sources and then what they parse to. A test keeps it true; `make golden` writes it anew. When the
// sources have changed since, they are parsed as if there were no snapshot.
//
//go:embed builtin.snapshot
var builtinSnapshot []byte

// sum is of the names and contents of the built-in files.
func sum(files []*packFile) []byte {
	h := sha256.New()
	for _, f := range files {
		if f.pack == BuiltinPack {
			h.Write([]byte(f.name))
			h.Write([]byte{0})
			h.Write(f.src)
			h.Write([]byte{0})
		}
	}
	return h.Sum(nil)
}

// fromSnapshot gives the built-in files what they parse to, if the snapshot is of them.
func fromSnapshot(files []*packFile) {
	want := sum(files)
	if !bytes.HasPrefix(builtinSnapshot, want) {
		return
	}
	parsed, err := lang.DecodeSnapshot(builtinSnapshot[len(want):])
	if err != nil {
		return
	}
	i := 0
	for _, f := range files {
		if f.pack == BuiltinPack && i < len(parsed) {
			f.file, f.snapshot = parsed[i], true
			i++
		}
	}
}
