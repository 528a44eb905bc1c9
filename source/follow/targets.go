package follow

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// relist is how long a list of names is trusted although its directories look unchanged.
	relist = 5 * time.Second
	// maxDepth is how deep directories are read.
	maxDepth = 16
)

// target is something that the user named, which may be there, or not yet.
type target struct {
	text  string
	magic bool // it holds the signs of a glob

	found  []string             // the files it led to last
	dirs   map[string]time.Time // the directories that were read for that, and when they were changed
	listed time.Time
	fresh  int // how many more times to list, since a change may be younger than the file system can tell
	named  bool
}

func newTarget(text string) (*target, error) {
	t := &target{text: filepath.Clean(text), magic: strings.ContainsAny(text, `*?[`)}
	if _, err := filepath.Match(t.text, ""); t.magic && err != nil {
		return nil, fmt.Errorf("follow %q: the pattern has an open bracket: close it, or put a backslash before it: %w", text, err)
	}
	return t, nil
}

// files gives the files that the target leads to now. named says that it is the file itself. The error is about a directory that could not be read; the files are those that are known.
func (t *target) files(d disk, now time.Time) (found []string, named bool, err error) {
	if t.unchanged(d, now) {
		return t.found, t.named, nil
	}
	i, err := d.stat(t.text)
	switch {
	case err == nil && i.mode.IsDir():
		w := walk{disk: d, dirs: map[string]time.Time{}}
		w.below(t.text, 0)
		t.keep(w, now)
		return t.found, false, w.err
	case t.magic && errors.Is(err, fs.ErrNotExist):
		w := walk{disk: d, dirs: map[string]time.Time{}}
		for _, match := range w.glob(t.text) {
			if i, err := d.stat(match); err == nil && i.mode.IsDir() {
				w.below(match, 0)
			} else {
				w.found = append(w.found, match)
			}
		}
		t.keep(w, now)
		return t.found, false, w.err
	}
	t.found, t.dirs, t.named = []string{t.text}, nil, true
	return t.found, true, nil
}

func (t *target) keep(w walk, now time.Time) {
	if w.err != nil {
		// What could not be listed is not gone.
		for _, p := range t.found {
			if !slices.Contains(w.found, p) {
				w.found = append(w.found, p)
			}
		}
	}
	if t.fresh == 0 {
		t.fresh = 3
	}
	t.fresh--
	t.found, t.dirs, t.named, t.listed = w.found, w.dirs, false, now
}

// unchanged reports whether the list that is known is still good. A file system that writes times coarsely may not show a change, so that lists are made again after a while.
func (t *target) unchanged(d disk, now time.Time) bool {
	if len(t.dirs) == 0 || now.Sub(t.listed) >= relist || now.Before(t.listed) {
		return false
	}
	for dir, was := range t.dirs {
		if i, err := d.stat(dir); err != nil || !i.mtime.Equal(was) {
			t.fresh = 0
			return false
		}
	}
	return t.fresh == 0
}

// walk lists files, and remembers which directories it read.
type walk struct {
	disk  disk
	found []string
	dirs  map[string]time.Time
	err   error
}

func (w *walk) list(dir string) []fs.DirEntry {
	i, err := w.disk.stat(dir)
	if err != nil {
		w.fail(err)
		return nil
	}
	w.dirs[dir] = i.mtime
	entries, err := w.disk.list(dir)
	w.fail(err)
	return entries
}

func (w *walk) fail(err error) {
	if err != nil && w.err == nil && !errors.Is(err, fs.ErrNotExist) {
		w.err = err
	}
}

// below lists the files below a directory. Links are followed to files only, so that no loop can arise.
func (w *walk) below(dir string, depth int) {
	for _, e := range w.list(dir) {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if depth < maxDepth && len(w.found) <= maxSpots {
				w.below(path, depth+1)
			}
		case e.Type().IsRegular():
			w.found = append(w.found, path)
		case e.Type()&fs.ModeSymlink != 0:
			if i, err := w.disk.stat(path); err == nil && i.mode.IsRegular() {
				w.found = append(w.found, path)
			}
		}
	}
}

// glob gives the paths that match a pattern, whatever stands there.
func (w *walk) glob(pattern string) []string {
	if !strings.ContainsAny(pattern, `*?[\`) {
		if _, err := w.disk.stat(pattern); err != nil {
			return nil
		}
		return []string{pattern}
	}
	dir, base := filepath.Split(pattern)
	if dir == "" {
		dir = "."
	}
	var found []string
	for _, d := range w.parents(filepath.Clean(dir)) {
		for _, e := range w.list(d) {
			if ok, _ := filepath.Match(base, e.Name()); ok {
				found = append(found, filepath.Join(d, e.Name()))
			}
		}
	}
	return found
}

// parents gives the directories that the front of a pattern leads to.
func (w *walk) parents(pattern string) []string {
	if !strings.ContainsAny(pattern, `*?[\`) {
		return []string{pattern}
	}
	var dirs []string
	for _, match := range w.glob(pattern) {
		if i, err := w.disk.stat(match); err == nil && i.mode.IsDir() {
			dirs = append(dirs, match)
		}
	}
	return dirs
}
