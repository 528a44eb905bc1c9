package follow

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"logdoc/source"
)

// lineage is one log with all that was rotated away from it.
//
// Its rule: every file of it holds a content that is known, or is none of ours. A content is known from when it was first seen until no file holds it any more, also when it was read to its
// end, and in a later run too. So a file of which nobody knows what it holds is new, and one that holds what is known is never read anew, whatever it is called and however it is packed.
type lineage struct {
	name  string
	spots []*spot
	known []*content // oldest first
	// newest is when a file was changed last of which it is known what it held.
	newest time.Time
	met    bool // it was gone through in this run, or an earlier one knew of it
	early  bool // it was found by the first look
	stale  bool // something has changed: its files are to be gone through again
	round  int  // in which it was gone through last because something had changed since the look
}

// standing is a file of a lineage as it stands there.
type standing struct {
	path   string // one of its names: where it is followed, if it is
	rank   int
	info   info
	spots  []*spot  // that lead to it
	opened *probed  // where it was looked into
	pack   bool     // it is compressed, as far as it was looked into
	text   []byte   // what it begins with, decoded; nil where it was not looked into
	holds  *content // nil while that is not known
	bad    bool     // it cannot be looked into
}

// steadyTries is how often the files of a lineage are listed until two lists are the same. Where lists take long, it is no longer than patience, so that others are read meanwhile.
const (
	steadyTries = 20
	patience    = 100 * time.Millisecond
)

// lineageOf gives the lineage of a path.
func (f *Follower) lineageOf(path string) *lineage {
	name, _ := source.Family(path)
	l := f.families[name]
	if l == nil {
		l = &lineage{name: name, stale: true}
		f.families[name] = l
	}
	return l
}

// survey lists the files of a lineage, oldest first. Files are renamed while one looks at them: it looks until it has seen the same twice, and says when it has not. It is blind when
// something could not be looked at.
func (f *Follower) survey(l *lineage) (all []*standing, blind, steady bool) {
	var names map[string]identity
	begun := f.clock.Now()
	for try := range steadyTries {
		if try > 1 && f.clock.Now().Sub(begun) > patience {
			break
		}
		var again map[string]identity
		all, again, blind = f.list(l)
		steady = names != nil && len(again) == len(names)
		for path, id := range again {
			steady = steady && names[path] == id
		}
		if steady {
			break
		}
		names = again
	}
	// What is being compressed stands there twice, and the packed file is not whole yet.
	all = slices.DeleteFunc(all, func(s *standing) bool {
		stem := strings.TrimSuffix(s.path, filepath.Ext(s.path))
		_, order := source.Family(stem)
		return len(s.spots) == 0 && stem != l.name && order == s.rank && slices.ContainsFunc(all, func(o *standing) bool { return o.path == stem })
	})
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.info.mtime.Compare(b.info.mtime), cmp.Compare(a.path, b.path))
	})
	return all, blind, steady
}

// list lists the files of a lineage once: those that its spots lead to, and those of its name, in the directory of the log and in that of the file that a link leads to.
func (f *Follower) list(l *lineage) (all []*standing, names map[string]identity, blind bool) {
	names = map[string]identity{}
	byID := map[identity]*standing{}
	see := func(path string, order int, s *spot) {
		if _, done := names[path]; done && s == nil {
			return
		}
		i, err := f.disk.stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return
		case err != nil:
			blind = true
			return
		case !i.mode.IsRegular():
			return
		}
		names[path] = i.identity
		st := byID[i.identity]
		if st == nil {
			st = &standing{path: path, rank: order, info: i}
			byID[i.identity] = st
			all = append(all, st)
		}
		if s != nil {
			st.spots = append(st.spots, s)
		}
		st.rank = max(st.rank, order)
	}
	families := []string{l.name}
	for _, s := range l.spots {
		see(s.path, s.order, s)
		if s.err != nil {
			blind = true
		}
		if real, err := f.disk.resolve(s.path); err == nil && real != filepath.Clean(s.path) {
			if name, _ := source.Family(real); !slices.Contains(families, name) {
				families = append(families, name)
			}
		}
	}
	for _, name := range families {
		paths, err := f.names(filepath.Dir(name), name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			blind = true
		}
		for _, path := range paths {
			_, order := source.Family(path)
			see(path, order, nil)
		}
	}
	return all, names, blind
}

const (
	// maxIndexed is how long a directory may be that is listed anew for each lineage.
	maxIndexed = 1000
	// settled is how long nothing must have changed in a directory until its time is sure to show the next change: that is no finer than some milliseconds.
	settled = 250 * time.Millisecond
)

// stillness is when a directory was changed last, and since when that is known.
type stillness struct{ changed, since time.Time }

// listing is what stands in a directory, by families, and when that was changed last.
type listing struct {
	changed  time.Time
	families map[string][]string
}

// names gives the paths of a family in a directory. A long one is listed once a look, as long as nothing in it changes: else files that are renamed meanwhile would be missed.
func (f *Follower) names(dir, family string) ([]string, error) {
	now, err := f.disk.stat(dir)
	if err != nil {
		return nil, err
	}
	if known, ok := f.index[dir]; ok && known.changed.Equal(now.mtime) {
		return known.families[family], nil
	}
	at := f.clock.Now()
	still, ok := f.still[dir]
	if !ok {
		still, ok = f.stillBefore[dir]
	}
	if !ok || !still.changed.Equal(now.mtime) || at.Before(still.since) {
		still = stillness{now.mtime, at}
	}
	f.still[dir] = still
	entries, err := f.disk.list(dir)
	if err != nil {
		return nil, err
	}
	index := map[string][]string{}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		p := filepath.Join(dir, e.Name())
		of, _ := source.Family(p)
		index[of] = append(index[of], p)
	}
	if at.Sub(still.since) >= settled && len(entries) > maxIndexed {
		if f.index == nil {
			f.index = map[string]listing{}
		}
		f.index[dir] = listing{now.mtime, index}
	}
	return index[family], nil
}
