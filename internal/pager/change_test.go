package pager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"logdoc"
	"logdoc/source"
)

// onDisk opens one file of a folder of its own.
func onDisk(t *testing.T, text string) (l *Log, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "a.log")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in := Open(Options{Paths: []string{file}, Files: source.Disk{}, Formats: formats(), Now: noon})
	t.Cleanup(in.Close)
	l = mustLog(t, in, file)
	settled(t, l)
	return l, file
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func texts(lines []logdoc.Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, string(l.Text))
	}
	return strings.Join(all, "|")
}

// TestFileChanges: a file that changes while it is open is told, and what is shown is what is there.
func TestFileChanges(t *testing.T) {
	grow := func(t *testing.T, file, text string) {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteString(text)
		must(t, errors.Join(err, f.Close()))
	}
	tests := []struct {
		name   string
		change func(t *testing.T, file string)
		want   string // all lines afterwards
		note   string
	}{
		{"nothing", func(*testing.T, string) {}, "one|two|three", ""},
		{"grows", func(t *testing.T, file string) { grow(t, file, "four\nfive") }, "one|two|three|four|five", "it has grown by 9 bytes since it was read"},
		{"becomes shorter", func(t *testing.T, file string) { must(t, os.Truncate(file, 4)) }, "one", "it became shorter while it was open: 4 bytes are left of 14"},
		{"is emptied", func(t *testing.T, file string) { must(t, os.Truncate(file, 0)) }, "", "it became shorter while it was open: 0 bytes are left of 14"},
		{"is removed", func(t *testing.T, file string) { must(t, os.Remove(file)) }, "one|two|three", "it was removed: this is what it was"},
		{"is renamed, and a new one made", func(t *testing.T, file string) {
			must(t, os.Rename(file, file+".1"))
			must(t, os.WriteFile(file, []byte("new\n"), 0o600))
		}, "one|two|three", "another file stands in its place now: this is what it was, open it again to see the new one"},
		{"is renamed and grows", func(t *testing.T, file string) {
			must(t, os.Rename(file, file+".1"))
			grow(t, file+".1", "last\n")
		}, "one|two|three|last", "it has grown by 5 bytes since it was read; it was removed: this is what it was"},
		{"is written over with as many bytes", func(t *testing.T, file string) {
			must(t, os.WriteFile(file, []byte("a\nb\nc\nd\ne\nf\ng\n"), 0o600))
			must(t, os.Chtimes(file, noon, noon))
		}, "a|b|c|d|e|f|g", "it was written over while it was open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, file := onDisk(t, "one\ntwo\nthree\n")
			tt.change(t, file)
			for range 2 {
				if got := texts(ask(t, l, logdoc.LineQuery{Count: 100})); got != tt.want {
					t.Errorf("lines %q, want %q", got, tt.want)
				}
				settled(t, l)
			}
			if got := strings.Join(l.State().Notes, "; "); got != tt.note {
				t.Errorf("notes %q, want %q", got, tt.note)
			}
			if _, err := l.Find(context.Background(), logdoc.LineSearch{Goal: logdoc.LineGoal{Pattern: "no such"}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOpenedAgain: a log whose file was replaced is the new one when it is opened again, and the old one stays what it was.
func TestOpenedAgain(t *testing.T) {
	l, file := onDisk(t, "one\ntwo\n")
	must(t, os.Rename(file, file+".1"))
	if _, err := l.in.Log(context.Background(), logdoc.LogText(file)); err != nil {
		t.Errorf("before anybody looked: %v", err)
	}
	_ = ask(t, l, logdoc.LineQuery{Count: 9})
	if _, err := l.in.Log(context.Background(), logdoc.LogText(file)); !errors.Is(err, errGone) {
		t.Errorf("while there is none: %v", err)
	}
	must(t, os.WriteFile(file, []byte("new\n"), 0o600))
	if got := texts(ask(t, mustLog(t, l.in, file), logdoc.LineQuery{Count: 9})); got != "new" {
		t.Errorf("the new one: %q", got)
	}
	if got := texts(ask(t, l, logdoc.LineQuery{Count: 9})); got != "one|two" {
		t.Errorf("the old one: %q", got)
	}
}

// TestCannotBeOpened: each name that leads to no text says why.
func TestCannotBeOpened(t *testing.T) {
	in := open(map[string]string{"a.log": "one\n", "b.tgz": tgz(map[string]string{"x": "1\n"}, "x"), "prog": "\x7fELF\x02\x01\x01\x00\x00\x00"}, Options{})
	defer in.Close()
	for name, want := range map[string]error{"-": ErrStdin, "c.log": ErrUnknown, "b.tgz!/y": errGone, "b.tgz": errGone, "prog": ErrBinary, "a.log!/x": errGone} {
		if _, err := in.Log(context.Background(), logdoc.LogText(name)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := in.Merge([]logdoc.LogText{"a.log", "c.log"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("merge: %v", err)
	}
}

// TestNoRoom: what found no room on disk is decoded again, and the reader is told.
func TestNoRoom(t *testing.T) {
	text := strings.Repeat(strings.Join(records, "\n")+"\n", 3000)
	for _, tt := range []struct {
		name string
		o    Options
		note string
	}{
		{"all of it", Options{}, ""},
		{"a part", Options{KeptBytes: 300_000}, "more than 300000 bytes would be kept on disk: what lies behind is decoded again with every look, which is slow"},
		{"no folder", Options{Limits: source.Limits{SpillDir: "/does/not/exist"}}, "there is no temporary file to keep it in: what lies behind is decoded again with every look, which is slow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := open(map[string]string{"a.tgz": tgz(map[string]string{"m": "hi\n", "x": text}, "m", "x")}, tt.o)
			defer in.Close()
			l := mustLog(t, in, "a.tgz!/x")
			settled(t, l)
			if got := strings.Join(l.State().Notes, "; "); got != tt.note {
				t.Errorf("note %q, want %q", got, tt.note)
			}
			last := ask(t, l, logdoc.LineQuery{End: true, Count: -1})
			first := ask(t, l, logdoc.LineQuery{Count: 1})
			if texts(first) != records[0] || texts(last) != records[5] || last[0].Place.Line != 18000 {
				t.Errorf("first %v, last %v", first, last)
			}
		})
	}
}

// TestLongLine: a line of many blocks is one line, which can be looked at anywhere and searched at its start.
func TestLongLine(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 3<<20/16)
	text := records[0] + "\n" + long + "\n" + records[1] + "\n"
	for _, packed := range []string{text, gz(text)} {
		in := open(map[string]string{"a.log": packed}, Options{})
		l := mustLog(t, in, "a.log")
		lines := ask(t, l, logdoc.LineQuery{Count: 9, Width: 20})
		if len(lines) != 3 || lines[1].Length != 3<<20 || lines[1].Text != "0123456789abcdef0123" || string(lines[2].Text) != records[1][:20] || lines[2].Place.Line != 3 {
			t.Fatalf("%+v", lines)
		}
		if lines[1].Record != lines[0].Place || lines[2].Severity != logdoc.Error {
			t.Errorf("records: %+v", lines)
		}
		part := ask(t, l, logdoc.LineQuery{From: logdoc.Place{Offset: lines[1].Place.Offset + 2<<20}, Count: 1, Column: 2<<20 + 10, Width: 8})
		if part[0].Place != lines[1].Place || part[0].Text != "abcdef01" || part[0].From != 2<<20+10 {
			t.Errorf("in the middle: %+v", part)
		}
		up := ask(t, l, logdoc.LineQuery{End: true, Count: -9, Width: 20})
		if texts(up) != texts(lines) {
			t.Errorf("upwards: %q", texts(up))
		}
		if f := find(t, l, logdoc.LineSearch{Goal: logdoc.LineGoal{Pattern: "f0"}}); f.Line.Place.Line != 2 || f.Lo != 15 || f.Hi != 17 {
			t.Errorf("search: %+v", f)
		}
		if f := find(t, l, logdoc.LineSearch{From: lines[2].Place, Back: true, Goal: logdoc.LineGoal{Pattern: "Command"}}); f.Line.Place.Line != 1 {
			t.Errorf("search upwards: %+v", f)
		}
		in.Close()
	}
}

// TestNothingIsLeft: closing while everything is under way leaves neither goroutines nor files.
func TestNothingIsLeft(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	text := strings.Repeat(strings.Join(records, "\n")+"\n", 20000)
	in := open(map[string]string{"a.log": text, "b.gz": gz(text), "c.tgz": tgz(map[string]string{"x": text}, "x")}, Options{KeptBytes: 1 << 20, Limits: source.Limits{SpillDir: dir}})
	m, err := in.Merge([]logdoc.LogText{"a.log", "b.gz", "c.tgz!/x"})
	must(t, err)
	l := mustLog(t, in, "b.gz")
	settled(t, l)
	_ = ask(t, l, logdoc.LineQuery{End: true, Count: -3})
	in.Close()
	if _, err := m.Lines(context.Background(), logdoc.LineQuery{Count: 3}); err == nil {
		t.Error("lines of what is closed")
	}
	if _, err := in.Log(context.Background(), "a.log"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("open what is closed: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestPercentAndChanged: a spot by percent, and waiting for what changes.
func TestPercentAndChanged(t *testing.T) {
	text := strings.Repeat("123456789\n", 1000)
	in := open(map[string]string{"a.log": text}, Options{})
	defer in.Close()
	l := mustLog(t, in, "a.log")
	for percent, line := range map[float64]int{0: 1, 10: 101, 50: 501, 99.95: 1000, 100: 1000, 150: 1000} {
		place, err := l.Seek(context.Background(), logdoc.LineSpot{Percent: percent})
		if err != nil || place.Line != line {
			t.Errorf("%v%%: %v, %v", percent, place, err)
		}
	}
	seen := logdoc.LogState{}
	for !seen.Done {
		var err error
		if seen, err = l.Changed(context.Background(), seen); err != nil {
			t.Fatal(err)
		}
	}
	if seen.Lines != 1000 || seen.Size != 10_000 || seen.Read != 10_000 || seen.Timed != 10_000 {
		t.Errorf("state %+v", seen)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Changed(ctx, seen); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing changes: %v", err)
	}
	if _, err := l.Lines(ctx, logdoc.LineQuery{Count: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestPattern: what is taken for a pattern, and what is said of what is none.
func TestPattern(t *testing.T) {
	tests := []struct {
		pattern, line string
		want          string // what matches; "-" for nothing
	}{
		{"error", "An ERROR here", "ERROR"},
		{"Error", "An ERROR here", "-"},
		{`\Srror`, "An ERROR here", "ERROR"},
		{"sky", "BLUE SKY", "SKY"},
		{`key=\d+`, "Key=12 key=34", "Key=12"},
		{"a|b", "xb", "b"},
		{"^an", "An", "An"},
		{"end$", "the end", "end"},
		{"ü", "Ü", "Ü"},
		{"", "x", ""},
		{"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", strings.Repeat("A", 70) + strings.Repeat("a", 70) + "b A" + strings.Repeat("a", 62) + "b", "A" + strings.Repeat("a", 62) + "b"},
		{"Long, and then a Q in the middle of what is looked for", "an. Long, and then a Q in the middle of what is looked for.", "Long, and then a Q in the middle of what is looked for"},
		{"Long, and then a Q in the middle of what is looked for", "and then a Q in the middle of what is looked for. Long, and then a Q in the middle of what is looked", "-"},
	}
	for _, tt := range tests {
		p, err := compile(tt.pattern)
		must(t, err)
		got := "-"
		if lo, hi, ok := p.inLine([]byte(tt.line)); ok {
			got = tt.line[lo:hi]
		}
		if got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.pattern, tt.line, got, tt.want)
		}
	}
	for pattern, want := range map[string]string{
		"(": "the pattern does not compile: missing closing )", "*": "the pattern does not compile: missing argument to repetition operator", strings.Repeat("a", 2000): "the pattern is longer than 1000 bytes",
		"a{9999}": "the pattern does not compile: invalid repeat count",
	} {
		if _, err := compile(pattern); err == nil || err.Error() != want {
			t.Errorf("%.10q: %v, want %q", pattern, err, want)
		}
	}
}

// TestStandardInput: what comes through a pipe can be looked into while it still comes, packed or not, up to a bound.
func TestStandardInput(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	text := strings.Repeat(strings.Join(records, "\n")+"\n", 100_000/400)
	for _, tt := range []struct {
		name, first, second string
		limit               int64
		lines               int
		note                string
	}{
		{"plain", text, text, 0, 3000, ""},
		{"packed", gz(text), gz(text), 0, 3000, ""},
		{"too long", text, text, int64(len(text)), 1500, "there was no room to keep more of standard input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, in := io.Pipe()
			c := NewCopy(out, "", tt.limit)
			input := Open(Options{Paths: []string{"-"}, Files: source.Disk{}, Stdin: c.Again, Formats: formats(), Now: noon, chunk: 8192})
			read := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, c)
				read <- err
			}()
			_, err := io.WriteString(in, tt.first)
			must(t, err)
			if tt.name != "packed" { // of which the first half is too short to be recognised by
				if first := ask(t, mustLog(t, input, "-"), logdoc.LineQuery{Count: 1}); texts(first) != records[0] {
					t.Errorf("first line %+v", first)
				}
			}
			_, err = io.WriteString(in, tt.second)
			must(t, errors.Join(err, in.Close(), <-read))
			l := mustLog(t, input, "-")
			settled(t, l)
			last := ask(t, l, logdoc.LineQuery{End: true, Count: -1})
			if len(last) != 1 || last[0].Place.Line != tt.lines || string(last[0].Text) != records[5] {
				t.Errorf("last line %+v, want number %d", last, tt.lines)
			}
			if got := strings.Join(l.State().Notes, "; "); got != tt.note {
				t.Errorf("notes %q, want %q", got, tt.note)
			}
			c.Close()
			input.Close()
		})
	}
}

// TestStandardInputThatWaits: whoever waits for a pipe that gives nothing is let go when it is closed.
func TestStandardInputThatWaits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c := NewCopy(strings.NewReader(""), "", 0)
	input := Open(Options{Paths: []string{"-"}, Files: source.Disk{}, Stdin: c.Again, Formats: formats(), Now: noon, chunk: 8192})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := input.Log(ctx, "-"); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
	c.Close()
	input.Close()
}

// TestManyLogs: more files than may be open at a time are read as one, whatever their number.
func TestManyLogs(t *testing.T) {
	dir := t.TempDir()
	const count = 3 * maxHandles
	var names []logdoc.LogText
	for i := range count {
		file := filepath.Join(dir, fmt.Sprintf("node%03d.log", i))
		names = append(names, logdoc.LogText(file))
		var text strings.Builder
		for k := range 5 {
			fmt.Fprintf(&text, "2026-02-10 %02d:%02d:%02d avtar Info <%d>: of %d\n", k, i/60, i%60, k, i)
		}
		must(t, os.WriteFile(file, []byte(text.String()), 0o600))
	}
	before := descriptors(t)
	in := Open(Options{Paths: []string{dir}, Files: source.Disk{}, Formats: formats(), Now: noon})
	m, err := in.Merge(names)
	must(t, err)
	lines := ask(t, m, logdoc.LineQuery{Count: 10_000})
	if len(lines) != 5*count {
		t.Fatalf("%d lines, want %d", len(lines), 5*count)
	}
	for i, l := range lines {
		if want := names[i%count]; l.Place.Source != want || l.Place.Line != 1+i/count {
			t.Fatalf("line %d is %v, want line %d of %s", i+1, l.Place, 1+i/count, want)
		}
	}
	if open := descriptors(t) - before; open > maxHandles+5 {
		t.Errorf("%d files are open", open)
	}
	// Of what was closed meanwhile another file does not take the place.
	first := mustLog(t, in, string(names[0]))
	must(t, os.Rename(string(names[0]), string(names[0])+".1"))
	must(t, os.WriteFile(string(names[0]), []byte("another\n"), 0o600))
	in.cache = newCache(0)
	if _, err := first.Lines(context.Background(), logdoc.LineQuery{Count: 1}); !errors.Is(err, errReplaced) {
		t.Errorf("a file that was replaced: %v", err)
	}
	if got := strings.Join(first.State().Notes, "; "); got != "it cannot be read any more: another file stands in its place now" {
		t.Errorf("a file that was replaced: %q", got)
	}
	must(t, os.Rename(string(names[0])+".1", string(names[0])))
	up := ask(t, m, logdoc.LineQuery{End: true, Count: -10_000})
	if diff := cmp.Diff(lines, up); diff != "" {
		t.Errorf("upwards (-down +up):\n%s", diff)
	}
	in.Close()
	if left := descriptors(t) - before; left > 0 {
		t.Errorf("%d files were left open", left)
	}
}

// descriptors counts what is open, where the system tells it.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}

// TestDamaged: of a log that ends before its end what is there is shown, and the reader is told.
func TestDamaged(t *testing.T) {
	text := strings.Repeat(strings.Join(records, "\n")+"\n", 2000)
	packed := gz(text)
	in := open(map[string]string{"a.gz": packed[:len(packed)/2]}, Options{})
	defer in.Close()
	l := mustLog(t, in, "a.gz")
	settled(t, l)
	lines := ask(t, l, logdoc.LineQuery{Count: 3})
	notes := l.State().Notes
	if texts(lines) != strings.Join(records[:3], "|") || len(notes) != 1 || !strings.HasPrefix(notes[0], "cut off after ") {
		t.Errorf("%q, notes %q", texts(lines), notes)
	}
}

// TestMended: a log that was broken by a mail is shown as the report counts it.
func TestMended(t *testing.T) {
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "2026-02-10 01:30:%02d avtar Info <5551>: a message that is so long that the mail\nclient has broken it, number %d\n", i, i)
	}
	in := open(map[string]string{"a.log": text.String()}, Options{})
	defer in.Close()
	l := mustLog(t, in, "a.log")
	settled(t, l)
	lines := ask(t, l, logdoc.LineQuery{Count: 100})
	// An empty line keeps the place of each that was joined to the one in front.
	if len(lines) != 80 || !strings.HasSuffix(string(lines[78].Text), "client has broken it, number 39") || lines[79].Text != "" {
		t.Errorf("%d lines, the last two %q", len(lines), texts(lines[len(lines)-2:]))
	}
	if notes := l.State().Notes; len(notes) != 1 || !strings.Contains(notes[0], "put them together") {
		t.Errorf("notes %q", notes)
	}
}

// TestPasted: of several records that were folded into a line, the line has the worst severity and the first time.
func TestPasted(t *testing.T) {
	text := "Hi all, this is what it says: " + records[0] + " ... " + records[2] + " ... " + records[4] + "\n> " + records[1] + "\n"
	in := open(map[string]string{"mail.txt": text}, Options{})
	defer in.Close()
	lines := ask(t, mustLog(t, in, "mail.txt"), logdoc.LineQuery{Count: 9})
	if len(lines) != 2 || lines[0].Severity != logdoc.Critical || lines[0].Time.Format(time.TimeOnly) != "01:30:00" || lines[0].Record != lines[0].Place || lines[1].Severity != logdoc.Error {
		t.Errorf("%+v", lines)
	}
}

// TestLongRecord: of a record 256 KiB are looked at by a filter, whatever the blocks are.
func TestLongRecord(t *testing.T) {
	long := strings.Repeat("  at a.b.C(D.java:1)\n", 300<<10/21)
	text := records[0] + "\n" + long[:200<<10/21*21] + "  seen\n" + long[:100<<10/21*21] + "  not seen\n" + records[1] + "\n"
	for _, o := range []Options{{}, {BlockSize: 1 << 20, chunk: 2 << 20}, {BlockSize: 1000, chunk: 30_000}} {
		in := open(map[string]string{"a.log": text}, o)
		l := mustLog(t, in, "a.log")
		for pattern, want := range map[string]string{"^  seen": records[0], "not seen": ""} {
			if got := texts(ask(t, l, logdoc.LineQuery{Count: 1, Filters: []logdoc.Filter{{Pattern: pattern}}})); got != want {
				t.Errorf("%+v: %s shows %q, want %q", o, pattern, got, want)
			}
		}
		in.Close()
	}
}

// TestLongRecordIsShownWhole: a filter shows all lines of a record of many blocks, wherever in it the match is, and none of the blocks around it that have none.
func TestLongRecordIsShownWhole(t *testing.T) {
	part := strings.Repeat("  at a.b.C(D.java:1)\n", 2500)
	others := strings.Repeat(records[4]+"\n", 2000)
	text := others + records[0] + "\n" + part + "  seen\n" + part + others
	for _, o := range []Options{{}, {BlockSize: 1 << 20, chunk: 2 << 20}, {BlockSize: 1000, chunk: 20_000}, {BlockSize: 500, chunk: 1000, Step: 100}} {
		in := open(map[string]string{"a.log": text}, o)
		l := mustLog(t, in, "a.log")
		filters := []logdoc.Filter{{Pattern: "seen"}}
		down := ask(t, l, logdoc.LineQuery{Count: 9000, Filters: filters})
		up := ask(t, l, logdoc.LineQuery{End: true, Count: -9000, Filters: filters})
		if len(down) != 5002 || down[0].Place.Line != 2001 || len(up) != 5002 || up[0].Place.Line != 2001 {
			t.Errorf("%+v: %d lines down, %d up", o, len(down), len(up))
		}
		in.Close()
	}
}
