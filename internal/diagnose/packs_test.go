package diagnose

import (
	"os"
	"testing"

	"logdoc/internal/lang"
)

// TestBuiltinPacks holds the packs that come with the program to what `logdoc check` asks of any pack.
func TestBuiltinPacks(t *testing.T) {
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if problems := p.Check(); len(problems) > 0 {
		lang.Render(os.Stderr, problems)
		t.Errorf("%d problems", len(problems))
	}
}
