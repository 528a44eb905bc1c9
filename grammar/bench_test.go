package grammar

import (
	"bytes"
	"testing"

	"logdoc"
	"logdoc/samples"
)

// generated returns a log of the kind.
func generated(tb testing.TB, kind samples.Kind, size int64) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := samples.WriteLog(&b, kind, size, 1, 500); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkScan(b *testing.B) {
	set := builtin(b)
	for _, kind := range samples.Kinds() {
		b.Run(kind.String(), func(b *testing.B) {
			data := generated(b, kind, 4<<20)
			r := set.Detect(data[:HeadSize], Options{Name: kind.FileName()})
			sc, tally := NewScanner(), &Tally{}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				sc.Scan(r, set, Chunk{Data: data, Line: 1}, tally, func(*logdoc.Event) {})
			}
			records := 0
			for _, n := range tally.Formats {
				records += n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
		})
	}
}
