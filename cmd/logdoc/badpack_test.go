package main

import (
	"strings"
	"testing"
)

// TestBadPacks: a pack that is broken, huge or hostile gets one clear error in little memory, and every command that reads packs survives it.
func TestBadPacks(t *testing.T) {
	const limit = 128 << 20
	symptom := func(where string) string {
		return "symptom acme/bad \"Bad\" {\n  severity error\n  product \"Acme\"\n  event e in avtar where " + where + "\n  certain when e\n}\n"
	}
	for _, test := range []struct{ name, pack, want string }{
		{"ten megabytes", strings.Repeat("# a comment that goes on and on\n", 10<<20/32), "bad.logdoc:1:1: the file has more than the 1048576 bytes that are read"},
		{"a line without end", "# " + strings.Repeat("x", 1<<19), "bad.logdoc:1:1: the line has 524290 bytes, more than the 8192 that are read"},
		{"deep nesting", symptom(strings.Repeat("(", 4000) + "code == 1" + strings.Repeat(")", 4000)), "brackets nest deeper than 64 here"},
		{"nothing but brackets", strings.Repeat("(\n", 1<<19-1), "brackets nest deeper than 64 here"},
		{"repetition of repetitions", symptom("message ~ /((a{100}){100}){100}/"), "the regular expression is not valid: invalid repeat count"},
		{"a large repetition", symptom("message ~ /(x{1001})/"), "the regular expression is not valid: invalid repeat count"},
		{"a nest of groups", symptom("message ~ /" + strings.Repeat("(", 2000) + strings.Repeat(")", 2000) + "/"), "the regular expression is not valid: expression nests too deeply"},
		{"cut off", symptom("code == 1")[:60], "bad.logdoc:"},
		{"not text", "\x7fELF\x00\xff\x1b[31m", "bad.logdoc:1:"},
		{"many mistakes", strings.Repeat("fromat x {}\n", 10000), `"fromat" means nothing here`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeTestFile(t, "bad.logdoc", test.pack)
			writeTestFile(t, "a.log", "2024-05-02 03:15:23 avtar Error <9876>: "+strings.Repeat("a", 1000)+"\n")
			logdoc := func(status int, args ...string) string {
				cmd, out, stderr := start(t, args...)
				checkPeak := boundPeak(t, cmd, limit)
				if got := exitStatus(t, cmd.Run()); got != status {
					t.Errorf("%s ends with %d, not %d: %.2000s", args, got, status, stderr)
				}
				checkPeak()
				if text := out.String() + stderr.String(); len(text) > 32<<10 || strings.Contains(text, "\x1b") {
					t.Errorf("%s says %d bytes, or an escape came through", args, len(text))
				}
				return out.String()
			}
			if out := logdoc(exitUsage, "check", "bad.logdoc"); !strings.Contains(out, test.want) {
				t.Errorf("check says\n%.2000s\nwithout %s", out, test.want)
			}
			if out := logdoc(exitUsage, "report", "--pack", "bad.logdoc", "a.log"); !strings.Contains(out, "1 record in 1 log") {
				t.Errorf("report says\n%.2000s", out)
			}
			// What can be read can be printed.
			status := exitUsage
			if strings.Contains(test.want, "regular expression") {
				status = exitDone
			}
			if out := logdoc(status, "fmt", "-w", "bad.logdoc"); out != "" {
				t.Errorf("fmt says\n%.2000s", out)
			}
		})
	}
}
