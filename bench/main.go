// Command bench measures the whole logdoc report against the article's own grep, on generated logs, in one run.
//
// Ratios are what counts: the two take turns, so that a machine whose speed drifts slows both down, and the ratio is taken pair by pair. Each runs as a whole
// process with its output read and thrown away (grep stops at the first match when it sees that nobody reads).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"logdoc/samples"
)

// seed and every fix what the logs hold: one line of trouble in five thousand.
const seed, every = 1, 5000

// row is one comparison.
type row struct {
	work, against string
	atMost        float64
	ours, theirs  func() *exec.Cmd
}

func main() {
	logdoc := flag.String("logdoc", "bin/logdoc", "the program to measure")
	dir := flag.String("dir", "build/bench", "where the logs are kept between runs")
	size := flag.String("size", "256MiB", "bytes of logs, a quarter of each kind")
	runs := flag.Int("runs", 7, "counted runs of each command")
	flag.Parse()
	if err := run(*logdoc, *dir, *size, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(logdoc, dir, size string, runs int) error {
	bytes, err := parseSize(size)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, size)
	if err := generate(dir, bytes); err != nil {
		return fmt.Errorf("generate logs: %w", err)
	}
	few, many := filepath.Join(dir, "few"), filepath.Join(dir, "many")
	if err := errors.Join(writeRules(few, 20), writeRules(many, 2000)); err != nil {
		return fmt.Errorf("generate rules: %w", err)
	}
	var logs []string
	for _, k := range samples.Kinds() {
		logs = append(logs, filepath.Join(dir, k.FileName()))
	}
	rows := []row{
		{
			work: "report, all built-in packs, " + size, against: `grep -ic "sessionkeytable\|minserial"`, atMost: 1,
			ours:   func() *exec.Cmd { return exec.Command(logdoc, append([]string{"report", "-q"}, logs...)...) },
			theirs: func() *exec.Cmd { return grep(logs) },
		},
		{
			work: "report, all built-in packs, " + size, against: "wc -l",
			ours:   func() *exec.Cmd { return exec.Command(logdoc, append([]string{"report", "-q"}, logs...)...) },
			theirs: func() *exec.Cmd { return exec.Command("wc", append([]string{"-l"}, logs...)...) },
		},
		{
			work: "report, 2,000 CRE rules more, " + size, against: "report, 20 CRE rules more", atMost: 1.5,
			ours: func() *exec.Cmd {
				return exec.Command(logdoc, append([]string{"report", "-q", "--pack", many}, logs...)...)
			},
			theirs: func() *exec.Cmd {
				return exec.Command(logdoc, append([]string{"report", "-q", "--pack", few}, logs...)...)
			},
		},
	}
	fmt.Printf("%-42s %-40s %8s %8s %7s %12s %9s\n", "work", "against", "ours", "theirs", "ratio", "at most", "peak MiB")
	for _, r := range rows {
		if err := measure(r, runs); err != nil {
			return err
		}
	}
	return nil
}

// grep is the article's command in the C.UTF-8 locale. It exits with 1 when a file has no match, which is no failure here.
func grep(logs []string) *exec.Cmd {
	cmd := exec.Command("grep", append([]string{"-ic", `sessionkeytable\|minserial`}, logs...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	return cmd
}

// measure runs the two in turn, after one run of each that does not count, and prints medians.
func measure(r row, runs int) error {
	var ours, theirs, ratios []float64
	var peak int64
	for i := range runs + 1 {
		a, memory, err := timed(r.ours())
		if err != nil {
			return err
		}
		b, _, err := timed(r.theirs())
		if err != nil {
			return err
		}
		if i > 0 {
			ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, a/b)
			peak = max(peak, memory)
		}
	}
	bound := "-"
	if r.atMost > 0 {
		bound = fmt.Sprintf("%.2f", r.atMost)
		if median(ratios) > r.atMost {
			bound += " missed"
		}
	}
	fmt.Printf("%-42s %-40s %7.3fs %7.3fs %7.2f %12s %9.1f\n", r.work, r.against, median(ours), median(theirs), median(ratios), bound, float64(peak)/1024)
	return nil
}

// timed runs a command to its end and returns its wall time in seconds and its peak memory in KiB.
func timed(cmd *exec.Cmd) (seconds float64, peak int64, err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		return 0, 0, fmt.Errorf("read %s: %w", cmd.Path, err)
	}
	err = cmd.Wait()
	seconds = time.Since(start).Seconds()
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 {
		return 0, 0, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return seconds, peakMemory(cmd.ProcessState), nil
}

func median(list []float64) float64 {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// generate writes the logs unless they are there already.
func generate(dir string, size int64) error {
	done := filepath.Join(dir, ".complete")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := samples.WriteLogs(dir, size, seed, every); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o644)
}

func parseSize(text string) (int64, error) {
	var n int64
	var unit string
	if _, err := fmt.Sscanf(text, "%d%s", &n, &unit); err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is no size: write 256MiB", text)
	}
	switch unit {
	case "MiB":
		return n << 20, nil
	case "GiB":
		return n << 30, nil
	}
	return 0, fmt.Errorf("%q is no size: write 256MiB", text)
}
