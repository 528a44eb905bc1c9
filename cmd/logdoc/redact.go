package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/sanitize"
	"logdoc/redact"
)

// redactFlags say what of a report must not leave the house.
type redactFlags struct {
	on, forTicket, dryRun bool
	words                 []string
	wordsFile, mapFile    string
	// given is whether the user said on or off.
	given func() bool
}

// redactionFlags are those of a report; of them the screen, which exports reports, has those of nameFlags.
func redactionFlags(fl *pflag.FlagSet, f *redactFlags) {
	nameFlags(fl, f)
	fl.BoolVar(&f.forTicket, "for-ticket", false, "redact, and say on standard error how much of what was replaced")
	fl.BoolVar(&f.dryRun, "redact-dry-run", false, "print no report, but what would be replaced; the values themselves only on a terminal")
}

func nameFlags(fl *pflag.FlagSet, f *redactFlags) {
	fl.BoolVar(&f.on, "redact", false, "put pseudonyms in place of addresses, names of hosts and users, passwords and the like: see docs/redaction.md")
	fl.StringArrayVar(&f.words, "redact-word", nil, "redact this `word` too, wherever it stands")
	fl.StringVar(&f.wordsFile, "redact-words", "", "redact the words in this `file` too, one a line")
	fl.StringVar(&f.mapFile, "redact-map", "", "keep what the pseudonyms stand for in this `file` (default: one for each input in the state folder)")
	f.given = func() bool { return fl.Changed("redact") }
}

// wanted reports whether anything is to be redacted: who names a word, or a map, wants that, unless --redact=false says otherwise.
func (f *redactFlags) wanted() bool {
	if f.given != nil && f.given() {
		return f.on || f.dryRun
	}
	return f.forTicket || f.dryRun || len(f.words) > 0 || f.wordsFile != "" || f.mapFile != ""
}

// redaction is what one run replaces, and where that is kept.
type redaction struct {
	*redact.Redactor
	file  mapFile
	hosts diagnose.Hosts
	packs *diagnose.Packs
	// files are those of a bundle of evidence: what stands in them is learned from too.
	files []evidenceFile
}

// maxMap bounds a map and a list of words that are read, in bytes.
const maxMap = 512 << 20

// newRedaction prepares to redact what is found in the paths. It is nil when nobody wants that.
func newRedaction(s streams, f *redactFlags, packs *diagnose.Packs, paths []string) (*redaction, error) {
	if !f.wanted() {
		return nil, nil
	}
	words := slices.Clone(f.words)
	if f.wordsFile != "" {
		more, err := readWords(f.wordsFile)
		if err != nil {
			return nil, &statusError{exitUsage, err}
		}
		words = append(words, more...)
	}
	x := &redaction{packs: packs}
	var err error
	if x.file, err = openMap(s, f.mapFile, paths); err != nil {
		return nil, &statusError{exitInternal, err}
	}
	if x.Redactor, err = redact.New(x.file.Key, words); err != nil {
		return nil, usageError("%w", err)
	}
	return x, nil
}

// readWords reads a list of words. An empty line is a mistake: nobody should wonder what it stands for.
func readWords(name string) ([]string, error) {
	text, err := readBounded(name, 16<<20)
	if err != nil {
		return nil, fmt.Errorf("read --redact-words: %w", err)
	}
	var words []string
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		word := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(word, "#"):
		case word == "":
			return nil, fmt.Errorf("%s:%d: a word to redact is empty: take the line out", name, n+1)
		default:
			words = append(words, word)
		}
	}
	return words, nil
}

// learn learns from all that will be shown. print makes the report.
func (x *redaction) learn(d *logdoc.Diagnosis, print func(io.Writer, *logdoc.Diagnosis) error) error {
	hosts, full := x.hosts.Names()
	if full {
		return errors.New("redact: the input names too many different hosts to know them all")
	}
	for _, name := range x.packs.Rules.ArticleNames() {
		a, _ := x.packs.Rules.Article(name)
		if o, ok := x.packs.Overlays.Of(a.Name); ok {
			a.Overlay = o.Words()
		}
		x.OrdinaryArticle(&a)
	}
	for _, name := range x.packs.Grammar.Names() {
		x.Ordinary(name)
	}
	// The report's own words are those that it has whatever it tells of.
	var own bytes.Buffer
	if err := print(&own, redact.Blank(d)); err != nil {
		return err
	}
	x.Ordinary(own.String())
	for _, v := range x.file.Values {
		x.LearnValue(v.Class, v.Text)
	}
	for _, host := range hosts {
		x.LearnHost(host)
	}
	x.LearnDiagnosis(d)
	for _, f := range x.files {
		x.Learn(f.name)
		x.Learn(f.text)
	}
	return x.Err()
}

// print makes the report of what was redacted, and hands it out only if nothing is left in it that had to go.
func (x *redaction) print(d *logdoc.Diagnosis, print func(io.Writer, *logdoc.Diagnosis) error) ([]byte, error) {
	if err := x.learn(d, print); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := print(&out, x.Diagnosis(d)); err != nil {
		return nil, err
	}
	return out.Bytes(), x.release(out.Bytes())
}

// release lets pass what holds no value that had to go, once the map knows what was replaced.
func (x *redaction) release(out ...[]byte) error {
	if err := x.Err(); err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	for _, text := range out {
		if left := x.Left(text); len(left) > 0 {
			return fmt.Errorf("redact: %s would still be readable: nothing was written", countClasses(left))
		}
	}
	return x.file.save(x.Values())
}

// countClasses says how many of which classes.
func countClasses(counts map[redact.Class]int) string {
	var parts []string
	for class := redact.IPv4; class <= redact.Own; class++ {
		if n := counts[class]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, class))
		}
	}
	return strings.Join(parts, ", ")
}

// tell says on standard error what was done, as a table for a ticket.
func (x *redaction) tell(w io.Writer, table bool) {
	counts, different := map[redact.Class]int{}, map[redact.Class]int{}
	total := 0
	for _, v := range x.Values() {
		counts[v.Class] += v.Count
		different[v.Class]++
		total += v.Count
	}
	if table {
		fmt.Fprintf(w, "logdoc: %-10s %9s %9s\n", "redacted", "different", "places")
		for class := redact.IPv4; class <= redact.Own; class++ {
			if counts[class] > 0 {
				fmt.Fprintf(w, "logdoc: %-10s %9d %9d\n", class, different[class], counts[class])
			}
		}
	}
	fmt.Fprintf(w, "logdoc: %d places redacted; what they held is in %s: keep that to yourself, logdoc unredact reads it\n", total, sanitize.Line(x.file.name))
}

// list prints what would be replaced. Values are shown only where show says so.
func (x *redaction) list(w io.Writer, show bool) error {
	var b strings.Builder
	row := func(class, places, pseudonym, value string) {
		if !show {
			value = ""
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-9s %6s  %-38s %s", class, places, pseudonym, value), " ") + "\n")
	}
	row("class", "places", "pseudonym", "value")
	for _, v := range x.Values() {
		row(v.Class.String(), strconv.Itoa(v.Count), v.Pseudonym, string(sanitize.CutRunes(sanitize.Line(v.Text), 120)))
	}
	if kept := x.Kept(); len(kept) > 0 {
		fmt.Fprintf(&b, "\nThese names are words that logdoc uses itself or that many systems have, and stay: %s.\n--redact-word takes one of them out all the same.\n", sanitize.Line(strings.Join(kept, ", ")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mapFile is a map and the file that it is kept in.
type mapFile struct {
	redact.Map
	name string
	// size is how much of the file was read, 0 where there is none yet; torn means that its last line is not complete.
	size int
	torn bool
}

// openMap reads the map of an input, or begins one with a new key.
func openMap(s streams, name string, paths []string) (mapFile, error) {
	m := mapFile{name: name}
	for _, p := range paths {
		full, err := filepath.Abs(p)
		if err != nil {
			return m, fmt.Errorf("find the folder: %w", err)
		}
		if p == "-" {
			full = p
		}
		m.Paths = append(m.Paths, full)
	}
	if m.name == "" {
		if s.stateHome == "" {
			return m, errors.New("redact: there is no folder to keep the map in: say --redact-map FILE")
		}
		m.name = filepath.Join(mapFolder(s), mapName(m.Paths))
	}
	text, err := readBounded(m.name, maxMap)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err := rand.Read(m.Key[:])
		return m, err
	case err != nil:
		return m, fmt.Errorf("read the map: %w", err)
	}
	if info, err := os.Stat(m.name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return m, fmt.Errorf("the map %s can be read by others: chmod 600 it, or name another", m.name)
	}
	read, err := redact.ReadMap(text)
	if err != nil {
		return m, fmt.Errorf("%s: %w", m.name, err)
	}
	m.Key, m.Values, m.size, m.torn = read.Key, read.Values, len(text), !bytes.HasSuffix(text, []byte("\n"))
	return m, nil
}

func mapFolder(s streams) string { return filepath.Join(s.stateHome, "redact") }

// mapName names a map after the input. What comes from standard input is another thing every time.
func mapName(paths []string) string {
	sum := sha256.New()
	for _, p := range paths {
		fmt.Fprintf(sum, "%d:%s", len(p), p)
	}
	if slices.Contains(paths, "-") {
		fmt.Fprint(sum, rand.Text())
	}
	return hex.EncodeToString(sum.Sum(nil)[:12]) + ".map"
}

// save adds values to the map. Nobody but its owner can read it.
func (m *mapFile) save(values []redact.Value) error {
	lines, err := m.Lines(values)
	if err != nil {
		return fmt.Errorf("keep the map: %w", err)
	}
	flags := os.O_WRONLY | os.O_APPEND
	switch {
	case m.size == 0:
		head, err := m.Head()
		if err != nil {
			return fmt.Errorf("keep the map: %w", err)
		}
		lines = append(head, lines...)
		if err := os.MkdirAll(filepath.Dir(m.name), 0o700); err != nil {
			return fmt.Errorf("keep the map: %w", err)
		}
		flags |= os.O_CREATE | os.O_EXCL
	case len(lines) == 0:
		return nil
	case m.torn:
		lines = append([]byte{'\n'}, lines...)
	}
	f, err := os.OpenFile(m.name, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep the map: another logdoc has begun %s meanwhile: try again", m.name)
	}
	if err != nil {
		return fmt.Errorf("keep the map: %w", err)
	}
	_, err = f.Write(lines)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep the map: %w", err)
	}
	m.size, m.torn, m.Values = m.size+len(lines), false, values
	return nil
}
