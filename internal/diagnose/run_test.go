package diagnose

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"
)

// pumpPack is a small pack, so that these tests do not depend on the packs that come with the program.
const pumpPack = "../../cmd/logdoc/testdata/pump.logdoc"

var packs = sync.OnceValues(func() (*Packs, error) { return Load([]string{pumpPack}, Selection{}) })

// morning is the time of the files of these tests.
var morning = time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)

// files makes a file system of names and contents.
func files(contents map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, content := range contents {
		m[name] = &fstest.MapFile{Data: []byte(content), ModTime: morning, Mode: 0o600}
	}
	return m
}

// diagnose runs over all files of the file system, and holds the outcome to what always holds.
func diagnose(t interface {
	Helper()
	Fatal(...any)
	Context() context.Context
}, files fs.FS, change func(*Options)) *logdoc.Diagnosis {
	t.Helper()
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Paths: []string{"."}, Files: files, Now: morning}
	if change != nil {
		change(&o)
	}
	d, err := Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts(d); err != nil {
		t.Fatal(err)
	}
	return d
}

// accounts checks that every record is counted in exactly one way, in every source and in all.
func accounts(d *logdoc.Diagnosis) error {
	var sum logdoc.SourceCoverage
	all := append(append([]logdoc.SourceCoverage{}, d.Coverage.Sources...), d.Coverage.Totals)
	for i, s := range all {
		if got := s.KnownBad + s.KnownNormal + s.Unexplained + s.Unread; got != s.Records {
			return fmt.Errorf("%s: %d known bad + %d known normal + %d unexplained + %d unread = %d, but %d records",
				s.Source, s.KnownBad, s.KnownNormal, s.Unexplained, s.Unread, got, s.Records)
		}
		if i < len(d.Coverage.Sources) {
			sum.Records += s.Records
			sum.Lines += s.Lines
			sum.Bytes += s.Bytes
		}
	}
	if t := d.Coverage.Totals; sum.Records != t.Records || sum.Lines != t.Lines || sum.Bytes != t.Bytes {
		return fmt.Errorf("the sources have %d records, %d lines, %d bytes; the totals say %d, %d, %d", sum.Records, sum.Lines, sum.Bytes, t.Records, t.Lines, t.Bytes)
	}
	return nil
}

// sourceOf returns the coverage of one source.
func sourceOf(t testing.TB, d *logdoc.Diagnosis, name logdoc.LogText) logdoc.SourceCoverage {
	t.Helper()
	for _, s := range d.Coverage.Sources {
		if s.Source == name {
			return s
		}
	}
	t.Fatalf("%s is not in the coverage", name)
	return logdoc.SourceCoverage{}
}

// findingOf returns the finding of a symptom, nil when there is none.
func findingOf(d *logdoc.Diagnosis, symptom string) *logdoc.Finding {
	for i := range d.Findings {
		if d.Findings[i].Symptom == symptom {
			return &d.Findings[i]
		}
	}
	return nil
}

// hasNote reports whether a note starts with the text.
func hasNote(notes []logdoc.Note, text string) bool {
	for _, n := range notes {
		if strings.HasPrefix(n.Text, text) {
			return true
		}
	}
	return false
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryRecordOfTheSamplesIsCountedOnce(t *testing.T) {
	for _, paths := range [][]string{{samples.AvamarBundle}, {samples.LunaBundle}, {samples.FlumeBundle}, {samples.AvamarBundle, samples.LunaBundle, samples.FlumeBundle}} {
		for i, name := range paths {
			paths[i] = path.Join("../../samples", name)
		}
		d := diagnose(t, source.Disk{}, func(o *Options) { o.Paths = paths })
		if d.Coverage.Totals.Records < 400 || d.Incomplete() {
			t.Errorf("%s: %d records, incomplete: %v", paths, d.Coverage.Totals.Records, d.Incomplete())
		}
	}
}

// TestWorkersAndBlocksDoNotMatter: how the work is cut up and who does it changes nothing in the diagnosis.
func TestWorkersAndBlocksDoNotMatter(t *testing.T) {
	dir := t.TempDir()
	if err := samples.WriteLogs(dir, 6<<20, 7, 500); err != nil {
		t.Fatal(err)
	}
	if err := samples.WriteBundles(dir); err != nil {
		t.Fatal(err)
	}
	var want *logdoc.Diagnosis
	for _, size := range []int{256 << 10, 300_001, 1 << 20} {
		for _, workers := range []int{1, 2, 4} {
			got := diagnose(t, source.Disk{}, func(o *Options) { o.Paths, o.Workers, o.BlockSize = []string{dir}, workers, size })
			if want == nil {
				want = got
				if len(want.Findings) == 0 {
					t.Fatal("nothing was found: this test tests nothing")
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d workers with blocks of %d bytes diagnose differently:\n%s", workers, size, diff)
			}
		}
	}
}

func TestFacts(t *testing.T) {
	stuck := "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n"
	t.Run("beside the log", func(t *testing.T) {
		d := diagnose(t, files(map[string]string{"case/log": stuck, "case/etc/pump.conf": "# limits\ntorque=12"}), nil)
		s := sourceOf(t, d, "case/etc/pump.conf")
		want := logdoc.SourceCoverage{Source: "case/etc/pump.conf", Log: "case/etc/pump.conf", Why: "read as a fact", Facts: []string{"acme/pump-stuck limit"}, Bytes: 18, Lines: 2}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Error(diff)
		}
		if v := valueOf(findingOf(d, "acme/pump-stuck"), "limit.torque"); v != "12" {
			t.Errorf("limit.torque is %q, want 12", v)
		}
	})
	t.Run("fact and log in one file", func(t *testing.T) {
		d := diagnose(t, files(map[string]string{"pump.conf": "torque=12\n" + stuck}), nil)
		s := sourceOf(t, d, "pump.conf")
		if s.Format != "pump" || s.Records != 2 || s.KnownBad != 1 || s.Unread != 1 || len(s.Facts) != 1 {
			t.Errorf("got %+v", s)
		}
		if v := valueOf(findingOf(d, "acme/pump-stuck"), "limit.torque"); v != "12" {
			t.Errorf("limit.torque is %q, want 12", v)
		}
	})
	t.Run("in a file that cannot be opened", func(t *testing.T) {
		d := diagnose(t, refusing{files(map[string]string{"log": stuck, "etc/pump.conf": "torque=12"}), "etc/pump.conf"}, nil)
		if s := sourceOf(t, d, "etc/pump.conf"); len(s.Facts) != 1 || !d.Incomplete() {
			t.Errorf("got %+v, want the fact to be told beside the note", s)
		}
		if f := findingOf(d, "acme/pump-stuck"); f == nil || valueOf(f, "limit.torque") != "" {
			t.Errorf("got %+v", f)
		}
	})
}

func valueOf(f *logdoc.Finding, name string) logdoc.LogText {
	if f != nil {
		for _, v := range f.Values {
			if v.Name == name {
				return v.Text
			}
		}
	}
	return ""
}

// refusing is a file system that does not let one file be opened, as a system does to a user without permission.
type refusing struct {
	fs.FS
	name string
}

func (r refusing) Open(name string) (fs.File, error) {
	if name == r.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return r.FS.Open(name)
}

// Stat is there because fs.Stat would open the file.
func (r refusing) Stat(name string) (fs.FileInfo, error) { return fs.Stat(r.FS, name) }

func TestUnreadableFileDoesNotStopTheRest(t *testing.T) {
	d := diagnose(t, refusing{files(map[string]string{"a.log": "x\n", "b.log": "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n"}), "a.log"}, nil)
	want := []logdoc.Note{{LeftOut: true, Text: "it cannot be opened: check its permissions", Detail: "open a.log: permission denied"}}
	if diff := cmp.Diff(want, sourceOf(t, d, "a.log").Notes); diff != "" {
		t.Error(diff)
	}
	if findingOf(d, "acme/pump-stuck") == nil || !d.Incomplete() {
		t.Error("the other file was not diagnosed, or nothing says that one is missing")
	}
}

func TestDirectoryWithoutFiles(t *testing.T) {
	system := files(map[string]string{"full/a.log": "x\n"})
	system["hollow/below"] = &fstest.MapFile{Mode: fs.ModeDir | 0o700}
	for name, hollow := range map[string]bool{"hollow": true, "hollow/below": true, "full": false, "full/a.log": false, "absent": false, ".": false} {
		if got := isHollow(system, name); got != hollow {
			t.Errorf("%s: %v, want %v", name, got, hollow)
		}
	}
	d := diagnose(t, system, func(o *Options) { o.Paths = []string{"full", "hollow"} })
	if s := sourceOf(t, d, "hollow"); !hasNote(s.Notes, "there is no file in this directory") || !d.Incomplete() {
		t.Errorf("got %+v", s.Notes)
	}
}

func TestTimes(t *testing.T) {
	t.Run("without a year", func(t *testing.T) {
		d := diagnose(t, files(map[string]string{"messages": "Mar  3 12:05:01 hsm certmonitord[12]: info : 0 : NTLS certificate expiry monitor started\n"}), nil)
		s := sourceOf(t, d, "messages")
		if want := time.Date(2026, 3, 3, 12, 5, 1, 0, time.UTC); !s.First.Equal(want) {
			t.Errorf("read as %v, want %v", s.First, want)
		}
		if !hasNote(s.Notes, "its stamps have no year: it was taken from the file's time, 2026-03-04") {
			t.Errorf("nothing says that the year was assumed: %v", s.Notes)
		}
	})
	t.Run("a clock that goes back", func(t *testing.T) {
		log := "PUMP 2026-03-04 05:00:00 north INFO a\nPUMP 2026-03-04 04:55:00 north INFO b\nPUMP 2026-03-04 04:49:00 north INFO c\nPUMP 2026-03-04 04:00:00 north INFO d\n"
		want := []logdoc.Note{{Line: 3, Text: "the clock goes back by 11m0s here: order and windows around it cannot be trusted"}}
		if diff := cmp.Diff(want, sourceOf(t, diagnose(t, files(map[string]string{"log": log}), nil), "log").Notes); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a clock that goes back between two blocks", func(t *testing.T) {
		const line = "PUMP 2026-03-04 05:00:00 north INFO idle\n"
		const before = 300 << 10 / len(line)
		log := strings.Repeat(line, before) + strings.Repeat("PUMP 2026-03-04 04:00:00 north INFO idle\n", before)
		for _, size := range []int{256 << 10, before * len(line), 1 << 20} {
			d := diagnose(t, files(map[string]string{"log": log}), func(o *Options) { o.BlockSize = size })
			want := []logdoc.Note{{Line: before + 1, Text: "the clock goes back by 1h0m0s here: order and windows around it cannot be trusted"}}
			if diff := cmp.Diff(want, sourceOf(t, d, "log").Notes); diff != "" {
				t.Errorf("blocks of %d bytes: %s", size, diff)
			}
		}
	})
	t.Run("since, back from the newest stamp of all files", func(t *testing.T) {
		system := files(map[string]string{
			"a.log": "PUMP 2026-03-04 05:00:00 north ERROR rotor stuck at 1 degrees\nPUMP 2026-03-04 05:30:00 north ERROR rotor stuck at 2 degrees\n",
			"b.log": "PUMP 2026-03-04 06:00:00 south INFO idle\n",
		})
		d := diagnose(t, system, func(o *Options) { o.SinceLast = 30 * time.Minute })
		if f := findingOf(d, "acme/pump-stuck"); f == nil || f.Count != 1 || f.First.Minute() != 30 {
			t.Errorf("got %+v", f)
		}
		if !hasNote(d.Notes, "only records since 2026-03-04 05:30:00 (UTC) count as evidence") {
			t.Errorf("got %v", d.Notes)
		}
		d = diagnose(t, system, func(o *Options) { o.UntilLast = 31 * time.Minute })
		if f := findingOf(d, "acme/pump-stuck"); f == nil || f.Count != 1 || f.First.Minute() != 0 {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("since, without a clock", func(t *testing.T) {
		d := diagnose(t, files(map[string]string{"a.log": "hello\n"}), func(o *Options) { o.SinceLast = time.Hour })
		if want := "no record has a time to count back from"; !hasNote(d.Notes, want) {
			t.Errorf("got %v, want %q", d.Notes, want)
		}
	})
}

// TestRotatedFilesAreOneLog: whatever order an archive or directory has them in, the oldest counts as the first.
func TestRotatedFilesAreOneLog(t *testing.T) {
	at := func(hour, angle int) string {
		return fmt.Sprintf("PUMP 2026-03-04 %02d:00:00 north ERROR rotor stuck at %d degrees\n", hour, angle)
	}
	d := diagnose(t, files(map[string]string{"pump.log": at(5, 5), "pump.log.1": at(4, 4), "pump.log.2.gz": zipped(t, at(3, 3)), "pump.log.10": at(2, 2)}), nil)
	var order []logdoc.LogText
	for _, s := range d.Coverage.Sources {
		if s.Log != "pump.log" {
			t.Errorf("%s belongs to %s, want pump.log", s.Source, s.Log)
		}
		order = append(order, s.Source)
	}
	if diff := cmp.Diff([]logdoc.LogText{"pump.log.10", "pump.log.2.gz", "pump.log.1", "pump.log"}, order); diff != "" {
		t.Error(diff)
	}

	results := []*sourceResult{}
	for i, s := range []struct {
		source, log logdoc.LogText
		order       int
	}{{"a", "a", 0}, {"x.log", "x.log", 0}, {"b", "b", 0}, {"x.log.2", "x.log", -2}, {"x.log.1", "x.log", -1}} {
		results = append(results, &sourceResult{order: s.order})
		results[i].coverage.Source, results[i].coverage.Log = s.source, s.log
	}
	rank := ranks(results)
	for i, name := range []logdoc.LogText{"a", "x.log.2", "x.log.1", "x.log", "b"} {
		if rank(name) != i {
			t.Errorf("%s has rank %d, want %d", name, rank(name), i)
		}
	}
}

// TestInterrupted cancels a run in its middle: what was read until then is diagnosed, and nothing goes on behind it.
func TestInterrupted(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	const line = "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\n"
	long := strings.Repeat(line, 8<<20/len(line))
	system := files(map[string]string{"a.log": long, "b.log.gz": zipped(t, long), "c.log": long, "d.log": long})
	for _, workers := range []int{1, 2} {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		d, err := Run(ctx, p, Options{Paths: []string{"."}, Files: system, Now: morning, Workers: workers, Progress: func(int64) { cancel() }})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: got the error %v, want the context's", workers, err)
		}
		if err := accounts(d); err != nil {
			t.Error(err)
		}
		if n := d.Coverage.Totals.Records; n == 0 || n >= 4*len(long)/len(line) {
			t.Errorf("%d workers: %d records, want some and not all", workers, n)
		}
		if findingOf(d, "acme/pump-stuck") == nil {
			t.Errorf("%d workers: what was found before the interruption is lost", workers)
		}
		want := fmt.Sprintf("interrupted: this is what was found until then; %d of 4 files were not opened", 4-workers)
		if !hasNote(d.Notes, want) || !d.Incomplete() {
			t.Errorf("%d workers: got the notes %v, want %q", workers, d.Notes, want)
		}
		if s := d.Coverage.Sources[0]; !hasNote(s.Notes, "interrupted: what follows was not read") {
			t.Errorf("%d workers: %s was read in part, and nothing says so: %v", workers, s.Source, s.Notes)
		}
		settled(t, before)
	}
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 100_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

// TestNoGoroutineIsLeft runs over good and bad input.
func TestNoGoroutineIsLeft(t *testing.T) {
	whole := zipped(t, strings.Repeat("PUMP 2026-03-04 05:06:07 north INFO idle\n", 10_000))
	system := files(map[string]string{"a.log.gz": whole, "b.log.gz": whole[:len(whole)/2], "c.log": "", "d.log": "\x7fELF\x00\x00"})
	before := runtime.NumGoroutine()
	for range 20 {
		diagnose(t, system, func(o *Options) { o.Workers = 4 })
	}
	settled(t, before)
}
