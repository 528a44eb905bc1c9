package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"logdoc"
	"logdoc/samples"
	"logdoc/source"
)

// eager is a clock on which every pause is over at once.
type eager struct {
	mu  sync.Mutex
	now time.Time
}

func (c *eager) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *eager) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	ch := make(chan time.Time, 1)
	ch <- c.now
	return ch
}

// weaker reports an error when what is told of findings is not in a later diagnosis, or weaker there.
func weaker(before, after *logdoc.Diagnosis) error {
	type name struct {
		symptom string
		key     logdoc.LogText
	}
	later := map[name]logdoc.Finding{}
	var visit func(list []logdoc.Finding, see func(logdoc.Finding))
	visit = func(list []logdoc.Finding, see func(logdoc.Finding)) {
		for _, f := range list {
			see(f)
			visit(f.Consequences, see)
		}
	}
	all := func(d *logdoc.Diagnosis, see func(logdoc.Finding)) {
		visit(d.Findings, see)
		for _, s := range d.Silenced {
			visit([]logdoc.Finding{s.Finding}, see)
		}
	}
	all(after, func(f logdoc.Finding) { later[name{f.Symptom, f.Key}] = f })
	var errs []error
	all(before, func(f logdoc.Finding) {
		l, ok := later[name{f.Symptom, f.Key}]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s %q was told and is none", f.Symptom, f.Key))
		case l.Certainty < f.Certainty || l.Severity < f.Severity:
			errs = append(errs, fmt.Errorf("%s %q was told as %s, %s and is %s, %s", f.Symptom, f.Key, f.Severity, f.Certainty, l.Severity, l.Certainty))
		}
	})
	return errors.Join(errs...)
}

// watched takes all updates, checks that none takes back what was told, and returns how many findings were told on the way, and the last update.
func watched(updates <-chan logdoc.Update) (told int, last logdoc.Update, err error) {
	before := &logdoc.Diagnosis{}
	for u := range updates {
		if last.Done {
			return told, u, errors.New("an update came after the last one")
		}
		if u.Read < last.Read || u.Records < last.Records || u.Total > 0 && u.Read > u.Total {
			return told, u, fmt.Errorf("%d bytes of %d and %d records after %d and %d", u.Read, u.Total, u.Records, last.Read, last.Records)
		}
		if u.Diagnosis != nil {
			if err := weaker(before, u.Diagnosis); err != nil {
				return told, u, err
			}
			if !u.Done {
				told += len(u.Diagnosis.Findings)
				if len(u.Diagnosis.Clean)+len(u.Diagnosis.Unchecked) > 0 {
					return told, u, errors.New("told before the end what is clean or unchecked")
				}
			}
			before = u.Diagnosis
		}
		last = u
	}
	if !last.Done {
		return told, last, errors.New("there was no last update")
	}
	return told, last, nil
}

// TestWatchingChangesNothing: whatever stands in the files, the last update carries what Run returns, and what was told before is in it.
func TestWatchingChangesNothing(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"pump.log", "pump.log.1", "messages", "etc/pump.conf", "clientlogs/avtar.log", "gsan.log.001"}
	rapid.Check(t, func(rt *rapid.T) {
		contents := map[string]string{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 4, rapid.ID[string]).Draw(rt, "names") {
			contents[name] = strings.Join(rapid.SliceOfN(lines, 0, 30).Draw(rt, name), "\n")
		}
		o := Options{Paths: []string{"."}, Files: files(contents), Now: morning, Workers: rapid.IntRange(1, 3).Draw(rt, "workers"), BlockSize: 256 << 10}
		if rapid.Bool().Draw(rt, "bounds") {
			o.SinceLast = 10 * time.Minute
		}
		if _, err := watchedAsRun(p, o); err != nil {
			rt.Fatal(err)
		}
	})
}

// watchedAsRun compares the last update with what Run returns. It returns how many findings were told on the way.
func watchedAsRun(p *Packs, o Options) (int, error) {
	want, err := Run(context.Background(), p, o)
	if err != nil {
		return 0, err
	}
	told, last, err := watched(Watch(context.Background(), p, o, Pace{Clock: &eager{}}))
	if err != nil {
		return told, err
	}
	if diff := cmp.Diff(want, last.Diagnosis); diff != "" || last.Err != nil {
		return told, fmt.Errorf("%v %s", last.Err, diff)
	}
	if last.Read != last.Total || last.Records != want.Coverage.Totals.Records {
		return told, fmt.Errorf("%d of %d bytes and %d records, want %d", last.Read, last.Total, last.Records, want.Coverage.Totals.Records)
	}
	return told, nil
}

// TestWatchingTheSamples watches each sample, and all of them.
func TestWatchingTheSamples(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range []string{samples.AvamarBundle, samples.LunaBundle, samples.FlumeBundle} {
		all = append(all, "../../samples/"+name)
	}
	for _, paths := range append([][]string{all}, all[:1], all[1:2], all[2:]) {
		t.Run(fmt.Sprint(len(paths), " ", path.Base(paths[0])), func(t *testing.T) {
			if _, err := watchedAsRun(p, Options{Paths: paths, Files: source.Disk{}, Now: morning}); err != nil {
				t.Error(err)
			}
		})
	}
}

// stepping is a clock that lets something happen each second time it is looked at: once a part was handed over.
type stepping struct {
	eager
	looks int
	each  func()
}

func (c *stepping) Now() time.Time {
	if c.looks++; c.looks%2 == 0 {
		c.each()
	}
	return c.eager.Now()
}

// TestEveryBlockOfTheSamples makes a diagnosis after each block of the samples and of generated logs: none takes back what one before it has told, and the last is what Run returns.
func TestEveryBlockOfTheSamples(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := samples.WriteLogs(dir, 4<<20, 1, 500); err != nil {
		t.Fatal(err)
	}
	o := Options{Paths: []string{dir}, Files: source.Disk{}, Now: morning, Workers: 1, BlockSize: 256 << 10}
	for _, name := range []string{samples.AvamarBundle, samples.LunaBundle, samples.FlumeBundle} {
		o.Paths = append(o.Paths, "../../samples/"+name)
	}
	want, err := Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	before, told, blocks := &logdoc.Diagnosis{}, 0, 0
	clock := &stepping{}
	w := &watch{pace: Pace{Clock: clock}}
	w.wanted.Store(1)
	clock.each = func() {
		d := w.soFar()
		if err := weaker(before, d); err != nil {
			t.Error(err)
		}
		if err := accounts(d); err != nil {
			t.Error(err)
		}
		before, blocks = d, blocks+1
		told += len(d.Findings)
		w.wanted.Add(1)
	}
	o.watch = w
	got, err := Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := weaker(before, got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if blocks < 20 || told < blocks {
		t.Errorf("%d findings told after %d blocks", told, blocks)
	}
}

// gated is a file system of which a file is not read before the gate is open.
type gated struct {
	fs.FS
	name string
	gate chan struct{}
}

func (g gated) Open(name string) (fs.File, error) {
	f, err := g.FS.Open(name)
	if err != nil || name != g.name {
		return f, err
	}
	return gatedFile{f, g.gate}, nil
}

type gatedFile struct {
	fs.File
	gate chan struct{}
}

func (f gatedFile) Read(p []byte) (int, error) {
	<-f.gate
	return f.File.Read(p)
}

// noting is a file system that notes which files are read.
type noting struct {
	fs.FS
	mu   sync.Mutex
	read []string
}

func (n *noting) Open(name string) (fs.File, error) {
	f, err := n.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &notedFile{File: f, of: n, name: name}, nil
}

type notedFile struct {
	fs.File
	of   *noting
	name string
}

func (f *notedFile) Read(p []byte) (int, error) {
	f.of.mu.Lock()
	if !slices.Contains(f.of.read, f.name) {
		f.of.read = append(f.of.read, f.name)
	}
	f.of.mu.Unlock()
	return f.File.Read(p)
}

const rotorStuck = "PUMP 2026-03-04 05:%02d:07 north ERROR rotor stuck at 9 degrees\n"

// TestFindingsAreToldOnTheWay: what one file holds is told while another one is still to be read, and what must be absent is told at the end.
func TestFindingsAreToldOnTheWay(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	gate := make(chan struct{})
	first := fmt.Sprintf(rotorStuck, 1)
	system := gated{files(map[string]string{"a/pump.log": first, "b/pump.log": fmt.Sprintf(rotorStuck, 2)}), "b/pump.log", gate}
	updates := Watch(t.Context(), p, Options{Paths: []string{"a/pump.log", "b/pump.log"}, Files: system, Now: morning, Workers: 1}, Pace{Clock: &eager{}})
	var early *logdoc.Diagnosis
	for u := range updates {
		if u.Done {
			if early == nil {
				t.Fatal("nothing was told on the way")
			}
			if got := u.Diagnosis.Findings[0].Count; got != 2 {
				t.Errorf("counted %d in the end", got)
			}
			if u.Read != u.Total || u.Source != "b/pump.log" {
				t.Errorf("%+v", u)
			}
			continue
		}
		if early == nil && u.Diagnosis != nil && len(u.Diagnosis.Findings) > 0 {
			early = u.Diagnosis
			if got := early.Findings[0].Count; got != 1 || u.Read != int64(len(first)) || u.Total != 2*u.Read || u.Records != 1 || u.Source != "a/pump.log" {
				t.Errorf("counted %d on the way, %+v", got, u)
			}
			early.Findings[0].Why[0], early.Findings[0].Evidence[0].Text = "mine", "mine" // the receiver owns it
			close(gate)
		}
	}
}

// TestNobodyWaitsForAReceiver: a run that nobody listens to ends, and who comes then gets the last update, and no other one.
func TestNobodyWaitsForAReceiver(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	updates := Watch(t.Context(), p, Options{Paths: []string{"."}, Files: files(map[string]string{"pump.log": fmt.Sprintf(rotorStuck, 1)}), Now: morning}, Pace{Clock: &eager{}})
	goleak.VerifyNone(t)
	if u := <-updates; !u.Done || u.Diagnosis == nil || len(u.Diagnosis.Findings) != 1 {
		t.Errorf("%+v", u)
	}
	if _, open := <-updates; open {
		t.Error("the channel is still open")
	}
}

// TestAMissedDiagnosisIsToldAgain: an update that nobody took hands its diagnosis on.
func TestAMissedDiagnosisIsToldAgain(t *testing.T) {
	w := &watch{updates: make(chan logdoc.Update, 1)}
	missed, newest := &logdoc.Diagnosis{}, &logdoc.Diagnosis{}
	w.tell(logdoc.Update{Read: 1, Diagnosis: missed})
	w.tell(logdoc.Update{Read: 2})
	if u := <-w.updates; u.Read != 2 || u.Diagnosis != missed {
		t.Errorf("%+v", u)
	}
	w.tell(logdoc.Update{Read: 3, Diagnosis: missed})
	w.tell(logdoc.Update{Read: 4, Diagnosis: newest})
	if u := <-w.updates; u.Read != 4 || u.Diagnosis != newest {
		t.Errorf("%+v", u)
	}
}

// TestWatchingEndsWithItsContext: the last update says what was found until then, and nothing is left.
func TestWatchingEndsWithItsContext(t *testing.T) {
	p, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	gate := make(chan struct{})
	contents := map[string]string{}
	for i, name := range []string{"a/pump.log", "b/pump.log", "c/pump.log"} {
		contents[name] = fmt.Sprintf(rotorStuck, i)
	}
	system := gated{files(contents), "b/pump.log", gate}
	var last logdoc.Update
	for u := range Watch(ctx, p, Options{Paths: []string{"a/pump.log", "b/pump.log", "c/pump.log"}, Files: system, Now: morning, Workers: 1}, Pace{Clock: &eager{}}) {
		last = u
		if u.Read > 0 && ctx.Err() == nil {
			cancel()
			close(gate)
		}
	}
	if !last.Done || !errors.Is(last.Err, context.Canceled) || len(last.Diagnosis.Findings) != 1 || last.Read >= last.Total {
		t.Errorf("%+v", last)
	}
	goleak.VerifyNone(t)
}
