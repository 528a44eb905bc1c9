package source

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"logdoc"
)

// Input is one thing that the user named, after globs and directories were expanded: a file or standard input. Several inputs can be
// walked at the same time.
type Input struct {
	// Name is the path as it is shown; "-" is standard input.
	Name logdoc.LogText
	// Log and Order are the rotation family and the rank in it, as in Stream.
	Log   logdoc.LogText
	Order int
	// Size is the file's size in bytes as it was listed, compressed files as they lie on disk; -1 if unknown.
	Size int64
	// ModTime is zero if unknown.
	ModTime time.Time
	// Read is told how many bytes of the file were read, as they lie on disk, while it is walked; nil for nobody. What is read twice is told twice.
	Read func(bytes int)

	open func() (fs.File, error)
}

// Open opens the input as it lies there, packed or not. The caller closes it. Opening a pipe waits for somebody who writes.
func (in Input) Open() (fs.File, error) { return in.open() }

// Problem is a path that gave no input, and why. A Note that is not LeftOut is for the curious.
type Problem struct {
	// Path is as the user wrote it, or as it was found below that.
	Path logdoc.LogText
	// Err is the system's error, nil when there was none; errors.Is(Err, fs.ErrNotExist) tells a mistyped path.
	Err error
	logdoc.Note
}

// Disk is the real file system. Unlike other file systems its names are the operating system's paths, also absolute ones and those with "..".
type Disk struct{}

// Open opens a file or directory for reading.
func (Disk) Open(name string) (fs.File, error) { return os.Open(rooted(name)) }

// Stat describes what a path leads to.
func (Disk) Stat(name string) (fs.FileInfo, error) { return os.Stat(rooted(name)) }

// Lstat describes what stands at a path, a link as such.
func (Disk) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(rooted(name)) }

// ReadLink says where a link points.
func (Disk) ReadLink(name string) (string, error) { return os.Readlink(rooted(name)) }

// ReadDir lists a directory by name.
func (Disk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(rooted(name)) }

// rooted undoes what fs.Glob makes of the root directory.
func rooted(name string) string {
	if name == "" {
		return "/"
	}
	return name
}

// List expands paths (files, directories with all that is below them, globs, "-") into inputs. Rotated files of one log stand together,
// oldest first, where the first of them was met; directories are in natural order. A file that was met twice, also by a link, is
// listed once, and so is one with several names. Files are not opened: one that may not be read shows when it is walked. stdin may be nil when no path is "-".
func List(fsys fs.FS, paths []string, stdin io.Reader) ([]Input, []Problem) {
	l := lister{fsys: fsys, seen: map[string]bool{}}
	for _, p := range paths {
		switch p {
		case "-":
			l.standard(stdin)
		case "":
			// A shell writes it for a variable that is not set. It must not become the root directory.
			l.problem(p, fs.ErrNotExist, true, "the path is empty: name a file or directory")
		default:
			l.named(p)
		}
	}
	return l.ordered(), l.problems
}

type lister struct {
	fsys     fs.FS
	seen     map[string]bool // cleaned paths
	stdin    bool
	found    []found
	problems []Problem
}

type found struct {
	Input
	info   fs.FileInfo // nil for standard input
	linked bool
}

func (l *lister) standard(stdin io.Reader) {
	if l.stdin || stdin == nil {
		return
	}
	l.stdin = true
	open := func() (fs.File, error) { return standardInput{stdin}, nil }
	l.found = append(l.found, found{Input: Input{Name: "-", Log: "-", Size: -1, open: open}})
}

// standardInput gives standard input the shape of a file of unknown size.
type standardInput struct{ io.Reader }

func (standardInput) Close() error               { return nil }
func (standardInput) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

// named takes a path that the user wrote. A name that exists is never taken for a pattern: rotated logs have brackets in theirs.
func (l *lister) named(p string) {
	info, err := fs.Stat(l.fsys, p)
	switch {
	case err == nil && info.IsDir():
		l.dir(p)
	case err == nil:
		l.file(p, info, false)
	case strings.ContainsAny(p, `*?[`):
		l.glob(p)
	case errors.Is(err, fs.ErrNotExist):
		l.problem(p, err, true, "there is no such file or directory: check the path")
	default:
		l.problem(p, err, true, "it cannot be read: check its permissions")
	}
}

func (l *lister) glob(pattern string) {
	matches, err := fs.Glob(l.fsys, pattern)
	switch {
	case err != nil:
		l.problem(pattern, err, true, "the pattern has an open bracket: close it, or put a backslash before it")
	case len(matches) == 0:
		l.problem(pattern, fs.ErrNotExist, true, "no file matches this pattern: check it")
	}
	slices.SortFunc(matches, natural)
	for _, m := range matches {
		info, err := fs.Stat(l.fsys, m)
		switch {
		case err != nil:
			l.problem(m, err, true, "it cannot be read: check its permissions")
		case info.IsDir():
			l.dir(m)
		default:
			l.entry(m, info, false)
		}
	}
}

// dir takes all that is below a directory. Links are followed to files only, so that no loop can arise.
func (l *lister) dir(p string) {
	entries, err := fs.ReadDir(l.fsys, p)
	if err != nil {
		l.problem(p, err, true, "the directory cannot be read: check its permissions")
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return natural(a.Name(), b.Name()) })
	for _, e := range entries {
		below := path.Join(p, e.Name())
		if e.IsDir() {
			l.dir(below)
			continue
		}
		linked := e.Type()&fs.ModeSymlink != 0
		info, err := fs.Stat(l.fsys, below)
		switch {
		case err != nil && linked:
			l.problem(below, err, false, "the link leads nowhere and was passed over")
		case err != nil:
			l.problem(below, err, true, "it cannot be read: check its permissions")
		case info.IsDir():
			l.problem(below, nil, false, "the link to a directory was not followed: name the directory itself to read it")
		default:
			l.entry(below, info, linked)
		}
	}
}

// entry takes something that was found, as against named: only a regular file is sure to end.
func (l *lister) entry(p string, info fs.FileInfo, linked bool) {
	if !info.Mode().IsRegular() {
		l.problem(p, nil, false, "this is a socket, pipe or device and was passed over: name it itself to read it")
		return
	}
	l.file(p, info, linked)
}

func (l *lister) file(p string, info fs.FileInfo, linked bool) {
	clean := path.Clean(p)
	if l.seen[clean] {
		return
	}
	l.seen[clean] = true
	size := int64(-1)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	log, order := family(p)
	open := func() (fs.File, error) { return l.fsys.Open(p) }
	in := Input{Name: logdoc.LogText(p), Log: logdoc.LogText(log), Order: order, Size: size, ModTime: info.ModTime(), open: open}
	l.found = append(l.found, found{Input: in, info: info, linked: linked})
}

func (l *lister) problem(p string, err error, leftOut bool, text string) {
	note := logdoc.Note{LeftOut: leftOut, Text: text}
	if err != nil {
		note.Detail = logdoc.LogText(err.Error())
	}
	l.problems = append(l.problems, Problem{Path: logdoc.LogText(p), Err: err, Note: note})
}

// distinct drops what is the same file as another one: a link rather than the file it leads to, else what was met later.
func distinct(all []found) []found {
	type looks struct {
		size int64
		time time.Time
	}
	alike := map[looks][]int{} // comparing each file with each would take long
	drop := map[int]bool{}
	for i, f := range all {
		if f.info == nil {
			continue
		}
		key := looks{f.info.Size(), f.info.ModTime()}
		same := slices.IndexFunc(alike[key], func(k int) bool { return os.SameFile(all[k].info, f.info) })
		switch {
		case same < 0:
			alike[key] = append(alike[key], i)
		case all[alike[key][same]].linked && !f.linked:
			drop[alike[key][same]] = true
			alike[key][same] = i
		default:
			drop[i] = true
		}
	}
	var kept []found
	for i, f := range all {
		if !drop[i] {
			kept = append(kept, f)
		}
	}
	return kept
}

// ordered drops what is listed already, and brings the files of each family together, oldest first.
func (l *lister) ordered() []Input {
	first := map[logdoc.LogText]int{}
	kept := distinct(l.found)
	for i, f := range kept {
		if _, met := first[f.Log]; !met {
			first[f.Log] = i
		}
	}
	slices.SortStableFunc(kept, func(a, b found) int {
		return cmp.Or(cmp.Compare(first[a.Log], first[b.Log]), cmp.Compare(a.Order, b.Order))
	})
	inputs := make([]Input, len(kept))
	for i, f := range kept {
		inputs[i] = f.Input
	}
	return inputs
}
