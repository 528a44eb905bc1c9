package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"logdoc"
	"logdoc/alert"
	"logdoc/internal/diagnose"
	"logdoc/source"
	"logdoc/source/follow"
	"logdoc/store"
)

// tailFlags are the options of logdoc tail. Those of reportFlags choose packs and records, and say how to print.
type tailFlags struct {
	reportFlags
	last      int
	fromStart bool
	// store is the file that the case is kept in, empty for the usual one; name is the case's, empty for the one of these paths.
	store, name string
	noStore     bool
	// retain is how long, and matches how many, matches of the logs stay in the store.
	retain     string
	matches    int
	tui        bool
	background string
	service    serviceFlags
}

func newTail(s streams) *cobra.Command {
	var f tailFlags
	cmd := &cobra.Command{
		Use:   "tail PATH...",
		Short: "Follow logs and tell findings as they come up",
		Long: `Follows files, globs (new files are picked up), directories, named pipes and standard input (-), across rotation, and
tells what becomes of findings: opened, stronger, repeated (now and then, with the count), cleared, reopened.

How far was read is kept in a store, with what was found: a later run of the same paths goes on where this one ended,
and does not tell again what was told. The first run begins at the end of the files, or at the last -n lines.

Ctrl-C and SIGTERM finish what is at hand, keep it and sum up.

Exit status: 0 stopped by SIGTERM, or all input has ended, 2 usage error or a mistake in a --pack, 4 internal or store
error, 130 stopped by Ctrl-C.`,
		Example: `  logdoc tail /var/log/lunalogs '/usr/local/avamar/var/clientlogs/*.log'
  logdoc tail -n 1000 --json /var/log/messages
  journalctl -f -o short-iso | logdoc tail -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return serve(cmd.Context(), s, givenFlags(cmd.Flags()), args)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	f.flags(fl)
	completions(cmd, s, &f.packs)
	return cmd
}

func (f *tailFlags) flags(fl *pflag.FlagSet) {
	fl.IntVarP(&f.last, "lines", "n", 0, "begin with the last `number` lines of each file that is not known yet")
	fl.BoolVar(&f.fromStart, "from-start", false, "begin at the start of files that are not known yet")
	fl.StringVar(&f.store, "store", "", "keep the case in this `file` (default: store.db in logdoc's folder for state)")
	fl.BoolVar(&f.noStore, "no-store", false, "keep nothing: a later run begins anew")
	fl.StringVar(&f.name, "name", "", "the `name` of the case; else it is found by the paths")
	fl.StringVar(&f.retain, "keep", "30d", "how `long` matches stay in the store; findings stay until logdoc cases prune")
	fl.IntVar(&f.matches, "max-matches", store.DefaultMaxMatches, "keep at most `N` matches")
	fl.BoolVar(&f.json, "json", false, "print one JSON document a line for each turn")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print only the head of each turn")
	fl.BoolVar(&f.tui, "tui", false, "show it on a screen, as logdoc open does")
	choiceFlags(fl, &f.reportFlags)
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	fl.StringVar(&f.background, "background", "auto", "with --tui, the terminal's background: `auto`, dark or light")
	f.service.flags(fl)
}

// runTail follows logs until it is stopped, all of them have ended, or another configuration takes over: then it returns errReload.
func runTail(ctx context.Context, s streams, set *settled, v *service) error {
	f, paths, packs, o := set.f, set.paths, set.packs, set.options
	if s.loaded != nil {
		s.loaded(following)
	}
	now := s.now()
	if o.SinceLast > 0 {
		o.Since = now.Add(-o.SinceLast)
	}
	if o.UntilLast > 0 {
		o.Until = now.Add(-o.UntilLast)
	}
	live := diagnose.LiveOptions{Format: o.Format, Zone: o.Zone, Since: o.Since, Until: o.Until, Files: source.Disk{}, Timeline: f.tui}
	t := &tailing{s: s, service: v, packs: packs, began: v.began, live: diagnose.NewLive(packs, live)}
	t.tell = t.printer(f)
	var screen *tailScreen
	if f.tui {
		var err error
		if screen, err = newTailScreen(t, f, &o); err != nil {
			return err
		}
		defer screen.close()
	}
	if slices.Contains(paths, "-") && len(paths) == 1 && f.store == "" {
		// What comes from standard input is another thing every time.
		f.noStore = true
	}
	follows := follow.Options{Clock: wallClock{s.now}, FromStart: f.fromStart, Last: f.last, Stdin: s.in}
	if screen != nil {
		follows.Stdin = o.Stdin
	}
	if !f.noStore {
		close, err := t.openStore(ctx, f, paths, &follows)
		if err != nil {
			return err
		}
		defer close()
	}
	// What cannot be opened again where it stopped stays open from one configuration to the next.
	t.carries = f.noStore || slices.Contains(paths, "-")
	follower := v.carried.follower
	if follower == nil {
		var err error
		if follower, err = follow.Open(paths, follows); err != nil {
			return usageError("%w", err)
		}
	}
	if t.keep == nil {
		var again []logdoc.Match
		err := t.live.Restore(func(yield func(logdoc.Match) error) error {
			return v.carried.known(packs, func(m logdoc.Match) error {
				again = append(again, m)
				return yield(m)
			})
		}, v.carried.told)
		if err != nil {
			return &statusError{exitInternal, err}
		}
		v.knows(v.carried.told)
		v.carried.belongs(packs, again)
	}
	if t.carries {
		if v.carried.follower != nil && !slices.Equal(v.carried.paths, paths) {
			t.say("", "other paths count from the next start on")
		}
		v.carried.follower, v.carried.paths = follower, paths
	} else {
		defer follower.Close()
	}
	t.follower = follower
	defer v.tells(set.alarms, t.outbox)()
	v.opened(set)
	if screen != nil {
		return screen.run(ctx)
	}
	return t.run(ctx)
}

// follower is what pieces of logs come from.
type follower interface {
	Next(context.Context) (follow.Batch, error)
	Health() []follow.Health
}

// keeper keeps what was gained, all of it or nothing. Its error wraps store.ErrFull when it may be tried again.
type keeper interface {
	Commit(context.Context, store.Batch) error
}

// tailing is one run of logdoc tail.
type tailing struct {
	s       streams
	service *service
	outbox  alert.Outbox // nil for the one in memory
	// carries: the follower goes on with the next configuration.
	carries  bool
	packs    *diagnose.Packs
	live     *diagnose.Live
	follower follower
	keep     keeper // nil for none
	// tell tells a turn to who watches, and to whom else it concerns.
	tell func(logdoc.Turn) error
	calm calm
	// sources watches how the logs themselves are doing.
	sources sources
	// show is told that something was read, or that all has ended; nil for nobody. noted takes what is said about the run where it
	// cannot go to standard error.
	show  func(now time.Time, d *logdoc.Diagnosis)
	news  bool // something came since
	noted func(logdoc.Note)
	began time.Time
	told  int

	pieces []diagnose.Piece
	// gained was not kept yet, since then; committed is when positions were kept last.
	gained    store.Batch
	since     time.Time
	committed time.Time
	// queue leads to who keeps and tells, waiting counts what is under way there, and failed gets the error that ends it.
	queue   chan store.Batch
	waiting sync.WaitGroup
	kept    chan struct{} // closed once nothing is kept any more
	again   time.Duration // how long to wait until a full store is tried again; 0 is keepAgain
	failed  chan error
	full    atomic.Bool // the store has no room, and that was said
}

const (
	// keepSoon is how long matches wait that nothing was told of, so that many are kept at once; keepMany is how many do not wait.
	keepSoon, keepMany = 200 * time.Millisecond, 1000
	// keepQueue is how many batches may wait while one is being kept: then reading waits.
	keepQueue = 16
	// keepPositions is how often positions are kept without anything else.
	keepPositions = time.Second
	// keepAgain is how long to wait until the store is tried again.
	keepAgain = time.Second
)

// openStore opens the store and takes up what an earlier run has kept.
func (t *tailing) openStore(ctx context.Context, f tailFlags, paths []string, o *follow.Options) (closeAll func(), err error) {
	name := f.store
	if name == "" {
		if t.s.stateHome == "" {
			return nil, usageError("there is no folder for state: say --store FILE, or --no-store")
		}
		name = filepath.Join(t.s.stateHome, "store.db")
	}
	fail := func(err error) (func(), error) { return nil, &statusError{exitInternal, err} }
	_, keep, err := parseWhen(f.retain)
	if err != nil || keep < time.Hour {
		return nil, usageError("--keep: %q is no time to keep something for: write 30d, or 1h at least", f.retain)
	}
	if f.matches <= 0 {
		return nil, usageError("--max-matches: keep at least one match, or say --no-store")
	}
	st, err := store.Open(name, store.Options{Now: t.s.now, Check: true, Keep: keep, MaxMatches: f.matches})
	if err != nil {
		return fail(err)
	}
	for _, notice := range st.Notices() {
		t.say("", notice)
	}
	info := store.CaseInfo{Name: f.name, Kind: store.Followed, Version: versionName()}
	for _, p := range paths {
		if p == "-" {
			continue
		}
		full, err := filepath.Abs(p)
		if err != nil {
			st.Close()
			return fail(fmt.Errorf("find the folder: %w", err))
		}
		info.Paths = append(info.Paths, full)
	}
	var events []store.SymptomEvents
	names := t.packs.Rules.SymptomNames()
	for i, list := range t.packs.Rules.EventNames() {
		events = append(events, store.SymptomEvents{Symptom: names[i], Events: list})
	}
	kept, err := st.Live(ctx, info, events)
	if err != nil {
		st.Close()
		return fail(err)
	}
	closeAll = func() {
		kept.Close()
		if err := st.Close(); err != nil {
			t.say("", err.Error())
		}
	}
	told, err := kept.Findings(ctx)
	if err == nil {
		o.Positions, err = kept.Positions(ctx)
	}
	if err == nil {
		err = t.live.Restore(func(yield func(logdoc.Match) error) error { return kept.Matches(ctx, yield) }, told)
	}
	if err != nil {
		closeAll()
		return fail(err)
	}
	t.keep = kept
	t.outbox = &storeOutbox{st, fmt.Sprintf("%d/", kept.Case().ID)}
	t.service.knows(told)
	return closeAll, nil
}

// start begins to keep and tell what run hands over; finish waits until that is done.
func (t *tailing) start(ctx context.Context) {
	t.queue, t.failed, t.kept = make(chan store.Batch, keepQueue), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(t.kept)
		t.keepAll(ctx)
	}()
}

func (t *tailing) finish() {
	close(t.queue)
	<-t.kept
}

// run follows until it is stopped or all has ended.
func (t *tailing) run(ctx context.Context) error {
	t.start(ctx)
	defer t.finish()
	for _, h := range t.follower.Health() {
		t.live.See(h.Path)
	}
	for {
		batch, err := t.follower.Next(ctx)
		t.service.moved(t.s.now(), t)
		t.notices(batch.Notices)
		for _, n := range t.sources.look(t.follower, t.live, t.s.now()) {
			t.say(n.Detail, n.Text)
		}
		if err == nil || len(batch.Pieces) > 0 {
			if err := t.take(ctx, batch); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return t.ended(ctx)
		case ctx.Err() != nil:
			return t.stopped(ctx)
		default:
			return &statusError{exitInternal, err}
		}
	}
}

// take takes what was read, keeps it and tells it.
func (t *tailing) take(ctx context.Context, b follow.Batch) error {
	t.pieces = t.pieces[:0]
	for i := range b.Pieces {
		p := &b.Pieces[i]
		t.pieces = append(t.pieces, diagnose.Piece{Log: p.Log, Path: p.Path, Data: p.Data, Offset: p.Offset, Line: p.Line, Cut: p.Cut, Ended: p.Ended, Position: p.Position})
	}
	t.settleFiles(b)
	g := t.live.Take(t.pieces, b.Now)
	err := t.gain(ctx, g, b.Now)
	if t.show != nil {
		t.news = t.news || len(b.Pieces)+len(g.Turns) > 0
		t.show(b.Now, nil)
	}
	return err
}

// settleFiles adds what is to be kept of files that were read to their end, and takes away what was to be kept of those that are gone.
func (t *tailing) settleFiles(b follow.Batch) {
	for _, gone := range b.Forgotten {
		t.gained.Positions = slices.DeleteFunc(t.gained.Positions, func(p logdoc.Position) bool {
			return p.Device == gone.Device && p.Inode == gone.Inode && p.Path == gone.Path && p.Head == gone.Head
		})
	}
	t.gained.Positions = append(t.gained.Positions, b.Done...)
	t.gained.Forgotten = append(t.gained.Forgotten, b.Forgotten...)
}

// gain adds what was gained to what is to be kept, and keeps and tells it when it is time.
func (t *tailing) gain(ctx context.Context, g diagnose.Gain, now time.Time) error {
	g.Turns = gathered(g.Turns)
	if len(t.gained.Matches)+len(t.gained.Turns) == 0 {
		t.since = now
	}
	t.gained.Matches = append(t.gained.Matches, g.Matches...)
	if t.carries && t.keep == nil {
		t.service.carried.add(g.Matches)
	}
	t.gained.Turns = append(t.gained.Turns, g.Turns...)
	urgent := slices.ContainsFunc(g.Turns, func(turn logdoc.Turn) bool { return turn.Kind != logdoc.Repeated })
	waiting := len(t.gained.Matches)+len(t.gained.Turns) > 0
	if urgent || waiting && (now.Sub(t.since) >= keepSoon || len(t.gained.Matches) >= keepMany) || now.Sub(t.committed) >= keepPositions {
		t.flush(now)
	}
	if t.full.Load() {
		return t.settled() // nothing is read that cannot be kept
	}
	select {
	case err := <-t.failed:
		return err
	default:
		return nil
	}
}

// ended tells what only the end decides.
func (t *tailing) ended(ctx context.Context) error {
	if err := t.gain(ctx, t.live.Stop(t.s.now()), t.s.now()); err != nil {
		return err
	}
	d, turns := t.live.End(t.s.now())
	if err := t.gain(ctx, diagnose.Gain{Turns: turns}, t.s.now()); err != nil {
		return err
	}
	if err := t.last(); err != nil {
		return err
	}
	t.sumUp(d)
	return nil
}

// stopped finishes what is at hand and sums up. Where positions are kept, a record that may still get more lines is read again by the next run.
func (t *tailing) stopped(ctx context.Context) error {
	reload := errors.Is(context.Cause(ctx), errReload)
	if t.keep == nil || reload && t.carries {
		if err := t.gain(ctx, t.live.Stop(t.s.now()), t.s.now()); err != nil {
			return err
		}
	}
	if err := t.last(); err != nil {
		return err
	}
	if reload {
		t.service.carried.told = t.live.SoFar(t.s.now()).Findings
		return errReload
	}
	t.sumUp(t.live.SoFar(t.s.now()))
	if errors.Is(context.Cause(ctx), errTerminated) {
		return nil
	}
	return &statusError{exitInterrupt, nil}
}

// last keeps and tells all that is left.
func (t *tailing) last() error {
	t.flush(t.s.now())
	return t.settled()
}
