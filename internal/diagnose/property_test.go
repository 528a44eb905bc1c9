package diagnose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logdoc"
)

// lines are records of several formats, known and unknown ones, and lines that belong to none.
var lines = rapid.OneOf(
	rapid.Map(rapid.IntRange(0, 359), func(n int) string {
		return fmt.Sprintf("PUMP 2026-03-04 05:%02d:07 north ERROR rotor stuck at %d degrees", n%60, n)
	}),
	rapid.SampledFrom([]string{
		"PUMP 2026-03-04 05:06:07 north INFO rotor free",
		"PUMP 2026-03-04 05:06:07 south WARN inlet dry",
		"PUMP 2026-03-04 05:06:07 south INFO started",
		"PUMP 2026-03-04 05:06:07 south WARN belt 17 slips",
		"2026-03-04 05:35:23 avtar Error <8609>: Connection killed from GSAN. (Log #1)",
		"2026-03-04 05:35:23 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution (x)",
		"2026/03/04-05:07:15.04880 {0.0} [srvm-518654#srv:481] WARN: <1479> sessionkeytable::setpublickey new serial=1 less than current minserial=2",
		"2026 Mar  4 05:15:02 hsm local5 info  certmonitord[2147]: info : 0 : NTLS certificate expiry monitor started",
		"Mar  4 05:15:02 hsm kernel: something",
		"java.io.IOException: x",
		"\tat org.apache.Foo.bar(Foo.java:12)",
		"Caused by: java.io.EOFException",
		"", " ", "<xml>", "plain words", "\x1b[31mred", "caf\xe9", "nul\x00nul",
	}),
	rapid.StringN(0, 40, -1),
	rapid.Map(rapid.IntRange(1, 400_000), func(n int) string { return "PUMP 2026-03-04 05:06:07 long INFO " + strings.Repeat("x", n) }),
)

// TestAnyMixIsCountedOnce: whatever stands in the files, each record is counted in exactly one way, and neither the number of workers nor the size of the blocks
// shows in the diagnosis.
func TestAnyMixIsCountedOnce(t *testing.T) {
	names := []string{"pump.log", "pump.log.1", "messages", "etc/pump.conf", "clientlogs/avtar.log", "gsan.log.001"}
	rapid.Check(t, func(rt *rapid.T) {
		contents := map[string]string{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID[string]).Draw(rt, "names") {
			end := rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(rt, "line end")
			contents[name] = strings.Join(rapid.SliceOfN(lines, 0, 30).Draw(rt, name), end) + rapid.SampledFrom([]string{"", end}).Draw(rt, "last")
		}
		system := files(contents)
		var want *logdoc.Diagnosis
		for _, size := range []int{256 << 10, 1 << 20} {
			for _, workers := range []int{1, 3} {
				got := diagnose(t, system, func(o *Options) { o.Workers, o.BlockSize = workers, size })
				if want == nil {
					want = got
				}
				if diff := cmp.Diff(want, got); diff != "" {
					rt.Fatalf("%d workers with blocks of %d bytes diagnose differently:\n%s", workers, size, diff)
				}
			}
		}
	})
}
