package main

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"time"
)

const (
	heading = "%-38s %-39s %8s %8s %6s %11s %12s %16s\n"
	line    = "%-38s %-39s %7.2fs %7.2fs %6.2f %11s %12s %16s\n"
)

// measure runs the two in turn, after one run of each that does not count, and prints medians. One ratio is of a pair, so that from and to tell how quiet the machine was.
func (r row) measure(out io.Writer, runs int) error {
	if r.missing != "" {
		fmt.Fprintf(out, "%-38s %-39s not measured: %s\n", r.work, r.against, r.missing)
		return nil
	}
	var ours, theirs, ratios []float64
	var peak int64
	for i := range runs + 1 {
		a, memory, err := timed(r.ours(), false)
		if err != nil {
			return err
		}
		b, _, err := timed(r.theirs(), r.nowhere)
		if err != nil {
			return err
		}
		if i > 0 {
			ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, a/b)
			peak = max(peak, memory)
		}
	}
	spread := fmt.Sprintf("%.2f-%.2f", slices.Min(ratios), slices.Max(ratios))
	fmt.Fprintf(out, line, r.work, r.against, median(ours), median(theirs), median(ratios), spread,
		bounded("%.2f", r.atMost, median(ratios)), told(float64(peak)/1024)+" of "+bounded("%.0f", r.peak, float64(peak)/1024))
	return nil
}

// told shows a size in MiB; 0 is one that the system does not tell.
func told(mib float64) string {
	if mib == 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f", mib)
}

// bounded shows a bound, and whether it was missed.
func bounded(format string, atMost, value float64) string {
	if atMost == 0 {
		return "-"
	}
	text := fmt.Sprintf(format, atMost)
	if value > atMost {
		text += " missed"
	}
	return text
}

// timed runs a command to its end and returns its wall time in seconds and its peak memory in KiB. Its output is read, or else goes to nothing: grep, for one, stops
// at the first match when it sees that nobody reads.
func timed(cmd *exec.Cmd, nowhere bool) (seconds float64, peak int64, err error) {
	var out io.Reader
	if !nowhere {
		if out, err = cmd.StdoutPipe(); err != nil {
			return 0, 0, err
		}
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	if out != nil {
		if _, err := io.Copy(io.Discard, out); err != nil {
			return 0, 0, fmt.Errorf("read %s: %w", cmd.Path, err)
		}
	}
	err = cmd.Wait()
	seconds = time.Since(start).Seconds()
	// A search that finds nothing ends with 1.
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 {
		return 0, 0, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return seconds, peakMemory(cmd.ProcessState), nil
}

// output runs a command and returns what it prints.
func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	return string(out), err
}

func median(list []float64) float64 {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
