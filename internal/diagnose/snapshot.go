package diagnose

import (
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path"

	"logdoc/grammar"
	"logdoc/internal/builtin"
	"logdoc/rules"
)

// walkBuiltin visits the files of the built-in packs in their order. A file's name starts with the pack's, which keeps a user's own packs/avamar/x.logdoc apart.
func walkBuiltin(visit func(name string, src fs.File) error) error {
	for _, packs := range []fs.FS{grammar.Builtin, rules.Builtin} {
		err := fs.WalkDir(packs, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".logdoc" {
				return err
			}
			src, err := packs.Open(name)
			if err != nil {
				return err
			}
			return visit(path.Join(BuiltinPack, name), src)
		})
		if err != nil {
			return fmt.Errorf("read built-in packs: %w", err)
		}
	}
	return nil
}

// readBuiltin reads the sources of the built-in packs.
func readBuiltin() (files []*packFile, err error) {
	err = walkBuiltin(func(name string, src fs.File) error {
		text, err := io.ReadAll(src)
		files = append(files, &packFile{pack: BuiltinPack, name: name, src: text})
		return err
	})
	return files, err
}

// sumBuiltin is of the names and contents of the built-in files. It guards against a snapshot that was forgotten, and every run computes it.
func sumBuiltin() (uint32, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	buffer := make([]byte, 16<<10)
	err := walkBuiltin(func(name string, src fs.File) error {
		fmt.Fprintf(sum, "%s\x00", name)
		n, err := io.CopyBuffer(sum, src, buffer)
		fmt.Fprintf(sum, "\x00%d\x00", n)
		return err
	})
	return sum.Sum32(), err
}

// snapshot returns the built-in files as package builtin has them, or nil when their sources have changed since it was written: then they have to be parsed.
func snapshot() []*packFile {
	sum, err := sumBuiltin()
	if err != nil || sum != builtin.Sum {
		return nil
	}
	files := make([]*packFile, len(builtin.Files))
	for i, f := range builtin.Files {
		files[i] = &packFile{pack: BuiltinPack, name: f.Name, file: f, snapshot: true}
	}
	return files
}
