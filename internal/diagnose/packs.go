package diagnose

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"logdoc/grammar"
	"logdoc/internal/lang"
	"logdoc/rules"
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
	// Overridden names the symptoms and formats of one pack that a later one replaced.
	Overridden []string
	lines      map[string][]string
}

// Selection chooses symptoms by name or product; empty keeps all.
type Selection struct{ Only, Skip []string }

func (s Selection) keeps(name, product string) bool {
	matches := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool {
			product := strings.ToLower(product)
			w = strings.ToLower(w)
			return w == name || strings.HasPrefix(name, strings.TrimSuffix(w, "/")+"/") || w == product
		})
	}
	return (len(s.Only) == 0 || matches(s.Only)) && !matches(s.Skip)
}

// Unknown returns a word of the selection that names no symptom and no product, or "".
func (s Selection) Unknown(p *Packs) string {
	for _, w := range slices.Concat(s.Only, s.Skip) {
		if !slices.ContainsFunc(p.Rules.Symptoms(), func(i rules.Info) bool { return (Selection{Only: []string{w}}).keeps(i.Name, i.Product) }) {
			return w
		}
	}
	return ""
}

// Load reads the built-in packs and then the given ones, files or folders; a later symptom or format replaces an earlier one of the same name. A path that cannot be
// read is an error; a file with mistakes is left out, and told in Problems.
func Load(paths []string, sel Selection) (*Packs, error) {
	p := &Packs{lines: map[string][]string{}}
	var sources []rules.Source
	var formats []*lang.Format
	add := func(pack, name string, src []byte) {
		p.lines[name] = strings.Split(string(src), "\n")
		file, problems := lang.Parse(name, src)
		if len(problems.Errors()) == 0 {
			problems = append(problems, file.Check()...)
		}
		p.Problems = append(p.Problems, problems...)
		if len(problems.Errors()) > 0 {
			return
		}
		p.Files = append(p.Files, file)
		sources = append(sources, rules.Source{Pack: pack, File: file})
		formats = append(formats, file.Formats...)
	}
	for _, builtin := range []fs.FS{grammar.Builtin, rules.Builtin} {
		err := fs.WalkDir(builtin, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".logdoc" {
				return err
			}
			src, err := fs.ReadFile(builtin, name)
			if err == nil {
				add(BuiltinPack, name, src)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read built-in packs: %w", err)
		}
	}
	for _, given := range paths {
		names, err := PackFiles(given)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read pack: %w", err)
			}
			add(given, name, src)
		}
	}
	set, problems := grammar.Compile(formats)
	p.Grammar = set
	p.Problems = append(p.Problems, problems...)
	var overridden []string
	p.Rules, overridden, problems = rules.Compile(set, rules.Filter(sources, sel.keeps))
	p.Overridden = append(p.Overridden, overridden...)
	p.Problems = p.placed(append(p.Problems, problems...))
	return p, nil
}

// placed sorts problems by place and gives each the line of its file.
func (p *Packs) placed(problems lang.Problems) lang.Problems {
	for i := range problems {
		pr := &problems[i]
		if lines := p.lines[pr.Pos.File]; pr.Source == "" && pr.Pos.Line > 0 && pr.Pos.Line <= len(lines) {
			pr.Source = strings.TrimSuffix(lines[pr.Pos.Line-1], "\r")
		}
	}
	slices.SortStableFunc(problems, func(a, b lang.Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return problems
}

// PackFiles lists the .logdoc files of a pack: the file itself, or those below the folder, in the order of their names.
func PackFiles(given string) ([]string, error) {
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
	err = filepath.WalkDir(given, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".logdoc" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read pack: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read pack: %s: no .logdoc file in it", given)
	}
	slices.Sort(names)
	return names, nil
}

// Check runs what needs no input: the formats' samples and the symptoms' examples.
func (p *Packs) Check() lang.Problems {
	problems := slices.Clone(p.Problems)
	problems = append(problems, p.Grammar.CheckSamples()...)
	return p.placed(append(problems, p.Rules.CheckExamples(p.Grammar.Read)...))
}
