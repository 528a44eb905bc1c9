package grammar

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"logdoc"
	"logdoc/samples"
)

// article is a page as a support engineer pastes it: prose, records that stand alone, and some that were folded into one line. Its records are invented.
var article = []string{
	"Backups of the file server have failed since the rollback on Monday, and the customer wants to know which of the two servers has to be corrected.",
	"2024-05-02 03:15:23 avtar Info <5552>: Connecting to Avamar Server (ave7.example.net) for the backup of the file server, which is the third one tonight",
	"2024-05-02 03:15:24 avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution (SECURETICKETLOGIN=452 serial=7 seq=0 flags=R:H:0 kind=0)",
	"",
	"The server has this to say:",
	"",
	"2024-05-02 03:15:25 avtar Error <5126>: Login error 5: Authorization failure (Session Ticket login) (Log #1) 2024-05-02 03:15:26 avtar Info <6149>: Error summary: 2 errors: 5704, 5126",
	"2024-05-02 03:15:27 avtar Error <7001>: Exiting avtar with run-at-end script failure -1 after the connection to the server of the data centre was lost",
	"",
	"Nothing else was found in the folder of the client logs, and the server has not been restarted since.",
}

// The ways in which lines are broken.
var breakers = []struct {
	name string
	text func([]string) string
}{
	{"by a terminal of 80 columns", func(l []string) string { return cut(l, 80) }},
	{"by a terminal of 66 columns", func(l []string) string { return cut(l, 66) }},
	{"behind a blank", func(l []string) string { return fold(l, 72, " ") }},
	{"behind a blank, carriage returns", func(l []string) string { return strings.ReplaceAll(fold(l, 72, " "), "\n", "\r\n") }},
	{"at a blank", func(l []string) string { return fold(l, 70, "") }},
	{"in a mail", func(l []string) string {
		return "> " + strings.ReplaceAll(strings.TrimSuffix(fold(l, 72, ""), "\n"), "\n", "\n> ") + "\n"
	}},
	{"in a mail of a mail", func(l []string) string {
		return ">> " + strings.ReplaceAll(strings.TrimSuffix(fold(l, 68, ""), "\n"), "\n", "\n>> ") + "\n"
	}},
}

// cut breaks lines within words.
func cut(text []string, width int) string {
	var b strings.Builder
	for _, line := range text {
		for len(line) > width {
			b.WriteString(line[:width] + "\n")
			line = line[width:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// fold breaks lines at blanks, with tail at the end of each line that goes on.
func fold(text []string, width int, tail string) string {
	var b strings.Builder
	for _, line := range text {
		for len(line)+len(tail) > width {
			at := strings.LastIndexByte(line[:width-len(tail)+1], ' ')
			if at <= 0 { // a word that is longer than a line
				if at = strings.IndexByte(line[1:], ' ') + 1; at <= 0 {
					break
				}
			}
			b.WriteString(line[:at] + tail + "\n")
			line = line[at+1:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// mended is a text as the scan gets it.
func mended(t testing.TB, set *Set, text string) (string, *Reading) {
	t.Helper()
	r := set.Detect([]byte(text[:min(len(text), HeadSize)]), Options{ModTime: modTime})
	if r.Mend == nil {
		return text, r
	}
	out, err := io.ReadAll(r.Mend(iotest.OneByteReader(strings.NewReader(text))))
	if err != nil {
		t.Fatal(err)
	}
	return string(out), r
}

// records describes those records of a text that a format accepts.
func records(t testing.TB, set *Set, text string) (got []string, lines []int, tally Tally) {
	text, r := mended(t, set, text)
	NewScanner().Scan(r, set, Chunk{Data: []byte(text), Line: 1}, &tally, func(ev *logdoc.Event) {
		if ev.Format != Plain {
			got, lines = append(got, describe(set, ev)), append(lines, ev.Line)
		}
	})
	return got, lines, tally
}

func TestBrokenLines(t *testing.T) {
	set := builtin(t)
	want, _, _ := records(t, set, lines(article...))
	if len(want) != 5 {
		t.Fatalf("%d records in the article", len(want))
	}
	for _, br := range breakers {
		t.Run(br.name, func(t *testing.T) {
			text := br.text(article)
			got, numbers, tally := records(t, set, text)
			compare(t, got, want)
			physical := strings.Split(text, "\n")
			if int(tally.Lines) != len(physical)-1 {
				t.Errorf("%d lines, want %d", tally.Lines, len(physical)-1)
			}
			for i, n := range numbers {
				// A record is said to stand where its stamp starts: "2024-05-02 03:15:23", perhaps cut.
				second := strings.TrimPrefix(want[i], "avtar ¦ 2024-05-02T")[:8]
				at := slices.IndexFunc(physical, func(l string) bool { return strings.Contains(l, second) })
				if n != at+1 && n != at {
					t.Errorf("record %d is said to stand in line %d, want %d", i, n, at+1)
				}
			}
		})
	}
}

// TestTwoBrokenRecords is the smallest paste that is joined.
func TestTwoBrokenRecords(t *testing.T) {
	set := builtin(t)
	pair := article[1:3]
	want, _, _ := records(t, set, lines(pair...))
	for _, br := range breakers[:4] {
		t.Run(br.name, func(t *testing.T) {
			got, _, _ := records(t, set, br.text(pair))
			compare(t, got, want)
		})
	}
}

// TestBrokenTrace keeps the lines of a stack trace apart.
func TestBrokenTrace(t *testing.T) {
	set := builtin(t)
	log := []string{
		"2023-08-31 17:16:00,001 (main) [ERROR - org.apache.flume.node.Application.main(Application.java:350)] A fatal error occurred while running. Exception follows.",
		"org.apache.flume.FlumeException: Unable to load the configuration of the agent from the file that was named on the command line",
		"\tat org.apache.flume.node.PropertiesFileConfigurationProvider.getFlumeConfiguration(PropertiesFileConfigurationProvider.java:227)",
		"\tat a.B.c(D.java:1)",
		"Caused by: java.io.FileNotFoundException: /opt/flume/conf/properties.properties (No such file or directory)",
		"\t... 12 more",
		flumeNext,
	}
	want := texts(set, lines(log...), Options{})
	text, _ := mended(t, set, cut(log, 80))
	got := texts(set, text, Options{})
	for i := range got {
		// The breaks stand behind the joined line.
		for strings.Contains(got[i], "\n\n") {
			got[i] = strings.ReplaceAll(got[i], "\n\n", "\n")
		}
	}
	compare(t, got, want)
}

// TestWholeLogsAreNotMended looks for broken and escaped lines where there are none.
func TestWholeLogsAreNotMended(t *testing.T) {
	set := builtin(t)
	logs := map[string]string{
		"the article": lines(article...),
		"a table within a record": lines(avtarHead,
			"0000: 4f 70 65 6e 53 53 48 20 6b 65 79 20 4f 70 65 6e 53 53 48 20", "0014: 4f 70 65 6e 53 53 48 20 6b 65 79 20 4f 70 65 6e 53 53 48 20",
			"0028: 4f 70 65 6e 53 53 48 20 6b 65 79 20 4f 70 65 6e 53 53 48 20", avtarNext),
		"a certificate within a record": lines(avtarHead, "-----BEGIN CERTIFICATE-----", strings.Repeat("MIIB", 16), strings.Repeat("MIIB", 16), strings.Repeat("MIIB", 16), "-----END CERTIFICATE-----", avtarNext),
		"XML within a record":           lines(avtarHead, "<message>&lt;5704&gt;: a &amp; b</message>", avtarNext, avtarNext),
	}
	for _, kind := range samples.Kinds() {
		var b bytes.Buffer
		if err := samples.WriteLog(&b, kind, 256<<10, 1, 3); err != nil {
			t.Fatal(err)
		}
		logs[kind.FileName()] = b.String()
	}
	for name, text := range logs {
		for start := 0; start >= 0 && start < len(text)-2000 || start == 0; start += 16 << 10 {
			if r := set.Detect([]byte(text[start:min(len(text), start+HeadSize)]), Options{Name: name}); r.Mend != nil {
				t.Errorf("%s from byte %d is mended: %v", name, start, r.Notes)
			}
		}
	}
}

// TestMendLosesNothing breaks any text, and finds as many line breaks and the same characters after it was joined.
func TestMendLosesNothing(t *testing.T) {
	set := builtin(t)
	all := append(slices.Clone(article), flumeHead, "\tat a.B.c(D.java:1)", gsanRecord, "  - a list", strings.Repeat("x", 300), "über Ärger")
	w := func(how breaking, column int) *wrap {
		return &wrap{how: how, column: column, records: &Reading{tables: set.arranged(set.formats, nil)}, scanner: NewScanner()}
	}
	bare := func(s string) string {
		return strings.Map(func(c rune) rune {
			if c == ' ' || c == '\n' || c == '\r' {
				return -1
			}
			return c
		}, s)
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom(all), 1, 12).Draw(rt, "lines")
		broken := breakers[rapid.IntRange(0, 4).Draw(rt, "how")].text(text)
		if rapid.Bool().Draw(rt, "cut") {
			broken = broken[:len(broken)-1]
		}
		folds := rapid.Bool().Draw(rt, "folds")
		out, err := io.ReadAll(w(breaking(rapid.IntRange(0, 2).Draw(rt, "style")), rapid.IntRange(40, 100).Draw(rt, "column")).reader(strings.NewReader(broken), func() bool { return folds }))
		if err != nil {
			rt.Fatal(err)
		}
		if countLines(string(out)) != countLines(broken) {
			rt.Fatalf("%d lines, want %d:\n%s\nfrom\n%s", countLines(string(out)), countLines(broken), out, broken)
		}
		if bare(string(out)) != bare(broken) {
			rt.Fatalf("got\n%s\nfrom\n%s", out, broken)
		}
	})
}

// countLines counts lines, the last one also without a break.
func countLines(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		n++
	}
	return n
}

// TestEscapedText reads what was copied from the source of a web page.
func TestEscapedText(t *testing.T) {
	set := builtin(t)
	want, _, _ := records(t, set, lines(article...))
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
	got, _, _ := records(t, set, escape.Replace(lines(article...)))
	compare(t, got, want)
}

// TestArticleInOneLine finds the records of a page that lost all its line breaks.
func TestArticleInOneLine(t *testing.T) {
	got, _, tally := records(t, builtin(t), strings.Join(article, " "))
	if len(got) != 5 || tally.Salvaged == 0 {
		t.Fatalf("%d records, %d salvaged: %q", len(got), tally.Salvaged, got)
	}
	for i, code := range []string{"5552", "5704", "5126", "6149", "7001"} {
		if !strings.Contains(got[i], "code="+code) {
			t.Errorf("record %d: %s, want code %s", i, got[i], code)
		}
	}
}

// TestBrokenLogs breaks whole logs: nearly every record is read as it is in the log itself. What ends exactly at the column cannot always be told from what goes on.
func TestBrokenLogs(t *testing.T) {
	set := builtin(t)
	for _, kind := range samples.Kinds() {
		var b bytes.Buffer
		if err := samples.WriteLog(&b, kind, 128<<10, 1, 300); err != nil {
			t.Fatal(err)
		}
		log := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		want, _, whole := records(t, set, b.String())
		for _, br := range breakers {
			t.Run(kind.String()+" "+br.name, func(t *testing.T) {
				got, _, tally := records(t, set, br.text(log))
				same := map[string]int{}
				for _, r := range got {
					same[r]++
				}
				missed := 0
				for _, r := range want {
					if same[r]--; same[r] < 0 {
						missed++
					}
				}
				if missed*100 > len(want)*2 || tally.Plain > whole.Plain+len(want)/100 {
					t.Errorf("%d of %d records are not read as in the log, %d lines are of no format", missed, len(want), tally.Plain)
				}
			})
		}
	}
}
