package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"logdoc/samples"
)

// tailWork is the name of the rows for logdoc tail.
const tailWork = "tail"

// What logdoc tail promises: over ten files with all packs.
const (
	tailFiles = 10
	// tailFor is how long each row writes; markEvery is how often a mark is written whose finding is waited for. What it takes in the first tailStart, in which the packs are loaded
	// and most of what the logs look like is learnt, stands apart.
	tailFor, markEvery = 20 * time.Second, 500 * time.Millisecond
	tailStart          = 5 * time.Second
	tailLatency        = 50 * time.Millisecond
	tailMemory         = 64 // MiB
	tailIdle           = 5  // per cent of a processor at 1,000 lines a second
)

// marks is a pack with a symptom that each mark opens anew, by its number.
const marks = `symptom bench/mark "A mark" {
  severity info
  by id
  event mark in avtar where code == 99999 and message like | mark {id:int}
  certain when mark
  cause
    | The benchmark wrote it.
  impact
    | None.
  look nothing "Nothing"
    run | true
  example "invented: a mark" {
    avtar | 2026-02-10 00:00:00 avtar Info <99999>: mark 1
    expect certain id = 1
  }
  example "invented: none" {
    avtar | 2026-02-10 00:00:00 avtar Info <99999>: no mark
    expect nothing
  }
}
`

// measureTail writes to ten logs at several rates, and tells how long logdoc tail takes from a line to its finding, how much of a processor it uses, and how much memory.
func measureTail(out io.Writer, c config) error {
	fmt.Fprintf(out, "\nlogdoc tail over %d files, all packs, a store; %s each\n", tailFiles, tailFor)
	fmt.Fprintf(out, "%12s %12s %10s %10s %10s %12s %12s %12s\n", "lines/s", "written/s", "median", "99 of 100", "last", "processor", "start-up", "peak MiB")
	rates := []int{1_000, 50_000, 200_000}
	if c.rate > 0 {
		rates = []int{c.rate}
	}
	for _, rate := range rates {
		m, err := tailAt(c, rate)
		if err != nil {
			return fmt.Errorf("tail at %d lines a second: %w", rate, err)
		}
		note := ""
		if m.median > tailLatency || m.peak > tailMemory || rate == 1000 && m.processor > tailIdle {
			note = "  missed"
		}
		fmt.Fprintf(out, "%12d %12.0f %10s %10s %10s %10.1f %% %10.0fms %12.1f%s\n", rate, m.written, m.median.Round(time.Millisecond/10), m.late.Round(time.Millisecond/10), m.last.Round(time.Millisecond/10), m.processor,
			m.start.Seconds()*1000, m.peak, note)
	}
	fmt.Fprintf(out, "at most: median %s, %d MiB, %d %% of a processor at 1,000 lines a second; of one processor, from %s after it follows; start-up is what it took of it until then\n", tailLatency, tailMemory, tailIdle, tailStart)
	return nil
}

// tailed is what one rate gave. late is what 99 of 100 marks were told in, last what the last one was.
type tailed struct {
	written            float64
	median, late, last time.Duration
	processor, peak    float64
	start              time.Duration
}

func tailAt(c config, rate int) (m tailed, err error) {
	dir, err := os.MkdirTemp("", "logdoc-bench-tail-")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	pack := filepath.Join(dir, "marks.logdoc")
	if err := os.WriteFile(pack, []byte(marks), 0o600); err != nil {
		return m, err
	}
	var logs []*growing
	args := []string{"tail", "--json", "--pack", pack, "--store", filepath.Join(dir, "store.db")}
	for i := range tailFiles {
		kind := samples.Kinds()[i%len(samples.Kinds())]
		g := &growing{name: filepath.Join(dir, fmt.Sprintf("%d-%s", i, kind.FileName())), marked: kind == samples.Avtar}
		if err := g.open(kind, int64(i)); err != nil {
			return m, err
		}
		defer g.file.Close()
		logs = append(logs, g)
		args = append(args, g.name)
	}
	cmd := exec.Command(c.logdoc, args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return m, err
	}
	if err := cmd.Start(); err != nil {
		return m, err
	}
	told := make(chan toldMark, 1024)
	go listen(stdout, told)
	if err := logs[0].awaken(told); err != nil {
		return m, err
	}
	steady := make(chan spent, 1)
	time.AfterFunc(tailStart, func() { steady <- spentBy(cmd.Process) })
	var mu sync.Mutex
	marked := map[string]time.Time{}
	var writing sync.WaitGroup
	var failures errorList
	for i, g := range logs {
		writing.Go(func() {
			failures.add(g.write(rate/tailFiles, tailFor, func(id string) {
				mu.Lock()
				defer mu.Unlock()
				marked[id] = time.Now()
			}, i))
		})
	}
	var took []time.Duration
	finished := make(chan struct{})
	go func() { writing.Wait(); close(finished) }()
	late := (<-chan time.Time)(nil)
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(marked) }
	for done := false; !done; {
		select {
		case <-finished:
			finished = nil
			late = time.After(30 * time.Second)
		case t := <-told:
			mu.Lock()
			if at, ok := marked[t.id]; ok {
				took = append(took, t.at.Sub(at))
			}
			mu.Unlock()
		case <-late:
			done = true
		}
		done = done || finished == nil && len(took) == count()
	}
	start, end := <-steady, spentBy(cmd.Process)
	lines := 0
	for _, g := range logs {
		lines += g.lines
	}
	m.peak = float64(runningPeak(cmd.Process)) / 1024
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return m, err
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 130 {
		return m, err
	}
	if err := failures.join(); err != nil {
		return m, err
	}
	if len(took) != len(marked) || len(took) == 0 {
		return m, fmt.Errorf("%d of %d marks were told", len(took), len(marked))
	}
	m.last = took[len(took)-1]
	slices.Sort(took)
	m.written = float64(lines) / tailFor.Seconds()
	m.median, m.late = took[len(took)/2], took[len(took)*99/100]
	m.start = start.processor
	m.processor = 100 * (end.processor - start.processor).Seconds() / end.at.Sub(start.at).Seconds()
	return m, nil
}

// spent is what a process has taken of the processors at a moment.
type spent struct {
	at        time.Time
	processor time.Duration
}

func spentBy(p *os.Process) spent { return spent{time.Now(), runningTime(p)} }

// errorList gathers errors of several goroutines.
type errorList struct {
	mu   sync.Mutex
	list []error
}

func (e *errorList) add(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, err)
}

func (e *errorList) join() error { return errors.Join(e.list...) }

// toldMark is a mark whose finding was told, and when.
type toldMark struct {
	id string
	at time.Time
}

// listen reads turns and passes on the marks among those that open.
func listen(r io.Reader, told chan<- toldMark) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		at := time.Now()
		var t struct {
			Turn    string
			Finding struct{ Symptom, Key string }
		}
		if json.Unmarshal(lines.Bytes(), &t) == nil && t.Turn == "opened" && t.Finding.Symptom == "bench/mark" {
			told <- toldMark{t.Finding.Key, at}
		}
	}
}

// growing is a log that is written to.
type growing struct {
	name   string
	marked bool
	file   *os.File
	text   []byte
	lines  int
}

// open makes the log, with its first lines.
func (g *growing) open(kind samples.Kind, seed int64) error {
	var b bytes.Buffer
	if err := samples.WriteLog(&b, kind, 16<<20, seed, every); err != nil {
		return err
	}
	g.text = b.Bytes()
	var err error
	if g.file, err = os.Create(g.name); err != nil {
		return err
	}
	_, err = g.file.Write(g.text[:64<<10])
	return err
}

// awaken writes marks until the first is told: then logdoc follows.
func (g *growing) awaken(told <-chan toldMark) error {
	late := time.After(30 * time.Second)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for n := 0; ; n++ {
		if _, err := fmt.Fprintf(g.file, "2026-02-10 00:00:00 avtar Info <99999>: mark %d\n2026-02-10 00:00:00 avtar Info <5000>: begun\n", 900_000_000+n); err != nil {
			return err
		}
		select {
		case <-told:
			return nil
		case <-again.C:
		case <-late:
			return errors.New("logdoc does not begin to follow")
		}
	}
}

// write writes lines at a rate, and marks among them, which tell is told of just before they are written.
func (g *growing) write(rate int, long time.Duration, tell func(string), number int) error {
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	began := time.Now()
	text := g.text[bytes.IndexByte(g.text[64<<10:], '\n')+64<<10+1:]
	rest, ids := text, 0
	nextMark := time.Duration(number) * markEvery / 10
	for now := range pace.C {
		passed := now.Sub(began)
		if passed > long {
			return nil
		}
		var b []byte
		if g.marked && passed >= nextMark {
			nextMark += markEvery
			ids++
			id := fmt.Sprint(number*1_000_000 + ids)
			tell(id)
			b = fmt.Appendf(b, "2026-02-10 00:00:00 avtar Info <99999>: mark %s\n", id)
		}
		due := int(passed.Seconds()*float64(rate)) - g.lines
		for range due {
			n := bytes.IndexByte(rest, '\n') + 1
			if n == 0 {
				rest = text
				continue
			}
			b = append(b, rest[:n]...)
			rest = rest[n:]
			g.lines++
		}
		if _, err := g.file.Write(b); err != nil {
			return err
		}
	}
	return nil
}
