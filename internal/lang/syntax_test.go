package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"
)

// TestExpected: what could stand behind the beginnings of declarations, those that participle parses and those that are read here. A word that readWords forgets is in no message.
func TestExpected(t *testing.T) {
	path := filepath.Join("testdata", "expected.golden")
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		quoted, _, _ := strings.Cut(line, " => ")
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		tokens := slices.DeleteFunc(tokenize(text), func(t lexer.Token) bool { return t.Type == spaceToken })
		e := expectedAfter(tokens)
		slices.Sort(e.literals)
		fmt.Fprintf(&got, "%s => %q %q\n", quoted, e.kinds, e.literals)
	}
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("what could stand there differs (-want +got):\n%s", diff)
	}
}
