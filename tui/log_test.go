package tui

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"logdoc"
	"logdoc/internal/diagnose"
	"logdoc/internal/pager"
)

// nightLogs are logs on which the diagnosis of a night rests. Their lines are invented.
func nightLogs() map[string]string {
	var client, server strings.Builder
	at := clock("2026-02-27 19:00:00")
	for i := 1; i <= 400; i++ {
		at = at.Add(10 * time.Second)
		stamp := at.Format("2006-01-02 15:04:05")
		switch {
		case i == 88:
			fmt.Fprintf(&client, "%s avtar FATAL <5704>: Fatal Server Error occurred (MSG_ERR_AUTH_FAIL), aborting execution\n", stamp)
		case i == 89:
			client.WriteString("  at step 2\n")
		case i%50 == 0:
			fmt.Fprintf(&client, "%s avtar Error <4711>: Connection to 10.0.0.%d refused after 3 tries\n", stamp, i)
		case i == 120:
			fmt.Fprintf(&client, "%s avtar Warning <77>: \x1b[31mred\x1b[0m and \u202ebidi\n", stamp)
		default:
			fmt.Fprintf(&client, "%s avtar Info <5551>: Processed file number %d of the job, %s\n", stamp, i, strings.Repeat("a long path ", 10))
		}
		if i%3 == 0 {
			fmt.Fprintf(&server, "%s avtar Info <%d>: the server answers\n", at.Add(time.Second).Format("2006-01-02 15:04:05"), i)
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(server.String()))
	_ = z.Close()
	return map[string]string{"client.log": client.String(), "server.log.gz": packed.String()}
}

// rawLogs opens logs for the tests as logdoc open does.
type rawLogs struct{ *pager.Input }

func (r rawLogs) Open(ctx context.Context, name logdoc.LogText) (Log, error) { return r.Log(ctx, name) }
func (r rawLogs) Merge(_ context.Context, names []logdoc.LogText) (Log, error) {
	return r.Input.Merge(names)
}

// atNight sits down before the logs of a night.
func atNight(t *testing.T, width, height int) *robot {
	t.Helper()
	return before(t, width, height, nightLogs())
}

// before sits down before logs and a diagnosis of them.
func before(t *testing.T, width, height int, files map[string]string) *robot {
	t.Helper()
	packs, err := diagnose.Load(nil, diagnose.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	var paths []string
	for _, name := range []string{"client.log", "server.log.gz"} {
		if text, ok := files[name]; ok {
			fsys[name] = &fstest.MapFile{Data: []byte(text), ModTime: noon("2026-03-01")}
			paths = append(paths, name)
		}
	}
	in := pager.Open(pager.Options{Paths: paths, Files: fsys, Formats: packs.Grammar, Now: noon("2026-03-01")})
	t.Cleanup(in.Close)
	d := nightCase()
	fatal := func(line int) logdoc.Evidence {
		text := strings.Split(files["client.log"], "\n")
		offset := len(strings.Join(text[:line-1], "\n")) + 1
		return logdoc.Evidence{Event: "refused", Label: "the server refused the client", Place: logdoc.Place{Source: "client.log", Line: line, Offset: int64(offset)},
			Text: logdoc.LogText(text[line-1]), Time: clock(text[line-1][:19])}
	}
	d.Findings = []logdoc.Finding{d.Findings[2]}
	d.Findings[0].Evidence = []logdoc.Evidence{fatal(88), fatal(50)}
	d.Coverage.Sources = nil
	for _, name := range paths {
		d.Coverage.Sources = append(d.Coverage.Sources, logdoc.SourceCoverage{Source: logdoc.LogText(name), Records: 100, First: clock("2026-02-27 19:00:00")})
	}
	r := sitDown(t, width, height, Session{Logs: rawLogs{in}})
	r.files = fsys
	return r.reads(logdoc.Update{Diagnosis: d, Done: true})
}

// atEvidence opens the log of the first evidence.
func atEvidence(t *testing.T, width, height int) *robot {
	t.Helper()
	return atNight(t, width, height).presses("enter", "enter")
}

func TestEvidenceOpensItsLog(t *testing.T) {
	r := atEvidence(t, 120, 30)
	r.sees("client.log", "88/400").under("<5704>: Fatal Server Error").sees("Processed file number 87", "◆", "Fatal Server", "  at step 2", "number 90")
	r.presses("j").under("at step 2").presses("q").sees("the server refused the client")
	r.presses("enter").under("Fatal Server Error") // the log is as it was left, and goes to the evidence again
}

func TestLogMoves(t *testing.T) {
	r := atEvidence(t, 100, 24)
	r.presses("g").under("number 1 of").sees("1/400")
	r.presses("G").under("refused").sees("400/400", "100%")
	r.presses("1", "2", "G").under("number 12 of")
	r.presses("5", "j").under("number 17 of").presses("k").under("number 16 of")
	r.presses("3", "0", "0", "j").under("number 316 of").presses("3", "0", "0", "k").under("number 16 of")
	r.presses("ctrl+o").seesNo("number 16 of").under("refused")
	r.presses("5", "0", "%").sees("50%")
	r.presses("space").presses("b").sees("50%")
	r.presses(":").types("88").presses("enter").under("Fatal")
	r.presses(":").types("19:10").presses("enter").under("number 60 of")
	r.presses(":").types("-2m").presses("enter").under("number 48 of")
	r.presses(":").types("2026-02-27 20:00:00").presses("enter").under("number 360 of")
	r.presses(":").types("2027-01-01").presses("enter").under("refused").sees("400/400")
	r.presses(":").types("nowhere").presses("enter").sees(`"nowhere" is neither a line, a percentage nor a time`)
}

func TestLogGoesToWhatMatters(t *testing.T) {
	r := atEvidence(t, 100, 24).presses("g")
	r.presses("e").under("10.0.0.50 refused").presses("e").under("Fatal").presses("2", "e").under("10.0.0.150").presses("E").under("10.0.0.100 refused")
	r.presses("w").under("red").presses("W").under("10.0.0.100")
	r.presses("g", "]").under("10.0.0.50").presses("]").under("Fatal").presses("]").sees("no evidence below").presses("[").under("10.0.0.50")
	r.presses("G", "e").sees("no error below").under("400")
}

func TestLogSearch(t *testing.T) {
	r := atEvidence(t, 100, 24).presses("g")
	r.presses("/").types("NUMBER 2\\d\\d ").presses("enter").sees("nothing matches NUMBER 2\\d\\d  below")
	r.presses("/").types("number 2\\d\\d ").presses("enter").under("number 201 of").presses("n").under("number 202 of").presses("1", "0", "n").under("number 212 of")
	r.presses("N").under("number 211 of")
	r.presses(`\`).types("refused").presses("enter").under("10.0.0.200 refused").presses("n").under("10.0.0.150 refused").presses("N").under("10.0.0.200 refused")
	r.presses("/").types("(").presses("enter").sees("this is no pattern")
}

func TestLogFilters(t *testing.T) {
	r := atEvidence(t, 100, 24)
	r.presses("&").types("refused|fatal").presses("enter").sees("&refused|fatal", "10.0.0.50 refused", "Fatal Server", "at step 2", "10.0.0.100 refused").under("Fatal")
	r.presses("&").types("!10.0.0.1").presses("enter").sees("&!10.0.0.1", "10.0.0.50 refused", "Fatal", "10.0.0.200 refused").seesNo("10.0.0.100 refused")
	r.presses("j", "j").under("10.0.0.200").presses("-").under("10.0.0.200").sees("10.0.0.100 refused").presses("-").sees("number 199", "10.0.0.200", "number 201")
	r.presses("-").sees("there is no filter")
	r.presses("&").types("not to be found").presses("enter").sees("the filters show no line here").presses("-").sees("number")
}

func TestLogMerged(t *testing.T) {
	r := atEvidence(t, 120, 24)
	r.presses("tab").sees("all logs in the order of time", "client.log", "server.log.gz", "the server answers").under("Fatal")
	r.presses("j").under("at step 2").presses("j").under("client.log")
	r.presses("k", "k", "k").under("server.log.gz").presses("tab").sees("server.log.gz", "29/133").under("<87>: the server answers")
	r.presses("tab").presses(":").types("12").presses("enter").sees("lines are counted in each log by itself")
	r.presses("/").types("fatal").presses("enter").under("Fatal")
	r.presses("g").under("number 1 of").presses("G").under("10.0.0.400")
}

func TestLogLongLines(t *testing.T) {
	r := atEvidence(t, 80, 24).presses("g")
	r.seesNo("‹").presses("right").sees("‹").under("path a long path").presses("0").seesNo("‹")
	r.presses("z").sees("a long path a long path", "a long").presses("G").under("10.0.0.400").presses("k").under("number 399").presses("z").under("number 399")
	long := nightLogs()
	long["client.log"] += "2026-02-27 23:00:00 avtar Info <1>: begin " + strings.Repeat("0123456789", 400) + " end\n"
	r = before(t, 80, 24, long).presses("enter", "enter", "G").under("begin").seesNo(" end").presses("z").under("begin")
	r.presses("right").sees("‹").presses("right", "right", "right").sees(" end").presses("0").under("begin").seesNo("‹")
	r.presses("z", "k", "/").types("9 end").presses("enter").sees("‹", "9 end").presses("k", "/").types("begin").presses("enter").under("begin").seesNo("‹")
}

func TestLogMarks(t *testing.T) {
	r := atEvidence(t, 100, 24)
	r.presses("'").sees("nothing is marked")
	r.presses("m").types("here it began").presses("enter").sees("◆●", "marked: here it began")
	r.presses("G", "m", "enter").presses("'").sees("no mark below").presses(`"`).under("Fatal").presses("'").under("10.0.0.400")
	if marks := r.model.work.Marks; len(marks) != 2 || marks[0].Note != "here it began" || marks[0].Place.Line != 88 || !strings.Contains(string(marks[0].Text), "Fatal") || marks[0].Time != clock("2026-02-27 19:14:40") {
		t.Errorf("marks %+v", marks)
	}
	r.presses("M").seesNo("●").presses("M").sees("this line is not marked").presses(`"`).under("Fatal").presses("m").types(", I think").presses("enter").sees("marked: here it began, I think")
	if marks := r.model.work.Marks; len(marks) != 1 {
		t.Errorf("marks %+v", marks)
	}
}

func TestLogIsHarmless(t *testing.T) {
	r := atEvidence(t, 100, 24).presses("1", "2", "0", "G").under("red")
	if raw := r.model.View(); strings.Contains(raw, "\x1b[31mred") || strings.Contains(raw, "\u202e") {
		t.Errorf("the log's own colours and directions are on the screen: %q", raw)
	}
}

// TestLogSaysWhyNot: what cannot be opened or found is said, and nothing else happens.
func TestLogSaysWhyNot(t *testing.T) {
	r := atNight(t, 100, 24)
	r.presses("3").sees("No log is open").presses("e").sees("no log is open: press enter on evidence").presses("tab").sees("all logs in the order of time").under("number 1 of")
	r = atNight(t, 100, 24)
	r.tell(openLog{logdoc.Place{Source: "gone.log", Line: 3}}).sees("opening gone.log: the input has no such source")
	r = lookAt(t, 100, 24, nightCase())
	r.presses("enter", "enter").sees("logs cannot be opened here")
}

// TestLogFollowsTheWindow: the part of time that is chosen elsewhere begins at the cursor.
func TestLogFollowsTheWindow(t *testing.T) {
	r := atEvidence(t, 100, 24)
	r.tell(setWindow{from: clock("2026-02-27 19:50:00"), to: clock("2026-02-27 20:00:00")}).under("10.0.0.300 refused")
	r.tell(setWindow{}).under("10.0.0.300 refused")
}

// TestLogResized: a larger window is filled, a smaller one keeps the cursor in sight.
func TestLogResized(t *testing.T) {
	r := atEvidence(t, 100, 12).presses("4", "j").under("number 92")
	r.resize(100, 40).under("number 92").sees("number 110")
	r.resize(60, 8).under("19:15:20")
	r.resize(24, 5).under("2026-02-27").resize(200, 50).under("number 92").sees("number 130")
}

// TestLogThatGrows: what a log gains while it is open is there, and told.
func TestLogThatGrows(t *testing.T) {
	r := atEvidence(t, 100, 24)
	file := r.files["client.log"]
	file.Data = append(file.Data[:len(file.Data):len(file.Data)], "2026-02-27 21:00:00 avtar Error <1>: the last word\n"...)
	r.presses("G").under("the last word").sees("it has grown by 51 bytes since it was read")
	file.Data = file.Data[:100]
	r.presses("G").sees("it became shorter while it was open: 100 bytes are left of").under("number 1 of").seesNo("the last word")
}

// TestLogReplaced: a log whose file has gone says so, and is opened again when another one is there.
func TestLogReplaced(t *testing.T) {
	r := atEvidence(t, 100, 24)
	old := r.files["client.log"]
	delete(r.files, "client.log")
	r.presses("G").under("10.0.0.400").sees("it was removed: this is what it was").presses("R").sees("opening client.log:").under("10.0.0.400")
	r.files["client.log"] = old
	r.presses("R").under("10.0.0.400").seesNo("it was removed")
	r.presses("tab", "R").sees("these are all logs")
}

// slow is a log that pauses with every line, and stops when it is told to.
type slow struct {
	Log
	calls int
}

func (s *slow) Find(ctx context.Context, q logdoc.LineSearch) (logdoc.LineFound, error) {
	s.calls++
	if ctx.Err() != nil {
		return logdoc.LineFound{}, ctx.Err()
	}
	return logdoc.LineFound{More: true, Next: logdoc.Place{Source: "client.log", Line: s.calls, Offset: int64(s.calls) * 100}}, nil
}

// TestLogStops: a search goes on in steps between which keys are heard, says how far it is, and stops when it is told to.
func TestLogStops(t *testing.T) {
	r := atEvidence(t, 100, 24)
	p := r.logPane()
	s := &slow{Log: p.log}
	p.log = s
	cmd := p.look("what is not there", "nothing", logdoc.LineGoal{Pattern: "x"}, false, 1)
	for range 50 {
		_, cmd = r.model.Update(cmd())
	}
	r.sees("looking for what is not there · at").presses("esc").sees("stopped: looking for what is not there").under("Fatal")
	calls := s.calls
	if msg, ok := cmd().(logStep); !ok || !errors.Is(msg.err, context.Canceled) {
		t.Errorf("the step after the stop brings %+v", msg)
	}
	if r.tell(cmd()); s.calls > calls+2 {
		t.Errorf("it went on for %d steps", s.calls-calls)
	}
	r.presses("j").under("at step 2")
}

func (r *robot) logPane() *logPane {
	for _, p := range r.model.panes {
		if p, ok := p.(*logPane); ok {
			return p
		}
	}
	r.t.Fatal("there is no log pane")
	return nil
}

// TestLogScreens draws the pane at three sizes.
func TestLogScreens(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
	}{
		{"log", nil},
		{"log-merged", []string{"tab"}},
		{"log-filtered", []string{"&", "r", "e", "f", "u", "s", "e", "d", "enter"}},
		{"log-wrapped", []string{"k", "z"}},
		{"log-searched", []string{"/", "f", "i", "l", "e", "enter"}},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", tt.name, size.width, size.height), func(t *testing.T) {
				atEvidence(t, size.width, size.height).presses(tt.keys...).golden(fmt.Sprintf("%s-%dx%d", tt.name, size.width, size.height))
			})
		}
	}
}

func TestParseSpot(t *testing.T) {
	near := clock("2026-02-10 01:30:00")
	for text, want := range map[string]logdoc.LineSpot{
		"417": {Line: 417}, "50%": {Percent: 50}, "0.5%": {Percent: 0.5}, "2026-02-10 01:30": {Time: near}, "2026-02-10T01:30:00+02:00": {Time: near.Add(-2 * time.Hour)},
		"01:31": {Time: near.Add(time.Minute)}, "23:00:01": {Time: clock("2026-02-10 23:00:01")}, "+5m": {Time: near.Add(5 * time.Minute)}, "-1h": {Time: near.Add(-time.Hour)}, "2026-02-09": {Time: clock("2026-02-09 00:00:00")},
	} {
		got, err := parseSpot(text, near)
		if err != nil || got.Line != want.Line || got.Percent != want.Percent || !got.Time.Equal(want.Time) {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "neither a line", "-3": "neither a line", "0": "neither a line", "150%": "neither a line", "x": "neither a line", "+x": "neither a line",
	} {
		if _, err := parseSpot(text, near); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"01:30", "+5m"} {
		if _, err := parseSpot(text, time.Time{}); err == nil || !strings.Contains(err.Error(), "which has no time") {
			t.Errorf("%q without a time: %v", text, err)
		}
	}
}
