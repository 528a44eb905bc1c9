package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"logdoc"
)

// desk keeps the work on one input in a file of its own, readable by its owner alone. It is tui.Desk.
type desk struct {
	file string
	// paths are the input, for who looks at the file.
	paths []string
	now   func() time.Time
	// known is what the file held when it was read or written last.
	known [sha256.Size]byte
	// blocked says why nothing may be written: what is there could not be read, and must not be lost.
	blocked error
}

// maxDesk bounds the file, in bytes: some thousand notes.
const maxDesk = 4 << 20

// newDesk names the file after the input: the same paths, from wherever they are named, find their work again.
func newDesk(stateHome string, paths []string, now func() time.Time) (*desk, error) {
	d := &desk{now: now, known: sha256.Sum256(nil)}
	sum := sha256.New()
	for _, p := range paths {
		full, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("find the folder: %w", err)
		}
		d.paths = append(d.paths, full)
		fmt.Fprintf(sum, "%d:%s", len(full), full)
	}
	d.file = filepath.Join(stateHome, "work", hex.EncodeToString(sum.Sum(nil)[:12])+".json")
	return d, nil
}

// deskFile is the file's content.
type deskFile struct {
	Version int        `json:"version"`
	Paths   []string   `json:"paths"`
	Saved   time.Time  `json:"saved"`
	Steps   []deskStep `json:"steps"`
	Marks   []deskMark `json:"marks"`
}

const deskVersion = 1

type deskStep struct {
	Symptom string           `json:"symptom"`
	Key     exact            `json:"key"`
	Step    string           `json:"step"`
	State   logdoc.StepState `json:"state"`
	Answer  string           `json:"answer,omitempty"`
	Tries   int              `json:"tries,omitempty"`
	Note    exact            `json:"note,omitzero"`
	Changed time.Time        `json:"changed"`
}

type deskMark struct {
	Source exact     `json:"source"`
	Line   int       `json:"line"`
	Offset int64     `json:"offset"`
	Time   time.Time `json:"time,omitzero"`
	Text   exact     `json:"text"`
	Note   exact     `json:"note,omitzero"`
}

// exact is text that must come back byte for byte, for findings and places are told apart by it. JSON holds valid UTF-8 only: other text is written as bytes.
type exact logdoc.LogText

// MarshalJSON writes a string where it can, else an object with the bytes.
func (e exact) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(e)) {
		return json.Marshal(string(e))
	}
	return json.Marshal(map[string][]byte{"bytes": []byte(e)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *exact) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err == nil {
		*e = exact(s)
		return nil
	}
	var b struct{ Bytes []byte }
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	*e = exact(b.Bytes)
	return nil
}

// Load returns the work that was kept. A file that is damaged is set aside, so that it is neither lost nor in the way.
func (d *desk) Load() (logdoc.Work, error) {
	text, err := readBounded(d.file, maxDesk)
	d.known = sha256.Sum256(text)
	if errors.Is(err, fs.ErrNotExist) {
		return logdoc.Work{}, nil
	}
	if err != nil {
		d.blocked = fmt.Errorf("%s cannot be read", d.file)
		return logdoc.Work{}, fmt.Errorf("read %s: %w", d.file, err)
	}
	var f deskFile
	var of struct{ Version int }
	err = json.Unmarshal(text, &of)
	switch {
	case err != nil:
	case of.Version > deskVersion:
		d.blocked = fmt.Errorf("%s is of a newer logdoc", d.file)
		return logdoc.Work{}, d.blocked
	case of.Version < 1:
		err = errors.New("it states no version")
	default:
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		aside := fmt.Sprintf("%s.damaged-%s", d.file, d.now().UTC().Format("20060102-150405"))
		if moveErr := os.Rename(d.file, aside); moveErr != nil {
			d.blocked = fmt.Errorf("%s is damaged and cannot be set aside: %w", d.file, moveErr)
			return logdoc.Work{}, d.blocked
		}
		d.known = sha256.Sum256(nil)
		return logdoc.Work{}, fmt.Errorf("the file is damaged (%w): it was set aside as %s", err, aside)
	}
	var w logdoc.Work
	for _, s := range f.Steps {
		w.Steps = append(w.Steps, logdoc.StepWork{Symptom: s.Symptom, Key: logdoc.LogText(s.Key), Step: s.Step, State: s.State, Answer: s.Answer, Tries: s.Tries,
			Note: logdoc.LogText(s.Note), Changed: s.Changed})
	}
	for _, m := range f.Marks {
		w.Marks = append(w.Marks, logdoc.Mark{Place: logdoc.Place{Source: logdoc.LogText(m.Source), Line: m.Line, Offset: m.Offset}, Time: m.Time,
			Text: logdoc.LogText(m.Text), Note: logdoc.LogText(m.Note)})
	}
	return w, nil
}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return text, err
}

// Save writes the work beside its place and renames it, so that a crash leaves the old one or the new one.
func (d *desk) Save(w logdoc.Work) error {
	if d.blocked != nil {
		return d.blocked
	}
	f := deskFile{Version: deskVersion, Paths: d.paths, Saved: d.now().UTC(), Steps: []deskStep{}, Marks: []deskMark{}}
	for _, s := range w.Steps {
		f.Steps = append(f.Steps, deskStep{s.Symptom, exact(s.Key), s.Step, s.State, s.Answer, s.Tries, exact(s.Note), s.Changed})
	}
	for _, m := range w.Marks {
		f.Marks = append(f.Marks, deskMark{exact(m.Place.Source), m.Place.Line, m.Place.Offset, m.Time, exact(m.Text), exact(m.Note)})
	}
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("keep the work: %w", err)
	}
	if len(text) > maxDesk {
		return fmt.Errorf("keep the work: it is larger than %d MiB: write shorter notes", maxDesk>>20)
	}
	if err := os.MkdirAll(filepath.Dir(d.file), 0o700); err != nil {
		return fmt.Errorf("keep the work: %w", err)
	}
	if there, err := readBounded(d.file, maxDesk); err != nil && !errors.Is(err, fs.ErrNotExist) || sha256.Sum256(there) != d.known {
		return errors.New("keep the work: another logdoc has kept some for the same input meanwhile: open it anew to see it, and export what is to stay of this one")
	}
	part := fmt.Sprintf("%s.%x", d.file, rand.Uint64())
	if err := writeSynced(part, text); err != nil {
		os.Remove(part)
		return fmt.Errorf("keep the work: %w", err)
	}
	if err := os.Rename(part, d.file); err != nil {
		os.Remove(part)
		return fmt.Errorf("keep the work: %w", err)
	}
	d.known = sha256.Sum256(text)
	return nil
}

// writeSynced writes a new file for its owner alone, and waits until the disk has it.
func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
