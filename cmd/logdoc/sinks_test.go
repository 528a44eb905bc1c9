package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"logdoc/internal/sanitize"
)

// harmful holds one text of each class that must not act, whatever shows it.
var harmful = []struct{ name, text string }{
	{"colour", "\x1b[31;8mred"}, {"title", "\x1b]0;title\a"}, {"clipboard", "\x1b]52;c;ZXZpbA==\x1b\\"}, {"link", "\x1b]8;;https://x.example\x1b\\here\x1b]8;;\x1b\\"},
	{"clear", "\x1b[2J\x1b[H"}, {"ask", "\x1b[6n\x1bZ"}, {"alternate screen", "\x1b[?1049h"}, {"device control", "\x1bP+q544e\x1b\\"}, {"c1", "\xc2\x9b2J"}, {"raw c1", "\x9b2J"},
	{"return", "shown\rhidden"}, {"backspace", "yes\b\b\bno"}, {"bell, feeds", "\a\v\f"}, {"nul", "a\x00b"}, {"del", "a\x7fb"}, {"shift out", "\x0e~~~\x0f"},
	{"override", "\u202egol.exe\u202c"}, {"isolate", "\u2067abc\u2069"}, {"zero width", "ro\u200bot\u200d\ufeff"}, {"tags", "\U000e0041\U000e007f"}, {"separators", "a\u2028b\u2029c"},
	{"not utf-8", "caf\xe9 \xff\xfe"}, {"cut rune", "\xe2\x82"}, {"surrogate", "\xed\xa0\x80"}, {"windows-1252", "\x93quoted\x94 \x80"},
	{"markdown", "``` </details> # @ops ![x](https://x.example) |"}, {"html", "<script>alert(1)</script>&amp;"},
	{"forged record", `","severity":"info"}]}`}, {"forged report", "0 findings"},
}

// harmfulBundle fills a folder with a log whose records, and an archive and files whose names, hold all of it.
func harmfulBundle(t *testing.T) {
	t.Helper()
	pack, err := os.ReadFile("testdata/pump.logdoc")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pump.logdoc", string(pack))
	if err := os.Mkdir("case", 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for i, h := range harmful {
		fmt.Fprintf(&log, "PUMP 2026-03-04 05:06:%02d host%s ERROR rotor stuck at %d degrees\n", i, letters(h.text), i)
		fmt.Fprintf(&log, "PUMP 2026-03-04 05:07:%02d north WARN %s: %s.\n", i, h.name, h.text)
		stub := "\x1f\x8b\x08\x00" // a gzip file that is cut: standard error names it
		if !strings.ContainsRune(h.text, 0) {
			if err := w.WriteHeader(&tar.Header{Name: h.text, Mode: 0o600, Size: int64(len(stub)), Format: tar.FormatGNU}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(stub)); err != nil {
				t.Fatal(err)
			}
			write("case/"+strings.ReplaceAll(h.text, "/", ":")+".log", "PUMP 2026-03-04 05:06:07 file ERROR rotor stuck at 1 degrees\n")
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write("case/pump.log", log.String())
	write("case/names.tar", archive.String())
}

// letters is a text without blanks, as the name of a host has none.
func letters(text string) string { return strings.Join(strings.Fields(text), "_") }

// TestSinks shows text of every class in every sink, byte for byte.
func TestSinks(t *testing.T) {
	golden, err := filepath.Abs("testdata/sinks")
	if err != nil {
		t.Fatal(err)
	}
	harmfulBundle(t)
	own := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	for _, sink := range []struct {
		name  string
		flags []string
	}{
		{"text", nil}, {"terminal", []string{"--color", "always", "-v"}}, {"markdown", []string{"-f", "markdown"}}, {"json", []string{"--json"}},
	} {
		t.Run(sink.name, func(t *testing.T) {
			status, out, stderr := runHere(t, append([]string{"report", "--only", "acme", "--pack", "pump.logdoc", "case"}, sink.flags...)...)
			if status != exitIncomplete {
				t.Errorf("status %d", status)
			}
			same(t, filepath.Join(golden, sink.name), out)
			same(t, filepath.Join(golden, "stderr"), stderr)
			if sink.name == "terminal" {
				out = own.ReplaceAllString(out, "")
			}
			for _, text := range []string{out, stderr} {
				if !utf8.ValidString(text) {
					t.Error("not valid UTF-8")
				}
				for _, r := range text {
					if r < ' ' && r != '\n' || 0x7f <= r && r < 0xa0 || sanitize.Hidden(r) {
						t.Errorf("%U is shown", r)
					}
				}
			}
		})
	}
}

// same compares a text with a golden file, or writes it anew.
func same(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", filepath.Base(golden), diff)
	}
}

// TestErrorsQuoteHarmlessly gives all classes at once as a path, a pack, a format, a zone, a time, a symptom, a file to write and a command: what standard error quotes of it does not act.
func TestErrorsQuoteHarmlessly(t *testing.T) {
	log := filepath.Join(t.TempDir(), "x.log")
	if err := os.WriteFile(log, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var all string
	for _, h := range harmful {
		all += h.text
	}
	for _, args := range [][]string{
		{"report", all}, {"report", "--pack", all, log}, {"report", "--format", all, log}, {"report", "--tz", all, log}, {"report", "--since", all, log},
		{"report", "--only", all, log}, {"report", "-o", "absent/" + all, log}, {"report", "-f", all, log}, {"report", "--max-bytes", all, log},
		{"report", "--fail-on", all, log}, {"check", all}, {"fmt", all}, {"x" + all}, {"report", "--x" + all},
		{"cases", "--since", all}, {"cases", "--store", "absent/" + all}, {"cases", "prune", "--keep", all}, {"case", all}, {"query", log, all}, {"query", log, "-f", all, "SELECT 1"}, {"doctor", "--store", all},
	} {
		status, out, stderr := runHere(t, args...)
		if status == exitDone {
			t.Errorf("%.20q: status 0", args)
		}
		if !utf8.ValidString(stderr) {
			t.Errorf("%.20q: not valid UTF-8: %q", args, stderr)
		}
		for _, r := range stderr + out {
			if r < ' ' && r != '\n' || 0x7f <= r && r < 0xa0 || sanitize.Hidden(r) {
				t.Errorf("%.20q: %U is shown in %q", args, r, stderr)
				break
			}
		}
	}
}

// TestCaseSinks keeps text of every class as a case, and shows it in every way in which cases are shown.
func TestCaseSinks(t *testing.T) {
	harmfulBundle(t)
	for _, args := range [][]string{
		{"report", "-q", "--save", "--name", "night \x1b[31m\u202e", "--store", "s.db", "--only", "acme", "--pack", "pump.logdoc", "case"},
		{"report", "-q", "--save", "--store", "s.db", "--only", "acme", "--pack", "pump.logdoc", "case/pump.log"},
		{"case", "note", "--store", "s.db", "1", harmful[0].text + "\n" + harmful[1].text + harmful[7].text},
		{"cases", "--store", "s.db"}, {"cases", "--store", "s.db", "--json"}, {"case", "show", "--store", "s.db", "1"}, {"case", "show", "--store", "s.db", "2"},
		{"case", "compare", "--store", "s.db", "1", "2"}, {"case", "compare", "--store", "s.db", "1", "2", "--json"}, {"cases", "prune", "--store", "s.db", "--max-cases", "1", "-n", "--worked"},
		{"query", "--store", "s.db", "--case", "1", "SELECT source, text FROM events"}, {"query", "--store", "s.db", "--case", "1", "-f", "csv", "SELECT source, key, value, text FROM evidence, captures, findings"},
		{"query", "--store", "s.db", "--case", "1", "--json", "SELECT text AS \"a\x1b[31m\" FROM events"}, {"query", "--pack", "pump.logdoc", "case/pump.log", "SELECT message, host FROM events"},
	} {
		status, out, stderr := runHere(t, args...)
		if status != exitDone && status != exitIncomplete || out == "" && args[1] != "note" {
			t.Errorf("%.60q: status %d, %s", args, status, stderr)
		}
		if !utf8.ValidString(out + stderr) {
			t.Errorf("%.60q: not valid UTF-8", args)
		}
		for _, r := range out + stderr {
			if r < ' ' && r != '\n' || 0x7f <= r && r < 0xa0 || sanitize.Hidden(r) {
				t.Errorf("%.60q: %U is shown", args, r)
				break
			}
		}
	}
}
