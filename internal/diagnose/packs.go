package diagnose

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
	"logdoc/rules/cre"
)

// BuiltinPack is the name of what comes with the program.
const BuiltinPack = "built-in"

// Packs is all that a run knows: the formats and the symptoms.
type Packs struct {
	Grammar *grammar.Set
	Rules   *rules.Set
	// Files are the parsed files, for printing and explaining.
	Files []*lang.File
	// Problems are mistakes in pack files; what has a mistake is left out.
	Problems lang.Problems
	// Overridden names the symptoms, expected declarations and formats of one pack that a later one replaced.
	Overridden []string
	// Overlays are what the overlays changed; the rules have it already, unless the packs were loaded by LoadSources. Silences keep findings out of the others.
	Overlays rules.Overlays
	Silences rules.Silences
	// Unwanted is how many symptoms the selection left out.
	Unwanted int
	texts    map[string][]byte // of the files, by name, for the lines that problems show
}

// Selection chooses symptoms by name or product; empty keeps all.
type Selection struct{ Only, Skip []string }

func (s Selection) keeps(name, product string) bool {
	name, product = strings.ToLower(name), strings.ToLower(product)
	matches := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			w = strings.ToLower(w)
			return w == name || w == product || strings.HasPrefix(name, strings.TrimSuffix(w, "/")+"/")
		})
	}
	return (len(s.Only) == 0 || matches(s.Only)) && !matches(s.Skip)
}

// Unknown returns a word of the selection that names no symptom and no product of the packs, or "".
func (s Selection) Unknown(p *Packs) string {
	for _, w := range slices.Concat(s.Only, s.Skip) {
		one := Selection{Only: []string{w}}
		if !slices.ContainsFunc(p.Files, func(f *lang.File) bool {
			return slices.ContainsFunc(f.Symptoms, func(s *lang.Symptom) bool { return one.keeps(s.Name.Value, s.Product.Value) })
		}) {
			return w
		}
	}
	return ""
}

// Words lists the words that a Selection knows: names of symptoms, their folders, and products.
func (p *Packs) Words() []string {
	var words []string
	for _, f := range p.Files {
		for _, s := range f.Symptoms {
			folder, _, _ := strings.Cut(s.Name.Value, "/")
			words = append(words, s.Name.Value, folder, s.Product.Value)
		}
	}
	return words
}

// packFile is one file of a pack, as it was read and as it was understood.
type packFile struct {
	pack, name string
	src        []byte
	file       *lang.File
	problems   lang.Problems
	snapshot   bool // the file comes from the snapshot, without src
}

// Load reads the built-in packs and then the given ones, files or folders; a later symptom or format replaces an earlier one of the same name. A path that leads to
// no pack is an error; a file that has mistakes or cannot be read is left out, and told in Problems. Places in the built-in packs have no file name, and of their
// examples there is no more than the title and what they come to, and no sample of what is normal: these are for LoadSources.
func Load(paths []string, sel Selection) (*Packs, error) {
	files := snapshot()
	if files == nil {
		return LoadInFull(paths, sel)
	}
	given, err := readGiven(paths)
	if err != nil {
		return nil, err
	}
	return load(append(files, given...), sel, true)
}

// LoadInFull is Load with the texts of all examples, which the snapshot of the built-in packs leaves out.
func LoadInFull(paths []string, sel Selection) (*Packs, error) {
	files, err := readPacks(paths)
	if err != nil {
		return nil, err
	}
	return load(files, sel, true)
}

// LoadSources is Load for those who look at the files themselves: the built-in packs are parsed and checked like any other, and symptoms are as their packs declare them,
// for their examples speak of that; overlays are only checked.
func LoadSources(paths []string, sel Selection) (*Packs, error) {
	files, err := readPacks(paths)
	if err != nil {
		return nil, err
	}
	return load(files, sel, false)
}

func load(files []*packFile, sel Selection, overlay bool) (*Packs, error) {
	parse(files)
	p := &Packs{texts: map[string][]byte{}}
	var sources []rules.Source
	var formats []*lang.Format
	known := map[string]bool{}
	// The built-in packs compile without a problem, but for formats of others, which may replace theirs.
	alone := !slices.ContainsFunc(files, func(f *packFile) bool { return !f.snapshot && f.file != nil && len(f.file.Formats) > 0 })
	for _, f := range files {
		if !f.snapshot {
			p.texts[f.name] = f.src
		}
		p.Problems = append(p.Problems, f.problems...)
		// Of a file of rules in YAML those stay that can be run.
		if len(f.problems.Errors()) > 0 && (f.file == nil || !IsCRE(f.name)) {
			continue
		}
		p.Files = append(p.Files, f.file)
		sources = append(sources, rules.Source{Pack: f.pack, File: f.file, Sound: f.snapshot && alone})
		for _, s := range f.file.Symptoms {
			if !sel.keeps(s.Name.Value, s.Product.Value) {
				p.Unwanted++
			}
		}
		formats = append(formats, f.file.Formats...)
		for _, format := range f.file.Formats {
			if known[format.Name.Value] {
				p.Overridden = append(p.Overridden, "format "+format.Name.Value)
			}
			known[format.Name.Value] = true
		}
	}
	set, problems := grammar.Compile(formats)
	p.Grammar = set
	p.Problems = append(p.Problems, problems...)
	overlaid, overlays, replaced, problems := rules.Overlay(sources)
	p.Problems = append(p.Problems, problems...)
	p.Overlays = overlays
	wanted := rules.Filter(sources, sel.keeps)
	if overlay {
		wanted = rules.Filter(overlaid, sel.keeps)
	}
	var overridden []string
	p.Rules, overridden, problems = rules.Compile(set, wanted)
	p.Overridden = slices.Concat(p.Overridden, overridden, replaced)
	p.Problems = append(p.Problems, problems...)
	p.Silences, problems = p.Rules.Silences(sources)
	p.Problems = p.Placed(append(p.Problems, problems...))
	return p, nil
}

// readPacks reads the files of the built-in packs and then those of the given ones.
func readPacks(paths []string) ([]*packFile, error) {
	files, err := readBuiltin()
	if err != nil {
		return nil, err
	}
	given, err := readGiven(paths)
	return append(files, given...), err
}

// readGiven reads the files of packs that are no part of the program.
func readGiven(paths []string) (files []*packFile, err error) {
	for _, given := range paths {
		names, err := PackFiles(given)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f := &packFile{pack: given, name: name}
			if f.src, err = ReadPackFile(name); err != nil {
				f.problems = lang.Problems{unreadable(name, err)}
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// ReadPackFile reads a pack file, and of one that is too large for a pack no more than shows that: it may be a bundle that was named by mistake.
func ReadPackFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	most := int64(lang.MaxFile)
	if IsCRE(name) {
		most = cre.MaxSize
	}
	return io.ReadAll(io.LimitReader(f, most+1))
}

// parse parses and checks the files, several at a time: it is most of what a short run takes.
func parse(files []*packFile) {
	var next atomic.Int64
	var parsing sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		parsing.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)); i = next.Add(1) - 1 {
				f := files[i]
				if f.problems != nil || f.snapshot {
					continue
				}
				if IsCRE(f.name) {
					f.parseCRE()
					continue
				}
				if f.file, f.problems = lang.Parse(f.name, f.src); len(f.problems.Errors()) == 0 {
					f.problems = append(f.problems, f.file.Check()...)
				}
			}
		})
	}
	parsing.Wait()
}

// Placed sorts problems by place and gives each the line of its file.
func (p *Packs) Placed(problems lang.Problems) lang.Problems {
	split := map[string][]string{}
	for i := range problems {
		pr := &problems[i]
		if pr.Source != "" || pr.Pos.Line <= 0 {
			continue
		}
		lines, ok := split[pr.Pos.File]
		if !ok {
			lines = strings.Split(string(p.texts[pr.Pos.File]), "\n")
			split[pr.Pos.File] = lines
		}
		if pr.Pos.Line <= len(lines) {
			pr.Source = strings.TrimSuffix(lines[pr.Pos.Line-1], "\r")
		}
	}
	slices.SortStableFunc(problems, func(a, b lang.Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return problems
}

// unreadable is the problem of a pack file that the system does not give out.
func unreadable(name string, err error) lang.Problem {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return lang.Problem{Pos: lang.Pos{File: name, Line: 1, Col: 1}, Message: "the file cannot be read: " + err.Error()}
}

// ErrEmptyPack means that a folder holds no pack file.
var ErrEmptyPack = errors.New("no .logdoc file in it")

// PackFiles lists the .logdoc and YAML files of a pack: the file itself, or those below the folder, in the order of their names.
func PackFiles(given string) ([]string, error) {
	if given == "" {
		return nil, errors.New("read pack: the path is empty: name a file or folder")
	}
	info, err := os.Stat(given)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read pack: %s: no such file or folder", given)
		}
		return nil, fmt.Errorf("read pack: %w", err)
	}
	if !info.IsDir() {
		return []string{given}, nil
	}
	var names []string
	// With the separator a link to a folder counts as the folder.
	err = filepath.WalkDir(given+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isPackFile(name) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read pack: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read pack: %s: %w", given, ErrEmptyPack)
	}
	slices.Sort(names)
	return names, nil
}

// Check runs what needs no input: the formats' samples and the symptoms' examples. It also warns of what is hardly meant, and reports what a draft leaves to a person.
func (p *Packs) Check() lang.Problems {
	problems := slices.Clone(p.Problems)
	problems = append(problems, p.Grammar.CheckSamples()...)
	problems = append(problems, p.checkCRE()...)
	problems = append(problems, p.Rules.CheckExamples(p.Grammar.Read)...)
	for _, f := range p.Files {
		problems = append(problems, f.Lint()...)
	}
	return p.Placed(append(problems, p.Rules.Lint(p.Grammar, p.Grammar.Read, p.Grammar.Record)...))
}
