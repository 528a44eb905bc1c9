// Command bench measures the whole logdoc report against grep, wc, ripgrep, zcat and tar, on generated logs, in one run.
//
// Ratios are what counts: the two take turns, so that a machine whose speed drifts slows both down, and the ratio is taken pair by pair. Each runs as a whole
// process. What a tool that is to be compared needs and does not find is told, and its row is not measured.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// seed and every fix what the logs hold: one line of trouble in five thousand.
const seed, every = 1, 5000

// config is what the command line says.
type config struct {
	logdoc, isal string
	ripgrep      string
	dir, size    string
	runs         int
	only         string
	rate         int
}

func main() {
	var c config
	flag.StringVar(&c.logdoc, "logdoc", "bin/logdoc", "the `program` to measure")
	flag.StringVar(&c.isal, "isal", "", "the same `program`, built with -tags isal")
	flag.StringVar(&c.ripgrep, "ripgrep", "", "the `folder` that npm installed ripgrep in")
	flag.StringVar(&c.dir, "dir", "build/bench", "the `folder` where the inputs are kept between runs")
	flag.StringVar(&c.size, "size", "1GiB", "bytes of logs, a quarter of each kind")
	flag.IntVar(&c.runs, "runs", 5, "counted runs of each command")
	flag.StringVar(&c.only, "only", "", "measure only the rows whose work or tool holds this `text`")
	flag.IntVar(&c.rate, "rate", 0, "measure logdoc tail only at so many `lines` a second")
	flag.Parse()
	if err := run(os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, c config) error {
	size, err := parseSize(c.size)
	if err != nil {
		return err
	}
	if c.runs < 1 {
		return errors.New("-runs must be at least 1")
	}
	in, err := prepare(os.Stderr, c.dir, c.size, size)
	if err != nil {
		return err
	}
	rows := slices.DeleteFunc(rows(c, in), func(r row) bool { return !strings.Contains(r.work, c.only) && !strings.Contains(r.against, c.only) })
	fmt.Fprintf(out, "%s of logs in four files, medians of %d pairs\n\n", c.size, c.runs)
	fmt.Fprintf(out, heading, "work", "against", "ours", "theirs", "ratio", "from-to", "at most", "peak MiB")
	for _, r := range rows {
		if err := r.measure(out, c.runs); err != nil {
			return err
		}
	}
	if strings.Contains(screenWork, c.only) {
		if err := measureScreen(out, c, in); err != nil {
			return err
		}
	}
	if !strings.Contains(tailWork, c.only) {
		return nil
	}
	return measureTail(out, c)
}

// screenWork is the name of the row for the screen.
const screenWork = "screen"

// ripgrepIn returns the program in the folder that npm installed it in, or why there is none of the version that the ratios are promised against.
func ripgrepIn(dir string) (program, missing string) {
	found, err := filepath.Glob(filepath.Join(dir, "node_modules", "@vscode", "ripgrep-*", "bin", "rg"))
	if dir == "" || err != nil || len(found) == 0 {
		return "", "ripgrep is not there: install npm, and let make bench fetch it"
	}
	version, err := output(found[0], "--version")
	if err != nil {
		return "", "ripgrep does not start: " + err.Error()
	}
	if !strings.HasPrefix(version, "ripgrep 15.") {
		line, _, _ := strings.Cut(version, "\n")
		return "", "it is " + line + " and not ripgrep 15"
	}
	return found[0], ""
}

func parseSize(text string) (int64, error) {
	var n int64
	var unit string
	if _, err := fmt.Sscanf(text, "%d%s", &n, &unit); err != nil || n <= 0 || n > 1<<20 {
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
