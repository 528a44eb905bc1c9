package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"logdoc"
	"logdoc/alert"
	"logdoc/internal/diagnose"
	"logdoc/internal/health"
	"logdoc/internal/sanitize"
	"logdoc/source/follow"
	"logdoc/store"
)

// serviceFlags are the options of logdoc tail for machines.
type serviceFlags struct {
	alarmFlags
	listen, config string
	check          bool
}

func (f *serviceFlags) flags(fl *pflag.FlagSet) {
	f.alarmFlags.flags(fl)
	fl.StringVar(&f.listen, "listen", "", "answer /metrics (Prometheus), /healthz and /readyz at this `address`; :9464 is of this machine alone, 0.0.0.0:9464 of all")
	fl.StringVar(&f.config, "config", "", "read options and paths from this YAML `file`; what the command line says goes first. SIGHUP reads it again")
	fl.BoolVar(&f.check, "check-config", false, "say whether options, configuration file and packs are all right, and follow nothing")
}

// notInConfig are flags that mean nothing in a configuration file.
var notInConfig = []string{"config", "check-config", "tui", "background", "help"}

// given are the flags of the command line, to be set again when the configuration is read anew.
type given []givenFlag

type givenFlag struct {
	name   string
	values []string
}

func givenFlags(fl *pflag.FlagSet) given {
	var g given
	fl.Visit(func(f *pflag.Flag) {
		if list, many := f.Value.(pflag.SliceValue); many {
			g = append(g, givenFlag{f.Name, list.GetSlice()})
			return
		}
		g = append(g, givenFlag{f.Name, []string{f.Value.String()}})
	})
	return g
}

// set gives a fresh set of flags the same values.
func (g given) set(fl *pflag.FlagSet) error {
	for _, of := range g {
		f := fl.Lookup(of.name)
		if f == nil {
			continue // of the program as a whole
		}
		f.Changed = true
		if list, many := f.Value.(pflag.SliceValue); many {
			if err := list.Replace(of.values); err != nil {
				return err
			}
		} else if err := f.Value.Set(of.values[0]); err != nil {
			return err
		}
	}
	return nil
}

// settled is how logs are followed, all of it checked.
type settled struct {
	f       tailFlags
	paths   []string
	packs   *diagnose.Packs
	options diagnose.Options
	alarms  alert.Options
	// broken: a pack that was named has mistakes, and is not used in full.
	broken bool
}

// settle reads the configuration file, if there is one, and checks everything that can be checked without following anything.
func settle(ctx context.Context, s streams, g given, args []string) (*settled, error) {
	set := &settled{paths: args}
	f := &set.f
	fl := pflag.NewFlagSet("tail", pflag.ContinueOnError)
	f.flags(fl)
	if err := g.set(fl); err != nil {
		return nil, usageError("%w", err)
	}
	if f.service.config != "" {
		if err := set.readConfig(s, fl); err != nil {
			return nil, err
		}
	}
	if err := f.check(set.paths); err != nil {
		return nil, err
	}
	var err error
	if set.alarms, err = f.service.options(os.Getenv, os.Environ()); err != nil {
		return nil, usageError("%w", err)
	}
	if set.packs, set.broken, err = loadPacks(s, f.reportFlags); err != nil {
		return nil, err
	}
	set.options, err = options(ctx, s, f.reportFlags, set.packs, set.paths)
	return set, err
}

func (set *settled) readConfig(s streams, fl *pflag.FlagSet) error {
	name := set.f.service.config
	src, err := readBounded(name, 1<<20)
	if err != nil {
		return usageError("read the configuration: %w", err)
	}
	c := &configFile{name: name, not: notInConfig}
	c.words = set.words(c)
	problems := c.read(src, fl)
	for _, p := range problems {
		fmt.Fprint(s.err, p.Format())
	}
	if n := len(problems); n > 0 {
		return usageError("the configuration %s cannot be used: correct the above", sanitize.Line(logdoc.LogText(name)))
	}
	return nil
}

// words are the keys of a configuration file that are no flags, or say more than a flag.
func (set *settled) words(c *configFile) map[string]func(*yaml.Node) {
	words := set.f.service.words(c)
	words["paths"] = func(n *yaml.Node) {
		if paths := c.texts(n); len(set.paths) == 0 {
			set.paths = paths
		}
	}
	return words
}

// check refuses flags that contradict each other.
func (f *tailFlags) check(paths []string) error {
	switch {
	case len(paths) == 0:
		return usageError("say what to follow: logdoc tail PATH..., where - is standard input, or paths in the file of --config")
	case !slices.Contains([]string{"auto", "always", "never"}, f.color):
		return usageError("unknown --color %q: use auto, always or never", f.color)
	case f.last < 0:
		return usageError("-n %d: it counts lines from the end", f.last)
	case f.fromStart && f.last > 0:
		return usageError("either --from-start or -n: they say two places to begin at")
	case f.noStore && (f.store != "" || f.name != ""):
		return usageError("--no-store keeps no case: leave out --store and --name")
	}
	return nil
}

// describe says what would be followed.
func (set *settled) describe() string {
	receivers := len(set.alarms.Sinks) + len(set.alarms.Webhooks)
	return fmt.Sprintf("paths: %d, symptoms: %d, receivers of alarms: %d", len(set.paths), len(set.packs.Rules.SymptomNames()), receivers)
}

// errReload is why a run has ended that goes on with another configuration.
var errReload = errors.New("the configuration was read again")

// serve follows logs until it is stopped, and with another configuration when a signal wants that and it is sound.
func serve(ctx context.Context, s streams, g given, args []string) error {
	set, err := settle(ctx, s, g, args)
	if err != nil {
		return err
	}
	if set.f.service.check {
		if set.broken || len(set.packs.Problems.Errors()) > 0 {
			return usageError("a pack is not used in full: correct the above")
		}
		_, err := fmt.Fprintln(s.out, "all right: "+set.describe())
		return err
	}
	v := &service{s: s, manager: health.Manager{Socket: os.Getenv("NOTIFY_SOCKET")}, outbox: &alert.Memory{}, findings: map[findingID]findingState{}, began: s.now()}
	v.watchdog = health.WatchdogEvery(os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID"), os.Getpid())
	defer v.close()
	// Without a service manager and a configuration there is nothing to read again, and a terminal that closes ends the program.
	if set.f.service.config != "" || v.manager.Socket != "" {
		hangups := make(chan os.Signal, 1)
		signal.Notify(hangups, syscall.SIGHUP)
		defer signal.Stop(hangups)
		v.hangups = hangups
	}
	for {
		if err := v.listen(ctx, set.f.service.listen); err != nil {
			return usageError("listen: %w", err)
		}
		runCtx, stop := context.WithCancelCause(ctx)
		next := make(chan *settled, 1)
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			if set := v.awaitReload(runCtx, g, args); set != nil {
				next <- set
				stop(errReload)
			}
		}()
		err := runTail(runCtx, s, set, v)
		stop(nil)
		<-watched
		select {
		case set = <-next:
		default:
			return err
		}
		if !errors.Is(err, errReload) {
			return err // it ended by itself in the same moment
		}
	}
}

// awaitReload waits for a signal after which everything is sound, and returns what was read; nil when the context ends. Of what is not sound it says so, and the run goes on as it is.
func (v *service) awaitReload(ctx context.Context, g given, args []string) *settled {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-v.hangups:
		}
		v.count(&v.reloads)
		v.notify(v.manager.Reloading(monotonic()))
		set, err := settle(ctx, v.s, g, args)
		if err == nil && (set.broken || len(set.packs.Problems.Errors()) > 0) {
			err = errors.New("a pack has mistakes")
		}
		if err == nil {
			v.say("reloaded: " + set.describe())
			return set
		}
		if ctx.Err() != nil {
			return nil
		}
		v.count(&v.refused)
		v.say(fmt.Sprintf("not reloaded, the last good configuration goes on: %v", err))
		v.notify(v.manager.Ready("follows, with the configuration before the last, which has mistakes"))
	}
}

// carried is what a run hands to the next one where the logs cannot be opened anew: standard input, or without a store.
type carried struct {
	follower *follow.Follower
	paths    []string
	// told are the findings as they were told last, matches the newest evidence, of the symptoms and events that the packs then had.
	told     []logdoc.Finding
	matches  []logdoc.Match
	symptoms []string
	events   [][]string
}

// maxCarried bounds the matches.
const maxCarried = 5000

// add takes matches, and forgets the oldest of too many.
func (c *carried) add(matches []logdoc.Match) {
	c.matches = append(c.matches, matches...)
	if len(c.matches) >= 2*maxCarried {
		c.matches = slices.Clone(c.matches[len(c.matches)-maxCarried:])
	}
}

// known gives the matches of symptoms and events that the packs still have, by the numbers they have now.
func (c *carried) known(p *diagnose.Packs, yield func(logdoc.Match) error) error {
	symptoms, events := p.Rules.SymptomNames(), p.Rules.EventNames()
	for _, m := range c.matches {
		symptom := slices.Index(symptoms, c.symptoms[m.Symptom])
		if symptom < 0 {
			continue
		}
		event := slices.Index(events[symptom], c.events[m.Symptom][m.Event])
		if event < 0 {
			continue
		}
		m.Symptom, m.Event = symptom, event
		if err := yield(m); err != nil {
			return err
		}
	}
	return nil
}

// belongs says of which packs the matches are that come.
func (c *carried) belongs(p *diagnose.Packs, matches []logdoc.Match) {
	c.matches, c.symptoms, c.events = matches, p.Rules.SymptomNames(), p.Rules.EventNames()
}

// storeOutbox is the store's outbox, of one case.
type storeOutbox struct {
	st     *store.Store
	prefix string
}

func (o *storeOutbox) out(m alert.Message) store.Message {
	return store.Message{ID: m.ID, Sink: o.prefix + m.Sink, Body: m.Body, Due: m.Due, Tries: m.Tries}
}

// Add keeps a message.
func (o *storeOutbox) Add(ctx context.Context, m alert.Message) error { return o.st.Add(ctx, o.out(m)) }

// Due returns what is to be sent by now.
func (o *storeOutbox) Due(ctx context.Context, now time.Time) ([]alert.Message, error) {
	found, err := o.st.DueOf(ctx, now, o.prefix)
	due := make([]alert.Message, len(found))
	for i, m := range found {
		due[i] = alert.Message{ID: m.ID, Sink: strings.TrimPrefix(m.Sink, o.prefix), Body: m.Body, Due: m.Due, Tries: m.Tries}
	}
	return due, err
}

// Done forgets a message.
func (o *storeOutbox) Done(ctx context.Context, id int64) error { return o.st.Done(ctx, id) }

// Retry puts a message off.
func (o *storeOutbox) Retry(ctx context.Context, id int64, due time.Time) error {
	return o.st.Retry(ctx, id, due)
}

// Waiting is how many there are.
func (o *storeOutbox) Waiting(ctx context.Context) (int, error) {
	return o.st.WaitingOf(ctx, o.prefix)
}
