package lang

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata/bad, and what could stand behind the beginnings in testdata/expected.golden")

// sameAST compares two files by what they declare, not by where.
var sameAST = cmp.Options{cmpopts.IgnoreTypes(Pos{}), cmpopts.IgnoreUnexported(File{}), cmpopts.EquateEmpty()}

func fixtures(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.logdoc"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures in %s: %v", dir, err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = src
	}
	return files
}

func rendered(ps Problems) string {
	var b strings.Builder
	if err := Render(&b, ps); err != nil {
		return err.Error()
	}
	return b.String()
}

// problemsOf are the problems of parsing, or if there are none, those of checking.
func problemsOf(name string, src []byte) Problems {
	f, ps := Parse(name, src)
	if len(ps) == 0 {
		ps = f.Check()
	}
	return ps
}

func TestGoodFilesParseAndPrint(t *testing.T) {
	for name, src := range fixtures(t, "good") {
		t.Run(name, func(t *testing.T) {
			f, ps := Parse(name, src)
			if len(ps) > 0 {
				t.Fatal(rendered(ps))
			}
			fixedPoint(t, f)
			if !strings.HasPrefix(name, "part-") {
				if ps := f.Check(); len(ps) > 0 {
					t.Error(rendered(ps))
				}
			}
		})
	}
}

// fixedPoint checks that printing loses nothing and that the printed form stays as it is.
func fixedPoint(t testing.TB, f *File) {
	t.Helper()
	printed := f.Print()
	again, ps := Parse(f.Name, printed)
	if len(ps) > 0 {
		t.Fatalf("the printed form does not parse:\n%s\n%s", rendered(ps), printed)
	}
	if diff := cmp.Diff(f, again, sameAST); diff != "" {
		t.Fatalf("printing changed the file (-before +after):\n%s\n%s", diff, printed)
	}
	if twice := again.Print(); !bytes.Equal(printed, twice) {
		t.Fatalf("printing twice differs:\n%s", cmp.Diff(string(printed), string(twice)))
	}
}

// Each bad file ends with the problems that it must give, as lines that begin with "#> ".
func TestBadFiles(t *testing.T) {
	for name, src := range fixtures(t, "bad") {
		t.Run(name, func(t *testing.T) {
			text, want, _ := strings.Cut(string(src), "#> ")
			want = strings.ReplaceAll("\n#> "+want, "\n#> ", "\n")[1:]
			want = strings.ReplaceAll(want, "\n#>\n", "\n\n")
			got := rendered(problemsOf(name, []byte(text)))
			if *update {
				lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
				text += "#> " + strings.Join(lines, "\n#> ") + "\n"
				if err := os.WriteFile(filepath.Join("testdata", "bad", name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
			if got == "" {
				t.Error("no problem was found")
			}
		})
	}
}

// The examples of the language reference must be what the parser reads.
func TestReferenceExamplesParse(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	parsed := 0
	for _, block := range strings.Split(string(doc), "\n```logdoc\n")[1:] {
		block, _, _ = strings.Cut(block, "\n```\n")
		f, ps := Parse("block", []byte(block))
		if len(ps) > 0 {
			t.Error(rendered(ps))
			continue
		}
		fixedPoint(t, f)
		parsed++
	}
	if parsed < len(declWords) {
		t.Errorf("only %d examples were found", parsed)
	}
}
