package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"logdoc/samples"
)

// inputs are the files that the rows are measured with.
type inputs struct {
	logs, gz              []string
	tarball               string
	substrings, few, many substrings
	fewRules, manyRules   string // packs of CRE rules
	crowd                 crowd
}

// prepare makes what is not there yet. The folder's name says what the logs hold: their size, their seed, and a sum that tells one generator from another, so that
// stale ones are neither measured nor deleted.
func prepare(told io.Writer, dir, name string, size int64) (inputs, error) {
	sum, err := generator()
	if err != nil {
		return inputs{}, fmt.Errorf("generate logs: %w", err)
	}
	dir = filepath.Join(dir, fmt.Sprintf("%s-seed%d-every%d-%08x", name, seed, every, sum))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return inputs{}, err
	}
	in := inputs{tarball: filepath.Join(dir, "logs.tar.gz"), fewRules: filepath.Join(dir, "cre-20"), manyRules: filepath.Join(dir, "cre-2000")}
	for _, k := range samples.Kinds() {
		log := filepath.Join(dir, k.FileName())
		in.logs, in.gz = append(in.logs, log), append(in.gz, log+".gz")
	}
	if err := hasRoom(dir, size, append(append([]string{in.tarball}, in.logs...), in.gz...)); err != nil {
		return inputs{}, err
	}
	for i, k := range samples.Kinds() {
		err := once(told, in.logs[i], func(path string) error {
			return samples.WriteLogFile(path, k, size/int64(len(in.logs)), seed, every)
		})
		if err != nil {
			return inputs{}, err
		}
		if err := once(told, in.gz[i], func(path string) error { return packed(path, "gzip", "-c", in.logs[i]) }); err != nil {
			return inputs{}, err
		}
	}
	names := []string{"-C", dir, "-cz"}
	for _, k := range samples.Kinds() {
		names = append(names, k.FileName())
	}
	if err := once(told, in.tarball, func(path string) error { return packed(path, "tar", names...) }); err != nil {
		return inputs{}, err
	}
	err = errors.Join(writeRules(in.fewRules, 20), writeRules(in.manyRules, 2000))
	var crowded error
	in.crowd, crowded = writeCrowd(dir)
	err = errors.Join(err, crowded)
	for _, s := range []struct {
		to *substrings
		n  int
	}{{&in.few, 20}, {&in.substrings, 300}, {&in.many, 2000}} {
		var failed error
		*s.to, failed = writeSubstrings(dir, s.n)
		err = errors.Join(err, failed)
	}
	return in, err
}

// generator returns a sum of what the generator writes.
func generator() (uint32, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := samples.WriteLogs(dir, 4<<20, seed, every); err != nil {
		return 0, err
	}
	sum := fnv.New32a()
	for _, k := range samples.Kinds() {
		text, err := os.ReadFile(filepath.Join(dir, k.FileName()))
		if err != nil {
			return 0, err
		}
		sum.Write(text)
	}
	return sum.Sum32(), nil
}

// once makes a file unless it is there. It gets its name when it is whole.
func once(told io.Writer, path string, make func(path string) error) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	fmt.Fprintln(told, "making", path)
	partial := path + ".partial"
	if err := make(partial); err != nil {
		return errors.Join(fmt.Errorf("make %s: %w", path, err), os.Remove(partial))
	}
	return os.Rename(partial, path)
}

// packed writes what a command prints.
func packed(path, name string, args ...string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = f, os.Stderr
	return errors.Join(cmd.Run(), f.Close())
}

// hasRoom fails before a disk is filled.
func hasRoom(dir string, size int64, paths []string) error {
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			continue
		}
		// Packed, the logs take an eighth of the room, twice: as four files and as one.
		need := size/2*3 + 64<<20
		if free := freeBytes(dir); free >= 0 && free < need {
			return fmt.Errorf("there are %d MiB free for %s, and the inputs need %d: choose a smaller -size or another -dir", free>>20, dir, need>>20)
		}
		return nil
	}
	return nil
}
