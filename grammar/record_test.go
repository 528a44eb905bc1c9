package grammar

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"logdoc"
)

const (
	flumeHead  = "2023-08-31 17:15:59,593 | ERROR | [main] |  Unable to deliver event  | org.apache.flume.SinkRunner$PollingRunner.run(SinkRunner.java:160)"
	flumeNext  = "2023-08-31 17:16:00,001 | INFO  | [main] |  again  | org.apache.flume.node.Application.main(Application.java:350)"
	avtarHead  = "2023-05-04 03:15:23 avtar Info <5900>: Workorder received:"
	avtarNext  = "2023-05-04 03:15:24 avtar Info <5905>: Incremental flags: --sequencenumber=2"
	avtarDash  = "--------------------------------------------------------------------------------------------------------"
	gsanRecord = "2023/05/04-01:15:23.04880 {0.0} [srvm-1#srv:4] <1203> connection::accept"
)

// workOrder is a work order as avtar writes it into its log: 70 lines, one of them of 9 kB, full of words that mean nothing here.
func workOrder() []string {
	order := []string{`<snapup version="19.4" ticket="4711" priority="">`}
	for i := range 66 {
		order = append(order, fmt.Sprintf(`  <flag type="password" value="****" name="error_limit_%d" pidnum="3016" />`, i))
	}
	return append(order, "  <vmware failed=\""+strings.Repeat("session ticket FATAL ERROR: ", 330)+"\">", "", "</snapup>")
}

func TestRecordsOfSeveralLines(t *testing.T) {
	frames := func(indent string) []string {
		return []string{
			"org.apache.flume.EventDeliveryException: Failed to send events", indent + "at org.apache.flume.sink.AbstractRpcSink.process(AbstractRpcSink.java:398)",
			indent + "at java.lang.Thread.run(Thread.java:748)", "Caused by: java.io.IOException: Error connecting to /10.1.2.3:21154",
			indent + "at org.apache.avro.ipc.NettyTransceiver.getChannel(NettyTransceiver.java:292)", indent + "... 17 more",
			indent + "Suppressed: java.lang.Exception: closing", indent + indent + "at org.apache.X.close(X.java:1)",
		}
	}
	join := func(l ...string) string { return strings.Join(l, "\n") }
	flat := func(parts ...any) (all []string) {
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				all = append(all, p)
			case []string:
				all = append(all, p...)
			}
		}
		return all
	}
	type test struct {
		name string
		text []string
		want []string
	}
	tests := []test{
		{"two traces in a row", flat(flumeHead, frames("\t"), frames("\t"), flumeNext), []string{join(flat(flumeHead, frames("\t"), frames("\t"))...), flumeNext}},
		{"a trace without its record", flat(frames("\t"), flumeNext), []string{join(frames("\t")...), flumeNext}},
		{"a work order", flat(avtarHead, workOrder(), "", avtarNext), []string{join(flat(avtarHead, workOrder())...), avtarNext}},
		{"a continued line", flat("2023-05-04 03:15:23 avtar Info <0000>: - Connecting to:", "DataDomain: dd01.example", avtarNext),
			[]string{"2023-05-04 03:15:23 avtar Info <0000>: - Connecting to:\nDataDomain: dd01.example", avtarNext}},
		{"blank lines", flat("", " \t", avtarHead, "", "", avtarNext, "", " "), []string{avtarHead, avtarNext}},
		{"dashes inside a record", flat(flumeHead, avtarDash, "| a | table |", avtarDash, flumeNext), []string{join(flumeHead, avtarDash, "| a | table |"), flumeNext}},
		{"another program's vague line inside a record", flat(flumeHead, "Info: the child says hello", "Warning: and goodbye", flumeNext), []string{join(flumeHead, "Info: the child says hello", "Warning: and goodbye"), flumeNext}},
		{"the start script's lines before the log", flat("Info: Including Hive libraries found via () for Hive access", flumeHead), []string{"Info: Including Hive libraries found via () for Hive access", flumeHead}},
		{"a whole file", flat(`<logheader platform="Linux" process_id="avtar" tz="UTC" />`, "", avtarDash, "-----  START avtar log 2023-05-04 03:15:23 UTC  [19.4]", avtarDash, "", avtarHead, workOrder(), "", avtarNext,
			avtarDash, "----- END avtar log 2023-05-04 03:15:23 UTC  (1 warning, 0 errors, 0 fatal errors)", avtarDash), []string{join(flat(avtarHead, workOrder())...), avtarNext}},
		{"text behind the end is not lost", flat(avtarHead, avtarDash, "----- END avtar log", avtarDash, "killed"), []string{join(avtarHead, avtarDash, "----- END avtar log", avtarDash, "killed")}},
		{"text before the first record", flat("a shell prompt", "", avtarHead), []string{"a shell prompt", avtarHead}},
	}
	for _, indent := range []string{"\t", "    ", "        ", " ", ""} {
		tests = append(tests, test{fmt.Sprintf("trace indented by %q", indent), flat(flumeHead, frames(indent), flumeNext), []string{join(flat(flumeHead, frames(indent))...), flumeNext}})
	}
	set := builtin(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := lines(tt.text...)
			compare(t, texts(set, text, Options{}), tt.want)
			compare(t, texts(set, strings.TrimSuffix(text, "\n"), Options{}), tt.want)
			crlf := make([]string, len(tt.want))
			for i, w := range tt.want {
				crlf[i] = strings.ReplaceAll(w, "\n", "\r\n")
			}
			compare(t, texts(set, strings.ReplaceAll(text, "\n", "\r\n"), Options{}), crlf)
			_, tally, r := readAll(set, text, Options{})
			if tally.Lines != int64(len(tt.text)) || tally.Bytes != int64(len(text)) {
				t.Errorf("%d lines, %d bytes; want %d, %d", tally.Lines, tally.Bytes, len(tt.text), len(text))
			}
			if r.salvage {
				t.Error("salvaged")
			}
		})
	}
}

func TestFrameIsCounted(t *testing.T) {
	_, tally, _ := readAll(builtin(t), lines(`<logheader tz="UTC" platform="x" tz="UTC" />`, avtarDash, "-----  START avtar log x", avtarDash, avtarHead, avtarDash, "----- END avtar log x", avtarDash), Options{})
	if tally.Frame != 7 || tally.Formats[0] != 1 || tally.Plain != 0 {
		t.Errorf("%d of the frame, %v, %d plain", tally.Frame, tally.Formats, tally.Plain)
	}
}

func TestLongRecords(t *testing.T) {
	set := builtin(t)
	long := strings.Repeat("x", MaxRecord)
	filler := strings.Repeat("y", 1023) + "\n" // 1 KiB
	for _, tt := range []struct {
		name, text string
		want       []int // lengths
		cut        int   // line
	}{
		{"first line too long", avtarHead + long + "\n" + avtarNext + "\n", []int{MaxRecord, len(avtarNext)}, 1},
		{"first line too long, then more", avtarHead + long + "\nmore\n" + avtarNext + "\n", []int{MaxRecord, len(avtarNext)}, 1},
		{"second line too long", avtarHead + "\n" + long + "\n" + avtarNext + "\n", []int{len(avtarHead), len(avtarNext)}, 2},
		{"too many lines", avtarHead + "\n" + strings.Repeat(filler, 300), []int{len(avtarHead) + 1 + 255<<10 - 1}, 257},
		{"exactly the limit", avtarHead + long[len(avtarHead):] + "\n\n" + avtarNext + "\n", []int{MaxRecord, len(avtarNext)}, 0},
		{"plain", "x" + long + "\n" + avtarNext + "\n", []int{MaxRecord, len(avtarNext)}, 1},
		{"only one line", avtarHead + long, []int{MaxRecord}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			for _, text := range texts(set, tt.text, Options{}) {
				got = append(got, len(text))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("lengths %v, want %v", got, tt.want)
			}
			if _, tally, _ := readAll(set, tt.text, Options{}); tally.LongLine != tt.cut {
				t.Errorf("cut at line %d, want %d", tally.LongLine, tt.cut)
			}
		})
	}
}

func TestLinesOfPartialChunks(t *testing.T) {
	set := builtin(t)
	r := set.Detect([]byte(avtarHead), Options{})
	for _, tt := range []struct {
		name  string
		chunk Chunk
		want  int64
	}{
		{"whole lines", Chunk{Data: []byte("a\nb\n"), Line: 5}, 2},
		{"no final break", Chunk{Data: []byte("a\nb"), Line: 5}, 2},
		{"the middle of a line", Chunk{Data: []byte("aaa"), Line: 5, MidLine: true}, 0},
		{"the end of a line", Chunk{Data: []byte("aaa\n"), Line: 5, MidLine: true}, 0},
		{"the end of a line and another", Chunk{Data: []byte("aaa\nb\n"), Line: 5, MidLine: true}, 1},
		{"the end of a line and a part of another", Chunk{Data: []byte("aaa\nb"), Line: 5, MidLine: true, Open: true}, 1},
		{"nothing", Chunk{Line: 5, MidLine: true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tally Tally
			NewScanner().Scan(r, set, tt.chunk, &tally, func(*logdoc.Event) {})
			if tally.Lines != tt.want {
				t.Errorf("%d lines, want %d", tally.Lines, tt.want)
			}
		})
	}
}

func TestRegexpLine(t *testing.T) {
	set := compiled(t, `format own "Own" {
  line /(?P<time>\S+ \S+) (?P<host>\w+) (?P<severity>\w+) (?P<pri>\d+) (?P<message>.*)/
  inner | code {code}: {message}
  severity { bad = error }
  sample | 2023-05-04 03:15:23 h1 bad 10 code 7: broken
  { time = "2023-05-04T03:15:23Z" severity = critical host = h1 code = 7 message = broken }
}`)
	for _, p := range set.CheckSamples() {
		t.Error(p)
	}
	got, _, _ := readAll(set, lines("2023-05-04 03:15:23 h1 bad 10 code 7: broken"), Options{})
	compare(t, got, []string{"own ¦ 2023-05-04T03:15:23Z ¦ critical ¦ host=h1 ¦ code=7 ¦ message=broken"})
}

// A record without a clock has the time of the nearest one before it that has one.
func TestTimeOfUnclockedRecords(t *testing.T) {
	set := builtin(t)
	text := []byte("avtar Info <1>: one\n2024-01-01 10:00:05 avtar Info <2>: two\navtar Info <3>: three\n")
	r := set.Detect(text, Options{})
	var times []int64
	NewScanner().Scan(r, set, Chunk{Data: text, Line: 1}, &Tally{}, func(ev *logdoc.Event) { times = append(times, ev.Time) })
	stamp := time.Date(2024, 1, 1, 10, 0, 5, 0, time.UTC).UnixNano()
	if want := []int64{math.MinInt64, stamp, stamp}; !slices.Equal(times, want) {
		t.Errorf("times %v, want %v", times, want)
	}
}
