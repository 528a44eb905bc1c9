package grammar

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"logdoc/samples"
)

func TestSalvage(t *testing.T) {
	for _, tt := range []struct {
		name string
		text []string
		want []string
	}{
		{"several records in one line",
			[]string{"2024-05-02 03:15:23 avtar Error <8609>: Connection killed. (Log #1) 2024-05-02 03:15:24 avtar FATAL <5704>: Fatal Server Error 2024-05-02 03:15:25 avtar Info <5917>: Back"},
			[]string{
				"avtar ¦ 2024-05-02T03:15:23Z ¦ error ¦ program=avtar ¦ code=8609 ¦ message=Connection killed. ¦ lognumber=1",
				"avtar ¦ 2024-05-02T03:15:24Z ¦ critical ¦ program=avtar ¦ code=5704 ¦ message=Fatal Server Error",
				"avtar ¦ 2024-05-02T03:15:25Z ¦ info ¦ program=avtar ¦ code=5917 ¦ message=Back",
			}},
		{"a lost head, completed from the next record",
			[]string{"4-05-02 03:15:23 avtar Info <8474>: - Log file path: /x.log 2024-05-02 03:15:24 avtar Info <6555>: Initializing connection"},
			[]string{
				"avtar ¦ 2024-05-02T03:15:23Z ¦ info ¦ program=avtar ¦ code=8474 ¦ message=Log file path: /x.log",
				"avtar ¦ 2024-05-02T03:15:24Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=Initializing connection",
			}},
		{"a lost bracket",
			[]string{"4-02-26 13:38:02]RoleInstance failed [2024-02-26 13:38:03]RoleInstance stopped"},
			[]string{"mrs-manager ¦ 2024-02-26T13:38:02Z ¦ unrated ¦ message=RoleInstance failed", "mrs-manager ¦ 2024-02-26T13:38:03Z ¦ unrated ¦ message=RoleInstance stopped"}},
		{"records that end in a bracket",
			[]string{"[CST 2024-02-26 13:31:43][INFO] [[a:1]] [one] [99] [CST 2024-02-26 13:31:44][INFO] [[a:2]] [two] [99]"},
			[]string{
				"flume-start ¦ 2024-02-26T05:31:43Z ¦ info ¦ pid=99 ¦ message=one ¦ location=a:1",
				"flume-start ¦ 2024-02-26T05:31:44Z ¦ info ¦ pid=99 ¦ message=two ¦ location=a:2",
			}},
		{"dots between tails",
			[]string{"The server's log says:", "[srvm-7#srv:4] WARN: <1479> sessionkeytable::setpublickey new serial=12 less than current minserial=500 ... [srvm-8#srv:7] WARN: <1426> sessionkeytable::comparesignature incorrect signature"},
			[]string{
				"plain ¦ The server's log says:",
				"gsan ¦ no clock ¦ warning ¦ code=1479 ¦ message=sessionkeytable::setpublickey new serial=12 less than current minserial=500 ¦ thread=srvm-7#srv:4",
				"gsan ¦ no clock ¦ warning ¦ code=1426 ¦ message=sessionkeytable::comparesignature incorrect signature ¦ thread=srvm-8#srv:7",
			}},
		{"tails without a thread",
			[]string{"WARN: <1418> ticket with serial=12 was used already WARN: <1426> incorrect signature"},
			[]string{"gsan ¦ no clock ¦ warning ¦ code=1418 ¦ message=ticket with serial=12 was used already", "gsan ¦ no clock ¦ warning ¦ code=1426 ¦ message=incorrect signature"}},
		{"quotation marks",
			[]string{"> 2012 Feb 9 02:05:01 hsm7 local5 info certmonitord[77]: info : 0 : started", ">", "> > 2012 Feb 9 02:05:02 hsm7 local5 info certmonitord[77]: info : 0 : stopped"},
			[]string{
				"luna ¦ 2012-02-09T02:05:01Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=started ¦ facility=local5",
				"luna ¦ 2012-02-09T02:05:02Z ¦ info ¦ host=hsm7 ¦ program=certmonitord ¦ pid=77 ¦ code=0 ¦ message=stopped ¦ facility=local5",
			}},
		{"list marks and prose between",
			[]string{"What we saw:", "- 2024-05-02 03:15:23 avtar Info <6555>: one", "  * 2024-05-02 03:15:24 avtar Info <6555>: two", "Then nothing.", "• 2024-05-02 03:15:25 avtar Info <6555>: three", "–  2024-05-02 03:15:26 avtar Info <6555>: four"},
			[]string{
				"plain ¦ What we saw:",
				"avtar ¦ 2024-05-02T03:15:23Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=one",
				"avtar ¦ 2024-05-02T03:15:24Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=two",
				"plain ¦ Then nothing.",
				"avtar ¦ 2024-05-02T03:15:25Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=three",
				"avtar ¦ 2024-05-02T03:15:26Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=four",
			}},
		{"a quoted file with its frame",
			[]string{`> <logheader platform="Linux" tz="KST" />`, "> " + avtarDash, "> 2024-05-02 12:15:23 avtar Info <6555>: one"},
			[]string{"avtar ¦ 2024-05-02T03:15:23Z ¦ info ¦ program=avtar ¦ code=6555 ¦ message=one"}},
		{"flume records",
			[]string{flumeNext + " " + flumeNext + "  " + flumeNext},
			slices.Repeat([]string{"flume ¦ 2023-08-31T17:16:00.001Z ¦ info ¦ message=again ¦ thread=main ¦ location=org.apache.flume.node.Application.main(Application.java:350)"}, 3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, tally, r := readAll(builtin(t), lines(tt.text...), Options{})
			compare(t, got, tt.want)
			if !r.salvage {
				t.Error("not salvaged")
			}
			if tally.Lines != int64(len(tt.text)) {
				t.Errorf("%d lines, want %d", tally.Lines, len(tt.text))
			}
		})
	}
}

func TestSalvagedTrace(t *testing.T) {
	want := []string{"> " + flumeHead + "\n> java.io.IOException: x\n> \tat a.B.c(D.java:1)\n> Caused by: java.io.IOException: y", "And so on.", flumeNext}
	want[0] = strings.TrimPrefix(want[0], "> ")
	compare(t, texts(builtin(t), lines("> "+flumeHead, "> java.io.IOException: x", "> \tat a.B.c(D.java:1)", "> Caused by: java.io.IOException: y", "And so on.", "> "+flumeNext), Options{}), want)
}

// TestWholeLogsAreNotSalvaged looks for damage where there is none.
func TestWholeLogsAreNotSalvaged(t *testing.T) {
	set := builtin(t)
	logs := map[string]string{
		"a record that quotes another one": lines(append(slices.Repeat([]string{avtarNext}, 12), "2023-05-04 03:15:23 avtar Info <0000>: before: "+avtarNext, avtarNext)...),
		"sentences with a severity":        lines("2023-05-04 03:15:23 avtar Info <5008>: Login Error: no such user", "2023-05-04 03:15:23 avtar Info <5008>: see Warning : disk full"),
		"a list in a message":              lines(avtarHead, "- Login Error: none", "> redirected", avtarNext),
		"a head cut by the rotation":       lines("3-05-04 03:15:23 avtar Info <5900>: the rest of a line", avtarNext, avtarNext),
	}
	for _, kind := range samples.Kinds() {
		for seed := range int64(5) {
			var b bytes.Buffer
			if err := samples.WriteLog(&b, kind, 256<<10, seed, 3); err != nil {
				t.Fatal(err)
			}
			logs[kind.FileName()+string(rune('0'+seed))] = b.String()
		}
	}
	for name, text := range logs {
		for start := 0; start >= 0 && start < len(text)-2000 || start == 0; start += 16 << 10 { // also where a rotated file may begin
			r := set.Detect([]byte(text[start:min(len(text), start+HeadSize)]), Options{Name: name})
			if r.salvage {
				t.Errorf("%s from byte %d is taken for pasted text", name, start)
			}
		}
	}
}

// TestSeveralStampsInALine reads a collector's log as -XX:+PrintGCDateStamps writes it: it is whole, although stamps stand within its lines.
func TestSeveralStampsInALine(t *testing.T) {
	line := "2026-03-11T08:01:02.003+0800: 12.345: [GC (Allocation Failure) 2026-03-11T08:01:02.003+0800: 12.345: [ParNew: 1024K->512K(2048K), 0.01 secs] 4096K->2048K(8192K), 0.01 secs]"
	_, tally, _ := readAll(builtin(t), lines(line, line, line), Options{})
	if tally.Salvaged != 0 || tally.Formats[index(t, builtin(t), "jvm-gc")] != 3 {
		t.Errorf("%d salvaged, formats %v", tally.Salvaged, tally.Formats)
	}
}

func index(t *testing.T, set *Set, name string) int {
	t.Helper()
	i, ok := set.Index(name)
	if !ok {
		t.Fatalf("no format %s", name)
	}
	return i
}
