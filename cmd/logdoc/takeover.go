package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"logdoc"
	"logdoc/store"
)

// An older logdoc kept the work on each input in a file of its own, in the folder work. They are taken over into the store once.

// workFile is the content of such a file.
type workFile struct {
	Version int       `json:"version"`
	Paths   []string  `json:"paths"`
	Saved   time.Time `json:"saved"`
	Steps   []struct {
		Symptom string           `json:"symptom"`
		Key     logdoc.LogText   `json:"key"`
		Step    string           `json:"step"`
		State   logdoc.StepState `json:"state"`
		Answer  string           `json:"answer"`
		Tries   int              `json:"tries"`
		Note    logdoc.LogText   `json:"note"`
		Changed time.Time        `json:"changed"`
	} `json:"steps"`
	Marks []struct {
		Source logdoc.LogText `json:"source"`
		Line   int            `json:"line"`
		Offset int64          `json:"offset"`
		Time   time.Time      `json:"time"`
		Text   logdoc.LogText `json:"text"`
		Note   logdoc.LogText `json:"note"`
	} `json:"marks"`
}

// takeOver takes the work on all inputs over. It returns what must be told: what became of a file that is damaged, or why it failed. Then the files stay, and it is tried again next time.
func (d *desk) takeOver(ctx context.Context) error {
	if d.s.stateHome == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(globless(filepath.Join(d.s.stateHome, "work")), "*.json"))
	if err != nil || len(files) == 0 {
		return err
	}
	kept, notice, err := d.open(store.Options{})
	if err != nil {
		return err
	}
	told := notice
	for _, file := range files {
		told = errors.Join(told, takeOverFile(ctx, kept, file, d.s.now))
	}
	return errors.Join(told, kept.Close())
}

// globless escapes what means something in a pattern.
func globless(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

func takeOverFile(ctx context.Context, kept *store.Store, file string, now func() time.Time) error {
	f, err := readWorkFile(file)
	if errors.Is(err, errNewerWork) {
		return fmt.Errorf("%s is of a newer logdoc", file)
	}
	if err != nil {
		aside := fmt.Sprintf("%s.damaged-%s", file, now().UTC().Format("20060102-150405"))
		if err := os.Rename(file, aside); err != nil {
			return fmt.Errorf("%s is damaged and cannot be set aside: %w", file, err)
		}
		return fmt.Errorf("%s is damaged (%w): it was set aside as %s", file, err, aside)
	}
	_, err = kept.OfInput(ctx, f.Paths)
	switch {
	case err == nil:
		// There is newer work on that input.
		return os.Rename(file, file+".old")
	case !errors.Is(err, store.ErrNoCase):
		return err
	}
	if len(f.Steps)+len(f.Marks) > 0 {
		c := store.Case{CaseInfo: store.CaseInfo{Kind: store.Opened, Paths: f.Paths, Created: f.Saved, Version: versionName()}, Diagnosis: logdoc.Diagnosis{Work: f.work()}}
		if _, err := kept.SaveCase(ctx, c); err != nil {
			return err
		}
	}
	return os.Remove(file)
}

var errNewerWork = errors.New("it is of a newer logdoc")

func readWorkFile(file string) (f workFile, err error) {
	text, err := readBounded(file, maxDesk)
	if err != nil {
		return f, err
	}
	var of struct{ Version int }
	if err := json.Unmarshal(text, &of); err != nil {
		return f, err
	}
	switch {
	case of.Version > 1:
		return f, errNewerWork
	case of.Version < 1:
		return f, errors.New("it states no version")
	}
	if err = json.Unmarshal(text, &f); err == nil && len(f.Paths) == 0 {
		err = errors.New("it states no paths")
	}
	return f, err
}

func (f *workFile) work() logdoc.Work {
	var w logdoc.Work
	for _, s := range f.Steps {
		w.Steps = append(w.Steps, logdoc.StepWork(s))
	}
	for _, m := range f.Marks {
		w.Marks = append(w.Marks, logdoc.Mark{Place: logdoc.Place{Source: m.Source, Line: m.Line, Offset: m.Offset}, Time: m.Time, Text: m.Text, Note: m.Note})
	}
	return w
}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrInvalid)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return text, err
}
