package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/lang"
	"logdoc/rules"
	"logdoc/rules/cre"
	"logdoc/source"
)

// IsCRE reports whether a pack file of this name holds Common Reliability Enumerations.
func IsCRE(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// isPackFile reports whether a file of this name, found in a folder, belongs to a pack.
func isPackFile(name string) bool { return filepath.Ext(name) == ".logdoc" || IsCRE(name) }

// parseCRE reads the rules of a file. YAML without rules lies beside them in many a folder: it is no mistake, unless the user named the file.
func (f *packFile) parseCRE() {
	read, problems := cre.Read(f.name, f.src)
	f.problems = problems
	if !read.Rules && len(problems) == 0 && f.name == f.pack {
		f.problems = lang.Problems{{Pos: lang.Pos{File: f.name, Line: 1, Col: 1}, Width: 1, Message: "no rules in this file", Advice: "rules stand below rules:"}}
	}
	f.file = &lang.File{Name: f.name, Symptoms: read.Symptoms}
}

// The logs that rules are tested with lie beside them: the rules of the folder must be found in the one and not in the other.
const (
	mustBeFound   = "test.log"
	mustBeMissing = "test-fp.log"
)

// TestLogs counts the logs that lie beside the file to test its rules.
func (p *Packs) TestLogs(file string) int {
	n := 0
	for _, log := range [...]string{mustBeFound, mustBeMissing} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(file), log)); err == nil && IsCRE(file) && info.Mode().IsRegular() {
			n++
		}
	}
	return n
}

// checkCRE runs the tests of the rules that were read from YAML.
func (p *Packs) checkCRE() lang.Problems {
	var problems lang.Problems
	var folders []string
	files := map[string][]*lang.File{}
	first := map[string]lang.Pos{}
	for _, f := range p.Files {
		if !IsCRE(f.Name) || len(f.Symptoms) == 0 {
			continue
		}
		for _, s := range f.Symptoms {
			if at, ok := first[s.Name.Value]; ok {
				problems = append(problems, lang.Problem{Pos: s.Name.Pos, Width: max(len(s.Name.Value), 1), Warning: true,
					Message: fmt.Sprintf("%s stands in %s:%d too: only the last rule of a name is used", s.Name.Value, at.File, at.Line), Advice: "give it an id of its own"})
				continue
			}
			first[s.Name.Value] = s.Name.Pos
		}
		dir := filepath.Dir(f.Name)
		if files[dir] == nil {
			folders = append(folders, dir)
		}
		files[dir] = append(files[dir], f)
	}
	for _, dir := range folders {
		problems = append(problems, p.checkFolder(dir, files[dir])...)
	}
	return problems
}

func (p *Packs) checkFolder(dir string, files []*lang.File) lang.Problems {
	var problems lang.Problems
	var all []*lang.Symptom
	sources := make([]rules.Source, len(files))
	for i, f := range files {
		sources[i] = rules.Source{Pack: dir, File: f}
		all = append(all, f.Symptoms...)
	}
	set, _, _ := rules.Compile(p.Grammar, sources)
	tell := func(s *lang.Symptom, warning bool, message, advice string) {
		problems = append(problems, lang.Problem{Pos: s.Name.Pos, Width: max(len(s.Name.Value), 1), Warning: warning, Message: message, Advice: advice})
	}
	for _, log := range [...]string{mustBeFound, mustBeMissing} {
		found, err := p.runTest(dir, log, set)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			tell(all[0], false, fmt.Sprintf("%s cannot be read: %v", log, err), "")
			continue
		}
		for _, s := range all {
			has := slices.Contains(found, s.Name.Value)
			switch {
			case log == mustBeFound && !has:
				// One log may be meant for some of several rules.
				tell(s, len(all) > 1 && len(found) > 0, fmt.Sprintf("%s is not found in %s", s.Name.Value, log), "the log must show the problem")
			case log == mustBeMissing && has:
				tell(s, false, fmt.Sprintf("%s is found in %s, which must not show it", s.Name.Value, log), "")
			}
		}
	}
	return problems
}

// runTest returns the names of the rules that are found in a log.
func (p *Packs) runTest(dir, log string, set *rules.Set) ([]string, error) {
	info, err := os.Stat(filepath.Join(dir, log))
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, nil // nothing is found in it
	}
	d, err := Run(context.Background(), &Packs{Grammar: p.Grammar, Rules: set}, Options{Paths: []string{filepath.Join(dir, log)}, Files: source.Disk{}, Workers: 1, Now: info.ModTime()})
	if err != nil {
		return nil, err
	}
	for _, s := range d.Coverage.Sources {
		if i := slices.IndexFunc(s.Notes, func(n logdoc.Note) bool { return n.LeftOut }); i >= 0 && s.Records == 0 {
			return nil, errors.New(s.Notes[i].Text)
		}
	}
	var found []string
	for i := range d.Findings {
		found = append(found, d.Findings[i].Symptom)
		for k := range d.Findings[i].Consequences {
			found = append(found, d.Findings[i].Consequences[k].Symptom)
		}
	}
	return found, nil
}
