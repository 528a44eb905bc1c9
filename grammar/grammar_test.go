package grammar

import (
	"io/fs"
	"testing"

	"logdoc/internal/lang"
)

// builtin compiles the formats that come with the program.
func builtin(t testing.TB) *Set {
	t.Helper()
	var formats []*lang.Format
	names, err := fs.Glob(Builtin, "formats/*.logdoc")
	if err != nil || len(names) == 0 {
		t.Fatalf("built-in formats: %v, %v", names, err)
	}
	for _, name := range names {
		src, err := Builtin.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, problems := lang.Parse(name, src)
		if len(problems.Errors()) > 0 {
			t.Fatal(problems)
		}
		formats = append(formats, file.Formats...)
	}
	set, problems := Compile(formats)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return set
}

func TestBuiltinSamples(t *testing.T) {
	for _, p := range builtin(t).CheckSamples() {
		t.Error(p)
	}
}

// compiled compiles one file of formats.
func compiled(t testing.TB, source string) *Set {
	t.Helper()
	file, problems := lang.Parse("own.logdoc", []byte(source))
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	set, problems := Compile(file.Formats)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return set
}
