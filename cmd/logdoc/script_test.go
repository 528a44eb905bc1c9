package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write what cmp compares into the scripts anew")

// raced is true under the race detector, which makes each start of the command take seconds: package diagnose has the goroutines, and is tested there.
var raced bool

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"logdoc": func() {
		status := program()
		tellPeak()
		os.Exit(status)
	}})
}

// TestScripts runs the command as a user does. Besides testscript's own commands the scripts have those of scriptCommands.
func TestScripts(t *testing.T) {
	if raced {
		t.Skip("hundreds of processes are too slow under the race detector")
	}
	pack, err := os.ReadFile("testdata/pump.logdoc")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                scriptCommands,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("SAMPLES", samples)
			// A script cannot write this character itself.
			e.Setenv("ESC", "\x1b[31m")
			return os.WriteFile(filepath.Join(e.WorkDir, "pump.logdoc"), pack, 0o600)
		},
	})
}

var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"status": scriptStatus,
	"bytes":  scriptBytes,
	"cut":    scriptCut,
	"gzip":   scriptGzip,
	"tar":    scriptTar,
	"zip":    scriptZip,
}

// scriptStatus runs a command that must end with the given exit status: status 3 logdoc report x.
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("status %d, want %s", got, args[0])
	}
}

// scriptBytes writes a file from text with Go's escapes, which txtar cannot hold: bytes FILE 'a\x00b\n'. The name may have escapes too.
func scriptBytes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: bytes FILE TEXT")
	}
	name := ts.MkAbs(unescaped(ts, args[0]))
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o700))
	ts.Check(os.WriteFile(name, []byte(unescaped(ts, args[1])), 0o600))
}

func unescaped(ts *testscript.TestScript, text string) string {
	out, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	ts.Check(err)
	return out
}

// scriptCut keeps the first bytes of a file: cut FILE N, or with -N all but the last.
func scriptCut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if n < 0 {
		n += info.Size()
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// packer writes a file, gzipped when its name says so.
func packer(ts *testscript.TestScript, name string, write func(io.Writer)) {
	f, err := os.Create(ts.MkAbs(name))
	ts.Check(err)
	if strings.HasSuffix(name, "gz") {
		z := gzip.NewWriter(f)
		write(z)
		ts.Check(z.Close())
	} else {
		write(f)
	}
	ts.Check(f.Close())
}

// scriptGzip packs a file: gzip OUT.gz FILE.
func scriptGzip(ts *testscript.TestScript, _ bool, args []string) {
	packer(ts, args[0], func(w io.Writer) {
		_, err := io.WriteString(w, ts.ReadFile(args[1]))
		ts.Check(err)
	})
}

// scriptMembers reads the arguments MEMBER=FILE of tar and zip; FILE alone is both. Member names may have Go's escapes.
func scriptMembers(ts *testscript.TestScript, args []string, add func(name, content string)) {
	for _, arg := range args {
		name, file, ok := strings.Cut(arg, "=")
		if !ok {
			file = name
		}
		add(unescaped(ts, name), ts.ReadFile(file))
	}
}

// scriptTar packs files: tar OUT.tar|OUT.tgz MEMBER=FILE...
func scriptTar(ts *testscript.TestScript, _ bool, args []string) {
	packer(ts, args[0], func(w io.Writer) {
		t := tar.NewWriter(w)
		scriptMembers(ts, args[1:], func(name, content string) {
			ts.Check(t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), Format: tar.FormatPAX}))
			_, err := io.WriteString(t, content)
			ts.Check(err)
		})
		ts.Check(t.Close())
	})
}

// scriptZip packs files: zip OUT.zip MEMBER=FILE...
func scriptZip(ts *testscript.TestScript, _ bool, args []string) {
	packer(ts, args[0], func(w io.Writer) {
		z := zip.NewWriter(w)
		scriptMembers(ts, args[1:], func(name, content string) {
			m, err := z.Create(name)
			ts.Check(err)
			_, err = io.WriteString(m, content)
			ts.Check(err)
		})
		ts.Check(z.Close())
	})
}

// TestEveryFlagIsInAScript holds the scripts to the commands: a flag that no script uses is a flag that nobody tries.
func TestEveryFlagIsInAScript(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if i := strings.Index(line, "logdoc "); i >= 0 {
				used = append(used, strings.Fields(line[i:])...)
			}
		}
	}
	for i, word := range used {
		used[i], _, _ = strings.Cut(word, "=")
	}
	for _, cmd := range newRoot(streams{}).Commands() {
		if !slices.Contains(used, cmd.Name()) {
			t.Errorf("no script runs logdoc %s", cmd.Name())
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || slices.Contains(used, "--"+f.Name) || f.Shorthand != "" && slices.Contains(used, "-"+f.Shorthand) {
				return
			}
			t.Errorf("no script uses logdoc %s --%s", cmd.Name(), f.Name)
		})
	}
}
