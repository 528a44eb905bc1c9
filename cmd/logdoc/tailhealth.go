package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"logdoc"
	"logdoc/alert"
	"logdoc/internal/health"
	"logdoc/internal/sanitize"
	"logdoc/source/follow"
)

// service is what lasts from one configuration of logdoc tail to the next: the endpoint, the service manager, the alarms' memory, the numbers.
type service struct {
	s       streams
	manager health.Manager
	// watchdog is how often the service manager wants a sign of life; 0 for never.
	watchdog time.Duration
	hangups  <-chan os.Signal
	pulse    health.Pulse
	began    time.Time
	outbox   *alert.Memory
	carried  carried

	address string
	hush    context.CancelFunc // ends the endpoint
	hushed  chan struct{}

	mu     sync.Mutex
	alerts *alert.Alerts
	// waits is why it is not ready, empty when it is.
	waits                                  string
	fed, shown                             time.Time
	counts                                 logdoc.SourceCoverage
	late                                   int
	logs                                   []follow.Health
	symptoms                               int
	turns                                  [len(turnKinds)]int64
	findings                               map[findingID]findingState
	reloads, refused, storeErrors, notices int64
	managerFails                           bool
}

var turnKinds = [...]logdoc.TurnKind{logdoc.Opened, logdoc.Stronger, logdoc.Repeated, logdoc.WasCleared, logdoc.Reopened, logdoc.Moved}

type findingID struct {
	symptom string
	key     logdoc.LogText
}

type findingState struct {
	severity logdoc.Severity
	state    logdoc.State
}

const (
	// maxStates is how many findings are counted by symptom and state; beyond it those that are cleared are forgotten, and no new ones are counted.
	maxStates = 20_000
	// showEvery is how often the numbers are looked at.
	showEvery = time.Second
	// stuckAfter is how long nothing may move until the program does not count as alive.
	stuckAfter = time.Minute
	// closeWait is how long receivers may take to get what waits for them when the program ends.
	closeWait = 5 * time.Second
)

// listen opens the endpoint, or leaves it as it is when the address is the same.
func (v *service) listen(ctx context.Context, address string) error {
	if address == v.address {
		return nil
	}
	var serve func()
	if address != "" {
		l, err := health.Listen(ctx, address)
		if err != nil {
			return err
		}
		serveCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		hushed := make(chan struct{})
		serve = func() {
			v.hush, v.hushed = cancel, hushed
			go func() {
				defer close(hushed)
				if err := health.Serve(serveCtx, l, health.Page{Metrics: v.metrics, Alive: v.alive, Ready: v.ready}); err != nil {
					v.say(fmt.Sprintf("the endpoint has ended: %v", err))
				}
			}()
			v.say(fmt.Sprintf("metrics and health at http://%s", l.Addr()))
		}
	}
	v.silence()
	v.address = address
	if serve != nil {
		serve()
	}
	return nil
}

// silence ends the endpoint.
func (v *service) silence() {
	if v.hush != nil {
		v.hush()
		<-v.hushed
		v.hush = nil
	}
}

func (v *service) close() {
	v.notify(v.manager.Stopping())
	v.silence()
	if v.carried.follower != nil {
		_ = v.carried.follower.Close() // there is nothing more to read
	}
}

// tells begins telling alarms. The function that it returns ends it.
func (v *service) tells(o alert.Options, outbox alert.Outbox) func() {
	o.Clock, o.From, o.Problem = wallClock{v.s.now}, hostName(), v.say
	if o.Outbox = outbox; outbox == nil {
		o.Outbox = v.outbox
	}
	v.mu.Lock()
	o.Before = v.alerts
	v.mu.Unlock()
	a := alert.New(o)
	v.mu.Lock()
	v.alerts = a
	v.mu.Unlock()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeWait)
		defer cancel()
		a.Close(ctx)
	}
}

// knows takes what an earlier run has told.
func (v *service) knows(told []logdoc.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.findings)
	for i := range told {
		v.note(logdoc.Turn{Kind: logdoc.Repeated, Finding: told[i]})
	}
}

// take counts turns, and decides who is told what of them.
func (v *service) take(turns []logdoc.Turn) alert.Batch {
	v.mu.Lock()
	for _, t := range turns {
		v.turns[t.Kind]++
		v.note(t)
	}
	v.mu.Unlock()
	return v.alerts.Take(turns)
}

func (v *service) note(t logdoc.Turn) {
	id := findingID{t.Finding.Symptom, t.Finding.Key}
	if t.Kind == logdoc.Moved {
		delete(v.findings, id)
		return
	}
	if _, known := v.findings[id]; !known && len(v.findings) >= maxStates {
		for other, of := range v.findings {
			if of.state == logdoc.Cleared {
				delete(v.findings, other)
			}
		}
		if len(v.findings) >= maxStates {
			return
		}
	}
	v.findings[id] = findingState{t.Finding.Severity, t.Finding.State}
}

// opened says that everything is set up.
func (v *service) opened(set *settled) {
	v.mu.Lock()
	v.waits, v.symptoms = "", len(set.packs.Rules.SymptomNames())
	v.mu.Unlock()
	v.pulse.Beat(v.s.now())
	v.notify(v.manager.Ready("follows; " + set.describe()))
}

// moved says that the loop has turned, and shows the numbers now and then.
func (v *service) moved(now time.Time, t *tailing) {
	v.beat(now)
	v.mu.Lock()
	due := now.Sub(v.shown) >= showEvery || now.Before(v.shown)
	if due {
		v.shown = now
	}
	v.mu.Unlock()
	if !due {
		return
	}
	counts, late, logs := t.live.Counts(), t.live.Late(), t.follower.Health()
	v.mu.Lock()
	v.counts, v.late, v.logs = counts, late, logs
	v.mu.Unlock()
}

// full says that the store takes nothing for the time being: the program is alive, and does not do what it is for.
func (v *service) full(now time.Time, err error) {
	v.beat(now)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.storeErrors++
	v.waits = err.Error()
}

// room says that the store takes something again.
func (v *service) room() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waits = ""
}

// beat is a sign of life. What reads gives one, and what waits for room in the store.
func (v *service) beat(now time.Time) {
	v.pulse.Beat(now)
	v.mu.Lock()
	due := v.watchdog > 0 && (now.Sub(v.fed) >= v.watchdog/2 || now.Before(v.fed))
	if due {
		v.fed = now
	}
	v.mu.Unlock()
	if due {
		v.notify(v.manager.Alive())
	}
}

func (v *service) count(n *int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*n++
}

// notify tells once that the service manager cannot be told anything.
func (v *service) notify(err error) {
	v.mu.Lock()
	first := err != nil && !v.managerFails
	v.managerFails = err != nil
	v.mu.Unlock()
	if first {
		v.say(fmt.Sprintf("tell the service manager: %v", err))
	}
}

// say says something about the run itself.
func (v *service) say(text string) { fmt.Fprintln(v.s.err, "logdoc: "+string(sanitize.Line(text))) }

func (v *service) alive() error { return v.pulse.Alive(v.s.now(), stuckAfter) }

func (v *service) ready() error {
	if err := v.alive(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.waits != "" {
		return errors.New(v.waits)
	}
	return nil
}

// metrics are the numbers for Prometheus.
func (v *service) metrics() []health.Metric {
	now := v.s.now()
	v.mu.Lock()
	counts, late, logs, alerts := v.counts, v.late, v.logs, v.alerts
	turns := v.turns
	type group struct {
		symptom  string
		severity logdoc.Severity
		state    logdoc.State
	}
	groups := map[group]int{}
	for id, of := range v.findings {
		groups[group{id.symptom, of.severity, of.state}]++
	}
	list := []health.Metric{
		{Name: "logdoc_info", Help: "The version.", Samples: []health.Sample{{Labels: []health.Label{{Name: "version", Value: logdoc.LogText(versionName())}}, Value: 1}}},
		health.One("logdoc_start_time_seconds", "When it began, in seconds since 1970.", false, float64(v.began.Unix())),
		health.One("logdoc_symptoms", "Symptoms that are looked for.", false, float64(v.symptoms)),
		health.One("logdoc_reloads_total", "How often the configuration was to be read again.", true, float64(v.reloads)),
		health.One("logdoc_reloads_refused_total", "How often it was not used, for its mistakes.", true, float64(v.refused)),
		health.One("logdoc_store_errors_total", "How often the store had no room.", true, float64(v.storeErrors)),
		health.One("logdoc_notices_total", "What was said about sources: unreadable, truncated, lines lost.", true, float64(v.notices)),
	}
	v.mu.Unlock()
	gauge := func(name, help string, value float64) { list = append(list, health.One(name, help, false, value)) }
	gauge("logdoc_read_bytes", "Bytes read since the start or the last reload.", float64(counts.Bytes))
	gauge("logdoc_read_lines", "Lines read since the start or the last reload.", float64(counts.Lines))
	gauge("logdoc_late_records", "Records since the start or the last reload that came when others had passed their time: they count, but take nothing back.", float64(late))
	records := health.Metric{Name: "logdoc_read_records", Help: "Records read since the start or the last reload, by what is known of them; unread is what no format knows."}
	for _, r := range []struct {
		kind string
		n    int
	}{{"known_bad", counts.KnownBad}, {"known_normal", counts.KnownNormal}, {"unexplained", counts.Unexplained}, {"unread", counts.Unread}} {
		records.Samples = append(records.Samples, health.Sample{Labels: []health.Label{{Name: "kind", Value: logdoc.LogText(r.kind)}}, Value: float64(r.n)})
	}
	turned := health.Metric{Name: "logdoc_turns_total", Help: "What became of findings.", Counter: true}
	for i, kind := range turnKinds {
		turned.Samples = append(turned.Samples, health.Sample{Labels: []health.Label{{Name: "turn", Value: logdoc.LogText(kind.String())}}, Value: float64(turns[i])})
	}
	found := health.Metric{Name: "logdoc_findings", Help: "Findings as they stand."}
	for g, n := range groups {
		found.Samples = append(found.Samples, health.Sample{Labels: []health.Label{
			{Name: "symptom", Value: logdoc.LogText(g.symptom)}, {Name: "severity", Value: logdoc.LogText(g.severity.String())}, {Name: "state", Value: logdoc.LogText(g.state.String())},
		}, Value: float64(n)})
	}
	return slices.Concat(list, []health.Metric{records, turned, found}, lagMetrics(logs, now), alarmMetrics(alerts))
}

// lagMetrics say how far behind each path is. A path that is read to its end lags by no time, however old what stands there is.
func lagMetrics(logs []follow.Health, now time.Time) []health.Metric {
	bytes := health.Metric{Name: "logdoc_lag_bytes", Help: "Bytes that stand there unread."}
	seconds := health.Metric{Name: "logdoc_lag_seconds", Help: "How long something has stood there unread, at most."}
	states := health.Metric{Name: "logdoc_sources", Help: "Paths by how they are doing."}
	byState := map[string]int{}
	for _, h := range logs {
		of := []health.Label{{Name: "path", Value: h.Path}}
		behind := 0.0
		if since := h.Read; h.Lag > 0 {
			if since.IsZero() || h.Written.After(since) && since.IsZero() {
				since = h.Written
			}
			if !since.IsZero() {
				behind = max(0, now.Sub(since).Seconds())
			}
		}
		bytes.Samples = append(bytes.Samples, health.Sample{Labels: of, Value: float64(h.Lag)})
		seconds.Samples = append(seconds.Samples, health.Sample{Labels: of, Value: behind})
		byState[h.State.String()]++
	}
	for state, n := range byState {
		states.Samples = append(states.Samples, health.Sample{Labels: []health.Label{{Name: "state", Value: logdoc.LogText(state)}}, Value: float64(n)})
	}
	return []health.Metric{bytes, seconds, states}
}

func alarmMetrics(a *alert.Alerts) []health.Metric {
	if a == nil {
		return nil
	}
	receivers, held := a.Numbers()
	sent := health.Metric{Name: "logdoc_alarms_sent_total", Help: "Alarms that arrived.", Counter: true}
	failed := health.Metric{Name: "logdoc_alarms_failed_total", Help: "Tries that failed.", Counter: true}
	dropped := health.Metric{Name: "logdoc_alarms_dropped_total", Help: "Alarms that never will arrive.", Counter: true}
	waiting := health.Metric{Name: "logdoc_alarms_waiting", Help: "Alarms that wait for a receiver or in the outbox."}
	for _, r := range receivers {
		of := []health.Label{{Name: "receiver", Value: logdoc.LogText(r.Name)}}
		sent.Samples = append(sent.Samples, health.Sample{Labels: of, Value: float64(r.Sent)})
		failed.Samples = append(failed.Samples, health.Sample{Labels: of, Value: float64(r.Failed)})
		dropped.Samples = append(dropped.Samples, health.Sample{Labels: of, Value: float64(r.Dropped)})
		waiting.Samples = append(waiting.Samples, health.Sample{Labels: of, Value: float64(r.Waiting)})
	}
	return []health.Metric{sent, failed, dropped, waiting, health.One("logdoc_alarms_held_total", "Turns that were held back since the finding had only just been told.", true, float64(held))}
}
