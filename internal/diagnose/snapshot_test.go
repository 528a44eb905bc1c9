package diagnose

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"logdoc/internal/lang"
)

var update = flag.Bool("update", false, "rewrite the snapshot of the built-in packs")

// TestSnapshot holds the snapshot to the sources of the built-in packs.
func TestSnapshot(t *testing.T) {
	files, err := readPacks(nil)
	if err != nil {
		t.Fatal(err)
	}
	parse(files)
	var parsed []*lang.File
	for _, f := range files {
		if len(f.problems.Errors()) > 0 {
			t.Fatal(f.problems)
		}
		parsed = append(parsed, f.file)
	}
	if *update {
		data, err := lang.EncodeSnapshot(parsed)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("builtin.snapshot", append(sum(files), data...), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	again, err := readPacks(nil)
	if err != nil {
		t.Fatal(err)
	}
	fromSnapshot(again)
	for i, f := range again {
		if !f.snapshot {
			t.Fatalf("the built-in packs have changed since their snapshot was written: make golden writes it anew")
		}
		if d := cmp.Diff(lang.Running(parsed[i]), f.file, cmpopts.IgnoreUnexported(lang.File{}), cmpopts.IgnoreFields(lang.Pos{}, "File"), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s is not what the snapshot says (-source +snapshot):\n%s", f.name, d)
		}
	}
}
