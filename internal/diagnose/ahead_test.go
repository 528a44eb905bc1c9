package diagnose

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"logdoc"
	"logdoc/source"
)

// TestBlocksInFlight holds back the blocks that workers hand to others and counts them: memory must not grow with the square of the processors.
func TestBlocksInFlight(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	const workers, blockSize = 8, 4 << 10
	files := fstest.MapFS{}
	var paths []string
	for i := range workers {
		name := fmt.Sprintf("avtar%d.log", i)
		files[name] = &fstest.MapFile{Data: []byte(strings.Repeat("2024-05-02 03:15:23 avtar Info <6555>: Initializing connection\n", 4000))}
		paths = append(paths, name)
	}
	synctest.Test(t, func(t *testing.T) {
		inputs, _ := source.List(files, paths, nil)
		r := newRunner(p, Options{Paths: paths, Files: files, Workers: workers, BlockSize: blockSize})
		parts := make([]*part, len(inputs))
		go func() {
			if err := r.walk(context.Background(), inputs, parts); err != nil {
				t.Error(err)
			}
		}()
		held := make(chan *job, workers*workers*4)
		r.helping.Add(1) // who takes them here
		go func() {
			for j := range r.jobs {
				held <- j
			}
			close(held)
		}()
		synctest.Wait()
		if n := len(held); n > workers || n == 0 {
			t.Errorf("%d blocks were handed over, want at most %d", n, workers)
		}
		sc := newScanner(p)
		for j := range held {
			sc.scan(j)
		}
		synctest.Wait()
		d := &logdoc.Diagnosis{}
		r.join(d, parts, false)
		if d.Coverage.Totals.Records != workers*4000 {
			t.Errorf("%d records, want %d", d.Coverage.Totals.Records, workers*4000)
		}
	})
}
