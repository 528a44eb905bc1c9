package diagnose

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzRun diagnoses any text, plain and behind so many records that the blocks' seam falls into it: every record is counted in exactly one way, and neither the number of workers nor
// the size of the blocks shows.
func FuzzRun(f *testing.F) {
	const record = "PUMP 2026-03-04 05:06:07 north INFO idle\n"
	const small = 256 << 10
	for _, text := range []string{
		"", record, "PUMP 2026-03-04 05:06:07 north ERROR rotor stuck at 90 degrees\r\n\tat x\r\n", "2026-03-04 05:35:23 avtar FATAL <5704>: x (MSG_ERR_AUTH_FAIL)\n",
		"2026 Mar  4 05:15:02 hsm local5 info  certmonitord[2147]: info : 0 : NTLS certificate expiry monitor started\n", "{\"ts\": 1}\n", "\x1f\x8b\x08\x00", "\xff\xfea\x00\n\x00", "a\rb\r",
		"2026-03-04 05:06:07 something\n2026-03-04 03:06:07 earlier\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := strings.Repeat(record, (small-len(text)/2)/len(record))
		contents := map[string]string{"pump.log": before + string(text) + record, "other": string(text)}
		want := diagnose(t, files(contents), func(o *Options) { o.Workers, o.BlockSize = 1, 1<<20 })
		got := diagnose(t, files(contents), func(o *Options) { o.Workers, o.BlockSize = 3, small })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("three workers with blocks of %d bytes diagnose differently:\n%s", small, diff)
		}
		for _, s := range want.Coverage.Sources {
			if s.Source == "pump.log" && (s.Bytes != int64(len(contents["pump.log"])) || s.Lines != bytes.Count([]byte(contents["pump.log"]), []byte("\n"))) {
				t.Fatalf("%d bytes in %d lines were read of %d", s.Bytes, s.Lines, len(contents["pump.log"]))
			}
		}
	})
}
