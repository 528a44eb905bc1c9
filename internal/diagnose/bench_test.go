package diagnose

import (
	"context"
	"path/filepath"
	"testing"

	"logdoc/samples"
	"logdoc/source"
)

// benchSize is small enough for the benchmark to be quick and large enough for start-up not to count.
const benchSize = 64 << 20

func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	if err := samples.WriteLogs(dir, benchSize, 1, 5000); err != nil {
		b.Fatal(err)
	}
	p, err := Load(nil, Selection{})
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range append(samples.Kinds(), -1) {
		name, path := "all", dir
		if kind >= 0 {
			name, path = kind.String(), filepath.Join(dir, kind.FileName())
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, err := Run(context.Background(), p, Options{Paths: []string{path}, Files: source.Disk{}, Workers: 1})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(d.Coverage.Totals.Bytes)
			}
		})
	}
}
