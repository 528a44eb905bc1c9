package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"logdoc/internal/sanitize"
)

// meter shows on a terminal how much was read and how fast.
type meter struct {
	s     streams
	read  atomic.Int64
	total int64 // bytes on disk, 0 when they do not tell how much there is to read
}

func newMeter(s streams, paths []string) *meter {
	m := &meter{s: s}
	if s.errTerminal {
		m.total = plainBytes(paths)
	}
	return m
}

// plainBytes sums the files of the paths; 0 when one of them is packed, or what is not known before it is read.
func plainBytes(paths []string) int64 {
	total := int64(0)
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := os.Stat(name)
			if err != nil || !info.Mode().IsRegular() || packed(name) {
				return errUnknownSize
			}
			total += info.Size()
			return nil
		})
		if err != nil {
			return 0
		}
	}
	return total
}

var errUnknownSize = errors.New("unknown size")

// packed reports whether a name promises that more comes out than lies on disk. It only decides whether a percentage is shown.
func packed(name string) bool {
	for _, suffix := range []string{".gz", ".tgz", ".zip", ".xz", ".bz2", ".zst", ".lz4", ".7z", ".tar"} {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}

func (m *meter) add(bytes int64) { m.read.Add(bytes) }

// start shows the progress until the returned function is called. Short runs show nothing.
func (m *meter) start() (stop func()) {
	if !m.s.errTerminal {
		return func() {}
	}
	began := m.s.now()
	ticker := time.NewTicker(200 * time.Millisecond)
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		shown := false
		for {
			select {
			case <-ticker.C:
				if elapsed := m.s.now().Sub(began); elapsed > 500*time.Millisecond {
					fmt.Fprintf(m.s.err, "\r\x1b[K%s", sanitize.Line(m.line(elapsed)))
					shown = true
				}
			case <-done:
				if shown {
					fmt.Fprint(m.s.err, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-finished
	}
}

func (m *meter) line(elapsed time.Duration) string {
	read := m.read.Load()
	rate := float64(read) / elapsed.Seconds()
	line := fmt.Sprintf("read %s, %s/s", megabytes(float64(read)), megabytes(rate))
	if m.total > 0 && read > 0 && rate > 0 {
		left := time.Duration(float64(m.total-read) / rate * float64(time.Second))
		line += fmt.Sprintf(", %d %%, %s left", min(100*read/m.total, 100), max(left, 0).Round(time.Second))
	}
	return line
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }
