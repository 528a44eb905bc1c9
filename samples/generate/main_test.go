package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logdoc/samples"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for _, args := range []string{
		"-out " + filepath.Join(dir, "bundles"),
		"-kind luna -size 64KiB -out " + filepath.Join(dir, "one"),
		"-logs " + filepath.Join(dir, "logs") + " -size 1MiB -every 100",
	} {
		if err := run(strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, name := range []string{"bundles/" + samples.LunaBundle, "one", "logs/" + samples.GSAN.FileName()} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	for args, want := range map[string]string{
		"":                      "say where to write",
		"extra":                 "unexpected argument",
		"-kind syslog -out log": "choose one of",
	} {
		if err := run(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]bytes{"0": 0, "100": 100, "64KiB": 64 << 10, "256MiB": 256 << 20, "3GiB": 3 << 30} {
		var got bytes
		if err := got.Set(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: got %v (%d), %v", text, &got, got, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "64MB", "99999999999GiB"} {
		if err := new(bytes).Set(text); err == nil {
			t.Errorf("%q was taken for a size", text)
		}
	}
}
