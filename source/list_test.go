package source

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

func listed(inputs []Input) []string {
	var names []string
	for _, in := range inputs {
		names = append(names, string(in.Name))
	}
	return names
}

func told(problems []Problem) []string {
	var lines []string
	for _, p := range problems {
		mark := "- "
		if p.LeftOut {
			mark = "! "
		}
		lines = append(lines, mark+string(p.Path)+": "+p.Text)
	}
	return lines
}

func TestList(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{
		"log/messages", "log/messages.1", "log/messages.2", "log/messages.10.gz", "log/messages-20260101", "log/messages-20251224.xz",
		"log/node10/a.log", "log/node9/a.log", "log/app.[1].log", "log/gsan.log.000", "log/gsan.log.001", "log/gsan.log.002", "other.txt",
	} {
		files[name] = &fstest.MapFile{}
	}
	files["log/pipe"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	tests := []struct {
		name           string
		paths          []string
		want, problems []string
	}{
		{"directory", []string{"log"}, []string{
			"log/app.[1].log", "log/gsan.log.002", "log/gsan.log.001", "log/gsan.log.000",
			"log/messages-20251224.xz", "log/messages-20260101", "log/messages.10.gz", "log/messages.2", "log/messages.1", "log/messages",
			"log/node9/a.log", "log/node10/a.log",
		}, []string{"- log/pipe: this is a socket, pipe or device and was passed over: name it itself to read it"}},
		{"as the shell expands", []string{"log/messages", "log/messages.1", "other.txt", "log/messages.2"}, []string{"log/messages.2", "log/messages.1", "log/messages", "other.txt"}, nil},
		{"glob", []string{"log/mess*.?"}, []string{"log/messages.2", "log/messages.1"}, nil},
		{"glob of directories", []string{"log/node*"}, []string{"log/node9/a.log", "log/node10/a.log"}, nil},
		{"a name with brackets", []string{"log/app.[1].log"}, []string{"log/app.[1].log"}, nil},
		{"twice", []string{"other.txt", "*.txt", "other.txt"}, []string{"other.txt"}, nil},
		{"standard input", []string{"other.txt", "-", "-"}, []string{"other.txt", "-"}, nil},
		{"a pipe that is named", []string{"log/pipe"}, []string{"log/pipe"}, nil},
		{"no such path", []string{"nope", "other.txt"}, []string{"other.txt"}, []string{"! nope: there is no such file or directory: check the path"}},
		{"an empty path", []string{"", "other.txt"}, []string{"other.txt"}, []string{"! : the path is empty: name a file or directory"}},
		{"no match", []string{"*.nope"}, nil, []string{"! *.nope: no file matches this pattern: check it"}},
		{"bad pattern", []string{"log/["}, nil, []string{"! log/[: the pattern has an open bracket: close it, or put a backslash before it"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inputs, problems := List(files, test.paths, strings.NewReader(""))
			if diff := cmp.Diff(test.want, listed(inputs)); diff != "" {
				t.Errorf("inputs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, told(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// The order does not depend on the order in which a directory is read.
func TestNaturalIsTotal(t *testing.T) {
	names := []string{"", "a", "a1", "a01", "a2", "a10", "a10b", "b", "10", "9", "010"}
	for _, a := range names {
		for _, b := range names {
			if (natural(a, b) == 0) != (a == b) || natural(a, b) != -natural(b, a) {
				t.Errorf("%q and %q: %d, %d", a, b, natural(a, b), natural(b, a))
			}
		}
	}
	if got := slices.SortedFunc(slices.Values([]string{"n10", "n9", "n1"}), natural); !slices.Equal(got, []string{"n1", "n9", "n10"}) {
		t.Error(got)
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"real/a.log", "real/b.log.1"} {
		must(os.MkdirAll(filepath.Dir(at(name)), 0o755))
		must(os.WriteFile(at(name), []byte(oneTwo), 0o600))
	}
	must(os.Symlink("a.log", at("real/current")))
	must(os.Symlink("nowhere", at("real/dangling")))
	must(os.Symlink("..", at("real/loop")))
	must(os.Symlink(at("real/b.log.1"), at("link.log")))
	must(syscall.Mkfifo(at("real/fifo"), 0o600))

	inputs, problems := List(Disk{}, []string{at("real")}, nil)
	if diff := cmp.Diff([]string{at("real/a.log"), at("real/b.log.1")}, listed(inputs)); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	want := []string{
		"- " + at("real/dangling") + ": the link leads nowhere and was passed over",
		"- " + at("real/fifo") + ": this is a socket, pipe or device and was passed over: name it itself to read it",
		"- " + at("real/loop") + ": the link to a directory was not followed: name the directory itself to read it",
	}
	if diff := cmp.Diff(want, told(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if inputs, _ := List(Disk{}, []string{at("*.log")}, nil); !slices.Equal(listed(inputs), []string{at("link.log")}) {
		t.Errorf("glob: %v", listed(inputs))
	}
	if _, problems := List(Disk{}, []string{"/*"}, nil); slices.ContainsFunc(problems, func(p Problem) bool { return p.Path == "/*" }) {
		t.Error("the root directory cannot be globbed")
	}
	if got := walkInput(context.Background(), inputs[0], NewBudget(Limits{}), 100); got.text[inputs[0].Name] != oneTwo {
		t.Errorf("walk: %s", got)
	}
}

func TestShrinkingFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.log")
	must(os.WriteFile(name, []byte(strings.Repeat(oneTwo, 100_000)), 0o600))
	inputs, _ := List(Disk{}, []string{name}, nil)
	var notes []string
	err := inputs[0].Walk(context.Background(), nil, func(s *Stream) error {
		if _, err := s.Read(make([]byte, 100)); err != nil {
			return err
		}
		must(os.Truncate(name, 10))
		_, err := io.Copy(io.Discard, s)
		return err
	}, func(name logdoc.LogText, n logdoc.Note) { notes = append(notes, fmt.Sprint(n.LeftOut, " ", n.Text)) })
	if err != nil || len(notes) != 1 || !strings.HasPrefix(notes[0], "true it became shorter while it was read: ") {
		t.Errorf("%v, %q", err, notes)
	}
}

func TestNamedPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	must(syscall.Mkfifo(fifo, 0o600))
	go func() { must(os.WriteFile(fifo, []byte(makeZip(member{name: "x", data: oneTwo})), 0)) }()
	inputs, _ := List(Disk{}, []string{fifo}, nil)
	got := walkInput(context.Background(), inputs[0], NewBudget(Limits{}), 100)
	if got.text[logdoc.LogText(fifo+"!/x")] != oneTwo {
		t.Errorf("%s", got)
	}
}

// nobody is a user without rights.
const nobody = 65534

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	if os.Getuid() == 0 {
		// Root may read everything: the test looks with the eyes of nobody, who must be let into the folder.
		must(os.Chmod(filepath.Dir(dir), 0o755))
		must(os.Chmod(dir, 0o755))
	}
	must(os.WriteFile(filepath.Join(dir, "a.log"), nil, 0))
	must(os.Mkdir(filepath.Join(dir, "closed"), 0))
	if os.Getuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		must(syscall.Setfsuid(nobody))
		defer func() { must(syscall.Setfsuid(0)) }()
	}
	inputs, problems := List(Disk{}, []string{dir}, nil)
	if len(problems) != 1 || !problems[0].LeftOut {
		t.Errorf("problems: %v", told(problems))
	}
	if got := walkInput(context.Background(), inputs[0], NewBudget(Limits{}), 100); !got.lost || len(got.streams) != 0 {
		t.Errorf("%s", got)
	}
}

// refusing is a file system in which some names cannot be opened, whoever asks.
type refusing struct{ fstest.MapFS }

func (r refusing) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "closed") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return r.MapFS.Open(name)
}

func (r refusing) ReadDir(name string) ([]fs.DirEntry, error) {
	if strings.HasPrefix(name, "closed") {
		return nil, fs.ErrPermission
	}
	return r.MapFS.ReadDir(name)
}

func TestRefused(t *testing.T) {
	files := refusing{fstest.MapFS{"closed.log": {}, "closed/a": {}, "open.log": {}}}
	inputs, problems := List(files, []string{"."}, nil)
	if diff := cmp.Diff([]string{"closed.log", "open.log"}, listed(inputs)); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"! closed: the directory cannot be read: check its permissions"}, told(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	want := "! closed.log: it cannot be opened: check its permissions [open closed.log: permission denied]\n"
	got := walkInput(context.Background(), inputs[0], NewBudget(Limits{}), 100).String()
	if diff := cmp.Diff(strings.Replace(want, "permission denied", fs.ErrPermission.Error(), 1), got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestSpillLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	data := makeTar(member{name: "z", data: makeZip(member{name: "x", data: lines(5000)})})
	inputs, _ := List(fstest.MapFS{"f": {Data: []byte(data)}}, []string{"f"}, nil)
	budget := NewBudget(Limits{SpillMemory: 64, SpillDir: dir})
	got := walkInput(context.Background(), inputs[0], budget, 4096)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 || budget.spilled.Load() != 0 || got.text["f!/z!/x"] != lines(5000) {
		t.Errorf("%d files and %d bytes are left: %s", len(left), budget.spilled.Load(), got)
	}
	got = walkInput(context.Background(), inputs[0], NewBudget(Limits{SpillMemory: 64, SpillDir: filepath.Join(dir, "nope")}), 4096)
	if !got.lost || !strings.Contains(got.notes[0], "there was no room") {
		t.Errorf("%s", got)
	}
}

func TestFamily(t *testing.T) {
	tests := []struct {
		name, log string
		order     int // 1 stands for a date
	}{
		{"messages", "messages", 0},
		{"messages.gz", "messages", 0},
		{"var/log/messages.3.gz", "var/log/messages", -3},
		{"gsan.log.001", "gsan.log", -1},
		{"gsan.log.000", "gsan.log", 0},
		{"server.2.log", "server.log", -2},
		{"messages.old", "messages", -1},
		{"messages-20260101", "messages", 1},
		{"messages-20260101.gz", "messages", 1},
		{"messages-20269901", "messages-20269901", 0},
		{"catalina.2017-09-11.log", "catalina.log", 1},
		{"app.log.2017-09-11", "app.log", 1},
		{"FlumeClient.2017-09-11_04-05-09.[1].log.zip", "FlumeClient.log", 1},
		{"FlumeClient-2017-09-11_04-05-09.[1].log.zip", "FlumeClient.log", 1},
		{"b.tgz!/n.zip!/var/log/gsan.log.2.gz", "b.tgz!/n.zip!/var/log/gsan.log", -2},
		{".gz", ".gz", 0},
		{"", "", 0},
	}
	for _, test := range tests {
		log, order := family(test.name)
		if log != test.log || (test.order == 1) != (order < -1e6) || test.order <= 0 && order != test.order {
			t.Errorf("family(%q) = %q, %d", test.name, log, order)
		}
	}
	rising := []string{"a-20251231", "a-20260101", "a-2026-01-01_10-00-00.[1]", "a-2026-01-01_10-00-00.[2]", "a.10", "a.9", "a"}
	last := -1 << 62
	for _, name := range rising {
		if _, order := family(name); order <= last {
			t.Errorf("%s is not newer than the one before", name)
		} else {
			last = order
		}
	}
}
