package lang

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkParse parses and checks the built-in packs.
func BenchmarkParse(b *testing.B) {
	var files [][]byte
	symptoms := 0
	paths, err := filepath.Glob("../../rules/packs/*/*.logdoc")
	if err != nil || len(paths) == 0 {
		b.Fatalf("no packs: %v", err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, src)
		symptoms += bytes.Count(src, []byte("\nsymptom "))
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, src := range files {
			f, ps := Parse(paths[i], src)
			if ps = append(ps, f.Check()...); len(ps.Errors()) > 0 {
				b.Fatal(ps)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(symptoms), "µs/symptom")
}
