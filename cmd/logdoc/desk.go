package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"logdoc"
	"logdoc/internal/sanitize"
	"logdoc/store"
)

// desk keeps the work on one input in the store: in the newest case of that input, or else in a new one. It is tui.Desk. The store is open only while something is read or written.
type desk struct {
	s     streams
	flags saveFlags
	// full are the paths of the input.
	full []string
	// id is the case, 0 while there is none, and own is whether the screen made it, so that it has the newest diagnosis; worked is what the store wants to know of its work.
	id, worked int64
	own, made  bool
	// blocked says why nothing may be written: what is there could not be read, and must not be lost.
	blocked error

	mu     sync.Mutex
	newest *logdoc.Diagnosis
	whole  bool
}

// maxDesk bounds the work on one input, in bytes of text: some thousand notes.
const maxDesk = 4 << 20

// newDesk returns the desk of an input: the same paths, from wherever they are named, find their work again.
func newDesk(s streams, f saveFlags, paths []string) (*desk, error) {
	full, err := fullPaths(paths)
	return &desk{s: s, flags: f, full: full}, err
}

// watch passes updates on, and remembers the newest diagnosis for the case. The last one says where its findings were seen before.
func (d *desk) watch(updates <-chan logdoc.Update) <-chan logdoc.Update {
	out := make(chan logdoc.Update)
	go func() {
		defer close(out)
		for u := range updates {
			if u.Done && u.Diagnosis != nil {
				d.recall(u.Diagnosis)
			}
			d.mu.Lock()
			if u.Diagnosis != nil {
				d.newest = u.Diagnosis
			}
			d.whole = d.whole || u.Done && u.Err == nil
			d.mu.Unlock()
			out <- u
		}
	}()
	return out
}

// recall says of each finding where it was seen before, and notes it where that can't be known.
func (d *desk) recall(of *logdoc.Diagnosis) {
	if err := recall(context.Background(), d.s, d.flags.storeFlags, store.CaseInfo{Paths: d.full, Hosts: hostsOf(of), Capture: of.Capture}, of); err != nil {
		of.Notes = append(of.Notes, logdoc.Note{Text: "nobody knows whether this was seen before", Detail: logdoc.LogText(err.Error())})
	}
}

// open opens the store, and returns what must be told of it: standard error is behind the screen.
func (d *desk) open(o store.Options) (kept *store.Store, notice error, err error) {
	file := storeFile(d.s, d.flags.storeFlags)
	o.Now, o.Force = d.s.now, d.flags.force
	if kept, err = store.Open(file, o); err != nil {
		return nil, nil, err
	}
	for _, n := range kept.Notices() {
		notice = errors.Join(notice, errors.New(n))
	}
	return kept, notice, nil
}

// Load returns the work that was kept.
func (d *desk) Load() (logdoc.Work, error) {
	ctx := context.Background()
	told := d.takeOver(ctx)
	kept, _, err := d.open(store.Options{ReadOnly: true})
	switch {
	case errors.Is(err, store.ErrNone):
		return logdoc.Work{}, told
	case errors.Is(err, store.ErrDamaged):
		// To open it for writing sets it aside, and tells under which name.
		kept, notice, err := d.open(store.Options{})
		if err == nil {
			return logdoc.Work{}, errors.Join(told, notice, kept.Close())
		}
		d.blocked = err
		return logdoc.Work{}, err
	case err != nil:
		d.blocked = err
		return logdoc.Work{}, err
	}
	w, err := d.read(ctx, kept)
	if err = errors.Join(err, kept.Close()); err != nil {
		d.blocked = err
		return logdoc.Work{}, err
	}
	return w, told
}

func (d *desk) read(ctx context.Context, kept *store.Store) (w logdoc.Work, err error) {
	info, err := kept.OfInput(ctx, d.full)
	if errors.Is(err, store.ErrNoCase) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	d.id, d.own = info.ID, info.Kind == store.Opened
	w, d.worked, err = kept.Work(ctx, info.ID)
	return w, err
}

// Save keeps the work.
func (d *desk) Save(w logdoc.Work) error {
	if d.blocked != nil {
		return d.blocked
	}
	if workSize(w) > maxDesk {
		return fmt.Errorf("keep the work: it is larger than %d MiB: write shorter notes", maxDesk>>20)
	}
	if d.id == 0 && len(w.Steps)+len(w.Marks) == 0 {
		return nil
	}
	kept, notice, err := d.open(store.Options{})
	if err != nil {
		return err
	}
	err = d.write(context.Background(), kept, w)
	if errors.Is(err, store.ErrChanged) {
		err = fmt.Errorf("%w: open it anew to see it, and export what is to stay of this one", err)
	}
	return errors.Join(err, kept.Close(), notice)
}

func (d *desk) write(ctx context.Context, kept *store.Store, w logdoc.Work) error {
	if d.id != 0 {
		worked, err := kept.SaveWork(ctx, d.id, d.worked, w)
		if err == nil {
			d.worked = worked
		}
		if !errors.Is(err, store.ErrNoCase) {
			return err
		}
		// Somebody has removed the case meanwhile.
		d.id = 0
	}
	if _, err := kept.OfInput(ctx, d.full); err == nil {
		return store.ErrChanged
	} else if !errors.Is(err, store.ErrNoCase) {
		return err
	}
	return d.make(ctx, kept, w)
}

// make makes a case of what is known so far.
func (d *desk) make(ctx context.Context, kept *store.Store, w logdoc.Work) error {
	d.mu.Lock()
	var diagnosis logdoc.Diagnosis
	if d.newest != nil {
		diagnosis = *d.newest
	}
	d.mu.Unlock()
	diagnosis.Work = w
	id, err := kept.SaveCase(ctx, store.Case{CaseInfo: d.info(&diagnosis), Diagnosis: diagnosis})
	if err == nil {
		d.id, d.worked, d.own, d.made = id, 0, true, true
	}
	return err
}

func (d *desk) info(diagnosis *logdoc.Diagnosis) store.CaseInfo {
	return store.CaseInfo{ID: d.id, Name: d.flags.name, Kind: store.Opened, Paths: d.full, Hosts: hostsOf(diagnosis), Capture: diagnosis.Capture, Version: versionName()}
}

// finish brings the case to what was found in the end, or makes one where that was asked for, and says which it is.
func (d *desk) finish(ctx context.Context) error {
	if !d.whole || d.newest == nil || d.blocked != nil || d.id == 0 && !d.flags.wanted() {
		return nil
	}
	kept, err := openStore(d.s, d.flags.storeFlags, store.Options{})
	if err != nil {
		return err
	}
	switch {
	case d.id == 0:
		err = d.make(ctx, kept, logdoc.Work{})
	case d.own:
		_, err = kept.SaveCase(ctx, store.Case{CaseInfo: d.info(d.newest), Diagnosis: *d.newest})
		fallthrough
	default:
		if err == nil && d.flags.name != "" {
			err = kept.Rename(ctx, d.id, d.flags.name)
		}
	}
	if err = errors.Join(err, kept.Close()); err != nil {
		return storeError(err)
	}
	if d.made {
		fmt.Fprintf(d.s.err, "logdoc: kept as %s\n", caseName(d.id, d.flags.name))
	}
	return nil
}

// caseName is how a case is called in a sentence.
func caseName[T ~string](id int64, name T) string {
	if name == "" {
		return fmt.Sprintf("case %d", id)
	}
	return fmt.Sprintf("case %d (%s)", id, sanitize.Line(name))
}

// workSize is how many bytes of text somebody has written or kept.
func workSize(w logdoc.Work) int {
	n := 0
	for _, st := range w.Steps {
		n += len(st.Symptom) + len(st.Key) + len(st.Step) + len(st.Answer) + len(st.Note)
	}
	for _, m := range w.Marks {
		n += len(m.Place.Source) + len(m.Text) + len(m.Note)
	}
	return n
}
